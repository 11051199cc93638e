//! What differs between two scenarios: the change set that a swap answers with.
//!
//! Every part of a scenario is compared here, and none is skipped: each `let` below names all fields, so that a new one
//! does not compile until somebody says what it is compared as.

use std::collections::BTreeMap;

use crate::scenario::{Phase, Rule, RuleId, Scenario};

/// How one scenario becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Rules: the new scenario's in its order, then those that are gone in theirs.
    pub rules: Vec<RuleChange>,
    /// Phases, in the same way.
    pub phases: Vec<PhaseChange>,
    /// Keys of the file, in its order, of which anything else differs. `rules` and `phases` are among them when those
    /// of a list are the same in another order.
    pub other: Vec<&'static str>,
}

/// What becomes of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// Its label.
    pub label: String,
    /// The phase it stands in; `None` for a rule of the file, or of its triggers.
    pub phase: Option<String>,
    /// What becomes of it.
    pub change: Change<RuleId>,
}

/// What becomes of a phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseChange {
    /// Its name.
    pub name: String,
    /// What becomes of it: its own words, and which rules it has in which order. What its rules say is said of them.
    pub change: Change<()>,
}

/// What becomes of something, with where it stands in either scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<At> {
    /// It is new.
    Added(At),
    /// It is gone.
    Removed(At),
    /// It says something else.
    Changed {
        /// In the old scenario.
        old: At,
        /// In the new one.
        new: At,
    },
    /// It stays as it is.
    Kept {
        /// In the old scenario.
        old: At,
        /// In the new one.
        new: At,
    },
}

impl<At> Change<At> {
    /// Its word in a change set.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Added(_) => "added",
            Self::Removed(_) => "removed",
            Self::Changed { .. } => "changed",
            Self::Kept { .. } => "kept",
        }
    }

    fn keeps(&self) -> bool {
        match self {
            Self::Kept { .. } => true,
            Self::Added(_) | Self::Removed(_) | Self::Changed { .. } => false,
        }
    }

    fn of(same: bool, old: At, new: At) -> Self {
        if same {
            Self::Kept { old, new }
        } else {
            Self::Changed { old, new }
        }
    }
}

impl Changes {
    /// Whether both scenarios are the same.
    pub fn is_empty(&self) -> bool {
        let rules = self.rules.iter().all(|rule| rule.change.keeps());
        let phases = self.phases.iter().all(|phase| phase.change.keeps());
        rules && phases && self.other.is_empty()
    }

    /// The rules that stay as they are: where they stood and where they stand.
    pub fn kept_rules(&self) -> impl Iterator<Item = (RuleId, RuleId)> + '_ {
        self.rules.iter().filter_map(|rule| match rule.change {
            Change::Kept { old, new } => Some((old, new)),
            Change::Added(_) | Change::Removed(_) | Change::Changed { .. } => None,
        })
    }
}

/// What differs between two scenarios. A rule is the same one where it has the same site, its name or else the hash of
/// its words, in the phase of the same name; a phase is the same one where it has the same name.
pub fn changes(old: &Scenario, new: &Scenario) -> Changes {
    Changes {
        rules: rules(old, new),
        phases: phases(old, new),
        other: other(old, new),
    }
}

/// Where a rule stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'s> {
    Triggers,
    File,
    Phase(&'s str),
}

/// Where a rule stands, and what it is known by there.
type Known<'s> = (Place<'s>, &'s str);

fn rules(old: &Scenario, new: &Scenario) -> Vec<RuleChange> {
    let known: BTreeMap<Known<'_>, RuleId> = placed(old).collect();
    let still: BTreeMap<Known<'_>, RuleId> = placed(new).collect();
    let row = |scenario: &Scenario, (place, _): Known<'_>, id, change| RuleChange {
        label: scenario.rule(id).label.clone(),
        phase: match place {
            Place::Triggers | Place::File => None,
            Place::Phase(name) => Some(name.to_owned()),
        },
        change,
    };
    let now = placed(new).map(|(place, id)| {
        let change = match known.get(&place) {
            Some(before) => Change::of(same_rule(old.rule(*before), new.rule(id)), *before, id),
            None => Change::Added(id),
        };
        row(new, place, id, change)
    });
    let gone = placed(old).filter(|(place, _)| !still.contains_key(place));
    now.chain(gone.map(|(place, id)| row(old, place, id, Change::Removed(id))))
        .collect()
}

