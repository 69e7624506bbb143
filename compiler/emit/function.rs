//! Writes one function's code: blocks in layout order, windows filled before calls, branches turned to fall through.

use super::LineTable;
use super::registers::{self, Allocation, Home};
use crate::mir::flow::{self, Counts};
use crate::mir::{Block, BlockId, Func, Inst, Reg, Term, operand_kind};
use raya_bytecode::assemble::{AssembleError, FunctionBuilder, FunctionSpec, ImageBuilder, Label};
use raya_bytecode::image::FUNCTION_ASYNC;
use raya_bytecode::isa::{Op, Operand};
use raya_bytecode::limits;

struct Emitter<'a> {
    func: &'a Func,
    homes: Allocation,
    counts: Counts,
    out: FunctionBuilder,
    labels: Vec<Label>,
    image: &'a ImageBuilder,
    globals: u16,
    lines: &'a LineTable,
    type_tokens: &'a [u32],
}

/// Defines function `id` of the image.
pub fn emit(
    builder: &mut ImageBuilder,
    id: u32,
    func: &Func,
    globals: u16,
    lines: &LineTable,
    type_tokens: &[u32],
) -> Result<(), AssembleError> {
    let homes = registers::allocate(func);
    let widest = homes.nums.len().max(homes.refs.len());
    if widest > limits::REGISTERS_MAX as usize - limits::PARAMS_MAX {
        return Err(AssembleError::TooMany {
            what: "variables in a function",
            count: widest,
            max: limits::REGISTERS_MAX as usize - limits::PARAMS_MAX,
        });
    }
    let (nums, refs) = (homes.nums.clone(), homes.refs.clone());
    let mut out = FunctionBuilder::new();
    let labels = func.blocks.iter().map(|_| out.label()).collect();
    let mut emitter = Emitter {
        func,
        homes,
        counts: flow::counts(func),
        out,
        labels,
        image: builder,
        globals,
        lines,
        type_tokens,
    };
    emitter.blocks();
    let body = emitter.out.finish(nums.len() as u16, refs.len() as u16)?;
    let receiver = func.params.first().and_then(|s| s.as_class());
    let spec = FunctionSpec {
        name: &func.name,
        params: &func.params,
        ret: func.ret,
        num_locals: &nums,
        ref_locals: &refs,
        receiver: receiver.filter(|_| func.is_method),
        flags: if func.is_async { FUNCTION_ASYNC } else { 0 },
    };
    builder.define_function(id, &spec, body);
    Ok(())
}

