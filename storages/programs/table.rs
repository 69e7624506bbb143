//! The programs of a runtime: one row each, however many contexts have it.
//!
//! Invariants: the same image loaded twice gives the same id; `users` says how many contexts have the program, and a program that
//! none has and nobody keeps is no row. Absent: what a program is (`programs`).

use super::Program;
use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::table::table;
use raya_bytecode::codec::encode;
use std::sync::Arc;

table! {
    /// The programs of a runtime, one row each.
    Programs, ProgramRow, ProgramId "prog" {
        /// The program.
        program: ProgramCell,
        /// How many contexts have it.
        users: u32,
        /// Whoever embeds the runtime has its id: it stays without users.
        is_kept: bool,
    }
}

/// A program in its table. A dump holds its hash alone; `Programs::bind` finds the program again.
#[derive(Clone, Debug, Default)]
pub struct ProgramCell {
    hash: u64,
    linked: Option<Arc<Program>>,
}

impl PartialEq for ProgramCell {
    fn eq(&self, other: &ProgramCell) -> bool {
        self.hash == other.hash
    }
}

impl Persist for ProgramCell {
    const BYTES_MIN: usize = 8;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.hash);
    }

    fn load(from: &mut Reader) -> Result<ProgramCell, LoadError> {
        Ok(ProgramCell {
            hash: from.pod()?,
            linked: None,
        })
    }
}

impl Programs {
    /// Adds a program, or finds the row that has it already. It is one that nobody keeps: somebody has to, or use it.
    pub fn share(&mut self, program: Arc<Program>) -> ProgramId {
        // A hash can be forged: a program is another's equal only if its image is.
        let is_same = |cell: &ProgramCell| {
            let equal = |linked: &Arc<Program>| {
                Arc::ptr_eq(linked, &program) || encode(&linked.image) == encode(&program.image)
            };
            cell.hash == program.hash && cell.linked.as_ref().is_some_and(equal)
        };
        if let Some(index) = self.program.iter().position(is_same) {
            return self.id_at(index).expect("only live rows have programs");
        }
        let program = ProgramCell {
            hash: program.hash,
            linked: Some(program),
        };
        self.insert(ProgramRow {
            program,
            ..ProgramRow::default()
        })
    }

    /// The program with an id.
    pub fn get(&self, id: ProgramId) -> Option<&Arc<Program>> {
        self.program[self.find(id)?].linked.as_ref()
    }

    /// Keeps a program, or no longer. True: it is gone now, since no context has it.
    pub fn keep(&mut self, id: ProgramId, is_kept: bool) -> bool {
        let Some(row) = self.find(id) else {
            return false;
        };
        self.is_kept[row] = is_kept;
        self.free_unused(id)
    }

    /// Another context has a program.
    pub fn add_user(&mut self, id: ProgramId) {
        self.users[id.index()] += 1;
    }

    /// A context has a program no longer. True: it is gone now.
    pub fn remove_user(&mut self, id: ProgramId) -> bool {
        self.users[id.index()] -= 1;
        self.free_unused(id)
    }

    /// Frees a program that no context has and nobody keeps. True: it is gone.
    pub fn free_unused(&mut self, id: ProgramId) -> bool {
        let is_unused = |row: usize| self.users[row] == 0 && !self.is_kept[row];
        self.find(id).is_some_and(is_unused) && self.free(id).is_some()
    }

    /// After a load: finds every row's program by its hash.
    pub fn bind(&mut self, find: impl Fn(u64) -> Option<Arc<Program>>) -> Result<(), LoadError> {
        let live: Vec<ProgramId> = self.ids().collect();
        for id in live {
            let cell = &mut self.program[id.index()];
            cell.linked = Some(find(cell.hash).ok_or(LoadError::ProgramMissing(cell.hash))?);
        }
        Ok(())
    }

    /// Checks the invariants; `programs` are those of all contexts, as bits, 0 for none.
    pub fn verify(&self, programs: impl Iterator<Item = u64>) -> Result<(), LoadError> {
        self.verify_rows()?;
        let mut users = vec![0; self.capacity()];
        for id in programs.filter_map(ProgramId::from_bits) {
            let row = self.find(id);
            users[row.ok_or(LoadError::Invalid("a context's program is there"))?] += 1;
        }
        ensure(users == self.users, "a program's users are counted")?;
        for id in self.ids() {
            let row = id.index();
            let bound = self.program[row].linked.as_ref();
            let bound = bound.is_some_and(|p| p.hash == self.program[row].hash);
            ensure(bound, "a program's row has its program")?;
            ensure(
                self.users[row] > 0 || self.is_kept[row],
                "a program has a user, or is kept",
            )?;
        }
        Ok(())
    }
}
