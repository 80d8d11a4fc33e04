use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::Array;
use proptest::prelude::*;

use super::super::fixtures::{codes, field, head, schema, sheet, today, with_members};
use super::super::map::map;
use super::super::normalise::{NormaliseContext, normalise};
use super::{Duplicates, ValidateContext, Validated, validate};
use crate::model::{Check, Fault, Field, FieldType, Grain, MappedTable, RowRef, Schema, SheetHead, ValidTable};

const SOUND: &str = "362401196503120012";
const ALSO_SOUND: &str = "110101199003078670";

fn person() -> Arc<Schema> {
    let sexes = codes(&[("1", "男"), ("2", "女")]);
    let checked = |field: Field, check: Check| Field { check, ..field };
    let fields = vec![
        field("id_number", "身份证号", FieldType::IdentityNumber),
        Field { required: true, ..field("name", "姓名", FieldType::PersonName) },
        Field { codes: Some(sexes), ..field("sex", "性别", FieldType::Code) },
        field("birth_date", "出生日期", FieldType::Date),
        field("stated_age", "年龄", FieldType::Integer),
        checked(
            field("amount", "金额", FieldType::Money),
            Check { min: Some(0), max: Some(50_000_000), ..Check::default() },
        ),
        field("benefit_start_month", "开始月", FieldType::Month),
        field("benefit_end_month", "结束月", FieldType::Month),
        checked(field("died_on", "死亡日期", FieldType::Date), Check { not_future: true, ..Check::default() }),
        field("disability_certificate", "残疾证号", FieldType::IdentityNumber),
        checked(
            field("ticket", "证号", FieldType::Text),
            Check { pattern: Some("^[0-9]+$".into()), ..Check::default() },
        ),
    ];
    Arc::new(schema("person_list", Grain::Person, &[0, 1], fields))
}

fn judge_mapped(mapped: MappedTable) -> Validated {
    let values = BTreeMap::new();
    let normal = normalise(mapped, &NormaliseContext { today: today(), values: &values, region: None }).unwrap();
    validate(normal, &ValidateContext { key: [7; 32], today: today() }).unwrap()
}

fn judge_sheet(head: SheetHead, rows: &[&[&str]]) -> Validated {
    judge_mapped(map(sheet(head, rows), None).unwrap().rows)
}

fn judge(titles: &[&str], rows: &[&[&str]]) -> Validated {
    judge_sheet(head(&person(), titles), rows)
}

fn said(faults: &[Fault]) -> Vec<(u32, &str, &'static str)> {
    faults.iter().map(|fault| (fault.row, fault.field.as_str(), fault.code)).collect()
}

fn column(table: &ValidTable, name: &str) -> Vec<String> {
    table.text(name).unwrap().iter().map(|text| text.unwrap_or("∅").to_owned()).collect()
}

#[test]
fn sound_rows_go_on_with_their_identity() {
    let mut sheet_head = head(&person(), &["身份证号", "姓名", "备注"]);
    sheet_head.period = Some("2025-06".into());
    let judged = judge_sheet(sheet_head, &[&[SOUND, "张三", "好"], &[ALSO_SOUND, "李四", ""]]);
    assert_eq!(column(&judged.table, "row_id"), ["s/f.xlsx/Sheet1/2", "s/f.xlsx/Sheet1/3"]);
    assert_eq!(column(&judged.table, "period"), ["2025-06", "2025-06"]);
    assert_eq!(column(&judged.table, "id_number"), [SOUND, ALSO_SOUND]);
    assert_eq!(column(&judged.table, "status.id_number"), ["valid", "valid"]);
    let keys = column(&judged.table, "row_key");
    assert!(keys.iter().all(|key| key.len() == 32) && keys[0] != keys[1]);
    assert!(judged.quarantine.is_empty() && judged.issues.is_empty() && judged.table.pending().is_empty());
}

