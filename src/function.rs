//! Typed functions: exports of a program that the host calls with Rust types, their signature checked once.
//!
//! ```text
//! let add = runtime.vm(id)?.function::<(f64, f64), f64>("add")?;
//! add.call(&mut runtime, id, (2.0, 3.0))? == 5.0
//! ```
//!
//! Invariant: a function is of one program, and every context with that program can be called with it; another is refused.
//! Absent: many calls in one context (`scope`), entries that ticks run (`entries`).

use crate::calls::{Callee, Direct, ENDED, Given, NOT_BEGUN};
use crate::capability::{HostError, Param, Ret, fits, signature};
use crate::error::{FunctionMismatch, VmError};
use crate::runtime::Runtime;
use crate::{ContextId, ProgramId, Value};
use raya_bytecode::describe::describe;
use raya_bytecode::image::EXPORT_FUNCTION;
use raya_bytecode::slot::Slot;
use raya_storages::heaps::{Heap, Key};
use raya_storages::programs::Program;
use raya_systems::execute::{Arguments, REGISTER_ARGUMENTS, Registers};
use raya_systems::marshal::{In, MarshalError, Misfit, Out, Place, Problem, Put, Source};
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

/// What a function is called with: a tuple of up to six values that cross.
pub trait Args {
    /// The values in an array.
    type Values: AsRef<[Value]> + Into<Vec<Value>> + Sync;
    /// How many.
    const COUNT: usize;
    /// Whether each is a numeric register.
    const IS_SCALAR: bool;
    /// Their TypeScript types.
    fn type_texts() -> Vec<String>;
    /// As values; fails where one can't cross.
    fn into_values(self) -> Result<Self::Values, VmError>;
    /// Puts one in a heap, if it needs no value for that.
    #[doc(hidden)]
    fn put(&self, at: usize, into: &mut In<'_>, place: Place) -> Put;
    /// As registers; fails where one isn't.
    fn into_registers(self) -> Result<Registers, VmError>;
}

fn refused(error: HostError) -> VmError {
    VmError::Marshal(error.0.into())
}

macro_rules! args {
    ($($t:ident $at:tt)*; $count:literal) => {
        impl<$($t: Ret),*> Args for ($($t,)*) {
            type Values = [Value; $count];

            fn type_texts() -> Vec<String> {
                vec![$($t::type_text()),*]
            }

            #[inline]
            fn into_values(self) -> Result<[Value; $count], VmError> {
                Ok([$(self.$at.into_result().map_err(refused)?),*])
            }

            const COUNT: usize = $count;

            #[allow(unused_variables)]
            fn put(&self, at: usize, into: &mut In<'_>, place: Place) -> Put {
                match at {
                    $($at => self.$at.put(into, place),)*
                    _ => Err(Misfit),
                }
            }

            const IS_SCALAR: bool = true $(&& $t::IS_SCALAR)*;

            #[inline(always)]
            fn into_registers(self) -> Result<Registers, VmError> {
                #[allow(unused_mut)]
                let mut values = [0; REGISTER_ARGUMENTS];
                $(values[$at] = self.$at.into_register().map_err(refused)?;)*
                Ok(Registers { values, count: $count })
            }
        }
    };
}

args!(; 0);
args!(A 0; 1);
args!(A 0 B 1; 2);
args!(A 0 B 1 C 2; 3);
args!(A 0 B 1 C 2 D 3; 4);
args!(A 0 B 1 C 2 D 3 E 4; 5);
args!(A 0 B 1 C 2 D 3 E 4 F 5; 6);

/// Arguments on their way: as they came or, once somebody needed them so, as values.
struct Passed<A>(RefCell<Held<A>>);

enum Held<A> {
    Typed(A),
    Values(Result<Vec<Value>, MarshalError>),
}

impl<A> fmt::Debug for Passed<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("arguments")
    }
}

impl<A: Args> Source for Passed<A> {
    fn count(&self) -> usize {
        A::COUNT
    }

    fn put(&self, at: usize, into: &mut In<'_>, place: Place) -> Put {
        match &*self.0.borrow() {
            Held::Typed(args) => args.put(at, into, place),
            Held::Values(_) => Err(Misfit),
        }
    }

    fn values(&self) -> Result<Vec<Value>, MarshalError> {
        let held = self.0.replace(Held::Values(Ok(Vec::new())));
        let values = match held {
            Held::Typed(args) => args.into_values().map(Into::into).map_err(no_value),
            Held::Values(values) => values,
        };
        self.0.replace(Held::Values(values.clone()));
        values
    }
}

fn no_value(error: VmError) -> MarshalError {
    match error {
        VmError::Marshal(text) => Problem::NoValue(text.into()).into(),
        error => Problem::NoValue(error.to_string()).into(),
    }
}

