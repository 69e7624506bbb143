//! The reap sweep: frees the rows of tasks that ended.
//!
//! Reads and writes a context's tasks. Order: after the outcomes of entries were read. While an entry is open, or a rejection
//! is to be told, tasks that failed stay: their outcome says why.
//! Cost: one look at each task of a context that ran. Absent: outcomes of entries (`src/entries`).

use raya_storages::activities::Activity;
use raya_storages::tasks::{Outcome, TaskId, TaskState};

/// Frees the tasks that are done.
pub fn reap(activity: &mut Activity) {
    let is_open = activity.entries.is_any_open() || !activity.rejected.is_empty();
    let is_over = |id: &TaskId| {
        let task = &activity.tasks.task[id.index()];
        let explains = !matches!(task.outcome, None | Some(Outcome::Returned));
        task.state == TaskState::Done && !(is_open && explains)
    };
    let over: Vec<TaskId> = activity.tasks.ids().filter(is_over).collect();
    for id in over {
        activity.tasks.free(id);
    }
}
