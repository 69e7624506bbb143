//! Keeps numbers in i32 where they are proved to be integers of that size: loop counters that index.
//!
//! A variable qualifies if it only ever gets small integers, converted ints and itself plus or minus a constant
//! where a comparison that holds at that point keeps the sum in range (`i < xs.length` before `i++`). It becomes an
//! i32; its other readers get a conversion, which `fuse` removes where it cancels out.
//! Runs after `fuse`, which gives sums and comparisons with constants their own instructions.

use super::{BlockId, Func, Inst, Reg, Term, flow};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use rustc_hash::{FxHashMap, FxHashSet};

/// Variables looked at, times the instructions of the function: above this, the rest stays as it is.
const WORK_MAX: usize = 5_000_000;

/// The pass.
pub fn run(func: &mut Func) {
    let insts: usize = func
        .order
        .iter()
        .map(|b| func.blocks[b.index()].insts.len() + 1)
        .sum();
    for reg in candidates(func).into_iter().take(WORK_MAX / insts) {
        if is_int(func, reg) {
            make_int(func, reg);
        }
    }
}

/// Variables with a sum of themselves that are used as an index or in a bit operation, and those they are compared to.
fn candidates(func: &Func) -> Vec<Reg> {
    let mut compared = Vec::new();
    let mut stepped = FxHashSet::default();
    let mut indexing = Vec::new();
    for &id in &func.order {
        for inst in &func.blocks[id.index()].insts {
            match inst.op {
                Op::AddFI | Op::SubFI if inst.x[0] == inst.x[1] => {
                    stepped.insert(Reg(inst.x[0]));
                }
                Op::F2X | Op::F2W => indexing.push(Reg(inst.x[1])),
                _ => {}
            }
        }
        if let Term::Branch(inst, ..) = &func.blocks[id.index()].term
            && matches!(inst.op, Op::JLtF | Op::JLeF)
        {
            compared.extend([Reg(inst.x[0]), Reg(inst.x[1])]);
        }
    }
    indexing.retain(|r| stepped.contains(r));
    let converted = converted(func);
    compared.retain(|r| converted.get(r) == Some(&true));
    indexing.extend(compared);
    indexing.sort();
    indexing.dedup();
    indexing.retain(|r| func.slot(*r) == Slot::F64 && !func.param_regs.contains(r));
    indexing
}

/// For variables that get converted ints, whether they get nothing else, and that away from where they are compared.
fn converted(func: &Func) -> FxHashMap<Reg, bool> {
    let mut converted = FxHashMap::default();
    for &id in &func.order {
        let block = &func.blocks[id.index()];
        for inst in &block.insts {
            for def in inst.defs() {
                let mut reads = block.term.inst().into_iter().flat_map(Inst::uses);
                let fits = inst.op == Op::I2F && !reads.any(|u| u == def);
                *converted.entry(def).or_insert(true) &= fits;
            }
        }
    }
    converted
}

/// Whether every value that the variable gets is an i32 (and not -0).
fn is_int(func: &Func, reg: Reg) -> bool {
    let counts = flow::counts(func);
    let guarded = Guards::new(func, reg);
    for &id in &func.order {
        let block = &func.blocks[id.index()];
        let mut bounds = guarded.at_start[id.index()];
        for (at, inst) in block.insts.iter().enumerate() {
            if !inst.defs().any(|d| d == reg) {
                continue;
            }
            let fits = match inst.op {
                Op::ConstFI | Op::I2F => true,
                Op::AddFI | Op::SubFI => {
                    let step = i64::from(inst.x[2] as i32);
                    let step = if inst.op == Op::SubFI { -step } else { step };
                    let from = Reg(inst.x[1]);
                    if from == reg {
                        bounds.allow(step)
                    } else {
                        let before = &block.insts[..at];
                        (step <= 0 && is_length(before, from, &counts))
                            || int_behind(before, from).is_some_and(|int| {
                                let known = Guards::new(func, int).at_start[id.index()];
                                known.allow(step)
                            })
                    }
                }
                _ => false,
            };
            if !fits {
                return false;
            }
            bounds = Bounds::NONE;
        }
    }
    true
}

/// Whether a register is the (converted) length of an array or string, computed in this block.
fn is_length(before: &[Inst], reg: Reg, counts: &flow::Counts) -> bool {
    let source = |r: Reg| {
        let found = before.iter().rev().find(|i| i.defs().any(|d| d == r));
        found.filter(|_| counts.defs[r.index()] == 1)
    };
    source(reg)
        .filter(|i| i.op == Op::I2F)
        .and_then(|i| source(Reg(i.x[1])))
        .is_some_and(|i| matches!(i.op, Op::Len | Op::StrLen))
}

