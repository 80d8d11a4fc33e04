//! Workbooks: xlsx and xlsb cell by cell, xls and ods whole (their format allows no less).

use std::io::{Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    Data, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError,
};

use zip::ZipArchive;

use crate::model::Words;

use super::cell::{self, Value};
use super::content::{Bytes, Content};
use super::line::Line;
use super::merged::MergedCell;
use super::password::old_cipher;
use super::sheets::{Layout, SheetInfo, Sheets};
use super::sniff::Format;
use super::xlsx_layout;

/// Files that must be held in memory as a whole may not be larger.
const MAX_WHOLE: u64 = 512 << 20;
/// Cells that the rectangle around an old sheet's cells may span: the library fills it in memory.
const MAX_RECTANGLE: u64 = 20_000_000;

/// An open workbook.
pub(super) struct Book {
    content: Content,
    sheets: Vec<SheetInfo>,
    inner: Inner,
}

enum Inner {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
    Xls(Box<Xls<Cursor<Vec<u8>>>>),
    Ods(Box<Ods<Bytes>>),
}

impl Book {
    /// Opens a workbook of a known format, or says why it cannot be read.
    pub fn open(content: &Content, format: Format) -> Result<Book, Words> {
        let bytes = || content.seekable().map_err(|e| super::io_reason(&e));
        let inner = guarded(|| match format {
            Format::Xlsx => match Xlsx::new(bytes()?) {
                Ok(book) => Ok(Inner::Xlsx(Box::new(book))),
                Err(XlsxError::Password) => Err(old_cipher()),
                Err(e) => Err(torn(&e)),
            },
            Format::Xlsb => match Xlsb::new(bytes()?) {
                Ok(book) => Ok(Inner::Xlsb(Box::new(book))),
                Err(XlsbError::Password) => Err(old_cipher()),
                Err(e) => Err(torn(&e)),
            },
            Format::Ods => {
                check_size(content)?;
                match Ods::new(bytes()?) {
                    Ok(book) => Ok(Inner::Ods(Box::new(book))),
                    Err(OdsError::Password) => Err(old_cipher()),
                    Err(e) => Err(torn(&e)),
                }
            }
            Format::Xls => open_xls(content),
            _ => Err(Words::new("不是工作簿", "not a workbook")),
        })?;
        let sheets = match &inner {
            Inner::Xlsx(book) => book.sheets_metadata(),
            Inner::Xlsb(book) => book.sheets_metadata(),
            Inner::Xls(book) => book.sheets_metadata(),
            Inner::Ods(book) => book.sheets_metadata(),
        };
        let sheets = sheets
            .iter()
            .map(|sheet| SheetInfo {
                name: sheet.name.clone(),
                cells: sheet.typ == SheetType::WorkSheet,
                hidden: sheet.visible != SheetVisible::Visible,
            })
            .collect();
        Ok(Book { content: content.clone(), sheets, inner })
    }

    fn name(&self, sheet: usize) -> Result<String, Words> {
        let info = self.sheets.get(sheet).ok_or_else(|| torn(&"no such sheet"))?;
        Ok(info.name.clone())
    }
}

impl Sheets for Book {
    fn sheets(&self) -> Vec<SheetInfo> {
        self.sheets.clone()
    }

    fn layout(&mut self, sheet: usize) -> Result<Layout, Words> {
        let name = self.name(sheet)?;
        guarded(|| match &mut self.inner {
            Inner::Xlsx(book) => {
                let from_1904 = book.has_1904_epoch();
                Ok(Layout { from_1904, ..xlsx_layout(&self.content, &name)? })
            }
            Inner::Xls(book) => {
                let regions = book.merge_cells_by_sheet_name(&name).map_err(|e| torn(&e))?;
                let merged = regions.iter().filter(|region| region.end.0 > region.start.0).map(|region| MergedCell {
                    first: region.start.0.saturating_add(1),
                    last: region.end.0.saturating_add(1),
                    column: region.start.1,
                });
                Ok(Layout { merged: merged.collect(), from_1904: book.has_1904_epoch(), ..Layout::default() })
            }
            Inner::Xlsb(_) | Inner::Ods(_) => Ok(Layout::default()),
        })
    }

    fn lines(&mut self, sheet: usize, take: &mut dyn FnMut(&Line) -> ControlFlow<()>) -> Result<(), Words> {
        let name = self.name(sheet)?;
        let mut lines = Lines { line: Line::default(), take };
        match &mut self.inner {
            Inner::Xlsx(book) => {
                let mut cells = guarded(|| book.worksheet_cells_reader(&name).map_err(|e| torn(&e)))?;
                while let Some(cell) = guarded(|| cells.next_cell().map_err(|e| torn(&e)))? {
                    if lines.put(cell.get_position(), Value::from(cell.get_value()))?.is_break() {
                        return Ok(());
                    }
                }
            }
            Inner::Xlsb(book) => {
                let mut cells = guarded(|| book.worksheet_cells_reader(&name).map_err(|e| torn(&e)))?;
                while let Some(cell) = guarded(|| cells.next_cell().map_err(|e| torn(&e)))? {
                    if lines.put(cell.get_position(), Value::from(cell.get_value()))?.is_break() {
                        return Ok(());
                    }
                }
            }
            Inner::Xls(book) => {
                let range = guarded(|| book.worksheet_range(&name).map_err(|e| torn(&e)))?;
                return lines.put_range(&range);
            }
            Inner::Ods(book) => {
                let range = guarded(|| book.worksheet_range(&name).map_err(|e| torn(&e)))?;
                return lines.put_range(&range);
            }
        }
        lines.finish();
        Ok(())
    }
}

