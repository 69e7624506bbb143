//! Joins instructions that the instruction table has as one: two operations on f64, an index and its access, what is
//! added to a field, a flag and the jump on it.
//!
//! The first is moved to where the second stands, in the same block. That is sound if nobody else reads its result, its
//! operands still hold what they held, no store in between may change what it loads, and no other error can come first.
//! Runs once, last but for `hoist`, which takes the constants made here out of loops: other passes don't look into what
//! is joined.

use super::flow::Entries;
use super::{Func, Inst, NO_REG, Reg, Term, flow, hoist};
use crate::ast::Span;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use rustc_hash::FxHashMap;

/// A load is moved over so many instructions at most: the pass stays linear.
const DISTANCE_MAX: usize = 64;

/// The pass.
pub fn run(func: &mut Func) {
    let counts = flow::counts(func);
    join_tests(func, &counts);
    let in_loops = hoist::in_loops(func);
    for &id in &func.order {
        let block = &mut func.blocks[id.index()];
        let mut joiner = Joiner {
            counts: &counts,
            regs: &mut func.regs,
            guarded: block.handler.is_some(),
            in_loop: in_loops[id.index()],
            out: Vec::new(),
            written: FxHashMap::default(),
            checked: FxHashMap::default(),
            constants: FxHashMap::default(),
        };
        for inst in std::mem::take(&mut block.insts) {
            joiner.add(inst);
        }
        block.insts = joiner.out.into_iter().flatten().collect();
    }
}

/// `if (flags[i])`: the test that there is such an element, the load and the jump become one.
fn join_tests(func: &mut Func, counts: &flow::Counts) {
    let entries = flow::entries(func);
    let mut joined = vec![false; func.blocks.len()];
    for &id in &func.order {
        let Term::Branch(bounds, then, otherwise) = &func.blocks[id.index()].term else {
            continue;
        };
        let (array, index, next) = (bounds.x[0], bounds.x[1], &func.blocks[then.index()]);
        let (Op::JInBounds, [load], Term::Branch(test, yes, no)) =
            (bounds.op, &next.insts[..], &next.term)
        else {
            continue;
        };
        let loads = load.op == Op::ElemZ && load.x[1..3] == [array, index];
        let tests = test.op == Op::JTrue && test.x[0] == load.x[0] && no == otherwise;
        let alone = entries[then.index()] == Entries::Only(Some(id))
            && next.handler == func.blocks[id.index()].handler
            && counts.uses[load.x[0] as usize] == 1;
        if !(loads && tests && alone) {
            continue;
        }
        let (then, yes, no) = (*then, *yes, *no);
        let mut jump = Inst::new(Op::JElemZ, [array, index, 0], bounds.span);
        let insts = &mut func.blocks[id.index()].insts;
        let only = counts.defs[index as usize] == 1 && counts.uses[index as usize] == 2;
        if let Some(last) = insts.pop_if(|i| only && i.op == Op::F2X && i.x[0] == index) {
            (jump.op, jump.x[1]) = (Op::JElemXZ, last.x[1]);
        }
        func.blocks[id.index()].term = Term::Branch(jump, yes, no);
        joined[then.index()] = true;
    }
    func.order.retain(|id| !joined[id.index()]);
}

/// A block being rewritten.
struct Joiner<'a> {
    counts: &'a flow::Counts,
    /// Types of the function's registers.
    regs: &'a mut Vec<Slot>,
    /// An error may lead to a handler, which may read what was written before.
    guarded: bool,
    /// A constant made here will leave the loop: it costs nothing.
    in_loop: bool,
    /// What was added so far, but for what was moved.
    out: Vec<Option<Inst>>,
    /// Where registers were last written.
    written: FxHashMap<Reg, usize>,
    /// Where objects, since they came to their registers, were first found not to be null.
    checked: FxHashMap<Reg, usize>,
    /// Constants made here: by instruction and value.
    constants: FxHashMap<(Op, u32), Reg>,
}

