//! Handles as their owners and holders manage them: lent with fewer rights, revoked, reported gone, listed.
//!
//! ```text
//! lend(object, rights)       owner    another pin of the object, and a handle to it in the owner's own heap
//! attenuate(handle, rights)  holder   another row to the same, without rights; its pin bounds the rights of all
//! revoke(object or handle)   owner    the pins go, so whoever names them is refused from the next call on
//! revoke_object, _handle     host     rows of holders lose their rights, and so do values on their way
//! ```
//!
//! Invariant: rights only ever become fewer. Absent: calls (`remote`), rows (`raya_storages::handles`).

use crate::capability::GuestError;
use crate::effects::Served;
use crate::remote::RemoteOp;
use crate::runtime::Runtime;
use crate::{ContextId, ObjectKind, Value, VmError};
use raya_storages::activities::AnsweredBy;
use raya_storages::entries::Stage;
use raya_storages::grants::Provider;
use raya_storages::handles::{
    Foreign, HandleId, PinUse, REVOKED, RIGHT_CALL, RIGHT_PASS, RIGHTS_ALL,
};
use raya_storages::runs::RunOutcome;
use raya_storages::values::ObjectRef;

/// A handle that a context holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldHandle {
    /// Its id, in this context.
    pub id: HandleId,
    /// The context that the object lies in; `None` for the host's.
    pub owner: Option<ContextId>,
    /// The host's name for what it is; `Remote` for an object of a context.
    pub kind: String,
    /// The host's number; for an object of a context, one that the owner gave it.
    pub object: u64,
    /// Whether it may be called, and functions be called with it.
    pub may_call: bool,
    /// Whether it may be given to contexts other than the owner.
    pub may_pass: bool,
    /// Whether it was revoked, by the host.
    pub is_revoked: bool,
}

fn type_error(message: &str) -> GuestError {
    GuestError::new("TypeError", message)
}

/// The rights that two booleans leave.
fn rights(args: &[Value]) -> u8 {
    let right = |at: usize, right: u8| match args.get(at) {
        Some(Value::Bool(false)) => 0,
        _ => right,
    };
    right(1, RIGHT_CALL) | right(2, RIGHT_PASS)
}

impl Runtime {
    /// Serves what a guest asked of `raya:remote`.
    pub(crate) fn serve_remote(
        &mut self,
        asker: ContextId,
        op: RemoteOp,
        args: &[Value],
    ) -> Result<Served, GuestError> {
        let value = match op {
            RemoteOp::Call | RemoteOp::Apply => {
                let task = self.call_remote(asker, op, args)?;
                return Ok(Served::Later(AnsweredBy::Run(task.to_bits()), None));
            }
            RemoteOp::Lend => self.lend(asker, args)?,
            RemoteOp::Attenuate => attenuated(asker, args)?,
            RemoteOp::Revoke => self.take_back(asker, args)?,
        };
        Ok(Served::Answer(Ok(value)))
    }

    /// What a context has of handles, if it named anything.
    fn foreign_of(&mut self, context: u64) -> Option<&mut Foreign> {
        let row = self.contexts.find(ContextId::from_bits(context)?)?;
        self.contexts.heaps[row].foreign.as_deref_mut()
    }

    /// The rights that handles to an object of a context have at most; none if it is not given any more.
    pub(crate) fn pin_rights(&self, provider: Provider) -> Option<u8> {
        let owner = ContextId::from_bits(provider.context)?;
        let row = self.contexts.find(owner)?;
        let foreign = self.contexts.heaps[row].foreign.as_deref()?;
        foreign.pin_rights(provider.pin)
    }

    fn lend(&mut self, asker: ContextId, args: &[Value]) -> Result<Value, GuestError> {
        let Some(Value::Handle(object)) = args.first() else {
            return Err(type_error(
                "only instances of classes and functions can be lent",
            ));
        };
        if object.owner != asker.to_bits() {
            return Err(type_error(
                "this is not of this context: attenuate it instead",
            ));
        }
        let rights = rights(args);
        let foreign = self.foreign_of(object.owner).expect("it was named");
        let max = foreign.handles_max;
        let pinned = foreign.pinned(object.object);
        let reference =
            pinned.ok_or_else(|| GuestError::new("HandleRevoked", "this Remote was revoked"))?;
        let allowed = foreign.pin_rights(object.object).unwrap_or(0);
        let pin = foreign.lend(reference, rights & allowed);
        let full = || {
            GuestError::new(
                "HandleLimit",
                format!("handle limit exceeded: {max} handles"),
            )
        };
        Ok(Value::Handle(Box::new(ObjectRef {
            object: pin.ok_or_else(full)?.to_bits(),
            rights: rights & allowed,
            is_passed_on: false,
            ..(**object).clone()
        })))
    }

