//! A result as a table for eyes, as CSV, JSON lines, Parquet or a workbook; to standard output or a file.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use comfy_table::{CellAlignment, Table, presets};

use super::args::Format;
use super::exit::{Exit, Failure};
use crate::model::Lang;
use crate::report::{cell, table_workbook};
use crate::store::{parquet_bytes, write_file};

/// Rows that a table for eyes shows; nobody reads more, and its widths need them all in memory.
const SHOWN_ROWS: usize = 1_000;
/// With the mark at its head, Excel takes a CSV file for UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Where a result goes and in which form.
#[derive(Clone, Debug)]
pub struct Destination {
    pub format: Option<Format>,
    /// `None`: standard output.
    pub file: Option<PathBuf>,
    /// Chinese titles from the field metadata instead of column names.
    pub titles: bool,
    pub lang: Lang,
}

impl Destination {
    /// What was asked for, else what the file's name says, else a table.
    fn form(&self) -> Format {
        let by_name = || match self.file.as_deref()?.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "json" | "jsonl" | "ndjson" => Some(Format::Json),
            "parquet" => Some(Format::Parquet),
            "xlsx" => Some(Format::Xlsx),
            _ => None,
        };
        self.format.or_else(by_name).unwrap_or(Format::Table)
    }

    /// Writes a result. Says how many rows a table for eyes left out.
    pub fn write(&self, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Option<usize>, Failure> {
        let heads = self.heads(schema);
        let mut left_out = None;
        let bytes = match self.form() {
            Format::Table => {
                let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
                left_out = rows.checked_sub(SHOWN_ROWS).filter(|n| *n > 0);
                format!("{}\n", table_text(schema, heads, batches)).into_bytes()
            }
            Format::Csv => csv_bytes(&heads, batches, self.file.is_some()).map_err(|e| self.unwritten(&e))?,
            Format::Json => json_lines(&heads, batches).into_bytes(),
            Format::Parquet => {
                self.refuse_terminal()?;
                parquet_bytes(schema, batches)?
            }
            Format::Xlsx => {
                self.refuse_terminal()?;
                let sheet = self.lang.pick("查询结果", "Result");
                table_workbook(sheet, schema, heads, batches).map_err(|e| self.unwritten(&e))?
            }
        };
        self.put(&bytes)?;
        Ok(left_out)
    }

    fn heads(&self, schema: &SchemaRef) -> Vec<String> {
        let title = |field: &arrow::datatypes::FieldRef| field.metadata().get("title").cloned();
        schema
            .fields()
            .iter()
            .map(|field| if self.titles { title(field) } else { None }.unwrap_or_else(|| field.name().clone()))
            .collect()
    }

    fn refuse_terminal(&self) -> Result<(), Failure> {
        if self.file.is_none() && std::io::stdout().is_terminal() {
            return Err(Failure::new(
                Exit::Usage,
                "这种格式不能显示在终端上，请用 -o 写入文件",
                "this format is not for a terminal; name a file with -o",
            ));
        }
        Ok(())
    }

    fn put(&self, bytes: &[u8]) -> Result<(), Failure> {
        match &self.file {
            Some(file) => Ok(write_file(file, bytes)?),
            None => print(bytes),
        }
    }

    fn unwritten(&self, error: &dyn std::error::Error) -> Failure {
        Failure::new(Exit::Failed, "结果无法写出", "the result could not be written").because(error)
    }
}

/// Results go to standard output. A reader that has seen enough (`| head`) is no error.
pub fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, "无法写到标准输出", "standard output cannot be written").because(&error))
        }
        _ => Ok(()),
    }
}

fn table_text(schema: &SchemaRef, heads: Vec<String>, batches: &[RecordBatch]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(heads);
    let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    for (batch, row) in rows.take(SHOWN_ROWS) {
        table.add_row(batch.columns().iter().map(|c| cell::text(c, row).unwrap_or_default()).collect::<Vec<_>>());
    }
    for (at, field) in schema.fields().iter().enumerate() {
        if cell::is_number(field.data_type())
            && let Some(column) = table.column_mut(at)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// A spreadsheet runs a text that begins like a formula; an apostrophe before it keeps it a text. Numbers stay numbers.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        return format!("'{text}");
    }
    text
}

