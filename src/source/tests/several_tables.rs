//! Tables one below the other on one sheet.

use super::*;

const SECOND: &str = "203040196001011234";

fn told(sheet: &Sheet) -> Vec<(u32, &str)> {
    sheet.doubts.iter().map(|doubt| (doubt.row, doubt.code)).collect()
}

#[test]
fn a_second_table_is_read_with_its_own_header_title_and_unit() {
    let text = format!(
        "2025年5月低保人员名册,,,,\n单位：元,,,,\n姓名,身份证号,月保障金额,备注,\n王五,{ID},300,,\n李四,,450,,\n合计,,750,,\n填表人：赵六,,,,\n\n\
         2025年6月低保家庭台账,,,,\n填报单位：民政局,单位：万元,,,\n户主姓名,户主身份证号,家庭人口,家庭住址,\n赵六,{SECOND},3,永阳镇,\n孙八,{ID},2,敦厚镇,\n合计,,5,,\n"
    );
    let sheet = read_text(&text, &source());
    assert_eq!(sheet.status(), SheetStatus::Read);
    assert_eq!(sheet.reason(), "");
    assert_eq!((sheet.schema(), sheet.head().multiplier), ("people", Some(1)));
    let [second] = &sheet.further[..] else { panic!("one more table") };
    assert_eq!((second.head.schema.name.as_str(), second.header.row, second.confidence), ("households", 11, 1.0));
    assert_eq!((second.head.multiplier, second.head.period.as_deref()), (Some(10_000), Some("2025-06")));
    assert_eq!(sheet.head().period.as_deref(), Some("2025-05"));
    assert_eq!(sheet.rows(), [4, 5, 12, 13]);
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 2, 3, 9, 10, 11]);
    assert_eq!(sheet.skipped(SkippedKind::Footing), [6, 7, 14]);
    assert_eq!(told(&sheet), [], "each total is of its own table");
    assert_eq!(sheet.texts("head_name"), ["", "", "赵六", "孙八"]);
}

#[test]
fn a_second_list_of_the_same_kind_with_other_columns_is_read_by_its_own_header() {
    let text = format!(
        "姓名,身份证号,备注\n王五,{ID},旧\n户主,,本人,,\n姓名,身份证号,姓名,身份证号,备注\n赵六,{SECOND},李四,{ID},新\n钱七,,周九,,\n"
    );
    let sheet = read_text(&text, &source());
    assert_eq!(sheet.rows(), [2, 5, 6]);
    assert_eq!(sheet.texts("name"), ["王五", "李四", "周九"]);
    assert_eq!(sheet.texts("head_name"), ["", "赵六", "钱七"]);
    assert_eq!(sheet.texts("remark"), ["旧", "新", ""]);
    assert_eq!(sheet.further[0].header, crate::plan::HeaderPlace { row: 3, rows: 2 });
}

#[test]
fn three_tables_and_more_are_read_one_after_the_other() {
    let mut text = String::new();
    for i in 0..9 {
        let columns = if i % 2 == 0 { "姓名,身份证号,备注" } else { "身份证号,姓名,乡镇" };
        let cells = if i % 2 == 0 { format!("王五,{ID},") } else { format!("{ID},李四,永阳镇") };
        text.push_str(&format!("{columns}\n{cells}\n"));
    }
    let sheet = read_text(&text, &source());
    assert_eq!((sheet.rows().len(), sheet.further.len(), sheet.held.len()), (9, 8, 0));
    assert!(sheet.texts("id_number").iter().all(|id| id == ID));
}

#[test]
fn a_second_table_that_its_cells_deny_is_held_back_and_the_first_one_stays() {
    let rows = format!("{ID},王五,\n").repeat(20);
    let text = format!("姓名,身份证号,备注\n王五,{ID},\n身份证号,姓名,乡镇\n王五,{ID},永阳镇\n{rows}");
    let sheet = read_text(&text.replace(&rows, &format!("李四,{ID},永阳镇\n").repeat(20)), &source());
    assert_eq!((sheet.rows(), sheet.held.len()), (vec![2], 21));
    assert!(sheet.held.iter().all(|fault| fault.code == "header_changed"));
    assert!(sheet.reason().contains("数据与表头不符"), "{}", sheet.reason());
}

#[test]
fn people_without_figures_before_another_header_stay_rows() {
    // Neither number nor figure tells them from titles.
    let text = format!(
        "姓名,身份证号,备注\n王五,{ID},\n李四,,无证\n赵六,,\n低保家庭台账,,\n户主姓名,户主身份证号,家庭人口\n孙八,{SECOND},3\n周九,{ID},2\n"
    );
    let sheet = read_text(&text, &source());
    assert_eq!(sheet.rows(), [2, 3, 4, 7, 8]);
    assert_eq!(sheet.skipped(SkippedKind::Heading), [1, 5, 6]);
    // The words of another schema alone make no table: the line is somebody's.
    let text = format!("姓名,身份证号,备注\n王五,{ID},\n户主,家庭人口,家庭住址\n李四,,无证\n");
    let sheet = read_text(&text, &source());
    assert_eq!((sheet.rows(), sheet.held.len()), (vec![2, 3, 4], 0));
}

#[test]
fn a_long_second_table_is_read_to_its_end() {
    let rows = format!("赵六,{SECOND},3\n").repeat(500);
    let text = format!("姓名,身份证号,备注\n王五,{ID},\n户主姓名,户主身份证号,家庭人口\n{rows}合计,,1500\n");
    let sheet = read_text(&text, &source());
    assert_eq!((sheet.rows().len(), sheet.end().rows), (501, 501));
    assert_eq!(told(&sheet), []);
}
