//! One sheet, line by line, to events: every line gets exactly one fate.

use std::sync::Arc;

use crate::model::{
    Fault, LedgerEntry, RawTable, ShapeError, SheetPlace, SheetStatus, SkippedKind, SkippedLine, Words,
};
use crate::plan::Source;
use crate::source::event::{Event, HeldSheet, SheetEnd, SheetStart};
use crate::source::format::sheets::Layout;
use crate::source::line::{Line, identity_within};
use crate::source::table::batch::Batcher;
use crate::source::table::classify::{Classifier, LineKind};
use crate::source::table::doubt::{
    Doubt, LOST_CHARACTERS, TOO_FEW_FIELDS, TOO_MANY_FIELDS, UNPAIRED_QUOTE, UNREADABLE_BYTES, against_header,
    json_object, misspelt, wrong_unit,
};
use crate::source::table::hidden::Hidden;
use crate::source::table::judge::{Table, Unfit, Verdict, untitled};
use crate::source::table::merged::FillDown;
use crate::source::table::named;
use crate::source::table::next_table::{Further, Next, Waiting, may_lead};
use crate::source::table::totals::Totals;
use crate::source::table::unreadable::Unreadable;

/// Held lines are handed out in portions of so many.
const PORTION: usize = 1024;

type Sink<'a, E> = &'a mut dyn FnMut(Event) -> Result<(), E>;

/// Takes a sheet's filled lines in order and tells the sink what each one is.
pub(in crate::source) struct SheetWriter<'a, E> {
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
    hidden: Hidden,
    layout: Layout,
    /// Lines whose meaning hangs on what follows.
    waiting: Waiting,
    /// How further tables on the sheet are judged; without it they are held back.
    further: Option<Further<'a>>,
    /// The header's last line, where what concerns the whole sheet is told.
    told_at: u32,
    unreadable: Unreadable,
    broken: Option<Words>,
}

