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
use crate::capability::{HostError, Param, Ret, signature};
use crate::error::{FunctionMismatch, VmError};
use crate::runtime::Runtime;
use crate::{ContextId, ProgramId, Value};
use raya_bytecode::describe::describe;
use raya_bytecode::image::EXPORT_FUNCTION;
use raya_bytecode::slot::Slot;
use raya_systems::execute::{Arguments, REGISTERS_MAX, Registers};
use std::fmt;
use std::marker::PhantomData;

/// What a function is called with: a tuple of up to six values that cross.
pub trait Args {
    /// The values in an array.
    type Values: AsRef<[Value]> + Sync;
    /// Whether each is a numeric register.
    const IS_SCALAR: bool;
    /// Their TypeScript types.
    fn type_texts() -> Vec<String>;
    /// As values; fails where one can't cross.
    fn into_values(self) -> Result<Self::Values, VmError>;
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

            const IS_SCALAR: bool = true $(&& $t::IS_SCALAR)*;

            #[inline(always)]
            fn into_registers(self) -> Result<Registers, VmError> {
                #[allow(unused_mut)]
                let mut values = [0; REGISTERS_MAX];
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

impl<A: Args, R: Returned> Function<A, R> {
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
        if declared != wanted && declared != promised {
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

    /// Calls it in a context that has its program, and runs that context until it returns, ticks or not.
    ///
    /// # Errors
    /// As [`Vm::call`](crate::Vm::call); [`VmError::OtherProgram`] where the context has another program.
    #[inline]
    pub fn call(self, runtime: &mut Runtime, context: ContextId, args: A) -> Result<R, VmError> {
        if !self.is_scalar {
            let values = args.into_values()?;
            return self.call_with(runtime, context, Arguments::Values(values.as_ref()));
        }
        let registers = args.into_registers()?;
        match runtime.quiet_row(self.program, context) {
            Some(row) => self.call_at(runtime, self.callee(row, context), &registers),
            None => self.call_with(runtime, context, Arguments::Registers(&registers)),
        }
    }

    pub(crate) fn callee(self, row: usize, id: ContextId) -> Callee {
        Callee {
            row,
            id,
            function: self.function,
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
            NOT_BEGUN => self.call_with(runtime, callee.id, Arguments::Registers(registers)),
            ENDED => {
                let given = runtime.given.take().expect("it ended");
                Self::returned((*given)?)
            }
            _ => Self::returned(Given::Plain(num, reference)),
        }
    }

    #[inline(never)]
    fn call_with(
        self,
        runtime: &mut Runtime,
        context: ContextId,
        args: Arguments<'_>,
    ) -> Result<R, VmError> {
        let row = runtime.find(context)?;
        if runtime.contexts.programs[row] != self.program.to_bits() {
            return Err(VmError::OtherProgram(context));
        }
        let given = runtime.call_function(self.callee(row, context), args)?;
        Self::returned(given)
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
        let results = runtime.call_in_each(self.function, &calls, arguments);
        let returned = |result: Result<Given, VmError>| result.and_then(Self::returned);
        results.into_iter().map(returned).collect()
    }

    #[inline]
    pub(crate) fn returned(given: Given) -> Result<R, VmError> {
        if let Given::Plain(num, reference) = given
            && let Some(result) = R::from_mixed(num, reference)
        {
            return Ok(result);
        }
        Self::returned_value(&given.into_value())
    }

    #[cold]
    fn returned_value(value: &Value) -> Result<R, VmError> {
        R::from_value(value).ok_or_else(|| {
            let text = format!("the result is no {}", R::type_text());
            VmError::Marshal(text.into())
        })
    }
}
