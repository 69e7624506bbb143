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
//! to one thing with the same rights are the same object; a pin's reference is a root, and nobody has more rights to it than it says
//! (checked at calls and at loads). What is revoked is given no more: the owner frees the pin; a handle to an object of the host
//! keeps `REVOKED` for its rights and is found no more, so being given the object again makes another handle. A collection of the
//! holder frees the rows that no object names, in the order of rows; the owner's pins are swept (`sweep_at`) against all that may
//! name them. Absent: both sweeps (`systems/collect`, `src/remote`), who may revoke (`src/handles`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::table::table;
use crate::values::{ObjectRef, REMOTE};
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
/// All rights that there are.
pub const RIGHTS_ALL: u8 = RIGHT_CALL | RIGHT_PASS;
/// In place of rights: it was revoked.
pub const REVOKED: u8 = 4;

/// Whether a handle can have these rights.
pub fn are_rights(rights: u8) -> bool {
    rights & !RIGHTS_ALL == 0 || rights == REVOKED
}

/// What an object is pinned for. One may be pinned for several ends at once, each revoked by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum PinUse {
    /// It was given away as a value: one pin, whoever got it.
    #[default]
    Given = 0,
    /// It was lent: a pin each time.
    Lent = 1,
    /// It serves as a capability: one pin.
    Serving = 2,
}

impl Persist for PinUse {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        to.pod(*self as u8);
    }

    fn load(from: &mut Reader) -> Result<PinUse, LoadError> {
        Ok(match from.pod::<u8>()? {
            0 => PinUse::Given,
            1 => PinUse::Lent,
            2 => PinUse::Serving,
            _ => {
                return Err(LoadError::Invalid(
                    "an object is pinned for something known",
                ));
            }
        })
    }
}

table! {
    /// The handles that a context holds.
    Handles, HandleRow, HandleId "handle" {
        /// The context that the object lies in, as bits; 0 for the host's.
        owners: u64,
        /// What it is: the host's name for it, or `Remote` for an object of a context.
        kinds: Arc<str>,
        /// The host's number, or the row of the owner's pins, as bits.
        objects: u64,
        /// `RIGHT_…` bits, or `REVOKED`.
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
        /// What for.
        uses: PinUse,
        /// The `RIGHT_…` bits that handles to it have at most.
        rights: u8,
    }
}

