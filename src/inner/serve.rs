//! What the functions of `raya:vm` do.
//!
//! Invariant: whatever is asked goes through the method that the embedder would call, so both see the same limits and
//! errors. Absent: how arguments get here (`tick`), records of options (`options`).

use super::options::{limits_of_child, on_limit_text, options_of_child, priority, priority_text};
use super::{VmOp, child, from_handle, gone, handle};
use crate::capability::GuestError;
use crate::effects::Served;
use crate::runtime::Runtime;
use crate::{ContextId, TaskId, Value, VmError};
use raya_storages::activities::AnsweredBy;

/// What it costs to read the figures of one context, or to go over it where something is done to all inside a child.
const STEPS_PER_CONTEXT: u64 = 64;

/// Bytes of a program that one step verifies and links.
const PROGRAM_BYTES_PER_STEP: u64 = 4;

/// Bytes of a program that a context gives to another.
const GIVEN_BYTES_MAX: usize = 1 << 20;

/// Names and types of exports take at most so many bytes: they are written while everybody waits.
const EXPORTS_BYTES_MAX: usize = 1 << 20;

/// A request: who asks, and the arguments.
struct Request<'a> {
    runtime: &'a mut Runtime,
    asker: ContextId,
    args: &'a [Value],
}

/// Serves a request of the context `asker`.
pub(crate) fn serve(runtime: &mut Runtime, asker: ContextId, op: VmOp, args: &[Value]) -> Served {
    let mut request = Request {
        runtime,
        asker,
        args,
    };
    request
        .serve(op)
        .unwrap_or_else(|e| Served::Answer(Err(GuestError::new("Error", guest_text(&e)))))
}

/// An error as a guest reads it: options have their names there.
fn guest_text(error: &VmError) -> String {
    let VmError::InvalidOption(invalid) = error else {
        return error.to_string();
    };
    let mut field = String::new();
    for part in invalid.field.split('_') {
        let mut letters = part.chars();
        let first = letters.next().into_iter();
        if field.is_empty() {
            field.extend(first);
        } else {
            field.extend(first.map(|c| c.to_ascii_uppercase()));
        }
        field.extend(letters);
    }
    format!("invalid option `{field}`: {}", invalid.message)
}

