//! An index: which contexts have something to run, with whom they share fuel, and which wait for time to pass. So a tick
//! costs nothing for those that sleep.
//!
//! ```text
//! group       0 (the runtime)      1 (ctx4)             a context has a group if it has children or a limit on steps a tick
//! members     ctx1 ctx4 ctx8       ctx4 ctx7            ctx4 in its own group stands for its own tasks
//! place       ctx1: 0  ctx4: 1  ctx8: 2  ctx7: 1        where a context stands among the members of its parent's group
//! ```
//!
//! Invariants: whoever is runnable stands in a group, and so does every context around it, up to group 0 (unless it rests:
//! it was given all that it may have in this tick); a group without members stands nowhere. Whoever has timers and is not held is in
//! `sleepers` with its first due time; `sleepers` may name contexts that wait no longer, which are dropped when met.
//! Derived from `contexts`: rebuilt after a load, never dumped; nothing that is seen depends on the order of members or groups.
//! Absent: who gets how much (`systems/schedule`).

use crate::activities::Activity;
use crate::contexts::Contexts;
use std::collections::BTreeSet;

/// The group of those that no other context made.
pub const TOP: u32 = 0;

/// No place: the context stands in no group.
const NOWHERE: u32 = u32::MAX;

/// Contexts that share fuel.
#[derive(Clone, Debug)]
struct Group {
    /// The row of its context.
    row: u32,
    /// The rows of those that share; its own row stands for its own tasks.
    members: Vec<u32>,
    /// Where its own row stands among them.
    own_place: u32,
    /// Units of fuel that it was given in this tick, if it has a limit for that.
    taken: i64,
    /// It was given all that it may have in this tick: it stands in no other group until the next.
    rests: bool,
    /// It is in `changed`.
    is_changed: bool,
}

impl Group {
    fn of(row: u32) -> Group {
        Group {
            row,
            members: Vec::new(),
            own_place: NOWHERE,
            taken: 0,
            rests: false,
            is_changed: false,
        }
    }
}

/// See the module's header.
#[derive(Clone, Debug)]
pub struct Ready {
    groups: Vec<Group>,
    free_groups: Vec<u32>,
    /// By row: its group, or `TOP` for none.
    group_of: Vec<u32>,
    /// By row: where it stands in its parent's group.
    places: Vec<u32>,
    /// Groups that have more to share, or more to share it with, since they last shared.
    changed: Vec<u32>,
    /// Groups that took some of a limited share in this tick.
    metered: Vec<u32>,
    /// Rows that left and may still have credit.
    lapsed: Vec<u32>,
    runnable: u64,
    sleepers: BTreeSet<(u64, u32)>,
}

impl Default for Ready {
    fn default() -> Ready {
        Ready {
            groups: vec![Group::of(NOWHERE)],
            free_groups: Vec::new(),
            group_of: Vec::new(),
            places: Vec::new(),
            changed: Vec::new(),
            metered: Vec::new(),
            lapsed: Vec::new(),
            runnable: 0,
            sleepers: BTreeSet::new(),
        }
    }
}

fn has_steps(contexts: &Contexts, row: usize) -> bool {
    contexts.counters[row].steps < contexts.limits[row].steps_max
}

/// Whether the context at a row has something to run and may. Without steps left that is only what fails for the lack of them.
pub fn is_runnable(contexts: &Contexts, row: u32) -> bool {
    let row = row as usize;
    let fails = |a: &Activity| !a.is_over() || a.entries.is_pending();
    contexts.holds[row] == 0
        && contexts.activities[row]
            .as_ref()
            .is_some_and(|a| a.is_runnable() && (has_steps(contexts, row) || fails(a)))
}

/// When time lets a context go on; without steps left it never does.
fn next_due(contexts: &Contexts, row: u32) -> Option<u64> {
    if contexts.holds[row as usize] != 0 || !has_steps(contexts, row as usize) {
        return None;
    }
    let activity = contexts.activities[row as usize].as_ref()?;
    // Due times are never negative, so their bits are in their order.
    activity
        .timers
        .next_due_ms()
        .map(|due| due.max(0.0).to_bits())
}

fn parent(contexts: &Contexts, row: u32) -> Option<u32> {
    contexts
        .parent(row as usize)
        .map(|parent| parent.index() as u32)
}

impl Ready {
    /// The index of these contexts.
    pub fn of(contexts: &Contexts) -> Ready {
        let mut ready = Ready::default();
        for id in contexts.ids() {
            ready.update(contexts, id.index() as u32);
        }
        ready
    }

