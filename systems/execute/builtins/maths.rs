//! `Math`: through `libm`, the same bits on every machine.

use super::{Outcome, Window, float};
use crate::execute::machine::Machine;
use raya_bytecode::builtins::Builtin;

/// Fuel for a function beyond the call's own.
const COST: u64 = 8;

pub(super) fn run(m: &mut Machine<'_>, builtin: Builtin, w: Window<'_>) -> Outcome {
    if builtin == Builtin::MathRandom {
        return float(next_random(&mut m.heap.random));
    }
    m.pay(COST);
    let x = w.f(0);
    float(match builtin {
        Builtin::MathSin => libm::sin(x),
        Builtin::MathCos => libm::cos(x),
        Builtin::MathTan => libm::tan(x),
        Builtin::MathAsin => libm::asin(x),
        Builtin::MathAcos => libm::acos(x),
        Builtin::MathAtan => libm::atan(x),
        Builtin::MathSinh => libm::sinh(x),
        Builtin::MathCosh => libm::cosh(x),
        Builtin::MathTanh => libm::tanh(x),
        Builtin::MathAsinh => libm::asinh(x),
        Builtin::MathAcosh => libm::acosh(x),
        Builtin::MathAtanh => libm::atanh(x),
        Builtin::MathExp => exp(x),
        Builtin::MathExpm1 => libm::expm1(x),
        Builtin::MathLog => libm::log(x),
        Builtin::MathLog1p => libm::log1p(x),
        Builtin::MathLog2 => libm::log2(x),
        Builtin::MathLog10 => libm::log10(x),
        Builtin::MathCbrt => libm::cbrt(x),
        Builtin::MathSign => sign(x),
        Builtin::MathFround => f64::from(x as f32),
        Builtin::MathClz32 => {
            f64::from((raya_bytecode::elements::to_int32(x) as u32).leading_zeros())
        }
        Builtin::MathAtan2 => libm::atan2(x, w.f(1)),
        Builtin::MathHypot => libm::hypot(x, w.f(1)),
        _ => unreachable!("the index sends only these here"),
    })
}

/// V8 gives `Math.E` for 1, where the algorithm that it shares with `libm` is off by the last bit.
fn exp(x: f64) -> f64 {
    if x == 1.0 {
        std::f64::consts::E
    } else {
        libm::exp(x)
    }
}

fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}

/// The next number of a SplitMix64 stream, in [0, 1).
fn next_random(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 / (1u64 << 53) as f64
}