impl Request<'_> {
    fn serve(&mut self, op: VmOp) -> Result<Served, VmError> {
        match op {
            VmOp::Run => {
                let task = self.run()?;
                return Ok(Served::Later(
                    AnsweredBy::Run(task.to_bits()),
                    self.result_desc(),
                ));
            }
            VmOp::NextEvent => return self.next_event(),
            _ => {}
        }
        let value = match op {
            VmOp::New => self.create()?,
            VmOp::State => self.state(),
            VmOp::Children => self.children(),
            // Ending twice is no error.
            VmOp::Terminate => {
                if let Ok(id) = self.child() {
                    self.runtime.remove(id);
                }
                Value::Undefined
            }
            _ => self.of_child(op)?,
        };
        Ok(Served::Answer(Ok(value)))
    }

    /// What needs a child that lives.
    fn of_child(&mut self, op: VmOp) -> Result<Value, VmError> {
        let id = self.child()?;
        let row = id.index();
        if matches!(
            op,
            VmOp::Pause | VmOp::Resume | VmOp::RunSteps | VmOp::Revoke
        ) {
            let inside = self.runtime.contexts.subtree(row).len() as u64;
            self.pay(STEPS_PER_CONTEXT * inside);
        }
        match op {
            VmOp::Load => self.load(id)?,
            VmOp::Grants => return self.grants(id),
            VmOp::Revoke => {
                let capability = self.text(1).to_owned();
                self.runtime.revoke(row, &capability)?;
            }
            VmOp::Stats => return self.stats(id),
            VmOp::Settings => return Ok(self.settings(row)),
            VmOp::Exports => return self.exports(row),
            VmOp::SetLimits => self.set_limits(row)?,
            VmOp::RefillSteps => {
                let steps = self.whole("steps", 1)?;
                self.runtime.refill_steps(row, steps)?;
            }
            VmOp::SetWeight => {
                let weight = u32::try_from(self.whole("weight", 1)?).unwrap_or(u32::MAX);
                self.runtime.set_weight(row, weight)?;
            }
            VmOp::SetPriority => {
                self.runtime.contexts.priorities[row] = priority(self.text(1))?;
            }
            VmOp::Pause => self.runtime.pause(row),
            VmOp::Resume => self.runtime.resume(row),
            VmOp::RunSteps => {
                let steps = self.whole("steps", 1)?;
                self.runtime.resume_for(row, steps);
            }
            _ => unreachable!("answered without a child"),
        }
        Ok(Value::Undefined)
    }

    /// Lets the asker pay.
    fn pay(&mut self, steps: u64) {
        let asker = self.asker.index();
        self.runtime.charge(asker, steps);
    }

    fn number(&self, at: usize) -> f64 {
        match self.args.get(at) {
            Some(Value::Number(n)) => *n,
            _ => -1.0,
        }
    }

    fn text(&self, at: usize) -> &str {
        match self.args.get(at) {
            Some(Value::String(s)) => s,
            _ => "",
        }
    }

    /// An argument that counts something.
    fn whole(&self, field: &'static str, at: usize) -> Result<u64, VmError> {
        super::options::whole(field, self.number(at))
    }

    /// The child that the first argument names.
    fn child(&self) -> Result<ContextId, VmError> {
        child(self.runtime, self.asker, self.number(0))
    }

    fn create(&mut self) -> Result<Value, VmError> {
        let options = options_of_child(
            self.runtime,
            self.asker,
            self.args.first(),
            self.args.get(1),
        )?;
        let id = self.runtime.create(options)?;
        handle(id).map(Value::Number).ok_or_else(|| {
            self.runtime.remove(id);
            VmError::Marshal("too many contexts".into())
        })
    }

    /// A program by its path, which the embedder knows, or from bytes of the asker's, which count against the child's heap limit.
    fn load(&mut self, id: ContextId) -> Result<(), VmError> {
        if let Some(Value::Typed(given)) = self.args.get(1) {
            return self.load_given(id, given.bytes());
        }
        let path = self.text(1).to_owned();
        let bytes = (self.runtime.loader)(&path, self.asker);
        let bytes = bytes.map_err(|e| VmError::NotLoaded(e.into()))?;
        self.pay(bytes.len() as u64 / PROGRAM_BYTES_PER_STEP);
        let program = self.runtime.load_program(&bytes)?;
        self.runtime.vm(id)?.load_program(program)
    }

    /// Nobody vouches for these bytes, and everybody waits while they are looked at: so there are few, and each costs a step.
    fn load_given(&mut self, id: ContextId, bytes: &[u8]) -> Result<(), VmError> {
        if bytes.len() > GIVEN_BYTES_MAX {
            let message = format!("{} bytes, at most {GIVEN_BYTES_MAX}", bytes.len());
            return Err(VmError::InvalidBinary(message.into()));
        }
        self.pay(bytes.len() as u64);
        self.runtime.load_bytes(id, id.index(), bytes, true)
    }

    fn run(&mut self) -> Result<TaskId, VmError> {
        let id = self.child()?;
        let passed = match self.args.get(2) {
            Some(Value::Array(values)) => values.clone(),
            _ => Vec::new(),
        };
        let name = self.text(1).to_owned();
        self.runtime
            .start_entry(id, &name, passed, Some(self.asker))
    }

    /// The type that the result of a run is wanted as, in the asker's program.
    fn result_desc(&self) -> Option<u32> {
        let descs = self.runtime.program(self.asker.index()).image.descs.len();
        match self.args.get(3) {
            Some(Value::Number(desc)) => Some(*desc as u32).filter(|d| (*d as usize) < descs),
            _ => None,
        }
    }

    /// What is left to be told of a child that ended is told; then there is no next.
    fn next_event(&mut self) -> Result<Served, VmError> {
        let id = from_handle(self.number(0)).ok_or_else(gone)?;
        let row = self.asker.index();
        if let Some(event) = self.runtime.take_event(row, id) {
            return Ok(Served::Answer(Ok(self.runtime.event_value(event))));
        }
        let id = self.child()?;
        let activity = self.runtime.contexts.activities[row].as_ref();
        let count = activity.map_or(0, |a| a.listeners.len()) as u32 + 1;
        let max = self.runtime.contexts.limits[row].tasks_max;
        if count > max {
            return Err(VmError::TaskLimitExceeded { count, max });
        }
        Ok(Served::Listen(id))
    }

    fn state(&self) -> Value {
        let state = self.child().map(|id| self.runtime.state(id));
        let state = state.unwrap_or(crate::VmState::Terminated);
        Value::String(state.text().into())
    }

    fn children(&mut self) -> Value {
        let inner = self.runtime.contexts.inner[self.asker.index()].iter();
        let rows = inner.flat_map(|inner| inner.children.iter());
        let ids = rows.filter_map(|&row| self.runtime.contexts.id_at(row as usize));
        Value::Array(ids.filter_map(handle).map(Value::Number).collect())
    }

    /// The figures of a child and of all inside it, which the asker pays for.
    fn stats(&mut self, id: ContextId) -> Result<Value, VmError> {
        let vm = self.runtime.vm(id)?;
        let (stats, subtree) = (vm.stats(), vm.subtree_stats());
        self.pay(STEPS_PER_CONTEXT * subtree.contexts);
        let figures = [
            stats.heap_bytes_used as f64,
            stats.max_heap_bytes as f64,
            f64::from(stats.tasks),
            f64::from(stats.max_tasks),
            stats.steps_executed as f64,
            stats.max_step_budget.map_or(-1.0, |steps| steps as f64),
            stats.heap_bytes_peak as f64,
            stats.steps_last_tick as f64,
            stats.collections as f64,
            stats.calls_in as f64,
            stats.calls_out as f64,
            stats.grant_calls as f64,
            stats.grant_refusals as f64,
            subtree.contexts as f64,
            subtree.heap_bytes_used as f64,
            subtree.tasks as f64,
            subtree.steps_executed as f64,
            subtree.steps_last_tick as f64,
            f64::from(stats.handles),
            f64::from(stats.max_handles),
            stats.program_bytes as f64,
        ];
        Ok(Value::Array(figures.map(Value::Number).into()))
    }

    /// Limits, weight, priority and name of a child.
    fn settings(&self, row: usize) -> Value {
        let limits = self.runtime.limits_of(row);
        let or_none = |max: Option<u64>| max.map_or(f64::INFINITY, |max| max as f64);
        let figures = [
            limits.max_heap_bytes as f64,
            limits.max_tasks.into(),
            or_none(limits.max_step_budget),
            or_none(limits.max_steps_per_tick),
            limits.max_stack_frames.into(),
            limits.max_handles.into(),
            or_none(limits.soft_heap_bytes),
            or_none(limits.soft_steps),
        ];
        let contexts = &self.runtime.contexts;
        let mut settings: Vec<Value> = figures.map(Value::Number).into();
        settings.extend([
            Value::String(on_limit_text(limits.on_limit).into()),
            Value::Number(contexts.weights[row].into()),
            Value::String(priority_text(contexts.priorities[row]).into()),
            Value::String(contexts.name(row).into()),
        ]);
        Value::Array(settings)
    }

    /// Names and types, one after the other.
    fn exports(&mut self, row: usize) -> Result<Value, VmError> {
        let (mut texts, mut bytes) = (Vec::new(), 0);
        for (name, signature) in self.runtime.exports_of(row) {
            bytes += name.len() + signature.len();
            if bytes > EXPORTS_BYTES_MAX {
                break;
            }
            texts.extend([name, signature].map(Value::String));
        }
        self.pay(bytes as u64 / PROGRAM_BYTES_PER_STEP);
        if bytes > EXPORTS_BYTES_MAX {
            let message = format!("the exports take more than {EXPORTS_BYTES_MAX} bytes");
            return Err(VmError::Marshal(message.into()));
        }
        Ok(Value::Array(texts))
    }

    fn grants(&mut self, id: ContextId) -> Result<Value, VmError> {
        let used = self.runtime.vm(id)?.grants_used().into_iter().map(|used| {
            Value::Array(vec![
                Value::String(used.capability),
                Value::Number(used.calls as f64),
                Value::Number(used.refusals as f64),
                Value::Bool(used.revoked),
            ])
        });
        Ok(Value::Array(used.collect()))
    }

    fn set_limits(&mut self, row: usize) -> Result<(), VmError> {
        let limits = limits_of_child(self.runtime, row, self.args.get(1))?;
        let before = self.runtime.collections(row);
        let set = self.runtime.set_limits(row, &limits);
        // Less room is made by collecting.
        self.pay(self.runtime.collected_since(row, before));
        set
    }
}
