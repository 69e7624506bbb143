//! The rule of each instruction: what the table's columns can't say, and what it gives.

use super::code::{Raw, Results, Step, expect, expect_unused};
use super::error::{Problem, rule};
use super::types::{NULLISH, has_length, is_array, num_half, ref_half};
use super::window;
use crate::elements::Element;
use crate::isa::{Bank, Inst, Op};
use crate::slot::{NULL, Slot};

type Rule = Result<Results, Problem>;

/// Checks an instruction's rule; its operands are known to be in range and of the table's kinds.
pub fn apply(step: &Step<'_, '_>) -> Rule {
    use Op::*;
    let inst = step.inst;
    match step.op {
        MovN => Ok(num(step.frame.read(Bank::Num, 'b', inst.b)?, Raw::Yes)),
        MovR | NonNull => Ok(reference(step.read_ref('b', inst.b)?)),
        ConstS | TypeOf | Concat => Ok(reference(Slot::STR)),
        Tag => Ok(reference(tag_type(inst.b))),
        EqS => equal_strings(step),
        JInBounds | IncJLtLen => array(step, 'a', inst.a),
        Len => array(step, 'b', inst.b),
        JElemZ | JElemXZ => typed(step, 'a', inst.a, Slot::ARR_BOOL),
        New => Ok(reference(Slot::class(inst.b))),
        GetN | SetN | GetR | SetR | GlobalN | SetGlobalN | GlobalR | SetGlobalR => field(step),
        AddToN | SubFromN | AddMulToN | SubMulFromN | AddMulMulToN | SubMulMulFromN | DiffN => {
            field_sum(step)
        }
        Cast => Ok(reference(Slot(inst.c))),
        GetMember | SetMember | HasMember => member(step),
        NewArr => new_array(Slot(inst.b)),
        ElemF | ElemI | ElemZ | ElemR | ElemT | ElemMN | ElemMR => element(step),
        ElemXF | ElemXZ | ElemXR | ElemXT => element(step),
        SetElemF | SetElemXF | PushF => typed(step, 'a', inst.a, Slot::ARR_F64),
        SetElemI | PushI => typed(step, 'a', inst.a, Slot::ARR_I32),
        SetElemZ | SetElemXZ | PushZ => typed(step, 'a', inst.a, Slot::ARR_BOOL),
        SetElemR | SetElemXR | PushR => typed(step, 'a', inst.a, Slot::ARR_REF),
        SetElemM | PushM => typed(step, 'a', inst.a, Slot::ARR_MIXED),
        LoadI8 | LoadXI8 => elements(step, 'b', inst.b, &[Slot::INT8]),
        LoadU8 | LoadXU8 => elements(step, 'b', inst.b, &[Slot::UINT8, Slot::UINT8_CLAMPED]),
        LoadI16 | LoadXI16 => elements(step, 'b', inst.b, &[Slot::INT16]),
        LoadU16 | LoadXU16 => elements(step, 'b', inst.b, &[Slot::UINT16]),
        LoadI32 | LoadXI32 => elements(step, 'b', inst.b, &[Slot::INT32]),
        LoadU32 | LoadXU32 => elements(step, 'b', inst.b, &[Slot::UINT32]),
        LoadF32 | LoadXF32 => elements(step, 'b', inst.b, &[Slot::FLOAT32]),
        LoadF64 | LoadXF64 => elements(step, 'b', inst.b, &[Slot::FLOAT64]),
        Store8 | StoreX8 => elements(step, 'a', inst.a, &[Slot::INT8, Slot::UINT8]),
        Store8C | StoreX8C => elements(step, 'a', inst.a, &[Slot::UINT8_CLAMPED]),
        Store16 | StoreX16 => elements(step, 'a', inst.a, &[Slot::INT16, Slot::UINT16]),
        Store32 | StoreX32 => elements(step, 'a', inst.a, &[Slot::INT32, Slot::UINT32]),
        StoreF32 | StoreXF32 => elements(step, 'a', inst.a, &[Slot::FLOAT32]),
        StoreF64 | StoreXF64 => elements(step, 'a', inst.a, &[Slot::FLOAT64]),
        Call | CallClosure | CallMember | CallHost | CallBuiltin | Spawn => window::check(step),
        Ret | RetF | RetRef | RetM => leave(step),
        Await => suspend(step),
        Catch => locals(step, 'b', inst.b),
        _ => Ok(Results::default()),
    }
}

/// A number as a result.
pub fn num(kind: Slot, raw: Raw) -> Results {
    Results {
        num: Some((kind, raw)),
        reference: None,
    }
}

/// A reference as a result.
pub fn reference(slot: Slot) -> Results {
    Results {
        num: None,
        reference: Some(slot),
    }
}

