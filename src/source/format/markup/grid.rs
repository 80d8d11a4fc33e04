//! Where the cells of a table stand: those of a row go round the cells that reach down from the rows above.

use crate::model::Words;

use super::too_many_merged;
use crate::source::format::sheets::MergedCell;

/// Cells that reach down side by side. The row that is placed goes round all of them.
const MAX_SIDE_BY_SIDE: usize = 1024;

/// The cells that reach down into the row at hand.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// In the order of their columns.
    reaching: Vec<Reaching>,
    /// Where the next cell stands if nothing reaches there.
    column: u32,
    /// The next of `reaching` that may be in the way.
    next: usize,
}

#[derive(Clone, Copy, Debug)]
struct Reaching {
    column: u32,
    width: u32,
    /// The row of the sheet in which it begins.
    first: u32,
    /// Rows of the table to its end, the one at hand included.
    left: u32,
}

impl Grid {
    pub fn begin_row(&mut self) {
        (self.column, self.next) = (0, 0);
    }

    /// Places a cell of the row `row`, so many columns wide and rows high (0: to the end of its group of rows); its
    /// first column comes back.
    pub fn place(&mut self, width: u32, height: u32, row: u32) -> Result<u32, Words> {
        while let Some(other) = self.reaching.get(self.next).filter(|other| other.column <= self.column) {
            self.column = self.column.max(other.column.saturating_add(other.width));
            self.next += 1;
        }
        let column = self.column;
        self.column = column.saturating_add(width);
        if height != 1 {
            if self.reaching.len() >= MAX_SIDE_BY_SIDE {
                return Err(too_many_merged());
            }
            let left = if height == 0 { u32::MAX } else { height };
            self.reaching.insert(self.next, Reaching { column, width, first: row, left });
            self.next += 1;
        }
        Ok(column)
    }

    /// Ends the row `row`; tells which merged cells end with it.
    pub fn end_row(&mut self, row: u32, tell: &mut dyn FnMut(MergedCell)) {
        self.reaching.retain_mut(|cell| {
            cell.left -= 1;
            if cell.left == 0 {
                tell_merged(cell, row, tell);
            }
            cell.left > 0
        });
    }

    /// Ends a group of rows, of which `row` is the last: no cell reaches out of it.
    pub fn end_group(&mut self, row: u32, tell: &mut dyn FnMut(MergedCell)) {
        self.reaching.drain(..).for_each(|cell| tell_merged(&cell, row, tell));
    }
}

fn tell_merged(cell: &Reaching, last: u32, tell: &mut dyn FnMut(MergedCell)) {
    if last > cell.first {
        tell(MergedCell { first: cell.first, last, column: cell.column });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(grid: &mut Grid, at: u32, cells: &[(u32, u32)]) -> (Vec<u32>, Vec<MergedCell>) {
        let mut merged = Vec::new();
        grid.begin_row();
        let columns = cells.iter().map(|(width, height)| grid.place(*width, *height, at).unwrap()).collect();
        grid.end_row(at, &mut |cell| merged.push(cell));
        (columns, merged)
    }

    #[test]
    fn cells_go_round_what_reaches_down() {
        let mut grid = Grid::default();
        assert_eq!(row(&mut grid, 1, &[(1, 2), (2, 1), (1, 3)]), (vec![0, 1, 3], vec![]));
        let (columns, merged) = row(&mut grid, 2, &[(1, 1), (1, 1), (1, 1)]);
        assert_eq!(columns, [1, 2, 4]);
        assert_eq!(merged, [MergedCell { first: 1, last: 2, column: 0 }]);
        let (columns, merged) = row(&mut grid, 3, &[(1, 1), (2, 1), (1, 1)]);
        assert_eq!(columns, [0, 1, 4]);
        assert_eq!(merged, [MergedCell { first: 1, last: 3, column: 3 }]);
        assert_eq!(row(&mut grid, 4, &[(1, 1); 4]).0, [0, 1, 2, 3]);
    }

    #[test]
    fn a_cell_reaches_no_further_than_its_group() {
        let mut grid = Grid::default();
        row(&mut grid, 1, &[(1, 0), (1, 65_534)]);
        assert_eq!(row(&mut grid, 2, &[(1, 1)]).0, [2]);
        let mut merged = Vec::new();
        grid.end_group(2, &mut |cell| merged.push((cell.column, cell.last)));
        assert_eq!(merged, [(0, 2), (1, 2)]);
        assert_eq!(row(&mut grid, 3, &[(1, 1)]).0, [0]);
    }

    #[test]
    fn endless_cells_side_by_side_are_refused() {
        let mut grid = Grid::default();
        grid.begin_row();
        let placed = (0..2000).take_while(|_| grid.place(1000, 65_534, 1).is_ok()).count();
        assert_eq!(placed, MAX_SIDE_BY_SIDE);
    }
}
