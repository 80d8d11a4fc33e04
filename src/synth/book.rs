//! Cells to bytes: one writer for text files in several encodings and for both kinds of workbook.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::xls;

/// What a cell of a file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    /// A day as workbooks keep it: a number shown as a date. Text files get `1950-01-31`.
    Day(NaiveDate),
}

impl Cell {
    /// A text cell; empty text is an empty cell.
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Utf8,
    /// UTF-8 with a mark, as newer Excels save it.
    Utf8Mark,
    /// GB 18030 without a mark, as Chinese Excels save it.
    Gb18030,
    /// UTF-16 little endian with a mark, tab separated: Excel's «Unicode text».
    Utf16,
    Xlsx,
    Xls,
}

impl Form {
    /// Whether cells have types.
    pub fn is_workbook(self) -> bool {
        matches!(self, Form::Xlsx | Form::Xls)
    }
}

enum Inner {
    Text { form: Form, bytes: Vec<u8> },
    Xlsx { done: Vec<Worksheet>, sheet: Option<Box<Worksheet>>, day: Format },
    Xls { sheets: Vec<xls::Sheet> },
}

/// A file under construction. Rows are written in order; nothing is kept but the bytes or the library's cells.
pub struct Book {
    inner: Inner,
    row: u32,
    merges: Vec<(u32, u16, u32, u16, Cell)>,
}

/// The serial of a day in the 1900 system of Excel.
fn serial(day: NaiveDate) -> f64 {
    // Day 719,163 of the common era is 1970-01-01, which Excel calls 25,569.
    f64::from(day.num_days_from_ce() - 719_163 + 25_569)
}

impl Book {
    /// An empty file. Workbooks need [`Book::sheet`] before the first row.
    pub fn new(form: Form) -> Self {
        let inner = match form {
            Form::Xlsx => {
                Inner::Xlsx { done: Vec::new(), sheet: None, day: Format::new().set_num_format("yyyy\\-mm\\-dd") }
            }
            Form::Xls => Inner::Xls { sheets: Vec::new() },
            form => {
                let bytes = match form {
                    Form::Utf8Mark => vec![0xEF, 0xBB, 0xBF],
                    Form::Utf16 => vec![0xFF, 0xFE],
                    _ => Vec::new(),
                };
                Inner::Text { form, bytes }
            }
        };
        Self { inner, row: 0, merges: Vec::new() }
    }

    /// Begins a sheet of a workbook; nothing for a text file.
    pub fn sheet(&mut self, name: &str) -> Result<(), XlsxError> {
        self.close_sheet()?;
        self.row = 0;
        match &mut self.inner {
            Inner::Text { .. } => {}
            Inner::Xlsx { sheet, .. } => {
                let mut fresh = Worksheet::new();
                fresh.set_name(name)?;
                *sheet = Some(Box::new(fresh));
            }
            Inner::Xls { sheets } => sheets.push(xls::Sheet::new(name)),
        }
        Ok(())
    }

    fn close_sheet(&mut self) -> Result<(), XlsxError> {
        let merges = std::mem::take(&mut self.merges);
        match &mut self.inner {
            Inner::Text { .. } => {}
            Inner::Xlsx { done, sheet, .. } => {
                let Some(mut open) = sheet.take() else { return Ok(()) };
                let plain = Format::new();
                for (top, left, bottom, right, cell) in merges {
                    let text = if let Cell::Text(text) = cell { text } else { String::new() };
                    open.merge_range(top, left, bottom, right, &text, &plain)?;
                }
                done.push(*open);
            }
            Inner::Xls { sheets } => {
                let Some(open) = sheets.last_mut() else { return Ok(()) };
                for (top, left, bottom, right, _) in merges {
                    open.merge(top as u16, left, bottom as u16, right);
                }
            }
        }
        Ok(())
    }

    /// Merges cells of the open sheet, rows and columns from 0, both corners included; `cell` is what the top left
    /// holds. A text file shows nothing of it.
    pub fn merge(&mut self, top: u32, left: u16, bottom: u32, right: u16, cell: Cell) {
        if (top, left) != (bottom, right) {
            self.merges.push((top, left, bottom, right, cell));
        }
    }

