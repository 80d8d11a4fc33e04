use super::*;

/// Where the header is, and the titles of its columns.
fn header_of(text: &str) -> (u32, u32, Vec<String>) {
    let sheet = read_text(text, &source());
    let header = sheet.start.as_ref().unwrap().header;
    (header.row, header.rows, sheet.head().columns.iter().map(|column| column.title.clone()).collect())
}

const ROW: &str = "王五,362401196503120012,永阳镇,300\n";

#[test]
fn parents_over_known_columns_belong_to_the_header() {
    let text = format!("低保名册\n个人信息,,保障情况,\n姓名,身份证号,乡镇,月保障金额\n{ROW}");
    let titles = ["个人信息/姓名", "个人信息/身份证号", "保障情况/乡镇", "保障情况/月保障金额"].map(str::to_owned);
    assert_eq!(header_of(&text), (2, 2, titles.to_vec()));
    // A group over all columns is one, a list's title is none.
    let (row, rows, titles) =
        header_of(&format!("上报内容\n个人信息,,保障情况,\n姓名,身份证号,乡镇,月保障金额\n{ROW}"));
    assert_eq!((row, rows, titles[3].as_str()), (1, 3, "上报内容/保障情况/月保障金额"));
}

#[test]
fn titles_labels_offices_and_days_above_a_header_are_no_parents() {
    for above in [
        "低保名册",
        "民政局2025年低保情况",
        "填报单位：,吉安县民政局",
        "吉安县民政局,,,单位：元",
        "填表单位,吉安县民政局",
        "制表人,王五",
        "永阳镇,,,吉安县残联",
        "永阳镇,,,2025年6月30日",
        "永阳镇,,,（公章）",
        ",个人信息,保障情况,",
        "个人信息,,,,其他",
    ] {
        let (row, rows, titles) = header_of(&format!("{above}\n姓名,身份证号,乡镇,月保障金额\n{ROW}"));
        assert_eq!((row, rows), (2, 1), "{above}");
        assert_eq!(titles[..4], ["姓名", "身份证号", "乡镇", "月保障金额"], "{above}");
    }
    // A line in between: what stands above it is not the header's.
    assert_eq!(header_of(&format!("个人信息,,保障情况,\n\n姓名,身份证号,乡镇,月保障金额\n{ROW}")).0, 3);
}

#[test]
fn a_line_below_may_give_a_parent_another_meaning() {
    // 户主 above 身份证号 is the head's number: nobody here has a name.
    let text = "乡镇,户主,家庭人口,家庭住址\n,身份证号,,\n永阳镇,362401196503120012,2,永和村\n";
    let source = Source { schemas: vec![households()], ..source() };
    let sheet = read_text(text, &source);
    assert_eq!((sheet.status(), sheet.held_sheet.as_ref().unwrap().code), (SheetStatus::HeldBack, "column_missing"));
}

#[test]
fn a_section_left_of_the_headers_lower_line_is_no_part_of_it() {
    let text = "序号,个人,,\n,姓名,身份证号,月保障金额\n一、永阳镇,,,\n1,王五,362401196503120012,300\n2,李四,,300\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.start.as_ref().unwrap().header, HeaderPlace { row: 1, rows: 2 });
    assert_eq!((sheet.head().columns[0].title.as_str(), sheet.rows()), ("序号", vec![4, 5]));
}

#[test]
fn two_columns_may_be_numbered_too() {
    let sheet = read_text("姓名,身份证号\n1,2\n王五,362401196503120012\n", &source());
    assert_eq!((sheet.skipped(SkippedKind::Heading), sheet.rows()), (vec![1, 2], vec![3]));
}

#[test]
fn parents_printed_again_on_each_page_speak_against_no_column() {
    let header = "个人信息,,,其他情况\n姓名,身份证号,乡镇,出生日期\n";
    let text = format!("{header}王五,362401196503120012,永阳镇,\n").repeat(8);
    let sheet = read_text(&text, &source());
    assert_eq!((sheet.status(), sheet.start.as_ref().unwrap().confidence), (SheetStatus::Read, 1.0));
    assert_eq!((sheet.rows().len(), sheet.skipped(SkippedKind::Heading).len()), (8, 16));
    assert!(sheet.doubts.is_empty(), "{:?}", sheet.doubts);
}
