//! The effects sweep: serves what contexts asked of the host, of capabilities that other contexts serve, and of `raya:vm`.
//!
//! Reads and writes all tables, one request after another in the order of rows; so it is no system over named tables and stands
//! here. Order: after execute. Invariants: a request stays a root of its outbox until it is answered; serving one may end any
//! context, the asker included. Absent: what answers are (`capability`, `inner`), whether a call is allowed (`systems/admit`).

use crate::bindings::{Binding, Service};
use crate::capability::{GuestError, call_effect, call_plain};
use crate::inner::{self, Served};
use crate::runtime::Runtime;
use crate::{Call, ContextId, TaskId, Value};
use raya_storages::activities::{AnsweredBy, Owed, Request, Watch};
use raya_storages::entries::Origin;
use raya_systems::execute::HostFunction;

impl Runtime {
    /// Serves what contexts asked of the host.
    pub(crate) fn effects(&mut self, batch: &[u32]) -> u64 {
        batch.iter().map(|&row| self.serve(row as usize)).sum()
    }

    /// Serves what one context asked of the host.
    pub(crate) fn serve(&mut self, row: usize) -> u64 {
        let Some(activity) = self.contexts.activities[row]
            .as_mut()
            .filter(|a| !a.outbox.is_empty())
        else {
            return 0;
        };
        // Promises stay roots of the outbox until they are settled.
        let count = activity.outbox.len();
        let id = self.contexts.id_at(row).expect("a live row");
        let binding = self.bindings.share(row);
        for _ in 0..count {
            let Some(activity) = self.contexts.activities[row].as_mut() else {
                break;
            };
            let args = std::mem::take(&mut activity.outbox[0].args);
            let import = activity.outbox[0].import;
            let served = self.serve_one(row, id, import as usize, &binding, &args);
            self.deliver(row, id, served);
        }
        self.ready.update(&self.contexts, row as u32);
        count as u64
    }

    /// Serves one request, if its grant lets it through.
    fn serve_one(
        &mut self,
        row: usize,
        id: ContextId,
        import: usize,
        binding: &Binding,
        args: &[Value],
    ) -> Served {
        self.contexts.counters[row].uses_mut().calls_out += 1;
        let bytes = args.iter().map(Value::bytes).sum::<usize>() as u64;
        if let Err(refused) = self.admit(row, binding.grants[import], bytes) {
            return Served::Answer(Err(refused));
        }
        let call = Call {
            context: id,
            clock_ms: self.time.clock_ms,
        };
        let answer = match &binding.services[import] {
            Service::Vm(op) => return inner::serve(self, id, *op, args),
            Service::Provided(method) => {
                let function = &binding.links.functions[import];
                let is_blocking = matches!(function, HostFunction::Blocking);
                let place = binding.grants[import];
                return self.call_provider(row, id, place, method, args, is_blocking);
            }
            Service::Remote(op) => {
                let served = self.serve_remote(id, *op, args);
                return served.unwrap_or_else(|error| Served::Answer(Err(error)));
            }
            Service::Asked(function) => return self.ask(function, call, args),
            Service::Plain(function) => call_plain(&**function, &call, args),
            Service::Effect(function) => call_effect(function, &call, args),
        };
        Served::Answer(answer.map_err(GuestError::from))
    }

    /// Has an object of another context serve a call.
    fn call_provider(
        &mut self,
        row: usize,
        id: ContextId,
        place: Option<u16>,
        method: &str,
        args: &[Value],
        is_blocking: bool,
    ) -> Served {
        let grant = place.and_then(|place| {
            let first = self.contexts.grants[row];
            self.grants.list(first).nth(place.into())
        });
        let provider = grant.and_then(|id| self.grants.provider(id));
        let provider = provider.expect("a binding to an object has one");
        let origin = if is_blocking {
            Origin::BlockingMethod
        } else {
            Origin::Method
        };
        match self.start_method(id, provider, Some(method), args, origin) {
            Ok(task) => Served::Later(AnsweredBy::Run(task.to_bits()), None),
            Err(error) => Served::Answer(Err(error)),
        }
    }

    /// Gives the answer to the first request of a context's outbox.
    fn deliver(&mut self, row: usize, id: ContextId, served: Served) {
        // Serving a request may have ended the context.
        if self.contexts.find(id).is_none() || self.contexts.activities[row].is_none() {
            return;
        }
        match served {
            Served::Answer(answer) => self.cell(row).answer(answer),
            Served::Later(by, desc) => {
                let activity = self.contexts.activities[row]
                    .as_mut()
                    .expect("it was there");
                let Request {
                    promise, import, ..
                } = activity.outbox.remove(0);
                activity.owed.push(Owed {
                    promise,
                    import,
                    desc,
                    by,
                });
                // The run may have ended at once: its outcome came before there was somebody to tell.
                if let AnsweredBy::Run(run) = by {
                    self.settle_if_ended(row, TaskId::from_bits(run).expect("it is a run"));
                }
            }
            Served::Listen(about) => {
                let activity = self.contexts.activities[row]
                    .as_mut()
                    .expect("it was there");
                let Request { promise, .. } = activity.outbox.remove(0);
                activity.listeners.push(Watch {
                    promise,
                    run: about.to_bits(),
                });
            }
        }
    }
}
