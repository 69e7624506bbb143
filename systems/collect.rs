//! The collection of one context: copies what is reachable to a new region, in order of discovery (Cheney), and drops the rest.
//!
//! Reads the program's classes; writes heap and every root: globals, reference registers of all stacks, jobs, timers, requests,
//! entries, promises owed, promises of tasks, what the caller names. Order: whenever an allocation asks for it, in the middle of
//! execution. When it happens and what it leaves depends on heap and roots alone. Nothing is weak but the rows of handles, those
//! whose objects go being freed in the order of rows, and rejected promises that nobody can wait for any more. Pinned objects are roots. Flattened ropes are replaced by
//! their flat strings. It is iterative: no shape of data needs stack. Cost: a word read and written for each live word.
//! Absent: pausing (a collection is one step; its fuel is charged to the context), finalisers.

use raya_bytecode::image::RefSpan;
use raya_bytecode::slot::HEAP_START;
use raya_storages::activities::{Activity, Job, UNHANDLED_MAX};
use raya_storages::heaps::{
    COLLECT_AT_WORDS_MIN, HEAP_WORDS_MAX, Heap, Soundness, is_in_heap, object_words,
};
use raya_storages::layout::{Kind, header_class};
use raya_storages::limits::Limits;
use raya_storages::programs::Program;
use raya_storages::tasks::LimitFault;

/// What a collection is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Need {
    /// Words that the instruction which stopped allocates, from its start.
    pub words: u32,
    /// Reference temps that hold its arguments, behind the locals of the running task's top frame.
    pub window_refs: u32,
}

impl Need {
    /// Words, and no temps.
    pub fn words(words: u32) -> Need {
        Need {
            words,
            window_refs: 0,
        }
    }
}

/// What a collection did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CollectStats {
    /// Words in use before.
    pub words_before: u32,
    /// Words in use after.
    pub words_after: u32,
    /// What it costs, in steps.
    pub fuel: u64,
}

/// Steps that a collection costs beside what it copies.
const FUEL_FIXED: u64 = 64;

/// Live words that one step pays for.
const WORDS_PER_STEP: u64 = 2;

/// Roots that one step pays for.
const ROOTS_PER_STEP: u64 = 4;

/// What a collection costs that leaves so many words, having looked at so many roots, in steps.
pub fn fuel_for(words_after: u32, roots: u64) -> u64 {
    FUEL_FIXED + u64::from(words_after) / WORDS_PER_STEP + roots / ROOTS_PER_STEP
}

/// Collects a context's heap. Afterwards `need.words` can be allocated; if the limit forbids that, the heap is collected
/// all the same, and the fault says what would be in use. `extra_roots` are further references to keep and move.
pub fn collect(
    program: &Program,
    heap: &mut Heap,
    activity: Option<&mut Activity>,
    need: Need,
    extra_roots: &mut [u32],
    limits: &Limits,
) -> Result<CollectStats, LimitFault> {
    let words_before = heap.top;
    let mut copy = Copy::begin(program, heap);
    copy.root(&mut heap.globals);
    extra_roots.iter_mut().for_each(|root| copy.root(root));
    let mut stack_bytes = 0;
    let mut activity = activity;
    if let Some(activity) = activity.as_deref_mut() {
        stack_bytes = activity.bytes();
        activity_roots(program, activity, need.window_refs, &mut copy);
    }
    let mut foreign = heap.foreign.take();
    if let Some(foreign) = foreign.as_deref_mut() {
        foreign
            .pins
            .objects
            .iter_mut()
            .for_each(|pin| copy.root(pin));
    }
    copy.scan();
    if let Some(activity) = activity {
        keep_rejected(activity, &copy);
    }
    if let Some(foreign) = foreign.as_deref_mut() {
        foreign.collected(|place| copy.moved(place));
    }
    heap.foreign = foreign;
    let roots = copy.roots;
    heap.words = copy.to;
    heap.top = heap.words.len() as u32;
    if heap.top <= HEAP_START {
        (heap.words, heap.top) = (Vec::new(), 0);
    }
    let stats = CollectStats {
        words_before,
        words_after: heap.top,
        fuel: fuel_for(heap.top, roots),
    };
    settle_size(heap, need.words, stack_bytes, limits)?;
    debug_assert!(
        Soundness::of(heap, program).is_ok(),
        "a collection leaves a sound heap"
    );
    Ok(stats)
}