/// Every rule of a file with its place: the file's first, then each phase's, then those of its triggers.
fn placed(scenario: &Scenario) -> impl Iterator<Item = (Known<'_>, RuleId)> {
    let of_file = scenario.file_rules.iter().map(|id| (Place::File, *id));
    let of_phases = scenario.phases.iter().flat_map(|phase| {
        let place = Place::Phase(phase.name.as_str());
        phase.rules.iter().map(move |id| (place, *id))
    });
    let of_triggers = scenario.trigger_rules.iter().map(|id| (Place::Triggers, *id));
    of_file
        .chain(of_phases)
        .chain(of_triggers)
        .map(|(phase, id)| ((phase, scenario.rule(id).site.as_str()), id))
}

/// A label tells nameless rules of the same words apart by their number, which is no meaning.
fn same_rule(old: &Rule, new: &Rule) -> bool {
    let Rule {
        label: _,
        site,
        on,
        when,
        chance,
        limit,
        first,
        outcome,
        delay,
        callback,
    } = old;
    *site == new.site
        && *on == new.on
        && *when == new.when
        && *chance == new.chance
        && *limit == new.limit
        && *first == new.first
        && *outcome == new.outcome
        && *delay == new.delay
        && *callback == new.callback
}

fn phases(old: &Scenario, new: &Scenario) -> Vec<PhaseChange> {
    let of = |scenario: &Scenario, name: &str| scenario.phases.iter().position(|phase| phase.name == name);
    let row = |phase: &Phase, change| PhaseChange {
        name: phase.name.clone(),
        change,
    };
    let now = new.phases.iter().map(|phase| {
        let change = match of(old, &phase.name) {
            Some(at) => Change::of(same_phase((old, &old.phases[at]), (new, phase)), (), ()),
            None => Change::Added(()),
        };
        row(phase, change)
    });
    let gone = old.phases.iter().filter(|phase| of(new, &phase.name).is_none());
    now.chain(gone.map(|phase| row(phase, Change::Removed(())))).collect()
}

fn same_phase((of_old, old): (&Scenario, &Phase), (of_new, new): (&Scenario, &Phase)) -> bool {
    let Phase {
        name: _,
        lasts,
        refuse,
        tls,
        rules,
        capacity,
        payers,
        limits,
        quota,
    } = old;
    *lasts == new.lasts
        && *refuse == new.refuse
        && *tls == new.tls
        && sites(of_old, rules).eq(sites(of_new, &new.rules))
        && *capacity == new.capacity
        && *payers == new.payers
        && *limits == new.limits
        && *quota == new.quota
}

fn sites<'s>(scenario: &'s Scenario, rules: &'s [RuleId]) -> impl Iterator<Item = &'s str> {
    rules.iter().map(|id| scenario.rule(*id).site.as_str())
}

fn other(old: &Scenario, new: &Scenario) -> Vec<&'static str> {
    let Scenario {
        name,
        about,
        seed,
        shops,
        payers,
        risk,
        withdrawals,
        callbacks,
        clock,
        capacity,
        triggers,
        // Compared one by one above; what the order of a list says is compared below.
        rules: _,
        // Put in force by hand, so of no file.
        faults: _,
        trigger_rules: _,
        file_rules: _,
        phases: _,
        load,
        expect,
    } = old;
    let parts = [
        ("name", *name == new.name),
        ("about", *about == new.about),
        ("seed", *seed == new.seed),
        ("shops", *shops == new.shops),
        ("payers", *payers == new.payers),
        ("risk", *risk == new.risk),
        ("withdrawals", *withdrawals == new.withdrawals),
        ("callbacks", *callbacks == new.callbacks),
        ("clock", *clock == new.clock),
        ("capacity", *capacity == new.capacity),
        ("triggers", *triggers == new.triggers),
        (
            "rules",
            common(sites(old, &old.file_rules), sites(new, &new.file_rules)),
        ),
        ("phases", common(names(old), names(new))),
        ("load", *load == new.load),
        ("expect", *expect == new.expect),
    ];
    parts
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(key, _)| key)
        .collect()
}

fn names(scenario: &Scenario) -> impl Iterator<Item = &str> {
    scenario.phases.iter().map(|phase| phase.name.as_str())
}

/// Whether what both lists have comes in the same order.
fn common<'s>(old: impl Iterator<Item = &'s str>, new: impl Iterator<Item = &'s str>) -> bool {
    let new: Vec<&str> = new.collect();
    let places: BTreeMap<&str, usize> = new.iter().enumerate().map(|(at, word)| (*word, at)).collect();
    let order: Vec<usize> = old.filter_map(|word| places.get(word).copied()).collect();
    order.is_sorted()
}

#[cfg(test)]
mod tests;
