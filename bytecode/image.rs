//! A program image: the sections of a `.rbin`, each a table of fixed-size rows.
//!
//! Invariants: rows are plain data without padding; variable-length parts are ranges (`start`, `count`)
//! into pools; strings are referred to by index into `strings`. An `Image` may hold anything; only
//! `verify` makes it a `Program` that the runtime accepts (typestate: `VerifiedImage`).
//! Absent: the byte format (`codec`), the checks (`verify`), what the runtime derives from it (storages/programs).

use crate::isa::Inst;
use crate::slot::Slot;
use bytemuck::{Pod, Zeroable};

/// "None" in an optional index.
pub const NONE: u32 = u32::MAX;

/// The bits of the only NaN that programs hold.
pub const CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;

/// A range in a pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Range {
    /// First row.
    pub start: u32,
    /// How many.
    pub count: u32,
}

impl Range {
    /// As a range of positions.
    pub fn indices(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.count as usize
    }
}

macro_rules! row {
    ($(#[$doc:meta])* $name:ident $size:literal { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Debug, Default, Pod, Zeroable)]
        #[repr(C)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* }
        const _: () = assert!(size_of::<$name>() == $size);
    };
}

row!(
    /// A signature: what a call passes and gets, kinds only (`Slot`s below `STR`, or `ANY` for every reference).
    Sig 12 {
        /// In `sig_params`. Closure and method signatures include the receiver.
        params: Range,
        /// Result: a kind, or `VOID`.
        ret: Slot,
        /// 0.
        reserved: u16,
    }
);

row!(
    /// A function.
    Function 64 {
        /// Its name, in `strings`.
        name: u32,
        /// Its kinds, in `sigs`.
        sig: u32,
        /// In `slots`: exact types of the parameters.
        params: Range,
        /// In `slots`: exact types of the numeric locals, parameters' halves first, then of the reference locals.
        /// A mixed parameter is an `F64` local and an `ANY` local.
        locals: Range,
        /// In `code`.
        code: Range,
        /// In `handlers`, inner ones first.
        handlers: Range,
        /// In `lines`, by pc.
        lines: Range,
        /// Numeric locals, numeric parameters among them.
        num_locals: u16,
        /// Reference locals, reference parameters among them.
        ref_locals: u16,
        /// Numeric temps at most.
        num_temps: u16,
        /// Reference temps at most.
        ref_temps: u16,
        /// The class whose instance is the first parameter, or `NONE`.
        receiver: u32,
        /// The exact result type.
        ret: Slot,
        /// `FUNCTION_…` bits.
        flags: u16,
    }
);

/// The function is an async body: only `Spawn` runs it.
pub const FUNCTION_ASYNC: u16 = 1;

row!(
    /// A handler: an error thrown at a pc in `start..end` continues at `target` (a `Catch`). Relative to the function.
    Handler 12 {
        /// First pc covered.
        start: u32,
        /// One past the last.
        end: u32,
        /// Where it goes on.
        target: u32,
    }
);

row!(
    /// A class: nominal class, shape of an object literal, tuple, closure, captured cell, or the globals.
    ///
    /// Ids are in preorder: the classes below a class are exactly those up to `last_subclass`.
    /// An instance is one header word, then fields; a class's layout begins with its base's.
    Class 44 {
        /// Its name, in `strings`.
        name: u32,
        /// Its base, or `NONE`.
        base: u32,
        /// The last class of the subtree below it (itself if none).
        last_subclass: u32,
        /// In `fields`: all fields, inherited ones first, in declaration order.
        fields: Range,
        /// In `methods`: all methods, inherited ones included, overridden ones replaced.
        methods: Range,
        /// In `ref_spans`: where its references are.
        ref_spans: Range,
        /// For closures: the function. Otherwise `NONE`.
        function: u32,
        /// Size of an instance in words, header included.
        words: u16,
        /// A `CLASS_…` kind.
        kind: u16,
    }
);

/// A declared class.
pub const CLASS_NOMINAL: u16 = 0;
/// The shape of an object literal.
pub const CLASS_SHAPE: u16 = 1;
/// A tuple: fields `0`, `1`, ….
pub const CLASS_TUPLE: u16 = 2;
/// A closure: its fields are what it captures.
pub const CLASS_CLOSURE: u16 = 3;
/// A variable shared by closures, or other compiler-made object.
pub const CLASS_CELL: u16 = 4;
/// The globals of a context.
pub const CLASS_GLOBALS: u16 = 5;
/// `Error` and what extends it: fields `name`, `message`, `stack` are strings.
pub const CLASS_ERROR: u16 = 6;
/// The prelude's `Map`: see compiler/prelude/INTRINSICS.md for its fields.
pub const CLASS_MAP: u16 = 7;
/// The prelude's `Set`.
pub const CLASS_SET: u16 = 8;

row!(
    /// A span of reference fields in an object, in 4-byte units from its start.
    RefSpan 4 {
        /// First.
        start: u16,
        /// How many.
        count: u16,
    }
);

row!(
    /// A field.
    Field 20 {
        /// Its name, in `strings`.
        name: u32,
        /// Its member id, or `NONE` if it is never looked up by name.
        member: u32,
        /// What it holds.
        slot: Slot,
        /// Numeric half: offset in words from the object's start (0 if it has none).
        num_offset: u16,
        /// Reference half: offset in 4-byte units from the object's start (0 if it has none).
        ref_offset: u16,
        /// `FIELD_…` bits.
        flags: u16,
        /// Its written type, in `descs`.
        desc: u32,
    }
);

/// Left out when printed and marshalled (`#private`).
pub const FIELD_HIDDEN: u16 = 1;
/// May not be assigned.
pub const FIELD_READONLY: u16 = 2;
/// `x?`: left out when printed and marshalled while undefined.
pub const FIELD_OPTIONAL: u16 = 4;

row!(
    /// A method.
    Method 20 {
        /// Its name, in `strings`.
        name: u32,
        /// Its member id, or `NONE` if it is never looked up by name.
        member: u32,
        /// The function.
        function: u32,
        /// A `METHOD_…` kind.
        kind: u32,
        /// Its type without the receiver (a `DESC_FUNCTION`), in `descs`, if other contexts may call it; else `NONE`.
        desc: u32,
    }
);

/// An ordinary method.
pub const METHOD_PLAIN: u32 = 0;
/// A getter.
pub const METHOD_GETTER: u32 = 1;
/// A setter.
pub const METHOD_SETTER: u32 = 2;

row!(
    /// A type as reflection shows it, and as marshalling needs it.
    Desc 16 {
        /// A `DESC_…` tag.
        tag: u32,
        /// Class, or string constant of a literal, or name of a type parameter; else 0.
        arg: u32,
        /// In `desc_children`: element types, union members, fields' types, parameters then result.
        children: Range,
    }
);

#[allow(missing_docs)]
mod desc_tags {
    pub const DESC_UNKNOWN: u32 = 0;
    pub const DESC_VOID: u32 = 1;
    pub const DESC_UNDEFINED: u32 = 2;
    pub const DESC_NULL: u32 = 3;
    pub const DESC_BOOLEAN: u32 = 4;
    pub const DESC_NUMBER: u32 = 5;
    pub const DESC_INT: u32 = 6;
    pub const DESC_STRING: u32 = 7;
    /// `arg`: string constant.
    pub const DESC_STRING_LITERAL: u32 = 8;
    pub const DESC_ARRAY: u32 = 9;
    /// `arg`: the class to build.
    pub const DESC_TUPLE: u32 = 10;
    /// An object type: `arg` is the class to build (a shape), whose fields carry names and types.
    pub const DESC_OBJECT: u32 = 11;
    /// An instance of a declared class: `arg` is the class. Children: type arguments.
    pub const DESC_CLASS: u32 = 12;
    pub const DESC_UNION: u32 = 13;
    /// Parameters, then the result.
    pub const DESC_FUNCTION: u32 = 14;
    pub const DESC_PROMISE: u32 = 15;
    pub const DESC_MAP: u32 = 16;
    pub const DESC_SET: u32 = 17;
    pub const DESC_NEVER: u32 = 18;
    /// A type parameter: `arg` is its name.
    pub const DESC_PARAM: u32 = 19;
    /// A handle to something outside of the context: `arg` is the name of its kind.
    pub const DESC_HANDLE: u32 = 20;
    /// A typed array: `arg` is the number of its `Element`.
    pub const DESC_TYPED: u32 = 21;
}
pub use desc_tags::*;

row!(
    /// A host function that the program needs.
    Import 32 {
        /// The capability: `world` of `host:world`, or `raya:vm` and the like.
        module: u32,
        /// The function's name.
        name: u32,
        /// Kinds, in `sigs`.
        sig: u32,
        /// Its type (a `DESC_FUNCTION`), in `descs`.
        desc: u32,
        /// Exact parameter types, in `slots`.
        params: Range,
        /// Exact result type.
        ret: Slot,
        /// 0.
        reserved: u16,
        /// Line of the import in the source; file in the upper 8 bits.
        line: u32,
    }
);

row!(
    /// An export.
    Export 16 {
        /// Its name.
        name: u32,
        /// An `EXPORT_…` kind.
        kind: u32,
        /// Function, class, or index of the field in the globals' class.
        index: u32,
        /// Its type, in `descs`.
        desc: u32,
    }
);

/// A function.
pub const EXPORT_FUNCTION: u32 = 0;
/// A class.
pub const EXPORT_CLASS: u32 = 1;
/// A variable.
pub const EXPORT_GLOBAL: u32 = 2;

row!(
    /// A line of the source map: from this pc on, code comes from there.
    Line 12 {
        /// Relative to the function.
        pc: u32,
        /// Line, from 1; the file's index in `files` in the upper 8 bits.
        line: u32,
        /// Column, from 1.
        column: u32,
    }
);

row!(
    /// A string constant, in `string_units`.
    StringConst 8 {
        /// First UTF-16 unit.
        start: u32,
        /// How many.
        count: u32,
    }
);

row!(
    /// What the runtime must know of the program.
    Entry 32 {
        /// The function that initialises the modules (an async body, spawned once per context).
        init: u32,
        /// The class of the globals.
        globals: u32,
        /// `Error`, or `NONE` if the program has none.
        error: u32,
        /// `TypeError`.
        type_error: u32,
        /// `RangeError`.
        range_error: u32,
        /// `Map`, or `NONE`.
        map: u32,
        /// `Set`, or `NONE`.
        set: u32,
        /// 0.
        reserved: u32,
    }
);

impl Entry {
    /// Of a program without the classes that the runtime knows by itself.
    pub fn of(init: u32, globals: u32) -> Entry {
        Entry {
            init,
            globals,
            error: NONE,
            type_error: NONE,
            range_error: NONE,
            map: NONE,
            set: NONE,
            reserved: 0,
        }
    }
}

/// A program as tables. See the module's header.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Image {
    /// What the runtime must know.
    pub entry: Entry,
    /// String constants and names.
    pub strings: Vec<StringConst>,
    /// Their UTF-16 units.
    pub string_units: Vec<u16>,
    /// Number constants (NaN only in its one form).
    pub numbers: Vec<f64>,
    /// Signatures.
    pub sigs: Vec<Sig>,
    /// Their parameters.
    pub sig_params: Vec<Slot>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Types of parameters and locals.
    pub slots: Vec<Slot>,
    /// Instructions.
    pub code: Vec<Inst>,
    /// Handlers.
    pub handlers: Vec<Handler>,
    /// Source map.
    pub lines: Vec<Line>,
    /// Source files' names, in `strings`.
    pub files: Vec<u32>,
    /// Classes, in preorder.
    pub classes: Vec<Class>,
    /// Fields.
    pub fields: Vec<Field>,
    /// Methods.
    pub methods: Vec<Method>,
    /// Where references are in objects.
    pub ref_spans: Vec<RefSpan>,
    /// Names looked up at run time, in `strings`; the index is the member id.
    pub members: Vec<u32>,
    /// Types for reflection.
    pub descs: Vec<Desc>,
    /// Their children.
    pub desc_children: Vec<u32>,
    /// Capabilities needed.
    pub imports: Vec<Import>,
    /// Exports.
    pub exports: Vec<Export>,
}

