//! What contexts were granted: a row for each capability that a context holds.
//!
//! ```text
//! contexts.grants ──> grant0v1 "world" ──next──> grant4v1 "log" ──next──> none      (a context's grants, in the order given)
//!                        ▲ source                   provider: context and pinned object
//!                     grant7v1 "world"              (an inner context's, passed on by it)
//! ```
//!
//! Invariants: a grant's holder is live and has it in its list once; a source is a grant of the same name that the holder's parent
//! holds, so no chain of sources is a circle; a name stands once in a list. A grant is never taken out of a list, only
//! revoked: what it counted stays to be read. Absent: whether a call is allowed (`systems/admit`), host functions (`src/`).

use crate::contexts::{ContextId, Contexts};
use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::table::table;

/// The most grants that one context holds.
pub const GRANTS_MAX: usize = 64;

/// How much of a capability may be used, and how much was in the tick that was last used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quota {
    /// Calls in all; `u64::MAX` for no limit.
    pub calls_max: u64,
    /// Calls in one tick; `u64::MAX` for no limit.
    pub calls_per_tick_max: u64,
    /// Bytes of the arguments of one call, as `Value::bytes` counts them; `u64::MAX` for no limit.
    pub argument_bytes_max: u64,
    /// The tick that `calls_this_tick` is about.
    pub tick: u64,
    /// Calls in that tick.
    pub calls_this_tick: u64,
}

impl Default for Quota {
    fn default() -> Quota {
        Quota {
            calls_max: u64::MAX,
            calls_per_tick_max: u64::MAX,
            argument_bytes_max: u64::MAX,
            tick: 0,
            calls_this_tick: 0,
        }
    }
}

/// An object of a context that serves a capability's calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Provider {
    /// The context that it lives in, as bits.
    pub context: u64,
    /// Its row of that context's pins, as bits.
    pub pin: u64,
}

table! {
    /// The grants of a runtime.
    Grants, GrantRow, GrantId "grant" {
        /// The context that holds it, as bits.
        holders: u64,
        /// The capability.
        names: Box<str>,
        /// The grant that it was passed on from, as bits; 0 if the embedder or the holder's parent itself gave it.
        sources: u64,
        /// The holder's next grant, as bits; 0 for none.
        next: u64,
        /// Who serves it, if not the host.
        providers: Option<Box<Provider>>,
        /// How much of it may be used, if that is limited.
        quotas: Option<Box<Quota>>,
        /// Calls that were allowed.
        calls: u64,
        /// Calls that were not.
        refusals: u64,
        /// Nothing is allowed any more.
        revoked: bool,
    }
}

impl Grants {
    /// A list of grants, from its first on.
    pub fn list(&self, first: u64) -> impl Iterator<Item = GrantId> + '_ {
        std::iter::successors(GrantId::from_bits(first), |id| {
            GrantId::from_bits(self.next[id.index()])
        })
    }

    /// The grant of a name in a list.
    pub fn named(&self, first: u64, name: &str) -> Option<GrantId> {
        self.list(first).find(|id| &*self.names[id.index()] == name)
    }

    /// A grant and those that it was passed on from.
    pub fn chain(&self, grant: GrantId) -> impl Iterator<Item = GrantId> + '_ {
        std::iter::successors(Some(grant), |id| {
            GrantId::from_bits(self.sources[id.index()])
        })
    }

    /// Whether every call must be looked at: the grant or one that it comes from is limited or revoked.
    pub fn is_metered(&self, grant: GrantId) -> bool {
        self.chain(grant)
            .any(|id| self.revoked[id.index()] || self.quotas[id.index()].is_some())
    }

    /// Adds a row at the end of a list; gives the list's first.
    pub fn append(&mut self, first: u64, row: GrantRow) -> u64 {
        let last = self.list(first).last();
        let added = self.insert(row).to_bits();
        match last {
            Some(last) => {
                self.next[last.index()] = added;
                first
            }
            None => added,
        }
    }

    /// Frees a list.
    pub fn free_list(&mut self, first: u64) {
        let ids: Vec<GrantId> = self.list(first).collect();
        for id in ids {
            self.free(id);
        }
    }

    /// Checks the invariants, with the contexts that hold them.
    pub fn verify(&self, contexts: &Contexts) -> Result<(), LoadError> {
        self.verify_rows()?;
        let mut listed = 0;
        for holder in contexts.ids() {
            listed += self.verify_list(contexts, holder)?;
        }
        ensure(listed == self.len(), "every grant is in its holder's list")
    }

    fn verify_list(&self, contexts: &Contexts, holder: ContextId) -> Result<usize, LoadError> {
        let first = contexts.grants[holder.index()];
        let parent = contexts.parent(holder.index());
        let passed_on = parent.map_or(0, |p| contexts.grants[p.index()]);
        let (mut at, mut seen) = (first, Vec::new());
        while at != 0 {
            let id = GrantId::from_bits(at).filter(|id| self.find(*id).is_some());
            let row = id.ok_or(LoadError::Invalid("a grant is live"))?.index();
            ensure(seen.len() < GRANTS_MAX, "a list of grants ends")?;
            ensure(
                self.holders[row] == holder.to_bits(),
                "a grant is in its holder's list",
            )?;
            let name = &self.names[row];
            ensure(!seen.contains(&name), "a capability is granted once")?;
            seen.push(name);
            let source = self.sources[row];
            let is_passed_on = self.chain_starts_in(source, passed_on, name);
            ensure(
                source == 0 || is_passed_on,
                "what is passed on is held by the parent",
            )?;
            at = self.next[row];
        }
        Ok(seen.len())
    }

    /// Whether a source is in a list, under that name.
    fn chain_starts_in(&self, source: u64, first: u64, name: &str) -> bool {
        let is_live = |id: &GrantId| self.find(*id).is_some();
        std::iter::successors(GrantId::from_bits(first).filter(is_live), |id| {
            GrantId::from_bits(self.next[id.index()]).filter(is_live)
        })
        .take(GRANTS_MAX)
        .any(|id| id.to_bits() == source && &*self.names[id.index()] == name)
    }
}

impl Persist for Quota {
    const BYTES_MIN: usize = 40;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.calls_max);
        to.pod(self.calls_per_tick_max);
        to.pod(self.argument_bytes_max);
        to.pod(self.tick);
        to.pod(self.calls_this_tick);
    }

    fn load(from: &mut Reader) -> Result<Quota, LoadError> {
        Ok(Quota {
            calls_max: from.pod()?,
            calls_per_tick_max: from.pod()?,
            argument_bytes_max: from.pod()?,
            tick: from.pod()?,
            calls_this_tick: from.pod()?,
        })
    }
}

impl Persist for Provider {
    const BYTES_MIN: usize = 16;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.context);
        to.pod(self.pin);
    }

    fn load(from: &mut Reader) -> Result<Provider, LoadError> {
        Ok(Provider {
            context: from.pod()?,
            pin: from.pod()?,
        })
    }
}
