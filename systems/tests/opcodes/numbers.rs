//! Moves, constants, arithmetic, conversions and comparisons.

use super::Case::{Code, Gives};
use super::*;

const I32: fn(f64) -> i32 = |value| value as i32;

fn int(value: i32) -> Option<f64> {
    Some(f64::from(value))
}

fn flag(value: bool) -> Option<f64> {
    Some(f64::from(u8::from(value)))
}

/// `Math.min`, to which -0 is less than 0.
fn min(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a < b || (a == b && a.is_sign_negative()) {
        a
    } else {
        b
    }
}

/// `a ** b`, which is not IEEE's where that would give 1.
fn power(a: f64, b: f64) -> f64 {
    if b.is_nan() || (a.abs() == 1.0 && b.is_infinite()) {
        f64::NAN
    } else {
        libm::pow(a, b)
    }
}

/// `Math.round`: halves go up, and the sign stays.
fn round(a: f64) -> f64 {
    (a + 0.5)
        .floor()
        .copysign(if a == 0.0 || (-0.5..0.0).contains(&a) {
            a
        } else {
            a + 0.5
        })
}

fn index(value: f64) -> i32 {
    let is_index = value.trunc() == value && (0.0..=2147483647.0).contains(&value);
    if is_index { value as i32 } else { -1 }
}

/// Appends how two strings compare, three ways.
fn compare(w: &mut Writer<'_>, op: Op) {
    w.emit(Op::ConstS, S, w.ids.ab, 0);
    w.emit(Op::ConstS, T, w.ids.b, 0);
    for [a, b] in [[S, T], [T, S], [S, S]] {
        w.emit(op, Q, a, b);
        w.flag(Q);
    }
}

