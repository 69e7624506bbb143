//! Assembles a program image: interned constants, classes with their layouts, functions, imports and exports.
//!
//! Classes may be declared in any order, bases first; `finish` puts them in preorder and rewrites their ids, so
//! an id that this builder gave is only good for talking to it. All other ids are final.

use super::layout::{self, Layout};
use super::renumber::Renumbering;
use super::{AssembleError, Body, at_most};
use crate::image::*;
use crate::limits;
use crate::slot::Slot;
use std::collections::BTreeMap;

/// A field that a class adds to its base's.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Its name, in `strings`.
    pub name: u32,
    /// Its member id, if it can be looked up by name.
    pub member: Option<u32>,
    /// What it holds.
    pub slot: Slot,
    /// `FIELD_…` bits.
    pub flags: u16,
    /// Its written type.
    pub desc: Option<u32>,
}

/// A method that a class adds or overrides.
#[derive(Clone, Copy, Debug)]
pub struct MethodSpec {
    /// Its name, in `strings`.
    pub name: u32,
    /// Its member id, if it can be looked up by name.
    pub member: Option<u32>,
    /// The function.
    pub function: u32,
    /// A `METHOD_…` kind.
    pub kind: u32,
    /// Its type, if other contexts may call it.
    pub desc: Option<u32>,
}

/// What a function is, beside its body.
#[derive(Clone, Debug)]
pub struct FunctionSpec<'a> {
    /// Its name.
    pub name: &'a str,
    /// Exact types of the parameters.
    pub params: &'a [Slot],
    /// Exact result type.
    pub ret: Slot,
    /// Kinds of the numeric locals, parameters' halves first.
    pub num_locals: &'a [Slot],
    /// Types of the reference locals, parameters' halves first.
    pub ref_locals: &'a [Slot],
    /// The class whose instance is the first parameter.
    pub receiver: Option<u16>,
    /// `FUNCTION_…` bits.
    pub flags: u16,
}

/// A host function that the program needs.
#[derive(Clone, Debug)]
pub struct ImportSpec<'a> {
    /// The capability.
    pub module: &'a str,
    /// The function's name.
    pub name: &'a str,
    /// Exact parameter types.
    pub params: &'a [Slot],
    /// Exact result type.
    pub ret: Slot,
    /// Its type, a `DESC_FUNCTION`.
    pub desc: u32,
    /// Line of the import; file in the upper 8 bits.
    pub line: u32,
}

/// A class as it is being built.
#[derive(Default)]
struct ClassDraft {
    name: u32,
    kind: u16,
    base: Option<u16>,
    layout: Layout,
    methods: Vec<MethodSpec>,
    function: Option<u32>,
}

/// Builds an image; see the module's header.
pub struct ImageBuilder {
    image: Image,
    strings: BTreeMap<Vec<u16>, u32>,
    numbers: BTreeMap<u64, u32>,
    sigs: BTreeMap<(Vec<Slot>, Slot), u32>,
    members: BTreeMap<u32, u32>,
    descs: BTreeMap<(u32, u32, Vec<u32>), u32>,
    classes: Vec<ClassDraft>,
    functions: Vec<Option<(Function, Vec<Slot>, Body)>>,
    import_slots: Vec<Vec<Slot>>,
}

impl Default for ImageBuilder {
    fn default() -> ImageBuilder {
        ImageBuilder::new()
    }
}

impl ImageBuilder {
    /// An empty image.
    pub fn new() -> ImageBuilder {
        ImageBuilder {
            image: Image::default(),
            strings: BTreeMap::new(),
            numbers: BTreeMap::new(),
            sigs: BTreeMap::new(),
            members: BTreeMap::new(),
            descs: BTreeMap::new(),
            classes: Vec::new(),
            functions: Vec::new(),
            import_slots: Vec::new(),
        }
    }

    /// The index of a string constant.
    pub fn string(&mut self, text: &str) -> u32 {
        self.string_units(&text.encode_utf16().collect::<Vec<_>>())
    }

    /// The index of a string constant given as UTF-16 units, which may be lone surrogates.
    pub fn string_units(&mut self, units: &[u16]) -> u32 {
        if let Some(&known) = self.strings.get(units) {
            return known;
        }
        let index = self.image.strings.len() as u32;
        self.image.strings.push(StringConst {
            start: self.image.string_units.len() as u32,
            count: units.len() as u32,
        });
        self.image.string_units.extend_from_slice(units);
        self.strings.insert(units.to_vec(), index);
        index
    }

    /// The index of a number constant.
    pub fn number(&mut self, value: f64) -> u32 {
        let value = if value.is_nan() {
            f64::from_bits(CANONICAL_NAN)
        } else {
            value
        };
        let numbers = &mut self.image.numbers;
        *self.numbers.entry(value.to_bits()).or_insert_with(|| {
            numbers.push(value);
            numbers.len() as u32 - 1
        })
    }

