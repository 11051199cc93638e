//! What boards and alerts ask for: every expression in them, read far enough to know each metric with its matchers, each
//! label it groups by, and each label its legend names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::page::Page;

/// Labels that whoever scrapes adds.
const OF_THE_SCRAPE: [&str; 2] = ["instance", "job"];
/// What expressions are made of besides metrics and labels. A misspelt function is none of these.
const LANGUAGE: [&str; 23] = [
    "abs",
    "absent",
    "and",
    "bool",
    "by",
    "changes",
    "clamp_min",
    "count",
    "delta",
    "histogram_quantile",
    "ignoring",
    "increase",
    "label_values",
    "max",
    "min",
    "offset",
    "on",
    "or",
    "rate",
    "resets",
    "sum",
    "unless",
    "without",
];
/// Of these, the ones that a list of labels follows.
const GROUPING: [&str; 4] = ["by", "ignoring", "on", "without"];

/// An expression, and the text that names its results.
#[derive(Debug)]
pub(crate) struct Question {
    /// Where it stands.
    pub(crate) place: String,
    expression: String,
    legend: String,
}

/// Every question of a board: of panels, annotations and variables.
pub(crate) fn of_board(name: &str, text: &str) -> Vec<Question> {
    let board: Value = serde_json::from_str(text).expect("a board is JSON");
    let mut found = Vec::new();
    collect(&board, name, &mut found);
    found
}

fn collect(value: &Value, place: &str, found: &mut Vec<Question>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, place, found)),
        Value::Object(fields) => {
            let text = |key: &str| fields.get(key).and_then(Value::as_str);
            let place = text("title")
                .or_else(|| text("name"))
                .map_or_else(|| place.to_owned(), |title| format!("{place}, {title}"));
            let legend = text("legendFormat").or_else(|| text("titleFormat")).unwrap_or_default();
            for expression in [text("expr"), text("definition")].into_iter().flatten() {
                found.push(Question {
                    place: place.clone(),
                    expression: expression.to_owned(),
                    legend: legend.to_owned(),
                });
            }
            fields.values().for_each(|field| collect(field, &place, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every question of a file of alerts, whose expressions stand on one line each.
pub(crate) fn of_alerts(text: &str) -> Vec<Question> {
    let mut alert = String::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if let Some(name) = line.strip_prefix("- alert: ") {
            name.clone_into(&mut alert);
        } else if let Some(expression) = line.strip_prefix("expr: ") {
            found.push(Question {
                place: format!("alerts.yaml, {alert}"),
                expression: expression.to_owned(),
                legend: String::new(),
            });
        }
    }
    found
}

/// What an expression names.
#[derive(Debug, Default)]
struct Read {
    /// Metrics, each with its matchers: label, comparison, value.
    metrics: Vec<(String, Vec<Matcher>)>,
    groups: BTreeSet<String>,
}

type Matcher = (String, String, String);

impl Question {
    /// Whether it names metrics that begin so.
    pub(crate) fn is_about(&self, prefix: &str) -> bool {
        self.expression.contains(prefix)
    }

    /// What is wrong with it, held against what is exposed. Leaves in `used` what it names.
    pub(crate) fn problems(&self, page: &Page, used: &mut BTreeSet<String>) -> Vec<String> {
        let read = match read(&self.expression) {
            Ok(read) => read,
            Err(error) => return vec![format!("{}: {error}: {}", self.place, self.expression)],
        };
        let mut problems = Vec::new();
        let mut known: BTreeSet<String> = OF_THE_SCRAPE.map(str::to_owned).into();
        for (metric, matchers) in &read.metrics {
            let labels = labels_of(page, metric);
            if page.samples(metric).next().is_none() {
                problems.push(format!("`{metric}` is not exposed"));
            }
            for (label, comparison, value) in matchers {
                let values = labels.get(label.as_str());
                if values.is_none() && !OF_THE_SCRAPE.contains(&label.as_str()) {
                    problems.push(format!("`{metric}` has no label `{label}`"));
                }
                let alternatives = value.split('|').filter(|word| !word.contains(['$', '.']));
                for word in alternatives.filter(|_| values.is_some_and(|values| !values.is_empty())) {
                    if !values.is_some_and(|values| values.contains(word)) {
                        problems.push(format!("`{metric}` never has {label}{comparison}\"{word}\""));
                    }
                }
            }
            known.extend(labels.keys().map(|label| (*label).to_owned()));
            used.insert(metric.clone());
        }
        problems.extend(
            read.groups
                .difference(&known)
                .map(|label| format!("groups by `{label}`")),
        );
        let named = if read.groups.is_empty() { &known } else { &read.groups };
        let in_legend = legend(&self.legend);
        problems.extend(
            in_legend
                .difference(named)
                .map(|label| format!("its legend names `{label}`")),
        );
        if read.metrics.is_empty() {
            problems.push("names no metric".to_owned());
        }
        let told = |problem| format!("{}: {problem}: {}", self.place, self.expression);
        problems.into_iter().map(told).collect()
    }
}

/// Labels of the samples of this name, with their values.
fn labels_of<'p>(page: &'p Page, name: &'p str) -> BTreeMap<&'p str, BTreeSet<&'p str>> {
    let mut labels = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (label, value) in page.samples(name).flat_map(|sample| &sample.labels) {
        labels.entry(label).or_default().insert(value);
    }
    labels
}

/// `{{label}}` of a legend.
fn legend(text: &str) -> BTreeSet<String> {
    let parts = text.split("{{").skip(1);
    parts
        .filter_map(|part| Some(part.split_once("}}")?.0.trim().to_owned()))
        .collect()
}

fn read(expression: &str) -> Result<Read, String> {
    let mut read = Read::default();
    let mut rest = expression;
    let mut depth = 0_i32;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = word_of(word, after, &mut read)?;
            continue;
        }
        if first.is_ascii_digit() {
            // Numbers, and durations with their unit.
            rest = rest.trim_start_matches(|c: char| is_word(c) || c == '.' || c == '-');
            continue;
        }
        if first == '[' {
            rest = rest.split_once(']').ok_or("a range without an end")?.1;
            continue;
        }
        if first == '$' {
            rest = rest[1..].trim_start_matches(is_word);
            continue;
        }
        depth += match first {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth < 0 {
            return Err("a bracket closes what nothing opened".to_owned());
        }
        rest = &rest[first.len_utf8()..];
    }
    if depth == 0 {
        Ok(read)
    } else {
        Err("a bracket stays open".to_owned())
    }
}

