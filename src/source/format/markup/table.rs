//! The tables of a web page, from their tags to lines. Cells and rows need not be closed, and text outside of cells is a
//! line of its own, above the next row or, at the end, below the last.

use std::ops::ControlFlow;
use std::rc::Rc;

use crate::model::CellKind;

use super::cell::Meaning;
use super::flow::Flow;
use super::grid::Grid;
use super::stream::Meter;
use super::survey::{GO_ON, Step, Watch, wanted};
use super::{MAX_COLUMNS, MAX_PIECE, too_long, too_wide};
use crate::source::line::{Line, is_void};

/// A cell that is open.
struct OpenCell {
    column: u32,
    meaning: Meaning,
}

/// Turns what the tags of tables say into what is told of sheets.
pub(super) struct Tables<'w> {
    watch: &'w mut dyn Watch,
    meter: Rc<Meter>,
    /// Tables that may yet end a sheet.
    sheets_left: usize,
    /// Tables around; 1 is a table itself, more are tables in its cells.
    depth: u32,
    /// The table was begun by a row, without a tag of its own.
    implied: bool,
    /// A cell of the table is filled.
    filled: bool,
    hidden: bool,
    name: Option<String>,
    /// The last row of the sheet so far, and the last one that was handed out.
    row: u32,
    told: u32,
    grid: Grid,
    /// Columns that `col` elements have spoken of.
    columns: u32,
    in_caption: bool,
    in_row: bool,
    row_hidden: bool,
    group_hidden: bool,
    cell: Option<OpenCell>,
    /// The text of the open cell or caption.
    flow: Flow,
    /// Text outside of cells.
    aside: Flow,
    line: Line,
    /// A line of text outside of cells.
    title: Line,
    /// Bytes of the open row.
    row_size: usize,
}

impl<'w> Tables<'w> {
    /// `sheets` tables are sheets; what follows the last is told below it.
    pub fn new(meter: Rc<Meter>, sheets: usize, watch: &'w mut dyn Watch) -> Self {
        Tables {
            watch,
            meter,
            sheets_left: sheets,
            depth: 0,
            implied: false,
            filled: false,
            hidden: false,
            name: None,
            row: 0,
            told: 0,
            grid: Grid::default(),
            columns: 0,
            in_caption: false,
            in_row: false,
            row_hidden: false,
            group_hidden: false,
            cell: None,
            flow: Flow::default(),
            aside: Flow::default(),
            line: Line::default(),
            title: Line::default(),
            row_size: 0,
        }
    }

    /// Within a table that stands in a cell of another.
    pub fn is_nested(&self) -> bool {
        self.depth > 1
    }

    /// Within a table, but not within one in its cells.
    pub fn is_in_table(&self) -> bool {
        self.depth == 1
    }

    /// Text that is shown; `verbatim` where its line breaks count.
    pub fn text(&mut self, text: &str, verbatim: bool) -> Step {
        if self.is_in_text() {
            self.flow.push(text, verbatim);
        } else {
            for line in text.split_inclusive('\n') {
                self.aside.push(line, false);
                if verbatim && line.ends_with('\n') {
                    self.flush_aside()?;
                }
            }
        }
        if self.flow.len().max(self.aside.len()) > MAX_PIECE { ControlFlow::Break(Some(too_long())) } else { GO_ON }
    }

    /// A line break, by force or because a block begins or ends.
    pub fn break_line(&mut self, forced: bool) -> Step {
        if !self.is_in_text() {
            self.aside.apart();
            return self.flush_aside();
        }
        if forced {
            self.flow.break_line();
        } else {
            self.flow.begin_line();
        }
        GO_ON
    }

    /// What follows stands apart, as in the next cell of a table in a cell.
    pub fn apart(&mut self) {
        self.flow.apart();
    }

    pub fn begin_table(&mut self, hidden: bool) -> Step {
        if self.depth > 0 && self.is_in_text() {
            self.depth = self.depth.saturating_add(1);
            self.flow.begin_line();
            return GO_ON;
        }
        if self.depth > 0 {
            // A table between the cells of another ends it, as in browsers.
            self.end_whole_table()?;
        }
        self.flush_aside()?;
        (self.depth, self.implied, self.filled, self.hidden) = (1, false, false, hidden);
        (self.name, self.columns, self.group_hidden) = (None, 0, false);
        GO_ON
    }

    pub fn end_table(&mut self) -> Step {
        if self.depth == 1 {
            return self.end_whole_table();
        }
        if self.depth > 1 {
            self.depth -= 1;
            self.flow.begin_line();
        }
        GO_ON
    }

    /// The page's own end, which no table outlasts.
    pub fn end_page(&mut self) -> Step {
        self.depth = self.depth.min(1);
        self.end_table()
    }

    fn end_whole_table(&mut self) -> Step {
        self.end_group()?;
        self.depth = 0;
        self.flush_aside()?;
        if !self.filled {
            // Nor do its rows count in the next.
            self.row = self.told;
            self.watch.no_sheet();
            return GO_ON;
        }
        self.sheets_left = self.sheets_left.saturating_sub(1);
        if self.sheets_left == 0 {
            return GO_ON;
        }
        (self.row, self.told) = (0, 0);
        wanted(self.watch.end_sheet(self.name.as_deref(), self.hidden))
    }

