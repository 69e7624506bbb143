//! Calls and returns. Arguments lie in the caller's temps, where the callee's registers begin: nothing is copied.
//!
//! A call of a closure or method compares signatures; where they differ, or the callee wants references of narrower
//! types, the arguments are adapted in place. Absent: members found by name (`members`), tasks.

use super::errors::{Halt, as_mixed};
use super::machine::{ALL_TEMPS, Machine};
use super::state::{Exit, State, handlers, is_object};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::image::NONE;
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{Slot, UNDEFINED};
use raya_storages::frames::NO_ADAPT;
use raya_storages::layout::{Kind, header_class};
use raya_storages::programs::LinkedFunction;
use smallvec::SmallVec;

/// Where a call's result goes, and as what.
#[derive(Clone, Copy)]
pub(super) struct Return {
    pub num: u16,
    pub reference: u16,
    pub adapt: u16,
}

/// Begins a frame of `function`, whose arguments are in the window. `width`: of the calling instruction.
///
/// # Safety
/// As `State`; `Machine::has_room` said yes for the callee.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
pub(super) unsafe fn enter(s: State<'_, '_>, function: u32, width: usize, ret: Return) -> Exit {
    push_frame(s, function, width, ret).block()
}

/// `enter`, by the loop.
///
/// # Safety
/// As `enter`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
pub(super) unsafe fn enter_by_loop(
    s: State<'_, '_>,
    function: u32,
    width: usize,
    ret: Return,
) -> Exit {
    push_frame(s, function, width, ret).block_by_loop()
}

/// The state at the beginning of the new frame.
///
/// # Safety
/// As `enter`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn push_frame<'m, 'a>(
    mut s: State<'m, 'a>,
    function: u32,
    width: usize,
    ret: Return,
) -> State<'m, 'a> {
    let callee: *const LinkedFunction = s.m.functions.add(function as usize);
    let (nums, refs) = (s.window_nums(), s.window_refs());
    s.charge();
    let caller = s.m.row;
    let base = |base: u32, locals: u16| base.wrapping_add(u32::from(locals));
    let num_base = base((*caller).num_base, (*s.m.current).num_locals);
    let ref_base = base((*caller).ref_base, (*s.m.current).ref_locals);
    (*caller).pc = s.m.pc_of(s.ip.add(width));
    let row = caller.add(1);
    // Its `pc` is written when it calls or stops.
    (*row).function = function;
    (*row).num_base = num_base;
    (*row).ref_base = ref_base;
    (*row).ret_num = ret.num;
    (*row).ret_ref = ret.reference;
    (*row).ret_adapt = ret.adapt;
    (*row).raise = 0;
    zero(nums, (*callee).num_params, (*callee).num_locals);
    zero(refs, (*callee).ref_params, (*callee).ref_locals);
    s.m.row = row;
    s.m.current = callee;
    s.nums = nums;
    s.refs = refs;
    s.ip = s.m.code.add((*callee).code_start as usize);
    s
}

/// Zeroes the locals that are no parameters.
///
/// # Safety
/// The registers up to `end` are in the bank.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn zero<T: Default>(bank: *mut T, start: u16, end: u16) {
    let mut place = bank.add(start as usize);
    let end = bank.add(end as usize);
    while place < end {
        // Volatile keeps the optimiser from calling a function for what is mostly one register.
        place.write_volatile(T::default());
        place = place.add(1);
    }
}

/// Calls `function` with arguments that lie in the window as signature `sig` says; the first is known to be right.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
pub(super) unsafe fn enter_checked(
    s: State<'_, '_>,
    function: u32,
    sig: u32,
    width: usize,
) -> Exit {
    let callee: *const LinkedFunction = s.m.functions.add(function as usize);
    if !s.m.has_room(callee, s.window_nums(), s.window_refs()) {
        s.m.callee = function;
        return s.go(grow_stack);
    }
    let mut ret = Return {
        num: s.a(),
        reference: s.b(),
        adapt: NO_ADAPT,
    };
    if (*callee).sig == sig && !(*callee).needs_ref_checks {
        return enter(s, function, width, ret);
    }
    match adapt_arguments(s.m, s.window_nums(), s.window_refs(), &*callee, sig) {
        Ok(adapt) => {
            ret.adapt = adapt;
            enter_by_loop(s, function, width, ret)
        }
        Err(trap) => s.trap(trap),
    }
}

