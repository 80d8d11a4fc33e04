//! What a workbook hides.

use rust_xlsxwriter::{Workbook, Worksheet};

use super::*;
use crate::model::SheetPlace;
use crate::source::format::sheets::Layout;
use crate::source::line::Line;
use crate::source::table::judge::judge;
use crate::source::table::sheet::SheetWriter;

fn lines(rows: &[(u32, &[&str])]) -> Vec<Line> {
    rows.iter()
        .map(|(row, cells)| {
            let mut line = Line::default();
            line.begin(*row);
            (0..).zip(*cells).for_each(|(column, text)| line.push(column, text, CellKind::Text));
            line
        })
        .collect()
}

/// Rows handed out and doubts of lines under a layout.
fn read_lines(lines: &[Line], layout: Layout) -> (usize, Vec<Fault>) {
    let place = Arc::new(SheetPlace { source: "a".into(), file: "a.xlsx".into(), sheet: "一".into() });
    let verdict = judge(lines, &place, &source(), None);
    let (mut rows, mut doubts) = (0, Vec::new());
    let mut sink = |event| -> Result<(), Infallible> {
        match event {
            Event::Rows(table) => rows += table.len(),
            Event::Doubts(faults) => doubts.extend(faults),
            _ => {}
        }
        Ok(())
    };
    let mut writer = SheetWriter::begin(place, verdict, layout, &mut sink).unwrap();
    lines.iter().for_each(|line| writer.line(line).unwrap());
    writer.end(None).unwrap();
    (rows, doubts)
}

#[test]
fn hidden_rows_and_columns_are_read_and_told_by_their_places() {
    let sheet = lines(&[
        (1, &["名册"]),
        (2, &["姓名", "身份证号", "备注"]),
        (3, &["王五", ID, ""]),
        (5, &["李四", "", "无证"]),
        (6, &["赵六", "", ""]),
    ]);
    let layout = Layout {
        hidden_rows: vec![(4, 4), (5, 1_048_576)],
        hidden_columns: vec![(1, 2), (7, 16_383)],
        ..Layout::default()
    };
    let (rows, doubts) = read_lines(&sheet, layout);
    assert_eq!(rows, 3);
    let told: Vec<(&str, u32, &str)> =
        doubts.iter().map(|doubt| (doubt.code, doubt.row, doubt.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("hidden_rows", 2, "第 5–6 行是隐藏的（2 行有内容），已照常读取"),
            ("hidden_columns", 2, "B–C 列是隐藏的，已照常读取"),
        ]
    );
    // Blank ones are nobody's.
    let blank = Layout { hidden_rows: vec![(4, 4)], hidden_columns: vec![(9, 9)], ..Layout::default() };
    assert_eq!(read_lines(&sheet, blank), (3, Vec::new()));
}

#[test]
fn a_sheet_held_back_tells_what_it_hides_too() {
    let sheet = lines(&[(1, &["品名", "数量", "单价"]), (2, &["化肥", "3", "20"]), (3, &["种子", "4", "15"])]);
    let (_, doubts) = read_lines(&sheet, Layout { hidden_rows: vec![(3, 3)], ..Layout::default() });
    assert_eq!(doubts.iter().map(|doubt| doubt.code).collect::<Vec<_>>(), ["hidden_rows"]);
}

#[test]
fn hidden_sheets_are_read_and_told() {
    let mut book = Workbook::new();
    for (name, hidden) in [("一", false), ("二", true)] {
        let mut sheet = Worksheet::new();
        sheet.set_name(name).unwrap().set_hidden(hidden);
        for (row, cells) in (0..).zip([["姓名", "身份证号"], ["王五", ID]]) {
            for (column, text) in (0..).zip(cells) {
                sheet.write_string(row, column, text).unwrap();
            }
        }
        book.push_worksheet(sheet);
    }
    let mut empty = Worksheet::new();
    empty.set_name("三").unwrap().set_hidden(true);
    book.push_worksheet(empty);
    let seen = read_bytes("a.xlsx", &book.save_to_buffer().unwrap(), &source());
    let codes: Vec<Vec<&str>> =
        seen.sheets.iter().map(|sheet| sheet.doubts.iter().map(|doubt| doubt.code).collect()).collect();
    assert_eq!(codes, [vec![], vec!["hidden_sheet"], vec![]]);
    assert_eq!((seen.sheets[1].rows(), seen.sheets[1].doubts[0].row), (vec![2], 1));
}

#[test]
fn the_day_system_of_a_workbook_goes_with_its_rows() {
    let sheet = lines(&[(1, &["姓名", "身份证号", "出生日期"]), (2, &["王五", ID, "22351"])]);
    let place = Arc::new(SheetPlace { source: "a".into(), file: "a.xlsx".into(), sheet: "一".into() });
    for from_1904 in [false, true] {
        let verdict = judge(&sheet, &place, &source(), None);
        let mut systems = Vec::new();
        let mut sink = |event| -> Result<(), Infallible> {
            if let Event::Rows(table) = event {
                systems.push(table.head().from_1904);
            }
            Ok(())
        };
        let layout = Layout { from_1904, ..Layout::default() };
        let mut writer = SheetWriter::begin(place.clone(), verdict, layout, &mut sink).unwrap();
        sheet.iter().for_each(|line| writer.line(line).unwrap());
        writer.end(None).unwrap();
        assert_eq!(systems, [from_1904]);
    }
}
