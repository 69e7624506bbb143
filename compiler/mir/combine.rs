//! Joins instructions that the instruction table has as one: two operations on f64, an index and its access, what is
//! added to a field.
//!
//! The first is moved to where the second stands, in the same block. That is sound if nobody else reads its result, its
//! operands still hold what they held, no store in between may change what it loads, and no other error can come first.
//! Runs once, last: other passes don't look into what is joined.

use super::{Func, Inst, Reg, flow};
use raya_bytecode::isa::Op;
use rustc_hash::FxHashMap;

/// A load is moved over so many instructions at most: the pass stays linear.
const DISTANCE_MAX: usize = 64;

/// The pass.
pub fn run(func: &mut Func) {
    let counts = flow::counts(func);
    for &id in &func.order {
        let block = &mut func.blocks[id.index()];
        let mut joiner = Joiner::new(&counts);
        for inst in std::mem::take(&mut block.insts) {
            joiner.add(inst);
        }
        block.insts = joiner.out.into_iter().flatten().collect();
    }
}

/// A block being rewritten.
struct Joiner<'a> {
    counts: &'a flow::Counts,
    /// What was added so far, but for what was moved.
    out: Vec<Option<Inst>>,
    /// Where registers were last written.
    written: FxHashMap<Reg, usize>,
    /// Where objects, since they came to their registers, were first found not to be null.
    checked: FxHashMap<Reg, usize>,
}

impl Joiner<'_> {
    fn new(counts: &flow::Counts) -> Joiner<'_> {
        Joiner {
            counts,
            out: Vec::new(),
            written: FxHashMap::default(),
            checked: FxHashMap::default(),
        }
    }

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
            Op::AddF | Op::SubF | Op::MulF => self.arithmetic(&inst).or_else(|| self.diff(&inst)),
            Op::SetN => self.field_update(&inst),
            _ => self.indexed(&inst),
        };
        joined.unwrap_or(inst)
    }

    /// The instruction that gave a register its value, if it can be moved here as far as its operands go.
    fn part(&self, reg: u32) -> Option<(usize, &Inst)> {
        let index = reg as usize;
        if self.counts.defs[index] != 1 || self.counts.uses[index] != 1 {
            return None;
        }
        let at = *self.written.get(&Reg(reg))?;
        let inst = self.out[at].as_ref()?;
        let stays = |u: Reg| self.written.get(&u).is_none_or(|&w| w < at);
        inst.uses().all(stays).then_some((at, inst))
    }

    /// `x * y + z` and its like.
    fn arithmetic(&mut self, inst: &Inst) -> Option<Inst> {
        let [_, left, right, ..] = inst.x;
        // Addition and multiplication commute, exactly.
        let sides = [(right, left), (left, right)];
        let count = if inst.op == Op::SubF { 1 } else { 2 };
        for (part, other) in sides.into_iter().take(count) {
            let Some((at, first)) = self.part(part) else {
                continue;
            };
            let op = match (first.op, inst.op) {
                (Op::MulF, Op::AddF) => Op::MulAddF,
                (Op::MulF, Op::SubF) => Op::MulSubF,
                (Op::MulF, Op::MulF) => Op::MulMulF,
                (Op::AddF, Op::MulF) => Op::AddMulF,
                (Op::AddF, Op::AddF) => Op::AddAddF,
                _ => continue,
            };
            let mut joined = Inst::new(op, [inst.x[0], first.x[1], first.x[2]], inst.span);
            joined.x[3] = other;
            self.out[at] = None;
            return Some(joined);
        }
        None
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

    /// `r.x = r.x + y`, also where what is added was joined with the sum before.
    fn field_update(&mut self, store: &Inst) -> Option<Inst> {
        let (sum_at, sum) = self.part(store.x[2])?;
        let sum = sum.clone();
        let (op, loaded, added, first_op) = match sum.op {
            Op::AddF => (Op::AddToN, vec![(1, 2), (2, 1)], None, None),
            Op::SubF => (Op::SubFromN, vec![(1, 2)], None, None),
            Op::MulAddF => (Op::AddToN, vec![(3, 0)], Some(sum.x[0]), Some(Op::MulF)),
            Op::MulSubF => (Op::SubFromN, vec![(3, 0)], Some(sum.x[0]), Some(Op::MulF)),
            Op::AddAddF => (Op::AddToN, vec![(3, 0)], Some(sum.x[0]), Some(Op::AddF)),
            _ => return None,
        };
        for (load, other) in loaded {
            let Some((load_at, span)) = self.loaded(sum.x[load], store) else {
                continue;
            };
            let value = added.unwrap_or(sum.x[other]);
            let mut joined = Inst::new(op, [store.x[0], store.x[1], value], span);
            joined.x[3] = store.x[3];
            self.out[load_at] = None;
            // What was joined with the sum goes back to being an instruction of its own.
            self.out[sum_at] =
                first_op.map(|op| Inst::new(op, [sum.x[0], sum.x[1], sum.x[2]], sum.span));
            return Some(joined);
        }
        None
    }

    /// Where the field that `store` writes was loaded to a register, if that can wait until here.
    fn loaded(&self, reg: u32, store: &Inst) -> Option<(usize, crate::ast::Span)> {
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
            Op::SetN | Op::AddToN | Op::SubFromN => is_checked && i.x[1] != store.x[1],
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

/// The object whose field an instruction reads or writes.
fn accessed(inst: &Inst) -> Option<Reg> {
    match inst.op {
        Op::GetN | Op::GetR | Op::DiffN => Some(Reg(inst.x[1])),
        Op::SetN | Op::SetR | Op::AddToN | Op::SubFromN => Some(Reg(inst.x[0])),
        _ => None,
    }
}
