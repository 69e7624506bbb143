//! The registers of the interpreter: what is in machine registers while instructions run.
//!
//! A handler is a function of six arguments (instruction, numeric base, reference base, heap base, fuel, machine) that does
//! one instruction and ends by calling the next one's handler, which the optimiser turns into a jump (`tail_dispatch`).
//! Where it doesn't, `dispatch` puts the registers into the machine and returns to the loop in `run_handlers`.
//! A handler must keep nothing that needs dropping, nor lend out a local, or the jump becomes a call and the native
//! stack grows: slow paths are handlers themselves, reached by `go`, and what can't do without a frame of its own
//! goes on by the loop (`dispatch_by_loop` and what is built on it).
//!
//! Safety, argued once for all of `State`: the program was verified, so operands name registers of the frame, temps
//! included, and the machine keeps the frame's registers allocated (`Machine::reserve`); jump targets lie in the
//! function's code; a reference of a static type is undefined, null or an object of that type, whose words
//! are in the heap. What the verifier can't know (null, bounds, kinds of `any`) every handler checks itself.
//! Absent: what instructions do (the families beside this file).

use super::machine::Machine;
use raya_bytecode::isa::{Inst, Trap};
use raya_bytecode::slot::{CONSTANT_BIT, HEAP_START};

/// Why the handlers came to an end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exit {
    /// The registers are in the machine, go on.
    Continue,
    /// The stack of the running task was saved; another may be running now.
    Switch,
    /// Fuel is used up, or the outbox is full; the stack was saved.
    OutOfFuel,
    /// Memory is needed (`Machine::need`); the stack was saved.
    Collect,
    /// The running task met a limit (`Machine::fault`); the stack was saved.
    Limit,
    /// The host must answer first; the stack was saved.
    Blocked,
    /// An entry that has not stopped since it began is over: its value or failure is in the machine.
    Ended,
}

/// What a handler is.
pub(super) type Handler = for<'m, 'a> unsafe fn(
    *const Inst,
    *mut u64,
    *mut u32,
    *mut u64,
    i64,
    &'m mut Machine<'a>,
) -> Exit;

/// The registers. See the module's header.
pub(super) struct State<'m, 'a> {
    pub ip: *const Inst,
    pub nums: *mut u64,
    pub refs: *mut u32,
    pub heap: *mut u64,
    pub fuel: i64,
    pub m: &'m mut Machine<'a>,
}

