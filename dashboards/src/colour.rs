//! Colours as numbers: how many a terminal has, how light each is, and the ramps of the heat map.

use ratatui::style::Color;

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None, or none may be used.
    None,
    /// The sixteen of old, as the user's terminal paints them.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    True,
}

/// Colours of the heat map, from little to much. Each grows lighter all the way, which every eye sees alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ramp {
    /// Violet, teal, yellow.
    Viridis,
    /// Blue, grey, yellow: the same to eyes that take red for green.
    Cividis,
    /// Grey alone.
    Grey,
}

/// Whether little or much stands out least from the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ground {
    /// Little is dark, much is light.
    Dark,
    /// Little is light, much is dark.
    Light,
}

type Rgb = [u8; 3];

/// Steps of a ramp in true colour: more are not told apart in single cells.
const TRUE_STEPS: usize = 32;
/// The outermost part of a ramp would vanish on its ground.
const HIDDEN: f64 = 0.2;

const VIRIDIS: [Rgb; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3e, 0x4a, 0x89],
    [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e],
    [0x1f, 0x9e, 0x89],
    [0x35, 0xb7, 0x79],
    [0x6d, 0xcd, 0x59],
    [0xb4, 0xde, 0x2c],
    [0xfd, 0xe7, 0x25],
];
const CIVIDIS: [Rgb; 10] = [
    [0x00, 0x20, 0x4d],
    [0x00, 0x33, 0x6f],
    [0x39, 0x48, 0x6b],
    [0x57, 0x5c, 0x6d],
    [0x70, 0x71, 0x73],
    [0x8a, 0x87, 0x79],
    [0xa6, 0x9d, 0x75],
    [0xc4, 0xb5, 0x6c],
    [0xe4, 0xcf, 0x5b],
    [0xff, 0xea, 0x46],
];
const GREY: [Rgb; 2] = [[0x10, 0x10, 0x10], [0xff, 0xff, 0xff]];

/// The nearest of the 256 that still grow lighter; picked by hand, since the nearest alone do not.
const VIRIDIS_256: [u8; 8] = [55, 61, 31, 36, 77, 148, 220, 226];
const CIVIDIS_256: [u8; 8] = [24, 60, 243, 246, 144, 179, 186, 227];
const GREY_256: [u8; 8] = [237, 239, 241, 244, 247, 250, 253, 255];

const VIRIDIS_16: [Color; 5] = [
    Color::Blue,
    Color::LightBlue,
    Color::Cyan,
    Color::LightGreen,
    Color::LightYellow,
];
const CIVIDIS_16: [Color; 5] = [
    Color::Blue,
    Color::LightBlue,
    Color::DarkGray,
    Color::Yellow,
    Color::LightYellow,
];
const GREY_16: [Color; 3] = [Color::DarkGray, Color::Gray, Color::White];
/// What a light ground leaves of them, little to much.
const VIRIDIS_16_LIGHT: [Color; 4] = [Color::Cyan, Color::LightBlue, Color::Blue, Color::Black];
const CIVIDIS_16_LIGHT: [Color; 4] = [Color::DarkGray, Color::LightBlue, Color::Blue, Color::Black];
const GREY_16_LIGHT: [Color; 2] = [Color::DarkGray, Color::Black];

impl Ramp {
    /// Every ramp, in the order of their key.
    pub const ALL: [Self; 3] = [Self::Viridis, Self::Cividis, Self::Grey];

