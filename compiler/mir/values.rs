//! Computes and loads once what a run of blocks computes or loads twice: local value numbering.
//!
//! A result is known by its instruction and the values of its operands, and for loads by how often what they read may
//! have changed. It is used again while the register that got it still holds it. What is known goes on into a block
//! that only the one before it leads to, and nowhere else, so that the pass is linear.
//! Two kinds of array never share elements, and fields with different numbers never share a place: a class has the
//! fields of its base first. Whatever is not listed here may change everything.

use super::{Func, Inst, Reg, flow, operand_kind, register_use};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use rustc_hash::FxHashMap;

/// The pass.
pub fn run(func: &mut Func) {
    let entries = flow::entries(func);
    let mut table = Table::default();
    let mut before = None;
    for at in 0..func.order.len() {
        let id = func.order[at];
        if entries[id.index()] != flow::Entries::Only(before) {
            table.forget();
        }
        let regs = &func.regs;
        for inst in &mut func.blocks[id.index()].insts {
            table.visit(inst, regs);
        }
        before = Some(id);
    }
}

/// What memory an instruction reads or writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// A field of some object, by number: numbers or references.
    Field(Op, u32),
    /// A field of the globals.
    Global(Op, u32),
    /// Elements of one kind of array, named by its plain load.
    Elements(Op),
    /// Lengths of arrays.
    Lengths,
    /// Elements of typed arrays.
    Bytes,
}

/// What an instruction does, as far as this pass goes.
enum Effect {
    /// Gives the same result for the same operands.
    Pure,
    /// The same while the place isn't written.
    Load(Place),
    /// Writes a field or global; the position of the value.
    Store(Place, usize),
    /// Writes elements, perhaps lengthening the array.
    StoreElement(Op),
    /// Writes an element of a typed array.
    StoreBytes,
    /// Copies a register.
    Move,
    /// Changes nothing that can be loaded, but gives something new each time.
    Quiet,
    /// May change everything.
    Unknown,
}

fn effect(inst: &Inst) -> Effect {
    use Op::*;
    match inst.op {
        MovN | MovR => Effect::Move,
        // As good as a copy.
        ConstI | ConstFI | ConstF | ConstD | ConstZ | ConstS | Tag => Effect::Quiet,
        GetN | GetR => Effect::Load(Place::Field(inst.op, inst.x[2])),
        SetN => Effect::Store(Place::Field(GetN, inst.x[1]), 2),
        SetR => Effect::Store(Place::Field(GetR, inst.x[1]), 2),
        GlobalN | GlobalR => Effect::Load(Place::Global(inst.op, inst.x[1])),
        SetGlobalN => Effect::Store(Place::Global(GlobalN, inst.x[0]), 1),
        SetGlobalR => Effect::Store(Place::Global(GlobalR, inst.x[0]), 1),
        ElemF | ElemI | ElemZ | ElemR => Effect::Load(Place::Elements(inst.op)),
        ElemT => Effect::Load(Place::Elements(ElemR)),
        ElemMN | ElemMR => Effect::Load(Place::Elements(ElemMN)),
        SetElemF | PushF => Effect::StoreElement(ElemF),
        SetElemI | PushI => Effect::StoreElement(ElemI),
        SetElemZ | PushZ => Effect::StoreElement(ElemZ),
        SetElemR | PushR => Effect::StoreElement(ElemR),
        SetElemM | PushM => Effect::StoreElement(ElemMN),
        LoadI8 | LoadU8 | LoadI16 | LoadU16 | LoadI32 | LoadU32 | LoadF32 | LoadF64 => {
            Effect::Load(Place::Bytes)
        }
        Store8 | Store8C | Store16 | Store32 | StoreF32 | StoreF64 => Effect::StoreBytes,
        Len => Effect::Load(Place::Lengths),
        // They trap for some operands, and then for the same ones before.
        AddI | SubI | MulI | RemI | NegI | AddII | F2I | StrLen | LtS | LeS | Cast | NonNull => {
            Effect::Pure
        }
        New | NewArr | Concat | CharCode | HasMember => Effect::Quiet,
        _ if inst.is_pure() => Effect::Pure,
        _ => Effect::Unknown,
    }
}

