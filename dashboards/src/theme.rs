//! How things look: styles by role, the heat ramp, and the way to ASCII. What is drawn is the panels'.

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier, Style},
};

use crate::colour::{Colours, Ground, Ramp, readable_on, step};

/// Colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// For dark terminals.
    Dark,
    /// For light terminals.
    Light,
    /// Black, white and a few strong colours, whatever the terminal's own are.
    HighContrast,
    /// No colours: bold, dim and reversed only.
    Mono,
}

impl Palette {
    /// Every palette, in the order of their key.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::Mono];

    /// Its word in settings and on a screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::Mono => "mono",
        }
    }

    /// The next one.
    fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }
}

/// What a terminal can show, and how its user likes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its colours.
    pub colours: Colours,
    /// Whether nothing beyond ASCII may be drawn.
    pub ascii: bool,
    /// The theme at the start; without colours it is [`Palette::Mono`].
    pub palette: Palette,
}

/// How things look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Its colours.
    pub palette: Palette,
    /// How many there are.
    pub colours: Colours,
    /// Those of the heat map.
    pub ramp: Ramp,
    /// Nothing beyond ASCII reaches the screen.
    pub ascii: bool,
}

/// What a piece of text is; a theme says how that looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Plain,
    /// Labels, borders, axes.
    Dim,
    /// Numbers that matter, titles.
    Strong,
    /// What holds.
    Good,
    /// What failed.
    Bad,
    /// What the scenario injects, or what may be wrong.
    Warn,
    /// The present.
    Accent,
    /// A banner across the view.
    Banner,
}

/// Shades of the heat map from none to most; the first is for nothing at all.
const SHADES: [&str; 6] = [" ", "·", "░", "▒", "▓", "█"];
/// Bars from one eighth to full.
const EIGHTHS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Colours of dim, good, bad, warn and accent.
const DARK_256: [u8; 5] = [245, 78, 203, 214, 81];
const LIGHT_256: [u8; 5] = [242, 28, 160, 130, 25];
const HIGH_256: [u8; 5] = [252, 120, 217, 226, 123];
const DARK_16: [Color; 5] = [
    Color::Gray,
    Color::LightGreen,
    Color::LightRed,
    Color::Yellow,
    Color::LightCyan,
];
/// Yellow cannot be read on white, nor the light ones.
const LIGHT_16: [Color; 5] = [Color::DarkGray, Color::Green, Color::Red, Color::Magenta, Color::Blue];
const HIGH_16: [Color; 5] = [
    Color::Gray,
    Color::LightGreen,
    Color::LightMagenta,
    Color::LightYellow,
    Color::LightCyan,
];

impl Theme {
    /// The theme at the start.
    pub(crate) fn of(look: Look) -> Self {
        Self {
            palette: match look.colours {
                Colours::None => Palette::Mono,
                Colours::Sixteen | Colours::Indexed | Colours::True => look.palette,
            },
            colours: look.colours,
            ramp: Ramp::Viridis,
            ascii: look.ascii,
        }
    }

    /// The next palette; `None` where there are no colours and so only one.
    pub(crate) fn next_palette(self) -> Option<Self> {
        (self.colours != Colours::None).then(|| Self {
            palette: self.palette.next(),
            ..self
        })
    }

    /// The next colours of the heat map; `None` where it has none.
    pub(crate) fn next_ramp(self) -> Option<Self> {
        self.ground().map(|_| Self {
            ramp: self.ramp.next(),
            ..self
        })
    }

    /// How a role looks.
    pub(crate) fn style(&self, role: Role) -> Style {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        match (role, self.colour(role)) {
            (Role::Plain, _) => plain,
            (Role::Strong, _) => bold,
            (Role::Banner, _) => bold.add_modifier(Modifier::REVERSED),
            (Role::Dim, None) => plain.add_modifier(Modifier::DIM),
            (Role::Good | Role::Warn, None) => plain,
            (Role::Bad | Role::Accent, None) => bold,
            (Role::Dim | Role::Good | Role::Warn, Some(colour)) => plain.fg(colour),
            (Role::Bad | Role::Accent, Some(colour)) => bold.fg(colour),
        }
    }

