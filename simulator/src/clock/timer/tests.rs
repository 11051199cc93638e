use std::{
    pin::pin,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::Wake,
    time::Duration,
};

use super::*;

/// Counts how often it was woken.
#[derive(Debug, Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Woken {
    fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The real time: what the thread waits in, whatever a test's runtime shows.
fn after(duration: Duration) -> Instant {
    tokio::time::Instant::now().into_std() + duration
}

fn waiting(timer: &Timer) -> usize {
    timer.waits.lock().waiting.len()
}

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn no_wait_ends_early_and_a_short_one_overtakes_a_long_one() {
    let timer = Timer::start().unwrap();
    let mut long = pin!(timer.until(after(HOUR)));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(long.as_mut().poll(&mut cx).is_pending());
    for us in [0, 1, 300, 2_000, 3_000] {
        let at = after(Duration::from_micros(us));
        timer.until(at).await.unwrap();
        assert!(after(Duration::ZERO) >= at, "{us}");
    }
    assert_eq!(waiting(&timer), 1);
    assert!(long.as_mut().poll(&mut cx).is_pending());
}

#[tokio::test]
async fn equal_moments_all_end_however_many() {
    let timer = Arc::new(Timer::start().unwrap());
    let at = after(Duration::from_millis(2));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..3 * AT_ONCE {
        let timer = Arc::clone(&timer);
        tasks.spawn(async move { timer.until(at).await });
    }
    assert!(tasks.join_all().await.into_iter().all(|ended| ended.is_ok()));
    assert_eq!(waiting(&timer), 0);
}

#[test]
fn a_dropped_wait_leaves_nothing_and_a_full_timer_says_so() {
    let timer = Timer::with_room_for(1).unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    {
        let mut first = pin!(timer.until(after(HOUR)));
        assert!(first.as_mut().poll(&mut cx).is_pending());
        let mut second = pin!(timer.until(after(HOUR)));
        assert_eq!(second.as_mut().poll(&mut cx), Poll::Ready(Err(Full)));
        assert_eq!(waiting(&timer), 1);
    }
    assert_eq!(waiting(&timer), 0);
    let mut third = pin!(timer.until(after(HOUR)));
    assert!(third.as_mut().poll(&mut cx).is_pending());
}

#[test]
fn the_end_wakes_everybody_once_and_nobody_waits_afterwards() {
    let timer = Timer::start().unwrap();
    let (first, second) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
    let (of_first, of_second) = (Waker::from(Arc::clone(&first)), Waker::from(Arc::clone(&second)));
    let mut wait = pin!(timer.until(after(HOUR)));
    assert!(wait.as_mut().poll(&mut Context::from_waker(&of_first)).is_pending());
    // It moved to another task meanwhile: that one is woken.
    assert!(wait.as_mut().poll(&mut Context::from_waker(&of_second)).is_pending());
    timer.close();
    assert_eq!((first.times(), second.times()), (0, 1));
    assert_eq!(
        wait.as_mut().poll(&mut Context::from_waker(&of_second)),
        Poll::Ready(Ok(()))
    );
    let mut later = pin!(timer.until(after(HOUR)));
    assert_eq!(
        later.as_mut().poll(&mut Context::from_waker(&of_first)),
        Poll::Ready(Ok(()))
    );
    assert!(
        timer.thread.lock().unwrap().is_none(),
        "the thread ended before `close` returned"
    );
    timer.close();
}

/// Drops the timer where it is woken: on the timer's own thread.
struct Last {
    timer: Mutex<Option<Arc<Timer>>>,
    done: mpsc::Sender<thread::ThreadId>,
}

impl Wake for Last {
    fn wake(self: Arc<Self>) {
        drop(self.timer.lock().unwrap().take());
        self.done.send(thread::current().id()).unwrap();
    }
}

#[test]
fn the_thread_may_drop_its_own_timer() {
    let timer = Arc::new(Timer::start().unwrap());
    let of_timer = timer.parked.id();
    let (done, told) = mpsc::channel();
    let waker = Waker::from(Arc::new(Last {
        timer: Mutex::new(Some(Arc::clone(&timer))),
        done,
    }));
    let entered = timer.waits.enter(after(Duration::from_millis(1)), &waker);
    assert!(matches!(entered, Entered::Waits { first: true, .. }));
    let parked = timer.parked.clone();
    drop((timer, waker));
    parked.unpark();
    assert_eq!(told.recv().unwrap(), of_timer);
}
