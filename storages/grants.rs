//! What contexts were granted: a row for each capability that a context holds.
//!
//! ```text
//! contexts.grants ──> grant0 "world" ──next──> grant4 "log" ──next──> none      (a context's grants, in the order given)
//!                        ▲ source                 rare: who serves it, quota, refusals, revoked
//!                     grant7 "world"              (an inner context's, passed on by it)
//! ```
//!
//! Rows name each other and their name by place, and what few have lies in a box: a grant costs 32 bytes. Invariants: a grant is in
//! one context's list, once; a source is a grant of the same name that the holder's parent
//! holds, so no chain of sources is a circle; a name stands once in a list. A grant is never taken out of a list, only
//! revoked: what it counted stays to be read. Absent: whether a call is allowed (`systems/admit`), host functions (`src/`).

use crate::contexts::{ContextId, Contexts};
use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::names::Names;
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

/// What few grants have.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rare {
    /// Who serves it, if not the host.
    pub provider: Option<Provider>,
    /// How much of it may be used, if that is limited.
    pub quota: Option<Quota>,
    /// Calls that were not allowed.
    pub refusals: u64,
    /// Nothing is allowed any more.
    pub is_revoked: bool,
}

/// A grant to be given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NewGrant {
    /// The capability.
    pub name: String,
    /// The grant that it is passed on from; none if the embedder or the holder's parent itself gives it.
    pub source: Option<GrantId>,
    /// Who serves it, if not the host.
    pub provider: Option<Provider>,
    /// How much of it may be used, if that is limited.
    pub quota: Option<Quota>,
}

table! {
    /// The rows of a runtime's grants.
    GrantRows, GrantRow, GrantId "grant" {
        /// The capability: a place in `names`.
        names: u32,
        /// The grant that it was passed on from: its place + 1, 0 for none. It is the parent's, and lives longer.
        sources: u32,
        /// The holder's next grant: its place + 1, 0 for none.
        next: u32,
        /// Calls that were allowed.
        calls: u64,
        /// What few have.
        rare: Option<Box<Rare>>,
    }
}

const _: () = assert!(
    size_of::<(u32, u32, u32, u32, u64, Option<Box<Rare>>)>() == 32,
    "a grant costs its columns and a generation"
);

/// The grants of a runtime. See the module's header.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Grants {
    rows: GrantRows,
    names: Names,
}

