//! Foreign handles: what one context's heap says of objects that lie elsewhere, and which of its own objects others may name.
//!
//! ```text
//! a heap's handle object ──id──> handles   owner, kind, object, rights        (what this context holds)
//!                                             │ owner's `pins`, or a number that the host chose
//!                                             v
//!                               pins ──ref──> an object of the owner's heap    (what others may name)
//! ```
//!
//! Both tables belong to one context and lie beside its heap, so a handle object can name nothing but what its context was given, and
//! no number makes one. Invariants: a handle object names a live row and a row lies behind one object (`places`), so two handles
//! to one thing are the same object; a pin's reference is a root. A collection of the holder frees the rows that no object names, in the order
//! of rows; the owner's pins are swept (`sweep_at`) against all that may name them. Absent: both sweeps (`systems/collect`, `src/remote`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::table::table;
use crate::values::ObjectRef;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The default of how many handles a context may hold, and how many objects others may name.
pub const HANDLES_MAX: u32 = 1000;
/// So many are there before a sweep is worth it.
const SWEEP_MIN: u32 = 64;

/// The holder may call methods.
pub const RIGHT_CALL: u8 = 1;
/// The holder may give it to contexts other than its owner.
pub const RIGHT_PASS: u8 = 2;

table! {
    /// The handles that a context holds.
    Handles, HandleRow, HandleId "handle" {
        /// The context that the object lies in, as bits; 0 for the host's.
        owners: u64,
        /// What it is: the host's name for it, or `Remote` for an object of a context.
        kinds: Arc<str>,
        /// The host's number, or the row of the owner's pins, as bits.
        objects: u64,
        /// `RIGHT_…` bits.
        rights: u8,
        /// The host said that there is no such object any more.
        stale: bool,
        /// The handle object in this context's heap.
        places: u32,
    }
}

table! {
    /// The objects of a context that others may name.
    Pins, PinRow, PinId "pin" {
        /// The object: a reference into the context's heap, a root.
        objects: u32,
    }
}

/// What a row is found by: owner, object, kind.
type Key = (u64, u64, Arc<str>);

/// Whether there is room for more handles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// There is.
    Enough,
    /// Perhaps after a collection.
    Collect,
    /// There is none.
    Full,
}

/// What a context has of handles; contexts that use none have none of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Foreign {
    /// The context itself, as bits; 0 while none of its objects is named.
    pub context: u64,
    /// What it holds.
    pub handles: Handles,
    /// What others may name.
    pub pins: Pins,
    /// The most handles, and the most pins.
    pub handles_max: u32,
    /// How many handles there are.
    held: u32,
    /// With more handles than this a collection comes first.
    collect_at: u32,
    /// No handle came since the last collection.
    is_collected: bool,
    /// How many pins there are.
    pinned: u32,
    /// With more pins than this they are swept at the end of the tick.
    pub sweep_at: u32,
    /// Derived from `handles`.
    index: BTreeMap<Key, u32>,
}

impl Default for Foreign {
    fn default() -> Foreign {
        Foreign::new(HANDLES_MAX)
    }
}

impl Foreign {
    /// Nothing held or named yet, with so many handles at most.
    pub fn new(handles_max: u32) -> Foreign {
        Foreign {
            context: 0,
            handles: Handles::default(),
            pins: Pins::default(),
            handles_max,
            held: 0,
            collect_at: SWEEP_MIN.min(handles_max),
            is_collected: false,
            pinned: 0,
            sweep_at: SWEEP_MIN.min(handles_max / 2),
            index: BTreeMap::new(),
        }
    }

    /// The handle object for something, if it is held.
    pub fn find(&self, object: &ObjectRef) -> Option<u32> {
        let key = (object.owner, object.object, object.kind.clone());
        self.index.get(&key).copied()
    }

    /// Whether so many more handles fit.
    pub fn room(&self, more: u32) -> Room {
        let wanted = self.held.saturating_add(more);
        if wanted <= self.collect_at || (self.is_collected && wanted <= self.handles_max) {
            Room::Enough
        } else if self.is_collected {
            Room::Full
        } else {
            Room::Collect
        }
    }

    /// Whether so many handles fit a context that holds none.
    pub fn default_room(more: u32) -> Room {
        if more <= HANDLES_MAX {
            Room::Enough
        } else {
            Room::Full
        }
    }