/// Declares handlers: `name(s) { … }`, where `s` is the `State`.
macro_rules! handlers {
    ($($(#[$meta:meta])* $name:ident($s:ident) $body:block)*) => {$(
        $(#[$meta])*
        #[allow(unused_mut)]
        pub(super) unsafe fn $name<'m, 'a>(
            ip: *const raya_bytecode::isa::Inst,
            nums: *mut u64,
            refs: *mut u32,
            heap: *mut u64,
            fuel: i64,
            m: &'m mut $crate::execute::machine::Machine<'a>,
        ) -> $crate::execute::state::Exit {
            let mut $s = $crate::execute::state::State { ip, nums, refs, heap, fuel, m };
            // SAFETY: see `State`.
            #[allow(unused_unsafe)]
            unsafe { $body }
        }
    )*};
}
pub(super) use handlers;

#[allow(unsafe_op_in_unsafe_fn, reason = "the argument stands on the type")]
impl<'m, 'a> State<'m, 'a> {
    /// Goes on with the instruction at `ip`.
    #[inline(always)]
    pub unsafe fn dispatch(self) -> Exit {
        #[cfg(tail_dispatch)]
        {
            let handler = super::dispatch::TABLE[(*self.ip).op as usize];
            handler(self.ip, self.nums, self.refs, self.heap, self.fuel, self.m)
        }
        #[cfg(not(tail_dispatch))]
        self.dispatch_by_loop()
    }

    /// Goes on with the instruction at `ip`, giving up the handler's frame on the native stack.
    #[inline(always)]
    pub unsafe fn dispatch_by_loop(self) -> Exit {
        self.park();
        Exit::Continue
    }

    /// Puts the registers into the machine: for `unpark` after a call of something that is no handler, which the optimiser would
    /// else keep them over on the native stack.
    #[inline(always)]
    pub fn park(self) -> &'m mut Machine<'a> {
        let State {
            ip,
            nums,
            refs,
            heap,
            fuel,
            m,
        } = self;
        m.registers = super::machine::Registers {
            ip,
            nums,
            refs,
            heap,
            fuel,
        };
        m
    }

    /// Takes the registers out of the machine.
    #[inline(always)]
    pub fn unpark(m: &'m mut Machine<'a>) -> State<'m, 'a> {
        let super::machine::Registers {
            ip,
            nums,
            refs,
            heap,
            fuel,
        } = m.registers;
        State {
            ip,
            nums,
            refs,
            heap,
            fuel,
            m,
        }
    }

    /// `next`, by the loop.
    #[inline(always)]
    pub unsafe fn next_by_loop(mut self) -> Exit {
        self.ip = self.ip.add(1);
        self.dispatch_by_loop()
    }

    /// `block`, by the loop.
    #[inline(always)]
    pub unsafe fn block_by_loop(self) -> Exit {
        if self.fuel < 0 {
            return self.go(out_of_fuel);
        }
        self.dispatch_by_loop()
    }

    /// Runs a slow path.
    #[inline(always)]
    pub unsafe fn go(self, handler: Handler) -> Exit {
        handler(self.ip, self.nums, self.refs, self.heap, self.fuel, self.m)
    }

    /// Goes on after this instruction.
    #[inline(always)]
    pub unsafe fn next(mut self) -> Exit {
        self.ip = self.ip.add(1);
        self.dispatch()
    }

    /// Goes on after this instruction and its `Ext`.
    #[inline(always)]
    pub unsafe fn next2(mut self) -> Exit {
        self.ip = self.ip.add(2);
        self.dispatch()
    }

    /// Pays for the block that ends here.
    #[inline(always)]
    pub unsafe fn charge(&mut self) {
        self.fuel -= i64::from((*self.ip).cost);
    }

    /// Goes on at `ip`, where a block begins, or stops there without fuel.
    #[inline(always)]
    pub unsafe fn block(self) -> Exit {
        if self.fuel < 0 {
            return self.go(out_of_fuel);
        }
        self.dispatch()
    }

    /// Ends a block: jumps by `offset` if `taken`, else falls through.
    #[inline(always)]
    pub unsafe fn branch(mut self, taken: bool) -> Exit {
        self.charge();
        let offset = if taken { self.c() as i16 as isize } else { 1 };
        self.ip = self.ip.offset(offset);
        self.block()
    }

    /// Raises a trap at this instruction.
    #[inline(always)]
    pub unsafe fn trap(self, trap: Trap) -> Exit {
        self.m.trap = trap;
        self.go(super::errors::raise_trap)
    }

    #[inline(always)]
    pub unsafe fn a(&self) -> u16 {
        (*self.ip).a
    }
    #[inline(always)]
    pub unsafe fn b(&self) -> u16 {
        (*self.ip).b
    }
    #[inline(always)]
    pub unsafe fn c(&self) -> u16 {
        (*self.ip).c
    }
    /// `c` as a signed immediate.
    #[inline(always)]
    pub unsafe fn imm(&self) -> i32 {
        i32::from((*self.ip).c as i16)
    }
    /// The operands of the `Ext` that follows.
    #[inline(always)]
    pub unsafe fn ext(&self) -> Inst {
        *self.ip.add(1)
    }

    /// A numeric register, raw.
    #[inline(always)]
    pub unsafe fn n(&self, register: u16) -> u64 {
        *self.nums.add(register as usize)
    }
    #[inline(always)]
    pub unsafe fn f(&self, register: u16) -> f64 {
        *self.nums.add(register as usize).cast::<f64>()
    }
    #[inline(always)]
    pub unsafe fn i(&self, register: u16) -> i32 {
        self.n(register) as i32
    }
    #[inline(always)]
    pub unsafe fn z(&self, register: u16) -> bool {
        self.n(register) != 0
    }
    #[inline(always)]
    pub unsafe fn r(&self, register: u16) -> u32 {
        *self.refs.add(register as usize)
    }
    #[inline(always)]
    pub unsafe fn set_n(&mut self, register: u16, value: u64) {
        *self.nums.add(register as usize) = value;
    }
    /// Writes a number that can't be a NaN other than the one.
    #[inline(always)]
    pub unsafe fn set_f(&mut self, register: u16, value: f64) {
        *self.nums.add(register as usize).cast::<f64>() = value;
    }
    /// Writes a number that arithmetic gave to `a`, every NaN as the one NaN, and goes on.
    #[inline(always)]
    pub unsafe fn give(mut self, value: f64) -> Exit {
        if value.is_nan() {
            return self.go(give_nan);
        }
        self.set_f(self.a(), value);
        self.next()
    }
    /// `give`, of an instruction with an `Ext`.
    #[inline(always)]
    pub unsafe fn give2(mut self, value: f64) -> Exit {
        if value.is_nan() {
            return self.go(give_nan2);
        }
        self.set_f(self.a(), value);
        self.next2()
    }

    #[inline(always)]
    pub unsafe fn set_i(&mut self, register: u16, value: i32) {
        self.set_n(register, i64::from(value) as u64);
    }
    #[inline(always)]
    pub unsafe fn set_z(&mut self, register: u16, value: bool) {
        self.set_n(register, u64::from(value));
    }
    #[inline(always)]
    pub unsafe fn set_r(&mut self, register: u16, value: u32) {
        *self.refs.add(register as usize) = value;
    }

    /// Word `index` of the heap object `r`.
    #[inline(always)]
    pub unsafe fn word(&self, r: u32, index: usize) -> u64 {
        *self.heap.add(r as usize + index)
    }
    /// Word `index` of an object that may be a constant.
    #[inline(always)]
    pub unsafe fn word_any(&self, r: u32, index: usize) -> u64 {
        if r & CONSTANT_BIT == 0 {
            self.word(r, index)
        } else {
            *self.m.constants.add((r & !CONSTANT_BIT) as usize + index)
        }
    }
    /// The register that begins the window, numeric bank.
    #[inline(always)]
    pub unsafe fn window_nums(&self) -> *mut u64 {
        self.nums.add((*self.m.current).num_locals as usize)
    }
    /// The register that begins the window, reference bank.
    #[inline(always)]
    pub unsafe fn window_refs(&self) -> *mut u32 {
        self.refs.add((*self.m.current).ref_locals as usize)
    }
}

/// Whether a reference is an object: neither undefined nor null nor a tag.
#[inline(always)]
pub(super) fn is_object(r: u32) -> bool {
    r >= HEAP_START
}

handlers! {
    /// Stops at the beginning of a block.
    #[cold]
    #[inline(never)]
    out_of_fuel(s) {
        s.m.save(s.ip, s.fuel);
        Exit::OutOfFuel
    }

    /// Writes the one NaN to `a`.
    #[cold]
    #[inline(never)]
    give_nan(s) {
        s.set_f(s.a(), f64::NAN);
        s.next()
    }

    /// `give_nan`, of an instruction with an `Ext`.
    #[cold]
    #[inline(never)]
    give_nan2(s) {
        s.set_f(s.a(), f64::NAN);
        s.next2()
    }
}
