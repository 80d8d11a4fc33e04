//! Where a file's bytes lie: on the disk, inside an archive, or in memory once they were deciphered. They can be gone
//! through as often as needed, and nothing is ever unpacked to the disk.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use crate::source::format::archive::Member;

/// What is read up to at once.
const CHUNK: usize = 64 << 10;
/// A larger member is not held in memory.
const MAX_HELD: u64 = 1 << 30;

/// The bytes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    File(PathBuf),
    Member(Member),
    Held(Arc<[u8]>),
}

impl Content {
    /// The bytes from the beginning, to be read once.
    pub(in crate::source) fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Content::File(path) => Box::new(File::open(path)?),
            Content::Member(member) => Box::new(member.stream()?),
            Content::Held(bytes) => Box::new(Cursor::new(bytes.clone())),
        })
    }

    /// The bytes for a reader that jumps about in them; those of a member are held in memory.
    pub(in crate::source) fn seekable(&self) -> io::Result<Bytes> {
        Ok(match self {
            Content::File(path) => Bytes::File(BufReader::with_capacity(CHUNK, File::open(path)?)),
            Content::Member(member) => Bytes::Held(Cursor::new(unpacked(member)?)),
            Content::Held(bytes) => Bytes::Held(Cursor::new(bytes.clone())),
        })
    }

    /// The number of bytes; of a member the number it is packed into.
    pub(in crate::source) fn size(&self) -> io::Result<u64> {
        Ok(match self {
            Content::File(path) => std::fs::metadata(path)?.len(),
            Content::Member(member) => member.packed_size(),
            Content::Held(bytes) => bytes.len() as u64,
        })
    }

    /// The first bytes, at most `most`.
    pub(in crate::source) fn beginning(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.stream()?.take(most as u64).read_to_end(&mut head)?;
        Ok(head)
    }
}

/// The bytes of a member, in memory.
pub(in crate::source) fn unpacked(member: &Member) -> io::Result<Arc<[u8]>> {
    let mut bytes = Vec::new();
    member.stream()?.take(MAX_HELD + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_HELD {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes.into())
}

/// Bytes that can be jumped about in.
#[derive(Debug)]
pub(in crate::source) enum Bytes {
    File(BufReader<File>),
    Held(Cursor<Arc<[u8]>>),
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Bytes::File(file) => file.read(buffer),
            Bytes::Held(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for Bytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            // Within what was read ahead nothing is read anew.
            Bytes::File(file) => match to {
                SeekFrom::Current(by) => file.seek_relative(by).and_then(|()| file.stream_position()),
                _ => file.seek(to),
            },
            Bytes::Held(bytes) => bytes.seek(to),
        }
    }
}
