//! The shape of a function's code: where instructions start, where jumps go, how blocks end, what they cost.

use super::error::{Problem, rule};
use crate::image::Handler;
use crate::isa::{Flow, Inst, Op, Operand};
use crate::limits;

/// What is known of a word of code.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// An instruction starts here.
    start: bool,
    /// A jump goes here.
    jumped_to: bool,
    /// A handler begins here.
    handler: bool,
}

/// Scratch for one function after the other.
#[derive(Default)]
pub struct Blocks {
    marks: Vec<Mark>,
}

/// A problem at a pc.
type At = (usize, Problem);

impl Blocks {
    /// Checks a function's code but for its operands.
    pub fn check(&mut self, code: &[Inst], handlers: &[Handler]) -> Result<(), At> {
        self.marks.clear();
        self.marks.resize(code.len(), Mark::default());
        for handler in handlers {
            self.marks[handler.target as usize].handler = true;
        }
        self.find_instructions(code)?;
        self.check_targets(code)?;
        self.check_flow(code)
    }

    /// Marks where instructions start and where jumps go.
    fn find_instructions(&mut self, code: &[Inst]) -> Result<(), At> {
        let mut pc = 0;
        while pc < code.len() {
            let op = decode(code[pc]).map_err(|problem| (pc, problem))?;
            self.marks[pc].start = true;
            if let Some(offset) = jump_offset(op, code[pc]) {
                let target = pc as i64 + i64::from(offset);
                let mark = usize::try_from(target)
                    .ok()
                    .and_then(|t| self.marks.get_mut(t))
                    .ok_or((pc, Problem::BadTarget { target }))?;
                mark.jumped_to = true;
            }
            pc += 1;
            if op.info().ext.is_some() {
                let ext = code.get(pc).is_some_and(|inst| inst.op == Op::Ext as u8);
                rule(ext, "its second word is missing").map_err(|problem| (pc - 1, problem))?;
                rule(code[pc].cost == 0, "its second word must have cost 0")
                    .map_err(|problem| (pc - 1, problem))?;
                pc += 1;
            }
        }
        Ok(())
    }

    /// Jumps must go to instructions other than `Catch`, handlers to `Catch`, and nothing else may reach one.
    fn check_targets(&self, code: &[Inst]) -> Result<(), At> {
        for (pc, mark) in self.marks.iter().enumerate() {
            if !mark.start && (mark.jumped_to || mark.handler) {
                return Err((pc, Problem::BadTarget { target: pc as i64 }));
            }
            let catch = code[pc].op == Op::Catch as u8;
            rule(
                catch == mark.handler && !(catch && mark.jumped_to),
                "`Catch` begins a handler, and only handlers lead to it",
            )
            .map_err(|problem| (pc, problem))?;
        }
        Ok(())
    }

    /// Blocks end with a terminator that says their cost, and the function does not end with a block that goes on.
    fn check_flow(&self, code: &[Inst]) -> Result<(), At> {
        let mut cost = 0;
        let mut in_block = false;
        let mut goes_on = true;
        for (pc, inst) in code.iter().enumerate() {
            let mark = self.marks[pc];
            if !mark.start {
                continue;
            }
            rule(
                !in_block || !mark.jumped_to,
                "a block must end with a terminator before a jump target",
            )
            .map_err(|problem| (pc, problem))?;
            rule(
                !mark.handler || !goes_on,
                "the instruction before must not go on into a handler",
            )
            .map_err(|problem| (pc, problem))?;
            let op = decode(*inst).map_err(|problem| (pc, problem))?;
            cost += u32::from(op.info().cost);
            check_cost(op, inst.cost, cost).map_err(|problem| (pc, problem))?;
            in_block = !op.is_terminator();
            goes_on = !matches!(op.info().flow, Flow::Jump | Flow::Leave);
            if !in_block {
                cost = 0;
            }
        }
        rule(!goes_on, "the code must not run off its end")
            .map_err(|problem| (code.len().saturating_sub(1), problem))
    }
}

fn check_cost(op: Op, found: u8, block: u32) -> Result<(), Problem> {
    let expected = if op.is_terminator() { block } else { 0 };
    if u32::from(found) == expected && block <= limits::BLOCK_COST_MAX {
        return Ok(());
    }
    Err(Problem::Cost { found, expected })
}

/// The opcode, which is not `Ext`.
pub fn decode(inst: Inst) -> Result<Op, Problem> {
    let op = Op::from_u8(inst.op).ok_or(Problem::NoOpcode { opcode: inst.op })?;
    rule(op != Op::Ext, "the instruction before has no second word")?;
    Ok(op)
}

/// Where a jump goes, relative to itself.
fn jump_offset(op: Op, inst: Inst) -> Option<i32> {
    let operands = &op.info().operands;
    if operands[1] == Operand::Jump32 {
        return Some(inst.i32_bc());
    }
    (operands[2] == Operand::Jump).then(|| i32::from(inst.c as i16))
}
