//! A scenario in words: what happens when, and what share of the calls each rule decides. For people; whoever computes
//! with shares asks [`shares`].

mod act;
mod capacity;
mod load;
mod share;
mod wallet;

use std::fmt::{self, Write};

use rust_decimal::Decimal;

use crate::{
    scenario::{Operation, PhaseIndex, Rule, RuleId, Scenario, When},
    timeline::Timeline,
    units::duration_text,
};

pub use capacity::in_words as capacity_in_words;
pub use share::{Axis, Between, RuleShare, shares};

/// The timeline of a scenario, its rules with their effective shares, its load and its expectations, as lines of text.
pub fn explain(scenario: &Scenario, timeline: &Timeline) -> String {
    let mut text = String::new();
    write_all(&mut text, scenario, timeline).expect("a string takes all that is written to it");
    text
}

/// A phase's own faults in short words, such as `busy 20%`; none for a healthy phase and for what comes after the last.
pub fn fault_words(scenario: &Scenario, phase: PhaseIndex) -> Vec<String> {
    let Some(phase) = scenario.phase(phase) else {
        return Vec::new();
    };
    let refuse = phase.refuse.then(|| "refuse".to_owned());
    let rules = phase.rules.iter().map(|id| {
        let rule = scenario.rule(*id);
        if rule.chance.num == rule.chance.den {
            rule.label.clone()
        } else {
            format!("{} {}", rule.label, rule.chance.as_percent_text())
        }
    });
    refuse.into_iter().chain(rules).collect()
}

fn write_all(text: &mut String, scenario: &Scenario, timeline: &Timeline) -> fmt::Result {
    match scenario.about.as_str() {
        "" => writeln!(text, "{}", scenario.name)?,
        about => writeln!(text, "{}: {about}", scenario.name)?,
    }
    writeln!(text, "seed {}", scenario.seed)?;
    if let Some(note) = timeline.note() {
        writeln!(text, "{note}")?;
    }
    load::write_load(text, scenario, timeline)?;
    wallet::write_shops(text, scenario)?;
    match &scenario.payers {
        Some(payers) => writeln!(text, "payers: {}", wallet::payers_in_words(payers))?,
        None => writeln!(text, "payers: nobody pays by itself")?,
    }
    wallet::write_risk(text, &scenario.risk)?;
    wallet::write_withdrawals(text, &scenario.withdrawals)?;
    wallet::write_pace(text, scenario)?;
    for phase in timeline.phases() {
        let (start, end) = timeline.bounds(phase);
        writeln!(
            text,
            "\n{}, {} to {}",
            timeline.name(phase),
            duration_text(start),
            duration_text(end)
        )?;
        write_phase(text, scenario, phase)?;
    }
    writeln!(text, "\n{}, from {} on", Timeline::AFTER, duration_text(timeline.end()))?;
    write_phase(text, scenario, timeline.after())?;
    if !scenario.expect.is_empty() {
        writeln!(text, "\nexpected")?;
    }
    scenario
        .expect
        .iter()
        .try_for_each(|expectation| writeln!(text, "  {expectation}"))
}

fn write_phase(text: &mut String, scenario: &Scenario, phase: PhaseIndex) -> fmt::Result {
    let own = scenario.phase(phase);
    let by_operation = Operation::ALL.map(|operation| (operation, shares(scenario, phase, operation)));
    let refuses = own.is_some_and(|own| own.refuse);
    if refuses {
        writeln!(text, "  connections are refused, and open ones are reset")?;
    }
    if let Some(fault) = own.and_then(|own| own.tls) {
        writeln!(text, "  {}", wallet::tls_in_words(fault))?;
    }
    if let Some(payers) = own.and_then(|own| own.payers.as_ref()) {
        writeln!(text, "  payers: {}", wallet::payers_in_words(payers))?;
    }
    if let Some(capacity) = own.and_then(|own| own.capacity.as_ref()) {
        writeln!(text, "  capacity: {}", capacity::in_words(capacity))?;
    }
    if let Some(own) = own {
        wallet::write_bounds(text, own)?;
    }
    let in_words = |id: &RuleId| scenario.rule(*id).when.case.is_none();
    for id in crate::decide::rules_in_order(scenario, phase).filter(in_words) {
        let rule = scenario.rule(id);
        for axis in [Axis::Outcome, Axis::Delay, Axis::Callback] {
            let of_rule = |(operation, shares): &(Operation, Vec<RuleShare>)| {
                let found = shares.iter().find(|share| share.rule == id && share.axis == axis);
                found.map(|share| (*operation, *share))
            };
            let acts: Vec<(Operation, RuleShare)> = by_operation.iter().filter_map(of_rule).collect();
            if acts.is_empty() {
                continue;
            }
            let act = if acts.iter().all(|(_, share)| share.left.most.is_zero()) {
                "is never reached, for the rules above decide all".to_owned()
            } else {
                act::act(rule, axis, &affected(rule, &acts))
            };
            writeln!(text, "  {}: {act}", rule.label)?;
        }
    }
    if by_operation.iter().all(|(_, shares)| shares.is_empty()) {
        return if refuses {
            Ok(())
        } else {
            writeln!(text, "  a good wallet")
        };
    }
    write_what_is_left(text, scenario, phase)
}

