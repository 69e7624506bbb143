//! The typed mid-level IR: functions of basic blocks over virtual registers.
//!
//! Instructions are those of the instruction table (`isa`) with virtual registers for operands, so one table says
//! what is read and written. A virtual register lives in one bank and has one exact slot type; it may be written
//! more than once. A mixed value is a pair of them.
//!
//! Differences from the bytecode: calls carry their arguments as a list (the emitter fills the window); field
//! operands are field numbers with the class in `x[3]`; class operands, slots and types as values use the lowering's own
//! numbers (emission puts classes in preorder); a block ends in a `Term` with block ids.
//! Absent: passes (one a file beside this one), registers of the machine (`emit/`).

pub mod combine;
pub mod copy_elimination;
pub mod flow;
pub mod fuse;
pub mod hoist;
pub mod inline;
pub mod int_range;
pub mod unreachable_code;
pub mod values;

#[cfg(test)]
mod tests;

use crate::ast::Span;
use raya_bytecode::isa::{Op, Operand};
use raya_bytecode::slot::Slot;

/// A virtual register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Reg(pub u32);

/// "No register": a result that isn't there.
pub const NO_REG: Reg = Reg(u32::MAX);

impl Reg {
    /// The position in a table by register.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A basic block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BlockId(pub u32);

impl BlockId {
    /// The position in a table by block.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An instruction: operands `a b c` and those of the `Ext` word.
#[derive(Clone, Debug)]
pub struct Inst {
    /// Which.
    pub op: Op,
    /// Registers, immediates and indices, as the table says.
    pub x: [u32; 6],
    /// Arguments of a call.
    pub args: Vec<Reg>,
    /// Where it comes from.
    pub span: Span,
}

/// How a block ends.
#[derive(Clone, Debug)]
pub enum Term {
    /// Not ended yet.
    Open,
    /// Goes on there.
    Jump(BlockId),
    /// A conditional jump (its jump operand is unused): there if it holds, else here.
    Branch(Inst, BlockId, BlockId),
    /// A return, throw or trap.
    Leave(Inst),
}

/// A basic block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it does; calls may stand anywhere.
    pub insts: Vec<Inst>,
    /// How it ends.
    pub term: Term,
    /// Where errors thrown in it go.
    pub handler: Option<BlockId>,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Func {
    /// Its name, for stack traces and reflection.
    pub name: String,
    /// The exact types of its parameters.
    pub params: Vec<Slot>,
    /// The registers of the parameters' halves, in order.
    pub param_regs: Vec<Reg>,
    /// The exact result type.
    pub ret: Slot,
    /// An async body.
    pub is_async: bool,
    /// The first parameter is the instance a method is called on.
    pub is_method: bool,
    /// Type of each virtual register.
    pub regs: Vec<Slot>,
    /// Blocks by id.
    pub blocks: Vec<Block>,
    /// Blocks in the order in which they are laid out; the first is the entry.
    pub order: Vec<BlockId>,
}

/// Whether an operand field is a register, and whether it is written. Instructions that do both come with emission only.
pub fn register_use(operand: Operand) -> Option<bool> {
    use Operand::{DefF, DefI, DefN, DefR, DefZ, RetN, RetR, UseF, UseI, UseN, UseR, UseS, UseZ};
    match operand {
        DefF | DefI | DefZ | DefN | DefR | RetN | RetR => Some(true),
        UseF | UseI | UseZ | UseN | UseR | UseS => Some(false),
        _ => None,
    }
}

/// The meaning of operand field `i` of an instruction.
pub fn operand_kind(op: Op, i: usize) -> Operand {
    let info = op.info();
    if i < 3 {
        info.operands[i]
    } else {
        info.ext.map_or(Operand::None, |ext| ext[i - 3])
    }
}

impl Inst {
    /// An instruction without arguments.
    pub fn new(op: Op, x: [u32; 3], span: Span) -> Inst {
        Inst {
            op,
            x: [x[0], x[1], x[2], 0, 0, 0],
            args: Vec::new(),
            span,
        }
    }

    /// The positions in `x` of the registers it writes (or reads).
    fn register_fields(&self, written: bool) -> impl Iterator<Item = usize> + use<> {
        let op = self.op;
        let x = self.x;
        (0..6).filter(move |&i| {
            register_use(operand_kind(op, i)) == Some(written) && x[i] != NO_REG.0
        })
    }

    /// Registers written.
    pub fn defs(&self) -> impl Iterator<Item = Reg> + use<> {
        let x = self.x;
        self.register_fields(true).map(move |i| Reg(x[i]))
    }

    /// Registers read, arguments included.
    pub fn uses(&self) -> impl Iterator<Item = Reg> + '_ {
        let fields = self.register_fields(false).map(|i| Reg(self.x[i]));
        fields.chain(self.args.iter().copied())
    }

