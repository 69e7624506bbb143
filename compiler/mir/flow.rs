//! Control flow facts that passes share: which registers are live where, how often each is read and written, which
//! blocks lead where.
//!
//! Invariant: an error may leave a block at any point, so what a handler reads is live throughout the blocks that it
//! covers, whatever they write.

use super::{BlockId, Func, Reg};

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

/// Who leads to a block by a jump or by falling through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entries {
    /// One block, by one edge; `None`: nobody (the entry, a handler).
    Only(Option<BlockId>),
    /// Several.
    Several,
}

/// Who leads to each block, by block.
pub fn entries(func: &Func) -> Vec<Entries> {
    let mut entries = vec![Entries::Only(None); func.blocks.len()];
    for &id in &func.order {
        for next in func.blocks[id.index()].term.successors() {
            let entry = &mut entries[next.index()];
            *entry = match entry {
                Entries::Only(None) => Entries::Only(Some(id)),
                _ => Entries::Several,
            };
        }
    }
    if let Some(first) = func.order.first() {
        let entry = &mut entries[first.index()];
        if *entry != Entries::Only(None) {
            *entry = Entries::Several;
        }
    }
    entries
}

/// Which blocks every way to a block goes through. An error may lead from a block to its handler.
pub struct Dominators {
    /// The last block before each that every way goes through.
    parents: Vec<Option<BlockId>>,
    /// When each block is entered and left on a walk over the tree of parents.
    spans: Vec<(u32, u32)>,
}

impl Dominators {
    /// Computes them (Cooper, Harvey and Kennedy: A Simple, Fast Dominance Algorithm).
    pub fn new(func: &Func) -> Dominators {
        let next = |id: BlockId| {
            let block = &func.blocks[id.index()];
            block.term.successors().chain(block.handler)
        };
        let order = reverse_postorder(func, &next);
        let mut rank = vec![usize::MAX; func.blocks.len()];
        let mut before: Vec<Vec<BlockId>> = vec![Vec::new(); func.blocks.len()];
        for (at, &id) in order.iter().enumerate() {
            rank[id.index()] = at;
            next(id).for_each(|to| before[to.index()].push(id));
        }
        let mut parents: Vec<Option<BlockId>> = vec![None; func.blocks.len()];
        let common = |parents: &[Option<BlockId>], mut a: BlockId, mut b: BlockId| {
            while a != b {
                let later = if rank[a.index()] > rank[b.index()] {
                    &mut a
                } else {
                    &mut b
                };
                *later = parents[later.index()].unwrap_or(order[0]);
            }
            a
        };
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for &id in order.iter().skip(1) {
                let known = |b: &&BlockId| **b == order[0] || parents[b.index()].is_some();
                let mut found = before[id.index()].iter().filter(known).copied();
                let first = found.next();
                let parent = first.map(|first| found.fold(first, |a, b| common(&parents, a, b)));
                if parents[id.index()] != parent {
                    parents[id.index()] = parent;
                    changed = true;
                }
            }
        }
        let spans = spans(&order, &parents);
        Dominators { parents, spans }
    }

    /// The last block before this one that every way goes through.
    pub fn parent(&self, block: BlockId) -> Option<BlockId> {
        self.parents[block.index()]
    }

    /// Whether every way to `block` goes through `over`, which may be the same.
    pub fn dominates(&self, over: BlockId, block: BlockId) -> bool {
        let (outer, inner) = (self.spans[over.index()], self.spans[block.index()]);
        outer.0 <= inner.0 && inner.1 <= outer.1
    }
}

/// The blocks, each after those that lead to it but for loops.
fn reverse_postorder<I: Iterator<Item = BlockId>>(
    func: &Func,
    next: &impl Fn(BlockId) -> I,
) -> Vec<BlockId> {
    let Some(&entry) = func.order.first() else {
        return Vec::new();
    };
    let mut seen = vec![false; func.blocks.len()];
    seen[entry.index()] = true;
    let mut stack = vec![(entry, next(entry))];
    let mut order = Vec::new();
    while let Some((id, rest)) = stack.last_mut() {
        let id = *id;
        match rest.next() {
            Some(to) if !std::mem::replace(&mut seen[to.index()], true) => {
                stack.push((to, next(to)));
            }
            Some(_) => {}
            None => {
                order.push(id);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// When each block is entered and left on a walk over the tree. Parents stand before their children in `order`.
fn spans(order: &[BlockId], parents: &[Option<BlockId>]) -> Vec<(u32, u32)> {
    let mut sizes = vec![1u32; parents.len()];
    for &id in order.iter().skip(1).rev() {
        if let Some(parent) = parents[id.index()] {
            sizes[parent.index()] += sizes[id.index()];
        }
    }
    // Where the next child of each block goes.
    let mut free = vec![0u32; parents.len()];
    let mut spans = vec![(0, 0); parents.len()];
    for &id in order {
        let start = match parents[id.index()] {
            Some(parent) => {
                let start = free[parent.index()];
                free[parent.index()] += sizes[id.index()];
                start
            }
            None => 0,
        };
        spans[id.index()] = (start, start + sizes[id.index()]);
        free[id.index()] = start + 1;
    }
    spans
}
