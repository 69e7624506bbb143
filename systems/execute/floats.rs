//! Arithmetic on `number`: IEEE operations, `libm` for the rest, one NaN.

use super::state::handlers;

handlers! {
    add_f(s) { let v = s.f(s.b()) + s.f(s.c()); s.give(v) }
    sub_f(s) { let v = s.f(s.b()) - s.f(s.c()); s.give(v) }
    mul_f(s) { let v = s.f(s.b()) * s.f(s.c()); s.give(v) }
    div_f(s) { let v = s.f(s.b()) / s.f(s.c()); s.give(v) }
    rem_f(s) { let v = remainder(s.f(s.b()), s.f(s.c())); s.give(v) }
    pow_f(s) { let v = power(s.f(s.b()), s.f(s.c())); s.give(v) }
    min_f(s) { let v = minimum(s.f(s.b()), s.f(s.c())); s.give(v) }
    max_f(s) { let v = maximum(s.f(s.b()), s.f(s.c())); s.give(v) }
    add_fi(s) { let v = s.f(s.b()) + f64::from(s.imm()); s.set_f(s.a(), v); s.next() }
    sub_fi(s) { let v = s.f(s.b()) - f64::from(s.imm()); s.set_f(s.a(), v); s.next() }
    mul_fi(s) { let v = s.f(s.b()) * f64::from(s.imm()); s.give(v) }
    add_fk(s) { let v = s.f(s.b()) + *s.m.numbers.add(s.c() as usize); s.give(v) }
    sub_fk(s) { let v = s.f(s.b()) - *s.m.numbers.add(s.c() as usize); s.give(v) }
    mul_fk(s) { let v = s.f(s.b()) * *s.m.numbers.add(s.c() as usize); s.give(v) }
    div_fk(s) { let v = s.f(s.b()) / *s.m.numbers.add(s.c() as usize); s.give(v) }
    neg_f(s) { let v = -s.f(s.b()); s.give(v) }
    abs_f(s) { let v = s.f(s.b()).abs(); s.set_f(s.a(), v); s.next() }
    sqrt_f(s) { let v = root(s.f(s.b())); s.give(v) }
    floor_f(s) { let v = floor(s.f(s.b())); s.set_f(s.a(), v); s.next() }
    ceil_f(s) { let v = ceil(s.f(s.b())); s.set_f(s.a(), v); s.next() }
    round_f(s) { let v = round(s.f(s.b())); s.set_f(s.a(), v); s.next() }
    trunc_f(s) { let v = trunc(s.f(s.b())); s.set_f(s.a(), v); s.next() }

    // No NaN between the two operations can get lost: what it is added to or multiplied by gives NaN.
    mul_add_f(s) { let v = s.f(s.b()) * s.f(s.c()) + s.f(s.ext().a); s.give2(v) }
    mul_sub_f(s) { let v = s.f(s.ext().a) - s.f(s.b()) * s.f(s.c()); s.give2(v) }
    mul_mul_f(s) { let v = s.f(s.b()) * s.f(s.c()) * s.f(s.ext().a); s.give2(v) }
    add_mul_f(s) { let v = (s.f(s.b()) + s.f(s.c())) * s.f(s.ext().a); s.give2(v) }
    dot_f(s) {
        let ext = s.ext();
        let v = s.f(s.b()) * s.f(s.c()) + s.f(ext.a) * s.f(ext.b);
        s.give2(v)
    }
    add_add_f(s) { let v = s.f(s.b()) + s.f(s.c()) + s.f(s.ext().a); s.give2(v) }

    eq_f(s) { let v = s.f(s.b()) == s.f(s.c()); s.set_z(s.a(), v); s.next() }
    ne_f(s) { let v = s.f(s.b()) != s.f(s.c()); s.set_z(s.a(), v); s.next() }
    lt_f(s) { let v = s.f(s.b()) < s.f(s.c()); s.set_z(s.a(), v); s.next() }
    le_f(s) { let v = s.f(s.b()) <= s.f(s.c()); s.set_z(s.a(), v); s.next() }
    truthy_f(s) { let v = truthy(s.f(s.b())); s.set_z(s.a(), v); s.next() }
}

