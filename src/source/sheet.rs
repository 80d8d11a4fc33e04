//! One sheet, line by line, to events: every line gets exactly one fate.

use std::sync::Arc;

use crate::model::{
    Fault, LedgerEntry, RawTable, ShapeError, SheetPlace, SheetStatus, SkippedKind, SkippedLine, Words,
};

use super::batch::Batcher;
use super::classify::{Classifier, LineKind};
use super::event::{Event, HeldSheet, SheetEnd, SheetStart};
use super::judge::{Table, Unfit, Verdict, untitled};
use super::line::{Line, identity_within};
use super::merged::FillDown;
use super::named;
use super::sheets::Layout;

/// Held lines are handed out in portions of so many.
const PORTION: usize = 1024;

type Sink<'a, E> = &'a mut dyn FnMut(Event) -> Result<(), E>;

/// Takes a sheet's filled lines in order and tells the sink what each one is.
pub(super) struct SheetWriter<'a, E> {
    sink: Sink<'a, E>,
    place: Arc<SheetPlace>,
    mode: Mode,
    ledger: LedgerEntry,
    /// Rows handed out in tables.
    rows: u64,
    /// The last line seen.
    last: u32,
    lines: u64,
    held: Vec<Fault>,
    doubts: Vec<Fault>,
    broken: Option<Words>,
}

enum Mode {
    Table {
        table: Box<Table>,
        classifier: Box<Classifier>,
        fill_down: Option<Box<FillDown>>,
        batcher: Box<Batcher>,
    },
    /// Every line is kept out for this reason; the columns title the raw cells.
    Holding(Box<Unfit>),
    /// Text; a line that carries an identity number is kept out all the same and not passed over.
    Text,
}

impl<'a, E> SheetWriter<'a, E> {
    /// Begins a sheet that was judged; says so to the sink.
    pub fn begin(place: Arc<SheetPlace>, verdict: Verdict, layout: Layout, sink: Sink<'a, E>) -> Result<Self, E> {
        let mut doubts = Vec::new();
        let (status, reason, mode) = match verdict {
            Verdict::Empty => (
                SheetStatus::Empty,
                Words::new(
                    "没有任何内容；请提供单位核对后重新报送",
                    "there is nothing in it; have it checked and sent again",
                ),
                Mode::Text,
            ),
            Verdict::NoTable(reason) => (SheetStatus::NoTable, reason, Mode::Text),
            Verdict::Table(table) => {
                let head = Arc::new(table.head.clone());
                sink(Event::Sheet(SheetStart { head: head.clone(), header: table.header }))?;
                let header_end = table.header.row.saturating_add(table.header.rows) - 1;
                doubts.extend(table.wrong_units.iter().map(|field| wrong_unit(&place, header_end, &table, *field)));
                let mode = Mode::Table {
                    classifier: Box::new(Classifier::new(&table)),
                    fill_down: FillDown::new(layout.merged, &table.head, header_end).map(Box::new),
                    batcher: Box::new(Batcher::new(head)),
                    table: Box::new(table),
                };
                (SheetStatus::Read, Words::default(), mode)
            }
            Verdict::Unfit(unfit) => {
                sink(Event::HeldSheet(HeldSheet {
                    place: place.clone(),
                    schema: unfit.schema.clone(),
                    header: unfit.header,
                    columns: unfit.columns.clone(),
                    code: unfit.code,
                    reason: unfit.reason.clone(),
                    suggestion: unfit.suggestion.clone(),
                }))?;
                (SheetStatus::HeldBack, with_hint(&unfit.reason, &unfit.suggestion), Mode::Holding(Box::new(unfit)))
            }
        };
        let ledger = LedgerEntry::new(place.clone(), status, reason);
        Ok(SheetWriter {
            sink,
            place,
            mode,
            ledger,
            rows: 0,
            last: 0,
            lines: 0,
            held: Vec::new(),
            doubts,
            broken: None,
        })
    }

    /// Takes the next filled line.
    pub fn line(&mut self, line: &Line) -> Result<(), E> {
        self.last = line.row;
        self.lines += 1;
        if line.broken {
            return self.hold(line);
        }
        let kind = match &mut self.mode {
            Mode::Holding(_) => return self.hold(line),
            Mode::Text if tells_of_somebody(line) => return self.hold(line),
            Mode::Text => LineKind::Heading,
            Mode::Table { table, .. }
                if line.row < table.header.row
                    && (table.other_table.contains(&line.row) || tells_of_somebody(line)) =>
            {
                return self.hold(line);
            }
            Mode::Table { table, .. } if line.row < table.header.row.saturating_add(table.header.rows) => {
                LineKind::Heading
            }
            // Where the format itself names the columns, every line is a record.
            Mode::Table { table, .. } if named::is_named(table.header) => LineKind::Row,
            Mode::Table { table, classifier, .. } => classifier.kind(line, &table.head.schema),
        };
        match kind {
            LineKind::Row => self.row(line),
            LineKind::Heading => self.skip(line, SkippedKind::Heading),
            LineKind::Footing => self.skip(line, SkippedKind::Footing),
            LineKind::OtherHeader => self.change_header(line),
        }
    }

