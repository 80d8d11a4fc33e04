//! A grid to the bytes of a file: text in several encodings and dialects, or a workbook.

use encoding_rs::GB18030;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

use super::dice::Dice;
use super::grid::{Cell, Fate, Grid};

/// A file and what it is.
pub struct Written {
    pub name: String,
    pub bytes: Vec<u8>,
    pub traits: Vec<&'static str>,
}

pub fn workbook(dice: &mut Dice, grid: &Grid, seed: u64) -> Result<Written, XlsxError> {
    let mut traits = vec!["xlsx"];
    let mut book = Workbook::new();
    if dice.percent(8) {
        traits.push("a sheet of instructions in front");
        let sheet = book.add_worksheet();
        sheet.set_name("填表说明")?;
        sheet.write(0, 0, "填表说明")?;
        sheet.write(1, 0, "1．请按身份证如实填写，不得更改表头。")?;
        sheet.write(2, 0, "2．金额保留两位小数，日期按年月日填写。")?;
    }
    let day = Format::new().set_num_format("yyyy/m/d");
    let plain = Format::new();
    let sheet = book.add_worksheet();
    sheet.set_name(dice.pick(&["Sheet1", "数据", "花名册", "1月"]))?;
    for (row, line) in (0..).zip(&grid.lines) {
        for (column, cell) in &line.cells {
            let column = *column as u16;
            match cell {
                Cell::Text(text) => sheet.write(row, column, text)?,
                Cell::Number(number) => sheet.write(row, column, *number)?,
                Cell::Date(year, month, date) => {
                    let moment = ExcelDateTime::from_ymd(*year as u16, *month as u8, *date as u8)?;
                    sheet.write_with_format(row, column, &moment, &day)?
                }
            };
        }
    }
    for (first, last, from, to) in &grid.merges {
        let held = grid.lines[*first as usize].cells.iter().find(|(column, _)| column == from);
        let text = held.map(|(_, cell)| cell.text()).unwrap_or_default();
        sheet.merge_range(*first, *from as u16, *last, *to as u16, &text, &plain)?;
    }
    if dice.percent(20) {
        book.add_worksheet().set_name("Sheet3")?;
    }
    Ok(Written { name: format!("{seed}.xlsx"), bytes: book.save_to_buffer()?, traits })
}

pub fn text(dice: &mut Dice, grid: &Grid, seed: u64) -> Written {
    let separator = [",", ",", ",", ",", "\t", "\t", ";", "|"][dice.index(8)];
    let line_end = dice.pick(&["\r\n", "\r\n", "\n"]);
    let quote_all = dice.percent(10);
    let ragged = dice.percent(25);
    let more = if dice.percent(8) { dice.between(1, 3) } else { 0 };
    let width = grid.width() + more;
    let mut out = String::new();
    for line in &grid.lines {
        let end = line.cells.last().map_or(0, |(column, _)| column + 1);
        let fields = if ragged { end } else { width };
        for column in 0..fields {
            let cell = line.cells.iter().find(|(at, _)| *at == column).map(|(_, cell)| cell.text()).unwrap_or_default();
            let special = cell.contains(['"', '\n', '\r']) || cell.contains(separator);
            if special || (quote_all && line.fate != Fate::Blank && !cell.is_empty()) {
                out.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
            } else {
                out.push_str(&cell);
            }
            if column + 1 < fields {
                out.push_str(separator);
            }
        }
        out.push_str(line_end);
    }
    let utf16 = |big: bool| -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(out.encode_utf16());
        units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let (encoding, bytes) = match dice.between(1, 10) {
        1..=3 => ("UTF-8", out.clone().into_bytes()),
        4 => ("UTF-8 with a mark", [b"\xEF\xBB\xBF", out.as_bytes()].concat()),
        5..=8 => ("GB 18030", GB18030.encode(&out).0.into_owned()),
        9 => ("UTF-16LE", utf16(false)),
        _ => ("UTF-16BE", utf16(true)),
    };
    let dialect = match separator {
        "," => "separated by commas",
        "\t" => "separated by tabs",
        ";" => "separated by semicolons",
        _ => "separated by bars",
    };
    let mut traits = vec![encoding, dialect];
    if ragged {
        traits.push("ragged lines");
    }
    let ending = dice.pick(&["csv", "csv", "txt", "xls"]);
    Written { name: format!("{seed}.{ending}"), bytes, traits }
}
