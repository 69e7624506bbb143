//! What is looked at again and again takes steps, and whoever sends it gets an error in time.

use super::*;
use crate::fixture;
use raya_bytecode::image::*;
use raya_bytecode::slot::TAG_NUMBER;

/// A number with the hash that all of these have: what tables mix numbers with can be turned round.
fn of_one_hash(i: u32) -> f64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut inverse = FACTOR;
    for _ in 0..6 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(FACTOR.wrapping_mul(inverse)));
    }
    let mixed = (7u64 << 32 | u64::from(i)).wrapping_mul(inverse);
    let folded = mixed ^ mixed >> 32;
    f64::from_bits(folded ^ u64::from(TAG_NUMBER) << 1)
}

fn refused(program: &Program, value: &Value, desc: Option<u32>) -> Problem {
    let mut heap = Heap {
        collect_at_words: 1 << 24,
        ..Heap::default()
    };
    match copy_in(program, &mut heap, value, desc) {
        Err(CopyError::Refused(error)) => {
            assert_eq!(heap.top, 0, "nothing is left");
            error.problem
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_of_one_hash_take_steps() {
    let program = fixture::program();
    let keys = |count: u32| {
        let numbers = (0..).map(of_one_hash).filter(|n| n.is_finite());
        let keys = numbers.take(count as usize).map(Value::Number);
        Value::Map(keys.map(|key| (key, Value::Null)).collect())
    };
    let many = refused(&program, &keys(100_000), None);
    assert_eq!(many, Problem::TooComplex(CHECK_STEPS_MAX));
    let mut heap = Heap {
        collect_at_words: 1 << 24,
        ..Heap::default()
    };
    let few = copy_in(&program, &mut heap, &keys(1_000), None).expect("they are few");
    assert_eq!(copy_out(&program, &heap, few), Ok(keys(1_000)));
}

#[test]
fn long_literals_take_steps() {
    let long = |last: usize| format!("{}{last}", "x".repeat(5_000));
    let (program, list) = fixture::program_with(|b| {
        let literals: Vec<u32> = (100..200)
            .map(|last| {
                let text = b.string(&long(last));
                b.desc(DESC_STRING_LITERAL, text, &[])
            })
            .collect();
        let union = b.desc(DESC_UNION, 0, &literals);
        b.desc(DESC_ARRAY, 0, &[union])
    });
    let list_of = |count: usize| Value::Array(vec![Value::String(long(199)); count]);
    let many = refused(&program, &list_of(3_000), Some(list));
    assert_eq!(many, Problem::TooComplex(CHECK_STEPS_MAX));
    let mut heap = Heap {
        collect_at_words: 1 << 24,
        ..Heap::default()
    };
    let few = copy_in(&program, &mut heap, &list_of(10), Some(list));
    assert_eq!(
        copy_out(&program, &heap, few.expect("they are few")),
        Ok(list_of(10))
    );
}
