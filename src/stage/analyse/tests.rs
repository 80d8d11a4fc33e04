use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, StringArray};

use super::analyse;
use crate::model::{FieldType, Measures, Role, Sensitivity, Table, TitledColumn};
use crate::plan::{AnalysisPlan, LinkPlan, Plan, PublishPlan};
use crate::stage::columns::{ASSISTANCE, Column, HOUSEHOLD, MEMBERSHIP, PERSON};
use crate::stage::fixtures::today;
use crate::stage::lineage::{Lineage, Origin};

/// A fused table with some of its columns filled and the others null.
fn table(name: &'static str, columns: &'static [Column], rows: usize, filled: &[(&str, &[&str])]) -> Table {
    let column = |column: &Column| {
        let texts = |at: usize| {
            let cells = filled.iter().find(|(name, _)| *name == column.name)?.1;
            Some(cells[at]).filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        let array: ArrayRef = if column.list {
            let items = |at: usize| texts(at).map(|text| vec![text]).unwrap_or_default();
            crate::stage::columns::lists((0..rows).map(items).collect())
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

/// Four people in three households of two counties, incomes 2,000, 8,000 and unknown; all stand in a register.
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
        lineage(),
        list("minimum_living_allowance", vec![("person_id", texts(&["P1", "P2", "P3", "P4"]))]),
        list(
            "employment",
            vec![
                ("person_id", texts(&["P1", "P3"])),
                ("row_id", texts(&["e/e//1", "e/e//3"])),
                ("is_hard_to_employ", Arc::new(BooleanArray::from(vec![true, true]))),
            ],
        ),
        list(
            "low_income_registration",
            vec![
                ("person_id", texts(&["P1"])),
                ("row_id", texts(&["l/l//1"])),
                ("low_income_groups", texts(&["困难党员、教育困难人员"])),
            ],
        ),
    ]
}

/// What fusion tells of the values above.
fn lineage() -> Table {
    let mut lineage = Lineage::new();
    let row = |text: &'static str| Cow::Borrowed(text);
    let mut tell = |kind: &str, id: &str, fields: &[(&'static str, &'static str, &'static str)]| {
        let told = fields.iter().filter_map(|(field, what, from)| {
            Some((*field, Origin::reckoned((*what).to_owned(), [(*what, row(from))])?))
        });
        lineage.tell(kind, id, told.collect());
    };
    tell("household", "H1", &[("income_per_head", "2000.00", "h/h//1"), ("member_count", "2", "d/d//1")]);
    tell("household", "H2", &[("income_per_head", "8000.00", "h/h//2"), ("member_count", "1", "d/d//3")]);
    tell("household", "H3", &[("member_count", "1", "d/d//4")]);
    let born = |from| ("birth_date", "", from);
    tell("person", "P1", &[born("d/d//1"), ("employment_status", "务农", "e/e//1"), ("programmes", "低保", "d/d//1")]);
    tell("person", "P2", &[born("d/d//2"), ("schooling", "小学", "s/s//2")]);
    tell("person", "P3", &[born("d/d//3"), ("disability_level", "一级", "c/c//3")]);
    tell("person", "P4", &[("employment_status", "外出务工", "e/e//4")]);
    lineage.finish().unwrap()
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
        schemas: [registration(), register(), crate::model::Schema { role: Role::Informs, ..named("disability") }]
            .map(|schema| (schema.name.clone(), Arc::new(schema)))
            .into(),
        codes: empty(),
        rules: Vec::new(),
        link: LinkPlan::default(),
        analysis,
        publish: PublishPlan::default(),
        hash: String::new(),
        warnings: Vec::new(),
    }
}

fn named(name: &str) -> crate::model::Schema {
    crate::stage::fixtures::schema(name, crate::model::Grain::Person, &[], Vec::new())
}

fn register() -> crate::model::Schema {
    named("minimum_living_allowance")
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
    assert!(measures.notes.iter().any(|note| note.zh.contains("medical_line") || note.zh.contains("medical_expense")));
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
fn every_value_that_analysis_adds_names_the_rows_behind_it() {
    let measures = measured(figures(), &HashMap::new());
    let texts = |name: &str| -> Vec<String> {
        let column: &StringArray = column(&measures, "lineage", name);
        column.iter().flatten().map(str::to_owned).collect()
    };
    let basis: &ListArray = column(&measures, "lineage", "basis");
    let (ids, fields, values) = (texts("entity_id"), texts("field"), texts("value"));
    let told = |id: &str, field: &str| {
        let at = (0..ids.len()).find(|at| ids[*at] == id && fields[*at] == field)?;
        let parts = basis.value(at);
        let parts: &StringArray = parts.as_any().downcast_ref().unwrap();
        Some(format!("{} <- {}", values[at], parts.iter().flatten().collect::<Vec<_>>().join(" + ")))
    };
    let is = |id: &str, field: &str, wanted: &str| assert_eq!(told(id, field).as_deref(), Some(wanted));
    is("P1", "tier", "二级（最低生活保障） <- 低保 @ d/d//1");
    is("P3", "tier", "三级（其他低收入人口） <- 就业困难人员 @ e/e//3");
    is("P3", "labels", "重度残疾 <- 重度残疾 @ c/c//3");
    is("P2", "labels", "未成年人 <- 未成年人 @ d/d//2");
    is("H1", "employed_count", "1 <- P1 @ e/e//1");
    is("H1", "student_count", "1 <- P2 @ s/s//2");
    is("H2", "employed_count", "0 <- member_count @ d/d//3");
    is("H1", "income_band", "<3000 <- income_per_head @ h/h//1");
    is("H1", "tier", "二级（最低生活保障） <- P1 @ d/d//1");
    assert_eq!(told("H3", "tier"), None);
    let groups = told("P1", "low_income_groups").unwrap();
    assert!(groups.starts_with("困难党员、教育困难人员、就业困难人员、多重困难人员 <- 困难党员 @ l/l//1"), "{groups}");
    assert!(groups.contains("就业困难人员 @ e/e//1 + 多重困难人员 @ l/l//1"), "{groups}");
    assert!(ids.windows(2).all(|pair| pair[0] <= pair[1]), "in order");
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
    let told = measures.notes.iter().map(|note| note.zh.as_str()).collect::<Vec<_>>().join("\n");
    assert!(["populations", "poverty_line", "income_bands"].iter().all(|key| told.contains(key)), "{told}");
}

#[test]
fn whom_only_a_department_knows_is_not_registered() {
    let mut tables = tables();
    tables.retain(|table| table.name.as_str() != "minimum_living_allowance");
    tables.push(list("minimum_living_allowance", vec![("person_id", texts(&["P1", "P2", "P3"]))]));
    tables.push(list("disability", vec![("person_id", texts(&["P4"]))]));
    let measures = analyse(&tables, &plan(figures()), &HashMap::new(), today()).unwrap();
    let registered: &Int64Array = column(&measures, "region_index", "registered");
    // City, and the two counties; P4 lives in the second.
    assert_eq!(registered.values(), &[3, 2, 1]);
}

/// The group of each person whom one source row of aid or one bill each speaks of, on 2025-12-15.
fn groups_by(table: Table, analysis: AnalysisPlan) -> Vec<Vec<String>> {
    let mut tables = tables();
    tables.retain(|known| !["employment", "low_income_registration"].contains(&known.name.as_str()));
    tables.push(table);
    lists(&analyse(&tables, &plan(analysis), &HashMap::new(), today()).unwrap(), "low_income_groups")
}

#[test]
fn help_that_has_ended_and_aid_of_long_ago_put_nobody_into_a_group() {
    let filled: [(&str, &[&str]); 7] = [
        ("person_id", &["P1", "P2", "P3", "P4"]),
        ("row_id", &["a//1", "a//2", "a//3", "a//4"]),
        ("record_kind", &["entitlement", "entitlement", "payment", "payment"]),
        ("programme", &["低保", "特困", "临时救助", "临时救助"]),
        ("subprogramme", &["", "", "支出型救助", "支出型救助"]),
        ("starts_on", &["", "", "2025-01-01", "2024-12-31"]),
        ("ends_on", &["2015-06-30", "2025-12-01", "", ""]),
    ];
    let groups = groups_by(table("assistance", ASSISTANCE, 4, &filled), AnalysisPlan::default());
    assert_eq!(groups, [vec![], vec!["特困供养救助人员"], vec!["支出型困难人员"], vec![]]);
}

#[test]
fn only_the_bills_of_the_last_twelve_months_count_and_each_settlement_once() {
    use arrow::array::Date32Array;
    use arrow::compute::cast;
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    let days = ["2024-12-15", "2024-12-16", "2025-06-01", "2025-06-01", "2025-06-01"].map(day);
    let days = Date32Array::from_iter_values(days.map(arrow::datatypes::Date32Type::from_naive_date));
    let paid = |yuan: &[i64]| -> ArrayRef {
        let whole: ArrayRef = Arc::new(Int64Array::from(yuan.to_vec()));
        cast(&whole, &FieldType::Money.data_type()).unwrap()
    };
    let bills = list(
        "medical_expense",
        vec![
            ("person_id", texts(&["P1", "P2", "P3", "P3", "P4"])),
            ("row_id", texts(&["m//1", "m//2", "m//3", "m//4", "m//5"])),
            ("settlement_number", texts(&["1", "2", "3", "3", "4"])),
            ("settled_on", Arc::new(days)),
            ("self_paid", paid(&[20_000, 20_000, 10_000, 10_000, 19_999])),
        ],
    );
    let figures = AnalysisPlan { medical_line: Some(2_000_000), ..AnalysisPlan::default() };
    assert_eq!(groups_by(bills, figures), [vec![], vec!["医疗困难人员"], vec![], vec![]]);
}
