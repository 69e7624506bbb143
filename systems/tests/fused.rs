//! Instructions that are several in one do what those would do one after the other.

mod common;

use common::{Source, World, number};
use raya_bytecode::assemble::{FieldSpec, FunctionBuilder};
use raya_bytecode::image::{CLASS_NOMINAL, DESC_UNKNOWN};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_storages::runs::RunOutcome;
use raya_storages::values::Value;

const F: Slot = Slot::F64;
const I: Slot = Slot::I32;
const Z: Slot = Slot::BOOL;

/// Runs a function of three numbers that `write` writes; locals: `n0…n4` f64, `n5` i32, `n6` bool, `n7` i32; `r0` f64[], `r1` bool[],
/// `r2` ref[], `r3` and `r4` objects with two f64 fields at 1 and 2. The result or, for an error, `None`.
fn run(args: [f64; 3], write: impl Fn(&mut FunctionBuilder, u16)) -> Option<f64> {
    let mut source = Source::new();
    let class = source.image.declare_class("Point", CLASS_NOMINAL, None);
    let desc = source.image.desc(DESC_UNKNOWN, 0, &[]);
    let fields = ["x", "y"].map(|name| FieldSpec {
        name: source.image.string(name),
        member: None,
        slot: F,
        flags: 0,
        desc: Some(desc),
    });
    source.image.set_fields(class, &fields);
    let f = source.image.declare_function();
    let object = Slot::class(class);
    let nums = [F, F, F, F, F, I, Z, I];
    let refs = [Slot::ARR_F64, Slot::ARR_BOOL, Slot::ARR_REF, object, object];
    source.define(f, &[F, F, F], F, &nums, &refs, |f| write(f, class));
    let mut world = World::new(source.finish());
    world.zeal = true;
    match world.call(f, &args.map(number)) {
        RunOutcome::Returned(Value::Number(value)) => Some(value),
        _ => None,
    }
}

/// Values in which roundings, signs and infinities show.
const VALUES: [f64; 10] = [
    0.0,
    -0.0,
    1.0,
    0.1,
    -3.5,
    1e308,
    -1e-308,
    9007199254740993.0,
    f64::INFINITY,
    f64::NAN,
];

#[test]
fn two_operations_round_twice_and_give_the_one_nan() {
    type Twice = fn(f64, f64, f64) -> f64;
    let cases: [(Op, Twice); 5] = [
        (Op::MulAddF, |b, c, d| b * c + d),
        (Op::MulSubF, |b, c, d| d - b * c),
        (Op::MulMulF, |b, c, d| b * c * d),
        (Op::AddMulF, |b, c, d| (b + c) * d),
        (Op::AddAddF, |b, c, d| b + c + d),
    ];
    for (op, twice) in cases {
        for b in VALUES {
            for c in VALUES {
                for d in [0.1, 1e308, -7.0, f64::NAN] {
                    let got = run([b, c, d], |f, _| {
                        f.emit_ext(op, [3, 0, 1], [2, 0, 0]);
                        f.emit(Op::RetF, 3, 0, 0);
                    });
                    let want = twice(b, c, d);
                    let want = if want.is_nan() { f64::NAN } else { want };
                    assert_eq!(
                        got.map(f64::to_bits),
                        Some(want.to_bits()),
                        "{op:?} {b} {c} {d}"
                    );
                }
            }
        }
    }
}

#[test]
fn fields_are_added_to_and_subtracted_from() {
    for (x, by) in [(1.5, 0.25), (1e308, 1e308), (f64::INFINITY, f64::INFINITY)] {
        for (op, want) in [(Op::AddToN, x + by), (Op::SubFromN, x - by)] {
            let got = run([x, by, 0.0], |f, class| {
                f.emit(Op::New, 3, class, 0);
                f.emit(Op::SetN, 3, 2, 0);
                f.emit(op, 3, 2, 1);
                f.emit(Op::GetN, 3, 3, 2);
                f.emit(Op::RetF, 3, 0, 0);
            });
            let want = if want.is_nan() { f64::NAN } else { want };
            assert_eq!(got.map(f64::to_bits), Some(want.to_bits()), "{op:?} {x}");
        }
    }
}

#[test]
fn sums_of_two_products_round_three_times() {
    for [b, c, d] in [
        [0.1, 3.0, -0.3],
        [1e308, 10.0, -1e308],
        [f64::NAN, 1.0, 1.0],
    ] {
        let got = run([b, c, d], |f, _| {
            f.emit_ext(Op::DotF, [3, 0, 1], [2, 1, 0]);
            f.emit(Op::RetF, 3, 0, 0);
        });
        let want = b * c + d * c;
        let want = if want.is_nan() { f64::NAN } else { want };
        assert_eq!(got.map(f64::to_bits), Some(want.to_bits()));
    }
}

