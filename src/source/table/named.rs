//! Columns that a format itself names, apart from its rows. Their names stand for a header in row 0, above the first
//! row; every line is then a record, and none a title, a repeated header or a total.

use std::collections::HashSet;

use crate::model::{CellKind, ColumnHead};
use crate::plan::HeaderPlace;
use crate::source::line::Line;
use crate::source::table::judge::untitled;

/// The lines that stand for the header: one for each part of the names, the outermost first.
pub(in crate::source) fn header(columns: &[Vec<String>]) -> Vec<Line> {
    let depth = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut lines = vec![Line::default(); depth];
    for (column, parts) in (0..).zip(columns) {
        for (line, part) in lines.iter_mut().zip(parts) {
            line.push(column, part, CellKind::Text);
        }
    }
    lines.retain(|line| !line.is_blank());
    lines
}

/// How many of a sheet's first lines are such a header; `None` where it must be looked for.
pub(in crate::source) fn rows(lines: &[Line]) -> Option<usize> {
    let rows = lines.iter().take_while(|line| line.row == 0).count();
    (rows > 0).then_some(rows)
}

/// Whether a header is such a one.
pub(in crate::source) fn is_named(header: HeaderPlace) -> bool {
    header.row == 0
}

/// The named columns that are not among those found, which are too many to be looked at or have no name to show.
pub(in crate::source) fn rest(lines: &[Line], found: &[ColumnHead]) -> Vec<ColumnHead> {
    let found: HashSet<usize> = found.iter().map(|column| column.position).collect();
    let header = &lines[..rows(lines).unwrap_or(0)];
    let width = header.iter().flat_map(|line| line.cells().last()).map(|cell| cell.column).max();
    let positions = (0..=width.unwrap_or(0)).filter(|column| width.is_some() && !found.contains(&(*column as usize)));
    positions
        .map(|column| {
            let parts: Vec<&str> = header.iter().filter_map(|line| Some(line.get(column)?.text)).collect();
            if parts.is_empty() { untitled(column) } else { ColumnHead { title: parts.join("/"), ..untitled(column) } }
        })
        .collect()
}
