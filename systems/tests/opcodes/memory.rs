//! Objects, globals, arrays, typed arrays and strings.

use super::Case::{Code, Element};
use super::*;
use raya_bytecode::elements::Element as Kind;

/// A field of a new point that is the first argument, after an update by the others.
fn update(w: &mut Writer<'_>, op: Op) {
    w.point(O, A);
    match op.info().ext {
        None => w.emit(op, O, w.ids.x, B),
        Some([_, Operand::UseF, _]) => w.f.emit_ext(op, [O, w.ids.x, B], [C, A, 0]),
        Some(_) => w.f.emit_ext(op, [O, w.ids.x, B], [C, 0, 0]),
    }
    w.emit(Op::GetN, X, O, w.ids.x);
}

/// An element that is stored at 1 of 3 and loaded from there: the first argument, in an array of numbers.
fn floats(w: &mut Writer<'_>, store: Op, load: Op) {
    w.array(FS, Slot::ARR_F64, 3);
    let at = one(w, store);
    w.emit(store, FS, at, A);
    let at = one(w, load);
    w.emit(load, X, FS, at);
}

/// Likewise, booleans: `[false, true, false]`.
fn booleans(w: &mut Writer<'_>, store: Op, load: Op) {
    w.array(ZS, Slot::ARR_BOOL, 3);
    w.emit(Op::ConstZ, Q, 1, 0);
    let at = one(w, store);
    w.emit(store, ZS, at, Q);
    let at = one(w, load);
    w.emit(load, Q, ZS, at);
    w.flag(Q);
    w.emit(Op::ConstI, K, 2, 0);
    w.emit(Op::ElemZ, Q, ZS, K);
    w.flag(Q);
}

/// Likewise, a point whose field is the first argument.
fn objects(w: &mut Writer<'_>, store: Op, load: Op) {
    w.array(RS, Slot::ARR_REF, 3);
    w.point(O, A);
    let at = one(w, store);
    w.emit(store, RS, at, O);
    let at = one(w, load);
    let point = Slot::class(w.ids.point).0;
    if load.info().ext.is_some() {
        w.f.emit_ext(load, [N, RS, at], [point, 0, 0]);
    } else {
        w.emit(load, U, RS, at);
        w.emit(Op::Cast, N, U, point);
    }
    w.emit(Op::GetN, X, N, w.ids.x);
}

/// An element of another type than the instruction says.
fn wrong_object(w: &mut Writer<'_>, load: Op) {
    w.array(RS, Slot::ARR_REF, 3);
    w.emit(Op::ConstS, S, w.ids.b, 0);
    w.emit(Op::ConstI, K, 1, 0);
    w.emit(Op::SetElemR, RS, K, S);
    let at = one(w, load);
    w.f.emit_ext(load, [N, RS, at], [Slot::class(w.ids.point).0, 0, 0]);
}

/// 1 as an index, an int or a number.
fn one(w: &mut Writer<'_>, op: Op) -> u16 {
    w.emit(Op::ConstI, K, 1, 0);
    w.f.emit_i32(Op::ConstFI, Y, 1);
    if op.info().operands[1..].starts_with(&[Operand::UseR]) {
        return if op.info().operands[2] == Operand::UseF {
            Y
        } else {
            K
        };
    }
    if op.info().operands[1] == Operand::UseF {
        Y
    } else {
        K
    }
}

/// Mixed pairs: `[undefined, the first argument]`.
fn mixed(w: &mut Writer<'_>) {
    w.array(MS, Slot::ARR_MIXED, 2);
    w.emit(Op::Tag, U, 2, 0);
    w.emit(Op::ConstI, K, 1, 0);
    w.f.emit_ext(Op::SetElemM, [MS, K, A], [U, 0, 0]);
    w.emit(Op::ElemMR, V, MS, K);
    w.digit(Op::JTag, V, 2);
    w.emit(Op::ElemMN, Y, MS, K);
    w.emit(Op::MulF, X, X, Y);
}

