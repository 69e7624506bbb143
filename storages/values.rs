//! A value outside any heap: what host functions, requests and results carry.
//!
//! Deep and owned; no value refers to a context. Objects keep the order of their properties.
//! Absent: how values get in and out of heaps (`systems/marshal`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::handles::are_rights;
use crate::typed::TypedArray;
use std::sync::Arc;

/// The kind of every object of a context.
pub const REMOTE: &str = "Remote";

/// Names an object that stays where it is. Nobody can make one for an object of a context but that context.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObjectRef {
    /// The context that it lies in, as bits; 0 for the host's.
    pub owner: u64,
    /// What it is: the host's name for it, or `Remote` for an object of a context.
    pub kind: Arc<str>,
    /// The host's number, or the owner's pin, as bits.
    pub object: u64,
    /// `RIGHT_…` bits, or `REVOKED`.
    pub rights: u8,
    /// Another context than the owner gave it away.
    pub is_passed_on: bool,
}

/// A value outside any heap.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Value {
    /// `undefined`
    #[default]
    Undefined,
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string; lone surrogates were replaced on the way out.
    String(String),
    /// An array or tuple.
    Array(Vec<Value>),
    /// A plain object.
    Object(Vec<(String, Value)>),
    /// A `Map`, in insertion order.
    Map(Vec<(Value, Value)>),
    /// A `Set`, in insertion order.
    Set(Vec<Value>),
    /// An object that stays where it is.
    Handle(Box<ObjectRef>),
    /// A typed array.
    Typed(Box<TypedArray>),
}

/// How deep values nest at most.
pub const VALUE_DEPTH_MAX: u32 = 100;

impl Value {
    /// Calls `look` with every object that it names.
    pub fn objects(&self, look: &mut impl FnMut(&ObjectRef)) {
        match self {
            Value::Handle(object) => look(object),
            Value::Array(items) | Value::Set(items) => items.iter().for_each(|v| v.objects(look)),
            Value::Object(fields) => fields.iter().for_each(|(_, v)| v.objects(look)),
            Value::Map(pairs) => pairs.iter().for_each(|(k, v)| {
                k.objects(look);
                v.objects(look);
            }),
            _ => {}
        }
    }

    /// Calls `change` with every object that it names.
    pub fn objects_mut(&mut self, change: &mut impl FnMut(&mut ObjectRef)) {
        match self {
            Value::Handle(object) => change(object),
            Value::Array(items) | Value::Set(items) => {
                items.iter_mut().for_each(|v| v.objects_mut(change));
            }
            Value::Object(fields) => fields.iter_mut().for_each(|(_, v)| v.objects_mut(change)),
            Value::Map(pairs) => pairs.iter_mut().for_each(|(k, v)| {
                k.objects_mut(change);
                v.objects_mut(change);
            }),
            _ => {}
        }
    }

    /// About what it takes in memory, in bytes: what quotas and outboxes count.
    pub fn bytes(&self) -> usize {
        let inner = match self {
            Value::String(text) => text.len(),
            Value::Array(items) | Value::Set(items) => items.iter().map(Value::bytes).sum(),
            Value::Object(fields) => fields.iter().map(|(k, v)| 24 + k.len() + v.bytes()).sum(),
            Value::Map(pairs) => pairs.iter().map(|(k, v)| k.bytes() + v.bytes()).sum(),
            Value::Typed(array) => array.bytes().len(),
            _ => 0,
        };
        size_of::<Value>() + inner
    }

    fn load_within(from: &mut Reader, depth: u32) -> Result<Value, LoadError> {
        ensure(depth > 0, "values nest so deep at most")?;
        let next = |from: &mut Reader| Value::load_within(from, depth - 1);
        fn many<T>(
            from: &mut Reader,
            bytes_min: usize,
            mut one: impl FnMut(&mut Reader) -> Result<T, LoadError>,
        ) -> Result<Vec<T>, LoadError> {
            (0..from.count(bytes_min)?).map(|_| one(from)).collect()
        }
        Ok(match from.pod::<u8>()? {
            0 => Value::Undefined,
            1 => Value::Null,
            2 => Value::Bool(bool::load(from)?),
            3 => Value::Number(from.pod()?),
            4 => Value::String(String::load(from)?),
            5 => Value::Array(many(from, 1, next)?),
            6 => Value::Object(many(from, 5, |from| {
                Ok((String::load(from)?, next(from)?))
            })?),
            7 => Value::Map(many(from, 2, |from| Ok((next(from)?, next(from)?)))?),
            8 => Value::Set(many(from, 1, next)?),
            9 => Value::Handle(Box::load(from)?),
            10 => Value::Typed(Box::load(from)?),
            _ => return Err(LoadError::Invalid("a value's kind is known")),
        })
    }
}

impl Persist for ObjectRef {
    const BYTES_MIN: usize = 22;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.owner);
        self.kind.dump(to);
        to.pod(self.object);
        to.pod(self.rights);
        self.is_passed_on.dump(to);
    }

    fn load(from: &mut Reader) -> Result<ObjectRef, LoadError> {
        let object = ObjectRef {
            owner: from.pod()?,
            kind: Arc::load(from)?,
            object: from.pod()?,
            rights: from.pod()?,
            is_passed_on: bool::load(from)?,
        };
        ensure(are_rights(object.rights), "rights are known")?;
        Ok(object)
    }
}

impl Persist for Value {
    const BYTES_MIN: usize = 1;

    fn dump(&self, to: &mut Writer) {
        match self {
            Value::Undefined => to.pod(0u8),
            Value::Null => to.pod(1u8),
            Value::Bool(value) => {
                to.pod(2u8);
                value.dump(to);
            }
            Value::Number(value) => {
                to.pod(3u8);
                to.pod(*value);
            }
            Value::String(text) => {
                to.pod(4u8);
                text.dump(to);
            }
            Value::Array(items) => {
                to.pod(5u8);
                items.dump(to);
            }
            Value::Object(fields) => {
                to.pod(6u8);
                to.count(fields.len());
                for (name, value) in fields {
                    name.dump(to);
                    value.dump(to);
                }
            }
            Value::Map(pairs) => {
                to.pod(7u8);
                to.count(pairs.len());
                for (key, value) in pairs {
                    key.dump(to);
                    value.dump(to);
                }
            }
            Value::Set(items) => {
                to.pod(8u8);
                items.dump(to);
            }
            Value::Handle(object) => {
                to.pod(9u8);
                object.dump(to);
            }
            Value::Typed(array) => {
                to.pod(10u8);
                array.dump(to);
            }
        }
    }

    fn load(from: &mut Reader) -> Result<Value, LoadError> {
        Value::load_within(from, VALUE_DEPTH_MAX)
    }
}
