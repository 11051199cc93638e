//! Pictures of places as they come, and which of several is shown.

use std::{path::PathBuf, sync::Arc, time::Duration};

use dashboards::{Event, Origin, Playback, Player, combine, sum};
use measure::{
    frames::{FrameStream, StreamError},
    snapshot::{Snapshot, Stage},
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    time::{Instant, sleep},
};
use tokio_util::task::TaskTracker;

use super::{
    client::{Port, PortError},
    folder::{self, Growing, remark},
    gateway::Poller,
    place::Place,
};
use crate::failure::usage;

/// The pause before a load whose pictures stopped is asked again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// A folder whose run has begun has its first picture within this.
const FIRST_WITHIN: Duration = Duration::from_secs(70);
/// How often it is looked for.
const FIRST_EVERY: Duration = Duration::from_millis(100);
/// Wishes of how a recording is played that may wait.
const WISHES: usize = 16;

type Pictures = watch::Receiver<Arc<Snapshot>>;

/// What is watched, each with its first picture.
pub(super) struct Watched(Vec<Opened>);

struct Opened {
    place: Place,
    first: Arc<Snapshot>,
    feed: Feed,
}

/// Where further pictures come from.
enum Feed {
    Recording(Box<Player>),
    Growing(Growing),
    Load(Port),
    Gateway(Box<Poller>),
}

/// Opens everything.
pub(super) async fn open(places: Vec<Place>) -> anyhow::Result<Watched> {
    let mut opened = Vec::new();
    for place in places {
        let (first, feed) = match &place {
            Place::Recorded(path) => {
                let player = Player::new(folder::recording(path)?);
                (Arc::clone(player.picture()), Feed::Recording(Box::new(player)))
            }
            Place::Growing(path) => {
                let mut growing = Growing::open(path)?;
                (first_of(&mut growing, path).await?, Feed::Growing(growing))
            }
            Place::Load(port) => (first_of_load(port).await.map_err(usage)?, Feed::Load(port.clone())),
            Place::Gateway(port) => {
                let mut poller = Poller::new(port.clone());
                (poller.look().await.map_err(usage)?, Feed::Gateway(Box::new(poller)))
            }
        };
        opened.push(Opened { place, first, feed });
    }
    Ok(Watched(opened))
}

async fn first_of(growing: &mut Growing, path: &std::path::Path) -> anyhow::Result<Arc<Snapshot>> {
    let until = Instant::now() + FIRST_WITHIN;
    loop {
        if let Some(picture) = growing.newest()? {
            return Ok(picture);
        }
        if Instant::now() > until {
            return Err(usage(format!("`{}` holds no picture of its run yet", path.display())));
        }
        sleep(FIRST_EVERY).await;
    }
}

async fn first_of_load(port: &Port) -> Result<Arc<Snapshot>, PortError> {
    let mut first = None;
    let mut stream = FrameStream::new();
    let read = port
        .stream("/frames", |bytes| {
            stream
                .feed(bytes, |picture| first = Some(picture))
                .map_err(|error: StreamError| error.to_string())?;
            // One is enough, and the way to leave is to refuse more.
            if first.is_some() { Err(String::new()) } else { Ok(()) }
        })
        .await;
    match (first, read) {
        (Some(picture), _) => Ok(picture),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(PortError::Strange {
            url: port.url(),
            what: "GET /frames".to_owned(),
            why: "it ended before its first picture".to_owned(),
        }),
    }
}

impl Watched {
    /// Time can be steered only where all that is watched is recorded.
    pub(super) fn origin(&self) -> Origin {
        let recorded = |opened: &Opened| matches!(opened.place, Place::Recorded(_));
        if self.0.iter().all(recorded) {
            Origin::Recording
        } else {
            Origin::Watched
        }
    }

    /// The names of sources: the sum of several loads first, where they can be added up.
    pub(super) fn names(&self) -> Vec<String> {
        let sum = self
            .parts()
            .map(|parts| format!("all {} (worst percentiles)", parts.len()));
        sum.into_iter()
            .chain(self.0.iter().map(|opened| opened.place.name()))
            .collect()
    }

