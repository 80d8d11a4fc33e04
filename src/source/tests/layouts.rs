//! What workbooks say of themselves besides their cells.

use super::*;
use crate::source::format::book::file::Book;
use crate::source::format::sheets::MergedCell;
use crate::source::format::sheets::Sheets;

fn open(bytes: &[u8], format: Format) -> Book {
    Book::open(&Content::Held(bytes.into()), format).unwrap_or_else(|reason| panic!("{}", reason.zh))
}

#[test]
fn hidden_rows_columns_and_sheets_of_an_xlsx_are_told() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("永阳 & 镇").unwrap();
    for row in 0..9 {
        sheet.write_string(row, 0, "x").unwrap();
    }
    for row in [3, 4, 7] {
        sheet.set_row_hidden(row).unwrap();
    }
    sheet.set_column_hidden(2).unwrap();
    sheet.merge_range(1, 1, 3, 1, "户", &rust_xlsxwriter::Format::new()).unwrap();
    book.add_worksheet().set_hidden(true).write_string(0, 0, "x").unwrap();
    let mut book = open(&book.save_to_buffer().unwrap(), Format::Xlsx);
    let hidden: Vec<bool> = book.sheets().iter().map(|sheet| sheet.hidden).collect();
    assert_eq!(hidden, [false, true]);
    let layout = book.layout(0).unwrap();
    assert_eq!(layout.hidden_rows, [(4, 5), (8, 8)]);
    assert_eq!(layout.hidden_columns, [(2, 2)]);
    assert_eq!(layout.merged, [MergedCell { first: 2, last: 4, column: 1 }]);
    assert!(!layout.from_1904);
}

#[test]
fn those_of_an_old_xls_too() {
    let mut book = open(include_bytes!("../../../tests/fixtures/workbooks/hidden.xls"), Format::Xls);
    let hidden: Vec<bool> = book.sheets().iter().map(|sheet| sheet.hidden).collect();
    assert_eq!(hidden, [false, true]);
    let layout = book.layout(0).unwrap();
    assert_eq!(layout.hidden_rows, [(3, 4)]);
    assert_eq!(layout.hidden_columns, [(1, 1)]);
    assert_eq!(layout.merged, [MergedCell { first: 2, last: 4, column: 2 }]);
    assert!(layout.from_1904);
    assert_eq!(book.layout(1).unwrap().hidden_rows, []);
}
