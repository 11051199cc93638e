use super::*;

#[test]
fn durations_are_read_and_written_exactly() {
    for (text, nanos, written) in [
        ("400ms", 400_000_000, "400ms"),
        ("30s", 30_000_000_000, "30s"),
        ("2m", 120_000_000_000, "2m"),
        ("120s", 120_000_000_000, "2m"),
        ("90s", 90_000_000_000, "90s"),
        ("1h", 3_600_000_000_000, "1h"),
        ("1.5s", 1_500_000_000, "1500ms"),
        ("0.25us", 250, "0.25us"),
        ("0ms", 0, "0s"),
    ] {
        let read = duration(text).unwrap();
        assert_eq!(read, Duration::from_nanos(nanos), "{text}");
        assert_eq!(duration_text(read), written, "{text}");
        assert_eq!(duration(written).unwrap(), read, "{text}");
    }
}

#[test]
fn shares_are_read_exactly() {
    for (text, num, den) in [
        ("20%", 1, 5),
        ("99.5%", 199, 200),
        ("0%", 0, 1),
        ("100%", 1, 1),
        ("1/20", 1, 20),
        ("3/3", 1, 1),
    ] {
        assert_eq!(share(text).unwrap(), Ratio { num, den }, "{text}");
    }
}

#[test]
fn rates_are_read_exactly() {
    for (text, millionths) in [
        ("200/s", 200_000_000),
        ("0.5/s", 500_000),
        ("333.333333/s", 333_333_333),
    ] {
        assert_eq!(millionths_per_second(rate(text).unwrap().0), millionths, "{text}");
    }
}

#[test]
fn sizes_bandwidths_and_factors_are_read_exactly() {
    for (text, bytes, written) in [
        ("500B", 500, "500B"),
        ("2KB", 2_000, "2KB"),
        ("1.5KB", 1_500, "1500B"),
        ("4KiB", 4_096, "4096B"),
        ("100MB", 100_000_000, "100MB"),
        ("0B", 0, "0B"),
    ] {
        assert_eq!(size(text).unwrap(), bytes, "{text}");
        assert_eq!(size_text(bytes), written, "{text}");
    }
    assert_eq!(bandwidth("2KB/s").unwrap(), 2_000);
    assert_eq!(factor("0.5").unwrap(), Decimal::new(5, 1));
    for text in ["", "2", "2kb", "0.5B", "101MB", "-1B", "2KB/s"] {
        assert!(size(text).is_err(), "{text}");
    }
    for text in ["2KB", "0B/s", "/s"] {
        assert!(bandwidth(text).is_err(), "{text}");
    }
    for text in ["0", "-1", "1000001", "x60", "0.0000001"] {
        assert!(factor(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_no_quantity_says_so() {
    let said = |result: Result<(), NotAQuantity>| {
        let wrong = result.unwrap_err();
        format!("{}; {}", wrong.message, wrong.help.unwrap_or_default())
    };
    for (result, expected) in [
        (duration("300").map(drop), "`300` lacks a unit; write 300ms or 300s"),
        (duration("3 s").map(drop), "` s` is no unit of time; write 3s"),
        (duration("5min").map(drop), "`min` is no unit of time; write 5m"),
        (
            duration("1m30s").map(drop),
            "`m30s` is no unit of time; the units are us, ms, s, m and h",
        ),
        (duration(".5s").map(drop), "`.5s` is no duration; write 0.5s"),
        (duration("5S").map(drop), "`S` is no unit of time; write 5s"),
        (
            share("0.2").map(drop),
            "`0.2` is a bare number where a share stands; write 20% for 0.2 of the whole, or 0.2%",
        ),
        (share("20 %").map(drop), "`20 %` is no share; write 20%, without blanks"),
        (share(".5%").map(drop), "`.5%` is no share; write 0.5%"),
        (
            duration("-5s").map(drop),
            "`-5s` is no duration; a duration is a number and a unit, such as 300ms or 30s",
        ),
        (
            duration("9000h").map(drop),
            "`9000h` is longer than 366 days; the longest duration of a scenario is 366 days",
        ),
        (
            duration("0.0001us").map(drop),
            "`0.0001us` is finer than a nanosecond; write fewer decimals",
        ),
        (
            share("99.5").map(drop),
            "`99.5` is a bare number where a share stands; write 99.5%, or the share as a ratio such as 1/20",
        ),
        (
            share("101%").map(drop),
            "`101%` is more than the whole; a share lies between 0% and 100%",
        ),
        (
            share("1/0").map(drop),
            "`1/0` is no share; a share is written 99.5% or 1/20",
        ),
        (
            share("-1%").map(drop),
            "`-1%` is no share; a share is written 99.5% or 1/20",
        ),
        (
            rate("200").map(drop),
            "`200` is no rate; a rate is a number a second, such as 200/s",
        ),
        (
            rate("0/s").map(drop),
            "`0/s` is out of range; a rate is above zero and at most a billion a second",
        ),
    ] {
        assert_eq!(said(result), expected);
    }
}