/// Brings the window from what `sig` says to what the callee's parameters are; gives `FrameRow::ret_adapt`.
///
/// # Safety
/// As `State`; `nums` and `refs` are the window and there is room for the callee.
#[inline(never)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn adapt_arguments(
    m: &Machine<'_>,
    nums: *mut u64,
    refs: *mut u32,
    callee: &LinkedFunction,
    sig: u32,
) -> Result<u16, Trap> {
    let given = m.program.image.sigs[sig as usize];
    let kinds = &m.program.image.sig_params[given.params.indices()];
    let wanted = &m.program.image.slots[callee.params.indices()];
    let (mut num, mut reference) = (0, 0);
    let mut values: SmallVec<[(Slot, u64, u32); 8]> = SmallVec::new();
    for kind in kinds.iter().take(wanted.len()) {
        let mut value = (*kind, 0, UNDEFINED);
        if kind.has_num() {
            value.1 = *nums.add(num);
            num += 1;
        }
        if kind.has_ref() {
            value.2 = *refs.add(reference);
            reference += 1;
        }
        values.push(value);
    }
    // All are checked before any is written, so that a trap leaves the window alone.
    values.resize(wanted.len(), (Slot::VOID, 0, UNDEFINED));
    for (value, to) in values.iter_mut().zip(wanted).skip(1) {
        (value.1, value.2) = m.adapt((value.1, value.2), value.0, *to)?;
    }
    let (mut num, mut reference) = (0, 0);
    for (value, to) in values.iter().zip(wanted) {
        if to.has_num() {
            *nums.add(num) = value.1;
            num += 1;
        }
        if to.has_ref() {
            *refs.add(reference) = value.2;
            reference += 1;
        }
    }
    let gives = kind_of(callee.ret);
    Ok(if gives == given.ret {
        NO_ADAPT
    } else {
        given.ret.0
    })
}

/// The kind of a slot: references are all `ANY`.
pub(super) fn kind_of(slot: Slot) -> Slot {
    if slot > Slot::ANY { Slot::ANY } else { slot }
}