    /// Replaces registers that are read.
    pub fn map_uses(&mut self, mut f: impl FnMut(Reg) -> Reg) {
        for i in self.register_fields(false) {
            self.x[i] = f(Reg(self.x[i])).0;
        }
        for arg in &mut self.args {
            *arg = f(*arg);
        }
    }

    /// Replaces all registers that are written.
    pub fn map_defs(&mut self, f: impl Fn(Reg) -> Reg) {
        for i in self.register_fields(true) {
            self.x[i] = f(Reg(self.x[i])).0;
        }
    }

    /// Replaces a register that is written.
    pub fn replace_def(&mut self, from: Reg, to: Reg) {
        for i in self.register_fields(true) {
            if self.x[i] == from.0 {
                self.x[i] = to.0;
            }
        }
    }

    /// Whether it does nothing but write its results: may be dropped when those are unused.
    pub fn is_pure(&self) -> bool {
        use Op::*;
        matches!(
            self.op,
            MovN | MovR
                | ConstI
                | ConstFI
                | ConstF
                | ConstD
                | ConstZ
                | ConstS
                | Tag
                | AddF
                | SubF
                | MulF
                | DivF
                | RemF
                | PowF
                | MinF
                | MaxF
                | AddFI
                | SubFI
                | MulFI
                | AddFK
                | SubFK
                | MulFK
                | DivFK
                | MulAddF
                | MulSubF
                | MulMulF
                | AddMulF
                | DotF
                | AddAddF
                | NegF
                | AbsF
                | SqrtF
                | FloorF
                | CeilF
                | RoundF
                | TruncF
                | AddW
                | SubW
                | MulW
                | AddWI
                | And
                | Or
                | Xor
                | Not
                | Shl
                | Shr
                | UshrF
                | AndI
                | ShlI
                | ShrI
                | I2F
                | F2W
                | F2X
                | Z2F
                | EqF
                | NeF
                | LtF
                | LeF
                | EqI
                | NeI
                | LtI
                | LeI
                | EqZ
                | EqR
                | EqS
                | EqM
                | NotZ
                | TruthyF
                | TruthyR
                | TruthyM
                | GlobalN
                | GlobalR
                | IsType
                | TypeOf
        )
    }
}

impl Term {
    /// The instruction in it, if any.
    pub fn inst(&self) -> Option<&Inst> {
        match self {
            Term::Branch(inst, ..) | Term::Leave(inst) => Some(inst),
            Term::Open | Term::Jump(_) => None,
        }
    }

    /// The instruction in it, if any.
    pub fn inst_mut(&mut self) -> Option<&mut Inst> {
        match self {
            Term::Branch(inst, ..) | Term::Leave(inst) => Some(inst),
            Term::Open | Term::Jump(_) => None,
        }
    }

    /// Where it may go.
    pub fn successors(&self) -> impl Iterator<Item = BlockId> + use<> {
        let (a, b) = match self {
            Term::Jump(to) => (Some(*to), None),
            Term::Branch(_, then, otherwise) => (Some(*then), Some(*otherwise)),
            Term::Open | Term::Leave(_) => (None, None),
        };
        a.into_iter().chain(b)
    }
}

impl Func {
    /// A function without blocks.
    pub fn new(name: String) -> Func {
        Func {
            name,
            params: Vec::new(),
            param_regs: Vec::new(),
            ret: Slot::VOID,
            is_async: false,
            is_method: false,
            regs: Vec::new(),
            blocks: Vec::new(),
            order: Vec::new(),
        }
    }

    /// Where its first instruction comes from.
    pub fn span(&self) -> Option<Span> {
        let insts = |id: &BlockId| {
            let block = &self.blocks[id.index()];
            block.insts.first().or(block.term.inst()).map(|i| i.span)
        };
        self.order.iter().find_map(insts)
    }

    /// A new register.
    pub fn reg(&mut self, slot: Slot) -> Reg {
        self.regs.push(slot);
        Reg(self.regs.len() as u32 - 1)
    }

    /// A new block, not laid out yet.
    pub fn block(&mut self) -> BlockId {
        self.blocks.push(Block {
            insts: Vec::new(),
            term: Term::Open,
            handler: None,
        });
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// The type of a register.
    pub fn slot(&self, reg: Reg) -> Slot {
        self.regs[reg.index()]
    }
}

/// Runs the passes on one function, in order.
pub fn optimize(func: &mut Func) {
    unreachable_code::run(func);
    copy_elimination::run(func);
    fuse::run(func);
    copy_elimination::run(func);
    // Twice: a counter that starts at another one needs that to be an int.
    for _ in 0..2 {
        int_range::run(func);
        fuse::run(func);
        copy_elimination::run(func);
    }
    values::run(func);
    copy_elimination::run(func);
    unreachable_code::run(func);
}

/// Runs the passes on the whole program, in order, when all functions have been optimised.
pub fn optimize_program(functions: &mut [Option<Func>]) {
    inline::run(functions);
    for func in functions.iter_mut().flatten() {
        combine::run(func);
        hoist::run(func);
    }
}