    /// Its word on a screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viridis => "viridis",
            Self::Cividis => "cividis",
            Self::Grey => "grey",
        }
    }

    /// The next one; after the last the first.
    pub(crate) fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The colour of a share in (0, 1]; `None` where there are no colours.
    pub(crate) fn colour(self, share: f64, ground: Ground, colours: Colours) -> Option<Color> {
        let steps = steps(self, ground, colours);
        let at = step(share, steps.checked_sub(1)? + 1);
        Some(self.at(at, ground, colours))
    }

    /// Whether this is one of its colours.
    pub(crate) fn has(self, colour: Color, ground: Ground, colours: Colours) -> bool {
        (0..steps(self, ground, colours)).any(|at| self.at(at, ground, colours) == colour)
    }

    fn at(self, at: usize, ground: Ground, colours: Colours) -> Color {
        match colours {
            Colours::None => Color::Reset,
            Colours::Sixteen => self.sixteen(ground)[at],
            Colours::Indexed => {
                let ramp = self.indexed();
                Color::Indexed(match ground {
                    Ground::Dark => ramp[at],
                    // The lightest is left out: on white it would vanish.
                    Ground::Light => ramp[ramp.len() - 2 - at],
                })
            }
            Colours::True => {
                let share = at as f64 / (TRUE_STEPS - 1) as f64 * (1.0 - HIDDEN);
                let [red, green, blue] = between(
                    self.anchors(),
                    match ground {
                        Ground::Dark => HIDDEN + share,
                        Ground::Light => 1.0 - HIDDEN - share,
                    },
                );
                Color::Rgb(red, green, blue)
            }
        }
    }

    fn sixteen(self, ground: Ground) -> &'static [Color] {
        match (self, ground) {
            (Self::Viridis, Ground::Dark) => &VIRIDIS_16,
            (Self::Cividis, Ground::Dark) => &CIVIDIS_16,
            (Self::Grey, Ground::Dark) => &GREY_16,
            (Self::Viridis, Ground::Light) => &VIRIDIS_16_LIGHT,
            (Self::Cividis, Ground::Light) => &CIVIDIS_16_LIGHT,
            (Self::Grey, Ground::Light) => &GREY_16_LIGHT,
        }
    }

    fn indexed(self) -> &'static [u8; 8] {
        match self {
            Self::Viridis => &VIRIDIS_256,
            Self::Cividis => &CIVIDIS_256,
            Self::Grey => &GREY_256,
        }
    }

    fn anchors(self) -> &'static [Rgb] {
        match self {
            Self::Viridis => &VIRIDIS,
            Self::Cividis => &CIVIDIS,
            Self::Grey => &GREY,
        }
    }
}

fn steps(ramp: Ramp, ground: Ground, colours: Colours) -> usize {
    match colours {
        Colours::None => 0,
        Colours::Sixteen => ramp.sixteen(ground).len(),
        Colours::Indexed => match ground {
            Ground::Dark => ramp.indexed().len(),
            Ground::Light => ramp.indexed().len() - 1,
        },
        Colours::True => TRUE_STEPS,
    }
}

/// Which of `steps` equal steps a share in (0, 1] falls into, from 0.
pub(crate) fn step(share: f64, steps: usize) -> usize {
    ((share.clamp(0.0, 1.0) * steps as f64).ceil() as usize).clamp(1, steps) - 1
}

/// A colour on the way through the anchors, 0 at the first to 1 at the last.
fn between(anchors: &[Rgb], share: f64) -> Rgb {
    let way = share.clamp(0.0, 1.0) * (anchors.len() - 1) as f64;
    let at = (way as usize).min(anchors.len() - 2);
    let rest = way - at as f64;
    let mix = |part: usize| {
        let (from, to) = (f64::from(anchors[at][part]), f64::from(anchors[at + 1][part]));
        (from + (to - from) * rest).round() as u8
    };
    [mix(0), mix(1), mix(2)]
}

/// Black or white, whichever is read better on this colour.
pub(crate) fn readable_on(colour: Color, colours: Colours) -> Color {
    let light = luminance(rgb(colour)) > READS_BLACK;
    match (light, colours) {
        (true, Colours::None | Colours::Sixteen) => Color::Black,
        (false, Colours::None | Colours::Sixteen) => Color::White,
        (true, Colours::Indexed | Colours::True) => Color::Indexed(16),
        (false, Colours::Indexed | Colours::True) => Color::Indexed(231),
    }
}

/// Colours lighter than this contrast more with black than with white: where (1 + 0.05) / (L + 0.05) is (L + 0.05) / 0.05.
const READS_BLACK: f64 = 0.179;

