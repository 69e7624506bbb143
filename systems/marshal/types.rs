//! What a type's values lie in: the array for an element, the class for a `Map` or `Set` and its columns.
//!
//! Invariant: what is chosen is what the compiler chooses, whatever a hostile program's types say. Absent: tuples and shapes, whose
//! types name their class.

use raya_bytecode::image::*;
use raya_bytecode::slot::Slot;
use raya_storages::layout::array_kinds;
use raya_storages::programs::Program;
use std::collections::BTreeSet;

/// The field of a table that holds its keys.
pub const TABLE_KEYS: usize = 0;
/// The field of a table that holds the order of its entries.
pub const TABLE_ORDER: usize = 1;
/// The field of a table that holds its index.
pub const TABLE_INDEX: usize = 2;
/// The field of a table that holds how many entries it has.
pub const TABLE_SIZE: usize = 3;
/// The field of a table that holds how many entries it ever had.
pub const TABLE_ADDED: usize = 5;
/// The field of a map that holds its values.
pub const TABLE_VALUES: usize = 7;

/// What a column of a table's class holds.
pub fn column(program: &Program, class: u16, index: usize) -> Slot {
    let fields = program.classes[usize::from(class)].fields;
    program.image.fields[fields.indices()][index].slot
}

/// The class of a `Map` or `Set` for a slot: the one that the slot names, or the first with the columns of the types.
pub fn table_class(
    program: &Program,
    kind: u16,
    descs: [Option<u32>; 2],
    slot: Slot,
) -> Option<u16> {
    let wanted = descs.map(|desc| array_slot(program, desc));
    let has_columns = |class: u16| {
        column(program, class, TABLE_ORDER) == Slot::ARR_F64
            && array_kinds(column(program, class, TABLE_KEYS)).is_some()
            && (kind == CLASS_SET || array_kinds(column(program, class, TABLE_VALUES)).is_some())
    };
    let takes = |class: u16| match slot.as_class() {
        Some(of) => program.is_subclass(class, of),
        None => {
            column(program, class, TABLE_KEYS) == wanted[0]
                && (kind == CLASS_SET || column(program, class, TABLE_VALUES) == wanted[1])
        }
    };
    let is_of_kind = |class: u16| program.classes[usize::from(class)].kind == kind;
    let classes = program
        .tables
        .iter()
        .copied()
        .filter(|class| is_of_kind(*class));
    classes
        .filter(|class| has_columns(*class))
        .find(|class| takes(*class))
}

/// What an element of an array stands in.
pub fn element_slot(array: Slot) -> Slot {
    match array {
        Slot::ARR_F64 => Slot::F64,
        Slot::ARR_I32 => Slot::I32,
        Slot::ARR_BOOL => Slot::BOOL,
        Slot::ARR_REF => Slot::ANY,
        _ => Slot::MIXED,
    }
}

/// The array that holds elements of a type, as the compiler chooses it.
pub fn array_slot(program: &Program, element: Option<u32>) -> Slot {
    let tag = element.map_or(DESC_UNKNOWN, |desc| program.image.descs[desc as usize].tag);
    match tag {
        DESC_UNION => union_slot(program, element),
        tag => slot_of(tag),
    }
}

/// The array that holds elements of a type that is no union.
fn slot_of(tag: u32) -> Slot {
    match tag {
        DESC_NUMBER => Slot::ARR_F64,
        DESC_INT => Slot::ARR_I32,
        DESC_BOOLEAN => Slot::ARR_BOOL,
        DESC_UNKNOWN | DESC_PARAM | DESC_UNION => Slot::ARR_MIXED,
        _ => Slot::ARR_REF,
    }
}

fn union_slot(program: &Program, element: Option<u32>) -> Slot {
    let mut kinds = BTreeSet::new();
    // Unions in unions may be circular in a hostile program.
    let mut members_left = 1000;
    let mut rest = vec![element];
    while let Some(desc) = rest.pop() {
        let row = desc.map(|desc| program.image.descs[desc as usize]);
        let tag = row.map_or(DESC_UNKNOWN, |row| row.tag);
        members_left -= 1;
        match row {
            Some(row) if tag == DESC_UNION && members_left > row.children.count => {
                let members = &program.image.desc_children[row.children.indices()];
                rest.extend(members.iter().map(|member| Some(*member)));
                continue;
            }
            _ => kinds.insert(slot_of(tag)),
        };
        if members_left == 0 {
            return Slot::ARR_MIXED;
        }
    }
    match kinds.first() {
        Some(kind) if kinds.len() == 1 => *kind,
        Some(_) => Slot::ARR_MIXED,
        None => Slot::ARR_REF,
    }
}