/// The TypeScript type of a numeric register.
fn scalar_text(slot: Slot) -> Option<&'static str> {
    match slot {
        Slot::F64 => Some("number"),
        Slot::I32 => Some("int"),
        Slot::BOOL => Some("boolean"),
        _ => None,
    }
}

/// What a function gives: a type that owns what it holds.
pub trait Returned: for<'a> Param<Item<'a> = Self> + Sized {}

impl<R: for<'a> Param<Item<'a> = R>> Returned for R {}

/// An exported function of a program. Get it from [`Vm::function`](crate::Vm::function); it is a few bytes and can be kept.
pub struct Function<A, R> {
    pub(crate) program: ProgramId,
    function: u32,
    /// All that it takes are numeric registers.
    pub(crate) is_scalar: bool,
    types: PhantomData<fn(A) -> R>,
}

impl<A, R> Clone for Function<A, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R> Copy for Function<A, R> {}

impl<A, R> fmt::Debug for Function<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function {} of {}", self.function, self.program)
    }
}

impl<A: Args, R: Param> Function<A, R> {
    /// The function that a program exports under a name. A function that gives a promise of `R` is one that gives `R`.
    pub(crate) fn of(
        runtime: &Runtime,
        program: ProgramId,
        name: &str,
    ) -> Result<Function<A, R>, VmError> {
        let linked = runtime.programs.get(program).expect("programs in use stay");
        let export = linked.export(name).filter(|e| e.kind == EXPORT_FUNCTION);
        let export = export.ok_or_else(|| VmError::FunctionNotFound(name.into()))?;
        let declared = describe(&linked.image, export.desc);
        let wanted = signature((A::type_texts(), R::type_text()));
        let promised = signature((A::type_texts(), format!("Promise<{}>", R::type_text())));
        if !fits(&declared, &wanted) && !fits(&declared, &promised) {
            return Err(VmError::FunctionMismatch(Box::new(FunctionMismatch {
                function: name.into(),
                declared,
                wanted,
            })));
        }
        let slots = linked.param_slots(export.index).iter();
        let texts = A::type_texts();
        let is_scalar = |(slot, text): (&Slot, &String)| scalar_text(*slot) == Some(text.as_str());
        Ok(Function {
            is_scalar: A::IS_SCALAR
                && slots.len() == texts.len()
                && slots.zip(&texts).all(is_scalar),
            program,
            function: export.index,
            types: PhantomData,
        })
    }

