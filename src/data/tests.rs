//! Types that come back as they went, and what is refused.

use super::{from_value, to_value};
use crate::{TypedArray, Value};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
enum Kind {
    Empty,
    Size(u16),
    Place(f64, f64),
    Owner { id: i64, name: String },
}

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
struct Thing {
    kind: Kind,
    label: Option<String>,
    tags: Vec<String>,
    by_name: BTreeMap<String, u8>,
    pair: (bool, char),
    inner: Option<Box<Thing>>,
    unit: (),
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Empty),
        any::<u16>().prop_map(Kind::Size),
        (-1e9..1e9, -1e9..1e9).prop_map(|(x, y)| Kind::Place(x, y)),
        (-(1i64 << 53)..1 << 53, ".{0,8}").prop_map(|(id, name)| Kind::Owner { id, name }),
    ]
}

fn thing() -> impl Strategy<Value = Thing> {
    let leaf = (
        kind(),
        prop::option::of(".{0,5}"),
        prop::collection::vec(".{0,5}", 0..4),
        prop::collection::btree_map(".{0,5}", any::<u8>(), 0..4),
        any::<(bool, char)>(),
    );
    let leaf = leaf.prop_map(|(kind, label, tags, by_name, pair)| Thing {
        kind,
        label,
        tags,
        by_name,
        pair,
        inner: None,
        unit: (),
    });
    leaf.prop_recursive(4, 8, 1, |inner| {
        (inner.clone(), inner).prop_map(|(outer, inner)| Thing {
            inner: Some(Box::new(inner)),
            ..outer
        })
    })
}

proptest! {
    #[test]
    fn spec_t6_5_types_come_back_as_they_went(thing in thing()) {
        let value = to_value(&thing).expect("is data");
        prop_assert_eq!(from_value::<Thing>(&value), Ok(thing));
    }
}

#[test]
fn strings_are_borrowed() {
    let value = Value::Array(vec![Value::String("a".into()), Value::String("b".into())]);
    let texts: Vec<&str> = from_value(&value).expect("are strings");
    assert_eq!(texts, ["a", "b"]);
}

#[test]
fn what_is_lenient_in_typescript_is_lenient_here() {
    let object = Value::Object(vec![("a".into(), Value::Number(1.0))]);
    let map: BTreeMap<&str, u32> = from_value(&object).expect("is read as a map");
    assert_eq!(map, BTreeMap::from([("a", 1)]));
    let set = Value::Set(vec![Value::Bool(true)]);
    assert_eq!(from_value::<Vec<bool>>(&set), Ok(vec![true]));
    assert_eq!(from_value::<Option<f64>>(&Value::Null), Ok(None));
}

#[test]
fn what_does_not_fit_is_an_error() {
    assert!(to_value(&u64::MAX).is_err());
    assert!(to_value(&i64::MIN).is_err());
    assert!(from_value::<u8>(&Value::Number(256.0)).is_err());
    assert!(from_value::<u32>(&Value::Number(1.5)).is_err());
    assert!(from_value::<Kind>(&Value::String("None such".into())).is_err());
    assert!(from_value::<(f64, f64)>(&Value::Array(vec![Value::Number(1.0)])).is_err());
    #[derive(Serialize)]
    struct Deep(Vec<Deep>);
    let deep = (0..5000).fold(Deep(vec![]), |inner, _| Deep(vec![inner]));
    let refused = to_value(&deep).expect_err("nests too deep").to_string();
    assert!(refused.contains("nests deeper"), "{refused}");
    // Dropping it recurses as deep as it is made.
    std::mem::forget(deep);
}

/// Bytes as `serde_bytes` has them.
#[derive(PartialEq, Debug)]
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = &'de [u8];
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<&'de [u8], E> {
                Ok(bytes)
            }
        }
        deserializer.deserialize_bytes(Visitor).map(Bytes)
    }
}

#[test]
fn spec_t6_2_bytes_are_typed_arrays_and_those_are_sequences() {
    let value = to_value(&Bytes(&[1, 255])).expect("is data");
    assert_eq!(value, TypedArray::of(&[1u8, 255]).into());
    assert_eq!(from_value::<Bytes>(&value), Ok(Bytes(&[1, 255])));
    assert_eq!(from_value::<Vec<u16>>(&value), Ok(vec![1, 255]));
    assert_eq!(
        from_value::<(u8, Option<f64>)>(&value),
        Ok((1, Some(255.0)))
    );
    let floats = TypedArray::of(&[0.5, f64::INFINITY]).into();
    assert_eq!(
        from_value::<Vec<f64>>(&floats),
        Ok(vec![0.5, f64::INFINITY])
    );
    assert!(from_value::<Vec<u8>>(&floats).is_err());
    assert!(from_value::<Bytes>(&floats).is_err());
    assert!(from_value::<(f64,)>(&floats).is_err());
}
