//! Programs come and go: from bytes to a row of `programs`, from there to contexts.
//!
//! ```text
//! Runtime::load_program     kept until it is unloaded
//! Vm::load_rbin, …_bytes    goes with the last context that has it
//! vm.loadRbin("…")          kept: the embedder's files are few
//! vm.loadRbin(bytes)        goes with its last context, each of which counts it against its heap limit
//! ```
//! Invariants: a context's program is live; whether others have the same one changes nothing for a context. Absent: the table
//! (`storages/programs`), what stands behind imports (`bindings`).

use crate::error::VmError;
use crate::limits::lend_to_program;
use crate::runtime::Runtime;
use crate::{ContextId, ProgramId};
use raya_bytecode::describe::describe;
use raya_bytecode::image::EXPORT_FUNCTION;
use raya_bytecode::verify;
use raya_storages::contexts::ContextState;
use raya_storages::dump::hash_bytes;
use raya_storages::programs::Program;
use std::sync::Arc;

impl Runtime {
    /// Verifies and links a program, or finds it. Somebody has to keep it, use it, or drop it.
    pub(crate) fn share_program(&mut self, rbin: &[u8]) -> Result<ProgramId, VmError> {
        let invalid = |e: String| VmError::InvalidBinary(e.into());
        let image = verify::decode_verified(rbin).map_err(|e| invalid(e.to_string()))?;
        let program = Program::link(Arc::new(image), hash_bytes(rbin));
        Ok(self.programs.share(Arc::new(program)))
    }

    /// Gives a context a program from bytes, which goes with the last context that has it. `counts`: it counts against the context's
    /// heap limit.
    pub(crate) fn load_bytes(
        &mut self,
        id: ContextId,
        row: usize,
        rbin: &[u8],
        counts: bool,
    ) -> Result<(), VmError> {
        self.expect_empty(id, row)?;
        let program = self.share_program(rbin)?;
        let used = self.use_program(id, row, program, counts);
        if used.is_err() && self.programs.free_unused(program) {
            self.forget_program(program);
        }
        used
    }

    /// Gives a context a program, if what it imports was granted.
    pub(crate) fn use_program(
        &mut self,
        id: ContextId,
        row: usize,
        program: ProgramId,
        counts: bool,
    ) -> Result<(), VmError> {
        self.expect_empty(id, row)?;
        self.contexts.programs[row] = program.to_bits();
        let mut bound = self.bind_row(row);
        if bound.is_ok() && counts {
            let bytes = self.program(row).bytes();
            bound = lend_to_program(&mut self.contexts, row, bytes);
        }
        if bound.is_err() {
            self.contexts.programs[row] = 0;
            self.bindings.forget(row);
            return bound;
        }
        self.programs.add_user(program);
        self.contexts.states[row] = ContextState::Loaded;
        Ok(())
    }

    fn expect_empty(&self, id: ContextId, row: usize) -> Result<(), VmError> {
        match self.contexts.states[row] {
            ContextState::Empty => Ok(()),
            _ => Err(VmError::AlreadyLoaded(id)),
        }
    }

    /// The functions that a context's program exports, with their types.
    pub(crate) fn exports_of(&self, row: usize) -> impl Iterator<Item = (String, String)> {
        let program = ProgramId::from_bits(self.contexts.programs[row]);
        let program = program.and_then(|id| self.programs.get(id));
        let exports = program.into_iter().flat_map(|program| {
            let image = &program.image;
            image.exports.iter().map(move |export| (image, export))
        });
        let functions = exports.filter(|(_, export)| export.kind == EXPORT_FUNCTION);
        functions.map(|(image, e)| (image.text(e.name), describe(image, e.desc)))
    }

    /// A context that ends has its program no longer.
    pub(crate) fn leave_program(&mut self, row: usize) {
        let program = ProgramId::from_bits(self.contexts.programs[row]);
        if let Some(program) = program
            && self.programs.remove_user(program)
        {
            self.forget_program(program);
        }
    }

    /// Drops what was derived from a program that is gone.
    pub(crate) fn forget_program(&mut self, program: ProgramId) {
        self.bindings.forget_program(program);
        self.templates.forget(program.index());
    }
}