impl Grants {
    /// The live rows, in order of place.
    pub fn ids(&self) -> impl Iterator<Item = GrantId> + '_ {
        self.rows.ids()
    }

    /// The grant at a place that a row names, plus 1.
    fn at(&self, place: u32) -> Option<GrantId> {
        self.rows.id_at((place as usize).checked_sub(1)?)
    }

    /// A list of grants, from its first on.
    pub fn list(&self, first: u64) -> impl Iterator<Item = GrantId> + '_ {
        std::iter::successors(GrantId::from_bits(first), |id| {
            self.at(self.rows.next[id.index()])
        })
    }

    /// The grant of a name in a list.
    pub fn named(&self, first: u64, name: &str) -> Option<GrantId> {
        self.list(first).find(|id| self.name(*id) == name)
    }

    /// A grant and those that it was passed on from.
    pub fn chain(&self, grant: GrantId) -> impl Iterator<Item = GrantId> + '_ {
        std::iter::successors(Some(grant), |id| self.source(*id))
    }

    /// The grant that one was passed on from.
    pub fn source(&self, grant: GrantId) -> Option<GrantId> {
        self.at(self.rows.sources[grant.index()])
    }

    /// The capability.
    pub fn name(&self, grant: GrantId) -> &str {
        self.names.text(self.rows.names[grant.index()])
    }

    /// Calls that were allowed.
    pub fn calls(&self, grant: GrantId) -> u64 {
        self.rows.calls[grant.index()]
    }

    /// Counts calls that were allowed.
    pub fn add_calls(&mut self, grant: GrantId, calls: u64) {
        self.rows.calls[grant.index()] += calls;
    }

    fn rare(&self, grant: GrantId) -> Option<&Rare> {
        self.rows.rare[grant.index()].as_deref()
    }

    fn rare_mut(&mut self, grant: GrantId) -> &mut Rare {
        self.rows.rare[grant.index()].get_or_insert_with(Box::default)
    }

    /// Who serves it, if not the host.
    pub fn provider(&self, grant: GrantId) -> Option<Provider> {
        self.rare(grant)?.provider
    }

    /// How much of it may be used, if that is limited.
    pub fn quota(&self, grant: GrantId) -> Option<&Quota> {
        self.rare(grant)?.quota.as_ref()
    }

    /// The same, to count.
    pub fn quota_mut(&mut self, grant: GrantId) -> Option<&mut Quota> {
        self.rows.rare[grant.index()].as_mut()?.quota.as_mut()
    }

    /// Calls that were not allowed.
    pub fn refusals(&self, grant: GrantId) -> u64 {
        self.rare(grant).map_or(0, |rare| rare.refusals)
    }

    /// Counts a call that was not allowed.
    pub fn add_refusal(&mut self, grant: GrantId) {
        self.rare_mut(grant).refusals += 1;
    }

    /// Whether the grant itself was revoked.
    pub fn is_revoked(&self, grant: GrantId) -> bool {
        self.rare(grant).is_some_and(|rare| rare.is_revoked)
    }

    /// Allows nothing any more.
    pub fn revoke(&mut self, grant: GrantId) {
        self.rare_mut(grant).is_revoked = true;
    }

    /// Whether every call must be looked at: the grant or one that it comes from is limited or revoked.
    pub fn is_metered(&self, grant: GrantId) -> bool {
        self.chain(grant)
            .any(|id| self.is_revoked(id) || self.quota(id).is_some())
    }

    /// Adds a grant at the end of a list; gives the list's first.
    pub fn append(&mut self, first: u64, grant: NewGrant) -> u64 {
        let place = |id: GrantId| id.index() as u32 + 1;
        let last = self.list(first).last();
        let rare = Rare {
            provider: grant.provider,
            quota: grant.quota,
            ..Rare::default()
        };
        let row = GrantRow {
            names: self.names.take(&grant.name),
            sources: grant.source.map_or(0, place),
            rare: (rare != Rare::default()).then(|| Box::new(rare)),
            ..GrantRow::default()
        };
        let added = self.rows.insert(row);
        match last {
            Some(last) => {
                self.rows.next[last.index()] = place(added);
                first
            }
            None => added.to_bits(),
        }
    }

    /// Frees a list.
    pub fn free_list(&mut self, first: u64) {
        let ids: Vec<GrantId> = self.list(first).collect();
        for id in ids {
            let row = self.rows.free(id).expect("what is listed is live");
            self.names.release(row.names);
        }
    }

    /// Checks the invariants, with the contexts that hold them.
    pub fn verify(&self, contexts: &Contexts) -> Result<(), LoadError> {
        self.rows.verify_rows()?;
        let mut uses = vec![0; self.names.capacity()];
        for row in self.rows.ids().map(GrantId::index) {
            let name = self.rows.names[row];
            ensure(self.names.contains(name), "a grant has a name")?;
            uses[name as usize] += 1;
        }
        self.names.verify(&uses)?;
        let mut is_listed = vec![false; self.rows.capacity()];
        for holder in contexts.ids() {
            self.verify_list(contexts, holder, &mut is_listed)?;
        }
        let listed = is_listed.iter().filter(|is_listed| **is_listed).count();
        ensure(
            listed == self.rows.len(),
            "every grant is in its holder's list",
        )
    }

    fn verify_list(
        &self,
        contexts: &Contexts,
        holder: ContextId,
        is_listed: &mut [bool],
    ) -> Result<(), LoadError> {
        let first = contexts.grants[holder.index()];
        let parent = contexts.parent(holder.index());
        let passed_on = parent.map_or(0, |p| contexts.grants[p.index()]);
        let mut seen = Vec::new();
        let live = |id: GrantId| self.rows.find(id).map(|_| id);
        let mut at = match first {
            0 => None,
            bits => {
                let id = GrantId::from_bits(bits).and_then(live);
                Some(id.ok_or(LoadError::Invalid("a grant is live"))?)
            }
        };
        while let Some(id) = at {
            let row = id.index();
            ensure(seen.len() < GRANTS_MAX, "a list of grants ends")?;
            ensure(
                !std::mem::replace(&mut is_listed[row], true),
                "a grant is in one list",
            )?;
            let name = self.rows.names[row];
            ensure(!seen.contains(&name), "a capability is granted once")?;
            seen.push(name);
            let source = self.rows.sources[row];
            ensure(
                source == 0 || self.chain_starts_in(source, passed_on, name),
                "what is passed on is held by the parent",
            )?;
            let next = self.rows.next[row];
            at = self.at(next);
            ensure(next == 0 || at.is_some(), "a grant is live")?;
        }
        Ok(())
    }

    /// Whether a source is in a list, under that name.
    fn chain_starts_in(&self, source: u32, first: u64, name: u32) -> bool {
        let first = GrantId::from_bits(first).filter(|id| self.rows.find(*id).is_some());
        std::iter::successors(first, |id| self.at(self.rows.next[id.index()]))
            .take(GRANTS_MAX)
            .any(|id| id.index() as u32 + 1 == source && self.rows.names[id.index()] == name)
    }
}

impl Persist for Grants {
    const BYTES_MIN: usize = 16;

    fn dump(&self, to: &mut Writer) {
        self.rows.dump(to);
        self.names.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Grants, LoadError> {
        Ok(Grants {
            rows: GrantRows::load(from)?,
            names: Names::load(from)?,
        })
    }
}

impl Persist for Rare {
    const BYTES_MIN: usize = 11;

    fn dump(&self, to: &mut Writer) {
        self.provider.dump(to);
        self.quota.dump(to);
        to.pod(self.refusals);
        self.is_revoked.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Rare, LoadError> {
        let rare = Rare {
            provider: Option::load(from)?,
            quota: Option::load(from)?,
            refusals: from.pod()?,
            is_revoked: bool::load(from)?,
        };
        ensure(rare != Rare::default(), "what is as usual has no row")?;
        Ok(rare)
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
