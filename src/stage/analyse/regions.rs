//! The table `region_index`: coverage and poverty by county, and for the city as a whole.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, ListArray, StringArray};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::{PreviousRanks, column};
use crate::kernel::poverty::{AlkireFoster, Fgt, alkire_foster, fgt};
use crate::model::{FieldType, Sensitivity, Table, TitledColumn, Words};
use crate::plan::Plan;

/// Deprivations of the multidimensional measure besides income, by the group that stands for each, equally weighted:
/// medical, education, housing, employment, sudden shock. Disability and care come from the person's own column.
const DEPRIVED_GROUPS: [&str; 5] =
    ["医疗困难人员", "教育困难人员", "住房困难人员", "就业困难人员", "意外事故影响基本生活困难人员"];
const DIMENSIONS: f64 = 7.0;
/// Poor is who lacks at least a third of the dimensions, as the global index has it.
const CUTOFF: f64 = 1.0 / 3.0;

/// What is known of one region's registered people.
#[derive(Default)]
struct Region {
    registered: u64,
    /// Yearly income per head of those whose household's income is known, in cents.
    incomes: Vec<i128>,
    scores: Vec<f64>,
}

/// One row per county with registered people, who are those `enrolled`, or a stated population, and one for the city.
pub(super) fn region_index(
    person: &Table,
    household: &Table,
    enrolled: &HashSet<&str>,
    plan: &Plan,
    previous: &PreviousRanks,
) -> Result<(Table, Vec<Words>), ArrowError> {
    let mut notes = Vec::new();
    if plan.analysis.populations.is_empty() {
        notes.push(Words::new(
            "[analysis] 未给出 populations，未计算覆盖率",
            "[analysis] gives no populations; coverage was not reckoned",
        ));
    }
    if plan.analysis.poverty_line.is_none() {
        notes.push(Words::new(
            "[analysis] 未给出 poverty_line，未计算贫困发生率、贫困差距和多维贫困",
            "[analysis] gives no poverty_line; headcount, gap and multidimensional poverty were not reckoned",
        ));
    }
    let regions = regions(person, household, enrolled, plan)?;
    let measures: BTreeMap<&String, Option<Fgt>> = regions
        .iter()
        .map(|(code, region)| (code, plan.analysis.poverty_line.and_then(|line| fgt(&region.incomes, line))))
        .collect();
    let ranks = ranks(&plan.region, &measures);
    Ok((table(&regions, &measures, &ranks, plan, previous)?, notes))
}

fn regions(
    person: &Table,
    household: &Table,
    enrolled: &HashSet<&str>,
    plan: &Plan,
) -> Result<BTreeMap<String, Region>, ArrowError> {
    let mut income_of: HashMap<&str, i128> = HashMap::new();
    for batch in &household.batches {
        let ids: &StringArray = column(batch, "household_id")?;
        let income: &Decimal128Array = column(batch, "income_per_head")?;
        let known = (0..batch.num_rows()).filter(|row| income.is_valid(*row));
        income_of.extend(known.map(|row| (ids.value(row), income.value(row))));
    }
    let mut regions: BTreeMap<String, Region> = BTreeMap::new();
    regions.entry(plan.region.clone()).or_default();
    for code in plan.analysis.populations.keys() {
        regions.entry(code.clone()).or_default();
    }
    for batch in &person.batches {
        let ids: &StringArray = column(batch, "person_id")?;
        let homes: &StringArray = column(batch, "household_id")?;
        let codes: &StringArray = column(batch, "region_code")?;
        let levels: &StringArray = column(batch, "disability_level")?;
        let groups: &ListArray = column(batch, "low_income_groups")?;
        for row in (0..batch.num_rows()).filter(|row| enrolled.contains(ids.value(*row))) {
            let income = income_of.get(homes.value(row)).copied();
            let score = plan.analysis.poverty_line.and_then(|line| {
                let poor = income.is_some_and(|income| income < line);
                let groups = groups.value(row);
                let groups = groups.as_any().downcast_ref::<StringArray>()?;
                let lacks =
                    DEPRIVED_GROUPS.iter().filter(|group| groups.iter().flatten().any(|g| g == **group)).count();
                Some((lacks + usize::from(poor) + usize::from(levels.is_valid(row))) as f64 / DIMENSIONS)
            });
            let own = codes.is_valid(row).then(|| codes.value(row)).filter(|code| *code != plan.region);
            for code in [Some(plan.region.as_str()), own].into_iter().flatten() {
                let region = regions.entry(code.to_owned()).or_default();
                region.registered += 1;
                region.incomes.extend(income);
                region.scores.extend(score);
            }
        }
    }
    Ok(regions)
}

