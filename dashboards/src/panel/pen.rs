//! Drawing within an area and nowhere else: lines of text, single cells, titled boxes.

use ratatui::{
    buffer::{Buffer, Cell},
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
    widgets::{Block, Widget},
};

use crate::theme::{Role, Theme};

/// Columns left of every chart, so that ribbon, throughput and heat map begin at the same one.
pub(crate) const GUTTER: u16 = 7;

/// A line of text in the given row of an area; a row or a rest that does not fit is not drawn.
pub(crate) fn line(buf: &mut Buffer, area: Rect, row: usize, line: &Line<'_>) {
    let area = area.intersection(buf.area);
    if let Ok(row) = u16::try_from(row)
        && row < area.height
    {
        buf.set_line(area.x, area.y + row, line, area.width);
    }
}

/// One glyph at a place within an area; nothing outside it.
pub(crate) fn glyph(buf: &mut Buffer, area: Rect, column: usize, row: usize, glyph: &str, style: Style) {
    let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else {
        return;
    };
    let area = area.intersection(buf.area);
    if column < area.width && row < area.height {
        buf[(area.x + column, area.y + row)].set_symbol(glyph).set_style(style);
    }
}

/// The style of a place within an area; the plain one outside it.
pub(crate) fn style_at(buf: &Buffer, area: Rect, column: usize, row: usize) -> Style {
    let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else {
        return Style::new();
    };
    let place = Position {
        x: area.x.saturating_add(column),
        y: area.y.saturating_add(row),
    };
    buf.cell(place)
        .filter(|_| area.contains(place))
        .map_or_else(Style::new, Cell::style)
}

/// The symbol of a place within an area; `None` outside it.
pub(crate) fn symbol_at(buf: &Buffer, area: Rect, column: usize, row: usize) -> Option<&str> {
    let place = Position {
        x: area.x.saturating_add(u16::try_from(column).ok()?),
        y: area.y.saturating_add(u16::try_from(row).ok()?),
    };
    buf.cell(place).filter(|_| area.contains(place)).map(Cell::symbol)
}

/// Text at a place within an area, cut at its right edge.
pub(crate) fn text(buf: &mut Buffer, area: Rect, column: usize, row: usize, text: &str, style: Style) {
    let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else {
        return;
    };
    let area = area.intersection(buf.area);
    if column < area.width && row < area.height {
        buf.set_stringn(
            area.x + column,
            area.y + row,
            text,
            usize::from(area.width - column),
            style,
        );
    }
}

/// Pieces of a line that stand or fall as a whole, so that no number is ever cut.
pub(crate) type Pieces<'a> = Vec<Vec<Span<'a>>>;

/// The line of the pieces that fit, up to the first that does not.
pub(crate) fn whole(pieces: Pieces<'_>, columns: usize) -> Line<'_> {
    let mut left = columns;
    let mut line = Line::default();
    for piece in pieces {
        let needed: usize = piece.iter().map(Span::width).sum();
        if needed > left {
            break;
        }
        left -= needed;
        line.extend(piece);
    }
    line
}

/// A box with a name and figures as its title; what is left for its content.
pub(crate) fn boxed(buf: &mut Buffer, area: Rect, name: &str, figures: Pieces<'_>, theme: &Theme) -> Rect {
    let area = area.intersection(buf.area);
    let mut pieces = vec![vec![Span::styled(format!(" {name}"), theme.style(Role::Strong))]];
    for mut figure in figures {
        figure.insert(0, Span::raw("  "));
        pieces.push(figure);
    }
    let columns = usize::from(area.width.saturating_sub(2));
    let mut title = whole(pieces, columns);
    if title.width() < columns {
        title.push_span(Span::raw(" "));
    }
    let block = Block::bordered().border_style(theme.style(Role::Dim)).title(title);
    let inner = block.inner(area);
    block.render(area, buf);
    inner
}

/// Figures on the lower border of a box, at its right end, as many as fit.
pub(crate) fn foot(buf: &mut Buffer, area: Rect, figures: Pieces<'_>) {
    let area = area.intersection(buf.area);
    if area.height < 2 || area.width < 6 {
        return;
    }
    let room = usize::from(area.width) - 4;
    let mut pieces = Vec::new();
    for mut figure in figures {
        figure.insert(0, Span::raw(if pieces.is_empty() { " " } else { "  " }));
        pieces.push(figure);
    }
    let mut words = whole(pieces, room.saturating_sub(1));
    if words.width() == 0 {
        return;
    }
    words.push_span(Span::raw(" "));
    let start = area.width - 2 - u16::try_from(words.width()).unwrap_or(0).min(area.width - 2);
    buf.set_line(area.x + start, area.y + area.height - 1, &words, area.width - start);
}

/// The part of an area right of the gutter.
pub(crate) fn plot(area: Rect) -> Rect {
    let gutter = GUTTER.min(area.width);
    Rect {
        x: area.x + gutter,
        width: area.width - gutter,
        ..area
    }
}

/// A label in the gutter, with the line that parts it from the plot.
pub(crate) fn gutter(buf: &mut Buffer, area: Rect, row: usize, label: &str, theme: &Theme) {
    let label = crate::figures::fit_right(label, usize::from(GUTTER) - 1);
    text(buf, area, 0, row, &format!("{label}│"), theme.style(Role::Dim));
}
