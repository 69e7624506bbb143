//! Elements of typed arrays: every instruction does what the element's conversion says, in range only.

mod common;

use common::{Source, World, number};
use raya_bytecode::assemble::FunctionBuilder;
use raya_bytecode::elements::{ELEMENTS, Element};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_storages::runs::RunOutcome;
use raya_storages::values::Value;

const LENGTH: i32 = 5;

/// Load and store of a kind, with an int and with an f64 for index, and whether the value is an int in each.
fn ops(element: Element) -> ([Op; 2], [Op; 2], bool, bool) {
    match element {
        Element::I8 => (
            [Op::LoadI8, Op::LoadXI8],
            [Op::Store8, Op::StoreX8],
            true,
            true,
        ),
        Element::U8 => (
            [Op::LoadU8, Op::LoadXU8],
            [Op::Store8, Op::StoreX8],
            true,
            true,
        ),
        Element::U8Clamped => (
            [Op::LoadU8, Op::LoadXU8],
            [Op::Store8C, Op::StoreX8C],
            true,
            false,
        ),
        Element::I16 => (
            [Op::LoadI16, Op::LoadXI16],
            [Op::Store16, Op::StoreX16],
            true,
            true,
        ),
        Element::U16 => (
            [Op::LoadU16, Op::LoadXU16],
            [Op::Store16, Op::StoreX16],
            true,
            true,
        ),
        Element::I32 => (
            [Op::LoadI32, Op::LoadXI32],
            [Op::Store32, Op::StoreX32],
            true,
            true,
        ),
        Element::U32 => (
            [Op::LoadU32, Op::LoadXU32],
            [Op::Store32, Op::StoreX32],
            false,
            true,
        ),
        Element::F32 => (
            [Op::LoadF32, Op::LoadXF32],
            [Op::StoreF32, Op::StoreXF32],
            false,
            false,
        ),
        Element::F64 => (
            [Op::LoadF64, Op::LoadXF64],
            [Op::StoreF64, Op::StoreXF64],
            false,
            false,
        ),
    }
}

/// Runs a function of value and index; locals: `n0`, `n1` the two, `n2` an i32; `r0` a new array, `r1` undefined.
fn run(element: Element, args: [f64; 2], write: impl Fn(&mut FunctionBuilder)) -> RunOutcome {
    let mut source = Source::new();
    let f = source.image.declare_function();
    let slot = element.slot();
    let nums = [Slot::F64, Slot::F64, Slot::I32, Slot::I32];
    source.define(
        f,
        &[Slot::F64, Slot::F64],
        Slot::F64,
        &nums,
        &[slot, slot],
        |f| {
            f.emit(Op::ConstI, 2, LENGTH as u16, 0);
            f.emit(Op::NewArr, 0, slot.0, 2);
            write(f);
            f.emit(Op::RetF, 0, 0, 0);
        },
    );
    let mut world = World::new(source.finish());
    world.zeal = true;
    world.call(f, &args.map(number))
}

/// Stores the first argument at the second and loads it again, with one of the two forms of index.
fn store_and_load(f: &mut FunctionBuilder, element: Element, form: usize) {
    let (loads, stores, loads_int, stores_int) = ops(element);
    let index = [3, 1][form];
    f.emit(Op::F2X, 3, 1, 0);
    if stores_int {
        f.emit(Op::F2W, 2, 0, 0);
    }
    f.emit(stores[form], 0, index, if stores_int { 2 } else { 0 });
    if loads_int {
        f.emit(loads[form], 2, 0, index);
        f.emit(Op::I2F, 0, 2, 0);
    } else {
        f.emit(loads[form], 0, 0, index);
    }
}

#[test]
fn what_is_stored_is_loaded_as_the_element_has_it() {
    let values = [
        0.0,
        -0.0,
        0.5,
        1.5,
        -1.0,
        127.0,
        128.0,
        255.5,
        256.0,
        65_535.0,
        -32_769.0,
        2_147_483_648.0,
        1e10,
        1e300,
        0.1,
        f64::INFINITY,
        f64::NAN,
    ];
    for &element in ELEMENTS {
        for value in values {
            let mut bytes = [0; 8];
            element.write(&mut bytes, 0, value);
            let expected = element.read(&bytes, 0).to_bits();
            for form in [0, 1] {
                for index in [0.0, 4.0] {
                    let outcome = run(element, [value, index], |f| {
                        store_and_load(f, element, form)
                    });
                    let RunOutcome::Returned(Value::Number(got)) = outcome else {
                        panic!("{element:?} {value}: {outcome:?}");
                    };
                    assert_eq!(got.to_bits(), expected, "{element:?} {value} at {index}");
                }
            }
        }
    }
}

#[test]
fn out_of_range_and_undefined_trap() {
    for &element in ELEMENTS {
        let (loads, stores, ..) = ops(element);
        for form in [0, 1] {
            for index in [5.0, -1.0, 1.5, f64::NAN, 1e18] {
                let outcome = run(element, [1.0, index], |f| store_and_load(f, element, form));
                assert!(
                    matches!(outcome, RunOutcome::Failed(_)),
                    "{element:?} at {index}: {outcome:?}"
                );
            }
            for op in [loads[form], stores[form]] {
                let is_load = op == loads[form];
                let outcome = run(element, [1.0, 0.0], |f| {
                    f.emit(Op::ConstI, 2, 0, 0);
                    f.emit(Op::ConstI, 3, 0, 0);
                    let value = if is_load {
                        op.info().operands[0]
                    } else {
                        op.info().operands[2]
                    };
                    let is_int = format!("{value:?}").ends_with('I');
                    let (value, index) = (if is_int { 2 } else { 0 }, [3, 1][form]);
                    if is_load {
                        f.emit(op, value, 1, index);
                    } else {
                        f.emit(op, 1, index, value);
                    }
                });
                assert!(
                    matches!(outcome, RunOutcome::Failed(_)),
                    "{op:?} of undefined: {outcome:?}"
                );
            }
        }
    }
}