    /// The signature of exact types: their kinds.
    pub fn sig(&mut self, params: &[Slot], ret: Slot) -> u32 {
        let kinds: Vec<Slot> = params.iter().map(|s| s.kind()).collect();
        let ret = ret.kind();
        if let Some(&known) = self.sigs.get(&(kinds.clone(), ret)) {
            return known;
        }
        let index = self.image.sigs.len() as u32;
        self.image.sigs.push(Sig {
            params: append(&mut self.image.sig_params, &kinds),
            ret,
            reserved: 0,
        });
        self.sigs.insert((kinds, ret), index);
        index
    }

    /// The member id of a name.
    pub fn member(&mut self, name: &str) -> u32 {
        let name = self.string(name);
        let members = &mut self.image.members;
        *self.members.entry(name).or_insert_with(|| {
            members.push(name);
            members.len() as u32 - 1
        })
    }

    /// The index of a source file.
    pub fn file(&mut self, name: &str) -> u32 {
        let name = self.string(name);
        let files = &mut self.image.files;
        if let Some(known) = files.iter().position(|&f| f == name) {
            return known as u32;
        }
        files.push(name);
        files.len() as u32 - 1
    }

    /// The index of a type for reflection.
    pub fn desc(&mut self, tag: u32, arg: u32, children: &[u32]) -> u32 {
        let key = (tag, arg, children.to_vec());
        if let Some(&known) = self.descs.get(&key) {
            return known;
        }
        let index = self.image.descs.len() as u32;
        self.image.descs.push(Desc {
            tag,
            arg,
            children: append(&mut self.image.desc_children, children),
        });
        self.descs.insert(key, index);
        index
    }

    /// Declares a class; its base was declared before.
    pub fn declare_class(&mut self, name: &str, kind: u16, base: Option<u16>) -> u16 {
        let name = self.string(name);
        self.classes.push(ClassDraft {
            name,
            kind,
            base,
            ..ClassDraft::default()
        });
        (self.classes.len() - 1) as u16
    }

    /// Gives a class its own fields and lays it out; its base has its fields already.
    pub fn set_fields(&mut self, class: u16, own: &[FieldSpec]) {
        let base = self.classes[usize::from(class)]
            .base
            .map(|b| self.classes[usize::from(b)].layout.clone())
            .unwrap_or_default();
        let own: Vec<Field> = own
            .iter()
            .map(|f| layout::field(f.name, f.member, f.slot, f.flags, f.desc))
            .collect();
        self.classes[usize::from(class)].layout = base.extend(&own);
    }

    /// A class's fields, inherited ones first, with their offsets.
    pub fn fields(&self, class: u16) -> &[Field] {
        &self.classes[usize::from(class)].layout.fields
    }

    /// Gives a class the methods that it adds to or overrides of its base's.
    pub fn set_methods(&mut self, class: u16, own: Vec<MethodSpec>) {
        self.classes[usize::from(class)].methods = own;
    }

    /// Gives a closure class its function.
    pub fn set_closure(&mut self, class: u16, function: u32) {
        self.classes[usize::from(class)].function = Some(function);
    }

    /// Reserves a function's id.
    pub fn declare_function(&mut self) -> u32 {
        self.functions.push(None);
        self.functions.len() as u32 - 1
    }

    /// Defines a declared function.
    pub fn define_function(&mut self, id: u32, spec: &FunctionSpec<'_>, body: Body) {
        let name = self.string(spec.name);
        let sig = self.sig(spec.params, spec.ret);
        let slots = [spec.params, spec.num_locals, spec.ref_locals].concat();
        let row = Function {
            name,
            sig,
            params: Range {
                start: 0,
                count: spec.params.len() as u32,
            },
            locals: Range {
                start: spec.params.len() as u32,
                count: (spec.num_locals.len() + spec.ref_locals.len()) as u32,
            },
            code: Range::default(),
            handlers: Range::default(),
            lines: Range::default(),
            num_locals: spec.num_locals.len() as u16,
            ref_locals: spec.ref_locals.len() as u16,
            num_temps: body.num_temps,
            ref_temps: body.ref_temps,
            receiver: spec.receiver.map_or(NONE, u32::from),
            ret: spec.ret,
            flags: spec.flags,
        };
        self.functions[id as usize] = Some((row, slots, body));
    }

    /// Adds an import.
    pub fn import(&mut self, spec: &ImportSpec<'_>) -> u32 {
        let import = Import {
            module: self.string(spec.module),
            name: self.string(spec.name),
            sig: self.sig(spec.params, spec.ret),
            desc: spec.desc,
            params: Range::default(),
            ret: spec.ret,
            reserved: 0,
            line: spec.line,
        };
        self.image.imports.push(import);
        self.import_slots.push(spec.params.to_vec());
        self.image.imports.len() as u32 - 1
    }

