//! Removes blocks that no path reaches, threads jumps through empty blocks and to returns, and joins a block to the
//! only one that jumps to it.
//!
//! A handler is reachable if a block that it covers is.

use super::flow::{self, Entries};
use super::{BlockId, Func, Term};
use raya_bytecode::isa::Op;

/// The pass.
pub fn run(func: &mut Func) {
    thread_jumps(func);
    let mut reached = vec![false; func.blocks.len()];
    let mut work: Vec<BlockId> = func.order.first().copied().into_iter().collect();
    while let Some(id) = work.pop() {
        if std::mem::replace(&mut reached[id.index()], true) {
            continue;
        }
        let block = &func.blocks[id.index()];
        work.extend(block.term.successors());
        work.extend(block.handler);
    }
    func.order.retain(|id| reached[id.index()]);
    join_blocks(func);
}

/// Appends to a block that ends in a jump what it jumps to, if nobody else leads there.
fn join_blocks(func: &mut Func) {
    let entries = flow::entries(func);
    let mut joined = vec![false; func.blocks.len()];
    for at in 0..func.order.len() {
        let id = func.order[at];
        if joined[id.index()] {
            continue;
        }
        while let Term::Jump(next) = func.blocks[id.index()].term {
            let same_handler = func.blocks[next.index()].handler == func.blocks[id.index()].handler;
            if next == id || !same_handler || entries[next.index()] == Entries::Several {
                break;
            }
            joined[next.index()] = true;
            let rest = std::mem::take(&mut func.blocks[next.index()].insts);
            let term = std::mem::replace(&mut func.blocks[next.index()].term, Term::Open);
            let block = &mut func.blocks[id.index()];
            block.insts.extend(rest);
            block.term = term;
        }
    }
    func.order.retain(|id| !joined[id.index()]);
}

/// Where a jump to `id` ends up, going through blocks that only jump.
fn destination(func: &Func, mut id: BlockId) -> BlockId {
    for _ in 0..func.blocks.len() {
        let block = &func.blocks[id.index()];
        match block.term {
            Term::Jump(next) if block.insts.is_empty() && next != id => id = next,
            _ => break,
        }
    }
    id
}

/// What a block does that does nothing but return: a jump there can as well return itself.
fn only_leaves(func: &Func, id: BlockId) -> Option<Term> {
    let block = &func.blocks[id.index()];
    let returns = matches!(&block.term, Term::Leave(inst)
        if matches!(inst.op, Op::Ret | Op::RetF | Op::RetRef | Op::RetM));
    (block.insts.is_empty() && returns).then(|| block.term.clone())
}

fn thread_jumps(func: &mut Func) {
    for i in 0..func.order.len() {
        let id = func.order[i];
        let mut term = std::mem::replace(&mut func.blocks[id.index()].term, Term::Open);
        match &mut term {
            Term::Jump(to) => {
                *to = destination(func, *to);
                if let Some(leave) = only_leaves(func, *to) {
                    term = leave;
                }
            }
            Term::Branch(_, then, otherwise) => {
                *then = destination(func, *then);
                *otherwise = destination(func, *otherwise);
            }
            Term::Open | Term::Leave(_) => {}
        }
        func.blocks[id.index()].term = term;
    }
}
