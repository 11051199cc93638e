//! One picture drawn for a file instead of a terminal: as letters, in a terminal's colours, or as a page of its own.

use std::{fmt::Write, sync::Arc};

use measure::snapshot::Snapshot;
use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Color, Modifier},
};

use crate::{app::Model, choice::ViewName, panel, screen::ScreenOptions};

/// The background and the letters of a page, where a cell has no colours of its own.
const PAPER: &str = "#16181d";
const INK: &str = "#d8dee9";

/// A screen that was drawn.
#[derive(Clone, Debug)]
pub struct Still {
    buffer: Buffer,
}

impl Still {
    /// A view of this picture, on a screen of so many columns and rows.
    pub fn of_picture(picture: &Arc<Snapshot>, view: ViewName, options: ScreenOptions, size: (u16, u16)) -> Self {
        let mut model = Model::new(Arc::clone(picture), options);
        model.turn(view);
        Self::of(&model, size)
    }

    /// What the dashboard shows in this state, columns and rows.
    pub fn of(model: &Model, (columns, rows): (u16, u16)) -> Self {
        let area = Rect::new(0, 0, columns, rows);
        let mut buffer = Buffer::empty(area);
        panel::view(model, area, &mut buffer);
        Self { buffer }
    }

    /// As letters, without spaces at the ends of lines.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for row in self.rows() {
            let line: String = row.iter().map(|cell| cell.symbol()).collect();
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// As letters with the escape sequences of a terminal.
    pub fn ansi(&self) -> String {
        let mut text = String::new();
        for row in self.rows() {
            for (style, run) in runs(&row) {
                match sequence(style) {
                    Some(codes) => {
                        let _infallible = write!(text, "\u{1b}[{codes}m{run}\u{1b}[0m");
                    }
                    None => text.push_str(&run),
                }
            }
            text.push('\n');
        }
        text
    }

    /// As a page that needs nothing else.
    pub fn html(&self, title: &str) -> String {
        let mut lines = String::new();
        for row in self.rows() {
            for (style, run) in runs(&row) {
                let run = escaped(&run);
                match css(style) {
                    Some(css) => {
                        let _infallible = write!(lines, "<span style=\"{css}\">{run}</span>");
                    }
                    None => lines.push_str(&run),
                }
            }
            lines.push('\n');
        }
        format!(
            "<!doctype html>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<body style=\"margin:0;background:{PAPER}\">\n\
             <pre style=\"margin:0;padding:1em;display:inline-block;background:{PAPER};color:{INK};\
             font:14px/1.2 'DejaVu Sans Mono',Menlo,Consolas,monospace\">\n{lines}</pre>\n",
            escaped(title)
        )
    }

