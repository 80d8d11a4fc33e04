//! Workbooks of Excel 97-2003: BIFF8 records ([MS-XLS]) in a compound file ([MS-CFB]).
//!
//! Only what a list needs is written: text cells (LABEL), numbers, days, merged cells. Nothing depends on the clock.
#![allow(clippy::disallowed_types, reason = "a container states a fixed moment; no clock is looked at")]

use std::io::{Cursor, Write};
use std::time::SystemTime;

/// The number of rows a sheet of this format can hold.
pub const MAX_ROWS: u32 = 65_536;

const CELL_FORMAT: u16 = 15;
const DAY_FORMAT: u16 = 16;

/// A sheet under construction: its cell records, in the order of rows.
pub struct Sheet {
    name: String,
    cells: Vec<u8>,
    merged: Vec<[u16; 4]>,
    rows: u32,
    columns: u16,
}

impl Sheet {
    /// An empty sheet; names longer than 31 characters are cut, as Excel demands.
    pub fn new(name: &str) -> Self {
        Self { name: name.chars().take(31).collect(), cells: Vec::new(), merged: Vec::new(), rows: 0, columns: 0 }
    }

    fn cell(&mut self, kind: u16, row: u16, column: u16, format: u16, rest: &[u8]) {
        let mut body = Vec::with_capacity(6 + rest.len());
        for part in [row, column, format] {
            body.extend(part.to_le_bytes());
        }
        body.extend(rest);
        record(&mut self.cells, kind, &body);
        self.rows = self.rows.max(u32::from(row) + 1);
        self.columns = self.columns.max(column + 1);
    }

    /// Writes a text cell (row and column from 0), cut at 4,000 UTF-16 units, since a record holds no more.
    pub fn text(&mut self, row: u16, column: u16, text: &str) {
        let units: Vec<u16> = text.encode_utf16().take(4_000).collect();
        let mut rest = (units.len() as u16).to_le_bytes().to_vec();
        rest.push(1);
        rest.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        self.cell(0x0204, row, column, CELL_FORMAT, &rest);
    }

    /// Writes a numeric cell.
    pub fn number(&mut self, row: u16, column: u16, value: f64) {
        self.cell(0x0203, row, column, CELL_FORMAT, &value.to_le_bytes());
    }

    /// Writes a day: the serial of the 1900 system, shown as a date.
    pub fn day(&mut self, row: u16, column: u16, serial: f64) {
        self.cell(0x0203, row, column, DAY_FORMAT, &serial.to_le_bytes());
    }

    /// Merges a rectangle of cells, both corners included.
    pub fn merge(&mut self, first_row: u16, first_column: u16, last_row: u16, last_column: u16) {
        self.merged.push([first_row, last_row, first_column, last_column]);
    }

    fn stream(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.cells.len() + 256);
        begin(&mut out, 0x0010);
        let mut size = Vec::new();
        size.extend(0_u32.to_le_bytes());
        size.extend(self.rows.to_le_bytes());
        for part in [0, self.columns, 0] {
            size.extend(part.to_le_bytes());
        }
        record(&mut out, 0x0200, &size);
        out.extend(&self.cells);
        // Window: grid and headings shown, first sheet column at the left.
        record(&mut out, 0x023E, &[0xB6, 0x06, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for chunk in self.merged.chunks(1_000) {
            let mut body = (chunk.len() as u16).to_le_bytes().to_vec();
            body.extend(chunk.iter().flatten().flat_map(|part| part.to_le_bytes()));
            record(&mut out, 0x00E5, &body);
        }
        record(&mut out, 0x000A, &[]);
        out
    }
}

fn record(out: &mut Vec<u8>, kind: u16, body: &[u8]) {
    out.extend(kind.to_le_bytes());
    out.extend((body.len() as u16).to_le_bytes());
    out.extend(body);
}

fn begin(out: &mut Vec<u8>, kind: u16) {
    let mut body = Vec::new();
    for part in [0x0600, kind, 0x0DBB, 0x07CC] {
        body.extend(part.to_le_bytes());
    }
    body.extend([0x41, 0, 0, 0, 0x06, 0, 0, 0]);
    record(out, 0x0809, &body);
}

fn short_text(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut out = vec![units.len() as u8, 1];
    out.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    out
}

/// Fonts, cell formats and styles: what Excel refuses to open a workbook without.
fn formats(out: &mut Vec<u8>) {
    for _ in 0..5 {
        let mut font = Vec::new();
        for part in [220_u16, 0, 0x7FFF, 400, 0] {
            font.extend(part.to_le_bytes());
        }
        font.extend([0, 0, 0x86, 0]);
        font.extend(short_text("宋体"));
        record(out, 0x0031, &font);
    }
    for index in 0..17_u16 {
        let style = index < CELL_FORMAT;
        let mut format = Vec::new();
        format.extend(0_u16.to_le_bytes());
        format.extend((if index == DAY_FORMAT { 14_u16 } else { 0 }).to_le_bytes());
        format.extend((if style { 0xFFF5_u16 } else { 0x0001 }).to_le_bytes());
        format.extend([0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0x20]);
        record(out, 0x00E0, &format);
    }
    record(out, 0x0293, &[0x00, 0x80, 0x00, 0xFF]);
}

/// The whole workbook as the bytes of an `.xls` file.
pub fn workbook(sheets: &[Sheet]) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    begin(&mut head, 0x0005);
    record(&mut head, 0x0042, &1200_u16.to_le_bytes());
    let mut window = Vec::new();
    for part in [0_u16, 0, 0x4000, 0x2000, 0x0038, 0, 0, 1, 0x0258] {
        window.extend(part.to_le_bytes());
    }
    record(&mut head, 0x003D, &window);
    // 0: days count from 1900.
    record(&mut head, 0x0022, &[0, 0]);
    formats(&mut head);
    let entries: Vec<Vec<u8>> = sheets.iter().map(|sheet| short_text(&sheet.name)).collect();
    let index_length: usize = entries.iter().map(|entry| 4 + 6 + entry.len()).sum();
    let mut start = head.len() + index_length + 4;
    let streams: Vec<Vec<u8>> = sheets.iter().map(Sheet::stream).collect();
    for (entry, stream) in entries.iter().zip(&streams) {
        let mut body = (start as u32).to_le_bytes().to_vec();
        body.extend([0, 0]);
        body.extend(entry);
        record(&mut head, 0x0085, &body);
        start += stream.len();
    }
    record(&mut head, 0x000A, &[]);

    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    let mut stream = file.create_stream("/Workbook")?;
    stream.write_all(&head)?;
    for sheet in &streams {
        stream.write_all(sheet)?;
    }
    stream.flush()?;
    drop(stream);
    // The library stamps the root with the clock; a fixed time keeps equal seeds equal.
    file.set_created_time("/", SystemTime::UNIX_EPOCH)?;
    file.set_modified_time("/", SystemTime::UNIX_EPOCH)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}
