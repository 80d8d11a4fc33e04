//! What an xlsx sheet says of itself besides its cells: merged cells, hidden rows and columns.
//!
//! The library finds merged cells by parsing the whole sheet once more, and tells nothing of what is hidden. Both stand in
//! attributes of few tags, so that it is enough to look for these words in the unpacked bytes.

use std::collections::HashMap;
use std::io::{self, Read, Seek};

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use crate::source::format::sheets::Layout;
use crate::source::format::sheets::MergedCell;

const CHUNK: usize = 256 << 10;
/// No tag of a sheet is longer.
const LONGEST_TAG: usize = 64 << 10;
/// The part that names the sheets is read up to here.
const MAX_INDEX: u64 = 64 << 20;

/// Sheet name → its part of the package, in the workbook's order.
pub(in crate::source) fn parts<R: Read + Seek>(archive: &mut ZipArchive<R>) -> io::Result<Vec<(String, String)>> {
    let targets = targets(&part(archive, "xl/_rels/workbook.xml.rels")?);
    let mut sheets = Vec::new();
    tags(&part(archive, "xl/workbook.xml")?, "sheet", &mut |tag| {
        let target = attribute(tag, "id").and_then(|id| targets.get(&id));
        if let (Some(name), Some(target)) = (attribute(tag, "name"), target) {
            let path = match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("xl/{target}"),
            };
            sheets.push((name, path));
        }
    });
    Ok(sheets)
}

/// What a part's list of relationships calls the others by.
pub(in crate::source) fn targets(list: &[u8]) -> HashMap<String, String> {
    let mut targets = HashMap::new();
    tags(list, "Relationship", &mut |tag| {
        if let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target")) {
            targets.insert(id, target);
        }
    });
    targets
}

/// Goes through a sheet's bytes.
///
/// # Errors
/// Also where a merged area is none: what stands on the rows it covers is then not known.
pub(in crate::source) fn layout(mut sheet: impl Read) -> io::Result<Layout> {
    let words = [Finder::new("hidden="), Finder::new("mergeCell ")];
    let mut layout = Layout::default();
    let mut buffer = Vec::with_capacity(2 * CHUNK);
    loop {
        let length = sheet.by_ref().take(CHUNK as u64).read_to_end(&mut buffer)?;
        // Only whole tags are looked at; what is cut off waits for the next bytes.
        let whole = memrchr(b'>', &buffer).map_or(0, |at| at + 1);
        for word in &words {
            for at in word.find_iter(&buffer[..whole]) {
                if let Some(tag) = tag_around(&buffer[..whole], at) {
                    note(tag, &mut layout).ok_or(io::ErrorKind::InvalidData)?;
                }
            }
        }
        buffer.drain(..whole);
        if length == 0 {
            break;
        }
        if buffer.len() > LONGEST_TAG {
            // Text between tags.
            buffer.clear();
        }
    }
    layout.hidden_rows = joined(layout.hidden_rows);
    layout.hidden_columns = joined(layout.hidden_columns);
    Ok(layout)
}

/// The tag in which a position lies; `None` where it lies in text.
fn tag_around(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let start = memrchr(b'<', &bytes[..at])?;
    let end = start + memchr(b'>', &bytes[start..])?;
    (end > at).then(|| &bytes[start + 1..end])
}

/// `None` for a merged area that is none.
fn note(tag: &[u8], layout: &mut Layout) -> Option<()> {
    let name_ends = tag.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(tag.len());
    let text = String::from_utf8_lossy(tag.strip_suffix(b"/").unwrap_or(tag)).into_owned();
    let tag = BytesStart::from_content(text, name_ends);
    let number = |name: &str| attribute(&tag, name).and_then(|text| text.parse::<u32>().ok());
    let hidden = || attribute(&tag, "hidden").is_some_and(|text| text == "1" || text == "true");
    match tag.local_name().as_ref() {
        "row" if hidden() => layout.hidden_rows.extend(number("r").map(|row| (row, row))),
        "col" if hidden() => {
            // Counted from 1 in the file.
            let first = number("min").and_then(|first| first.checked_sub(1));
            let last = number("max").and_then(|last| last.checked_sub(1));
            layout.hidden_columns.extend(first.zip(last));
        }
        "mergeCell" => {
            layout.merged.extend(area_of(&attribute(&tag, "ref")?)?);
        }
        _ => {}
    }
    Some(())
}

