//! Random graphs against a naive model, in a heap that is collected at random and whenever it is full.

use super::*;
use crate::fixture::{self, NODE};
use proptest::prelude::*;
use raya_bytecode::slot::{CONSTANT_BIT, Slot, TAG_NUMBER, UNDEFINED};
use raya_storages::dump::{Persist, Reader, Writer};
use raya_storages::frames::{FrameRow, NO_ADAPT};
use raya_storages::tasks::Task;

/// The model: what a reference is to, by contents.
#[derive(Clone, PartialEq, Debug)]
enum Twin {
    Undefined,
    Node {
        left: usize,
        right: usize,
        weight: f64,
        items: Vec<usize>,
    },
    Text(String),
    Rope(usize, usize),
    Numbers(Vec<f64>),
    Mixed(Vec<usize>),
    Promise(usize),
}

#[derive(Clone, Debug)]
enum Action {
    Node(usize, usize, f64, Vec<usize>),
    Text(String),
    Rope(usize, usize),
    Flatten(usize),
    Numbers(Vec<f64>),
    Mixed(Vec<usize>),
    Promise(usize),
    SetLeft(usize, usize),
    Forget(usize),
    Collect,
    Reload,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let at = || 0usize..64;
    let one = prop_oneof![
        3 => (at(), at(), any::<i16>(), prop::collection::vec(at(), 0..5))
            .prop_map(|(l, r, w, items)| Action::Node(l, r, w.into(), items)),
        2 => "[a-zäλ]{0,9}".prop_map(Action::Text),
        2 => (at(), at()).prop_map(|(l, r)| Action::Rope(l, r)),
        1 => at().prop_map(Action::Flatten),
        1 => prop::collection::vec(any::<i8>().prop_map(f64::from), 0..9).prop_map(Action::Numbers),
        1 => prop::collection::vec(at(), 0..5).prop_map(Action::Mixed),
        1 => at().prop_map(Action::Promise),
        2 => (at(), at()).prop_map(|(a, b)| Action::SetLeft(a, b)),
        2 => at().prop_map(Action::Forget),
        2 => Just(Action::Collect),
        1 => Just(Action::Reload),
    ];
    prop::collection::vec(one, 0..80)
}

/// A context whose registers hold what the model's slots hold.
struct World {
    program: Program,
    heap: Heap,
    activity: Activity,
    twins: Vec<Twin>,
    /// Registers: model objects (0 is undefined).
    slots: Vec<usize>,
}

const SLOTS: usize = 8;
const LIMITS: Limits = Limits {
    heap_bytes_max: 1 << 20,
    tasks_max: 10,
    stack_frames_max: 10,
    steps_max: u64::MAX,
    steps_per_tick_max: u64::MAX,
};

impl World {
    fn new() -> World {
        let program = fixture::program();
        let mut activity = Activity::default();
        let mut task = Task::default();
        task.stack.reserve(4, SLOTS + 3);
        for frame in 0..2 {
            let (num_base, ref_base) = (frame, frame * u32::from(fixture::LOCALS));
            // The outer one is behind its call, the inner one at its start.
            let pc = program.functions[1].code_start + 1 - frame;
            let ret_adapt = if frame == 0 { Slot::VOID.0 } else { NO_ADAPT };
            task.stack.rows.push(FrameRow {
                function: 1,
                pc,
                num_base,
                ref_base,
                ret_adapt,
                ..Default::default()
            });
        }
        task.stack.settle(&program.functions);
        activity.tasks.add(task);
        activity.running = 1;
        World {
            program,
            heap: Heap::new(LIMITS.heap_bytes_max, 1),
            activity,
            twins: vec![Twin::Undefined],
            slots: vec![0; SLOTS],
        }
    }

    /// Six slots are locals of two frames, two are the window of the instruction that stopped.
    fn register(&mut self, slot: usize) -> &mut u32 {
        &mut self.activity.tasks.task[0].stack.refs[slot]
    }

    fn reference(&mut self, slot: usize) -> u32 {
        *self.register(slot % SLOTS)
    }

    fn twin(&self, slot: usize) -> usize {
        self.slots[slot % SLOTS]
    }

    fn put(&mut self, slot: usize, reference: u32, twin: Twin) {
        *self.register(slot % SLOTS) = reference;
        self.twins.push(twin);
        self.slots[slot % SLOTS] = self.twins.len() - 1;
    }

    fn collect(&mut self, words: u32) -> CollectStats {
        let stats = self.try_collect(words);
        stats.expect("the graphs are smaller than the limit")
    }

    fn try_collect(&mut self, words: u32) -> Result<CollectStats, LimitFault> {
        let need = Need {
            words,
            window_refs: (SLOTS - 6) as u32,
        };
        let (program, heap) = (&self.program, &mut self.heap);
        collect(
            program,
            heap,
            Some(&mut self.activity),
            need,
            &mut [],
            &LIMITS,
        )
    }

    /// Allocates; when told to, after a collection that leaves no room to spare.
    fn allocate(&mut self, mut make: impl FnMut(&mut World) -> Option<u32>) -> u32 {
        if let Some(made) = make(self) {
            return made;
        }
        self.collect(64);
        make(self).expect("a collection makes room")
    }