handlers! {
    call(s) {
        let function = u32::from(s.c());
        let callee: *const LinkedFunction = s.m.functions.add(function as usize);
        if !s.m.has_room(callee, s.window_nums(), s.window_refs()) {
            s.m.callee = function;
            return s.go(grow_stack);
        }
        let ret = Return { num: s.a(), reference: s.b(), adapt: NO_ADAPT };
        enter(s, function, 1, ret)
    }

    call_closure(s) {
        let closure = *s.window_refs();
        match closure_function(&s, closure) {
            Some(function) => {
                let sig = u32::from(s.c());
                enter_checked(s, function, sig, 1)
            }
            None => {
                s.m.halt = Some(Halt::type_error("value is not a function"));
                s.m.need.window_refs = 0;
                s.go(super::errors::raise_halt)
            }
        }
    }

    /// Makes room on the stack for `Machine::callee` and runs the call again.
    #[cold]
    #[inline(never)]
    grow_stack(s) {
        s.m.save(s.ip, s.fuel);
        match s.m.grow_for(s.m.callee as usize) {
            Ok(()) => Exit::Switch,
            Err(halt) => {
                // Nothing was collected since the arguments were written.
                s.m.need.window_refs = ALL_TEMPS;
                s.m.raise(halt)
            }
        }
    }

    ret(s) { give(s, 0, UNDEFINED, Gives::Nothing) }
    ret_f(s) { let v = s.n(s.a()); give(s, v, UNDEFINED, Gives::Num) }
    ret_ref(s) { let v = s.r(s.a()); give(s, 0, v, Gives::Ref) }
    ret_m(s) { let (n, r) = (s.n(s.a()), s.r(s.b())); give(s, n, r, Gives::Both) }

    /// Returns from the bottom frame. The value is in the machine.
    #[inline(never)]
    give_last(s) {
        s.m.fuel = s.fuel;
        s.m.returned = as_mixed(s.m.returned, (*s.m.current).ret);
        s.m.return_from_task()
    }

    /// Returns to a caller that wants another type. The value is in the machine.
    #[inline(never)]
    give_slowly(s) {
        let (value, from) = (s.m.returned, (*s.m.current).ret);
        let row = *s.m.row;
        s.m.save(s.ip, s.fuel);
        s.m.stack.rows.pop();
        match s.m.adapt(value, from, Slot(row.ret_adapt)) {
            Ok(value) => s.m.put_result(row.ret_num, row.ret_ref, Slot(row.ret_adapt), value),
            Err(trap) => {
                // It is the call that goes wrong, and the caller's handlers that may catch it.
                let pc = &mut s.m.stack.rows.last_mut().expect("a caller").pc;
                *pc -= 1;
                return s.m.raise_in_frame(trap);
            }
        }
        Exit::Switch
    }

    call_builtin(s) {
        // Built-ins may look at the frames.
        s.m.save(s.ip, s.fuel);
        let function = &*s.m.current;
        let nums = std::slice::from_raw_parts(s.window_nums(), function.num_temps as usize);
        let refs = std::slice::from_raw_parts(s.window_refs(), function.ref_temps as usize);
        let builtin = Builtin::from_u16(s.c()).unwrap_unchecked();
        match super::builtins::run(s.m, builtin, nums, refs) {
            Ok((num, reference)) => {
                s.fuel = s.m.fuel;
                s.heap = s.m.heap.words.as_mut_ptr();
                let ret = builtin.info().ret;
                if ret.has_num() {
                    s.set_n(s.a(), num);
                }
                if ret.has_ref() {
                    s.set_r(s.b(), reference);
                }
                s.next_by_loop()
            }
            Err(halt) => {
                s.fuel = s.m.fuel;
                s.m.halt = Some(halt);
                s.m.need.window_refs = builtin.info().params.iter().filter(|p| p.has_ref()).count() as u32;
                s.go(super::errors::raise_halt)
            }
        }
    }
}

/// Which halves a return gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    Nothing,
    Num,
    Ref,
    Both,
}

/// Returns to the caller.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn give(mut s: State<'_, '_>, num: u64, reference: u32, gives: Gives) -> Exit {
    s.charge();
    let row = s.m.row;
    if (*row).ret_adapt != NO_ADAPT {
        s.m.returned = (num, reference);
        return if row == s.m.stack.rows.as_mut_ptr() {
            s.go(give_last)
        } else {
            s.go(give_slowly)
        };
    }
    let caller = row.sub(1);
    let (ret_num, ret_ref) = ((*row).ret_num, (*row).ret_ref);
    s.m.row = caller;
    s.m.current = s.m.functions.add((*caller).function as usize);
    // From the row, not from the function: one load less to wait for.
    s.nums = s.m.nums_start.add((*caller).num_base as usize);
    s.refs = s.m.refs_start.add((*caller).ref_base as usize);
    s.ip = s.m.code.add((*caller).pc as usize);
    if matches!(gives, Gives::Num | Gives::Both) {
        s.set_n(ret_num, num);
    }
    if matches!(gives, Gives::Ref | Gives::Both) {
        s.set_r(ret_ref, reference);
    }
    s.block()
}

/// The function of a closure; `None` if it is none.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
pub(super) unsafe fn closure_function(s: &State<'_, '_>, closure: u32) -> Option<u32> {
    if !is_object(closure) {
        return None;
    }
    let header = s.word_any(closure, 0);
    if header as u8 != Kind::Object as u8 {
        return None;
    }
    let function =
        s.m.program
            .classes
            .get_unchecked(header_class(header) as usize)
            .function;
    (function != NONE).then_some(function)
}

impl Machine<'_> {
    /// Writes a call's result into the saved top frame.
    pub fn put_result(&mut self, num: u16, reference: u16, slot: Slot, value: (u64, u32)) {
        let row = *self.stack.rows.last().expect("a caller");
        if slot.has_num() {
            self.stack.nums[row.num_base as usize + usize::from(num)] = value.0;
        }
        if slot.has_ref() {
            self.stack.refs[row.ref_base as usize + usize::from(reference)] = value.1;
        }
    }
}