    /// Writes the next row.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        let row = self.row;
        self.row += 1;
        match &mut self.inner {
            Inner::Text { form, bytes } => write_line(*form, bytes, cells),
            Inner::Xlsx { sheet: Some(sheet), day, .. } => {
                for (column, cell) in (0_u16..).zip(cells) {
                    match cell {
                        Cell::Empty => {}
                        Cell::Text(text) => {
                            sheet.write_string(row, column, text)?;
                        }
                        Cell::Number(value) => {
                            sheet.write_number(row, column, *value)?;
                        }
                        Cell::Day(value) => {
                            sheet.write_number_with_format(row, column, serial(*value), day)?;
                        }
                    }
                }
            }
            Inner::Xlsx { sheet: None, .. } => {}
            Inner::Xls { sheets } => {
                let Some(sheet) = sheets.last_mut() else { return Ok(()) };
                for (column, cell) in (0_u16..).zip(cells) {
                    match cell {
                        Cell::Empty => {}
                        Cell::Text(text) => sheet.text(row as u16, column, text),
                        Cell::Number(value) => sheet.number(row as u16, column, *value),
                        Cell::Day(value) => sheet.day(row as u16, column, serial(*value)),
                    }
                }
            }
        }
        Ok(())
    }

    /// The bytes of the finished file.
    pub fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        self.close_sheet()?;
        match self.inner {
            Inner::Text { bytes, .. } => Ok(bytes),
            Inner::Xlsx { done, .. } => {
                let mut workbook = Workbook::new();
                // The library would put the clock into the properties; a fixed time keeps equal seeds equal.
                let made = ExcelDateTime::from_ymd(2025, 12, 15)?;
                workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
                for sheet in done {
                    workbook.push_worksheet(sheet);
                }
                workbook.save_to_buffer()
            }
            Inner::Xls { sheets } => xls::workbook(&sheets).map_err(XlsxError::IoError),
        }
    }
}

fn write_line(form: Form, bytes: &mut Vec<u8>, cells: &[Cell]) {
    let separator = if form == Form::Utf16 { '\t' } else { ',' };
    let mut line = String::with_capacity(160);
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            line.push(separator);
        }
        match cell {
            Cell::Empty => {}
            Cell::Text(text) if text.contains([separator, '"', '\n', '\r']) => {
                line.push('"');
                line.push_str(&text.replace('"', "\"\""));
                line.push('"');
            }
            Cell::Text(text) => line.push_str(text),
            Cell::Number(value) => line.push_str(&value.to_string()),
            Cell::Day(day) => line.push_str(&day.to_string()),
        }
    }
    line.push_str("\r\n");
    match form {
        Form::Gb18030 => bytes.extend_from_slice(&encoding_rs::GB18030.encode(&line).0),
        Form::Utf16 => bytes.extend(line.encode_utf16().flat_map(u16::to_le_bytes)),
        _ => bytes.extend_from_slice(line.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xls, Xlsx};

    use super::*;

    fn sample(form: Form) -> Vec<u8> {
        let mut book = Book::new(form);
        for name in ["人员", "家庭"] {
            book.sheet(name).unwrap();
            book.merge(0, 0, 0, 2, Cell::text("花名册"));
            book.row(&[Cell::text("花名册")]).unwrap();
            let day = NaiveDate::from_ymd_opt(1950, 1, 31).unwrap();
            book.row(&[Cell::text("刘·伟"), Cell::Number(1234.5), Cell::Day(day)]).unwrap();
            book.row(&[]).unwrap();
            book.row(&[Cell::Empty, Cell::text("末")]).unwrap();
        }
        book.finish().unwrap()
    }

    fn checked<R: Reader<std::io::Cursor<Vec<u8>>>>(mut book: R) {
        assert_eq!(book.sheet_names(), ["人员", "家庭"]);
        let Ok(range) = book.worksheet_range("家庭") else { panic!("no sheet") };
        assert_eq!(range.end(), Some((3, 2)));
        assert_eq!(range.get_value((0, 0)), Some(&Data::String("花名册".into())));
        assert_eq!(range.get_value((1, 0)), Some(&Data::String("刘·伟".into())));
        assert_eq!(range.get_value((1, 1)), Some(&Data::Float(1234.5)));
        let Some(Data::DateTime(day)) = range.get_value((1, 2)) else { panic!("no day") };
        assert_eq!(day.as_f64(), 18294.0);
        assert_eq!(range.get_value((3, 1)), Some(&Data::String("末".into())));
    }

    #[test]
    fn workbooks_read_back() {
        checked(Xlsx::new(std::io::Cursor::new(sample(Form::Xlsx))).unwrap());
        checked(Xls::new(std::io::Cursor::new(sample(Form::Xls))).unwrap());
    }

    #[test]
    fn text_files_read_back_in_their_encoding() {
        let plain = String::from_utf8(sample(Form::Utf8)).unwrap();
        assert!(plain.starts_with("花名册\r\n刘·伟,1234.5,1950-01-31\r\n\r\n,末\r\n"));
        let bytes = sample(Form::Gb18030);
        let (decoded, _, bad) = encoding_rs::GB18030.decode(&bytes);
        assert!(!bad && decoded == plain);
        let bytes = sample(Form::Utf16);
        let (decoded, used, bad) = encoding_rs::UTF_8.decode(&bytes);
        assert!(!bad && used == encoding_rs::UTF_16LE && decoded == plain.replace(',', "\t"));
    }

    #[test]
    fn equal_content_gives_equal_bytes() {
        for form in [Form::Xlsx, Form::Xls] {
            let first = sample(form);
            std::thread::sleep(std::time::Duration::from_millis(1_100));
            assert!(first == sample(form));
        }
    }
}
