//! Programs: images linked for execution, shared by any number of contexts.
//!
//! A `Program` is an image and what the loop derives from it once: string constants laid out as heap objects,
//! functions and classes in the form that calls and collections read, and the table that finds a member by class.
//! ```text
//! constants   | one-unit strings 0..=255 | well-known strings | the image's strings |   references have CONSTANT_BIT
//! ```
//! Invariants: constants never change and refer to nothing; a member table's entry belongs to a class that has that
//! member. Absent: encoded bytes, which programs there are (`programs/table`).

mod names;
mod table;

pub use table::{ProgramCell, ProgramId, ProgramRow, Programs};

use crate::frames::{FrameRow, bank_len};
use crate::layout::{Kind, header, string_hash};
use crate::values::Value;
use names::{Names, hash_of};
use raya_bytecode::codec::rows_bytes;
use raya_bytecode::image::{
    CLASS_MAP, CLASS_SET, CLASS_SHAPE, DESC_BOOLEAN, DESC_NUMBER, DESC_PROMISE, DESC_STRING,
    EXPORT_FUNCTION, Export, FIELD_HIDDEN, FIELD_OPTIONAL, FUNCTION_ASYNC, Field, Image,
    METHOD_GETTER, METHOD_SETTER, NONE, Range,
};
use raya_bytecode::slot::{CONSTANT_BIT, Slot};
use raya_bytecode::verify::VerifiedImage;
use std::sync::Arc;

/// The dense member table has at most so many cells; larger programs look members up by binary search.
const MEMBER_CELLS_MAX: usize = 1 << 20;

/// Nor has it more cells than so many for each member, beyond the first few: a small program must not take much memory.
const CELLS_PER_MEMBER_MAX: usize = 256;

/// So many it may have in any case.
const MEMBER_CELLS_MIN: usize = 1 << 14;

/// Words that a string of one Latin-1 unit takes.
const UNIT_WORDS: u32 = 3;

/// The number of registers of a function with a parameter that is none.
pub const NO_REGISTERS: u16 = u16::MAX;

/// A function as calls read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkedFunction {
    /// First instruction.
    pub code_start: u32,
    /// How many.
    pub code_len: u32,
    /// Numeric locals, parameters among them.
    pub num_locals: u16,
    /// Reference locals, parameters among them.
    pub ref_locals: u16,
    /// Numeric temps at most.
    pub num_temps: u16,
    /// Reference temps at most.
    pub ref_temps: u16,
    /// The length that the numeric bank of a stack has which begins with a frame of it.
    pub num_bank: u32,
    /// The length that the reference bank has.
    pub ref_bank: u32,
    /// What such a stack counts against the heap limit, in words: asked of the heap, so that garbage goes before a task fails.
    pub stack_words: u32,
    /// How many numeric locals are parameters.
    pub num_params: u16,
    /// How many reference locals are parameters.
    pub ref_params: u16,
    /// How many parameters it has, if all are numeric registers; else `NO_REGISTERS`.
    pub registers: u16,
    /// Its kinds, in the image's `sigs`.
    pub sig: u32,
    /// Exact types of its parameters, in the image's `slots`.
    pub params: Range,
    /// Its handlers, in the image's `handlers`.
    pub handlers: Range,
    /// Exact type of its result.
    pub ret: Slot,
    /// Only `Spawn` runs it.
    pub is_async: bool,
    /// A parameter beyond the first (the receiver) is narrower than "any reference": calls that checked kinds only must
    /// check references.
    pub needs_ref_checks: bool,
}

/// A class as allocation, casts and collections read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkedClass {
    /// Size of an instance, header included.
    pub words: u16,
    /// A `CLASS_…` kind.
    pub kind: u16,
    /// The last class below it.
    pub last_subclass: u16,
    /// Where its references are, in the image's `ref_spans`.
    pub ref_spans: Range,
    /// Its fields, in the image's `fields`.
    pub fields: Range,
    /// For closures: the function. Otherwise `NONE`.
    pub function: u32,
    /// If its fields hold numbers, booleans and strings only and all of them are part of a copy: what a copy takes as values count
    /// their bytes, without the contents of strings. Otherwise 0.
    pub leaf_bytes: u32,
}

