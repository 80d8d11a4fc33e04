//! Fellegi-Sunter scoring: the evidence of a pair in bits, and the probability that it is one person.
//!
//! Fellegi & Sunter, «A Theory for Record Linkage», JASA 64 (1969): each comparison adds log2(m/u), where m is the
//! chance of its level among true matches and u among random pairs; the prior odds are one in the number of people.
//! The u of an exact agreement is the value's own frequency (a rare name says more than a common one); the m values
//! are first guesses for clerks' data and stand in one table here.

use super::comparison::{DateLevel, NameLevel, NumberLevel};

/// m of each level: the share of true matches that show it.
const NAME_M: [(NameLevel, f64); 4] =
    [(NameLevel::Exact, 0.93), (NameLevel::Sound, 0.03), (NameLevel::OneCharacter, 0.02), (NameLevel::Different, 0.02)];
const BIRTH_M: [(DateLevel, f64); 4] =
    [(DateLevel::Exact, 0.94), (DateLevel::Near, 0.04), (DateLevel::SameYear, 0.01), (DateLevel::Different, 0.01)];
/// What a household shares (place, phone, household number, account) is bounded as a whole: however much of it agrees, it
/// says that two records live together, and twins have the birth date in common besides.
const HOUSEHOLD_CAP: f64 = 8.0;
/// Where the comparisons of what a household shares stand in [`COMPARISONS`].
const HOUSEHOLD: std::ops::Range<usize> = 4..8;

/// What two records have in common, ready to be weighed.
#[derive(Clone, Copy, Debug)]
pub struct Agreement {
    pub number: NumberLevel,
    pub name: NameLevel,
    /// Share of all records that bear the name (for [`NameLevel::Sound`]: that sound like it), 0 to 1.
    pub name_frequency: f64,
    pub birth: DateLevel,
    /// Share of all records born on that day.
    pub birth_frequency: f64,
    /// `None` when either side is silent.
    pub same_sex: Option<bool>,
    /// The smallest place they share.
    pub place: PlaceLevel,
    pub place_frequency: f64,
    pub same_phone: Option<bool>,
    pub phone_frequency: f64,
    /// Agreement counts; different numbers of two registers say nothing.
    pub same_household_number: bool,
    pub household_number_frequency: f64,
    pub same_account: bool,
    pub account_frequency: f64,
}

/// The smallest place that two records share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlaceLevel {
    Village,
    Town,
    County,
    Different,
    Missing,
}

/// The names of the comparisons, in the order of [`weigh`]'s result.
pub const COMPARISONS: [&str; 8] =
    ["number", "name", "birth_date", "sex", "place", "phone", "household_number", "bank_account"];

/// Weight of each comparison in bits, in the order of [`COMPARISONS`].
pub fn weigh(pair: &Agreement) -> [f64; 8] {
    let mut weights = [
        match pair.number {
            // A hundred numbers share fifteen digits; a single edit leads to some two hundred sound ones.
            NumberLevel::Truncated | NumberLevel::OneEdit => 18.0,
            NumberLevel::Different => -6.0,
            NumberLevel::Missing => 0.0,
        },
        name_weight(pair),
        birth_weight(pair),
        match pair.same_sex {
            Some(true) => bits(0.99, 0.5),
            Some(false) => bits(0.01, 0.5),
            None => 0.0,
        },
        match pair.place {
            PlaceLevel::Village => bits(0.75, pair.place_frequency),
            PlaceLevel::Town => bits(0.15, pair.place_frequency).max(0.0),
            PlaceLevel::County => bits(0.06, pair.place_frequency).max(-2.0),
            PlaceLevel::Different => bits(0.04, 0.9),
            PlaceLevel::Missing => 0.0,
        },
        match pair.same_phone {
            Some(true) => bits(0.6, pair.phone_frequency),
            Some(false) => bits(0.4, 1.0),
            None => 0.0,
        },
        shared(pair.same_household_number, pair.household_number_frequency),
        shared(pair.same_account, pair.account_frequency),
    ];
    bound(&mut weights[HOUSEHOLD], household_cap(pair));
    weights
}

/// Whether two records cannot be one person, whatever speaks for it: their names are quite different and neither number
/// is a slip of the other, or their sexes differ as well.
pub fn forbids(pair: &Agreement) -> bool {
    pair.name == NameLevel::Different && (!is_slip(pair.number) || pair.same_sex == Some(false))
}

fn is_slip(number: NumberLevel) -> bool {
    matches!(number, NumberLevel::Truncated | NumberLevel::OneEdit)
}

/// How much of what a household shares may count. Siblings often have a character of the given name in common, so where
/// the names differ in one character it counts only if the numbers are nearly the same.
fn household_cap(pair: &Agreement) -> f64 {
    match pair.name {
        NameLevel::OneCharacter if !is_slip(pair.number) => 0.0,
        _ => HOUSEHOLD_CAP,
    }
}

/// Shrinks what speaks for a match to `most` bits in all, each part in proportion; what speaks against it stays.
fn bound(weights: &mut [f64], most: f64) {
    let sum: f64 = weights.iter().filter(|weight| **weight > 0.0).sum();
    if sum > most {
        weights.iter_mut().filter(|weight| **weight > 0.0).for_each(|weight| *weight *= most / sum);
    }
}

/// The prior weight in bits when each record may be one of `people` people.
pub fn prior(people: usize) -> f64 {
    -(people.max(2) as f64).log2()
}

