//! Every failed order with its story, unexpected ones first. A page has only so much room: what does not fit is told by
//! its number, and what does not fit then by the command that lists it.

use maud::{Markup, html};
use measure::{
    story::{Failed, Failures, Group, Happened, Kind},
    unit::{count, time},
};

use super::{
    Run,
    reproduce::command,
    text,
    words::{self, Part, Word},
};

/// Bytes of the page that stories may take in all.
const STORIES_BYTES: usize = 1_200_000;
/// Numbers of orders without a story, for each kind.
const NUMBERS_MAX: usize = 1_000;

/// The chapter.
pub(crate) fn chapter(run: &Run) -> Markup {
    let Some(failures) = &run.failures else {
        return html! { p.note { (words::FAILED_NOT_READ) } };
    };
    if failures.groups.is_empty() {
        return html! { p { (words::FAILED_NONE.with(&[count(failures.orders).into()])) } };
    }
    html! {
        p.note { (words::FAILED_NOTE) }
        @if !failures.journal { p.note { (words::FAILED_NO_JOURNAL) } }
        @for told in told(failures) { (group(&told, &run.folder.name)) }
        @if failures.journal {
            p { (words::REST_STORY) }
            (command(&format!("grep '\"subject\":\"{}\"' {}/journal.jsonl", example(failures), run.folder.name)))
        }
    }
}

/// A group as far as there is room for it.
struct Told<'a> {
    group: &'a Group,
    stories: Vec<Markup>,
    numbers: Vec<&'a str>,
    rest: u64,
}

/// Gives each group its room: unexpected failures as much as they need, the others equal parts of what is left.
fn told(failures: &Failures) -> Vec<Told<'_>> {
    let mut room = STORIES_BYTES;
    let mut groups_left = failures.groups.iter().filter(|group| group.expected).count();
    let mut told = Vec::new();
    for group in &failures.groups {
        let most = if group.expected {
            room / groups_left.max(1)
        } else {
            room
        };
        groups_left -= usize::from(group.expected);
        let mut used = 0;
        let mut stories = Vec::new();
        for failed in &group.told {
            let story = story(failed, failures.journal);
            if used + story.0.len() > most {
                break;
            }
            used += story.0.len();
            stories.push(story);
        }
        room -= used;
        let untold = group.told[stories.len()..]
            .iter()
            .map(|failed| failed.order.number.as_str());
        let numbers: Vec<&str> = untold
            .chain(group.numbers.iter().map(String::as_str))
            .take(NUMBERS_MAX)
            .collect();
        let shown = (stories.len() + numbers.len()) as u64;
        told.push(Told {
            group,
            stories,
            numbers,
            rest: group.count.saturating_sub(shown),
        });
    }
    told
}

fn group(told: &Told<'_>, folder: &str) -> Markup {
    let Group {
        kind,
        expected,
        count: all,
        ..
    } = told.group;
    let heading = if *expected {
        words::GROUP_EXPECTED
    } else {
        words::GROUP_UNEXPECTED
    };
    html! {
        details.group open[!expected] {
            summary {
                span.(if *expected { "doubt" } else { "bad" }) { (if *expected { "◌ " } else { "✖ " }) (heading.with(&[word(*kind).into()])) }
                " · " (count(*all))
            }
            ol.stories { @for story in &told.stories { (story) } }
            @if !told.numbers.is_empty() { p { (words::ALSO_FAILED) } p.numbers { (told.numbers.join(" ")) } }
            @if told.rest > 0 {
                p { (words::REST_FAILED.with(&[count(told.rest).into()])) }
                (command(&filter(*kind, folder)))
            }
        }
    }
}

