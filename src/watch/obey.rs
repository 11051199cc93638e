//! What the dashboard asks for while something else is watched: what takes time is done by a task, and answered.

use bytes::Bytes;
use dashboards::{Event, Model, Request, Steer};
use hyper::Method;
use protocol::admin::{FaultList, Status};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::task::TaskTracker;

use super::{
    client::{Port, PortError},
    place::Place,
    source::Sources,
};
use crate::{export, story};

/// Serves the dashboard.
pub(super) struct Desk {
    sources: Sources,
    answer: mpsc::Sender<Event>,
    handle: Handle,
    tasks: TaskTracker,
    fault: String,
}

impl Desk {
    /// Answers go to `answer`; `fault` is the rule that the fault's key puts in force.
    pub(super) fn new(sources: Sources, answer: mpsc::Sender<Event>, handle: Handle, fault: String) -> Self {
        Self {
            sources,
            answer,
            handle,
            tasks: TaskTracker::new(),
            fault,
        }
    }

    /// Does what is asked, or sees to it.
    pub(super) fn obey(&self, request: Request, model: &Model) {
        match request {
            // Nothing here can be stopped: the dashboard leaves by itself.
            Request::Stop | Request::Abort => {}
            Request::Steer(steer) => self.steer(steer),
            Request::Story(order) => {
                let places = self.sources.places();
                let failures = std::sync::Arc::clone(&model.snapshot().failures);
                let asked = async move { told(&places, &order, &failures).await };
                self.answer_later(async { Event::Story(asked.await) });
            }
            Request::Export => {
                let folder = self.sources.folder().unwrap_or_default();
                self.answer_now(Event::Remark(export::write(&folder, model)));
            }
            Request::Mark(_) => self.remark("a run that is watched takes no marks: set them where it runs"),
            Request::Source(at) => self.sources.choose(at),
            Request::Play(playback) => self.sources.play(playback),
        }
    }

    fn steer(&self, steer: Steer) {
        let Some(Place::Gateway(port)) = self.sources.place() else {
            return self.remark("a load is not steered from elsewhere: press the key where it runs");
        };
        let (port, fault) = (port.clone(), self.fault.clone());
        let done = async move {
            match steer {
                Steer::NextPhase => jump(&port, |at| at.checked_add(1)).await,
                Steer::PreviousPhase => jump(&port, |at| at.checked_sub(1)).await,
                Steer::Fault => turn(&port, &fault).await,
                Steer::Pause | Steer::Faster | Steer::Slower => {
                    Ok("a gateway has no rate: these keys are a load's".to_owned())
                }
            }
        };
        self.answer_later(async { Event::Remark(done.await.unwrap_or_else(|error| error.to_string())) });
    }

    fn remark(&self, words: &str) {
        self.answer_now(Event::Remark(words.to_owned()));
    }

    fn answer_now(&self, event: Event) {
        // A dashboard that hears nothing any more needs no answer.
        let _full_or_over = self.answer.try_send(event);
    }

    fn answer_later(&self, event: impl Future<Output = Event> + Send + 'static) {
        let answer = self.answer.clone();
        let answering = async move {
            let event = event.await;
            let _over = answer.send(event).await;
        };
        // It ends by itself: every question has a deadline, and every file a length.
        self.tasks.spawn_on(answering, &self.handle);
    }
}

/// The story of an order, from wherever it is known.
async fn told(
    places: &[Place],
    order: &str,
    failures: &[measure::snapshot::Failure],
) -> Result<dashboards::Story, String> {
    let mut why = Vec::new();
    for place in places {
        let story = match place {
            Place::Recorded(path) | Place::Growing(path) => {
                let (path, order) = (path.clone(), order.to_owned());
                let read = tokio::task::spawn_blocking(move || story::of_folder(&path, &order));
                read.await.unwrap_or_else(|error| Err(error.to_string()))
            }
            Place::Gateway(port) => story::of_port(port, order).await,
            Place::Load(_) => continue,
        };
        match story {
            Ok(story) => return Ok(story),
            Err(error) => why.push(error),
        }
    }
    story::of_failures(failures, order).ok_or_else(|| {
        if why.is_empty() {
            format!("nothing is known of order {order} here; watch its gateway's admin port as well")
        } else {
            why.join("; ")
        }
    })
}

async fn jump(port: &Port, step: impl Fn(usize) -> Option<usize>) -> Result<String, PortError> {
    let status: Status = port.get("/status").await?;
    let at = status.phases.iter().position(|phase| *phase == status.phase);
    let at = at.unwrap_or(if status.elapsed_ms > 0 { status.phases.len() } else { 0 });
    let Some(name) = step(at).and_then(|at| status.phases.get(at)) else {
        return Ok(format!("no phase beside {}", status.phase));
    };
    port.ask(Method::POST, &format!("/phase/{}", escaped(name)), Bytes::new())
        .await?;
    Ok(format!("phase {name}"))
}

async fn turn(port: &Port, fault: &str) -> Result<String, PortError> {
    let path = format!("/faults/{}", loadgen::FAULT);
    let list: FaultList = port.get("/faults").await?;
    if list.faults.iter().any(|known| known.name == loadgen::FAULT) {
        port.ask(Method::DELETE, &path, Bytes::new()).await?;
        return Ok("fault off".to_owned());
    }
    port.ask(Method::PUT, &path, Bytes::from(fault.to_owned())).await?;
    Ok("fault on".to_owned())
}

/// A segment of a path: every byte that is not plain is escaped.
pub(crate) fn escaped(segment: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    segment.bytes().fold(String::new(), |mut path, byte| {
        if plain(byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
        path
    })
}
