//! Typed functions: exports of a program that the host calls with Rust types, their signature checked once.
//!
//! ```text
//! let add = runtime.vm(id)?.function::<(f64, f64), f64>("add")?;
//! add.call(&mut runtime, id, (2.0, 3.0))? == 5.0
//! ```
//!
//! Invariant: a function is of one program, and every context with that program can be called with it; another is refused.
//! Absent: entries that ticks run (`entries`).

use crate::capability::{Param, Ret, signature};
use crate::error::{FunctionMismatch, VmError};
use crate::runtime::Runtime;
use crate::{ContextId, ProgramId, Value};
use raya_bytecode::describe::describe;
use raya_bytecode::image::EXPORT_FUNCTION;
use std::fmt;
use std::marker::PhantomData;

/// What a function is called with: a tuple of up to six values that cross.
pub trait Args {
    /// The values in an array.
    type Values: AsRef<[Value]>;
    /// Their TypeScript types.
    fn type_texts() -> Vec<String>;
    /// As values; fails where one can't cross.
    fn into_values(self) -> Result<Self::Values, VmError>;
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
                Ok([$(self.$at.into_result().map_err(|e| VmError::Marshal(e.0.into()))?),*])
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

/// What a function gives: a type that owns what it holds.
pub trait Returned: for<'a> Param<Item<'a> = Self> + Sized {}

impl<R: for<'a> Param<Item<'a> = R>> Returned for R {}

/// An exported function of a program. Get it from [`Vm::function`](crate::Vm::function); it is a few bytes and can be kept.
pub struct Function<A, R> {
    program: ProgramId,
    function: u32,
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
        Ok(Function {
            program,
            function: export.index,
            types: PhantomData,
        })
    }

    /// Calls it in a context that has its program, and runs that context until it returns, ticks or not.
    ///
    /// # Errors
    /// As [`Vm::call`](crate::Vm::call); [`VmError::OtherProgram`] where the context has another program.
    pub fn call(self, runtime: &mut Runtime, context: ContextId, args: A) -> Result<R, VmError> {
        let row = runtime.find(context)?;
        if runtime.contexts.programs[row] != self.program.to_bits() {
            return Err(VmError::OtherProgram(context));
        }
        let args = args.into_values()?;
        let value = runtime.call_function(row, context, self.function, args.as_ref())?;
        R::from_value(&value).ok_or_else(|| {
            let text = format!("the result is no {}", R::type_text());
            VmError::Marshal(text.into())
        })
    }
}
