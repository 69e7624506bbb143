//! Whole programs: the benches' own at small sizes, and the same with fuel of 1.

mod common;
#[path = "../benches/programs/mod.rs"]
mod programs;

use common::{World, number, returned};
use raya_storages::runs::RunOutcome;

#[test]
fn fib_and_sieve_give_what_they_should() {
    let mut world = World::new(programs::fib());
    assert_eq!(world.call(1, &[number(20.0)]), returned(6765.0));
    let mut world = World::new(programs::sieve());
    assert_eq!(world.call(1, &[number(1000.0)]), returned(168.0));
}

#[test]
fn fuel_of_one_gives_the_same_bytes_and_steps() {
    for (program, size) in [(programs::fib(), 12.0), (programs::sieve(), 300.0)] {
        let mut whole = World::new(program.clone());
        let expected = whole.call(1, &[number(size)]);
        let mut sliced = World::new(program);
        sliced.start(1, &[number(size)]);
        sliced.run(1);
        assert_eq!(sliced.outcome(), expected);
        assert_eq!(sliced.steps, whole.steps);
        assert_eq!(sliced.heap, whole.heap);
    }
}

/// In a release build, where handlers tail-call each other: the native stack of a small thread does not grow.
#[test]
fn the_native_stack_does_not_grow() {
    let (size, stack) = if cfg!(debug_assertions) {
        (20.0, 256 << 10)
    } else {
        (33.0, 64 << 10)
    };
    let run = move || World::new(programs::fib()).call(1, &[number(size)]);
    let thread = std::thread::Builder::new()
        .stack_size(stack)
        .spawn(run)
        .expect("starts");
    let outcome = thread.join().expect("ends");
    assert!(matches!(outcome, RunOutcome::Returned(_)), "{outcome:?}");
}
