//! Aligned columns of text: the first at the left, the others at the right unless a cell says otherwise.

use crate::summary::Look;

pub(crate) const GREEN: &str = "\x1b[32m";
pub(crate) const RED: &str = "\x1b[31m";
pub(crate) const YELLOW: &str = "\x1b[33m";
pub(crate) const GREY: &str = "\x1b[90m";
const PLAIN: &str = "\x1b[0m";

/// Between two columns.
const GAP: usize = 2;

/// The first wide column gives way in a narrow terminal, but not below this.
const NARROWEST: usize = 12;

/// A cell, one line.
pub(crate) struct Cell {
    text: String,
    colour: Option<&'static str>,
    left: bool,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        let text = clean(text);
        Self {
            text,
            colour: None,
            left: false,
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Cell {
    /// Where there is no figure.
    pub(crate) fn dash() -> Self {
        Self::from("-")
    }

    pub(crate) fn coloured(mut self, colour: &'static str) -> Self {
        self.colour = Some(colour);
        self
    }

    pub(crate) fn left(mut self) -> Self {
        self.left = true;
        self
    }

    /// The text, coloured if colours are wanted.
    pub(crate) fn paint(&self, look: Look) -> String {
        self.colour(&self.text, look)
    }

    fn colour(&self, text: &str, look: Look) -> String {
        match self.colour {
            Some(colour) if look.colour => format!("{colour}{text}{PLAIN}"),
            Some(_) | None => text.to_owned(),
        }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }

    /// The text in a column.
    fn fit(&self, width: usize, left: bool, look: Look) -> String {
        let (text, padding) = match self.width().checked_sub(width) {
            None | Some(0) => (self.text.clone(), width - self.width()),
            Some(_) => {
                let ellipsis = if look.ascii { "~" } else { "…" };
                (
                    self.text
                        .chars()
                        .take(width.saturating_sub(1))
                        .chain(ellipsis.chars())
                        .collect(),
                    0,
                )
            }
        };
        let (painted, padding) = (self.colour(&text, look), " ".repeat(padding));
        if left || self.left {
            format!("{painted}{padding}")
        } else {
            format!("{padding}{painted}")
        }
    }
}

/// Names come from files and answers; an escape sequence in one must not reach the terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// Rows under a heading; prints nothing without rows.
pub(crate) struct Table {
    heading: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self {
            heading: heading.iter().map(|word| Cell::from(*word)).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Prints an empty line, the heading and the rows.
    pub(crate) fn print(mut self, text: &mut String, look: Look) {
        let Some(first) = self.rows.first() else { return };
        for (heading, cell) in self.heading.iter_mut().zip(first) {
            heading.left = cell.left;
        }
        let widths = self.widths(look.width);
        text.push('\n');
        for row in std::iter::once(&self.heading).chain(&self.rows) {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(at, (cell, width))| cell.fit(*width, at == 0, look))
                .collect();
            text.push_str(cells.join(&" ".repeat(GAP)).trim_end());
            text.push('\n');
        }
    }

    /// As wide as the widest cell; the widest column gives way to fit the screen.
    fn widths(&self, screen: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.heading.iter().map(Cell::width).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let whole = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        if let Some(widest) = widths.iter_mut().max() {
            *widest = (*widest).min(widest.saturating_sub(whole.saturating_sub(screen)).max(NARROWEST));
        }
        widths
    }
}
