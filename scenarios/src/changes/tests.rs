use super::*;
use crate::read;

const BASE: &str = "name: base
seed: 7
shops: [{id: 10001, token: sandbox-token-10001}]
rules:
  - {name: late, on: payLink, reply: {delay: 1ms}}
  - {on: checkDeposit, chance: 10%, reply: {delay: 2ms}}
phases:
  - {name: good, for: 10s}
  - name: bad
    for: 20s
    rules:
      - {name: busy, chance: 20%, ledger: skip, reply: {status: 503}}
      - {name: lost, on: payLink, ledger: apply, reply: reset}
";

/// The change set between two files, in lines; what is kept is left out.
fn between(old: &str, new: &str) -> String {
    let of = |text: &str| read("test", text).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
    let (old, new) = (of(old), of(new));
    let changes = changes(&old, &new);
    let rules = changes.rules.iter().map(|rule| {
        let phase = rule.phase.as_deref().unwrap_or("-");
        (format!("{phase}/{}", rule.label), rule.change.word())
    });
    let phases = changes
        .phases
        .iter()
        .map(|phase| (format!("phase {}", phase.name), phase.change.word()));
    let mut lines: Vec<String> = rules
        .chain(phases)
        .filter(|(_, word)| *word != "kept")
        .map(|(what, word)| format!("{word} {what}"))
        .collect();
    lines.extend(changes.other.iter().map(|part| (*part).to_owned()));
    assert_eq!(changes.is_empty(), lines.is_empty());
    for (before, now) in changes.kept_rules() {
        assert!(same_rule(old.rule(before), new.rule(now)));
    }
    lines.join(", ")
}

#[test]
fn each_part_that_differs_is_named() {
    let edited = |from: &str, to: &str| {
        assert!(BASE.contains(from), "{from}");
        BASE.replace(from, to)
    };
    let busy = "      - {name: busy, chance: 20%, ledger: skip, reply: {status: 503}}\n";
    let late = "  - {name: late, on: payLink, reply: {delay: 1ms}}\n";
    let nameless = "  - {on: checkDeposit, chance: 10%, reply: {delay: 2ms}}\n";
    let lost = "      - {name: lost, on: payLink, ledger: apply, reply: reset}\n";
    for (new, expected) in [
        (BASE.to_owned(), ""),
        (edited("seed: 7", "seed: 7 # a comment is nothing"), ""),
        (edited("seed: 7", "seed: 8"), "seed"),
        (edited("name: base", "name: other\nabout: Something."), "name, about"),
        (edited("chance: 20%", "chance: 1/5"), ""),
        (edited("chance: 20%", "chance: 30%"), "changed bad/busy"),
        // A nameless rule is known by its words, and its chance is not one of them.
        (edited("chance: 10%", "chance: 11%"), "changed -/checkDeposit: delay"),
        (
            edited("{delay: 2ms}", "{delay: 3ms}"),
            "added -/checkDeposit: delay, removed -/checkDeposit: delay",
        ),
        (edited(busy, ""), "removed bad/busy, changed phase bad"),
        (
            edited(late, "").replace(
                "for: 10s}",
                "for: 10s, rules: [{name: late, on: payLink, reply: {delay: 1ms}}]}",
            ),
            "added good/late, removed -/late, changed phase good",
        ),
        (
            edited(late, "").replace(nameless, &format!("{nameless}{late}")),
            "rules",
        ),
        (
            edited(busy, "").replace(lost, &format!("{lost}{busy}")),
            "changed phase bad",
        ),
        (
            edited("name: good, for: 10s", "name: fine, for: 10s"),
            "added phase fine, removed phase good",
        ),
        (edited("for: 20s", "for: 21s"), "changed phase bad"),
        (edited("for: 20s", "for: 20s\n    refuse: true"), "changed phase bad"),
        (
            edited("seed: 7", "risk: {review: {chance: 1%, takes: 20s}}\npayers: {}"),
            "seed, payers, risk",
        ),
        (
            edited(
                "seed: 7",
                "seed: 7\ncallbacks: {ack: http}\nload: {drain: 1s}\nexpect: [books balance]",
            ),
            "callbacks, load, expect",
        ),
        (
            edited(
                "seed: 7",
                "seed: 7\nclock: {speed: 2}\ncapacity: {workers: 4, service_time: 4ms}",
            ),
            "clock, capacity",
        ),
        (edited("shops: [{id: 10001", "shops: [{id: 10002"), "shops"),
    ] {
        assert_eq!(between(BASE, &new), expected, "{new}");
    }
}

#[test]
fn phases_in_another_order_are_the_same_phases() {
    let old = "name: a\nphases: [{name: x, for: 1s}, {name: y, for: 1s}]\n";
    let new = "name: a\nphases: [{name: y, for: 1s}, {name: x, for: 1s}]\n";
    assert_eq!(between(old, new), "phases");
}

/// Twice the same words in two phases: the second's label has a number, which moves when a third comes before it.
#[test]
fn a_label_with_another_number_is_no_change() {
    let phases = |names: &[&str]| {
        let of = |name: &&str| format!("{{name: {name}, for: 1s, rules: [{{on: callback, callback: hold}}]}}");
        let all: Vec<String> = names.iter().map(of).collect();
        format!("name: a\nphases: [{}]\n", all.join(", "))
    };
    assert_eq!(
        between(&phases(&["x", "y"]), &phases(&["new", "x", "y"])),
        "added new/callback: hold, added phase new"
    );
}
