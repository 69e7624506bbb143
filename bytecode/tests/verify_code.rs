//! One bad function for each rule about code, and good ones beside them where the line is fine.

mod common;

use common::Sample;
use raya_bytecode::assemble::{FunctionBuilder, FunctionSpec};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::image::*;
use raya_bytecode::isa::{Inst, Op};
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::{Problem, VerifyError, verify};

// Locals of the function under test; temps follow.
const F: u16 = 0;
const I: u16 = 1;
const Z: u16 = 2;
const TN: u16 = 3;
const STR: u16 = 0;
const ANY: u16 = 1;
const POINT: u16 = 2;
const NUMBERS: u16 = 3;
const REFS: u16 = 4;
const OBJECT: u16 = 5;
const FUNC: u16 = 6;
const PROMISE: u16 = 7;
const TR: u16 = 8;

/// The sample with one more function, `test(): void`, which returns at its end if it gets there.
fn image_with(build: impl FnOnce(&mut FunctionBuilder, &Sample)) -> Image {
    let mut sample = common::sample();
    let mut f = FunctionBuilder::new();
    build(&mut f, &sample);
    if f.falls_through() {
        f.emit(Op::Ret, 0, 0, 0);
    }
    let body = f.finish(TN, TR).expect("assembles");
    let refs = [
        Slot::STR,
        Slot::ANY,
        Slot::class(sample.point),
        Slot::ARR_F64,
        Slot::ARR_REF,
        Slot::OBJECT,
        Slot::FUNC,
        Slot::PROMISE,
    ];
    let spec = FunctionSpec {
        name: "test",
        params: &[],
        ret: Slot::VOID,
        num_locals: &[Slot::F64, Slot::I32, Slot::BOOL],
        ref_locals: &refs,
        receiver: None,
        flags: 0,
    };
    let id = sample.builder.declare_function();
    sample.builder.define_function(id, &spec, body);
    sample.finish()
}

fn problem_of(image: Image) -> Problem {
    let last = image.functions.len() - 1;
    match verify(image) {
        Err(VerifyError::Code {
            function, problem, ..
        }) => {
            assert_eq!(function, last);
            problem
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("accepted"),
    }
}

/// The code of the function under test.
fn code(image: &mut Image) -> &mut [Inst] {
    let range = image.functions.last().expect("one").code.indices();
    &mut image.code[range]
}

macro_rules! accepts {
    ($($name:ident |$f:ident, $s:ident| $body:expr;)*) => {$(
        #[test]
        #[allow(unused_variables)]
        fn $name() {
            let image = image_with(|$f: &mut FunctionBuilder, $s: &Sample| { $body });
            verify(image).unwrap_or_else(|e| panic!("{e}"));
        }
    )*};
}

macro_rules! refuses {
    ($($name:ident $problem:pat, |$f:ident, $s:ident| $body:expr;)*) => {$(
        #[test]
        #[allow(unused_variables)]
        fn $name() {
            let image = image_with(|$f: &mut FunctionBuilder, $s: &Sample| { $body });
            let problem = problem_of(image);
            assert!(matches!(problem, $problem), "{problem:?}");
        }
    )*};
}

/// Like `refuses!`, but the assembled image is changed behind the assembler's back.
macro_rules! refuses_changed {
    ($($name:ident $problem:pat, |$f:ident| $body:expr, |$image:ident| $change:expr;)*) => {$(
        #[test]
        fn $name() {
            let mut $image = image_with(|$f: &mut FunctionBuilder, _: &Sample| { $body });
            $change;
            let problem = problem_of($image);
            assert!(matches!(problem, $problem), "{problem:?}");
        }
    )*};
}

accepts! {
    an_empty_function |f, s| ();
    a_temp_within_its_block |f, s| {
        f.emit_i32(Op::ConstI, TN, 7);
        f.emit(Op::AddII, I, TN, 1)
    };
    undefined_anywhere |f, s| {
        f.emit(Op::Tag, STR, 0, 0);
        f.emit(Op::Tag, POINT, 1, 0);
        f.emit(Op::Tag, FUNC, 0, 0)
    };
    raw_moves_between_kinds |f, s| f.emit(Op::MovN, F, Z, 0);
    a_subclass_where_its_base_is_declared |f, s| f.emit(Op::New, POINT, s.point3, 0);
    a_class_as_an_object |f, s| f.emit(Op::MovR, OBJECT, POINT, 0);
    a_closure_as_a_function |f, s| f.emit(Op::New, FUNC, s.closure, 0);
    anything_as_any |f, s| f.emit(Op::MovR, ANY, REFS, 0);
    an_array_of_any_kind |f, s| f.emit(Op::Len, I, REFS, 0);
    a_number_temp_across_a_safepoint |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.emit(Op::New, POINT, s.point, 0);
        f.emit(Op::SetN, POINT, 2, TN)
    };
    the_halves_of_a_mixed_field |f, s| {
        f.emit(Op::SetN, POINT, 3, Z);
        f.emit(Op::SetR, POINT, 3, ANY);
        f.emit(Op::GetR, ANY, POINT, 3)
    };
    calls_with_their_window |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.emit(Op::MovR, TR, STR, 0);
        f.call(Op::Call, [F, 0, s.plain as u16], None, 1, 1)
    };
    a_spawn_with_a_mixed_argument |f, s| {
        f.emit(Op::MovN, TN, Z, 0);
        f.emit(Op::MovR, TR, ANY, 0);
        f.call(Op::Spawn, [PROMISE, 0, s.body as u16], None, 1, 1)
    };
    an_await |f, s| f.emit_ext(Op::Await, [F, ANY, PROMISE], [F, 0, 0]);
    members_by_slot |f, s| {
        f.emit_ext(Op::GetMember, [F, 0, OBJECT], [s.member as u16, Slot::F64.0, 0]);
        f.emit_ext(Op::SetMember, [0, STR, POINT], [s.member as u16, Slot::STR.0, 0])
    };
    a_handler |f, s| {
        let [start, end, catch] = std::array::from_fn(|_| f.label());
        f.bind(start);
        f.emit(Op::Throw, F, ANY, 0);
        f.bind(end);
        f.bind(catch);
        f.emit(Op::Catch, F, ANY, 0);
        f.handler(start, end, catch)
    };
}

