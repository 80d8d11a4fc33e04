//! What the process that reads a workbook and the one that wants its lines say to each other, over pipes.
//!
//! ```text
//! wanting ─ Ask (a JSON line, then the bytes of a held file) ─▶ reading
//! wanting ◀─ frames: a kind, a length, and so many bytes ─ reading
//! ```
//! The first lines come in small portions, each of which the reading side sends only when it is asked to go on: to judge
//! a sheet takes no more. Then they come as fast as they can be taken.

use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::Words;
use crate::source::format::archive::{Member, Part};
use crate::source::format::content::Content;
use crate::source::format::open::Terms;
use crate::source::format::sheets::{Layout, SheetInfo};
use crate::source::format::sniff::Format;
use crate::source::line::Line;

/// Portions that are asked for one by one, and the lines of each.
pub(in crate::source) const ASKED_FOR: usize = 20;
pub(in crate::source) const PORTION: usize = 64;
/// Lines are sent on when they have come to so many bytes.
pub(in crate::source) const FRAME: usize = 256 << 10;
/// A frame cannot be larger: one line of the widest sheet with the longest texts.
const MAX_FRAME: u32 = 1 << 30;

/// What the wanting side asks for.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::source) enum Ask {
    /// Open a file under these bounds. Answered by `Opened` or `Failed`.
    Open(Opening),
    /// A sheet's lines. Answered by `Portion` and `Lines` any number of times, then `Done` or `Failed`.
    Lines(usize),
    /// Go on after a `Portion`, or do not: then nothing more is sent.
    More(bool),
    /// Answered by `Layout` or `Failed`.
    Layout(usize),
    /// Answered by `Columns` or `Failed`.
    Columns(usize),
}

/// A file to be opened.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::source) struct Opening {
    pub place: Place,
    pub terms: Terms,
    /// Bytes of memory beyond what the process has to begin with.
    pub memory: u64,
    /// Seconds of a processor.
    pub seconds: u64,
}

/// Where the file's bytes are.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::source) enum Place {
    File(PathBuf),
    /// A member of the archive at this path.
    Member(PathBuf, Part),
    /// So many bytes follow the line.
    Held(usize),
}

/// An open file.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::source) struct About {
    pub format: Format,
    pub encoding: Option<String>,
    pub sheets: Vec<SheetInfo>,
}

/// What the reading side answers.
#[derive(Debug)]
pub(in crate::source) enum Answer {
    Opened(About),
    /// Lines, after which the reading side waits for [`Ask::More`].
    Portion(Vec<u8>),
    Lines(Vec<u8>),
    Done,
    Layout(Layout),
    Columns(Option<Vec<Vec<String>>>),
    Failed(Words),
}

impl Ask {
    pub fn send(&self, to: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *to, self)?;
        to.write_all(b"\n")?;
        to.flush()
    }

    /// `None` when nothing more will be asked.
    pub fn receive(from: &mut impl BufRead) -> io::Result<Option<Ask>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&line)?))
    }
}

impl Opening {
    /// Asks for a file to be opened.
    pub fn send(self, content: &Content, to: &mut impl Write) -> io::Result<()> {
        Ask::Open(self).send(to)?;
        if let Content::Held(bytes) = content {
            to.write_all(bytes)?;
            to.flush()?;
        }
        Ok(())
    }

    /// The bytes that were asked to be opened.
    pub fn content(&self, from: &mut impl Read) -> io::Result<Content> {
        Ok(match &self.place {
            Place::File(path) => Content::File(path.clone()),
            Place::Member(path, part) => {
                Content::Member(Member { archive: Box::new(Content::File(path.clone())), part: part.clone() })
            }
            Place::Held(length) => {
                let mut bytes = Vec::new();
                from.take(*length as u64).read_to_end(&mut bytes)?;
                Content::Held(bytes.into())
            }
        })
    }
}

