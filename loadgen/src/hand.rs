//! What a person does while the load runs. To the gateway, by its admin port: to the next or the previous phase, and one
//! prepared fault on or off; phases of the load's own figures stay as planned. To the load itself, see `load`. That somebody
//! lent a hand is a reason to look twice at the result.

mod load;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::admin::Status;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::admin::AdminPort;

pub(crate) use load::{Load, PAUSED_MOST};

/// The name of the prepared fault.
pub const FAULT: &str = "by-hand";

/// What was done is remembered this far back.
const NOTES: usize = 20;

/// Wishes that may wait; nobody presses keys faster than a loopback answers.
const WISHES: usize = 8;

/// Characters of a mark: a line of a log.
const MARK_CHARS: usize = 100;

/// Something that a person wants of the gateway or the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// The timeline moves to the begin of the next phase.
    NextPhase,
    /// The timeline moves to the begin of the phase before.
    PreviousPhase,
    /// The prepared fault is put in force, or lifted if it is on.
    Fault,
    /// No arrival becomes due and the timeline stands still, or both go on.
    Pause,
    /// Arrivals come at one step more of their planned rate.
    Faster,
    /// One step less.
    Slower,
}

/// Passes wishes on to a run; clones serve the same one.
#[derive(Clone, Debug)]
pub struct Hand {
    wishes: mpsc::Sender<Wish>,
}

/// Where the wishes of a [`Hand`] arrive.
pub(crate) type Wishes = mpsc::Receiver<Wish>;

/// What may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Something is to be done.
    Steer(Steer),
    /// This moment is to be marked, in these words.
    Mark(String),
}

impl Hand {
    /// A hand, and where its wishes arrive.
    pub(crate) fn new() -> (Self, Wishes) {
        let (wishes, arriving) = mpsc::channel(WISHES);
        (Self { wishes }, arriving)
    }

    /// Asks for something; beyond the few that may wait, a wish is forgotten.
    pub fn steer(&self, steer: Steer) {
        let _full_or_over = self.wishes.try_send(Wish::Steer(steer));
    }

    /// Marks this moment of the run, in words of which the first hundred characters are kept; nothing else changes.
    pub fn note(&self, text: &str) {
        let text = text.chars().take(MARK_CHARS).collect();
        let _full_or_over = self.wishes.try_send(Wish::Mark(text));
    }
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It was done.
    Act,
    /// It could not be done, and nothing was.
    Refusal,
    /// It only marks a moment.
    Mark,
}

/// Something that was wished, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// Rises by one with each, from 1.
    pub(crate) seq: u64,
    /// What became of it.
    pub(crate) deed: Deed,
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
    /// What was done, the newest, oldest first.
    pub(crate) fn acts(&self) -> Vec<String> {
        let acts = |note: &Note| (note.deed == Deed::Act).then(|| note.text.clone());
        self.lock().newest.iter().filter_map(acts).collect()
    }

    /// What came after this one, oldest first.
    pub(crate) fn after(&self, seq: u64) -> Vec<Note> {
        let newer = |note: &&Note| note.seq > seq;
        self.lock().newest.iter().filter(newer).cloned().collect()
    }

    /// An act that goes on is told anew, now in other words.
    fn retell(&self, old: &str, new: String) {
        self.lock().newest.retain(|note| note.text != old);
        self.add(Deed::Act, new);
    }

    /// Done, or why not.
    fn tell(&self, done: Result<String, String>) {
        match done {
            Ok(act) => self.add(Deed::Act, act),
            Err(why) => self.add(Deed::Refusal, why),
        }
    }

    fn add(&self, deed: Deed, text: String) {
        let mut written = self.lock();
        written.seq += 1;
        let note = Note {
            seq: written.seq,
            deed,
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

/// The gateway, as a hand reaches it.
pub(crate) struct Gateway {
    /// Its admin port, where it is known.
    pub(crate) port: Option<AdminPort>,
    /// The prepared fault.
    pub(crate) fault: Option<String>,
}

/// Does what is wished, one after another, until the load is stopped or everything closes.
pub(crate) async fn follow(
    gateway: Gateway,
    mut load: Load,
    mut wishes: Wishes,
    notes: Notes,
    (stop, closing): (CancellationToken, CancellationToken),
) {
    loop {
        let wish = tokio::select! {
            biased;
            () = closing.cancelled() => break,
            () = stop.cancelled(), if load.is_paused() => break,
            () = load.patience() => {
                load.leave(&gateway, &notes).await;
                continue;
            }
            wish = wishes.recv() => wish,
        };
        match wish {
            Some(Wish::Steer(Steer::Pause)) => load.toggle(&gateway, &notes).await,
            Some(Wish::Steer(Steer::Faster)) => load.pace(1, &notes).await,
            Some(Wish::Steer(Steer::Slower)) => load.pace(-1, &notes).await,
            Some(Wish::Steer(steer @ (Steer::NextPhase | Steer::PreviousPhase | Steer::Fault))) => {
                notes.tell(gateway.act(steer, load.is_paused()).await);
            }
            Some(Wish::Mark(text)) => notes.add(Deed::Mark, text),
            None => break,
        }
    }
    load.leave(&gateway, &notes).await;
}

impl Gateway {
    /// Does it, and says what was done or why not. A jump ends a hold, so under a paused load the timeline is held again.
    async fn act(&self, steer: Steer, is_paused: bool) -> Result<String, String> {
        let port = self.port.as_ref().ok_or("no admin port is known")?;
        let act = match (steer, self.fault.as_deref()) {
            (Steer::NextPhase, _) => jump(port, |at| at.checked_add(1)).await?,
            (Steer::PreviousPhase, _) => jump(port, |at| at.checked_sub(1)).await?,
            (Steer::Fault, Some(fault)) => return turn(port, fault).await.map_err(|error| error.to_string()),
            (Steer::Fault, None) => return Err("no fault is prepared".to_owned()),
            (Steer::Pause | Steer::Faster | Steer::Slower, _) => return Err("that is the load's to do".to_owned()),
        };
        if is_paused {
            port.hold().await.map_err(|error| error.to_string())?;
        }
        Ok(act)
    }
}

async fn jump(port: &AdminPort, step: impl Fn(usize) -> Option<usize>) -> Result<String, String> {
    let status = port.status().await.map_err(|error| error.to_string())?;
    let name = beside(&status, step).ok_or_else(|| format!("no phase beside {}", status.phase))?;
    port.jump(name).await.map_err(|error| error.to_string())?;
    Ok(format!("phase {name}"))
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
    fn only_the_newest_notes_are_kept_and_only_acts_are_acts() {
        let notes = Notes::default();
        for count in 0..NOTES + 2 {
            notes.add(Deed::Act, count.to_string());
        }
        notes.add(Deed::Mark, "look here".to_owned());
        let acts = notes.acts();
        assert_eq!((acts.len(), acts[0].as_str()), (NOTES - 1, "3"));
        let last = notes.after(NOTES as u64 + 2);
        assert_eq!(last.len(), 1);
        assert_eq!((last[0].deed, last[0].text.as_str()), (Deed::Mark, "look here"));
        notes.tell(Err("no such thing".to_owned()));
        notes.retell("21", "21 again".to_owned());
        let acts = notes.acts();
        assert_eq!((acts.len(), acts.last().unwrap().as_str()), (NOTES - 2, "21 again"));
    }
}
