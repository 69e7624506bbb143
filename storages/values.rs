//! A value outside any heap: what host functions, requests and results carry.
//!
//! Deep and owned; no value refers to a context. Objects keep the order of their properties.
//! Absent: how values get in and out of heaps (`systems/marshal`).

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
}