/// The probability that a total weight of `bits` (prior included) means.
pub fn probability(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

fn name_weight(pair: &Agreement) -> f64 {
    let m = NAME_M.iter().find(|(level, _)| *level == pair.name).map_or(1.0, |(_, m)| *m);
    match pair.name {
        NameLevel::Exact | NameLevel::Sound => bits(m, pair.name_frequency),
        // Some forty names lie one usual character away.
        NameLevel::OneCharacter => bits(m, (pair.name_frequency * 40.0).min(0.05)),
        NameLevel::Different => bits(m, 0.99),
        NameLevel::Missing => 0.0,
    }
}

fn birth_weight(pair: &Agreement) -> f64 {
    let m = BIRTH_M.iter().find(|(level, _)| *level == pair.birth).map_or(1.0, |(_, m)| *m);
    match pair.birth {
        DateLevel::Exact => bits(m, pair.birth_frequency),
        // One of year, month or day is free, or the two are swapped: about a hundred days are near.
        DateLevel::Near => bits(m, 100.0 / 25_000.0),
        DateLevel::SameYear => bits(m, 1.0 / 80.0),
        DateLevel::Different => bits(m, 0.98),
        DateLevel::Missing => 0.0,
    }
}

/// What a shared value says: less the more records share it, and nothing when nearly all do.
fn shared(same: bool, frequency: f64) -> f64 {
    if same { bits(0.9, frequency).max(0.0) } else { 0.0 }
}

fn bits(m: f64, u: f64) -> f64 {
    (m / u.clamp(1e-9, 1.0)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent() -> Agreement {
        Agreement {
            number: NumberLevel::Missing,
            name: NameLevel::Missing,
            name_frequency: 1e-5,
            birth: DateLevel::Missing,
            birth_frequency: 4e-5,
            same_sex: None,
            place: PlaceLevel::Missing,
            place_frequency: 1e-3,
            same_phone: None,
            phone_frequency: 1e-5,
            same_household_number: false,
            household_number_frequency: 1e-5,
            same_account: false,
            account_frequency: 1e-5,
        }
    }

    fn total(pair: &Agreement) -> f64 {
        prior(500_000) + weigh(pair).iter().sum::<f64>()
    }

    #[test]
    fn missing_is_not_disagreement() {
        assert_eq!(weigh(&silent()).iter().sum::<f64>(), 0.0);
    }

    #[test]
    fn a_rare_name_and_a_birth_date_make_a_match_and_a_common_name_alone_does_not() {
        let rare = Agreement { name: NameLevel::Exact, birth: DateLevel::Exact, ..silent() };
        assert!(probability(total(&rare)) > 0.99);
        let common = Agreement { name: NameLevel::Exact, name_frequency: 5e-4, ..silent() };
        assert!(probability(total(&common)) < 0.01);
    }

    #[test]
    fn a_rarer_name_weighs_more() {
        let with = |name_frequency| total(&Agreement { name: NameLevel::Exact, name_frequency, ..silent() });
        assert!(with(1e-6) > with(1e-3) + 9.0);
    }

    #[test]
    fn what_a_family_shares_cannot_make_a_match_by_itself() {
        let family = Agreement {
            name: NameLevel::Different,
            place: PlaceLevel::Village,
            same_phone: Some(true),
            same_household_number: true,
            ..silent()
        };
        assert!(probability(total(&family)) < 0.5);
    }

    /// Two records of one household in everything.
    fn housemates() -> Agreement {
        Agreement {
            place: PlaceLevel::Village,
            same_phone: Some(true),
            same_household_number: true,
            same_account: true,
            ..silent()
        }
    }

    #[test]
    fn what_a_household_shares_counts_no_more_for_being_shared_fourfold() {
        let household = weigh(&housemates())[HOUSEHOLD].iter().sum::<f64>();
        assert!((household - HOUSEHOLD_CAP).abs() < 1e-9, "{household}");
        let against = weigh(&Agreement { place: PlaceLevel::Different, ..housemates() })[HOUSEHOLD].iter().sum::<f64>();
        assert!(against < HOUSEHOLD_CAP - 4.0, "what speaks against a match is not bounded: {against}");
    }

    #[test]
    fn twins_are_no_match_whatever_their_names_have_in_common() {
        let twins = Agreement { birth: DateLevel::Exact, same_sex: Some(true), ..housemates() };
        let siblings = Agreement { name: NameLevel::OneCharacter, ..twins };
        assert!(probability(total(&siblings)) < 0.95);
        assert!(!forbids(&siblings));
        assert!(probability(total(&Agreement { number: NumberLevel::OneEdit, ..siblings })) > 0.99);
        assert!(forbids(&Agreement { name: NameLevel::Different, ..twins }));
    }

    #[test]
    fn another_name_needs_a_slip_of_the_number_and_no_other_sex() {
        let slip = Agreement { name: NameLevel::Different, number: NumberLevel::OneEdit, ..silent() };
        assert!(!forbids(&slip));
        assert!(!forbids(&Agreement { number: NumberLevel::Truncated, same_sex: Some(true), ..slip }));
        assert!(forbids(&Agreement { same_sex: Some(false), ..slip }));
        assert!(forbids(&Agreement { number: NumberLevel::Different, ..slip }));
        assert!(!forbids(&Agreement { name: NameLevel::Missing, same_sex: Some(false), ..slip }));
    }

    #[test]
    fn a_number_that_everybody_shares_says_nothing() {
        let with = |frequency| Agreement {
            same_household_number: true,
            household_number_frequency: frequency,
            same_account: true,
            account_frequency: frequency,
            ..silent()
        };
        assert_eq!(weigh(&with(1.0)).iter().sum::<f64>(), 0.0);
        assert!((weigh(&with(1e-6)).iter().sum::<f64>() - HOUSEHOLD_CAP).abs() < 1e-9);
    }
}
