//! All or nothing: what does not cross, for whatever reason, leaves the heap as it was, down to identities and handles, and the words
//! asked for are those that it takes.

#![allow(
    clippy::field_reassign_with_default,
    reason = "its other fields are private"
)]

use super::*;
use crate::fixture::{self, NODE, SHAPE};
use proptest::prelude::*;
use raya_bytecode::assemble::ImageBuilder;
use raya_bytecode::image::*;
use raya_bytecode::slot::HEAP_START;
use raya_storages::handles::{Foreign, PinUse, RIGHTS_ALL};
use raya_storages::heaps::Soundness;
use raya_storages::typed::TypedArray;
use raya_storages::values::{ObjectRef, REMOTE};

/// The context that the heaps of these tests are of.
const CONTEXT: u64 = 77;

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn shape(x: Value, y: Value) -> Value {
    Value::Object(vec![("x".into(), x), ("y".into(), y)])
}

/// Types with unions in them, of which the last member takes what the others begin to.
fn types(b: &mut ImageBuilder) -> Vec<u32> {
    let [unknown, number, string, boolean] =
        [DESC_UNKNOWN, DESC_NUMBER, DESC_STRING, DESC_BOOLEAN].map(|tag| b.desc(tag, 0, &[]));
    let shape = b.desc(DESC_OBJECT, SHAPE.into(), &[]);
    let class = b.desc(DESC_CLASS, NODE.into(), &[]);
    let texts = b.desc(DESC_ARRAY, 0, &[string]);
    let shapes = b.desc(DESC_ARRAY, 0, &[shape]);
    let map = b.desc(DESC_MAP, 0, &[unknown, unknown]);
    let set = b.desc(DESC_SET, 0, &[unknown]);
    let either = b.desc(DESC_UNION, 0, &[texts, shapes, map, unknown]);
    let numbers = b.desc(DESC_ARRAY, 0, &[number]);
    let plain = b.desc(DESC_UNION, 0, &[number, boolean, string, numbers]);
    let many = b.desc(DESC_ARRAY, 0, &[either]);
    vec![
        unknown, texts, shapes, map, set, either, plain, many, class, numbers,
    ]
}

/// A heap with an object that others know.
fn heap(program: &Program) -> (Heap, ObjectRef) {
    let mut heap = Heap {
        collect_at_words: 1 << 16,
        ..Heap::default()
    };
    let words = program.classes[usize::from(NODE)].words;
    let node = heap.new_object(NODE, words).expect("there is room");
    let mut foreign = Foreign::default();
    foreign.context = CONTEXT;
    let pin = foreign.pin(node, PinUse::Given).expect("there is room");
    heap.foreign = Some(Box::new(foreign));
    let home = remote(CONTEXT, pin.to_bits());
    (heap, home)
}

fn remote(owner: u64, object: u64) -> ObjectRef {
    ObjectRef {
        owner,
        kind: REMOTE.into(),
        object,
        rights: RIGHTS_ALL,
        is_passed_on: false,
    }
}

fn handle(object: ObjectRef) -> Value {
    Value::Handle(Box::new(object))
}

/// Values of any type, some of which are of none of the types above; object 0 stands for the one that is at home.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Undefined),
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (0..4u8).prop_map(|n| Value::Number(n.into())),
        Just(Value::Number(-0.0)),
        Just(Value::Number(f64::from_bits(0xfff8_0000_0000_0001))),
        "[aλé]{0,9}".prop_map(Value::String),
        (0..4u64).prop_map(|object| handle(remote(CONTEXT + object, object))),
        Just(TypedArray::of(&[1.5f32, f32::NAN]).into()),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec(pair.clone(), 0..5).prop_map(Value::Map),
            prop::collection::vec(inner, 0..5).prop_map(Value::Set),
            pair.prop_map(|(x, y)| shape(x, y)),
        ]
    })
}