impl Emitter<'_> {
    fn blocks(&mut self) {
        let mut open: Option<(BlockId, Label)> = None;
        for (i, &id) in self.func.order.iter().enumerate() {
            let block = &self.func.blocks[id.index()];
            let changed = open.map(|o| o.0) != block.handler;
            if changed {
                self.close_handler(open.take());
                open = block.handler.map(|h| (h, self.out.here()));
            }
            self.out.bind(self.labels[id.index()]);
            let next = self.func.order.get(i + 1).copied();
            if let Some((kept, inst, to, otherwise)) = self.step_and_jump(block, next) {
                block.insts[..kept].iter().for_each(|i| self.inst(i));
                self.place(&inst);
                self.branch(&inst, to);
                self.jump(otherwise, next);
                continue;
            }
            for inst in &block.insts {
                self.inst(inst);
            }
            self.term(&block.term, next);
        }
        if open.is_some() {
            self.close_handler(open);
        }
    }

    /// The end of a loop as one instruction: how many instructions stay before it, the jump, where it goes, and where else.
    fn step_and_jump(
        &self,
        block: &Block,
        next: Option<BlockId>,
    ) -> Option<(usize, Inst, BlockId, BlockId)> {
        let Term::Branch(branch, then, otherwise) = &block.term else {
            return None;
        };
        if Some(*then) == next {
            return None;
        }
        let steps = |inst: &Inst, op: Op| {
            let own = inst.op == op && inst.x[0] == inst.x[1] && inst.x[2] == 1;
            own && inst.x[0] == branch.x[0]
        };
        let mut jump = branch.clone();
        let kept = match (&block.insts[..], branch.op) {
            ([.., step], Op::JLtF) if steps(step, Op::AddFI) => {
                jump.op = Op::IncJLtF;
                block.insts.len() - 1
            }
            ([.., step], Op::JLeF) if steps(step, Op::AddFI) => {
                jump.op = Op::IncJLeF;
                block.insts.len() - 1
            }
            ([.., step, len], Op::JLtI)
                if steps(step, Op::AddWI)
                    && len.op == Op::Len
                    && len.x[0] == branch.x[1]
                    && self.counts.uses[len.x[0] as usize] == 1 =>
            {
                jump.op = Op::IncJLtLen;
                (jump.x[0], jump.x[1]) = (len.x[1], step.x[0]);
                block.insts.len() - 2
            }
            ([.., step], Op::JLtI) if steps(step, Op::AddWI) => {
                jump.op = Op::IncJLtI;
                block.insts.len() - 1
            }
            _ => return None,
        };
        // A number compared with itself is not what the jump reads.
        (branch.x[0] != branch.x[1]).then_some((kept, jump, *then, *otherwise))
    }

    fn close_handler(&mut self, open: Option<(BlockId, Label)>) {
        if let Some((handler, start)) = open {
            let end = self.out.here();
            self.out.handler(start, end, self.labels[handler.index()]);
        }
    }

    fn number(&self, reg: Reg) -> u16 {
        self.homes.number(self.func, reg)
    }

    fn place(&mut self, inst: &Inst) {
        let (line, column) = self.lines.at(inst.span.file, inst.span.start);
        self.out.line(line, column);
    }

    /// The encoded operand in field `i`.
    fn operand(&self, inst: &Inst, i: usize) -> u16 {
        let kind = operand_kind(inst.op, i);
        let x = inst.x[i];
        if kind.bank().is_some() {
            return self.number(Reg(x));
        }
        match kind {
            Operand::NumField | Operand::RefField => {
                let class = match inst.op {
                    Op::GlobalN | Op::GlobalR | Op::SetGlobalN | Op::SetGlobalR => self.globals,
                    Op::DiffN if i == 4 => (inst.x[5] >> 16) as u16,
                    Op::DiffN
                    | Op::AddToN
                    | Op::SubFromN
                    | Op::AddMulToN
                    | Op::SubMulFromN
                    | Op::AddMulMulToN
                    | Op::SubMulMulFromN => inst.x[5] as u16,
                    _ => inst.x[3] as u16,
                };
                let field = &self.image.fields(class)[x as usize];
                if kind == Operand::NumField {
                    field.num_offset
                } else {
                    field.ref_offset
                }
            }
            Operand::Desc => self.type_tokens[x as usize] as u16,
            Operand::None => 0,
            _ => x as u16,
        }
    }

    fn inst(&mut self, inst: &Inst) {
        self.place(inst);
        if registers::is_call(inst.op) {
            return self.call(inst);
        }
        let info = inst.op.info();
        if info.operands[1] == Operand::Imm32 {
            let a = self.operand(inst, 0);
            return self.out.emit_i32(inst.op, a, inst.x[1] as i32);
        }
        let [a, b, c] = [0, 1, 2].map(|i| self.operand(inst, i));
        match info.ext {
            Some(_) => {
                let ext = [3, 4, 5].map(|i| self.operand(inst, i));
                self.out.emit_ext(inst.op, [a, b, c], ext);
            }
            None => self.out.emit(inst.op, a, b, c),
        }
    }

    fn call(&mut self, inst: &Inst) {
        let (mut nums, mut refs) = (0, 0);
        for &arg in &inst.args {
            let is_num = self.func.slot(arg).has_num();
            let (op, locals, count) = if is_num {
                (Op::MovN, self.homes.nums.len() as u16, &mut nums)
            } else {
                (Op::MovR, self.homes.refs.len() as u16, &mut refs)
            };
            let to = locals + *count;
            *count += 1;
            if !matches!(self.homes.homes[arg.index()], Home::Temp(_)) {
                let from = self.number(arg);
                self.out.emit(op, to, from, 0);
            }
        }
        let [a, b, c] = [0, 1, 2].map(|i| self.operand(inst, i));
        let ext = (inst.op == Op::CallMember).then_some(inst.x[3] as u16);
        self.out.call(inst.op, [a, b, c], ext, nums, refs);
    }

    fn term(&mut self, term: &Term, next: Option<BlockId>) {
        match term {
            Term::Open => {
                // Only code that nothing reaches ends so; it must not run on.
                self.out
                    .emit(Op::Trap, raya_bytecode::isa::Trap::Unreachable as u16, 0, 0);
            }
            Term::Jump(to) => self.jump(*to, next),
            Term::Leave(inst) => self.inst(inst),
            Term::Branch(inst, then, otherwise) => {
                self.place(inst);
                if Some(*then) == next
                    && let Some(inverse) = invert(inst)
                {
                    self.branch(&inverse, *otherwise);
                    return;
                }
                self.branch(inst, *then);
                self.jump(*otherwise, next);
            }
        }
    }

    fn branch(&mut self, inst: &Inst, to: BlockId) {
        let [a, b] = [0, 1].map(|i| self.operand(inst, i));
        self.out.branch(inst.op, a, b, self.labels[to.index()]);
    }

    fn jump(&mut self, to: BlockId, next: Option<BlockId>) {
        if Some(to) != next {
            self.out.jump(self.labels[to.index()]);
        }
    }
}

/// The branch that is taken exactly when this one is not.
fn invert(inst: &Inst) -> Option<Inst> {
    use Op::*;
    let swapped = matches!(inst.op, JLtI | JLeI);
    let op = match inst.op {
        JTrue => JFalse,
        JFalse => JTrue,
        JLtF => JNLtF,
        JLeF => JNLeF,
        JEqF => JNeF,
        JNLtF => JLtF,
        JNLeF => JLeF,
        JNeF => JEqF,
        JLtFI => JNLtFI,
        JLeFI => JNLeFI,
        JGtFI => JNGtFI,
        JGeFI => JNGeFI,
        JEqFI => JNeFI,
        JNLtFI => JLtFI,
        JNLeFI => JLeFI,
        JNGtFI => JGtFI,
        JNGeFI => JGeFI,
        JNeFI => JEqFI,
        JLtI => JLeI,
        JLeI => JLtI,
        JEqI => JNeI,
        JNeI => JEqI,
        JLtII => JGeII,
        JLeII => JGtII,
        JGtII => JLeII,
        JGeII => JLtII,
        JEqII => JNeII,
        JNeII => JEqII,
        JEqR => JNeR,
        JNeR => JEqR,
        JTag => JNTag,
        JNTag => JTag,
        JNullish => JNNullish,
        JNNullish => JNullish,
        _ => return None,
    };
    let mut inverse = inst.clone();
    inverse.op = op;
    if swapped {
        inverse.x.swap(0, 1);
    }
    Some(inverse)
}
