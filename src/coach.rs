//! What the coach says, line by line, while `serve` goes on, and its summary at the end. When it listens at all, how it
//! looks; what there is to say is the simulator's.

use std::{
    io::{IsTerminal, Write},
    thread::JoinHandle,
};

use simulator::coach::{Coach, Ear, Habit, Heard, Hearing, Remark, Summary, ear};

use crate::{
    cli::{Colour, ServeOptions},
    view,
};

/// A coach that was given an ear, and waits for the announcement before it says anything.
pub(crate) struct Waiting {
    hearing: Hearing,
    colour: bool,
}

/// An ear for the gateway and its coach: on a terminal, or where one is asked for.
pub(crate) fn listen(options: &ServeOptions) -> Option<(Ear, Waiting)> {
    let wanted = options.coach || (!options.quiet && std::io::stdout().is_terminal());
    wanted.then(|| {
        let (ear, hearing) = ear();
        let colour = view::colour(Colour::Auto);
        (ear, Waiting { hearing, colour })
    })
}

impl Waiting {
    /// Speaks from now on, in a thread of its own, which ends when the gateway has. A closed stdout silences it: the
    /// gateway goes on.
    pub(crate) fn speak(self) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("coach".to_owned()).spawn(move || {
            let _closed = speak(self.hearing, self.colour, &mut std::io::stdout());
        })
    }
}

fn speak(mut hearing: Hearing, colour: bool, out: &mut impl Write) -> std::io::Result<()> {
    let mut coach = Coach::default();
    for heard in &mut hearing {
        let remarks = coach.hear(&heard);
        let text = said(&heard, coach.heard(), &remarks, colour);
        out.write_all(text.as_bytes())?;
        out.flush()?;
    }
    if coach.heard() > 0 {
        out.write_all(concluded(&coach.summary(), hearing.missed(), colour).as_bytes())?;
    }
    out.flush()
}

/// What is right on one line; what is to be mended on a line each, with the remedy.
fn said(heard: &Heard, number: u64, remarks: &[Remark], colour: bool) -> String {
    let title = format!("#{number} {}", heard.title());
    let mut right = Vec::new();
    let mut text = String::new();
    for remark in remarks {
        match remark.habit {
            Habit::Right(_) => right.push(remark.what.as_str()),
            Habit::Mend(mend) => {
                text += &format!("{} {title}  {}  → {}\n", cross(colour), remark.what, mend.remedy());
            }
        }
    }
    if right.is_empty() {
        return text;
    }
    format!("{} {title}  {}\n{text}", tick(colour), right.join(", "))
}

fn concluded(summary: &Summary, missed: u64, colour: bool) -> String {
    let Summary { calls, deliveries, .. } = summary;
    let (right, mend) = (summary.right.len(), summary.mend.len());
    let mut text = format!("coach: {calls} calls, {deliveries} callbacks: {right} things right, {mend} to mend\n");
    for (mend, count) in &summary.mend {
        text += &format!("{} {} ({count}×)  → {}\n", cross(colour), mend.code(), mend.remedy());
    }
    if summary.abandoned > 0 {
        text += &format!(
            "{} {} orders whose answer was lost were never asked about again\n",
            cross(colour),
            summary.abandoned
        );
    }
    for unseen in &summary.unseen {
        text += &format!("not seen: {unseen}\n");
    }
    if missed > 0 {
        text += &format!("not heard: {missed} calls and callbacks, which came too fast\n");
    }
    text
}

fn tick(colour: bool) -> &'static str {
    if colour { "\u{1b}[32m✔\u{1b}[0m" } else { "✔" }
}

fn cross(colour: bool) -> &'static str {
    if colour { "\u{1b}[31m✖\u{1b}[0m" } else { "✖" }
}
