//! Tables within tables. Old systems lay out their pages with tables, and the list is a table in a cell of one.

use std::collections::HashSet;

/// Tables within tables that are looked into.
const MAX_DEPTH: usize = 64;

/// The tables of a page, by their number in its order, that only lay it out.
pub(super) type Layouts = HashSet<u32>;

/// Finds out which tables only lay out the page: they list nothing themselves, and one of the tables in their cells does.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    open: Vec<Level>,
    /// Tables deeper than are looked into.
    deeper: u32,
    count: u32,
    pub layouts: Layouts,
}

#[derive(Debug, Default)]
struct Level {
    number: u32,
    in_cell: bool,
    cell_filled: bool,
    /// Filled cells of the row, and whether one of them is filled by text and not by a table.
    filled: u32,
    has_text: bool,
    /// Rows that list something: text, and more than one filled cell.
    listing: u32,
    /// The most of them in a table within.
    listing_within: u32,
}

impl Level {
    fn end_row(&mut self) {
        self.listing = self.listing.saturating_add(u32::from(self.has_text && self.filled >= 2));
        (self.in_cell, self.cell_filled, self.filled, self.has_text) = (false, false, 0, false);
    }

    fn fill(&mut self) {
        if self.in_cell && !std::mem::replace(&mut self.cell_filled, true) {
            self.filled = self.filled.saturating_add(1);
        }
    }
}

impl Nesting {
    pub fn begin_table(&mut self) {
        if self.open.len() < MAX_DEPTH {
            self.open.push(Level { number: self.count, ..Level::default() });
        } else {
            self.deeper = self.deeper.saturating_add(1);
        }
        self.count = self.count.saturating_add(1);
    }

    pub fn end_table(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let Some(mut level) = self.open.pop() else { return };
        level.end_row();
        if level.listing <= 1 && level.listing_within >= 2 {
            self.layouts.insert(level.number);
        }
        if let Some(around) = self.open.last_mut() {
            around.listing_within = around.listing_within.max(level.listing).max(level.listing_within);
            around.fill();
        }
    }

    pub fn end_page(&mut self) {
        self.deeper = 0;
        while !self.open.is_empty() {
            self.end_table();
        }
    }

    pub fn begin_row(&mut self) {
        if let Some(level) = self.here() {
            level.end_row();
        }
    }

    pub fn begin_cell(&mut self) {
        if let Some(level) = self.here() {
            (level.in_cell, level.cell_filled) = (true, false);
        }
    }

    pub fn text(&mut self, text: &str) {
        if let Some(level) = self.here().filter(|level| level.in_cell)
            && !text.trim().is_empty()
        {
            level.fill();
            level.has_text = true;
        }
    }

    fn here(&mut self) -> Option<&mut Level> {
        if self.deeper == 0 { self.open.last_mut() } else { None }
    }
}