// Registers and kinds.
refuses! {
    a_temp_never_written Problem::DeadTemp { operand: 'b', register: TN }, |f, s| f.emit(Op::NegF, F, TN, 0);
    a_temp_across_blocks Problem::DeadTemp { operand: 'b', register: TN }, |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.emit(Op::Charge, 0, 0, 0);
        f.emit(Op::NegF, F, TN, 0)
    };
    a_reference_temp_across_a_safepoint Problem::DeadTemp { operand: 'b', register: TR }, |f, s| {
        f.emit(Op::MovR, TR, STR, 0);
        f.emit(Op::New, POINT, s.point, 0);
        f.emit(Op::MovR, STR, TR, 0)
    };
    a_result_of_a_call_in_a_temp Problem::NotLocal { operand: 'a', register: TN }, |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.emit(Op::MovR, TR, STR, 0);
        f.call(Op::Call, [TN, 0, s.plain as u16], None, 1, 1)
    };
    a_promise_in_a_temp Problem::NotLocal { operand: 'a', register: TR }, |f, s| {
        f.emit(Op::MovN, TN, Z, 0);
        f.emit(Op::MovR, TR, ANY, 0);
        f.call(Op::Spawn, [TR, 0, s.body as u16], None, 1, 1)
    };
    a_reference_temp_at_a_safepoint Problem::NotLocal { operand: 'b', register: TR }, |f, s| {
        f.emit(Op::MovR, TR, STR, 0);
        f.emit(Op::Concat, STR, TR, STR)
    };
    an_integer_as_a_number Problem::Type { operand: 'b', found: Slot::I32, expected: Slot::F64 },
        |f, s| f.emit(Op::NegF, F, I, 0);
    a_number_as_an_integer Problem::Type { operand: 'c', .. }, |f, s| f.emit(Op::AddI, I, I, F);
    a_number_as_a_boolean Problem::Type { operand: 'b', .. }, |f, s| f.emit(Op::NotZ, Z, F, 0);
    a_number_result_in_an_integer Problem::Type { operand: 'a', .. }, |f, s| f.emit(Op::NegF, I, F, 0);
    a_temp_keeps_its_kind Problem::Type { operand: 'b', found: Slot::I32, .. }, |f, s| {
        f.emit(Op::MovN, TN, I, 0);
        f.emit(Op::NegF, F, TN, 0)
    };
    an_object_as_a_string Problem::Type { operand: 'b', .. }, |f, s| f.emit(Op::StrLen, I, POINT, 0);
    any_as_a_string Problem::Type { operand: 'a', found: Slot::ANY, expected: Slot::STR },
        |f, s| f.emit(Op::MovR, STR, ANY, 0);
    a_tag_as_a_string Problem::Type { operand: 'a', .. }, |f, s| f.emit(Op::Tag, STR, 2, 0);
    strings_compared_with_anything Problem::Type { operand: 'c', .. }, |f, s| f.emit(Op::EqS, Z, STR, ANY);
}

