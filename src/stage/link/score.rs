//! Scores candidate pairs with the linkage model.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use rayon::prelude::*;

use super::gather::{Gathered, Record};
use crate::kernel::comparison::{self, NumberLevel};
use crate::kernel::scoring::{self, Agreement, PlaceLevel};

/// A compared pair.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub a: u32,
    pub b: u32,
    /// In the order of [`scoring::COMPARISONS`], prior not included.
    pub weights: [f64; 8],
    /// Sum of the weights and the prior, in bits.
    pub total: f64,
    /// The number itself is nearly the same.
    pub number_repaired: bool,
    /// The two cannot be one person, whatever the total.
    pub forbidden: bool,
}

/// How common values are among all records, as shares.
pub(super) struct Frequencies {
    by_name: HashMap<u32, f64>,
    by_sound: HashMap<u32, f64>,
    by_birth: HashMap<i32, f64>,
    by_place: HashMap<u32, f64>,
    by_phone: HashMap<u32, f64>,
    by_household_number: HashMap<u32, f64>,
    by_account: HashMap<u32, f64>,
    prior: f64,
}

impl Frequencies {
    /// Counts values over all records; `people` is how many people there may be.
    pub(super) fn of(records: &[Record], people: usize) -> Self {
        let total = records.len().max(1) as f64;
        Frequencies {
            by_name: shares(records.iter().map(|r| r.name).filter(|id| *id != 0), total),
            by_sound: shares(records.iter().map(|r| r.sound).filter(|id| *id != 0), total),
            by_birth: shares(records.iter().filter_map(|r| r.birth), total),
            by_place: shares(records.iter().flat_map(|r| [r.county, r.town, r.village]).filter(|id| *id != 0), total),
            by_phone: shares(records.iter().map(|r| r.phone).filter(|id| *id != 0), total),
            by_household_number: shares(records.iter().map(|r| r.household_number).filter(|id| *id != 0), total),
            by_account: shares(records.iter().map(|r| r.account).filter(|id| *id != 0), total),
            prior: scoring::prior(people),
        }
    }
}

/// Scores all pairs; those below `least` bits are left out. The order of `pairs` is kept.
pub(super) fn score(pairs: &[(u32, u32)], gathered: &Gathered, frequencies: &Frequencies, least: f64) -> Vec<Scored> {
    pairs
        .par_iter()
        .filter_map(|&(a, b)| {
            let scored = compare(a, b, gathered, frequencies);
            (scored.total >= least).then_some(scored)
        })
        .collect()
}

fn compare(a: u32, b: u32, gathered: &Gathered, frequencies: &Frequencies) -> Scored {
    let (x, y) = (&gathered.records[a as usize], &gathered.records[b as usize]);
    let texts = &gathered.texts;
    let number = number_level(x, y, gathered);
    let (place, place_frequency) = place_level(x, y, frequencies);
    let agreement = Agreement {
        number,
        name: comparison::name(texts.text(x.name), texts.text(y.name), texts.text(x.sound), texts.text(y.sound)),
        name_frequency: if x.name == y.name {
            share(&frequencies.by_name, &x.name)
        } else {
            share(&frequencies.by_sound, &y.sound)
        },
        birth: comparison::birth(date(x.birth), date(y.birth)),
        birth_frequency: x.birth.map_or(1.0, |day| share(&frequencies.by_birth, &day)),
        same_sex: (x.sex != 0 && y.sex != 0).then_some(x.sex == y.sex),
        place,
        place_frequency,
        same_phone: (x.phone != 0 && y.phone != 0).then_some(x.phone == y.phone),
        phone_frequency: share(&frequencies.by_phone, &x.phone),
        same_household_number: x.household_number != 0 && x.household_number == y.household_number,
        household_number_frequency: share(&frequencies.by_household_number, &x.household_number),
        same_account: x.account != 0 && x.account == y.account,
        account_frequency: share(&frequencies.by_account, &x.account),
    };
    let weights = scoring::weigh(&agreement);
    Scored {
        a,
        b,
        weights,
        total: frequencies.prior + weights.iter().sum::<f64>(),
        number_repaired: matches!(number, NumberLevel::OneEdit | NumberLevel::Truncated),
        forbidden: scoring::forbids(&agreement),
    }
}

fn number_level(x: &Record, y: &Record, gathered: &Gathered) -> NumberLevel {
    // A contested number is sound, but another's: it says nothing of who this is.
    let (damaged, sound) = match (x.number, y.number) {
        (0, number) if number != 0 => (x, number),
        (number, 0) if number != 0 => (y, number),
        _ => return NumberLevel::Missing,
    };
    comparison::number(gathered.texts.text(damaged.written), gathered.texts.text(sound), damaged.truncated)
}

fn place_level(x: &Record, y: &Record, frequencies: &Frequencies) -> (PlaceLevel, f64) {
    let levels = [
        (PlaceLevel::Village, x.village, y.village),
        (PlaceLevel::Town, x.town, y.town),
        (PlaceLevel::County, x.county, y.county),
    ];
    let mut seen = false;
    for (level, a, b) in levels {
        if a != 0 && b != 0 {
            seen = true;
            if a == b {
                return (level, share(&frequencies.by_place, &a));
            }
        }
    }
    (if seen { PlaceLevel::Different } else { PlaceLevel::Missing }, 1.0)
}

fn date(days: Option<i32>) -> Option<NaiveDate> {
    let days = days?;
    let epoch = NaiveDate::default();
    match u64::try_from(days) {
        Ok(after) => epoch.checked_add_days(Days::new(after)),
        Err(_) => epoch.checked_sub_days(Days::new(u64::from(days.unsigned_abs()))),
    }
}

fn shares<T: std::hash::Hash + Eq>(values: impl Iterator<Item = T>, total: f64) -> HashMap<T, f64> {
    let mut counts: HashMap<T, f64> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1.0;
    }
    counts.values_mut().for_each(|count| *count /= total);
    counts
}

fn share<T: std::hash::Hash + Eq>(shares: &HashMap<T, f64>, value: &T) -> f64 {
    shares.get(value).copied().unwrap_or(1.0)
}