    fn is_string(&mut self, slot: usize) -> bool {
        let reference = self.reference(slot);
        self.heap.is_string(&self.program.constants, reference)
            && self.heap.string_len(&self.program.constants, reference) > 0
    }

    fn act(&mut self, at: usize, action: Action) {
        match action {
            Action::Node(left, right, weight, items) => {
                let node = self.allocate(|w| {
                    let words = w.program.classes[usize::from(NODE)].words;
                    let len = items.len() as u32;
                    let node = w.heap.new_object(NODE, words)?;
                    let array = w.heap.new_array(Slot::ARR_REF, len, len * 2)?;
                    let offset = |index| fixture::field(&w.program, NODE, index);
                    w.heap.set_half(node, offset(4).1, array);
                    w.heap.set_num(node, offset(2).0, weight.to_bits());
                    Some(node)
                });
                let offset = |w: &World, index| fixture::field(&w.program, NODE, index).1;
                for (index, from) in [(0, left), (1, right)] {
                    let (value, offset) = (self.reference(from), offset(self, index));
                    self.heap.set_half(node, offset, value);
                }
                let values: Vec<u32> = items.iter().map(|slot| self.reference(*slot)).collect();
                let array = self.heap.half(node, offset(self, 4));
                self.heap.refs_mut(array).copy_from_slice(&values);
                let (left, right) = (self.twin(left), self.twin(right));
                let items = items.iter().map(|slot| self.twin(*slot)).collect();
                self.put(
                    at,
                    node,
                    Twin::Node {
                        left,
                        right,
                        weight,
                        items,
                    },
                );
            }
            Action::Text(text) => {
                let string = self.allocate(|w| w.heap.new_text(&text));
                self.put(at, string, Twin::Text(text));
            }
            Action::Rope(left, right) if self.is_string(left) && self.is_string(right) => {
                let len = |w: &mut World, slot| {
                    let part = w.reference(slot);
                    w.heap.string_len(&w.program.constants, part)
                };
                let len = len(self, left) + len(self, right);
                if len > 200 {
                    return;
                }
                let rope = self.allocate(|w| {
                    let (left, right) = (w.reference(left), w.reference(right));
                    w.heap.new_rope(left, right, len)
                });
                self.put(at, rope, Twin::Rope(self.twin(left), self.twin(right)));
            }
            Action::Flatten(slot) if self.is_string(slot) => {
                self.allocate(|w| {
                    let string = w.reference(slot);
                    w.heap.flatten(&w.program.constants, string)
                });
            }
            Action::Numbers(numbers) => {
                let len = numbers.len() as u32;
                let array = self.allocate(|w| w.heap.new_array(Slot::ARR_F64, len, len + 3));
                self.heap.f64s_mut(array).copy_from_slice(&numbers);
                self.put(at, array, Twin::Numbers(numbers));
            }
            Action::Mixed(items) => {
                let len = items.len() as u32;
                let array = self.allocate(|w| w.heap.new_array(Slot::ARR_MIXED, len, len + 1));
                let refs: Vec<u32> = items.iter().map(|slot| self.reference(*slot)).collect();
                let (nums, halves) = self.heap.mixed_mut(array);
                halves.copy_from_slice(&refs);
                nums.fill(7);
                self.put(
                    at,
                    array,
                    Twin::Mixed(items.iter().map(|s| self.twin(*s)).collect()),
                );
            }
            Action::Promise(slot) => {
                let promise = self.allocate(|w| w.heap.new_promise());
                let value = self.reference(slot);
                self.heap.set_half(promise, 3, value);
                self.put(at, promise, Twin::Promise(self.twin(slot)));
            }
            Action::SetLeft(slot, from) => {
                let (id, to) = (self.twin(slot), self.twin(from));
                if let Twin::Node { left, .. } = &mut self.twins[id] {
                    *left = to;
                    let (node, value) = (self.reference(slot), self.reference(from));
                    let offset = fixture::field(&self.program, NODE, 0).1;
                    self.heap.set_half(node, offset, value);
                }
            }
            Action::Forget(slot) => self.put(slot, UNDEFINED, Twin::Undefined),
            Action::Collect => {
                let once = self.collect(0);
                // What is live is a function of the roots: a second collection finds nothing to drop.
                assert_eq!(self.collect(0).words_after, once.words_after);
            }
            Action::Reload => self.reload(),
            Action::Rope(..) | Action::Flatten(_) => {}
        }
    }

    fn reload(&mut self) {
        let mut to = Writer::new();
        self.heap.dump(&mut to);
        let bytes = to.into_bytes();
        let mut from = Reader::new(&bytes);
        self.heap = Heap::load(&mut from).expect("what was dumped loads");
    }

    fn text(&self, twin: usize) -> String {
        match &self.twins[twin] {
            Twin::Text(text) => text.clone(),
            Twin::Rope(left, right) => self.text(*left) + &self.text(*right),
            other => panic!("{other:?} is no string"),
        }
    }

