//! Checks instructions: operands as the table describes them, then the instruction's own rule, then its results.

use super::blocks::{Blocks, decode};
use super::error::{Problem, VerifyError, exists};
use super::frame::Frame;
use super::rules;
use super::types::{NULLISH, Types, expect_reference, expect_value};
use crate::builtins::BUILTINS;
use crate::image::{Function, Image};
use crate::isa::{Bank, Flow, Inst, Op, Operand, Trap};
use crate::slot::Slot;
use crate::verify::VerifiedImage;

/// Checks the code of all functions.
pub fn check(image: &Image) -> Result<(), VerifyError> {
    let types = Types::new(image);
    let mut blocks = Blocks::default();
    let mut frame = Frame::default();
    for (id, function) in image.functions.iter().enumerate() {
        check_function(image, &types, &mut blocks, &mut frame, function).map_err(
            |(pc, problem)| VerifyError::Code {
                function: id,
                name: image.text(function.name),
                pc,
                op: image.code[function.code.indices()]
                    .get(pc)
                    .and_then(|inst| Op::from_u8(inst.op))
                    .map_or("?", |op| op.info().name),
                problem,
            },
        )?;
    }
    Ok(())
}

fn check_function<'a>(
    image: &'a Image,
    types: &Types<'a>,
    blocks: &mut Blocks,
    frame: &mut Frame<'a>,
    function: &'a Function,
) -> Result<(), (usize, Problem)> {
    let code = &image.code[function.code.indices()];
    blocks.check(code, &image.handlers[function.handlers.indices()])?;
    check_code(image, types, frame, function, |_, _| {})
}

/// Checks the instructions of a function, one after the other; `look` sees the frame before each.
fn check_code<'a>(
    image: &'a Image,
    types: &Types<'a>,
    frame: &mut Frame<'a>,
    function: &'a Function,
    mut look: impl FnMut(usize, &Frame<'a>),
) -> Result<(), (usize, Problem)> {
    let code = &image.code[function.code.indices()];
    let locals = &image.slots[function.locals.indices()];
    let (nums, refs) = locals.split_at(usize::from(function.num_locals));
    frame.begin(nums, refs, function.num_temps, function.ref_temps);
    let mut pc = 0;
    while pc < code.len() {
        look(pc, frame);
        let op = decode(code[pc]).map_err(|problem| (pc, problem))?;
        let ext = op.info().ext.map(|_| code[pc + 1]);
        let mut step = Step {
            image,
            types,
            frame,
            function,
            op,
            inst: code[pc],
            ext,
        };
        step.check().map_err(|problem| (pc, problem))?;
        pc += 1 + usize::from(ext.is_some());
    }
    Ok(())
}

/// What temps hold at a place in a function, by register behind the locals.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Temps {
    /// Whether a number is held.
    pub nums: Vec<bool>,
    /// The type of the reference that is held.
    pub refs: Vec<Option<Slot>>,
}

impl Temps {
    /// Whether a reference of a type below every other is held: undefined or null.
    pub fn is_nullish(slot: Slot) -> bool {
        slot == NULLISH
    }
}

/// What temps hold before the instruction at a place in a function; none if none begins there. Takes time linear in the function.
pub fn temps_at(image: &VerifiedImage, function: u32, pc: u32) -> Option<Temps> {
    let image: &Image = image;
    let row = image.functions.get(function as usize)?;
    let (types, mut frame) = (Types::new(image), Frame::default());
    let code = &image.code[row.code.indices()];
    let mut found = None;
    check_code(image, &types, &mut frame, row, |at, frame| {
        if at == pc as usize {
            let count = |temps: u16| 0..usize::from(temps);
            found = Some(Temps {
                nums: count(row.num_temps)
                    .map(|t| frame.temp(Bank::Num, t).is_some())
                    .collect(),
                refs: count(row.ref_temps)
                    .map(|t| frame.temp(Bank::Ref, t))
                    .collect(),
            });
        }
    })
    .ok()?;
    found.filter(|_| (pc as usize) < code.len())
}

/// What an instruction gives, by bank.
#[derive(Clone, Copy, Default)]
pub struct Results {
    /// The kind of the number. As a raw one it may go to a local of any kind.
    pub num: Option<(Slot, Raw)>,
    /// The type of the reference.
    pub reference: Option<Slot>,
}

