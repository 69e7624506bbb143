//! Joins instructions: arithmetic and comparisons with a constant, conversions that cancel out, comparisons of
//! converted ints.
//!
//! A constant is a register written once, by a constant; a conversion is looked through only within a block and
//! while what it converted stays as it is. Instructions left without readers go in `copy_elimination`.

use super::{Func, Inst, Reg, Term, flow};
use raya_bytecode::isa::Op;
use rustc_hash::FxHashMap;

/// A register's only value.
#[derive(Clone, Copy)]
enum Constant {
    /// An int, as an i32 or f64.
    Whole(i32),
    /// Any f64: its number constant.
    Number(u32),
}

/// The pass.
pub fn run(func: &mut Func) {
    let constants = constants(func);
    for at in 0..func.order.len() {
        let id = func.order[at].index();
        let mut known = Known::default();
        for inst in &mut func.blocks[id].insts {
            cancel_conversion(inst, &known);
            convert_constant(inst, &constants);
            with_constant(inst, &constants);
            int_of_sum(inst, &known);
            if inst.op == Op::F2X
                && let Some(index) = known.index(Reg(inst.x[1]))
            {
                inst.op = Op::MovN;
                inst.x[1] = index.0;
            }
            known.note(inst);
        }
        if let Term::Branch(inst, ..) = &mut func.blocks[id].term {
            compare_ints(inst, &known, &constants);
            compare_with_constant(inst, &constants);
        }
    }
}

/// What is known of registers at a point of a block: each entry holds while what it names was not written since.
#[derive(Default)]
struct Known {
    /// Instructions so far.
    at: u32,
    /// When each register was last written.
    written: FxHashMap<Reg, u32>,
    /// The int that a float was converted from, and when.
    ints: FxHashMap<Reg, (Reg, u32)>,
    /// The sum of ints that a float is, and since when.
    sums: FxHashMap<Reg, (Sum, u32)>,
    /// The index that a float was converted to, and when.
    indices: FxHashMap<Reg, (Reg, u32)>,
}

impl Known {
    /// Whether a register was not written after an instruction.
    fn stays(&self, reg: Reg, since: u32) -> bool {
        self.written.get(&reg).is_none_or(|&w| w <= since)
    }

    fn int(&self, float: Reg) -> Option<Reg> {
        let &(int, since) = self.ints.get(&float)?;
        (self.stays(float, since) && self.stays(int, since)).then_some(int)
    }

    fn sum(&self, float: Reg) -> Option<Sum> {
        let &(sum, since) = self.sums.get(&float)?;
        let stays = sum.reads().all(|int| self.stays(int, since));
        (self.stays(float, since) && stays).then_some(sum)
    }

    fn index(&self, float: Reg) -> Option<Reg> {
        let &(index, since) = self.indices.get(&float)?;
        (self.stays(float, since) && self.stays(index, since)).then_some(index)
    }

    fn note(&mut self, inst: &Inst) {
        let sum = sum_of_ints(inst, self);
        self.at += 1;
        for def in inst.defs() {
            self.written.insert(def, self.at);
        }
        let (to, from) = (Reg(inst.x[0]), Reg(inst.x[1]));
        match inst.op {
            Op::I2F => drop(self.ints.insert(to, (from, self.at))),
            Op::F2X => drop(self.indices.insert(from, (to, self.at))),
            _ => {}
        }
        if let Some(sum) = sum.filter(|s| s.reads().all(|int| int != to)) {
            self.sums.insert(to, (sum, self.at));
        }
    }
}

fn constants(func: &Func) -> FxHashMap<Reg, Constant> {
    let counts = flow::counts(func);
    let mut constants = FxHashMap::default();
    for &id in &func.order {
        for inst in &func.blocks[id.index()].insts {
            let value = match inst.op {
                Op::ConstFI | Op::ConstI => Constant::Whole(inst.x[1] as i32),
                Op::ConstF => Constant::Number(inst.x[1]),
                _ => continue,
            };
            if counts.defs[inst.x[0] as usize] == 1 {
                constants.insert(Reg(inst.x[0]), value);
            }
        }
    }
    constants
}

