//! Tables written in markup, most often saved under the name of a workbook: web pages (HTML) and the XML spreadsheets of
//! Excel 2003. Both are gone through as a stream, so memory grows with a row and with what the sheets say of
//! themselves (merged cells, hidden rows), never with the number of rows.
//!
//! ```text
//! bytes ─ stream ─▶ text ─┬─ html5gum ─▶ page ─ grid ─┐
//!                         └─ quick-xml ─▶ workbook ───┴─▶ Watch: lines (a reading) │ merged, hidden, names (a survey)
//! ```

mod apart;
mod attributes;
mod cell;
mod file;
mod flow;
mod format;
mod grid;
mod nesting;
mod page;
mod stream;
mod survey;
mod table;
mod tag;
mod tell;
mod workbook;
mod written;

pub(in crate::source) use file::MarkupFile;
pub(in crate::source) use tell::tell;

use crate::model::Words;

/// The number of columns that spreadsheets have. What stands further right is no table, whatever its numbers claim.
const MAX_COLUMNS: u32 = 16_384;
/// Bytes that one tag, one stretch of text or one row may take, since they are held in memory.
const MAX_PIECE: usize = 64 << 20;
/// Bytes that names of sheets, classes and styles and what a list of choices shows may take: many are held in memory.
const MAX_NAME: usize = 1 << 10;

fn too_wide() -> Words {
    Words::new(
        "有单元格在第 16384 列以外，不是正常的表格；请提供单位核对后另存为 .xlsx 重新报送",
        "a cell stands beyond column 16,384, so this is no proper table; have it checked and sent as .xlsx",
    )
}

fn too_long() -> Words {
    Words::new(
        "有一行（或一个标记）超过 64 MB，不是正常的表格；请提供单位核对后另存为 .xlsx 重新报送",
        "one row or tag is larger than 64 MB, so this is no proper table; have it checked and sent as .xlsx",
    )
}

fn too_many_merged() -> Words {
    Words::new(
        "向下合并的单元格过多，不是正常的表格；请提供单位取消合并后另存为 .xlsx 重新报送",
        "too many cells are merged downwards; have them unmerged and the file sent as .xlsx",
    )
}

fn too_deep() -> Words {
    Words::new(
        "表格套表格超过 1000 层，不是正常的网页；请提供单位核对后另存为 .xlsx 重新报送",
        "tables stand within tables more than 1,000 deep, so this is no proper page; have it checked and sent as .xlsx",
    )
}

/// The beginning of a text, not longer than a name may be.
fn name_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_NAME)]
}

fn entities() -> Words {
    Words::new(
        "文件里有 DOCTYPE 实体声明，展开后可能占满内存，不予读取；请用 Excel 或 WPS 打开后另存为 .xlsx 重新报送",
        "the file declares entities in its DOCTYPE, which may fill the memory when they are expanded, and is not read; \
         open it in Excel or WPS and save it as .xlsx",
    )
}

/// Reading went wrong in the midst of a file: a bound was passed, or the system would not read on.
fn read_failure(error: &std::io::Error) -> Words {
    if error.kind() == std::io::ErrorKind::FileTooLarge { too_long() } else { crate::source::io_reason(error) }
}
