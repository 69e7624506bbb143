//! What serves the requests of contexts: host functions, capabilities that other contexts serve, and `raya:vm`.
//!
//! Invariant: a request is served if its grant lets it through, and counted either way. Absent: the sweep over requests
//! (`systems/effects`), what answers are (`capability`, `inner`), whether a call is allowed (`systems/admit`).

use crate::bindings::Service;
use crate::capability::{GuestError, call_effect, call_plain};
use crate::cell::Cell;
use crate::inner;
use crate::runtime::Runtime;
use crate::{Call, ContextId, TaskId, Value};
use raya_storages::activities::AnsweredBy;
use raya_storages::contexts::Contexts;
use raya_storages::entries::Origin;
use raya_systems::effects::{self, Host};
use raya_systems::execute::HostFunction;

/// What serving a request of a guest came to.
pub(crate) type Served = effects::Served<GuestError>;

/// The runtime as the sweep sees it.
pub(crate) struct Server<'a>(pub &'a mut Runtime);

impl Host for Server<'_> {
    type Error = GuestError;

    fn contexts(&mut self) -> &mut Contexts {
        &mut self.0.contexts
    }

    fn serve(&mut self, asker: ContextId, import: usize, args: &[Value]) -> Served {
        self.0.serve_request(asker, import, args)
    }

    fn answer(&mut self, asker: ContextId, answer: Result<Value, GuestError>) {
        let place = |cell: &mut Cell<'_>, answer| cell.answer(answer);
        self.0.place(asker.index(), answer, place);
    }

    fn owes(&mut self, asker: ContextId, by: AnsweredBy) {
        // The run may have ended at once: its outcome came before there was somebody to tell.
        if let AnsweredBy::Run(run) = by {
            let run = TaskId::from_bits(run).expect("it is a run");
            self.0.settle_if_ended(asker.index(), run);
        }
    }

    fn served(&mut self, row: usize) {
        self.0.ready.update(&self.0.contexts, row as u32);
    }
}

impl Runtime {
    /// Serves what one context asked of the host, between ticks.
    pub(crate) fn serve_asked(&mut self, row: usize) {
        effects::serve(&mut Server(self), row);
    }

    /// Serves one request, if its grant lets it through.
    fn serve_request(&mut self, asker: ContextId, import: usize, args: &[Value]) -> Served {
        let row = asker.index();
        let binding = self.bindings.share(row);
        self.contexts.counters[row].uses_mut().calls_out += 1;
        let bytes = args.iter().map(Value::bytes).sum::<usize>() as u64;
        if let Err(refused) = self.admit(row, binding.grants[import], bytes) {
            return Served::Answer(Err(refused));
        }
        let call = Call {
            context: asker,
            clock_ms: self.time.clock_ms,
        };
        let answer = match &binding.services[import] {
            Service::Vm(op) => return inner::serve(self, asker, *op, args),
            Service::Provided(method) => {
                let function = &binding.links.functions[import];
                let is_blocking = matches!(function, HostFunction::Blocking);
                let place = binding.grants[import];
                return self.call_provider(row, asker, place, method, args, is_blocking);
            }
            Service::Remote(op) => {
                let served = self.serve_remote(asker, *op, args);
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
}