/// The constant as a 16-bit immediate.
fn small(constant: Option<&Constant>) -> Option<i32> {
    match constant {
        Some(&Constant::Whole(value)) if i16::try_from(value).is_ok() => Some(value),
        _ => None,
    }
}

/// `F2X(I2F(x))` and the like are `x`. A negative index is none, whether or not it became -1.
fn cancel_conversion(inst: &mut Inst, known: &Known) {
    if matches!(inst.op, Op::F2W | Op::F2X | Op::F2I)
        && let Some(int) = known.int(Reg(inst.x[1]))
    {
        inst.op = Op::MovN;
        inst.x[1] = int.0;
    }
}

/// A conversion of a constant int is a constant; `x | 0` of an int is `x`.
fn convert_constant(inst: &mut Inst, constants: &FxHashMap<Reg, Constant>) {
    let whole = |i: usize| match constants.get(&Reg(inst.x[i])) {
        Some(&Constant::Whole(value)) => Some(value),
        _ => None,
    };
    match (inst.op, whole(1)) {
        (Op::F2W | Op::F2I, Some(value)) => {
            *inst = Inst::new(Op::ConstI, [inst.x[0], value as u32, 0], inst.span);
        }
        (Op::F2X, Some(value)) => {
            let index = value.max(-1);
            *inst = Inst::new(Op::ConstI, [inst.x[0], index as u32, 0], inst.span);
        }
        (Op::Or, _) if whole(2) == Some(0) => {
            *inst = Inst::new(Op::MovN, [inst.x[0], inst.x[1], 0], inst.span);
        }
        _ => {}
    }
}

/// A sum of ints, computed in f64.
#[derive(Clone, Copy)]
enum Sum {
    /// With a small constant.
    Step(Reg, i32),
    /// Of two ints.
    Ints(Reg, Reg),
}

impl Sum {
    /// The ints.
    fn reads(self) -> impl Iterator<Item = Reg> {
        let (a, b) = match self {
            Sum::Step(int, _) => (int, None),
            Sum::Ints(a, b) => (a, Some(b)),
        };
        std::iter::once(a).chain(b)
    }
}

/// The sum that an instruction computes.
fn sum_of_ints(inst: &Inst, known: &Known) -> Option<Sum> {
    let int = |i: usize| known.int(Reg(inst.x[i]));
    match inst.op {
        Op::AddFI => Some(Sum::Step(int(1)?, inst.x[2] as i32)),
        Op::SubFI if inst.x[2] as i32 > i32::from(i16::MIN) => {
            Some(Sum::Step(int(1)?, -(inst.x[2] as i32)))
        }
        Op::AddF => Some(Sum::Ints(int(1)?, int(2)?)),
        _ => None,
    }
}

/// The int of a sum of ints is their wrapped sum, and so is its index: where it wraps, either is out of every array's range.
fn int_of_sum(inst: &mut Inst, known: &Known) {
    if !matches!(inst.op, Op::F2W | Op::F2X) {
        return;
    }
    match known.sum(Reg(inst.x[1])) {
        Some(Sum::Step(int, step)) => {
            inst.op = Op::AddWI;
            inst.x[1] = int.0;
            inst.x[2] = step as u32;
        }
        Some(Sum::Ints(a, b)) => {
            inst.op = Op::AddW;
            inst.x[1] = a.0;
            inst.x[2] = b.0;
        }
        None => {}
    }
}

