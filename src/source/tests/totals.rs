//! Totals tell of rows that were lost.

use super::*;

/// Row, field and message of the totals that differ.
fn told(text: &str, source: &Source) -> Vec<(u32, String, String)> {
    let sheet = read_text(text, source);
    assert_eq!(sheet.status(), SheetStatus::Read);
    let differing = sheet.doubts.into_iter().filter(|doubt| doubt.code == "total_differs");
    differing.map(|doubt| (doubt.row, doubt.field, doubt.message)).collect()
}

const HEADER: &str = "序号,姓名,月保障金额";

#[test]
fn a_total_that_the_rows_deny_is_told_with_both_figures() {
    let text = format!("{HEADER}\n1,王小明,300.10\n2,李秀莲,\"1,200.20\"\n合计,共3人,1800.3\n");
    let sheet = read_text(&text, &source());
    let doubts: Vec<(u32, &str, &str, &str)> =
        sheet.doubts.iter().map(|d| (d.row, d.field.as_str(), d.code, d.message.as_str())).collect();
    assert_eq!(
        doubts,
        [
            (4, "", "total_differs", "合计为 3 人，表中为 2 人"),
            (4, "amount", "total_differs", "「月保障金额」的合计为 1800.3，各行相加为 1500.3，相差 300"),
        ]
    );
    assert!(sheet.doubts[1].suggestion.contains("漏报了行"));
    assert_eq!((sheet.rows(), sheet.skipped(SkippedKind::Footing)), (vec![2, 3], vec![4]));
}

#[test]
fn exact_sums_agree_where_binary_fractions_would_not() {
    let rows: String = (0..10).map(|i| format!("{i},王小明,0.1\n")).collect();
    assert_eq!(told(&format!("{HEADER}\n{rows}合计,,1\n"), &source()), []);
    assert_eq!(told(&format!("{HEADER}\n{rows}合计,,1.000001\n"), &source()).len(), 1);
}

#[test]
fn sub_totals_and_grand_totals_agree_in_every_usual_way() {
    let groups = "1,王小明,100\n2,李秀莲,200\n小计,,300\n3,张国强,50\n小计,,50\n";
    for total in ["350", "700"] {
        assert_eq!(told(&format!("{HEADER}\n{groups}合计,,{total}\n"), &source()), [], "{total}");
    }
    let wrong = told(&format!("{HEADER}\n{groups}合计,,360\n"), &source());
    assert_eq!(wrong.iter().map(|told| told.0).collect::<Vec<_>>(), [7]);
    // Villages, towns, the county.
    let nested = "1,王小明,1\n甲村小计,,1\n2,李秀莲,2\n乙村小计,,2\n永阳镇合计,,3\n3,张国强,4\n丙村小计,,4\n敦厚镇合计,,4\n总计,,7\n";
    assert_eq!(told(&format!("{HEADER}\n{nested}"), &source()), []);
    let lost = told(&format!("{HEADER}\n{}", nested.replace("2,李秀莲,2\n", "")), &source());
    assert_eq!(
        lost.iter().map(|told| told.0).collect::<Vec<_>>(),
        [4, 9],
        "the town agrees with what its villages state"
    );
    assert_eq!(lost[0].2, "「月保障金额」的小计为 2，各行相加为 0，相差 2");
}

#[test]
fn totals_above_their_rows_are_compared_with_what_is_below() {
    let text = format!("{HEADER}\n合计,,350\n甲村小计,,300\n1,王小明,100\n2,李秀莲,200\n乙村小计,,50\n3,张国强,50\n");
    assert_eq!(told(&text, &source()), []);
    let wrong = told(&text.replace("3,张国强,50\n", ""), &source());
    assert_eq!(wrong.iter().map(|told| told.0).collect::<Vec<_>>(), [6], "350 is what the villages state");
}

#[test]
fn units_of_header_unit_row_and_cell_are_all_counted_in() {
    let text = "单位：万元,,\n姓名,身份证号,月保障金额\n王小明,,0.03\n李秀莲,,0.045\n张国强,,250元\n合计,,0.1\n";
    assert_eq!(told(text, &source()), []);
    let wrong = told(&text.replace("0.1\n", "0.2\n"), &source());
    assert_eq!(wrong[0].2, "「月保障金额」的合计为 0.2，各行相加为 0.1，相差 0.1");
}

#[test]
fn households_are_counted_by_their_heads() {
    let listing = Source { schemas: vec![listing_households()], ..source() };
    let rows = "户主姓名,家庭成员姓名,家庭成员身份证号,月保障金额\n王小明,甲,1,300\n,乙,2,\n李秀莲,丙,3,200\n";
    assert_eq!(told(&format!("{rows}合计2户3人,,,500\n"), &listing), []);
    let wrong = told(&format!("{rows}合计3户,,,500\n"), &listing);
    assert_eq!(wrong[0].2, "合计为 3 户，表中为 2 户");
}

#[test]
fn people_paid_twice_are_counted_once_or_twice() {
    let rows = "姓名,身份证号,月保障金额\n王小明,362401196503120012,1\n王小明,362401196503120012,1\n李秀莲,11010519491231002X,1\n";
    for count in ["2人", "3人"] {
        assert_eq!(told(&format!("{rows}合计{count},,3\n"), &source()), [], "{count}");
    }
    assert_eq!(told(&format!("{rows}合计4人,,3\n"), &source()).len(), 1);
}

#[test]
fn what_cannot_be_read_or_is_not_stated_is_not_compared() {
    let text = format!("{HEADER}\n1,王小明,见附件\n2,李秀莲,200\n合计,,500\n");
    assert_eq!(told(&text, &source()), []);
    for cell in ["", "—", "见附件"] {
        assert_eq!(told(&format!("{HEADER}\n1,王小明,300\n合计,,{cell}\n填表人：赵六,,\n"), &source()), [], "{cell}");
    }
}