// Immediates and indices.
refuses! {
    an_operand_that_is_not_used Problem::Operand { operand: 'c', found: 1, .. }, |f, s| f.emit(Op::MovN, F, F, 1);
    a_boolean_that_is_none Problem::Operand { operand: 'b', .. }, |f, s| f.emit(Op::ConstZ, Z, 2, 0);
    a_tag_that_is_none Problem::Operand { operand: 'b', .. }, |f, s| f.emit(Op::Tag, ANY, 4, 0);
    a_trap_that_is_none Problem::Operand { operand: 'a', .. }, |f, s| f.emit(Op::Trap, 8, 0, 0);
    a_number_constant_out_of_range Problem::NoSuch { what: "number", .. }, |f, s| f.emit(Op::ConstF, F, 99, 0);
    a_string_constant_out_of_range Problem::NoSuch { what: "string", .. }, |f, s| f.emit(Op::ConstS, STR, 999, 0);
    a_class_out_of_range Problem::NoSuch { what: "class", .. }, |f, s| f.emit(Op::New, ANY, 99, 0);
    a_function_out_of_range Problem::NoSuch { what: "function", .. },
        |f, s| f.call(Op::Call, [0, 0, 99], None, 0, 0);
    a_signature_out_of_range Problem::NoSuch { what: "signature", .. },
        |f, s| f.call(Op::CallClosure, [0, 0, 99], None, 0, 0);
    a_member_out_of_range Problem::NoSuch { what: "member", .. }, |f, s| f.emit(Op::HasMember, Z, POINT, 99);
    an_import_out_of_range Problem::NoSuch { what: "import", .. },
        |f, s| f.call(Op::CallHost, [0, 0, 99], None, 0, 0);
    a_built_in_out_of_range Problem::NoSuch { what: "built-in", .. },
        |f, s| f.call(Op::CallBuiltin, [0, 0, 9999], None, 0, 0);
    a_type_that_is_none Problem::BadSlot { slot: Slot(40), .. }, |f, s| f.emit(Op::Cast, ANY, ANY, 40);
    a_cast_to_a_number Problem::BadSlot { slot: Slot::F64, .. }, |f, s| f.emit(Op::Cast, ANY, ANY, 0);
    a_type_of_a_class_that_is_none Problem::BadSlot { .. }, |f, s| f.emit(Op::IsType, Z, ANY, Slot::class(99).0);
}