impl Answer {
    pub fn send(&self, to: &mut impl Write) -> io::Result<()> {
        match self {
            Answer::Opened(about) => frame(to, b'O', &serde_json::to_vec(about)?),
            Answer::Portion(packed) => frame(to, b'P', packed),
            Answer::Lines(packed) => frame(to, b'L', packed),
            Answer::Done => frame(to, b'D', &[]),
            Answer::Layout(layout) => frame(to, b'Y', &serde_json::to_vec(layout)?),
            Answer::Columns(columns) => frame(to, b'C', &serde_json::to_vec(columns)?),
            Answer::Failed(words) => frame(to, b'F', &serde_json::to_vec(&(&words.zh, &words.en))?),
        }?;
        to.flush()
    }

    /// Sends [`Answer::Lines`] without taking them.
    pub fn send_lines(packed: &[u8], to: &mut impl Write) -> io::Result<()> {
        frame(to, b'L', packed)
    }

    pub fn receive(from: &mut impl Read) -> io::Result<Answer> {
        let mut head = [0; 5];
        from.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = u32::from_le_bytes(length);
        if length > MAX_FRAME {
            return Err(garbled());
        }
        let mut bytes = Vec::new();
        from.take(u64::from(length)).read_to_end(&mut bytes)?;
        if bytes.len() != length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(match kind {
            b'O' => Answer::Opened(serde_json::from_slice(&bytes)?),
            b'P' => Answer::Portion(bytes),
            b'L' => Answer::Lines(bytes),
            b'D' => Answer::Done,
            b'Y' => Answer::Layout(serde_json::from_slice(&bytes)?),
            b'C' => Answer::Columns(serde_json::from_slice(&bytes)?),
            b'F' => {
                let (zh, en): (String, String) = serde_json::from_slice(&bytes)?;
                Answer::Failed(Words::new(zh, en))
            }
            _ => return Err(garbled()),
        })
    }
}

fn frame(to: &mut impl Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| garbled())?;
    to.write_all(&[kind])?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(bytes)
}

fn garbled() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// The lines of an [`Answer::Lines`], one after the other.
pub(in crate::source) fn unpack(mut packed: &[u8], mut take: impl FnMut(&Line) -> bool) -> io::Result<()> {
    let mut line = Line::default();
    while !packed.is_empty() {
        line.unpack(&mut packed).ok_or_else(garbled)?;
        if !take(&line) {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CellKind;

    #[test]
    fn what_is_packed_comes_out_as_it_was() {
        let mut line = Line::default();
        line.begin(7);
        line.push(3, "王五\n", CellKind::Text);
        line.push(1, "2025-01-01", CellKind::Date);
        line.replaced = 2;
        line.settle();
        let mut packed = Vec::new();
        line.pack(&mut packed);
        line.begin(8);
        line.push(0, "12", CellKind::Number);
        line.pack(&mut packed);

        let mut sent = Vec::new();
        Answer::Lines(packed.clone()).send(&mut sent).unwrap();
        let Answer::Lines(received) = Answer::receive(&mut &sent[..]).unwrap() else { panic!("lines") };
        let mut seen = Vec::new();
        unpack(&received, |line| {
            let cells: Vec<_> = line.cells().map(|cell| (cell.column, cell.text.to_owned(), cell.kind)).collect();
            seen.push((line.row, line.replaced, cells));
            true
        })
        .unwrap();
        assert_eq!(
            seen,
            [
                (7, 2, vec![(1, "2025-01-01".into(), CellKind::Date), (3, "王五\n".into(), CellKind::Text)]),
                (8, 0, vec![(0, "12".into(), CellKind::Number)]),
            ]
        );
        for cut in 0..packed.len() {
            // Torn or changed, it is refused or read as something else, and never a panic.
            let _ = unpack(&packed[..cut], |_| true);
            let mut changed = packed.clone();
            changed[cut] ^= 0xFF;
            let _ = unpack(&changed, |line| line.cells().count() < 1000);
        }
        assert!(unpack(&packed[..packed.len() - 1], |_| true).is_err());
    }

    #[test]
    fn a_broken_pipe_is_told() {
        let mut sent = Vec::new();
        Answer::Failed(Words::new("坏", "bad")).send(&mut sent).unwrap();
        assert!(Answer::receive(&mut &sent[..sent.len() - 1]).is_err());
        assert!(Answer::receive(&mut &[b'L', 255, 255, 255, 255][..]).is_err());
        assert!(matches!(Answer::receive(&mut &sent[..]), Ok(Answer::Failed(words)) if words.zh == "坏"));
    }
}
