//! The workbooks, read back as a person would open them.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray};
use calamine::{Data, Range, Reader, Xlsx};
use chrono::NaiveDate;

use super::{FindingsInput, ProviderInput, RuleWords, findings_workbook, provider_workbook, table_workbook};
use crate::model::{Fault, FaultTable, Lang, SheetPlace};

fn texts(columns: &[(&str, &[&str])]) -> RecordBatch {
    let column = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    RecordBatch::try_from_iter(columns.iter().map(|(name, values)| (*name, column(values)))).expect("a batch")
}

fn fault(source: &str, row: u32, field: &str, message: &str, raw: &str) -> Fault {
    let place = SheetPlace { source: source.into(), file: "dibao/202506.xlsx".into(), sheet: "敦厚镇".into() };
    Fault {
        place: Arc::new(place),
        row,
        nth: None,
        field: field.into(),
        code: "id_check_character",
        message: message.into(),
        suggestion: "请与身份证原件核对后改正".into(),
        raw: raw.into(),
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 12, 15).expect("a day")
}

fn sheet(bytes: &[u8], name: &str) -> Range<Data> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    workbook.worksheet_range(name).expect("the sheet")
}

fn row(range: &Range<Data>, at: usize) -> Vec<String> {
    range.rows().nth(at).expect("the row").iter().map(ToString::to_string).collect()
}

