//! What a context may call outside: the functions behind its program's imports.
//!
//! Immediate functions answer inline and see the arguments where they lie; a panic of theirs fails the call (`Machine::run_from` catches
//! it, so that calls cost nothing for it). Deferred ones are asked through the outbox and
//! answered through a promise; blocking ones stop the context until the answer is there.
//! Absent: who grants them (`src/`), how values are copied (`marshal`).

use super::errors::{ErrorKind, Halt};
use super::machine::{Machine, Need};
use super::state::{Exit, State, handlers};
use crate::marshal::{self, CopyError, In, Place, Problem, Put};
use raya_bytecode::slot::{Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_storages::activities::{Activity, Request};
use raya_storages::layout::{Kind, PROMISE_WORDS};
use raya_storages::limits::{OUTBOX_BYTES_MAX, OUTBOX_REQUESTS_MAX};
use raya_storages::programs::Program;
use raya_storages::values::Value;
use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

/// Bytes of an argument that one step copies.
const BYTES_PER_STEP: u64 = 16;

/// An error that a host function gives; the guest gets an `Error` of this name, with this message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostError {
    /// The error's name.
    pub name: &'static str,
    /// What went wrong.
    pub message: String,
}

impl HostError {
    /// An error with a message.
    pub fn new(message: impl Into<String>) -> HostError {
        HostError::named("Error", message)
    }

    /// An error of another name.
    pub fn named(name: &'static str, message: impl Into<String>) -> HostError {
        HostError {
            name,
            message: message.into(),
        }
    }
}

/// A function that answers inline.
pub type ImmediateFunction = dyn Fn(&mut HostCall<'_>) -> Result<(), HostError> + Send + Sync;

/// Who calls.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The context, as bits.
    pub context: u64,
    /// Its clock.
    pub now_ms: f64,
}

/// A function that answers inline and whose parameters and result are numeric registers.
pub type ScalarFunction = dyn Fn(Caller, &[u64]) -> Result<u64, Box<HostError>> + Send + Sync;

/// What stands behind an import.
#[derive(Clone)]
pub enum HostFunction {
    /// Called inline.
    Immediate(Arc<ImmediateFunction>),
    /// Called inline with registers.
    Scalars {
        /// What is called.
        function: Arc<ScalarFunction>,
        /// What it gives is the call's result; otherwise there is none.
        gives: bool,
    },
    /// Asked through the outbox; the call gives a promise.
    Deferred,
    /// Asked through the outbox; the context stops until the answer is there.
    Blocking,
    /// Not granted, or revoked: calling it throws.
    Missing,
}

/// The functions behind a program's imports, by import index.
#[derive(Clone, Default)]
pub struct HostLinks {
    /// By import index.
    pub functions: Vec<HostFunction>,
    /// By import index: what is asked goes to another context, which may get handles to objects and functions; the host gets
    /// copies only.
    pub gives_handles: Vec<bool>,
}

/// What an immediate function gave.
enum Answer {
    Nothing,
    Number(f64),
    Bool(bool),
    Null,
    Text(String),
    /// What lies in the heap already.
    There((u64, u32)),
    /// What needs memory.
    Value(Box<Value>),
}

/// A call of an immediate function: arguments in, result out.
pub struct HostCall<'a> {
    /// The context that calls, as bits.
    pub context: u64,
    /// Its clock.
    pub now_ms: f64,
    program: &'a Program,
    heap: &'a mut raya_storages::heaps::Heap,
    import: u16,
    kinds: &'a [Slot],
    nums: &'a [u64],
    refs: &'a [u32],
    answer: Answer,
    /// Bytes that were read out of the heap.
    copied: Cell<u64>,
}

