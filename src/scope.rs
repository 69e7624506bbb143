//! Scopes: one context in hand for many calls of one function.
//!
//! ```text
//! let sum = add.scope(&mut runtime, id, |add| add.call((1.0, 2.0))? + add.call((3.0, 4.0))?)?;
//! ```
//!
//! What a call needs is looked up once for all of them. For that the context's heap is taken out of its row, as are the runtime's
//! idle activity and scratch stack; all are put back when the scope ends, however it does, or when a call does more than return.
//! Invariants: while they are out, nothing reads their rows, since the scope has the runtime for itself; calls come to the same as
//! calls outside of it, to the byte. Absent: how a call runs (`systems/execute/direct`), what becomes of one that stops (`calls`).

use crate::ContextId;
use crate::bindings::Binding;
use crate::calls::{Given, NOT_BEGUN};
use crate::cell::{CALL_FUEL, CALLED};
use crate::error::VmError;
use crate::function::{Args, Function, Returned};
use crate::runtime::Runtime;
use raya_storages::activities::Activity;
use raya_storages::frames::Stack;
use raya_storages::heaps::{Heap, is_object};
use raya_storages::limits::Limits;
use raya_systems::execute::{CallEnd, Calls, Execution, Registers};
use std::sync::Arc;

/// What is taken out of its places for the time of a scope.
struct Taken {
    heap: Heap,
    activity: Box<Activity>,
    scratch: Stack,
    limits: Limits,
    binding: Arc<Binding>,
    now_ms: f64,
    context: u64,
}

impl Taken {
    fn execution(&mut self) -> Execution<'_> {
        Execution {
            program: &self.binding.program,
            heap: &mut self.heap,
            activity: &mut self.activity,
            scratch: &mut self.scratch,
            limits: &self.limits,
            host: &self.binding.links,
            now_ms: self.now_ms,
            context: self.context,
        }
    }
}

/// Calls in hand.
struct Held<'a> {
    calls: Calls<'a>,
    row: usize,
    /// The fuel that there was at the beginning.
    fuel: i64,
    /// How many calls there were.
    count: u64,
}

/// A function and the context in which it is called. See [`Function::scope`].
pub struct Scope<'a, A: Args, R: Returned> {
    function: Function<A, R>,
    context: ContextId,
    runtime: &'a mut Runtime,
    /// None where calls go the long way.
    held: Option<Held<'a>>,
}

impl<A: Args, R: Returned> Function<A, R> {
    /// Lets `body` call it in one context many times, for less than as many `call`s: what they need is looked up once. They come to the
    /// same. Functions that take other than numbers and booleans gain nothing, nor do calls after one that did more than
    /// return: waited, failed, gave an object, ran out of memory that it had to collect.
    ///
    /// # Errors
    /// [`VmError::ContextNotFound`], and [`VmError::OtherProgram`] where the context has another program.
    pub fn scope<T>(
        self,
        runtime: &mut Runtime,
        context: ContextId,
        body: impl FnOnce(&mut Scope<'_, A, R>) -> T,
    ) -> Result<T, VmError> {
        let row = runtime.find(context)?;
        if runtime.contexts.programs[row] != self.program.to_bits() {
            return Err(VmError::OtherProgram(context));
        }
        runtime.apply_template(row);
        let quiet = runtime.quiet_row(self.program, context);
        let Some(row) = quiet.filter(|_| self.is_scalar && !R::LIES_IN_HEAP) else {
            return Ok(body(&mut Scope::open(self, context, runtime, None)));
        };
        let fuel = runtime.steps_left(row).min(CALL_FUEL) as i64;
        let function = self.callee(row, context).function;
        let mut taken = runtime.take_out(row, context);
        let mut execution = taken.execution();
        let Some(calls) = Calls::new(&mut execution, function, CALLED, fuel) else {
            runtime.put_back(row, taken);
            return Ok(body(&mut Scope::open(self, context, runtime, None)));
        };
        let held = Held {
            calls,
            row,
            fuel,
            count: 0,
        };
        Ok(body(&mut Scope::open(self, context, runtime, Some(held))))
    }
}

impl<'a, A: Args, R: Returned> Scope<'a, A, R> {
    fn open(
        function: Function<A, R>,
        context: ContextId,
        runtime: &'a mut Runtime,
        held: Option<Held<'a>>,
    ) -> Self {
        Scope {
            function,
            context,
            runtime,
            held,
        }
    }

    /// Calls the function, as [`Function::call`] does.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn call(&mut self, args: A) -> Result<R, VmError> {
        let Some(held) = &mut self.held else {
            return self.function.call(self.runtime, self.context, args);
        };
        let registers = args.into_registers()?;
        match held.calls.call(&registers) {
            Some(CallEnd::Returned(num, reference))
                if !is_object(reference) && held.calls.is_quiet() =>
            {
                held.count += 1;
                match R::from_mixed(num, reference) {
                    Some(result) => Ok(result),
                    None => Function::<A, R>::returned(Given::Plain(num, reference)),
                }
            }
            end => self.conclude(end, &registers),
        }
    }

    /// Sees to a call that did not just return; those after it go the long way.
    #[cold]
    fn conclude(&mut self, end: Option<CallEnd>, registers: &Registers) -> Result<R, VmError> {
        let row = self.put_back(end.is_some()).expect("a call was made");
        let callee = self.function.callee(row, self.context);
        let direct = match end {
            Some(end) => self.runtime.conclude_directly(callee, end),
            None => (0, NOT_BEGUN),
        };
        self.function
            .conclude(self.runtime, callee, registers, direct)
    }

    /// Puts back what was taken out of its places, if it is out. `is_one_more`: a call was made that was not counted.
    fn put_back(&mut self, is_one_more: bool) -> Option<usize> {
        let Held {
            calls,
            row,
            fuel,
            count,
        } = self.held.take()?;
        let runtime = &mut *self.runtime;
        let counters = &mut runtime.contexts.counters[row];
        counters.steps += (fuel - calls.fuel()) as u64;
        let heap = &mut runtime.contexts.heaps[row];
        calls.exchange(heap, &mut runtime.idle, &mut runtime.scratch);
        // Without a call nothing has changed, what is told of the heap neither.
        let count = count + u64::from(is_one_more);
        if count > 0 {
            counters.count_calls_in(count, heap);
        }
        Some(row)
    }
}

impl<A: Args, R: Returned> Drop for Scope<'_, A, R> {
    fn drop(&mut self) {
        if let Some(row) = self.put_back(false) {
            self.runtime.count_calls_of_idle(row);
        }
    }
}

impl Runtime {
    fn steps_left(&self, row: usize) -> u64 {
        let used = self.contexts.counters[row].steps;
        self.contexts.limits[row].steps_max.saturating_sub(used)
    }

    fn take_out(&mut self, row: usize, context: ContextId) -> Taken {
        Taken {
            heap: std::mem::take(&mut self.contexts.heaps[row]),
            activity: std::mem::take(&mut self.idle),
            scratch: std::mem::take(&mut self.scratch),
            limits: self.contexts.limits[row],
            binding: self.bindings.share(row),
            now_ms: self.time.clock_ms,
            context: context.to_bits(),
        }
    }

    fn put_back(&mut self, row: usize, taken: Taken) {
        self.contexts.heaps[row] = taken.heap;
        self.idle = taken.activity;
        self.scratch = taken.scratch;
    }
}
