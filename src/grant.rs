//! Grants: what a context may import, how much of it, and how much it used.
//!
//! Invariants: a context is granted only what is registered or what its parent holds; a grant that was passed on is never wider than
//! the one it comes from, since a call counts against both; what is revoked is refused from the next call on.
//! Absent: whether one call is let through (`systems/admit`), what stands behind imports (`bindings`).

use crate::ContextId;
use crate::capability::GuestError;
use crate::error::VmError;
use crate::options::NAME_BYTES_LIMIT;
use crate::runtime::Runtime;
use raya_storages::grants::{GRANTS_MAX, GrantId, NewGrant, Provider, Quota};
use raya_systems::admit;

/// A capability that a context is given, by name, perhaps with limits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    name: String,
    quota: Quota,
    /// The object that serves it, if the one who grants it does so himself.
    provider: Option<Provider>,
}

impl Grant {
    /// All of a capability.
    pub fn new(name: impl Into<String>) -> Grant {
        Grant {
            name: name.into(),
            quota: Quota::default(),
            provider: None,
        }
    }

    /// What an object of a context offers, under a name.
    pub(crate) fn provided(name: String, provider: Provider) -> Grant {
        Grant {
            provider: Some(provider),
            ..Grant::new(name)
        }
    }

    /// The capability's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// At most so many calls in all.
    pub fn calls(mut self, max: u64) -> Grant {
        self.quota.calls_max = max;
        self
    }

    /// At most so many calls in one tick.
    pub fn calls_per_tick(mut self, max: u64) -> Grant {
        self.quota.calls_per_tick_max = max;
        self
    }

    /// At most so many bytes of arguments in one call, as [`Value::bytes`](crate::Value::bytes) counts them.
    pub fn argument_bytes(mut self, max: u64) -> Grant {
        self.quota.argument_bytes_max = max;
        self
    }
}

impl From<&str> for Grant {
    fn from(name: &str) -> Grant {
        Grant::new(name)
    }
}

impl From<String> for Grant {
    fn from(name: String) -> Grant {
        Grant::new(name)
    }
}

/// What a context did with a grant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrantUse {
    /// The capability.
    pub capability: String,
    /// Calls that were let through, those of inner contexts that it was passed on to among them.
    pub calls: u64,
    /// Calls that were refused.
    pub refusals: u64,
    /// Whether it was revoked.
    pub revoked: bool,
}

impl Runtime {
    /// The rows that grants will be, checked: nothing is written yet.
    pub(crate) fn grant_rows(
        &self,
        grants: &[Grant],
        parent: Option<ContextId>,
    ) -> Result<Vec<NewGrant>, VmError> {
        let refuse = |message: String| Err(VmError::option("capabilities", message));
        if grants.len() > GRANTS_MAX {
            return refuse(format!("{} are more than {GRANTS_MAX}", grants.len()));
        }
        let held = parent.map(|parent| self.contexts.grants[parent.index()]);
        let mut rows: Vec<NewGrant> = Vec::new();
        for grant in grants {
            let name = &*grant.name;
            if grant.provider.is_some() && name.len() > NAME_BYTES_LIMIT {
                return refuse(format!("a name has at most {NAME_BYTES_LIMIT} bytes"));
            }
            if rows.iter().any(|row| row.name == name) {
                return refuse(format!("`{name}` is named twice"));
            }
            let source = held.filter(|_| grant.provider.is_none());
            let source = source.map(|first| self.grants.named(first, name));
            let source = match source {
                Some(None) => return refuse(format!("the parent does not hold `{name}`")),
                Some(Some(id)) if self.grants.chain(id).any(|id| self.grants.is_revoked(id)) => {
                    return refuse(format!("`{name}` was revoked"));
                }
                None if grant.provider.is_none() && !self.bindings.is_known(name) => {
                    return refuse(format!("there is no capability `{name}`"));
                }
                found => found.flatten(),
            };
            rows.push(NewGrant {
                name: name.into(),
                source,
                provider: match source {
                    Some(id) => self.grants.provider(id),
                    None => grant.provider,
                },
                quota: (grant.quota != Quota::default()).then(|| grant.quota.clone()),
            });
        }
        Ok(rows)
    }

