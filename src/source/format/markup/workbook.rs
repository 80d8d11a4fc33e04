//! The XML spreadsheet of Excel 2002 and 2003 (SpreadsheetML), element by element, to the lines of its worksheets.
//! Prefixes are not looked at: programs other than Excel choose their own or none.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::model::{CellKind, Words};

use super::attributes::Attributes;
use super::format::Shown;
use super::stream::{Charset, Meter, TextStream};
use super::survey::{GO_ON, Step, Walked, Watch, wanted};
use super::written::{Days, push_moment, push_number};
use super::{MAX_COLUMNS, MAX_PIECE, entities, name_of, read_failure, too_long, too_many_merged, too_wide};
use crate::source::format::cell::{self, Value};
use crate::source::format::content::Content;
use crate::source::format::sheets::MergedCell;
use crate::source::line::Line;

/// Elements within elements. Excel writes ten at most.
const MAX_DEPTH: usize = 256;
/// Styles of dates that are remembered; Excel has no more than 64,000 styles.
const MAX_STYLES: usize = 65_536;
/// Merged cells side by side.
const MAX_OPEN: usize = 1024;

/// Goes through a workbook.
pub(super) fn walk(content: &Content, charset: &Charset, watch: &mut dyn Watch) -> Walked {
    let meter = Rc::new(Meter::default());
    let mut walker = Walker {
        watch,
        meter: meter.clone(),
        walked: Walked::default(),
        path: Vec::new(),
        date_styles: HashSet::new(),
        style: String::new(),
        sheets: 0,
        sheet: Sheet::default(),
    };
    let outcome = match charset.stream(content, &meter) {
        Ok(stream) => {
            let mut reader = Reader::from_reader(stream);
            reader.config_mut().expand_empty_elements = true;
            reader.config_mut().allow_dangling_amp = true;
            walker.run(&mut reader)
        }
        Err(e) => ControlFlow::Break(Some(read_failure(&e))),
    };
    if let ControlFlow::Break(Some(failure)) = outcome {
        // The row that was begun is not whole and not told.
        walker.walked.failure = Some(failure);
        if walker.path.contains(&Element::Worksheet) {
            let _ = walker.end_sheet();
        }
    }
    walker.walked
}

/// What an element is by its name and the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Workbook,
    Styles,
    Style,
    Worksheet,
    Table,
    Row,
    Cell,
    Data,
    /// Formatted text in `Data`.
    Rich,
    /// Settings of the workbook or of a worksheet.
    Settings,
    Visible,
    Other,
}

impl Element {
    fn of(around: Option<Element>, name: &str) -> Element {
        use Element::*;
        match (around, name) {
            (None, _) => Workbook,
            (Some(Workbook), "Styles") => Styles,
            (Some(Workbook), "ExcelWorkbook") => Settings,
            (Some(Workbook), "Worksheet") => Worksheet,
            (Some(Styles), "Style") => Style,
            (Some(Worksheet), "Table") => Table,
            (Some(Worksheet), "WorksheetOptions") => Settings,
            (Some(Settings), "Visible") => Visible,
            (Some(Table), "Row") => Row,
            (Some(Row), "Cell") => Cell,
            (Some(Cell), "Data") => Data,
            (Some(Data | Rich), _) => Rich,
            _ => Other,
        }
    }
}

/// The worksheet at hand.
#[derive(Debug, Default)]
struct Sheet {
    name: Option<String>,
    hidden: bool,
    /// The last row begun, and how many after it look alike and are not written.
    row: u32,
    alike: u32,
    /// The last column that a `Column` element has spoken of; the first is 1.
    described: u32,
    /// The column after the last cell.
    next_column: u32,
    column: u32,
    is_date: bool,
    kind: String,
    text: String,
    /// The cell has had its value.
    valued: bool,
    line: Line,
    row_size: usize,
    /// Merged cells that reach into the row at hand.
    open: Vec<MergedCell>,
}

struct Walker<'w> {
    watch: &'w mut dyn Watch,
    meter: Rc<Meter>,
    walked: Walked,
    path: Vec<Element>,
    date_styles: HashSet<String>,
    style: String,
    sheets: usize,
    sheet: Sheet,
}

