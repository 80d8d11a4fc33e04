//! Bands of income, and how many of a household work and learn.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, Decimal128Array, Int64Array, StringArray};
use arrow::error::ArrowError;

use super::{column, replace};
use crate::model::Table;
use crate::plan::AnalysisPlan;

/// Terms of the code table `employment_status` that mean work.
const AT_WORK: [&str; 6] = ["单位就业", "灵活就业", "外出务工", "务农", "自主经营", "公益性岗位"];
/// Terms of `schooling` that do not mean learning now.
const NOT_LEARNING: [&str; 3] = ["学龄前", "辍学", "非在校"];

/// The household table with its band, employed and student counts and tier.
pub(super) fn with_bands(
    household: &Table,
    person: &Table,
    membership: &Table,
    plan: &AnalysisPlan,
    notes: &mut Vec<String>,
) -> Result<Table, ArrowError> {
    if plan.income_bands.is_empty() {
        notes.push("[analysis] 未给出 income_bands，未划分家庭收入档次".to_owned());
    }
    let (employed, students) = busy_people(person)?;
    let mut people_of: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for batch in &membership.batches {
        let (homes, people) =
            (column::<StringArray>(batch, "household_id")?, column::<StringArray>(batch, "person_id")?);
        for (home, person) in homes.iter().flatten().zip(people.iter().flatten()) {
            people_of.entry(home).or_default().insert(person);
        }
    }
    let mut batches = Vec::with_capacity(household.batches.len());
    for batch in &household.batches {
        let ids: &StringArray = column(batch, "household_id")?;
        let income: &Decimal128Array = column(batch, "income_per_head")?;
        let count = |busy: &HashSet<&str>| -> Int64Array {
            ids.iter()
                .map(|id| {
                    let people = people_of.get(id?)?;
                    Some(people.iter().filter(|person| busy.contains(**person)).count() as i64)
                })
                .collect()
        };
        let area: &Decimal128Array = column(batch, "housing_area_per_head")?;
        let bands = |values: &Decimal128Array, bounds: &[i128], scale: u32| -> StringArray {
            let band = |row: usize| values.is_valid(row).then(|| band(values.value(row), bounds, scale)).flatten();
            (0..values.len()).map(band).collect()
        };
        batches.push(replace(
            batch,
            [
                ("income_band", Arc::new(bands(income, &plan.income_bands, 2)) as _),
                ("housing_area_band", Arc::new(bands(area, &plan.area_bands, 4)) as _),
                ("employed_count", Arc::new(count(&employed)) as _),
                ("student_count", Arc::new(count(&students)) as _),
            ],
        )?);
    }
    Ok(Table { batches, ..household.clone() })
}

/// People at work and people learning, by id.
fn busy_people(person: &Table) -> Result<(HashSet<&str>, HashSet<&str>), ArrowError> {
    let (mut employed, mut students) = (HashSet::new(), HashSet::new());
    for batch in &person.batches {
        let ids: &StringArray = column(batch, "person_id")?;
        let status: &StringArray = column(batch, "employment_status")?;
        let schooling: &StringArray = column(batch, "schooling")?;
        for row in 0..batch.num_rows() {
            if status.is_valid(row) && AT_WORK.contains(&status.value(row)) {
                employed.insert(ids.value(row));
            }
            if schooling.is_valid(row) && !NOT_LEARNING.contains(&schooling.value(row)) {
                students.insert(ids.value(row));
            }
        }
    }
    Ok((employed, students))
}

/// The band of an amount with `scale` decimals: `<3000`, `3000-6000`, `≥6000` for the bounds 3,000 and 6,000.
fn band(amount: i128, bounds: &[i128], scale: u32) -> Option<String> {
    let unit = 10i128.pow(scale);
    let plain = |units: i128| match units % unit {
        0 => (units / unit).to_string(),
        rest => {
            let text = format!("{}.{rest:0width$}", units / unit, width = scale as usize);
            text.trim_end_matches('0').to_owned()
        }
    };
    let above = bounds.iter().rposition(|bound| amount >= *bound);
    match (above, bounds) {
        (_, []) => None,
        (None, [first, ..]) => Some(format!("<{}", plain(*first))),
        (Some(at), _) => Some(match bounds.get(at + 1) {
            Some(next) => format!("{}-{}", plain(bounds[at]), plain(*next)),
            None => format!("≥{}", plain(bounds[at])),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::band;

    #[test]
    fn a_bound_belongs_to_the_band_above_it() {
        let bounds = [300_000, 600_050];
        assert_eq!(band(299_999, &bounds, 2).as_deref(), Some("<3000"));
        assert_eq!(band(300_000, &bounds, 2).as_deref(), Some("3000-6000.5"));
        assert_eq!(band(600_050, &bounds, 2).as_deref(), Some("≥6000.5"));
        assert_eq!(band(135_000, &[130_000, 300_000], 4).as_deref(), Some("13-30"));
        assert_eq!(band(1, &[], 2), None);
    }
}