    /// Gives a new context its grants.
    pub(crate) fn give(&mut self, holder: ContextId, rows: Vec<NewGrant>) {
        let mut first = 0;
        for row in rows {
            first = self.grants.append(first, row);
        }
        self.contexts.grants[holder.index()] = first;
    }

    /// Takes a capability from a context and from those that it passed it on to, from the next call on.
    pub(crate) fn revoke(&mut self, row: usize, name: &str) -> Result<(), VmError> {
        let not_held = || VmError::option("capability", format!("`{name}` is not held"));
        let grant = self.grants.named(self.contexts.grants[row], name);
        let grant = grant.ok_or_else(not_held)?;
        self.grants.revoke(grant);
        // Those that it was passed on to are inside.
        for row in self.contexts.subtree(row) {
            let comes_from_it = |id| self.grants.chain(id).any(|source| source == grant);
            let is_affected = (self.grants.list(self.contexts.grants[row])).any(comes_from_it);
            if is_affected {
                // What was answered inline until now must be counted under the old binding.
                self.count_inline_calls(row);
                self.rebind(row);
            }
        }
        Ok(())
    }

    /// Lets a request through and counts it; or the error that the guest gets.
    pub(crate) fn admit(
        &mut self,
        row: usize,
        place: Option<u16>,
        argument_bytes: u64,
    ) -> Result<(), GuestError> {
        let Some(place) = place else {
            return Ok(());
        };
        let first = self.contexts.grants[row];
        let grant = self.grants.list(first).nth(place.into());
        let grant = grant.expect("bindings name grants");
        admit::admit(&mut self.grants, grant, argument_bytes, self.time.ticks).map_err(|refusal| {
            let name = self.grants.name(grant);
            GuestError::new(refusal.name(), format!("the capability `{name}` {refusal}"))
        })
    }

    /// Counts the calls that were answered inline since it was last done.
    pub(crate) fn count_inline_calls(&mut self, row: usize) {
        let activity = self.contexts.activities[row].as_mut();
        let Some(activity) = activity.filter(|a| !a.calls.is_empty()) else {
            return;
        };
        let calls = std::mem::take(&mut activity.calls);
        let counted = self.count_calls(row, calls);
        let activity = self.contexts.activities[row].as_mut();
        activity.expect("it is there").calls = counted;
    }

    /// The same, of the activity that is lent to a context for the time of a call.
    pub(crate) fn count_calls_of_idle(&mut self, row: usize) {
        let calls = std::mem::take(&mut self.idle.calls);
        self.idle.calls = self.count_calls(row, calls);
    }

    /// Counts calls, by import; gives the list back empty, with its memory.
    fn count_calls(&mut self, row: usize, mut calls: Vec<u64>) -> Vec<u64> {
        self.contexts.counters[row].uses_mut().calls_out += calls.iter().sum::<u64>();
        let binding = self.bindings.of(row);
        let first = self.contexts.grants[row];
        for (&calls, grant) in calls.iter().zip(&binding.grants) {
            let grant = grant.filter(|_| calls > 0);
            if let Some(id) = grant.and_then(|place| self.grants.list(first).nth(place.into())) {
                admit::count(&mut self.grants, id, calls);
            }
        }
        calls.clear();
        calls
    }

    /// What a context did with its grants, in the order they were given.
    pub(crate) fn grants_used(&self, row: usize) -> Vec<GrantUse> {
        let used = |id: GrantId| GrantUse {
            capability: self.grants.name(id).to_string(),
            calls: self.grants.calls(id),
            refusals: self.grants.refusals(id),
            revoked: self.grants.chain(id).any(|id| self.grants.is_revoked(id)),
        };
        self.grants
            .list(self.contexts.grants[row])
            .map(used)
            .collect()
    }
}