/// The int that a register was converted from in this block, if the int stayed as it was since the block's start.
fn int_behind(before: &[Inst], reg: Reg) -> Option<Reg> {
    let conversion = before.iter().rev().find(|i| i.defs().any(|d| d == reg))?;
    let int = Reg(conversion.x[1]);
    let stays = conversion.op == Op::I2F && !before.iter().any(|i| i.defs().any(|d| d == int));
    stays.then_some(int)
}

/// What is known of a variable at a point.
#[derive(Clone, Copy, PartialEq)]
struct Bounds {
    low: Option<i64>,
    high: Option<i64>,
}

impl Bounds {
    const NONE: Bounds = Bounds {
        low: None,
        high: None,
    };

    /// Whether a step keeps the variable in range.
    fn allow(self, step: i64) -> bool {
        if step >= 0 {
            self.high.is_some_and(|h| h + step <= i64::from(i32::MAX))
        } else {
            self.low.is_some_and(|l| l + step >= i64::from(i32::MIN))
        }
    }

    /// What both know.
    fn meet(self, other: Bounds) -> Bounds {
        Bounds {
            low: self.low.zip(other.low).map(|(a, b)| a.min(b)),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
        }
    }

    /// What either knows.
    fn and(self, other: Bounds) -> Bounds {
        let both = |a: Option<i64>, b: Option<i64>, pick: fn(i64, i64) -> i64| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (a, b) => a.or(b),
        };
        Bounds {
            low: both(self.low, other.low, i64::max),
            high: both(self.high, other.high, i64::min),
        }
    }
}

/// What comparisons say of one variable at the start of each block.
struct Guards {
    at_start: Vec<Bounds>,
}

impl Guards {
    fn new(func: &Func, reg: Reg) -> Guards {
        let preds = predecessors(func);
        // Optimistic: everything is known until a predecessor doesn't know it.
        let all = Bounds {
            low: Some(i64::MAX),
            high: Some(i64::MIN),
        };
        let mut at_start = vec![all; func.blocks.len()];
        // Bounds that only loosen step by step would take long to settle: they are few, and then dropped.
        for round in 0.. {
            let mut changed = false;
            for (order, &id) in func.order.iter().enumerate() {
                let mut bounds = if order == 0 { Bounds::NONE } else { all };
                for &pred in preds.get(&id).into_iter().flatten() {
                    bounds = bounds.meet(leaving(func, reg, pred, id, at_start[pred.index()]));
                }
                if func
                    .order
                    .iter()
                    .any(|b| func.blocks[b.index()].handler == Some(id))
                {
                    bounds = Bounds::NONE;
                }
                if bounds != at_start[id.index()] {
                    at_start[id.index()] = if round > 8 { Bounds::NONE } else { bounds };
                    changed = true;
                }
            }
            if !changed || round > 64 {
                break;
            }
        }
        Guards { at_start }
    }
}

fn predecessors(func: &Func) -> FxHashMap<BlockId, Vec<BlockId>> {
    let mut preds: FxHashMap<BlockId, Vec<BlockId>> = FxHashMap::default();
    for &id in &func.order {
        for next in func.blocks[id.index()].term.successors() {
            preds.entry(next).or_default().push(id);
        }
    }
    preds
}

/// What is known when `block` is left towards `next`.
fn leaving(func: &Func, reg: Reg, block: BlockId, next: BlockId, at_start: Bounds) -> Bounds {
    let insts = &func.blocks[block.index()].insts;
    let mut bounds = at_start;
    for inst in insts {
        if inst.defs().any(|d| d == reg) {
            bounds = match inst.op {
                Op::ConstFI | Op::ConstI => {
                    let value = Some(i64::from(inst.x[1] as i32));
                    Bounds {
                        low: value,
                        high: value,
                    }
                }
                _ => Bounds::NONE,
            };
        }
    }
    match &func.blocks[block.index()].term {
        Term::Branch(inst, then, otherwise) if then != otherwise => {
            bounds.and(compared(insts, reg, inst, *then == next))
        }
        _ => bounds,
    }
}

