//! Lists, filters, and what lies behind a row.

use super::*;

#[test]
fn choices_stay_within_their_list() {
    let mut model = model();
    let rows = model.rows();
    assert!(rows > 1);
    press(&mut model, &[Key::Named(Named::PageDown); 20]);
    assert_eq!(model.selected(), rows - 1);
    model.update(Event::Snapshot(Arc::new(fixture::starting())));
    assert_eq!(model.selected(), 0, "the list has become empty");
    model.update(Event::Snapshot(Arc::new(fixture::brown_out())));
    press(&mut model, &[c('k')]);
    assert_eq!(model.selected(), rows - 2);
}

#[test]
fn a_filter_goes_through_every_operation_and_back_to_all() {
    let mut model = model();
    let names: Vec<String> = model
        .snapshot()
        .operations
        .iter()
        .map(|operation| operation.name.clone())
        .collect();
    assert!(names.len() > 1);
    for name in &names {
        press(&mut model, &[c('f')]);
        assert_eq!(model.operation(), Some(name.as_str()));
    }
    press(&mut model, &[c('f')]);
    assert_eq!(model.operation(), None);
}

#[test]
fn a_failed_request_leads_to_its_order() {
    let mut model = model();
    press(&mut model, &[c('3'), c('j')]);
    let chosen = model.failures().nth(1).cloned().expect("some failed");
    let effect = press(&mut model, &[Key::Named(Named::Enter)]);
    assert_eq!(effect, Effect::Ask(Request::Story(chosen.order.clone())));
    assert_eq!(state(&model), format!("Errors row 1 drill {}", chosen.order));
    press(&mut model, &[Key::ESCAPE]);
    // Newer ones come in above it.
    model.update(Event::Snapshot(Arc::new(fixture::outage())));
    let now = model.failures().nth(model.selected());
    assert_eq!(now.map(|failure| failure.seq), Some(chosen.seq));
    assert!(model.selected() > 1);
}

#[test]
fn a_line_of_the_log_leads_to_its_second() {
    let mut model = model();
    press(&mut model, &[c('6'), c('j')]);
    let second = model.log().nth(1).map(|line| line.at_us / 1_000_000);
    press(&mut model, &[Key::Named(Named::Enter)]);
    assert_eq!(
        (model.view(), model.cursor().map(u64::from)),
        (ViewName::Overview, second)
    );
}

#[test]
fn errors_are_those_of_the_operation_and_the_second_shown() {
    let mut model = model();
    let all = model.failures().count();
    press(&mut model, &[c('f')]);
    let name = model.operation().expect("there are operations").to_owned();
    assert!(model.failures().all(|failure| failure.operation == name));
    press(&mut model, &[c('R'), c(',')]);
    let second = model.cursor().map(u64::from);
    assert!(
        model
            .failures()
            .all(|failure| Some(failure.at_us / 1_000_000) == second)
    );
    press(&mut model, &[Key::Named(Named::End)]);
    assert_eq!(model.failures().count(), all);
}

#[test]
fn a_story_is_heard_only_by_who_asked() {
    let story = |order: &str| Story {
        order: order.to_owned(),
        title: String::new(),
        lines: Vec::new(),
    };
    let asked = || {
        let mut model = model();
        model.modal = Modal::Drill(crate::modal::Drill {
            order: "PD-1".to_owned(),
            told: Told::Asked,
            line: 0,
        });
        model
    };
    for (answer, effect, told) in [
        (Ok(story("PD-1")), Effect::Redraw, Told::Story(story("PD-1"))),
        (Ok(story("PD-2")), Effect::Nothing, Told::Asked),
        (Err("gone".to_owned()), Effect::Redraw, Told::Not("gone".to_owned())),
    ] {
        let mut model = asked();
        assert_eq!(model.update(Event::Story(answer)), effect);
        assert!(matches!(model.modal(), Modal::Drill(drill) if drill.told == told));
    }
    assert_eq!(model().update(Event::Story(Ok(story("PD-1")))), Effect::Nothing);
}