/// A word, and what follows it: matchers of a metric, labels of a grouping.
fn word_of<'e>(word: &str, after: &'e str, read: &mut Read) -> Result<&'e str, String> {
    if word.starts_with("paydrill_") {
        let (matchers, after) = match after.strip_prefix('{') {
            Some(inside) => read_matchers(inside)?,
            None => (Vec::new(), after),
        };
        read.metrics.push((word.to_owned(), matchers));
        return Ok(after);
    }
    if GROUPING.contains(&word) {
        let inside = after.trim_start().strip_prefix('(').ok_or("a grouping names labels")?;
        let (labels, after) = inside.split_once(')').ok_or("a grouping without an end")?;
        read.groups
            .extend(labels.split(',').map(|label| label.trim().to_owned()));
        return Ok(after);
    }
    let of_variable = after == ")" && !LANGUAGE.contains(&word);
    if of_variable {
        // The label that `label_values` lists.
        read.groups.insert(word.to_owned());
    } else if !LANGUAGE.contains(&word) {
        return Err(format!("`{word}` is no word of the language"));
    }
    Ok(after)
}

fn read_matchers(text: &str) -> Result<(Vec<Matcher>, &str), String> {
    let mut matchers = Vec::new();
    let mut rest = text;
    loop {
        let (label, after) = rest.split_at(rest.find(|c: char| !is_word(c)).ok_or("matchers without an end")?);
        let (comparison, after) = after.split_once('"').ok_or("a matcher has a value in quotes")?;
        if !["=", "!=", "=~", "!~"].contains(&comparison) {
            return Err(format!("`{comparison}` compares nothing"));
        }
        let (value, after) = after.split_once('"').ok_or("a value without an end")?;
        matchers.push((label.to_owned(), comparison.to_owned(), value.to_owned()));
        match after.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None => return Ok((matchers, after.strip_prefix('}').ok_or("matchers without an end")?)),
        }
    }
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
