//! Register allocation: virtual registers to locals of the frame, by linear scan.
//!
//! A local has one type for good, so only registers of the same type share one. Parameters come first, where the
//! caller put them. An argument that is computed just before its call goes straight to its place in the window.
//! Absent: spilling; frames are as large as they must be.

use crate::mir::flow::{self, Counts};
use crate::mir::{Block, Func, Inst, NO_REG, Reg};
use raya_bytecode::isa::{Flow, Op};
use raya_bytecode::slot::Slot;

/// Where a virtual register is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Home {
    /// Never used.
    None,
    /// A local.
    Local(u16),
    /// A temp: a place in the window of the call that follows.
    Temp(u16),
}

/// The locals of a function.
pub struct Allocation {
    /// By virtual register.
    pub homes: Vec<Home>,
    /// Types of the numeric locals.
    pub nums: Vec<Slot>,
    /// Types of the reference locals.
    pub refs: Vec<Slot>,
}

/// The span of positions in which a register is live.
#[derive(Clone, Copy)]
struct Interval {
    reg: Reg,
    start: u32,
    end: u32,
}

/// Allocates all registers of a function.
pub fn allocate(func: &Func) -> Allocation {
    let counts = flow::counts(func);
    let mut allocation = Allocation {
        homes: vec![Home::None; func.regs.len()],
        nums: Vec::new(),
        refs: Vec::new(),
    };
    for &id in &func.order {
        place_arguments(
            func,
            &func.blocks[id.index()],
            &counts,
            &mut allocation.homes,
        );
    }
    let mut intervals = intervals(func);
    intervals.retain(|i| allocation.homes[i.reg.index()] == Home::None);
    scan(func, intervals, &mut allocation);
    allocation
}

/// Whether a call uses the window.
pub fn is_call(op: Op) -> bool {
    matches!(
        op,
        Op::Call | Op::CallClosure | Op::CallMember | Op::CallHost | Op::CallBuiltin | Op::Spawn
    )
}

/// Gives arguments that are written once, between the last call and theirs, a place in the window.
fn place_arguments(func: &Func, block: &Block, counts: &Counts, homes: &mut [Home]) {
    // The first instruction after which temps of each bank live on.
    let (mut nums_from, mut refs_from) = (0, 0);
    for (at, inst) in block.insts.iter().enumerate() {
        if is_call(inst.op) {
            let (mut num, mut reference) = (0, 0);
            for &arg in &inst.args {
                let is_num = func.slot(arg).has_num();
                let (from, index) = if is_num {
                    num += 1;
                    (nums_from, num - 1)
                } else {
                    reference += 1;
                    (refs_from, reference - 1)
                };
                let once = counts.defs[arg.index()] == 1 && counts.uses[arg.index()] == 1;
                // What is caught must go to locals, and so must a boolean taken out of a mixed pair: a temp is of
                // the kind of what was moved to it.
                let narrows =
                    |i: &Inst| i.op == Op::MovN && func.slot(Reg(i.x[1])) != func.slot(arg);
                let written_here =
                    |i: &Inst| i.op != Op::Catch && i.defs().any(|d| d == arg) && !narrows(i);
                if once && block.insts[from..at].iter().any(written_here) {
                    homes[arg.index()] = Home::Temp(index);
                }
            }
        }
        match inst.op.info().flow {
            Flow::Next => {}
            Flow::Safepoint if !is_call(inst.op) => refs_from = at + 1,
            _ => {
                nums_from = at + 1;
                refs_from = at + 1;
            }
        }
        // A call's own result is no temp: it outlives the block.
        if is_call(inst.op) {
            nums_from = at + 1;
            refs_from = at + 1;
        }
    }
}

fn intervals(func: &Func) -> Vec<Interval> {
    let live = flow::liveness(func);
    let mut spans: Vec<Option<(u32, u32)>> = vec![None; func.regs.len()];
    let mut touch = |reg: Reg, at: u32| {
        let span = spans[reg.index()].get_or_insert((at, at));
        *span = (span.0.min(at), span.1.max(at));
    };
    let mut at = 1;
    for &reg in &func.param_regs {
        touch(reg, 0);
    }
    for &id in &func.order {
        let block = &func.blocks[id.index()];
        live.at_start(id).for_each(|r| touch(r, at));
        at += 1;
        for inst in block.insts.iter().chain(block.term.inst()) {
            let (reads, writes) = positions(inst, at);
            inst.uses().for_each(|r| touch(r, reads));
            inst.defs().for_each(|r| touch(r, writes));
            at += 2;
        }
        live.at_end(id).for_each(|r| touch(r, at));
        at += 1;
    }
    let mut intervals: Vec<Interval> = spans
        .iter()
        .enumerate()
        .filter_map(|(i, span)| {
            let (start, end) = (*span)?;
            Some(Interval {
                reg: Reg(i as u32),
                start,
                end,
            })
        })
        .collect();
    intervals.sort_by_key(|i| (i.start, i.reg));
    intervals
}

/// When an instruction reads and when it writes: one with several results may write before it has read all.
fn positions(inst: &Inst, at: u32) -> (u32, u32) {
    let single = inst.op.info().ext.is_none() && inst.defs().count() < 2;
    (at, if single { at + 1 } else { at })
}

fn scan(func: &Func, intervals: Vec<Interval>, allocation: &mut Allocation) {
    // Parameters first: their locals are given.
    let mut ends: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
    for &reg in &func.param_regs {
        let slot = func.slot(reg);
        let end = intervals.iter().find(|i| i.reg == reg).map_or(0, |i| i.end);
        let (bank, locals) = bank(slot, allocation);
        locals.push(slot);
        let index = locals.len() as u16 - 1;
        ends[bank].push(end);
        allocation.homes[reg.index()] = Home::Local(index);
    }
    for interval in intervals {
        if allocation.homes[interval.reg.index()] != Home::None {
            continue;
        }
        let slot = func.slot(interval.reg);
        let (bank, locals) = bank(slot, allocation);
        let free = (0..locals.len()).find(|&i| locals[i] == slot && ends[bank][i] < interval.start);
        let index = match free {
            Some(index) => index,
            None => {
                locals.push(slot);
                ends[bank].push(0);
                locals.len() - 1
            }
        };
        ends[bank][index] = interval.end;
        allocation.homes[interval.reg.index()] = Home::Local(index as u16);
    }
}

fn bank(slot: Slot, allocation: &mut Allocation) -> (usize, &mut Vec<Slot>) {
    if slot.has_num() {
        (0, &mut allocation.nums)
    } else {
        (1, &mut allocation.refs)
    }
}

impl Allocation {
    /// The number of a register in its bank.
    pub fn number(&self, func: &Func, reg: Reg) -> u16 {
        if reg == NO_REG {
            return 0;
        }
        match self.homes[reg.index()] {
            Home::None => 0,
            Home::Local(index) => index,
            Home::Temp(index) => {
                let locals = if func.slot(reg).has_num() {
                    &self.nums
                } else {
                    &self.refs
                };
                locals.len() as u16 + index
            }
        }
    }
}