impl HostCall<'_> {
    /// How many arguments there are.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is no argument.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// An argument's kind, numeric half and reference half.
    fn arg(&self, index: usize) -> (Slot, u64, u32) {
        let Some(kind) = self.kinds.get(index) else {
            return (Slot::VOID, 0, UNDEFINED);
        };
        let before = &self.kinds[..index];
        let num = before.iter().filter(|k| k.has_num()).count();
        let reference = before.iter().filter(|k| k.has_ref()).count();
        let num = if kind.has_num() { self.nums[num] } else { 0 };
        let reference = if kind.has_ref() {
            self.refs[reference]
        } else {
            UNDEFINED
        };
        (*kind, num, reference)
    }

    /// An argument as a mixed pair, for marshalling; with the heap and program it belongs to.
    pub fn arg_raw(&self, index: usize) -> (u64, u32) {
        let (kind, num, reference) = self.arg(index);
        super::errors::as_mixed((num, reference), kind)
    }

    /// The bytes that were copied or read out of the heap: the caller pays for them.
    #[inline]
    pub fn copied(&self) -> &Cell<u64> {
        &self.copied
    }

    /// The heap that references in arguments are into.
    pub fn heap(&self) -> &raya_storages::heaps::Heap {
        self.heap
    }

    /// The program that calls.
    pub fn program(&self) -> &Program {
        self.program
    }

    /// A number.
    #[inline]
    pub fn arg_f64(&self, index: usize) -> Option<f64> {
        let (num, reference) = self.arg_raw(index);
        (reference == TAG_NUMBER).then(|| f64::from_bits(num))
    }

    /// An integer.
    #[inline]
    pub fn arg_i32(&self, index: usize) -> Option<i32> {
        let number = self.arg_f64(index)?;
        let int = number as i32;
        (f64::from(int) == number).then_some(int)
    }

    /// A boolean.
    #[inline]
    pub fn arg_bool(&self, index: usize) -> Option<bool> {
        let (num, reference) = self.arg_raw(index);
        (reference == TAG_BOOLEAN).then_some(num != 0)
    }

    /// A string, with lone surrogates replaced.
    pub fn arg_str(&self, index: usize) -> Option<Cow<'_, str>> {
        let reference = self.arg(index).2;
        let constants = &self.program.constants;
        if !self.heap.is_string(constants, reference) {
            return None;
        }
        match self.heap.units(constants, reference) {
            Some(raya_storages::heaps::Units::Latin1(bytes)) if bytes.is_ascii() => {
                std::str::from_utf8(bytes).ok().map(Cow::Borrowed)
            }
            _ => Some(Cow::Owned(self.heap.text(constants, reference))),
        }
    }

    /// Answers with a number.
    #[inline]
    pub fn ret_f64(&mut self, value: f64) {
        self.answer = Answer::Number(if value.is_nan() { f64::NAN } else { value });
    }

    /// Answers with a boolean.
    #[inline]
    pub fn ret_bool(&mut self, value: bool) {
        self.answer = Answer::Bool(value);
    }

    /// Answers with a string.
    pub fn ret_str(&mut self, value: impl Into<String>) {
        self.answer = Answer::Text(value.into());
    }

    /// Answers with null.
    pub fn ret_null(&mut self) {
        self.answer = Answer::Null;
    }

    /// Answers with any value.
    pub fn ret_value(&mut self, value: Value) {
        self.answer = match value {
            Value::Undefined => Answer::Nothing,
            Value::Null => Answer::Null,
            Value::Bool(value) => Answer::Bool(value),
            Value::Number(value) => return self.ret_f64(value),
            Value::String(text) => Answer::Text(text),
            value => Answer::Value(Box::new(value)),
        };
    }

    /// Answers with what is put in the heap. False: it needs a value, or memory; then nothing has changed.
    pub fn ret_put(&mut self, put: impl FnOnce(&mut In<'_>, Place) -> Put) -> bool {
        let desc = self.program.image.answer_desc(self.import.into());
        let mut into = In::new(self.program, self.heap);
        let Ok(key) = into.put_with(desc, put) else {
            return false;
        };
        let is_there = into.finish(0).is_ok();
        if is_there {
            self.answer = Answer::There(key);
        }
        is_there
    }
}

handlers! {
    call_host(s) {
        let import = usize::from(s.c());
        let host = s.m.host;
        let Some(HostFunction::Scalars { function, gives }) = host.functions.get(import) else {
            return s.go(call_host_slowly);
        };
        let count = (*s.m.current).num_temps as usize;
        let registers = std::slice::from_raw_parts(s.window_nums(), count);
        let caller = s.m.caller();
        let m = s.park();
        m.is_in_host = true;
        let outcome = function(caller, registers);
        m.is_in_host = false;
        m.activity.count_call(import);
        let mut s = State::unpark(m);
        match outcome {
            Ok(register) if *gives => s.set_n(s.a(), register),
            Ok(_) => {}
            Err(error) => {
                s.m.halt_refused(*error);
                return s.go(super::errors::raise_halt);
            }
        }
        s.charge();
        s.ip = s.ip.add(1);
        s.block()
    }

    /// Calls what takes more than numeric registers.
    #[inline(never)]
    call_host_slowly(s) {
        let import = s.c();
        s.m.fuel = s.fuel;
        let mut s = State::unpark(s.park());
        let function = &*s.m.current;
        let nums = std::slice::from_raw_parts(s.window_nums(), function.num_temps as usize);
        let refs = std::slice::from_raw_parts(s.window_refs(), function.ref_temps as usize);
        match s.m.call_host(import, nums, refs) {
            Ok(Called::Answered((num, reference), slot)) => {
                if slot.has_num() {
                    s.set_n(s.a(), num);
                }
                if slot.has_ref() {
                    s.set_r(s.b(), reference);
                }
                s.fuel = s.m.fuel;
                s.heap = s.m.heap.words.as_mut_ptr();
                s.charge();
                if is_full(s.m.activity) {
                    // What it asked is served before it asks more: requests wait outside of its heap.
                    s.m.save(s.ip.add(1), s.fuel);
                    return Exit::OutOfFuel;
                }
                if s.m.is_beyond_mark() {
                    s.m.need = Need::default();
                    s.m.save(s.ip.add(1), s.fuel);
                    return Exit::Collect;
                }
                s.ip = s.ip.add(1);
                s.block_by_loop()
            }
            Ok(Called::Blocked) => {
                s.fuel = s.m.fuel;
                s.charge();
                s.m.save(s.ip.add(1), s.fuel);
                Exit::Blocked
            }
            Err(halt) => {
                s.fuel = s.m.fuel;
                s.m.halt = Some(halt);
                let window_refs = s.m.import_kinds(import).iter().filter(|k| k.has_ref()).count();
                s.m.need = Need { words: 0, window_refs: window_refs as u32 };
                s.go(super::errors::raise_halt)
            }
        }
    }
}