    /// Calls it in a context that has its program, and runs that context until it returns, ticks or not; `read` gets the result, which
    /// may borrow from the context's heap: `&'static str` as a result is read as a `&str` that was not copied.
    ///
    /// # Errors
    /// As [`Vm::call`](crate::Vm::call); [`VmError::OtherProgram`] where the context has another program.
    pub fn call_with<T>(
        self,
        runtime: &mut Runtime,
        context: ContextId,
        args: A,
        read: impl FnOnce(R::Item<'_>) -> T,
    ) -> Result<T, VmError> {
        if self.is_scalar {
            let registers = args.into_registers()?;
            return self.run(runtime, context, Arguments::Registers(&registers), read);
        }
        let passed = Passed(RefCell::new(Held::Typed(args)));
        self.run(runtime, context, Arguments::Source(&passed), read)
    }

    #[inline(never)]
    fn run<T>(
        self,
        runtime: &mut Runtime,
        context: ContextId,
        args: Arguments<'_>,
        read: impl FnOnce(R::Item<'_>) -> T,
    ) -> Result<T, VmError> {
        let row = runtime.find(context)?;
        if runtime.contexts.programs[row] != self.program.to_bits() {
            return Err(VmError::OtherProgram(context));
        }
        let (mut read, mut result) = (Some(read), None);
        let mut take = |program: &Program, heap: &Heap, key: Key| {
            let lent = R::lend(&mut Out::new(program, heap, None), key);
            result = lent.and_then(|item| Some((read.take()?)(item)));
            result.is_some()
        };
        let callee = self.callee(row, context);
        let given = runtime.call_quietly(self.program, callee, args, &mut take)?;
        match (result, read) {
            (Some(result), _) => Ok(result),
            (None, Some(read)) => Self::read_given(given, read),
            (None, None) => unreachable!("who has read has a result"),
        }
    }

    pub(crate) fn callee(self, row: usize, id: ContextId) -> Callee {
        Callee {
            row,
            id,
            function: self.function,
        }
    }

    fn read_given<T>(given: Given, read: impl FnOnce(R::Item<'_>) -> T) -> Result<T, VmError> {
        if let Given::Plain(num, reference) = given
            && let Some(result) = R::from_mixed(num, reference)
        {
            return Ok(read(result));
        }
        let value = given.into_value();
        match R::from_value(&value) {
            Some(result) => Ok(read(result)),
            None => Err(Self::refused(&value)),
        }
    }

    #[cold]
    fn refused(value: &Value) -> VmError {
        VmError::Marshal(format!("the result{}", R::refusal(value)).into())
    }
}

impl<A: Args, R: Returned> Function<A, R> {
    /// Calls it in a context that has its program, and runs that context until it returns, ticks or not.
    ///
    /// # Errors
    /// As [`Vm::call`](crate::Vm::call); [`VmError::OtherProgram`] where the context has another program.
    #[inline]
    pub fn call(self, runtime: &mut Runtime, context: ContextId, args: A) -> Result<R, VmError> {
        if !self.is_scalar || R::LIES_IN_HEAP {
            return self.call_with(runtime, context, args, |result| result);
        }
        let registers = args.into_registers()?;
        match runtime.quiet_row(self.program, context) {
            Some(row) => self.call_at(runtime, self.callee(row, context), &registers),
            None => self.call_slowly(runtime, context, &registers),
        }
    }

    /// Calls it with registers in a quiet context.
    #[inline(always)]
    fn call_at(
        self,
        runtime: &mut Runtime,
        callee: Callee,
        registers: &Registers,
    ) -> Result<R, VmError> {
        let (num, reference) = runtime.call_directly(callee, registers);
        match R::from_mixed(num, reference) {
            Some(result) => Ok(result),
            None => self.conclude(runtime, callee, registers, (num, reference)),
        }
    }

    /// The result of a direct call that did not just return it.
    #[cold]
    pub(crate) fn conclude(
        self,
        runtime: &mut Runtime,
        callee: Callee,
        registers: &Registers,
        (num, reference): Direct,
    ) -> Result<R, VmError> {
        match reference {
            NOT_BEGUN => self.call_slowly(runtime, callee.id, registers),
            ENDED => {
                let given = runtime.given.take().expect("it ended");
                Self::returned((*given)?)
            }
            _ => Self::returned(Given::Plain(num, reference)),
        }
    }

    fn call_slowly(
        self,
        runtime: &mut Runtime,
        context: ContextId,
        registers: &Registers,
    ) -> Result<R, VmError> {
        let args = Arguments::Registers(registers);
        self.run(runtime, context, args, |result| result)
    }

    /// Calls it in each of several contexts, as `call` does, on all the runtime's threads: what an engine does once a frame. Gives
    /// the results in the order of `contexts`. What the functions do in one context can't depend on another, so neither do the
    /// results on the number of threads.
    ///
    /// # Errors
    /// As `call`, each for its context.
    pub fn call_each(
        self,
        runtime: &mut Runtime,
        contexts: &[ContextId],
        mut args: impl FnMut(ContextId) -> A,
    ) -> Vec<Result<R, VmError>> {
        if self.is_scalar {
            let registers = |id| args(id).into_registers();
            self.call_each_with(runtime, contexts, registers, |registers| {
                Arguments::Registers(registers)
            })
        } else {
            let values = |id| args(id).into_values();
            self.call_each_with(runtime, contexts, values, |values| {
                Arguments::Values(values.as_ref())
            })
        }
    }

    fn call_each_with<V: Sync>(
        self,
        runtime: &mut Runtime,
        contexts: &[ContextId],
        mut prepare: impl FnMut(ContextId) -> Result<V, VmError>,
        arguments: impl Fn(&V) -> Arguments<'_> + Sync,
    ) -> Vec<Result<R, VmError>> {
        let prepared = contexts.iter().map(|&id| {
            let row = runtime.find(id)?;
            if runtime.contexts.programs[row] != self.program.to_bits() {
                return Err(VmError::OtherProgram(id));
            }
            Ok((id, prepare(id)?))
        });
        let calls: Vec<Result<(ContextId, V), VmError>> = prepared.collect();
        let mut taken: Vec<Option<R>> = Vec::new();
        taken.resize_with(calls.len(), || None);
        let take = |at: usize, program: &Program, heap: &Heap, key: Key| {
            taken[at] = R::lend(&mut Out::new(program, heap, None), key);
            taken[at].is_some()
        };
        let results = runtime.call_in_each(self.function, &calls, arguments, take);
        let returned = |(result, taken): (Result<Given, VmError>, Option<R>)| match taken {
            Some(taken) => Ok(taken),
            None => Self::returned(result?),
        };
        results.into_iter().zip(taken).map(returned).collect()
    }

    #[inline]
    pub(crate) fn returned(given: Given) -> Result<R, VmError> {
        Self::read_given(given, |result| result)
    }
}
