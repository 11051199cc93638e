use hdrhistogram::{
    Histogram,
    serialization::{
        V2DeflateSerializer,
        interval_log::{IntervalLogWriterBuilder, Tag},
    },
};
use proptest::prelude::*;

use super::*;

/// A log as another tool would write it, of nanoseconds.
fn log(lines: &[(&str, &[u64])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut writer = IntervalLogWriterBuilder::new()
        .begin_log_with(&mut out, &mut serializer)
        .unwrap();
    for (tag, values) in lines {
        let mut histogram = Histogram::<u64>::new_with_bounds(1, 3_600_000_000_000, 3).unwrap();
        for value in *values {
            histogram.record(*value).unwrap();
        }
        let second = Duration::from_secs(1);
        writer
            .write_histogram(&histogram, second, second, Tag::new(tag).filter(|tag| !tag.is_empty()))
            .unwrap();
    }
    out
}

fn tags(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

fn millis(measurement: &Measurement, millionths: &[u32]) -> Vec<f64> {
    let at = millionths
        .iter()
        .map(|share| measurement.at(*share).as_micros() as f64 / 1_000.0);
    at.collect()
}

const WHOLE: [u32; 4] = [0, 500_000, 990_000, 1_000_000];

#[test]
fn lines_of_a_log_add_up_by_tag() {
    const MS: u64 = 1_000_000;
    let bytes = log(&[
        ("a/ok/payLink", &[10 * MS, 20 * MS]),
        ("a/ok/balance", &[MS]),
        ("b/ok/payLink", &[30 * MS, 40 * MS]),
    ]);
    let of = |wanted: &[&str]| read(&bytes, &tags(wanted), Some(Unit::Nanoseconds)).unwrap();
    // Three digits: a value counts as the longest of its bucket.
    for (wanted, count, expected) in [
        (&["a/ok/payLink"][..], 2, [9.994, 10.002, 20.005, 20.005]),
        (&["a/ok/payLink", "b/ok/payLink"], 4, [9.994, 20.005, 40.01, 40.01]),
        (&["*/ok/payLink"], 4, [9.994, 20.005, 40.01, 40.01]),
        (&["a/*/*"], 3, [1.0, 10.002, 20.005, 20.005]),
    ] {
        let found = of(wanted);
        assert_eq!(found.count(), count, "{wanted:?}");
        for (found, expected) in millis(&found, &WHOLE).into_iter().zip(expected) {
            assert!(
                (found / expected - 1.0).abs() < 0.001,
                "{wanted:?}: {found}, not {expected}"
            );
        }
    }
    let untagged = log(&[("", &[5 * MS]), ("", &[7 * MS])]);
    assert_eq!(read(&untagged, &[], Some(Unit::Nanoseconds)).unwrap().count(), 2);
}

#[test]
fn printed_percentiles_and_lists_are_read_in_the_unit_said() {
    let printed = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n       1.049 0.000000000000          1           1.00\n       2.500 0.500000000000         50           2.00\n       9.001 0.990625000000         99         106.67\n      12.345 1.000000000000        100          inf\n#[Mean    =        5.000, StdDeviation   =        2.8]\n#[Total count    =          100]\n";
    let expected = [1.049, 2.5, 9.001, 12.345];
    let csv = "\"Value\",\"Percentile\",\"TotalCount\",\"1/(1-Percentile)\"\r\n1.049,0.0,1,1.00\r\n2.500,0.5,50,2.00\r\n9.001,0.99,99,100\r\n12.345,1.0,100,Infinity\r\n";
    for text in [printed, csv] {
        let found = read(text.as_bytes(), &[], None).unwrap();
        assert_eq!(millis(&found, &WHOLE), expected);
        let in_seconds = read(text.as_bytes(), &[], Some(Unit::Seconds)).unwrap();
        assert_eq!(in_seconds.at(500_000), Duration::from_millis(2_500));
    }
    let list = read(b"took\n3\n1\n2\n4.0005\n", &[], None).unwrap();
    assert_eq!((list.count(), millis(&list, &WHOLE)), (4, vec![1.0, 2.0, 4.001, 4.001]));
}

#[test]
fn what_is_no_measurement_says_why() {
    let two = log(&[("x", &[1_000]), ("y", &[2_000])]);
    let cut = &two[..two.len() - 9];
    let ns = Some(Unit::Nanoseconds);
    for (bytes, wanted, unit, expected) in [
        (&b""[..], &[][..], None, "it holds no values"),
        (
            b"# nothing\n\nValue Percentile TotalCount\n",
            &[],
            None,
            "it holds no values",
        ),
        (b"\xff\xfe\x00", &[], None, "it is not text"),
        (b"1\n2\nthree\n", &[], None, "line 3 is neither"),
        (b"1\n-2\n", &[], None, "line 2 is neither"),
        (b"1 0.5 9\n2 1.0\n", &[], None, "line 2 is neither"),
        (b"1 0.5 9\n0.5 1.0 10\n", &[], None, "line 2 is below"),
        (b"1 0.5 9\n2 1.0 8\n", &[], None, "line 2 is below"),
        (b"1\n", &["a"], None, "only interval logs have tags"),
        (&two, &[], None, "does not say the unit"),
        (
            &two,
            &[],
            ns,
            "several tags: choose with --from, `*` standing for any part; it has `x`, `y`",
        ),
        (&two, &["z"], ns, "no tag `z`; it has `x`, `y`"),
        (&two, &["*/x"], ns, "no tag `*/x`"),
        (&log(&[]), &[], ns, "it holds no values"),
        (&log(&[("", &[])]), &[], ns, "it holds no values"),
        (cut, &["*"], ns, "no interval log at byte"),
    ] {
        let error = read(bytes, &tags(wanted), unit).unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?} says {expected:?}");
    }
}

proptest! {
    #[test]
    fn shares_rise_from_the_shortest_to_the_longest(mut micros in proptest::collection::vec(1_u64..100_000_000, 1..200)) {
        let text: String = micros.iter().map(|us| format!("{us}\n")).collect();
        let found = read(text.as_bytes(), &[], Some(Unit::Microseconds)).unwrap();
        micros.sort_unstable();
        let at: Vec<Duration> = (0..=100).map(|percent| found.at(percent * 10_000)).collect();
        prop_assert!(at.is_sorted());
        let ends = [micros[0], micros[micros.len() - 1]].map(Duration::from_micros);
        prop_assert_eq!([at[0], at[100]], ends);
        let median = micros[(micros.len() - 1) / 2];
        prop_assert_eq!(at[50], Duration::from_micros(median));
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, flipped in any::<proptest::sample::Index>(), with: u8) {
        let _any_answer = read(&bytes, &[], None);
        let mut damaged = log(&[("", &[1_000, 2_000, 3_000_000])]);
        let at = flipped.index(damaged.len());
        damaged[at] = with;
        let _any_answer = read(&damaged, &[], Some(Unit::Nanoseconds));
    }
}