/// A field as copies read it: all that they ask of it in one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkedField {
    /// Its name.
    pub name: Arc<str>,
    /// Its type, in the image's `descs`, if it has one.
    pub desc: Option<u32>,
    /// What it holds.
    pub slot: Slot,
    /// Its numeric half, in words from the object's start.
    pub num_offset: u16,
    /// Its reference half, in 4-byte units from the object's start.
    pub ref_offset: u16,
    /// It is left out while it is undefined.
    pub is_optional: bool,
    /// Copies leave it out.
    pub is_hidden: bool,
    /// Whether type and slot are those of a plain value.
    pub plain: Plain,
}

/// What most fields are of: types that say all of their values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Plain {
    Number,
    Boolean,
    Text,
    /// It is something else.
    No,
}

impl Plain {
    /// What a type with a tag is in a slot.
    #[inline]
    pub fn of(tag: Option<u32>, slot: Slot) -> Plain {
        match (tag, slot) {
            (Some(DESC_NUMBER), Slot::F64) => Plain::Number,
            (Some(DESC_BOOLEAN), Slot::BOOL) => Plain::Boolean,
            (Some(DESC_STRING), Slot::STR) => Plain::Text,
            _ => Plain::No,
        }
    }
}

/// What a member name means for a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemberEntry {
    /// A field.
    Field {
        /// What it holds.
        slot: Slot,
        /// Its numeric half, in words from the object's start.
        num_offset: u16,
        /// Its reference half, in 4-byte units from the object's start.
        ref_offset: u16,
        /// `FIELD_…` bits.
        flags: u16,
    },
    /// A method.
    Method(u32),
    /// Functions, or `NONE`.
    Accessor {
        /// Reads it.
        getter: u32,
        /// Writes it.
        setter: u32,
    },
}

/// A function that others than the program itself may call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct LinkedEntry {
    function: u32,
    /// Its declared types in the image's `desc_children`, the result last.
    types: Range,
    /// Its first argument is the receiver, which those don't name.
    is_method: bool,
}

/// Members of all classes: (class << 32 | member, meaning), sorted.
type Members = Vec<(u64, MemberEntry)>;

/// Strings that instructions give without allocating, as references.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct WellKnown {
    pub empty: u32,
    pub undefined: u32,
    pub null: u32,
    pub object: u32,
    pub number: u32,
    pub boolean: u32,
    pub string: u32,
    pub function: u32,
    pub r#true: u32,
    pub r#false: u32,
    pub object_object: u32,
    pub nan: u32,
}

/// What rows count as, in bytes: fixed, since limits must not depend on how a compiler lays rows out, and no less than they take.
mod widths {
    use super::*;

    pub const PROGRAM: usize = 1_024;
    pub const FUNCTION: usize = 64;
    pub const CLASS: usize = 32;
    pub const MEMBER: usize = 24;
    pub const SHAPE: usize = 16;
    pub const EXPORT: usize = 24;
    pub const FIELD: usize = 48;
    pub const ENTRY: usize = 16;

    const _: () = assert!(
        size_of::<Program>() + size_of::<Image>() <= PROGRAM
            && size_of::<LinkedFunction>() <= FUNCTION
            && size_of::<LinkedClass>() <= CLASS
            && size_of::<(u64, MemberEntry)>() <= MEMBER
            && size_of::<(u64, u16)>() <= SHAPE
            && size_of::<(Arc<str>, u32)>() <= EXPORT
            && size_of::<LinkedField>() <= FIELD
            && size_of::<LinkedEntry>() <= ENTRY
    );
}