/// How many calls the rules leave to the wallet's own answer, where they take any.
fn write_what_is_left(text: &mut String, scenario: &Scenario, phase: PhaseIndex) -> fmt::Result {
    let operations = Operation::ALL
        .into_iter()
        .filter(|operation| *operation != Operation::Callback);
    let left = grouped(operations.map(|operation| (operation, share::left_to_the_wallet(scenario, phase, operation))));
    if left.iter().all(|(_, left)| left.least == Decimal::ONE) {
        return Ok(());
    }
    let parts = left
        .iter()
        .map(|(operations, left)| format!("{} of {}", between(*left), calls_of(operations)));
    writeln!(
        text,
        "  left to the wallet itself: {}",
        parts.collect::<Vec<_>>().join(", ")
    )
}

/// How many calls of which operations a rule hits; operations of equal shares are named together.
fn affected(rule: &Rule, acts: &[(Operation, RuleShare)]) -> String {
    let groups = grouped(acts.iter().copied());
    let groups = groups
        .iter()
        .map(|(operations, share)| format!("{} {}", portion(rule, *share), calls_of(operations)));
    format!(
        "{}{}",
        groups.collect::<Vec<_>>().join(" and "),
        in_brackets(&conditions_of(rule))
    )
}

/// A rule's conditions, and how often it may hit.
fn conditions_of(rule: &Rule) -> String {
    let conditions = conditions(&rule.when);
    let first = rule.first.map(|first| match first {
        1 => "the first attempt of each order".to_owned(),
        first => format!("the first {first} attempts of each order"),
    });
    let limit = rule.limit.map(|limit| format!("at most {limit} in all"));
    let said = Some(conditions).filter(|said| !said.is_empty());
    let said: Vec<String> = [said, first, limit].into_iter().flatten().collect();
    said.join(", ")
}

/// Operations of equal shares together, in the order of the first of each group.
fn grouped<S: PartialEq>(shares: impl Iterator<Item = (Operation, S)>) -> Vec<(Vec<Operation>, S)> {
    let mut groups: Vec<(Vec<Operation>, S)> = Vec::new();
    for (operation, share) in shares {
        match groups.iter_mut().find(|(_, known)| *known == share) {
            Some((operations, _)) => operations.push(operation),
            None => groups.push((vec![operation], share)),
        }
    }
    groups
}

/// `payLink and transfer calls`; a group of most operations is told by what it leaves out, and `calls` are all of them.
fn calls_of(operations: &[Operation]) -> String {
    let left_out = Operation::ALL
        .iter()
        .filter(|other| **other != Operation::Callback && !operations.contains(other));
    match (operations, left_out.clone().count()) {
        ([Operation::Callback], _) => "callbacks".to_owned(),
        (_, 0) => "calls".to_owned(),
        (_, others) if others < operations.len() => format!("calls but {}", words(left_out)),
        _ => format!("{} calls", words(operations.iter())),
    }
}

/// `payLink`, `payLink and transfer`, `payLink, transfer and balance`.
fn words<'a>(operations: impl Iterator<Item = &'a Operation>) -> String {
    let words: Vec<&str> = operations.map(|operation| operation.word()).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `20% of`, `5% of the remaining 80% = 4% of`, `all`, `the remaining 80% of`, and `none of` where the rules above decide all.
fn portion(rule: &Rule, share: RuleShare) -> String {
    let is_sure = rule.chance.num == rule.chance.den;
    let nothing_above = share.left.least == Decimal::ONE;
    match (is_sure, nothing_above) {
        _ if share.left.most.is_zero() => "none of".to_owned(),
        (true, true) => "all".to_owned(),
        (true, false) => format!("the remaining {} of", between(share.left)),
        (false, true) => format!("{} of", rule.chance),
        (false, false) => {
            format!(
                "{} of the remaining {} = {} of",
                rule.chance,
                between(share.left),
                between(share.share)
            )
        }
    }
}

fn in_brackets(conditions: &str) -> String {
    if conditions.is_empty() {
        String::new()
    } else {
        format!(" ({conditions})")
    }
}

fn conditions(
    When {
        shop,
        at_least,
        below,
        equals,
        coin,
        payer,
        attempt,
        nth,
        headers,
        case,
    }: &When,
) -> String {
    let conditions = [
        shop.map(|shop| format!("shop {shop}")),
        at_least.map(|amount| format!("amount at least {amount}")),
        below.map(|amount| format!("amount below {amount}")),
        equals.map(|amount| format!("amount {amount}")),
        coin.as_ref().map(|coin| format!("coin {coin}")),
        payer.map(|payer| format!("payer {payer}")),
        attempt.map(|attempt| format!("attempt {attempt}")),
        nth.map(|nth| format!("every {nth}. of them")),
        case.map(|case| format!("case {}", case.name())),
    ];
    let headers = headers.iter().map(|(name, value)| format!("header {name}: {value}"));
    let conditions: Vec<String> = conditions.into_iter().flatten().chain(headers).collect();
    conditions.join(", ")
}

/// A percentage, or two; `about` where four decimals round one of them.
fn between(share: Between) -> String {
    let exact = [share.least, share.most].map(|end| end * Decimal::ONE_HUNDRED);
    let rounded = exact.map(|end| end.round_dp(DECIMALS).normalize());
    let about = if rounded == exact { "" } else { "about " };
    let [least, most] = rounded;
    if least == most {
        format!("{about}{most}%")
    } else {
        format!("{about}{least}% to {most}%")
    }
}

const DECIMALS: u32 = 4;

#[cfg(test)]
mod tests;
