//! `raya:vm`: contexts made by contexts.
//!
//! Reads and writes all tables, between rounds, one request after another in the order of rows. Invariants: a context reaches only
//! the children it made itself; what a child may use is drawn from its parent's limits, what it may import from its
//! parent's grants; a program is a `.rbin`, never source; values cross by copying. Absent: who finds programs by path (the
//! embedder's loader), what records of options look like (`options`), what functions do (`serve`).

mod options;
mod serve;

pub(crate) use serve::serve;

use crate::runtime::Runtime;
use crate::{ContextId, VmError};

/// The capability that lets a context make others.
pub(crate) const MODULE: &str = "raya:vm";

/// Bits of a handle that hold the row; the rest holds half of the generation, so that it fits a double exactly.
const HANDLE_ROW_BITS: u32 = 24;

/// The functions of the module: one line each. `name: type`, as `prelude/vm.ts` declares it, and whether it gives a promise.
macro_rules! functions {
    ($($op:ident $name:literal $signature:literal)*) => {
        /// The functions of the module.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum VmOp { $($op),* }

        impl VmOp {
            /// The functions with their names and types.
            pub const ALL: &[(VmOp, &'static str, &'static str)] = &[$((VmOp::$op, $name, $signature)),*];
        }
    };
}

functions! {
    New         "__vmNew"         "(a: unknown, b: unknown[]) => number"
    Load        "__vmLoad"        "(a: number, b: Uint8Array | string) => void"
    Run         "__vmRun"         "(a: number, b: string, c: unknown[], d: unknown) => Promise<unknown>"
    Stats       "__vmStats"       "(a: number) => number[]"
    State       "__vmState"       "(a: number) => string"
    Children    "__vmChildren"    "() => number[]"
    Exports     "__vmExports"     "(a: number) => string[]"
    SetLimits   "__vmSetLimits"   "(a: number, b: unknown) => void"
    RefillSteps "__vmRefillSteps" "(a: number, b: number) => void"
    SetWeight   "__vmSetWeight"   "(a: number, b: number) => void"
    SetPriority "__vmSetPriority" "(a: number, b: string) => void"
    Pause       "__vmPause"       "(a: number) => void"
    Resume      "__vmResume"      "(a: number) => void"
    RunSteps    "__vmRunSteps"    "(a: number, b: number) => void"
    NextEvent   "__vmNextEvent"   "(a: number) => Promise<unknown>"
    Terminate   "__vmTerminate"   "(a: number) => void"
    Revoke      "__vmRevoke"      "(a: number, b: string) => void"
    Grants      "__vmGrants"      "(a: number) => unknown[][]"
    Settings    "__vmSettings"    "(a: number) => unknown[]"
}

impl VmOp {
    /// Whether it gives a promise; the others are waited for.
    pub fn is_deferred(self) -> bool {
        matches!(self, VmOp::Run | VmOp::NextEvent)
    }
}

fn handle(id: ContextId) -> Option<f64> {
    let (row, generation) = (id.index() as u64, id.to_bits() >> 32);
    let fits = row < 1 << HANDLE_ROW_BITS && generation >> 1 < 1 << (53 - HANDLE_ROW_BITS);
    fits.then_some(((generation >> 1) << HANDLE_ROW_BITS | row) as f64)
}

fn from_handle(handle: f64) -> Option<ContextId> {
    let bits = handle as u64;
    let generation = (bits >> HANDLE_ROW_BITS) << 1 | 1;
    let row = bits & ((1 << HANDLE_ROW_BITS) - 1);
    ContextId::from_bits(generation << 32 | row).filter(|_| bits as f64 == handle)
}

fn gone() -> VmError {
    VmError::Marshal("this Vm was terminated".into())
}

/// The child that a handle names.
fn child(runtime: &Runtime, asker: ContextId, handle: f64) -> Result<ContextId, VmError> {
    let id = from_handle(handle).ok_or_else(gone)?;
    let row = runtime.contexts.find(id).ok_or_else(gone)?;
    if runtime.contexts.parent(row) == Some(asker) {
        Ok(id)
    } else {
        Err(gone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_come_back() {
        for bits in [1 << 32, 3 << 32 | 7, 0x1fff_ffff << 32 | 0xff_ffff] {
            let id = ContextId::from_bits(bits).expect("an id");
            assert_eq!(from_handle(handle(id).expect("fits")), Some(id));
        }
        assert_eq!(from_handle(-1.0), None);
        assert_eq!(from_handle(0.5), None);
    }
}