impl Walker<'_> {
    fn run(&mut self, reader: &mut Reader<TextStream>) -> Step {
        let mut buffer = Vec::new();
        loop {
            self.meter.piece();
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(start)) => self.start(&start)?,
                Ok(Event::End(_)) => self.end()?,
                Ok(Event::Text(text)) => self.text(&text.xml10_content())?,
                Ok(Event::CData(text)) => self.text(&text.xml10_content())?,
                Ok(Event::GeneralRef(reference)) => self.reference(&reference)?,
                Ok(Event::DocType(doctype)) if doctype.to_ascii_uppercase().contains("<!ENTITY") => {
                    return ControlFlow::Break(Some(entities()));
                }
                Ok(Event::Eof) if self.path.is_empty() && self.sheets > 0 => return GO_ON,
                Ok(Event::Eof) => return ControlFlow::Break(Some(torn())),
                Ok(_) => {}
                Err(quick_xml::Error::Io(e)) => return ControlFlow::Break(Some(read_failure(&e))),
                Err(quick_xml::Error::Syntax(_)) => return ControlFlow::Break(Some(torn())),
                // The library's words may quote what stands between angle brackets, which may be a name.
                Err(_) => return ControlFlow::Break(Some(irregular())),
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Step {
        let element = Element::of(self.path.last().copied(), start.local_name().as_ref());
        if self.path.len() >= MAX_DEPTH {
            return ControlFlow::Break(Some(irregular()));
        }
        let around = self.path.last().copied();
        self.path.push(element);
        let Ok(given) = Attributes::of(start) else { return ControlFlow::Break(Some(irregular())) };
        match element {
            Element::Style => self.style = given.id.unwrap_or_default(),
            Element::Worksheet => {
                self.sheets += 1;
                self.sheet = Sheet { name: given.name, ..Sheet::default() };
            }
            Element::Row => return self.begin_row(&given),
            Element::Cell => return self.begin_cell(&given),
            Element::Data => {
                self.sheet.text.clear();
                self.sheet.kind = given.kind.unwrap_or_default();
            }
            Element::Visible => self.sheet.text.clear(),
            Element::Other => match (around, start.local_name().as_ref()) {
                (Some(Element::Settings), "Date1904") => self.walked.from_1904 = true,
                (Some(Element::Style), "NumberFormat") => {
                    let is_date = given.format.is_some_and(|format| Shown::of(&format) == Shown::Date);
                    if is_date && self.date_styles.len() < MAX_STYLES {
                        self.date_styles.insert(name_of(&self.style).to_owned());
                    }
                }
                (Some(Element::Table), "Column") => return self.column(&given),
                _ => {}
            },
            _ => {}
        }
        GO_ON
    }

    fn end(&mut self) -> Step {
        match self.path.pop() {
            Some(Element::Data) => self.end_data(),
            Some(Element::Row) => self.end_row(),
            Some(Element::Worksheet) => self.end_sheet(),
            Some(Element::Visible) => {
                self.sheet.hidden |= self.sheet.text.trim().ends_with("Hidden");
                GO_ON
            }
            _ => GO_ON,
        }
    }

    fn text(&mut self, text: &str) -> Step {
        if matches!(self.path.last(), Some(Element::Data | Element::Rich | Element::Visible)) {
            self.sheet.text.push_str(text);
            if self.sheet.text.len() > MAX_PIECE {
                return ControlFlow::Break(Some(too_long()));
            }
        }
        GO_ON
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Step {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            return self.text(character.encode_utf8(&mut [0; 4]));
        }
        match resolve_predefined_entity(reference) {
            Some(text) => self.text(text),
            None if &**reference == "nbsp" => self.text(" "),
            // What it stands for nobody says, so it stays as it is written.
            None => self.text(&format!("&{};", &**reference)),
        }
    }

    fn column(&mut self, given: &Attributes) -> Step {
        let first = given.index.unwrap_or(self.sheet.described.saturating_add(1)).max(1);
        let last = first.saturating_add(given.span).min(MAX_COLUMNS);
        self.sheet.described = last.max(first);
        if given.hidden && first <= last {
            self.watch.hidden_columns(first - 1, last - 1);
        }
        GO_ON
    }

    fn begin_row(&mut self, given: &Attributes) -> Step {
        let next = self.sheet.row.checked_add(1).and_then(|row| row.checked_add(self.sheet.alike));
        let row = match given.index {
            Some(row) if row <= self.sheet.row => return ControlFlow::Break(Some(out_of_order())),
            Some(row) => row,
            None => match next {
                Some(row) => row,
                None => return ControlFlow::Break(Some(out_of_order())),
            },
        };
        (self.sheet.row, self.sheet.alike) = (row, given.span);
        (self.sheet.next_column, self.sheet.row_size) = (0, 0);
        self.sheet.line.begin(row);
        let watch = &mut *self.watch;
        self.sheet.open.retain(|cell| {
            if cell.last < row {
                tell_merged(*cell, watch);
            }
            cell.last >= row
        });
        if given.hidden {
            // Those alike are hidden too, but nothing stands in them.
            watch.hidden_row(row);
        }
        GO_ON
    }

    fn end_row(&mut self) -> Step {
        let line = &mut self.sheet.line;
        if line.is_blank() {
            return GO_ON;
        }
        line.settle();
        self.meter.count(line);
        wanted(self.watch.line(line))
    }

    fn begin_cell(&mut self, given: &Attributes) -> Step {
        let sheet = &mut self.sheet;
        let column = match given.index {
            Some(index) if index == 0 || index - 1 < sheet.next_column => {
                return ControlFlow::Break(Some(out_of_order()));
            }
            Some(index) => index - 1,
            None => sheet.next_column,
        };
        sheet.next_column = column.saturating_add(given.across).saturating_add(1);
        (sheet.column, sheet.valued) = (column, false);
        sheet.is_date = given.style.as_ref().is_some_and(|style| self.date_styles.contains(style));
        let row = sheet.row;
        // A cell that stands where another reaches ends it: two cannot be in one place.
        if let Some(at) = sheet.open.iter().position(|cell| cell.column == column && cell.first < row) {
            let above = sheet.open.swap_remove(at);
            tell_merged(MergedCell { last: row - 1, ..above }, &mut *self.watch);
        }
        if given.down > 0 {
            if sheet.open.len() >= MAX_OPEN {
                return ControlFlow::Break(Some(too_many_merged()));
            }
            sheet.open.push(MergedCell { first: row, last: row.saturating_add(given.down), column });
        }
        GO_ON
    }

    fn end_data(&mut self) -> Step {
        let sheet = &mut self.sheet;
        if std::mem::replace(&mut sheet.valued, true) {
            return ControlFlow::Break(Some(irregular()));
        }
        let (line, column, text) = (&mut sheet.line, sheet.column, sheet.text.as_str());
        let before = line.filled();
        match sheet.kind.as_str() {
            "Number" => {
                let days = Days { is_date: sheet.is_date, from_1904: self.walked.from_1904 };
                push_number(line, column, text, days);
            }
            "DateTime" => push_moment(line, column, text),
            "Boolean" => match text.trim() {
                "1" => cell::push(line, column, Value::Boolean(true)),
                "0" => cell::push(line, column, Value::Boolean(false)),
                _ => line.push(column, text, CellKind::Boolean),
            },
            "Error" => line.push(column, text.trim(), CellKind::Error),
            _ => line.push(column, text, CellKind::Text),
        }
        if line.filled() > before && column >= MAX_COLUMNS {
            return ControlFlow::Break(Some(too_wide()));
        }
        sheet.row_size += text.len();
        if sheet.row_size > MAX_PIECE { ControlFlow::Break(Some(too_long())) } else { GO_ON }
    }

    fn end_sheet(&mut self) -> Step {
        let watch = &mut *self.watch;
        self.sheet.open.drain(..).for_each(|cell| tell_merged(cell, watch));
        let unnamed = || format!("表{}", self.sheets);
        let name = self.sheet.name.take().filter(|name| !name.trim().is_empty()).unwrap_or_else(unnamed);
        wanted(watch.end_sheet(Some(&name), self.sheet.hidden))
    }
}

fn tell_merged(cell: MergedCell, watch: &mut dyn Watch) {
    if cell.last > cell.first {
        watch.merged(cell);
    }
}

fn torn() -> Words {
    Words::new(
        "XML 表格没有结束标记，文件可能不完整（导出或复制中断）；请重新导出后报送",
        "the XML spreadsheet is not closed, so the file may not be whole (the export or a copy broke off); have it exported \
         and sent again",
    )
}

fn irregular() -> Words {
    Words::new(
        "XML 表格不合规范（标记不配对，或内容中有未转义的“<”）；请用 Excel 或 WPS 打开并另存为 .xlsx 后重新报送",
        "the XML spreadsheet is irregular (tags without partners, or a bare < in its text); open it in Excel or WPS and save \
         it as .xlsx",
    )
}

fn out_of_order() -> Words {
    Words::new(
        "XML 表格的行号或列号没有递增，文件已损坏；请用 Excel 或 WPS 打开并另存为 .xlsx 后重新报送",
        "row or column numbers of the XML spreadsheet do not increase: the file is damaged; open it in Excel or WPS and save \
         it as .xlsx",
    )
}