    /// Adds a row whose handle object will lie at `place`. What was held with fewer rights is held with all of both.
    pub fn hold(&mut self, object: &ObjectRef, place: u32) -> HandleId {
        let key = (object.owner, object.object, object.kind.clone());
        let id = self.handles.insert(HandleRow {
            owners: object.owner,
            kinds: object.kind.clone(),
            objects: object.object,
            rights: object.rights,
            stale: false,
            places: place,
        });
        let before = self.index.insert(key, id.index() as u32);
        assert!(before.is_none(), "what is held is held once");
        self.held += 1;
        self.is_collected = false;
        id
    }

    /// What a handle object with these bits is a handle to; none for a row that is gone.
    pub fn get(&self, bits: u64) -> Option<usize> {
        self.handles.find(HandleId::from_bits(bits)?)
    }

    /// After a collection: `moved` gives the new place of a handle object, or none if nothing names it any more.
    pub fn collected(&mut self, mut moved: impl FnMut(u32) -> Option<u32>) {
        let ids: Vec<HandleId> = self.handles.ids().collect();
        for id in ids {
            match moved(self.handles.places[id.index()]) {
                Some(place) => self.handles.places[id.index()] = place,
                None => self.release(id),
            }
        }
        self.is_collected = true;
        self.collect_at = (self.held * 2).max(SWEEP_MIN).min(self.handles_max);
    }

    fn release(&mut self, id: HandleId) {
        let row = self.handles.free(id).expect("a row that is held is live");
        self.index.remove(&(row.owners, row.objects, row.kinds));
        self.held -= 1;
    }

    /// Marks the handles to an object of the host as stale.
    pub fn forget(&mut self, kind: &str, object: u64) {
        for id in self.handles.ids().collect::<Vec<_>>() {
            let row = id.index();
            let is_it = self.handles.owners[row] == 0
                && self.handles.objects[row] == object
                && *self.handles.kinds[row] == *kind;
            self.handles.stale[row] |= is_it;
        }
    }

    /// The pin of an object; none if there are too many.
    pub fn pin(&mut self, reference: u32) -> Option<PinId> {
        let known = self
            .pins
            .ids()
            .find(|id| self.pins.objects[id.index()] == reference);
        if known.is_some() {
            return known;
        }
        if self.pinned >= self.handles_max {
            return None;
        }
        self.pinned += 1;
        Some(self.pins.insert(PinRow { objects: reference }))
    }

    /// The object behind a pin.
    pub fn pinned(&self, bits: u64) -> Option<u32> {
        let row = self.pins.find(PinId::from_bits(bits)?)?;
        Some(self.pins.objects[row])
    }

    /// How many pins there are.
    pub fn pin_count(&self) -> u32 {
        self.pinned
    }

    /// How many handles there are.
    pub fn handle_count(&self) -> u32 {
        self.held
    }

    /// Frees the pins that nothing names, in the order of rows.
    pub fn sweep_pins(&mut self, is_named: impl Fn(u64) -> bool) {
        let ids: Vec<PinId> = self.pins.ids().collect();
        for id in ids.into_iter().filter(|id| !is_named(id.to_bits())) {
            self.pins.free(id);
            self.pinned -= 1;
        }
        self.sweep_at = (self.pinned * 2)
            .max(SWEEP_MIN)
            .min((self.handles_max / 2).max(self.pinned));
    }

    fn indexed(mut self) -> Result<Foreign, LoadError> {
        for id in self.handles.ids() {
            let row = id.index();
            let key = (
                self.handles.owners[row],
                self.handles.objects[row],
                self.handles.kinds[row].clone(),
            );
            let before = self.index.insert(key, row as u32);
            ensure(before.is_none(), "what is held is held once")?;
        }
        self.held = self.handles.len() as u32;
        self.pinned = self.pins.len() as u32;
        let fits = self.held <= self.handles_max && self.pinned <= self.handles_max;
        ensure(fits, "handles are within their limit")?;
        Ok(self)
    }
}

impl Persist for Foreign {
    const BYTES_MIN: usize = 37;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.context);
        self.handles.dump(to);
        self.pins.dump(to);
        to.pod(self.handles_max);
        to.pod(self.collect_at);
        self.is_collected.dump(to);
        to.pod(self.sweep_at);
    }

    fn load(from: &mut Reader) -> Result<Foreign, LoadError> {
        Foreign {
            context: from.pod()?,
            handles: Handles::load(from)?,
            pins: Pins::load(from)?,
            handles_max: from.pod()?,
            collect_at: from.pod()?,
            is_collected: bool::load(from)?,
            sweep_at: from.pod()?,
            ..Foreign::default()
        }
        .indexed()
    }
}
