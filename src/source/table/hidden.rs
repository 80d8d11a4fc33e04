//! What a workbook hides is read like everything else, since hidden rows are people too, and told: somebody who looks at
//! the file does not see it.

use std::sync::Arc;

use crate::model::{Fault, SheetPlace};
use crate::source::line::{Line, letters};

/// What a sheet hides, and how much of it is filled.
#[derive(Debug, Default)]
pub(in crate::source) struct Hidden {
    sheet: bool,
    rows: Vec<Range>,
    columns: Vec<Range>,
    /// The first range of rows that does not lie above the line at hand.
    at: usize,
}

/// From first to last, with the number of filled lines or cells in it.
#[derive(Debug)]
struct Range {
    first: u32,
    last: u32,
    filled: u64,
}

impl Hidden {
    /// Ranges as a layout has them: rows from 1, columns from 0, in order.
    pub fn new(rows: &[(u32, u32)], columns: &[(u32, u32)]) -> Hidden {
        let range = |(first, last): &(u32, u32)| Range { first: *first, last: *last, filled: 0 };
        Hidden {
            sheet: false,
            rows: rows.iter().map(range).collect(),
            columns: columns.iter().map(range).collect(),
            at: 0,
        }
    }

    pub fn hide_sheet(&mut self) {
        self.sheet = true;
    }

    /// Takes the next filled line.
    pub fn see(&mut self, line: &Line) {
        while self.rows.get(self.at).is_some_and(|range| range.last < line.row) {
            self.at += 1;
        }
        if let Some(range) = self.rows.get_mut(self.at).filter(|range| range.first <= line.row) {
            range.filled += 1;
        }
        for range in &mut self.columns {
            range.filled +=
                line.cells().filter(|cell| (range.first..=range.last).contains(&cell.column)).count() as u64;
        }
    }

    /// The doubts of a sheet whose last filled line is `last`, told at the line `row`. Hidden rows and columns that hold
    /// nothing are not spoken of.
    pub fn told(&self, place: &Arc<SheetPlace>, row: u32, last: u32) -> Vec<Fault> {
        let fault = |code: &'static str, message: String, suggestion: &str| Fault {
            place: place.clone(),
            row,
            nth: None,
            field: String::new(),
            code,
            message,
            suggestion: suggestion.to_owned(),
            raw: String::new(),
        };
        let mut faults = Vec::new();
        if self.sheet {
            let hint =
                "请确认该表是否应报送；不应报送的请提供单位删除，或在流水线文件的来源中用 sheets 指明要读的工作表";
            faults.push(fault("hidden_sheet", "工作表是隐藏的，已照常读取".to_owned(), hint));
        }
        let filled = |ranges: &[Range]| ranges.iter().any(|range| range.filled > 0);
        if filled(&self.rows) {
            let lines: u64 = self.rows.iter().map(|range| range.filled).sum();
            let names = named(&self.rows, |row| row.min(last).to_string());
            let hint = "请确认隐藏的行是否应报送（常为筛选后未取消）；不应报送的请提供单位删除后重新报送";
            faults.push(fault("hidden_rows", format!("第 {names} 行是隐藏的（{lines} 行有内容），已照常读取"), hint));
        }
        if filled(&self.columns) {
            let names = named(&self.columns, letters);
            let hint = "请确认隐藏的列是否应报送；不应报送的请提供单位删除后重新报送";
            faults.push(fault("hidden_columns", format!("{names} 列是隐藏的，已照常读取"), hint));
        }
        faults
    }
}

/// 12–30、45: the ranges that hold something, the first twelve.
fn named(ranges: &[Range], name: impl Fn(u32) -> String) -> String {
    const SHOWN: usize = 12;
    let filled: Vec<&Range> = ranges.iter().filter(|range| range.filled > 0).collect();
    let names: Vec<String> = filled
        .iter()
        .take(SHOWN)
        .map(|range| match (name(range.first), name(range.last)) {
            (first, last) if first == last => first,
            (first, last) => format!("{first}–{last}"),
        })
        .collect();
    format!("{}{}", names.join("、"), if filled.len() > SHOWN { " 等" } else { "" })
}
