//! `journeys`: journeys of one's own against a shop's service.

use std::time::Duration;

use serde_json::Value as Json;

use crate::{
    check::{Checker, fields::Fields, keys::Place, outcome, payers::sums_to_whole, shown},
    file::{Node, Value},
    problem::{Problem, Span},
    scenario::{
        Checks, Itinerary, JsonTemplate, Leg, LegAct, LegBody, Operation, Pointer, Ratio, Template, Until, Verb,
        is_name,
    },
};

/// Reads `journeys`.
pub(crate) fn itineraries(checker: &mut Checker<'_>, file: &Fields<'_>) -> Vec<Itinerary> {
    let Some(nodes) = file.list("journeys") else {
        return Vec::new();
    };
    if nodes.len() > MOST_JOURNEYS {
        let message = format!("{} journeys are more than {MOST_JOURNEYS}", nodes.len());
        checker.report(Problem::new("limit", file.span("journeys"), message));
        return Vec::new();
    }
    if file.is_empty_list("journeys") {
        let problem = Problem::new("bad_value", file.span("journeys"), "no journey stands here");
        checker.report(problem.help("leave `journeys` out, and the load plays those of `load`"));
    }
    let before = checker.problems.len();
    let is_only = nodes.len() == 1;
    let mut read: Vec<Itinerary> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(itinerary) = itinerary(checker, node, is_only) else {
            continue;
        };
        if read.iter().any(|earlier| earlier.name == itinerary.name) {
            let message = format!("two journeys are called `{}`", itinerary.name);
            checker.report(Problem::new("duplicate_name", node.span, message));
        }
        read.push(itinerary);
    }
    if checker.problems.len() == before {
        let parts: Vec<Ratio> = read.iter().map(|itinerary| itinerary.weight).collect();
        sums_to_whole(checker, "the journeys", &parts, file.span("journeys"));
    }
    read
}

fn itinerary(checker: &mut Checker<'_>, node: &Node, is_only: bool) -> Option<Itinerary> {
    let fields = Fields::of(checker, node, Place::Itinerary);
    let name = name(checker, &fields);
    let weight = match fields.get("weight") {
        Some(node) => checker.share(node),
        None if is_only => Some(Ratio::ALWAYS),
        None => {
            let problem = Problem::new("missing_key", fields.head, "one of several journeys needs `weight`");
            checker.report(problem.help("the weights of all sum to 100%"));
            None
        }
    };
    if let Some(node) = fields.get("target") {
        checker.word(node, "target", super::keys::lists::TARGETS);
    }
    let nodes = fields.list("steps").unwrap_or_default();
    if fields.is_empty_list("steps") {
        checker.report(Problem::new("bad_value", fields.span("steps"), "a journey has a step"));
    }
    if nodes.len() > MOST_STEPS {
        let message = format!("{} steps are more than {MOST_STEPS}", nodes.len());
        checker.report(Problem::new("limit", fields.span("steps"), message));
        return None;
    }
    let legs: Vec<Leg> = nodes.iter().filter_map(|node| leg(checker, node)).collect();
    let legs = Some(legs).filter(|legs| legs.len() == nodes.len() && !legs.is_empty());
    Some(Itinerary {
        name: name?,
        weight: weight?,
        legs: legs?,
    })
}

