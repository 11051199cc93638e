//! What a person does to the gateway while the load runs: to the next or the previous phase, and one prepared fault on or
//! off, all of it by the admin port. Phases of the load's own figures stay as planned; that somebody lent a hand is a
//! reason to look twice at the result.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::admin::Status;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::admin::AdminPort;

/// The name of the prepared fault.
pub const FAULT: &str = "by-hand";

/// What was done is remembered this far back.
const NOTES: usize = 20;

/// Wishes that may wait; nobody presses keys faster than a loopback answers.
const WISHES: usize = 8;

/// Something that a person wants of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// The timeline moves to the begin of the next phase.
    NextPhase,
    /// The timeline moves to the begin of the phase before.
    PreviousPhase,
    /// The prepared fault is put in force, or lifted if it is on.
    Fault,
}

/// Passes wishes on to a run; clones serve the same one.
#[derive(Clone, Debug)]
pub struct Hand {
    wishes: mpsc::Sender<Steer>,
}

/// Where the wishes of a [`Hand`] arrive.
pub(crate) type Wishes = mpsc::Receiver<Steer>;

impl Hand {
    /// A hand, and where its wishes arrive.
    pub(crate) fn new() -> (Self, Wishes) {
        let (wishes, arriving) = mpsc::channel(WISHES);
        (Self { wishes }, arriving)
    }

    /// Asks for something; beyond the few that may wait, a wish is forgotten.
    pub fn steer(&self, steer: Steer) {
        let _full_or_over = self.wishes.try_send(steer);
    }
}

/// Something that was done or marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// Rises by one with each, from 1.
    pub(crate) seq: u64,
    /// Whether it only marks a moment.
    pub(crate) is_mark: bool,
    /// In words.
    pub(crate) text: String,
}

/// What was done and marked so far; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<Written>>);

#[derive(Debug, Default)]
struct Written {
    seq: u64,
    newest: Vec<Note>,
}

impl Notes {
    /// What was done, the newest, oldest first. Marks do nothing.
    pub(crate) fn acts(&self) -> Vec<String> {
        let acts = |note: &Note| (!note.is_mark).then(|| note.text.clone());
        self.lock().newest.iter().filter_map(acts).collect()
    }

    /// What came after this one, oldest first.
    pub(crate) fn after(&self, seq: u64) -> Vec<Note> {
        let newer = |note: &&Note| note.seq > seq;
        self.lock().newest.iter().filter(newer).cloned().collect()
    }

    fn add(&self, is_mark: bool, text: String) {
        let mut written = self.lock();
        written.seq += 1;
        let note = Note {
            seq: written.seq,
            is_mark,
            text,
        };
        if written.newest.len() >= NOTES {
            written.newest.remove(0);
        }
        written.newest.push(note);
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does what is wished, one after another, until `closing`.
pub(crate) async fn follow(
    port: Option<AdminPort>,
    fault: Option<String>,
    mut wishes: Wishes,
    notes: Notes,
    closing: CancellationToken,
) {
    loop {
        let steer = tokio::select! {
            () = closing.cancelled() => return,
            wish = wishes.recv() => match wish {
                Some(steer) => steer,
                None => return,
            },
        };
        let note = match &port {
            Some(port) => act(port, fault.as_deref(), steer).await,
            None => "no admin port is known".to_owned(),
        };
        notes.add(false, note);
    }
}

/// Does it, and says what was done or why not.
async fn act(port: &AdminPort, fault: Option<&str>, steer: Steer) -> String {
    let done = match steer {
        Steer::NextPhase => jump(port, |at| at.checked_add(1)).await,
        Steer::PreviousPhase => jump(port, |at| at.checked_sub(1)).await,
        Steer::Fault => match fault {
            Some(fault) => turn(port, fault).await,
            None => Ok("no fault is prepared".to_owned()),
        },
    };
    done.unwrap_or_else(|error| error.to_string())
}

async fn jump(port: &AdminPort, step: impl Fn(usize) -> Option<usize>) -> Result<String, crate::AdminError> {
    let status = port.status().await?;
    match beside(&status, step) {
        Some(name) => port.jump(name).await.map(|()| format!("phase {name}")),
        None => Ok(format!("no phase beside {}", status.phase)),
    }
}

/// The name of a phase beside the one in force; `after` counts as the one past the last.
fn beside(status: &Status, step: impl Fn(usize) -> Option<usize>) -> Option<&str> {
    let at = status.phases.iter().position(|phase| *phase == status.phase);
    let at = at.unwrap_or(if status.elapsed_ms > 0 { status.phases.len() } else { 0 });
    status.phases.get(step(at)?).map(String::as_str)
}

async fn turn(port: &AdminPort, fault: &str) -> Result<String, crate::AdminError> {
    let on = port.faults().await?.faults.iter().any(|known| known.name == FAULT);
    if on {
        port.lift_fault(FAULT).await?;
        Ok("fault off".to_owned())
    } else {
        port.put_fault(FAULT, fault).await?;
        Ok("fault on".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(phase: &str, elapsed_ms: u64) -> Status {
        let text = format!(
            r#"{{"format":1,"version":"","scenario":"","seed":1,"phase":"{phase}","phases":["a","b","c"],
            "elapsed_ms":{elapsed_ms},"orders":{{"open":0,"paid":0,"forgotten":0}},"payers_pending":0,
            "callbacks":{{"pending":0,"held":0,"held_total":0,"sent":0,"acknowledged":0,"retried":0,"lost":0,"dropped":0}},
            "rules":[],"connections":0,"journal":{{"written":0,"dropped":0}},"books":[]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_phase_has_neighbours() {
        for (phase, elapsed_ms, previous, next) in [
            ("a", 1, None, Some("b")),
            ("b", 1, Some("a"), Some("c")),
            ("c", 1, Some("b"), None),
            ("after", 1, Some("c"), None),
            ("waiting", 0, None, Some("b")),
        ] {
            let status = status(phase, elapsed_ms);
            assert_eq!(beside(&status, |at| at.checked_sub(1)), previous, "{phase}");
            assert_eq!(beside(&status, |at| at.checked_add(1)), next, "{phase}");
        }
    }

    #[test]
    fn only_the_newest_notes_are_kept_and_marks_are_no_acts() {
        let notes = Notes::default();
        for count in 0..NOTES + 2 {
            notes.add(false, count.to_string());
        }
        notes.add(true, "look here".to_owned());
        let acts = notes.acts();
        assert_eq!((acts.len(), acts[0].as_str()), (NOTES - 1, "3"));
        let last = notes.after(NOTES as u64 + 2);
        assert_eq!(last.len(), 1);
        assert_eq!((last[0].is_mark, last[0].text.as_str()), (true, "look here"));
    }
}
