use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::compute::concat;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use proptest::prelude::*;

use super::super::fixtures::{codes, field, head, schema, sheet, today, with_members};
use super::super::map::map;
use super::{NormaliseContext, normalise};
use crate::model::{Check, Field, FieldType, Grain, NormalTable, SheetHead};

fn read_with(field: Field, values: &[(&str, &str)], change: impl Fn(&mut SheetHead), cells: &[&str]) -> NormalTable {
    let explained = values.iter().map(|(spelling, meaning)| ((*spelling).to_owned(), (*meaning).to_owned())).collect();
    let values = BTreeMap::from([(field.name.clone(), explained)]);
    let title = field.title.clone();
    let schema = Arc::new(schema("list", Grain::Person, &[], vec![field]));
    let mut head = head(&schema, &[&title]);
    change(&mut head);
    let rows: Vec<Vec<&str>> = cells.iter().map(|cell| vec![*cell]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let mapped = map(sheet(head, &rows), None).unwrap();
    let context = NormaliseContext { today: today(), values: &values, region: Some("360800") };
    normalise(mapped.rows, &context).unwrap()
}

fn read(field: Field, cells: &[&str]) -> NormalTable {
    read_with(field, &[], |_| {}, cells)
}

fn written(array: &ArrayRef) -> Vec<String> {
    let options = FormatOptions::default().with_null("∅");
    let formatter = ArrayFormatter::try_new(array, &options).unwrap();
    (0..array.len()).map(|row| formatter.value(row).to_string()).collect()
}

fn faults(table: &NormalTable) -> Vec<(u32, &'static str)> {
    table.doubts().iter().map(|fault| (fault.row, fault.code)).collect()
}

/// Reads cells of a type: the values, and the codes of the doubts.
fn check(kind: FieldType, cells: &[(&str, &str, &[&str])]) {
    for (cell, value, codes) in cells {
        let table = read(field("f", "栏", kind), &[cell]);
        let found: Vec<&str> = table.doubts().iter().map(|fault| fault.code).collect();
        assert_eq!((written(table.values(0))[0].as_str(), found.as_slice()), (*value, *codes), "{kind:?} {cell:?}");
    }
}

#[test]
fn plain_numbers_of_days_are_counted_by_the_system_of_their_workbook() {
    for (from_1904, day) in [(false, "2020-12-31"), (true, "2025-01-01")] {
        let change = |head: &mut SheetHead| head.from_1904 = from_1904;
        let dates = read_with(field("f", "栏", FieldType::Date), &[], change, &["=44196"]);
        assert_eq!(written(dates.values(0)), [day]);
        let months = read_with(field("f", "栏", FieldType::Month), &[], change, &["=44196"]);
        assert_eq!(written(months.values(0)), [&day[..7]]);
    }
}

#[test]
fn text_is_tidied_and_none_is_null() {
    let cells: &[(&str, &str, &[&str])] = &[
        (" 吉州区\u{3000}１号 ", "吉州区 1号", &[]),
        ("无", "∅", &[]),
        ("-", "∅", &[]),
        ("不详", "∅", &[]),
        ("0", "0", &[]),
        ("#N/A", "∅", &["error_cell"]),
    ];
    check(FieldType::Text, cells);
    check(FieldType::Address, cells);
}

#[test]
fn dates_are_read_in_every_form() {
    check(
        FieldType::Date,
        &[
            ("19500101", "1950-01-01", &[]),
            ("1950年1月1日", "1950-01-01", &[]),
            ("=18264", "1950-01-01", &[]),
            ("=19500101", "1950-01-01", &[]),
            ("1950.1", "1950-01-01", &["date_without_day"]),
            ("=2025.1", "∅", &["date_ambiguous"]),
            ("200105", "∅", &["date_ambiguous"]),
            ("26.12.31", "2026-12-31", &[]),
            ("1950", "∅", &["date_only_year"]),
            ("1950-02-30", "∅", &["date_impossible"]),
            ("农历1950年正月", "∅", &["date_lunar"]),
            ("去年", "∅", &["date_unreadable"]),
            ("长期", "∅", &[]),
            ("/", "∅", &[]),
        ],
    );
    check(
        FieldType::Month,
        &[
            ("2025.06", "2025-06", &[]),
            ("=202506", "2025-06", &[]),
            ("2025年6月", "2025-06", &[]),
            ("=45809", "2025-06", &[]),
            ("=20251", "∅", &["date_ambiguous"]),
            ("=20250", "1955-06", &[]),
            ("26.12.31", "2026-12", &[]),
            ("200105", "2001-05", &[]),
            ("2025", "∅", &["month_missing"]),
            ("六月", "∅", &["month_unreadable"]),
        ],
    );
}

#[test]
fn a_birth_is_never_ahead() {
    let born = Field { ..field("birth_date", "出生日期", FieldType::Date) };
    let died = Field {
        check: Check { not_future: true, ..Check::default() },
        ..field("died_on", "死亡日期", FieldType::Date)
    };
    for field in [born, died] {
        let table = read(field, &["26.12.31", "24.12.31"]);
        assert_eq!(written(table.values(0)), ["1926-12-31", "∅"]);
        assert_eq!(faults(&table), [(3, "date_ambiguous")]);
    }
}

#[test]
fn money_takes_the_nearest_unit() {
    check(
        FieldType::Money,
        &[
            ("1,234.50", "1234.50", &[]),
            ("=53.33", "53.33", &[]),
            ("0", "0.00", &[]),
            ("0.12万元", "1200.00", &[]),
            ("-", "∅", &[]),
            ("-12", "-12.00", &[]),
            ("1.005", "1.01", &["number_rounded"]),
            ("=1.005", "1.01", &[]),
            ("500元/月", "500.00", &["number_with_note"]),
            ("5000 6000", "∅", &["number_several"]),
            ("2套", "∅", &["number_wrong_unit"]),
            ("3天", "∅", &["number_wrong_unit"]),
            ("一万二", "∅", &["money_unreadable"]),
            ("一些", "∅", &["money_unreadable"]),
            ("99999999999999999999", "∅", &["number_too_large"]),
        ],
    );
    let money = || Field { multiplier: 1_000, ..field("f", "栏", FieldType::Money) };
    let cells = ["0.5", "3元"];
    assert_eq!(written(read(money(), &cells).values(0)), ["500.00", "3.00"]);
    let of_sheet = read_with(money(), &[], |head| head.multiplier = Some(10_000), &cells);
    assert_eq!(written(of_sheet.values(0)), ["5000.00", "3.00"]);
    let of_header = |head: &mut SheetHead| {
        head.multiplier = Some(10_000);
        head.columns[0].multiplier = Some(1);
    };
    assert_eq!(written(read_with(money(), &[], of_header, &cells).values(0)), ["0.50", "3.00"]);
}

#[test]
fn other_numbers_keep_their_own_unit() {
    check(
        FieldType::Integer,
        &[
            ("3", "3", &[]),
            ("=3.0", "3", &[]),
            ("3人", "3", &[]),
            ("3（含儿童）", "3", &["number_with_note"]),
            ("3㎡", "∅", &["number_wrong_unit"]),
            ("500元", "∅", &["number_wrong_unit"]),
            ("无", "∅", &[]),
            ("2.5", "∅", &["number_not_whole"]),
            ("很多", "∅", &["integer_unreadable"]),
        ],
    );
    let area = || Field { unit: Some("平方米".into()), ..field("f", "面积", FieldType::Decimal) };
    let table = read(area(), &["120㎡", "85.5", "3亩", "大", "3间", "500元"]);
    assert_eq!(written(table.values(0)), ["120.0000", "85.5000", "∅", "∅", "∅", "∅"]);
    let wrong = "number_wrong_unit";
    assert_eq!(faults(&table), [(4, wrong), (5, "number_unreadable"), (6, wrong), (7, wrong)]);
    let age = Field { unit: Some("岁".into()), ..field("f", "年龄", FieldType::Integer) };
    let table = read(age, &["60周岁", "8个月"]);
    assert_eq!((written(table.values(0)), faults(&table)), (vec!["60".into(), "∅".into()], vec![(3, wrong)]));
    // A unit row speaks of amounts of money only.
    let table = read_with(area(), &[], |head| head.multiplier = Some(10_000), &["85.5"]);
    assert_eq!(written(table.values(0)), ["85.5000"]);
}

#[test]
fn choices_are_terms() {
    check(
        FieldType::Boolean,
        &[("是", "true", &[]), ("无", "false", &[]), ("-", "∅", &[]), ("也许", "∅", &["boolean_unreadable"])],
    );
    let ability = || Field {
        codes: Some(codes(&[("1", "有"), ("2", "部分丧失"), ("3", "无")])),
        ..field("f", "劳动能力", FieldType::Code)
    };
    let table = read(ability(), &["有", "=2", " 无 ", "-", "不详", "一点"]);
    assert_eq!(written(table.values(0)), ["有", "部分丧失", "无", "∅", "∅", "∅"]);
    assert_eq!(faults(&table), [(7, "code_unknown")]);
    let kin =
        Field { codes: Some(codes(&[("02", "户主"), ("10", "丧偶")])), ..field("f", "关系", FieldType::Code) };
    assert_eq!(written(read(kin.clone(), &["戶主", "喪偶"]).values(0)), ["户主", "丧偶"]);
    assert_eq!(
        written(read_with(kin, &[("屋裡人", "户主")], |_| {}, &["屋里人", "屋裡人"]).values(0)),
        ["户主", "户主"]
    );
    // What the office says comes before the table.
    let table = read_with(ability(), &[("１", "无"), ("一点", "部分丧失")], |_| {}, &["1", "一点", "有"]);
    assert_eq!(written(table.values(0)), ["无", "部分丧失", "有"]);
    assert!(table.doubts().is_empty());
}

#[test]
fn regions_are_names_or_codes_as_the_field_asks() {
    let cells = ["吉安县", "江西省吉安市吉安县", "360821", "360821100000", "火星", "-"];
    let table = read(field("county", "县", FieldType::Region), &cells);
    assert_eq!(written(table.values(0)), ["吉安县", "吉安县", "吉安县", "吉安县", "∅", "∅"]);
    assert_eq!(faults(&table), [(6, "region_unknown")]);
    let table = read(field("region_code", "代码", FieldType::Region), &cells);
    assert_eq!(written(table.values(0))[..4], ["360821", "360821", "360821", "360821"]);
}

#[test]
fn places_are_kept_in_simplified_script() {
    for name in ["town", "village"] {
        let table = read(field(name, "地", FieldType::Text), &["敦厚鎮", "敦厚镇"]);
        assert_eq!(written(table.values(0)), ["敦厚镇", "敦厚镇"]);
    }
    check(FieldType::Text, &[("敦厚鎮", "敦厚鎮", &[])]);
}

#[test]
fn names_lose_their_notes() {
    check(
        FieldType::PersonName,
        &[
            ("张 三", "张三", &[]),
            ("张三（户主）", "张三", &[]),
            ("张三(已故)", "张三", &["name_says_deceased"]),
            ("张三（大）", "张三", &["name_with_note"]),
            ("未取名", "∅", &["name_placeholder"]),
            ("12345", "∅", &["name_unreadable"]),
            ("张?", "张?", &["name_damaged"]),
            ("无", "∅", &[]),
        ],
    );
}

#[test]
fn contacts_are_checked() {
    check(
        FieldType::Phone,
        &[
            ("139 0796 1234", "13907961234", &[]),
            ("13907961234/13907965678", "13907961234", &["phone_several"]),
            ("13907961234、139 0796 1234", "13907961234", &[]),
            ("11111111111", "∅", &["phone_placeholder"]),
            ("找村长", "∅", &["phone_unsound"]),
            ("无", "∅", &[]),
        ],
    );
    check(
        FieldType::Account,
        &[
            ("1234 5678", "12345678", &[]),
            ("=6228480000000000000", "∅", &["account_precision_lost"]),
            ("6228480000000001", "6228480000000001", &["account_check_differs"]),
            ("存折", "∅", &["account_unsound"]),
        ],
    );
    check(
        FieldType::OrganisationCode,
        &[
            ("91350100m000100y43", "91350100M000100Y43", &[]),
            ("91350100M000100Y44", "∅", &["organisation_code_unsound"]),
        ],
    );
}

#[test]
fn only_sound_numbers_are_stored() {
    for (cell, number, kind, status, codes) in [
        ("362401196503120012", "362401196503120012", "resident_id", "valid", &[][..]),
        ("'11010519491231002x", "11010519491231002X", "resident_id", "valid", &[]),
        ("632123820927051", "632123198209270518", "resident_id_15", "valid_15", &[]),
        ("360802196503120019", "360802196503120019", "resident_id", "valid", &[]),
        ("321119197310306324", "321119197310306324", "resident_id", "valid", &["id_region_unknown"]),
        ("110101199003078671", "∅", "resident_id", "invalid", &["id_bad_check"]),
        ("=362401196503120000", "∅", "resident_id", "precision_lost", &["id_precision_lost"]),
        ("362401196503120000", "∅", "resident_id", "precision_lost", &["id_rounded_tail"]),
        ("3.62402E+17", "∅", "resident_id", "precision_lost", &["id_precision_lost"]),
        ("362401196503126000", "362401196503126000", "resident_id", "valid_rounded", &["id_rounded_tail"]),
        ("362401196502310000", "∅", "resident_id", "invalid", &["id_bad_date"]),
        ("36240119650312001243", "362401196503120012", "resident_id", "valid", &["id_is_certificate"]),
        ("36240119650312001343", "∅", "resident_id", "invalid", &["id_bad_check", "id_is_certificate"]),
        ("111111111111111111", "∅", "unknown", "placeholder", &["id_placeholder"]),
        ("91350100M000100Y43", "∅", "organisation_code", "invalid", &["id_not_personal"]),
        ("无", "∅", "∅", "placeholder", &[]),
        ("", "∅", "∅", "missing", &[]),
    ] {
        let table = read(field("id_number", "身份证号", FieldType::IdentityNumber), &[cell]);
        let found: Vec<&str> = table.doubts().iter().map(|fault| fault.code).collect();
        let (kinds, states) = table.identity_columns(0).unwrap();
        assert_eq!(written(table.values(0)), [number], "{cell}");
        assert_eq!(kinds.iter().next().flatten().unwrap_or("∅"), kind, "{cell}");
        assert_eq!((states.value(0), found.as_slice()), (status, codes), "{cell}");
    }
}

#[test]
fn what_is_left_of_a_number_goes_on_for_linking() {
    for (cell, left) in [
        ("362401196503120000", "362401196503120"),
        ("=362401196503120000", "362401196503120"),
        ("3.62402E+17", "362402"),
        ("110101199003078671", "110101199003078671"),
        ("36240119650312001343", "362401196503120013"),
        ("111111111111111111", "∅"),
    ] {
        let table = read(field("id_number", "身份证号", FieldType::IdentityNumber), &[cell]);
        let column = table.batch().column_by_name("written.id_number").unwrap();
        assert_eq!(written(column), [left], "{cell}");
    }
}

#[test]
fn a_doubt_names_its_cell_and_hides_what_it_proposes() {
    let table = read(field("id_number", "身份证号", FieldType::IdentityNumber), &["", "110101199003078671"]);
    let fault = &table.doubts()[0];
    assert_eq!((fault.row_id().as_str(), fault.field.as_str()), ("s/f.xlsx/Sheet1/3", "id_number"));
    assert_eq!((fault.message.as_str(), fault.raw.as_str()), ("「身份证号」的校验码不符", "110101199003078671"));
    assert!(!fault.message.contains(&fault.raw) && fault.suggestion.contains("****"), "{}", fault.suggestion);
    assert!(!fault.suggestion.contains("19900307"), "{}", fault.suggestion);
}

#[test]
fn what_members_inherit_is_doubted_once() {
    let person = Arc::new(schema(
        "person_list",
        Grain::Person,
        &[],
        vec![
            field("name", "姓名", FieldType::PersonName),
            field("head_id_number", "户主号", FieldType::IdentityNumber),
        ],
    ));
    let fields = vec![
        field("head_id_number", "户主号", FieldType::IdentityNumber),
        field("member_names", "家庭成员", FieldType::Text),
    ];
    let household = schema("household_list", Grain::Household, &[0], fields);
    let household = Arc::new(with_members(household, "person_list", &[("name", "member_names")]));
    let mapped =
        map(sheet(head(&household, &["户主号", "家庭成员"]), &[&["12", "张三、李四（已故）"]]), Some(&person)).unwrap();
    let values = BTreeMap::new();
    let context = NormaliseContext { today: today(), values: &values, region: None };
    let rows = normalise(mapped.rows, &context).unwrap();
    let members = normalise(mapped.members.unwrap(), &context).unwrap();
    assert_eq!(rows.doubts().len(), 1);
    let codes: Vec<_> = members.doubts().iter().map(|fault| (fault.row_id(), fault.code)).collect();
    assert_eq!(codes, [("s/f.xlsx/Sheet1/2#2".to_owned(), "name_says_deceased")]);
}

/// Cells of every sort, most of them nearly right.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{0,19}",
        "=[0-9]{1,18}(\\.[0-9]{1,3})?",
        "[0-9]{1,6}\\.[0-9]{1,5}(元|万元|㎡)?",
        "(19|20)[0-9]{2}[-./年][0-9]{1,2}([-./月][0-9]{1,2}日?)?",
        "36240119[0-9]{9}[0-9xX]",
        "1[3-9][0-9]{9}",
        "[张李王欧阳吴一是否有无男女县吉安市省江西不详A-Za-z·（）() ?-]{0,8}",
        "\\PC{0,6}",
    ]
}

