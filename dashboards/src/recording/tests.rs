//! What is written is found again at its moment; play, stand and seek go by the time that is handed in.

use std::time::Duration;

use measure::frames::FrameWriter;

use super::*;
use crate::{fixture, request::Playback};

fn bytes(pictures: &[Snapshot]) -> Vec<u8> {
    let mut writer = FrameWriter::new(Vec::new());
    for picture in pictures {
        writer.write(picture).unwrap();
    }
    writer.into_inner()
}

/// A picture for each of 108 seconds, and the end.
fn run() -> Vec<Snapshot> {
    let mut pictures = vec![fixture::starting()];
    pictures.extend((1..108).map(fixture::at));
    pictures.push(fixture::ended());
    pictures
}

fn recording() -> Recording {
    Recording::read(bytes(&run()).as_slice()).unwrap()
}

fn playing(speed: i8, from: Option<u32>) -> Playback {
    Playback {
        paused: false,
        speed,
        from,
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Complete seconds of the picture shown.
fn shown(player: &Player) -> usize {
    player.picture().seconds.len()
}

#[test]
fn pictures_are_found_by_their_moment() {
    let recording = recording();
    assert!(recording.is_whole());
    assert_eq!(**recording.last(), fixture::ended());
    for (second, complete) in [(0, 0), (1, 1), (75, 75), (107, 107)] {
        assert_eq!(recording.at(second * 1_000_000).seconds.len(), complete, "{second}");
    }
    assert_eq!(**recording.at(u64::MAX), fixture::ended());
}

#[test]
fn it_opens_at_its_end_and_plays_from_the_start() {
    let mut player = Player::new(recording());
    assert_eq!(**player.picture(), fixture::ended());
    assert_eq!(player.next_in(), None);
    assert!(!player.advance(seconds(50.0)), "it stands");
    player.play(playing(0, None), seconds(50.0));
    assert_eq!(shown(&player), 0, "from its end it begins anew");
    assert_eq!(player.next_in(), Some(seconds(1.0)));
    assert!(!player.advance(seconds(50.5)));
    assert_eq!(player.next_in(), Some(seconds(0.5)));
    assert!(player.advance(seconds(51.0)));
    assert_eq!(shown(&player), 1);
    player.advance(seconds(1_000.0));
    assert_eq!((shown(&player), player.next_in()), (108, None), "the end");
}

#[test]
fn speed_standing_and_seeking() {
    let mut player = Player::new(recording());
    player.play(playing(0, Some(9)), seconds(0.0));
    assert_eq!(shown(&player), 10, "the tenth second is complete");
    player.play(playing(3, None), seconds(2.0));
    assert_eq!(shown(&player), 12);
    player.advance(seconds(4.0));
    assert_eq!(shown(&player), 28, "eight seconds a second");
    let standing = Playback {
        paused: true,
        speed: 3,
        from: None,
    };
    player.play(standing, seconds(4.5));
    assert_eq!(shown(&player), 32);
    assert!(!player.advance(seconds(90.0)));
    player.play(playing(-1, None), seconds(90.0));
    player.advance(seconds(94.0));
    assert_eq!(shown(&player), 34, "half as fast, from where it stood");
    for (second, complete) in [(0, 1), (33, 34), (u32::MAX, 108)] {
        player.play(
            Playback {
                from: Some(second),
                ..standing
            },
            seconds(95.0),
        );
        assert_eq!(shown(&player), complete, "{second}");
    }
}

#[test]
fn a_killed_run_is_read_as_far_as_its_lines_are_whole() {
    let whole = bytes(&run());
    let recording = Recording::read(&whole[..whole.len() - 9]).unwrap();
    assert!(!recording.is_whole());
    assert_eq!(**recording.last(), fixture::at(107));
}

#[test]
fn what_is_no_recording_says_why() {
    let whole = bytes(&run());
    let text = String::from_utf8(whole).unwrap();
    let broken = text.replacen("{\"kind\":\"frame\"", "{\"kind\":\"fram", 3);
    for (text, why) in [
        ("", "it holds no picture: the run ended before its first second"),
        ("{}\n", "line 1: not a line of frames: "),
        (&broken, "line 2: not a line of frames: "),
        (
            &text.replacen("\"format\":1", "\"format\":7", 1),
            "line 1: frames have format 7, this paydrill reads up to 1: use a newer one",
        ),
    ] {
        let error = Recording::read(text.as_bytes()).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(why), "{error}");
    }
}

#[test]
fn a_long_run_is_thinned_evenly_and_keeps_its_last_picture() {
    let picture = |second: u64| {
        Arc::new(Snapshot {
            elapsed_us: second * 1_000_000,
            ..fixture::starting()
        })
    };
    for count in [1, 2, PICTURES_HELD as u64, 3 * PICTURES_HELD as u64 + 7] {
        let mut thinned = Thinned::default();
        (0..count).for_each(|second| thinned.take(picture(second)));
        let pictures = thinned.pictures();
        assert!(pictures.len() <= PICTURES_HELD, "{count}: {}", pictures.len());
        let at: Vec<u64> = pictures.iter().map(|picture| picture.elapsed_us / 1_000_000).collect();
        assert_eq!((at[0], at[at.len() - 1]), (0, count - 1));
        let steps: Vec<u64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let even = steps.first().copied().unwrap_or_default();
        assert!(
            steps[..steps.len().saturating_sub(1)].iter().all(|step| *step == even),
            "{count}"
        );
    }
}
