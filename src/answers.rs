//! Questions that the host answers in its own time.
//!
//! Reads and writes what contexts are owed. Order: answers are taken at the start of a tick, those that came by then in the order in which
//! the questions were asked. Invariants: a context has no more questions open than it may have tasks; a question has one answer; what was asked before a load is answered with an error at the next
//! tick, since the host that was asked may be another. Absent: who is asked (`effects`), how hosts answer (`capability`).

use crate::capability::{Answered, AskedFn, GuestError, Question, call_asked};
use crate::effects::Served;
use crate::runtime::Runtime;
use crate::{Call, Value, VmError};
use raya_storages::activities::AnsweredBy;
use std::sync::Mutex;

impl Runtime {
    /// Asks the host something.
    pub(crate) fn ask(&mut self, function: &Mutex<AskedFn>, call: Call, args: &[Value]) -> Served {
        if let Err(error) = self.check_owed(call.context.index()) {
            return Served::Answer(Err(GuestError::new("Error", error.to_string())));
        }
        self.time.questions += 1;
        let question = Question {
            context: call.context,
            question: self.time.questions,
            epoch: self.epoch,
            to: self.asked.clone(),
        };
        match call_asked(function, call, question, args) {
            Ok(()) => Served::Later(AnsweredBy::Host(self.time.questions), None),
            Err(error) => Served::Answer(Err(error.into())),
        }
    }

    /// What a context waits for elsewhere counts as tasks do: the host remembers it too, and answers are looked up one by one.
    fn check_owed(&self, row: usize) -> Result<(), VmError> {
        let owed = self.contexts.activities[row].as_ref();
        let count = owed.map_or(0, |activity| activity.owed.len()) as u32 + 1;
        let max = self.contexts.limits[row].tasks_max;
        if count > max {
            return Err(VmError::TaskLimitExceeded { count, max });
        }
        Ok(())
    }

    /// Takes the answers that the host gave since the last tick.
    pub(crate) fn take_answers(&mut self) {
        if std::mem::take(&mut self.lost_questions) {
            self.reject_lost_questions();
        }
        let mut answers: Vec<Answered> = self.answers.try_iter().collect();
        answers.sort_by_key(|answered| answered.question);
        for answered in answers {
            let context = self.contexts.find(answered.context);
            if let Some(row) = context.filter(|_| answered.epoch == self.epoch) {
                let by = AnsweredBy::Host(answered.question);
                self.settle_owed(row, by, answered.answer.map_err(GuestError::from));
            }
        }
    }

    fn reject_lost_questions(&mut self) {
        for id in self.context_ids() {
            let activity = self.contexts.activities[id.index()].as_ref();
            let owed = activity.map_or(&[][..], |a| &a.owed);
            let is_lost = |by: &AnsweredBy| matches!(by, AnsweredBy::Host(_));
            let lost: Vec<AnsweredBy> = owed.iter().map(|o| o.by).filter(is_lost).collect();
            for by in lost {
                let error = GuestError::new("HostGone", "the host that was asked is gone");
                self.settle_owed(id.index(), by, Err(error));
            }
        }
    }
}
