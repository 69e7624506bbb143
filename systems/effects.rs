//! The effects sweep: serves what contexts asked of the host, one request after another in the order of rows.
//!
//! Reads and writes outboxes and what is owed; the rest is the host's (`Host`), who may touch any table and end any context, the asker
//! included. Order: after execute, before `reap`. Invariants: a request stays a root of its outbox until it is answered or put off; a
//! promise has one answer. Cost: what the host's functions take. Absent: what answers are (`src/effects`), whether a call
//! is allowed (`admit`).

use raya_storages::activities::{Activity, AnsweredBy, Owed, Request, Watch};
use raya_storages::contexts::{ContextId, Contexts};
use raya_storages::values::Value;

/// What serving a request came to.
#[derive(Debug)]
pub enum Served<E> {
    /// The answer.
    Answer(Result<Value, E>),
    /// Who will give the answer, and the type that the asker wants it as: none, as the import says.
    Later(AnsweredBy, Option<u32>),
    /// The next event about this context will be the answer.
    Listen(ContextId),
}

/// What serves requests.
pub trait Host {
    /// Why one is refused, for the guest.
    type Error;
    /// The contexts that ask.
    fn contexts(&mut self) -> &mut Contexts;
    /// Serves a request.
    fn serve(&mut self, asker: ContextId, import: usize, args: &[Value]) -> Served<Self::Error>;
    /// Gives the answer to the first request of a live context's outbox.
    fn answer(&mut self, asker: ContextId, answer: Result<Value, Self::Error>);
    /// Was told who will answer a request of a live context: that may have happened already.
    fn owes(&mut self, asker: ContextId, by: AnsweredBy);
    /// Has served all that a context asked.
    fn served(&mut self, row: usize);
}

/// Serves what the contexts of a batch asked; how many requests that were.
pub fn effects(host: &mut impl Host, batch: &[u32]) -> u64 {
    batch.iter().map(|&row| serve(host, row as usize)).sum()
}

/// Serves what one context asked.
pub fn serve(host: &mut impl Host, row: usize) -> u64 {
    let contexts = host.contexts();
    let asked = contexts.activities[row].as_ref();
    let count = asked.map_or(0, |activity| activity.outbox.len());
    if count == 0 {
        return 0;
    }
    let asker = contexts.id_at(row).expect("a live row");
    for _ in 0..count {
        let Some(activity) = host.contexts().activities[row].as_mut() else {
            break;
        };
        // The request itself stays, for its promise.
        let args = std::mem::take(&mut activity.outbox[0].args);
        let import = activity.outbox[0].import as usize;
        let served = host.serve(asker, import, &args);
        deliver(host, asker, served);
    }
    host.served(row);
    count as u64
}

/// Sees to the first request of an outbox, which was served.
fn deliver<H: Host>(host: &mut H, asker: ContextId, served: Served<H::Error>) {
    let contexts = host.contexts();
    let row = contexts.find(asker);
    let Some(activity) = row.and_then(|row| contexts.activities[row].as_mut()) else {
        // Serving the request has ended the context.
        return;
    };
    match served {
        Served::Answer(answer) => host.answer(asker, answer),
        Served::Later(by, desc) => {
            put_off(activity, by, desc);
            host.owes(asker, by);
        }
        Served::Listen(about) => listen(activity, about),
    }
}

fn put_off(activity: &mut Activity, by: AnsweredBy, desc: Option<u32>) {
    let Request {
        promise, import, ..
    } = activity.outbox.remove(0);
    activity.owed.push(Owed {
        promise,
        import,
        desc,
        by,
    });
}

fn listen(activity: &mut Activity, about: ContextId) {
    let promise = activity.outbox.remove(0).promise;
    let run = about.to_bits();
    activity.listeners.push(Watch { promise, run });
}