    /// The loads that are parts of one: two or more that go on, with the same phases.
    fn parts(&self) -> Option<Vec<usize>> {
        let loads = self.0.iter().enumerate().filter(|(_, opened)| match opened.feed {
            Feed::Growing(_) | Feed::Load(_) => true,
            Feed::Recording(_) | Feed::Gateway(_) => false,
        });
        let (places, pictures): (Vec<usize>, Vec<&Arc<Snapshot>>) =
            loads.map(|(at, opened)| (at, &opened.first)).unzip();
        let same = pictures
            .windows(2)
            .all(|pair| pair[0].plan.phases == pair[1].plan.phases);
        (places.len() > 1 && same).then_some(places)
    }
}

/// What is watched, as it goes on.
pub(super) struct Sources {
    shown: Pictures,
    choose: watch::Sender<usize>,
    /// In the order of the names.
    each: Vec<Source>,
    /// Kept so that pictures are never thought to have ended while the screen is up.
    _tasks: TaskTracker,
}

struct Source {
    place: Option<Place>,
    pictures: Pictures,
    play: Option<mpsc::Sender<Playback>>,
}

impl Sources {
    /// Brings pictures from now on.
    pub(super) fn start(watched: Watched, handle: &Handle, answer: &mpsc::Sender<Event>) -> Self {
        let tasks = TaskTracker::new();
        let parts = watched.parts();
        let mut each: Vec<Source> = watched
            .0
            .into_iter()
            .map(|opened| bring(opened, &tasks, handle, answer))
            .collect();
        enrich(&mut each, &tasks, handle);
        if let Some(parts) = parts {
            let parts: Vec<Pictures> = parts.iter().map(|at| each[*at].pictures.clone()).collect();
            let pictures = derived(parts, sum, &tasks, handle);
            let all = Source {
                place: None,
                pictures,
                play: None,
            };
            each.insert(0, all);
        }
        let (choose, chosen) = watch::channel(0);
        let (show, shown) = watch::channel(Arc::clone(&each[0].pictures.borrow()));
        let pictures = each.iter().map(|source| source.pictures.clone()).collect();
        tasks.spawn_on(forward(pictures, chosen, show), handle);
        Self {
            shown,
            choose,
            each,
            _tasks: tasks,
        }
    }

    /// Pictures of the chosen one.
    pub(super) fn shown(&self) -> Pictures {
        self.shown.clone()
    }

    /// Shows another one. A recording that is left stands.
    pub(super) fn choose(&self, at: usize) {
        if at < self.each.len() {
            self.play(Playback::START);
            self.choose.send_replace(at);
        }
    }

    /// Plays the chosen recording.
    pub(super) fn play(&self, playback: Playback) {
        if let Some(play) = &self.chosen().play {
            let _too_many_at_once = play.try_send(playback);
        }
    }

    /// What the chosen one is; `None` for a sum.
    pub(super) fn place(&self) -> Option<&Place> {
        self.chosen().place.as_ref()
    }

    /// Where its order stories may be: the places, the chosen one first.
    pub(super) fn places(&self) -> Vec<Place> {
        let others = self.each.iter().filter_map(|source| source.place.clone());
        self.place().cloned().into_iter().chain(others).collect()
    }

    /// The folder of the chosen one, if it is one.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        match self.place()? {
            Place::Recorded(path) | Place::Growing(path) => Some(path.clone()),
            Place::Load(_) | Place::Gateway(_) => None,
        }
    }

    fn chosen(&self) -> &Source {
        let at = *self.choose.borrow();
        &self.each[at]
    }
}

fn bring(opened: Opened, tasks: &TaskTracker, handle: &Handle, answer: &mpsc::Sender<Event>) -> Source {
    let (send, pictures) = watch::channel(opened.first);
    let name = opened.place.name();
    let answer = answer.clone();
    let say = move |words: String| remark(&answer, format!("{name}: {words}"));
    let mut play = None;
    match opened.feed {
        Feed::Recording(player) => {
            let (wish, wishes) = mpsc::channel(WISHES);
            play = Some(wish);
            tasks.spawn_on(perform(*player, wishes, send), handle);
        }
        Feed::Growing(growing) => {
            tasks.spawn_on(growing.follow(send, say), handle);
        }
        Feed::Load(port) => {
            tasks.spawn_on(look_on(port, send, say), handle);
        }
        Feed::Gateway(poller) => {
            tasks.spawn_on(poller.poll(send, say), handle);
        }
    }
    Source {
        place: Some(opened.place),
        pictures,
        play,
    }
}

