//! Cells merged over several rows. A file holds their value at the top only, but for a reader it stands on each row.

use std::collections::HashSet;

use crate::model::{CellKind, FieldType, Grain, SheetHead};
use crate::source::format::sheets::MergedCell;
use crate::source::line::Line;

/// Repeats merged values on the rows they cover. Figures are left at the top: a household's allowance merged over its
/// members is one allowance. On a sheet of households a merged value is repeated only where another household begins: blank
/// cells beneath a head tell its members from the next household.
pub(in crate::source) struct FillDown {
    /// Yet to come, the last one first.
    ahead: Vec<MergedCell>,
    open: Vec<(MergedCell, String, CellKind)>,
    figures: HashSet<u32>,
    claimed: HashSet<u32>,
    /// On a sheet of households the columns that a household's own line fills.
    households: Option<Vec<u32>>,
    filled: Line,
}

impl FillDown {
    /// `None` where nothing is to be repeated.
    pub fn new(mut merged: Vec<MergedCell>, head: &SheetHead, after: u32) -> Option<FillDown> {
        merged.retain(|cell| cell.first > after && cell.last > cell.first);
        if merged.is_empty() {
            return None;
        }
        let households = (head.schema.grain == Grain::Household).then(|| head.positions(&head.household_fields()));
        merged.sort_unstable_by(|a, b| b.cmp(a));
        let columns = |of: &dyn Fn(FieldType) -> bool| {
            let kind = |field: usize| head.schema.fields[field].kind;
            head.columns
                .iter()
                .filter(|column| column.field.is_some_and(|field| of(kind(field))))
                .filter_map(|column| u32::try_from(column.position).ok())
                .collect()
        };
        let figure = |kind| matches!(kind, FieldType::Money | FieldType::Decimal | FieldType::Integer);
        Some(FillDown {
            ahead: merged,
            open: Vec::new(),
            figures: columns(&figure),
            claimed: columns(&|_| true),
            households,
            filled: Line::default(),
        })
    }

    /// The row with the values of the merged cells that cover it. Rows must come in order.
    pub fn row<'a>(&'a mut self, line: &'a Line) -> &'a Line {
        self.open.retain(|(cell, ..)| cell.last >= line.row);
        let missing = |cell: &MergedCell| line.get(cell.column).is_none();
        let own = |columns: &Vec<u32>| columns.iter().any(|column| line.get(*column).is_some());
        let fill = self.households.as_ref().is_none_or(own) && self.open.iter().any(|(cell, ..)| missing(cell));
        if fill {
            self.filled.clone_from(line);
            for (cell, text, kind) in self.open.iter().filter(|(cell, ..)| missing(cell)) {
                self.filled.push(cell.column, text, *kind);
            }
            self.filled.settle();
        }
        while let Some(cell) = self.ahead.pop_if(|cell| cell.first <= line.row) {
            if cell.first == line.row
                && let Some(value) = line.get(cell.column)
                && !self.figures.contains(&cell.column)
                && (value.kind != CellKind::Number || self.claimed.contains(&cell.column))
            {
                self.open.push((cell, value.text.to_owned(), value.kind));
            }
        }
        if fill { &self.filled } else { line }
    }
}
