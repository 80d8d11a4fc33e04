//! Where the table is among the lines of a sheet.

use super::*;

#[test]
fn title_unit_and_date_rows_stand_above_and_signatures_below() {
    let text = "吉安县2025年6月城乡低保对象花名册,,,\n填报单位：吉安县民政局,,,单位：万元\n,,,\n姓名,身份证号,月保障金额,备注\n\
        王五,362401196503120012,0.03,\n\n李四,,0.045,无证\n永和村小计,,0.075,\n合  计,,0.075,\n注：本表一式三份,,,\n填表人：赵六,,审核人：钱七,\n第1页 共1页\n,,,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [5, 7]);
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 2, 4]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), [8, 9, 10, 11, 12]);
    assert_eq!(sheet.end().ledger.blank, 2);
    assert_eq!(sheet.end().ledger.physical_rows, 12);
    assert_eq!(sheet.head().multiplier, Some(10_000));
    assert_eq!(sheet.head().period.as_deref(), Some("2025-06"));
}

#[test]
fn a_header_repeated_on_each_page_is_no_row() {
    let text =
        "名册,,\n姓名,身份证号,备注\n1,2,3\n王五,362401196503120012,\n名册,,\n姓名,身份证号,备注\n1,2,3\n李四,,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [4, 8]);
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 2, 3, 5, 6, 7]);
}

#[test]
fn merged_parents_are_spread_over_their_children() {
    let text =
        "序号,户主,,本人,,备注\n,姓名,身份证号,姓名,公民身份号码,\n1,王五,362401196503120012,李四,,\n2,赵六,,钱七,,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.texts("head_name"), ["王五", "赵六"]);
    assert_eq!(sheet.texts("name"), ["李四", "钱七"]);
    assert_eq!(sheet.texts("head_id_number")[0], ID);
    let titles: Vec<&str> = sheet.head().columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(titles, ["序号", "户主/姓名", "户主/身份证号", "本人/姓名", "本人/公民身份号码", "备注"]);
    assert_eq!(sheet.start.as_ref().unwrap().header.rows, 2);
}

#[test]
fn three_header_rows_are_one_header() {
    let text = "低保对象信息,,,,\n基本情况,,,待遇,备注\n姓名,证件,,保障金额（万元）,\n,身份证号,出生日期,,\n\
        王五,362401196503120012,1965.3,0.03,\n李四,,1970.1,0.04,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [5, 6]);
    assert_eq!(sheet.texts("birth_date"), ["1965.3", "1970.1"]);
    let amount = sheet.head().columns.iter().find(|column| column.position == 3).unwrap();
    assert_eq!(amount.multiplier, Some(10_000));
    assert!(amount.field.is_some());
}

#[test]
fn a_header_reaches_as_far_up_as_columns_are_known() {
    let text = "名册,,,,\n个人,,家庭,,备注\n基本,待遇,户主姓名,户主身份证号,\n姓名,月保障金额,,,\n王五,300,李四,,无\n赵六,300,钱七,,有\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [5, 6]);
    assert_eq!(sheet.texts("remark"), ["无", "有"]);
    assert_eq!(sheet.texts("head_name"), ["李四", "钱七"]);
}

#[test]
fn the_schema_whose_columns_fit_best_is_taken() {
    let sheet = read_text("户主姓名,户主身份证号,家庭人口,家庭住址\n王五,362401196503120012,3,永阳镇\n", &source());
    assert_eq!(sheet.schema(), "households");
    let sheet = read_text("户主姓名,户主身份证号,姓名,身份证号,备注\n王五,362401196503120012,李四,,\n", &source());
    assert_eq!(sheet.schema(), "people");
}

#[test]
fn another_header_in_the_middle_holds_the_rest_back() {
    let text = "姓名,身份证号,备注\n王五,362401196503120012,\n户主姓名,出生日期,身份证号,户主身份证\n赵六,1990,362401196503120012,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [2]);
    assert_eq!(sheet.held.len(), 1);
    assert_eq!(sheet.held[0].code, "header_changed");
    assert!(sheet.reason().contains("第 3 行") && sheet.reason().contains("缺少必填列：姓名"), "{}", sheet.reason());
    // Two known words are enough where one stands for a name; beside a name they are somebody's.
    let text = "姓名,身份证号,备注\n王五,362401196503120012,\n户主姓名,户主身份证号,家庭人口\n李四,,2\n";
    let sheet = read_text(text, &Source { schemas: vec![people()], ..source() });
    assert_eq!((sheet.rows(), sheet.held.len()), (vec![2], 1));
    let text = "姓名,身份证号,户主姓名,备注\n王五,362401196503120012,,\n李四,,户主,备注\n";
    assert_eq!(read_text(text, &source()).rows(), [2, 3]);
}

#[test]
fn a_count_beside_a_total_is_no_name_and_a_date_of_filling_in_no_period() {
    let text = "低保名册\n填报日期：2025年7月2日\n序号,姓名,月保障金额\n1,王五,300\n合计,共25人,300\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [4]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), [5]);
    assert_eq!(sheet.head().period, None);
}

#[test]
fn people_above_a_header_are_held_back() {
    let text = "示例,王五,362401196503120012\n姓名,身份证号,备注\n李四,,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [3]);
    assert_eq!((sheet.held[0].row, sheet.held[0].code), (1, "above_header"));
}

#[test]
fn a_list_above_the_header_is_held_back_and_a_block_of_labels_is_not() {
    let text = "困难人员名册\n单位：,民政局,日期：,6月\n县：,吉安县,乡：,永阳镇\n户主,家人,困难情形\n李四,李小四,大病\n赵六,赵小六,残疾\n\n\
        姓名,身份证号,备注\n王五,362401196503120012,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [9]);
    assert_eq!(sheet.held.iter().map(|fault| fault.row).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 2, 3, 8]);
}

#[test]
fn a_person_without_a_number_is_no_footing() {
    let text = "备注,姓名,身份证号\n说明：补录,李四,\n联系人：村主任,赵六,\n,贺小计,\n,王五,362401196503120012\n\
        说明：本表由村里填写，一式两份,,\n填表人：,孙八,审核人：\n,永和村小计,\n注：,以上数据截至六月，不含外出人员,\n";
    let sheet = read_text(text, &source());
    assert_eq!(sheet.rows(), [2, 3, 4, 5]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), [6, 7, 8, 9]);
}
