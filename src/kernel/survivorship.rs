//! Survivorship: which of several claims about one field is published.
//!
//! By the trust of the source, then the newest period, then how many records agree, and at last the smaller value, so
//! that the choice never depends on the order of the records.

use std::cmp::Ordering;
use std::collections::HashMap;

/// One record's claim about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    pub value: &'a str,
    pub trust: u8,
    /// `YYYY-MM`; empty when the record has no period.
    pub period: &'a str,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody says anything else.
    Agreed,
    Trust,
    Period,
    Agreement,
    /// Nothing tells the claims apart; the smaller value was taken.
    Arbitrary,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Agreed => "agreed",
            Reason::Trust => "trust",
            Reason::Period => "period",
            Reason::Agreement => "agreement",
            Reason::Arbitrary => "arbitrary",
        }
    }
}

/// Position of the surviving claim and what decided; `None` when there is no claim. `order` says which of two values is
/// the smaller.
pub fn survivor(claims: &[Claim<'_>], order: impl Fn(&str, &str) -> Ordering) -> Option<(usize, Reason)> {
    let mut agreeing: HashMap<&str, usize> = HashMap::new();
    for claim in claims {
        *agreeing.entry(claim.value).or_default() += 1;
    }
    let better = |x: &Claim<'_>, y: &Claim<'_>| {
        x.trust
            .cmp(&y.trust)
            .then_with(|| x.period.cmp(y.period))
            .then_with(|| agreeing[x.value].cmp(&agreeing[y.value]))
            .then_with(|| order(y.value, x.value))
    };
    let (first, best) = claims.iter().enumerate().reduce(|x, y| if better(y.1, x.1).is_gt() { y } else { x })?;
    let rival =
        claims.iter().filter(|claim| claim.value != best.value).reduce(|x, y| if better(y, x).is_gt() { y } else { x });
    let reason = match rival {
        None => Reason::Agreed,
        Some(rival) if best.trust != rival.trust => Reason::Trust,
        Some(rival) if best.period != rival.period => Reason::Period,
        Some(rival) if agreeing[best.value] != agreeing[rival.value] => Reason::Agreement,
        Some(_) => Reason::Arbitrary,
    };
    Some((first, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survivor(claims: &[Claim<'_>]) -> Option<(usize, Reason)> {
        super::survivor(claims, str::cmp)
    }

    fn claim<'a>(value: &'a str, trust: u8, period: &'a str) -> Claim<'a> {
        Claim { value, trust, period }
    }

    #[test]
    fn trust_goes_before_period_and_period_before_agreement() {
        let claims = [claim("a", 50, "2025-06"), claim("b", 90, "2024-01"), claim("a", 50, "2025-06")];
        assert_eq!(survivor(&claims), Some((1, Reason::Trust)));
        let claims = [claim("a", 50, "2024-06"), claim("b", 50, "2025-01"), claim("a", 50, "2024-06")];
        assert_eq!(survivor(&claims), Some((1, Reason::Period)));
        let claims = [claim("b", 50, ""), claim("a", 50, ""), claim("b", 50, "")];
        assert_eq!(survivor(&claims), Some((0, Reason::Agreement)));
    }

    #[test]
    fn a_tie_goes_to_the_smaller_value_whatever_the_order() {
        assert_eq!(survivor(&[claim("b", 1, ""), claim("a", 1, "")]), Some((1, Reason::Arbitrary)));
        assert_eq!(survivor(&[claim("a", 1, ""), claim("b", 1, "")]), Some((0, Reason::Arbitrary)));
        assert_eq!(survivor(&[claim("a", 1, ""), claim("a", 9, "")]), Some((1, Reason::Agreed)));
        assert_eq!(survivor(&[]), None);
        let by_length = |x: &str, y: &str| x.len().cmp(&y.len());
        assert_eq!(super::survivor(&[claim("10", 1, ""), claim("9", 1, "")], by_length), Some((1, Reason::Arbitrary)));
    }
}
