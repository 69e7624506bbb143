//! Typed arrays: what of JavaScript's is refused by name.
//!
//! A typed array owns its bytes, so that a context's memory is one region of objects that can be moved, copied and given away:
//! nothing else can see them, and there are no `ArrayBuffer`s for several to share. Absent: the classes (the prelude), elements
//! (`expressions`).

use super::Checker;
use super::codes::UNSUPPORTED;
use crate::ast::Span;
use crate::types::{Type, TypeId};

/// Names that JavaScript has: why they are missing, and what to write instead.
const NAMES: &[(&str, &str, &str)] = &[
    (
        "ArrayBuffer",
        SHARED,
        "make a typed array, and pass that on",
    ),
    (
        "SharedArrayBuffer",
        SHARED,
        "contexts share nothing: pass a typed array, which is copied",
    ),
    ("DataView", SHARED, "read and write bytes of a `Uint8Array`"),
    (
        "BigInt64Array",
        BIGINT,
        "use a `Float64Array`, which is exact up to 2 ** 53",
    ),
    (
        "BigUint64Array",
        BIGINT,
        "use a `Float64Array`, which is exact up to 2 ** 53",
    ),
];

/// Members of typed arrays, likewise.
const MEMBERS: &[(&str, &str)] = &[
    ("buffer", "pass the typed array itself"),
    ("byteOffset", "it would always be 0"),
    (
        "subarray",
        "`slice` copies a part; or pass the whole with a start and an end",
    ),
];

const SHARED: &str = "a typed array owns its bytes, and nothing else sees them";
const BIGINT: &str = "there is no `bigint`";

impl Checker<'_> {
    /// Refuses a name that JavaScript has and Raya leaves out; whether it is one.
    pub(super) fn refuse_name(&mut self, name: &str, span: Span) -> bool {
        let Some((_, why, help)) = NAMES.iter().find(|n| n.0 == name) else {
            return false;
        };
        self.error_help(
            UNSUPPORTED,
            span,
            format!("`{name}` is not supported: {why}"),
            *help,
        );
        true
    }

    /// Refuses a member of typed arrays that Raya leaves out; whether it is one.
    pub(super) fn refuse_typed_member(&mut self, ty: TypeId, name: &str, span: Span) -> bool {
        let is_typed = matches!(self.get(ty), Type::Class(class, _) if self.known.is_typed(*class));
        let Some((_, help)) = MEMBERS.iter().find(|m| is_typed && m.0 == name) else {
            return false;
        };
        self.error_help(
            UNSUPPORTED,
            span,
            format!("`{name}` is not supported: {SHARED}"),
            *help,
        );
        true
    }
}