pub const CASES: Cases = &[
    (Op::MovN, Gives(|v| Some(v[0]))),
    (
        Op::MovR,
        Code(
            |w| {
                w.emit(Op::ConstS, S, w.ids.ab, 0);
                w.emit(Op::MovR, T, S, 0);
                w.emit(Op::StrLen, K, T, 0);
                w.decimal(K);
            },
            |_| Some(2.0),
        ),
    ),
    (
        Op::ConstI,
        Code(
            |w| {
                w.f.emit_i32(Op::ConstI, K, -70_000);
                w.decimal(K);
            },
            |_| Some(-70_000.0),
        ),
    ),
    (
        Op::ConstFI,
        Code(
            |w| w.f.emit_i32(Op::ConstFI, X, -70_001),
            |_| Some(-70_001.0),
        ),
    ),
    (
        Op::ConstF,
        Code(|w| w.emit(Op::ConstF, X, w.ids.tenth, 0), |_| Some(0.1)),
    ),
    (
        Op::ConstZ,
        Code(
            |w| {
                for value in [1, 0] {
                    w.emit(Op::ConstZ, Q, value, 0);
                    w.flag(Q);
                }
            },
            |_| Some(2.0),
        ),
    ),
    (
        Op::ConstD,
        Code(|w| w.emit(Op::ConstD, X, w.ids.desc, 0), |_| Some(1.0)),
    ),
    (
        Op::ConstS,
        Code(
            |w| {
                w.emit(Op::ConstS, S, w.ids.b, 0);
                w.emit(Op::ConstI, K, 0, 0);
                w.emit(Op::CharCode, X, S, K);
            },
            |_| Some(98.0),
        ),
    ),
    (
        Op::Tag,
        Code(
            |w| {
                for tag in 0..4 {
                    w.emit(Op::Tag, U, tag, 0);
                    for is in 0..4 {
                        w.digit(Op::JTag, U, is);
                    }
                }
            },
            |_| Some(f64::from(0b1000_0100_0010_0001_u16)),
        ),
    ),
    (Op::AddF, Gives(|v| Some(v[0] + v[1]))),
    (Op::SubF, Gives(|v| Some(v[0] - v[1]))),
    (Op::MulF, Gives(|v| Some(v[0] * v[1]))),
    (Op::DivF, Gives(|v| Some(v[0] / v[1]))),
    (Op::RemF, Gives(|v| Some(v[0] % v[1]))),
    (Op::PowF, Gives(|v| Some(power(v[0], v[1])))),
    (Op::MinF, Gives(|v| Some(min(v[0], v[1])))),
    (Op::MaxF, Gives(|v| Some(-min(-v[0], -v[1])))),
    (Op::AddFI, Gives(|v| Some(v[0] + v[1]))),
    (Op::SubFI, Gives(|v| Some(v[0] - v[1]))),
    (Op::MulFI, Gives(|v| Some(v[0] * v[1]))),
    (Op::AddFK, Gives(|v| Some(v[0] + v[1]))),
    (Op::SubFK, Gives(|v| Some(v[0] - v[1]))),
    (Op::MulFK, Gives(|v| Some(v[0] * v[1]))),
    (Op::DivFK, Gives(|v| Some(v[0] / v[1]))),
    (Op::NegF, Gives(|v| Some(-v[0]))),
    (Op::AbsF, Gives(|v| Some(v[0].abs()))),
    (Op::SqrtF, Gives(|v| Some(v[0].sqrt()))),
    (Op::FloorF, Gives(|v| Some(v[0].floor()))),
    (Op::CeilF, Gives(|v| Some(v[0].ceil()))),
    (Op::RoundF, Gives(|v| Some(round(v[0])))),
    (Op::TruncF, Gives(|v| Some(v[0].trunc()))),
    (Op::MulAddF, Gives(|v| Some(v[0] * v[1] + v[2]))),
    (Op::MulSubF, Gives(|v| Some(v[2] - v[0] * v[1]))),
    (Op::MulMulF, Gives(|v| Some(v[0] * v[1] * v[2]))),
    (Op::AddMulF, Gives(|v| Some((v[0] + v[1]) * v[2]))),
    (Op::DotF, Gives(|v| Some(v[0] * v[1] + v[2] * v[3]))),
    (Op::AddAddF, Gives(|v| Some(v[0] + v[1] + v[2]))),
    (
        Op::AddI,
        Gives(|v| I32(v[0]).checked_add(I32(v[1])).map(f64::from)),
    ),
    (
        Op::SubI,
        Gives(|v| I32(v[0]).checked_sub(I32(v[1])).map(f64::from)),
    ),
    (
        Op::MulI,
        Gives(|v| I32(v[0]).checked_mul(I32(v[1])).map(f64::from)),
    ),
    (
        Op::RemI,
        Gives(|v| match I32(v[1]) {
            0 => None,
            divisor => int(I32(v[0]).wrapping_rem(divisor)),
        }),
    ),
    (Op::NegI, Gives(|v| I32(v[0]).checked_neg().map(f64::from))),
    (
        Op::AddII,
        Gives(|v| I32(v[0]).checked_add(I32(v[1])).map(f64::from)),
    ),
    (Op::AddW, Gives(|v| int(I32(v[0]).wrapping_add(I32(v[1]))))),
    (Op::SubW, Gives(|v| int(I32(v[0]).wrapping_sub(I32(v[1]))))),
    (Op::MulW, Gives(|v| int(I32(v[0]).wrapping_mul(I32(v[1]))))),
    (Op::AddWI, Gives(|v| int(I32(v[0]).wrapping_add(I32(v[1]))))),
    (Op::And, Gives(|v| int(I32(v[0]) & I32(v[1])))),
    (Op::Or, Gives(|v| int(I32(v[0]) | I32(v[1])))),
    (Op::Xor, Gives(|v| int(I32(v[0]) ^ I32(v[1])))),
    (Op::Not, Gives(|v| int(!I32(v[0])))),
    (Op::Shl, Gives(|v| int(I32(v[0]) << (I32(v[1]) & 31)))),
    (Op::Shr, Gives(|v| int(I32(v[0]) >> (I32(v[1]) & 31)))),
    (
        Op::UshrF,
        Gives(|v| Some(f64::from(I32(v[0]) as u32 >> (I32(v[1]) & 31)))),
    ),
    (Op::AndI, Gives(|v| int(I32(v[0]) & I32(v[1])))),
    (Op::ShlI, Gives(|v| int(I32(v[0]) << (I32(v[1]) & 31)))),
    (Op::ShrI, Gives(|v| int(I32(v[0]) >> (I32(v[1]) & 31)))),
    (Op::I2F, Gives(|v| Some(v[0]))),
    (Op::F2W, Gives(|v| int(to_int(v[0])))),
    (
        Op::F2I,
        Gives(|v| (f64::from(I32(v[0])) == v[0]).then(|| f64::from(I32(v[0])))),
    ),
    (Op::F2X, Gives(|v| int(index(v[0])))),
    (Op::Z2F, Gives(|v| Some(v[0]))),
    (Op::EqF, Gives(|v| flag(v[0] == v[1]))),
    (Op::NeF, Gives(|v| flag(v[0] != v[1]))),
    (Op::LtF, Gives(|v| flag(v[0] < v[1]))),
    (Op::LeF, Gives(|v| flag(v[0] <= v[1]))),
    (Op::EqI, Gives(|v| flag(v[0] == v[1]))),
    (Op::NeI, Gives(|v| flag(v[0] != v[1]))),
    (Op::LtI, Gives(|v| flag(v[0] < v[1]))),
    (Op::LeI, Gives(|v| flag(v[0] <= v[1]))),
    (Op::EqZ, Gives(|v| flag(v[0] == v[1]))),
    (
        Op::EqR,
        Code(
            |w| {
                w.point(O, A);
                w.point(N, A);
                for other in [N, O] {
                    w.emit(Op::EqR, Q, O, other);
                    w.flag(Q);
                }
            },
            |_| Some(1.0),
        ),
    ),
    (
        Op::EqS,
        Code(
            |w| {
                // Undefined is itself only; strings are their text.
                w.emit(Op::EqS, Q, S, T);
                w.flag(Q);
                w.emit(Op::ConstS, S, w.ids.ab, 0);
                w.emit(Op::EqS, Q, S, T);
                w.flag(Q);
                w.emit(Op::ConstS, T, w.ids.empty, 0);
                w.emit(Op::Concat, T, S, T);
                w.emit(Op::EqS, Q, S, T);
                w.flag(Q);
            },
            |_| Some(5.0),
        ),
    ),
    (Op::LtS, Code(|w| compare(w, Op::LtS), |_| Some(4.0))),
    (Op::LeS, Code(|w| compare(w, Op::LeS), |_| Some(5.0))),
    (
        Op::EqM,
        Code(
            |w| {
                w.emit(Op::Tag, U, 2, 0);
                w.f.emit_ext(Op::EqM, [Q, A, U], [B, U, 0]);
                w.flag(Q);
                w.f.emit_ext(Op::EqM, [Q, A, U], [A, V, 0]);
                w.flag(Q);
            },
            |[a, b, _]| Some(if a == b { 2.0 } else { 0.0 }),
        ),
    ),
    (Op::NotZ, Gives(|v| flag(v[0] == 0.0))),
    (Op::TruthyF, Gives(|v| flag(is_truthy(v[0])))),
    (
        Op::TruthyR,
        Code(
            |w| {
                w.emit(Op::TruthyR, Q, S, 0);
                w.flag(Q);
                for text in [w.ids.empty, w.ids.b] {
                    w.emit(Op::ConstS, S, text, 0);
                    w.emit(Op::TruthyR, Q, S, 0);
                    w.flag(Q);
                }
            },
            |_| Some(1.0),
        ),
    ),
    (
        Op::TruthyM,
        Code(
            |w| {
                for tag in [2, 0, 1, 3] {
                    w.emit(Op::Tag, U, tag, 0);
                    w.emit(Op::TruthyM, Q, A, U);
                    w.flag(Q);
                }
                w.point(O, A);
                w.emit(Op::TruthyM, Q, A, O);
                w.flag(Q);
            },
            |[a, ..]| {
                // As a boolean, whatever is not all zeros is true.
                let bits = [is_truthy(a), false, false, a.to_bits() != 0, true];
                Some(
                    bits.iter()
                        .fold(0.0, |sum, bit| sum * 2.0 + f64::from(u8::from(*bit))),
                )
            },
        ),
    ),
];