    /// Takes note of what a context has become after something was done in it.
    pub fn update(&mut self, contexts: &Contexts, row: u32) {
        if is_runnable(contexts, row) {
            self.enter(contexts, row);
        } else if self.stands(row) {
            self.leave(contexts, row);
            self.note_lapsed(row);
        }
        if let Some(due) = next_due(contexts, row) {
            self.sleepers.insert((due, row));
        }
    }

    /// Notes that a context's credit may be of no use to it.
    fn note_lapsed(&mut self, row: u32) {
        self.lapsed.push(row);
        if self.lapsed.len() > 2 * self.places.len() {
            self.lapsed.sort_unstable();
            self.lapsed.dedup();
        }
    }

    /// Takes a row that had nothing more to run when it was noted. It may have something again by now.
    pub fn pop_lapsed(&mut self) -> Option<u32> {
        self.lapsed.pop()
    }

    /// How many contexts have something to run.
    pub fn runnable(&self) -> u64 {
        self.runnable
    }
}

/// Groups and their members.
impl Ready {
    fn place(&self, row: u32) -> u32 {
        self.places.get(row as usize).copied().unwrap_or(NOWHERE)
    }

    /// The group of a context; `TOP` if it has none.
    pub fn group_of(&self, row: u32) -> u32 {
        self.group_of.get(row as usize).copied().unwrap_or(TOP)
    }

    /// The row of a group's context; none for `TOP`.
    pub fn row_of(&self, group: u32) -> Option<u32> {
        (group != TOP).then(|| self.groups[group as usize].row)
    }

    /// Those who share what a group has.
    pub fn members(&self, group: u32) -> &[u32] {
        &self.groups[group as usize].members
    }

    /// Whether a context itself has something to run, as far as is known.
    pub fn stands(&self, row: u32) -> bool {
        match self.group_of(row) {
            TOP => self.place(row) != NOWHERE,
            group => self.groups[group as usize].own_place != NOWHERE,
        }
    }

    /// Whether a context or one inside it has something to run.
    pub fn is_active(&self, row: u32) -> bool {
        match self.group_of(row) {
            TOP => self.place(row) != NOWHERE,
            group => !self.members(group).is_empty(),
        }
    }

    /// Lets a context that has something to run share.
    fn enter(&mut self, contexts: &Contexts, row: u32) {
        if self.stands(row) {
            return;
        }
        self.runnable += 1;
        let at = row as usize;
        let is_limited = contexts.limits[at].steps_per_tick_max != u64::MAX;
        if is_limited || contexts.inner[at].is_some() || self.group_of(row) != TOP {
            let group = self.ensure_group(row);
            let group = &mut self.groups[group as usize];
            group.own_place = group.members.len() as u32;
            group.members.push(row);
        }
        self.join(contexts, row);
    }

    /// Lets the contexts around a row that became active be active too.
    fn join(&mut self, contexts: &Contexts, row: u32) {
        let mut row = row;
        loop {
            let own = self.group_of(row);
            if own != TOP {
                self.note_change(own);
            }
            if self.place(row) != NOWHERE || self.groups[own as usize].rests {
                return;
            }
            let outer = parent(contexts, row);
            let group = outer.map_or(TOP, |outer| self.ensure_group(outer));
            if self.places.len() <= row as usize {
                self.places.resize(row as usize + 1, NOWHERE);
            }
            let members = &mut self.groups[group as usize].members;
            self.places[row as usize] = members.len() as u32;
            members.push(row);
            match outer {
                Some(outer) => row = outer,
                None => return self.note_change(TOP),
            }
        }
    }

    /// The group of a context, made if it has none. One that had something to run has it there now.
    pub fn ensure_group(&mut self, row: u32) -> u32 {
        let group = self.group_of(row);
        if group != TOP {
            return group;
        }
        let mut new = Group::of(row);
        if self.place(row) != NOWHERE {
            new.own_place = 0;
            new.members.push(row);
        }
        let group = match self.free_groups.pop() {
            Some(group) => {
                self.groups[group as usize] = new;
                group
            }
            None => {
                self.groups.push(new);
                self.groups.len() as u32 - 1
            }
        };
        if self.group_of.len() <= row as usize {
            self.group_of.resize(row as usize + 1, TOP);
        }
        self.group_of[row as usize] = group;
        group
    }

