//! What is read is what was written, from the first line on or later, and lines hold news only.

use proptest::prelude::*;

use super::*;
use crate::{
    sample::Class,
    snapshot::{EventKind, PhasePlan},
    window::{History, Names},
};

fn plan() -> RunPlan {
    RunPlan {
        scenario: "健康".to_owned(),
        seed: 7,
        target: "http://127.0.0.1:8080".to_owned(),
        phases: vec![PhasePlan {
            name: "healthy".to_owned(),
            from_us: 0,
            until_us: 60_000_000,
            faults: vec![],
        }],
        arrivals_end_us: 60_000_000,
        drain_us: 5_000_000,
        target_per_second: vec![20.0; 60],
        users: 10,
    }
}

/// A picture of nothing but these seconds, failures and events.
fn picture(seconds: &[(u32, u32)], failures: std::ops::Range<u64>, events: std::ops::Range<u64>) -> Snapshot {
    let plan = Arc::new(plan());
    let history = History::new(Arc::clone(&plan), Names::default());
    let second = |&(second, finished): &(u32, u32)| {
        Arc::new(SecondFigures {
            second,
            finished,
            ..SecondFigures::default()
        })
    };
    let failure = |seq| Failure {
        seq,
        at_us: seq * 100,
        operation: "payLink".to_owned(),
        phase: 0,
        class: Class::Reset,
        expected: true,
        order: format!("T-{seq}"),
        response_us: 1,
    };
    let event = |seq| EventLine {
        seq,
        at_us: seq,
        kind: EventKind::Mark,
        text: format!("mark {seq}"),
    };
    Snapshot {
        subject: Subject::Load,
        plan,
        stage: Stage::Running,
        elapsed_us: seconds.len() as u64 * 1_000_000,
        load: LoadFigures::default(),
        seconds: Arc::new(seconds.iter().map(second).collect()),
        windows: history.windows(),
        classes: vec![],
        operations: vec![],
        phases: Arc::default(),
        callbacks: CallbackFigures::default(),
        capacity: Some(CapacityFigures::default()),
        rules: vec![],
        expectations: vec![],
        trust: Trust::default(),
        by_hand: vec![],
        steering: Steering::default(),
        failures: Arc::new(failures.map(failure).collect()),
        events: Arc::new(events.map(event).collect()),
    }
}

/// The lines of these pictures.
fn written(pictures: &[Snapshot]) -> Vec<String> {
    let mut writer = FrameWriter::new(Vec::new());
    for picture in pictures {
        writer.write(picture).unwrap();
    }
    let text = String::from_utf8(writer.into_inner()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn read(lines: &[String]) -> Vec<Snapshot> {
    let mut reader = FrameReader::new();
    let pictures = lines.iter().filter_map(|line| reader.read(line.as_bytes()).unwrap());
    pictures.map(|picture| Snapshot::clone(&picture)).collect()
}

#[test]
fn a_late_change_of_a_second_and_a_new_plan_come_through() {
    let first = picture(&[(0, 5)], 1..3, 1..2);
    let mut later = picture(&[(0, 6), (1, 4)], 1..5, 1..2);
    let moved = RunPlan {
        arrivals_end_us: 70_000_000,
        ..plan()
    };
    later.plan = Arc::new(moved);
    let pictures = [first.clone(), first, later];
    let lines = written(&pictures);
    assert_eq!(lines.len(), 5, "two plans, three frames");
    assert_eq!(read(&lines), pictures);
    assert!(lines[2].contains("\"seconds\":[]"), "nothing new: {}", lines[2]);
}

#[test]
fn only_what_a_snapshot_keeps_is_kept() {
    let kept = u32::try_from(SECONDS_KEPT).unwrap();
    let all: Vec<(u32, u32)> = (0..kept + 3).map(|second| (second, 1)).collect();
    let early = picture(&all[..SECONDS_KEPT], 1..201, 1..201);
    let late = picture(&all[3..], 50..250, 40..240);
    assert_eq!(read(&written(&[early, late.clone()])).last(), Some(&late));
}

#[test]
fn a_run_longer_than_a_picture_tells_all_its_seconds() {
    let kept = u32::try_from(SECONDS_KEPT).unwrap();
    let all: Vec<(u32, u32)> = (0..kept + 3).map(|second| (second, 1)).collect();
    let mut changed = all.clone();
    changed[SECONDS_KEPT].1 = 9;
    let lines = written(&[
        picture(&all[..SECONDS_KEPT], 1..1, 1..1),
        picture(&all[3..], 1..1, 1..1),
        picture(&changed[3..], 1..1, 1..1),
    ]);
    let text = format!("{}\n{{\"kind\":\"fra", lines.join("\n"));
    let told = seconds(text.as_bytes()).unwrap();
    let told: Vec<(u32, u32)> = told.iter().map(|second| (second.second, second.finished)).collect();
    assert_eq!(told, changed);
}

#[test]
fn a_newer_format_and_lines_out_of_place_are_refused() {
    let lines = written(&[picture(&[(0, 1)], 1..1, 1..1)]);
    let newer = lines[0].replace("\"format\":1", "\"format\":2");
    let read = |line: &str| {
        FrameReader::new()
            .read(line.as_bytes())
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        read(&newer).unwrap_err(),
        "frames have format 2, this paydrill reads up to 1: use a newer one"
    );
    assert_eq!(
        read(&lines[1]).unwrap_err(),
        "a frame stands before the plan it belongs to"
    );
    assert!(read("{}").unwrap_err().starts_with("not a line of frames: "));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the pictures are: each is read as it was written.
    #[test]
    fn what_is_read_is_what_was_written(
        steps in prop::collection::vec((0_u32..4, 0_u64..5, 0_u64..3, prop::collection::vec(0_u32..9, 1..6)), 1..12)
    ) {
        let (mut seconds, mut failures, mut events) = (Vec::new(), 1, 1);
        let mut pictures = Vec::new();
        for (more, failed, happened, counts) in steps {
            let next = u32::try_from(seconds.len()).unwrap();
            seconds.extend((next..next + more).map(|second| (second, 3)));
            for (at, count) in counts.iter().enumerate() {
                if let Some((_, finished)) = seconds.len().checked_sub(at + 1).and_then(|at| seconds.get_mut(at)) {
                    *finished += count;
                }
            }
            failures += failed;
            events += happened;
            pictures.push(picture(&seconds, 1..failures, 1..events));
        }
        prop_assert_eq!(read(&written(&pictures)), pictures);
    }
}
