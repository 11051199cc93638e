use tokio::time::{Instant, advance, sleep};

use super::*;

const BEGIN: Duration = Duration::from_secs(1_782_680_000);

fn calendar(speed: &str, frozen: bool) -> Arc<Calendar> {
    let speed = speed.parse().unwrap();
    let wanted = scenarios::Clock { speed, frozen };
    Arc::new(Calendar::new(Clock::steady(BEGIN), Arc::new(Sleeper::Tokio), wanted))
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// How far the calendar came since the begin.
fn gone(calendar: &Calendar) -> Duration {
    calendar.now() - BEGIN
}

#[tokio::test(start_paused = true)]
async fn a_new_pace_goes_on_from_what_is_shown() {
    let calendar = calendar("60", false);
    advance(secs(2)).await;
    assert_eq!(gone(&calendar), secs(120));
    calendar.run(Speed::parse("3600"), None);
    assert_eq!(gone(&calendar), secs(120));
    advance(secs(1)).await;
    assert_eq!(gone(&calendar), secs(3_720));
    calendar.run(None, Some(true));
    advance(secs(1_000)).await;
    assert_eq!(gone(&calendar), secs(3_720));
    calendar.advance(secs(80));
    assert_eq!(gone(&calendar), secs(3_800));
    calendar.run(Speed::parse("0.5"), Some(false));
    advance(secs(10)).await;
    assert_eq!(gone(&calendar), secs(3_805));
    calendar.follow(scenarios::Clock::default());
    advance(secs(10)).await;
    assert_eq!(gone(&calendar), secs(3_815));
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_when_the_calendar_is_there_whatever_happens_in_between() {
    // What is done to a calendar of speed 60 while somebody waits for its next hour, each after that many seconds on
    // the wall, and when the wait ends.
    type Deed = fn(&Calendar);
    let rows: &[(&[(u64, Deed)], u64)] = &[
        (&[], 60),
        (&[(30, |it| it.run(Speed::parse("1800"), None))], 31),
        (&[(30, |it| it.run(Speed::parse("1"), None))], 30 + 1_800),
        (&[(30, |it| it.advance(secs(900)))], 45),
        (&[(30, |it| it.advance(secs(3_600)))], 30),
        (
            &[
                (10, |it| it.run(None, Some(true))),
                (500, |it| it.run(None, Some(false))),
            ],
            550,
        ),
        (
            &[(10, |it| it.run(None, Some(true))), (500, |it| it.advance(secs(3_000)))],
            500,
        ),
    ];
    for (number, (deeds, ends)) in rows.iter().enumerate() {
        let calendar = calendar("60", false);
        let begin = Instant::now();
        let doing = async {
            for (at, deed) in *deeds {
                tokio::time::sleep_until(begin + secs(*at)).await;
                deed(&calendar);
            }
        };
        let waiting = async {
            calendar.until(BEGIN + secs(3_600)).await;
            assert!(gone(&calendar) >= secs(3_600), "row {number}");
            begin.elapsed()
        };
        let ((), took) = tokio::join!(doing, waiting);
        assert!(took >= secs(*ends), "row {number}: {took:?}");
        assert!(took <= secs(*ends) + Duration::from_millis(1), "row {number}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_calendar_ends_with_the_year_9999_and_then_everything_is_due() {
    let calendar = calendar("1000000", false);
    let far = calendar.after(Duration::MAX);
    let begin = Instant::now();
    calendar.until(far).await;
    assert!(begin.elapsed() < secs(300_000));
    sleep(secs(1)).await;
    assert_eq!(calendar.now(), END);
    calendar.until(Duration::MAX).await;
    calendar.advance(Duration::MAX);
    assert_eq!(calendar.now(), END);
}
