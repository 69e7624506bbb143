//! Control flow facts that passes share: which registers are live where, how often each is read and written, which
//! blocks lead where.
//!
//! Invariant: an error may leave a block at any point, so what a handler reads is live throughout the blocks that it
//! covers, whatever they write.

use super::{BlockId, Func, Reg};

/// Numbers below a bound.
#[derive(Clone, PartialEq, Eq)]
struct BitSet(Vec<u64>);

impl BitSet {
    fn new(count: usize) -> BitSet {
        BitSet(vec![0; count.div_ceil(64)])
    }

    fn insert(&mut self, index: u32) {
        self.0[index as usize / 64] |= 1 << (index % 64);
    }

    fn remove(&mut self, index: u32) {
        self.0[index as usize / 64] &= !(1 << (index % 64));
    }

    /// Adds all of another set; says whether that changed anything.
    fn union(&mut self, other: &BitSet) -> bool {
        let mut changed = 0;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= theirs & !*mine;
            *mine |= theirs;
        }
        changed != 0
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(word, &bits)| {
            (0..64)
                .filter(move |bit| bits >> bit & 1 != 0)
                .map(move |bit| word * 64 + bit)
        })
    }
}

/// For each block, what is live at its start and at its end.
pub struct Liveness {
    /// The registers that are live anywhere between two blocks: sets hold positions in here.
    shared: Vec<Reg>,
    at_start: Vec<BitSet>,
    at_end: Vec<BitSet>,
}

impl Liveness {
    /// The registers live at the start of a block.
    pub fn at_start(&self, block: BlockId) -> impl Iterator<Item = Reg> + '_ {
        self.at_start[block.index()].iter().map(|i| self.shared[i])
    }

    /// The registers live at the end of a block, behind its last instruction.
    pub fn at_end(&self, block: BlockId) -> impl Iterator<Item = Reg> + '_ {
        self.at_end[block.index()].iter().map(|i| self.shared[i])
    }
}

/// The registers that some block reads before it writes them. Most registers are none, so that sets stay small.
fn shared(func: &Func) -> Vec<Reg> {
    let mut written_in = vec![u32::MAX; func.regs.len()];
    let mut shared = vec![false; func.regs.len()];
    for &id in &func.order {
        let block = &func.blocks[id.index()];
        for inst in block.insts.iter().chain(block.term.inst()) {
            let mut note = |reg: Reg| shared[reg.index()] |= written_in[reg.index()] != id.0;
            inst.uses().for_each(&mut note);
            inst.defs().for_each(|reg| written_in[reg.index()] = id.0);
        }
    }
    let regs = (0..func.regs.len() as u32).map(Reg);
    regs.filter(|r| shared[r.index()]).collect()
}

/// Computes liveness over the blocks in `order`.
pub fn liveness(func: &Func) -> Liveness {
    let shared = shared(func);
    let mut place = vec![u32::MAX; func.regs.len()];
    for (at, reg) in shared.iter().enumerate() {
        place[reg.index()] = at as u32;
    }
    let place = |reg: Reg| Some(place[reg.index()]).filter(|&p| p != u32::MAX);
    let empty = BitSet::new(shared.len());
    let mut at_start = vec![empty.clone(); func.blocks.len()];
    let mut at_end = vec![empty; func.blocks.len()];
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for &id in func.order.iter().rev() {
            let block = &func.blocks[id.index()];
            let mut grown = false;
            for next in block.term.successors().chain(block.handler) {
                grown |= at_end[id.index()].union(&at_start[next.index()]);
            }
            let mut live = at_end[id.index()].clone();
            let insts = block.insts.iter().rev();
            for inst in block.term.inst().into_iter().chain(insts) {
                inst.defs().filter_map(place).for_each(|p| live.remove(p));
                inst.uses().filter_map(place).for_each(|p| live.insert(p));
            }
            if let Some(handler) = block.handler {
                live.union(&at_start[handler.index()]);
            }
            changed |= at_start[id.index()].union(&live) || grown;
        }
    }
    Liveness {
        shared,
        at_start,
        at_end,
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
