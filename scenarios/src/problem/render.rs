//! Mistakes as rustc shows them: the message, the place, the line of the file with the text marked, and advice.
//! Nothing of the file reaches the terminal unescaped.

use std::{borrow::Cow, fmt::Write as _};

use unicode_width::UnicodeWidthChar as _;

use super::{Place, Problem, Problems, Severity, Span};

pub(super) fn render(problems: &Problems, colour: bool) -> String {
    let palette = Palette { colour };
    let mut out = String::new();
    for problem in &problems.list {
        one(&mut out, problems, problem, palette);
        out.push('\n');
    }
    let total = problems.total();
    let is_note = |problem: &Problem| problem.severity == Severity::Note;
    let what = if problems.list.iter().all(is_note) {
        "note"
    } else {
        "problem"
    };
    let count = if total == 1 {
        format!("1 {what}")
    } else {
        format!("{total} {what}s")
    };
    let shown = if problems.more > 0 {
        format!(", of which the first {} are shown", Problems::MOST)
    } else {
        String::new()
    };
    let last = format!("{}: {count}{shown}", visible(&problems.name));
    let _ = writeln!(out, "{}", palette.paint(BOLD, &last));
    out
}

fn one(out: &mut String, problems: &Problems, problem: &Problem, palette: Palette) {
    let head = format!("{}[{}]", problem.severity.word(), problem.code);
    let style = match problem.severity {
        Severity::Error => RED,
        Severity::Note => BLUE,
    };
    let _ = writeln!(
        out,
        "{}{}",
        palette.paint(style, &head),
        palette.paint(BOLD, &format!(": {}", visible(&problem.message)))
    );
    let place = problems.place(problem.span.start);
    let lines = problem.related.iter().map(|(span, _)| problems.place(span.start).line);
    let gutter = lines.fold(place.line, usize::max).to_string().len();
    snippet(
        out,
        problems,
        &Mark {
            arrow: "-->",
            under: '^',
            style,
            gutter,
        },
        problem.span,
        problem.label,
        palette,
    );
    for (span, label) in &problem.related {
        snippet(
            out,
            problems,
            &Mark {
                arrow: ":::",
                under: '-',
                style: BLUE,
                gutter,
            },
            *span,
            label,
            palette,
        );
    }
    if let Some(help) = &problem.help {
        for (index, line) in help.lines().enumerate() {
            let lead = if index == 0 {
                palette.paint(BLUE, "= help:")
            } else {
                "       ".to_owned()
            };
            let _ = writeln!(out, "{:gutter$} {lead} {}", "", visible(line));
        }
    }
}

/// How a stretch of text is marked.
struct Mark {
    arrow: &'static str,
    under: char,
    style: &'static str,
    gutter: usize,
}

fn snippet(out: &mut String, problems: &Problems, mark: &Mark, span: Span, label: &str, palette: Palette) {
    let place = problems.place(span.start);
    let gutter = mark.gutter;
    let bar = palette.paint(BLUE, "|");
    let (arrow, name) = (palette.paint(BLUE, mark.arrow), visible(&problems.name));
    let _ = writeln!(out, "{:gutter$}{arrow} {name}:{}:{}", "", place.line, place.column);
    if problems.source.is_empty() {
        // There is nothing to point at.
        return;
    }
    let excerpt = Excerpt::cut(&problems.source, span, &place);
    let number = palette.paint(BLUE, &format!("{:>gutter$}", place.line));
    let under: String = std::iter::repeat_n(mark.under, excerpt.length).collect();
    let under = if label.is_empty() {
        under
    } else {
        format!("{under} {}", visible(label))
    };
    let _ = writeln!(out, "{:gutter$} {bar}", "");
    let _ = writeln!(out, "{}", format!("{number} {bar} {}", excerpt.text).trim_end());
    let _ = writeln!(
        out,
        "{:gutter$} {bar} {}{}",
        "",
        " ".repeat(excerpt.lead),
        palette.paint(mark.style, &under)
    );
}

/// What is shown of a line, and which columns of it are marked.
struct Excerpt {
    text: String,
    lead: usize,
    length: usize,
}

impl Excerpt {
    /// Cuts a long line around the marked text.
    fn cut(source: &str, span: Span, place: &Place) -> Self {
        let rest = &source[place.line_start..];
        let line = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
        let line_end = place.line_start + line.len();
        let start = source.floor_char_boundary(span.start.min(line_end));
        let end = source.floor_char_boundary(span.end.min(line_end)).max(start);
        let (from, to) = if line.len() <= LONGEST_LINE {
            (place.line_start, line_end)
        } else {
            let from = source
                .floor_char_boundary(start.saturating_sub(CONTEXT))
                .max(place.line_start);
            (
                from,
                source
                    .floor_char_boundary((from + LONGEST_LINE).min(line_end))
                    .max(start),
            )
        };
        let end = end.min(to);
        let mut text = String::new();
        let lead = usize::from(from > place.line_start);
        text.extend(std::iter::repeat_n('…', lead));
        let lead = lead + show(&mut text, &source[from..start]);
        let length = show(&mut text, &source[start..end]).max(1);
        show(&mut text, &source[end..to]);
        if to < line_end {
            text.push('…');
        }
        Self { text, lead, length }
    }
}

/// Appends text as it may be shown and returns how many columns it takes.
fn show(out: &mut String, text: &str) -> usize {
    let mut columns = 0;
    for character in text.chars() {
        match character {
            '\t' => {
                out.push_str(TAB);
                columns += TAB.len();
            }
            other => {
                let shown = if speaks_to_terminals(other) { '\u{fffd}' } else { other };
                out.push(shown);
                columns += shown.width().unwrap_or(1);
            }
        }
    }
    columns
}

fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(speaks_to_terminals) {
        let safe = |character| {
            if speaks_to_terminals(character) {
                '\u{fffd}'
            } else {
                character
            }
        };
        Cow::Owned(text.chars().map(safe).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Control characters, and the marks that reorder text (they can make a line look like another one).
fn speaks_to_terminals(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[derive(Clone, Copy)]
struct Palette {
    colour: bool,
}

impl Palette {
    fn paint(self, style: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

const RED: &str = "1;31";
const BLUE: &str = "1;34";
const BOLD: &str = "1";
const TAB: &str = "    ";
/// Bytes of a line that are shown whole.
const LONGEST_LINE: usize = 120;
/// Bytes shown before the marked text of a longer line.
const CONTEXT: usize = 40;

#[cfg(test)]
mod tests;
