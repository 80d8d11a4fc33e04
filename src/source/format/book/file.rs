//! Workbooks: xlsx and xlsb cell by cell, xls and ods whole (their format allows no less).

use std::collections::HashMap;
use std::io::{BufReader, Cursor, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    Data, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError,
};
use zip::ZipArchive;

use crate::model::Words;
use crate::source::format::book::ods as ods_layout;
use crate::source::format::book::xls as xls_layout;
use crate::source::format::book::xlsb as xlsb_layout;
use crate::source::format::book::xlsx as xlsx_layout;
use crate::source::format::cell::{self, Value};
use crate::source::format::content::{Bytes, Content};
use crate::source::format::password::old_cipher;
use crate::source::format::sheets::MergedCell;
use crate::source::format::sheets::{Layout, SheetInfo, Sheets};
use crate::source::format::sniff::Format;
use crate::source::line::Line;

/// Files that must be held in memory as a whole may not be larger.
const MAX_WHOLE: u64 = 512 << 20;

/// An open workbook.
pub(in crate::source) struct Book {
    content: Content,
    sheets: Vec<SheetInfo>,
    inner: Inner,
}

enum Inner {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
    /// With what is hidden on each sheet.
    Xls(Box<Xls<Cursor<Vec<u8>>>>, Vec<Layout>),
    Ods(Box<Ods<Bytes>>),
}

impl Book {
    /// Opens a workbook of a known format, or says why it cannot be read.
    pub fn open(content: &Content, format: Format) -> Result<Book, Words> {
        let bytes = || content.seekable().map_err(|e| crate::source::io_reason(&e));
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
            Inner::Xls(book, _) => book.sheets_metadata(),
            Inner::Ods(book) => book.sheets_metadata(),
        };
        let mut sheets: Vec<SheetInfo> = sheets
            .iter()
            .map(|sheet| SheetInfo {
                name: sheet.name.clone(),
                cells: sheet.typ == SheetType::WorkSheet,
                hidden: sheet.visible != SheetVisible::Visible,
                packed: 0,
            })
            .collect();
        if format == Format::Xlsx
            && let Some(sizes) = xlsx_sizes(content)
        {
            for sheet in &mut sheets {
                sheet.packed = sizes.get(&sheet.name).copied().unwrap_or(0);
            }
        }
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
            Inner::Xls(book, layouts) => {
                let regions = book.merge_cells_by_sheet_name(&name).map_err(|e| torn(&e))?;
                let merged = regions.iter().filter(|region| region.end.0 > region.start.0).map(|region| MergedCell {
                    first: region.start.0.saturating_add(1),
                    last: region.end.0.saturating_add(1),
                    column: region.start.1,
                });
                let hidden = layouts.get(sheet).cloned().unwrap_or_default();
                Ok(Layout { merged: merged.collect(), from_1904: book.has_1904_epoch(), ..hidden })
            }
            Inner::Xlsb(_) => xlsb_layout(&self.content, sheet),
            Inner::Ods(_) => ods_layout(&self.content, sheet),
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
            Inner::Xls(book, _) => {
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

/// The packed bytes of each sheet by its name; `None` where shared strings outweigh them.
fn xlsx_sizes(content: &Content) -> Option<HashMap<String, u64>> {
    let mut archive = ZipArchive::new(content.seekable().ok()?).ok()?;
    let parts = xlsx_layout::parts(&mut archive).ok()?;
    let size = |archive: &mut ZipArchive<Bytes>, part: &str| Some(archive.by_name(part).ok()?.compressed_size());
    let sizes: HashMap<String, u64> =
        parts.into_iter().filter_map(|(name, part)| Some((name, size(&mut archive, &part)?))).collect();
    let strings = size(&mut archive, "xl/sharedStrings.xml").unwrap_or(0);
    let largest = sizes.values().max().copied().unwrap_or(0);
    (strings <= largest / 4).then_some(sizes)
}

fn xlsx_layout(content: &Content, name: &str) -> Result<Layout, Words> {
    let told = |e: std::io::Error| torn(&e);
    let mut archive = ZipArchive::new(content.seekable().map_err(told)?).map_err(|e| torn(&e))?;
    let parts = xlsx_layout::parts(&mut archive).map_err(told)?;
    // The library reads the first of two sheets of one name for both.
    let Some((_, part)) = parts.iter().find(|(other, _)| other == name) else { return Ok(Layout::default()) };
    xlsx_layout::layout(xlsx_layout::open_part(&mut archive, part).map_err(told)?).map_err(told)
}

fn xlsb_layout(content: &Content, sheet: usize) -> Result<Layout, Words> {
    let told = |e: std::io::Error| torn(&e);
    let mut archive = ZipArchive::new(content.seekable().map_err(told)?).map_err(|e| torn(&e))?;
    let (parts, from_1904) = xlsb_layout::parts(&mut archive).map_err(told)?;
    let Some(part) = parts.get(sheet) else { return Ok(Layout::default()) };
    let layout = xlsb_layout::layout(xlsx_layout::open_part(&mut archive, part).map_err(told)?).map_err(told)?;
    Ok(Layout { from_1904, ..layout })
}

fn ods_layout(content: &Content, sheet: usize) -> Result<Layout, Words> {
    let told = |e: std::io::Error| torn(&e);
    let mut archive = ZipArchive::new(content.seekable().map_err(told)?).map_err(|e| torn(&e))?;
    let part = xlsx_layout::open_part(&mut archive, "content.xml").map_err(told)?;
    let layouts = ods_layout::layouts(BufReader::new(part)).map_err(|e| torn(&e))?;
    Ok(layouts.into_iter().nth(sheet).unwrap_or_default())
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

pub(in crate::source) fn torn(cause: &dyn std::fmt::Display) -> Words {
    // The library's words, in English, help whoever looks for the cause; they never quote a cell.
    Words::new(
        format!("工作簿已损坏或不合规范（{cause}）；请用 Excel 或 WPS 打开并另存为 .xlsx 后重新报送"),
        format!("the workbook is damaged or irregular ({cause}); open it in Excel or WPS and save it as .xlsx"),
    )
}

fn check_size(content: &Content) -> Result<(), Words> {
    let size = content.size().map_err(|e| crate::source::io_reason(&e))?;
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
    content.stream().and_then(|mut stream| stream.read_to_end(&mut bytes)).map_err(|e| crate::source::io_reason(&e))?;
    let layouts = xls_layout::look_at(&bytes)?;
    match Xls::new(Cursor::new(bytes)) {
        Ok(book) => Ok(Inner::Xls(Box::new(book), layouts)),
        Err(XlsError::Password) => Err(old_cipher()),
        Err(e) => Err(torn(&e)),
    }
}