    /// A row or cell outside of tables begins one.
    fn implied_table(&mut self) -> Step {
        if self.depth == 0 {
            self.begin_table(false)?;
            self.implied = true;
        }
        GO_ON
    }

    pub fn begin_group(&mut self, hidden: bool) -> Step {
        self.end_group()?;
        self.group_hidden = hidden;
        GO_ON
    }

    pub fn end_group(&mut self) -> Step {
        self.end_caption()?;
        self.end_row()?;
        self.group_hidden = false;
        let watch = &mut *self.watch;
        self.grid.end_group(self.row, &mut |cell| watch.merged(cell));
        GO_ON
    }

    /// So many columns of which a `col` element speaks.
    pub fn columns(&mut self, span: u32, hidden: bool) {
        let first = self.columns;
        self.columns = first.saturating_add(span);
        if hidden && first < MAX_COLUMNS {
            self.watch.hidden_columns(first, self.columns - 1);
        }
    }

    pub fn begin_row(&mut self, hidden: bool) -> Step {
        self.implied_table()?;
        self.end_caption()?;
        self.end_row()?;
        self.flush_aside()?;
        self.row = self.row.saturating_add(1);
        self.line.begin(self.row);
        self.grid.begin_row();
        (self.in_row, self.row_hidden, self.row_size) = (true, self.group_hidden || hidden, 0);
        GO_ON
    }

    pub fn end_row(&mut self) -> Step {
        self.end_cell()?;
        if !std::mem::take(&mut self.in_row) {
            return GO_ON;
        }
        let (row, watch) = (self.row, &mut *self.watch);
        self.grid.end_row(row, &mut |cell| watch.merged(cell));
        if self.row_hidden {
            watch.hidden_row(row);
        }
        if !self.line.is_blank() {
            self.line.settle();
            self.told = row;
            self.meter.count(&mut self.line);
            wanted(watch.line(&self.line))?;
        }
        self.flush_aside()
    }

    /// A cell so many columns wide and rows high.
    pub fn begin_cell(&mut self, (width, height): (u32, u32), meaning: Meaning) -> Step {
        self.end_cell()?;
        if !self.in_row {
            self.begin_row(false)?;
        }
        match self.grid.place(width, height, self.row) {
            Ok(column) => self.cell = Some(OpenCell { column, meaning }),
            Err(failure) => return ControlFlow::Break(Some(failure)),
        }
        self.flow.clear();
        GO_ON
    }

    pub fn end_cell(&mut self) -> Step {
        let Some(OpenCell { column, meaning }) = self.cell.take() else { return GO_ON };
        let before = self.line.filled();
        meaning.push(&mut self.line, column, self.flow.shown());
        self.row_size += self.flow.len();
        self.flow.clear();
        if self.line.filled() == before {
            return GO_ON;
        }
        self.filled = true;
        if column >= MAX_COLUMNS {
            return ControlFlow::Break(Some(too_wide()));
        }
        if self.row_size > MAX_PIECE { ControlFlow::Break(Some(too_long())) } else { GO_ON }
    }

    pub fn begin_caption(&mut self) -> Step {
        self.end_caption()?;
        self.end_row()?;
        self.flow.clear();
        self.in_caption = true;
        GO_ON
    }

    /// A caption names the table and stands above it.
    pub fn end_caption(&mut self) -> Step {
        if !std::mem::take(&mut self.in_caption) {
            return GO_ON;
        }
        let text = self.flow.shown().to_owned();
        self.flow.clear();
        self.flush_aside()?;
        if !is_void(&text) && self.name.is_none() {
            self.name = Some(text.clone());
        }
        text.lines().try_for_each(|line| self.title_line(line))
    }

    /// Ends a page that is whole.
    pub fn finish(&mut self) -> Step {
        if self.depth == 1 && self.implied { self.end_whole_table() } else { self.flush_aside() }
    }

    /// Whether a table is open that has a tag of its own, and so one that ends it.
    pub fn is_unfinished(&self) -> bool {
        self.depth > 1 || (self.depth == 1 && !self.implied)
    }

    /// Ends a page that breaks off. The row that was begun is not whole and not told.
    pub fn break_off(&mut self) {
        if self.depth > 0 && self.filled {
            let watch = &mut *self.watch;
            self.grid.end_group(self.row, &mut |cell| watch.merged(cell));
            // Nothing follows that an answer could stop.
            let _ = watch.end_sheet(self.name.as_deref(), self.hidden);
        }
    }

    /// Within a cell or caption.
    fn is_in_text(&self) -> bool {
        self.cell.is_some() || self.in_caption
    }

    /// Text outside of cells becomes a line; not within a row, whose line comes first.
    fn flush_aside(&mut self) -> Step {
        if self.in_row || self.aside.len() == 0 {
            return GO_ON;
        }
        let text = self.aside.shown().to_owned();
        self.aside.clear();
        self.title_line(&text)
    }

    fn title_line(&mut self, text: &str) -> Step {
        if is_void(text) {
            return GO_ON;
        }
        self.row = self.row.saturating_add(1);
        self.told = self.row;
        self.title.begin(self.row);
        self.title.push(0, text, CellKind::Text);
        self.meter.count(&mut self.title);
        wanted(self.watch.line(&self.title))
    }
}
