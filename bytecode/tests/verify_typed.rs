//! Instructions on typed arrays take exactly their kinds, and what may stand for what.

mod common;

use raya_bytecode::assemble::{FunctionBuilder, FunctionSpec};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::elements::{ELEMENTS, Element};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::verify;

// Locals of the function under test: r0 is of the slot at hand, r1 any, r2 a typed array, r3 an f64[].
const F: u16 = 0;
const I: u16 = 1;
const Z: u16 = 2;

/// Whether a function with a local of a slot verifies.
fn verifies(slot: Slot, build: impl Fn(&mut FunctionBuilder)) -> bool {
    let mut sample = common::sample();
    let mut f = FunctionBuilder::new();
    build(&mut f);
    f.emit(Op::Ret, 0, 0, 0);
    let body = f.finish(3, 4).expect("assembles");
    let spec = FunctionSpec {
        name: "test",
        params: &[],
        ret: Slot::VOID,
        num_locals: &[Slot::F64, Slot::I32, Slot::BOOL],
        ref_locals: &[slot, Slot::ANY, Slot::TYPED, Slot::ARR_F64],
        receiver: None,
        flags: 0,
    };
    let id = sample.builder.declare_function();
    sample.builder.define_function(id, &spec, body);
    verify(sample.finish()).is_ok()
}

/// Loads: the instruction for an int and for an f64 as index, what the result is, what arrays it takes.
const LOADS: [(Op, Op, u16, &[Element]); 8] = [
    (Op::LoadI8, Op::LoadXI8, I, &[Element::I8]),
    (
        Op::LoadU8,
        Op::LoadXU8,
        I,
        &[Element::U8, Element::U8Clamped],
    ),
    (Op::LoadI16, Op::LoadXI16, I, &[Element::I16]),
    (Op::LoadU16, Op::LoadXU16, I, &[Element::U16]),
    (Op::LoadI32, Op::LoadXI32, I, &[Element::I32]),
    (Op::LoadU32, Op::LoadXU32, F, &[Element::U32]),
    (Op::LoadF32, Op::LoadXF32, F, &[Element::F32]),
    (Op::LoadF64, Op::LoadXF64, F, &[Element::F64]),
];

/// Stores, likewise.
const STORES: [(Op, Op, u16, &[Element]); 6] = [
    (Op::Store8, Op::StoreX8, I, &[Element::I8, Element::U8]),
    (Op::Store8C, Op::StoreX8C, F, &[Element::U8Clamped]),
    (Op::Store16, Op::StoreX16, I, &[Element::I16, Element::U16]),
    (Op::Store32, Op::StoreX32, I, &[Element::I32, Element::U32]),
    (Op::StoreF32, Op::StoreXF32, F, &[Element::F32]),
    (Op::StoreF64, Op::StoreXF64, F, &[Element::F64]),
];

/// Slots that are no typed array of a known kind.
const OTHERS: [Slot; 6] = [
    Slot::TYPED,
    Slot::ANY,
    Slot::ARR_F64,
    Slot::ARR_I32,
    Slot::ARR,
    Slot::STR,
];

fn slots() -> impl Iterator<Item = Slot> {
    ELEMENTS.iter().map(|e| e.slot()).chain(OTHERS)
}

#[test]
fn loads_take_their_kinds_only() {
    for (load, load_x, result, kinds) in LOADS {
        for slot in slots() {
            let fits = kinds.iter().any(|e| e.slot() == slot);
            let try_one = |op, result, index| verifies(slot, |f| f.emit(op, result, 0, index));
            assert_eq!(try_one(load, result, I), fits, "{load:?} {slot:?}");
            assert_eq!(try_one(load_x, result, F), fits, "{load_x:?} {slot:?}");
            assert!(
                !try_one(load, Z, I) && !try_one(load, result, F),
                "{load:?}"
            );
            assert!(!try_one(load_x, result, I), "{load_x:?}");
        }
    }
}

#[test]
fn stores_take_their_kinds_only() {
    for (store, store_x, value, kinds) in STORES {
        for slot in slots() {
            let fits = kinds.iter().any(|e| e.slot() == slot);
            let try_one = |op, index, value| verifies(slot, |f| f.emit(op, 0, index, value));
            assert_eq!(try_one(store, I, value), fits, "{store:?} {slot:?}");
            assert_eq!(try_one(store_x, F, value), fits, "{store_x:?} {slot:?}");
            assert!(
                !try_one(store, I, Z) && !try_one(store, F, value),
                "{store:?}"
            );
            assert!(!try_one(store_x, I, value), "{store_x:?}");
        }
    }
}

#[test]
fn typed_arrays_have_a_length_and_are_made() {
    for slot in slots() {
        let has_length = !matches!(slot, Slot::ANY | Slot::STR);
        assert_eq!(
            verifies(slot, |f| f.emit(Op::Len, I, 0, 0)),
            has_length,
            "{slot:?}"
        );
        let is_made = !matches!(slot, Slot::TYPED | Slot::ANY | Slot::ARR | Slot::STR);
        let make = |f: &mut FunctionBuilder| f.emit(Op::NewArr, 0, slot.0, I);
        assert_eq!(verifies(slot, make), is_made, "{slot:?}");
    }
}

#[test]
fn each_kind_is_a_typed_array_and_nothing_else() {
    for slot in slots() {
        let is_typed = slot == Slot::TYPED || Element::of_slot(slot).is_some();
        assert_eq!(
            verifies(slot, |f| f.emit(Op::MovR, 2, 0, 0)),
            is_typed,
            "{slot:?}"
        );
        assert!(verifies(slot, |f| f.emit(Op::MovR, 1, 0, 0)), "{slot:?}");
        assert_eq!(
            verifies(slot, |f| f.emit(Op::MovR, 0, 2, 0)),
            matches!(slot, Slot::TYPED | Slot::ANY)
        );
        assert_eq!(
            verifies(slot, |f| f.emit(Op::MovR, 3, 0, 0)),
            slot == Slot::ARR_F64
        );
        assert!(
            verifies(slot, |f| f.emit(Op::Cast, 0, 1, slot.0)),
            "{slot:?}"
        );
    }
    // Built-ins for any kind take each kind, and no array.
    for slot in slots() {
        let call = |f: &mut FunctionBuilder| {
            f.emit(Op::MovR, 4, 0, 0);
            f.emit(Op::CallBuiltin, 0, 0, Builtin::TypedReverse as u16);
        };
        let is_typed = slot == Slot::TYPED || Element::of_slot(slot).is_some();
        assert_eq!(verifies(slot, call), is_typed, "{slot:?}");
    }
}
