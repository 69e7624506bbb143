//! Moves, constants and conversions between kinds of numbers.

use super::state::handlers;
use raya_bytecode::elements::to_int32;
use raya_bytecode::isa::Trap;

handlers! {
    mov_n(s) { let v = s.n(s.b()); s.set_n(s.a(), v); s.next() }
    mov_r(s) { let v = s.r(s.b()); s.set_r(s.a(), v); s.next() }
    const_i(s) { let v = (*s.ip).i32_bc(); s.set_i(s.a(), v); s.next() }
    const_fi(s) { let v = (*s.ip).i32_bc(); s.set_f(s.a(), f64::from(v)); s.next() }
    const_f(s) { let v = *s.m.numbers.add(s.b() as usize); s.set_f(s.a(), v); s.next() }
    const_d(s) { let v = s.b(); s.set_f(s.a(), f64::from(v)); s.next() }
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
