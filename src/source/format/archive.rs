//! Zip archives: their members are read where they lie and never unpacked to the disk, so a member's name is only a name.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::GB18030;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use serde::{Deserialize, Serialize};
use zip::{CompressionMethod, ZipArchive};

use crate::model::Words;
use crate::source::format::content::Content;

/// More members than this no department sends.
const MAX_MEMBERS: usize = 10_000;
/// A member may unpack to so many times its packed size: real lists come to fifty, a bomb to a thousand.
const MAX_RATIO: u64 = 250;
/// What any member may unpack to.
const ALWAYS_ALLOWED: u64 = 256 << 20;

/// A file inside an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub(in crate::source) archive: Box<Content>,
    pub(in crate::source) part: Part,
}

/// Where a member's bytes lie in its archive, and what they must come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::source) struct Part {
    start: u64,
    packed: u64,
    deflated: bool,
    crc: u32,
}

/// A member as the archive lists it.
pub(in crate::source) struct Listed {
    /// Its path inside the archive, of plain names only.
    pub name: String,
    /// Its bytes, or why they cannot be read.
    pub member: Result<Member, Words>,
}

/// The files of an archive in its own order; folders are left out.
///
/// # Errors
/// When the list of members is torn or absurd.
pub(in crate::source) fn members(content: &Content) -> Result<Vec<Listed>, Words> {
    let bytes = content.seekable().map_err(|e| crate::source::io_reason(&e))?;
    let mut archive = ZipArchive::new(bytes).map_err(|_| torn())?;
    if archive.len() > MAX_MEMBERS {
        return Err(Words::new(
            format!("压缩包里的文件超过 {MAX_MEMBERS} 个；请拆分后重新报送"),
            format!("the archive holds more than {MAX_MEMBERS} files; have it split"),
        ));
    }
    let mut listed = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(|_| torn())?;
        if entry.is_dir() {
            continue;
        }
        let name = plain_name(&decoded(entry.name_raw()));
        let method = entry.compression();
        let deflated = method == CompressionMethod::Deflated;
        let member = match entry.data_start() {
            _ if entry.encrypted() => Err(Words::new(
                "压缩包里的文件有密码，不能读取；请不加密码重新打包报送",
                "the file in the archive has a password and cannot be read; have it packed without one",
            )),
            _ if !deflated && method != CompressionMethod::Stored => Err(Words::new(
                format!("压缩包里的文件用了不支持的压缩方法（{method}）；请用普通 zip 重新打包"),
                format!(
                    "the file in the archive is packed by a method that is not supported ({method}); pack it as a plain zip"
                ),
            )),
            None => Err(torn()),
            Some(start) => {
                let part = Part { start, packed: entry.compressed_size(), deflated, crc: entry.crc32() };
                Ok(Member { archive: Box::new(content.clone()), part })
            }
        };
        listed.push(Listed { name, member });
    }
    Ok(listed)
}

impl Member {
    pub(in crate::source) fn packed_size(&self) -> u64 {
        self.part.packed
    }

    /// The member's bytes. At their end they are held against the checksum, so that a torn member is no short one.
    pub(in crate::source) fn stream(&self) -> io::Result<Unpacking> {
        let Part { start, packed, deflated, crc } = self.part;
        let mut archive = self.archive.seekable()?;
        archive.seek(SeekFrom::Start(start))?;
        let most = ALWAYS_ALLOWED.max(packed.saturating_mul(MAX_RATIO));
        let packed = archive.take(packed);
        let inner: Box<dyn Read + Send> =
            if deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
        Ok(Unpacking { inner, crc: Crc::new(), wanted: crc, unpacked: 0, most })
    }
}

/// Unpacks a member, whatever its header says of its size.
pub(in crate::source) struct Unpacking {
    inner: Box<dyn Read + Send>,
    crc: Crc,
    wanted: u32,
    unpacked: u64,
    most: u64,
}

impl Read for Unpacking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The decoder's own errors tell of nothing but torn bytes.
        let length = self.inner.read(buffer).map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        self.crc.update(&buffer[..length]);
        self.unpacked += length as u64;
        if self.unpacked > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if length == 0 && !buffer.is_empty() && self.crc.sum() != self.wanted {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(length)
    }
}

/// A name's characters: UTF-8, or the GB 18030 that Chinese systems write without saying so.
fn decoded(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode(raw).0.into_owned(),
    }
}

/// The name without what would lead out of the archive.
fn plain_name(name: &str) -> String {
    let name = name.replace('\\', "/");
    let parts = name.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    parts.map(|part| part.replace(char::is_control, " ")).collect::<Vec<_>>().join("/")
}

fn torn() -> Words {
    Words::new(
        "压缩包不完整或已损坏（可能上传或复制中断）；请重新打包报送",
        "the archive is torn or damaged (perhaps the upload broke off); have it packed and sent again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_unpacks_to_too_much_or_to_something_else_is_an_error() {
        let unpacking = |most: u64, wanted: u32| Unpacking {
            inner: Box::new(io::repeat(0).take(1000)),
            crc: Crc::new(),
            wanted,
            unpacked: 0,
            most,
        };
        let kind = |mut unpacking: Unpacking| io::copy(&mut unpacking, &mut io::sink()).map_err(|e| e.kind());
        let mut crc = Crc::new();
        crc.update(&[0; 1000]);
        assert_eq!(kind(unpacking(1000, crc.sum())), Ok(1000));
        assert_eq!(kind(unpacking(999, crc.sum())), Err(io::ErrorKind::FileTooLarge));
        assert_eq!(kind(unpacking(1000, 1)), Err(io::ErrorKind::UnexpectedEof));
    }

    #[test]
    fn a_members_name_leads_nowhere() {
        assert_eq!(plain_name("../../etc/passwd"), "etc/passwd");
        assert_eq!(plain_name("C:\\数据\\.\\低保.xlsx"), "C:/数据/低保.xlsx");
        assert_eq!(decoded(&GB18030.encode("低保名单.csv").0), "低保名单.csv");
        assert_eq!(decoded("低保.csv".as_bytes()), "低保.csv");
    }
}