/// Sets when the next collection comes, and gives back memory that it won't need.
fn settle_size(
    heap: &mut Heap,
    need: u32,
    stack_bytes: u64,
    limits: &Limits,
) -> Result<(), LimitFault> {
    let live = u64::from(heap.top.max(HEAP_START));
    let words_max =
        (limits.heap_bytes_max.saturating_sub(stack_bytes) / 8).min(HEAP_WORDS_MAX.into());
    let wanted = live + u64::from(need);
    let comfortable = if cfg!(feature = "zeal") {
        wanted
    } else {
        wanted.max(live * 2).max(COLLECT_AT_WORDS_MIN.into())
    };
    heap.collect_at_words = comfortable.min(words_max) as u32;
    if heap.words.capacity() > heap.words.len() * 2 {
        heap.words
            .shrink_to(heap.words.len() + heap.words.len() / 2);
    }
    if wanted > words_max {
        let (used, max) = (wanted * 8 + stack_bytes, limits.heap_bytes_max);
        return Err(LimitFault::Heap { used, max });
    }
    Ok(())
}

/// Everything in an activity that refers to the heap.
fn activity_roots(program: &Program, activity: &mut Activity, window_refs: u32, copy: &mut Copy) {
    let running = activity.running;
    for (index, task) in (1..).zip(&mut activity.tasks.task) {
        copy.root(&mut task.promise);
        copy.root(&mut task.awaits);
        copy.root(&mut task.cancelled);
        copy.root(&mut task.due);
        let (_, locals_end) = task.stack.locals_end(&program.functions);
        let end = if index == running && activity.repeats {
            task.stack.live_refs
        } else if index == running {
            locals_end + window_refs
        } else {
            locals_end
        } as usize;
        task.stack.refs[..end]
            .iter_mut()
            .for_each(|root| copy.root(root));
    }
    for job in &mut activity.jobs {
        match job {
            Job::Resume { promise, .. } | Job::Fulfil { promise } => copy.root(promise),
            Job::Follow { promise, source } | Job::Adopt { promise, source } => {
                copy.root(promise);
                copy.root(source);
            }
        }
    }
    activity
        .timers
        .promises_mut()
        .for_each(|root| copy.root(root));
    activity
        .outbox
        .iter_mut()
        .for_each(|request| copy.root(&mut request.promise));
    let entries = activity.entries.roots_mut();
    entries.for_each(|root| copy.root(root));
    let owed = activity.owed.iter_mut();
    owed.for_each(|owed| copy.root(&mut owed.promise));
    let rejected = activity.rejected.iter_mut().take(UNHANDLED_MAX);
    rejected.for_each(|root| copy.root(root));
    let listeners = activity.listeners.iter_mut();
    listeners.for_each(|watch| copy.root(&mut watch.promise));
}

/// Of promises that were rejected the first few are kept; of the others, those that somebody could still wait for.
fn keep_rejected(activity: &mut Activity, copy: &Copy) {
    let mut place = 0;
    let more = &mut activity.unhandled_more;
    activity.rejected.retain_mut(|promise| {
        place += 1;
        if place <= UNHANDLED_MAX {
            return true;
        }
        let moved = copy.moved(*promise);
        *promise = moved.unwrap_or(*promise);
        *more += u64::from(moved.is_none());
        moved.is_some()
    });
}

/// The copying. Objects in `to` before `scanned` refer to `to`, those behind it still to `from`.
struct Copy<'a> {
    program: &'a Program,
    from: Vec<u64>,
    to: Vec<u64>,
    scanned: usize,
    roots: u64,
}

