//! A sheet before it is written, with the truth about each of its lines.

/// What a human takes a line for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Blank,
    /// A title, a fill-in line, a header or its repetition, column numbers.
    Heading,
    Row,
    /// A total, a signature, a note.
    Footing,
    /// A page number, which may count as either: it belongs to no row.
    Aside,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    Date(u32, u32, u32),
}

impl Cell {
    pub fn text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => format!("{number}"),
            Cell::Date(year, month, day) => format!("{year}/{month}/{day}"),
        }
    }
}

#[derive(Clone, Debug)]
pub struct GridLine {
    /// Column from 0 and cell, in order.
    pub cells: Vec<(u32, Cell)>,
    pub fate: Fate,
}

/// Lines from the first of the sheet.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    pub lines: Vec<GridLine>,
    /// First and last line, first and last column, all from 0. The value stands at the top left.
    pub merges: Vec<(u32, u32, u32, u32)>,
}

impl Grid {
    pub fn push(&mut self, fate: Fate, mut cells: Vec<(u32, Cell)>) {
        cells.sort_by_key(|(column, _)| *column);
        cells.dedup_by_key(|(column, _)| *column);
        let fate = if cells.is_empty() { Fate::Blank } else { fate };
        self.lines.push(GridLine { cells, fate });
    }

    pub fn texts(&mut self, fate: Fate, cells: &[(u32, &str)]) {
        let cells = cells.iter().map(|(column, text)| (*column, Cell::Text((*text).to_owned())));
        self.push(fate, cells.collect());
    }

    pub fn blank(&mut self) {
        self.push(Fate::Blank, Vec::new());
    }

    /// The line that comes next, from 0.
    pub fn next(&self) -> u32 {
        self.lines.len() as u32
    }

    pub fn width(&self) -> u32 {
        let ends = self.lines.iter().filter_map(|line| line.cells.last());
        ends.map(|(column, _)| column + 1).max().unwrap_or(0)
    }
}