    /// The cells of each row; what stands behind a wide letter is none.
    fn rows(&self) -> impl Iterator<Item = Vec<&Cell>> {
        let columns = usize::from(self.buffer.area.width).max(1);
        self.buffer.content.chunks(columns).map(|row| {
            let mut cells = Vec::with_capacity(row.len());
            let mut skip = 0;
            for cell in row {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = crate::figures::width(cell.symbol()).saturating_sub(1);
                cells.push(cell);
            }
            cells
        })
    }
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Looks {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// Neighbours that look the same, together.
fn runs(row: &[&Cell]) -> Vec<(Looks, String)> {
    let mut runs: Vec<(Looks, String)> = Vec::new();
    for cell in row {
        let looks = Looks {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        };
        match runs.last_mut() {
            Some((last, text)) if *last == looks => text.push_str(cell.symbol()),
            Some(_) | None => runs.push((looks, cell.symbol().to_owned())),
        }
    }
    runs
}

/// The parameters of a terminal's sequence; `None` where nothing is to be set.
fn sequence(looks: Looks) -> Option<String> {
    let mut codes = Vec::new();
    for (modifier, code) in [(Modifier::BOLD, "1"), (Modifier::DIM, "2"), (Modifier::REVERSED, "7")] {
        if looks.modifier.contains(modifier) {
            codes.push(code.to_owned());
        }
    }
    for (colour, plane) in [(looks.fg, 38), (looks.bg, 48)] {
        match colour {
            Color::Reset => {}
            Color::Rgb(r, g, b) => codes.push(format!("{plane};2;{r};{g};{b}")),
            Color::Indexed(index) => codes.push(format!("{plane};5;{index}")),
            named => codes.push(format!("{plane};5;{}", index_of(named))),
        }
    }
    (!codes.is_empty()).then(|| codes.join(";"))
}

/// The style of a span; `None` where nothing is to be set.
fn css(looks: Looks) -> Option<String> {
    let (fg, bg) = (rgb(looks.fg), rgb(looks.bg));
    let (fg, bg) = if looks.modifier.contains(Modifier::REVERSED) {
        let paper = bg.unwrap_or_else(|| PAPER.to_owned());
        (Some(paper), Some(fg.unwrap_or_else(|| INK.to_owned())))
    } else {
        (fg, bg)
    };
    let mut rules: Vec<String> = [("color", fg), ("background", bg)]
        .into_iter()
        .filter_map(|(name, colour)| Some(format!("{name}:{}", colour?)))
        .collect();
    if looks.modifier.contains(Modifier::BOLD) {
        rules.push("font-weight:bold".to_owned());
    }
    if looks.modifier.contains(Modifier::DIM) {
        rules.push("opacity:.7".to_owned());
    }
    (!rules.is_empty()).then(|| rules.join(";"))
}

/// A colour as a page writes it; `None` for the page's own.
fn rgb(colour: Color) -> Option<String> {
    if colour == Color::Reset {
        return None;
    }
    let [r, g, b] = crate::colour::rgb(colour);
    Some(format!("#{r:02x}{g:02x}{b:02x}"))
}

/// The place of a named colour among xterm's 256.
fn index_of(named: Color) -> u8 {
    match named {
        Color::Black | Color::Reset | Color::Rgb(..) => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(index) => index,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        colour::Colours,
        fixture,
        theme::{Look, Palette},
    };

    fn still(colours: Colours) -> Still {
        let look = Look {
            colours,
            ascii: false,
            palette: Palette::Dark,
        };
        Still::of_picture(
            &Arc::new(fixture::brown_out()),
            ViewName::Overview,
            look.into(),
            (80, 24),
        )
    }

    /// Letters without tags or sequences.
    fn bare(text: &str, open: char, close: char) -> String {
        let mut within = false;
        text.chars()
            .filter(|letter| {
                let was = within;
                within = (within || *letter == open) && *letter != close;
                !was && *letter != open
            })
            .collect()
    }

    #[test]
    fn every_kind_shows_the_same_letters() {
        let still = still(Colours::Indexed);
        let text = still.text();
        assert_eq!(text.lines().count(), 24);
        assert!(text.contains("brown-out"), "{text}");
        let trimmed = |text: &str| {
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            lines.join("\n")
        };
        assert_eq!(trimmed(&bare(&still.ansi(), '\u{1b}', 'm')), text.trim_end());
        let page = still.html("a & b");
        assert!(page.contains("<title>a &amp; b</title>"));
        let lines = page.split_once("<pre").unwrap().1;
        let shown = bare(lines, '<', '>').replace("&lt;", "<").replace("&gt;", ">");
        let shown = shown
            .split_once("\n")
            .unwrap()
            .1
            .replace("&amp;", "&")
            .replace("&quot;", "\"");
        assert_eq!(trimmed(&shown).trim_end(), text.trim_end());
    }

    #[test]
    fn without_colours_there_are_none() {
        let plain = still(Colours::None);
        assert!(!plain.ansi().contains("38;5"), "no colour is set");
        assert!(still(Colours::Indexed).ansi().contains("38;5"));
    }
}
