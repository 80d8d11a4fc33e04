use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{Array, ListArray, RecordBatch, StringArray};

use super::{Known, Previous, fuse};
use crate::model::{
    AmountBasis, Assistance, Entities, FieldType, Grain, RecordKind, Role, Schema, Table, Unpaid, ValidTable,
    ValueSource,
};
use crate::plan::{AnalysisPlan, LinkPlan, Plan, PublishPlan, Source, Trust};
use crate::stage::columns::as_text;
use crate::stage::fixtures::{field, number, schema, today, valid};
use crate::stage::link::link;

const TITLES: [&str; 9] = ["姓名", "证号", "电话", "县", "民族", "户号", "户主证号", "关系", "开始"];

fn people(name: &str, role: Role) -> Schema {
    let fields = vec![
        field("name", "姓名", FieldType::PersonName),
        field("id_number", "证号", FieldType::IdentityNumber),
        field("phone", "电话", FieldType::Phone),
        field("county", "县", FieldType::Region),
        field("ethnic_group", "民族", FieldType::Text),
        field("household_number", "户号", FieldType::Text),
        field("head_id_number", "户主证号", FieldType::IdentityNumber),
        field("relation", "关系", FieldType::Text),
        field("started", "开始", FieldType::Month),
    ];
    Schema { role, ..schema(name, Grain::Person, &[1, 0], fields) }
}

fn allowance() -> Schema {
    let assistance = Assistance {
        record_kind: RecordKind::Entitlement,
        programme: ValueSource::Literal("低保".into()),
        subprogramme: None,
        cause: None,
        starts_on: Some(8),
        ends_on: None,
        paid_month: None,
        amount: None,
        amount_basis: AmountBasis("month_person".into()),
        insured_count: None,
        unpaid: None,
    };
    Schema { assistance: Some(assistance), ..people("allowance", Role::Enrols) }
}

fn source(id: &str, trust: u8, phone: Option<u8>) -> Source {
    Source {
        provider: id.into(),
        trust: Trust { default: trust, by_field: phone.map(|trust| ("phone".to_owned(), trust)).into_iter().collect() },
        ..Source::unstated(id)
    }
}

fn plan(sources: Vec<Source>) -> Plan {
    Plan {
        name: "t".into(),
        title: "t".into(),
        region: "360800".into(),
        lang: None,
        as_of: None,
        database: PathBuf::new(),
        folder: PathBuf::new(),
        sources,
        schemas: BTreeMap::new(),
        codes: BTreeMap::new(),
        rules: Vec::new(),
        link: LinkPlan::default(),
        analysis: AnalysisPlan::default(),
        publish: PublishPlan::default(),
        hash: String::new(),
        warnings: Vec::new(),
    }
}

fn fused(tables: Vec<ValidTable>, sources: Vec<Source>, previous: &Previous) -> Entities {
    let links = link(tables, Vec::new(), &LinkPlan::default()).unwrap();
    fuse(links, &plan(sources), previous, today()).unwrap()
}

fn table<'a>(entities: &'a Entities, name: &str) -> &'a Table {
    entities.tables.iter().find(|known| known.name.as_str() == name).unwrap()
}

fn batch<'a>(entities: &'a Entities, name: &str) -> &'a RecordBatch {
    &table(entities, name).batches[0]
}

/// The texts of a column, `∅` for null.
fn column(entities: &Entities, table: &str, name: &str) -> Vec<String> {
    let texts: StringArray = as_text(batch(entities, table).column_by_name(name).unwrap()).unwrap();
    texts.iter().map(|text| text.unwrap_or("∅").to_owned()).collect()
}

/// `value <- row (reason)` of a person's field.
fn lineage(entities: &Entities, wanted: &str) -> Vec<String> {
    let [fields, values, rows, reasons] =
        ["field", "value", "row_id", "reason"].map(|name| column(entities, "lineage", name));
    let of = |at: usize| format!("{} <- {} ({})", values[at], rows[at], reasons[at]);
    (0..fields.len()).filter(|at| fields[*at] == wanted).map(of).collect()
}

