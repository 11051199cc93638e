//! `GET /events`: the journal as it grows, as server-sent events. A reader that is slower than the journal misses what
//! the ring has let go; the ids tell.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::{
    Response,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue},
};
use tokio::{
    sync::mpsc::{Sender, channel},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Admin,
    answer::{Answered, whole},
    body::Answer,
    route::Ask,
    table::EVENT_STREAM,
};
use crate::gateway::Gateway;

/// How often the journal is looked at: the request path is not slowed down by telling anybody.
const EVERY: Duration = Duration::from_millis(100);
/// A comment is sent after this long without an event, so that both sides notice a connection that is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Lines of one piece.
const BATCH: usize = 500;
/// Pieces that wait for a slow reader.
const PIECES: usize = 4;

/// Follows the journal from `after` or the header `Last-Event-ID` on; from now without either.
pub(super) fn answer(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let seen = ask
        .head
        .headers
        .get("last-event-id")
        .and_then(|id| whole(id.to_str().ok()?));
    let after = match ask.query.number("after").or(seen) {
        Some(after) => after,
        None => admin.gateway.journal.counts().written,
    };
    let (sender, receiver) = channel(PIECES);
    let gateway = Arc::clone(&admin.gateway);
    let followed = follow(gateway, after, sender, admin.stop.clone());
    match ask.query.number("for_ms").map(Duration::from_millis) {
        Some(lasts) => admin.tasks.spawn(async move {
            let _cut_short = timeout(lasts, followed).await;
        }),
        None => admin.tasks.spawn(followed),
    };
    let mut response = Response::new(Answer::Events(receiver));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(EVENT_STREAM));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn follow(gateway: Arc<Gateway>, mut after: u64, sender: Sender<Bytes>, stop: CancellationToken) {
    let mut look = interval(EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut spoke = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sender.closed() => return,
            _ = look.tick() => {}
        }
        let page = gateway.journal.page(after, BATCH);
        let mut piece = Vec::new();
        for line in &page.lines {
            after = line.seq;
            piece.extend_from_slice(format!("id: {}\ndata: ", line.seq).as_bytes());
            serde_json::to_writer(&mut piece, line).expect("a journal line is plain data, which JSON can always hold");
            piece.extend_from_slice(b"\n\n");
        }
        if piece.is_empty() && spoke.elapsed() >= KEEP_ALIVE {
            piece.extend_from_slice(b": still here\n\n");
        }
        if !piece.is_empty() {
            spoke = Instant::now();
            tokio::select! {
                () = stop.cancelled() => return,
                sent = sender.send(Bytes::from(piece)) => {
                    if sent.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