proptest! {
    #[test]
    fn all_or_nothing_at_every_mark(value in values(), pick in 0..10usize) {
        let (program, types) = fixture::program_with(types);
        let (before, home) = heap(&program);
        let mut value = value;
        value.objects_mut(&mut |object| if object.object == 0 { *object = home.clone() });
        let mut heap = before.clone();
        let copied = copy_in(&program, &mut heap, &value, Some(types[pick]));
        prop_assert!(heap.words[heap.top as usize..].iter().all(|word| *word == 0));
        prop_assert!(Soundness::of(&heap, &program).is_ok());
        let Ok(mixed) = copied else {
            prop_assert!(heap == before);
            return Ok(());
        };
        // Whatever is less than what it takes is asked for in full, and nothing is left of the attempt.
        let taken = heap.top - before.top;
        for less in (0..taken).chain([taken]) {
            let mut heap = Heap { collect_at_words: before.top + less, ..before.clone() };
            let unchanged = heap.clone();
            match copy_in(&program, &mut heap, &value, Some(types[pick])) {
                Err(CopyError::NeedsCollection(words)) => {
                    // A handle that is there already is asked for all the same.
                    prop_assert!(words >= taken && words > less);
                    prop_assert!(heap == unchanged);
                }
                again => {
                    prop_assert_eq!(again, Ok(mixed));
                    prop_assert_eq!(less, taken);
                }
            }
        }
    }

    #[test]
    fn what_a_member_of_a_union_wrote_is_taken_back(items in prop::collection::vec("[aλ]{0,9}", 0..5)) {
        let (program, [both, second]) = fixture::program_with(|b| {
            let [string, number] = [DESC_STRING, DESC_NUMBER].map(|tag| b.desc(tag, 0, &[]));
            let texts = b.desc(DESC_ARRAY, 0, &[string]);
            let either = b.desc(DESC_UNION, 0, &[string, number]);
            let second = b.desc(DESC_ARRAY, 0, &[either]);
            [b.desc(DESC_UNION, 0, &[texts, second]), second]
        });
        let mut items: Vec<Value> = items.into_iter().map(Value::String).collect();
        items.push(Value::Number(1.0));
        let value = Value::Array(items);
        let copy = |desc| {
            let mut heap = Heap { collect_at_words: 1 << 16, ..Heap::default() };
            let mixed = copy_in(&program, &mut heap, &value, Some(desc));
            (heap, mixed)
        };
        prop_assert_eq!(copy(both), copy(second));
    }
}

#[test]
fn identities_that_keys_got_are_taken_back() {
    let (program, class) = fixture::program_with(|b| b.desc(DESC_CLASS, NODE.into(), &[]));
    let (mut heap, home) = heap(&program);
    let before = heap.clone();
    let keys = Value::Map(vec![(handle(home.clone()), Value::Null)]);
    let no_shape = Value::Object(vec![("z".into(), Value::Null)]);
    let value = Value::Array(vec![keys.clone(), no_shape]);
    assert!(copy_in(&program, &mut heap, &value, None).is_err());
    assert!(heap == before);
    let mixed = copy_in(&program, &mut heap, &handle(home), Some(class)).expect("it comes home");
    assert_eq!(mixed, (0, HEAP_START));
    copy_in(&program, &mut heap, &keys, None).expect("it crosses");
    assert_eq!(heap.last_identity, 1);
    assert_eq!(heap.identity(HEAP_START), 1);
}

#[test]
fn handles_are_held_once_and_only_if_all_crosses() {
    let program = fixture::program();
    let (mut heap, _) = heap(&program);
    let before = heap.clone();
    let away = handle(remote(CONTEXT + 1, 5));
    let twice = Value::Array(vec![away.clone(), away.clone()]);
    let no_shape = Value::Object(vec![("z".into(), Value::Null)]);
    let refused = [twice.clone(), no_shape];
    assert!(copy_all_in(&program, &mut heap, &refused, (&[], 0), 0).is_err());
    assert!(heap == before);
    let (_, array) = copy_in(&program, &mut heap, &twice, None).expect("it crosses");
    let (_, handles) = heap.mixed(array);
    assert_eq!(handles[0], handles[1]);
    let (_, again) = copy_in(&program, &mut heap, &away, None).expect("it crosses");
    assert_eq!(again, heap.mixed(array).1[0]);
    assert_eq!(heap.foreign.as_ref().map(|f| f.handle_count()), Some(1));
    assert!(Soundness::of(&heap, &program).is_ok());
}

#[test]
fn a_value_larger_than_the_heap_may_be_is_counted_and_not_written() {
    let program = fixture::program();
    let mut heap = Heap {
        collect_at_words: 100,
        ..Heap::default()
    };
    let text = text(&"x".repeat(8000));
    let value = Value::Array(vec![text; 100]);
    let error = copy_in(&program, &mut heap, &value, None);
    assert_eq!(error, Err(CopyError::NeedsCollection(4 + 150 + 100 * 1002)));
    assert!(heap.top == 0 && heap.words.len() <= 100);
}
