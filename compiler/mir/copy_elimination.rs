//! Removes moves: a result computed into a register only to be moved goes to the destination directly, a copy of
//! a register that stays as it is while the copy is read is not made, and what nobody reads is not computed.
//!
//! Invariant: a write is never moved before an instruction that could leave the block to a handler.

use super::{Func, Inst, Reg, flow};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use rustc_hash::{FxHashMap, FxHashSet};

/// The pass.
pub fn run(func: &mut Func) {
    write_directly(func);
    read_originals(func);
    drop_unread(func);
}

fn is_move(inst: &Inst) -> bool {
    matches!(inst.op, Op::MovN | Op::MovR)
}

/// `t = op …; x = t` becomes `x = op …`, where `t` is used nowhere else.
fn write_directly(func: &mut Func) {
    let counts = flow::counts(func);
    for &id in &func.order {
        let regs = &func.regs;
        let block = &mut func.blocks[id.index()];
        for at in 0..block.insts.len() {
            let inst = &block.insts[at];
            if !is_move(inst) {
                continue;
            }
            let (to, from) = (Reg(inst.x[0]), Reg(inst.x[1]));
            let single = counts.defs[from.index()] == 1 && counts.uses[from.index()] == 1;
            let same_kind = inst.op == Op::MovR || regs[to.index()] == regs[from.index()];
            if to == from || !single || !same_kind {
                continue;
            }
            let Some(source) = source_of(&block.insts[..at], from, to, block.handler.is_some())
            else {
                continue;
            };
            block.insts[source].replace_def(from, to);
            block.insts[at].x[1] = to.0;
        }
        block
            .insts
            .retain(|inst| !(is_move(inst) && inst.x[0] == inst.x[1]));
    }
}

/// The instruction that writes `from`, if from there on `to` is neither read nor written.
fn source_of(insts: &[Inst], from: Reg, to: Reg, guarded: bool) -> Option<usize> {
    for (i, inst) in insts.iter().enumerate().rev() {
        if inst.defs().any(|d| d == from) {
            return inst.defs().all(|d| d != to).then_some(i);
        }
        let touches = inst.defs().chain(inst.uses()).any(|r| r == to);
        if touches || (guarded && !inst.is_pure()) {
            return None;
        }
    }
    None
}

/// The copies in a block so far, and which still are what they were copied from.
#[derive(Default)]
struct Copies {
    /// Instructions so far.
    at: u32,
    /// When each register was last written.
    written: FxHashMap<Reg, u32>,
    /// What a register was copied from, and when.
    copies: FxHashMap<Reg, (Reg, u32)>,
}

impl Copies {
    fn original(&self, reg: Reg) -> Reg {
        let stays = |reg, since| self.written.get(&reg).is_none_or(|&w| w <= since);
        match self.copies.get(&reg) {
            Some(&(from, since)) if stays(reg, since) && stays(from, since) => from,
            _ => reg,
        }
    }

    fn note(&mut self, inst: &Inst, regs: &[Slot]) {
        self.at += 1;
        for def in inst.defs() {
            self.written.insert(def, self.at);
        }
        if is_move(inst) {
            let (to, from) = (Reg(inst.x[0]), Reg(inst.x[1]));
            if to != from && regs[to.index()] == regs[from.index()] {
                self.copies.insert(to, (from, self.at));
            }
        }
    }
}

/// In a block, reads of `t` after `t = x` become reads of `x` until either is written.
fn read_originals(func: &mut Func) {
    for &id in &func.order {
        let regs = &func.regs;
        let block = &mut func.blocks[id.index()];
        let mut copies = Copies::default();
        for inst in &mut block.insts {
            inst.map_uses(|reg| copies.original(reg));
            copies.note(inst, regs);
        }
        if let Some(inst) = block.term.inst_mut() {
            inst.map_uses(|reg| copies.original(reg));
        }
    }
}

/// Removes instructions without effect whose results nobody reads.
fn drop_unread(func: &mut Func) {
    let live = flow::liveness(func);
    for &id in &func.order {
        let block = &mut func.blocks[id.index()];
        let mut live: FxHashSet<Reg> = live.at_end(id).collect();
        // What a handler may read stays: an error can come between any two instructions.
        let guarded = block.handler.is_some();
        let mut kept = Vec::with_capacity(block.insts.len());
        if let Some(inst) = block.term.inst() {
            live.extend(inst.uses());
        }
        for inst in std::mem::take(&mut block.insts).into_iter().rev() {
            let unread = !guarded && inst.defs().all(|d| !live.contains(&d));
            if inst.is_pure() && unread {
                continue;
            }
            for def in inst.defs() {
                live.remove(&def);
            }
            live.extend(inst.uses());
            kept.push(inst);
        }
        kept.reverse();
        block.insts = kept;
    }
}
