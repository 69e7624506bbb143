//! Control flow facts that passes share: which registers are live where, and how often each is read and written.
//!
//! Invariant: an error may leave a block at any point, so what a handler reads is live throughout the blocks that it
//! covers, whatever they write.

use super::{Func, Reg};

/// A set of registers.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RegSet(Vec<u64>);

impl RegSet {
    /// An empty set for so many registers.
    pub fn new(count: usize) -> RegSet {
        RegSet(vec![0; count.div_ceil(64)])
    }

    /// Adds one.
    pub fn insert(&mut self, reg: Reg) {
        self.0[reg.index() / 64] |= 1 << (reg.index() % 64);
    }

    /// Takes one out.
    pub fn remove(&mut self, reg: Reg) {
        self.0[reg.index() / 64] &= !(1 << (reg.index() % 64));
    }

    /// Whether it is there.
    pub fn contains(&self, reg: Reg) -> bool {
        self.0[reg.index() / 64] >> (reg.index() % 64) & 1 != 0
    }

    /// Adds all of another set.
    pub fn union(&mut self, other: &RegSet) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Reg> + '_ {
        self.0.iter().enumerate().flat_map(|(word, &bits)| {
            (0..64)
                .filter(move |bit| bits >> bit & 1 != 0)
                .map(move |bit| Reg((word * 64 + bit) as u32))
        })
    }
}

/// For each block, what is live at its start and at its end.
pub struct Liveness {
    /// At the start, by block.
    pub at_start: Vec<RegSet>,
    /// At the end, by block.
    pub at_end: Vec<RegSet>,
}

/// Computes liveness over the blocks in `order`.
pub fn liveness(func: &Func) -> Liveness {
    let empty = RegSet::new(func.regs.len());
    let mut at_start = vec![empty.clone(); func.blocks.len()];
    let mut at_end = vec![empty; func.blocks.len()];
    loop {
        let mut changed = false;
        for &id in func.order.iter().rev() {
            let block = &func.blocks[id.index()];
            let mut live = at_end[id.index()].clone();
            for next in block.term.successors() {
                live.union(&at_start[next.index()]);
            }
            if let Some(handler) = block.handler {
                live.union(&at_start[handler.index()]);
            }
            if live != at_end[id.index()] {
                at_end[id.index()] = live.clone();
                changed = true;
            }
            for inst in block
                .term
                .inst()
                .into_iter()
                .chain(block.insts.iter().rev())
            {
                for reg in inst.defs() {
                    live.remove(reg);
                }
                for reg in inst.uses() {
                    live.insert(reg);
                }
            }
            if let Some(handler) = block.handler {
                live.union(&at_start[handler.index()]);
            }
            if live != at_start[id.index()] {
                at_start[id.index()] = live;
                changed = true;
            }
        }
        if !changed {
            return Liveness { at_start, at_end };
        }
    }
}

/// How often each register is written and read.
pub struct Counts {
    /// Writes; a parameter has one more.
    pub defs: Vec<u32>,
    /// Reads.
    pub uses: Vec<u32>,
}

/// Counts writes and reads over the blocks in `order`.
pub fn counts(func: &Func) -> Counts {
    let mut defs = vec![0; func.regs.len()];
    let mut uses = vec![0; func.regs.len()];
    for reg in &func.param_regs {
        defs[reg.index()] += 1;
    }
    for &id in &func.order {
        let block = &func.blocks[id.index()];
        for inst in block.insts.iter().chain(block.term.inst()) {
            inst.defs().for_each(|reg| defs[reg.index()] += 1);
            inst.uses().for_each(|reg| uses[reg.index()] += 1);
        }
    }
    Counts { defs, uses }
}
