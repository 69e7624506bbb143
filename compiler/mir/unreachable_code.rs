//! Removes blocks that no path reaches and threads jumps through empty blocks and to returns.
//!
//! A handler is reachable if a block that it covers is.

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
