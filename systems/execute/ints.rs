//! Arithmetic and bit operations on `int`: checked where the type is `int`, wrapping where the compiler proved it.

use super::state::handlers;
use raya_bytecode::isa::Trap;

/// Checked operations: overflow traps.
macro_rules! checked {
    ($s:ident, $value:expr) => {
        match $value {
            Some(v) => {
                $s.set_i($s.a(), v);
                $s.next()
            }
            None => $s.trap(Trap::IntOverflow),
        }
    };
}

handlers! {
    add_i(s) { checked!(s, s.i(s.b()).checked_add(s.i(s.c()))) }
    sub_i(s) { checked!(s, s.i(s.b()).checked_sub(s.i(s.c()))) }
    mul_i(s) { checked!(s, s.i(s.b()).checked_mul(s.i(s.c()))) }
    rem_i(s) {
        let divisor = s.i(s.c());
        if divisor == 0 {
            return s.trap(Trap::DivisionByZero);
        }
        let v = s.i(s.b()).wrapping_rem(divisor);
        s.set_i(s.a(), v);
        s.next()
    }
    neg_i(s) { checked!(s, s.i(s.b()).checked_neg()) }
    add_ii(s) { checked!(s, s.i(s.b()).checked_add(s.imm())) }
    add_w(s) { let v = s.i(s.b()).wrapping_add(s.i(s.c())); s.set_i(s.a(), v); s.next() }
    sub_w(s) { let v = s.i(s.b()).wrapping_sub(s.i(s.c())); s.set_i(s.a(), v); s.next() }
    mul_w(s) { let v = s.i(s.b()).wrapping_mul(s.i(s.c())); s.set_i(s.a(), v); s.next() }
    add_wi(s) { let v = s.i(s.b()).wrapping_add(s.imm()); s.set_i(s.a(), v); s.next() }
    and(s) { let v = s.i(s.b()) & s.i(s.c()); s.set_i(s.a(), v); s.next() }
    or(s) { let v = s.i(s.b()) | s.i(s.c()); s.set_i(s.a(), v); s.next() }
    xor(s) { let v = s.i(s.b()) ^ s.i(s.c()); s.set_i(s.a(), v); s.next() }
    not(s) { let v = !s.i(s.b()); s.set_i(s.a(), v); s.next() }
    shl(s) { let v = s.i(s.b()).wrapping_shl(s.i(s.c()) as u32); s.set_i(s.a(), v); s.next() }
    shr(s) { let v = s.i(s.b()).wrapping_shr(s.i(s.c()) as u32); s.set_i(s.a(), v); s.next() }
    ushr_f(s) {
        let v = (s.i(s.b()) as u32).wrapping_shr(s.i(s.c()) as u32);
        s.set_f(s.a(), f64::from(v));
        s.next()
    }
    and_i(s) { let v = s.i(s.b()) & s.imm(); s.set_i(s.a(), v); s.next() }
    shl_i(s) { let v = s.i(s.b()).wrapping_shl(s.imm() as u32); s.set_i(s.a(), v); s.next() }
    shr_i(s) { let v = s.i(s.b()).wrapping_shr(s.imm() as u32); s.set_i(s.a(), v); s.next() }

    eq_i(s) { let v = s.i(s.b()) == s.i(s.c()); s.set_z(s.a(), v); s.next() }
    ne_i(s) { let v = s.i(s.b()) != s.i(s.c()); s.set_z(s.a(), v); s.next() }
    lt_i(s) { let v = s.i(s.b()) < s.i(s.c()); s.set_z(s.a(), v); s.next() }
    le_i(s) { let v = s.i(s.b()) <= s.i(s.c()); s.set_z(s.a(), v); s.next() }
    eq_z(s) { let v = s.n(s.b()) == s.n(s.c()); s.set_z(s.a(), v); s.next() }
    not_z(s) { let v = s.n(s.b()) ^ 1; s.set_n(s.a(), v); s.next() }
}
