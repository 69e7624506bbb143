//! What a value will be in a heap: found by type, before anything is written.
//!
//! Invariant: a plan fits the slots of the classes that it names, whatever their reflected types say, so writing it leaves
//! the heap sound. Members of a union are tried in order, within a budget of steps.

use super::{CHECK_STEPS_MAX, CopyError, MarshalError, Problem, VALUE_BYTES_MAX, name_of};
use raya_bytecode::describe::describe;
use raya_bytecode::image::*;
use raya_bytecode::slot::Slot;
use raya_storages::handles::{Foreign, HANDLES_MAX, REVOKED, RIGHT_PASS, Room};
use raya_storages::heaps::Heap;
use raya_storages::layout::array_kinds;
use raya_storages::programs::Program;
use raya_storages::typed::TypedArray;
use raya_storages::values::{ObjectRef, VALUE_DEPTH_MAX, Value};
use std::collections::BTreeSet;

/// What a value will be.
pub enum Plan<'v> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(&'v str),
    Typed(&'v TypedArray),
    /// A `number[]`: numbers all of them.
    Numbers(&'v [Value]),
    Array {
        slot: Slot,
        items: Vec<Plan<'v>>,
    },
    /// An instance: what each field holds.
    Object {
        class: u16,
        fields: Vec<Plan<'v>>,
    },
    /// Something that lies elsewhere.
    Away(&'v ObjectRef),
    /// An object of this very heap that was named elsewhere.
    Home(u32),
    /// A `Map` or, without values, a `Set`.
    Table {
        class: u16,
        keys: Vec<Plan<'v>>,
        values: Vec<Plan<'v>>,
    },
}

/// Plans a value of a type (an index into `descs`) or of none. `new_handles` counts on over several values.
pub fn plan<'v>(
    program: &Program,
    heap: Option<&Heap>,
    value: &'v Value,
    desc: Option<u32>,
    new_handles: &mut u32,
) -> Result<Plan<'v>, CopyError> {
    let mut planner = Planner {
        program,
        heap,
        steps_left: CHECK_STEPS_MAX,
        depth: 0,
        new_handles: *new_handles,
    };
    let planned = planner.value(value, desc, Slot::MIXED);
    *new_handles = planner.new_handles;
    planned.map_err(|error| match error.problem {
        Problem::HandlesUncollected => CopyError::NeedsCollection(0),
        _ => CopyError::Refused(*error),
    })
}

struct Planner<'a> {
    program: &'a Program,
    /// Where the value goes; none if it is only checked.
    heap: Option<&'a Heap>,
    steps_left: u32,
    depth: u32,
    /// Handles that the heap does not have yet, those of values planned before among them.
    new_handles: u32,
}

type Planned<'v> = Result<Plan<'v>, Box<MarshalError>>;

