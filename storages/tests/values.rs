//! Values outside of heaps survive their dump, the objects that they name are all found, and hostile bytes are refused.

use proptest::prelude::*;
use raya_storages::dump::{LoadError, Persist, Reader, Writer};
use raya_storages::typed::TypedArray;
use raya_storages::values::{ObjectRef, VALUE_DEPTH_MAX, Value};

fn handle(object: u64) -> Value {
    Value::Handle(Box::new(ObjectRef {
        owner: 3,
        kind: "Entity".into(),
        object,
        rights: 0,
        is_passed_on: object % 2 == 1,
    }))
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Undefined),
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|n| Value::Number(n.into())),
        "[a-zé]{0,6}".prop_map(Value::String),
        any::<u64>().prop_map(handle),
        prop::collection::vec(any::<i16>(), 0..5).prop_map(|e| Value::from(TypedArray::of(&e))),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..5);
        prop_oneof![
            items.clone().prop_map(Value::Array),
            items.prop_map(Value::Set),
            prop::collection::vec(("[a-z]{0,3}", inner.clone()), 0..5).prop_map(Value::Object),
            prop::collection::vec((inner.clone(), inner), 0..5).prop_map(Value::Map),
        ]
    })
}

fn bytes_of(value: &Value) -> Vec<u8> {
    let mut to = Writer::new();
    value.dump(&mut to);
    to.into_bytes()
}

fn load(bytes: &[u8]) -> Result<Value, LoadError> {
    let mut from = Reader::new(bytes);
    let value = Value::load(&mut from)?;
    from.finish()?;
    Ok(value)
}

/// How often a text says that there is a handle.
fn handles_shown(value: &Value) -> usize {
    format!("{value:?}").matches("Handle(").count()
}

proptest! {
    #[test]
    fn what_is_dumped_comes_back(value in values()) {
        let bytes = bytes_of(&value);
        prop_assert_eq!(load(&bytes), Ok(value));
        for cut in 0..bytes.len() {
            prop_assert!(load(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn all_objects_are_found_and_can_be_changed(mut value in values()) {
        let mut found = 0;
        value.objects_mut(&mut |object| {
            object.object = 77;
            found += 1;
        });
        prop_assert_eq!(found, handles_shown(&value));
        let mut changed = 0;
        value.objects(&mut |object| changed += usize::from(object.object == 77));
        prop_assert_eq!(changed, found);
    }
}

#[test]
fn what_is_no_value_is_refused() {
    assert!(load(&[11]).is_err(), "a kind that there is not");
    let mut rights = bytes_of(&handle(2));
    let at = rights.len() - 2;
    assert_eq!(rights[at], 0);
    rights[at] = 0x7f;
    assert!(load(&rights).is_err(), "rights that there are not");
    let nested = |depth| (1..depth).fold(Value::Null, |inner, _| Value::Set(vec![inner]));
    assert!(load(&bytes_of(&nested(VALUE_DEPTH_MAX))).is_ok());
    assert!(load(&bytes_of(&nested(VALUE_DEPTH_MAX + 1))).is_err());
}
