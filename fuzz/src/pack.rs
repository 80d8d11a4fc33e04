//! Workbooks around fuzzed parts: a mutated zip or compound file seldom gets past its checksums.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Parts the fuzzed parts of one input.
pub const SEAM: &[u8] = b"\xFF\xFE\xFF\xFE";

/// The parts of an input; `count` of them, the missing ones empty.
pub fn parts(data: &[u8], count: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = data;
    while parts.len() + 1 < count
        && let Some(at) = rest.windows(SEAM.len()).position(|window| window == SEAM)
    {
        parts.push(&rest[..at]);
        rest = &rest[at + SEAM.len()..];
    }
    parts.push(rest);
    parts.resize(count, &[]);
    parts
}

/// A zip of these members, not packed.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in members {
        if zip.start_file(*name, options).and_then(|()| Ok(zip.write_all(bytes)?)).is_err() {
            break;
        }
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

const TYPES: &[u8] =
    br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.EXT"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.EXT"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.EXT"/></Relationships>"#;
const WORKBOOK: &[u8] = br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>"#;

/// A workbook of one sheet around its sheet, shared strings, styles and (if not empty) workbook parts.
pub fn xlsx(data: &[u8]) -> Vec<u8> {
    let parts = parts(data, 4);
    let relations = RELATIONS.replace("EXT", "xml");
    let workbook = if parts[3].is_empty() { WORKBOOK } else { parts[3] };
    zip(&[
        ("[Content_Types].xml", TYPES),
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", parts[0]),
        ("xl/sharedStrings.xml", parts[1]),
        ("xl/styles.xml", parts[2]),
    ])
}

/// The same in the binary format; the workbook part must be given.
pub fn xlsb(data: &[u8]) -> Vec<u8> {
    let parts = parts(data, 4);
    let relations = RELATIONS.replace("EXT", "bin");
    zip(&[
        ("[Content_Types].xml", TYPES),
        ("xl/workbook.bin", parts[3]),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.bin", parts[0]),
        ("xl/sharedStrings.bin", parts[1]),
        ("xl/styles.bin", parts[2]),
    ])
}

/// An OpenDocument spreadsheet around its content.
pub fn ods(data: &[u8]) -> Vec<u8> {
    let manifest = br#"<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", data),
    ])
}

/// An old workbook around its stream of records.
pub fn xls(data: &[u8]) -> Vec<u8> {
    let written = || -> std::io::Result<Vec<u8>> {
        let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new()))?;
        container.create_stream("/Workbook")?.write_all(data)?;
        container.flush()?;
        Ok(container.into_inner().into_inner())
    };
    written().unwrap_or_default()
}

/// A zip of lists: members of an archive under the names that office staff give.
pub fn archive(data: &[u8]) -> Vec<u8> {
    let parts = parts(data, 3);
    zip(&[("名单.csv", parts[0]), ("内/名单.xls", parts[1]), ("说明.txt", parts[2])])
}