// Objects and arrays.
refuses! {
    a_field_of_no_class Problem::NoField { operand: 'c', class: Slot::OBJECT, .. },
        |f, s| f.emit(Op::GetN, F, OBJECT, 2);
    a_field_that_is_not_there Problem::NoField { operand: 'c', offset: 4, .. }, |f, s| f.emit(Op::GetN, F, POINT, 4);
    a_field_of_the_other_bank Problem::NoField { .. }, |f, s| f.emit(Op::GetR, ANY, POINT, 8);
    a_field_into_another_kind Problem::Type { operand: 'a', .. }, |f, s| f.emit(Op::GetN, I, POINT, 2);
    a_field_stored_from_another_kind Problem::Type { operand: 'c', .. }, |f, s| f.emit(Op::SetN, POINT, 2, I);
    a_field_stored_from_another_type Problem::Type { operand: 'c', .. }, |f, s| f.emit(Op::SetR, POINT, 2, STR);
    a_field_of_a_subclass Problem::NoField { operand: 'c', offset: 5, .. }, |f, s| {
        f.emit(Op::New, POINT, s.point3, 0);
        f.emit(Op::GetN, F, POINT, 5)
    };
    an_instance_of_another_class Problem::Type { operand: 'a', .. }, |f, s| f.emit(Op::New, POINT, s.error, 0);
    a_class_as_a_function Problem::Type { operand: 'a', .. }, |f, s| f.emit(Op::MovR, FUNC, POINT, 0);
    a_global_that_is_not_there Problem::NoField { operand: 'b', .. }, |f, s| f.emit(Op::GlobalN, I, 1, 0);
    a_global_of_another_kind Problem::Type { operand: 'a', .. }, |f, s| f.emit(Op::GlobalN, F, 2, 0);
    a_global_stored_from_another_type Problem::Type { operand: 'b', .. }, |f, s| f.emit(Op::SetGlobalR, 2, ANY, 0);
    a_member_of_an_array Problem::Type { operand: 'c', expected: Slot::OBJECT, .. },
        |f, s| f.emit_ext(Op::GetMember, [F, 0, REFS], [s.member as u16, 0, 0]);
    a_half_that_a_member_lacks Problem::Operand { operand: 'b', found: ANY, .. },
        |f, s| f.emit_ext(Op::GetMember, [F, ANY, POINT], [s.member as u16, Slot::F64.0, 0]);
    a_half_that_a_stored_member_lacks Problem::Operand { operand: 'a', found: I, .. },
        |f, s| f.emit_ext(Op::SetMember, [I, STR, POINT], [s.member as u16, Slot::STR.0, 0]);
    a_member_stored_from_another_type Problem::Type { operand: 'b', .. },
        |f, s| f.emit_ext(Op::SetMember, [0, ANY, POINT], [s.member as u16, Slot::STR.0, 0]);
    a_member_of_type_void Problem::BadSlot { slot: Slot::VOID, .. },
        |f, s| f.emit_ext(Op::GetMember, [0, 0, POINT], [s.member as u16, Slot::VOID.0, 0]);
    an_array_of_no_kind Problem::Rule(_), |f, s| f.emit(Op::NewArr, ANY, Slot::ARR.0, I);
    a_new_array_of_strings Problem::Rule(_), |f, s| f.emit(Op::NewArr, ANY, Slot::STR.0, I);
    an_element_of_another_kind Problem::Type { operand: 'b', .. }, |f, s| f.emit(Op::ElemF, F, REFS, I);
    an_element_stored_in_another_kind Problem::Type { operand: 'a', .. }, |f, s| f.emit(Op::PushR, NUMBERS, ANY, 0);
    an_element_into_a_narrower_type Problem::Type { operand: 'a', .. }, |f, s| f.emit(Op::ElemR, STR, REFS, I);
    the_length_of_an_object Problem::Type { operand: 'b', expected: Slot::ARR, .. },
        |f, s| f.emit(Op::Len, I, POINT, 0);
    an_index_that_is_no_integer Problem::Type { operand: 'c', .. }, |f, s| f.emit(Op::ElemF, F, NUMBERS, F);
}