    /// The colour of a role; `None` where it has none of its own.
    fn colour(&self, role: Role) -> Option<Color> {
        let at = match role {
            Role::Plain | Role::Strong | Role::Banner => return None,
            Role::Dim => 0,
            Role::Good => 1,
            Role::Bad => 2,
            Role::Warn => 3,
            Role::Accent => 4,
        };
        match (self.palette, self.colours) {
            (Palette::Mono, _) | (_, Colours::None) => None,
            // Bright black is the background of some palettes, so dim is an attribute there.
            (Palette::Dark | Palette::Light, Colours::Sixteen) if role == Role::Dim => None,
            (Palette::Dark, Colours::Sixteen) => Some(DARK_16[at]),
            (Palette::Light, Colours::Sixteen) => Some(LIGHT_16[at]),
            (Palette::HighContrast, Colours::Sixteen) => Some(HIGH_16[at]),
            (Palette::Dark, Colours::Indexed | Colours::True) => Some(Color::Indexed(DARK_256[at])),
            (Palette::Light, Colours::Indexed | Colours::True) => Some(Color::Indexed(LIGHT_256[at])),
            (Palette::HighContrast, Colours::Indexed | Colours::True) => Some(Color::Indexed(HIGH_256[at])),
        }
    }

    /// The ground that the heat map's ramp must stand out from; `None` without colours.
    fn ground(&self) -> Option<Ground> {
        match (self.palette, self.colours) {
            (Palette::Mono, _) | (_, Colours::None) => None,
            (Palette::Dark | Palette::HighContrast, _) => Some(Ground::Dark),
            (Palette::Light, _) => Some(Ground::Light),
        }
    }

    /// The colour of heat, for whoever draws its cells otherwise than [`Theme::heat`]; `None` for no heat and where
    /// there are no colours.
    pub(crate) fn heat_colour(&self, heat: f64) -> Option<Color> {
        if heat <= 0.0 {
            return None;
        }
        self.ramp.colour(heat, self.ground()?, self.colours)
    }

    /// A cell of the heat map. `heat` is 0 for nothing to 1 for the most; anything above nothing is seen.
    pub(crate) fn heat(&self, heat: f64) -> (&'static str, Style) {
        if heat <= 0.0 {
            return (SHADES[0], Style::new());
        }
        let shade = SHADES[step(heat, SHADES.len() - 1) + 1];
        let plain = Style::new();
        (shade, self.heat_colour(heat).map_or(plain, |colour| plain.fg(colour)))
    }

    /// A glyph on top of a cell of the heat map: where there are colours, the cell's own one shines through behind it.
    pub(crate) fn over_heat(&self, cell: Style) -> Style {
        let strong = self.style(Role::Strong);
        let heat = |colour: &Color| {
            self.ground()
                .is_some_and(|ground| self.ramp.has(*colour, ground, self.colours))
        };
        match cell.fg.filter(heat) {
            Some(colour) => strong.bg(colour).fg(readable_on(colour, self.colours)),
            None => strong,
        }
    }

    /// Makes what is drawn fit for the terminal: with `ascii`, every other glyph gets its stand-in; with high contrast, ink
    /// and paper are black and white whatever the terminal's own are.
    pub(crate) fn finish(&self, buf: &mut Buffer) {
        if self.ascii {
            for cell in &mut buf.content {
                if !cell.symbol().is_ascii() {
                    let stand_in = stand_in(cell.symbol());
                    cell.set_char(stand_in);
                }
            }
        }
        if self.palette == Palette::HighContrast {
            let (ink, paper) = match self.colours {
                Colours::None | Colours::Sixteen => (Color::White, Color::Black),
                Colours::Indexed | Colours::True => (Color::Indexed(231), Color::Indexed(16)),
            };
            for cell in &mut buf.content {
                if cell.fg == Color::Reset {
                    cell.fg = ink;
                }
                if cell.bg == Color::Reset {
                    cell.bg = paper;
                }
            }
        }
    }
}

/// A bar of a share of one cell; nothing only for zero.
pub(crate) fn bar(share: f64) -> &'static str {
    if share <= 0.0 {
        " "
    } else {
        EIGHTHS[step(share, EIGHTHS.len())]
    }
}

