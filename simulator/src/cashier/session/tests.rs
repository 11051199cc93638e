//! Walks through the cashier as rows, and every stage against every deed as a snapshot.

use super::*;

const BEGIN: Timestamp = Timestamp(1_000);
const EXPIRES: Timestamp = Timestamp(100_000);
const CODE: u32 = 42;
const REVIEW: RiskPlan = RiskPlan::Review(Duration::from_secs(3));
const OPEN: Sight = Sight {
    paid: false,
    declined_at: None,
    expires_at: EXPIRES,
    now: BEGIN,
};
const NONE: Hurdles = Hurdles {
    code: None,
    risk: RiskPlan::Pass,
};
const ASKED: Hurdles = Hurdles {
    code: Some(CODE),
    risk: RiskPlan::Pass,
};

fn pays(method: Method) -> Deed {
    Deed::Pay { method, fails: false }
}

fn fails(method: Method) -> Deed {
    Deed::Pay { method, fails: true }
}

fn enters(code: u32) -> Deed {
    Deed::Enter { code }
}

/// A stage in a few words: its own, the method, the message, the tries left where some are spent.
fn words(shown: Shown) -> String {
    let tries = (shown.tries_left() < TRIES).then(|| format!("{} left", shown.tries_left()));
    [
        Some(shown.word().to_owned()),
        shown.method().map(|method| method.word().to_owned()),
        shown.message().map(str::to_owned),
        tries,
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" ")
}

fn walk(hurdles: &Hurdles, sight: &Sight, deeds: &[Deed]) -> (Session, Act) {
    let start = (Session::new(BEGIN), Act::None);
    deeds
        .iter()
        .fold(start, |(session, _), deed| session.on(*deed, hurdles, sight))
}

#[test]
fn payers_come_to_an_end_each_in_his_way() {
    use Method::{Balance, BankCard, CreditCard, TopUp};
    let reviewed = Hurdles { risk: REVIEW, ..NONE };
    let refused = Hurdles {
        risk: RiskPlan::Decline,
        ..ASKED
    };
    let after = Act::PayAfter(Duration::from_secs(3));
    let rows: &[(&Hurdles, &[Deed], &str, Act)] = &[
        (&NONE, &[], "choose", Act::None),
        (&NONE, &[pays(Balance)], "review balance", Act::Pay),
        (&NONE, &[fails(Balance)], "choose balance method_failed", Act::None),
        (&NONE, &[fails(Balance), pays(TopUp)], "review top_up", Act::Pay),
        // What failed may work by now.
        (&NONE, &[fails(Balance), pays(Balance)], "review balance", Act::Pay),
        (
            &NONE,
            &[fails(Balance), fails(BankCard), fails(CreditCard), fails(TopUp)],
            "choose top_up method_failed",
            Act::None,
        ),
        (&ASKED, &[pays(Balance)], "code balance", Act::None),
        (&ASKED, &[pays(Balance), enters(CODE)], "review balance", Act::Pay),
        (
            &ASKED,
            &[pays(Balance), enters(7)],
            "code balance wrong_code 2 left",
            Act::None,
        ),
        (
            &ASKED,
            &[pays(Balance), enters(7), enters(7), enters(CODE)],
            "review balance",
            Act::Pay,
        ),
        (
            &ASKED,
            &[pays(Balance), enters(7), enters(7), enters(7)],
            "choose balance method_failed",
            Act::None,
        ),
        // Choosing again gives no new tries, neither before the last one nor after it.
        (
            &ASKED,
            &[pays(Balance), enters(7), pays(Balance)],
            "code balance 2 left",
            Act::None,
        ),
        (
            &ASKED,
            &[pays(Balance), enters(7), enters(7), enters(7), pays(Balance)],
            "choose balance method_failed",
            Act::None,
        ),
        (
            &ASKED,
            &[pays(Balance), enters(7), pays(BankCard)],
            "code bank_card",
            Act::None,
        ),
        (&ASKED, &[enters(CODE)], "choose", Act::None),
        (&reviewed, &[pays(BankCard)], "review bank_card", after),
        (
            &reviewed,
            &[pays(BankCard), pays(Balance)],
            "review bank_card",
            Act::None,
        ),
        (&refused, &[pays(Balance)], "code balance", Act::None),
        (
            &refused,
            &[pays(Balance), enters(CODE)],
            "refused balance risk_declined",
            Act::None,
        ),
        (
            &refused,
            &[pays(Balance), enters(CODE), pays(TopUp)],
            "refused balance risk_declined",
            Act::None,
        ),
        (&NONE, &[Deed::Decline], "declined", Act::Decline),
        (&NONE, &[Deed::Decline, Deed::Decline], "declined", Act::None),
        (&NONE, &[Deed::Decline, pays(Balance)], "review balance", Act::Pay),
        (&ASKED, &[pays(Balance), Deed::Decline], "declined", Act::Decline),
    ];
    for (hurdles, deeds, expected, act) in rows {
        let (session, done) = walk(hurdles, &OPEN, deeds);
        assert_eq!(
            (words(session.shown(&OPEN)).as_str(), done),
            (*expected, *act),
            "{deeds:?}"
        );
    }
}

