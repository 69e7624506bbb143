//! Jumps: each ends a basic block, pays for it, and stops at its target when the fuel is used up.

use super::state::{State, handlers, is_object};
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::NULL;

/// The second operand as an immediate.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn imm_b(s: &State<'_, '_>) -> i32 {
    i32::from(s.b() as i16)
}

/// The second operand as a number.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn imm_f(s: &State<'_, '_>) -> f64 {
    f64::from(imm_b(s))
}

handlers! {
    jmp(s) {
        s.charge();
        let offset = (*s.ip).i32_bc();
        s.ip = s.ip.offset(offset as isize);
        s.block()
    }
    charge(s) {
        s.charge();
        s.ip = s.ip.add(1);
        s.block()
    }
    j_true(s) { let t = s.z(s.a()); s.branch(t) }
    j_false(s) { let t = !s.z(s.a()); s.branch(t) }
    j_lt_f(s) { let t = s.f(s.a()) < s.f(s.b()); s.branch(t) }
    j_le_f(s) { let t = s.f(s.a()) <= s.f(s.b()); s.branch(t) }
    j_eq_f(s) { let t = s.f(s.a()) == s.f(s.b()); s.branch(t) }
    j_nlt_f(s) { let t = s.f(s.a()) < s.f(s.b()); s.branch(!t) }
    j_nle_f(s) { let t = s.f(s.a()) <= s.f(s.b()); s.branch(!t) }
    j_ne_f(s) { let t = s.f(s.a()) != s.f(s.b()); s.branch(t) }
    j_lt_fi(s) { let t = s.f(s.a()) < imm_f(&s); s.branch(t) }
    j_le_fi(s) { let t = s.f(s.a()) <= imm_f(&s); s.branch(t) }
    j_gt_fi(s) { let t = s.f(s.a()) > imm_f(&s); s.branch(t) }
    j_ge_fi(s) { let t = s.f(s.a()) >= imm_f(&s); s.branch(t) }
    j_eq_fi(s) { let t = s.f(s.a()) == imm_f(&s); s.branch(t) }
    j_nlt_fi(s) { let t = s.f(s.a()) < imm_f(&s); s.branch(!t) }
    j_nle_fi(s) { let t = s.f(s.a()) <= imm_f(&s); s.branch(!t) }
    j_ngt_fi(s) { let t = s.f(s.a()) > imm_f(&s); s.branch(!t) }
    j_nge_fi(s) { let t = s.f(s.a()) >= imm_f(&s); s.branch(!t) }
    j_ne_fi(s) { let t = s.f(s.a()) != imm_f(&s); s.branch(t) }
    j_lt_i(s) { let t = s.i(s.a()) < s.i(s.b()); s.branch(t) }
    j_le_i(s) { let t = s.i(s.a()) <= s.i(s.b()); s.branch(t) }
    j_eq_i(s) { let t = s.i(s.a()) == s.i(s.b()); s.branch(t) }
    j_ne_i(s) { let t = s.i(s.a()) != s.i(s.b()); s.branch(t) }
    j_lt_ii(s) { let t = s.i(s.a()) < imm_b(&s); s.branch(t) }
    j_le_ii(s) { let t = s.i(s.a()) <= imm_b(&s); s.branch(t) }
    j_gt_ii(s) { let t = s.i(s.a()) > imm_b(&s); s.branch(t) }
    j_ge_ii(s) { let t = s.i(s.a()) >= imm_b(&s); s.branch(t) }
    j_eq_ii(s) { let t = s.i(s.a()) == imm_b(&s); s.branch(t) }
    j_ne_ii(s) { let t = s.i(s.a()) != imm_b(&s); s.branch(t) }
    j_eq_r(s) { let t = s.r(s.a()) == s.r(s.b()); s.branch(t) }
    j_ne_r(s) { let t = s.r(s.a()) != s.r(s.b()); s.branch(t) }
    j_tag(s) { let t = s.r(s.a()) == u32::from(s.b()); s.branch(t) }
    j_ntag(s) { let t = s.r(s.a()) != u32::from(s.b()); s.branch(t) }
    j_nullish(s) { let t = s.r(s.a()) <= NULL; s.branch(t) }
    j_nnullish(s) { let t = s.r(s.a()) > NULL; s.branch(t) }
    j_in_bounds(s) {
        let array = s.r(s.a());
        if !is_object(array) {
            return s.trap(Trap::Nullish);
        }
        // An index below 0 is one beyond every length when taken unsigned.
        let t = (s.i(s.b()) as u32) < s.word(array, 1) as u32;
        s.branch(t)
    }
    // A number that grows by 1 becomes no NaN that isn't the one.
    inc_j_lt_f(s) {
        let v = s.f(s.a()) + 1.0;
        s.set_f(s.a(), v);
        let t = v < s.f(s.b());
        s.branch(t)
    }
    inc_j_le_f(s) {
        let v = s.f(s.a()) + 1.0;
        s.set_f(s.a(), v);
        let t = v <= s.f(s.b());
        s.branch(t)
    }
    inc_j_lt_i(s) {
        let v = s.i(s.a()).wrapping_add(1);
        s.set_i(s.a(), v);
        let t = v < s.i(s.b());
        s.branch(t)
    }
    inc_j_lt_len(s) {
        let v = s.i(s.b()).wrapping_add(1);
        s.set_i(s.b(), v);
        let array = s.r(s.a());
        if !is_object(array) {
            return s.trap(Trap::Nullish);
        }
        let t = v < s.word(array, 1) as i32;
        s.branch(t)
    }
}
