//! The only readers. Departmental files come as they come: this room tells by their bytes what they are, finds the
//! table on each sheet and what its columns mean, and hands out its rows in batches, with an account of every line
//! that is no row.
//!
//! ```text
//! patterns ─ discover ─▶ FoundFile ─ sniff ─▶ text │ workbook ─▶ lines ─ judge ─▶ table │ held back │ no table
//!                                                                  └── sheet ─▶ Event (rows, skipped lines, ledger)
//! ```
//! A sheet is gone through twice: its first lines are judged, then all are read. So nothing is kept in memory, and a
//! sheet of instructions in front can be told from a table by what the sheets after it are.
//!
//! Rows are numbered as a person counts them in a spreadsheet: the first line is 1, blank lines count, and a record of
//! a text file is one row however many line breaks its quoted fields hold. What is merged over several rows of people
//! stands on each of them, figures excepted, and the parents of a header over their children.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this room is a door: it alone opens files to read"
)]

mod above;
mod archive;
mod arrow_cell;
mod batch;
mod book;
mod cell;
mod classify;
mod content;
mod contradiction;
mod decoded;
mod dialect;
mod discover;
mod doubt;
mod encoding;
mod event;
mod evidence;
mod header;
mod hidden;
mod io;
mod json_file;
mod json_record;
mod json_text;
mod json_walk;
mod judge;
mod limits;
mod line;
mod markup;
mod merged;
mod misspelt;
mod named;
mod next_table;
mod ods_layout;
mod open;
mod parents;
mod parquet_file;
mod password;
mod people;
mod period;
mod read;
mod records;
mod remote;
mod serve;
mod sheet;
mod sheets;
mod side_by_side;
mod sniff;
mod supersede;
mod text;
mod totals;
mod unreadable;
mod walk;
mod wire;
mod xls_layout;
mod xlsb_layout;
mod xlsx_layout;

#[cfg(test)]
mod tests;

pub use content::Content;
pub use discover::{FileFate, Found, FoundFile, discover};
pub use event::{Event, FileStart, HeldSheet, SheetEnd, SheetStart};
pub use io::{DiskFiles, csv_records};
pub use limits::{Limits, OwnProcess, READER};
pub use misspelt::nearest;
pub use read::read_file;
pub use serve::serve;
pub use sniff::Format;

use crate::model::Words;

/// A source's files cannot be looked for at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("source {source_id}: the pattern {pattern:?} is malformed")]
    Pattern {
        source_id: String,
        pattern: String,
        #[source]
        cause: glob::PatternError,
    },
}

fn a_folder() -> Words {
    Words::new(
        "是文件夹，不是文件；请检查来源的 files 通配符",
        "a folder, not a file; look at the wildcards in files of the source",
    )
}

/// Why the system would not read a file, and what to do.
fn io_reason(error: &std::io::Error) -> Words {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => Words::new(
            "文件不见了（读取前被移走或改名）；请确认文件仍在后重新运行",
            "the file is gone (moved or renamed before it was read); make sure that it is there and run again",
        ),
        ErrorKind::PermissionDenied => Words::new(
            "没有读取权限；请让管理员给运行账户开放读取权限",
            "no permission to read it; have the account that runs this allowed to",
        ),
        ErrorKind::IsADirectory => a_folder(),
        ErrorKind::FileTooLarge => Words::new(
            "解压后过大（超过上限，或压缩比高得不像表格）；请解压核对后重新报送",
            "too large unpacked (beyond the bound, or packed more tightly than any table is); unpack it, look at it and have it sent again",
        ),
        ErrorKind::UnexpectedEof => Words::new(
            "文件不完整（可能上传或复制中断）；请重新报送",
            "the file is not complete (perhaps the upload broke off); have it sent again",
        ),
        _ => Words::new(
            format!("读取时出错（{error}）；请检查磁盘或网络共享后重新运行"),
            format!("reading failed ({error}); look at the disk or the network share and run again"),
        ),
    }
}