fn columns() -> Vec<Field> {
    FieldType::ALL
        .iter()
        .map(|kind| Field {
            codes: (*kind == FieldType::Code).then(|| codes(&[("1", "男"), ("2", "女"), ("3", "无")])),
            ..field("f", "栏", *kind)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_a_value_again_gives_the_same_value(cells in prop::collection::vec(cell(), 1..12)) {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        // The name of a region that is gone is read as the one that has it now: 安阳地区, 安阳市.
        for column in columns().into_iter().filter(|column| column.kind != FieldType::Region) {
            let first = written(read(column.clone(), &cells).values(0));
            // These two mark kinds of cells in the fixtures.
            if first.iter().any(|value| value.starts_with(['=', '#'])) {
                continue;
            }
            let again: Vec<&str> = first.iter().map(|value| if value == "∅" { "" } else { value.as_str() }).collect();
            prop_assert_eq!(written(read(column.clone(), &again).values(0)), first.clone(), "{:?}", column.kind);
        }
    }

    #[test]
    fn a_column_is_read_cell_by_cell(a in prop::collection::vec(cell(), 0..8), b in prop::collection::vec(cell(), 0..8)) {
        let whole: Vec<&str> = a.iter().chain(&b).map(String::as_str).collect();
        let (a, b) = whole.split_at(a.len());
        for column in columns() {
            let of = |cells: &[&str]| read(column.clone(), cells);
            let (whole, a, b) = (of(&whole), of(a), of(b));
            let parts = concat(&[a.values(0).as_ref(), b.values(0).as_ref()]).unwrap();
            prop_assert_eq!(whole.values(0), &parts);
            let codes = |table: &NormalTable| table.doubts().iter().map(|fault| fault.code).collect::<Vec<_>>();
            prop_assert_eq!(codes(&whole), [codes(&a), codes(&b)].concat());
        }
    }
}