/// One order: what the shop saw, what the wallet did, and each exchange.
fn story(failed: &Failed, journal: bool) -> Markup {
    let order = &failed.order;
    let opening = match &order.open_detail {
        Some(detail) => format!("{} ({})", order.open, text(detail)),
        None => order.open.clone(),
    };
    let shop = words::SHOP_SIDE.with(&[
        moment(order.arrival_us).into(),
        text(&opening).into(),
        order.queries.to_string().into(),
        text(&order.query).into(),
        order.callbacks_received.to_string().into(),
        order.callbacks_bad.to_string().into(),
    ]);
    html! {
        li {
            b { (text(&order.number)) } " " (text(&order.amount))
            @if let Some(journey) = &order.journey { " " (text(journey)) }
            @if let Some(difference) = &failed.difference { p.bad lang="en" { (text(difference)) } }
            p { (shop) @if let Some(ledger) = &order.ledger { " "
                (words::WALLET_SIDE.with(&[text(ledger).into(), text(order.callback.as_deref().unwrap_or("–")).into()]))
            } }
            @if !failed.happened.is_empty() { ul { @for line in &failed.happened { li { (happened(line)) } } } }
            @else if journal { p { (words::NEVER_REACHED) } }
            @if failed.left_out > 0 { p.note { (words::LINES_LEFT_OUT.with(&[count(failed.left_out).into()])) } }
        }
    }
}

fn happened(line: &Happened) -> Markup {
    let outcome = match &line.reason {
        Some(reason) => format!("{} ({})", line.outcome, reason),
        None => line.outcome.clone(),
    };
    let took = match line.injected_us {
        0 => time(line.took_us),
        injected => format!("{} (+{})", time(line.took_us.saturating_sub(injected)), time(injected)),
    };
    let parts: [Part; 9] = [
        moment(line.at_us).into(),
        text(&line.operation).into(),
        line.attempt.to_string().into(),
        text(&line.phase).into(),
        text(&outcome).into(),
        line.status.to_string().into(),
        took.into(),
        text(&line.rules.join(", ")).into(),
        text(&line.decided.join(", ")).into(),
    ];
    // A rule that decided what a healthy wallet does anyway decided nothing to be told of.
    let word = if line.rules.is_empty() || line.decided.is_empty() {
        words::HEALTHY_LINE
    } else {
        words::RULE_LINE
    };
    word.with(&parts)
}

/// A moment of the run to the millisecond: `1:05.032`.
fn moment(us: u64) -> String {
    let ms = us / 1_000;
    format!("{}:{:02}.{:03}", ms / 60_000, ms / 1_000 % 60, ms % 1_000)
}

fn word(kind: Kind) -> Word {
    match kind {
        Kind::Difference => words::KIND_DIFFERENCE,
        Kind::Untold => words::KIND_UNTOLD,
        Kind::BadCallback => words::KIND_BAD_CALLBACK,
        Kind::LostCallback => words::KIND_LOST_CALLBACK,
        Kind::Hidden => words::KIND_HIDDEN,
        Kind::Unanswered => words::KIND_UNANSWERED,
        Kind::Failed => words::KIND_FAILED,
        Kind::Declined => words::KIND_DECLINED,
        Kind::NotSent => words::KIND_NOT_SENT,
        Kind::LateCallback => words::KIND_LATE_CALLBACK,
        Kind::Repeated => words::KIND_REPEATED,
    }
}

/// The command that lists the orders of a kind.
fn filter(kind: Kind, folder: &str) -> String {
    let condition = match kind {
        Kind::Difference => return format!("jq -r '.audit.differences[]' {folder}/summary.json"),
        Kind::Untold => r#".ledger=="paid" and .query!="paid" and .callbacks_received==0"#,
        Kind::BadCallback => ".callbacks_bad>0",
        Kind::LostCallback => r#".callback=="lost" or .callback=="dropped""#,
        Kind::Hidden => r#".open=="hidden""#,
        Kind::Unanswered => r#".queries>0 and .query=="unanswered" and .callbacks_received==0"#,
        Kind::Failed => r#".ledger=="failed" or .query=="failed""#,
        Kind::Declined => r#".open=="declined""#,
        Kind::NotSent => r#".open=="dropped" or .open=="waiting""#,
        Kind::LateCallback => r#"any(.decisions[]; .decided|startswith("hold"))"#,
        Kind::Repeated => ".callbacks_received>1",
    };
    format!("jq -c 'select({condition})' {folder}/orders.jsonl")
}

/// A number to show a command with.
fn example(failures: &Failures) -> String {
    let told = failures.groups.iter().flat_map(|group| &group.told);
    told.map(|failed| text(&failed.order.number)).next().unwrap_or_default()
}
