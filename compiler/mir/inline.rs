//! Puts small functions in the place of their calls.
//!
//! A function qualifies if it calls nothing, catches nothing, waits for nothing and is small; functions are taken from
//! the leaves of the call graph upwards, so that what became a leaf qualifies too. An error in it has its own place in
//! the source and the name of the function that it became part of.
//! Absent: calls of closures and of members found by name.

use super::{Block, BlockId, Func, Inst, NO_REG, Reg, Term, flow};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

/// What is put in the place of a call has so many instructions at most.
const CALLEE_MAX: usize = 32;
/// And so many parameters: a call with more than a call can have must stay to be refused.
const PARAMS_MAX: usize = 16;
/// A function stops growing here.
const CALLER_MAX: usize = 2000;

/// Inlines throughout the program. `functions` are all of it, by number.
pub fn run(functions: &mut [Option<Func>]) {
    let mut small = vec![false; functions.len()];
    for id in callees_first(functions) {
        let Some(mut func) = functions[id].take() else {
            continue;
        };
        let inlined = Inliner::new(&mut func, functions, &small).run();
        if inlined {
            super::optimize(&mut func);
        }
        small[id] = is_small(&func);
        functions[id] = Some(func);
    }
}

/// The functions, each after those that it calls but for recursion.
fn callees_first(functions: &[Option<Func>]) -> Vec<usize> {
    let callees = |id: usize| -> Vec<usize> {
        let func = functions[id].as_ref();
        let blocks = func
            .into_iter()
            .flat_map(|f| f.order.iter().map(|b| &f.blocks[b.index()]));
        let calls = blocks.flat_map(|b| b.insts.iter().filter(|i| i.op == Op::Call));
        calls.map(|call| call.x[2] as usize).collect()
    };
    let mut seen = vec![false; functions.len()];
    let mut order = Vec::with_capacity(functions.len());
    for root in 0..functions.len() {
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        let mut stack = vec![(root, callees(root))];
        while let Some((id, rest)) = stack.last_mut() {
            match rest.pop() {
                Some(next) if !std::mem::replace(&mut seen[next], true) => {
                    stack.push((next, callees(next)));
                }
                Some(_) => {}
                None => {
                    order.push(*id);
                    stack.pop();
                }
            }
        }
    }
    order
}

fn size(func: &Func) -> usize {
    func.order
        .iter()
        .map(|b| func.blocks[b.index()].insts.len() + 1)
        .sum()
}

/// Whether calls of a function may be replaced.
fn is_small(func: &Func) -> bool {
    let stays = |inst: &Inst| {
        !matches!(
            inst.op,
            Op::Call
                | Op::CallClosure
                | Op::CallMember
                | Op::CallHost
                | Op::CallBuiltin
                | Op::Spawn
                | Op::Await
                | Op::Catch
                | Op::GetMember
                | Op::SetMember
        )
    };
    let fits = |id: &BlockId| {
        let block = &func.blocks[id.index()];
        let ends = !matches!(block.term, Term::Open);
        ends && block.handler.is_none() && block.insts.iter().all(stays)
    };
    if func.is_async
        || func.params.len() > PARAMS_MAX
        || size(func) > CALLEE_MAX
        || !func.order.iter().all(fits)
    {
        return false;
    }
    // A variable that counts on being 0 at first would not be the second time.
    let live = flow::liveness(func);
    live.at_start(func.order[0])
        .all(|reg| func.param_regs.contains(&reg))
}

struct Inliner<'a> {
    caller: &'a mut Func,
    functions: &'a [Option<Func>],
    small: &'a [bool],
    size: usize,
    /// The layout being made.
    order: Vec<BlockId>,
}

impl<'a> Inliner<'a> {
    fn new(caller: &'a mut Func, functions: &'a [Option<Func>], small: &'a [bool]) -> Self {
        let size = size(caller);
        Inliner {
            caller,
            functions,
            small,
            size,
            order: Vec::new(),
        }
    }

    /// Replaces calls; says whether there were any.
    fn run(mut self) -> bool {
        let before = self.size;
        for id in std::mem::take(&mut self.caller.order) {
            self.block(id);
        }
        self.caller.order = self.order;
        self.size != before
    }