impl Joiner<'_> {
    fn add(&mut self, inst: Inst) {
        let inst = self.joined(inst);
        let at = self.out.len();
        if let Some(object) = accessed(&inst) {
            self.checked.entry(object).or_insert(at);
        }
        for def in inst.defs() {
            self.written.insert(def, at);
            self.checked.remove(&def);
        }
        self.out.push(Some(inst));
    }

    fn joined(&mut self, inst: Inst) -> Inst {
        let joined = match inst.op {
            Op::SubF => self.arithmetic(&inst).or_else(|| self.diff(&inst)),
            Op::AddF | Op::MulF | Op::AddFI | Op::AddFK | Op::MulFI | Op::MulFK => {
                self.arithmetic(&inst)
            }
            Op::SetN => self.field_update(&inst),
            _ => self.indexed(&inst),
        };
        joined.unwrap_or(inst)
    }

    /// The instruction that gave a register its value, if it can be moved here as far as its operands go.
    fn part(&self, reg: u32) -> Option<(usize, &Inst)> {
        let index = reg as usize;
        // What was made here is newer than the counts.
        if self.counts.defs.get(index) != Some(&1) || self.counts.uses[index] != 1 {
            return None;
        }
        let at = *self.written.get(&Reg(reg))?;
        let inst = self.out[at].as_ref()?;
        let stays = |u: Reg| self.written.get(&u).is_none_or(|&w| w < at);
        inst.uses().all(stays).then_some((at, inst))
    }

    /// `x * y + z` and its like.
    fn arithmetic(&mut self, inst: &Inst) -> Option<Inst> {
        let (second, constant) = self.plain(inst)?;
        let [left, right] = [inst.x[1], inst.x[2]];
        if second == Op::AddF && constant.is_none() {
            let dot = self.dot(inst);
            if dot.is_some() {
                return dot;
            }
        }
        // Addition and multiplication commute, exactly.
        let sides = match (second, constant) {
            (Op::SubF, _) => [(right, left); 2],
            (_, Some(_)) => [(left, NO_REG.0); 2],
            _ => [(right, left), (left, right)],
        };
        for (part, other) in sides {
            let Some((at, first)) = self.part(part) else {
                continue;
            };
            let first = first.clone();
            let Some((first_op, factor)) = self.plain(&first) else {
                continue;
            };
            let op = match (first_op, second) {
                (Op::MulF, Op::AddF) => Op::MulAddF,
                (Op::MulF, Op::SubF) => Op::MulSubF,
                (Op::MulF, Op::MulF) => Op::MulMulF,
                (Op::AddF, Op::MulF) => Op::AddMulF,
                (Op::AddF, Op::AddF) => Op::AddAddF,
                _ => continue,
            };
            self.out[at] = None;
            let factor = match factor {
                Some(constant) => self.constant(constant, first.span),
                None => first.x[2],
            };
            let mut joined = Inst::new(op, [inst.x[0], first.x[1], factor], inst.span);
            joined.x[3] = match constant {
                Some(constant) => self.constant(constant, inst.span),
                None => other,
            };
            return Some(joined);
        }
        None
    }

    /// `x * y + z * w`
    fn dot(&mut self, inst: &Inst) -> Option<Inst> {
        let (left_at, left) = self.part(inst.x[1]).filter(|p| p.1.op == Op::MulF)?;
        let (right_at, right) = self.part(inst.x[2]).filter(|p| p.1.op == Op::MulF)?;
        let mut joined = Inst::new(Op::DotF, [inst.x[0], left.x[1], left.x[2]], inst.span);
        (joined.x[3], joined.x[4]) = (right.x[1], right.x[2]);
        self.out[left_at] = None;
        self.out[right_at] = None;
        Some(joined)
    }

    /// An operation of two registers, or in a loop also one of a register and a constant, and that.
    fn plain(&self, inst: &Inst) -> Option<(Op, Option<(Op, u32)>)> {
        let (op, constant) = match inst.op {
            Op::AddF | Op::SubF | Op::MulF => return Some((inst.op, None)),
            Op::AddFI => (Op::AddF, Op::ConstFI),
            Op::MulFI => (Op::MulF, Op::ConstFI),
            Op::AddFK => (Op::AddF, Op::ConstF),
            Op::MulFK => (Op::MulF, Op::ConstF),
            _ => return None,
        };
        self.in_loop.then_some((op, Some((constant, inst.x[2]))))
    }

    /// A register with a constant.
    fn constant(&mut self, (op, value): (Op, u32), span: Span) -> u32 {
        if let Some(reg) = self.constants.get(&(op, value)) {
            return reg.0;
        }
        self.regs.push(Slot::F64);
        let reg = Reg(self.regs.len() as u32 - 1);
        self.constants.insert((op, value), reg);
        self.out.push(Some(Inst::new(op, [reg.0, value, 0], span)));
        reg.0
    }

    /// `a.x - b.x`
    fn diff(&mut self, inst: &Inst) -> Option<Inst> {
        if inst.op != Op::SubF {
            return None;
        }
        let (left_at, left) = self.part(inst.x[1]).filter(|p| p.1.op == Op::GetN)?;
        let (right_at, right) = self.part(inst.x[2]).filter(|p| p.1.op == Op::GetN)?;
        let first = left_at.min(right_at);
        let between = self.out.get(first..)?;
        let calm = |i: &Inst| {
            i.is_pure() || i.op == Op::GetN && (i.x[0] == left.x[0] || i.x[0] == right.x[0])
        };
        if between.len() > DISTANCE_MAX || !between.iter().flatten().all(calm) {
            return None;
        }
        let mut joined = Inst::new(Op::DiffN, [inst.x[0], left.x[1], left.x[2]], left.span);
        joined.x[3] = right.x[1];
        joined.x[4] = right.x[2];
        joined.x[5] = left.x[3] | right.x[3] << 16;
        self.out[left_at] = None;
        self.out[right_at] = None;
        Some(joined)
    }

    /// `r.x = r.x + y`, also where `y` is a product, or the sum was joined with what made `y`.
    fn field_update(&mut self, store: &Inst) -> Option<Inst> {
        let value = store.x[2];
        let alone = self.part(value).is_some();
        let sum_at = if alone {
            *self.written.get(&Reg(value))?
        } else {
            self.read_later(value)?
        };
        let sum = self.out[sum_at].clone()?;
        let (minus, sides) = match sum.op {
            Op::AddF => (false, vec![(1, 2), (2, 1)]),
            Op::SubF => (true, vec![(1, 2)]),
            Op::MulAddF => (false, vec![(3, 0)]),
            Op::AddAddF if alone => (false, vec![(3, 0)]),
            Op::MulSubF => (true, vec![(3, 0)]),
            _ => return None,
        };
        for (load, other) in sides {
            let Some((load_at, span)) = self.loaded(sum.x[load], store) else {
                continue;
            };
            self.out[load_at] = None;
            self.out[sum_at] = None;
            let factors = match sum.op {
                Op::MulAddF | Op::MulSubF => vec![sum.x[1], sum.x[2]],
                Op::AddAddF => {
                    // The first sum goes back to being an instruction of its own.
                    let first = Inst::new(Op::AddF, [sum.x[0], sum.x[1], sum.x[2]], sum.span);
                    self.out[sum_at] = Some(first);
                    vec![sum.x[0]]
                }
                _ => self.factors(sum.x[other]),
            };
            let op = match (factors.len(), minus) {
                (1, false) => Op::AddToN,
                (1, true) => Op::SubFromN,
                (2, false) => Op::AddMulToN,
                (2, true) => Op::SubMulFromN,
                (_, false) => Op::AddMulMulToN,
                (_, true) => Op::SubMulMulFromN,
            };
            let mut joined = Inst::new(op, [store.x[0], store.x[1], factors[0]], span);
            for (i, &factor) in factors.iter().enumerate().skip(1) {
                joined.x[2 + i] = factor;
            }
            joined.x[5] = store.x[3];
            if alone {
                return Some(joined);
            }
            // Who reads the sum finds it in the field.
            self.add(joined);
            let mut load = Inst::new(Op::GetN, [value, store.x[0], store.x[1]], span);
            load.x[3] = store.x[3];
            return Some(load);
        }
        None
    }

    /// Where a register got its only value, if nobody reads that before the next instruction and no handler may at all.
    fn read_later(&self, reg: u32) -> Option<usize> {
        if self.guarded || self.counts.defs.get(reg as usize) != Some(&1) {
            return None;
        }
        let at = *self.written.get(&Reg(reg))?;
        let stays = |u: Reg| self.written.get(&u).is_none_or(|&w| w < at);
        let between = self.out.get(at + 1..)?;
        let reads = |inst: &Inst| inst.uses().any(|u| u == Reg(reg));
        let waits = self.out[at].as_ref()?.uses().all(stays)
            && between.len() <= DISTANCE_MAX
            && !between.iter().flatten().any(reads);
        waits.then_some(at)
    }

    /// The factors of the product that a register holds, which goes; else the register.
    fn factors(&mut self, reg: u32) -> Vec<u32> {
        let Some((at, product)) = self.part(reg) else {
            return vec![reg];
        };
        let factors = match product.op {
            Op::MulF => vec![product.x[1], product.x[2]],
            Op::MulMulF => vec![product.x[1], product.x[2], product.x[3]],
            _ => return vec![reg],
        };
        self.out[at] = None;
        factors
    }

    /// Where the field that `store` writes was loaded to a register, if that can wait until here.
    fn loaded(&self, reg: u32, store: &Inst) -> Option<(usize, Span)> {
        let (at, load) = self.part(reg)?;
        let same = load.op == Op::GetN
            && (load.x[1], load.x[2], load.x[3]) == (store.x[0], store.x[1], store.x[3]);
        let between = self.out.get(at + 1..)?;
        if !same || between.len() > DISTANCE_MAX {
            return None;
        }
        let object = Reg(store.x[0]);
        let is_checked = self.checked.get(&object).is_some_and(|&c| c < at);
        let calm = |i: &Inst| match i.op {
            Op::GetN | Op::GetR => is_checked,
            // A class has the fields of its base first: other numbers are other fields.
            _ if stores_number(i.op) => is_checked && i.x[1] != store.x[1],
            _ => i.is_pure(),
        };
        between
            .iter()
            .flatten()
            .all(calm)
            .then_some((at, load.span))
    }

    /// `xs[i]` where `i` is an f64.
    fn indexed(&mut self, inst: &Inst) -> Option<Inst> {
        let (op, field) = match inst.op {
            Op::ElemF => (Op::ElemXF, 2),
            Op::ElemZ => (Op::ElemXZ, 2),
            Op::ElemR => (Op::ElemXR, 2),
            Op::ElemT => (Op::ElemXT, 2),
            Op::SetElemF => (Op::SetElemXF, 1),
            Op::SetElemZ => (Op::SetElemXZ, 1),
            Op::SetElemR => (Op::SetElemXR, 1),
            Op::LoadI8 => (Op::LoadXI8, 2),
            Op::LoadU8 => (Op::LoadXU8, 2),
            Op::LoadI16 => (Op::LoadXI16, 2),
            Op::LoadU16 => (Op::LoadXU16, 2),
            Op::LoadI32 => (Op::LoadXI32, 2),
            Op::LoadU32 => (Op::LoadXU32, 2),
            Op::LoadF32 => (Op::LoadXF32, 2),
            Op::LoadF64 => (Op::LoadXF64, 2),
            Op::Store8 => (Op::StoreX8, 1),
            Op::Store8C => (Op::StoreX8C, 1),
            Op::Store16 => (Op::StoreX16, 1),
            Op::Store32 => (Op::StoreX32, 1),
            Op::StoreF32 => (Op::StoreXF32, 1),
            Op::StoreF64 => (Op::StoreXF64, 1),
            _ => return None,
        };
        let (at, index) = self.part(inst.x[field])?;
        if index.op != Op::F2X {
            return None;
        }
        let mut joined = inst.clone();
        joined.op = op;
        joined.x[field] = index.x[1];
        self.out[at] = None;
        Some(joined)
    }
}

/// Whether an instruction writes a numeric field, of the object in its first operand.
fn stores_number(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        SetN | AddToN | SubFromN | AddMulToN | SubMulFromN | AddMulMulToN | SubMulMulFromN
    )
}

/// The object whose field an instruction reads or writes.
fn accessed(inst: &Inst) -> Option<Reg> {
    match inst.op {
        Op::GetN | Op::GetR | Op::DiffN => Some(Reg(inst.x[1])),
        op if op == Op::SetR || stores_number(op) => Some(Reg(inst.x[0])),
        _ => None,
    }
}