/// Whether a number's bits may go to a local of another kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    /// No: the kinds must be the same.
    No,
    /// Yes: a raw move, or half of a mixed pair.
    Yes,
}

/// One instruction and all that is needed to check it.
pub struct Step<'s, 'a> {
    pub image: &'a Image,
    pub types: &'s Types<'a>,
    pub frame: &'s mut Frame<'a>,
    pub function: &'a Function,
    pub op: Op,
    pub inst: Inst,
    pub ext: Option<Inst>,
}

impl Step<'_, '_> {
    fn check(&mut self) -> Result<(), Problem> {
        for (letter, operand, value) in self.operands() {
            self.check_operand(letter, operand, value)?;
        }
        let results = rules::apply(self)?;
        let flow = self.op.info().flow;
        if matches!(flow, Flow::Safepoint | Flow::Call) {
            self.frame.forget_refs();
        }
        for (letter, operand, value) in self.operands() {
            self.write_result(letter, operand, value, results)?;
        }
        if self.op.is_terminator() {
            self.frame.forget_all();
        }
        Ok(())
    }

    /// Letter, meaning and value of each operand.
    fn operands(&self) -> impl Iterator<Item = (char, Operand, u16)> + use<> {
        let info = self.op.info();
        let ext = self.ext.unwrap_or(Inst::new(Op::Ext, 0, 0, 0));
        let values = [self.inst.a, self.inst.b, self.inst.c, ext.a, ext.b, ext.c];
        let meanings = info
            .operands
            .into_iter()
            .chain(info.ext.into_iter().flatten());
        ('a'..)
            .zip(meanings)
            .zip(values)
            .map(|((letter, operand), value)| (letter, operand, value))
    }

    /// Checks what the table alone says of an operand that is read.
    fn check_operand(&self, letter: char, operand: Operand, value: u16) -> Result<(), Problem> {
        let image = self.image;
        let index = u32::from(value);
        match operand {
            Operand::None if value != 0 => Err(Problem::Operand {
                operand: letter,
                found: value,
                expected: "0, since it is not used",
            }),
            Operand::Imm => self.check_immediate(letter, value),
            Operand::UpdF | Operand::UpdI => self.check_number(letter, operand, value),
            Operand::UseF | Operand::UseI | Operand::UseZ | Operand::UseN
                if !self.is_optional(letter) =>
            {
                self.check_number(letter, operand, value)
            }
            Operand::UseR | Operand::UseS if !self.is_optional(letter) => {
                let found = self.read_ref(letter, value)?;
                let ok = operand == Operand::UseR || matches!(found, Slot::STR | NULLISH);
                expect(letter, ok, found, Slot::STR)
            }
            Operand::Number => exists("number", index, image.numbers.len()),
            Operand::String => exists("string", index, image.strings.len()),
            Operand::Class => exists("class", index, image.classes.len()),
            Operand::Function => exists("function", index, image.functions.len()),
            Operand::Sig => exists("signature", index, image.sigs.len()),
            Operand::Member => exists("member", index, image.members.len()),
            Operand::Desc => exists("type", index, image.descs.len()),
            Operand::Import => exists("import", index, image.imports.len()),
            Operand::Builtin => exists("built-in", index, BUILTINS.len()),
            Operand::Type => self.check_type(Slot(value)),
            _ => Ok(()),
        }
    }

    /// `SetMember` takes only the halves that its type has; its rule checks them.
    fn is_optional(&self, letter: char) -> bool {
        self.op == Op::SetMember && letter != 'c'
    }

    fn check_immediate(&self, letter: char, value: u16) -> Result<(), Problem> {
        let (ok, expected) = match self.op {
            Op::ConstZ | Op::Catch => (value <= 1, "0 or 1"),
            Op::Tag | Op::JTag | Op::JNTag => (value <= 3, "a tag from 0 to 3"),
            Op::Trap => (value <= Trap::InvalidLength as u16, "the number of a trap"),
            _ => (true, ""),
        };
        if ok {
            return Ok(());
        }
        Err(Problem::Operand {
            operand: letter,
            found: value,
            expected,
        })
    }