fn with_constant(inst: &mut Inst, constants: &FxHashMap<Reg, Constant>) {
    let (left, right) = (Reg(inst.x[1]), Reg(inst.x[2]));
    let commutes = matches!(inst.op, Op::AddF | Op::MulF | Op::AddI | Op::AddW | Op::And);
    if commutes && constants.contains_key(&left) && !constants.contains_key(&right) {
        inst.x.swap(1, 2);
    }
    let constant = constants.get(&Reg(inst.x[2]));
    let immediate = match inst.op {
        Op::AddF => Some(Op::AddFI),
        Op::SubF => Some(Op::SubFI),
        Op::MulF => Some(Op::MulFI),
        Op::AddI => Some(Op::AddII),
        Op::AddW => Some(Op::AddWI),
        Op::And => Some(Op::AndI),
        Op::Shl => Some(Op::ShlI),
        Op::Shr => Some(Op::ShrI),
        _ => None,
    };
    if let (Some(op), Some(value)) = (immediate, small(constant)) {
        inst.op = op;
        inst.x[2] = value as u32;
        return;
    }
    if inst.op == Op::SubI
        && let Some(value) = small(constant)
        && value > i32::from(i16::MIN)
    {
        inst.op = Op::AddII;
        inst.x[2] = -value as u32;
        return;
    }
    let number = match inst.op {
        Op::AddF => Op::AddFK,
        Op::SubF => Op::SubFK,
        Op::MulF => Op::MulFK,
        Op::DivF => Op::DivFK,
        _ => return,
    };
    if let Some(&Constant::Number(index)) = constant {
        inst.op = number;
        inst.x[2] = index;
    }
}

/// Comparisons of numbers that are converted ints compare the ints.
fn compare_ints(inst: &mut Inst, known: &Known, constants: &FxHashMap<Reg, Constant>) {
    let op = match inst.op {
        Op::JLtF => Op::JLtI,
        Op::JLeF => Op::JLeI,
        Op::JEqF => Op::JEqI,
        Op::JNeF => Op::JNeI,
        Op::JLtFI => Op::JLtII,
        Op::JLeFI => Op::JLeII,
        Op::JGtFI => Op::JGtII,
        Op::JGeFI => Op::JGeII,
        Op::JEqFI => Op::JEqII,
        Op::JNeFI => Op::JNeII,
        _ => return,
    };
    let (left, right) = (Reg(inst.x[0]), Reg(inst.x[1]));
    let immediate = matches!(
        op,
        Op::JLtII | Op::JLeII | Op::JGtII | Op::JGeII | Op::JEqII | Op::JNeII
    );
    if immediate {
        if let Some(int) = known.int(left) {
            inst.op = op;
            inst.x[0] = int.0;
        }
        return;
    }
    match (known.int(left), known.int(right)) {
        (Some(a), Some(b)) => {
            inst.op = op;
            inst.x[0] = a.0;
            inst.x[1] = b.0;
        }
        (Some(a), None) if small(constants.get(&right)).is_some() => {
            inst.op = op;
            inst.x[0] = a.0;
        }
        (None, Some(b)) if small(constants.get(&left)).is_some() => {
            inst.op = op;
            inst.x[1] = b.0;
        }
        _ => {}
    }
}

fn compare_with_constant(inst: &mut Inst, constants: &FxHashMap<Reg, Constant>) {
    // The operation with a constant on the right, and with one on the left.
    let (on_right, on_left) = match inst.op {
        Op::JLtF => (Op::JLtFI, Op::JGtFI),
        Op::JLeF => (Op::JLeFI, Op::JGeFI),
        Op::JEqF => (Op::JEqFI, Op::JEqFI),
        Op::JNeF => (Op::JNeFI, Op::JNeFI),
        Op::JLtI => (Op::JLtII, Op::JGtII),
        Op::JLeI => (Op::JLeII, Op::JGeII),
        Op::JEqI => (Op::JEqII, Op::JEqII),
        Op::JNeI => (Op::JNeII, Op::JNeII),
        _ => return,
    };
    if let Some(value) = small(constants.get(&Reg(inst.x[1]))) {
        inst.op = on_right;
        inst.x[1] = value as u32;
    } else if let Some(value) = small(constants.get(&Reg(inst.x[0]))) {
        inst.op = on_left;
        inst.x[0] = inst.x[1];
        inst.x[1] = value as u32;
    }
}
