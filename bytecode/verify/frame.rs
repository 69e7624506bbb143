//! The registers of a frame while its function is checked: declared types of locals, what temps hold right now.

use super::error::Problem;
use crate::isa::Bank;
use crate::slot::Slot;

/// The temps of one bank; forgetting all of them is one step, and so is another function with as many at most as one before.
#[derive(Default)]
struct Temps {
    /// Type, and the epoch in which it was written; behind those that there are, what other functions had.
    written: Vec<(Slot, u32)>,
    count: usize,
    epoch: u32,
}

impl Temps {
    fn forget(&mut self) {
        self.epoch += 1;
    }

    fn resize(&mut self, count: u16) {
        self.forget();
        self.count = usize::from(count);
        if self.written.len() < self.count {
            self.written.resize(self.count, (Slot::VOID, 0));
        }
    }

    fn get(&self, index: usize) -> Option<Slot> {
        let (slot, epoch) = self.written[index];
        (epoch == self.epoch).then_some(slot)
    }
}

/// The registers of the function being checked.
#[derive(Default)]
pub struct Frame<'a> {
    num_locals: &'a [Slot],
    ref_locals: &'a [Slot],
    nums: Temps,
    refs: Temps,
}

impl<'a> Frame<'a> {
    /// Begins another function.
    pub fn begin(&mut self, nums: &'a [Slot], refs: &'a [Slot], num_temps: u16, ref_temps: u16) {
        self.num_locals = nums;
        self.ref_locals = refs;
        self.nums.resize(num_temps);
        self.refs.resize(ref_temps);
    }

    fn bank(&self, bank: Bank) -> (&'a [Slot], &Temps) {
        match bank {
            Bank::Num => (self.num_locals, &self.nums),
            Bank::Ref => (self.ref_locals, &self.refs),
        }
    }

    /// The type of what a register holds.
    pub fn read(&self, bank: Bank, operand: char, register: u16) -> Result<Slot, Problem> {
        let (locals, temps) = self.bank(bank);
        let index = usize::from(register);
        if let Some(&local) = locals.get(index) {
            return Ok(local);
        }
        self.expect_register(bank, operand, register)?;
        temps
            .get(index - locals.len())
            .ok_or(Problem::DeadTemp { operand, register })
    }

    /// The declared type of a register, if it is a local; an error if it does not exist.
    pub fn local(&self, bank: Bank, operand: char, register: u16) -> Result<Option<Slot>, Problem> {
        let (locals, _) = self.bank(bank);
        let local = locals.get(usize::from(register)).copied();
        if local.is_none() {
            self.expect_register(bank, operand, register)?;
        }
        Ok(local)
    }

    fn expect_register(&self, bank: Bank, operand: char, register: u16) -> Result<(), Problem> {
        let (locals, temps) = self.bank(bank);
        let count = locals.len() + temps.count;
        if usize::from(register) < count {
            return Ok(());
        }
        Err(Problem::NoRegister {
            operand,
            register,
            count,
        })
    }

    /// What temp `index` of a bank holds, if anything.
    pub fn temp(&self, bank: Bank, index: usize) -> Option<Slot> {
        let (_, temps) = self.bank(bank);
        (index < temps.count).then(|| temps.get(index)).flatten()
    }

    /// How many locals a bank has.
    pub fn locals(&self, bank: Bank) -> usize {
        self.bank(bank).0.len()
    }

    /// Notes what a temp holds from now on; the register is known to exist and to be none of the locals.
    pub fn write_temp(&mut self, bank: Bank, register: u16, slot: Slot) {
        let (locals, temps) = match bank {
            Bank::Num => (self.num_locals.len(), &mut self.nums),
            Bank::Ref => (self.ref_locals.len(), &mut self.refs),
        };
        let epoch = temps.epoch;
        temps.written[usize::from(register) - locals] = (slot, epoch);
    }

    /// At a safepoint: reference temps hold nothing any more.
    pub fn forget_refs(&mut self) {
        self.refs.forget();
    }

    /// At the end of a block: no temp holds anything any more.
    pub fn forget_all(&mut self) {
        self.nums.forget();
        self.refs.forget();
    }
}
