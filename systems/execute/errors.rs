//! Errors: making them, finding their handlers, ending tasks with them.
//!
//! A trap or a thrown value unwinds the running task's frames to the innermost handler; without one the task ends and its
//! promise is rejected. Faults of limits skip handlers. An error object needs memory: where that asks for a collection first, a
//! trap is noted in its frame (`FrameRow::raise`), whose temps are dead then; a built-in's error comes again when the
//! built-in runs again. What the host throws can't come again: its error is made at once, and the collection comes after.
//! Absent: the messages' translation to the embedder's errors (`src/`).

use super::machine::{Machine, Need};
use super::state::{Exit, handlers};
use super::tasks::Settled;
use raya_bytecode::image::{Class, NONE};
use raya_bytecode::isa::{CATCH_CLEANUP, Inst, Op, Trap};
use raya_bytecode::slot::{HEAP_START, NULL, Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::frames::FrameRow;
use raya_storages::heaps::HEAP_WORDS_MAX;
use raya_storages::layout::object_header;
use raya_storages::tasks::{LimitFault, Outcome};

/// Frames that an error's stack shows.
const SHOWN_FRAMES_MAX: usize = 10;
/// Frames that an outcome's trace keeps.
const TRACE_FRAMES_MAX: usize = 64;
/// Words that the error of a fault takes at most, unless names are very long.
const FAULT_WORDS_MAX: u64 = 384;
/// Fuel for each frame unwound.
const UNWIND_COST: u64 = 4;

/// The class of an error that the runtime makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ErrorKind {
    Error,
    TypeError,
    RangeError,
    /// An `Error` that says another name.
    Named(&'static str),
}

impl ErrorKind {
    fn name(self) -> &'static str {
        match self {
            ErrorKind::Error => "Error",
            ErrorKind::TypeError => "TypeError",
            ErrorKind::RangeError => "RangeError",
            ErrorKind::Named(name) => name,
        }
    }
}

/// Why an instruction or built-in did not come to its end.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Halt {
    /// So many words are needed; it runs again from the start after a collection.
    Collect(u32),
    /// A limit.
    Limit(LimitFault),
    /// An error of the guest.
    Throw(ErrorKind, Box<str>),
    /// The same, of an instruction that can't run again: the host was asked.
    ThrowAtOnce(ErrorKind, Box<str>),
    /// An error with a fixed message.
    Trap(Trap),
}

impl Halt {
    pub fn type_error(message: impl Into<Box<str>>) -> Halt {
        Halt::Throw(ErrorKind::TypeError, message.into())
    }

    pub fn range_error(message: impl Into<Box<str>>) -> Halt {
        Halt::Throw(ErrorKind::RangeError, message.into())
    }
}

/// The class and message of a trap.
pub(super) fn describe(trap: Trap) -> (ErrorKind, &'static str) {
    match trap {
        Trap::Nullish => (
            ErrorKind::TypeError,
            "Cannot read properties of undefined or null",
        ),
        Trap::WrongType => (
            ErrorKind::TypeError,
            "Value is not of the type that the program says",
        ),
        Trap::IndexOutOfRange => (ErrorKind::RangeError, "Index out of range"),
        Trap::IntOverflow => (ErrorKind::RangeError, "Integer overflow"),
        Trap::Uninitialized => (
            ErrorKind::Error,
            "Cannot access a variable before initialization",
        ),
        Trap::Unreachable => (ErrorKind::TypeError, "Unreachable code was reached"),
        Trap::DivisionByZero => (ErrorKind::RangeError, "Division by zero"),
        Trap::InvalidLength => (ErrorKind::RangeError, "Invalid array length"),
    }
}

/// The trap with a number; unknown ones are `Unreachable`.
pub(super) fn trap_numbered(number: u16) -> Trap {
    const TRAPS: [Trap; 8] = [
        Trap::Nullish,
        Trap::WrongType,
        Trap::IndexOutOfRange,
        Trap::IntOverflow,
        Trap::Uninitialized,
        Trap::Unreachable,
        Trap::DivisionByZero,
        Trap::InvalidLength,
    ];
    TRAPS
        .get(usize::from(number))
        .copied()
        .unwrap_or(Trap::Unreachable)
}

handlers! {
    /// Raises `Machine::trap` at this instruction.
    #[cold]
    #[inline(never)]
    raise_trap(s) {
        s.m.save(s.ip, s.fuel);
        s.m.raise_in_frame(s.m.trap)
    }

    /// Does what `Machine::halt` says at this instruction; `Machine::need.window_refs` temps are alive.
    #[cold]
    #[inline(never)]
    raise_halt(s) {
        s.m.save(s.ip, s.fuel);
        let halt = s.m.halt.take().unwrap_or(Halt::Trap(Trap::Unreachable));
        s.m.raise(halt)
    }
}

