//! What a running context is besides its registers: program, heap, tasks, and the stack of the task that runs.
//!
//! The stack is taken out of its task while that runs and put back by `leave`; an entry gets a task at its first stop.
//! Invariants: between `enter` and `leave` the raw pointers point into `stack` and the program; `save` brings `stack.rows` up to
//! date; the banks are long enough for the top frame's locals and temps.
//! Absent: registers (`state`), what instructions do.

use super::Execution;
use super::direct::{self, REGISTER_ARGUMENTS};
use super::entries::Calling;
use super::errors::Halt;
use super::host::HostLinks;
use super::state::{Exit, State};
use raya_bytecode::isa::{Inst, Trap};
use raya_bytecode::slot::{CONSTANT_BIT, HEAP_START};
use raya_storages::activities::Activity;
use raya_storages::frames::{FrameRow, Stack};
use raya_storages::heaps::{HEAP_WORDS_MAX, Heap};
use raya_storages::layout::{self, Kind};
use raya_storages::limits::Limits;
use raya_storages::programs::{LinkedFunction, Program};
use raya_storages::runs::Failure;
use raya_storages::tasks::LimitFault;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Bytes beyond the heap limit that errors which say so may take.
const RESERVE_BYTES: u64 = 4096;

/// The registers, between a handler that goes on by the loop and the next.
#[derive(Clone, Copy)]
pub(super) struct Registers {
    pub ip: *const Inst,
    pub nums: *mut u64,
    pub refs: *mut u32,
    pub heap: *mut u64,
    pub fuel: i64,
}

/// In place of a number of reference temps: all that the verifier knows to hold something.
pub const ALL_TEMPS: u32 = u32::MAX;

/// Memory that an instruction waits for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Need {
    /// Words to allocate.
    pub words: u32,
    /// Reference temps that are alive.
    pub window_refs: u32,
}

/// See the module's header.
pub(super) struct Machine<'a> {
    pub current: *const LinkedFunction,
    pub row: *mut FrameRow,
    rows_end: *mut FrameRow,
    pub nums_start: *mut u64,
    pub refs_start: *mut u32,
    nums_end: *mut u64,
    refs_end: *mut u32,
    pub functions: *const LinkedFunction,
    pub code: *const Inst,
    pub numbers: *const f64,
    pub strings: *const u32,
    pub constants: *const u64,
    pub registers: Registers,
    /// Fuel, while no handler runs and in slow paths.
    pub fuel: i64,
    /// The trap being raised.
    pub trap: Trap,
    /// The function that a call needs room for.
    pub callee: u32,
    /// What `give_slowly` gives.
    pub returned: (u64, u32),
    /// What `give_typed_slowly` looks at.
    pub element: u32,
    /// A host function runs: a panic is its own.
    pub is_in_host: bool,
    /// What `raise_halt` raises.
    pub halt: Option<Halt>,
    pub need: Need,
    /// The limit that the running task met.
    pub fault: Option<LimitFault>,
    /// The instruction that met it has had an effect, and can't be run again.
    pub is_fault_final: bool,
    /// Of the task that runs, swapped with its own; without frames where none does.
    pub stack: &'a mut Stack,
    /// Why the entry failed that `Exit::Ended` is about.
    pub failure: Option<Box<Failure>>,
    /// The call that runs and is no entry yet.
    pub calling: Option<Calling>,
    pub program: &'a Program,
    pub heap: &'a mut Heap,
    pub activity: &'a mut Activity,
    pub limits: &'a Limits,
    pub host: &'a HostLinks,
    pub now_ms: f64,
    pub context: u64,
}