/// Both halves, or the one half, of a value of a slot.
pub fn value(slot: Slot) -> Results {
    let raw = if slot == Slot::MIXED {
        Raw::Yes
    } else {
        Raw::No
    };
    Results {
        num: num_half(slot).map(|kind| (kind, raw)),
        reference: ref_half(slot),
    }
}

fn tag_type(tag: u16) -> Slot {
    if u32::from(tag) <= NULL {
        NULLISH
    } else {
        Slot::ANY
    }
}

/// A reference operand that must have a type.
fn typed(step: &Step<'_, '_>, letter: char, register: u16, expected: Slot) -> Rule {
    step.assign(letter, step.read_ref(letter, register)?, expected)?;
    Ok(Results::default())
}

fn array(step: &Step<'_, '_>, letter: char, register: u16) -> Rule {
    let found = step.read_ref(letter, register)?;
    expect(
        letter,
        has_length(found) || found == NULLISH,
        found,
        Slot::ARR,
    )?;
    Ok(Results::default())
}

/// A typed array of one of these kinds.
fn elements(step: &Step<'_, '_>, letter: char, register: u16, expected: &[Slot]) -> Rule {
    let found = step.read_ref(letter, register)?;
    let ok = expected.contains(&found) || found == NULLISH;
    expect(letter, ok, found, expected[0])?;
    Ok(Results::default())
}

fn equal_strings(step: &Step<'_, '_>) -> Rule {
    typed(step, 'b', step.inst.b, Slot::STR)?;
    typed(step, 'c', step.inst.c, Slot::STR)
}

/// Loads and stores of fields and globals.
fn field(step: &Step<'_, '_>) -> Rule {
    let inst = step.inst;
    let globals = Slot::class(step.image.entry.globals as u16);
    match step.op {
        Op::GetN => Ok(num_result(num_field(step, ('b', inst.b), ('c', inst.c))?)),
        Op::GetR => Ok(ref_result(ref_field(step, ('b', inst.b), ('c', inst.c))?)),
        Op::SetN => {
            let slot = num_field(step, ('a', inst.a), ('b', inst.b))?;
            store_num(step, 'c', inst.c, slot)
        }
        Op::SetR => {
            let slot = ref_field(step, ('a', inst.a), ('b', inst.b))?;
            store_ref(step, 'c', inst.c, slot)
        }
        Op::GlobalN => Ok(num_result(num_field_of(step, globals, ('b', inst.b))?)),
        Op::GlobalR => Ok(ref_result(ref_field_of(step, globals, ('b', inst.b))?)),
        Op::SetGlobalN => {
            let slot = num_field_of(step, globals, ('a', inst.a))?;
            store_num(step, 'b', inst.b, slot)
        }
        _ => {
            let slot = ref_field_of(step, globals, ('a', inst.a))?;
            store_ref(step, 'b', inst.b, slot)
        }
    }
}

/// Arithmetic on fields, all of them f64 or the numeric half of a mixed pair.
fn field_sum(step: &Step<'_, '_>) -> Rule {
    let inst = step.inst;
    let is_float = |object: Lettered, offset: Lettered| {
        let found = num_field(step, object, offset)?;
        let ok = matches!(found, Slot::F64 | Slot::MIXED);
        expect(offset.0, ok, found, Slot::F64)
    };
    if step.op == Op::DiffN {
        let ext = step.ext.unwrap_or(Inst::new(Op::Ext, 0, 0, 0));
        is_float(('b', inst.b), ('c', inst.c))?;
        is_float(('d', ext.a), ('e', ext.b))?;
    } else {
        is_float(('a', inst.a), ('b', inst.b))?;
    }
    Ok(Results::default())
}

fn num_result(slot: Slot) -> Results {
    Results {
        reference: None,
        ..value(slot)
    }
}

fn ref_result(slot: Slot) -> Results {
    Results {
        num: None,
        ..value(slot)
    }
}

/// An operand's letter and value.
type Lettered = (char, u16);

fn num_field(step: &Step<'_, '_>, object: Lettered, offset: Lettered) -> Result<Slot, Problem> {
    num_field_of(step, step.read_ref(object.0, object.1)?, offset)
}

fn ref_field(step: &Step<'_, '_>, object: Lettered, offset: Lettered) -> Result<Slot, Problem> {
    ref_field_of(step, step.read_ref(object.0, object.1)?, offset)
}

fn num_field_of(step: &Step<'_, '_>, class: Slot, offset: Lettered) -> Result<Slot, Problem> {
    let found = class
        .as_class()
        .and_then(|c| step.types.num_field(c, offset.1));
    found.ok_or(no_field(class, offset))
}

