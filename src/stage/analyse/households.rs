//! Bands of income and housing, how many of a household work and learn, and its tier.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Int64Array, StringArray};
use arrow::error::ArrowError;

use super::people::{PersonTier, TIERS};
use super::{column, replace};
use crate::model::{Table, Words};
use crate::plan::AnalysisPlan;
use crate::stage::lineage::{self, Lineage, Origin, Told};

/// Terms of the code table `employment_status` that mean work.
const AT_WORK: [&str; 6] = ["单位就业", "灵活就业", "外出务工", "务农", "自主经营", "公益性岗位"];
/// Terms of `schooling` that do not mean learning now.
const NOT_LEARNING: [&str; 3] = ["学龄前", "辍学", "非在校"];

/// What households are measured by.
pub(super) struct Material<'a> {
    pub person: &'a Table,
    /// Person → tier, with the row that it rests on.
    pub tiers: &'a BTreeMap<String, PersonTier>,
    pub membership: &'a Table,
    pub lineage: &'a Table,
}

/// The household table with its bands, employed and student counts and tier, and what these rest on.
pub(super) fn with_bands(
    household: &Table,
    material: &Material<'_>,
    plan: &AnalysisPlan,
    notes: &mut Vec<Words>,
) -> Result<(Table, Lineage), ArrowError> {
    if plan.income_bands.is_empty() {
        notes.push(Words::new(
            "[analysis] 未给出 income_bands，未划分家庭收入档次",
            "[analysis] gives no income_bands; households are in no income bands",
        ));
    }
    let members = Members::of(material)?;
    let row_of = |field: &str| lineage::rows_of(material.lineage, field);
    let (counted, income_rows, area_rows) =
        (row_of("member_count")?, row_of("income_per_head")?, row_of("housing_area_per_head")?);
    let mut batches = Vec::with_capacity(household.batches.len());
    let mut origins = Lineage::new();
    for batch in &household.batches {
        let ids: &StringArray = column(batch, "household_id")?;
        let bands = [
            ("income_band", "income_per_head", &plan.income_bands, 2, &income_rows),
            ("housing_area_band", "housing_area_per_head", &plan.area_bands, 4, &area_rows),
        ];
        let mut all_told: Vec<Told<'_>> = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let id = ids.value(row);
            let mut told = Told::new();
            for (field, of, bounds, scale, rows) in bands {
                let values: &Decimal128Array = column(batch, of)?;
                let band = values.is_valid(row).then(|| band(values.value(row), bounds, scale)).flatten();
                let from = rows.get(id).map(|row| (of, Cow::Borrowed(*row)));
                told.extend(band.and_then(|band| Some((field, Origin::reckoned(band, from)?))));
            }
            let nobody = || counted.get(id).map(|row| ("member_count", Cow::Borrowed(*row)));
            for (field, busy) in [("employed_count", &members.employed), ("student_count", &members.students)] {
                let those = members.among(id, busy);
                let from = those.is_empty().then(nobody).flatten();
                let origin = Origin::reckoned(those.len().to_string(), those.into_iter().chain(from));
                told.extend(origin.map(|origin| (field, origin)));
            }
            told.extend(members.tier(id).map(|tier| ("tier", tier)));
            all_told.push(told);
        }
        let texts = |field: &'static str| -> ArrayRef {
            let of = |told: &Told<'_>| told.get(field).map(|origin| origin.value.clone());
            Arc::new(all_told.iter().map(of).collect::<StringArray>())
        };
        let counts = |field: &'static str| -> ArrayRef {
            let of = |told: &Told<'_>| told.get(field)?.value.parse::<i64>().ok();
            Arc::new(all_told.iter().map(of).collect::<Int64Array>())
        };
        batches.push(replace(
            batch,
            [
                ("income_band", texts("income_band")),
                ("housing_area_band", texts("housing_area_band")),
                ("employed_count", counts("employed_count")),
                ("student_count", counts("student_count")),
                ("tier", texts("tier")),
            ],
        )?);
        for (row, told) in all_told.into_iter().enumerate() {
            origins.tell("household", ids.value(row), told);
        }
    }
    Ok((Table { batches, ..household.clone() }, origins))
}

/// Who belongs to which household, and what is known of them; each with the row that says so.
struct Members<'a> {
    /// Household → its people, of all kinds of list.
    of_home: HashMap<&'a str, BTreeSet<&'a str>>,
    employed: HashMap<&'a str, &'a str>,
    students: HashMap<&'a str, &'a str>,
    /// Household → the most pressing tier among those who count to it, and whose it is.
    tiers: HashMap<&'a str, (&'a PersonTier, &'a str)>,
}

impl<'a> Members<'a> {
    fn of(material: &Material<'a>) -> Result<Self, ArrowError> {
        let mut of_home: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for batch in &material.membership.batches {
            let (homes, people) =
                (column::<StringArray>(batch, "household_id")?, column::<StringArray>(batch, "person_id")?);
            for (home, person) in homes.iter().flatten().zip(people.iter().flatten()) {
                of_home.entry(home).or_default().insert(person);
            }
        }
        let at_work = lineage::rows_of(material.lineage, "employment_status")?;
        let learning = lineage::rows_of(material.lineage, "schooling")?;
        let (mut employed, mut students) = (HashMap::new(), HashMap::new());
        let mut tiers: HashMap<&str, (&PersonTier, &str)> = HashMap::new();
        for batch in &material.person.batches {
            let ids: &StringArray = column(batch, "person_id")?;
            let status: &StringArray = column(batch, "employment_status")?;
            let schooling: &StringArray = column(batch, "schooling")?;
            let homes: &StringArray = column(batch, "household_id")?;
            for row in 0..batch.num_rows() {
                let id = ids.value(row);
                if status.is_valid(row) && AT_WORK.contains(&status.value(row)) {
                    employed.extend(at_work.get_key_value(id));
                }
                if schooling.is_valid(row) && !NOT_LEARNING.contains(&schooling.value(row)) {
                    students.extend(learning.get_key_value(id));
                }
                if let (true, Some(tier)) = (homes.is_valid(row), material.tiers.get(id)) {
                    let held = tiers.entry(homes.value(row)).or_insert((tier, id));
                    if tier.at < held.0.at {
                        *held = (tier, id);
                    }
                }
            }
        }
        Ok(Members { of_home, employed, students, tiers })
    }

    fn tier(&self, home: &str) -> Option<Origin<'a>> {
        let (tier, person) = self.tiers.get(home)?;
        Origin::reckoned(TIERS[tier.at].to_owned(), [(person, Cow::Borrowed(tier.row_id.as_str()))])
    }

    /// The people of a household who are among those given, each with its row.
    fn among(&self, home: &str, those: &HashMap<&'a str, &'a str>) -> Vec<(&'a str, Cow<'a, str>)> {
        let people = self.of_home.get(home).into_iter().flatten();
        people.filter_map(|person| Some((*person, Cow::Borrowed(*those.get(person)?)))).collect()
    }
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