fn csv_bytes(heads: &[String], batches: &[RecordBatch], mark: bool) -> Result<Vec<u8>, csv::Error> {
    let start = if mark { BYTE_ORDER_MARK.as_bytes().to_vec() } else { Vec::new() };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(start);
    writer.write_record(heads.iter().cloned().map(harmless))?;
    for batch in batches {
        for row in 0..batch.num_rows() {
            writer.write_record(batch.columns().iter().map(|c| harmless(cell::text(c, row).unwrap_or_default())))?;
        }
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn json_lines(heads: &[String], batches: &[RecordBatch]) -> String {
    let names: Vec<String> = heads.iter().map(|head| cell::quoted(head)).collect();
    let mut lines = String::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let pairs = names.iter().zip(batch.columns()).map(|(name, c)| format!("{name}:{}", cell::json(c, row)));
            lines.push('{');
            lines.push_str(&pairs.collect::<Vec<_>>().join(","));
            lines.push_str("}\n");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};
    use arrow::datatypes::{DataType, Field, Schema};

    use super::{Destination, Format, csv_bytes, json_lines, table_text};
    use crate::model::Lang;

    fn batch() -> RecordBatch {
        let titled = |name: &str, kind, title: &str| {
            Field::new(name, kind, true).with_metadata(HashMap::from([("title".to_owned(), title.to_owned())]))
        };
        let fields =
            vec![titled("name", DataType::Utf8, "姓名"), titled("amount", DataType::Decimal128(18, 2), "金额")];
        let money = Decimal128Array::from(vec![Some(-5_00), Some(123_456), None]).with_precision_and_scale(18, 2);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![Some("=cmd|1"), Some("欧阳\"一\""), None])),
            Arc::new(money.expect("fits")),
        ];
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("a batch")
    }

    fn destination(file: Option<&str>, titles: bool) -> Destination {
        Destination { format: None, file: file.map(Into::into), titles, lang: Lang::Zh }
    }

    #[test]
    fn a_formula_is_made_harmless_and_a_negative_amount_left_alone() {
        let csv = csv_bytes(&["name".into(), "amount".into()], &[batch()], false).expect("bytes");
        let text = String::from_utf8(csv).expect("text");
        assert_eq!(text, "name,amount\r\n'=cmd|1,-5.00\r\n\"欧阳\"\"一\"\"\",1234.56\r\n,\r\n");
    }

    #[test]
    fn json_keeps_types() {
        let lines = json_lines(&["name".into(), "amount".into()], &[batch()]);
        assert_eq!(lines.lines().next(), Some(r#"{"name":"=cmd|1","amount":-5.00}"#));
        assert_eq!(lines.lines().nth(2), Some(r#"{"name":null,"amount":null}"#));
    }

    #[test]
    fn columns_stand_under_each_other_whatever_the_script() {
        let batch = batch();
        let heads = destination(None, true).heads(&batch.schema());
        assert_eq!(heads, ["姓名", "金额"]);
        let text = table_text(&batch.schema(), heads, &[batch]);
        let widths: Vec<usize> = text.lines().map(crate::report::shown_width).collect();
        assert!(widths.iter().all(|w| *w == widths[0]), "{text}");
        assert!(text.contains("│    -5.00 │") || text.contains("   -5.00 "), "{text}");
    }

    #[test]
    fn the_file_s_name_says_the_form() {
        assert_eq!(destination(Some("a/b.XLSX"), false).form(), Format::Xlsx);
        assert_eq!(destination(Some("a.txt"), false).form(), Format::Table);
        assert_eq!(destination(None, false).form(), Format::Table);
    }
}
