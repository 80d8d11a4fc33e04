//! A file to events.

use std::ops::ControlFlow;
use std::sync::Arc;

use glob::Pattern;
use rayon::prelude::*;

use crate::model::{LedgerEntry, SheetPlace, SheetStatus, Words};
use crate::plan::Source;
use crate::source::discover::{FileFate, FoundFile};
use crate::source::event::{Event, FileStart, SheetEnd};
use crate::source::format::open::{Opened, open};
use crate::source::format::sheets::{Layout, SheetInfo, Sheets};
use crate::source::limits::Limits;
use crate::source::line::Line;
use crate::source::period::{Period, by_pattern};
use crate::source::table::judge::{LOOK_AT, Verdict, judge};
use crate::source::table::named;
use crate::source::table::sheet::SheetWriter;

/// Bytes that a sheet takes in its file at least to be worth a reader of its own.
const WORTH_A_READER: u64 = 1 << 20;

/// Reads a file and hands the sink what it holds, with memory that does not grow with the file (but for the old xls
/// and ods formats and a workbook's shared strings). Every line from the first to the last filled one of every sheet
/// is accounted for once, in an [`Event`] or as blank in the sheet's ledger entry.
///
/// What goes wrong with a file or sheet is told in its `End` (status `failed`, and why) and never ends the
/// other sheets. Rows handed out before a sheet broke off stay handed out and are counted in its `End`.
///
/// # Errors
/// Only the sink's own; reading stops then.
pub fn read_file<E>(
    file: &FoundFile,
    source: &Source,
    limits: &Limits,
    sink: &mut dyn FnMut(Event) -> Result<(), E>,
) -> Result<(), E> {
    let Opened { format, encoding, separator, mut sheets } = match opened(file, source, limits) {
        Ok(opened) => opened,
        Err((status, reason)) => return end_unread(place(file, source, ""), status, reason, sink),
    };
    sink(Event::File(FileStart { format, encoding, separator, sheets: names(&*sheets) }))?;
    let judged = judge_sheets(&mut *sheets, file, source);
    if judged.is_empty() {
        return end_unread(place(file, source, ""), SheetStatus::Empty, sheetless(), sink);
    }
    let reading = Reading { file, source, encoding };
    judged.into_iter().try_for_each(|sheet| reading.sheet(&mut *sheets, sheet, sink))
}

/// The same with the sheets of a large workbook spread over the threads: what each sheet tells is gathered in a value
/// of its own, and the values come in the order of the sheets.
///
/// # Errors
/// Only those of `take`; reading stops then.
pub fn read_sheets<T: Default + Send, E: Send>(
    file: &FoundFile,
    source: &Source,
    limits: &Limits,
    take: &(impl Fn(&mut T, Event) -> Result<(), E> + Sync),
) -> Result<Vec<T>, E> {
    let whole = || {
        let mut all = T::default();
        read_file(file, source, limits, &mut |event| take(&mut all, event))?;
        Ok(vec![all])
    };
    let readers = rayon::current_num_threads();
    if readers < 2 || file.size < 2 * WORTH_A_READER {
        return whole();
    }
    let Ok(Opened { format, encoding, separator, mut sheets }) = opened(file, source, limits) else { return whole() };
    if sheets.sheets().iter().filter(|sheet| sheet.packed >= WORTH_A_READER).count() < 2 {
        drop(sheets);
        return whole();
    }
    let judged = judge_sheets(&mut *sheets, file, source);
    let mut start = T::default();
    take(&mut start, Event::File(FileStart { format, encoding, separator, sheets: names(&*sheets) }))?;
    drop(sheets);
    let reading = Reading { file, source, encoding };
    let read_group = |group: Vec<JudgedSheet>| {
        let mut opened = opened(file, source, limits);
        let mut told = Vec::new();
        for sheet in group {
            let (at, mut one) = (sheet.at, T::default());
            let mut sink = |event| take(&mut one, event);
            match &mut opened {
                Ok(opened) => reading.sheet(&mut *opened.sheets, sheet, &mut sink)?,
                Err((status, reason)) => end_unread(sheet.place, *status, reason.clone(), &mut sink)?,
            }
            told.push((at, one));
        }
        Ok(told)
    };
    let told: Result<Vec<Vec<(usize, T)>>, E> =
        groups(judged, readers).into_par_iter().with_max_len(1).map(read_group).collect();
    let mut told: Vec<(usize, T)> = told?.into_iter().flatten().collect();
    told.sort_by_key(|(at, _)| *at);
    Ok(std::iter::once(start).chain(told.into_iter().map(|(_, one)| one)).collect())
}

