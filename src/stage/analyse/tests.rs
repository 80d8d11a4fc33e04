use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, StringArray};

use super::analyse;
use crate::model::{FieldType, Measures, Sensitivity, Table, TitledColumn};
use crate::plan::{AnalysisPlan, LinkPlan, Plan, PublishPlan};
use crate::stage::fixtures::today;
use crate::stage::fuse::columns::{Column, HOUSEHOLD, MEMBERSHIP, PERSON};

/// A fused table with some of its columns filled and the others null.
fn table(name: &'static str, columns: &'static [Column], rows: usize, filled: &[(&str, &[&str])]) -> Table {
    let column = |column: &Column| {
        let texts = |at: usize| {
            let cells = filled.iter().find(|(name, _)| *name == column.name)?.1;
            Some(cells[at]).filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        let array: ArrayRef = if column.list {
            let items = |at: usize| texts(at).map(|text| vec![text]).unwrap_or_default();
            crate::stage::fuse::columns::lists((0..rows).map(items).collect())
        } else {
            column.array((0..rows).map(texts).collect()).unwrap()
        };
        TitledColumn { name: column.name, title: "", kind: column.kind, sensitivity: column.sensitivity, array }
    };
    Table::of_columns(name, name, columns.iter().map(column).collect()).unwrap()
}

fn list(name: &str, columns: Vec<(&'static str, ArrayRef)>) -> Table {
    let column =
        |(name, array)| TitledColumn { name, title: "", kind: FieldType::Text, sensitivity: Sensitivity::Open, array };
    Table::of_columns(name, name, columns.into_iter().map(column).collect()).unwrap()
}

fn texts(cells: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(cells))
}

/// Four people in three households of two counties: incomes 2,000, 8,000 and unknown.
fn tables() -> Vec<Table> {
    vec![
        table(
            "person",
            PERSON,
            4,
            &[
                ("person_id", &["P1", "P2", "P3", "P4"]),
                ("household_id", &["H1", "H1", "H2", "H3"]),
                ("region_code", &["360821", "360821", "360822", "360822"]),
                ("age", &["85", "10", "40", ""]),
                ("disability_level", &["", "", "一级", ""]),
                ("programmes", &["低保", "", "", ""]),
                ("employment_status", &["务农", "", "失业", "外出务工"]),
                ("schooling", &["", "小学", "", ""]),
            ],
        ),
        table(
            "household",
            HOUSEHOLD,
            3,
            &[("household_id", &["H1", "H2", "H3"]), ("income_per_head", &["2000.00", "8000.00", ""])],
        ),
        table(
            "membership",
            MEMBERSHIP,
            4,
            &[("household_id", &["H1", "H1", "H2", "H3"]), ("person_id", &["P1", "P2", "P3", "P4"])],
        ),
        list(
            "employment",
            vec![
                ("person_id", texts(&["P1", "P3"])),
                ("is_hard_to_employ", Arc::new(BooleanArray::from(vec![true, true]))),
            ],
        ),
        list(
            "low_income_registration",
            vec![("person_id", texts(&["P1"])), ("low_income_groups", texts(&["困难党员、教育困难人员"]))],
        ),
    ]
}

fn plan(analysis: AnalysisPlan) -> Plan {
    let empty = || std::collections::BTreeMap::new();
    Plan {
        name: "t".into(),
        title: "t".into(),
        region: "360800".into(),
        lang: None,
        as_of: None,
        database: Default::default(),
        folder: Default::default(),
        sources: Vec::new(),
        // What the registration form says is read from any schema's table of that column.
        schemas: [("low_income_registration".to_owned(), Arc::new(registration()))].into(),
        codes: empty(),
        rules: Vec::new(),
        link: LinkPlan::default(),
        analysis,
        publish: PublishPlan::default(),
        hash: String::new(),
    }
}

fn registration() -> crate::model::Schema {
    use crate::stage::fixtures::{field, schema};
    let fields = vec![field("low_income_groups", "类别", FieldType::Text)];
    schema("low_income_registration", crate::model::Grain::Person, &[], fields)
}

fn figures() -> AnalysisPlan {
    AnalysisPlan {
        poverty_line: Some(400_000),
        populations: [("360821".to_owned(), 40), ("360800".to_owned(), 100)].into(),
        income_bands: vec![300_000],
        ..AnalysisPlan::default()
    }
}

fn measured(analysis: AnalysisPlan, ranks: &HashMap<String, i64>) -> Measures {
    analyse(&tables(), &plan(analysis), ranks, today()).unwrap()
}

fn column<'a, T: Array + 'static>(measures: &'a Measures, table: &str, name: &str) -> &'a T {
    let table = measures.tables.iter().find(|known| known.name.as_str() == table).unwrap();
    table.batches[0].column_by_name(name).unwrap().as_any().downcast_ref().unwrap()
}

fn lists(measures: &Measures, name: &str) -> Vec<Vec<String>> {
    let lists: &ListArray = column(measures, "person", name);
    let of = |row: usize| {
        let list = lists.value(row);
        let texts: &StringArray = list.as_any().downcast_ref().unwrap();
        texts.iter().flatten().map(str::to_owned).collect()
    };
    (0..lists.len()).map(of).collect()
}

#[test]
fn groups_come_from_the_form_and_the_rules_and_several_make_one_more() {
    let measures = measured(figures(), &HashMap::new());
    let groups = lists(&measures, "low_income_groups");
    assert_eq!(groups[0], ["困难党员", "教育困难人员", "就业困难人员", "多重困难人员"]);
    assert_eq!(groups[2], ["就业困难人员"]);
    assert!(groups[1].is_empty() && groups[3].is_empty());
    assert!(measures.notes.iter().any(|note| note.contains("medical_line") || note.contains("medical_expense")));
}

#[test]
fn tiers_and_labels_say_what_strikes_first() {
    let measures = measured(figures(), &HashMap::new());
    let tiers: &StringArray = column(&measures, "person", "tier");
    assert_eq!(tiers.value(0), "二级（最低生活保障）");
    assert_eq!(tiers.value(2), "三级（其他低收入人口）");
    assert!(tiers.is_null(1));
    let labels = lists(&measures, "labels");
    assert_eq!(labels[0], ["高龄老人", "多重困难"]);
    assert_eq!(
        (labels[1].as_slice(), labels[2].as_slice()),
        (&["未成年人".to_owned()][..], &["重度残疾".to_owned()][..])
    );
}

#[test]
fn households_get_their_band_and_how_many_work_and_learn() {
    let measures = measured(figures(), &HashMap::new());
    let bands: &StringArray = column(&measures, "household", "income_band");
    assert_eq!((bands.value(0), bands.value(1), bands.is_null(2)), ("<3000", "≥3000", true));
    let employed: &Int64Array = column(&measures, "household", "employed_count");
    assert_eq!(employed.values(), &[1, 0, 1]);
    let students: &Int64Array = column(&measures, "household", "student_count");
    assert_eq!(students.values(), &[1, 0, 0]);
}

#[test]
fn a_region_counts_those_whose_income_is_known_and_ranks_the_poorest_first() {
    let measures = measured(figures(), &HashMap::from([("360821".to_owned(), 2)]));
    let codes: &StringArray = column(&measures, "region_index", "region_code");
    assert_eq!(codes.iter().flatten().collect::<Vec<_>>(), ["360800", "360821", "360822"]);
    let float = |name: &str, row: usize| {
        let values: &Float64Array = column(&measures, "region_index", name);
        values.is_valid(row).then(|| values.value(row))
    };
    let integer = |name: &str, row: usize| {
        let values: &Int64Array = column(&measures, "region_index", name);
        values.is_valid(row).then(|| values.value(row))
    };
    // City: incomes 2000, 2000, 8000 against 4000; two of three poor, each short by half.
    assert_eq!(float("headcount", 0), Some(2.0 / 3.0));
    assert_eq!(float("gap", 0), Some(1.0 / 3.0));
    assert_eq!(float("severity", 0), Some(1.0 / 6.0));
    assert_eq!((float("headcount", 1), float("headcount", 2)), (Some(1.0), Some(0.0)));
    assert_eq!((integer("registered", 0), float("coverage", 1)), (Some(4), Some(0.05)));
    assert_eq!(
        (integer("poverty_rank", 0), integer("poverty_rank", 1), integer("poverty_rank", 2)),
        (None, Some(1), Some(2))
    );
    assert_eq!((integer("rank_change", 1), integer("rank_change", 2)), (Some(-1), None));
    // P1 lacks income, employment and education: three of seven dimensions, above a third.
    assert_eq!((float("mpi_h", 1), float("mpi_a", 1)), (Some(0.5), Some(3.0 / 7.0)));
}

#[test]
fn without_local_figures_nothing_is_invented_and_it_is_said() {
    let measures = measured(AnalysisPlan::default(), &HashMap::new());
    let headcount: &Float64Array = column(&measures, "region_index", "headcount");
    assert!((0..headcount.len()).all(|row| headcount.is_null(row)));
    let told = measures.notes.join("\n");
    assert!(["populations", "poverty_line", "income_bands"].iter().all(|key| told.contains(key)), "{told}");
}
