//! Moves, constants and conversions between kinds of numbers.

use super::state::handlers;
use raya_bytecode::isa::Trap;

handlers! {
    mov_n(s) { let v = s.n(s.b()); s.set_n(s.a(), v); s.next() }
    mov_r(s) { let v = s.r(s.b()); s.set_r(s.a(), v); s.next() }
    const_i(s) { let v = (*s.ip).i32_bc(); s.set_i(s.a(), v); s.next() }
    const_fi(s) { let v = (*s.ip).i32_bc(); s.set_f(s.a(), f64::from(v)); s.next() }
    const_f(s) { let v = *s.m.numbers.add(s.b() as usize); s.set_f(s.a(), v); s.next() }
    const_z(s) { let v = s.b(); s.set_n(s.a(), u64::from(v)); s.next() }
    const_s(s) { let v = *s.m.strings.add(s.b() as usize); s.set_r(s.a(), v); s.next() }
    tag(s) { let v = s.b(); s.set_r(s.a(), u32::from(v)); s.next() }

    i2f(s) { let v = s.i(s.b()); s.set_f(s.a(), f64::from(v)); s.next() }
    f2w(s) { let v = to_int32(s.f(s.b())); s.set_i(s.a(), v); s.next() }
    f2i(s) {
        let v = s.f(s.b());
        let i = v as i32;
        if f64::from(i) != v {
            return s.trap(Trap::IntOverflow);
        }
        s.set_i(s.a(), i);
        s.next()
    }
    f2x(s) {
        let v = s.f(s.b());
        let i = v as i32;
        let index = if f64::from(i) == v && i >= 0 { i } else { -1 };
        s.set_i(s.a(), index);
        s.next()
    }
    z2f(s) { let v = s.n(s.b()); s.set_f(s.a(), v as u32 as f64); s.next() }
}

/// JavaScript's ToInt32.
#[inline(always)]
pub(super) fn to_int32(x: f64) -> i32 {
    let truncated = x as i64;
    if truncated != i64::MIN && truncated != i64::MAX {
        return truncated as i32;
    }
    to_int32_far(x)
}

#[cold]
#[inline(never)]
fn to_int32_far(x: f64) -> i32 {
    if !x.is_finite() {
        return 0;
    }
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1075;
    if exponent >= 32 {
        return 0;
    }
    let mantissa = (bits & ((1 << 52) - 1)) | 1 << 52;
    let low = (mantissa << exponent) as i32;
    if x < 0.0 { low.wrapping_neg() } else { low }
}

#[cfg(test)]
mod tests {
    use super::to_int32;

    #[test]
    fn to_int32_wraps_as_javascript() {
        assert_eq!(to_int32(4294967296.0 + 5.0), 5);
        assert_eq!(to_int32(-1.5), -1);
        assert_eq!(to_int32(2147483648.0), i32::MIN);
        assert_eq!(to_int32(f64::NAN), 0);
        assert_eq!(to_int32(1e20), 1661992960);
        assert_eq!(to_int32(-1e20), -1661992960);
        assert_eq!(to_int32(1e300), 0);
        assert_eq!(to_int32(9223372036854775808.0), 0);
    }
}