impl Planner<'_> {
    /// Plans a value that will stand in a slot.
    fn value<'v>(&mut self, value: &'v Value, desc: Option<u32>, slot: Slot) -> Planned<'v> {
        let left = self.steps_left.checked_sub(1);
        self.steps_left = left.ok_or(Problem::TooComplex(CHECK_STEPS_MAX))?;
        if self.depth >= VALUE_DEPTH_MAX {
            return Err(Problem::TooDeep(VALUE_DEPTH_MAX).into());
        }
        if let Some(scalar) = desc.and_then(|desc| self.scalar(value, desc, slot)) {
            return Ok(scalar);
        }
        self.depth += 1;
        let planned = match desc {
            Some(desc) => self.typed(value, desc, slot),
            None => self.untyped(value, slot),
        };
        self.depth -= 1;
        let planned = planned?;
        if !self.fits(&planned, slot) {
            return Err(self.mismatch(value, desc));
        }
        Ok(planned)
    }

    /// What most parts of values are: a number or text of just the type of its slot.
    #[inline]
    fn scalar<'v>(&self, value: &'v Value, desc: u32, slot: Slot) -> Option<Plan<'v>> {
        match (value, self.program.image.descs[desc as usize].tag) {
            (Value::Number(number), DESC_NUMBER) if slot == Slot::F64 => {
                Some(Plan::Number(*number))
            }
            (Value::String(text), DESC_STRING) if slot == Slot::STR => Some(Plan::Text(text)),
            _ => None,
        }
    }

    #[cold]
    fn mismatch(&self, value: &Value, desc: Option<u32>) -> Box<MarshalError> {
        let expected = desc.map_or("another type".into(), |d| describe(&self.program.image, d));
        Problem::WrongType {
            expected,
            found: name_of(value),
        }
        .into()
    }

    /// Whether a slot can hold it.
    fn fits(&self, plan: &Plan, slot: Slot) -> bool {
        if slot == Slot::MIXED {
            return true;
        }
        match plan {
            Plan::Undefined | Plan::Null => slot.has_ref(),
            Plan::Bool(_) => slot == Slot::BOOL,
            Plan::Number(number) => {
                slot == Slot::F64 || (slot == Slot::I32 && f64::from(*number as i32) == *number)
            }
            Plan::Text(_) => matches!(slot, Slot::STR | Slot::ANY),
            Plan::Typed(array) => {
                slot == array.element().slot() || matches!(slot, Slot::TYPED | Slot::ANY)
            }
            Plan::Away(_) => matches!(slot, Slot::HANDLE | Slot::ANY),
            Plan::Home(object) => {
                let class = self.class_of(*object);
                let is_closure = self.program.classes[usize::from(class)].kind == CLASS_CLOSURE;
                let is_below = |of| self.program.is_subclass(class, of);
                matches!(slot, Slot::OBJECT | Slot::ANY)
                    || slot == Slot::FUNC && is_closure
                    || slot.as_class().is_some_and(is_below)
            }
            Plan::Numbers(_) => matches!(slot, Slot::ARR_F64 | Slot::ARR | Slot::ANY),
            Plan::Array { slot: kind, .. } => {
                slot == *kind || matches!(slot, Slot::ARR | Slot::ANY)
            }
            Plan::Object { class, .. } | Plan::Table { class, .. } => {
                let is_below = |of| self.program.is_subclass(*class, of);
                matches!(slot, Slot::OBJECT | Slot::ANY) || slot.as_class().is_some_and(is_below)
            }
        }
    }

    fn typed<'v>(&mut self, value: &'v Value, desc: u32, slot: Slot) -> Planned<'v> {
        let program = self.program;
        let row = program.image.descs[desc as usize];
        let children = &program.image.desc_children[row.children.indices()];
        let child = |index: usize| children.get(index).copied();
        match (row.tag, value) {
            (DESC_UNKNOWN | DESC_PARAM, _) => self.untyped(value, slot),
            (DESC_VOID | DESC_UNDEFINED, Value::Undefined) => Ok(Plan::Undefined),
            (DESC_NULL, Value::Null) => Ok(Plan::Null),
            (DESC_BOOLEAN, Value::Bool(value)) => Ok(Plan::Bool(*value)),
            (DESC_NUMBER, Value::Number(value)) => Ok(Plan::Number(*value)),
            (DESC_INT, Value::Number(value)) if f64::from(*value as i32) == *value => {
                Ok(Plan::Number(*value))
            }
            (DESC_STRING, Value::String(text)) => Ok(Plan::Text(text)),
            (DESC_STRING_LITERAL, Value::String(text))
                if text
                    .encode_utf16()
                    .eq(program.image.units(row.arg).iter().copied()) =>
            {
                Ok(Plan::Text(text))
            }
            (DESC_ARRAY, Value::Array(items)) => {
                let kind = if array_kinds(slot).is_some() {
                    slot
                } else {
                    array_slot(program, child(0))
                };
                self.array(items, child(0), kind)
            }
            (DESC_TYPED, Value::Typed(array)) if array.element() as u32 == row.arg => {
                bounded(array)
            }
            (DESC_TUPLE, Value::Array(items)) => self.tuple(value, items, desc),
            (DESC_OBJECT, Value::Object(properties)) => {
                self.object(value, properties, Some(desc), row.arg as u16)
            }
            (DESC_UNION, _) => self.union(value, desc, children, slot),
            (DESC_HANDLE | DESC_CLASS | DESC_FUNCTION, Value::Handle(object)) => {
                let planned = self.handle(object, row.tag == DESC_HANDLE)?;
                if self.is_of(&planned, &row) {
                    Ok(planned)
                } else {
                    Err(self.mismatch(value, Some(desc)))
                }
            }
            (DESC_MAP, Value::Map(pairs)) => self.map(value, pairs, [child(0), child(1)], slot),
            (DESC_SET, Value::Set(items)) => self.set(value, items, child(0), slot),
            _ => Err(self.mismatch(value, Some(desc))),
        }
    }

    fn untyped<'v>(&mut self, value: &'v Value, slot: Slot) -> Planned<'v> {
        match value {
            Value::Undefined => Ok(Plan::Undefined),
            Value::Null => Ok(Plan::Null),
            Value::Bool(value) => Ok(Plan::Bool(*value)),
            Value::Number(value) => Ok(Plan::Number(*value)),
            Value::String(text) => Ok(Plan::Text(text)),
            Value::Typed(array) => bounded(array),
            Value::Array(items) => {
                let kind = if array_kinds(slot).is_some() {
                    slot
                } else {
                    Slot::ARR_MIXED
                };
                self.array(items, None, kind)
            }
            Value::Object(properties) => self.shaped(value, properties),
            Value::Handle(object) => self.handle(object, false),
            Value::Map(pairs) => self.map(value, pairs, [None, None], slot),
            Value::Set(items) => self.set(value, items, None, slot),
        }
    }

    /// A handle, or the object itself where it comes home and no handle is wanted.
    fn handle<'v>(&mut self, object: &'v ObjectRef, wants_handle: bool) -> Planned<'v> {
        let foreign = self.heap.and_then(|heap| heap.foreign.as_deref());
        let is_home = |f: &&Foreign| f.context == object.owner && object.owner != 0;
        let home = foreign.filter(is_home);
        if let Some(home) = home.filter(|_| !wants_handle) {
            let reference = home.pinned(object.object);
            let gone = || Problem::Revoked(object.kind.to_string());
            return Ok(Plan::Home(reference.ok_or_else(gone)?));
        }
        if object.rights == REVOKED {
            return Err(Problem::Revoked(object.kind.to_string()).into());
        }
        if home.is_none() && object.is_passed_on && object.rights & RIGHT_PASS == 0 {
            return Err(Problem::NotToPassOn(object.kind.to_string()).into());
        }
        if foreign.is_some_and(|f| f.find(object).is_some()) {
            return Ok(Plan::Away(object));
        }
        self.new_handles += 1;
        match foreign.map_or(Foreign::default_room(self.new_handles), |f| {
            f.room(self.new_handles)
        }) {
            Room::Enough => Ok(Plan::Away(object)),
            Room::Collect => Err(Problem::HandlesUncollected.into()),
            Room::Full => {
                let max = foreign.map_or(HANDLES_MAX, |f| f.handles_max);
                Err(Problem::TooManyHandles(max).into())
            }
        }
    }

    /// Whether a handle is of a type.
    fn is_of(&self, planned: &Plan, desc: &Desc) -> bool {
        match (planned, desc.tag) {
            (Plan::Away(object), DESC_HANDLE) => *object.kind == *self.program.image.text(desc.arg),
            (Plan::Home(object), DESC_CLASS) => {
                let class = self.class_of(*object);
                self.program.is_subclass(class, desc.arg as u16)
            }
            (Plan::Home(object), DESC_FUNCTION) => {
                self.program.classes[usize::from(self.class_of(*object))].kind == CLASS_CLOSURE
            }
            _ => false,
        }
    }

    fn class_of(&self, object: u32) -> u16 {
        self.heap.expect("it is home").class(object)
    }

    /// The first member of a union that takes it. Being too large or complex is an answer, not a reason to go on.
    fn union<'v>(
        &mut self,
        value: &'v Value,
        desc: u32,
        members: &[u32],
        slot: Slot,
    ) -> Planned<'v> {
        for member in members {
            match self.value(value, Some(*member), slot) {
                Err(error) if error.is_mismatch() => {}
                decided => return decided,
            }
        }
        Err(self.mismatch(value, Some(desc)))
    }

    fn items<'v>(
        &mut self,
        items: &'v [Value],
        desc: Option<u32>,
        array: Slot,
    ) -> Result<Vec<Plan<'v>>, Box<MarshalError>> {
        let slot = element_slot(array);
        let mut planned = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let item = self.value(item, desc, slot);
            planned.push(item.map_err(|e| e.within(format_args!("[{index}]")))?);
        }
        Ok(planned)
    }

    fn array<'v>(&mut self, items: &'v [Value], desc: Option<u32>, slot: Slot) -> Planned<'v> {
        if slot == Slot::ARR_F64 && self.are_numbers(items, desc) {
            return Ok(Plan::Numbers(items));
        }
        Ok(Plan::Array {
            slot,
            items: self.items(items, desc, slot)?,
        })
    }

    /// Whether all are numbers, as their type asks for: then they take the same steps, but are looked at once.
    fn are_numbers(&mut self, items: &[Value], desc: Option<u32>) -> bool {
        let tag = desc.map(|desc| self.program.image.descs[desc as usize].tag);
        let are = matches!(tag, None | Some(DESC_NUMBER))
            && items.len() <= self.steps_left as usize
            && self.depth < VALUE_DEPTH_MAX
            && items.iter().all(|item| matches!(item, Value::Number(_)));
        if are {
            self.steps_left -= items.len() as u32;
        }
        are
    }

    fn tuple<'v>(&mut self, value: &Value, items: &'v [Value], desc: u32) -> Planned<'v> {
        let program = self.program;
        let Desc {
            arg: class,
            children,
            ..
        } = program.image.descs[desc as usize];
        let types = &program.image.desc_children[children.indices()];
        let is_tuple = |c: &raya_storages::programs::LinkedClass| c.kind == CLASS_TUPLE;
        let row = program.classes.get(class as usize).filter(|c| is_tuple(c));
        let row = row.ok_or_else(|| self.mismatch(value, Some(desc)))?;
        let fields = &program.image.fields[row.fields.indices()];
        if items.len() > fields.len() {
            return Err(self.mismatch(value, Some(desc)));
        }
        let mut planned = Vec::with_capacity(fields.len());
        for (index, field) in fields.iter().enumerate() {
            let item = items.get(index).unwrap_or(&Value::Undefined);
            // Tuples of one layout share a class: only the type at hand says what the parts are.
            let part = types.get(index).copied().unwrap_or(field.desc);
            let item = self.field(
                item,
                &Field {
                    desc: part,
                    ..*field
                },
            );
            planned.push(item.map_err(|e| e.within(format_args!("[{index}]")))?);
        }
        Ok(Plan::Object {
            class: class as u16,
            fields: planned,
        })
    }

    fn field<'v>(&mut self, value: &'v Value, field: &Field) -> Planned<'v> {
        let is_left_out = field.flags & FIELD_OPTIONAL != 0 && *value == Value::Undefined;
        if is_left_out && field.slot.has_ref() {
            return Ok(Plan::Undefined);
        }
        let is_typed = (field.desc as usize) < self.program.image.descs.len();
        self.value(value, is_typed.then_some(field.desc), field.slot)
    }

    /// An instance of a shape. What it has no field for is left out.
    fn object<'v>(
        &mut self,
        value: &Value,
        properties: &'v [(String, Value)],
        desc: Option<u32>,
        class: u16,
    ) -> Planned<'v> {
        let program = self.program;
        let row = program
            .classes
            .get(usize::from(class))
            .filter(|c| c.kind == CLASS_SHAPE);
        let row = row.ok_or_else(|| self.mismatch(value, desc))?;
        let mut fields = Vec::with_capacity(row.fields.count as usize);
        for (at, (field, name)) in program.named_fields(row).enumerate() {
            // Objects mostly come in the order of their type.
            let expected = properties.get(at).filter(|(key, _)| key == name);
            let found = expected.or_else(|| properties.iter().find(|(key, _)| key == name));
            let value = found.map_or(&Value::Undefined, |(_, value)| value);
            let planned = self.field(value, field);
            fields.push(planned.map_err(|e| e.within(format_args!(".{name}")))?);
        }
        Ok(Plan::Object { class, fields })
    }

    /// An object of no declared type: the first shape with its names that takes it.
    fn shaped<'v>(&mut self, value: &Value, properties: &'v [(String, Value)]) -> Planned<'v> {
        let program = self.program;
        let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
        for class in program.shapes_named(&names) {
            match self.object(value, properties, None, class) {
                Err(error) if error.is_mismatch() => {}
                decided => return decided,
            }
        }
        Err(Problem::NoShape(names.into_iter().map(String::from).collect()).into())
    }

    fn map<'v>(
        &mut self,
        value: &Value,
        pairs: &'v [(Value, Value)],
        descs: [Option<u32>; 2],
        slot: Slot,
    ) -> Planned<'v> {
        let program = self.program;
        let class = table_class(program, CLASS_MAP, descs, slot);
        let class = class.ok_or_else(|| self.mismatch(value, None))?;
        let [keys_slot, values_slot] =
            [TABLE_KEYS, TABLE_VALUES].map(|at| column(program, class, at));
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (key, value) in pairs {
            keys.push(self.value(key, descs[0], element_slot(keys_slot))?);
            values.push(self.value(value, descs[1], element_slot(values_slot))?);
        }
        Ok(Plan::Table {
            class,
            keys,
            values,
        })
    }

    fn set<'v>(
        &mut self,
        value: &Value,
        items: &'v [Value],
        desc: Option<u32>,
        slot: Slot,
    ) -> Planned<'v> {
        let class = table_class(self.program, CLASS_SET, [desc, None], slot);
        let class = class.ok_or_else(|| self.mismatch(value, None))?;
        let keys = self.items(items, desc, column(self.program, class, TABLE_KEYS))?;
        Ok(Plan::Table {
            class,
            keys,
            values: Vec::new(),
        })
    }
}

