//! Whether a heap is sound: what the dispatch loop relies on, checked for a heap that came from outside (and, in debug
//! builds, after every collection).
//!
//! `Soundness::of` walks the region once and gives what it takes to check references from elsewhere (registers, jobs).
//! Numbers are not checked: whatever bits they have, the loop is safe. Absent: tasks and jobs (`activities`).

use super::Heap;
use crate::dump::{LoadError, ensure};
use crate::layout::{
    ARRAY_WORDS, HANDLE_WORDS, HASH_WORDS, Kind, PROMISE_FOLLOWING, PROMISE_HANDLED,
    PROMISE_REJECTED, PROMISE_WORDS, ROPE_WORDS, TYPED_START, header_class, header_element,
    latin1_words, store_words, string_hash, typed_words, utf16_words,
};
use crate::programs::Program;
use crate::typed::is_canonical;
use raya_bytecode::elements::Element;
use raya_bytecode::image::CLASS_CLOSURE;
use raya_bytecode::slot::{CONSTANT_BIT, HEAP_START, NULL, Slot};

/// The size of the object at a place; none if there can't be one.
pub fn object_words(words: &[u64], at: usize, program: &Program) -> Option<u32> {
    let header = *words.get(at)?;
    let second = words.get(at + 1).map_or(0, |word| *word as u32);
    Some(match Kind::of(header)? {
        Kind::Object => u32::from(
            program
                .classes
                .get(usize::from(header_class(header)))?
                .words,
        ),
        Kind::Latin1 => latin1_words(second),
        Kind::Utf16 => utf16_words(second),
        Kind::Rope => ROPE_WORDS,
        kind if kind.is_array() => ARRAY_WORDS,
        kind if kind.is_store() => store_words(kind, second)?,
        Kind::Promise => PROMISE_WORDS,
        Kind::Hash => HASH_WORDS,
        Kind::Handle => HANDLE_WORDS,
        Kind::Typed => typed_words(header_element(header)?, second)?,
        _ => return None,
    })
}

/// A set of places in a region.
struct Places(Vec<u64>);

impl Places {
    /// Where objects begin in a region that they fill without gaps.
    fn of(words: &[u64], start: usize, program: &Program) -> Result<Places, LoadError> {
        let mut places = Places(vec![0; words.len().div_ceil(64)]);
        let mut at = start;
        while at < words.len() {
            let size = object_words(words, at, program).filter(|size| *size > 0);
            let size = size.ok_or(LoadError::Invalid("the heap is a row of objects"))?;
            places.0[at / 64] |= 1 << (at % 64);
            at += size as usize;
        }
        ensure(
            at == words.len().max(start),
            "the last object ends with the heap",
        )?;
        Ok(places)
    }

    fn contains(&self, at: usize) -> bool {
        self.0
            .get(at / 64)
            .is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|at| self.contains(*at))
    }
}

/// A heap that was checked, and where its objects are.
pub struct Soundness<'a> {
    heap: &'a Heap,
    program: &'a Program,
    objects: Places,
    constants: Places,
}