/// Appends to an array and gives its length in `K`; 0 was its length.
fn push(w: &mut Writer<'_>, array: u16, slot: Slot, write: fn(&mut Writer<'_>)) {
    w.array(array, slot, 1);
    write(w);
    w.emit(Op::Len, K, array, 0);
    w.decimal(K);
    w.emit(Op::ConstI, K, 1, 0);
}

pub const CASES: Cases = &[
    (
        Op::New,
        Code(
            |w| {
                w.emit(Op::New, U, w.ids.point, 0);
                w.emit(Op::IsType, Q, U, Slot::class(w.ids.point).0);
                w.flag(Q);
                w.emit(Op::Cast, O, U, Slot::class(w.ids.point).0);
                w.emit(Op::GetN, Y, O, w.ids.x);
                w.emit(Op::AddF, X, X, Y);
            },
            |_| Some(1.0),
        ),
    ),
    (
        Op::GetN,
        Code(
            |w| {
                w.point(O, A);
                w.point(N, B);
                w.emit(Op::GetN, X, O, w.ids.x);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (
        Op::GetN,
        Code(|w| w.emit(Op::GetN, X, O, w.ids.x), |_| None),
    ),
    (
        Op::SetN,
        Code(
            |w| {
                w.point(O, A);
                w.emit(Op::SetN, O, w.ids.x, B);
                w.emit(Op::GetN, X, O, w.ids.x);
            },
            |[_, b, _]| Some(b),
        ),
    ),
    (
        Op::SetN,
        Code(|w| w.emit(Op::SetN, O, w.ids.x, A), |_| None),
    ),
    (
        Op::AddToN,
        Code(|w| update(w, Op::AddToN), |[a, b, _]| Some(a + b)),
    ),
    (
        Op::SubFromN,
        Code(|w| update(w, Op::SubFromN), |[a, b, _]| Some(a - b)),
    ),
    (
        Op::AddMulToN,
        Code(|w| update(w, Op::AddMulToN), |[a, b, c]| Some(a + b * c)),
    ),
    (
        Op::SubMulFromN,
        Code(|w| update(w, Op::SubMulFromN), |[a, b, c]| Some(a - b * c)),
    ),
    (
        Op::AddMulMulToN,
        Code(
            |w| update(w, Op::AddMulMulToN),
            |[a, b, c]| Some(a + b * c * a),
        ),
    ),
    (
        Op::SubMulMulFromN,
        Code(
            |w| update(w, Op::SubMulMulFromN),
            |[a, b, c]| Some(a - b * c * a),
        ),
    ),
    (
        Op::DiffN,
        Code(
            |w| {
                w.point(O, A);
                w.point(N, B);
                w.f.emit_ext(Op::DiffN, [X, O, w.ids.x], [N, w.ids.x, 0]);
            },
            |[a, b, _]| Some(a - b),
        ),
    ),
    (
        Op::GetR,
        Code(
            |w| {
                w.point(O, A);
                w.emit(Op::ConstS, S, w.ids.ab, 0);
                w.emit(Op::SetR, O, w.ids.label, S);
                w.emit(Op::GetR, T, O, w.ids.label);
                w.emit(Op::StrLen, K, T, 0);
                w.decimal(K);
            },
            |_| Some(2.0),
        ),
    ),
    (
        Op::GetR,
        Code(|w| w.emit(Op::GetR, T, O, w.ids.label), |_| None),
    ),
    (
        Op::SetR,
        Code(
            |w| {
                w.point(O, A);
                for text in [w.ids.ab, w.ids.b] {
                    w.emit(Op::ConstS, S, text, 0);
                    w.emit(Op::SetR, O, w.ids.label, S);
                }
                w.emit(Op::GetR, T, O, w.ids.label);
                w.emit(Op::StrLen, K, T, 0);
                w.decimal(K);
            },
            |_| Some(1.0),
        ),
    ),
    (
        Op::SetR,
        Code(|w| w.emit(Op::SetR, O, w.ids.label, S), |_| None),
    ),
    (
        Op::GlobalN,
        Code(
            |w| {
                w.emit(Op::SetGlobalN, w.ids.count, A, 0);
                w.emit(Op::SetGlobalN, w.ids.result, B, 0);
                w.emit(Op::GlobalN, X, w.ids.count, 0);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (
        Op::SetGlobalN,
        Code(
            |w| {
                w.emit(Op::SetGlobalN, w.ids.count, A, 0);
                w.emit(Op::SetGlobalN, w.ids.count, B, 0);
                w.emit(Op::GlobalN, X, w.ids.count, 0);
            },
            |[_, b, _]| Some(b),
        ),
    ),
    (
        Op::GlobalR,
        Code(
            |w| {
                w.emit(Op::ConstS, S, w.ids.ab, 0);
                w.emit(Op::SetGlobalR, w.ids.text, S, 0);
                w.emit(Op::GlobalR, T, w.ids.text, 0);
                w.emit(Op::StrLen, K, T, 0);
                w.decimal(K);
            },
            |_| Some(2.0),
        ),
    ),
    (
        Op::SetGlobalR,
        Code(
            |w| {
                for text in [w.ids.ab, w.ids.b] {
                    w.emit(Op::ConstS, S, text, 0);
                    w.emit(Op::SetGlobalR, w.ids.text, S, 0);
                }
                w.emit(Op::GlobalR, T, w.ids.text, 0);
                w.emit(Op::StrLen, K, T, 0);
                w.decimal(K);
            },
            |_| Some(1.0),
        ),
    ),
    (
        Op::Cast,
        Code(
            |w| {
                w.point(O, A);
                w.emit(Op::MovR, U, O, 0);
                w.emit(Op::Cast, N, U, Slot::class(w.ids.point).0);
                w.emit(Op::GetN, X, N, w.ids.x);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (
        Op::Cast,
        Code(
            |w| {
                w.point(O, A);
                w.emit(Op::MovR, U, O, 0);
                w.emit(Op::Cast, S, U, Slot::STR.0);
            },
            |_| None,
        ),
    ),
    (
        Op::IsType,
        Code(
            |w| {
                w.emit(Op::IsType, Q, U, Slot::STR.0);
                w.flag(Q);
                w.emit(Op::ConstS, U, w.ids.ab, 0);
                for slot in [Slot::STR, Slot::FUNC, Slot::class(w.ids.point)] {
                    w.emit(Op::IsType, Q, U, slot.0);
                    w.flag(Q);
                }
            },
            |_| Some(4.0),
        ),
    ),
    (
        Op::NonNull,
        Code(
            |w| {
                w.point(O, A);
                w.emit(Op::NonNull, N, O, 0);
                w.emit(Op::GetN, X, N, w.ids.x);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (
        Op::NonNull,
        Code(|w| w.emit(Op::NonNull, N, O, 0), |_| None),
    ),
    (
        Op::TypeOf,
        Code(
            |w| {
                // "undefined", "object" and "boolean" have different lengths; so has "number".
                for tag in [0, 2, 3] {
                    w.emit(Op::Tag, U, tag, 0);
                    w.emit(Op::TypeOf, S, A, U);
                    w.emit(Op::StrLen, K, S, 0);
                    w.decimal(K);
                }
                w.emit(Op::New, U, w.ids.closure, 0);
                w.emit(Op::TypeOf, S, A, U);
                w.emit(Op::StrLen, K, S, 0);
                w.decimal(K);
            },
            |_| Some(9678.0),
        ),
    ),
    (
        Op::GetMember,
        Code(
            |w| {
                w.point(O, A);
                w.f.emit_ext(Op::GetMember, [X, 0, O], [w.ids.member_x, F.0, 0]);
            },
            |[a, ..]| Some(a),
        ),
    ),
    (
        Op::GetMember,
        Code(
            |w| {
                w.point(O, A);
                w.f.emit_ext(Op::GetMember, [X, 0, O], [w.ids.member_other, F.0, 0]);
            },
            |_| None,
        ),
    ),
    (
        Op::SetMember,
        Code(
            |w| {
                w.point(O, A);
                w.f.emit_ext(Op::SetMember, [B, 0, O], [w.ids.member_x, F.0, 0]);
                w.emit(Op::GetN, X, O, w.ids.x);
            },
            |[_, b, _]| Some(b),
        ),
    ),
    (
        Op::HasMember,
        Code(
            |w| {
                w.point(O, A);
                for member in [w.ids.member_x, w.ids.member_other, w.ids.member_double] {
                    w.emit(Op::HasMember, Q, O, member);
                    w.flag(Q);
                }
            },
            |_| Some(5.0),
        ),
    ),
    (
        Op::NewArr,
        Code(
            |w| {
                w.array(FS, Slot::ARR_F64, 3);
                w.emit(Op::Len, K, FS, 0);
                w.decimal(K);
                w.emit(Op::ConstI, K, 2, 0);
                w.emit(Op::ElemF, Y, FS, K);
                w.emit(Op::AddF, X, X, Y);
            },
            |_| Some(3.0),
        ),
    ),
    (
        Op::Len,
        Code(
            |w| {
                w.array(RS, Slot::ARR_REF, 7);
                w.emit(Op::Len, K, RS, 0);
                w.decimal(K);
                w.array(TYPED, Slot::FLOAT64, 5);
                w.emit(Op::Len, K, TYPED, 0);
                w.decimal(K);
            },
            |_| Some(75.0),
        ),
    ),
    (
        Op::ElemF,
        Code(|w| floats(w, Op::SetElemF, Op::ElemF), |[a, ..]| Some(a)),
    ),
    (
        Op::SetElemF,
        Code(|w| floats(w, Op::SetElemF, Op::ElemXF), |[a, ..]| Some(a)),
    ),
    (
        Op::ElemXF,
        Code(|w| floats(w, Op::SetElemXF, Op::ElemXF), |[a, ..]| Some(a)),
    ),
    (
        Op::SetElemXF,
        Code(|w| floats(w, Op::SetElemXF, Op::ElemF), |[a, ..]| Some(a)),
    ),
    (Op::ElemI, Code(ints, |[a, ..]| Some(f64::from(to_int(a))))),
    (
        Op::SetElemI,
        Code(ints, |[a, ..]| Some(f64::from(to_int(a)))),
    ),
    (
        Op::ElemZ,
        Code(|w| booleans(w, Op::SetElemZ, Op::ElemZ), |_| Some(2.0)),
    ),
    (
        Op::SetElemZ,
        Code(|w| booleans(w, Op::SetElemZ, Op::ElemXZ), |_| Some(2.0)),
    ),
    (
        Op::ElemXZ,
        Code(|w| booleans(w, Op::SetElemXZ, Op::ElemXZ), |_| Some(2.0)),
    ),
    (
        Op::SetElemXZ,
        Code(|w| booleans(w, Op::SetElemXZ, Op::ElemZ), |_| Some(2.0)),
    ),
    (
        Op::ElemR,
        Code(|w| objects(w, Op::SetElemR, Op::ElemR), |[a, ..]| Some(a)),
    ),
    (
        Op::SetElemR,
        Code(|w| objects(w, Op::SetElemR, Op::ElemXR), |[a, ..]| Some(a)),
    ),
    (
        Op::ElemXR,
        Code(|w| objects(w, Op::SetElemXR, Op::ElemXR), |[a, ..]| Some(a)),
    ),
    (
        Op::SetElemXR,
        Code(|w| objects(w, Op::SetElemXR, Op::ElemR), |[a, ..]| Some(a)),
    ),
    (
        Op::ElemT,
        Code(|w| objects(w, Op::SetElemR, Op::ElemT), |[a, ..]| Some(a)),
    ),
    (Op::ElemT, Code(|w| wrong_object(w, Op::ElemT), |_| None)),
    (
        Op::ElemXT,
        Code(|w| objects(w, Op::SetElemR, Op::ElemXT), |[a, ..]| Some(a)),
    ),
    (Op::ElemXT, Code(|w| wrong_object(w, Op::ElemXT), |_| None)),
    (Op::ElemMN, Code(mixed, |[a, ..]| Some(a))),
    (Op::ElemMR, Code(mixed, |[a, ..]| Some(a))),
    (Op::SetElemM, Code(mixed, |[a, ..]| Some(a))),
    (
        Op::PushF,
        Code(
            |w| {
                push(w, FS, Slot::ARR_F64, |w| w.emit(Op::PushF, FS, A, 0));
                w.emit(Op::ElemF, Y, FS, K);
                w.emit(Op::AddF, X, X, Y);
            },
            |[a, ..]| Some(2.0 + a),
        ),
    ),
    (
        Op::PushI,
        Code(
            |w| {
                push(w, IS, Slot::ARR_I32, |w| {
                    w.emit(Op::F2W, I, A, 0);
                    w.emit(Op::PushI, IS, I, 0);
                });
                w.emit(Op::ElemI, K, IS, K);
                w.decimal(K);
            },
            |[a, ..]| Some(20.0 + f64::from(to_int(a))),
        ),
    ),
    (
        Op::PushZ,
        Code(
            |w| {
                push(w, ZS, Slot::ARR_BOOL, |w| {
                    w.emit(Op::TruthyF, P, A, 0);
                    w.emit(Op::PushZ, ZS, P, 0);
                });
                w.emit(Op::ElemZ, Q, ZS, K);
                w.flag(Q);
            },
            |[a, ..]| Some(if is_truthy(a) { 5.0 } else { 4.0 }),
        ),
    ),
    (
        Op::PushR,
        Code(
            |w| {
                push(w, RS, Slot::ARR_REF, |w| {
                    w.point(O, A);
                    w.emit(Op::PushR, RS, O, 0);
                });
                w.f.emit_ext(Op::ElemT, [N, RS, K], [Slot::class(w.ids.point).0, 0, 0]);
                w.emit(Op::GetN, Y, N, w.ids.x);
                w.emit(Op::AddF, X, X, Y);
            },
            |[a, ..]| Some(2.0 + a),
        ),
    ),
    (
        Op::PushM,
        Code(
            |w| {
                push(w, MS, Slot::ARR_MIXED, |w| {
                    w.emit(Op::Tag, U, 2, 0);
                    w.emit(Op::PushM, MS, A, U);
                });
                w.emit(Op::ElemMR, V, MS, K);
                w.digit(Op::JTag, V, 2);
                w.emit(Op::ConstI, K, 1, 0);
                w.emit(Op::ElemMN, Y, MS, K);
                w.emit(Op::AddF, X, X, Y);
            },
            |[a, ..]| Some(5.0 + a),
        ),
    ),
    (Op::LoadI8, Element(Kind::I8, Op::StoreX8, Op::LoadI8)),
    (Op::LoadU8, Element(Kind::U8, Op::StoreX8, Op::LoadU8)),
    (Op::LoadI16, Element(Kind::I16, Op::StoreX16, Op::LoadI16)),
    (Op::LoadU16, Element(Kind::U16, Op::StoreX16, Op::LoadU16)),
    (Op::LoadI32, Element(Kind::I32, Op::StoreX32, Op::LoadI32)),
    (Op::LoadU32, Element(Kind::U32, Op::StoreX32, Op::LoadU32)),
    (Op::LoadF32, Element(Kind::F32, Op::StoreXF32, Op::LoadF32)),
    (Op::LoadF64, Element(Kind::F64, Op::StoreXF64, Op::LoadF64)),
    (Op::Store8, Element(Kind::I8, Op::Store8, Op::LoadXI8)),
    (
        Op::Store8C,
        Element(Kind::U8Clamped, Op::Store8C, Op::LoadXU8),
    ),
    (Op::Store16, Element(Kind::I16, Op::Store16, Op::LoadXI16)),
    (Op::Store32, Element(Kind::I32, Op::Store32, Op::LoadXI32)),
    (Op::StoreF32, Element(Kind::F32, Op::StoreF32, Op::LoadXF32)),
    (Op::StoreF64, Element(Kind::F64, Op::StoreF64, Op::LoadXF64)),
    (Op::LoadXI8, Element(Kind::I8, Op::StoreX8, Op::LoadXI8)),
    (Op::LoadXU8, Element(Kind::U8, Op::StoreX8, Op::LoadXU8)),
    (Op::LoadXI16, Element(Kind::I16, Op::StoreX16, Op::LoadXI16)),
    (Op::LoadXU16, Element(Kind::U16, Op::StoreX16, Op::LoadXU16)),
    (Op::LoadXI32, Element(Kind::I32, Op::StoreX32, Op::LoadXI32)),
    (Op::LoadXU32, Element(Kind::U32, Op::StoreX32, Op::LoadXU32)),
    (
        Op::LoadXF32,
        Element(Kind::F32, Op::StoreXF32, Op::LoadXF32),
    ),
    (
        Op::LoadXF64,
        Element(Kind::F64, Op::StoreXF64, Op::LoadXF64),
    ),
    (Op::StoreX8, Element(Kind::U8, Op::StoreX8, Op::LoadU8)),
    (
        Op::StoreX8C,
        Element(Kind::U8Clamped, Op::StoreX8C, Op::LoadU8),
    ),
    (Op::StoreX16, Element(Kind::U16, Op::StoreX16, Op::LoadU16)),
    (Op::StoreX32, Element(Kind::U32, Op::StoreX32, Op::LoadU32)),
    (
        Op::StoreXF32,
        Element(Kind::F32, Op::StoreXF32, Op::LoadF32),
    ),
    (
        Op::StoreXF64,
        Element(Kind::F64, Op::StoreXF64, Op::LoadF64),
    ),
    (
        Op::Concat,
        Code(
            |w| {
                w.emit(Op::ConstS, S, w.ids.digits, 0);
                w.emit(Op::ConstS, T, w.ids.b, 0);
                w.emit(Op::Concat, S, S, T);
                w.emit(Op::StrLen, K, S, 0);
                w.decimal(K);
                for index in 0..3 {
                    w.emit(Op::ConstI, K, index, 0);
                    w.emit(Op::CharCode, Y, S, K);
                    w.emit(Op::MulFI, X, X, 100);
                    w.emit(Op::AddF, X, X, Y);
                }
            },
            |_| Some(3_525_098.0),
        ),
    ),
    (
        Op::StrLen,
        Code(
            |w| {
                for text in [w.ids.ab, w.ids.empty, w.ids.b] {
                    w.emit(Op::ConstS, S, text, 0);
                    w.emit(Op::StrLen, K, S, 0);
                    w.decimal(K);
                }
            },
            |_| Some(201.0),
        ),
    ),
    (
        Op::CharCode,
        Code(
            |w| {
                w.emit(Op::ConstS, S, w.ids.ab, 0);
                w.emit(Op::ConstI, K, 1, 0);
                w.emit(Op::CharCode, X, S, K);
            },
            |_| Some(98.0),
        ),
    ),
    (
        Op::CharCode,
        Code(
            |w| {
                w.emit(Op::ConstS, S, w.ids.ab, 0);
                w.emit(Op::ConstI, K, 2, 0);
                w.emit(Op::CharCode, X, S, K);
            },
            |_| Some(f64::NAN),
        ),
    ),
];

/// An element of an array of ints.
fn ints(w: &mut Writer<'_>) {
    w.array(IS, Slot::ARR_I32, 3);
    w.emit(Op::F2W, I, A, 0);
    w.emit(Op::ConstI, K, 1, 0);
    w.emit(Op::SetElemI, IS, K, I);
    w.emit(Op::ElemI, K, IS, K);
    w.decimal(K);
}