    fn check_number(&self, letter: char, operand: Operand, value: u16) -> Result<(), Problem> {
        let found = self.frame.read(Bank::Num, letter, value)?;
        let expected = match operand {
            Operand::UseF | Operand::UpdF => Slot::F64,
            Operand::UseI | Operand::UpdI => Slot::I32,
            Operand::UseZ => Slot::BOOL,
            _ => found,
        };
        expect(letter, found == expected, found, expected)
    }

    /// Members and casts name the type of a value; `NewArr` is checked further by its rule.
    fn check_type(&self, slot: Slot) -> Result<(), Problem> {
        match self.op {
            Op::GetMember | Op::SetMember => expect_value(self.image, slot),
            _ => expect_reference(self.image, slot),
        }
    }

    /// The type of a reference operand, which must be a local at a safepoint.
    pub fn read_ref(&self, letter: char, register: u16) -> Result<Slot, Problem> {
        let safepoint = matches!(self.op.info().flow, Flow::Safepoint | Flow::Call);
        let is_local = usize::from(register) < self.frame.locals(Bank::Ref);
        let found = self.frame.read(Bank::Ref, letter, register)?;
        if safepoint && !is_local {
            return Err(Problem::NotLocal {
                operand: letter,
                register,
            });
        }
        Ok(found)
    }

    fn write_result(
        &mut self,
        letter: char,
        operand: Operand,
        register: u16,
        results: Results,
    ) -> Result<(), Problem> {
        match operand {
            Operand::DefF | Operand::UpdF => self.write_num(letter, register, (Slot::F64, Raw::No)),
            Operand::DefI | Operand::UpdI => self.write_num(letter, register, (Slot::I32, Raw::No)),
            Operand::DefZ => self.write_num(letter, register, (Slot::BOOL, Raw::No)),
            Operand::DefN | Operand::RetN => match results.num {
                Some(result) => self.write_num(letter, register, result),
                None => expect_unused(letter, register),
            },
            Operand::DefR | Operand::RetR => match results.reference {
                Some(result) => self.write_ref(letter, register, result),
                None => expect_unused(letter, register),
            },
            _ => Ok(()),
        }
    }

    /// What a call gives comes after its block, perhaps after the frame was put away without its temps.
    fn expect_kept(&self, bank: Bank, operand: char, register: u16) -> Result<(), Problem> {
        let is_local = usize::from(register) < self.frame.locals(bank);
        if is_local || self.op.info().flow != Flow::Call {
            return Ok(());
        }
        Err(Problem::NotLocal { operand, register })
    }

    fn write_num(
        &mut self,
        letter: char,
        register: u16,
        (kind, raw): (Slot, Raw),
    ) -> Result<(), Problem> {
        self.expect_kept(Bank::Num, letter, register)?;
        match self.frame.local(Bank::Num, letter, register)? {
            Some(declared) => expect(letter, raw == Raw::Yes || declared == kind, declared, kind),
            None => {
                self.frame.write_temp(Bank::Num, register, kind);
                Ok(())
            }
        }
    }

    fn write_ref(&mut self, letter: char, register: u16, slot: Slot) -> Result<(), Problem> {
        self.expect_kept(Bank::Ref, letter, register)?;
        match self.frame.local(Bank::Ref, letter, register)? {
            Some(declared) => self.assign(letter, slot, declared),
            None => {
                self.frame.write_temp(Bank::Ref, register, slot);
                Ok(())
            }
        }
    }

    /// Refuses a reference that may not stand where another type is declared.
    pub fn assign(&self, letter: char, found: Slot, expected: Slot) -> Result<(), Problem> {
        expect(
            letter,
            self.types.assignable(found, expected),
            found,
            expected,
        )
    }
}

/// Refuses an operand of another type.
pub fn expect(operand: char, ok: bool, found: Slot, expected: Slot) -> Result<(), Problem> {
    if ok {
        return Ok(());
    }
    Err(Problem::Type {
        operand,
        found,
        expected,
    })
}

/// Refuses a register for a half that is not there.
pub fn expect_unused(operand: char, found: u16) -> Result<(), Problem> {
    if found == 0 {
        return Ok(());
    }
    Err(Problem::Operand {
        operand,
        found,
        expected: "0, since there is no such half",
    })
}