impl<'a> Soundness<'a> {
    /// Checks a heap.
    pub fn of(heap: &'a Heap, program: &'a Program) -> Result<Soundness<'a>, LoadError> {
        let is_sized =
            heap.top as usize <= heap.words.len() && (heap.top == 0 || heap.top >= HEAP_START);
        ensure(is_sized, "a heap's top lies in its region")?;
        let is_zero = |words: &[u64]| words.iter().all(|word| *word == 0);
        let below = heap.live_words().len().min(HEAP_START as usize);
        ensure(
            is_zero(&heap.words[..below]),
            "no object lies below the heap's start",
        )?;
        let soundness = Soundness {
            heap,
            program,
            objects: Places::of(heap.live_words(), HEAP_START as usize, program)?,
            constants: Places::of(&program.constants, 0, program)?,
        };
        for at in soundness.objects.iter() {
            soundness.check_object(at as u32)?;
        }
        soundness.check_foreign()?;
        let globals = Slot::class(program.globals_class());
        ensure(
            heap.globals == 0 || (heap.globals > NULL && soundness.accepts(globals, heap.globals)),
            "the globals are an instance of their class",
        )?;
        Ok(soundness)
    }

    /// The promises in the heap.
    pub fn promises(&self) -> impl Iterator<Item = u32> + '_ {
        let is_promise = |at: &usize| Kind::of(self.heap.words[*at]) == Some(Kind::Promise);
        self.objects.iter().filter(is_promise).map(|at| at as u32)
    }

    /// The kind of the object that a reference is to, if it is to one.
    pub fn kind(&self, reference: u32) -> Option<Kind> {
        let (places, words, at) = if reference & CONSTANT_BIT == 0 {
            (&self.objects, &self.heap.words, reference)
        } else {
            (
                &self.constants,
                &self.program.constants,
                reference & !CONSTANT_BIT,
            )
        };
        places
            .contains(at as usize)
            .then(|| Kind::of(words[at as usize]))
            .flatten()
    }

    /// Whether a reference may stand in a slot.
    pub fn accepts(&self, slot: Slot, reference: u32) -> bool {
        if reference < HEAP_START {
            return reference <= NULL || slot == Slot::ANY || slot == Slot::MIXED;
        }
        let Some(kind) = self.kind(reference) else {
            return false;
        };
        match slot {
            Slot::MIXED | Slot::ANY => !kind.is_store() && kind != Kind::Forwarded,
            Slot::STR => kind.is_string(),
            Slot::ARR_F64 => kind == Kind::ArrayF64,
            Slot::ARR_I32 => kind == Kind::ArrayI32,
            Slot::ARR_BOOL => kind == Kind::ArrayBool,
            Slot::ARR_REF => kind == Kind::ArrayRef,
            Slot::ARR_MIXED => kind == Kind::ArrayMixed,
            Slot::ARR => kind.is_array(),
            Slot::PROMISE => kind == Kind::Promise,
            Slot::HASH => kind == Kind::Hash,
            Slot::HANDLE => kind == Kind::Handle,
            Slot::OBJECT => kind == Kind::Object,
            Slot::FUNC => kind == Kind::Object && self.is_closure(reference),
            Slot::TYPED => kind == Kind::Typed,
            _ if Element::of_slot(slot).is_some() => {
                kind == Kind::Typed
                    && Element::of_slot(slot) == Some(self.heap.element_of(reference))
            }
            _ => {
                let is_instance = |class| {
                    self.program
                        .is_subclass(header_class(self.heap.header(reference)), class)
                };
                kind == Kind::Object && slot.as_class().is_some_and(is_instance)
            }
        }
    }

    fn is_closure(&self, object: u32) -> bool {
        let class = header_class(self.heap.header(object));
        self.program.classes[usize::from(class)].kind == CLASS_CLOSURE
    }

    fn check_object(&self, at: u32) -> Result<(), LoadError> {
        let heap = self.heap;
        let kind = heap.kind(at);
        let spare_bits = if matches!(kind, Kind::Object | Kind::Typed) {
            0xff00
        } else {
            0xffff_ff00
        };
        ensure(
            heap.header(at) & spare_bits == 0,
            "unused bits of a header are 0",
        )?;
        match kind {
            Kind::Object => self.check_instance(at),
            Kind::Latin1 | Kind::Utf16 => self.check_string(at),
            Kind::Rope => self.check_rope(at),
            Kind::StoreRef => self.check_elements(self.store_halves(at, 0)),
            Kind::StoreMixed => {
                self.check_elements(self.store_halves(at, heap.store_capacity(at) as usize))
            }
            Kind::Promise => self.check_promise(at),
            Kind::Hash => self.check_hash(at),
            Kind::Handle => self.check_handle(at),
            Kind::Typed => self.check_typed(at),
            _ if kind.is_array() => self.check_array(at),
            _ => Ok(()),
        }
    }

    fn check_instance(&self, at: u32) -> Result<(), LoadError> {
        let class = &self.program.classes[usize::from(self.heap.class(at))];
        for field in &self.program.image.fields[class.fields.indices()] {
            if field.slot.has_ref() {
                let value = self.heap.half(at, field.ref_offset);
                ensure(
                    self.accepts(field.slot, value),
                    "a field holds what it says",
                )?;
            }
        }
        Ok(())
    }

    fn check_string(&self, at: u32) -> Result<(), LoadError> {
        let units = self.heap.units(&[], at).expect("the string is flat");
        let (bytes, has_form) = match units {
            super::Units::Latin1(bytes) => (bytes, true),
            super::Units::Utf16(units) => (
                bytemuck::cast_slice(units),
                units.iter().any(|unit| *unit > 0xff),
            ),
        };
        ensure(has_form, "a string has the smaller form if it can")?;
        let hash = self.heap.half(at, 3);
        ensure(
            hash == 0 || hash == string_hash(bytes),
            "a string's hash is its own",
        )
    }

    fn check_rope(&self, at: u32) -> Result<(), LoadError> {
        let heap = self.heap;
        let (left, right) = (heap.half(at, 4), heap.half(at, 5));
        let is_string = |part| self.kind(part).is_some_and(Kind::is_string);
        ensure(
            is_string(left) && (right == 0 || is_string(right)),
            "a rope is of strings",
        )?;
        let len = |part| u64::from(heap.string_len(&self.program.constants, part));
        let total = u64::from(heap.half(at, 2));
        if right == 0 {
            let is_flat = self.kind(left) != Some(Kind::Rope);
            return ensure(
                is_flat && len(left) == total,
                "a flattened rope has its flat string",
            );
        }
        // Lengths that add up, none of them 0, also say that no rope is part of itself.
        let adds_up = len(left) > 0 && len(right) > 0 && len(left) + len(right) == total;
        ensure(adds_up, "a rope is as long as its parts")
    }

    fn check_array(&self, at: u32) -> Result<(), LoadError> {
        let (len, store) = (self.heap.array_len(at), self.heap.array_store(at));
        if store == 0 {
            return ensure(len == 0, "an array without a store is empty");
        }
        let is_its_store =
            store & CONSTANT_BIT == 0 && self.kind(store) == self.heap.kind(at).store();
        ensure(is_its_store, "an array has a store of its kind")?;
        ensure(
            len <= self.heap.store_capacity(store),
            "an array's elements fit its store",
        )
    }

    fn check_typed(&self, at: u32) -> Result<(), LoadError> {
        let heap = self.heap;
        ensure(heap.half(at, 3) == 0, "unused bits are 0")?;
        let element = heap.element_of(at);
        let bytes = heap.typed_bytes(at);
        ensure(is_canonical(element, bytes), "there is one NaN only")?;
        let words = typed_words(element, heap.array_len(at)).expect("it lies in the region");
        let all: &[u8] =
            bytemuck::cast_slice(&heap.words[(at + TYPED_START) as usize..(at + words) as usize]);
        ensure(
            all[bytes.len()..].iter().all(|byte| *byte == 0),
            "what pads a typed array is 0",
        )
    }

    /// The reference elements of a store, after so many words.
    fn store_halves(&self, store: u32, skip: usize) -> &[u32] {
        let capacity = self.heap.store_capacity(store) as usize;
        let body = &self.heap.live_words()[store as usize + 2 + skip..];
        &bytemuck::cast_slice(body)[..capacity]
    }

    fn check_elements(&self, elements: &[u32]) -> Result<(), LoadError> {
        let are_sound = elements
            .iter()
            .all(|element| self.accepts(Slot::ANY, *element));
        ensure(are_sound, "elements are references")
    }

    fn check_promise(&self, at: u32) -> Result<(), LoadError> {
        let state = self.heap.half(at, 2);
        let known = state & !u32::from(PROMISE_FOLLOWING | PROMISE_HANDLED);
        ensure(
            known <= u32::from(PROMISE_REJECTED),
            "a promise's state is known",
        )?;
        ensure(
            self.accepts(Slot::ANY, self.heap.half(at, 3)),
            "a promise's value is a reference",
        )
    }

    /// A handle names a row of its own context that names it in turn.
    fn check_handle(&self, at: u32) -> Result<(), LoadError> {
        let foreign = self.heap.foreign.as_deref();
        let row = foreign.and_then(|f| f.get(self.heap.num(at, 1)).map(|row| (f, row)));
        let is_its = row.is_some_and(|(foreign, row)| foreign.handles.places[row] == at);
        ensure(is_its, "a handle is one that the context holds")
    }

    /// Everything that handles and pins say of the heap.
    fn check_foreign(&self) -> Result<(), LoadError> {
        let Some(foreign) = self.heap.foreign.as_deref() else {
            return Ok(());
        };
        foreign.handles.verify_rows()?;
        foreign.pins.verify_rows()?;
        for id in foreign.handles.ids() {
            let place = foreign.handles.places[id.index()];
            let is_its = self.kind(place) == Some(Kind::Handle)
                && place & CONSTANT_BIT == 0
                && self.heap.num(place, 1) == id.to_bits();
            ensure(is_its, "what is held has a handle")?;
        }
        for id in foreign.pins.ids() {
            let object = foreign.pins.objects[id.index()];
            let is_object = self.kind(object) == Some(Kind::Object) && object & CONSTANT_BIT == 0;
            ensure(is_object, "what is named is an object")?;
        }
        Ok(())
    }

    fn check_hash(&self, at: u32) -> Result<(), LoadError> {
        let heap = self.heap;
        let (count, slots, removed) = (heap.half(at, 2), heap.half(at, 3), heap.half(at, 4));
        ensure(heap.half(at, 5) == 0, "unused bits are 0")?;
        if slots == 0 {
            return ensure(
                count == 0 && removed == 0,
                "an index without slots is empty",
            );
        }
        ensure(
            slots & CONSTANT_BIT == 0 && self.kind(slots) == Some(Kind::StoreI32),
            "an index's slots are i32",
        )?;
        let halves = self.store_halves(slots, 0);
        let in_use = halves.iter().filter(|slot| **slot as i32 > 0).count();
        let are_known = halves.iter().all(|slot| *slot as i32 >= -1);
        let gone = halves.iter().filter(|slot| **slot as i32 == -1).count();
        ensure(
            are_known && in_use == count as usize && gone == removed as usize,
            "an index counts its slots",
        )?;
        // A search ends at a free slot, and takes capacities for powers of two.
        ensure(
            halves.len().is_power_of_two() && in_use + gone < halves.len(),
            "an index has room",
        )
    }
}