    /// Ends the sheet; `failure` says why it could not be read to its end.
    pub fn end(mut self, failure: Option<Words>) -> Result<(), E> {
        if let Mode::Table { batcher, .. } = &mut self.mode {
            let batch = batcher.take();
            self.deliver(batch)?;
        }
        if !self.held.is_empty() {
            (self.sink)(Event::Held(std::mem::take(&mut self.held)))?;
        }
        if !self.doubts.is_empty() {
            (self.sink)(Event::Doubts(std::mem::take(&mut self.doubts)))?;
        }
        if let Some(reason) = failure.or(self.broken.take()) {
            self.ledger.status = SheetStatus::Failed;
            self.ledger.reason = match self.last {
                0 => reason,
                last => Words::new(
                    format!("读到第 {last} 行后中断：{}", reason.zh),
                    format!("broke off after row {last}: {}", reason.en),
                ),
            };
        }
        if self.ledger.status == SheetStatus::Read && self.rows == 0 && self.ledger.reason == Words::default() {
            self.ledger.reason = Words::new(
                "表头下没有数据行；如非本期确无数据，请提供单位重新报送",
                "no row stands below the header; unless there was nothing to report, have it sent again",
            );
        }
        self.ledger.physical_rows = u64::from(self.last);
        self.ledger.blank = u64::from(self.last) - self.lines;
        (self.sink)(Event::End(SheetEnd { ledger: self.ledger, rows: self.rows }))
    }

    fn row(&mut self, line: &Line) -> Result<(), E> {
        self.rows += 1;
        if line.damaged {
            self.doubt(line, UNREADABLE_BYTES)?;
        }
        if line.unpaired {
            self.doubt(line, UNPAIRED_QUOTE)?;
        }
        let Mode::Table { batcher, fill_down, .. } = &mut self.mode else { return Ok(()) };
        let batch = match fill_down {
            Some(fill_down) => batcher.push(fill_down.row(line)),
            None => batcher.push(line),
        };
        self.deliver(batch)
    }

    fn deliver(&mut self, batch: Result<Option<RawTable>, ShapeError>) -> Result<(), E> {
        match batch {
            Ok(Some(batch)) => (self.sink)(Event::Rows(batch)),
            Ok(None) => Ok(()),
            Err(e) => {
                self.broken = Some(Words::new(format!("程序内部错误：{e}"), format!("a defect of the program: {e}")));
                Ok(())
            }
        }
    }

    fn skip(&mut self, line: &Line, kind: SkippedKind) -> Result<(), E> {
        match kind {
            SkippedKind::Heading => self.ledger.heading += 1,
            SkippedKind::Footing => self.ledger.footing += 1,
        }
        (self.sink)(Event::Skipped(SkippedLine { place: self.place.clone(), row: line.row, kind, text: line.joined() }))
    }

    /// Another header in the middle of the sheet: what follows is held back, for its columns are not the table's.
    fn change_header(&mut self, line: &Line) -> Result<(), E> {
        if let Mode::Table { batcher, .. } = &mut self.mode {
            let batch = batcher.take();
            self.deliver(batch)?;
        }
        let reason = Words::new(
            format!("第 {} 行起换了另一种表头，之后的各行未读取", line.row),
            format!("another header begins at row {}; what follows was not read", line.row),
        );
        let suggestion =
            Words::new("请提供单位把两个表分放在两个工作表中重新报送", "have the two tables sent on two sheets");
        self.ledger.reason = with_hint(&reason, &suggestion);
        let columns = line
            .cells()
            .map(|cell| crate::model::ColumnHead { title: cell.text.to_owned(), ..untitled(cell.column) })
            .collect();
        self.mode = Mode::Holding(Box::new(Unfit {
            schema: None,
            header: None,
            columns,
            code: "header_changed",
            reason,
            suggestion,
            beside_the_point: false,
        }));
        self.skip(line, SkippedKind::Heading)
    }

