//! The reducer: (state, key) to (state, effect), row by row.

mod lists;

use super::*;
use crate::{
    colour::{Colours, Ramp},
    event::Named,
    fixture,
    keys::BINDINGS,
    modal::Told,
    request::{Request, Steer},
    theme::{Look, Palette},
};

const LOOK: Look = Look {
    colours: Colours::Indexed,
    ascii: false,
    palette: Palette::Dark,
};

fn options(origin: Origin) -> ScreenOptions {
    ScreenOptions { origin, ..LOOK.into() }
}

fn model() -> Model {
    Model::new(Arc::new(fixture::brown_out()), LOOK.into())
}

fn c(letter: char) -> Key {
    Key::Char(letter)
}

fn press(model: &mut Model, keys: &[Key]) -> Effect {
    let mut last = Effect::Nothing;
    for key in keys {
        last = model.update(Event::Key(*key));
    }
    last
}

/// The state in words, so that a row of a table can name it: only what is not as at the start.
fn state(model: &Model) -> String {
    let modal = match model.modal() {
        Modal::None => String::new(),
        Modal::Help(help) => format!("help{}{}", if help.typing { "/" } else { "" }, help.search),
        Modal::Drill(drill) => format!("drill {}", drill.order),
    };
    let said = |on: bool, word: &str| if on { word.to_owned() } else { String::new() };
    let words = [
        said(model.view() != ViewName::Overview, model.view().word()),
        said(model.window() != Window::TenSeconds, model.window().word()),
        model.cursor().map(|second| format!("at {second}")).unwrap_or_default(),
        said(model.times() != Times::Response, model.times().word()),
        said(model.show() != Show::All, model.show().word()),
        model.operation().unwrap_or_default().to_owned(),
        said(model.scale() != HeatScale::Logarithmic, model.scale().word()),
        said(
            model.theme().palette != Palette::Dark,
            &format!("{:?}", model.theme().palette),
        ),
        said(model.theme().ramp != Ramp::Viridis, model.theme().ramp.word()),
        said(model.selected() > 0, &format!("row {}", model.selected())),
        said(model.is_zoomed(), "zoomed"),
        said(model.is_frozen(), "frozen"),
        said(model.is_stopping(), "stopping"),
        modal,
    ];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[test]
fn keys_change_the_state() {
    let named = Key::Named;
    for (before, key, after) in [
        (&[][..], c('?'), "help"),
        (&[c('?')], c('?'), ""),
        (&[c('?')], Key::ESCAPE, ""),
        (&[c('?')], c('3'), "Errors"),
        (&[], c('/'), "help/"),
        (&[c('/'), c('q')], c('?'), "help/q?"),
        (&[c('/'), c('q')], named(Named::Backspace), "help/"),
        (&[c('/'), c('q')], named(Named::Enter), "helpq"),
        (&[c('/'), c('q'), named(Named::Enter)], c('/'), "help/q"),
        (&[c('/'), c('q')], Key::ESCAPE, "help"),
        (&[], c(' '), "frozen"),
        (&[c(' ')], c(' '), ""),
        (&[], c('['), ""),
        (&[], c(']'), "30s"),
        (&[c(']'), c(']'), c(']')], c(']'), "all"),
        (&[c(']'), c(']')], c('['), "30s"),
        (&[], named(Named::Left), "at 34"),
        (&[c(',')], named(Named::Left), "at 33"),
        (&[c(',')], named(Named::Right), ""),
        (&[c(',')], Key::Shift(Named::Left), "at 24"),
        (&[c('{'), c('{')], c('}'), "at 25"),
        (&[], named(Named::Home), "at 0"),
        (&[named(Named::Home)], named(Named::End), ""),
        (&[], c('N'), "at 20"),
        (&[named(Named::Home)], c('n'), "at 20"),
        (&[], c('2'), "Operations"),
        (&[c('6')], c('1'), ""),
        (&[], named(Named::Tab), "Operations"),
        (&[], Key::Shift(Named::Tab), "Log"),
        (&[c('5')], Key::ESCAPE, ""),
        (&[], c('j'), "row 1"),
        (&[c('j')], c('k'), ""),
        (&[], named(Named::Up), ""),
        (&[c('G')], c('g'), ""),
        (&[c('j')], c('2'), "Operations"),
        (&[c('j'), c('2')], c('1'), "row 1"),
        (&[], named(Named::Enter), "Errors"),
        (&[c('2')], named(Named::Enter), "payLink"),
        (&[], c('f'), "payLink"),
        (&[], c('r'), "service"),
        (&[c('r')], c('r'), ""),
        (&[], c('o'), "ok"),
        (&[c('o')], c('o'), "errors"),
        (&[c('o'), c('o')], c('o'), ""),
        (&[], c('l'), "linear"),
        (&[], c('z'), "zoomed"),
        (&[c('3'), c('z')], Key::ESCAPE, "Errors"),
        (&[], c('t'), "Light"),
        (&[], c('h'), "cividis"),
        (&[c('h'), c('h')], c('h'), ""),
        (
            &[c(']'), c(','), c('o'), c('f'), c('l'), c('z'), c('r')],
            c('R'),
            "service",
        ),
    ] {
        let mut model = model();
        press(&mut model, before);
        assert_eq!(press(&mut model, &[key]), Effect::Redraw, "{before:?} {key:?}");
        assert_eq!(state(&model), after, "{before:?} {key:?}");
    }
}

#[test]
fn keys_ask_the_run() {
    for (before, key, request) in [
        (&[][..], c('q'), Request::Stop),
        (&[], Key::Control('c'), Request::Stop),
        (&[c('q')], Key::Control('c'), Request::Abort),
        (&[c('?')], c('q'), Request::Stop),
        (&[c('/')], Key::Control('c'), Request::Stop),
        (&[], c('P'), Request::Steer(Steer::Pause)),
        (&[], c('+'), Request::Steer(Steer::Faster)),
        (&[], c('='), Request::Steer(Steer::Faster)),
        (&[], c('-'), Request::Steer(Steer::Slower)),
        (&[], c('>'), Request::Steer(Steer::NextPhase)),
        (&[], c('<'), Request::Steer(Steer::PreviousPhase)),
        (&[], c('F'), Request::Steer(Steer::Fault)),
        (&[], c('e'), Request::Export),
        (&[], c('m'), Request::Mark("mark 1".to_owned())),
        (
            &[c('m'), c(',')],
            c('m'),
            Request::Mark("mark 2 at second 34".to_owned()),
        ),
    ] {
        let mut model = model();
        press(&mut model, before);
        assert_eq!(press(&mut model, &[key]), Effect::Ask(request), "{before:?} {key:?}");
    }
}

/// What the help lists does something.
#[test]
fn every_key_of_the_help_does_something() {
    for binding in &BINDINGS {
        for key in model().keymap().keys(binding.command) {
            assert_ne!(model().update(Event::Key(*key)), Effect::Nothing, "{binding:?}");
        }
    }
    assert_eq!(model().update(Event::Key(c('x'))), Effect::Nothing);
}

/// So it does with other keys, and what was the key is none.
#[test]
fn every_key_of_the_help_does_something_after_it_was_bound_anew() {
    let letters = ('а'..='я').chain('А'..='Я').map(String::from).collect::<Vec<String>>();
    let changes = BINDINGS
        .iter()
        .zip(&letters)
        .map(|(binding, letter)| (binding.name, [letter.as_str()]));
    let keymap = Arc::new(Keymap::bound(changes).unwrap());
    let model = || {
        let keymap = Arc::clone(&keymap);
        Model::new(Arc::new(fixture::brown_out()), ScreenOptions { keymap, ..LOOK.into() })
    };
    for (binding, letter) in BINDINGS.iter().zip(&letters) {
        assert_eq!(keymap.first(binding.command, false), *letter);
        let mut before = self::model();
        let expected = before.update(Event::Key(binding.keys[0]));
        let mut model = model();
        for key in keymap.keys(binding.command) {
            let effect = model.update(Event::Key(*key));
            if *key != Key::Control('c') {
                assert_eq!(
                    (effect, state(&model)),
                    (expected.clone(), state(&before)),
                    "{binding:?}"
                );
            }
        }
    }
    for key in BINDINGS
        .iter()
        .flat_map(|binding| binding.keys)
        .filter(|key| **key != Key::Control('c'))
    {
        assert_eq!(model().update(Event::Key(*key)), Effect::Nothing, "{key:?}");
    }
}

#[test]
fn a_recording_cannot_be_steered_but_played() {
    let mut model = Model::new(Arc::new(fixture::ended()), options(Origin::Recording));
    for key in ['>', '<', 'F', 'm'] {
        assert_eq!(press(&mut model, &[c(key)]), Effect::Redraw, "{key}");
        assert!(model.remark().is_some_and(|words| words.contains("recording")), "{key}");
    }
    assert_eq!(press(&mut model, &[c('e')]), Effect::Ask(Request::Export));
    for (key, word) in [
        ('+', "paused 2×"),
        ('+', "paused 4×"),
        ('-', "paused 2×"),
        ('P', "2×"),
        (' ', "paused 2×"),
        (' ', "2×"),
    ] {
        let effect = press(&mut model, &[c(key)]);
        let playback = model.playback().expect("it is a recording");
        assert_eq!(
            (playback.word().as_str(), effect),
            (word, Effect::Ask(Request::Play(playback)))
        );
    }
    assert_eq!(press(&mut model, &[c('q')]), Effect::Leave);
}

/// It is played from the cursor; a step beyond the picture is one along the recording.
#[test]
fn the_cursor_of_a_recording_leads_along_it() {
    let mut model = Model::new(Arc::new(fixture::ended()), options(Origin::Recording));
    let asked = |effect: Effect| match effect {
        Effect::Ask(Request::Play(playback)) => Some((playback.paused, playback.from)),
        Effect::Ask(_) | Effect::Nothing | Effect::Redraw | Effect::Leave => None,
    };
    assert_eq!(asked(press(&mut model, &[c(','), c(' ')])), Some((false, Some(107))));
    assert_eq!(state(&model), "", "the cursor is gone");
    model.update(Event::Snapshot(Arc::new(fixture::brown_out())));
    // Seconds 0 to 34 are complete; phases begin at 20 and 50.
    for (keys, to) in [
        (&[c(' '), c('.')][..], Some((true, Some(35)))),
        (&[c('}')], Some((true, Some(44)))),
        (&[c('n')], Some((true, Some(50)))),
        (&[Key::Named(Named::End)], Some((true, Some(u32::MAX)))),
        (&[c(',')], None),
        (&[c('.')], None),
    ] {
        assert_eq!(asked(press(&mut model, keys)), to, "{keys:?}");
    }
    model.update(Event::Snapshot(Arc::new(fixture::ended())));
    assert_eq!(
        asked(press(&mut model, &[c('.')])),
        None,
        "nothing comes behind the end"
    );
}

#[test]
fn to_leave_what_is_watched_stops_nothing() {
    let mut model = Model::new(Arc::new(fixture::brown_out()), options(Origin::Watched));
    assert_eq!(
        press(&mut model, &[c('>')]),
        Effect::Ask(Request::Steer(Steer::NextPhase))
    );
    assert_eq!(
        model.update(Event::Snapshot(Arc::new(fixture::ended()))),
        Effect::Redraw
    );
    assert_eq!(press(&mut model, &[c('q')]), Effect::Leave);
}

#[test]
fn sources_go_round() {
    let sources = ["a", "b", "c"].map(str::to_owned).to_vec();
    let mut model = Model::new(
        Arc::new(fixture::brown_out()),
        ScreenOptions {
            sources,
            ..options(Origin::Watched)
        },
    );
    press(&mut model, &[c(','), c(' ')]);
    for (key, source) in [('s', 1), ('s', 2), ('s', 0), ('S', 2)] {
        assert_eq!(press(&mut model, &[c(key)]), Effect::Ask(Request::Source(source)));
        assert_eq!((model.source(), state(&model).as_str()), (source, ""));
    }
    let mut alone = self::model();
    assert_eq!(press(&mut alone, &[c('s')]), Effect::Redraw);
    assert!(alone.remark().is_some());
}

#[test]
fn a_remark_stands_until_the_next_key() {
    let mut model = model();
    assert_eq!(model.update(Event::Remark("exported".to_owned())), Effect::Redraw);
    model.update(Event::Snapshot(Arc::new(fixture::outage())));
    assert_eq!(model.remark(), Some("exported"));
    assert_eq!(press(&mut model, &[c('x')]), Effect::Redraw, "it goes");
    assert_eq!(model.remark(), None);
    assert_eq!(press(&mut model, &[c('x')]), Effect::Nothing);
}

#[test]
fn a_cursor_outside_the_picture_is_moved_into_it() {
    let mut model = model();
    press(&mut model, &[Key::Named(Named::Left)]);
    model.update(Event::Snapshot(Arc::new(fixture::healthy())));
    let last = fixture::healthy().seconds.last().map(|second| second.second);
    assert_eq!(model.cursor(), last);
    assert_eq!(model.cursor_figures().map(|second| second.second), last);
    let mut early = Model::new(Arc::new(fixture::starting()), LOOK.into());
    press(&mut early, &[Key::Named(Named::Left)]);
    assert_eq!(early.cursor(), None);
    assert!(early.remark().is_some());
}

#[test]
fn a_frozen_view_stands_while_data_flow() {
    let mut model = Model::new(Arc::new(fixture::healthy()), LOOK.into());
    press(&mut model, &[c(' ')]);
    let shown = model.snapshot().clone();
    assert_eq!(
        model.update(Event::Snapshot(Arc::new(fixture::brown_out()))),
        Effect::Nothing
    );
    assert_eq!(*model.snapshot(), shown);
    press(&mut model, &[c(' ')]);
    assert_eq!(*model.snapshot(), fixture::brown_out());
}

#[test]
fn the_end_of_the_run_is_the_end_of_the_screen() {
    for frozen in [false, true] {
        let mut model = model();
        if frozen {
            press(&mut model, &[c(' ')]);
        }
        assert_eq!(model.update(Event::Snapshot(Arc::new(fixture::ended()))), Effect::Leave);
    }
    assert_eq!(model().update(Event::Stop), Effect::Leave);
    assert_eq!(model().update(Event::Tick), Effect::Nothing);
    assert_eq!(model().update(Event::Resize), Effect::Redraw);
}
