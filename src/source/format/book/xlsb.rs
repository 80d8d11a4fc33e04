//! What an xlsb sheet says of itself besides its cells (MS-XLSB), which the library does not tell.

use std::io::{self, Read, Seek};

use encoding_rs::UTF_16LE;
use zip::ZipArchive;

use crate::source::format::book::xlsx::{joined, open_part, part, targets};
use crate::source::format::sheets::Layout;
use crate::source::format::sheets::MergedCell;

// Records of the workbook and of a sheet (2.3).
const WORKBOOK_PROPERTIES: u32 = 153;
const SHEET: u32 = 156;
const ROW: u32 = 0;
const COLUMNS: u32 = 60;
const MERGED: u32 = 176;

/// The part of the package that holds each sheet, in the workbook's order, and whether days are counted from 1904.
pub(in crate::source) fn parts<R: Read + Seek>(archive: &mut ZipArchive<R>) -> io::Result<(Vec<String>, bool)> {
    let targets = targets(&part(archive, "xl/_rels/workbook.bin.rels")?);
    let (mut parts, mut from_1904) = (Vec::new(), false);
    records(open_part(archive, "xl/workbook.bin")?, &mut |kind, body| match kind {
        WORKBOOK_PROPERTIES => from_1904 = body.first().is_some_and(|flags| flags & 1 != 0),
        SHEET => {
            let id = number(body, 8).and_then(|length| body.get(12..12 + (length as usize).checked_mul(2)?));
            let id = id.map(|id| UTF_16LE.decode_without_bom_handling(id).0.into_owned());
            parts.extend(id.and_then(|id| targets.get(&id).map(|target| format!("xl/{target}"))));
        }
        _ => {}
    })?;
    Ok((parts, from_1904))
}

/// Goes through a sheet's records.
pub(in crate::source) fn layout(sheet: impl Read) -> io::Result<Layout> {
    let mut layout = Layout::default();
    records(sheet, &mut |kind, body| match kind {
        // fDyZero
        ROW if body.get(11).is_some_and(|flags| flags & 0x10 != 0) => {
            layout.hidden_rows.extend(number(body, 0).map(|row| (row.saturating_add(1), row.saturating_add(1))));
        }
        // fHidden
        COLUMNS if body.get(16).is_some_and(|flags| flags & 1 != 0) => {
            layout.hidden_columns.extend(number(body, 0).zip(number(body, 4)));
        }
        MERGED => {
            if let (Some(first), Some(last), Some(column)) = (number(body, 0), number(body, 4), number(body, 8))
                && last > first
            {
                let (first, last) = (first.saturating_add(1), last.saturating_add(1));
                layout.merged.push(MergedCell { first, last, column });
            }
        }
        _ => {}
    })?;
    layout.hidden_rows = joined(layout.hidden_rows);
    layout.hidden_columns = joined(layout.hidden_columns);
    Ok(layout)
}

/// Goes through the records of a part: each has a kind, a length, both in groups of seven bits, and a body (2.1.4).
fn records(part: impl Read, see: &mut dyn FnMut(u32, &[u8])) -> io::Result<()> {
    let mut part = io::BufReader::new(part);
    let mut body = Vec::new();
    while let Some(kind) = sevens(&mut part, 2)? {
        let length = sevens(&mut part, 4)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        body.clear();
        // As much as is there, whatever the length says.
        part.by_ref().take(u64::from(length)).read_to_end(&mut body)?;
        if body.len() < length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        see(kind, &body);
    }
    Ok(())
}

/// A number in groups of seven bits, the lowest first; `None` at the end.
fn sevens(part: &mut impl Read, most: u32) -> io::Result<Option<u32>> {
    let mut number = 0;
    for group in 0..most {
        let mut byte = [0];
        match part.read(&mut byte)? {
            0 if group == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ => {}
        }
        number |= u32::from(byte[0] & 0x7F) << (7 * group);
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    Ok(Some(number))
}

fn number(body: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(body.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u32, body: &[u8]) -> Vec<u8> {
        let mut bytes = if kind < 128 { vec![kind as u8] } else { vec![kind as u8 | 0x80, (kind >> 7) as u8] };
        bytes.push(body.len() as u8);
        bytes.extend(body);
        bytes
    }

    fn numbers(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    #[test]
    fn records_tell_what_is_merged_and_hidden() {
        let row = |at: u32, hidden: bool| {
            let mut body = numbers(&[at, 0]);
            body.extend([0, 0, 0, if hidden { 0x10 } else { 0 }, 0]);
            record(ROW, &body)
        };
        let mut columns = numbers(&[3, 5, 0, 0]);
        columns.extend([1, 0]);
        let sheet = [
            record(COLUMNS, &columns),
            row(0, false),
            row(4, true),
            row(5, true),
            record(MERGED, &numbers(&[1, 3, 2, 2])),
            record(MERGED, &numbers(&[7, 7, 0, 9])),
        ]
        .concat();
        let found = layout(&sheet[..]).unwrap();
        assert_eq!((found.hidden_columns, found.hidden_rows), (vec![(3, 5)], vec![(5, 6)]));
        assert_eq!(found.merged, [MergedCell { first: 2, last: 4, column: 2 }]);
        assert!(layout(&sheet[..sheet.len() - 1]).is_err());
    }
}
