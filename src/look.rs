//! What the terminal can show, read off the environment: colours, letters, and how fast it may be drawn on; and the language
//! of who sits before it.

use std::sync::Arc;

use dashboards::{Colours, Language, Look, Origin, Palette, ScreenOptions};

use crate::{
    cli::{self, Colour, PictureKind, Printing, Theme},
    settings::Settings,
};

/// Pictures a second on a terminal of this machine, and on one that ssh reaches.
const FRAMES_HERE: u32 = 8;
const FRAMES_OVER_SSH: u32 = 3;

/// Values of `TERM`, or their begin, of terminals that have true colour and may not say so by `COLORTERM`.
const TRUE_TERMS: [&str; 5] = ["xterm-kitty", "alacritty", "foot", "wezterm", "xterm-ghostty"];

/// A variable of the environment; an empty one is none.
type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The dashboard of a run, as flags, settings and the terminal have it.
pub(crate) fn screen(
    print: &Printing,
    screen: &cli::ScreenOptions,
    settings: &Settings,
) -> anyhow::Result<ScreenOptions> {
    let frames = screen.fps.or(settings.fps).unwrap_or_else(|| frames(&variable));
    Ok(ScreenOptions {
        look: Look {
            colours: colours(print.color, &variable),
            ascii: print.ascii || !unicode(&variable),
            palette: palette(screen.theme.unwrap_or(settings.theme), &variable),
        },
        keymap: Arc::new(settings.keys.read()?),
        origin: Origin::Run,
        sources: Vec::new(),
        frames_per_second: frames.max(1),
    })
}

/// How a picture for a file looks: in colours where its kind has them, whatever the terminal.
pub(crate) fn picture(print: &Printing, kind: PictureKind) -> Look {
    let has_colours = match (kind, print.color) {
        (PictureKind::Text | PictureKind::Json, _) | (_, Colour::Never) => false,
        (PictureKind::Ansi | PictureKind::Html, Colour::Auto | Colour::Always) => true,
    };
    Look {
        colours: if has_colours { Colours::Indexed } else { Colours::None },
        ascii: print.ascii,
        palette: Palette::Dark,
    }
}

/// Whether `NO_COLOR` leaves colours on where nobody said otherwise.
pub(crate) fn colours_wanted() -> bool {
    variable("NO_COLOR").is_none()
}