    fn hold(&mut self, line: &Line) -> Result<(), E> {
        self.ledger.quarantined += 1;
        let (columns, code, message, suggestion) = match &self.mode {
            _ if line.broken => {
                if matches!(self.mode, Mode::Text) {
                    self.ledger.status = SheetStatus::HeldBack;
                    self.ledger.reason = Words::new(
                        format!("{NOT_A_RECORD}。{EXPORT_ANEW}"),
                        "no whole record was found; have it exported anew",
                    );
                }
                (&[][..], "not_a_record", NOT_A_RECORD, EXPORT_ANEW)
            }
            Mode::Holding(unfit) => {
                (unfit.columns.as_slice(), unfit.code, unfit.reason.zh.as_str(), unfit.suggestion.zh.as_str())
            }
            Mode::Table { .. } => {
                let hint = "请提供单位把表头以上的数据移到表中；若表头认错，请在流水线文件的来源中写 header = { row = , rows = }";
                (&[][..], "above_header", "表头以上另有数据", hint)
            }
            Mode::Text => {
                self.ledger.status = SheetStatus::HeldBack;
                self.ledger.reason = Words::new(
                    "没有认出表头，但有含证件号码的行；请在流水线文件的来源中用 header = { row = , rows = } 指明表头",
                    "no header was found, but rows with identity numbers; state it in the source with header = { row = , rows = }",
                );
                let hint = "请在流水线文件的来源中用 header = { row = , rows = } 指明表头";
                (&[][..], "header_unknown", "所在工作表没有认出表头", hint)
            }
        };
        let title = |column: u32| {
            if line.broken {
                return "原文".to_owned();
            }
            let head = columns.iter().find(|head| head.position == column as usize);
            head.map_or_else(|| untitled(column).title, |head| head.title.clone())
        };
        let cells = line.cells().map(|cell| (title(cell.column), cell.text));
        let fault = Fault {
            place: self.place.clone(),
            row: line.row,
            nth: None,
            field: String::new(),
            code,
            message: message.to_owned(),
            suggestion: suggestion.to_owned(),
            raw: json_object(cells),
        };
        self.held.push(fault);
        if self.held.len() >= PORTION { (self.sink)(Event::Held(std::mem::take(&mut self.held))) } else { Ok(()) }
    }

    fn doubt(&mut self, line: &Line, (code, message, suggestion): Doubt) -> Result<(), E> {
        self.doubts.push(Fault {
            place: self.place.clone(),
            row: line.row,
            nth: None,
            field: String::new(),
            code,
            message: message.into(),
            suggestion: suggestion.into(),
            raw: String::new(),
        });
        if self.doubts.len() >= PORTION { (self.sink)(Event::Doubts(std::mem::take(&mut self.doubts))) } else { Ok(()) }
    }
}

const NOT_A_RECORD: &str = "不是一条完整的记录（JSON 对象）";
const EXPORT_ANEW: &str = "请提供单位核对该处并重新导出";

/// The doubt, at the header, about a column in another unit than its field's.
fn wrong_unit(place: &Arc<SheetPlace>, row: u32, table: &Table, field: usize) -> Fault {
    let field = &table.head.schema.fields[field];
    Fault {
        place: place.clone(),
        row,
        nth: None,
        field: field.name.clone(),
        code: "number_wrong_unit",
        message: format!("「{}」的单位与规定的单位不符", field.title),
        suggestion: "请换算为规定的单位".into(),
        raw: String::new(),
    }
}

/// Code, message and suggestion of a doubt about a row as a whole.
type Doubt = (&'static str, &'static str, &'static str);
const UNREADABLE_BYTES: Doubt = (
    "unreadable_bytes",
    "行内有不能按文件编码识别的字节，已用“�”代替",
    "请提供单位核对该行并重新导出；若整个文件编码认错，请在流水线文件的来源中写 encoding = \"gb18030\" 或 \"utf-8\"",
);
const UNPAIRED_QUOTE: Doubt =
    ("unpaired_quote", "行内有不成对的引号，已按普通字符读取", "请提供单位核对该行各列是否错位，改正引号后重新导出");

/// A reason and what to do about it.
fn with_hint(reason: &Words, suggestion: &Words) -> Words {
    Words::new(format!("{}。{}", reason.zh, suggestion.zh), format!("{}. {}", reason.en, suggestion.en))
}

/// Whether a line outside any table carries somebody's number: it must not pass for a heading.
fn tells_of_somebody(line: &Line) -> bool {
    line.cells().any(|cell| identity_within(cell.text))
}

/// A JSON object in column order; a title that comes twice gets a number.
fn json_object<'c>(cells: impl Iterator<Item = (String, &'c str)>) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut json = String::from("{");
    for (title, text) in cells {
        let times = seen.iter().filter(|other| **other == title).count();
        let name = if times == 0 { title.clone() } else { format!("{title}#{}", times + 1) };
        seen.push(title);
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&serde_json::Value::from(name).to_string());
        json.push(':');
        json.push_str(&serde_json::Value::from(text).to_string());
    }
    json.push('}');
    json
}