    /// Compares everything reachable with the model.
    fn compare(&self) {
        let registers = &self.activity.tasks.task[0].stack.refs;
        let mut rest: Vec<(u32, usize)> = registers
            .iter()
            .copied()
            .zip(self.slots.iter().copied())
            .collect();
        let mut seen = std::collections::BTreeMap::new();
        while let Some((reference, twin)) = rest.pop() {
            let is_shared = !matches!(
                self.twins[twin],
                Twin::Undefined | Twin::Text(_) | Twin::Rope(..)
            );
            if is_shared && let Some(known) = seen.insert(twin, reference) {
                assert_eq!(known, reference, "one object stays one");
                continue;
            }
            match &self.twins[twin] {
                Twin::Undefined => assert_eq!(reference, UNDEFINED),
                Twin::Text(_) | Twin::Rope(..) => {
                    assert_eq!(
                        self.heap.text(&self.program.constants, reference),
                        self.text(twin)
                    );
                }
                Twin::Node {
                    left,
                    right,
                    weight,
                    items,
                } => {
                    let offset = |index| fixture::field(&self.program, NODE, index);
                    assert_eq!(self.heap.num(reference, offset(2).0), weight.to_bits());
                    rest.push((self.heap.half(reference, offset(0).1), *left));
                    rest.push((self.heap.half(reference, offset(1).1), *right));
                    let array = self.heap.half(reference, offset(4).1);
                    rest.extend(
                        self.heap
                            .refs(array)
                            .iter()
                            .copied()
                            .zip(items.iter().copied()),
                    );
                }
                Twin::Numbers(numbers) => assert_eq!(self.heap.f64s(reference), numbers),
                Twin::Mixed(items) => {
                    let (nums, refs) = self.heap.mixed(reference);
                    assert!(nums.iter().all(|num| *num == 7));
                    rest.extend(refs.iter().copied().zip(items.iter().copied()));
                }
                Twin::Promise(value) => rest.push((self.heap.half(reference, 3), *value)),
            }
        }
    }
}

proptest! {
    #[test]
    fn graphs_survive(actions in actions(), is_tight in any::<bool>()) {
        let mut world = World::new();
        for (at, action) in actions.into_iter().enumerate() {
            if is_tight {
                world.heap.collect_at_words = world.heap.top;
            }
            world.act(at, action);
            prop_assert!(Soundness::of(&world.heap, &world.program).is_ok());
            world.compare();
        }
        prop_assert_eq!(world.activity.verify(&world.program, &world.heap), Ok(()));
    }

    #[test]
    fn hostile_dumps_are_refused_or_sound(
        actions in actions(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9),
    ) {
        let mut world = World::new();
        for (at, action) in actions.into_iter().enumerate() {
            world.act(at, action);
        }
        let mut to = Writer::new();
        world.heap.dump(&mut to);
        world.activity.dump(&mut to);
        let mut bytes = to.into_bytes();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let mut from = Reader::new(&bytes);
        let Ok(heap) = Heap::load(&mut from) else { return Ok(()) };
        let Ok(activity) = Activity::load(&mut from) else { return Ok(()) };
        if activity.verify(&world.program, &heap).is_ok() {
            (world.heap, world.activity) = (heap, activity);
            if world.activity.running == 1 {
                // Stacks may say to be longer than the limit allows.
                let stats = world.try_collect(0);
                prop_assert!(stats.is_ok() || world.activity.bytes() > LIMITS.heap_bytes_max);
            }
        }
    }
}

#[test]
fn the_limit_counts_stacks_and_says_what_was_asked() {
    let mut world = World::new();
    let limits = Limits {
        heap_bytes_max: 4096,
        ..LIMITS
    };
    let stacks = world.activity.bytes();
    let need = Need {
        words: 1000,
        window_refs: 0,
    };
    let (program, activity) = (&world.program, Some(&mut world.activity));
    let result = collect(program, &mut world.heap, activity, need, &mut [], &limits);
    let used = (1000 + u64::from(HEAP_START)) * 8 + stacks;
    assert_eq!(result, Err(LimitFault::Heap { used, max: 4096 }));
}

#[test]
fn a_long_list_is_collected_without_recursion() {
    let mut world = World::new();
    world.heap.collect_at_words = 1 << 24;
    let words = world.program.classes[usize::from(NODE)].words;
    let mut last = TAG_NUMBER;
    for _ in 0..100_000 {
        let node = world.heap.new_object(NODE, words).expect("there is room");
        world
            .heap
            .set_half(node, fixture::field(&world.program, NODE, 0).1, last);
        last = node;
    }
    *world.register(0) = last;
    *world.register(1) = CONSTANT_BIT;
    let limits = Limits {
        heap_bytes_max: 1 << 30,
        ..LIMITS
    };
    let (need, program) = (Need::default(), &world.program);
    let stats = collect(
        program,
        &mut world.heap,
        Some(&mut world.activity),
        need,
        &mut [],
        &limits,
    );
    let stats = stats.expect("it fits");
    assert_eq!(stats.words_before, stats.words_after);
    *world.register(0) = UNDEFINED;
    assert_eq!(world.collect(0).words_after, 0);
}