fn ref_field_of(step: &Step<'_, '_>, class: Slot, offset: Lettered) -> Result<Slot, Problem> {
    let found = class
        .as_class()
        .and_then(|c| step.types.ref_field(c, offset.1));
    found.ok_or(no_field(class, offset))
}

fn no_field(class: Slot, (operand, offset): Lettered) -> Problem {
    Problem::NoField {
        operand,
        class,
        offset,
    }
}

/// A number that is stored: of the slot's kind, or of any kind as half of a mixed pair.
fn store_num(step: &Step<'_, '_>, letter: char, register: u16, slot: Slot) -> Rule {
    let found = step.frame.read(Bank::Num, letter, register)?;
    expect(letter, slot == Slot::MIXED || found == slot, found, slot)?;
    Ok(Results::default())
}

fn store_ref(step: &Step<'_, '_>, letter: char, register: u16, slot: Slot) -> Rule {
    let expected = ref_half(slot).unwrap_or(Slot::ANY);
    typed(step, letter, register, expected)
}

/// Access by name, of any object.
fn member(step: &Step<'_, '_>) -> Rule {
    let inst = step.inst;
    if step.op == Op::HasMember {
        return typed(step, 'b', inst.b, Slot::OBJECT);
    }
    typed(step, 'c', inst.c, Slot::OBJECT)?;
    let slot = Slot(step.ext.map_or(0, |ext| ext.b));
    if step.op == Op::GetMember {
        return Ok(value(slot));
    }
    match num_half(slot) {
        Some(_) => store_num(step, 'a', inst.a, slot)?,
        None => expect_unused('a', inst.a).map(|()| Results::default())?,
    };
    match ref_half(slot) {
        Some(_) => store_ref(step, 'b', inst.b, slot),
        None => expect_unused('b', inst.b).map(|()| Results::default()),
    }
}

fn new_array(slot: Slot) -> Rule {
    let is_typed = Element::of_slot(slot).is_some();
    rule(
        is_typed || is_array(slot) && slot != Slot::ARR,
        "a new array must be of a known kind of element",
    )?;
    Ok(reference(slot))
}

fn element(step: &Step<'_, '_>) -> Rule {
    let (array, result) = match step.op {
        Op::ElemF | Op::ElemXF => (Slot::ARR_F64, Results::default()),
        Op::ElemI => (Slot::ARR_I32, Results::default()),
        Op::ElemZ | Op::ElemXZ => (Slot::ARR_BOOL, Results::default()),
        Op::ElemR | Op::ElemXR => (Slot::ARR_REF, reference(Slot::ANY)),
        Op::ElemMR => (Slot::ARR_MIXED, reference(Slot::ANY)),
        Op::ElemT | Op::ElemXT => {
            let slot = Slot(step.ext.map_or(0, |ext| ext.a));
            (Slot::ARR_REF, reference(slot))
        }
        _ => (Slot::ARR_MIXED, Results::default()),
    };
    typed(step, 'b', step.inst.b, array)?;
    Ok(result)
}

/// A return of exactly the halves that the function's result has.
fn leave(step: &Step<'_, '_>) -> Rule {
    let ret = step.function.ret;
    let fits = match step.op {
        Op::Ret => ret == Slot::VOID,
        Op::RetF => ret.has_num() && ret != Slot::MIXED,
        Op::RetRef => ret.has_ref() && ret != Slot::MIXED,
        _ => ret == Slot::MIXED,
    };
    rule(fits, "another return belongs to the function's result")?;
    match step.op {
        Op::RetF => store_num(step, 'a', step.inst.a, ret),
        Op::RetRef => store_ref(step, 'a', step.inst.a, ret),
        _ => Ok(Results::default()),
    }
}

/// `Await`: a task that sleeps keeps only its locals.
fn suspend(step: &Step<'_, '_>) -> Rule {
    let operand = step.ext.map_or(0, |ext| ext.a);
    expect_local(step, Bank::Num, 'd', operand)?;
    locals(step, 'b', step.inst.b)
}

/// A mixed pair that is written to locals.
fn locals(step: &Step<'_, '_>, letter: char, register: u16) -> Rule {
    expect_local(step, Bank::Num, 'a', step.inst.a)?;
    expect_local(step, Bank::Ref, letter, register)?;
    Ok(reference(Slot::ANY))
}

fn expect_local(
    step: &Step<'_, '_>,
    bank: Bank,
    operand: char,
    register: u16,
) -> Result<(), Problem> {
    if usize::from(register) < step.frame.locals(bank) {
        return Ok(());
    }
    Err(Problem::NotLocal { operand, register })
}
