//! Whether a stack is one that execution can go on with: what the dispatch loop relies on, for a stack from outside.
//!
//! A frame goes on where a block begins, since no temp lives there, or behind the `Catch` that begins a handler; but for the top of a task that is to run an instruction again
//! (`Activity::repeats`), whose temps are what the verifier says; below the top that is behind the call which made the frame
//! above it, whose result goes where that call says. Values in registers are checked against the heap (`activities`).

use super::{FrameRow, NO_ADAPT, Stack};
use crate::dump::{LoadError, ensure};
use crate::programs::{LinkedFunction, Program};
use raya_bytecode::isa::{Inst, Op};
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::temps_at;

impl Stack {
    /// Checks that frames are the program's and lie one behind the other.
    pub fn verify(&self, program: &Program) -> Result<(), LoadError> {
        self.verify_frames(program, self.rows.len())?;
        let base = self.locals_end(&program.functions);
        ensure(
            (self.live_nums, self.live_refs) == base,
            "what is live ends with the top's locals",
        )
    }

    /// The same for a stack whose top runs an instruction again. Gives the types of the reference temps that are live there.
    pub fn verify_repeating(&self, program: &Program) -> Result<Vec<Option<Slot>>, LoadError> {
        self.verify_frames(program, self.rows.len().saturating_sub(1))?;
        let top = self
            .rows
            .last()
            .ok_or(LoadError::Invalid("who runs has a frame"))?;
        let function = &program.functions[top.function as usize];
        let pc = top.pc.checked_sub(function.code_start);
        let temps = pc.and_then(|pc| temps_at(&program.image, top.function, pc));
        let temps = temps.ok_or(LoadError::Invalid("an instruction is run again"))?;
        let (num_end, ref_end) = self.locals_end(&program.functions);
        let live = |live: u32, end: u32| live.checked_sub(end).map(|live| live as usize);
        let (nums, refs) = (live(self.live_nums, num_end), live(self.live_refs, ref_end));
        let fits = nums.is_some_and(|n| n <= temps.nums.len())
            && refs.is_some_and(|r| r <= temps.refs.len());
        ensure(fits, "what is live ends with the top's temps")?;
        Ok(temps.refs[..refs.unwrap_or(0)].to_vec())
    }

    /// Checks frames, of which so many, from the outermost on, go on where a block begins.
    fn verify_frames(&self, program: &Program, resumable: usize) -> Result<(), LoadError> {
        let mut base = (0, 0);
        let mut caller: Option<&FrameRow> = None;
        for (depth, row) in self.rows.iter().enumerate() {
            ensure(row.raise <= 8, "a trap to raise is one")?;
            ensure(
                (row.num_base, row.ref_base) == base,
                "a frame begins where its caller's locals end",
            )?;
            let function = program.functions.get(row.function as usize);
            let function = function.ok_or(LoadError::Invalid("a frame is of a function"))?;
            ensure(
                depth >= resumable || is_resumable(program, function, row.pc),
                "a frame goes on where a block begins",
            )?;
            match caller {
                None => ensure(
                    row.ret_adapt == Slot::VOID.0,
                    "the bottom frame gives its result to nobody",
                )?,
                Some(caller) => verify_return(program, caller, row)?,
            }
            base.0 += u32::from(function.num_locals);
            base.1 += u32::from(function.ref_locals);
            let fits =
                |base: u32, temps: u16, bank: usize| base as usize + usize::from(temps) <= bank;
            ensure(
                fits(base.0, function.num_temps, self.nums.len())
                    && fits(base.1, function.ref_temps, self.refs.len()),
                "a frame's registers lie in the banks",
            )?;
            caller = Some(row);
        }
        Ok(())
    }

    /// The instruction that the top frame has just executed, unless it is at its function's start.
    pub fn last_instruction(&self, program: &Program) -> Option<Inst> {
        let top = self.rows.last()?;
        before(
            program,
            program.functions.get(top.function as usize)?,
            top.pc,
        )
        .map(|(inst, _)| inst)
    }
}

/// The instruction before a place in a function, with its further operands.
fn before(program: &Program, function: &LinkedFunction, pc: u32) -> Option<(Inst, Inst)> {
    let code = program
        .image
        .code
        .get(function.code_start as usize..pc as usize)?;
    match *code {
        [.., inst, ext] if ext.op == Op::Ext as u8 => Some((inst, ext)),
        [.., inst] => Some((inst, Inst::new(Op::Ext, 0, 0, 0))),
        [] => None,
    }
}

/// Whether no temp lives behind an instruction.
fn ends_before(op: Op) -> bool {
    op.is_terminator() || op == Op::Catch
}

/// Whether a block begins at a place, or what was caught has just been written, which goes to locals.
fn is_resumable(program: &Program, function: &LinkedFunction, pc: u32) -> bool {
    let code = function.code_start..function.code_start + function.code_len;
    code.contains(&pc)
        && program.image.code[pc as usize].op != Op::Ext as u8
        && before(program, function, pc)
            .is_none_or(|(inst, _)| Op::from_u8(inst.op).is_some_and(ends_before))
}

/// Checks that a frame's result goes where the call that made it says.
fn verify_return(program: &Program, caller: &FrameRow, row: &FrameRow) -> Result<(), LoadError> {
    let calling = &program.functions[caller.function as usize];
    let (call, ext) =
        before(program, calling, caller.pc).ok_or(LoadError::Invalid("a caller has called"))?;
    let gives = program.functions[row.function as usize].ret;
    let sig_ret = |sig: u16| program.image.sigs[usize::from(sig)].ret;
    let (wanted, gives) = match Op::from_u8(call.op) {
        Some(Op::SetMember) => {
            return ensure(row.ret_adapt == Slot::VOID.0, "a setter gives nothing");
        }
        Some(Op::Call) => {
            ensure(
                u32::from(call.c) == row.function,
                "a frame is of the function called",
            )?;
            (gives, gives)
        }
        Some(Op::CallClosure) => (sig_ret(call.c), gives.kind()),
        Some(Op::CallMember) => (sig_ret(ext.a), gives.kind()),
        Some(Op::GetMember) => (Slot(ext.b), gives),
        _ => return Err(LoadError::Invalid("a caller has called")),
    };
    let adapt = if wanted == gives { NO_ADAPT } else { wanted.0 };
    ensure(
        (row.ret_num, row.ret_ref, row.ret_adapt) == (call.a, call.b, adapt),
        "a result goes where the call says",
    )
}