fn name(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Option<String> {
    let name = fields.text(checker, "name")?;
    let is_taken = Operation::ALL.iter().any(|operation| operation.word() == name) || MEASURED.contains(&name.as_str());
    if !is_taken && is_name(&name) {
        return Some(name);
    }
    let why = if is_taken {
        "is what expectations call something else"
    } else {
        "is no name of a journey"
    };
    let problem = Problem::new("bad_value", fields.span("name"), format!("`{}` {why}", shown(&name)));
    checker.report(problem.help("one word of letters, digits, `-` and `_`"));
    None
}

fn leg(checker: &mut Checker<'_>, node: &Node) -> Option<Leg> {
    let fields = Fields::of(checker, node, Place::Leg);
    let (word, what) = fields.one(checker, BESIDE)?;
    let target = template(checker, what)?;
    let before = checker.problems.len();
    let verb = Verb::ALL.into_iter().find(|(_, known, _)| *known == word);
    let (act, called) = match verb {
        Some((verb, _, wire)) => {
            let text = what.text().unwrap_or_default();
            if !text.starts_with('/') && !text.starts_with("${") {
                let problem = Problem::new("bad_value", what.span, format!("`{}` is no path", shown(text)));
                checker
                    .report(problem.help("from the shop's base on, such as /checkout; the base is the load's target"));
            }
            let headers = fields.get("headers").map(|node| headers(checker, node));
            let act = LegAct::Call {
                verb,
                path: target,
                headers: headers.unwrap_or_default(),
                body: body(checker, &fields),
            };
            (act, format!("{wire} {text}"))
        }
        None => {
            if belongs_to_calls(checker, &fields) {
                return None;
            }
            (LegAct::Pay(target), "pay".to_owned())
        }
    };
    let name = fields.get("name").and_then(|_| fields.text(checker, "name"));
    let leg = Leg {
        name: name.unwrap_or(called),
        act,
        take: take(checker, &fields),
        check: check(checker, &fields),
        until: until(checker, &fields),
    };
    (checker.problems.len() == before).then_some(leg)
}

/// Reports keys beside `pay` that only a call has; whether there were some.
fn belongs_to_calls(checker: &mut Checker<'_>, fields: &Fields<'_>) -> bool {
    let before = checker.problems.len();
    let strangers = ["json", "form", "headers", "take", "check", "until", "every", "within"];
    for stranger in strangers.into_iter().filter(|key| fields.get(key).is_some()) {
        let message = format!("`{stranger}` belongs to a call of the shop, not to `pay`");
        checker.report(Problem::new("conflict", fields.span(stranger), message));
    }
    checker.problems.len() > before
}

fn template(checker: &mut Checker<'_>, node: &Node) -> Option<Template> {
    let text = node.text()?;
    match Template::parse(text) {
        Ok(template) => Some(template),
        Err(at) => {
            let message = format!("`${{{}` is no name", shown(&at));
            let problem = Problem::new("bad_value", node.span, message);
            checker.report(problem.help("a name is written ${order}; there is no other expression"));
            None
        }
    }
}

fn body(checker: &mut Checker<'_>, fields: &Fields<'_>) -> LegBody {
    match (fields.get("json"), fields.get("form")) {
        (Some(_), Some(_)) => {
            let problem = Problem::new("conflict", fields.span("form"), "`json` and `form` are alternatives");
            checker.report(problem);
            LegBody::Nothing
        }
        (Some(node), None) => json(checker, node).map_or(LegBody::Nothing, LegBody::Json),
        (None, Some(node)) => LegBody::Form(pairs(checker, node, "form").collect()),
        (None, None) => LegBody::Nothing,
    }
}

fn json(checker: &mut Checker<'_>, node: &Node) -> Option<JsonTemplate> {
    match &node.value {
        Value::Scalar(scalar) => {
            let bare = (!scalar.quoted)
                .then(|| serde_json::from_str(&scalar.text).ok())
                .flatten()
                .filter(|value| matches!(value, Json::Null | Json::Bool(_) | Json::Number(_)));
            if let Some(bare) = bare {
                return Some(JsonTemplate::Bare(bare));
            }
            template(checker, node).map(JsonTemplate::Text)
        }
        Value::List(items) => {
            let read = items.iter().filter_map(|item| json(checker, item)).collect();
            Some(JsonTemplate::List(read))
        }
        Value::Map(entries) => {
            let read = entries
                .iter()
                .filter_map(|entry| Some((entry.key.text.to_string(), json(checker, &entry.value)?)));
            Some(JsonTemplate::Map(read.collect()))
        }
    }
}

fn headers(checker: &mut Checker<'_>, node: &Node) -> Vec<(String, Template)> {
    let checked = outcome::headers(checker, node);
    let read = checked.into_iter().filter_map(|(name, value)| {
        let value = Template::parse(&value).ok()?;
        Some((name, value))
    });
    read.collect()
}

/// The pairs of a map, each value a template.
fn pairs(checker: &mut Checker<'_>, node: &Node, key: &str) -> std::vec::IntoIter<(String, Template)> {
    let Value::Map(entries) = &node.value else {
        return Vec::new().into_iter();
    };
    let mut read = Vec::with_capacity(entries.len());
    for entry in entries {
        if entry.value.text().is_none() {
            let message = format!(
                "`{}` of `{key}` is {}, not text",
                shown(&entry.key.text),
                entry.value.kind()
            );
            checker.report(Problem::new("wrong_kind", entry.key.span, message));
        } else if let Some(value) = template(checker, &entry.value) {
            read.push((entry.key.text.to_string(), value));
        }
    }
    read.into_iter()
}

fn pointer(checker: &mut Checker<'_>, text: &str, span: Span) -> Option<Pointer> {
    let pointer = Pointer::new(text).filter(|_| !text.is_empty());
    if pointer.is_none() {
        let problem = Problem::new("bad_value", span, format!("`{}` is no place in JSON", shown(text)));
        checker.report(problem.help("as RFC 6901 writes it, such as /order/id"));
    }
    pointer
}

fn take(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Vec<(String, Pointer)> {
    let Some(Value::Map(entries)) = fields.get("take").map(|node| &node.value) else {
        return Vec::new();
    };
    let mut taken = Vec::new();
    for entry in entries {
        let name = entry.key.text.to_string();
        if !is_name(&name) || Template::BUILT_IN.contains(&name.as_str()) {
            let message = format!("`{}` is no name for something taken", shown(&name));
            let problem = Problem::new("bad_value", entry.key.span, message);
            checker.report(problem.help("one word; `amount`, `n` and `uuid` are given already"));
        } else if let Some(place) = pointer(checker, entry.value.text().unwrap_or_default(), entry.value.span) {
            taken.push((name, place));
        }
    }
    taken
}

fn check(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Checks {
    let Some(node) = fields.get("check") else {
        return Checks::default();
    };
    let mut checks = Checks::default();
    for (key, value) in pairs(checker, node, "check") {
        if key != "status" {
            checks
                .values
                .extend(pointer(checker, &key, node.span).map(|place| (place, value)));
            continue;
        }
        let text = value.fill(&|_| None);
        let status = text.parse().ok().filter(|status| (100..=599).contains(status));
        if status.is_none() {
            let problem = Problem::new("bad_value", node.span, format!("`{}` is no HTTP status", shown(&text)));
            checker.report(problem.help("100 to 599, such as `status: 200`"));
        }
        checks.status = status;
    }
    checks
}

fn until(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Option<Until> {
    let Some(node) = fields.get("until") else {
        for of_until in ["every", "within"].into_iter().filter(|key| fields.get(key).is_some()) {
            let message = format!("`{of_until}` belongs to `until`, and there is none");
            checker.report(Problem::new("conflict", fields.span(of_until), message));
        }
        return None;
    };
    let pairs = pairs(checker, node, "until");
    let values: Vec<(Pointer, Template)> = pairs
        .filter_map(|(key, value)| pointer(checker, &key, node.span).map(|place| (place, value)))
        .collect();
    if values.is_empty() {
        let problem = Problem::new("bad_value", fields.span("until"), "`until` names nothing to wait for");
        checker.report(problem.help("such as `until: {/status: paid}`"));
    }
    let mut length = |name, default: Duration, least: Duration| {
        let read = fields.duration(checker, name, LONGEST_WAIT).unwrap_or(default);
        if read < least {
            let message = format!("`{name}` is shorter than {}", crate::units::duration_text(least));
            checker.report(Problem::new("bad_value", fields.span(name), message));
        }
        read
    };
    Some(Until {
        values,
        every: length("every", Duration::from_millis(500), SHORTEST_PAUSE),
        within: length("within", Duration::from_secs(60), SHORTEST_PAUSE),
    })
}

/// What is not the act itself.
const BESIDE: &[&str] = &[
    "name", "json", "form", "headers", "take", "check", "until", "every", "within",
];
/// What expectations speak of beside operations and journeys.
const MEASURED: &[&str] = &["callbacks", "service"];
const MOST_JOURNEYS: usize = 20;
const MOST_STEPS: usize = 50;
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// A shop that is asked more often is not waited for but attacked.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
