//! Lines to [`RawTable`]s.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder, UInt8Builder, UInt32Builder};

use crate::model::{CellKind, RawTable, ShapeError, SheetHead};

use super::judge::untitled;
use super::line::Line;

/// The largest number of rows in a batch.
pub(super) const ROWS: usize = 8192;
/// The largest number of cells and of text bytes in a batch, filled or not: bounds the memory of very wide sheets.
const CELLS: usize = 1 << 20;
const BYTES: usize = 64 << 20;
/// A batch waits for the end of a household until it is so many times as large.
const PATIENCE: usize = 8;

/// Gathers rows into batches. A cell in a column that the head does not have yet widens the head from that batch on.
/// The lines of a household stay in one batch.
pub(super) struct Batcher {
    households: Option<Households>,
    head: Arc<SheetHead>,
    by_position: HashMap<u32, usize>,
    rows: UInt32Builder,
    columns: Vec<ColumnBuilder>,
    count: usize,
    bytes: usize,
}

#[derive(Default)]
struct ColumnBuilder {
    text: StringBuilder,
    kind: UInt8Builder,
    length: usize,
}

impl ColumnBuilder {
    fn fill_to(&mut self, length: usize) {
        if self.length < length {
            let missing = length - self.length;
            self.text.append_nulls(missing);
            self.kind.append_value_n(CellKind::Empty as u8, missing);
            self.length = length;
        }
    }
}

impl Batcher {
    pub fn new(head: Arc<SheetHead>) -> Batcher {
        let by_position = (0..).zip(&head.columns).map(|(i, column)| (column.position as u32, i)).collect();
        let columns = head.columns.iter().map(|_| ColumnBuilder::default()).collect();
        let households = Households::of(&head);
        Batcher { households, head, by_position, rows: UInt32Builder::new(), columns, count: 0, bytes: 0 }
    }

    /// Appends a row; the batch before it comes back when it is full and the row need not stand in it.
    pub fn push(&mut self, line: &Line) -> Result<Option<RawTable>, ShapeError> {
        let begins = self.households.as_mut().is_none_or(|households| households.begins(line));
        let fill = (self.count.div_ceil(ROWS)).max(self.count * self.columns.len() / CELLS).max(self.bytes / BYTES);
        let full = self.count >= ROWS || self.count * self.columns.len() >= CELLS || self.bytes >= BYTES;
        let batch = if full && (begins || fill >= PATIENCE) { self.take()? } else { None };
        for cell in line.cells() {
            let at = match self.by_position.get(&cell.column) {
                Some(at) => *at,
                None => self.widen(cell.column),
            };
            let column = &mut self.columns[at];
            column.fill_to(self.count);
            column.text.append_value(cell.text);
            column.kind.append_value(cell.kind as u8);
            column.length += 1;
            self.bytes += cell.text.len();
        }
        self.rows.append_value(line.row);
        self.count += 1;
        Ok(batch)
    }

    /// The rows gathered so far, if any.
    pub fn take(&mut self) -> Result<Option<RawTable>, ShapeError> {
        if self.count == 0 {
            return Ok(None);
        }
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(self.rows.finish())];
        for column in &mut self.columns {
            column.fill_to(self.count);
            column.length = 0;
            arrays.push(Arc::new(column.text.finish()));
            arrays.push(Arc::new(column.kind.finish()));
        }
        (self.count, self.bytes) = (0, 0);
        let batch = RecordBatch::try_new(RawTable::schema_of(&self.head), arrays)?;
        RawTable::new(self.head.clone(), batch).map(Some)
    }

    fn widen(&mut self, column: u32) -> usize {
        let at = self.columns.len();
        Arc::make_mut(&mut self.head).columns.push(untitled(column));
        self.columns.push(ColumnBuilder::default());
        self.by_position.insert(column, at);
        at
    }
}

/// Tells where a household's lines may end on a sheet that lists its members line by line.
pub(super) struct Households {
    /// Positions of the columns that a household's own line fills.
    own: Vec<u32>,
    /// Positions of the columns that list its members.
    lists: Vec<u32>,
    /// The last line that began a household.
    head: Line,
}

impl Households {
    pub fn of(head: &SheetHead) -> Option<Households> {
        let members = head.schema.members.as_ref()?;
        let listed: Vec<usize> = members.fields.iter().map(|(_, field)| *field).collect();
        let lists = head.positions(&listed);
        Some(Households { own: head.positions(&head.household_fields()), lists, head: Line::default() })
    }

    /// Whether the line can belong to no household before it: it fills a household's own columns, and not only with
    /// what the last head has there, as merged cells do when they are filled down.
    pub fn begins(&mut self, line: &Line) -> bool {
        let begins = self.own.iter().any(|column| line.get(*column).is_some()) && !self.repeats(line);
        if begins {
            self.head.clone_from(line);
        }
        begins
    }

    /// Whether the line has the last head's cells wherever it lists no member.
    fn repeats(&self, line: &Line) -> bool {
        let besides = |(column, _): &(u32, &str)| !self.lists.contains(column);
        let own = line.cells().map(|cell| (cell.column, cell.text)).filter(besides);
        own.eq(self.head.cells().map(|cell| (cell.column, cell.text)).filter(besides))
    }
}