/// The language that pages open in where nobody asks for one: the locale's, if it is one of theirs.
pub(crate) fn language() -> Language {
    language_of(&variable)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How many colours there are. `--color always` is stronger than `NO_COLOR`, and finds at least sixteen.
fn colours(choice: Colour, variable: Variable<'_>) -> Colours {
    match choice {
        Colour::Never => Colours::None,
        Colour::Always => depth(variable).max(Colours::Sixteen),
        Colour::Auto if variable("NO_COLOR").is_some() => Colours::None,
        Colour::Auto => depth(variable),
    }
}

fn depth(variable: Variable<'_>) -> Colours {
    let term = variable("TERM").unwrap_or_default();
    let colorterm = variable("COLORTERM").unwrap_or_default();
    if ["truecolor", "24bit"].contains(&colorterm.as_str())
        || term.ends_with("-direct")
        || TRUE_TERMS.iter().any(|known| term.starts_with(known))
    {
        Colours::True
    } else if term.contains("256color") {
        Colours::Indexed
    } else if term.is_empty() || term == "dumb" || term.starts_with("vt") {
        Colours::None
    } else {
        Colours::Sixteen
    }
}

/// `COLORFGBG` is `15;0` or `0;default;15`: the colours of text and of what is behind it.
fn palette(theme: Theme, variable: Variable<'_>) -> Palette {
    match theme {
        Theme::Dark => Palette::Dark,
        Theme::Light => Palette::Light,
        Theme::HighContrast => Palette::HighContrast,
        Theme::Mono => Palette::Mono,
        Theme::Auto => {
            let colours = variable("COLORFGBG").unwrap_or_default();
            match colours.rsplit(';').next() {
                Some("7" | "15") => Palette::Light,
                Some(_) | None => Palette::Dark,
            }
        }
    }
}

/// Whether the locale speaks UTF-8; without any locale variable it is taken to.
fn unicode(variable: Variable<'_>) -> bool {
    variable("LC_ALL")
        .or_else(|| variable("LC_CTYPE"))
        .or_else(|| variable("LANG"))
        .is_none_or(|locale| {
            locale.to_uppercase().replace('-', "").contains("UTF8") || locale == "C" || locale == "POSIX"
        })
}

fn language_of(variable: Variable<'_>) -> Language {
    let locale = variable("LC_ALL")
        .or_else(|| variable("LC_MESSAGES"))
        .or_else(|| variable("LANG"));
    match locale {
        Some(locale) if locale.starts_with("zh") => Language::Chinese,
        Some(_) | None => Language::English,
    }
}

fn frames(variable: Variable<'_>) -> u32 {
    let ssh = ["SSH_CONNECTION", "SSH_TTY"]
        .into_iter()
        .any(|name| variable(name).is_some());
    if ssh { FRAMES_OVER_SSH } else { FRAMES_HERE }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment of these variables alone.
    fn of<'a>(set: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn colours_are_what_the_terminal_says() {
        for (set, auto, always) in [
            (&[][..], Colours::None, Colours::Sixteen),
            (&[("TERM", "dumb")], Colours::None, Colours::Sixteen),
            (&[("TERM", "vt220")], Colours::None, Colours::Sixteen),
            (&[("TERM", "linux")], Colours::Sixteen, Colours::Sixteen),
            (&[("TERM", "xterm")], Colours::Sixteen, Colours::Sixteen),
            (&[("TERM", "tmux-256color")], Colours::Indexed, Colours::Indexed),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Colours::True,
                Colours::True,
            ),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "24bit")],
                Colours::True,
                Colours::True,
            ),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "yes")],
                Colours::Indexed,
                Colours::Indexed,
            ),
            (&[("TERM", "xterm-direct")], Colours::True, Colours::True),
            (&[("TERM", "xterm-kitty")], Colours::True, Colours::True),
            (
                &[("TERM", "xterm-256color"), ("NO_COLOR", "1")],
                Colours::None,
                Colours::Indexed,
            ),
        ] {
            assert_eq!(colours(Colour::Auto, &of(set)), auto, "{set:?}");
            assert_eq!(colours(Colour::Always, &of(set)), always, "{set:?}");
            assert_eq!(colours(Colour::Never, &of(set)), Colours::None, "{set:?}");
        }
    }

    #[test]
    fn the_theme_is_asked_for_or_told_by_the_terminal() {
        for (theme, set, expected) in [
            (Theme::Auto, &[][..], Palette::Dark),
            (Theme::Auto, &[("COLORFGBG", "15;0")], Palette::Dark),
            (Theme::Auto, &[("COLORFGBG", "0;15")], Palette::Light),
            (Theme::Auto, &[("COLORFGBG", "0;default;7")], Palette::Light),
            (Theme::Auto, &[("COLORFGBG", "what")], Palette::Dark),
            (Theme::Mono, &[("COLORFGBG", "0;15")], Palette::Mono),
            (Theme::HighContrast, &[], Palette::HighContrast),
        ] {
            assert_eq!(palette(theme, &of(set)), expected, "{theme:?} {set:?}");
        }
    }

    #[test]
    fn letters_go_by_the_locale() {
        for (set, expected) in [
            (&[][..], true),
            (&[("LANG", "de_DE.UTF-8")], true),
            (&[("LANG", "C.utf8")], true),
            (&[("LANG", "C")], true),
            (&[("LANG", "de_DE.ISO-8859-1")], false),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "zh_CN.GB18030")], false),
        ] {
            assert_eq!(unicode(&of(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn pages_speak_the_locale_s_language_where_they_can() {
        for (set, expected) in [
            (&[][..], Language::English),
            (&[("LANG", "zh_CN.UTF-8")], Language::Chinese),
            (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], Language::English),
            (&[("LANG", "de_DE.UTF-8")], Language::English),
            (&[("LC_ALL", "zh")], Language::Chinese),
        ] {
            assert_eq!(language_of(&of(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn ssh_gets_fewer_pictures() {
        for (set, expected) in [
            (&[][..], 8),
            (&[("SSH_TTY", "/dev/pts/3")], 3),
            (&[("SSH_CONNECTION", "::1 1 ::1 22")], 3),
        ] {
            assert_eq!(frames(&of(set)), expected, "{set:?}");
        }
    }
}