/// How a colour looks: the sixteen as xterm paints them, which others come near.
pub(crate) fn rgb(colour: Color) -> Rgb {
    match colour {
        Color::Rgb(red, green, blue) => [red, green, blue],
        Color::Indexed(index) => indexed(index),
        Color::Reset | Color::Black => [0, 0, 0],
        Color::Red => [205, 0, 0],
        Color::Green => [0, 205, 0],
        Color::Yellow => [205, 205, 0],
        Color::Blue => [0, 0, 238],
        Color::Magenta => [205, 0, 205],
        Color::Cyan => [0, 205, 205],
        Color::Gray => [229, 229, 229],
        Color::DarkGray => [127, 127, 127],
        Color::LightRed => [255, 0, 0],
        Color::LightGreen => [0, 255, 0],
        Color::LightYellow => [255, 255, 0],
        Color::LightBlue => [92, 92, 255],
        Color::LightMagenta => [255, 0, 255],
        Color::LightCyan => [0, 255, 255],
        Color::White => [255, 255, 255],
    }
}

/// One of xterm's 256: a cube of six levels, then 24 greys. The first sixteen are never asked for by number.
fn indexed(index: u8) -> Rgb {
    let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
    match index.checked_sub(16) {
        None => [0, 0, 0],
        Some(place) if place < 216 => [level(place / 36), level(place / 6 % 6), level(place % 6)],
        Some(place) => [8 + 10 * (place - 216); 3],
    }
}

/// Relative luminance as WCAG 2 defines it: 0 for black to 1 for white.
pub(crate) fn luminance(rgb: Rgb) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Contrast as WCAG 2 defines it: 1 for none to 21.
    pub(crate) fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(rgb(one)), luminance(rgb(other)));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_ramp_grows_lighter_on_dark_and_darker_on_light() {
        for ramp in Ramp::ALL {
            for colours in [Colours::Sixteen, Colours::Indexed, Colours::True] {
                for ground in [Ground::Dark, Ground::Light] {
                    let lights: Vec<f64> = (0..steps(ramp, ground, colours))
                        .map(|at| luminance(rgb(ramp.at(at, ground, colours))))
                        .collect();
                    let grows = lights.windows(2).all(|pair| match ground {
                        Ground::Dark => pair[0] < pair[1],
                        Ground::Light => pair[0] > pair[1],
                    });
                    assert!(
                        grows && lights.len() >= 2,
                        "{ramp:?} {colours:?} {ground:?}: {lights:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_least_heat_is_seen_on_its_ground() {
        for ramp in Ramp::ALL {
            for colours in [Colours::Sixteen, Colours::Indexed, Colours::True] {
                for (ground, paper) in [(Ground::Dark, Color::Black), (Ground::Light, Color::White)] {
                    let least = ramp.colour(1e-9, ground, colours).unwrap();
                    let most = ramp.colour(1.0, ground, colours).unwrap();
                    assert!(
                        contrast(least, paper) >= 1.3,
                        "{ramp:?} {colours:?} {ground:?}: {least:?}"
                    );
                    assert!(
                        contrast(most, paper) >= 5.0,
                        "{ramp:?} {colours:?} {ground:?}: {most:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn text_on_any_heat_is_read() {
        for ramp in Ramp::ALL {
            for colours in [Colours::Sixteen, Colours::Indexed, Colours::True] {
                for ground in [Ground::Dark, Ground::Light] {
                    for share in 1..=100 {
                        let colour = ramp.colour(f64::from(share) / 100.0, ground, colours).unwrap();
                        assert!(ramp.has(colour, ground, colours));
                        let text = readable_on(colour, colours);
                        assert!(contrast(colour, text) >= 4.5, "{colour:?} {text:?}");
                    }
                }
            }
        }
        assert_eq!(Ramp::Viridis.colour(1.0, Ground::Dark, Colours::None), None);
    }

    #[test]
    fn ramps_go_from_their_first_anchor_to_their_last() {
        for (share, expected) in [
            (0.0, [0, 0, 0]),
            (0.25, [50, 100, 0]),
            (0.5, [100, 200, 0]),
            (1.0, [0, 200, 200]),
        ] {
            assert_eq!(
                between(&[[0, 0, 0], [100, 200, 0], [0, 200, 200]], share),
                expected,
                "{share}"
            );
        }
    }
}
