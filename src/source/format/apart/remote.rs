//! A workbook that another process reads: whatever its bytes do to that process, this one goes on.

use std::io::{self, BufReader};
use std::ops::ControlFlow;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use encoding_rs::Encoding;

use crate::model::Words;
use crate::source::format::apart::wire::{About, Answer, Ask, Opening, Place, unpack};
use crate::source::format::archive::Member;
use crate::source::format::content::Content;
use crate::source::format::open::{Opened, Terms};
use crate::source::format::sheets::{Layout, SheetInfo, Sheets};
use crate::source::limits::{OwnProcess, READER, seconds_for};
use crate::source::line::Line;

/// The signals that end a process which goes beyond its limits: SIGXCPU, and SIGABRT where an allocation fails.
const OVERTIME: i32 = 24;
const ABORTED: i32 = 6;

/// A workbook in another process. That process is started anew where a sheet has ended it, for the sheets after it.
pub(in crate::source) struct Remote {
    content: Content,
    terms: Terms,
    process: OwnProcess,
    seconds: u64,
    sheets: Vec<SheetInfo>,
    running: Option<Running>,
}

struct Running {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has nothing to lose, and may be in the middle of a sheet nobody wants.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Remote {
    /// Has another process open the file.
    pub fn open(content: &Content, terms: &Terms, process: &OwnProcess) -> Result<Opened, Words> {
        let size = content.size().map_err(|e| crate::source::io_reason(&e))?;
        let mut remote = Remote {
            content: content.clone(),
            terms: terms.clone(),
            process: process.clone(),
            seconds: seconds_for(size),
            sheets: Vec::new(),
            running: None,
        };
        let About { format, encoding, sheets } = remote.start()?;
        remote.sheets = sheets;
        let encoding = encoding.and_then(|name| Encoding::for_label(name.as_bytes())).map(Encoding::name);
        Ok(Opened { format, encoding, separator: None, sheets: Box::new(remote) })
    }

    fn start(&mut self) -> Result<About, Words> {
        let started = Command::new(&self.process.program)
            .arg(READER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What a library says of a torn file may quote it.
            .stderr(Stdio::null())
            .spawn();
        let mut child = started.map_err(|e| {
            Words::new(
                format!("无法启动读取程序（{e}）；请检查系统的进程数和内存后重新运行"),
                format!("the reading process cannot be started ({e}); look at the system's processes and memory and run again"),
            )
        })?;
        let (Some(asks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(crate::source::io_reason(&io::ErrorKind::BrokenPipe.into()));
        };
        self.running = Some(Running { child, asks, answers: BufReader::new(answers) });
        let place = match &self.content {
            Content::File(path) => Place::File(path.clone()),
            Content::Member(Member { archive, part }) => match &**archive {
                Content::File(path) => Place::Member(path.clone(), part.clone()),
                _ => return Err(crate::source::io_reason(&io::ErrorKind::Unsupported.into())),
            },
            Content::Held(bytes) => Place::Held(bytes.len()),
        };
        let opening = Opening { place, terms: self.terms.clone(), memory: self.process.memory, seconds: self.seconds };
        let content = self.content.clone();
        match self.talk(|running| {
            opening.send(&content, &mut running.asks)?;
            Answer::receive(&mut running.answers)
        })? {
            Answer::Opened(about) => Ok(about),
            Answer::Failed(reason) => Err(reason),
            _ => Err(self.broken()),
        }
    }

    /// Talks to the process, which is started where there is none; says how it ended if it did.
    fn talk<T>(&mut self, talk: impl FnOnce(&mut Running) -> io::Result<T>) -> Result<T, Words> {
        if self.running.is_none() {
            self.start()?;
        }
        let Some(running) = &mut self.running else { return Err(self.broken()) };
        talk(running).map_err(|_| self.broken())
    }

    /// Gives the process up and says why.
    fn broken(&mut self) -> Words {
        // One that is ending already has its reason; one that talked nonsense has to be ended.
        let ended = self.running.take().and_then(|mut running| {
            let _ = running.child.kill();
            running.child.wait().ok()
        });
        let memory = self.process.memory >> 20;
        let seconds = self.seconds;
        let (zh, en) = match ended.and_then(signal) {
            Some(OVERTIME) => (
                format!("读取用时超过上限（{seconds} 秒）"),
                format!("reading takes longer than the {seconds} seconds of a processor that it may"),
            ),
            Some(ABORTED) => (
                format!("读取所需内存超过上限（{memory} MB）"),
                format!("reading takes more memory than the {memory} MB that it may"),
            ),
            _ => ("读取程序被这个文件弄崩了".to_owned(), "the reading process broke down over this file".to_owned()),
        };
        Words::new(
            format!(
                "{zh}，文件可能已损坏、过大或被做过手脚；请用 Excel 或 WPS 打开核对，另存为 .xlsx 或 .csv 后重新报送"
            ),
            format!(
                "{en}: it may be damaged, too large or tampered with; look at it in Excel or WPS and save it as .xlsx or .csv"
            ),
        )
    }
}

#[cfg(unix)]
fn signal(ended: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&ended)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

impl Sheets for Remote {
    fn sheets(&self) -> Vec<SheetInfo> {
        self.sheets.clone()
    }

    fn lines(&mut self, sheet: usize, take: &mut dyn FnMut(&Line) -> ControlFlow<()>) -> Result<(), Words> {
        let mut wanted = true;
        let mut hand_out = |packed: &[u8]| {
            unpack(packed, |line| {
                wanted = wanted && take(line).is_continue();
                wanted
            })?;
            Ok::<bool, io::Error>(wanted)
        };
        self.talk(|running| {
            Ask::Lines(sheet).send(&mut running.asks)?;
            loop {
                match Answer::receive(&mut running.answers)? {
                    Answer::Portion(packed) => {
                        let more = hand_out(&packed)?;
                        Ask::More(more).send(&mut running.asks)?;
                        if !more {
                            return Ok(Ok(()));
                        }
                    }
                    // What is no longer wanted is passed over, so that the next answer is the one asked for.
                    Answer::Lines(packed) => {
                        hand_out(&packed)?;
                    }
                    Answer::Done => return Ok(Ok(())),
                    Answer::Failed(reason) => return Ok(Err(reason)),
                    Answer::Opened(_) | Answer::Layout(_) | Answer::Columns(_) => {
                        return Err(io::ErrorKind::InvalidData.into());
                    }
                }
            }
        })?
    }

    fn columns(&mut self, sheet: usize) -> Result<Option<Vec<Vec<String>>>, Words> {
        self.talk(|running| {
            Ask::Columns(sheet).send(&mut running.asks)?;
            match Answer::receive(&mut running.answers)? {
                Answer::Columns(columns) => Ok(Ok(columns)),
                Answer::Failed(reason) => Ok(Err(reason)),
                _ => Err(io::ErrorKind::InvalidData.into()),
            }
        })?
    }

    fn layout(&mut self, sheet: usize) -> Result<Layout, Words> {
        self.talk(|running| {
            Ask::Layout(sheet).send(&mut running.asks)?;
            match Answer::receive(&mut running.answers)? {
                Answer::Layout(layout) => Ok(Ok(layout)),
                Answer::Failed(reason) => Ok(Err(reason)),
                _ => Err(io::ErrorKind::InvalidData.into()),
            }
        })?
    }
}