// Calls.
refuses! {
    an_argument_that_is_missing Problem::DeadTemp { operand: 'w', register: TR }, |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.call(Op::Call, [F, 0, s.plain as u16], None, 1, 0)
    };
    an_argument_of_another_kind Problem::Type { operand: 'w', found: Slot::I32, .. }, |f, s| {
        f.emit(Op::MovN, TN, I, 0);
        f.emit(Op::MovR, TR, STR, 0);
        f.call(Op::Call, [F, 0, s.plain as u16], None, 1, 1)
    };
    an_argument_of_another_type Problem::Type { operand: 'w', found: Slot::ANY, .. }, |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.emit(Op::MovR, TR, ANY, 0);
        f.call(Op::Call, [F, 0, s.plain as u16], None, 1, 1)
    };
    a_result_in_another_kind Problem::Type { operand: 'a', .. }, |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.emit(Op::MovR, TR, STR, 0);
        f.call(Op::Call, [I, 0, s.plain as u16], None, 1, 1)
    };
    a_result_that_is_not_there Problem::Operand { operand: 'b', found: ANY, .. }, |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.emit(Op::MovR, TR, STR, 0);
        f.call(Op::Call, [F, ANY, s.plain as u16], None, 1, 1)
    };
    an_async_body_called Problem::Rule(_), |f, s| f.call(Op::Call, [0, 0, s.body as u16], None, 0, 0);
    a_function_spawned Problem::Rule(_), |f, s| f.call(Op::Spawn, [PROMISE, 0, s.plain as u16], None, 0, 0);
    a_host_call_without_its_arguments Problem::DeadTemp { operand: 'w', .. },
        |f, s| f.call(Op::CallHost, [F, 0, s.host as u16], None, 0, 0);
    a_built_in_without_its_arguments Problem::DeadTemp { operand: 'w', .. },
        |f, s| f.call(Op::CallBuiltin, [F, 0, Builtin::MathSin as u16], None, 0, 0);
    a_signature_without_receiver Problem::Rule(_), |f, s| {
        // Signature 0 is `() -> void`.
        f.call(Op::CallClosure, [0, 0, 0], None, 0, 0)
    };
}

#[test]
fn a_closure_call_needs_a_function_and_a_member_call_an_object() {
    for (op, receiver, good) in [
        (Op::CallClosure, FUNC, true),
        (Op::CallClosure, OBJECT, false),
        (Op::CallMember, OBJECT, true),
        (Op::CallMember, POINT, true),
        (Op::CallMember, FUNC, false),
        (Op::CallMember, ANY, false),
    ] {
        // The closure's signature, `(any) -> void`, is that of function 3.
        let sig = common::sample().finish().functions[3].sig as u16;
        let image = image_with(|f, s| {
            f.emit(Op::MovR, TR, receiver, 0);
            match op {
                Op::CallClosure => f.call(op, [0, 0, sig], None, 0, 1),
                _ => f.call(op, [0, 0, s.member as u16], Some(sig), 0, 1),
            }
        });
        if good {
            verify(image).unwrap_or_else(|e| panic!("{e}"));
        } else {
            let problem = problem_of(image);
            assert!(
                matches!(problem, Problem::Type { operand: 'w', .. }),
                "{problem:?}"
            );
        }
    }
}

// Returns, tasks, errors.
refuses! {
    a_return_of_nothing_needed Problem::Rule(_), |f, s| f.emit(Op::RetF, F, 0, 0);
    an_await_of_a_temp Problem::NotLocal { operand: 'c', .. }, |f, s| {
        f.emit(Op::MovR, TR, PROMISE, 0);
        f.emit_ext(Op::Await, [F, ANY, TR], [F, 0, 0])
    };
    an_await_into_a_temp Problem::NotLocal { operand: 'a', .. },
        |f, s| f.emit_ext(Op::Await, [TN, ANY, PROMISE], [F, 0, 0]);
    an_await_into_a_typed_local Problem::Type { operand: 'b', .. },
        |f, s| f.emit_ext(Op::Await, [F, STR, PROMISE], [F, 0, 0]);
    an_awaited_number_in_a_temp Problem::NotLocal { operand: 'd', .. }, |f, s| {
        f.emit(Op::MovN, TN, F, 0);
        f.emit_ext(Op::Await, [F, ANY, PROMISE], [TN, 0, 0])
    };
    a_catch_without_handler Problem::Rule(_), |f, s| f.emit(Op::Catch, F, ANY, 0);
    a_handler_without_catch Problem::Rule(_), |f, s| {
        let [start, end] = std::array::from_fn(|_| f.label());
        f.bind(start);
        f.emit(Op::NegF, F, F, 0);
        f.bind(end);
        f.emit(Op::Ret, 0, 0, 0);
        let target = f.here();
        f.emit(Op::Ret, 0, 0, 0);
        f.handler(start, end, target)
    };
    a_jump_into_a_handler Problem::Rule(_), |f, s| {
        let [start, end, catch] = std::array::from_fn(|_| f.label());
        f.bind(start);
        f.jump(catch);
        f.bind(end);
        f.bind(catch);
        f.emit(Op::Catch, F, ANY, 0);
        f.handler(start, end, catch)
    };
    falling_into_a_handler Problem::Rule(_), |f, s| {
        let [start, end, catch] = std::array::from_fn(|_| f.label());
        f.bind(start);
        f.emit(Op::NegF, F, F, 0);
        f.bind(end);
        f.bind(catch);
        f.emit(Op::Catch, F, ANY, 0);
        f.handler(start, end, catch)
    };
    a_catch_into_a_temp Problem::NotLocal { operand: 'a', .. }, |f, s| {
        let [start, end, catch] = std::array::from_fn(|_| f.label());
        f.bind(start);
        f.emit(Op::Trap, 0, 0, 0);
        f.bind(end);
        f.bind(catch);
        f.emit(Op::Catch, TN, ANY, 0);
        f.handler(start, end, catch)
    };
}