impl Image {
    /// The UTF-16 units of a string; empty for an index out of range.
    pub fn units(&self, string: u32) -> &[u16] {
        self.strings
            .get(string as usize)
            .and_then(|s| {
                self.string_units.get(
                    Range {
                        start: s.start,
                        count: s.count,
                    }
                    .indices(),
                )
            })
            .unwrap_or(&[])
    }

    /// The strings that are names of something.
    pub fn names(&self) -> impl Iterator<Item = u32> + '_ {
        let imports = self.imports.iter().flat_map(|i| [i.module, i.name]);
        let members = self.members.iter().chain(&self.files).copied();
        (self.functions.iter().map(|f| f.name))
            .chain(self.classes.iter().map(|c| c.name))
            .chain(self.fields.iter().map(|f| f.name))
            .chain(self.methods.iter().map(|m| m.name))
            .chain(self.exports.iter().map(|e| e.name))
            .chain(imports)
            .chain(members)
    }

    /// The type that the answer to an import has, in `descs`: for a promise, what it resolves to.
    pub fn answer_desc(&self, import: u32) -> Option<u32> {
        let parts = |desc: u32| &self.desc_children[self.descs[desc as usize].children.indices()];
        let result = *parts(self.imports[import as usize].desc).last()?;
        if self.descs[result as usize].tag == DESC_PROMISE {
            return parts(result).first().copied();
        }
        Some(result)
    }

    /// Whether a string is a text.
    pub fn is_text(&self, string: u32, text: &str) -> bool {
        text.encode_utf16().eq(self.units(string).iter().copied())
    }

    /// A string as text, with lone surrogates replaced.
    pub fn text(&self, string: u32) -> String {
        String::from_utf16_lossy(self.units(string))
    }
}
