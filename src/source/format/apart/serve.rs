//! The process that reads one workbook for another process of this program, under limits that the system enforces.

use std::io::{self, BufRead, Write};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::model::Words;
use crate::source::format::apart::wire::{ASKED_FOR, About, Answer, Ask, FRAME, Opening, PORTION};
use crate::source::format::open::{Opened, open_here};
use crate::source::format::sheets::Sheets;

/// Answers what is asked about one workbook until nobody asks any more. Meant to be a process's only work, since it
/// takes limits upon the process that cannot be lifted again.
///
/// # Errors
/// When the asking side is gone or says what nobody says.
pub fn serve(asks: &mut dyn BufRead, answers: &mut dyn Write) -> io::Result<()> {
    let (mut asks, mut answers) = (asks, answers);
    let Some(Ask::Open(opening)) = Ask::receive(&mut asks)? else { return Ok(()) };
    let content = opening.content(&mut asks)?;
    bound(&opening);
    let opened = whole(|| open_here(&content, &opening.terms));
    let Opened { format, encoding, mut sheets, .. } = match opened {
        Ok(opened) => opened,
        Err(reason) => return Answer::Failed(reason).send(&mut answers),
    };
    let encoding = encoding.map(str::to_owned);
    Answer::Opened(About { format, encoding, sheets: sheets.sheets() }).send(&mut answers)?;
    while let Some(ask) = Ask::receive(&mut asks)? {
        match ask {
            Ask::Lines(sheet) => lines(&mut *sheets, sheet, &mut asks, &mut answers)?,
            Ask::Layout(sheet) => match whole(|| sheets.layout(sheet)) {
                Ok(layout) => Answer::Layout(layout),
                Err(reason) => Answer::Failed(reason),
            }
            .send(&mut answers)?,
            Ask::Columns(sheet) => match whole(|| sheets.columns(sheet)) {
                Ok(columns) => Answer::Columns(columns),
                Err(reason) => Answer::Failed(reason),
            }
            .send(&mut answers)?,
            Ask::Open(_) | Ask::More(_) => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(())
}

fn lines(
    sheets: &mut dyn Sheets,
    sheet: usize,
    mut asks: &mut dyn BufRead,
    mut answers: &mut dyn Write,
) -> io::Result<()> {
    let (mut packed, mut count, mut portions) = (Vec::new(), 0, 0);
    let mut stopped: Option<io::Result<()>> = None;
    let outcome = whole(|| {
        sheets.lines(sheet, &mut |line| {
            line.pack(&mut packed);
            count += 1;
            let asked_for = portions < ASKED_FOR;
            if if asked_for { count < PORTION } else { packed.len() < FRAME } {
                return ControlFlow::Continue(());
            }
            (count, portions) = (0, portions + 1);
            let mut hand_over = || {
                if !asked_for {
                    return Answer::send_lines(&packed, &mut answers).map(|()| true);
                }
                Answer::Portion(packed.clone()).send(&mut answers)?;
                match Ask::receive(&mut asks)? {
                    Some(Ask::More(more)) => Ok(more),
                    _ => Err(io::ErrorKind::InvalidData.into()),
                }
            };
            let go_on = hand_over();
            packed.clear();
            match go_on {
                Ok(true) => return ControlFlow::Continue(()),
                Ok(false) => stopped = Some(Ok(())),
                Err(e) => stopped = Some(Err(e)),
            }
            ControlFlow::Break(())
        })
    });
    if let Some(stopped) = stopped {
        return stopped;
    }
    if !packed.is_empty() {
        Answer::send_lines(&packed, &mut answers)?;
    }
    match outcome {
        Ok(()) => Answer::Done,
        Err(reason) => Answer::Failed(reason),
    }
    .send(&mut answers)
}

/// A step of which nothing but its outcome may come out, whatever a library does on a torn file.
fn whole<T>(step: impl FnOnce() -> Result<T, Words>) -> Result<T, Words> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| {
        Err(Words::new(
            "文件已损坏或不合规范，读取程序无法处理；请用 Excel 或 WPS 打开并另存为 .xlsx 后重新报送",
            "the file is damaged or irregular and the reader gave up; open it in Excel or WPS and save it as .xlsx",
        ))
    })
}

/// Takes the limits upon this process. Where the system does not allow one there is none, as in the asking process.
#[cfg(unix)]
fn bound(opening: &Opening) {
    use rlimit::Resource;
    let _ = Resource::CPU.set(opening.seconds, opening.seconds + 1);
    // A core file would hold people's data.
    let _ = Resource::CORE.set(0, 0);
    if let Some(used) = address_space() {
        let most = used.saturating_add(opening.memory);
        let _ = Resource::AS.set(most, most);
    }
}

#[cfg(not(unix))]
fn bound(_: &Opening) {}

/// Bytes of address space that this process has: the program itself above all.
#[cfg(unix)]
fn address_space() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
