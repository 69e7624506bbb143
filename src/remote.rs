//! Calls between contexts: methods of objects that stay where they are.
//!
//! A call becomes an entry of the object's context, with the object as its first argument, which begins when it is that context's
//! turn, also while its modules are still running (they may be waiting for the one that calls).
//! Who is blocked waits for a method of an ancestor that gives no promise, and so waits for nobody but its own ancestors: no two
//! contexts can wait for each other. Invariants: only public methods with a reflected type are reached, and functions that were given away; an object that others may name
//! stays until a sweep at the end of a tick finds nobody who could. Absent: how the values cross (`systems/marshal`), who gives
//! and takes rights (`handles`).

use crate::bindings::Bound;
use crate::capability::GuestError;
use crate::options::NAME_BYTES_LIMIT;
use crate::runtime::Runtime;
use crate::{ContextId, TaskId, Value};
use raya_bytecode::describe::describe;
use raya_bytecode::image::{CLASS_CLOSURE, DESC_PROMISE, Image, Method, NONE};
use raya_bytecode::slot::Slot;
use raya_storages::contexts::ContextState;
use raya_storages::entries::Origin;
use raya_storages::grants::Provider;
use raya_storages::handles::RIGHT_CALL;
use raya_storages::programs::{Program, ProgramId};
use raya_storages::runs::RunRow;
use raya_storages::values::{ObjectRef, REMOTE};

/// The module behind `Remote`; it needs no grant, since a handle is one.
pub(crate) const MODULE: &str = "raya:remote";

/// The functions of the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RemoteOp {
    Call,
    Apply,
    Lend,
    Attenuate,
    Revoke,
}

impl RemoteOp {
    /// A function of the module by name, with its type.
    pub fn named(name: &str) -> Option<(RemoteOp, &'static str)> {
        Some(match name {
            "Remote.call" => (
                RemoteOp::Call,
                "(a: Remote, b: string, c: unknown[]) => Promise<unknown>",
            ),
            "Remote.apply" => (
                RemoteOp::Apply,
                "(a: Remote, b: unknown[]) => Promise<unknown>",
            ),
            "__remoteLend" => (
                RemoteOp::Lend,
                "(a: unknown, b: boolean, c: boolean) => Remote",
            ),
            "__remoteAttenuate" => (
                RemoteOp::Attenuate,
                "(a: unknown, b: boolean, c: boolean) => unknown",
            ),
            "__remoteRevoke" => (RemoteOp::Revoke, "(a: unknown) => void"),
            _ => return None,
        })
    }

    /// Whether it gives a promise; the others are waited for.
    pub fn is_deferred(self) -> bool {
        matches!(self, RemoteOp::Call | RemoteOp::Apply)
    }
}

/// A program and the class in it that an object is an instance of.
pub(crate) type Classified<'a> = (ProgramId, &'a Program, u16);

impl<'a> Bound<'a> {
    /// What an object that others may name is; none if it is gone.
    pub fn classify(self, provider: Provider) -> Option<Classified<'a>> {
        let row = self
            .contexts
            .find(ContextId::from_bits(provider.context)?)?;
        let id = ProgramId::from_bits(self.contexts.programs[row])?;
        let heap = &self.contexts.heaps[row];
        let object = heap.foreign.as_ref()?.pinned(provider.pin)?;
        Some((id, self.programs.get(id)?, heap.class(object)))
    }

    /// The text in the field `name` of an object, cut where it is longer than a name may be.
    pub fn name_of(self, provider: Provider) -> Option<String> {
        let (_, program, class) = self.classify(provider)?;
        let row = ContextId::from_bits(provider.context)?.index();
        let heap = &self.contexts.heaps[row];
        let object = heap.foreign.as_ref()?.pinned(provider.pin)?;
        let fields = &program.image.fields[program.classes[usize::from(class)].fields.indices()];
        let is_name = |f: &&raya_bytecode::image::Field| {
            f.slot == Slot::STR && program.image.is_text(f.name, "name")
        };
        let text = heap.half(object, fields.iter().find(is_name)?.ref_offset);
        let constants = &program.constants;
        heap.is_string(constants, text)
            .then(|| heap.text_within(constants, text, NAME_BYTES_LIMIT))
    }
}

/// The method of a class that others may call by a name.
pub(crate) fn method<'a>(program: &'a Program, class: u16, name: &str) -> Option<&'a Method> {
    let methods = program.image.classes[usize::from(class)].methods;
    let methods = &program.image.methods[methods.indices()];
    methods
        .iter()
        .find(|m| m.desc != NONE && program.image.is_text(m.name, name))
}

/// The type of such a method, and whether it gives a promise.
pub(crate) fn method_type(image: &Image, method: &Method) -> (String, bool) {
    let desc = image.descs[method.desc as usize];
    let result = image.desc_children[desc.children.indices()].last();
    let is_promise = result.is_some_and(|&r| image.descs[r as usize].tag == DESC_PROMISE);
    (describe(image, method.desc), is_promise)
}