/// A value that is thrown, as a mixed pair.
pub(super) type Thrown = (u64, u32);

impl Machine<'_> {
    /// Raises a trap in the saved top frame, now or after a collection.
    pub fn raise_in_frame(&mut self, trap: Trap) -> Exit {
        let (kind, message) = describe(trap);
        self.stack.rows.last_mut().expect("a frame").raise = 0;
        match self.make_error(kind, message) {
            Ok(error) => self.throw((0, error), true),
            Err(Halt::Collect(words)) => {
                self.stack.rows.last_mut().expect("a frame").raise = trap as u16 + 1;
                self.need = Need {
                    words,
                    window_refs: 0,
                };
                Exit::Collect
            }
            Err(Halt::Limit(fault)) => {
                self.stack.rows.last_mut().expect("a frame").raise = trap as u16 + 1;
                self.need.window_refs = 0;
                self.fault = Some(fault);
                Exit::Limit
            }
            Err(_) => unreachable!("making an error gives no other error"),
        }
    }

    /// Does what a halt says; the stack is saved with the instruction to run again on top.
    pub fn raise(&mut self, halt: Halt) -> Exit {
        match halt {
            Halt::Collect(words) => {
                self.need.words = words;
                Exit::Collect
            }
            Halt::Limit(fault) => {
                self.fault = Some(fault);
                Exit::Limit
            }
            Halt::Trap(trap) => self.raise_in_frame(trap),
            Halt::Throw(kind, message) => match self.make_error(kind, &message) {
                Ok(error) => self.throw((0, error), true),
                Err(halt) => self.raise(halt),
            },
            Halt::ThrowAtOnce(kind, message) => match self.make_error_at_once(kind, &message) {
                Ok(error) => match self.throw((0, error), true) {
                    Exit::Switch if self.is_beyond_mark() => {
                        self.need = Need::default();
                        Exit::Collect
                    }
                    exit => exit,
                },
                Err(fault) => self.raise(Halt::Limit(fault)),
            },
        }
    }

    /// Whether the heap has grown beyond where it is to be collected, for what could not wait. If nothing else asks for memory, nobody
    /// else would see.
    pub fn is_beyond_mark(&self) -> bool {
        self.heap.top > self.heap.collect_at_words
    }

    /// A new error without a collection.
    fn make_error_at_once(&mut self, kind: ErrorKind, message: &str) -> Result<u32, LimitFault> {
        let made = match self.make_error(kind, message) {
            Err(Halt::Collect(words)) => {
                self.before_collection(words.into(), |m| m.make_error(kind, message))
            }
            made => made,
        };
        made.map_err(|halt| match halt {
            Halt::Limit(fault) => {
                self.is_fault_final = true;
                fault
            }
            _ => unreachable!("making an error gives no other error"),
        })
    }

    /// Allocates so many words for what can't be asked for again, whatever is in use: a collection follows at once (see
    /// `is_beyond_mark`), and whether what is left then is within the limit is seen there. None but what could be.
    pub fn before_collection<T>(
        &mut self,
        words: u64,
        act: impl FnOnce(&mut Self) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        let top = u64::from(self.heap.top.max(HEAP_START));
        let max = self.limits.heap_bytes_max;
        let end = top + words;
        if words * 8 > max || end > u64::from(HEAP_WORDS_MAX) {
            let used = end * 8;
            return Err(Halt::Limit(LimitFault::Heap { used, max }));
        }
        let mark = self.heap.collect_at_words;
        self.heap.collect_at_words = mark.max(end as u32);
        let done = act(self);
        self.heap.collect_at_words = mark;
        done
    }

    /// Unwinds the running task. `in_flight`: the top frame's pc is the instruction that throws, not the one after.
    pub fn throw(&mut self, value: Thrown, in_flight: bool) -> Exit {
        let is_cancellation = self.is_cancelled_with(value.1);
        if is_cancellation {
            // Now it knows: what its `finally` blocks await is awaited.
            let index = self.activity.running - 1;
            self.task(index).due = 0;
        }
        for depth in (0..self.stack.rows.len()).rev() {
            let row = self.stack.rows[depth];
            // A function may have thousands of handlers, and each is looked at.
            let handlers = self.program.functions[row.function as usize].handlers;
            self.pay(UNWIND_COST + u64::from(handlers.count));
            let is_top = depth + 1 == self.stack.rows.len();
            let pc = if is_top && in_flight {
                row.pc
            } else {
                row.pc - 1
            };
            let pc = pc - self.program.functions[row.function as usize].code_start;
            if let Some(target) = self.handler_of(row.function, pc, is_cancellation) {
                self.stack.rows.truncate(depth + 1);
                self.catch_at(target, value);
                return Exit::Switch;
            }
        }
        let trace = self.trace(in_flight);
        self.end_running(Settled::Rejected(value), Outcome::Threw(trace))
    }

    /// Whether a value is what the running task was cancelled with.
    fn is_cancelled_with(&self, reference: u32) -> bool {
        let running = self.activity.running.checked_sub(1);
        let task = running.and_then(|index| self.activity.tasks.at(index));
        task.is_some_and(|t| t.cancelled != 0 && t.cancelled == reference)
    }

    /// The handler around a place; for a cancellation, the first that only cleans up: what is around a handler that
    /// is passed over is what is around its own code.
    fn handler_of(&self, function: u32, pc: u32, is_cancellation: bool) -> Option<u32> {
        let linked = &self.program.functions[function as usize];
        let handlers = &self.program.image.handlers[linked.handlers.indices()];
        let mut pc = pc;
        for _ in handlers {
            let around = handlers.iter().find(|h| h.start <= pc && pc < h.end)?;
            let catch = self.program.image.code[(linked.code_start + around.target) as usize];
            if !is_cancellation || catch.c == CATCH_CLEANUP {
                return Some(around.target);
            }
            pc = around.target;
        }
        None
    }

    /// Lets the top frame go on in a handler, whose `Catch` is done here.
    fn catch_at(&mut self, target: u32, value: Thrown) {
        let row = self
            .stack
            .rows
            .last_mut()
            .expect("the frame with the handler");
        let start = self.program.functions[row.function as usize].code_start;
        row.pc = start + target + 1;
        row.raise = 0;
        let catch: Inst = self.program.image.code[(start + target) as usize];
        debug_assert_eq!(Op::from_u8(catch.op), Some(Op::Catch));
        let (num, reference) = (row.num_base as usize, row.ref_base as usize);
        self.stack.nums[num + usize::from(catch.a)] = value.0;
        self.stack.refs[reference + usize::from(catch.b)] = value.1;
    }

    /// Ends the running task at a limit: no handler runs, whoever awaits it gets an Error.
    pub fn fail_running(&mut self, fault: LimitFault) -> Exit {
        let trace = self.trace(true);
        let value = self.fault_value(fault);
        self.end_running(Settled::Rejected(value), Outcome::Limit(fault, trace))
    }

    /// The error that says which limit was hit; a constant string where there is no memory for it.
    fn fault_value(&mut self, fault: LimitFault) -> Thrown {
        let message = fault_message(fault);
        let error = self.beyond_mark(FAULT_WORDS_MAX, |m| {
            m.make_error(ErrorKind::Error, &message)
        });
        match error {
            Some(Ok(error)) => (0, error),
            _ => (0, self.program.well_known.object_object),
        }
    }

    /// The frames of the saved stack, innermost first: function and pc within it.
    pub fn trace(&self, in_flight: bool) -> Vec<(u32, u32)> {
        let rows = self
            .stack
            .rows
            .iter()
            .rev()
            .take(TRACE_FRAMES_MAX)
            .enumerate();
        let relative = |(depth, row): (usize, &FrameRow)| {
            let start = self.program.functions[row.function as usize].code_start;
            let is_after = depth > 0 || !in_flight;
            (row.function, row.pc - start - u32::from(is_after))
        };
        rows.map(relative).collect()
    }

    /// The frames as `Error.stack` shows them, each on a line of its own, beginning with a line break.
    pub fn stack_text(&self, trace: &[(u32, u32)]) -> String {
        let mut text = String::new();
        for (function, pc) in trace.iter().take(SHOWN_FRAMES_MAX) {
            let name = self
                .program
                .image
                .text(self.program.image.functions[*function as usize].name);
            let place = self.place(*function, *pc);
            match (name.is_empty(), place) {
                (true, Some(place)) => text.push_str(&format!("\n    at {place}")),
                (false, Some(place)) => text.push_str(&format!("\n    at {name} ({place})")),
                (_, None) => text.push_str(&format!("\n    at {name}")),
            }
        }
        text
    }

    /// File, line and column of a pc.
    fn place(&self, function: u32, pc: u32) -> Option<String> {
        let image = &self.program.image;
        let lines = &image.lines[image.functions[function as usize].lines.indices()];
        let at = lines.partition_point(|l| l.pc <= pc).checked_sub(1)?;
        let line = &lines[at];
        let file = image
            .files
            .get((line.line >> 24) as usize)
            .map(|f| image.text(*f))?;
        Some(format!("{file}:{}:{}", line.line & 0xff_ffff, line.column))
    }

    /// A new error of one of the program's classes; where it has none, a string.
    pub fn make_error(&mut self, kind: ErrorKind, message: &str) -> Result<u32, Halt> {
        self.make_named_error(self.error_class(kind), kind.name(), message)
    }

    /// The class of the program for a kind of error, or `NONE`.
    pub fn error_class(&self, kind: ErrorKind) -> u32 {
        let entry = &self.program.image.entry;
        match kind {
            ErrorKind::TypeError | ErrorKind::Named("TypeError") if entry.type_error != NONE => {
                entry.type_error
            }
            ErrorKind::RangeError if entry.range_error != NONE => entry.range_error,
            _ => entry.error,
        }
    }

    /// A new error of a class, with the name that it says it has.
    pub fn make_named_error(&mut self, class: u32, name: &str, message: &str) -> Result<u32, Halt> {
        let headline = if message.is_empty() {
            name.to_owned()
        } else {
            format!("{name}: {message}")
        };
        if class == NONE {
            return self.new_text(&headline);
        }
        let trace = self.trace(true);
        let frames = self.stack_text(&trace);
        let stack = headline + &frames;
        let words = u64::from(self.program.classes[class as usize].words);
        let frames = frames.trim_start_matches('\n');
        let texts = [name, message, &stack, frames];
        let texts_words: u64 = texts.iter().map(|t| Self::text_words_max(t)).sum();
        self.reserve(words + texts_words)?;
        let error = self.take(words as usize, object_header(class as u16));
        for (name, text) in ["name", "message", "stack", "__trace"].iter().zip(texts) {
            if let Some(offset) = self.field_named(class, name, Slot::STR) {
                let text = self.take_text(text);
                self.set_field_ref(error, offset, text);
            }
        }
        Ok(error)
    }

    /// The offset of a reference field by name and type.
    pub fn field_named(&self, class: u32, name: &str, slot: Slot) -> Option<u16> {
        let image = &self.program.image;
        let row: &Class = &image.classes[class as usize];
        let fields = &image.fields[row.fields.indices()];
        fields
            .iter()
            .find(|f| f.slot == slot && image.is_text(f.name, name))
            .map(|f| f.ref_offset)
    }

    /// A value as the slot `to` holds it, where the slot `from` held it; or the trap that says it can't be.
    pub fn adapt(&self, value: (u64, u32), from: Slot, to: Slot) -> Result<(u64, u32), Trap> {
        let (num, reference) = as_mixed(value, from);
        match to {
            Slot::VOID => Ok((0, UNDEFINED)),
            Slot::MIXED => Ok((num, reference)),
            Slot::F64 if reference == TAG_NUMBER => Ok((num, 0)),
            Slot::BOOL if reference == TAG_BOOLEAN => Ok((num, 0)),
            Slot::I32 if reference == TAG_NUMBER => {
                let number = f64::from_bits(num);
                let int = number as i32;
                if f64::from(int) == number {
                    Ok((i64::from(int) as u64, 0))
                } else {
                    Err(Trap::IntOverflow)
                }
            }
            Slot::F64 | Slot::BOOL | Slot::I32 => Err(Trap::WrongType),
            _ if reference <= NULL => Ok((0, reference)),
            _ if reference == TAG_NUMBER || reference == TAG_BOOLEAN => Err(Trap::WrongType),
            _ if self.is_type(reference, to) => Ok((0, reference)),
            _ => Err(Trap::WrongType),
        }
    }
}

/// A value as a mixed pair.
#[inline]
pub(super) fn as_mixed(value: (u64, u32), from: Slot) -> (u64, u32) {
    // By far the most.
    if from == Slot::F64 {
        return (value.0, TAG_NUMBER);
    }
    match from {
        Slot::I32 => (f64::from(value.0 as i32).to_bits(), TAG_NUMBER),
        Slot::BOOL => (value.0, TAG_BOOLEAN),
        Slot::VOID => (0, UNDEFINED),
        Slot::MIXED => value,
        _ => (0, value.1),
    }
}

/// What a fault of a limit says.
pub(super) fn fault_message(fault: LimitFault) -> String {
    match fault {
        LimitFault::Heap { used, max } => format!("Heap limit exceeded: {used} of {max} bytes"),
        LimitFault::Tasks { count, max } => format!("Task limit exceeded: {count} of {max} tasks"),
        LimitFault::Steps { steps, max } => format!("Step budget exceeded: {steps} of {max} steps"),
        LimitFault::Stack { frames, max } => {
            format!("Maximum call stack size exceeded: {frames} of {max} frames")
        }
    }
}