/// The ASCII letter that stands for a glyph; foreign letters become a question mark.
pub(crate) fn stand_in(symbol: &str) -> char {
    match symbol {
        "·" | "▂" | "▃" => '.',
        "░" | "▄" | "▅" => ':',
        "▒" | "▆" | "▇" => '*',
        "▓" => '%',
        "█" => '#',
        "▁" => '_',
        "─" | "┄" | "–" => '-',
        "━" | "╍" => '=',
        "│" | "┊" | "┃" => '|',
        "┌" | "┐" | "└" | "┘" | "├" | "┤" | "┬" | "┴" | "┼" | "✔" => '+',
        "✖" => 'x',
        "◌" => '-',
        "○" => 'o',
        "●" => '*',
        "◐" => '%',
        "■" => '#',
        "▸" => '>',
        "…" => '~',
        "µ" => 'u',
        "Δ" => 'd',
        "×" => 'x',
        "↑" => '^',
        "↓" => 'v',
        "←" => '<',
        "→" => '>',
        "½" | "¼" => '%',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::tests::contrast;

    fn theme(palette: Palette) -> Theme {
        Theme::of(Look {
            colours: Colours::Indexed,
            ascii: false,
            palette,
        })
    }

    #[test]
    fn without_colour_the_theme_stays_mono() {
        let theme = Theme::of(Look {
            colours: Colours::None,
            ascii: false,
            palette: Palette::Light,
        });
        assert_eq!(theme.palette, Palette::Mono);
        assert_eq!((theme.next_palette(), theme.next_ramp()), (None, None));
        assert_eq!(theme.heat_colour(1.0), None);
    }

    #[test]
    fn palettes_go_round() {
        let mut theme = theme(Palette::Dark);
        for palette in [Palette::Light, Palette::HighContrast, Palette::Mono, Palette::Dark] {
            theme = theme.next_palette().unwrap();
            assert_eq!(theme.palette, palette);
        }
    }

    /// WCAG asks for 4.5 of ordinary text and for 7 of what is called enhanced. The sixteen are the user's own.
    #[test]
    fn every_role_is_read() {
        let roles = [Role::Dim, Role::Good, Role::Bad, Role::Warn, Role::Accent];
        for (palette, paper, least) in [
            (Palette::Dark, Color::Black, 4.5),
            (Palette::Light, Color::White, 4.5),
            (Palette::HighContrast, Color::Black, 7.0),
        ] {
            for role in roles {
                let colour = theme(palette).colour(role).unwrap();
                assert!(contrast(colour, paper) >= least, "{palette:?} {role:?}: {colour:?}");
            }
        }
    }

    #[test]
    fn a_glyph_on_heat_keeps_the_heat_behind_it() {
        let theme = theme(Palette::Dark);
        let (_, cell) = theme.heat(0.7);
        assert_eq!(theme.over_heat(cell).bg, cell.fg);
        assert_eq!(theme.over_heat(theme.style(Role::Dim)).bg, None, "a border is no heat");
    }

    #[test]
    fn high_contrast_leaves_nothing_to_the_terminal() {
        let mut buffer = Buffer::with_lines(["ab"]);
        buffer[(0, 0)].set_style(theme(Palette::HighContrast).style(Role::Bad));
        theme(Palette::HighContrast).finish(&mut buffer);
        for cell in &buffer.content {
            assert!(contrast(cell.fg, cell.bg) >= 7.0, "{cell:?}");
        }
    }

    #[test]
    fn any_heat_is_seen_and_the_most_is_full() {
        let theme = theme(Palette::Mono);
        for (heat, shade) in [
            (0.0, " "),
            (0.001, "·"),
            (0.2, "·"),
            (0.21, "░"),
            (0.5, "▒"),
            (0.8, "▓"),
            (1.0, "█"),
            (9.0, "█"),
        ] {
            assert_eq!(theme.heat(heat).0, shade, "{heat}");
        }
    }

    #[test]
    fn a_bar_is_empty_only_for_zero() {
        for (share, shown) in [
            (0.0, " "),
            (1e-9, "▁"),
            (0.125, "▁"),
            (0.126, "▂"),
            (0.5, "▄"),
            (1.0, "█"),
            (2.0, "█"),
        ] {
            assert_eq!(bar(share), shown, "{share}");
        }
    }
}
