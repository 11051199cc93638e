//! What a shop's answer means for a step. Pure.

use measure::sample::Class;
use scenarios::Leg;
use serde_json::Value;

use crate::client::{Answer, Broken};

/// What a step heard.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// What it waited for, with what is taken from it.
    Good(Vec<(String, String)>),
    /// A good answer without the value that is waited for.
    NotYet,
    /// Anything else; with a mistake of the file, where the answer shows one.
    Bad(Class, Option<String>),
}

/// Reads an answer as a step does.
pub(super) fn hear(leg: &Leg, answer: &Result<Answer, Broken>, value: &impl Fn(&str) -> Option<String>) -> Heard {
    let answer = match answer {
        Ok(answer) => answer,
        Err(broken) => return Heard::Bad(broken.class, None),
    };
    let status = answer.status.as_u16();
    let is_good = leg.check.status.map_or(status < 400, |wanted| status == wanted);
    if !is_good {
        return Heard::Bad(class_of(status), None);
    }
    let wants_body = !leg.take.is_empty() || !leg.check.values.is_empty() || leg.until.is_some();
    let body: Option<Value> = wants_body.then(|| serde_json::from_slice(&answer.body).ok()).flatten();
    if wants_body && body.is_none() {
        let mistake =
            (!leg.take.is_empty()).then(|| "the answer is no JSON, and something is taken from it".to_owned());
        return Heard::Bad(Class::Protocol, mistake);
    }
    let body = body.unwrap_or(Value::Null);
    let has = |(place, wanted): &(scenarios::Pointer, scenarios::Template)| {
        place.read(&body).is_some_and(|found| found == wanted.fill(value))
    };
    if !leg.check.values.iter().all(has) {
        return Heard::Bad(Class::Protocol, None);
    }
    if !leg.until.iter().all(|until| until.values.iter().all(has)) {
        return Heard::NotYet;
    }
    let mut taken = Vec::with_capacity(leg.take.len());
    for (name, place) in &leg.take {
        match place.read(&body) {
            Some(value) => taken.push((name.clone(), value)),
            None => {
                let mistake = format!("`take` wants `{name}` from {place}, and the answer has nothing there");
                return Heard::Bad(Class::Protocol, Some(mistake));
            }
        }
    }
    Heard::Good(taken)
}

fn class_of(status: u16) -> Class {
    match status {
        400..500 => Class::Http4xx,
        500..600 => Class::Http5xx,
        _ => Class::Protocol,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::StatusCode;

    use super::*;

    fn leg(text: &str) -> Leg {
        let file = format!("name: x\njourneys: [{{name: buy, steps: [{text}]}}]\n");
        let scenario = scenarios::read("x", &file).unwrap_or_else(|problems| panic!("{problems}"));
        scenario.load.itineraries[0].legs[0].clone()
    }

    #[test]
    fn answers_are_read_as_steps_ask() {
        let taken = |name: &str, value: &str| Heard::Good(vec![(name.to_owned(), value.to_owned())]);
        let mistake = |text: &str| Heard::Bad(Class::Protocol, Some(text.to_owned()));
        for (step, status, body, expected) in [
            ("{get: /a}", 204, "", Heard::Good(vec![])),
            ("{get: /a}", 302, "", Heard::Good(vec![])),
            ("{get: /a}", 404, "", Heard::Bad(Class::Http4xx, None)),
            ("{get: /a}", 503, "", Heard::Bad(Class::Http5xx, None)),
            ("{get: /a, check: {status: 404}}", 404, "", Heard::Good(vec![])),
            (
                "{get: /a, check: {status: 201}}",
                200,
                "",
                Heard::Bad(Class::Protocol, None),
            ),
            (
                "{get: /a, check: {/ok: true}}",
                200,
                r#"{"ok":true}"#,
                Heard::Good(vec![]),
            ),
            (
                "{get: /a, check: {/ok: true}}",
                200,
                r#"{"ok":false}"#,
                Heard::Bad(Class::Protocol, None),
            ),
            (
                "{get: /a, check: {/id: \"${known}\"}}",
                200,
                r#"{"id":"k"}"#,
                Heard::Good(vec![]),
            ),
            ("{get: /a, take: {id: /id}}", 200, r#"{"id":7}"#, taken("id", "7")),
            (
                "{get: /a, take: {id: /order}}",
                200,
                r#"{"id":7}"#,
                mistake("`take` wants `id` from /order, and the answer has nothing there"),
            ),
            (
                "{get: /a, take: {id: /order}}",
                200,
                "<html>",
                mistake("the answer is no JSON, and something is taken from it"),
            ),
            (
                "{get: /a, until: {/status: paid}}",
                200,
                r#"{"status":"open"}"#,
                Heard::NotYet,
            ),
            (
                "{get: /a, until: {/status: paid}}",
                200,
                r#"{"status":"paid"}"#,
                Heard::Good(vec![]),
            ),
            (
                "{get: /a, until: {/status: paid}}",
                500,
                "",
                Heard::Bad(Class::Http5xx, None),
            ),
        ] {
            let answer = Ok(Answer {
                status: StatusCode::from_u16(status).unwrap(),
                body: Bytes::from(body),
            });
            let heard = hear(&leg(step), &answer, &|name| (name == "known").then(|| "k".to_owned()));
            assert_eq!(heard, expected, "{step} {status} {body}");
        }
    }
}
