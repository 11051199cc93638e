//! Where the time of journeys went: a row for each journey, phase and percentile, with a bar of its parts.

use maud::{Markup, html};
use measure::{
    summary::Summary,
    waterfall::{Part, Waterfall},
};

use super::text;

/// The waterfalls; nothing without any.
pub(crate) fn table(summary: &Summary) -> Markup {
    html! {
        @if !summary.waterfall.is_empty() {
            h2 { "From the click to fulfilled" }
            p { "What the time of each percentile is made of. The parts sum to the whole; the largest but the payer's is what limits." }
            div.wide { table {
                thead { tr {
                    th { "journey" } th { "phase" } th { "at" } th.n { "whole" }
                    @for part in Part::ALL { th.n { (part.word()) } }
                    th { "limited by" }
                } }
                tbody { @for fall in &summary.waterfall { (row(fall)) } }
            } }
        }
    }
}

fn row(fall: &Waterfall) -> Markup {
    html! {
        tr {
            th { (text(&fall.journey)) } td { (text(&fall.phase)) } td { (text(&fall.at)) } td.n { (ms(fall.whole_ms)) }
            @for part in &fall.parts { td.n { (ms(part.ms)) } }
            td { (fall.limiting.word()) }
        }
    }
}

fn ms(value: f64) -> String {
    measure::unit::time((value * 1_000.0).round() as u64)
}
