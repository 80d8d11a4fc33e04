//! What every format comes down to: sheets of lines.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::model::Words;
use crate::source::line::Line;

/// A sheet as its file announces it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::source) struct SheetInfo {
    /// Empty for formats that have one sheet without a name.
    pub name: String,
    /// It holds cells; a chart or a macro does not.
    pub cells: bool,
    /// It is not shown to whoever opens the file.
    pub hidden: bool,
    /// Bytes that it takes in the file, where it can be read without going through much else; 0 where it cannot.
    pub packed: u64,
}

/// A cell merged downwards: its column and its first and last row, as a person counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::source) struct MergedCell {
    pub first: u32,
    pub last: u32,
    pub column: u32,
}

/// What a sheet says of itself besides its cells. Rows and columns are counted as in [`Line`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::source) struct Layout {
    /// Cells merged over several rows.
    pub merged: Vec<MergedCell>,
    /// First and last of rows that are not shown, in order.
    pub hidden_rows: Vec<(u32, u32)>,
    /// First and last of columns that are not shown, in order.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Days are counted from 1904-01-01, as old Macintosh files do.
    pub from_1904: bool,
}

/// A file whose sheets can be gone through line by line, as often as needed. Sheets are named by their position.
pub(in crate::source) trait Sheets {
    /// The sheets in the file's order.
    fn sheets(&self) -> Vec<SheetInfo>;

    /// The titles of the columns, in order, where the format states them apart from its rows; each from its outermost
    /// part to its innermost. `None` where a header stands in some row.
    ///
    /// # Errors
    /// When they cannot be read.
    fn columns(&mut self, sheet: usize) -> Result<Option<Vec<Vec<String>>>, Words> {
        let _ = sheet;
        Ok(None)
    }

    /// Hands out every line of a sheet that is not blank, in order, until it is told to stop.
    ///
    /// # Errors
    /// When the sheet cannot be read or is torn; lines handed out before stay good.
    fn lines(&mut self, sheet: usize, take: &mut dyn FnMut(&Line) -> ControlFlow<()>) -> Result<(), Words>;

    /// What the sheet says of itself; nothing where the format does not tell.
    ///
    /// # Errors
    /// When it is torn: what stands on the rows that merged cells cover is then not known.
    fn layout(&mut self, sheet: usize) -> Result<Layout, Words> {
        let _ = sheet;
        Ok(Layout::default())
    }
}
