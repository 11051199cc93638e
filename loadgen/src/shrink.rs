//! The smallest scenario that still shows something: parts are left out of its text as long as the something stays.
//! Delta debugging after A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
//! Transactions on Software Engineering 28 (2002), algorithm ddmin. What "the something" is, and how it is looked for,
//! is the caller's: a rehearsal, or a run.

use scenarios::edit::{Piece, PieceKind, pieces, without};

/// A scenario that was made smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// Its text.
    pub text: String,
    /// How often somebody looked.
    pub trials: u32,
    /// Rules before and after.
    pub rules: [usize; 2],
    /// Phases before and after.
    pub phases: [usize; 2],
}

/// Leaves out every part without which `text` still shows what `shows` looks for: rules first, then the other
/// expectations, then phases. `keep` is the expectation that stays. Afterwards no single rule or phase can go. `None`
/// where the whole text does not show it.
pub fn shrink(text: &str, keep: Option<&str>, mut shows: impl FnMut(&str) -> bool) -> Option<Shrunk> {
    let mut trials = 1;
    if !shows(text) {
        return None;
    }
    let mut look = |text: &str| {
        trials += 1;
        shows(text)
    };
    let count = |text: &str| {
        let pieces = pieces(text);
        let of = |is: fn(&PieceKind) -> bool| pieces.iter().filter(|piece| is(&piece.kind)).count();
        [of(is_rule), of(is_phase)]
    };
    let before = count(text);
    let mut text = least(text, is_rule, &mut look);
    let others = |kind: &PieceKind| match kind {
        PieceKind::Expectation(sentence) => Some(sentence.as_str()) != keep,
        PieceKind::Rule(_) | PieceKind::Phase(_) => false,
    };
    // All others at once: none of them takes part in what the one says.
    let all = pieces(&text);
    let alone = without(&text, &all, |at| others(&all[at].kind));
    if alone != text && look(&alone) {
        text = alone;
    }
    text = least(&text, is_phase, &mut look);
    // A phase that went may have taken what another rule was for.
    text = least(&text, is_rule, &mut look);
    let after = count(&text);
    Some(Shrunk {
        text,
        trials,
        rules: [before[0], after[0]],
        phases: [before[1], after[1]],
    })
}

fn is_rule(kind: &PieceKind) -> bool {
    matches!(kind, PieceKind::Rule(_))
}

fn is_phase(kind: &PieceKind) -> bool {
    matches!(kind, PieceKind::Phase(_))
}

/// The text with as few of these parts as still show it: ddmin over what stays.
fn least(text: &str, of: fn(&PieceKind) -> bool, look: &mut impl FnMut(&str) -> bool) -> String {
    let all = pieces(text);
    let mut kept: Vec<usize> = (0..all.len()).filter(|at| of(&all[*at].kind)).collect();
    let with = |kept: &[usize]| with_only(text, &all, of, kept);
    if !kept.is_empty() && look(&with(&[])) {
        return with(&[]);
    }
    let mut parts = 2;
    while kept.len() > 1 {
        let size = kept.len().div_ceil(parts);
        let chunks: Vec<Vec<usize>> = kept.chunks(size).map(<[usize]>::to_vec).collect();
        let rest =
            |chunk: &Vec<usize>| -> Vec<usize> { kept.iter().copied().filter(|at| !chunk.contains(at)).collect() };
        let smaller = chunks.iter().find(|chunk| look(&with(chunk))).cloned();
        if let Some(chunk) = smaller {
            (kept, parts) = (chunk, 2);
            continue;
        }
        match chunks.iter().map(rest).find(|rest| look(&with(rest))) {
            Some(rest) => {
                kept = rest;
                parts = (parts - 1).max(2);
            }
            None if parts >= kept.len() => break,
            None => parts = (parts * 2).min(kept.len()),
        }
    }
    with(&kept)
}

fn with_only(text: &str, all: &[Piece], of: fn(&PieceKind) -> bool, kept: &[usize]) -> String {
    without(text, all, |at| of(&all[at].kind) && !kept.contains(&at))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty rules in two phases.
    fn twenty() -> String {
        let rule =
            |at: u32| format!("      - {{name: r{at:02}, chance: {at}%, on: payLink, reply: {{delay: {at}ms}}}}\n");
        let half = |range: std::ops::Range<u32>| range.map(rule).collect::<String>();
        format!(
            "name: x\nphases:\n  - name: p\n    for: 5s\n    rules:\n{}  - name: q\n    for: 5s\n    rules:\n{}  - {{name: s, for: 1s}}\nexpect:\n  - p99 < 1s in q\n  - success >= 9%\n  - max < 5s\n",
            half(1..11),
            half(11..21)
        )
    }

    #[test]
    fn only_the_guilty_stay() {
        for guilty in [&["r07"][..], &["r03", "r18"], &["r01", "r10", "r11", "r20"], &[]] {
            let shows =
                |text: &str| scenarios::read("t", text).is_ok() && guilty.iter().all(|name| text.contains(name));
            let shrunk = shrink(&twenty(), Some("success >= 9%"), shows).unwrap();
            let read = scenarios::read("shrunk", &shrunk.text).unwrap();
            let left: Vec<&str> = read.rules.iter().map(|rule| rule.label.as_str()).collect();
            assert_eq!(left, guilty, "{}", shrunk.text);
            assert_eq!(shrunk.rules, [20, guilty.len()]);
            let expected: Vec<&str> = read
                .expect
                .iter()
                .map(|expectation| expectation.text.as_str())
                .collect();
            assert_eq!(expected, ["success >= 9%"], "{}", shrunk.text);
            assert!(shrunk.trials < 150, "{guilty:?} took {}", shrunk.trials);
        }
    }

    #[test]
    fn what_does_not_show_is_not_made_smaller() {
        assert_eq!(shrink(&twenty(), None, |_| false), None);
    }
}