fn xlsx_layout(content: &Content, name: &str) -> Result<Layout, Words> {
    let told = |e: std::io::Error| torn(&e);
    let mut archive = ZipArchive::new(content.seekable().map_err(told)?).map_err(|e| torn(&e))?;
    let parts = xlsx_layout::parts(&mut archive).map_err(told)?;
    // The library reads the first of two sheets of one name for both.
    let Some((_, part)) = parts.iter().find(|(other, _)| other == name) else { return Ok(Layout::default()) };
    xlsx_layout::layout(xlsx_layout::open_part(&mut archive, part).map_err(told)?).map_err(told)
}

/// Gathers cells into lines.
struct Lines<'a> {
    line: Line,
    take: &'a mut dyn FnMut(&Line) -> ControlFlow<()>,
}

impl Lines<'_> {
    fn put(&mut self, (row, column): (u32, u32), value: Value<'_>) -> Result<ControlFlow<()>, Words> {
        let row = row.saturating_add(1);
        if row < self.line.row {
            let last = self.line.row;
            return Err(Words::new(
                format!("第 {row} 行排在第 {last} 行之后，文件已损坏；请用 Excel 或 WPS 另存后重新报送"),
                format!("row {row} stands after row {last}: the file is damaged; save it anew in Excel or WPS"),
            ));
        }
        if row > self.line.row {
            if self.end().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            self.line.begin(row);
        }
        cell::push(&mut self.line, column, value);
        Ok(ControlFlow::Continue(()))
    }

    fn put_range(&mut self, range: &Range<Data>) -> Result<(), Words> {
        let (row, column) = range.start().unwrap_or((0, 0));
        for (down, right, value) in range.used_cells() {
            let place = (row.saturating_add(down as u32), column.saturating_add(right as u32));
            if self.put(place, Value::from(value))?.is_break() {
                return Ok(());
            }
        }
        self.finish();
        Ok(())
    }

    /// Hands out the last line; nothing follows that a refusal could stop.
    fn finish(&mut self) {
        let _ = self.end();
    }

    fn end(&mut self) -> ControlFlow<()> {
        if self.line.is_blank() {
            return ControlFlow::Continue(());
        }
        self.line.settle();
        (self.take)(&self.line)
    }
}

/// Runs a step of the library, whose panics on torn files must not end the run.
fn guarded<T>(step: impl FnOnce() -> Result<T, Words>) -> Result<T, Words> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| Err(torn(&"the reader gave up")))
}

fn torn(cause: &dyn std::fmt::Display) -> Words {
    // The library's words, in English, help whoever looks for the cause; they never quote a cell.
    Words::new(
        format!("工作簿已损坏或不合规范（{cause}）；请用 Excel 或 WPS 打开并另存为 .xlsx 后重新报送"),
        format!("the workbook is damaged or irregular ({cause}); open it in Excel or WPS and save it as .xlsx"),
    )
}

fn check_size(content: &Content) -> Result<(), Words> {
    let size = content.size().map_err(|e| super::io_reason(&e))?;
    if size > MAX_WHOLE {
        return Err(Words::new(
            "文件超过 512 MB，此格式须整体载入内存；请另存为 .xlsx 或 .csv 后重新报送",
            "the file is larger than 512 MB and its format must be held in memory whole; save it as .xlsx or .csv",
        ));
    }
    Ok(())
}

fn open_xls(content: &Content) -> Result<Inner, Words> {
    check_size(content)?;
    let mut bytes = Vec::new();
    content.stream().and_then(|mut stream| stream.read_to_end(&mut bytes)).map_err(|e| super::io_reason(&e))?;
    check_compound(&bytes)?;
    match Xls::new(Cursor::new(bytes)) {
        Ok(book) => Ok(Inner::Xls(Box::new(book))),
        Err(XlsError::Password) => Err(old_cipher()),
        Err(e) => Err(torn(&e)),
    }
}

/// Looks at a compound file before the library does: what it is, and that no sheet claims a rectangle of cells that
/// would not fit into memory (such an allocation ends the whole program, no guard helps).
fn check_compound(bytes: &[u8]) -> Result<(), Words> {
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
    let mut rectangle = Rectangle::default();
    let mut at = 0;
    while let Some(&[a, b, c, d]) = stream.get(at..at + 4) {
        let body = at + 4;
        let length = usize::from(u16::from_le_bytes([c, d]));
        let data = stream.get(body..body + length).unwrap_or(&[]);
        match u16::from_le_bytes([a, b]) {
            // Beginning of a part.
            0x0809 => rectangle = Rectangle::default(),
            // Formula, blank, number, label, boolean, shared label, short number, and the rows of several.
            0x0006 | 0x0201 | 0x0203 | 0x0204 | 0x0205 | 0x00FD | 0x027E | 0x00D6 => {
                if let [r0, r1, c0, c1, ..] = data {
                    rectangle.cover(u16::from_le_bytes([*r0, *r1]), u16::from_le_bytes([*c0, *c1]));
                }
            }
            0x00BD | 0x00BE => {
                if let ([r0, r1, c0, c1, ..], [.., l0, l1]) = (data, data) {
                    rectangle.cover(u16::from_le_bytes([*r0, *r1]), u16::from_le_bytes([*c0, *c1]));
                    rectangle.cover(u16::from_le_bytes([*r0, *r1]), u16::from_le_bytes([*l0, *l1]));
                }
            }
            _ => {}
        }
        if rectangle.area() > MAX_RECTANGLE {
            return Err(Words::new(
                "工作表在很远的单元格里有内容，无法载入；请删除表格以外的内容，另存为 .xlsx 后重新报送",
                "a sheet has something in a cell far away and cannot be loaded; delete what stands outside the table and save it as .xlsx",
            ));
        }
        at = body + length;
    }
    Ok(())
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
