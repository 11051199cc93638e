//! The golden table, which an independent implementation of SipHash-2-4 computed, and properties of the whole.

use proptest::prelude::*;

use super::*;
use crate::{
    decision::Subject::{Number, Ordinal},
    draw::Drawn::{
        Amount, CallbackDelay, Code, Delay, Gap, Hit, Journey, Method, MethodFails, OrderIdHigh, OrderIdLow, PayAfter,
        PayerId, PayerOutcome, RiskDecline, RiskReview, RiskTakes, SettleAfter, Think,
    },
    scenario::Ratio,
};

type Row = (u64, u64, &'static str, Subject<'static>, u32, &'static str, Drawn, u64);

#[rustfmt::skip]
const GOLDEN: [Row; 34] = [
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "busy", Hit, 0x7e25_f65f_63f0_34e7),
    (42, 10_001, "payLink", Number("ORDER-1"), 2, "busy", Hit, 0x6c53_3827_e216_82fa),
    (42, 10_001, "payLink", Number("ORDER-2"), 1, "busy", Hit, 0x9cfe_34ac_354e_7c63),
    (42, 10_001, "checkDeposit", Number("ORDER-1"), 1, "busy", Hit, 0xa9ba_6c4b_a3b7_624d),
    (42, 10_002, "payLink", Number("ORDER-1"), 1, "busy", Hit, 0xd49e_6ab5_e6fb_51f1),
    (43, 10_001, "payLink", Number("ORDER-1"), 1, "busy", Hit, 0xf9d9_6072_291d_6588),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "lost-answer", Hit, 0xd594_0e7f_bdc5_6e25),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "busy", Delay, 0xdad0_02d9_8f33_3f62),
    (42, 10_001, "callback", Number("ORDER-1"), 1, "busy", CallbackDelay, 0xc1a3_478d_67f4_345f),
    (42, 10_001, "payLink", Ordinal(1), 1, "busy", Hit, 0x47bc_2486_2ad2_4659),
    (42, 10_001, "payLink", Number("1"), 1, "busy", Hit, 0x4ceb_ed28_3617_6dfd),
    (42, 10_001, "payLink", Number(""), 1, "", Hit, 0xa60e_a3d1_f8bb_e493),
    (0, 0, "", Number(""), 0, "", Hit, 0xdab0_9e61_ef18_925d),
    (u64::MAX, u64::MAX, "payLink", Ordinal(u64::MAX), u32::MAX, "busy", Hit, 0xa9f9_d67d_aa8a_5376),
    (42, 10_001, "payLink", Number("订单-7"), 1, "慢", Delay, 0xc47e_8aa9_eea0_ffb9),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "payer", PayerOutcome, 0xe36f_767e_df3e_8903),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "payer", PayAfter, 0x770d_1fc3_0775_585a),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "payer", PayerId, 0x5066_5090_a8a1_26d5),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "order", OrderIdHigh, 0x3b83_2bfa_98f0_c8e7),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "order", OrderIdLow, 0xe9e1_1e20_a08d_5a4f),
    (42, 0, "arrival", Ordinal(7), 1, "load", Journey, 0xf633_4472_34c4_0a2f),
    (42, 0, "arrival", Ordinal(7), 1, "load", Amount, 0x2a7e_dc32_14b5_ade0),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "payer", Method, 0x6914_d7e6_65e7_f097),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "bank_card", MethodFails, 0xf0d2_15a3_9cc7_81f6),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "top_up", MethodFails, 0xc7d4_fe63_c213_398f),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "risk", RiskDecline, 0x849f_fa0e_d859_2ec1),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "risk", RiskReview, 0x138d_c032_23ca_bb4e),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "risk", RiskTakes, 0xfd96_1a17_60e4_d31a),
    (42, 10_001, "transfer", Number("ORDER-1"), 1, "withdrawal", SettleAfter, 0x76b7_1807_b0c3_5d35),
    (42, 10_001, "transfer", Number("ORDER-1"), 1, "busy", Hit, 0x775e_5a02_7ecd_7e9e),
    (42, 10_001, "kdpay.pay", Number("ORDER-1"), 1, "busy", Hit, 0x6376_a802_07b4_79ed),
    (42, 10_001, "payLink", Number("ORDER-1"), 1, "payer", Code, 0x72e1_126c_19ba_14f9),
    (42, 0, "arrival", Ordinal(7), 1, "load", Gap, 0xf245_120c_3b24_70fa),
    (42, 0, "arrival", Ordinal(7), 1, "load", Think, 0xab10_1422_3400_7097),
];

#[test]
fn draws_equal_the_golden_table() {
    for (seed, shop, operation, subject, attempt, of, what, expected) in GOLDEN {
        let subject = DrawSubject {
            shop,
            operation,
            subject,
        };
        let drawn = draw(seed, &subject, attempt, Site { of, what });
        assert_eq!(
            drawn, expected,
            "{seed} {subject:?} {attempt} {of} {what:?}: 0x{drawn:016x}"
        );
    }
}

#[test]
fn what_is_drawn_has_a_word_of_its_own() {
    let words: std::collections::BTreeSet<_> = Drawn::ALL.into_iter().map(Drawn::word).collect();
    assert_eq!(words.len(), Drawn::ALL.len());
}

/// Counts hits over a million orders and compares with the chance, within four standard deviations.
#[test]
fn hits_come_as_often_as_the_chance_says() {
    const DRAWS: u64 = 1_000_000;
    let chances = [(1, 5), (1, 20), (1, 50), (1, 2), (999, 1000), (1, 3)].map(|(num, den)| Ratio { num, den });
    let mut hits = [0_u64; 6];
    for ordinal in 1..=DRAWS {
        let subject = DrawSubject {
            shop: 10_001,
            operation: "payLink",
            subject: Ordinal(ordinal),
        };
        let drawn = draw(42, &subject, 1, Site { of: "busy", what: Hit });
        for (hits, chance) in hits.iter_mut().zip(chances) {
            *hits += u64::from(chance.hits(drawn));
        }
    }
    for (hits, chance) in hits.into_iter().zip(chances) {
        // In integers: (hits·den − n·num)² ≤ 4² · n·num·(den − num).
        let (num, den, n) = (i128::from(chance.num), i128::from(chance.den), i128::from(DRAWS));
        let off = i128::from(hits) * den - n * num;
        assert!(off * off <= 16 * n * num * (den - num), "{hits} hits at {chance}");
    }
}

proptest! {
    /// Where one part ends is part of the key: moving a letter over the border draws anew.
    #[test]
    fn parts_never_run_together(number in "[a-z]{1,8}", site in "[a-z]{1,8}") {
        let joined = format!("{number}{site}");
        let at = |number: &str, of: &str| {
            draw(42, &DrawSubject { shop: 1, operation: "payLink", subject: Number(number) }, 1, Site { of, what: Hit })
        };
        let splits: std::collections::BTreeSet<u64> =
            (0..=joined.len()).map(|border| at(&joined[..border], &joined[border..])).collect();
        prop_assert_eq!(splits.len(), joined.len() + 1);
    }
}
