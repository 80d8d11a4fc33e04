//! What an old workbook (BIFF 5 and 8 in a compound file) is, and what its sheets say of themselves besides their cells:
//! looked at before the library reads it.

use std::collections::HashSet;
use std::io::{Cursor, Read, Seek};

use crate::model::Words;
use crate::source::format::book::file::torn;
use crate::source::format::book::xlsx::joined;
use crate::source::format::sheets::Layout;

/// Cells that the rectangle around a sheet's cells may span: the library fills it in memory.
const MAX_RECTANGLE: u64 = 20_000_000;
/// No workbook has more sheets that begin where none does.
const MOST_SHEETS: usize = 256;

/// Looks at a compound file before the library does: what it is, and that no sheet claims a rectangle of cells that
/// would not fit into memory (such an allocation ends the whole program, no guard helps).
///
/// Gives what is hidden on each sheet, in the workbook's order.
pub(in crate::source) fn look_at(bytes: &[u8]) -> Result<Vec<Layout>, Words> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|e| torn(&e))?;
    if container.exists("/WordDocument") {
        return Err(Words::new(
            "文件实际是 Word 文档，暂不支持；请把表格复制到 Excel 后另存为 .xlsx",
            "the file is really a Word document, which is not supported; copy its table into Excel and save it as .xlsx",
        ));
    }
    let Some(name) = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"].into_iter().find(|name| container.exists(name))
    else {
        return Err(Words::new(
            "文件不是 Excel 工作簿；请确认后导出为 .xlsx 重新报送",
            "the file is no Excel workbook; have it exported as .xlsx and sent again",
        ));
    };
    let mut stream = Vec::new();
    let mut opened = container.open_stream(name).map_err(|e| torn(&e))?;
    opened.rewind().and_then(|()| opened.read_to_end(&mut stream)).map_err(|e| torn(&e))?;
    let mut book = Sheets::default();
    book.walk(&stream, 0)?;
    // The library goes where the workbook says that a sheet begins, even into the middle of a record.
    let astray: Vec<usize> = book.sheets.iter().map(|(start, _)| *start as usize).collect();
    for start in astray.into_iter().filter(|start| !book.begun.contains(start)).take(MOST_SHEETS).collect::<Vec<_>>() {
        book.walk(&stream, start)?;
    }
    let settled = |(_, layout): (u32, Layout)| Layout {
        hidden_rows: joined(layout.hidden_rows),
        hidden_columns: joined(layout.hidden_columns),
        ..layout
    };
    Ok(book.sheets.into_iter().map(settled).collect())
}

/// What the records of a workbook tell.
#[derive(Default)]
struct Sheets {
    /// Where each sheet begins, and what is hidden on it.
    sheets: Vec<(u32, Layout)>,
    /// Where parts have begun.
    begun: HashSet<usize>,
}

impl Sheets {
    /// Goes through the records from a position on.
    fn walk(&mut self, stream: &[u8], from: usize) -> Result<(), Words> {
        let (mut rectangle, mut claimed, mut sheet, mut at) = (Rectangle::default(), 0, None, from);
        while let Some(&[a, b, c, d]) = stream.get(at..at + 4) {
            let body = at + 4;
            let length = usize::from(u16::from_le_bytes([c, d]));
            let data = stream.get(body..body + length).unwrap_or(&[]);
            let number = |at: usize| data.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]));
            match u16::from_le_bytes([a, b]) {
                // Beginning of a part.
                0x0809 => {
                    rectangle = Rectangle::default();
                    self.begun.insert(at);
                    sheet = self.sheets.iter().position(|(start, _)| *start as usize == at).or(sheet);
                }
                // Dimensions: the library makes room for what it claims. In BIFF 5 its rows have two bytes.
                0x0200 => claimed = claimed.max(claim(data)),
                // BoundSheet
                0x0085 if data.len() >= 4 => {
                    let start = u32::from(number(0)) | u32::from(number(2)) << 16;
                    self.sheets.push((start, Layout::default()));
                }
                kind @ (0x0208 | 0x007D) => {
                    if let Some((_, layout)) = sheet.and_then(|sheet: usize| self.sheets.get_mut(sheet)) {
                        note(kind, data, layout);
                    }
                }
                // Formula, blank, number, label, boolean, shared label, short number, and the rows of several.
                0x0006 | 0x0201 | 0x0203 | 0x0204 | 0x0205 | 0x00FD | 0x027E | 0x00D6 if data.len() >= 4 => {
                    rectangle.cover(number(0), number(2));
                }
                0x00BD | 0x00BE if data.len() >= 4 => {
                    rectangle.cover(number(0), number(2));
                    rectangle.cover(number(0), number(data.len() - 2));
                }
                _ => {}
            }
            if rectangle.area().max(claimed) > MAX_RECTANGLE {
                return Err(Words::new(
                    "工作表在很远的单元格里有内容，无法载入；请删除表格以外的内容，另存为 .xlsx 后重新报送",
                    "a sheet has something in a cell far away and cannot be loaded; delete what stands outside the table and save it as .xlsx",
                ));
            }
            at = body + length;
        }
        Ok(())
    }
}

/// Cells that a record of dimensions claims.
fn claim(data: &[u8]) -> u64 {
    let wide = |at: usize| data.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let short = |at: usize| data.get(at..at + 2).map_or(0, |b| u32::from(u16::from_le_bytes([b[0], b[1]])));
    let (rows, columns) = if data.len() >= 12 {
        (wide(4).saturating_sub(wide(0)), short(10).saturating_sub(short(8)))
    } else {
        (short(2).saturating_sub(short(0)), short(6).saturating_sub(short(4)))
    };
    u64::from(rows) * u64::from(columns)
}

/// Notes a hidden row (Row, fDyZero) or hidden columns (ColInfo, fHidden).
fn note(kind: u16, data: &[u8], layout: &mut Layout) {
    let number = |at: usize| Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?));
    match kind {
        0x0208 if number(12).is_some_and(|flags| flags & 0x20 != 0) => {
            layout.hidden_rows.extend(number(0).map(|row| (u32::from(row) + 1, u32::from(row) + 1)));
        }
        0x007D if number(8).is_some_and(|flags| flags & 1 != 0) => {
            let columns = number(0).zip(number(2));
            layout.hidden_columns.extend(columns.map(|(first, last)| (u32::from(first), u32::from(last))));
        }
        _ => {}
    }
}

#[derive(Default)]
struct Rectangle {
    rows: Option<(u16, u16)>,
    columns: Option<(u16, u16)>,
}

impl Rectangle {
    fn cover(&mut self, row: u16, column: u16) {
        let wider = |side: Option<(u16, u16)>, at: u16| Some(side.map_or((at, at), |(a, b)| (a.min(at), b.max(at))));
        self.rows = wider(self.rows, row);
        self.columns = wider(self.columns, column);
    }

    fn area(&self) -> u64 {
        let span = |side: Option<(u16, u16)>| side.map_or(0, |(a, b)| u64::from(b - a) + 1);
        span(self.rows) * span(self.columns)
    }
}
