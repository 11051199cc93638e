use super::*;
use crate::read;

const POINTS: [(&str, Duration); 3] = [
    ("p50", Duration::from_micros(1_500)),
    ("p99", Duration::from_millis(40)),
    ("max", Duration::from_secs(2)),
];
const TABLE: &str = "{percentiles: {p50: 1500us, p99: 40ms, max: 2s}}";

const TEXT: &str = "\
# head
name: x   # and why
rules:
  - {name: word, on: payLink, ledger: apply, chance: 50%,  reply: reset}   # behind
  - name: 'block'
    # inside
    reply:
      delay:
        lognormal: {median: 1s, p99: 2s}   # gone with it
        cap: 3s
      # between
      status: 503   # kept
    chance: 5%
    ledger: skip
  - name: status
    chance: 5%
    ledger: skip
    reply:
      status: 502
      retry_after: 2s
phases:
  - {name: p, for: 1s, rules: [{name: flow, chance: 50%, reply: {delay: 1s}}, {name: bare, chance: 5%, ledger: skip, reply: {status: 500}}]}
  - name: q
    for: 1s
    rules:
      - {name: called, on: callback, callback: drop}
";

fn changed(text: &str, rule: &str) -> Result<String, DelayError> {
    with_delay("x.yaml", text, rule, &POINTS)
}

#[test]
fn the_delay_is_written_and_every_other_byte_stays() {
    for (rule, gone, instead) in [
        ("flow", "reply: {delay: 1s}", format!("reply: {{delay: {TABLE}}}")),
        (
            "word",
            "reply: reset",
            format!("reply: {{delay: {TABLE}, then: reset}}"),
        ),
        (
            "bare",
            "reply: {status: 500}",
            format!("reply: {{delay: {TABLE}, status: 500}}"),
        ),
        (
            "block",
            "lognormal: {median: 1s, p99: 2s}   # gone with it\n        cap: 3s",
            TABLE.to_owned(),
        ),
        (
            "status",
            "      status: 502",
            format!("      delay: {TABLE}\n      status: 502"),
        ),
    ] {
        for (text, gone, instead) in [
            (TEXT.to_owned(), gone.to_owned(), instead.clone()),
            // As an editor on Windows saves it.
            (
                TEXT.replace('\n', "\r\n"),
                gone.replace('\n', "\r\n"),
                instead.replace('\n', "\r\n"),
            ),
        ] {
            assert!(text.contains(&gone), "{rule}");
            let found = changed(&text, rule).unwrap_or_else(|error| panic!("{rule}: {error}"));
            assert_eq!(found, text.replacen(&gone, &instead, 1), "{rule}");
            // Once more changes nothing.
            assert_eq!(changed(&found, rule).unwrap(), found, "{rule}");
            let scenario = read("x.yaml", &found).unwrap();
            let rule = scenario.rules.iter().find(|known| known.label == rule).unwrap();
            let delay = rule.delay.as_ref().unwrap();
            assert_eq!(delay.describe(), "percentiles p50 1500us p99 40ms max 2s");
        }
    }
}

#[test]
fn what_cannot_be_done_says_why() {
    let aliased = "name: x\nrules:\n  - {name: a, on: payLink, reply: &r {delay: &d 1s}}\n  - {name: b, on: balance, reply: *r}\n  - {name: c, on: transfer, reply: {delay: *d}}\n";
    let twice = "name: x\nphases:\n  - {name: p, for: 1s, rules: [{name: a, reply: {delay: 1s}}]}\n  - {name: q, for: 1s, rules: [{name: a, reply: {delay: 1s}}]}\n";
    for (text, rule, expected) in [
        (TEXT, "flwo", "no rule is called `flwo`; did you mean `flow`?"),
        (
            TEXT,
            "other",
            "no rule is called `other`: the file names word, block, status, flow, bare, called",
        ),
        (
            "name: x\n",
            "a",
            "no rule is called `a`: the file names none; give the rule a `name`",
        ),
        (
            TEXT,
            "called",
            "rule `called` in line 26 has no `reply`: add one to the rule first, such as `reply: {delay: 1s}`",
        ),
        (
            twice,
            "a",
            "rules in lines 3, 4 are called `a`: give one of them another name",
        ),
        (
            aliased,
            "b",
            "the reply of rule `b` in line 4 is an alias: write it out there first",
        ),
        (
            aliased,
            "c",
            "the delay of rule `c` in line 5 is an alias: write it out there first",
        ),
        (
            aliased,
            "a",
            "changing the delay of rule `a` would change more than that: an alias repeats it; write it out first",
        ),
    ] {
        assert_eq!(changed(text, rule).unwrap_err().to_string(), expected, "{rule}");
    }
    let unreadable = changed("name: x\nrulez: []\n", "a").unwrap_err();
    assert!(matches!(unreadable, DelayError::Unreadable(_)), "{unreadable}");
    let hours = [("max", Duration::from_secs(3_600))];
    let refused = with_delay("x.yaml", TEXT, "flow", &hours).unwrap_err().to_string();
    assert!(refused.contains("x.yaml:22:"), "{refused}");
}

#[test]
fn every_rule_of_the_library_takes_a_delay_or_says_why_not() {
    let mut taken = 0;
    for shipped in crate::library::names().filter_map(crate::library::get) {
        let scenario = read(shipped.name, shipped.text).unwrap();
        for rule in scenario.rules.iter().filter(|rule| rule.when.case.is_none()) {
            match changed(shipped.text, &rule.label) {
                // That nothing else changed is checked by what is tested.
                Ok(_) => taken += 1,
                // A rule without a name, on callbacks, or whose name a later phase has as well.
                Err(DelayError::NoRule { .. } | DelayError::NoReply { .. } | DelayError::Several { .. }) => {}
                Err(error) => panic!("{}, {}: {error}", shipped.name, rule.label),
            }
        }
    }
    assert!(taken > 5, "{taken}");
}