/// `A2:A5` as the cell merged downwards; `Some(None)` for cells merged in one row only, `None` for no area.
fn area_of(area: &str) -> Option<Option<MergedCell>> {
    let (from, to) = area.split_once(':').unwrap_or((area, area));
    let ((column, first), (_, last)) = (place(from)?, place(to)?);
    Some((last > first).then_some(MergedCell { first, last, column }))
}

/// Column from 0 and row from 1 of a cell's name, dollars aside.
fn place(name: &str) -> Option<(u32, u32)> {
    let name = name.replace('$', "");
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = name.split_at(digits);
    let mut column = 0_u32;
    for letter in letters.bytes() {
        let value = letter.to_ascii_uppercase().checked_sub(b'A').filter(|value| *value < 26)?;
        column = column.checked_mul(26)?.checked_add(u32::from(value) + 1)?;
    }
    Some((column.checked_sub(1)?, row.parse().ok().filter(|row| *row > 0)?))
}

/// Neighbouring ranges as one, in order.
pub(in crate::source) fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ranges {
        match joined.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// A part of the package, whatever case its name is written in.
pub(in crate::source) fn part<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_part(archive, name)?.take(MAX_INDEX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(in crate::source) fn open_part<'a, R: Read + Seek>(
    archive: &'a mut ZipArchive<R>,
    name: &str,
) -> io::Result<impl Read + use<'a, R>> {
    let same = |raw: &[u8]| String::from_utf8_lossy(raw).replace('\\', "/").eq_ignore_ascii_case(name);
    let at = archive.file_names_raw().position(same).ok_or(io::ErrorKind::NotFound)?;
    archive.by_index(at).map_err(io::Error::other)
}

/// Every tag of this name, prefixes aside, as far as the part is sound.
fn tags(bytes: &[u8], name: &str, see: &mut dyn FnMut(&BytesStart<'_>)) {
    let mut reader = Reader::from_reader(bytes);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.local_name().as_ref() == name => see(&tag),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// An attribute by its name without prefix.
pub(in crate::source) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|found| found.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_merged_and_hidden_is_found_in_tags_only() {
        let sheet = r#"<worksheet><cols><col min="3" max="4" width="9" hidden="1"/><col min="5" max="5" hidden="true" /></cols>
            <sheetData><row r="1"/><row r="2" hidden="1" ht="0"><c><is><t>hidden="1" mergeCell ref="A1:A9"</t></is></c></row>
            <row hidden='1' r='3'></row><row r="9" hidden="0"/></sheetData>
            <mergeCells count="3"><mergeCell ref="A2:A5"/><mergeCell ref="$AB$7:AC8" /><mergeCell ref="A1:F1"/></mergeCells></worksheet>"#;
        // Cut anywhere into reads of a few bytes.
        struct Drip<'a>(&'a [u8]);
        impl Read for Drip<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let n = self.0.len().min(7).min(buffer.len());
                buffer[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        for found in [layout(sheet.as_bytes()).unwrap(), layout(Drip(sheet.as_bytes())).unwrap()] {
            assert_eq!(found.hidden_columns, [(2, 4)]);
            assert_eq!(found.hidden_rows, [(2, 3)]);
            let merged: Vec<_> = found.merged.iter().map(|cell| (cell.column, cell.first, cell.last)).collect();
            assert_eq!(merged, [(0, 2, 5), (27, 7, 8)]);
        }
        assert!(layout(&br#"<mergeCell ref="A?:!"/>"#[..]).is_err());
    }

    #[test]
    fn names_of_cells_are_places() {
        assert_eq!(place("A1"), Some((0, 1)));
        assert_eq!(place("$XFD$1048576"), Some((16_383, 1_048_576)));
        for none in ["", "A", "1", "A0", "?1", "AAAAAAAAAAAAAAAA1"] {
            assert_eq!(place(none), None, "{none}");
        }
    }
}