/// Gives a load the gateway's side from the one gateway that is watched beside it.
fn enrich(each: &mut [Source], tasks: &TaskTracker, handle: &Handle) {
    let is_gateway = |source: &&Source| matches!(source.place, Some(Place::Gateway(_)));
    let mut gateways = each.iter().filter(is_gateway);
    let (Some(gateway), None) = (gateways.next(), gateways.next()) else {
        return;
    };
    let gateway = gateway.pictures.clone();
    for source in each {
        if matches!(source.place, Some(Place::Load(_) | Place::Growing(_))) {
            let both = vec![source.pictures.clone(), gateway.clone()];
            source.pictures = derived(both, |both| combine(&both[0], &both[1]), tasks, handle);
        }
    }
}

/// Pictures made of others', whenever one of them is new.
fn derived(
    mut parts: Vec<Pictures>,
    make: impl Fn(&[Arc<Snapshot>]) -> Arc<Snapshot> + Send + 'static,
    tasks: &TaskTracker,
    handle: &Handle,
) -> Pictures {
    let read = |parts: &mut [Pictures]| -> Vec<Arc<Snapshot>> {
        parts
            .iter_mut()
            .map(|part| Arc::clone(&part.borrow_and_update()))
            .collect()
    };
    let (send, pictures) = watch::channel(make(&read(&mut parts)));
    let making = async move {
        while any_changed(&mut parts).await {
            if send.send(make(&read(&mut parts))).is_err() {
                return;
            }
        }
        send.closed().await;
    };
    tasks.spawn_on(making, handle);
    pictures
}

/// Waits for a new picture of any; `false` once none will come.
async fn any_changed(parts: &mut [Pictures]) -> bool {
    loop {
        // Several pictures of one moment are taken in together.
        sleep(Duration::from_millis(50)).await;
        let mut alive = false;
        for part in parts.iter_mut() {
            match part.has_changed() {
                Ok(true) => return true,
                Ok(false) => alive = true,
                Err(_) => {}
            }
        }
        if !alive {
            return false;
        }
    }
}

/// Hands on the pictures of the chosen one.
async fn forward(mut each: Vec<Pictures>, mut chosen: watch::Receiver<usize>, show: watch::Sender<Arc<Snapshot>>) {
    loop {
        let at = *chosen.borrow_and_update();
        let current = &mut each[at];
        show.send_replace(Arc::clone(&current.borrow_and_update()));
        let over = tokio::select! {
            changed = current.changed() => changed.is_err(),
            turned = chosen.changed() => match turned {
                Ok(()) => false,
                Err(_) => return,
            },
        };
        // Its last picture stays until another one is chosen.
        if over && chosen.changed().await.is_err() {
            return;
        }
    }
}

async fn perform(mut player: Player, mut wishes: mpsc::Receiver<Playback>, pictures: watch::Sender<Arc<Snapshot>>) {
    let start = Instant::now();
    loop {
        let next = player.next_in();
        tokio::select! {
            wish = wishes.recv() => match wish {
                Some(playback) => player.play(playback, start.elapsed()),
                None => return,
            },
            () = sleep(next.unwrap_or_default()), if next.is_some() => {
                player.advance(start.elapsed());
            }
        }
        pictures.send_replace(Arc::clone(player.picture()));
    }
}

/// A load's pictures, asked for again where they stop before its end.
async fn look_on(port: Port, pictures: watch::Sender<Arc<Snapshot>>, say: impl Fn(String)) {
    loop {
        let mut stream = FrameStream::new();
        let looked = port.stream("/frames", |bytes| {
            stream.feed(bytes, |picture| {
                pictures.send_replace(picture);
            })
        });
        let looked = looked.await;
        if pictures.borrow().stage == Stage::Ended {
            return;
        }
        match looked {
            Ok(()) => say("its pictures stopped; asking again".to_owned()),
            Err(error) => say(format!("{error}; asking again")),
        }
        tokio::select! {
            () = sleep(AGAIN_AFTER) => {}
            () = pictures.closed() => return,
        }
    }
}
