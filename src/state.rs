//! A runtime as data: everything dumped, loaded, hashed.
//!
//! ```text
//! magic version | time | programs' images | programs | contexts | grants | runs | events | hash of all before
//! ```
//!
//! Invariants: equal runtimes give equal bytes; bytes are validated fully before anything is changed; what is derived (who is
//! ready, bindings) is made anew. Capabilities are bound again by name: those that were granted must be registered.
//! Absent: snapshots of single contexts, host state.

use crate::bindings::Bound;
use crate::error::VmError;
use crate::runtime::{Runtime, Time};
use crate::template::Templates;
use raya_bytecode::{codec, verify};
use raya_storages::activities::Activity;
use raya_storages::contexts::{ContextId, Contexts, UNITS_MAX};
use raya_storages::dump::{LoadError, Persist, Reader, Writer, ensure, hash_bytes};
use raya_storages::events::Mailbox;
use raya_storages::fuel::Pool;
use raya_storages::grants::Grants;
use raya_storages::handles::RIGHTS_ALL;
use raya_storages::programs::{Program, ProgramId, Programs};
use raya_storages::ready::Ready;
use raya_storages::runs::{RunOutcome, Runs};
use raya_systems::account;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The first bytes of a dump.
const MAGIC: [u8; 8] = *b"RAYADUMP";
/// The version of the format.
const VERSION: u32 = 1;

impl Persist for Time {
    const BYTES_MIN: usize = 40;

    fn dump(&self, to: &mut Writer) {
        to.pod(self.clock_ms);
        to.pod(self.ticks);
        to.pod(self.pool.units);
        to.pod(self.seeds);
        to.pod(self.questions);
    }

    fn load(from: &mut Reader) -> Result<Time, LoadError> {
        Ok(Time {
            clock_ms: from.pod()?,
            ticks: from.pod()?,
            pool: Pool { units: from.pod()? },
            seeds: from.pod()?,
            questions: from.pod()?,
        })
    }
}

/// The tables that a dump holds.
struct Tables {
    time: Time,
    programs: Programs,
    contexts: Contexts,
    grants: Grants,
    runs: Runs,
    mail: Mailbox,
}

impl Runtime {
    fn write(&self) -> Writer {
        let mut to = Writer::new();
        to.pod(MAGIC);
        to.pod(VERSION);
        self.time.dump(&mut to);
        let images: Vec<Vec<u8>> = self
            .programs
            .ids()
            .filter_map(|id| self.programs.get(id))
            .map(|program| codec::encode(&program.image))
            .collect();
        images.dump(&mut to);
        self.programs.dump(&mut to);
        self.contexts.dump(&mut to);
        self.grants.dump(&mut to);
        self.runs.dump(&mut to);
        self.mail.dump(&mut to);
        to
    }

    /// Everything as bytes: contexts in the middle of running, programs, clock. Not the host's own state.
    pub fn dump(&self) -> Vec<u8> {
        let mut to = self.write();
        let hash = to.hash();
        to.pod(hash);
        to.into_bytes()
    }

    /// The canonical hash of all tables: equal on any number of threads, and before and after a load.
    pub fn hash(&self) -> u64 {
        self.write().hash()
    }

