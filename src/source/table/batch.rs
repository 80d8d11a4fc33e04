//! Lines to [`RawTable`]s.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder, UInt8Array, UInt32Array};

use crate::model::{CellKind, RawTable, ShapeError, SheetHead};
use crate::source::line::Line;
use crate::source::table::judge::untitled;

/// The largest number of rows in a batch.
pub(in crate::source) const ROWS: usize = 8192;
/// The largest number of cells and of text bytes in a batch, filled or not: bounds the memory of very wide sheets.
const CELLS: usize = 1 << 20;
const BYTES: usize = 64 << 20;
/// A batch waits for the end of a household until it is so many times as large.
const PATIENCE: usize = 8;

/// Gathers rows into batches. A cell in a column that the head does not have yet widens the head from that batch on.
/// The lines of a household stay in one batch.
pub(in crate::source) struct Batcher {
    households: Option<Households>,
    head: Arc<SheetHead>,
    by_position: Positions,
    rows: Vec<u32>,
    columns: Vec<ColumnBuilder>,
    count: usize,
    bytes: usize,
}

#[derive(Default)]
struct ColumnBuilder {
    text: StringBuilder,
    kind: Vec<u8>,
}

impl ColumnBuilder {
    fn fill_to(&mut self, length: usize) {
        let missing = length.saturating_sub(self.kind.len());
        self.text.append_nulls(missing);
        self.kind.resize(self.kind.len() + missing, CellKind::Empty as u8);
    }

    /// What was gathered. The next batch will be of much the same size.
    fn take(&mut self) -> [ArrayRef; 2] {
        let (rows, bytes) = (self.kind.len(), self.text.values_slice().len());
        let mut text = std::mem::replace(&mut self.text, StringBuilder::with_capacity(rows, bytes + bytes / 8));
        let kind = std::mem::replace(&mut self.kind, Vec::with_capacity(rows));
        [Arc::new(text.finish()), Arc::new(UInt8Array::from(kind))]
    }
}

/// Which column stands at a position of the sheet. Looked up for every cell, so the positions that workbooks and texts
/// can have are a list; whatever a damaged file states beyond them is not.
#[derive(Default)]
struct Positions {
    near: Vec<Option<usize>>,
    far: HashMap<u32, usize>,
}

impl Positions {
    /// As many columns as any format has.
    const NEAR: usize = 16_384;

    fn get(&self, position: u32) -> Option<usize> {
        match self.near.get(position as usize) {
            Some(at) => *at,
            None => self.far.get(&position).copied(),
        }
    }

    fn insert(&mut self, position: u32, at: usize) {
        let near = position as usize;
        if near >= Self::NEAR {
            self.far.insert(position, at);
            return;
        }
        if self.near.len() <= near {
            self.near.resize(near + 1, None);
        }
        self.near[near] = Some(at);
    }
}

impl Batcher {
    pub fn new(head: Arc<SheetHead>) -> Batcher {
        let mut by_position = Positions::default();
        (0..).zip(&head.columns).for_each(|(at, column)| by_position.insert(column.position as u32, at));
        let columns = head.columns.iter().map(|_| ColumnBuilder::default()).collect();
        let households = Households::of(&head);
        Batcher { households, head, by_position, rows: Vec::new(), columns, count: 0, bytes: 0 }
    }

    /// Appends a row; the batch before it comes back when it is full and the row need not stand in it.
    pub fn push(&mut self, line: &Line) -> Result<Option<RawTable>, ShapeError> {
        let begins = self.households.as_mut().is_none_or(|households| households.begins(line));
        let fill = (self.count.div_ceil(ROWS)).max(self.count * self.columns.len() / CELLS).max(self.bytes / BYTES);
        let full = self.count >= ROWS || self.count * self.columns.len() >= CELLS || self.bytes >= BYTES;
        let batch = if full && (begins || fill >= PATIENCE) { self.take()? } else { None };
        for cell in line.cells() {
            let at = match self.by_position.get(cell.column) {
                Some(at) => at,
                None => self.widen(cell.column),
            };
            let column = &mut self.columns[at];
            if column.kind.len() < self.count {
                column.fill_to(self.count);
            }
            column.text.append_value(cell.text);
            column.kind.push(cell.kind as u8);
            self.bytes += cell.text.len();
        }
        self.rows.push(line.row);
        self.count += 1;
        Ok(batch)
    }

    /// The rows gathered so far, if any.
    pub fn take(&mut self) -> Result<Option<RawTable>, ShapeError> {
        if self.count == 0 {
            return Ok(None);
        }
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(UInt32Array::from(std::mem::take(&mut self.rows)))];
        for column in &mut self.columns {
            column.fill_to(self.count);
            arrays.extend(column.take());
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
pub(in crate::source) struct Households {
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
