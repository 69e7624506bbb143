//! What a context is made of survives its dump, byte for byte, and hostile bytes are refused.

use proptest::prelude::*;
use raya_storages::activities::{Activity, AnsweredBy, Job, Owed, Request};
use raya_storages::dump::{Persist, Reader, Writer, hash_of};
use raya_storages::entries::Stage;
use raya_storages::frames::{FrameRow, Stack};
use raya_storages::heaps::Heap;
use raya_storages::tasks::{LimitFault, Outcome, Task, TaskState};
use raya_storages::values::Value;

fn bytes_of<T: Persist>(value: &T) -> Vec<u8> {
    let mut to = Writer::new();
    value.dump(&mut to);
    to.into_bytes()
}

fn load<T: Persist>(bytes: &[u8]) -> T {
    let mut from = Reader::new(bytes);
    let value = T::load(&mut from).expect("what was dumped loads");
    from.finish().expect("everything is read");
    value
}

fn stack() -> impl Strategy<Value = Stack> {
    let registers = (
        prop::collection::vec(any::<u64>(), 0..40),
        prop::collection::vec(any::<u32>(), 0..40),
    );
    (registers, 0u32..4, 0usize..100).prop_map(|((nums, refs), frames, spare)| {
        let mut stack = Stack::default();
        stack.reserve(nums.len() + spare, refs.len() + spare);
        stack.nums[..nums.len()].copy_from_slice(&nums);
        stack.refs[..refs.len()].copy_from_slice(&refs);
        // Beyond what is live lies what calls left behind.
        stack.nums[nums.len()..].fill(99);
        (stack.live_nums, stack.live_refs) = (nums.len() as u32, refs.len() as u32);
        let row = |function| FrameRow {
            function,
            pc: 3,
            ..FrameRow::default()
        };
        stack.rows = (0..frames).map(row).collect();
        stack
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let trace = prop::collection::vec((any::<u32>(), any::<u32>()), 0..4);
    prop_oneof![
        Just(Outcome::Returned),
        Just(Outcome::Cancelled),
        trace.clone().prop_map(Outcome::Threw),
        (trace, any::<u32>(), 0u8..4).prop_map(|(trace, n, which)| {
            let (used, steps) = (u64::from(n), u64::from(n));
            let fault = match which {
                0 => LimitFault::Heap { used, max: 1 },
                1 => LimitFault::Tasks { count: n, max: 2 },
                2 => LimitFault::Steps { steps, max: 3 },
                _ => LimitFault::Stack { frames: n, max: 4 },
            };
            Outcome::Limit(fault, trace)
        }),
    ]
}

fn activity() -> impl Strategy<Value = Activity> {
    let job = (any::<u32>(), any::<u32>(), 0u8..4).prop_map(|(a, b, which)| match which {
        0 => Job::Resume {
            task: a,
            promise: b,
        },
        1 => Job::Follow {
            promise: a,
            source: b,
        },
        2 => Job::Fulfil { promise: b },
        _ => Job::Adopt {
            promise: a,
            source: b,
        },
    });
    let value = prop_oneof![
        any::<i32>().prop_map(|n| Value::Number(n.into())),
        ".{0,5}".prop_map(Value::String),
        Just(Value::Map(vec![(
            Value::Null,
            Value::Array(vec![Value::Bool(true)])
        )])),
    ];
    let request = (
        any::<u32>(),
        prop::collection::vec(value, 0..3),
        any::<u32>(),
    )
        .prop_map(|(import, args, promise)| Request {
            import,
            args,
            promise,
        });
    let task = (
        stack(),
        prop::option::of(outcome()),
        any::<u32>(),
        any::<bool>(),
    );
    (
        prop::collection::vec(task, 0..6),
        prop::collection::vec(job, 0..6),
        prop::collection::vec((0u16..9, any::<u32>()), 0..6),
        prop::collection::vec(request, 0..3),
        any::<u64>(),
    )
        .prop_map(|(tasks, jobs, timers, outbox, run)| {
            let mut activity = Activity {
                jobs: jobs.into(),
                outbox,
                ..Activity::default()
            };
            for (stack, outcome, promise, is_freed) in tasks {
                let state = if outcome.is_some() {
                    TaskState::Done
                } else {
                    TaskState::Waiting
                };
                let id = activity.tasks.add(Task {
                    state,
                    stack,
                    promise,
                    outcome,
                    ..Task::default()
                });
                if is_freed {
                    activity.tasks.free(id);
                }
            }
            for (due, promise) in timers {
                activity.timers.insert(f64::from(due) / 4.0, promise);
            }
            activity
                .entries
                .push_begun(run, 0, Stage::Awaiting { promise: 4 });
            activity.owed.push(Owed {
                promise: 4,
                import: 1,
                desc: None,
                by: AnsweredBy::Run(run),
            });
            activity
        })
}

proptest! {
    #[test]
    fn activities_survive(activity in activity()) {
        let bytes = bytes_of(&activity);
        let mut loaded: Activity = load(&bytes);
        prop_assert_eq!(&loaded, &activity);
        prop_assert_eq!(bytes_of(&loaded), bytes);
        prop_assert_eq!(hash_of(&loaded), hash_of(&activity));
        // What comes next is the same as well.
        let mut activity = activity;
        prop_assert_eq!(loaded.bytes(), activity.bytes());
        prop_assert_eq!(loaded.tasks.add(Task::default()), activity.tasks.add(Task::default()));
        loaded.timers.insert(1.0, 5);
        activity.timers.insert(1.0, 5);
        prop_assert_eq!(bytes_of(&loaded), bytes_of(&activity));
    }

    #[test]
    fn cut_dumps_are_refused(activity in activity(), cut in any::<prop::sample::Index>()) {
        let bytes = bytes_of(&activity);
        let short = &bytes[..cut.index(bytes.len())];
        prop_assert!(Activity::load(&mut Reader::new(short)).is_err());
    }

    #[test]
    fn anything_loads_or_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(activity) = Activity::load(&mut Reader::new(&bytes)) {
            prop_assert_eq!(&load::<Activity>(&bytes_of(&activity)), &activity);
        }
        if let Ok(heap) = Heap::load(&mut Reader::new(&bytes)) {
            prop_assert_eq!(&load::<Heap>(&bytes_of(&heap)), &heap);
        }
    }
}

#[test]
fn a_heap_takes_what_it_uses() {
    let mut heap = Heap::new(1 << 20, 1);
    // Where every allocation asks for a collection, this one need not.
    heap.collect_at_words = 1 << 10;
    assert_eq!(heap.bytes_reserved(), 0);
    heap.new_latin1(b"a small heap").expect("there is room");
    assert_eq!((heap.bytes_used(), heap.bytes_reserved()), (64, 128));
    heap.trim();
    assert_eq!(heap.bytes_reserved(), 64);
    assert!(size_of::<Heap>() <= 56, "an idle context has little beside");
}

#[test]
fn reserving_without_end_is_refused() {
    // A stack that claims banks of 2^31 registers without using one.
    let mut to = Writer::new();
    to.slice::<FrameRow>(&[]);
    for _ in 0..2 {
        to.pod(32u8);
        to.slice::<u8>(&[]);
    }
    let bytes = to.into_bytes();
    assert!(Stack::load(&mut Reader::new(&bytes)).is_err());
}
