//! Every view at five sizes under four depths of colour: which style each cell has, as a map of letters with its key. What
//! stands in the cells is other tests' to see.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{
    app::Model,
    choice::ViewName,
    colour::Colours,
    fixture,
    panel::view,
    theme::{Look, Palette},
};

const SIZES: [(u16, u16); 5] = [(60, 16), (80, 24), (100, 30), (120, 38), (200, 60)];
const DEPTHS: [(&str, Colours, Palette); 4] = [
    ("mono", Colours::None, Palette::Mono),
    ("16", Colours::Sixteen, Palette::Dark),
    ("256", Colours::Indexed, Palette::Light),
    ("true", Colours::True, Palette::Dark),
];
/// Letters for styles, in the order in which a reader meets them.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#%&*+=@~\
    αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ";

fn drawn(name: ViewName, (columns, rows): (u16, u16), colours: Colours, palette: Palette) -> Buffer {
    let look = Look {
        colours,
        palette,
        ascii: false,
    };
    let mut model = Model::new(Arc::new(fixture::recovery()), look.into());
    model.turn(name);
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    view(&model, area, &mut buffer);
    buffer
}

/// A letter for each cell's style, a dot for the plain one, and what the letters mean.
fn map(buffer: &Buffer) -> String {
    let mut key: Vec<Style> = Vec::new();
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    let plain = ratatui::buffer::Cell::EMPTY.style();
    let mut map = String::new();
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        for cell in row {
            let style = cell.style();
            if style == plain {
                map.push('.');
                continue;
            }
            let next = LETTERS.chars().nth(key.len()).expect("a letter for every style");
            let letter = letters.entry(format!("{style:?}")).or_insert_with(|| {
                key.push(style);
                next
            });
            map.push(*letter);
        }
        map.push('\n');
    }
    for (letter, style) in LETTERS.chars().zip(&key) {
        let (fg, bg) = (style.fg.unwrap_or_default(), style.bg.unwrap_or_default());
        let _infallible = writeln!(map, "{letter}: {fg:?} on {bg:?} {:?}", style.add_modifier);
    }
    map
}

#[test]
fn every_view_at_every_size_under_every_depth_of_colour() {
    for name in ViewName::ALL {
        for (depth, colours, palette) in DEPTHS {
            let maps: String = SIZES
                .into_iter()
                .map(|(columns, rows)| {
                    let map = map(&drawn(name, (columns, rows), colours, palette));
                    format!("{columns}x{rows}\n{map}\n")
                })
                .collect();
            insta::assert_snapshot!(format!("{}_{depth}", name.word().to_lowercase()), maps);
        }
    }
}
