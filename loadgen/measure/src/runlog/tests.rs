//! A log holds every sample once, and reading foreign bytes ends in an error at worst.

use proptest::prelude::*;

use super::*;
use crate::{
    recorder::{Key, Times},
    window::Names,
};

fn names() -> Names {
    Names {
        whats: vec![("payLink".to_owned(), false), ("check, out/1".to_owned(), true)],
    }
}

fn phases() -> Vec<String> {
    vec!["healthy".to_owned(), "100% brown out".to_owned()]
}

fn key(second: u32, phase: u16, what: u16, class: Class, expected: bool) -> Key {
    Key {
        second,
        phase,
        what,
        class,
        expected,
    }
}

fn interval(times: &[(Key, u64)]) -> Interval {
    let mut interval = Interval::default();
    for (key, us) in times {
        let entry: &mut Times = interval.times.entry(*key).or_default();
        entry.response.record(*us);
    }
    interval
}

/// The log of some intervals, each with its time.
fn written(intervals: &[(Interval, u64)]) -> Vec<u8> {
    let mut writer = LogWriter::begin(Vec::new(), 1_700_000_000_123, phases(), names()).unwrap();
    for (interval, now_us) in intervals {
        writer.write(interval, *now_us).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn a_second_is_one_line_for_each_tag() {
    let early = interval(&[
        (key(0, 0, 0, Class::Ok, true), 900),
        (key(1, 0, 0, Class::Ok, true), 1_000),
    ]);
    let more = interval(&[
        (key(0, 0, 0, Class::Ok, true), 7),
        (key(1, 0, 0, Class::Ok, true), 2_000_000),
        (key(1, 1, 1, Class::Http5xx, true), 5),
        (key(1, 1, 1, Class::Http5xx, false), 5),
    ]);
    let bytes = written(&[(early, 1_100_000), (more, 1_350_000)]);
    let text = String::from_utf8(bytes.clone()).unwrap();
    let heads: Vec<&str> = text
        .lines()
        .map(|line| line.rsplit_once(",H").map_or(line, |(head, _)| head))
        .collect();
    insta::assert_snapshot!(heads.join("\n"), @r#"
#[Histogram log format version 1.3]
#Response times of a paydrill run in microseconds, tagged phase/class/operation
#[StartTime: 1700000000.123 (seconds since epoch)]
#[BaseTime: 1700000000.123 (seconds since epoch)]
"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
Tag=healthy/ok/payLink,0.000,1.000,900.000
Tag=healthy/ok/payLink,0.000,1.000,7.000
Tag=100%25%20brown%20out/http_5xx/check%2C%20out%2F1,1.000,1.000,5.000
Tag=healthy/ok/payLink,1.000,1.000,2000895.000
"#);
    let log = read(&bytes).unwrap();
    assert_eq!(log.started_ms, Some(1_700_000_000_123));
    let seconds: Vec<(u64, u64, u64)> = log
        .lines
        .iter()
        .map(|line| (line.from_us, line.lasts_us, line.response.count()))
        .collect();
    assert_eq!(
        seconds,
        [
            (0, 1_000_000, 1),
            (0, 1_000_000, 1),
            (1_000_000, 1_000_000, 2),
            (1_000_000, 1_000_000, 2)
        ]
    );
}

#[test]
fn tags_survive_any_name() {
    for name in ["healthy", "", "a b,c/d%e\n\r\tf", "支付/обмен", "%2C"] {
        let tag = LogTag {
            phase: name.to_owned(),
            class: Class::Signature,
            what: name.to_owned(),
        };
        let text = tag.text();
        assert!(Tag::new(&text).is_some(), "{text}");
        assert_eq!(LogTag::parse(&text), Some(tag));
    }
    for foreign in ["", "a/b", "a/ok/c/d", "a/fine/c", "a%/ok/c", "a%zz/ok/c", "a%FF/ok/c"] {
        assert_eq!(LogTag::parse(foreign), None, "{foreign}");
    }
}

#[test]
fn foreign_bytes_are_told_by_kind() {
    let good = String::from_utf8(written(&[(interval(&[(key(0, 0, 0, Class::Ok, true), 900)]), 0)])).unwrap();
    let (head, encoded) = good.trim_end().rsplit_once(',').unwrap();
    let with = |histogram: &str| format!("{head},{histogram}\n").into_bytes();
    let long = good.replace("Tag=healthy/ok/payLink,", "Tag=payLink,").into_bytes();
    let rows: [(Vec<u8>, &str); 7] = [
        (b"hello\n".to_vec(), "no interval log at byte 0"),
        (good.trim_end().as_bytes().to_vec(), "no interval log at byte"),
        (long, "tag `payLink` is not phase/class/operation"),
        (with("#!"), "histogram of `healthy/ok/payLink` is not base64"),
        (
            with("AAAA"),
            "histogram of `healthy/ok/payLink` is not of this kind of log",
        ),
        (
            with("AAAAAAAAAAAAAAAA"),
            "histogram of `healthy/ok/payLink` cannot be inflated",
        ),
        (
            with(&encoded[..encoded.len() / 2 / 4 * 4]),
            "histogram of `healthy/ok/payLink` ",
        ),
    ];
    for (bytes, expected) in rows {
        let error = read(&bytes).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(read(b"").unwrap(), RunLog::default());
}

#[test]
fn a_head_that_lies_takes_no_memory() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let packed = |plain: &[u8]| {
        let mut bytes = vec![0x1c, 0x84, 0x93, 0x14, 0, 0, 0, 0];
        let mut encoder = flate2::write::ZlibEncoder::new(&mut bytes, flate2::Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap();
        let length = (bytes.len() - 8) as u32;
        bytes[4..8].copy_from_slice(&length.to_be_bytes());
        format!("Tag=a/ok/b,0.000,1.000,1.000,{}\n", STANDARD.encode(bytes)).into_bytes()
    };
    let head = |length: u32, digits: u32, high: u64| {
        let mut plain = 0x1c84_9313_u32.to_be_bytes().to_vec();
        plain.extend(length.to_be_bytes());
        plain.extend(0_u32.to_be_bytes());
        plain.extend(digits.to_be_bytes());
        plain.extend(1_u64.to_be_bytes());
        plain.extend(high.to_be_bytes());
        plain.extend(1_f64.to_be_bytes());
        plain
    };
    let lies = [
        head(u32::MAX, 3, 120_000_000),
        head(0, 5, 120_000_000),
        head(0, 3, u64::MAX),
        [head(9, 3, 120_000_000), vec![u8::MAX; 9]].concat(),
        vec![0; 10_000_000],
    ];
    for lie in lies {
        assert!(matches!(read(&packed(&lie)), Err(ReadError::Foreign { .. })));
    }
    let empty = read(&packed(&head(0, 3, 120_000_000))).unwrap();
    assert_eq!(empty.lines[0].response, Tally::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_round_trip_keeps_every_bucket(
        rounds in prop::collection::vec(
            prop::collection::vec((0..4_u32, 0..2_u16, 0..2_u16, 0..11_usize, any::<bool>(), 0..130_000_000_u64), 0..20),
            0..5,
        ),
    ) {
        let mut totals: BTreeMap<LogTag, Tally> = BTreeMap::new();
        let mut intervals = Vec::new();
        for (round, samples) in (1..).zip(rounds) {
            let sample = |(second, phase, what, class, expected, us)| (key(second, phase, what, Class::ALL[class], expected), us);
            let samples: Vec<(Key, u64)> = samples.into_iter().map(sample).collect();
            for (key, us) in &samples {
                let phase = phases()[usize::from(key.phase)].clone();
                let tag = LogTag { phase, class: key.class, what: names().word(key.what).to_owned() };
                totals.entry(tag).or_default().record(*us);
            }
            intervals.push((interval(&samples), round * 700_000));
        }
        prop_assert_eq!(read(&written(&intervals)).unwrap().totals(), totals);
    }

    #[test]
    fn any_bytes_end_in_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _answer = read(&bytes);
    }
}
