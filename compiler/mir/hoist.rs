//! Moves constants out of loops.
//!
//! A constant that is a register's only value goes to the end of the block that every way into the outermost loop
//! around it goes through last. Loops are taken from the layout: from the target of a jump backwards to the jump.

use super::flow::Dominators;
use super::{BlockId, Func, flow};
use raya_bytecode::isa::Op;

/// So many constants leave the loops of a function at most: each takes a register all along.
const CONSTANTS_MAX: usize = 64;

/// The pass.
pub fn run(func: &mut Func) {
    let homes = homes(func);
    if homes.iter().all(Option::is_none) {
        return;
    }
    let counts = flow::counts(func);
    // What is passed to a call is written to its place there.
    let mut passed = vec![false; func.regs.len()];
    for &id in &func.order {
        for inst in &func.blocks[id.index()].insts {
            inst.args.iter().for_each(|a| passed[a.index()] = true);
        }
    }
    let mut moved = 0;
    for (home, id) in homes.into_iter().zip(func.order.clone()) {
        let Some(home) = home else { continue };
        let id = id.index();
        let mut kept = Vec::with_capacity(func.blocks[id].insts.len());
        for inst in std::mem::take(&mut func.blocks[id].insts) {
            let is_constant = matches!(inst.op, Op::ConstI | Op::ConstFI | Op::ConstF | Op::ConstZ);
            let reg = inst.x[0] as usize;
            if is_constant && counts.defs[reg] == 1 && !passed[reg] && moved < CONSTANTS_MAX {
                moved += 1;
                func.blocks[home.index()].insts.push(inst);
            } else {
                kept.push(inst);
            }
        }
        func.blocks[id].insts = kept;
    }
}

/// Which blocks are in loops, by block.
pub fn in_loops(func: &Func) -> Vec<bool> {
    let mut inside = vec![false; func.blocks.len()];
    for (home, id) in homes(func).into_iter().zip(&func.order) {
        inside[id.index()] = home.is_some();
    }
    inside
}

/// By position in the layout: where constants of the block go, if it is in a loop.
fn homes(func: &Func) -> Vec<Option<BlockId>> {
    let mut homes = vec![None; func.order.len()];
    let mut position = vec![usize::MAX; func.blocks.len()];
    for (at, id) in func.order.iter().enumerate() {
        position[id.index()] = at;
    }
    // The last jump back to each block.
    let mut ends = vec![None; func.order.len()];
    let mut loops = false;
    for (at, id) in func.order.iter().enumerate() {
        for next in func.blocks[id.index()].term.successors() {
            let target = position[next.index()];
            if target <= at {
                ends[target] = Some(at);
                loops = true;
            }
        }
    }
    if !loops {
        return homes;
    }
    let dominators = Dominators::new(func);
    let mut start = 0;
    while start < func.order.len() {
        let Some(mut end) = ends[start] else {
            start += 1;
            continue;
        };
        let mut at = start;
        while at <= end {
            end = end.max(ends[at].unwrap_or(0));
            at += 1;
        }
        let header = func.order[start];
        if let Some(home) = dominators.parent(header) {
            for (place, &id) in homes.iter_mut().zip(&func.order).take(end + 1).skip(start) {
                if dominators.dominates(header, id) {
                    *place = Some(home);
                }
            }
        }
        start = end + 1;
    }
    homes
}
