//! What the tests of execution share: a builder for hand-written programs, and a context to run them in.

#![allow(dead_code, reason = "each test uses a part")]

use raya_bytecode::assemble::{FunctionBuilder, FunctionSpec, ImageBuilder};
use raya_bytecode::image::{CLASS_GLOBALS, Entry};
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::verify;
use raya_storages::activities::Activity;
use raya_storages::entries::{self, Stage};
use raya_storages::frames::Stack;
use raya_storages::heaps::Heap;
use raya_storages::limits::Limits;
use raya_storages::programs::Program;
use raya_storages::runs::RunOutcome;
use raya_storages::values::Value;
use raya_systems::collect::{Need, collect};
use raya_systems::execute::{Execution, HostLinks, Stop, execute, fault_running};
use std::sync::Arc;

/// A program being written.
pub struct Source {
    pub image: ImageBuilder,
    pub entry: Entry,
}

impl Source {
    pub fn new() -> Source {
        let mut image = ImageBuilder::new();
        let globals = image.declare_class("globals", CLASS_GLOBALS, None);
        let init = image.declare_function();
        let mut f = FunctionBuilder::new();
        f.emit(raya_bytecode::isa::Op::Ret, 0, 0, 0);
        let spec = spec(
            "init",
            &[],
            Slot::VOID,
            &[],
            &[],
            raya_bytecode::image::FUNCTION_ASYNC,
        );
        image.define_function(init, &spec, f.finish(0, 0).expect("assembles"));
        let entry = Entry::of(init, u32::from(globals));
        Source { image, entry }
    }

    /// Defines a function. `nums` and `refs` are its locals, parameters first.
    pub fn define(
        &mut self,
        id: u32,
        params: &[Slot],
        ret: Slot,
        nums: &[Slot],
        refs: &[Slot],
        write: impl FnOnce(&mut FunctionBuilder),
    ) {
        self.define_flagged(id, params, ret, nums, refs, 0, write);
    }

    #[allow(clippy::too_many_arguments)]
    pub fn define_flagged(
        &mut self,
        id: u32,
        params: &[Slot],
        ret: Slot,
        nums: &[Slot],
        refs: &[Slot],
        flags: u16,
        write: impl FnOnce(&mut FunctionBuilder),
    ) {
        let mut f = FunctionBuilder::new();
        write(&mut f);
        let body = f
            .finish(nums.len() as u16, refs.len() as u16)
            .expect("assembles");
        let name = format!("f{id}");
        self.image
            .define_function(id, &spec(&name, params, ret, nums, refs, flags), body);
    }

    pub fn finish(self) -> Arc<Program> {
        let image = self.image.finish(self.entry).expect("assembles");
        let image = verify(image).unwrap_or_else(|e| panic!("{e}"));
        Arc::new(Program::link(Arc::new(image), 1))
    }
}

fn spec<'a>(
    name: &'a str,
    params: &'a [Slot],
    ret: Slot,
    num_locals: &'a [Slot],
    ref_locals: &'a [Slot],
    flags: u16,
) -> FunctionSpec<'a> {
    FunctionSpec {
        name,
        params,
        ret,
        num_locals,
        ref_locals,
        // A first parameter of a class is a receiver.
        receiver: params.first().and_then(|p| p.as_class()),
        flags,
    }
}

/// A context.
pub struct World {
    pub program: Arc<Program>,
    pub heap: Heap,
    pub activity: Activity,
    pub scratch: Stack,
    pub limits: Limits,
    pub host: HostLinks,
    pub steps: i64,
    pub collections: u32,
    /// Collect before every allocation.
    pub zeal: bool,
}

impl World {
    pub fn new(program: Arc<Program>) -> World {
        let limits = Limits {
            heap_bytes_max: 64 << 20,
            tasks_max: 100,
            stack_frames_max: 10_000,
            steps_max: u64::MAX,
            steps_per_tick_max: u64::MAX,
        };
        World {
            program,
            heap: Heap::new(limits.heap_bytes_max, 1),
            activity: Activity::default(),
            scratch: Stack::default(),
            limits,
            host: HostLinks::default(),
            steps: 0,
            collections: 0,
            zeal: false,
        }
    }

    pub fn execution(&mut self) -> Execution<'_> {
        Execution {
            program: &self.program,
            heap: &mut self.heap,
            activity: &mut self.activity,
            scratch: &mut self.scratch,
            limits: &self.limits,
            host: &self.host,
            now_ms: 0.0,
            context: 0,
        }
    }

    /// Hands an entry in.
    pub fn start(&mut self, function: u32, args: &[Value]) {
        self.activity.entries.push(entries::Entry {
            run: 1,
            function,
            stage: Stage::Waiting(args.to_vec()),
            origin: entries::Origin::Host,
        });
    }

    /// Runs until idle, with so much fuel a time.
    pub fn run(&mut self, fuel_each: i64) {
        let mut fuel = fuel_each;
        loop {
            if self.zeal && self.collections == 0 {
                self.heap.collect_at_words = self.heap.top;
            }
            let before = fuel;
            let stop = execute(&mut self.execution(), &mut fuel);
            self.steps += before - fuel;
            match stop {
                Stop::Idle => return,
                Stop::OutOfFuel => {
                    // Whatever can be seen from outside could have come from there.
                    let sound = self.activity.verify(&self.program, &self.heap);
                    sound.unwrap_or_else(|e| panic!("{e}"));
                    fuel = fuel_each;
                }
                Stop::NeedsCollection { words, window_refs } => {
                    self.collections += 1;
                    let need = Need { words, window_refs };
                    let activity = Some(&mut self.activity);
                    let done = collect(
                        &self.program,
                        &mut self.heap,
                        activity,
                        need,
                        &mut [],
                        &self.limits,
                    );
                    match done {
                        Ok(_) if self.zeal => {
                            self.heap.collect_at_words = self.heap.top.max(4) + words
                        }
                        Ok(_) => {}
                        Err(fault) => fault_running(&mut self.execution(), fault),
                    }
                }
                Stop::Limit { fault, .. } => fault_running(&mut self.execution(), fault),
                other => panic!("stopped by {other:?}"),
            }
        }
    }

    /// The numbers in an `f64[]`.
    pub fn numbers(&self, array: u32) -> Vec<f64> {
        self.heap.f64s(array).to_vec()
    }

    /// A string's text.
    pub fn text(&self, string: u32) -> String {
        self.heap.text(&self.program.constants, string)
    }

    /// Runs a function to its end.
    pub fn call(&mut self, function: u32, args: &[Value]) -> RunOutcome {
        self.start(function, args);
        self.run(1 << 40);
        self.outcome()
    }

    /// Takes the outcome of the first entry that is over.
    pub fn outcome(&mut self) -> RunOutcome {
        self.activity.entries.pop_ended().expect("it is over").1
    }
}

/// A number as an argument.
pub fn number(value: f64) -> Value {
    Value::Number(value)
}

/// A number as a result.
pub fn returned(value: f64) -> RunOutcome {
    RunOutcome::Returned(Value::Number(value))
}