#[test]
fn failed_methods_stay_marked() {
    let deeds = [
        fails(Method::BankCard),
        pays(Method::Balance),
        enters(1),
        enters(1),
        enters(1),
    ];
    let (session, _) = walk(&ASKED, &OPEN, &deeds);
    let failed = Method::ALL.map(|method| session.has_failed(method));
    assert_eq!(failed, [true, true, false, false]);
}

#[test]
fn what_became_of_the_order_elsewhere_comes_first() {
    let late = Sight { now: EXPIRES, ..OPEN };
    let paid = Sight { paid: true, ..OPEN };
    let declined = Sight {
        declined_at: Some(Timestamp(BEGIN.ms() + 1)),
        ..OPEN
    };
    let before = Sight {
        declined_at: Some(BEGIN),
        ..OPEN
    };
    let rows: &[(&str, &[Deed], &Sight, &str)] = &[
        ("paid elsewhere", &[fails(Method::Balance)], &paid, "paid"),
        ("paid here", &[pays(Method::TopUp)], &paid, "paid top_up"),
        ("paid after a no", &[Deed::Decline], &paid, "paid"),
        ("time is up", &[], &late, "expired"),
        ("time is up while failing", &[fails(Method::Balance)], &late, "expired"),
        ("a no stays one", &[Deed::Decline], &late, "declined"),
        ("the shop declines meanwhile", &[], &declined, "declined"),
        ("it was declined before", &[], &before, "choose"),
    ];
    for (name, deeds, sight, expected) in rows {
        let (session, _) = walk(&NONE, &OPEN, deeds);
        assert_eq!(words(session.shown(sight)), *expected, "{name}");
    }
}

#[test]
fn who_comes_back_may_choose_again_but_not_what_risk_control_refused() {
    let refused = Hurdles {
        risk: RiskPlan::Decline,
        ..NONE
    };
    let rows: &[(&Hurdles, &[Deed], &str)] = &[
        (&NONE, &[Deed::Decline], "choose"),
        (&refused, &[pays(Method::Balance)], "refused balance risk_declined"),
        (&ASKED, &[pays(Method::Balance)], "code balance"),
        (&NONE, &[fails(Method::Balance)], "choose balance method_failed"),
    ];
    for (hurdles, deeds, expected) in rows {
        let (session, _) = walk(hurdles, &OPEN, deeds);
        assert_eq!(words(session.reopened(BEGIN).shown(&OPEN)), *expected, "{deeds:?}");
    }
}

/// Every stage against every deed and every moment that matters.
#[test]
fn every_stage_meets_every_deed() {
    use std::fmt::Write;

    let reviewed = Hurdles { risk: REVIEW, ..NONE };
    let refused = Hurdles {
        risk: RiskPlan::Decline,
        ..NONE
    };
    let stages: [(&str, &Hurdles, &[Deed]); 7] = [
        ("choosing", &ASKED, &[]),
        ("failed", &ASKED, &[fails(Method::Balance)]),
        ("coding", &ASKED, &[pays(Method::Balance)]),
        ("reviewed", &reviewed, &[pays(Method::Balance)]),
        ("refused", &refused, &[pays(Method::Balance)]),
        ("declined", &ASKED, &[Deed::Decline]),
        ("paid", &NONE, &[pays(Method::Balance)]),
    ];
    let deeds = [
        ("pays", pays(Method::Balance)),
        ("fails", fails(Method::Balance)),
        ("right code", enters(CODE)),
        ("wrong code", enters(7)),
        ("declines", Deed::Decline),
    ];
    let sights = [
        ("in time", OPEN),
        ("late", Sight { now: EXPIRES, ..OPEN }),
        ("paid", Sight { paid: true, ..OPEN }),
    ];
    let mut matrix = String::new();
    for (stage, hurdles, before) in stages {
        for (moment, sight) in sights {
            writeln!(matrix, "{stage}, {moment}").unwrap();
            for (deed, does) in deeds {
                let (session, _) = walk(hurdles, &OPEN, before);
                let (session, act) = session.on(does, &ASKED, &sight);
                writeln!(matrix, "  {deed:<11}  {:<30}  {act:?}", words(session.shown(&sight))).unwrap();
            }
            let (session, _) = walk(hurdles, &OPEN, before);
            for why in [Setback::MethodFailed, Setback::QuotaExceeded] {
                let shown = session.turned_away(why).shown(&sight);
                writeln!(matrix, "  turned away  {:<30}  {why:?}", words(shown)).unwrap();
            }
        }
    }
    insta::assert_snapshot!(matrix);
}
