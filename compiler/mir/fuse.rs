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
        let mut ints: FxHashMap<Reg, Reg> = FxHashMap::default();
        let mut sums: FxHashMap<Reg, Sum> = FxHashMap::default();
        let mut indices: FxHashMap<Reg, Reg> = FxHashMap::default();
        for inst in &mut func.blocks[id].insts {
            cancel_conversion(inst, &ints);
            with_constant(inst, &constants);
            index_of_sum(inst, &sums);
            if inst.op == Op::F2X
                && let Some(index) = indices.get(&Reg(inst.x[1]))
            {
                inst.op = Op::MovN;
                inst.x[1] = index.0;
            }
            let sum = sum_of_ints(inst, &ints);
            for def in inst.defs() {
                ints.retain(|float, int| *float != def && *int != def);
                sums.retain(|float, sum| *float != def && !sum.reads(def));
                indices.retain(|float, index| *float != def && *index != def);
            }
            let (to, from) = (Reg(inst.x[0]), Reg(inst.x[1]));
            match inst.op {
                Op::I2F => drop(ints.insert(to, from)),
                Op::F2X => drop(indices.insert(from, to)),
                _ => {}
            }
            if let Some(sum) = sum.filter(|s| !s.reads(to)) {
                sums.insert(to, sum);
            }
        }
        if let Term::Branch(inst, ..) = &mut func.blocks[id].term {
            compare_ints(inst, &ints, &constants);
            compare_with_constant(inst, &constants);
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
fn cancel_conversion(inst: &mut Inst, ints: &FxHashMap<Reg, Reg>) {
    if matches!(inst.op, Op::F2W | Op::F2X | Op::F2I)
        && let Some(int) = ints.get(&Reg(inst.x[1]))
    {
        inst.op = Op::MovN;
        inst.x[1] = int.0;
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
    fn reads(self, reg: Reg) -> bool {
        match self {
            Sum::Step(int, _) => int == reg,
            Sum::Ints(a, b) => a == reg || b == reg,
        }
    }
}

/// The sum that an instruction computes.
fn sum_of_ints(inst: &Inst, ints: &FxHashMap<Reg, Reg>) -> Option<Sum> {
    let int = |i: usize| ints.get(&Reg(inst.x[i])).copied();
    match inst.op {
        Op::AddFI => Some(Sum::Step(int(1)?, inst.x[2] as i32)),
        Op::SubFI if inst.x[2] as i32 > i32::from(i16::MIN) => {
            Some(Sum::Step(int(1)?, -(inst.x[2] as i32)))
        }
        Op::AddF => Some(Sum::Ints(int(1)?, int(2)?)),
        _ => None,
    }
}

/// The index of a sum of ints is their wrapped sum: where it wraps, either is out of every array's range.
fn index_of_sum(inst: &mut Inst, sums: &FxHashMap<Reg, Sum>) {
    if inst.op != Op::F2X {
        return;
    }
    match sums.get(&Reg(inst.x[1])) {
        Some(&Sum::Step(int, step)) => {
            inst.op = Op::AddWI;
            inst.x[1] = int.0;
            inst.x[2] = step as u32;
        }
        Some(&Sum::Ints(a, b)) => {
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
fn compare_ints(inst: &mut Inst, ints: &FxHashMap<Reg, Reg>, constants: &FxHashMap<Reg, Constant>) {
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
        if let Some(int) = ints.get(&left) {
            inst.op = op;
            inst.x[0] = int.0;
        }
        return;
    }
    match (ints.get(&left), ints.get(&right)) {
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
