//! Values cross and come back; what can't cross is refused by name and leaves the heap as it was.

use super::*;
use crate::collect::{Need, collect};
use crate::fixture::{self, NODE, SHAPE, TUPLE};
use proptest::prelude::*;
use raya_bytecode::elements::{ELEMENTS, Element};
use raya_bytecode::image::*;
use raya_bytecode::slot::{TAG_NUMBER, UNDEFINED};
use raya_storages::heaps::Soundness;
use raya_storages::limits::Limits;
use raya_storages::typed::TypedArray;

fn limits(heap_bytes_max: u64) -> Limits {
    Limits {
        heap_bytes_max,
        ..Limits::default()
    }
}

/// Typed arrays of any kind.
fn typed() -> impl Strategy<Value = Value> {
    let number = prop_oneof![any::<f64>(), any::<i16>().prop_map(f64::from)];
    let numbers = prop::collection::vec(number, 0..20);
    (prop::sample::select(ELEMENTS), numbers)
        .prop_map(|(element, numbers)| TypedArray::from_numbers(element, numbers).into())
}

/// Values without a declared type that the fixture has shapes for.
fn values() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i16>().prop_map(f64::from),
        Just(f64::INFINITY),
        Just(0.5)
    ];
    let leaf = prop_oneof![
        Just(Value::Undefined),
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number.clone().prop_map(Value::Number),
        "[a-zäλ😀]{0,9}".prop_map(Value::String),
        typed(),
        (number, "[a-z]{1,9}").prop_map(|(x, y)| {
            let properties = [("x", Value::Number(x)), ("y", Value::String(y))];
            Value::Object(
                properties
                    .map(|(name, value)| (name.to_string(), value))
                    .into(),
            )
        }),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = any::<u8>().prop_map(|n| Value::Number(n.into()));
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..6).prop_map(|map| {
                Value::Map(
                    map.into_iter()
                        .map(|(k, v)| (Value::String(k), v))
                        .collect(),
                )
            }),
            prop::collection::vec(key, 0..40).prop_map(|mut keys| {
                let mut seen = Vec::new();
                keys.retain(|key| {
                    !seen.contains(key) && {
                        seen.push(key.clone());
                        true
                    }
                });
                Value::Set(keys)
            }),
        ]
    })
}

/// Copies in, with collections where they are asked for; `roots` survive.
fn copy_in_collecting(
    program: &Program,
    heap: &mut Heap,
    value: &Value,
    desc: Option<u32>,
    roots: &mut [u32],
) -> Result<(u64, u32), MarshalError> {
    loop {
        match copy_in(program, heap, value, desc) {
            Ok(mixed) => return Ok(mixed),
            Err(CopyError::Refused(error)) => return Err(error),
            Err(CopyError::NeedsCollection(words)) => {
                let need = Need {
                    words,
                    window_refs: 0,
                };
                collect(program, heap, None, need, roots, &limits(1 << 24)).expect("it fits");
            }
        }
    }
}

