//! Student's t distribution: what a mean of few values is judged by.

/// Terms of the continued fraction, at most; some 20 do for the degrees of freedom that occur here.
const TERMS: u32 = 300;

/// Where a further term changes nothing.
const SMALL: f64 = 1e-14;

/// Steps of halving for a quantile: an interval of 2^11 down to below 1e-9.
const HALVINGS: u32 = 42;

/// The largest quantile that is looked for; further out nothing is told apart.
const FURTHEST: f64 = 2_048.0;

/// How likely a value at least this far from zero is, either way, 0 to 1. Degrees of freedom are above zero and need
/// not be whole.
pub(super) fn two_sided(t: f64, freedom: f64) -> f64 {
    if !t.is_finite() {
        return 0.0;
    }
    beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// The value that only this share lies beyond, both ends together.
pub(super) fn quantile(share: f64, freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, FURTHEST);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if two_sided(middle, freedom) > share {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The regularised incomplete beta function, by its continued fraction (Numerical Recipes, section 6.4).
fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let log_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * x.ln() + b * (1.0 - x).ln();
    let front = log_front.exp();
    // The fraction converges fast on this side of the mean only; the other side is its mirror.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// Lentz' method.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut found = d;
    for term in 1..=TERMS {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        found *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        found *= d * c;
        if (d * c - 1.0).abs() < SMALL {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against printed tables of the distribution.
    #[test]
    fn tables_agree() {
        for (share, freedom, expected) in [
            (0.05, 1.0, 12.706),
            (0.05, 2.0, 4.303),
            (0.05, 10.0, 2.228),
            (0.01, 10.0, 3.169),
            (0.05, 19.0, 2.093),
            (0.001, 29.0, 3.659),
            (0.05, 1e6, 1.960),
        ] {
            let found = quantile(share, freedom);
            assert!((found - expected).abs() < 6e-4, "{share} {freedom}: {found}");
            assert!((two_sided(found, freedom) - share).abs() < 1e-8, "{share} {freedom}");
        }
        assert_eq!(two_sided(0.0, 5.0), 1.0);
        assert_eq!(two_sided(f64::INFINITY, 5.0), 0.0);
    }
}