pub(super) fn provider_bytes(lang: Lang) -> super::ProviderWorkbook {
    let quarantine = FaultTable::batch(&[
        fault(
            "dibao",
            5,
            "id_number",
            "公民身份号码的校验码不符",
            r#"{"序号":"1","姓名":"=甲","身份证号":"362401196503120013"}"#,
        ),
        fault("death", 9, "id_number", "别家的行", r#"{"其他":"x"}"#),
        fault(
            "dibao",
            6,
            "",
            "缺少必填项：姓名",
            r#"{"序号":"2","身份证号":"362401196503120012","月保障金额（元）":"1,234.50"}"#,
        ),
    ])
    .expect("a batch");
    let issue =
        FaultTable::batch(&[fault("dibao", 7, "birth_date", "出生日期与身份证号不一致", "1950.1")]).expect("a batch");
    let counts: Vec<(&str, ArrayRef)> = [
        "physical_rows",
        "heading",
        "footing",
        "blank",
        "accepted",
        "duplicate",
        "quarantined",
        "unrelated",
        "rows_out",
    ]
    .into_iter()
    .map(|name| (name, Arc::new(Int64Array::from(vec![1234])) as ArrayRef))
    .collect();
    let words = texts(&[
        ("source", &["dibao"]),
        ("file", &["dibao/202506.xlsx"]),
        ("sheet", &["敦厚镇"]),
        ("status", &["read"]),
        ("reason", &[""]),
    ]);
    let columns =
        words.schema().fields().iter().map(|f| f.name().clone()).zip(words.columns().to_vec()).collect::<Vec<_>>();
    let columns = columns.into_iter().chain(counts.into_iter().map(|(name, array)| (name.to_owned(), array)));
    let ledger = RecordBatch::try_from_iter(columns).expect("a batch");
    let titles = BTreeMap::from([
        ("id_number".to_owned(), "公民身份号码".to_owned()),
        ("birth_date".to_owned(), "出生日期".to_owned()),
    ]);
    provider_workbook(&ProviderInput {
        provider: "市民政局",
        sources: &["dibao".to_owned()],
        quarantine: &[quarantine],
        issue: &[issue],
        ledger: &[ledger],
        titles: &titles,
        as_of: day(),
        lang,
    })
    .expect("a workbook")
}

#[test]
fn a_provider_gets_its_own_rows_with_their_original_columns() {
    let workbook = provider_bytes(Lang::Zh);
    assert_eq!((workbook.kept_out, workbook.doubtful), (2, 1));
    let kept_out = sheet(&workbook.bytes, "未入库");
    assert_eq!(
        row(&kept_out, 0),
        ["文件", "工作表", "行号", "字段", "原因", "处理建议", "序号", "姓名", "身份证号", "月保障金额（元）"]
    );
    assert_eq!(row(&kept_out, 1)[2..5], ["5", "公民身份号码", "公民身份号码的校验码不符"]);
    assert_eq!(row(&kept_out, 1)[6..], ["1", "=甲", "362401196503120013", ""]);
    assert_eq!(row(&kept_out, 2)[6..], ["2", "", "362401196503120012", "1,234.50"]);
    assert_eq!(kept_out.height(), 3);
    assert!(matches!(kept_out.get((1, 8)), Some(Data::String(_))), "a number of eighteen digits must stay text");
    let doubtful = sheet(&workbook.bytes, "存疑");
    assert_eq!(row(&doubtful, 1)[3..], ["出生日期", "出生日期与身份证号不一致", "请与身份证原件核对后改正", "1950.1"]);
    assert_eq!(row(&sheet(&workbook.bytes, "文件账目"), 1)[3..7], ["已读取", "", "1234", "1234"]);
}

#[test]
fn equal_inputs_give_equal_workbooks_and_headings_follow_the_language() {
    assert_eq!(provider_bytes(Lang::Zh).bytes, provider_bytes(Lang::Zh).bytes);
    assert_eq!(row(&sheet(&provider_bytes(Lang::En).bytes, "Kept out"), 0)[0], "File");
}

pub(super) fn findings_bytes() -> Vec<u8> {
    let findings = texts(&[
        ("finding_id", &["f1", "f2"]),
        ("rule", &["paid_after_death", "two_programmes"]),
        ("severity", &["high", "medium"]),
        ("person_id", &["P0000001", "P0000002"]),
        ("household_id", &["H0000001", ""]),
        ("region_code", &["360821", "360821"]),
        ("summary", &["死亡日期 2024-03-02 之后仍领取低保 3 个月", "同时享受低保与特困"]),
        ("months", &["2024-04、2024-05、2024-06", ""]),
        ("amount", &["1234.50", ""]),
        ("evidence", &["dibao/dibao%2F202506.xlsx/敦厚镇/5、death/death.csv//12", "dibao/a.xlsx/S/1"]),
        ("probability", &["1", "0.9712"]),
        ("status", &["new", "open"]),
        ("first_seen", &["2025-12-15", "2025-11-15"]),
    ]);
    let words = RuleWords {
        title: "死亡后仍领取".into(),
        title_en: "Paid after death".into(),
        ground: "社会救助暂行办法".into(),
    };
    findings_workbook(&FindingsInput {
        findings: &[findings],
        rules: &BTreeMap::from([("paid_after_death".to_owned(), words)]),
        people: &BTreeMap::from([("P0000001".to_owned(), "王*（吉安县敦厚镇）".to_owned())]),
        title: "试点",
        as_of: day(),
        lang: Lang::Zh,
    })
    .expect("a workbook")
}

#[test]
fn leads_stand_by_rule_and_the_gravest_comes_first() {
    let bytes = findings_bytes();
    let overview = sheet(&bytes, "总览");
    assert_eq!(row(&overview, 1), ["死亡后仍领取", "高", "1", "1", "社会救助暂行办法", "paid_after_death"]);
    assert_eq!(row(&overview, 2)[..3], ["two_programmes", "中", "1"]);
    let rule = sheet(&bytes, "死亡后仍领取");
    assert_eq!(row(&rule, 1)[4], "1234.5");
    assert_eq!(row(&rule, 1)[..3], ["高", "P0000001", "王*（吉安县敦厚镇）"]);
    assert_eq!(row(&sheet(&bytes, "two_programmes"), 1)[9], "97.1%");
}

#[test]
fn a_table_keeps_its_numbers_and_its_text() {
    let money = Decimal128Array::from(vec![Some(123_450), None]).with_precision_and_scale(18, 2).expect("fits");
    let batch = RecordBatch::try_from_iter([
        ("id_number", Arc::new(StringArray::from(vec!["362401196503120012", "=1+1"])) as ArrayRef),
        ("amount", Arc::new(money)),
        ("age", Arc::new(Int64Array::from(vec![Some(12_345_678_901_234_567), Some(60)]))),
        ("birth_date", Arc::new(Date32Array::from(vec![0, 1]))),
        ("share", Arc::new(Float64Array::from(vec![0.25, f64::NAN]))),
    ])
    .expect("a batch");
    let titles = ["身份证号", "金额", "年龄", "出生日期", "占比"].map(String::from).to_vec();
    let bytes = table_workbook("查询结果", &batch.schema(), titles, &[batch]).expect("bytes");
    let range = sheet(&bytes, "查询结果");
    assert_eq!(range.get((1, 0)), Some(&Data::String("362401196503120012".into())));
    assert_eq!(range.get((2, 0)), Some(&Data::String("=1+1".into())));
    assert_eq!(range.get((1, 1)), Some(&Data::Float(1234.5)));
    assert_eq!(range.get((2, 1)), Some(&Data::Empty));
    assert_eq!(range.get((1, 2)), Some(&Data::String("12345678901234567".into())));
    assert_eq!(range.get((1, 3)), Some(&Data::String("1970-01-01".into())));
    assert_eq!(range.get((2, 4)), Some(&Data::String("NaN".into())));
}