proptest! {
    #[test]
    fn values_come_back(all in prop::collection::vec(values(), 1..6)) {
        let program = fixture::program();
        let mut heap = Heap::new(0, 1);
        let (mut nums, mut refs) = (Vec::new(), Vec::new());
        for value in &all {
            let before = (heap.top, heap.collect_at_words);
            let (num, reference) =
                copy_in_collecting(&program, &mut heap, value, None, &mut refs).expect("the fixture has the shapes");
            // What was asked for is what was needed.
            if before.1 != heap.collect_at_words && cfg!(feature = "zeal") {
                prop_assert_eq!(heap.top, heap.collect_at_words);
            }
            nums.push(num);
            refs.push(reference);
        }
        prop_assert!(Soundness::of(&heap, &program).is_ok());
        for (value, mixed) in all.iter().zip(nums.into_iter().zip(refs)) {
            prop_assert_eq!(copy_out(&program, &heap, mixed), Ok(value.clone()));
        }
    }

    #[test]
    fn the_words_asked_for_are_those_taken(value in values()) {
        let program = fixture::program();
        let mut heap = Heap::new(0, 1);
        if let Err(CopyError::NeedsCollection(words)) = copy_in(&program, &mut heap, &value, None) {
            heap.collect_at_words = words + raya_bytecode::slot::HEAP_START;
            copy_in(&program, &mut heap, &value, None).expect("there is room");
            prop_assert_eq!(heap.top, heap.collect_at_words);
        }
    }
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn object(properties: &[(&str, Value)]) -> Value {
    Value::Object(
        properties
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect(),
    )
}

#[test]
fn types_are_checked_with_the_place_of_the_error() {
    let (program, [shapes, pair, choice, int, node]) = fixture::program_with(|b| {
        let shape = b.desc(DESC_OBJECT, SHAPE.into(), &[]);
        let string = b.desc(DESC_STRING, 0, &[]);
        let literal = b.string("on");
        let literal = b.desc(DESC_STRING_LITERAL, literal, &[]);
        let number = b.desc(DESC_NUMBER, 0, &[]);
        [
            b.desc(DESC_ARRAY, 0, &[shape]),
            b.desc(DESC_TUPLE, TUPLE.into(), &[number, string]),
            b.desc(DESC_UNION, 0, &[literal, number]),
            b.desc(DESC_INT, 0, &[]),
            b.desc(DESC_CLASS, NODE.into(), &[]),
        ]
    });
    let check = |value: &Value, desc| check_value(&program, value, desc).map_err(|e| e.to_string());
    let number = Value::Number(1.0);
    let good = Value::Array(vec![
        object(&[("x", number.clone())]),
        object(&[("y", text("a")), ("x", number.clone())]),
    ]);
    assert_eq!(check(&good, shapes), Ok(()));
    let bad = Value::Array(vec![
        object(&[("x", number.clone())]),
        object(&[("x", text("a"))]),
    ]);
    assert_eq!(
        check(&bad, shapes),
        Err("expected number, found a string (at [1].x)".into())
    );
    assert_eq!(
        check(&Value::Array(vec![number.clone(), text("b")]), pair),
        Ok(())
    );
    assert!(check(&Value::Array(vec![number.clone()]), pair).is_err());
    assert_eq!(check(&text("on"), choice), Ok(()));
    assert_eq!(check(&number, choice), Ok(()));
    assert_eq!(
        check(&text("off"), choice),
        Err("expected \"on\" | number, found a string".into())
    );
    assert_eq!(check(&number, int), Ok(()));
    assert!(check(&Value::Number(0.5), int).is_err());
    assert!(check(&object(&[]), node).is_err());
}

#[test]
fn arrays_of_a_type_are_packed() {
    let (program, [numbers, ints, flags, texts, mixed]) = fixture::program_with(|b| {
        let number = b.desc(DESC_NUMBER, 0, &[]);
        let string = b.desc(DESC_STRING, 0, &[]);
        let (int, boolean) = (b.desc(DESC_INT, 0, &[]), b.desc(DESC_BOOLEAN, 0, &[]));
        let union = b.desc(DESC_UNION, 0, &[number, string]);
        [number, int, boolean, string, union].map(|element| b.desc(DESC_ARRAY, 0, &[element]))
    });
    let mut heap = Heap::new(1 << 20, 1);
    let mut kind = |items: Vec<Value>, desc| {
        let (_, array) = copy_in_collecting(
            &program,
            &mut heap,
            &Value::Array(items),
            Some(desc),
            &mut [],
        )
        .expect("it is of the type");
        heap.kind(array)
    };
    use raya_storages::layout::Kind;
    assert_eq!(kind(vec![Value::Number(1.5)], numbers), Kind::ArrayF64);
    assert_eq!(kind(vec![Value::Number(1.0)], ints), Kind::ArrayI32);
    assert_eq!(kind(vec![Value::Bool(true)], flags), Kind::ArrayBool);
    assert_eq!(kind(vec![text("a")], texts), Kind::ArrayRef);
    assert_eq!(
        kind(vec![text("a"), Value::Number(1.0)], mixed),
        Kind::ArrayMixed
    );
}

#[test]
fn of_equal_keys_the_last_value_counts() {
    let program = fixture::program();
    let mut heap = Heap::new(1 << 20, 1);
    let entry = |key, value| (Value::Number(key), Value::Number(value));
    let map = Value::Map(vec![entry(0.0, 1.0), entry(5.0, 2.0), entry(-0.0, 3.0)]);
    let mixed = copy_in_collecting(&program, &mut heap, &map, None, &mut []).expect("it crosses");
    let expected = Value::Map(vec![entry(0.0, 3.0), entry(5.0, 2.0)]);
    assert_eq!(copy_out(&program, &heap, mixed), Ok(expected));
}

#[test]
fn what_cannot_leave_is_named() {
    let program = fixture::program();
    let mut heap = Heap {
        collect_at_words: 1 << 24,
        ..Heap::default()
    };
    let words = program.classes[usize::from(NODE)].words;
    let left = fixture::field(&program, NODE, 0).1;
    let node = heap.new_object(NODE, words).expect("there is room");
    heap.set_half(node, left, node);
    let problem =
        |heap: &Heap, reference| copy_out(&program, heap, (0, reference)).map_err(|e| e.problem);
    assert_eq!(problem(&heap, node), Err(Problem::Cycle));

    let mut last = UNDEFINED;
    for _ in 0..1000 {
        let next = heap.new_object(NODE, words).expect("there is room");
        heap.set_half(next, left, last);
        last = next;
    }
    assert_eq!(problem(&heap, last), Err(Problem::TooDeep(VALUE_DEPTH_MAX)));

    // Shared, not circular: thirty nodes stand for a billion.
    let right = fixture::field(&program, NODE, 1).1;
    last = UNDEFINED;
    for _ in 0..30 {
        let next = heap.new_object(NODE, words).expect("there is room");
        heap.set_half(next, left, last);
        heap.set_half(next, right, last);
        last = next;
    }
    assert_eq!(
        problem(&heap, last),
        Err(Problem::TooLarge(VALUE_BYTES_MAX))
    );

    let promise = heap.new_promise().expect("there is room");
    assert_eq!(problem(&heap, promise), Err(Problem::Bound("a promise")));
}

#[test]
fn objects_without_a_type_or_shape_are_refused_and_nothing_is_written() {
    let program = fixture::program();
    let mut heap = Heap {
        collect_at_words: 1 << 24,
        ..Heap::default()
    };
    let value = Value::Array(vec![text("written?"), object(&[("z", Value::Null)])]);
    let error = copy_in(&program, &mut heap, &value, None);
    let problem = Problem::NoShape(vec!["z".into()]);
    assert_eq!(
        error,
        Err(CopyError::Refused(MarshalError {
            path: "[1]".into(),
            problem
        }))
    );
    assert_eq!(heap.top, 0);
    let mut deep = Value::Null;
    for _ in 0..VALUE_DEPTH_MAX {
        deep = Value::Array(vec![deep]);
    }
    let error = copy_in(&program, &mut heap, &deep, None).expect_err("it is too deep");
    assert!(
        matches!(error, CopyError::Refused(e) if e.problem == Problem::TooDeep(VALUE_DEPTH_MAX))
    );
}

#[test]
fn hostile_unions_end() {
    let (program, union) = fixture::program_with(|b| {
        // Each union of the chain has the one before twice.
        let mut union = b.desc(DESC_STRING, 0, &[]);
        for _ in 0..60 {
            union = b.desc(DESC_UNION, 0, &[union, union]);
        }
        b.desc(DESC_ARRAY, 0, &[union])
    });
    let value = Value::Array(vec![Value::Number(1.0)]);
    let error = check_value(&program, &value, union).expect_err("no member takes it");
    assert_eq!(error.problem, Problem::TooComplex(CHECK_STEPS_MAX));
    assert_eq!(
        copy_out(&program, &Heap::default(), (0, TAG_NUMBER)),
        Ok(Value::Number(0.0))
    );
}

#[test]
fn spec_t6_2_typed_arrays_are_of_their_kind_and_no_larger_than_allowed() {
    let (program, [floats, bytes]) = fixture::program_with(|b| {
        [Element::F64, Element::U8].map(|element| b.desc(DESC_TYPED, element as u32, &[]))
    });
    let check = |value: &Value, desc| check_value(&program, value, desc).map_err(|e| e.to_string());
    let array = Value::from(TypedArray::of(&[1.5, -0.0]));
    assert_eq!(check(&array, floats), Ok(()));
    assert_eq!(
        check(&array, bytes),
        Err("expected Uint8Array, found Float64Array".into())
    );
    let numbers = Value::Array(vec![Value::Number(1.0)]);
    assert_eq!(
        check(&numbers, floats),
        Err("expected Float64Array, found an array".into())
    );
    let most = Value::from(TypedArray::of(&vec![0u8; VALUE_BYTES_MAX]));
    let more = Value::from(TypedArray::of(&vec![0u8; VALUE_BYTES_MAX + 1]));
    assert_eq!(check(&most, bytes), Ok(()));
    assert!(check(&more, bytes).is_err_and(|e| e.contains("more than 16777216 bytes")));

    let mut heap = Heap {
        collect_at_words: 1 << 24,
        ..Heap::default()
    };
    let array = heap
        .new_typed(Element::U8, VALUE_BYTES_MAX as u32)
        .expect("there is room");
    let error = copy_out(&program, &heap, (0, array)).map_err(|e| e.problem);
    assert_eq!(error, Err(Problem::TooLarge(VALUE_BYTES_MAX)));
}

#[test]
fn a_heap_with_a_typed_array_that_was_changed_is_refused() {
    let program = fixture::program();
    let sound = |change: &dyn Fn(&mut Vec<u64>)| {
        let mut heap = Heap {
            collect_at_words: 1 << 10,
            ..Heap::default()
        };
        let array = TypedArray::of(&[1.0f32, f32::NAN, 3.0]).into();
        let (_, at) = copy_in(&program, &mut heap, &array, None).expect("there is room");
        assert_eq!((at, heap.top), (4, 8));
        change(&mut heap.words);
        Soundness::of(&heap, &program).is_ok()
    };
    assert!(sound(&|_| {}));
    // An identity, as a hash key has, is its own.
    assert!(sound(&|words| words[4] |= 7 << 32));
    assert!(!sound(&|words| words[4] |= 1 << 8), "flags");
    assert!(!sound(&|words| words[4] |= 0xff << 16), "no such kind");
    assert!(!sound(&|words| words[5] |= 1 << 32), "unused bits");
    assert!(!sound(&|words| words[5] = 5), "longer than the heap");
    assert!(!sound(&|words| words[5] = 1), "shorter than its words");
    assert!(!sound(&|words| words[6] |= 1 << 32), "another NaN");
    assert!(!sound(&|words| words[7] |= 1 << 40), "what pads it");
}