/// A linked program. See the module's header.
#[derive(Debug)]
pub struct Program {
    /// What it was linked from.
    pub image: Arc<VerifiedImage>,
    /// The hash of its encoded bytes.
    pub hash: u64,
    /// The constants region.
    pub constants: Vec<u64>,
    /// References to the image's strings, by string index.
    pub constant_refs: Vec<u32>,
    /// Strings that are always there.
    pub well_known: WellKnown,
    /// By function index.
    pub functions: Vec<LinkedFunction>,
    /// By class id.
    pub classes: Vec<LinkedClass>,
    /// Words of a context's globals, header included; 0 where there are none.
    pub globals_words: u16,
    members: Members,
    /// By class and member id: index + 1 in `members`, 0 for none. Empty if that would be too large.
    member_cells: Vec<u32>,
    /// Classes of kind `CLASS_MAP` or `CLASS_SET`, in order.
    pub tables: Vec<u16>,
    /// Shapes of object literals: (hash of their visible names, class), sorted.
    shapes: Vec<(u64, u16)>,
    /// Names of exports with their places in the image's, sorted.
    exports: Vec<(Arc<str>, u32)>,
    /// By field index.
    fields: Vec<LinkedField>,
    /// Functions that are exported with the types of their parameters and, last, their result, in the image's
    /// `desc_children`; sorted.
    entries: Vec<LinkedEntry>,
    /// What the texts of its names take, in bytes.
    names_bytes: usize,
}

impl Program {
    /// Links an image. `hash` is the xxh3 of its encoded bytes.
    pub fn link(image: Arc<VerifiedImage>, hash: u64) -> Program {
        let mut constants = Constants::default();
        for unit in 0..=0xff {
            constants.add(&[unit]);
        }
        let well_known = well_known(&mut constants);
        let strings = 0..image.strings.len() as u32;
        let constant_refs = strings.map(|s| constants.add(image.units(s))).collect();
        let members = link_members(&image);
        let mut names = Names::new(&image);
        let fields = link_fields(&image, &mut names);
        let shapes = link_shapes(&image, &mut names);
        let exports = link_exports(&image, &mut names);
        let classes = link_classes(&image, &fields);
        let globals_words = classes[image.entry.globals as usize].words;
        let names_bytes = names.bytes();
        Program {
            constants: constants.words,
            constant_refs,
            well_known,
            functions: link_functions(&image),
            classes,
            globals_words: if globals_words > 1 { globals_words } else { 0 },
            member_cells: link_cells(&image, &members),
            members,
            tables: link_tables(&image),
            shapes,
            exports,
            fields,
            entries: link_entries(&image),
            image,
            hash,
            names_bytes,
        }
    }

    /// What it counts as where memory is limited, its image included: the same on any machine.
    pub fn bytes(&self) -> u64 {
        let bytes = widths::PROGRAM
            + self.names_bytes
            + rows_bytes(&self.image)
            + self.constants.len() * size_of::<u64>()
            + self.constant_refs.len() * size_of::<u32>()
            + self.functions.len() * widths::FUNCTION
            + self.classes.len() * widths::CLASS
            + self.members.len() * widths::MEMBER
            + self.member_cells.len() * size_of::<u32>()
            + self.tables.len() * size_of::<u16>()
            + self.shapes.len() * widths::SHAPE
            + self.exports.len() * widths::EXPORT
            + self.fields.len() * widths::FIELD
            + self.entries.len() * widths::ENTRY;
        bytes as u64
    }

    /// The fields of a class.
    #[inline]
    pub fn fields_of(&self, class: &LinkedClass) -> &[LinkedField] {
        &self.fields[class.fields.indices()]
    }

    /// The reference of the string that is one unit up to 0xff.
    pub fn unit_string(&self, unit: u8) -> u32 {
        CONSTANT_BIT | (u32::from(unit) * UNIT_WORDS)
    }

    /// What a member means for a class.
    #[inline]
    pub fn member(&self, class: u16, member: u16) -> Option<MemberEntry> {
        if self.member_cells.is_empty() {
            let key = member_key(usize::from(class), u32::from(member));
            let at = self.members.binary_search_by_key(&key, |m| m.0).ok()?;
            return Some(self.members[at].1);
        }
        let row = usize::from(class) * self.image.members.len();
        let cell = self.member_cells[row + usize::from(member)];
        self.members
            .get((cell as usize).wrapping_sub(1))
            .map(|m| m.1)
    }

