//! Slots as types: which exist, which takes which, and what a field holds.

use super::error::Problem;
use crate::elements::Element;
use crate::image::{CLASS_CLOSURE, Class, Field, Image};
use crate::slot::{CLASS_BASE, Slot};

/// Undefined or null: below every reference type. Only the verifier knows it, no image may name it.
pub const NULLISH: Slot = Slot(Slot::BUILTIN_COUNT);

/// Refuses what is no result type.
pub fn expect_result(image: &Image, slot: Slot) -> Result<(), Problem> {
    let exists = match slot.as_class() {
        Some(class) => usize::from(class) < image.classes.len(),
        None => slot.0 < Slot::BUILTIN_COUNT,
    };
    if exists {
        return Ok(());
    }
    Err(Problem::BadSlot {
        slot,
        expected: "type",
    })
}

/// Refuses what is no type of a value.
pub fn expect_value(image: &Image, slot: Slot) -> Result<(), Problem> {
    expect_result(image, slot)?;
    if slot == Slot::VOID {
        return Err(Problem::BadSlot {
            slot,
            expected: "type of a value",
        });
    }
    Ok(())
}

/// Refuses what is no type of a reference register.
pub fn expect_reference(image: &Image, slot: Slot) -> Result<(), Problem> {
    expect_value(image, slot)?;
    if !slot.has_ref() || slot == Slot::MIXED {
        return Err(Problem::BadSlot {
            slot,
            expected: "type of a reference",
        });
    }
    Ok(())
}

/// The kind of a value's numeric half.
pub fn num_half(slot: Slot) -> Option<Slot> {
    match slot {
        Slot::MIXED => Some(Slot::F64),
        _ => slot.has_num().then_some(slot),
    }
}

/// The type of a value's reference half.
pub fn ref_half(slot: Slot) -> Option<Slot> {
    match slot {
        Slot::MIXED => Some(Slot::ANY),
        _ => slot.has_ref().then_some(slot),
    }
}

/// The halves of fields by class and offset, and the order of types.
pub struct Types<'a> {
    classes: &'a [Class],
    nums: Halves,
    refs: Halves,
}

/// Offset and slot of one half of each field, sorted within a class.
struct Halves {
    /// Where each class's begin, and the end.
    starts: Vec<usize>,
    rows: Vec<(u16, Slot)>,
}

impl Halves {
    fn new(image: &Image, half: impl Fn(&Field) -> Option<u16>) -> Halves {
        let mut halves = Halves {
            starts: vec![0],
            rows: Vec::new(),
        };
        for class in &image.classes {
            let start = halves.rows.len();
            let fields = &image.fields[class.fields.indices()];
            let rows = fields
                .iter()
                .filter_map(|f| half(f).map(|offset| (offset, f.slot)));
            halves.rows.extend(rows);
            halves.rows[start..].sort_unstable();
            halves.starts.push(halves.rows.len());
        }
        halves
    }

    fn find(&self, class: u16, offset: u16) -> Option<Slot> {
        let class = usize::from(class);
        let rows = &self.rows[self.starts[class]..self.starts[class + 1]];
        let found = rows.binary_search_by_key(&offset, |row| row.0).ok()?;
        Some(rows[found].1)
    }
}

impl<'a> Types<'a> {
    /// The types of an image whose classes are checked.
    pub fn new(image: &'a Image) -> Types<'a> {
        Types {
            classes: &image.classes,
            nums: Halves::new(image, |f| f.slot.has_num().then_some(f.num_offset)),
            refs: Halves::new(image, |f| f.slot.has_ref().then_some(f.ref_offset)),
        }
    }

    /// The slot of the field of a class whose numeric half is at an offset.
    pub fn num_field(&self, class: u16, offset: u16) -> Option<Slot> {
        self.nums.find(class, offset)
    }

    /// The slot of the field of a class whose reference half is at an offset.
    pub fn ref_field(&self, class: u16, offset: u16) -> Option<Slot> {
        self.refs.find(class, offset)
    }

    /// Whether a reference of one type may stand where another is declared.
    pub fn assignable(&self, from: Slot, to: Slot) -> bool {
        if from == to || from == NULLISH || to == Slot::ANY {
            return true;
        }
        match (from.as_class(), to) {
            (Some(_), Slot::OBJECT) => true,
            (Some(class), Slot::FUNC) => self.classes[usize::from(class)].kind == CLASS_CLOSURE,
            (Some(class), _) if to.0 >= CLASS_BASE => {
                let base = to.0 - CLASS_BASE;
                base <= class && u32::from(class) <= self.classes[usize::from(base)].last_subclass
            }
            (None, Slot::ARR) => is_array(from),
            (None, Slot::TYPED) => Element::of_slot(from).is_some(),
            _ => false,
        }
    }
}

/// Whether it is an array of a known kind of element, or of any.
pub fn is_array(slot: Slot) -> bool {
    (Slot::ARR_F64..=Slot::ARR).contains(&slot)
}

/// Whether it is an array or a typed array, of a known kind of element or of any.
pub fn has_length(slot: Slot) -> bool {
    is_array(slot) || slot == Slot::TYPED || Element::of_slot(slot).is_some()
}