    fn callee(&self, inst: &Inst) -> Option<&'a Func> {
        let id = inst.x[2] as usize;
        if inst.op != Op::Call || !self.small[id] {
            return None;
        }
        let callee = self.functions[id].as_ref()?;
        (self.size + size(callee) <= CALLER_MAX).then_some(callee)
    }

    fn block(&mut self, id: BlockId) {
        self.order.push(id);
        let mut current = id;
        let insts = std::mem::take(&mut self.caller.blocks[id.index()].insts);
        let term = std::mem::replace(&mut self.caller.blocks[id.index()].term, Term::Open);
        for inst in insts {
            match self.callee(&inst) {
                Some(callee) => current = self.splice(current, &inst, callee),
                None => self.caller.blocks[current.index()].insts.push(inst),
            }
        }
        self.caller.blocks[current.index()].term = term;
    }

    /// Puts `callee` behind what is in `current`; gives the block where the caller goes on.
    fn splice(&mut self, current: BlockId, call: &Inst, callee: &Func) -> BlockId {
        self.size += size(callee);
        let handler = self.caller.blocks[current.index()].handler;
        let regs = self.registers(current, call, callee);
        let mut blocks = vec![current; callee.blocks.len()];
        for id in &callee.order {
            blocks[id.index()] = self.caller.block();
        }
        let rest = self.caller.block();
        self.caller.blocks[rest.index()].handler = handler;
        let entry = blocks[callee.order[0].index()];
        self.caller.blocks[current.index()].term = Term::Jump(entry);
        for id in &callee.order {
            let to = blocks[id.index()];
            let block = copied(&callee.blocks[id.index()], &regs, &blocks);
            self.caller.blocks[to.index()] = Block { handler, ..block };
            self.return_to(to, call, rest);
            self.order.push(to);
        }
        self.order.push(rest);
        rest
    }

    /// The caller's registers for those of the callee. A parameter that is never written is its argument.
    fn registers(&mut self, current: BlockId, call: &Inst, callee: &Func) -> Vec<Reg> {
        let counts = flow::counts(callee);
        let mut regs = vec![NO_REG; callee.regs.len()];
        for (&param, &arg) in callee.param_regs.iter().zip(&call.args) {
            let slot = callee.slot(param);
            if counts.defs[param.index()] == 1 && slot == self.caller.slot(arg) {
                regs[param.index()] = arg;
                continue;
            }
            let own = self.caller.reg(slot);
            let moved = copy(own, arg, slot, call);
            self.caller.blocks[current.index()].insts.push(moved);
            regs[param.index()] = own;
        }
        for (reg, &slot) in regs.iter_mut().zip(&callee.regs) {
            if *reg == NO_REG {
                *reg = self.caller.reg(slot);
            }
        }
        regs
    }

    /// Turns a return at the end of a block into moves to the call's results and a jump.
    fn return_to(&mut self, id: BlockId, call: &Inst, rest: BlockId) {
        let Term::Leave(leave) = &self.caller.blocks[id.index()].term else {
            return;
        };
        let given: &[(u32, usize)] = match leave.op {
            Op::Ret => &[],
            Op::RetF => &[(call.x[0], 0)],
            Op::RetRef => &[(call.x[1], 0)],
            Op::RetM => &[(call.x[0], 0), (call.x[1], 1)],
            _ => return,
        };
        let leave = leave.clone();
        for &(result, field) in given {
            if Reg(result) != NO_REG {
                let slot = self.caller.slot(Reg(result));
                let moved = copy(Reg(result), Reg(leave.x[field]), slot, call);
                self.caller.blocks[id.index()].insts.push(moved);
            }
        }
        self.caller.blocks[id.index()].term = Term::Jump(rest);
    }
}

fn copy(to: Reg, from: Reg, slot: Slot, call: &Inst) -> Inst {
    let op = if slot.has_num() { Op::MovN } else { Op::MovR };
    Inst::new(op, [to.0, from.0, 0], call.span)
}

/// A block with other registers and blocks.
fn copied(block: &Block, regs: &[Reg], blocks: &[BlockId]) -> Block {
    let renamed = |inst: &Inst| {
        let mut inst = inst.clone();
        inst.map_defs(|r| regs[r.index()]);
        inst.map_uses(|r| regs[r.index()]);
        inst
    };
    let term = match &block.term {
        Term::Open => Term::Open,
        Term::Jump(to) => Term::Jump(blocks[to.index()]),
        Term::Branch(inst, then, otherwise) => Term::Branch(
            renamed(inst),
            blocks[then.index()],
            blocks[otherwise.index()],
        ),
        Term::Leave(inst) => Term::Leave(renamed(inst)),
    };
    Block {
        insts: block.insts.iter().map(renamed).collect(),
        term,
        handler: None,
    }
}