    /// Whether a class is another or below it.
    #[inline]
    pub fn is_subclass(&self, class: u16, of: u16) -> bool {
        class >= of && class <= self.classes[usize::from(of)].last_subclass
    }

    /// The class of a context's globals.
    pub fn globals_class(&self) -> u16 {
        self.image.entry.globals as u16
    }

    /// The export with a name. Cost: logarithmic in the number of exports.
    pub fn export(&self, name: &str) -> Option<&Export> {
        let at = self.exports.binary_search_by(|e| (*e.0).cmp(name)).ok()?;
        Some(&self.image.exports[self.exports[at].1 as usize])
    }

    /// The declared types of the parameters of what others may call, in the image's `descs`, from the place in its arguments on that
    /// is given beside them; none for other functions.
    pub fn param_descs(&self, function: u32) -> (&[u32], usize) {
        let Ok(at) = self.entries.binary_search_by_key(&function, |e| e.function) else {
            return (&[], 0);
        };
        let entry = self.entries[at];
        let types = &self.image.desc_children[entry.types.indices()];
        let params = types.split_last().map_or(&[][..], |(_, params)| params);
        (params, usize::from(entry.is_method))
    }

    /// The declared type of the result, likewise; of a promise, what it resolves to.
    pub fn result_desc(&self, function: u32) -> Option<u32> {
        let at = self.entries.binary_search_by_key(&function, |e| e.function);
        let types = &self.image.desc_children[self.entries[at.ok()?].types.indices()];
        let result = *types.last()?;
        let row = self.image.descs[result as usize];
        if row.tag == DESC_PROMISE {
            return self.image.desc_children[row.children.indices()]
                .first()
                .copied();
        }
        Some(result)
    }

    /// The slots of a function's parameters.
    pub fn param_slots(&self, function: u32) -> &[Slot] {
        &self.image.slots[self.functions[function as usize].params.indices()]
    }

    /// Shapes whose fields have these names in this order; the lowest class id first.
    pub fn shapes_named<'a>(
        &'a self,
        names: impl Iterator<Item = &'a str> + Clone + 'a,
    ) -> impl Iterator<Item = u16> + 'a {
        let hash = hash_of(names.clone());
        let start = self.shapes.partition_point(|s| s.0 < hash);
        let same_hash = self.shapes[start..].iter().take_while(move |s| s.0 == hash);
        same_hash
            .map(|s| s.1)
            .filter(move |class| self.has_field_names(*class, names.clone()))
    }

    fn has_field_names<'a>(&self, class: u16, mut names: impl Iterator<Item = &'a str>) -> bool {
        let fields = &self.image.fields[self.classes[usize::from(class)].fields.indices()];
        let units = |field: &Field| self.image.units(field.name).iter().copied();
        let are_same = fields.iter().map(units).all(|units| {
            let name = names.next();
            name.is_some_and(|name| name.encode_utf16().eq(units))
        });
        are_same && names.next().is_none()
    }
}

/// The constants region while it is laid out.
#[derive(Default)]
struct Constants {
    words: Vec<u64>,
}

impl Constants {
    fn add(&mut self, units: &[u16]) -> u32 {
        let reference = CONSTANT_BIT | self.words.len() as u32;
        let is_latin1 = units.iter().all(|u| *u <= 0xff);
        let bytes: Vec<u8> = if is_latin1 {
            units.iter().map(|u| *u as u8).collect()
        } else {
            bytemuck::cast_slice(units).to_vec()
        };
        let kind = if is_latin1 { Kind::Latin1 } else { Kind::Utf16 };
        self.words.push(header(kind));
        self.words
            .push(units.len() as u64 | u64::from(string_hash(&bytes)) << 32);
        let body = self.words.len();
        self.words.resize(body + bytes.len().div_ceil(8), 0);
        bytemuck::cast_slice_mut(&mut self.words[body..])[..bytes.len()].copy_from_slice(&bytes);
        assert!(
            self.words.len() < CONSTANT_BIT as usize,
            "constants fit their references"
        );
        reference
    }
}

