//! A file to events.

use std::ops::ControlFlow;
use std::sync::Arc;

use glob::Pattern;

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
    let (status, reason) = match &file.fate {
        FileFate::Read => match open(&file.content, source, limits) {
            Ok(opened) => return read_sheets(opened, file, source, sink),
            Err(reason) => (SheetStatus::Failed, reason),
        },
        FileFate::Superseded(reason) => (SheetStatus::Superseded, reason.clone()),
        FileFate::Ignored(reason) => (SheetStatus::NoTable, reason.clone()),
        FileFate::Failed(reason) => (SheetStatus::Failed, reason.clone()),
    };
    end_unread(place(file, source, ""), status, reason, sink)
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

fn read_sheets<E>(
    opened: Opened,
    file: &FoundFile,
    source: &Source,
    sink: &mut dyn FnMut(Event) -> Result<(), E>,
) -> Result<(), E> {
    let Opened { format, encoding, separator, sheets: mut input } = opened;
    let infos = input.sheets();
    let hidden: Vec<bool> = infos.iter().map(|info| info.hidden).collect();
    let names = infos.iter().map(|info| info.name.clone()).collect();
    sink(Event::File(FileStart { format, encoding, separator, sheets: names }))?;
    let wanted = source.sheets.as_deref().and_then(|glob| Pattern::new(glob).ok());
    let mut judged = Vec::new();
    for (at, SheetInfo { name, cells, .. }) in infos.into_iter().enumerate() {
        let place = place(file, source, &name);
        let verdict = if !cells {
            Err((
                SheetStatus::NoTable,
                Words::new("不是数据工作表（图表或宏）", "not a sheet of data (a chart or macro)"),
            ))
        } else if !name.is_empty() && wanted.as_ref().is_some_and(|wanted| !wanted.matches(&name)) {
            Err((
                SheetStatus::NoTable,
                Words::new("来源的 sheets 没有选它，未读取", "not read: sheets of the source does not choose it"),
            ))
        } else {
            match first_lines(&mut *input, at, source) {
                Ok(lines) => Ok(judge(&lines, &place, source, file.period.as_deref())),
                Err(reason) => Err((SheetStatus::Failed, reason)),
            }
        };
        judged.push((place, verdict));
    }
    if judged.is_empty() {
        return end_unread(
            place(file, source, ""),
            SheetStatus::Empty,
            Words::new("工作簿里没有工作表", "the workbook has no sheet"),
            sink,
        );
    }
    let any_table = judged.iter().any(|(_, verdict)| matches!(verdict, Ok(Verdict::Table(_))));
    for (at, (place, verdict)) in judged.into_iter().enumerate() {
        let verdict = match verdict {
            Ok(Verdict::Unfit(unfit)) if any_table && unfit.beside_the_point => Verdict::NoTable(Words::new(
                "是填表说明或下拉选项，不是数据",
                "instructions or a list of choices, no data",
            )),
            Ok(verdict) => verdict,
            Err((status, reason)) => {
                end_unread(place, status, reason, sink)?;
                continue;
            }
        };
        let layout = match &verdict {
            Verdict::Table(_) | Verdict::Unfit(_) => input.layout(at),
            _ => Ok(Layout::default()),
        };
        let (layout, torn) = match layout {
            Ok(layout) => (layout, None),
            Err(reason) => (Layout::default(), Some(reason)),
        };
        let mut writer = SheetWriter::begin(place, verdict, layout, sink)?.in_text(encoding);
        if hidden.get(at) == Some(&true) {
            writer.hide();
        }
        writer.read_further(source, file.period.as_deref());
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
        let whole = outcome.and_then(|()| if file.was_written_to() { Err(rewritten()) } else { Ok(()) });
        writer.end(whole.err().or(torn))?;
    }
    Ok(())
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
