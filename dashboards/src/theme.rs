//! How things look: styles by role, the heat ramp, and the way to ASCII. What is drawn is the panels'.

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier, Style},
};

/// Colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// For dark terminals.
    Dark,
    /// For light terminals.
    Light,
    /// No colours: bold, dim and reversed only.
    Mono,
}

impl Palette {
    /// The next one.
    fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Mono,
            Self::Mono => Self::Dark,
        }
    }
}

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None, or none may be used.
    None,
    /// The 256 of xterm.
    Indexed,
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
/// Viridis on the 256 colours every terminal of today knows: true colour would need detection and adds little here.
const VIRIDIS: [u8; 8] = [54, 60, 24, 30, 36, 77, 148, 226];
/// Bars from one eighth to full.
const EIGHTHS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

impl Theme {
    /// The theme at the start.
    pub(crate) fn of(look: Look) -> Self {
        Self {
            palette: match look.colours {
                Colours::None => Palette::Mono,
                Colours::Indexed => look.palette,
            },
            colours: look.colours,
            ascii: look.ascii,
        }
    }

    /// The next palette; without colours there is only [`Palette::Mono`].
    pub(crate) fn next_palette(self) -> Self {
        Self::of(Look {
            colours: self.colours,
            ascii: self.ascii,
            palette: self.palette.next(),
        })
    }

    /// The next colours of the heat map.
    pub(crate) fn next_ramp(self) -> Self {
        self
    }

    /// How a role looks.
    pub(crate) fn style(&self, role: Role) -> Style {
        let plain = Style::new();
        let coloured = |dark: Color, light: Color, mono: Modifier| match self.palette {
            Palette::Dark => plain.fg(dark),
            Palette::Light => plain.fg(light),
            Palette::Mono => plain.add_modifier(mono),
        };
        match role {
            Role::Plain => plain,
            Role::Dim => coloured(Color::Indexed(245), Color::Indexed(242), Modifier::DIM),
            Role::Strong => plain.add_modifier(Modifier::BOLD),
            Role::Good => coloured(Color::Indexed(78), Color::Indexed(28), Modifier::empty()),
            Role::Bad => {
                coloured(Color::Indexed(203), Color::Indexed(160), Modifier::BOLD).add_modifier(Modifier::BOLD)
            }
            Role::Warn => coloured(Color::Indexed(214), Color::Indexed(130), Modifier::empty()),
            Role::Accent => {
                coloured(Color::Indexed(81), Color::Indexed(25), Modifier::BOLD).add_modifier(Modifier::BOLD)
            }
            Role::Banner => plain.add_modifier(Modifier::REVERSED | Modifier::BOLD),
        }
    }

    /// A cell of the heat map. `heat` is 0 for nothing to 1 for the most; anything above nothing is seen.
    pub(crate) fn heat(&self, heat: f64) -> (&'static str, Style) {
        if heat <= 0.0 {
            return (SHADES[0], Style::new());
        }
        let shade = SHADES[step(heat, SHADES.len() - 1) + 1];
        let colour = VIRIDIS[step(heat, VIRIDIS.len())];
        let style = match self.palette {
            Palette::Dark => Style::new().fg(Color::Indexed(colour)),
            // On white the bright end would vanish, so the ramp runs the other way.
            Palette::Light => Style::new().fg(Color::Indexed(
                VIRIDIS[VIRIDIS.len() - 1 - step(heat, VIRIDIS.len() - 1)],
            )),
            Palette::Mono => Style::new(),
        };
        (shade, style)
    }

    /// A glyph on top of a cell of the heat map: where there are colours, the cell's own one shines through behind it.
    pub(crate) fn over_heat(&self, cell: Style) -> Style {
        let strong = self.style(Role::Strong);
        match (self.palette, cell.fg) {
            (Palette::Dark | Palette::Light, Some(Color::Indexed(colour))) if VIRIDIS.contains(&colour) => {
                // The first half of the ramp is dark.
                let dark = VIRIDIS.iter().position(|step| *step == colour) < Some(VIRIDIS.len() / 2);
                strong
                    .bg(Color::Indexed(colour))
                    .fg(Color::Indexed(if dark { 231 } else { 16 }))
            }
            (Palette::Dark | Palette::Light | Palette::Mono, _) => strong,
        }
    }

    /// Makes what is drawn fit for the terminal: with `ascii`, every other glyph gets its stand-in.
    pub(crate) fn finish(&self, buf: &mut Buffer) {
        if !self.ascii {
            return;
        }
        for cell in &mut buf.content {
            if !cell.symbol().is_ascii() {
                let stand_in = stand_in(cell.symbol());
                cell.set_char(stand_in);
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

/// Which of `steps` equal steps a share in (0, 1] falls into, from 0.
fn step(share: f64, steps: usize) -> usize {
    ((share.clamp(0.0, 1.0) * steps as f64).ceil() as usize).clamp(1, steps) - 1
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
        assert_eq!(theme.next_palette(), theme);
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

    #[test]
    fn both_ramps_change_with_the_heat() {
        for palette in [Palette::Dark, Palette::Light] {
            let theme = theme(palette);
            let styles: Vec<Style> = (1..=8).map(|eighth| theme.heat(f64::from(eighth) / 8.0).1).collect();
            assert!(
                styles.windows(2).filter(|pair| pair[0] != pair[1]).count() >= 6,
                "{palette:?}"
            );
        }
    }
}