#[test]
fn products_are_added_to_and_subtracted_from_fields() {
    type Update = fn(f64, f64, f64) -> f64;
    let cases: [(Op, Update); 4] = [
        (Op::AddMulToN, |x, y, z| x + y * z),
        (Op::SubMulFromN, |x, y, z| x - y * z),
        (Op::AddMulMulToN, |x, y, z| x + y * z * y),
        (Op::SubMulMulFromN, |x, y, z| x - y * z * y),
    ];
    let values = [
        [1.0, 0.1, 0.3],
        [0.1, 0.7, -1.3],
        [f64::NAN, 1.0, 1.0],
        [1.0, 1e308, 1e308],
    ];
    for (op, update) in cases {
        let third = matches!(op, Op::AddMulMulToN | Op::SubMulMulFromN);
        for [x, y, z] in values {
            let got = run([x, y, z], |f, class| {
                f.emit(Op::New, 3, class, 0);
                f.emit(Op::SetN, 3, 2, 0);
                // Without a third factor the place is empty.
                f.emit_ext(op, [3, 2, 1], [2, u16::from(third), 0]);
                f.emit(Op::GetN, 3, 3, 2);
                f.emit(Op::RetF, 3, 0, 0);
            });
            let want = update(x, y, z);
            let want = if want.is_nan() { f64::NAN } else { want };
            assert_eq!(got.map(f64::to_bits), Some(want.to_bits()), "{op:?} {x}");
        }
        let of_nothing = run([0.0; 3], |f, _| {
            f.emit_ext(op, [3, 1, 0], [0; 3]);
            f.emit(Op::RetF, 0, 0, 0);
        });
        assert_eq!(of_nothing, None, "{op:?}");
    }
}

/// Whether a jump on element `index` of the flags `[false, true]` is taken.
fn is_set(index: f64, whole: bool) -> Option<f64> {
    run([index, 1.0, 0.0], |f, _| {
        let set = f.label();
        f.emit_i32(Op::ConstI, 5, 2);
        f.emit(Op::NewArr, 1, Slot::ARR_BOOL.0, 5);
        f.emit(Op::ConstZ, 6, 1, 0);
        f.emit(Op::SetElemXZ, 1, 1, 6);
        if whole {
            f.emit(Op::F2W, 5, 0, 0);
            f.branch(Op::JElemZ, 1, 5, set);
        } else {
            f.branch(Op::JElemXZ, 1, 0, set);
        }
        f.emit(Op::RetF, 2, 0, 0);
        f.bind(set);
        f.emit(Op::RetF, 1, 0, 0);
    })
}

#[test]
fn flags_that_are_not_there_are_not_set() {
    for (index, want) in [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (-1.0, 0.0), (1e9, 0.0)] {
        assert_eq!(is_set(index, true), Some(want), "{index}");
        assert_eq!(is_set(index, false), Some(want), "{index}");
    }
    for index in [0.5, 1.5, 4294967297.0, f64::NAN, f64::INFINITY] {
        assert_eq!(is_set(index, false), Some(0.0), "{index}");
    }
    for op in [Op::JElemZ, Op::JElemXZ] {
        let of_nothing = run([0.0; 3], |f, _| {
            let end = f.label();
            f.branch(op, 1, if op == Op::JElemZ { 5 } else { 0 }, end);
            f.bind(end);
            f.emit(Op::RetF, 1, 0, 0);
        });
        assert_eq!(of_nothing, None, "{op:?}");
    }
}

#[test]
fn fields_of_two_objects_are_subtracted() {
    let got = run([7.0, 2.5, 0.0], |f, class| {
        f.emit(Op::New, 3, class, 0);
        f.emit(Op::New, 4, class, 0);
        f.emit(Op::SetN, 3, 1, 0);
        f.emit(Op::SetN, 4, 2, 1);
        f.emit_ext(Op::DiffN, [3, 3, 1], [4, 2, 0]);
        f.emit(Op::RetF, 3, 0, 0);
    });
    assert_eq!(got, Some(4.5));
}

#[test]
fn fields_of_nothing_are_an_error() {
    for missing in [3, 4] {
        let got = run([0.0; 3], |f, class| {
            f.emit(Op::New, 7 - missing, class, 0);
            f.emit_ext(Op::DiffN, [3, 3, 1], [4, 2, 0]);
            f.emit(Op::RetF, 3, 0, 0);
        });
        assert_eq!(got, None);
    }
    for op in [Op::AddToN, Op::SubFromN] {
        let got = run([0.0; 3], |f, _| {
            f.emit(op, 3, 1, 0);
            f.emit(Op::RetF, 3, 0, 0);
        });
        assert_eq!(got, None, "{op:?}");
    }
}

