//! The database: SQLite, with one thread that owns the connection.
//!
//! SQLite blocks, so it must stay off the threads that serve; and it has one writer at a time anyway, so a queue to one
//! thread loses nothing. What has queued up meanwhile shares one commit: a commit waits for the disk, and hundreds a second
//! would not fit one by one. Nobody hears that something is done before its commit is on the disk.

pub(crate) mod orders;
pub(crate) mod payouts;
mod schema;

use std::{path::Path, thread::JoinHandle, time::Duration};

use rusqlite::Connection;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

/// Work that may wait. More waits in its callers, whose number is bounded too.
const QUEUE_MAX: usize = 1_024;
/// Work that shares a commit, so that the first in a batch does not wait for long.
const BATCH_MAX: usize = 128;
/// For somebody who has the file open in a shell.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Work of one caller, within a transaction; it leaves what its caller is told after the commit.
type Work = Box<dyn FnOnce(&Connection) -> Tell + Send>;
type Tell = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The way to the database. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    queue: mpsc::Sender<Work>,
}

/// Why the database did not do something. Nothing of it was done then.
#[derive(Clone, Debug, Error)]
pub(crate) enum StoreError {
    /// It said no.
    #[error("the database failed: {0}")]
    Sqlite(String),
    /// It is locked by somebody else, or its thread has ended.
    #[error("the database is closed or locked")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error.to_string())
    }
}

impl Store {
    /// Opens the file, or makes it. The thread ends when the last clone is gone.
    pub(crate) fn open(path: &Path) -> Result<(Self, JoinHandle<()>), StoreError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.execute_batch(schema::SCHEMA)?;
        let (queue, work) = mpsc::channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || serve(&connection, work))
            .map_err(|error| StoreError::Sqlite(error.to_string()))?;
        Ok((Self { queue }, thread))
    }

    /// Does this in the database, all of it or nothing, and waits until it is on the disk. Once it is in the queue it is
    /// done also if the caller goes away, as a customer does who closes the page.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            let done = whole(connection, work).map_err(StoreError::from);
            Box::new(move |committed| {
                let _nobody_waits_any_more = tell.send(committed.and(done));
            })
        });
        self.queue.send(work).await.map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }
}

/// One caller's work is undone alone, and its neighbours' in the same commit stays.
fn whole<T>(connection: &Connection, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    connection.prepare_cached("SAVEPOINT work")?.execute([])?;
    let done = work(connection);
    if done.is_err() {
        connection.prepare_cached("ROLLBACK TO work")?.execute([])?;
    }
    connection.prepare_cached("RELEASE work")?.execute([])?;
    done
}

fn serve(connection: &Connection, mut queue: mpsc::Receiver<Work>) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(next) = queue.try_recv()
        {
            batch.push(next);
        }
        commit(connection, batch);
    }
}

fn commit(connection: &Connection, batch: Vec<Work>) {
    if connection.execute_batch("BEGIN IMMEDIATE").is_err() {
        // Somebody holds the file. Work that is dropped here tells its callers so by its silence: `Closed`.
        return;
    }
    let tells: Vec<Tell> = batch.into_iter().map(|work| work(connection)).collect();
    let committed = connection.execute_batch("COMMIT").map_err(StoreError::from);
    if committed.is_err() {
        let _undone_already = connection.execute_batch("ROLLBACK");
    }
    for tell in tells {
        tell(committed.clone());
    }
}

#[cfg(test)]
mod tests;