    /// Becomes the runtime that was dumped, with the capabilities, loader and handles of this one. On an error nothing
    /// has changed.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), VmError> {
        let invalid = |e: LoadError| VmError::InvalidDump(e.to_string().into());
        let tables = read(bytes).map_err(invalid)?;
        self.bindings = self.bindings.bound_to(Bound {
            contexts: &tables.contexts,
            grants: &tables.grants,
            programs: &tables.programs,
        })?;
        self.ready = Ready::of(&tables.contexts);
        self.ran = account::ran(&tables.contexts.counters);
        self.time = tables.time;
        self.epoch += 1;
        self.lost_questions = true;
        self.programs = tables.programs;
        self.contexts = tables.contexts;
        self.grants = tables.grants;
        self.runs = tables.runs;
        self.mail = tables.mail;
        self.templates = Templates::default();
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Result<Tables, LoadError> {
    let (body, hash) = bytes.split_last_chunk::<8>().ok_or(LoadError::Truncated)?;
    let mut from = Reader::new(body);
    ensure(
        from.pod::<[u8; 8]>()? == MAGIC,
        "a dump begins with its magic",
    )?;
    ensure(from.pod::<u32>()? == VERSION, "the version is known")?;
    ensure(
        hash_bytes(body) == u64::from_le_bytes(*hash),
        "the hash is that of the bytes",
    )?;
    let time = Time::load(&mut from)?;
    let is_time = time.clock_ms >= 0.0 && time.clock_ms.is_finite();
    ensure(is_time, "the clock is a time")?;
    ensure(
        time.pool.units.unsigned_abs() <= UNITS_MAX,
        "the pool is what ticks give",
    )?;
    let linked = read_images(&mut from)?;
    let mut programs = Programs::load(&mut from)?;
    programs.bind(|hash| linked.get(&hash).cloned())?;
    let contexts = Contexts::load(&mut from)?;
    let grants = Grants::load(&mut from)?;
    let runs = Runs::load(&mut from)?;
    let mail = Mailbox::load(&mut from)?;
    from.finish()?;
    let tables = Tables {
        time,
        programs,
        contexts,
        grants,
        runs,
        mail,
    };
    verify_tables(&tables)?;
    Ok(tables)
}

fn read_images(from: &mut Reader) -> Result<BTreeMap<u64, Arc<Program>>, LoadError> {
    let images: Vec<Vec<u8>> = Vec::load(from)?;
    let link = |bytes: Vec<u8>| {
        let image = verify::decode_verified(&bytes)
            .map_err(|_| LoadError::Invalid("a program is valid"))?;
        let hash = hash_bytes(&bytes);
        Ok((hash, Arc::new(Program::link(Arc::new(image), hash))))
    };
    images.into_iter().map(link).collect()
}

fn verify_tables(tables: &Tables) -> Result<(), LoadError> {
    tables.contexts.verify()?;
    let programs = tables.contexts.ids().map(ContextId::index);
    let programs = programs.map(|row| tables.contexts.programs[row]);
    tables.programs.verify(programs)?;
    tables.grants.verify(&tables.contexts)?;
    for id in tables.contexts.ids() {
        verify_context(tables, id.index())?;
        verify_handles(&tables.contexts, id)?;
    }
    for id in tables.runs.ids() {
        verify_run(tables, id.index())?;
    }
    Ok(())
}

fn verify_run(tables: &Tables, run: usize) -> Result<(), LoadError> {
    let context = ContextId::from_bits(tables.runs.contexts[run]);
    let row = context.and_then(|c| tables.contexts.find(c));
    let row = row.ok_or(LoadError::Invalid("a run's context is live"))?;
    let Some(RunOutcome::Failed(failure)) = &tables.runs.outcomes[run] else {
        return Ok(());
    };
    let program = ProgramId::from_bits(tables.contexts.programs[row]);
    let program = program.and_then(|id| tables.programs.get(id));
    let functions = program.map_or(0, |program| program.functions.len());
    ensure(
        program.is_some() && failure.is_of(functions),
        "what failed is known",
    )
}

/// What a context says of handles is its own, and gives it no more than their owners gave.
fn verify_handles(contexts: &Contexts, context: ContextId) -> Result<(), LoadError> {
    let Some(foreign) = contexts.heaps[context.index()].foreign.as_deref() else {
        return Ok(());
    };
    ensure(
        foreign.context == context.to_bits() || foreign.context == 0 && foreign.pin_count() == 0,
        "what is named is a context's own",
    )?;
    let handles = &foreign.handles;
    for row in handles.ids().map(|id| id.index()) {
        let owner = ContextId::from_bits(handles.owners[row]);
        let owner = owner.and_then(|owner| contexts.find(owner));
        let named = owner.and_then(|owner| contexts.heaps[owner].foreign.as_deref());
        let given = named.and_then(|named| named.pin_rights(handles.objects[row]));
        ensure(
            given.is_none_or(|given| handles.rights[row] & RIGHTS_ALL & !given == 0),
            "nobody has more rights than were given",
        )?;
    }
    Ok(())
}

fn verify_context(tables: &Tables, row: usize) -> Result<(), LoadError> {
    let contexts = &tables.contexts;
    let id = ProgramId::from_bits(contexts.programs[row]);
    let program = id.and_then(|id| tables.programs.get(id));
    let program_bytes = contexts.counters[row].program_bytes();
    ensure(
        program_bytes == 0 || program.is_some_and(|program| program.bytes() == program_bytes),
        "a program takes what it counts as",
    )?;
    let Some(program) = program else {
        ensure(contexts.programs[row] == 0, "a program is live")?;
        return ensure(
            contexts.activities[row].is_none(),
            "without a program nothing goes on",
        );
    };
    match &contexts.activities[row] {
        Some(activity) => activity.verify(program, &contexts.heaps[row]),
        None => Activity::default().verify(program, &contexts.heaps[row]),
    }
}