    /// Takes out a context that has nothing more to run, and those around it that are active no more.
    pub fn leave(&mut self, contexts: &Contexts, row: u32) {
        if !self.stands(row) {
            return;
        }
        self.runnable -= 1;
        let group = self.group_of(row);
        if group != TOP {
            let place = std::mem::replace(&mut self.groups[group as usize].own_place, NOWHERE);
            self.take_out(group, place);
            if !self.members(group).is_empty() {
                return;
            }
        }
        self.leave_outer(contexts, row);
    }

    /// Takes a context out of its parent's group, and so on as long as groups become empty.
    fn leave_outer(&mut self, contexts: &Contexts, row: u32) {
        let mut row = row;
        while self.place(row) != NOWHERE {
            let outer = parent(contexts, row);
            let group = outer.map_or(TOP, |outer| self.group_of(outer));
            let place = std::mem::replace(&mut self.places[row as usize], NOWHERE);
            self.take_out(group, place);
            match outer {
                Some(outer) if self.members(group).is_empty() => row = outer,
                _ => return,
            }
        }
    }

    /// Takes the member at a place out of a group; the last one takes its place.
    fn take_out(&mut self, group: u32, place: u32) {
        let group = &mut self.groups[group as usize];
        group.members.swap_remove(place as usize);
        if let Some(&moved) = group.members.get(place as usize) {
            if moved == group.row {
                group.own_place = place;
            } else {
                self.places[moved as usize] = place;
            }
        }
    }

    /// Forgets a context that ends and has nothing to run.
    pub fn forget(&mut self, row: u32) {
        let group = self.group_of(row);
        if group != TOP {
            let ended = std::mem::replace(&mut self.groups[group as usize], Group::of(NOWHERE));
            assert!(ended.members.is_empty(), "who ends has left");
            if ended.is_changed {
                self.changed.retain(|&changed| changed != group);
            }
            self.group_of[row as usize] = TOP;
            self.free_groups.push(group);
        }
    }
}

/// What the schedule notes about groups.
impl Ready {
    /// Notes that a group has more to share, or more to share it with.
    pub fn note_change(&mut self, group: u32) {
        let noted = &mut self.groups[group as usize].is_changed;
        if !std::mem::replace(noted, true) {
            self.changed.push(group);
        }
    }

    /// Takes one of the groups that were noted, the latest first.
    pub fn pop_changed(&mut self) -> Option<u32> {
        let group = self.changed.pop()?;
        self.groups[group as usize].is_changed = false;
        Some(group)
    }

    /// Units that a group was given in this tick.
    pub fn taken(&self, group: u32) -> i64 {
        self.groups[group as usize].taken
    }

    /// Notes that a group was given so many units, or gave back as many if negative.
    pub fn take(&mut self, group: u32, units: i64) {
        let taken = &mut self.groups[group as usize].taken;
        if *taken == 0 {
            self.metered.push(group);
        }
        *taken = (*taken + units).max(0);
    }

    /// Lets a context share no more in this tick.
    pub fn rest(&mut self, contexts: &Contexts, row: u32) {
        let group = self.ensure_group(row);
        self.groups[group as usize].rests = true;
        self.metered.push(group);
        self.leave_outer(contexts, row);
    }

    /// Begins a tick: limits on what is taken in a tick begin anew, and those that rested share again.
    pub fn begin_tick(&mut self, contexts: &Contexts) {
        while let Some(group) = self.metered.pop() {
            let group = &mut self.groups[group as usize];
            group.taken = 0;
            if std::mem::take(&mut group.rests) && !group.members.is_empty() {
                let row = group.row;
                self.join(contexts, row);
            }
        }
    }
}

/// Those who wait for time to pass.
impl Ready {
    /// Takes out a row with a timer that is due, earliest first.
    pub fn pop_due(&mut self, contexts: &Contexts, now_ms: f64) -> Option<u32> {
        while let Some(&(due, row)) = self.sleepers.first() {
            if f64::from_bits(due) > now_ms {
                return None;
            }
            self.sleepers.pop_first();
            if next_due(contexts, row) == Some(due) {
                return Some(row);
            }
        }
        None
    }

    /// When the next timer is due.
    pub fn next_due_ms(&mut self, contexts: &Contexts) -> Option<f64> {
        while let Some(&(due, row)) = self.sleepers.first() {
            if next_due(contexts, row) == Some(due) {
                return Some(f64::from_bits(due));
            }
            self.sleepers.pop_first();
        }
        None
    }

    /// How many contexts wait for time, at most.
    pub fn sleeping(&self) -> usize {
        self.sleepers.len()
    }
}