/// What a row is found by: owner, object, kind, rights.
type Key = (u64, u64, Arc<str>, u8);

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
    /// Derived from `handles`: those that were not revoked.
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

    /// Whether so many are the default, and nothing is held or named: no row is needed.
    pub fn is_usual(&self) -> bool {
        self.handles_max == HANDLES_MAX && self.held == 0 && self.pinned == 0
    }

    /// Sets the most handles, and the most pins; as many as there are at least.
    pub fn set_max(&mut self, handles_max: u32) {
        self.handles_max = handles_max;
        self.collect_at = (self.held * 2).max(SWEEP_MIN).min(handles_max);
        self.sweep_at = self.sweep_mark();
        self.is_collected = false;
    }

    /// The row of something that is held with the same rights.
    pub fn find(&self, object: &ObjectRef) -> Option<u32> {
        let kind = object.kind.clone();
        let key = (object.owner, object.object, kind, object.rights);
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

    /// Adds a row whose handle object will lie at `place`.
    pub fn hold(&mut self, object: &ObjectRef, place: u32) -> HandleId {
        let id = self.handles.insert(HandleRow {
            owners: object.owner,
            kinds: object.kind.clone(),
            objects: object.object,
            rights: object.rights,
            stale: false,
            places: place,
        });
        let before = match self.key(id.index()) {
            Some(key) => self.index.insert(key, id.index() as u32),
            None => None,
        };
        assert!(before.is_none(), "what is held is held once");
        self.held += 1;
        self.is_collected = false;
        id
    }

    /// What a row is found by, unless it was revoked.
    fn key(&self, row: usize) -> Option<Key> {
        let handles = &self.handles;
        let rights = handles.rights[row];
        let kind = || handles.kinds[row].clone();
        (rights != REVOKED).then(|| (handles.owners[row], handles.objects[row], kind(), rights))
    }

    /// Takes all rights from a handle. False: it had none any more.
    pub fn revoke(&mut self, id: HandleId) -> bool {
        let row = self.handles.find(id);
        let Some((row, key)) = row.and_then(|row| Some((row, self.key(row)?))) else {
            return false;
        };
        self.index.remove(&key);
        self.handles.rights[row] = REVOKED;
        true
    }

    /// The handles to an object of the host.
    pub fn to_object(&self, kind: &str, object: u64) -> Vec<HandleId> {
        let handles = &self.handles;
        let is_it = |id: &HandleId| {
            let row = id.index();
            handles.owners[row] == 0
                && handles.objects[row] == object
                && *handles.kinds[row] == *kind
        };
        handles.ids().filter(is_it).collect()
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
        if let Some(key) = self.key(id.index()) {
            self.index.remove(&key);
        }
        self.handles.free(id).expect("a row that is held is live");
        self.held -= 1;
    }

    /// Marks the handles to an object of the host as stale.
    pub fn forget(&mut self, kind: &str, object: u64) {
        for id in self.to_object(kind, object) {
            self.handles.stale[id.index()] = true;
        }
    }

    /// The pin of an object that is given away or serves; none if there are too many.
    pub fn pin(&mut self, reference: u32, uses: PinUse) -> Option<PinId> {
        let pins = &self.pins;
        let is_its = |id: &PinId| {
            let row = id.index();
            pins.objects[row] == reference && pins.uses[row] == uses
        };
        let known = pins.ids().find(is_its);
        known.or_else(|| self.add_pin(reference, uses, RIGHTS_ALL))
    }

    /// Another pin of an object, to lend it with these rights; none if there are too many.
    pub fn lend(&mut self, reference: u32, rights: u8) -> Option<PinId> {
        self.add_pin(reference, PinUse::Lent, rights)
    }

    fn add_pin(&mut self, reference: u32, uses: PinUse, rights: u8) -> Option<PinId> {
        if self.pinned >= self.handles_max {
            return None;
        }
        self.pinned += 1;
        Some(self.pins.insert(PinRow {
            objects: reference,
            uses,
            rights,
        }))
    }

    /// Takes back what a pin gave: of one that was lent only that, else all of the object but its service as a capability. False:
    /// nothing is given.
    pub fn take_back(&mut self, bits: u64) -> bool {
        let Some(row) = self.pin_row(bits) else {
            return false;
        };
        let (object, uses) = (self.pins.objects[row], self.pins.uses[row]);
        let ids: Vec<PinId> = self.pins.ids().collect();
        let is_taken = |id: &PinId| {
            let row = id.index();
            match uses {
                PinUse::Lent => id.to_bits() == bits,
                _ => self.pins.objects[row] == object && self.pins.uses[row] != PinUse::Serving,
            }
        };
        let taken: Vec<PinId> = ids.into_iter().filter(is_taken).collect();
        for &id in &taken {
            self.pins.free(id);
        }
        self.pinned -= taken.len() as u32;
        !taken.is_empty()
    }

    fn pin_row(&self, bits: u64) -> Option<usize> {
        self.pins.find(PinId::from_bits(bits)?)
    }

    /// The rights that handles to a pin have at most.
    pub fn pin_rights(&self, bits: u64) -> Option<u8> {
        Some(self.pins.rights[self.pin_row(bits)?])
    }

    /// The object behind a pin.
    pub fn pinned(&self, bits: u64) -> Option<u32> {
        Some(self.pins.objects[self.pin_row(bits)?])
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
        self.sweep_at = self.sweep_mark();
    }

    fn sweep_mark(&self) -> u32 {
        let most = (self.handles_max / 2).max(self.pinned);
        (self.pinned * 2).max(SWEEP_MIN).min(most)
    }

    fn indexed(mut self) -> Result<Foreign, LoadError> {
        for id in self.handles.ids() {
            let row = id.index();
            let (owner, rights) = (self.handles.owners[row], self.handles.rights[row]);
            ensure(are_rights(rights), "rights are known")?;
            let is_remote = *self.handles.kinds[row] == *REMOTE;
            ensure(
                (owner != 0) == is_remote,
                "what lies in a context is a Remote",
            )?;
            if let Some(key) = self.key(row) {
                let before = self.index.insert(key, row as u32);
                ensure(before.is_none(), "what is held is held once")?;
            }
        }
        let mut given: Vec<(u32, u8)> = Vec::new();
        for row in self.pins.ids().map(PinId::index) {
            let (uses, rights) = (self.pins.uses[row], self.pins.rights[row]);
            ensure(rights & !RIGHTS_ALL == 0, "rights are known")?;
            if uses != PinUse::Lent {
                ensure(rights == RIGHTS_ALL, "only what is lent has fewer rights")?;
                given.push((self.pins.objects[row], uses as u8));
            }
        }
        let count = given.len();
        given.sort_unstable();
        given.dedup();
        ensure(given.len() == count, "an object is given by one pin")?;
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