/// What a result is known by: operation, operands, and the state of what it reads.
type Key = (Op, [u32; 6], u32, u32);

/// What is known at a point.
#[derive(Default)]
struct Table {
    /// The value that each register holds.
    values: FxHashMap<Reg, u32>,
    values_made: u32,
    /// Who has a result, and its value.
    results: FxHashMap<Key, (Reg, u32)>,
    /// How often everything may have changed.
    changes: u32,
    /// How often places were written.
    writes: FxHashMap<Place, u32>,
}

impl Table {
    fn forget(&mut self) {
        // Maps that a large block has made large would take as long to clear.
        *self = Table {
            values_made: self.values_made,
            ..Table::default()
        };
    }

    fn value(&mut self, reg: Reg) -> u32 {
        let made = &mut self.values_made;
        *self.values.entry(reg).or_insert_with(|| {
            *made += 1;
            *made
        })
    }

    fn write_anew(&mut self, reg: Reg) {
        self.values_made += 1;
        self.values.insert(reg, self.values_made);
    }

    fn key(&mut self, inst: &Inst, place: Option<Place>) -> Key {
        let mut operands = [0; 6];
        for (i, operand) in operands.iter_mut().enumerate() {
            let kind = operand_kind(inst.op, i);
            *operand = match register_use(kind) {
                Some(true) => 0,
                Some(false) => self.value(Reg(inst.x[i])),
                None if kind == raya_bytecode::isa::Operand::None => 0,
                None => inst.x[i],
            };
        }
        let writes = place.and_then(|p| self.writes.get(&p).copied());
        let changes = if place.is_some() { self.changes } else { 0 };
        (inst.op, operands, changes, writes.unwrap_or(0))
    }

    fn visit(&mut self, inst: &mut Inst, regs: &[Slot]) {
        match effect(inst) {
            Effect::Move => {
                let value = self.value(Reg(inst.x[1]));
                self.values.insert(Reg(inst.x[0]), value);
            }
            Effect::Pure => self.repeat(inst, None, regs),
            Effect::Load(place) => self.repeat(inst, Some(place), regs),
            Effect::Store(place, value) => self.store(inst, place, value),
            Effect::StoreElement(elements) => {
                *self.writes.entry(Place::Elements(elements)).or_default() += 1;
                *self.writes.entry(Place::Lengths).or_default() += 1;
            }
            Effect::StoreBytes => *self.writes.entry(Place::Bytes).or_default() += 1,
            Effect::Quiet => inst.defs().for_each(|d| self.write_anew(d)),
            Effect::Unknown => {
                self.changes += 1;
                inst.defs().for_each(|d| self.write_anew(d));
            }
        }
    }

    /// An instruction that may have been run before.
    fn repeat(&mut self, inst: &mut Inst, place: Option<Place>, regs: &[Slot]) {
        let key = self.key(inst, place);
        let def = Reg(inst.x[0]);
        if let Some(&(reg, value)) = self.results.get(&key)
            && self.values.get(&reg) == Some(&value)
            && regs[reg.index()] == regs[def.index()]
        {
            let op = if regs[def.index()].has_num() {
                Op::MovN
            } else {
                Op::MovR
            };
            *inst = Inst::new(op, [def.0, reg.0, 0], inst.span);
            self.values.insert(def, value);
            return;
        }
        self.write_anew(def);
        self.results.insert(key, (def, self.values_made));
    }

    /// A store: what is loaded from there afterwards is what was stored.
    fn store(&mut self, inst: &Inst, place: Place, value: usize) {
        *self.writes.entry(place).or_default() += 1;
        let stored = Reg(inst.x[value]);
        let load = match place {
            Place::Field(op, field) => Inst::new(op, [0, inst.x[0], field], inst.span),
            Place::Global(op, field) => Inst::new(op, [0, field, 0], inst.span),
            Place::Elements(_) | Place::Lengths | Place::Bytes => return,
        };
        let key = self.key(&load, Some(place));
        let number = self.value(stored);
        self.results.insert(key, (stored, number));
    }
}
