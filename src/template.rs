//! Templates: the heap as a program's modules leave it, for programs whose modules ask nothing of the host.
//!
//! Made once a program, when it is first asked for, by running the modules in a context of their own with small limits; a context
//! whose limits are no lower starts from a copy, without the garbage, and is charged the same steps.
//! Invariant: no function that the modules can reach calls the host, reads the clock or draws a random number, so the
//! copy is what any context would have made. Derived from programs: never dumped.
//! Absent: modules that do ask something (`entries` runs them).

use crate::ContextId;
use crate::cell::Cell;
use raya_bytecode::builtins::Builtin;
use raya_bytecode::image::{Image, NONE};
use raya_bytecode::isa::{Inst, Op, Operand};
use raya_storages::activities::Activity;
use raya_storages::frames::Stack;
use raya_storages::heaps::Heap;
use raya_storages::limits::{Counters, Limits};
use raya_storages::programs::Program;
use raya_storages::runs::RunOutcome;
use raya_systems::collect::{Need, collect};
use raya_systems::execute::{Arguments, CallEnd, HostFunction, HostLinks};

/// What the modules may use for a template to be made of them.
const LIMITS: Limits = Limits {
    heap_bytes_max: 256 << 10,
    tasks_max: 8,
    stack_frames_max: 200,
    steps_max: 1_000_000,
    steps_per_tick_max: u64::MAX,
};

/// The templates of programs.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    /// By row of `programs`: none yet, or what came of asking for one.
    asked: Vec<Option<Option<Template>>>,
}

impl Templates {
    /// The template of the program at a row, if it can have one.
    pub fn of(&mut self, row: usize, program: &Program) -> Option<&Template> {
        if self.asked.len() <= row {
            self.asked.resize_with(row + 1, || None);
        }
        let asked = self.asked[row].get_or_insert_with(|| Template::of(program));
        asked.as_ref()
    }

    /// The program at a row is gone.
    pub fn forget(&mut self, row: usize) {
        if let Some(asked) = self.asked.get_mut(row) {
            *asked = None;
        }
    }
}

/// See the module's header.
#[derive(Debug)]
pub(crate) struct Template {
    heap: Heap,
    steps: u64,
}

impl Template {
    /// The template of a program, if it can have one.
    fn of(program: &Program) -> Option<Template> {
        if asks_anything(&program.image) {
            return None;
        }
        let host = HostLinks {
            functions: vec![HostFunction::Missing; program.image.imports.len()],
            ..HostLinks::default()
        };
        let mut heap = Heap::new(LIMITS.heap_bytes_max, 0);
        let (mut counters, mut scratch) = (Counters::default(), Stack::default());
        let mut activity = Some(Box::<Activity>::default());
        let mut cell = Cell {
            id: ContextId::from_bits(1 << 32).expect("the first id"),
            program,
            host: &host,
            heap: &mut heap,
            activity: &mut activity,
            scratch: &mut scratch,
            limits: &LIMITS,
            marks: None,
            counters: &mut counters,
            now_ms: 0.0,
        };
        let end = cell.call(
            program.image.entry.init,
            Arguments::Values(&[]),
            0,
            &mut Vec::new(),
        );
        if matches!(end, Ok(CallEnd::Stopped(_))) {
            cell.run(u64::MAX);
        }
        let mut activity = activity?;
        let has_returned = match end.ok()? {
            CallEnd::Returned(..) => true,
            CallEnd::Failed(_) => false,
            CallEnd::Stopped(_) => {
                let ended = activity.entries.pop_ended();
                matches!(ended, Some((_, RunOutcome::Returned(_))))
            }
        };
        raya_systems::reap::reap(&mut activity);
        let has_ended = has_returned && activity.is_idle();
        // Every context gets a copy: what the modules dropped is not copied along.
        collect(program, &mut heap, None, Need::words(0), &mut [], &LIMITS).ok()?;
        heap.trim();
        has_ended.then_some(Template {
            heap,
            steps: counters.steps,
        })
    }

    /// Gives a context that has run nothing the heap that its modules would leave; false if its limits are too low for it.
    pub fn apply(&self, heap: &mut Heap, limits: &Limits, counters: &mut Counters) -> bool {
        let suffices = limits.heap_bytes_max >= LIMITS.heap_bytes_max
            && limits.tasks_max >= LIMITS.tasks_max
            && limits.stack_frames_max >= LIMITS.stack_frames_max
            && limits.steps_max.saturating_sub(counters.steps) > self.steps;
        if suffices {
            *heap = Heap {
                random: heap.random,
                foreign: heap.foreign.take(),
                ..self.heap.clone()
            };
            counters.steps += self.steps;
        }
        suffices
    }

    /// The steps that the modules take.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}

/// Whether the modules can reach an instruction that asks something of the host, the clock or the random stream.
fn asks_anything(image: &Image) -> bool {
    let mut has_seen = vec![false; image.functions.len()];
    let mut rest = vec![image.entry.init];
    while let Some(function) = rest.pop() {
        if std::mem::replace(&mut has_seen[function as usize], true) {
            continue;
        }
        let code = image.functions[function as usize].code.indices();
        if image.code[code]
            .iter()
            .any(|inst| asks(image, inst, &mut rest))
        {
            return true;
        }
    }
    false
}

/// Whether an instruction asks; the functions that it makes reachable are added to `rest`. Whoever is made can be called.
fn asks(image: &Image, inst: &Inst, rest: &mut Vec<u32>) -> bool {
    let op = Op::from_u8(inst.op).expect("a verified program has opcodes");
    if op == Op::Ext {
        return false;
    }
    for (operand, value) in op.info().operands.into_iter().zip([inst.a, inst.b, inst.c]) {
        match operand {
            Operand::Import => return true,
            Operand::Builtin => match Builtin::from_u16(value) {
                Some(Builtin::Sleep | Builtin::Now | Builtin::MathRandom) | None => return true,
                Some(_) => {}
            },
            Operand::Function => rest.push(value.into()),
            Operand::Class => {
                let class = &image.classes[usize::from(value)];
                rest.extend(Some(class.function).filter(|&f| f != NONE));
                rest.extend(
                    image.methods[class.methods.indices()]
                        .iter()
                        .map(|m| m.function),
                );
            }
            _ => {}
        }
    }
    false
}