/// Whether so much waits in an outbox that it is to be served before there is more.
fn is_full(activity: &Activity) -> bool {
    let outbox = &activity.outbox;
    let bytes = |request: &Request| request.args.iter().map(Value::bytes).sum::<usize>();
    outbox.len() >= OUTBOX_REQUESTS_MAX
        || outbox
            .last()
            .is_some_and(|last| bytes(last) > OUTBOX_BYTES_MAX)
}

/// What came of a host call.
pub(super) enum Called {
    Answered((u64, u32), Slot),
    Blocked,
}

impl<'a> Machine<'a> {
    fn import_kinds(&self, import: u16) -> &'a [Slot] {
        let image = &self.program.image;
        let sig = image.sigs[image.imports[usize::from(import)].sig as usize];
        &image.sig_params[sig.params.indices()]
    }

    fn call_host(&mut self, import: u16, nums: &[u64], refs: &[u32]) -> Result<Called, Halt> {
        let host = self.host;
        match host.functions.get(usize::from(import)) {
            Some(HostFunction::Immediate(function)) => {
                self.call_immediate(import, function.as_ref(), nums, refs)
            }
            Some(HostFunction::Scalars { .. }) => unreachable!("called with registers"),
            Some(HostFunction::Deferred) => {
                self.reserve(u64::from(PROMISE_WORDS))?;
                let args = self.copy_arguments(import, nums, refs)?;
                let promise = self.take_promise();
                self.activity.outbox.push(Request {
                    import: u32::from(import),
                    args,
                    promise,
                });
                Ok(Called::Answered((0, promise), Slot::ANY))
            }
            Some(HostFunction::Blocking) => {
                let args = self.copy_arguments(import, nums, refs)?;
                self.activity.outbox.push(Request {
                    import: u32::from(import),
                    args,
                    promise: 0,
                });
                self.activity.blocked = true;
                Ok(Called::Blocked)
            }
            Some(HostFunction::Missing) | None => {
                let name = self.import_name(import);
                Err(Halt::Throw(
                    ErrorKind::Error,
                    format!("{name} is not granted").into(),
                ))
            }
        }
    }

    /// Texts that are arguments are copied; ropes among them take longer.
    fn pay_for_ropes(&mut self, import: u16, refs: &[u32]) {
        let count = self.import_kinds(import).iter().filter(|k| k.has_ref());
        for &reference in &refs[..count.count()] {
            if self.kind(reference) == Some(Kind::Rope) {
                self.pay_for_parts(&[reference]);
            }
        }
    }

    fn caller(&self) -> Caller {
        Caller {
            context: self.context,
            now_ms: self.now_ms,
        }
    }

    #[cold]
    fn halt_refused(&mut self, error: HostError) {
        self.halt_call(error.message);
    }

    #[cold]
    fn halt_call(&mut self, message: String) {
        self.halt = Some(Halt::ThrowAtOnce(ErrorKind::Error, message.into()));
        self.need = Need::default();
    }

    /// Makes of a host function's panic, caught at the instruction that called it, an error of that call.
    pub fn halt_after_panic(&mut self, import: u16) {
        self.is_in_host = false;
        self.activity.count_call(usize::from(import));
        self.halt_call(format!(
            "The host function {} panicked",
            self.import_name(import)
        ));
    }

    fn import_name(&self, import: u16) -> String {
        let image = &self.program.image;
        let import = &image.imports[usize::from(import)];
        format!("{}.{}", image.text(import.module), image.text(import.name))
    }

    #[inline]
    fn call_immediate(
        &mut self,
        import: u16,
        function: &ImmediateFunction,
        nums: &[u64],
        refs: &[u32],
    ) -> Result<Called, Halt> {
        let kinds = self.import_kinds(import);
        self.pay_for_ropes(import, refs);
        let mut call = HostCall {
            context: self.context,
            now_ms: self.now_ms,
            program: self.program,
            heap: self.heap,
            import,
            kinds,
            nums,
            refs,
            answer: Answer::Nothing,
            copied: Cell::new(0),
        };
        let top = call.heap.top;
        self.is_in_host = true;
        let outcome = function(&mut call);
        let (answer, copied) = (call.answer, call.copied.get());
        self.is_in_host = false;
        self.pay(copied / BYTES_PER_STEP);
        self.activity.count_call(usize::from(import));
        match outcome {
            Ok(()) => self.answer_inline(import, answer, top),
            Err(error) => Err(Halt::ThrowAtOnce(
                ErrorKind::Named(error.name),
                error.message.into(),
            )),
        }
    }

    #[inline]
    fn answer_inline(&mut self, import: u16, answer: Answer, top: u32) -> Result<Called, Halt> {
        let ret = self.program.image.imports[usize::from(import)].ret;
        let mixed = match answer {
            Answer::Number(value) => (value.to_bits(), TAG_NUMBER),
            Answer::Bool(value) => (u64::from(value), TAG_BOOLEAN),
            Answer::Nothing => (0, UNDEFINED),
            Answer::Null => (0, raya_bytecode::slot::NULL),
            Answer::Text(text) => (0, self.host_text(&text)?),
            Answer::There(mixed) => {
                self.pay_for_answer(top);
                mixed
            }
            Answer::Value(value) => {
                let mixed = self.host_value(import, &value)?;
                self.pay_for_answer(top);
                mixed
            }
        };
        match self.adapt(mixed, Slot::MIXED, ret) {
            Ok(value) => Ok(Called::Answered(value, ret)),
            Err(trap) => Err(Halt::Trap(trap)),
        }
    }

    /// A string that the host gave. The call can't be made again.
    fn host_text(&mut self, text: &str) -> Result<u32, Halt> {
        let made = self.before_collection(Self::text_words_max(text), |m| m.new_text(text));
        made.inspect_err(|_| self.is_fault_final = true)
    }

    /// Any value that the host gave, likewise.
    #[cold]
    fn host_value(&mut self, import: u16, value: &Value) -> Result<(u64, u32), Halt> {
        let desc = self.program.image.answer_desc(u32::from(import));
        let copy = |m: &mut Self| marshal::copy_in(m.program, m.heap, value, desc);
        let copied = match copy(self) {
            Err(CopyError::NeedsCollection(words)) => {
                let made = self.before_collection(words.into(), |m| Ok(copy(m)));
                made.inspect_err(|_| self.is_fault_final = true)?
            }
            copied => copied,
        };
        copied.map_err(|error| {
            let error = match error {
                CopyError::Refused(error) => error,
                // Only a collection could tell which handles are still held.
                CopyError::NeedsCollection(_) => {
                    Problem::TooManyHandles(self.heap.handles_max()).into()
                }
            };
            Halt::ThrowAtOnce(ErrorKind::Named(error.name()), error.to_string().into())
        })
    }

    /// Pays for what an answer takes since the heap had this top.
    fn pay_for_answer(&mut self, top: u32) {
        let words = u64::from(self.heap.top - top);
        self.pay(words * 8 / BYTES_PER_STEP);
    }

    fn copy_arguments(
        &mut self,
        import: u16,
        nums: &[u64],
        refs: &[u32],
    ) -> Result<Vec<Value>, Halt> {
        let kinds = self.import_kinds(import);
        self.pay_for_ropes(import, refs);
        let call = HostCall {
            context: self.context,
            now_ms: self.now_ms,
            program: self.program,
            heap: self.heap,
            import,
            kinds,
            nums,
            refs,
            answer: Answer::Nothing,
            copied: Cell::new(0),
        };
        let raw: Vec<(u64, u32)> = (0..call.len()).map(|i| call.arg_raw(i)).collect();
        let gives_handles = self.host.gives_handles.get(usize::from(import)) == Some(&true);
        let out = |(at, value)| {
            let copied = if gives_handles {
                let desc = self.argument_desc(import, at);
                marshal::give_out(self.program, self.heap, self.context, value, desc)
            } else {
                marshal::copy_argument(self.program, self.heap, value)
            };
            let bytes = copied.as_ref().map_or(0, Value::bytes) as u64;
            self.pay(16 + bytes / BYTES_PER_STEP);
            copied.map_err(|error| {
                Halt::Throw(ErrorKind::Named(error.name()), error.to_string().into())
            })
        };
        raw.into_iter().enumerate().map(out).collect()
    }

    /// The declared type of an argument of an import.
    fn argument_desc(&self, import: u16, at: usize) -> Option<u32> {
        let image = &self.program.image;
        let desc = image.descs[image.imports[usize::from(import)].desc as usize];
        image.desc_children[desc.children.indices()]
            .get(at)
            .copied()
    }
}