#[test]
fn empty_required_fields_keep_the_row_out() {
    let rows: &[&[&str]] = &[
        &[SOUND, "", "x", "=1"],
        &[SOUND, "无", "", ""],
        &[SOUND, "不详", "", ""],
        &[SOUND, "未取名", "", ""],
        &[SOUND, "张三", "", ""],
    ];
    let judged = judge(&["身份证号", "姓名", "备注", "年龄"], rows);
    let wanted = [
        (2, "name", "required_missing"),
        (2, "stated_age", "age_contradicts_number"),
        (3, "name", "required_stated_none"),
        (4, "name", "required_unknown"),
        (5, "name", "name_placeholder"),
    ];
    assert_eq!(said(&judged.quarantine), wanted);
    assert_eq!(judged.quarantined_rows, 4);
    assert_eq!(column(&judged.table, "row_id"), ["s/f.xlsx/Sheet1/6"]);
    assert_eq!(judged.quarantine[0].raw, format!(r#"{{"身份证号":"{SOUND}","备注":"x","年龄":"1"}}"#));
    assert!(judged.issues.is_empty());
}

#[test]
fn rows_without_a_sound_number_are_pending() {
    let rows: &[&[&str]] = &[
        &["", "张三"],
        &[SOUND, ""],
        &["无", "李四"],
        &["", ""],
        &["=362401196503120000", "王五"],
        &["110101199003078671", "赵六"],
    ];
    let judged = judge(&["身份证号", "姓名"], rows);
    assert_eq!(
        said(&judged.quarantine),
        [(3, "name", "required_missing"), (5, "", "no_identity"), (5, "name", "required_missing")]
    );
    let pending: Vec<_> = judged.table.pending().iter().map(|(row, fault)| (*row, fault.row, fault.code)).collect();
    let wanted = [(0, 2, "id_missing"), (1, 4, "id_stated_none"), (2, 6, "id_precision_lost"), (3, 7, "id_bad_check")];
    assert_eq!(pending, wanted);
    assert_eq!(judged.table.pending_cell(2), "362401196503120000");
    assert_eq!(judged.table.pending()[1].1.raw, r#"{"身份证号":"无","姓名":"李四"}"#);
    assert!(judged.issues.is_empty());
    assert_eq!(judged.quarantined_rows, 2);
}

#[test]
fn households_need_no_number() {
    let mut fields = vec![
        field("head_name", "户主姓名", FieldType::PersonName),
        field("id_number", "身份证号", FieldType::IdentityNumber),
    ];
    fields[0].required = true;
    let schema = Arc::new(schema("household_list", Grain::Household, &[0], fields));
    let judged = judge_sheet(head(&schema, &["户主姓名", "身份证号"]), &[&["张三", ""], &["李四", "12"]]);
    assert!(judged.table.pending().is_empty() && judged.quarantine.is_empty());
    assert_eq!(said(&judged.issues).len(), 1);
}

#[test]
fn values_are_checked_and_stay() {
    let rows: &[&[&str]] = &[
        &[SOUND, "张三", "-5", "2026-01-01", "a1"],
        &[SOUND, "张三", "5001", "2025-12-15", "12"],
        &[SOUND, "张三", "5000", "", ""],
    ];
    let judged = judge(&["身份证号", "姓名", "金额", "死亡日期", "证号"], rows);
    let wanted = [
        (2, "amount", "out_of_range"),
        (2, "died_on", "date_in_future"),
        (2, "ticket", "pattern_differs"),
        (3, "amount", "out_of_range"),
    ];
    assert_eq!(said(&judged.issues), wanted);
    assert_eq!(judged.issues[0].raw, "-5");
    assert_eq!(judged.table.len(), 3);
    assert_eq!(column(&judged.table, "ticket")[0], "a1");
}

#[test]
fn cells_that_contradict_the_number_are_told_without_what_it_tells() {
    // 362401 1965-03-12, male.
    let rows: &[&[&str]] = &[
        &[SOUND, "张三", "女", "1965-03-21", "50"],
        &[SOUND, "张三", "男", "1965-03-12", "61"],
        &[SOUND, "张三", "", "", "62"],
        &["", "张三", "女", "1965-03-21", "50"],
    ];
    let judged = judge(&["身份证号", "姓名", "性别", "出生日期", "年龄"], rows);
    let wanted = [
        (2, "sex", "sex_contradicts_number"),
        (2, "birth_date", "birth_contradicts_number"),
        (2, "stated_age", "age_contradicts_number"),
        (3, "stated_age", "age_contradicts_number"),
    ];
    assert_eq!(said(&judged.issues[..3]), wanted[..3]);
    assert_eq!(judged.issues[0].message, "「性别」与证件号码不一致");
    assert_eq!(judged.issues[1].message, "「出生日期」与证件号码不一致");
    for issue in &judged.issues {
        let said = format!("{}{}", issue.message, issue.suggestion);
        assert!(!["男", "1965", "60"].iter().any(|told| said.contains(told)), "{said}");
    }
}

#[test]
fn a_stated_age_is_held_against_the_period_of_its_list() {
    // Born in March 1965: 57 in June 2022, 60 on the day of the run.
    let ages = ["55", "56", "58", "59", "61", "62"];
    let rows: Vec<[&str; 3]> = ages.iter().map(|age| [SOUND, "张三", *age]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
    let titles = ["身份证号", "姓名", "年龄"];
    let mut of_2022 = head(&person(), &titles);
    of_2022.period = Some("2022-06".into());
    for (list, wrong) in [(of_2022, &[2, 5, 6, 7][..]), (head(&person(), &titles), &[2, 3, 4, 7])] {
        let judged = judge_sheet(list, &rows);
        assert!(judged.issues.iter().all(|issue| issue.code == "age_contradicts_number"));
        assert_eq!(judged.issues.iter().map(|issue| issue.row).collect::<Vec<_>>(), wrong);
    }
    // Of the dead the list says how old they became.
    let dead = judge(&["身份证号", "姓名", "年龄", "死亡日期"], &[&[SOUND, "张三", "50", "2015-06-01"]]);
    assert!(dead.issues.is_empty());
}

#[test]
fn a_certificate_gives_the_number_of_its_holder() {
    let certificate = &format!("{SOUND}43");
    let titles = ["身份证号", "姓名", "残疾证号"];
    let rows: &[&[&str]] = &[
        // In place of the number.
        &[certificate, "张三", ""],
        // The number is empty, stated to be none, rounded, miscopied, or another person's.
        &["", "张三", certificate],
        &["无", "张三", &format!("{certificate}B1")],
        &["=362401196503120000", "张三", certificate],
        &["362401196503120021", "张三", certificate],
        &["110101199003078671", "李四", certificate],
        &[ALSO_SOUND, "李四", certificate],
        &[SOUND, "张三", certificate],
        &[SOUND, "张三", SOUND],
    ];
    let judged = judge(&titles, rows);
    let all = [SOUND, SOUND, SOUND, SOUND, SOUND, "∅", ALSO_SOUND, SOUND, SOUND];
    assert_eq!(column(&judged.table, "id_number"), all);
    let pending: Vec<_> = judged.table.pending().iter().map(|(row, fault)| (*row, fault.code)).collect();
    assert_eq!(pending, [(5, "id_bad_check")]);
    let wanted = [
        (2, "id_number", "id_is_certificate"),
        (3, "id_number", "id_from_certificate"),
        (4, "id_number", "id_from_certificate"),
        (5, "id_number", "id_precision_lost"),
        (5, "id_number", "id_from_certificate"),
        (6, "id_number", "id_bad_check"),
        (6, "id_number", "id_from_certificate"),
        (8, "disability_certificate", "certificate_contradicts_number"),
    ];
    assert_eq!(said(&judged.issues), wanted);
    assert_eq!(column(&judged.table, "written.id_number")[..2], [certificate.clone(), certificate.clone()]);
    assert_eq!(column(&judged.table, "kind.id_number")[..2], ["resident_id", "resident_id"]);
    assert_eq!(column(&judged.table, "disability_certificate")[7], *certificate);
    // One person, however the row tells it.
    let keys = column(&judged.table, "row_key");
    assert!(keys[..4].iter().all(|key| *key == keys[7]));
}

#[test]
fn ends_do_not_come_before_starts() {
    let rows: &[&[&str]] = &[&[SOUND, "张三", "2025-06", "2025-05", "1980-01-01", "1970-01-01"]];
    let judged = judge(&["身份证号", "姓名", "开始月", "结束月", "出生日期", "死亡日期"], rows);
    let wanted = [
        (2, "birth_date", "birth_contradicts_number"),
        (2, "benefit_end_month", "end_before_start"),
        (2, "died_on", "death_before_birth"),
    ];
    assert_eq!(said(&judged.issues), wanted);
}

#[test]
fn the_key_tells_what_and_not_where() {
    let titles = ["身份证号", "姓名", "金额"];
    let key = |rows: &[&[&str]]| column(&judge(&titles, rows).table, "row_key");
    let keys = key(&[
        &[SOUND, "张三", "1"],
        &[SOUND, " 张 三 ", "2"],
        &[SOUND, "李四", "1"],
        &["12", "张三", "1"],
        &["１２", "张三", "1"],
    ]);
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    assert_ne!(keys[0], keys[3]);
    assert_eq!(keys[3], keys[4], "an unreadable number is told by its folded text");
    let keyless = Arc::new(schema("note_list", Grain::Household, &[], vec![field("town", "乡镇", FieldType::Text)]));
    let judged = judge_sheet(head(&keyless, &["乡镇", "备注"]), &[&["a", "x"], &["a", "y"], &["a", "x"]]);
    let keys = column(&judged.table, "row_key");
    assert_eq!(keys[0], keys[2]);
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn without_an_identity_number_the_whole_row_is_the_key() {
    let titles = ["身份证号", "姓名", "性别", "备注"];
    let key = |rows: &[&[&str]]| column(&judge(&titles, rows).table, "row_key");
    let keys = key(&[
        &["无", "张伟", "男", "x"],
        &["无", "张伟", "女", "x"],
        &["", "张伟", "男", "y"],
        &["无", "张伟", "男", "x"],
        &["111111111111111111", "张伟", "男", ""],
        &["111111111111111111", "张伟", "女", ""],
    ]);
    assert_eq!(keys[0], keys[3]);
    let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), 5, "{keys:?}");
}

#[test]
fn repeated_rows_name_the_first_and_members_follow() {
    let member = person();
    let fields = vec![
        field("head_name", "户主姓名", FieldType::PersonName),
        field("member_names", "家庭成员", FieldType::Text),
        field("member_ids", "成员号", FieldType::Text),
    ];
    let household = schema("household_list", Grain::Household, &[0], fields);
    let lists = [("name", "member_names"), ("id_number", "member_ids")];
    let household = Arc::new(with_members(household, "person_list", &lists));
    let two = format!("{SOUND}、{ALSO_SOUND}");
    let rows: &[&[&str]] = &[&["张三", "张三、李四", &two], &["王五", "", ""], &["张三", "张三、李四", &two]];
    let mapped = map(sheet(head(&household, &["户主姓名", "家庭成员", "成员号"]), rows), Some(&member)).unwrap();
    let (households, people) = (judge_mapped(mapped.rows), judge_mapped(mapped.members.unwrap()));
    let mut duplicates = Duplicates::new();
    let at = |table, row| RowRef { table, row };
    assert_eq!(duplicates.add(0, &households.table), [(at(0, 2), at(0, 0))]);
    // The two people of the first line come again as those of the third.
    let repeated = duplicates.add(1, &people.table);
    assert_eq!(repeated, [(at(1, 2), at(1, 0)), (at(1, 3), at(1, 1))]);
    // The same cells under another schema are another row; the same again are repeated wholly.
    assert_eq!(duplicates.add(2, &households.table).len(), 3);
}

#[test]
fn a_member_kept_out_does_not_take_its_line_along() {
    let member = person();
    let household = schema(
        "household_list",
        Grain::Household,
        &[0],
        vec![field("head_name", "户主姓名", FieldType::PersonName), field("member_names", "家庭成员", FieldType::Text)],
    );
    let household = Arc::new(with_members(household, "person_list", &[("name", "member_names")]));
    let rows: &[&[&str]] = &[&["张三", "张三、123"], &["", "456"]];
    let mapped = map(sheet(head(&household, &["户主姓名", "家庭成员"]), rows), Some(&member)).unwrap();
    let people = judge_mapped(mapped.members.unwrap());
    let kept_out: Vec<_> = people.quarantine.iter().map(|fault| fault.row_id()).collect();
    assert!(kept_out.contains(&"s/f.xlsx/Sheet1/2#2".to_owned()) && kept_out.contains(&"s/f.xlsx/Sheet1/3".to_owned()));
    assert_eq!(people.quarantined_rows, 1);
    assert_eq!(people.quarantine[0].raw, r#"{"家庭成员":"123"}"#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_row_is_lost(rows in prop::collection::vec(
        (
            prop_oneof![Just(SOUND.to_owned()), Just(String::new()), "[0-9X]{17,18}", Just("无".to_owned())],
            prop_oneof!["[张李]{0,3}", Just("无".to_owned()), "[0-9]{1,3}"],
            "[0-9]{0,6}",
        ), 0..20))
    {
        let cells: Vec<Vec<&str>> = rows.iter().map(|(number, name, amount)| vec![number.as_str(), name.as_str(), amount.as_str()]).collect();
        let cells: Vec<&[&str]> = cells.iter().map(Vec::as_slice).collect();
        let judged = judge(&["身份证号", "姓名", "金额"], &cells);
        prop_assert_eq!(judged.table.len() as u64 + judged.quarantined_rows, rows.len() as u64);
        let mut out: Vec<u32> = judged.quarantine.iter().map(|fault| fault.row).collect();
        out.dedup();
        prop_assert_eq!(out.len() as u64, judged.quarantined_rows);
        // Each pending fault speaks of the row that it names, and every row without a number has one.
        let ids = column(&judged.table, "row_id");
        for (row, fault) in judged.table.pending() {
            prop_assert_eq!(&ids[*row as usize], &fault.row_id());
        }
        prop_assert_eq!(judged.table.text("id_number").unwrap().null_count(), judged.table.pending().len());
        for issue in &judged.issues {
            prop_assert!(ids.contains(&issue.row_id()));
        }
    }
}