impl<'a> Machine<'a> {
    #[inline(always)]
    pub fn new(execution: &'a mut Execution<'_>) -> Machine<'a> {
        let program = execution.program;
        Machine {
            current: std::ptr::null(),
            row: std::ptr::null_mut(),
            rows_end: std::ptr::null_mut(),
            nums_start: std::ptr::null_mut(),
            refs_start: std::ptr::null_mut(),
            nums_end: std::ptr::null_mut(),
            refs_end: std::ptr::null_mut(),
            functions: program.functions.as_ptr(),
            code: program.image.code.as_ptr(),
            numbers: program.image.numbers.as_ptr(),
            strings: program.constant_refs.as_ptr(),
            constants: program.constants.as_ptr(),
            registers: Registers {
                ip: std::ptr::null(),
                nums: std::ptr::null_mut(),
                refs: std::ptr::null_mut(),
                heap: std::ptr::null_mut(),
                fuel: 0,
            },
            fuel: 0,
            trap: Trap::Unreachable,
            element: 0,
            callee: 0,
            returned: (0, 0),
            is_in_host: false,
            halt: None,
            need: Need::default(),
            fault: None,
            is_fault_final: false,
            stack: execution.scratch,
            failure: None,
            calling: None,
            program,
            heap: execution.heap,
            activity: execution.activity,
            limits: execution.limits,
            host: execution.host,
            now_ms: execution.now_ms,
            context: execution.context,
        }
    }

    /// Runs the handlers of the running task until one of them exits.
    pub fn run_handlers(&mut self) -> Exit {
        let (pc, num_base, ref_base) = self.refresh();
        // SAFETY: `refresh` made room for the top frame, whose registers begin at these places, and set the pointers that `State`
        // relies on; the program is verified.
        unsafe { self.run_from(pc, num_base as usize, ref_base as usize) }
    }

    /// Runs the handlers of the function that `begin` has just made the only frame of, once `point` has seen where that is.
    #[inline(always)]
    pub fn run_begun(&mut self, function: &'a LinkedFunction) -> Exit {
        debug_assert!(self.is_pointed(), "the pointers are up to date");
        self.current = function;
        // SAFETY: `Stack::begin` made room for the frame, whose registers begin where the banks do; the program is verified.
        unsafe { self.run_from(function.code_start, 0, 0) }
    }

    /// Writes the arguments of a stack that has just begun with a frame that takes them: its other locals are 0 in any case.
    #[inline(always)]
    pub fn write_registers(&mut self, registers: &direct::Registers) {
        // A bank that is there has room for all.
        if let Some(bank) = self.stack.nums.first_chunk_mut::<REGISTER_ARGUMENTS>() {
            for (place, value) in bank.iter_mut().zip(registers.values) {
                // SAFETY: a plain store. Volatile, since what was just written one by one can't be read two by two yet: the processor
                // would wait for it.
                unsafe { std::ptr::write_volatile(place, value) };
            }
        }
    }

    /// Runs handlers, from `pc` on.
    ///
    /// # Safety
    /// The pointers are up to date; `pc` is where the top frame goes on, and its registers begin at these places of the banks.
    #[inline(always)]
    unsafe fn run_from(&mut self, pc: u32, num_base: usize, ref_base: usize) -> Exit {
        let mut exit = self.catching(|m| {
            // SAFETY: as the caller says.
            unsafe {
                let state = State {
                    ip: m.code.add(pc as usize),
                    nums: m.nums_start.add(num_base),
                    refs: m.refs_start.add(ref_base),
                    heap: m.heap.words.as_mut_ptr(),
                    fuel: m.fuel,
                    m,
                };
                state.dispatch()
            }
        });
        while exit == Exit::Continue {
            exit = self.catching(Machine::run_on);
        }
        exit
    }

    /// Runs handlers, and makes of a host function's panic an error of the call, which parked the registers.
    #[inline(always)]
    fn catching(&mut self, run: impl FnOnce(&mut Self) -> Exit) -> Exit {
        match catch_unwind(AssertUnwindSafe(|| run(self))) {
            Ok(exit) => exit,
            Err(panic) if !self.is_in_host => resume_unwind(panic),
            // SAFETY: as `run_on`.
            Err(_) => unsafe {
                self.halt_after_panic((*self.registers.ip).c);
                State::unpark(self).go(super::errors::raise_halt)
            },
        }
    }

    /// Runs handlers from where the registers say until one of them exits: with `run_from` the only place that calls them through the
    /// table.
    #[inline(never)]
    fn run_on(&mut self) -> Exit {
        loop {
            let state = State::unpark(self);
            // SAFETY: whoever put the registers into the machine left them at a verified instruction of the top frame.
            let exit = unsafe {
                let handler = super::dispatch::TABLE[(*state.ip).op as usize];
                state.go(handler)
            };
            if exit != Exit::Continue {
                return exit;
            }
        }
    }

    /// Brings the pointers up to date with `stack`, and makes room for the temps of its top frame; gives where that goes on and
    /// where its registers begin.
    fn refresh(&mut self) -> (u32, u32, u32) {
        let top = self.stack.rows.last().expect("a running task has a frame");
        let (pc, num_base, ref_base) = (top.pc, top.num_base, top.ref_base);
        let function = &self.program.functions[top.function as usize];
        let nums =
            num_base as usize + usize::from(function.num_locals) + usize::from(function.num_temps);
        let refs =
            ref_base as usize + usize::from(function.ref_locals) + usize::from(function.ref_temps);
        self.stack.reserve(nums, refs);
        self.current = function;
        self.point();
        (pc, num_base, ref_base)
    }

    /// Whether the pointers are as `point` would set them.
    fn is_pointed(&mut self) -> bool {
        let pointers = |m: &Self| {
            (
                m.row,
                m.rows_end,
                m.nums_start,
                m.refs_start,
                m.nums_end,
                m.refs_end,
            )
        };
        let before = pointers(self);
        self.point();
        before == pointers(self)
    }

    /// Sets the pointers from `stack`.
    #[inline]
    pub fn point(&mut self) {
        let rows = self.stack.rows.as_mut_ptr_range();
        let rows_max = self
            .stack
            .rows
            .capacity()
            .min(self.limits.stack_frames_max as usize);
        self.row = rows.end.wrapping_sub(1);
        self.rows_end = rows.start.wrapping_add(rows_max);
        self.nums_start = self.stack.nums.as_mut_ptr();
        self.refs_start = self.stack.refs.as_mut_ptr();
        self.nums_end = self.stack.nums.as_mut_ptr_range().end;
        self.refs_end = self.stack.refs.as_mut_ptr_range().end;
    }

    /// Brings `stack` up to date: `ip` is where the top frame goes on.
    ///
    /// # Safety
    /// `ip` points into the code of the current function and the pointers into `stack`.
    pub unsafe fn save(&mut self, ip: *const Inst, fuel: i64) {
        self.fuel = fuel;
        // SAFETY: `row` is the top row, within the capacity; all rows below it were written by calls.
        unsafe {
            (*self.row).pc = self.pc_of(ip);
            let count = self.row.offset_from(self.stack.rows.as_ptr()) + 1;
            self.stack.rows.set_len(count as usize);
        }
    }

    /// The index of an instruction in the program's code.
    ///
    /// # Safety
    /// As `save`.
    #[inline(always)]
    pub unsafe fn pc_of(&self, ip: *const Inst) -> u32 {
        // SAFETY: both point into the program's code.
        unsafe { ip.offset_from(self.code) as u32 }
    }

    /// Whether a frame of `callee` fits whose registers begin at `nums` and `refs`.
    ///
    /// # Safety
    /// The pointers point into the stack's banks, `callee` to a function of the program.
    #[inline(always)]
    pub unsafe fn has_room(
        &self,
        callee: *const LinkedFunction,
        nums: *mut u64,
        refs: *mut u32,
    ) -> bool {
        // SAFETY: only compared; a frame is far smaller than the address space.
        unsafe {
            let nums = nums
                .wrapping_add(usize::from((*callee).num_locals) + usize::from((*callee).num_temps));
            let refs = refs
                .wrapping_add(usize::from((*callee).ref_locals) + usize::from((*callee).ref_temps));
            self.row.wrapping_add(1) < self.rows_end
                && nums <= self.nums_end
                && refs <= self.refs_end
        }
    }

    /// Makes room for another frame of `callee` above the top one. The stack was saved.
    pub fn grow_for(&mut self, callee: usize) -> Result<(), Halt> {
        let top = *self.stack.rows.last().expect("a caller");
        let caller = &self.program.functions[top.function as usize];
        let callee = &self.program.functions[callee];
        let frames = self.stack.rows.len() as u32 + 1;
        if frames > self.limits.stack_frames_max {
            let max = self.limits.stack_frames_max;
            return Err(Halt::Limit(LimitFault::Stack { frames, max }));
        }
        let nums = top.num_base as usize
            + usize::from(caller.num_locals)
            + usize::from(callee.num_locals)
            + usize::from(callee.num_temps);
        let refs = top.ref_base as usize
            + usize::from(caller.ref_locals)
            + usize::from(callee.ref_locals)
            + usize::from(callee.ref_temps);
        // Only a bank's growth is checked: how much room there is for rows is not part of a dump.
        if nums > self.stack.nums.len() || refs > self.stack.refs.len() {
            let bytes = self.stack.bytes_with(nums, refs) + size_of::<FrameRow>() as u64;
            self.check_bytes(bytes)?;
            self.stack.reserve(nums, refs);
        }
        self.stack.rows.reserve(1);
        self.point();
        Ok(())
    }

    /// A function of the program.
    #[inline]
    pub fn linked(&self, function: u32) -> &'a LinkedFunction {
        &self.program.functions[function as usize]
    }

    /// Fails if so many bytes beyond the heap and the other tasks' stacks would exceed the limit.
    pub fn check_bytes(&self, bytes: u64) -> Result<(), Halt> {
        let used = self.heap.bytes_used() + self.activity.bytes() + bytes;
        let max = self.limits.heap_bytes_max;
        if used > max {
            Err(Halt::Limit(LimitFault::Heap { used, max }))
        } else {
            Ok(())
        }
    }
}