/// Neither 0 nor NaN.
#[inline(always)]
pub(super) fn truthy(x: f64) -> bool {
    x.abs() > 0.0
}

/// The square root; exact by IEEE on every machine.
#[inline(always)]
pub(super) fn root(x: f64) -> f64 {
    libm::sqrt(x)
}

/// `Math.floor`.
#[inline(always)]
pub(super) fn floor(x: f64) -> f64 {
    let near = x as i32;
    if f64::from(near) == x && near != 0 {
        x
    } else {
        libm::floor(x)
    }
}

/// `Math.ceil`.
#[inline(always)]
pub(super) fn ceil(x: f64) -> f64 {
    libm::ceil(x)
}

/// `Math.trunc`.
#[inline(always)]
pub(super) fn trunc(x: f64) -> f64 {
    libm::trunc(x)
}

/// `Math.round`: halves go up; the sign of zero is kept.
#[inline(always)]
pub(super) fn round(x: f64) -> f64 {
    let below = libm::floor(x);
    if x - below >= 0.5 {
        // `+ 1.0` turns -0.5 into 0; JavaScript says -0.
        libm::copysign(below + 1.0, x)
    } else {
        below
    }
}

/// `Math.min` of two: NaN if either is, -0 below 0.
#[inline(always)]
pub(super) fn minimum(a: f64, b: f64) -> f64 {
    if a < b || a.is_nan() {
        a
    } else if a == b {
        f64::from_bits(a.to_bits() | (b.to_bits() & 1 << 63))
    } else {
        b
    }
}

/// `Math.max` of two.
#[inline(always)]
pub(super) fn maximum(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() {
        a
    } else if a == b {
        if a.is_sign_negative() { b } else { a }
    } else {
        b
    }
}

/// `%` as JavaScript has it.
#[inline(always)]
pub(super) fn remainder(a: f64, b: f64) -> f64 {
    let (x, y) = (a as i32, b as i32);
    if x > 0 && y > 0 && f64::from(x) == a && f64::from(y) == b {
        return f64::from(x % y);
    }
    far_remainder(a, b)
}

#[inline(never)]
fn far_remainder(a: f64, b: f64) -> f64 {
    libm::fmod(a, b)
}

/// `**` as JavaScript has it: NaN where C gives 1.
#[inline(never)]
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (base.abs() == 1.0 && exponent.is_infinite()) {
        return f64::NAN;
    }
    libm::pow(base, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_is_javascripts() {
        for (x, want) in [
            (0.5, 1.0),
            (-0.5, -0.0),
            (2.5, 3.0),
            (-2.5, -2.0),
            (0.49999999999999994, 0.0),
            (-0.2, -0.0),
        ] {
            assert_eq!(round(x).to_bits(), f64::to_bits(want), "round({x})");
        }
        assert_eq!(round(4503599627370497.0), 4503599627370497.0);
    }

    #[test]
    fn extremes_know_zeros_and_nan() {
        assert!(minimum(0.0, -0.0).is_sign_negative());
        assert!(maximum(-0.0, 0.0).is_sign_positive());
        assert!(minimum(f64::NAN, 1.0).is_nan() && minimum(1.0, f64::NAN).is_nan());
        assert!(maximum(f64::NAN, 1.0).is_nan() && maximum(1.0, f64::NAN).is_nan());
        assert_eq!(minimum(2.0, 1.0), 1.0);
        assert_eq!(maximum(2.0, 1.0), 2.0);
    }

    #[test]
    fn remainder_keeps_the_sign_of_the_dividend() {
        assert_eq!(remainder(-4.0, 2.0).to_bits(), (-0.0f64).to_bits());
        assert_eq!(remainder(5.5, 2.0), 1.5);
        assert!(remainder(1.0, 0.0).is_nan());
        assert_eq!(remainder(7.0, 3.0), 1.0);
    }

    #[test]
    fn power_differs_from_c() {
        assert!(power(1.0, f64::INFINITY).is_nan());
        assert!(power(1.0, f64::NAN).is_nan());
        assert_eq!(power(f64::NAN, 0.0), 1.0);
    }
}