fn well_known(constants: &mut Constants) -> WellKnown {
    let mut text = |text: &str| constants.add(&text.encode_utf16().collect::<Vec<u16>>());
    WellKnown {
        empty: text(""),
        undefined: text("undefined"),
        null: text("null"),
        object: text("object"),
        number: text("number"),
        boolean: text("boolean"),
        string: text("string"),
        function: text("function"),
        r#true: text("true"),
        r#false: text("false"),
        object_object: text("[object Object]"),
        nan: text("NaN"),
    }
}

/// Of two exports with one name the first counts.
fn link_exports(image: &Image, names: &mut Names<'_>) -> Vec<(Arc<str>, u32)> {
    let name = |e: &Export| names.text(e.name);
    let mut exports: Vec<_> = image.exports.iter().map(name).zip(0..).collect();
    exports.sort();
    exports.dedup_by(|later, first| later.0 == first.0);
    exports
}

fn link_entries(image: &Image) -> Vec<LinkedEntry> {
    let functions = image.exports.iter().filter(|e| e.kind == EXPORT_FUNCTION);
    let functions = functions.map(|e| (e.index, e.desc, false));
    let methods = image.methods.iter().filter(|m| m.desc != NONE);
    let methods = methods.map(|m| (m.function, m.desc, true));
    let mut entries: Vec<_> = functions
        .chain(methods)
        .map(|(function, desc, is_method)| LinkedEntry {
            function,
            types: image.descs[desc as usize].children,
            is_method,
        })
        .collect();
    entries.sort_by_key(|e| e.function);
    entries.dedup_by_key(|e| e.function);
    entries
}

fn link_functions(image: &Image) -> Vec<LinkedFunction> {
    let link = |f: &raya_bytecode::image::Function| {
        let params = &image.slots[f.params.indices()];
        let num_bank = bank_len(usize::from(f.num_locals) + usize::from(f.num_temps));
        let ref_bank = bank_len(usize::from(f.ref_locals) + usize::from(f.ref_temps));
        let are_registers = params.iter().all(|s| s.has_num() && !s.has_ref());
        let stack_bytes = num_bank * 8 + ref_bank * 4 + size_of::<FrameRow>();
        LinkedFunction {
            code_start: f.code.start,
            code_len: f.code.count,
            num_locals: f.num_locals,
            ref_locals: f.ref_locals,
            num_temps: f.num_temps,
            ref_temps: f.ref_temps,
            num_bank: num_bank as u32,
            ref_bank: ref_bank as u32,
            stack_words: stack_bytes.div_ceil(8) as u32,
            num_params: params.iter().filter(|s| s.has_num()).count() as u16,
            ref_params: params.iter().filter(|s| s.has_ref()).count() as u16,
            registers: if are_registers {
                params.len() as u16
            } else {
                NO_REGISTERS
            },
            sig: f.sig,
            params: f.params,
            handlers: f.handlers,
            ret: f.ret,
            is_async: f.flags & FUNCTION_ASYNC != 0,
            needs_ref_checks: params.iter().skip(1).any(|s| *s > Slot::ANY),
        }
    };
    image.functions.iter().map(link).collect()
}

fn link_classes(image: &Image, fields: &[LinkedField]) -> Vec<LinkedClass> {
    let link = |c: &raya_bytecode::image::Class| LinkedClass {
        words: c.words,
        kind: c.kind,
        last_subclass: c.last_subclass as u16,
        ref_spans: c.ref_spans,
        fields: c.fields,
        function: c.function,
        leaf_bytes: leaf_bytes(&fields[c.fields.indices()]),
    };
    image.classes.iter().map(link).collect()
}

fn leaf_bytes(fields: &[LinkedField]) -> u32 {
    let is_plain = |field: &LinkedField| {
        let is_leaf = matches!(field.slot, Slot::F64 | Slot::I32 | Slot::BOOL | Slot::STR);
        is_leaf && !field.is_optional && !field.is_hidden
    };
    let bytes = |field: &LinkedField| size_of::<String>() + field.name.len() + size_of::<Value>();
    let all: usize = fields.iter().map(bytes).sum();
    let is_leaf = fields.iter().all(is_plain);
    u32::try_from(all).ok().filter(|_| is_leaf).unwrap_or(0)
}

