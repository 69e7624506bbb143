//! Calls of closures: arguments and results are adapted where signatures differ.

mod common;

use common::{Source, World, number, returned};
use raya_bytecode::image::CLASS_CLOSURE;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_storages::runs::RunOutcome;
use raya_storages::values::Value;

const F: Slot = Slot::F64;
const ANY: Slot = Slot::ANY;
const MIXED: Slot = Slot::MIXED;

/// Function 1 calls a closure over function 2, which takes what `params` says and gives its first number (or mixed) back,
/// by a signature that passes a number and a mixed and wants `wanted`.
fn call(params: &[Slot], gives: Slot, wanted: Slot) -> RunOutcome {
    let mut source = Source::new();
    let [main, inner] = std::array::from_fn(|_| source.image.declare_function());
    let class = source.image.declare_class("closure", CLASS_CLOSURE, None);
    source.image.set_fields(class, &[]);
    source.image.set_closure(class, inner);
    let sig = source.image.sig(&[ANY, F, MIXED], wanted);
    let all: Vec<Slot> = std::iter::once(Slot::class(class))
        .chain(params.iter().copied())
        .collect();
    let nums: Vec<Slot> = all
        .iter()
        .filter(|s| s.has_num())
        .map(|s| if *s == MIXED { F } else { *s })
        .collect();
    let refs: Vec<Slot> = all
        .iter()
        .filter(|s| s.has_ref())
        .map(|s| if *s == MIXED { ANY } else { *s })
        .collect();
    source.define(inner, &all, gives, &nums, &refs, |f| match gives {
        Slot::VOID => f.emit(Op::Ret, 0, 0, 0),
        Slot::MIXED => f.emit(Op::RetM, 0, 1, 0),
        _ => f.emit(Op::RetF, 0, 0, 0),
    });
    source.define(main, &[F], MIXED, &[F], &[ANY], |f| {
        f.emit(Op::New, 1, class, 0);
        f.emit(Op::MovN, 1, 0, 0);
        f.emit_i32(Op::ConstFI, 2, 7);
        f.emit(Op::Tag, 2, 2, 0);
        f.call(Op::CallClosure, [0, 0, sig as u16], None, 2, 2);
        match wanted {
            Slot::MIXED => f.emit(Op::RetM, 0, 0, 0),
            _ => {
                f.emit(Op::Tag, 0, 2, 0);
                f.emit(Op::RetM, 0, 0, 0);
            }
        }
    });
    let mut world = World::new(source.finish());
    world.call(main, &[number(5.0)])
}

#[test]
fn arguments_and_results_are_adapted() {
    let given = returned;
    let fails = |outcome| matches!(outcome, RunOutcome::Failed(_));
    // The same kinds; surplus arguments dropped; missing ones undefined; a number as a mixed and back.
    assert_eq!(call(&[F, MIXED], F, F), given(5.0));
    assert_eq!(call(&[F], F, F), given(5.0));
    assert_eq!(call(&[F, MIXED, ANY, MIXED], F, F), given(5.0));
    assert_eq!(call(&[MIXED], MIXED, F), given(5.0));
    assert_eq!(call(&[MIXED], MIXED, MIXED), given(5.0));
    assert_eq!(call(&[F, F], F, MIXED), given(5.0));
    assert_eq!(
        call(&[], Slot::VOID, MIXED),
        RunOutcome::Returned(Value::Undefined)
    );
    // A missing number, and a number where a string is wanted, are errors.
    assert!(fails(call(&[F, MIXED, F], F, F)));
    assert!(fails(call(&[Slot::STR], Slot::VOID, MIXED)));
    assert!(fails(call(&[], Slot::VOID, F)));
}