/// Writes n1 at index n0 of an array of three and reads it from index n2; the result is the element, as a number.
fn through(args: [f64; 3], kind: usize) -> Option<f64> {
    let (array, set, get) = [
        (0, Op::SetElemXF, Op::ElemXF),
        (1, Op::SetElemXZ, Op::ElemXZ),
        (2, Op::SetElemXR, Op::ElemXR),
        (2, Op::SetElemXR, Op::ElemXT),
    ][kind];
    run(args, |f, class| {
        f.emit_i32(Op::ConstI, 5, 3);
        let slot = [Slot::ARR_F64, Slot::ARR_BOOL, Slot::ARR_REF][usize::from(array)];
        f.emit(Op::NewArr, array, slot.0, 5);
        match kind {
            0 => {
                f.emit(set, array, 0, 1);
                f.emit(get, 3, array, 2);
            }
            1 => {
                f.emit(Op::TruthyF, 6, 1, 0);
                f.emit(set, array, 0, 6);
                f.emit(get, 6, array, 2);
                f.emit(Op::Z2F, 3, 6, 0);
            }
            _ => {
                f.emit(Op::New, 3, class, 0);
                f.emit(Op::SetN, 3, 1, 1);
                f.emit(set, array, 0, 3);
                if kind == 2 {
                    f.emit(get, 5, array, 2);
                    f.emit(Op::Cast, 4, 5, Slot::class(class).0);
                } else {
                    f.emit_ext(get, [4, array, 2], [Slot::class(class).0, 0, 0]);
                }
                f.emit(Op::GetN, 3, 4, 1);
            }
        }
        f.emit(Op::RetF, 3, 0, 0);
    })
}

#[test]
fn numbers_index_as_whole_numbers_do() {
    for kind in 0..4 {
        assert_eq!(through([2.0, 1.0, 2.0], kind), Some(1.0));
        assert_eq!(through([-0.0, 1.0, 0.0], kind), Some(1.0));
        // At the length, a store appends, growing the array.
        assert_eq!(through([3.0, 1.0, 3.0], kind), Some(1.0));
        let none = [
            0.5,
            -1.0,
            4.0,
            4294967296.0,
            4294967298.0,
            9223372036854775808.0,
            -9223372036854775808.0,
            1e300,
            f64::INFINITY,
            f64::NAN,
        ];
        for index in none {
            assert_eq!(through([index, 1.0, 0.0], kind), None, "store at {index}");
            assert_eq!(through([2.0, 1.0, index], kind), None, "load at {index}");
        }
    }
}

/// How often a loop runs that ends with `op`, from n0 on, with the bound n1.
fn turns(op: Op, from: f64, bound: f64) -> Option<f64> {
    run([from, bound, 0.0], |f, _| {
        let top = f.here();
        f.emit(Op::AddFI, 2, 2, 1);
        f.branch(op, 0, 1, top);
        f.emit(Op::RetF, 2, 0, 0);
    })
}

#[test]
fn loops_step_and_compare() {
    assert_eq!(turns(Op::IncJLtF, 0.0, 5.0), Some(5.0));
    assert_eq!(turns(Op::IncJLeF, 0.0, 5.0), Some(6.0));
    assert_eq!(turns(Op::IncJLtF, 0.5, 2.0), Some(2.0));
    assert_eq!(turns(Op::IncJLtF, 0.0, f64::NAN), Some(1.0));
    assert_eq!(turns(Op::IncJLeF, f64::NAN, 9.0), Some(1.0));
    let ints = |from: i32, bound: i32| {
        run([0.0; 3], |f, _| {
            let top = f.label();
            f.emit_i32(Op::ConstI, 5, from);
            f.emit_i32(Op::ConstI, 7, bound);
            f.bind(top);
            f.emit(Op::AddFI, 2, 2, 1);
            f.branch(Op::IncJLtI, 5, 7, top);
            f.emit(Op::RetF, 2, 0, 0);
        })
    };
    assert_eq!(ints(0, 5), Some(5.0));
    assert_eq!(ints(9, 5), Some(1.0));
}

#[test]
fn loops_step_and_compare_with_a_length() {
    for (from, length, want) in [(0, 4, 4.0), (-2, 1, 3.0), (7, 4, 1.0)] {
        let got = run([0.0; 3], |f, _| {
            let top = f.label();
            f.emit_i32(Op::ConstI, 5, length);
            f.emit(Op::NewArr, 0, Slot::ARR_F64.0, 5);
            f.emit_i32(Op::ConstI, 5, from);
            f.bind(top);
            f.emit(Op::AddFI, 2, 2, 1);
            f.branch(Op::IncJLtLen, 0, 5, top);
            f.emit(Op::RetF, 2, 0, 0);
        });
        assert_eq!(got, Some(want));
    }
    let of_nothing = run([0.0; 3], |f, _| {
        let top = f.here();
        f.branch(Op::IncJLtLen, 0, 5, top);
        f.emit(Op::RetF, 2, 0, 0);
    });
    assert_eq!(of_nothing, None);
}