impl Runtime {
    /// The tables that say what stands behind imports.
    pub(crate) fn bound(&self) -> Bound<'_> {
        Bound {
            contexts: &self.contexts,
            grants: &self.grants,
            programs: &self.programs,
        }
    }

    /// Starts a method of an object for a context that waits for the result; `None` for a function that was given away.
    pub(crate) fn start_method(
        &mut self,
        asker: ContextId,
        provider: Provider,
        name: Option<&str>,
        args: &[Value],
        origin: Origin,
    ) -> Result<TaskId, GuestError> {
        let gone = || GuestError::new("HandleStale", "the object is no more, or its context ended");
        let classified = self.bound().classify(provider);
        let (_, program, class) = classified.ok_or_else(|| {
            let owner = ContextId::from_bits(provider.context);
            match owner.and_then(|owner| self.contexts.find(owner)) {
                Some(_) => GuestError::new("HandleRevoked", "this Remote was revoked"),
                None => gone(),
            }
        })?;
        let function = called(program, class, name)?;
        let context = ContextId::from_bits(provider.context).expect("it was found");
        let row = context.index();
        if !matches!(
            self.contexts.states[row],
            ContextState::Starting | ContextState::Ready
        ) {
            return Err(gone());
        }
        self.forget_old(row);
        let refused = |e: crate::VmError| GuestError::new("Error", e.to_string());
        self.check_tasks(row).map_err(refused)?;
        self.check_waiting(row, args).map_err(refused)?;
        let run = RunRow {
            functions: function,
            askers: asker.to_bits(),
            is_method: true,
            ..RunRow::default()
        };
        let task = self.add_run(row, context, run);
        let this = Value::Handle(Box::new(ObjectRef {
            owner: provider.context,
            kind: REMOTE.into(),
            object: provider.pin,
            rights: RIGHT_CALL,
            is_passed_on: false,
        }));
        let args = std::iter::once(this).chain(args.iter().cloned()).collect();
        self.enqueue(row, task, function, args, origin);
        Ok(task)
    }

    /// Starts what a guest asked of a `Remote`.
    pub(crate) fn call_remote(
        &mut self,
        asker: ContextId,
        op: RemoteOp,
        args: &[Value],
    ) -> Result<TaskId, GuestError> {
        let Some(Value::Handle(object)) = args.first().filter(|a| is_remote(a)) else {
            return Err(GuestError::new("TypeError", "this is no Remote"));
        };
        let provider = Provider {
            context: object.owner,
            pin: object.object,
        };
        // What its owner allows counts, whatever the holder's row says.
        let allowed = self.pin_rights(provider).unwrap_or(object.rights);
        if object.rights & allowed & RIGHT_CALL == 0 {
            return Err(GuestError::new(
                "HandleRights",
                "this Remote may not be called",
            ));
        }
        let list = |at: usize| match args.get(at) {
            Some(Value::Array(list)) => &list[..],
            _ => &[],
        };
        match args.get(1) {
            _ if op == RemoteOp::Apply => {
                self.start_method(asker, provider, None, list(1), Origin::Method)
            }
            Some(Value::String(name)) => {
                self.start_method(asker, provider, Some(name), list(2), Origin::Method)
            }
            _ => Err(GuestError::new("TypeError", "a method has a name")),
        }
    }

    /// Frees the objects of a context that nobody can name any more, if so many are named that it is time to look.
    pub(crate) fn sweep_pins(&mut self, row: usize) {
        let is_due = |f: &raya_storages::handles::Foreign| f.pin_count() > f.sweep_at;
        let foreign = self.contexts.heaps[row].foreign.as_deref();
        let Some(owner) = foreign.filter(|f| is_due(f)).map(|f| f.context) else {
            return;
        };
        let named = self.named_objects(owner);
        if let Some(foreign) = self.contexts.heaps[row].foreign.as_deref_mut() {
            foreign.sweep_pins(|pin| named.binary_search(&pin).is_ok());
        }
    }

    /// The pins of a context that something names, sorted: handles, capabilities, and values on their way.
    fn named_objects(&self, owner: u64) -> Vec<u64> {
        let mut named = Vec::new();
        let mut look = |object: &ObjectRef| {
            if object.owner == owner {
                named.push(object.object);
            }
        };
        for id in self.contexts.ids() {
            if let Some(activity) = &self.contexts.activities[id.index()] {
                let asked = activity.outbox.iter().flat_map(|request| &request.args);
                asked.for_each(|value| value.objects(&mut look));
                let entries = activity.entries.iter();
                entries.for_each(|entry| entry.stage.values(|value| value.objects(&mut look)));
            }
        }
        for outcome in self.runs.outcomes.iter().flatten() {
            outcome.value(|value| value.objects(&mut look));
        }
        for id in self.contexts.ids() {
            if let Some(foreign) = &self.contexts.heaps[id.index()].foreign {
                let handles = &foreign.handles;
                let ours = handles.ids().map(|id| id.index());
                let ours = ours.filter(|&row| handles.owners[row] == owner);
                named.extend(ours.map(|row| handles.objects[row]));
            }
        }
        let providers = self.grants.ids().filter_map(|id| self.grants.provider(id));
        named.extend(
            providers
                .filter(|p| p.context == owner)
                .map(|provider| provider.pin),
        );
        named.sort_unstable();
        named
    }
}

fn is_remote(value: &Value) -> bool {
    matches!(value, Value::Handle(object) if object.owner != 0)
}

/// The function that is called: a method, or the function itself.
fn called(program: &Program, class: u16, name: Option<&str>) -> Result<u32, GuestError> {
    let linked = &program.classes[usize::from(class)];
    let none = |message: String| Err(GuestError::new("TypeError", message));
    match name {
        None if linked.kind == CLASS_CLOSURE => Ok(linked.function),
        None => none("this Remote is an object and no function".into()),
        Some(name) => match method(program, class, name) {
            Some(method) => Ok(method.function),
            None => none(format!("this Remote has no public method `{name}`")),
        },
    }
}