enum Mode {
    Table {
        table: Box<Table>,
        classifier: Box<Classifier>,
        fill_down: Option<Box<FillDown>>,
        batcher: Box<Batcher>,
        totals: Box<Totals>,
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
        let hidden = Hidden::new(&layout.hidden_rows, &layout.hidden_columns);
        let header = match &verdict {
            Verdict::Table(table) => Some(table.header),
            Verdict::Unfit(unfit) => unfit.header,
            Verdict::Empty | Verdict::NoTable(_) => None,
        };
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
                let (mode, told) = open_table(table, &layout, &place, sink)?;
                doubts.extend(told);
                (SheetStatus::Read, Words::default(), mode)
            }
            Verdict::Unfit(unfit) => {
                sink(Event::HeldSheet(HeldSheet {
                    place: place.clone(),
                    schema: unfit.schema.clone(),
                    header: unfit.header,
                    columns: unfit.columns.clone(),
                    confidence: unfit.confidence,
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
            hidden,
            layout,
            waiting: Waiting::default(),
            further: None,
            told_at: header.map_or(1, |header| header.row.saturating_add(header.rows).max(2) - 1),
            unreadable: Unreadable::default(),
            broken: None,
        })
    }

    /// Lets further tables on the sheet be read, as a source's, in a file that speaks of the month `named`.
    pub fn read_further(&mut self, source: &'a Source, named: Option<&'a str>) {
        // Where the office says where the header is, there is one.
        self.further = source.header.is_none().then_some(Further { source, named });
    }

    /// Says that the sheet itself is not shown.
    pub fn hide(&mut self) {
        self.hidden.hide_sheet();
    }

    /// Says in which encoding the sheet's text is, where it is one.
    pub fn in_text(self, encoding: Option<&'static str>) -> Self {
        SheetWriter { unreadable: Unreadable::in_text(encoding), ..self }
    }

    /// Takes the next filled line.
    pub fn line(&mut self, line: &Line) -> Result<(), E> {
        self.last = line.row;
        self.lines += 1;
        self.hidden.see(line);
        self.unreadable.note(line);
        self.take(line)
    }

    /// Takes a line that is counted already.
    fn take(&mut self, line: &Line) -> Result<(), E> {
        if line.broken {
            return self.hold(line);
        }
        if self.waiting.looks() {
            return if self.waiting.gather(line) { self.settle_waiting() } else { Ok(()) };
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
            Mode::Table { table, classifier, .. } => {
                let kind = classifier.kind(line, &table.head.schema);
                match &self.further {
                    Some(_) if kind == LineKind::OtherHeader => {
                        self.waiting.look(line, kind);
                        return Ok(());
                    }
                    Some(further) if kind == LineKind::Row && further.may_be_header(line) => {
                        self.waiting.look(line, kind);
                        return Ok(());
                    }
                    Some(_) if may_lead(line, kind) => {
                        return match self.waiting.keep(line, kind) {
                            Some((first, kind)) => self.tell(&first, kind),
                            None => Ok(()),
                        };
                    }
                    _ => kind,
                }
            }
        };
        self.let_go()?;
        self.tell(line, kind)
    }

    /// Tells what a line is.
    fn tell(&mut self, line: &Line, kind: LineKind) -> Result<(), E> {
        match kind {
            LineKind::Row => self.row(line),
            LineKind::Heading => self.skip(line, SkippedKind::Heading),
            LineKind::Footing => {
                if let Mode::Table { totals, .. } = &mut self.mode {
                    self.doubts.extend(totals.footing(line, &self.place));
                }
                self.skip(line, SkippedKind::Footing)
            }
            LineKind::OtherHeader => self.change_header(line, None),
        }
    }

    /// No header follows: the lines kept are what they seemed to be.
    fn let_go(&mut self) -> Result<(), E> {
        self.waiting.let_go().into_iter().try_for_each(|(line, kind)| self.tell(&line, kind))
    }

    /// Judges the lines gathered from what looks like another header on: they are another table, rows of this one, or held
    /// back.
    fn settle_waiting(&mut self) -> Result<(), E> {
        let Some(found) = self.waiting.settle() else { return Ok(()) };
        let (Some(further), Mode::Table { table, .. }) = (&self.further, &self.mode) else { return Ok(()) };
        match further.judge(&found, table, &self.place) {
            Next::Table(at, table) => {
                for (line, kind) in found.lines[..at].iter().zip(&found.kinds) {
                    self.tell(line, *kind)?;
                }
                self.close_table()?;
                let (mode, told) = open_table(*table, &self.layout, &self.place, self.sink)?;
                self.mode = mode;
                self.doubts.extend(told);
                found.lines[at..].iter().try_for_each(|line| self.take(line))
            }
            Next::NoTable(reason) => {
                for (line, kind) in found.lines.iter().zip(&found.kinds) {
                    match kind {
                        LineKind::OtherHeader => self.change_header(line, reason.clone())?,
                        kind => self.tell(line, *kind)?,
                    }
                }
                found.lines[found.kinds.len()..].iter().try_for_each(|line| self.take(line))
            }
        }
    }

    /// The table at hand is over.
    fn close_table(&mut self) -> Result<(), E> {
        if let Mode::Table { batcher, totals, .. } = &mut self.mode {
            let batch = batcher.take();
            self.doubts.extend(totals.end(&self.place));
            self.deliver(batch)?;
        }
        Ok(())
    }

    /// Ends the sheet; `failure` says why it could not be read to its end.
    pub fn end(mut self, failure: Option<Words>) -> Result<(), E> {
        while self.waiting.looks() {
            self.settle_waiting()?;
        }
        self.let_go()?;
        if let Mode::Table { batcher, .. } = &mut self.mode {
            let batch = batcher.take();
            self.deliver(batch)?;
        }
        if let (Mode::Table { totals, .. }, None) = (&mut self.mode, &failure) {
            self.doubts.extend(totals.end(&self.place));
        }
        if !self.held.is_empty() {
            (self.sink)(Event::Held(std::mem::take(&mut self.held)))?;
        }
        if matches!(self.ledger.status, SheetStatus::Read | SheetStatus::HeldBack) {
            self.doubts.extend(self.hidden.told(&self.place, self.told_at, self.last));
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
        if let Some(told) = self.unreadable.told() {
            let reason = std::mem::take(&mut self.ledger.reason);
            self.ledger.reason = if reason == Words::default() { told } else { with_hint(&reason, &told) };
        }
        self.ledger.physical_rows = u64::from(self.last);
        self.ledger.blank = u64::from(self.last) - self.lines;
        (self.sink)(Event::End(SheetEnd { ledger: self.ledger, rows: self.rows }))
    }

    fn row(&mut self, line: &Line) -> Result<(), E> {
        self.rows += 1;
        if line.replaced > 0 {
            self.doubt(line, UNREADABLE_BYTES)?;
        }
        if line.marks > 0 {
            self.doubt(line, LOST_CHARACTERS)?;
        }
        if line.unpaired {
            self.doubt(line, UNPAIRED_QUOTE)?;
        }
        if line.short {
            self.doubt(line, TOO_FEW_FIELDS)?;
        }
        if line.long && self.goes_beyond_header(line) {
            self.doubt(line, TOO_MANY_FIELDS)?;
        }
        let Mode::Table { batcher, fill_down, totals, .. } = &mut self.mode else { return Ok(()) };
        totals.row(line);
        let batch = match fill_down {
            Some(fill_down) => batcher.push(fill_down.row(line)),
            None => batcher.push(line),
        };
        self.deliver(batch)
    }

    fn goes_beyond_header(&self, line: &Line) -> bool {
        let Mode::Table { table, .. } = &self.mode else { return false };
        line.reach() > table.header_lines.iter().map(Line::reach).max().unwrap_or(0)
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

    /// Another header in the middle of the sheet, of a table that cannot be read: what follows is held back, for its columns
    /// are not the table's.
    fn change_header(&mut self, line: &Line, why: Option<Words>) -> Result<(), E> {
        self.close_table()?;
        let why = why.map_or_else(Words::default, |why| Words::new(format!("：{}", why.zh), format!(": {}", why.en)));
        let reason = Words::new(
            format!("第 {} 行起换了另一种表头，之后的各行未读取{}", line.row, why.zh),
            format!("another header begins at row {}; what follows was not read{}", line.row, why.en),
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
            confidence: None,
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

/// Begins a table: says so to the sink, and what is doubtful about its header.
fn open_table<E>(
    table: Table,
    layout: &Layout,
    place: &Arc<SheetPlace>,
    sink: &mut dyn FnMut(Event) -> Result<(), E>,
) -> Result<(Mode, Vec<Fault>), E> {
    let mut table = table;
    table.head.from_1904 = layout.from_1904;
    let head = Arc::new(table.head.clone());
    sink(Event::Sheet(SheetStart { head: head.clone(), header: table.header, confidence: table.confidence }))?;
    let header_end = table.header.row.saturating_add(table.header.rows) - 1;
    let otherwise = table.wrong_units.iter().map(|field| wrong_unit(place, header_end, &table, *field));
    let against = |(field, seen): &(usize, Words)| against_header(place, header_end, &table, *field, seen);
    let spelt = table.misspelt.iter().map(|(title, field)| misspelt(place, header_end, &table, title, *field));
    let doubts = otherwise.chain(spelt).chain(table.contradicted.iter().map(against)).collect();
    let mode = Mode::Table {
        classifier: Box::new(Classifier::new(&table)),
        fill_down: FillDown::new(layout.merged.clone(), &table.head, header_end).map(Box::new),
        totals: Box::new(Totals::new(&head)),
        batcher: Box::new(Batcher::new(head)),
        table: Box::new(table),
    };
    Ok((mode, doubts))
}

/// A reason and what to do about it.
fn with_hint(reason: &Words, suggestion: &Words) -> Words {
    Words::new(format!("{}。{}", reason.zh, suggestion.zh), format!("{}. {}", reason.en, suggestion.en))
}

/// Whether a line outside any table carries somebody's number: it must not pass for a heading.
fn tells_of_somebody(line: &Line) -> bool {
    line.cells().any(|cell| identity_within(cell.text))
}