    fn take_back(&mut self, asker: ContextId, args: &[Value]) -> Result<Value, GuestError> {
        match args.first() {
            Some(Value::Handle(object)) if object.owner == asker.to_bits() => {
                if let Some(foreign) = self.foreign_of(object.owner) {
                    foreign.take_back(object.object);
                }
                Ok(Value::Undefined)
            }
            Some(Value::Handle(_)) => Err(type_error("only the owner can revoke a handle")),
            _ => Err(type_error(
                "only instances of classes and functions are given as handles",
            )),
        }
    }

    /// The pin by which an object that was named serves as a capability.
    pub(crate) fn serving(&mut self, given: Provider) -> Result<Provider, VmError> {
        let foreign = self.foreign_of(given.context).expect("it was named");
        let reference = foreign.pinned(given.pin).expect("it has a name");
        let max = foreign.handles_max;
        let full = || VmError::Marshal(format!("handle limit exceeded: {max} handles").into());
        let pin = foreign.pin(reference, PinUse::Serving).ok_or_else(full)?;
        Ok(Provider {
            pin: pin.to_bits(),
            ..given
        })
    }

    /// Says that an object of the host is no more: handles to it are stale from now on.
    pub fn forget_object<K: ObjectKind>(&mut self, id: u64) {
        for context in self.context_ids() {
            if let Some(foreign) = self.foreign_of(context.to_bits()) {
                foreign.forget(K::NAME, id);
            }
        }
    }

    /// Revokes all handles to an object of the host, those in values on their way among them: whoever uses one gets an error named
    /// `HandleRevoked`. The host can give the object again, as another handle. Gives how many contexts held one.
    pub fn revoke_object<K: ObjectKind>(&mut self, id: u64) -> u64 {
        self.revoke_on_its_way(K::NAME, id);
        let contexts = self.context_ids().into_iter();
        contexts
            .map(|context| u64::from(self.revoke_from::<K>(context.index(), id)))
            .sum()
    }

    /// The same for what one context holds. False: it holds none.
    pub(crate) fn revoke_from<K: ObjectKind>(&mut self, row: usize, id: u64) -> bool {
        let Some(foreign) = self.contexts.heaps[row].foreign.as_deref_mut() else {
            return false;
        };
        let held = foreign.to_object(K::NAME, id).into_iter();
        held.fold(false, |revoked, id| foreign.revoke(id) | revoked)
    }

    fn revoke_on_its_way(&mut self, kind: &str, id: u64) {
        let mut revoke = |object: &mut ObjectRef| {
            if object.owner == 0 && object.object == id && *object.kind == *kind {
                object.rights = REVOKED;
            }
        };
        for activity in self.contexts.activities.iter_mut().flatten() {
            let asked = activity.outbox.iter_mut().flat_map(|r| &mut r.args);
            asked.for_each(|value| value.objects_mut(&mut revoke));
            for stage in activity.entries.stages_mut() {
                if let Stage::Waiting(args) = stage {
                    args.iter_mut().for_each(|v| v.objects_mut(&mut revoke));
                }
                if let Stage::Ended(RunOutcome::Returned(value)) = stage {
                    value.objects_mut(&mut revoke);
                }
            }
        }
        for outcome in self.runs.outcomes.iter_mut().flatten() {
            if let RunOutcome::Returned(value) = outcome {
                value.objects_mut(&mut revoke);
            }
        }
    }

    /// The handles that a context holds, in the order of rows.
    pub(crate) fn handles_of(&self, row: usize) -> Vec<HeldHandle> {
        let Some(foreign) = self.contexts.heaps[row].foreign.as_deref() else {
            return Vec::new();
        };
        let handles = &foreign.handles;
        let held = |id: HandleId| {
            let row = id.index();
            let rights = handles.rights[row];
            HeldHandle {
                id,
                owner: ContextId::from_bits(handles.owners[row]),
                kind: handles.kinds[row].to_string(),
                object: handles.objects[row],
                may_call: rights & RIGHT_CALL != 0,
                may_pass: rights & RIGHT_PASS != 0,
                is_revoked: rights == REVOKED,
            }
        };
        handles.ids().map(held).collect()
    }

    /// Takes a handle from a context.
    pub(crate) fn revoke_handle(&mut self, row: usize, id: HandleId) -> Result<(), VmError> {
        let foreign = self.contexts.heaps[row].foreign.as_deref_mut();
        if foreign.is_some_and(|f| f.revoke(id)) {
            return Ok(());
        }
        Err(VmError::option("handle", format!("`{id}` is not held")))
    }
}

/// A handle without some rights.
fn attenuated(asker: ContextId, args: &[Value]) -> Result<Value, GuestError> {
    let Some(Value::Handle(object)) = args.first() else {
        return Err(type_error("this is no handle"));
    };
    if object.owner == asker.to_bits() {
        return Err(type_error("this is of this context: lend it instead"));
    }
    let rights = object.rights & (rights(args) | !RIGHTS_ALL);
    Ok(Value::Handle(Box::new(ObjectRef {
        rights,
        is_passed_on: false,
        ..(**object).clone()
    })))
}
