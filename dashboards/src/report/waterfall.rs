//! Where the time of journeys went: a row for each journey, phase and percentile, with a bar of its parts.

use maud::{Markup, html};
use measure::{
    summary::Summary,
    waterfall::{Part, Waterfall},
};

use super::{
    page::wide,
    text,
    words::{self, Word},
};

/// The waterfalls of a summary that has some.
pub(crate) fn table(summary: &Summary) -> Markup {
    html! {
        p { (words::WATERFALL_NOTE) }
        (wide("waterfall", &html! {
            thead { tr {
                th scope="col" { (words::JOURNEY) } th scope="col" { (words::PHASE) } th scope="col" { (words::AT) } th.n scope="col" { (words::WHOLE) }
                @for part in Part::ALL { th.n scope="col" { (word(part)) } }
                th scope="col" { (words::LIMITED_BY) }
            } }
            tbody { @for fall in &summary.waterfall { (row(fall)) } }
        }))
    }
}

fn row(fall: &Waterfall) -> Markup {
    html! {
        tr {
            th scope="row" { (text(&fall.journey)) } td { (text(&fall.phase)) } td { (text(&fall.at)) } td.n { (ms(fall.whole_ms)) }
            @for part in &fall.parts { td.n { (ms(part.ms)) } }
            td { (word(fall.limiting)) }
        }
    }
}

fn word(part: Part) -> Word {
    match part {
        Part::Payer => words::PART_PAYER,
        Part::Callback => words::PART_CALLBACK,
        Part::Users => words::PART_USERS,
        Part::Queue => words::PART_QUEUE,
        Part::Injected => words::PART_INJECTED,
        Part::Service => words::PART_SERVICE,
        Part::Poll => words::PART_POLL,
        Part::Merchant => words::PART_MERCHANT,
    }
}

fn ms(value: f64) -> String {
    measure::unit::time((value * 1_000.0).round() as u64)
}