// What the assembler never writes.
refuses_changed! {
    an_opcode_that_is_none Problem::NoOpcode { opcode: 255 }, |f| f.emit(Op::NegF, F, F, 0),
        |image| code(&mut image)[0].op = 255;
    a_stray_second_word Problem::Rule(_), |f| f.emit(Op::NegF, F, F, 0),
        |image| code(&mut image)[0].op = Op::Ext as u8;
    a_missing_second_word Problem::Rule(_), |f| f.emit_ext(Op::Await, [F, ANY, PROMISE], [F, 0, 0]),
        |image| code(&mut image)[1] = Inst::new(Op::Ret, 0, 0, 0);
    a_second_word_that_costs Problem::Rule(_), |f| f.emit_ext(Op::Await, [F, ANY, PROMISE], [F, 0, 0]),
        |image| code(&mut image)[1].cost = 1;
    a_wrong_cost Problem::Cost { found: 2, expected: 3 }, |f| f.emit(Op::NegF, F, F, 0),
        |image| code(&mut image)[1].cost = 2;
    a_cost_within_a_block Problem::Cost { found: 1, expected: 0 }, |f| f.emit(Op::NegF, F, F, 0),
        |image| code(&mut image)[0].cost = 1;
    a_jump_out_of_the_function Problem::BadTarget { target: -1 },
        |f| { let top = f.here(); f.jump(top) },
        |image| code(&mut image)[0] = Inst { cost: 1, ..Inst::with_i32(Op::Jmp, 0, -1) };
    a_jump_behind_the_end Problem::BadTarget { target: 2 },
        |f| { let top = f.here(); f.branch(Op::JTrue, Z, 0, top) },
        |image| code(&mut image)[0].c = 2;
    a_jump_into_a_second_word Problem::BadTarget { target: 1 },
        |f| { f.emit_ext(Op::Await, [F, ANY, PROMISE], [F, 0, 0]); let top = f.here(); f.jump(top) },
        |image| code(&mut image)[2] = Inst { cost: 1, ..Inst::with_i32(Op::Jmp, 0, -1) };
    falling_into_a_jump_target Problem::Rule(_),
        |f| { f.emit(Op::NegF, F, F, 0); let top = f.here(); f.jump(top) },
        |image| code(&mut image)[1] = Inst::new(Op::NegF, F, F, 0);
    running_off_the_end Problem::Rule(_), |f| f.emit(Op::Ret, 0, 0, 0),
        |image| code(&mut image)[0] = Inst { cost: 0, ..Inst::new(Op::Charge, 0, 0, 0) };
    a_register_that_is_not_there Problem::NoRegister { operand: 'b', register: TN, count: 3 },
        |f| { f.emit(Op::MovN, TN, F, 0); f.emit(Op::NegF, F, TN, 0) },
        |image| {
            image.functions.last_mut().expect("one").num_temps = 0;
            code(&mut image)[0] = Inst::new(Op::MovN, F, F, 0);
        };
    an_empty_function_body Problem::Rule(_), |f| f.emit(Op::Ret, 0, 0, 0),
        |image| {
            image.functions.last_mut().expect("one").code.count = 0;
            image.code.pop();
        };
}
