//! What `for … of`, spread and array patterns get out of a value.

use super::Checker;
use super::codes::*;
use crate::ast::{Name, Span};
use crate::types::{Type, TypeId};

/// The prelude's class of what `keys()`, `values()` and `entries()` give.
const ITERATOR: &str = "IterableIterator";

impl Checker<'_> {
    /// The type of the elements; an error if there are none to be had.
    pub(super) fn iterated(&mut self, ty: TypeId, span: Span) -> TypeId {
        let ty = self.apparent(ty);
        let mut parts = Vec::new();
        for member in self.members_of(ty) {
            match self.iterated_one(member) {
                Some(part) => parts.push(part),
                None => {
                    let message = format!("`{}` can't be iterated over", self.show(ty));
                    if self.is_nullish(member) {
                        self.error_help(NULLISH, span, message, "test it first");
                    } else {
                        let help = "arrays, typed arrays, strings, `Map`s and `Set`s can";
                        self.error_help(NOT_ITERABLE, span, message, help);
                    }
                    return self.t.error;
                }
            }
        }
        self.union(parts)
    }

    fn iterated_one(&mut self, ty: TypeId) -> Option<TypeId> {
        let known = self.known;
        match self.get(ty).clone() {
            Type::Array(elem) | Type::ReadonlyArray(elem) => Some(elem),
            Type::Tuple { elems, .. } => Some(self.union(elems)),
            Type::String | Type::StringLit(_) => Some(self.t.string),
            Type::Error => Some(ty),
            Type::Class(class, _) if known.is_typed(class) => Some(self.t.number),
            Type::Class(class, args) => {
                let mut at = Some((class, args));
                while let Some((class, args)) = at {
                    if class == known.map && args.len() == 2 {
                        return Some(self.intern(Type::Tuple {
                            elems: args,
                            required: 2,
                        }));
                    }
                    let name: Name = self.class_name(class);
                    let of_prelude = self.is_prelude(self.classes[class.index()].file);
                    if class == known.set || (of_prelude && &*name == ITERATOR) {
                        return args.first().copied();
                    }
                    at = self.base_of(class, &args);
                }
                None
            }
            _ => None,
        }
    }
}