fn one() -> String {
    number("36242119650312", 1)
}

#[test]
fn the_more_trusted_source_wins_and_a_field_may_have_a_trust_of_its_own() {
    let registered = format!("王小明|{}|13907961111|吉安县|汉族", one());
    let insured = format!("王小明|{}|13907962222||畲族", one());
    let entities = fused(
        vec![
            valid("dibao", None, allowance(), &TITLES, &[registered]),
            valid("medical", None, people("insurance", Role::Informs), &TITLES, &[insured]),
        ],
        vec![source("dibao", 90, Some(20)), source("medical", 50, None)],
        &Previous::default(),
    );
    assert_eq!(column(&entities, "person", "ethnic_group"), ["汉族"]);
    assert_eq!(column(&entities, "person", "phone"), ["13907962222"]);
    assert_eq!(lineage(&entities, "phone"), ["13907962222 <- medical/a.csv//2 (trust)"]);
    let others = batch(&entities, "lineage").column_by_name("alternatives").unwrap();
    let others = others.as_any().downcast_ref::<ListArray>().unwrap();
    let told: Vec<String> = (0..others.len())
        .flat_map(|row| {
            let list = others.value(row);
            let texts = list.as_any().downcast_ref::<StringArray>().unwrap();
            texts.iter().flatten().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert!(told.contains(&"13907961111 @ dibao/a.csv//2".to_owned()), "{told:?}");
}

#[test]
fn a_row_under_another_name_renames_nobody_and_is_heard_where_all_others_are_silent() {
    let entities = fused(
        vec![
            valid("dibao", None, allowance(), &TITLES, &[format!("蒋家和|{}||吉安县", one())]),
            valid(
                "death",
                None,
                people("death", Role::Informs),
                &TITLES,
                &[format!("丁不同|{}|13907962222|泰和县", one())],
            ),
        ],
        vec![source("dibao", 80, None), source("death", 85, None)],
        &Previous::default(),
    );
    assert_eq!(column(&entities, "person", "name"), ["蒋家和"]);
    assert_eq!(column(&entities, "person", "county"), ["吉安县"]);
    assert_eq!(lineage(&entities, "phone"), ["13907962222 <- death/a.csv//2 (agreed)"]);
}

#[test]
fn among_equals_the_newer_period_wins() {
    let month = |phone: &str| [format!("王小明|{}|{phone}", one())];
    let entities = fused(
        vec![
            valid("dibao", Some("2025-06"), allowance(), &TITLES, &month("13907961111")),
            valid("dibao", Some("2025-11"), allowance(), &TITLES, &month("13907962222")),
        ],
        vec![source("dibao", 90, None)],
        &Previous::default(),
    );
    assert_eq!(lineage(&entities, "phone"), ["13907962222 <- dibao/2025-11.csv//2 (period)"]);
}

#[test]
fn the_number_states_birth_sex_and_age_and_the_county_its_code() {
    let entities = fused(
        vec![valid("dibao", None, allowance(), &TITLES, &[format!("王小明|{}||吉安县", one())])],
        vec![source("dibao", 90, None)],
        &Previous::default(),
    );
    let value = |name: &str| column(&entities, "person", name)[0].clone();
    assert_eq!([value("birth_date"), value("sex"), value("age")], ["1965-03-12", "男", "60"]);
    assert_eq!([value("region_code"), value("id_kind"), value("id_status")], ["360821", "resident_id", "valid"]);
    assert_eq!(lineage(&entities, "birth_date"), ["1965-03-12 <- dibao/a.csv//2 (identity_number)"]);
    assert_eq!(lineage(&entities, "id_number").len(), 1);
    assert_eq!(column(&entities, "identifier", "id_number"), [one()]);
}

#[test]
fn a_month_of_a_literal_programme_becomes_an_entitlement_from_its_first_day() {
    let entities = fused(
        vec![valid("dibao", None, allowance(), &TITLES, &[format!("王小明|{}|||||||2024-02", one())])],
        vec![source("dibao", 90, None)],
        &Previous::default(),
    );
    let value = |name: &str| column(&entities, "assistance", name)[0].clone();
    assert_eq!([value("programme"), value("starts_on"), value("amount")], ["低保", "2024-02-01", "∅"]);
    assert_eq!([value("record_kind"), value("amount_basis")], ["entitlement", "month_person"]);
    assert_eq!(column(&entities, "person", "helped_on"), ["2024-02-01"]);
    let programmes = batch(&entities, "person").column_by_name("programmes").unwrap();
    assert_eq!(programmes.as_any().downcast_ref::<ListArray>().unwrap().value(0).len(), 1);
}

#[test]
fn ids_last_although_the_file_has_another_name_and_are_never_given_twice() {
    let row = |name: &str, sequence: u32| format!("{name}|{}", number("36242119650312", sequence));
    let run = |source_id: &str, rows: &[String], previous: &Previous| {
        fused(vec![valid(source_id, None, allowance(), &TITLES, rows)], vec![source(source_id, 90, None)], previous)
    };
    let first = run("old", &[row("王小明", 1), row("李秀", 3)], &Previous::default());
    let mut previous =
        Previous { next_person: first.next_person, next_household: first.next_household, ..Previous::default() };
    let [keys, people, homes] = ["row_key", "person_id", "household_id"].map(|name| column(&first, "allowance", name));
    for at in 0..keys.len() {
        let (person, household) = (super::ordinal(&people[at]), super::ordinal(&homes[at]));
        previous.learn(keys[at].clone(), Known { person, household, last_seen: today() });
    }
    let second = run("new", &[row("赵六", 5), row("李秀", 3)], &previous);
    let of = |entities: &Entities, name: &str| {
        let at = column(entities, "person", "name").iter().position(|known| known == name).unwrap();
        column(entities, "person", "person_id")[at].clone()
    };
    assert_eq!(of(&first, "李秀"), of(&second, "李秀"));
    assert_eq!(of(&second, "赵六"), "P000000003", "the id of somebody gone is not given again");
}

#[test]
fn a_family_has_memberships_a_head_and_duties() {
    let (head, child) = (number("36242119600101", 1), number("36082120120601", 2));
    let rows = [format!("王小明|{head}||||7|{head}|户主"), format!("王小红|{child}||||7|{head}|女")];
    let entities = fused(
        vec![valid("dibao", None, allowance(), &TITLES, &rows)],
        vec![source("dibao", 90, None)],
        &Previous::default(),
    );
    assert_eq!(column(&entities, "household", "member_count"), ["2"]);
    assert_eq!(column(&entities, "membership", "household_kind"), ["benefit", "benefit"]);
    let head_id = &column(&entities, "household", "head_person_id")[0];
    assert_eq!(column(&entities, "support_duty", "kind"), ["抚养"]);
    assert_eq!(&column(&entities, "support_duty", "person_id")[0], head_id);
}

#[test]
fn a_payment_without_a_programme_is_still_a_payment() {
    let mut schema = allowance();
    if let Some(assistance) = &mut schema.assistance {
        assistance.programme = ValueSource::Field(4);
        assistance.record_kind = RecordKind::Payment;
    }
    let entities = fused(
        vec![valid("pay", None, schema, &TITLES, &[format!("王小明|{}", one())])],
        vec![source("pay", 90, None)],
        &Previous::default(),
    );
    assert_eq!(column(&entities, "assistance", "programme"), ["∅"]);
}

#[test]
fn a_schema_without_rows_has_its_table_all_the_same() {
    let mut idle = source("idle", 50, None);
    idle.schemas = vec![Arc::new(people("vehicle", Role::Informs))];
    let entities = fused(
        vec![valid("dibao", None, allowance(), &TITLES, &[format!("王小明|{}", one())])],
        vec![source("dibao", 90, None), idle],
        &Previous::default(),
    );
    assert_eq!(batch(&entities, "vehicle").num_rows(), 0);
}

const PAYMENT_TITLES: [&str; 6] = ["姓名", "证号", "项目", "月份", "金额", "状态"];

/// A list of payments; those that came back are none.
fn payments() -> Schema {
    let fields = vec![
        field("name", "姓名", FieldType::PersonName),
        field("id_number", "证号", FieldType::IdentityNumber),
        field("programme", "项目", FieldType::Text),
        field("paid_month", "月份", FieldType::Month),
        field("amount", "金额", FieldType::Money),
        field("payment_status", "状态", FieldType::Text),
        field("help_amount", "救助金额", FieldType::Money),
        field("helped_on", "救助日期", FieldType::Date),
    ];
    let assistance = Assistance {
        record_kind: RecordKind::Payment,
        programme: ValueSource::Field(2),
        subprogramme: None,
        cause: None,
        starts_on: None,
        ends_on: None,
        paid_month: Some(3),
        amount: Some(4),
        amount_basis: AmountBasis("month_household".into()),
        insured_count: None,
        unpaid: Some(Unpaid { field: 5, terms: vec!["退回".into()] }),
    };
    Schema { assistance: Some(assistance), ..schema("payment", Grain::Person, &[1, 0, 3], fields) }
}

#[test]
fn money_that_came_back_is_no_help_and_its_row_stays_in_its_own_table() {
    let row = |month: &str, status: &str| format!("王小明|{}|低保|{month}|400|{status}", one());
    let rows = [row("2025-10", "成功"), row("2025-11", ""), row("2025-12", "退回")];
    let entities = fused(
        vec![valid("pay", None, payments(), &PAYMENT_TITLES, &rows)],
        vec![source("pay", 90, None)],
        &Previous::default(),
    );
    assert_eq!(column(&entities, "assistance", "paid_month"), ["2025-10", "2025-11"]);
    assert_eq!(column(&entities, "person", "help_amount"), ["800.00"]);
    assert_eq!(column(&entities, "payment", "payment_status"), ["成功", "∅", "退回"]);
}

#[test]
fn what_all_payments_tell_goes_before_what_one_row_states() {
    let titles = ["姓名", "证号", "救助金额", "救助日期"];
    let stated = Schema { assistance: None, ..payments() };
    let stated = Schema { name: "registration".into(), key: vec![1, 0], ..stated };
    let grants = |month: &str, amount: u32| format!("王小明|{}|临时救助|{month}|{amount}|", one());
    let entities = fused(
        vec![
            valid(
                "pay",
                Some("2025-12"),
                payments(),
                &PAYMENT_TITLES,
                &[grants("2025-02", 500), grants("2025-05", 2000)],
            ),
            valid("form", None, stated, &titles, &[format!("王小明|{}|2000|2025-05-01", one())]),
        ],
        vec![source("pay", 50, None), source("form", 90, None)],
        &Previous::default(),
    );
    let file = "pay/2025-12.csv//";
    assert_eq!(lineage(&entities, "help_amount"), [format!("2500.00 <- {file}2 (reckoned)")]);
    assert_eq!(lineage(&entities, "helped_on"), [format!("2025-02-01 <- {file}2 (reckoned)")]);
    assert_eq!(column(&entities, "assistance", "period"), ["2025-12", "2025-12"]);
}

#[test]
fn a_programme_whose_help_has_ended_is_none() {
    let mut schema = allowance();
    if let Some(assistance) = &mut schema.assistance {
        assistance.ends_on = assistance.starts_on.take();
    }
    let row = |sequence: u32, ended: &str| format!("王小明|{}|||||||{ended}", number("36242119650312", sequence));
    let entities = fused(
        vec![valid("dibao", None, schema, &TITLES, &[row(1, "2015-06"), row(3, "2025-12")])],
        vec![source("dibao", 90, None)],
        &Previous::default(),
    );
    assert_eq!(lineage(&entities, "programmes"), ["低保 <- dibao/a.csv//3 (reckoned)"]);
}

const FAMILY_TITLES: [&str; 10] =
    ["姓名", "证号", "户号", "户主证号", "关系", "起", "止", "状态", "家庭人口", "年收入"];

/// A register of benefit families.
fn families() -> Schema {
    let fields = vec![
        field("name", "姓名", FieldType::PersonName),
        field("id_number", "证号", FieldType::IdentityNumber),
        field("household_number", "户号", FieldType::Text),
        field("head_id_number", "户主证号", FieldType::IdentityNumber),
        field("relation", "关系", FieldType::Text),
        field("since", "起", FieldType::Month),
        field("until", "止", FieldType::Month),
        field("person_status", "状态", FieldType::Text),
        field("member_count", "家庭人口", FieldType::Integer),
        field("income_year", "年收入", FieldType::Money),
    ];
    let assistance = allowance().assistance.map(|rule| Assistance { starts_on: Some(5), ends_on: Some(6), ..rule });
    Schema { assistance, ..schema("families", Grain::Person, &[1, 0], fields) }
}

/// A family of one household: name, sequence of the number, and the cells from the relation on.
fn family(people: &[(&str, u32, &str)]) -> Entities {
    let numbered = |sequence| number("36242119600101", sequence);
    let head = numbered(people[0].1);
    let row = |(name, sequence, rest): &(&str, u32, &str)| format!("{name}|{}|7|{head}|{rest}", numbered(*sequence));
    let rows: Vec<String> = people.iter().map(row).collect();
    let tables = vec![valid("dibao", None, families(), &FAMILY_TITLES, &rows)];
    fused(tables, vec![source("dibao", 90, None)], &Previous::default())
}

/// What a household's value was reckoned from, as things without their rows.
fn basis(entities: &Entities, wanted: &str) -> Vec<String> {
    let bases = crate::stage::lineage::bases_of(table(entities, "lineage"), wanted).unwrap();
    bases.into_values().flatten().map(|(what, _)| what.to_owned()).collect()
}

#[test]
fn a_share_is_of_the_family_as_stated_though_fewer_are_listed() {
    let entities = family(&[("王小明", 1, "户主|2020-01|||5|30000")]);
    assert_eq!(column(&entities, "household", "income_per_head"), ["6000.00"]);
    assert_eq!(column(&entities, "household", "member_count"), ["1"]);
    assert_eq!(basis(&entities, "income_per_head"), ["income_year", "family_size"]);
    assert_eq!(lineage(&entities, "member_count"), ["1 <- dibao/a.csv//2 (reckoned)"]);
}

#[test]
fn a_share_of_a_family_of_unstated_size_is_of_those_who_have_not_left() {
    let entities = family(&[
        ("王小明", 1, "户主|2020-01||||30000"),
        ("李秀", 2, "配偶|2020-01|2025-06||"),
        ("王小红", 4, "女|2020-01||嫁娶|"),
    ]);
    assert_eq!(column(&entities, "household", "income_per_head"), ["15000.00"]);
    assert_eq!(column(&entities, "household", "member_count"), ["3"], "the people listed");
    let people = column(&entities, "person", "person_id");
    let names = column(&entities, "person", "name");
    let id = |name: &str| people[names.iter().position(|known| known == name).unwrap()].clone();
    let mut sharers = basis(&entities, "income_per_head");
    sharers.sort();
    let mut due = vec![id("王小明"), id("李秀"), "income_year".to_owned()];
    due.sort();
    assert_eq!(sharers, due);
}

#[test]
fn a_membership_lasts_from_and_to_the_months_of_its_list() {
    let entities = family(&[
        ("王小明", 1, "户主|2020-01|"),
        ("李秀", 2, "配偶|2020-01|2022-02|死亡"),
        ("王小红", 4, "女|2020-01||嫁娶"),
    ]);
    let value = |name: &str| column(&entities, "membership", name);
    let mut stays: Vec<_> = value("relation")
        .into_iter()
        .zip(value("starts_on"))
        .zip(value("ends_on"))
        .map(|((r, s), e)| [r, s, e])
        .collect();
    stays.sort();
    // When the daughter left nobody says, so that she has no membership; she is in the database all the same.
    assert_eq!(stays, [["户主", "2020-01-01", "∅"], ["配偶", "2020-01-01", "2022-02-28"]]);
    assert_eq!(column(&entities, "person", "name").len(), 3);
}