impl<'a> Copy<'a> {
    fn begin(program: &'a Program, heap: &mut Heap) -> Copy<'a> {
        let mut from = std::mem::take(&mut heap.words);
        from.truncate(heap.top as usize);
        let mut to = Vec::with_capacity(from.len() / 2);
        to.resize(HEAP_START as usize, 0);
        Copy {
            program,
            from,
            to,
            scanned: HEAP_START as usize,
            roots: 0,
        }
    }

    fn root(&mut self, root: &mut u32) {
        self.roots += 1;
        *root = self.forward(*root);
    }

    /// Where the object that a reference into `from` is to is in `to`; copies it when it is met first.
    fn forward(&mut self, reference: u32) -> u32 {
        if !is_in_heap(reference) {
            return reference;
        }
        let at = reference as usize;
        let header = self.from[at];
        match Kind::of(header) {
            Some(Kind::Forwarded) => (header >> 32) as u32,
            Some(Kind::Rope) if self.from[at + 2] >> 32 == 0 => {
                self.forward_flat(self.from[at + 2] as u32)
            }
            _ => self.copy(at),
        }
    }

    /// Where an object was copied to, if it was.
    fn moved(&self, reference: u32) -> Option<u32> {
        let header = self.from[reference as usize];
        (Kind::of(header) == Some(Kind::Forwarded)).then_some((header >> 32) as u32)
    }

    /// As `forward`, for what a flattened rope has, which is no rope.
    fn forward_flat(&mut self, reference: u32) -> u32 {
        if !is_in_heap(reference) {
            return reference;
        }
        let header = self.from[reference as usize];
        assert!(
            Kind::of(header) != Some(Kind::Rope),
            "a flattened rope has a flat string"
        );
        if Kind::of(header) == Some(Kind::Forwarded) {
            return (header >> 32) as u32;
        }
        self.copy(reference as usize)
    }

    fn copy(&mut self, at: usize) -> u32 {
        let words =
            object_words(&self.from, at, self.program).expect("a reference is to an object");
        let moved = self.to.len() as u32;
        self.to
            .extend_from_slice(&self.from[at..at + words as usize]);
        self.from[at] = Kind::Forwarded as u64 | u64::from(moved) << 32;
        moved
    }

    /// Forwards the references of copied objects until no object is left that was not looked at.
    fn scan(&mut self) {
        while self.scanned < self.to.len() {
            let at = self.scanned;
            let words =
                object_words(&self.to, at, self.program).expect("what was copied is an object");
            self.scan_object(at);
            self.scanned = at + words as usize;
        }
    }

    fn scan_object(&mut self, at: usize) {
        let half = at * 2;
        let header = self.to[at];
        match Kind::of(header) {
            Some(Kind::Object) => self.scan_instance(half, header_class(header)),
            Some(Kind::Rope) => self.scan_halves(half + 4, 2),
            Some(Kind::StoreRef) => self.scan_halves(half + 4, self.to[at + 1] as u32 as usize),
            Some(Kind::StoreMixed) => {
                let capacity = self.to[at + 1] as u32 as usize;
                self.scan_halves(half + 4 + capacity * 2, capacity);
            }
            Some(Kind::Promise | Kind::Hash) => self.scan_halves(half + 3, 1),
            Some(kind) if kind.is_array() => self.scan_halves(half + 3, 1),
            _ => {}
        }
    }

    fn scan_instance(&mut self, half: usize, class: u16) {
        let program = self.program;
        let spans = program.classes[usize::from(class)].ref_spans;
        for &RefSpan { start, count } in &program.image.ref_spans[spans.indices()] {
            self.scan_halves(half + usize::from(start), usize::from(count));
        }
    }

    fn scan_halves(&mut self, start: usize, count: usize) {
        for at in start..start + count {
            let old = bytemuck::cast_slice::<u64, u32>(&self.to)[at];
            let new = self.forward(old);
            bytemuck::cast_slice_mut::<u64, u32>(&mut self.to)[at] = new;
        }
    }
}

#[cfg(test)]
mod tests;
