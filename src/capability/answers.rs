//! Answers that take their time: a host function gets a [`Responder`] and answers from any thread, or gives a future.
//!
//! Invariants: an answer is taken at the start of a tick, in the order in which the questions were asked, so what a program sees
//! depends on the tick in which answers came and not on threads; a question is answered once: what is dropped unanswered is answered with an
//! error, what comes late or twice is dropped. Absent: an executor (the embedder spawns futures).

use super::{Call, HostError, Ret};
use crate::ContextId;
use raya_storages::values::Value;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::mpsc::Sender;

/// A future that answers a call, for the embedder's executor to run.
pub type AnswerFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An answer on its way.
#[derive(Debug)]
pub(crate) struct Answered {
    /// Who asked.
    pub context: ContextId,
    /// The number of the question.
    pub question: u64,
    /// How often the runtime had been loaded when it was asked.
    pub epoch: u64,
    /// The answer.
    pub answer: Result<Value, HostError>,
}

/// Names a question that has no answer yet.
#[derive(Debug)]
pub struct Question {
    pub(crate) context: ContextId,
    pub(crate) question: u64,
    pub(crate) epoch: u64,
    pub(crate) to: Sender<Answered>,
}

/// Answers one call of a guest, from any thread. Dropping it answers with an error.
#[derive(Debug)]
pub struct Responder<R: Ret = Value> {
    question: Option<Question>,
    gives: PhantomData<fn(R)>,
}

impl<R: Ret> Responder<R> {
    pub(crate) fn new(question: Question) -> Responder<R> {
        Responder {
            question: Some(question),
            gives: PhantomData,
        }
    }

    /// Answers with a value, or with the error that it is.
    pub fn answer(mut self, value: R) {
        self.send(value.into_result());
    }

    /// Answers with an error.
    pub fn fail(mut self, message: impl Into<String>) {
        self.send(Err(HostError(message.into())));
    }

    fn send(&mut self, answer: Result<Value, HostError>) {
        let Some(Question {
            context,
            question,
            epoch,
            to,
        }) = self.question.take()
        else {
            return;
        };
        // A runtime that is gone needs no answer.
        let _ = to.send(Answered {
            context,
            question,
            epoch,
            answer,
        });
    }
}

impl<R: Ret> Drop for Responder<R> {
    fn drop(&mut self) {
        self.send(Err(HostError("the host dropped the call".into())));
    }
}

/// A host function that answers later. An error is an answer at once.
pub(crate) type AskedFn = dyn FnMut(Call, Question, &[Value]) -> Result<(), HostError> + Send;

/// A closure that answers through a responder: `|call: Call, to: Responder<f64>, a: String| …`.
pub trait Answering<Marker>: Send + 'static {
    /// Parameters and result.
    fn type_texts() -> (Vec<String>, String);
    /// Asks it.
    fn ask(&mut self, call: Call, to: Question, args: &[Value]) -> Result<(), HostError>;
}

/// A closure that gives a future: `|call: Call, a: String| async move { … }`.
pub trait Asynchronous<Marker>: Send + 'static {
    /// Parameters and result.
    fn type_texts() -> (Vec<String>, String);
    /// Begins it.
    fn begin(&mut self, call: Call, args: &[Value]) -> Result<ValueFuture, HostError>;
}

/// A future of what a call gives.
pub type ValueFuture = Pin<Box<dyn Future<Output = Result<Value, HostError>> + Send>>;
