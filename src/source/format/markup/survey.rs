//! What is heard of a file while it is gone through: first what its sheets are, later the lines of one of them.

use std::ops::ControlFlow;

use crate::model::Words;

use super::{name_of, too_many_merged};
use crate::source::format::sheets::Layout;
use crate::source::format::sheets::MergedCell;
use crate::source::line::Line;

/// Merged cells and stretches of hidden rows that a file may have: they are held in memory.
const MAX_MARKS: usize = 2_000_000;
/// Sheets that a file may have: each is looked for from the file's beginning.
const MAX_SHEETS: usize = 1_000;

/// Hears what stands in a file, in its order. Whatever is told until a sheet ends is that sheet's.
pub(super) trait Watch {
    /// A line that is not blank.
    fn line(&mut self, line: &Line) -> ControlFlow<()>;
    fn merged(&mut self, _: MergedCell) {}
    fn hidden_row(&mut self, _: u32) {}
    /// First and last of columns.
    fn hidden_columns(&mut self, _: u32, _: u32) {}
    /// What was told so far belongs to no sheet, but for the lines: they belong to the next.
    fn no_sheet(&mut self) {}
    fn end_sheet(&mut self, name: Option<&str>, hidden: bool) -> ControlFlow<()>;
}

/// Whether going through a file goes on: `Break(None)` where nobody wants more, and a failure where it cannot.
pub(super) type Step = ControlFlow<Option<Words>>;
pub(super) const GO_ON: Step = ControlFlow::Continue(());

/// The step that an answer asks for.
pub(super) fn wanted(answer: ControlFlow<()>) -> Step {
    answer.map_break(|()| None)
}

/// How going through a file ended, and what it says besides its sheets.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Why the end was not reached.
    pub failure: Option<Words>,
    pub from_1904: bool,
    /// The names of the sheets where the file lists them apart.
    pub names: Vec<String>,
    /// The sheets lie in other files.
    pub sheets_elsewhere: bool,
}

impl Walked {
    /// The file lists a sheet of this name; more than may be read are not held.
    pub fn list(&mut self, name: &str) {
        if self.names.len() <= MAX_SHEETS {
            self.names.push(name_of(name).to_owned());
        }
    }
}

/// A sheet as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub name: Option<String>,
    pub hidden: bool,
    pub layout: Layout,
}

/// Learns what sheets there are and what they say of themselves.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub sheets: Vec<Draft>,
    current: Draft,
    marks: usize,
    /// There are more merged cells and hidden rows than are held.
    pub overflown: bool,
    /// There are more sheets than are read.
    pub too_many_sheets: bool,
}

impl Survey {
    /// Whether one more mark may be held.
    fn room(&mut self) -> bool {
        self.marks += 1;
        self.overflown |= self.marks > MAX_MARKS;
        !self.overflown
    }
}

impl Watch for Survey {
    fn line(&mut self, _: &Line) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn merged(&mut self, cell: MergedCell) {
        if self.room() {
            self.current.layout.merged.push(cell);
        }
    }

    fn hidden_row(&mut self, row: u32) {
        if let Some((_, last)) =
            self.current.layout.hidden_rows.last_mut().filter(|(_, last)| last.checked_add(1) == Some(row))
        {
            *last = row;
        } else if self.room() {
            self.current.layout.hidden_rows.push((row, row));
        }
    }

    fn hidden_columns(&mut self, first: u32, last: u32) {
        if self.room() {
            self.current.layout.hidden_columns.push((first, last));
        }
    }

    fn no_sheet(&mut self) {
        self.current = Draft::default();
    }

    fn end_sheet(&mut self, name: Option<&str>, hidden: bool) -> ControlFlow<()> {
        let draft = std::mem::take(&mut self.current);
        self.sheets.push(Draft { name: name.map(|name| name_of(name).to_owned()), hidden, ..draft });
        self.too_many_sheets = self.sheets.len() > MAX_SHEETS;
        if self.too_many_sheets { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Why a file with so many sheets is not read.
pub(super) fn too_many_sheets() -> Words {
    Words::new(
        "文件里的表格超过 1000 个，不能逐个读取；请提供单位合并为一张表，另存为 .xlsx 重新报送",
        "the file holds more than 1,000 tables, which are not read one by one; have them put into one and sent as .xlsx",
    )
}

/// Why the layout of a file that overflows is not known.
pub(super) fn overflown() -> Words {
    too_many_merged()
}

/// Hands out the lines of one sheet.
pub(super) struct Reading<'a> {
    wanted: usize,
    at: usize,
    take: &'a mut dyn FnMut(&Line) -> ControlFlow<()>,
    /// Whoever takes the lines wants no more.
    pub satisfied: bool,
}

impl<'a> Reading<'a> {
    pub fn of(wanted: usize, take: &'a mut dyn FnMut(&Line) -> ControlFlow<()>) -> Self {
        Reading { wanted, at: 0, take, satisfied: false }
    }
}

impl Watch for Reading<'_> {
    fn line(&mut self, line: &Line) -> ControlFlow<()> {
        if self.at != self.wanted {
            return ControlFlow::Continue(());
        }
        let flow = (self.take)(line);
        self.satisfied = flow.is_break();
        flow
    }

    fn end_sheet(&mut self, _: Option<&str>, _: bool) -> ControlFlow<()> {
        let wanted = self.at == self.wanted;
        self.at += 1;
        if wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