/// Access to objects, for slow paths and built-ins: checked, and free of `unsafe`.
impl Machine<'_> {
    /// Makes sure that the next `words` words can be allocated.
    #[inline]
    pub fn reserve(&mut self, words: u64) -> Result<(), Halt> {
        let top = u64::from(self.heap.top.max(HEAP_START));
        if top
            .checked_add(words)
            .is_some_and(|end| end <= u64::from(self.heap.collect_at_words))
        {
            return Ok(());
        }
        self.reserve_slowly(words)
    }

    #[cold]
    fn reserve_slowly(&mut self, words: u64) -> Result<(), Halt> {
        let top = u64::from(self.heap.top.max(HEAP_START));
        let used = top.saturating_add(words).saturating_mul(8);
        let max = self.limits.heap_bytes_max;
        if words.saturating_mul(8) > max || words > u64::from(HEAP_WORDS_MAX) {
            return Err(Halt::Limit(LimitFault::Heap { used, max }));
        }
        if top + words > u64::from(self.heap.collect_at_words) {
            return Err(Halt::Collect(words as u32));
        }
        Ok(())
    }

    /// Allocates what was reserved; the words are 0 but for the header.
    pub fn take(&mut self, words: usize, header: u64) -> u32 {
        let at = self
            .heap
            .allocate(words as u32)
            .expect("memory was reserved");
        self.heap.words[at as usize] = header;
        at
    }

    /// Does something for which there must be no collection, with so many words beyond the mark: `None` if they go beyond the
    /// limit and its reserve too.
    pub fn beyond_mark<T>(&mut self, words: u64, act: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let end = u64::from(self.heap.top.max(HEAP_START)) + words;
        if end * 8 > self.limits.heap_bytes_max.saturating_add(RESERVE_BYTES)
            || end > u64::from(HEAP_WORDS_MAX)
        {
            return None;
        }
        let mark = self.heap.collect_at_words;
        self.heap.collect_at_words = mark.max(end as u32);
        let value = act(self);
        self.heap.collect_at_words = mark;
        Some(value)
    }

    /// The words of an object from its header on (and of those after it).
    pub fn words(&self, r: u32) -> &[u64] {
        if r & CONSTANT_BIT == 0 {
            &self.heap.words[r as usize..]
        } else {
            &self.program.constants[(r & !CONSTANT_BIT) as usize..]
        }
    }

    /// The words of an object of the heap, to write.
    pub fn words_mut(&mut self, r: u32) -> &mut [u64] {
        &mut self.heap.words[r as usize..]
    }

    /// The kind of a reference's object; `None` for undefined, null and tags.
    pub fn kind(&self, r: u32) -> Option<Kind> {
        if r < HEAP_START {
            None
        } else {
            Kind::of(self.words(r)[0])
        }
    }

    /// The class of an instance.
    pub fn class(&self, r: u32) -> Option<u16> {
        match self.kind(r) {
            Some(Kind::Object) => Some(layout::header_class(self.words(r)[0])),
            _ => None,
        }
    }

    /// A numeric field, in words from the object's start.
    pub fn field_num(&self, r: u32, offset: u16) -> u64 {
        self.words(r)[usize::from(offset)]
    }

    /// A reference field, in 4-byte units from the object's start.
    pub fn field_ref(&self, r: u32, offset: u16) -> u32 {
        let word = self.words(r)[usize::from(offset / 2)];
        (word >> (32 * (offset % 2))) as u32
    }

    /// Writes a numeric field.
    pub fn set_field_num(&mut self, r: u32, offset: u16, value: u64) {
        self.words_mut(r)[usize::from(offset)] = value;
    }

    /// Writes a reference field.
    pub fn set_field_ref(&mut self, r: u32, offset: u16, value: u32) {
        let word = &mut self.words_mut(r)[usize::from(offset / 2)];
        let shift = 32 * (offset % 2);
        *word = *word & !(0xffff_ffff << shift) | u64::from(value) << shift;
    }

    /// Pays for work that a block's cost doesn't contain.
    pub fn pay(&mut self, fuel: u64) {
        self.fuel -= fuel.min(i64::MAX as u64 / 4) as i64;
    }
}