/// What a comparison says of the variable if it holds, or if it does not.
fn compared(insts: &[Inst], reg: Reg, branch: &Inst, holds: bool) -> Bounds {
    let immediate = i64::from(branch.x[1] as i32);
    let high = |value: i64| Bounds {
        low: None,
        high: Some(value),
    };
    let low = |value: i64| Bounds {
        low: Some(value),
        high: None,
    };
    let (left, right) = (Reg(branch.x[0]), Reg(branch.x[1]));
    let is_int = |r: Reg| {
        let written = insts.iter().rev().find(|i| i.defs().any(|d| d == r));
        written.is_some_and(|i| matches!(i.op, Op::I2F | Op::ConstFI))
    };
    // The variable is an integer: less than a bound is at most the bound less one.
    let largest = i64::from(i32::MAX);
    match (branch.op, holds) {
        (Op::JLtFI, true) | (Op::JGeFI, false) if left == reg => high(immediate - 1),
        (Op::JLeFI, true) | (Op::JGtFI, false) if left == reg => high(immediate),
        (Op::JGtFI, true) | (Op::JLeFI, false) if left == reg => low(immediate + 1),
        (Op::JGeFI, true) | (Op::JLtFI, false) if left == reg => low(immediate),
        (Op::JLtII, true) | (Op::JGeII, false) if left == reg => high(immediate - 1),
        (Op::JLeII, true) | (Op::JGtII, false) if left == reg => high(immediate),
        (Op::JGtII, true) | (Op::JLeII, false) if left == reg => low(immediate + 1),
        (Op::JGeII, true) | (Op::JLtII, false) if left == reg => low(immediate),
        (Op::JLtI, true) if left == reg => high(largest - 1),
        (Op::JLeI, false) if right == reg => high(largest - 1),
        (Op::JLtF, true) if left == reg && is_int(right) => high(largest - 1),
        (Op::JLeF, true) if left == reg && is_int(right) => high(largest),
        (Op::JLeF, false) if right == reg && is_int(left) => high(largest - 1),
        (Op::JLtF, false) if right == reg && is_int(left) => high(largest),
        _ => Bounds::NONE,
    }
}

/// Turns the variable into an i32.
fn make_int(func: &mut Func, reg: Reg) {
    func.regs[reg.index()] = Slot::I32;
    for at in 0..func.order.len() {
        let id = func.order[at].index();
        let insts = std::mem::take(&mut func.blocks[id].insts);
        let mut out = Vec::with_capacity(insts.len());
        for mut inst in insts {
            let steps = matches!(inst.op, Op::AddFI | Op::SubFI) && inst.x[0] == reg.0;
            if steps && inst.x[1] == reg.0 {
                if inst.op == Op::SubFI {
                    inst.x[2] = -(inst.x[2] as i32) as u32;
                }
                inst.op = Op::AddWI;
                out.push(inst);
                continue;
            }
            convert_uses(func, reg, &mut inst, &mut out);
            convert_def(func, reg, inst, &mut out);
        }
        let mut term = std::mem::replace(&mut func.blocks[id].term, Term::Open);
        if let Some(inst) = term.inst_mut() {
            convert_uses(func, reg, inst, &mut out);
        }
        func.blocks[id].insts = out;
        func.blocks[id].term = term;
    }
}

/// Gives a reader of the variable a converted copy, or the int itself where it wants one.
fn convert_uses(func: &mut Func, reg: Reg, inst: &mut Inst, out: &mut Vec<Inst>) {
    if !inst.uses().any(|u| u == reg) {
        return;
    }
    if matches!(inst.op, Op::F2X | Op::F2W | Op::F2I) {
        inst.op = Op::MovN;
        return;
    }
    let float = func.reg(Slot::F64);
    out.push(Inst::new(Op::I2F, [float.0, reg.0, 0], inst.span));
    inst.map_uses(|u| if u == reg { float } else { u });
}

/// Turns a write of the variable into one of an int.
fn convert_def(func: &mut Func, reg: Reg, mut inst: Inst, out: &mut Vec<Inst>) {
    if !inst.defs().any(|d| d == reg) {
        return out.push(inst);
    }
    match inst.op {
        Op::ConstFI => inst.op = Op::ConstI,
        Op::I2F => inst.op = Op::MovN,
        Op::AddFI | Op::SubFI if int_of(out, Reg(inst.x[1])).is_some() => {
            let int = int_of(out, Reg(inst.x[1])).unwrap_or(reg);
            if inst.op == Op::SubFI {
                inst.x[2] = -(inst.x[2] as i32) as u32;
            }
            inst.op = Op::AddWI;
            inst.x[1] = int.0;
        }
        _ => {
            let float = func.reg(Slot::F64);
            inst.replace_def(reg, float);
            let span = inst.span;
            out.push(inst);
            out.push(Inst::new(Op::F2W, [reg.0, float.0, 0], span));
            return;
        }
    }
    out.push(inst);
}

/// The int that a register was last converted from, if the int is still the same.
fn int_of(before: &[Inst], reg: Reg) -> Option<Reg> {
    let at = before.iter().rposition(|i| i.defs().any(|d| d == reg))?;
    let int = Reg(before[at].x[1]);
    let stays = !before[at..].iter().any(|i| i.defs().any(|d| d == int));
    (before[at].op == Op::I2F && stays).then_some(int)
}