/// A typed array is one step to plan, however long: its bytes have a limit of their own.
fn bounded(array: &TypedArray) -> Planned<'_> {
    if array.bytes().len() > VALUE_BYTES_MAX {
        return Err(Problem::TooLarge(VALUE_BYTES_MAX).into());
    }
    Ok(Plan::Typed(array))
}

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
fn table_class(program: &Program, kind: u16, descs: [Option<u32>; 2], slot: Slot) -> Option<u16> {
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
fn element_slot(array: Slot) -> Slot {
    match array {
        Slot::ARR_F64 => Slot::F64,
        Slot::ARR_I32 => Slot::I32,
        Slot::ARR_BOOL => Slot::BOOL,
        Slot::ARR_REF => Slot::ANY,
        _ => Slot::MIXED,
    }
}

/// The array that holds elements of a type, as the compiler chooses it.
fn array_slot(program: &Program, element: Option<u32>) -> Slot {
    let mut kinds = BTreeSet::new();
    // Unions in unions may be circular in a hostile program.
    let mut members_left = 1000;
    let mut rest = vec![element];
    while let Some(desc) = rest.pop() {
        let row = desc.map(|desc| program.image.descs[desc as usize]);
        let tag = row.map_or(DESC_UNKNOWN, |row| row.tag);
        members_left -= 1;
        kinds.insert(match (tag, row) {
            (DESC_NUMBER, _) => Slot::ARR_F64,
            (DESC_INT, _) => Slot::ARR_I32,
            (DESC_BOOLEAN, _) => Slot::ARR_BOOL,
            (DESC_UNION, Some(row)) if members_left > row.children.count => {
                let members = &program.image.desc_children[row.children.indices()];
                rest.extend(members.iter().map(|member| Some(*member)));
                continue;
            }
            (DESC_UNKNOWN | DESC_PARAM | DESC_UNION, _) => Slot::ARR_MIXED,
            _ => Slot::ARR_REF,
        });
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