/// The open file, or its status and why it is not read.
fn opened(file: &FoundFile, source: &Source, limits: &Limits) -> Result<Opened, (SheetStatus, Words)> {
    match &file.fate {
        FileFate::Read => open(&file.content, source, limits).map_err(|reason| (SheetStatus::Failed, reason)),
        FileFate::Superseded(reason) => Err((SheetStatus::Superseded, reason.clone())),
        FileFate::Ignored(reason) => Err((SheetStatus::NoTable, reason.clone())),
        FileFate::Failed(reason) => Err((SheetStatus::Failed, reason.clone())),
    }
}

fn names(sheets: &dyn Sheets) -> Vec<String> {
    sheets.sheets().into_iter().map(|info| info.name).collect()
}

fn sheetless() -> Words {
    Words::new("工作簿里没有工作表", "the workbook has no sheet")
}

/// The first filled lines of a sheet; further if the office says that the header lies further down.
fn first_lines(sheets: &mut dyn Sheets, sheet: usize, source: &Source) -> Result<Vec<Line>, Words> {
    let header_end = source.header.map_or(0, |header| header.row.saturating_add(header.rows));
    let mut lines = Vec::new();
    let mut header = sheets.columns(sheet)?.map(|columns| named::header(&columns)).unwrap_or_default();
    let outcome = sheets.lines(sheet, &mut |line| {
        if line.broken {
            return ControlFlow::Continue(());
        }
        lines.push(line.clone());
        let enough = lines.len() >= LOOK_AT && (line.row > header_end || lines.len() >= 20 * LOOK_AT);
        if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    // A sheet torn further down is judged by what could be read; reading it again tells where it breaks off.
    if lines.is_empty() && header.is_empty() {
        return outcome.map(|()| lines);
    }
    header.append(&mut lines);
    Ok(header)
}

/// Why a file cannot be opened, if it cannot. Its sheets are not looked at.
pub(super) fn unreadable(file: &FoundFile, source: &Source, limits: &Limits) -> Option<Words> {
    open(&file.content, source, limits).err()
}

/// The newest period that the titles of a file's tables and the names of their sheets state by the source's pattern.
pub(super) fn title_period(file: &FoundFile, source: &Source, limits: &Limits) -> Option<Period> {
    let pattern = &source.period.as_ref()?.pattern;
    let mut opened = open(&file.content, source, limits).ok()?;
    let mut newest = None;
    for (at, SheetInfo { name, .. }) in opened.sheets.sheets().into_iter().enumerate() {
        let Ok(lines) = first_lines(&mut *opened.sheets, at, source) else { continue };
        let Verdict::Table(table) = judge(&lines, &place(file, source, &name), source, None) else { continue };
        let titles = table.above.iter().map(String::as_str).chain([name.as_str()]);
        newest = newest.max(titles.into_iter().find_map(|title| by_pattern(title, pattern)));
    }
    newest
}

/// A sheet that was judged, and where its verdict leads: to be read, or why not.
struct JudgedSheet {
    at: usize,
    info: SheetInfo,
    place: Arc<SheetPlace>,
    verdict: Result<Verdict, (SheetStatus, Words)>,
}

/// Judges every sheet by its first lines, and by what the others are.
fn judge_sheets(input: &mut dyn Sheets, file: &FoundFile, source: &Source) -> Vec<JudgedSheet> {
    let wanted = source.sheets.as_deref().and_then(|glob| Pattern::new(glob).ok());
    let mut judged = Vec::new();
    for (at, info) in input.sheets().into_iter().enumerate() {
        let place = place(file, source, &info.name);
        let verdict = if !info.cells {
            Err((
                SheetStatus::NoTable,
                Words::new("不是数据工作表（图表或宏）", "not a sheet of data (a chart or macro)"),
            ))
        } else if !info.name.is_empty() && wanted.as_ref().is_some_and(|wanted| !wanted.matches(&info.name)) {
            Err((
                SheetStatus::NoTable,
                Words::new("来源的 sheets 没有选它，未读取", "not read: sheets of the source does not choose it"),
            ))
        } else {
            match first_lines(input, at, source) {
                Ok(lines) => Ok(judge(&lines, &place, source, file.period.as_deref())),
                Err(reason) => Err((SheetStatus::Failed, reason)),
            }
        };
        judged.push(JudgedSheet { at, info, place, verdict });
    }
    if judged.iter().any(|sheet| matches!(sheet.verdict, Ok(Verdict::Table(_)))) {
        for sheet in &mut judged {
            if matches!(&sheet.verdict, Ok(Verdict::Unfit(unfit)) if unfit.beside_the_point) {
                sheet.verdict = Ok(Verdict::NoTable(Words::new(
                    "是填表说明或下拉选项，不是数据",
                    "instructions or a list of choices, no data",
                )));
            }
        }
    }
    judged
}

/// What all sheets of a file are read with.
#[derive(Clone, Copy)]
struct Reading<'a> {
    file: &'a FoundFile,
    source: &'a Source,
    encoding: Option<&'static str>,
}

impl Reading<'_> {
    /// Reads a judged sheet to its end.
    fn sheet<E>(
        self,
        input: &mut dyn Sheets,
        sheet: JudgedSheet,
        sink: &mut dyn FnMut(Event) -> Result<(), E>,
    ) -> Result<(), E> {
        let JudgedSheet { at, info, place, verdict } = sheet;
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err((status, reason)) => return end_unread(place, status, reason, sink),
        };
        let layout = match &verdict {
            Verdict::Table(_) | Verdict::Unfit(_) => input.layout(at),
            _ => Ok(Layout::default()),
        };
        let (layout, torn) = match layout {
            Ok(layout) => (layout, None),
            Err(reason) => (Layout::default(), Some(reason)),
        };
        let mut writer = SheetWriter::begin(place, verdict, layout, sink)?.in_text(self.encoding);
        if info.hidden {
            writer.hide();
        }
        writer.read_further(self.source, self.file.period.as_deref());
        let mut stopped = None;
        let outcome = input.lines(at, &mut |line| match writer.line(line) {
            Ok(()) => ControlFlow::Continue(()),
            Err(e) => {
                stopped = Some(e);
                ControlFlow::Break(())
            }
        });
        if let Some(e) = stopped {
            return Err(e);
        }
        let whole = outcome.and_then(|()| if self.file.was_written_to() { Err(rewritten()) } else { Ok(()) });
        writer.end(whole.err().or(torn))
    }
}