fn link_fields(image: &Image, names: &mut Names<'_>) -> Vec<LinkedField> {
    let link = |field: &Field| {
        let row = image.descs.get(field.desc as usize);
        let name = names.text(field.name);
        LinkedField {
            is_hidden: field.flags & FIELD_HIDDEN != 0 || name.starts_with("__"),
            name,
            desc: row.map(|_| field.desc),
            slot: field.slot,
            num_offset: field.num_offset,
            ref_offset: field.ref_offset,
            is_optional: field.flags & FIELD_OPTIONAL != 0,
            plain: Plain::of(row.map(|row| row.tag), field.slot),
        }
    };
    image.fields.iter().map(link).collect()
}

fn member_key(class: usize, member: u32) -> u64 {
    (class as u64) << 32 | u64::from(member)
}

/// The members of all classes; getters and setters of one name share an entry.
fn link_members(image: &Image) -> Members {
    let mut members = Members::new();
    for (class, row) in image.classes.iter().enumerate() {
        let mut add = |member, entry| {
            if member != NONE {
                members.push((member_key(class, member), entry));
            }
        };
        for f in &image.fields[row.fields.indices()] {
            let (slot, flags, num_offset, ref_offset) =
                (f.slot, f.flags, f.num_offset, f.ref_offset);
            add(
                f.member,
                MemberEntry::Field {
                    slot,
                    num_offset,
                    ref_offset,
                    flags,
                },
            );
        }
        for m in &image.methods[row.methods.indices()] {
            let entry = match m.kind {
                METHOD_GETTER => MemberEntry::Accessor {
                    getter: m.function,
                    setter: NONE,
                },
                METHOD_SETTER => MemberEntry::Accessor {
                    getter: NONE,
                    setter: m.function,
                },
                _ => MemberEntry::Method(m.function),
            };
            add(m.member, entry);
        }
    }
    members.sort_by_key(|m| m.0);
    members.dedup_by(|later, kept| {
        later.0 == kept.0 && {
            merge_accessors(&mut kept.1, later.1);
            true
        }
    });
    members
}

/// Makes one entry of a getter and a setter; of other members of one name the first declared counts.
fn merge_accessors(kept: &mut MemberEntry, later: MemberEntry) {
    if let MemberEntry::Accessor { getter, setter } = kept
        && let MemberEntry::Accessor {
            getter: later_getter,
            setter: later_setter,
        } = later
    {
        *getter = (*getter).min(later_getter);
        *setter = (*setter).min(later_setter);
    }
}

fn link_cells(image: &Image, members: &Members) -> Vec<u32> {
    let width = image.members.len();
    let count = image.classes.len() * width;
    let max = (members.len() * CELLS_PER_MEMBER_MAX).clamp(MEMBER_CELLS_MIN, MEMBER_CELLS_MAX);
    if count > max {
        return Vec::new();
    }
    let mut cells = vec![0; count];
    for (at, (key, _)) in (1..).zip(members) {
        cells[(key >> 32) as usize * width + *key as u32 as usize] = at;
    }
    cells
}

fn link_tables(image: &Image) -> Vec<u16> {
    let classes = (0..).zip(&image.classes);
    let tables = classes.filter(|(_, class)| matches!(class.kind, CLASS_MAP | CLASS_SET));
    tables.map(|(id, _)| id).collect()
}

fn link_shapes(image: &Image, names: &mut Names<'_>) -> Vec<(u64, u16)> {
    let mut shapes = Vec::new();
    for (class, row) in image
        .classes
        .iter()
        .enumerate()
        .filter(|(_, c)| c.kind == CLASS_SHAPE)
    {
        let fields = &image.fields[row.fields.indices()];
        let hash = names.hash(fields.iter().map(|f| f.name));
        shapes.push((hash, class as u16));
    }
    shapes.sort_unstable();
    shapes
}
