//! The host's own objects as handles: an entity of an engine, say, by kind and number.
//!
//! A program declares them as a class of the capability; its methods are functions of the capability named `Class.method`, which take
//! the object first. Invariant: a number becomes a handle only here; a program can't make one. Functions that give objects wait
//! or are deferred: those that are called inline can't, since it takes memory. Absent: what the numbers mean.

use super::{Capability, HostError, Param, Ret};
use raya_storages::handles::{RIGHT_CALL, RIGHT_PASS, RIGHTS_ALL};
use raya_storages::values::{ObjectRef, Value};
use std::fmt;
use std::marker::PhantomData;

/// A kind of object: a type of the embedder's that only stands for the name.
pub trait ObjectKind: 'static {
    /// The name of the class that programs declare. One runtime has one kind of a name.
    const NAME: &'static str;
}

/// An object of the host, by its number.
pub struct Object<K: ObjectKind> {
    id: u64,
    rights: u8,
    kind: PhantomData<fn() -> K>,
}

impl<K: ObjectKind> Object<K> {
    /// The object with a number.
    pub fn new(id: u64) -> Object<K> {
        Object {
            id,
            rights: RIGHTS_ALL,
            kind: PhantomData,
        }
    }

    /// The same, for the context that gets it only: it can't give it to others.
    pub fn bound(mut self) -> Object<K> {
        self.rights &= !RIGHT_PASS;
        self
    }

    /// The same, as a token: no function of the host takes it, but whoever holds it can show that he does.
    pub fn sealed(mut self) -> Object<K> {
        self.rights &= !RIGHT_CALL;
        self
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl<K: ObjectKind> fmt::Debug for Object<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", K::NAME, self.id)
    }
}

impl<K: ObjectKind> Param for Object<K> {
    type Item<'a> = Object<K>;

    fn type_text() -> String {
        K::NAME.into()
    }

    fn from_value(value: &Value) -> Option<Object<K>> {
        match value {
            Value::Handle(object) if object.owner == 0 && *object.kind == *K::NAME => {
                Some(Object::new(object.object))
            }
            _ => None,
        }
    }
}

impl<K: ObjectKind> Ret for Object<K> {
    fn type_text() -> String {
        K::NAME.into()
    }

    fn into_result(self) -> Result<Value, HostError> {
        Ok(Value::Handle(Box::new(ObjectRef {
            owner: 0,
            kind: K::NAME.into(),
            object: self.id,
            rights: self.rights,
            is_passed_on: false,
        })))
    }
}

impl Capability {
    /// Adds the methods of a kind of object: functions that take an [`Object`] of the kind first.
    pub fn object<K: ObjectKind>(
        self,
        define: impl FnOnce(Capability) -> Capability,
    ) -> Capability {
        let methods = define(Capability::new(K::NAME));
        methods
            .functions
            .into_iter()
            .fold(self, |to, (name, function)| {
                let name = format!("{}.{name}", K::NAME);
                to.with(&name, function.signature, function.body)
            })
    }
}