/// Sheets that one reader after the other takes, in as many groups as are worth a reader of their own. Each sheet of a
/// large workbook may be read by itself, but every reader has the workbook's shared strings to go through first.
fn groups(sheets: Vec<JudgedSheet>, readers: usize) -> Vec<Vec<JudgedSheet>> {
    let heavy = sheets.iter().filter(|sheet| sheet.info.packed >= WORTH_A_READER).count();
    let mut groups: Vec<(u64, Vec<JudgedSheet>)> = Vec::new();
    groups.resize_with(heavy.min(readers).max(1), Default::default);
    let mut sheets = sheets;
    sheets.sort_by_key(|sheet| std::cmp::Reverse(sheet.info.packed));
    for sheet in sheets {
        if let Some((load, group)) = groups.iter_mut().min_by_key(|(load, _)| *load) {
            *load += sheet.info.packed;
            group.push(sheet);
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What was read is not the file whose hash the manifest states.
fn rewritten() -> Words {
    Words::new(
        "文件在读取期间被改动，读到的内容可能不全；请等文件写完后重新运行",
        "the file was written to while it was read, so what was read may not be whole; run again when it is complete",
    )
}

fn place(file: &FoundFile, source: &Source, sheet: &str) -> Arc<SheetPlace> {
    Arc::new(SheetPlace { source: source.id.clone(), file: file.relative.clone(), sheet: sheet.to_owned() })
}

fn end_unread<E>(
    place: Arc<SheetPlace>,
    status: SheetStatus,
    reason: Words,
    sink: &mut dyn FnMut(Event) -> Result<(), E>,
) -> Result<(), E> {
    sink(Event::End(SheetEnd { ledger: LedgerEntry::new(place, status, reason), rows: 0 }))
}