    /// Adds an export.
    pub fn export(&mut self, name: &str, kind: u32, index: u32, desc: u32) {
        let name = self.string(name);
        self.image.exports.push(Export {
            name,
            kind,
            index,
            desc,
        });
    }

    /// The image. Classes in `entry` are ids of this builder.
    pub fn finish(mut self, entry: Entry) -> Result<Image, AssembleError> {
        self.image.entry = entry;
        let renumbering =
            Renumbering::preorder(&self.classes.iter().map(|c| c.base).collect::<Vec<_>>());
        self.lay_out_functions()?;
        self.lay_out_classes(&renumbering);
        renumbering.apply(&mut self.image);
        self.check_sizes()?;
        Ok(self.image)
    }

    fn lay_out_functions(&mut self) -> Result<(), AssembleError> {
        let image = &mut self.image;
        for (id, function) in self.functions.drain(..).enumerate() {
            let function_id = id as u32;
            let (mut row, slots, body) = function.ok_or(AssembleError::Undefined {
                function: function_id,
            })?;
            let first = image.slots.len() as u32;
            row.params.start += first;
            row.locals.start += first;
            image.slots.extend(slots);
            row.code = append(&mut image.code, &body.code);
            row.handlers = append(&mut image.handlers, &body.handlers);
            row.lines = append(&mut image.lines, &body.lines);
            image.functions.push(row);
        }
        for (import, slots) in image.imports.iter_mut().zip(&self.import_slots) {
            import.params = append(&mut image.slots, slots);
        }
        Ok(())
    }

    fn lay_out_classes(&mut self, renumbering: &Renumbering) {
        let mut methods: Vec<Vec<Method>> = Vec::with_capacity(self.classes.len());
        for (id, &declared) in renumbering.order.iter().enumerate() {
            let draft = &self.classes[declared as usize];
            let base = draft.base.map(|b| renumbering.class(u32::from(b)));
            let inherited = base.map_or(&[][..], |b| &methods[b as usize]);
            let all = override_methods(inherited, &draft.methods);
            self.image.classes.push(Class {
                name: draft.name,
                base: base.unwrap_or(NONE),
                last_subclass: renumbering.last_subclass[id],
                fields: append(&mut self.image.fields, &draft.layout.fields),
                methods: append(&mut self.image.methods, &all),
                ref_spans: append(&mut self.image.ref_spans, &draft.layout.ref_spans()),
                function: draft.function.unwrap_or(NONE),
                words: draft.layout.words as u16,
                kind: draft.kind,
            });
            methods.push(all);
        }
    }

    fn check_sizes(&self) -> Result<(), AssembleError> {
        let image = &self.image;
        at_most("classes", image.classes.len(), limits::CLASSES_MAX)?;
        at_most("functions", image.functions.len(), limits::FUNCTIONS_MAX)?;
        at_most("string constants", image.strings.len(), limits::STRINGS_MAX)?;
        at_most("number constants", image.numbers.len(), limits::NUMBERS_MAX)?;
        at_most("signatures", image.sigs.len(), limits::SIGS_MAX)?;
        at_most("member names", image.members.len(), limits::MEMBERS_MAX)?;
        at_most("imports", image.imports.len(), limits::IMPORTS_MAX)?;
        at_most("files", image.files.len(), limits::FILES_MAX)?;
        for name in image.names() {
            let units = image.units(name).len();
            at_most("units of a name", units, limits::NAME_UNITS_MAX)?;
        }
        for class in &self.classes {
            at_most(
                "words in an object",
                class.layout.words,
                limits::OBJECT_WORDS_MAX,
            )?;
        }
        Ok(())
    }
}

/// Appends rows to a pool.
fn append<T: Clone>(pool: &mut Vec<T>, rows: &[T]) -> Range {
    let start = pool.len() as u32;
    pool.extend_from_slice(rows);
    Range {
        start,
        count: rows.len() as u32,
    }
}

/// The base's methods with a class's own in the places of those they override, and new ones behind.
fn override_methods(inherited: &[Method], own: &[MethodSpec]) -> Vec<Method> {
    let mut all = inherited.to_vec();
    for spec in own {
        let method = Method {
            name: spec.name,
            member: spec.member.unwrap_or(NONE),
            function: spec.function,
            kind: spec.kind,
            desc: spec.desc.unwrap_or(NONE),
        };
        match all
            .iter_mut()
            .find(|m| (m.name, m.kind) == (method.name, method.kind))
        {
            Some(overridden) => *overridden = method,
            None => all.push(method),
        }
    }
    all
}