/// Competition ranks of the counties by headcount, the poorest first; equal values share a rank.
fn ranks(city: &str, measures: &BTreeMap<&String, Option<Fgt>>) -> HashMap<String, i64> {
    let counties: Vec<(&String, f64)> = measures
        .iter()
        .filter(|(code, _)| code.as_str() != city)
        .filter_map(|(code, measure)| Some((*code, measure.as_ref()?.headcount)))
        .collect();
    let rank = |value: f64| 1 + counties.iter().filter(|(_, other)| *other > value).count() as i64;
    counties.iter().map(|(code, value)| ((*code).clone(), rank(*value))).collect()
}

fn table(
    regions: &BTreeMap<String, Region>,
    measures: &BTreeMap<&String, Option<Fgt>>,
    ranks: &HashMap<String, i64>,
    plan: &Plan,
    previous: &PreviousRanks,
) -> Result<Table, ArrowError> {
    let codes: Vec<&String> = regions.keys().collect();
    let residents = |code: &String| plan.analysis.populations.get(code).copied();
    let many: BTreeMap<&String, Option<AlkireFoster>> =
        regions.iter().map(|(code, region)| (code, alkire_foster(&region.scores, CUTOFF))).collect();
    let floats = |of: &dyn Fn(&String) -> Option<f64>| -> ArrayRef {
        Arc::new(codes.iter().map(|code| of(code)).collect::<Float64Array>())
    };
    let integers = |of: &dyn Fn(&String) -> Option<i64>| -> ArrayRef {
        Arc::new(codes.iter().map(|code| of(code)).collect::<Int64Array>())
    };
    let level = |code: &&String| if **code == plan.region { "city" } else { "county" };
    let columns: Vec<(&'static str, &'static str, ArrayRef)> = vec![
        ("region_code", "行政区划代码", Arc::new(StringArray::from_iter_values(&codes))),
        ("region_level", "级别", Arc::new(StringArray::from_iter_values(codes.iter().map(level)))),
        ("residents", "常住人口", integers(&|code| residents(code).map(|n| n as i64))),
        ("registered", "在库人数", integers(&|code| Some(regions[code].registered as i64))),
        (
            "coverage",
            "覆盖率",
            floats(&|code| Some(regions[code].registered as f64 / residents(code).filter(|n| *n > 0)? as f64)),
        ),
        ("headcount", "贫困发生率", floats(&|code| Some(measures[code]?.headcount))),
        ("gap", "贫困差距", floats(&|code| Some(measures[code]?.gap))),
        ("severity", "贫困强度", floats(&|code| Some(measures[code]?.severity))),
        ("mpi_h", "多维贫困发生率", floats(&|code| Some(many[code]?.incidence))),
        ("mpi_a", "多维贫困剥夺强度", floats(&|code| Some(many[code]?.intensity))),
        ("mpi_m0", "多维贫困指数", floats(&|code| Some(many[code]?.adjusted))),
        // Needs bounds that the office has fixed; none are invented.
        ("development_index", "发展指数", floats(&|_| None)),
        ("poverty_rank", "贫困排名", integers(&|code| ranks.get(code).copied())),
        ("rank_change", "排名变化", integers(&|code| Some(ranks.get(code)? - previous.get(code)?))),
    ];
    let kind = |array: &ArrayRef| match array.data_type() {
        DataType::Utf8 => FieldType::Region,
        DataType::Int64 => FieldType::Integer,
        _ => FieldType::Decimal,
    };
    let columns = columns
        .into_iter()
        .map(|(name, title, array)| TitledColumn {
            name,
            title,
            kind: kind(&array),
            sensitivity: Sensitivity::Open,
            array,
        })
        .collect();
    let table = Table::of_columns("region_index", "区域指数", columns)?;
    Ok(Table { sorted_by: vec!["region_code".to_owned()], ..table })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_headcounts_share_a_rank_and_the_city_has_none() {
        let codes = ["360800", "360821", "360822", "360823"].map(String::from);
        let fgt = |headcount| Some(Fgt { headcount, ..Fgt::default() });
        let measures = codes.iter().zip([fgt(0.9), fgt(0.2), fgt(0.2), fgt(0.1)]).collect();
        let ranks = ranks("360800", &measures);
        assert_eq!(ranks.get("360821"), Some(&1));
        assert_eq!(ranks.get("360822"), Some(&1));
        assert_eq!(ranks.get("360823"), Some(&3));
        assert_eq!(ranks.get("360800"), None);
    }
}
