//! A sheet's lines to a table: where its header is, what its columns mean, how far its cells bear that out, and what each
//! line is.
//!
//! ```text
//! first lines ─ judge (header, evidence, misspelt, above) ─▶ Verdict ─ sheet (classify, merged, totals, batch) ─▶ Event
//! ```

pub(in crate::source) mod above;
pub(in crate::source) mod batch;
pub(in crate::source) mod classify;
pub(in crate::source) mod contradiction;
pub(in crate::source) mod doubt;
pub(in crate::source) mod evidence;
pub(in crate::source) mod header;
pub(in crate::source) mod hidden;
pub(in crate::source) mod judge;
pub(in crate::source) mod merged;
pub(in crate::source) mod misspelt;
pub(in crate::source) mod named;
pub(in crate::source) mod next_table;
pub(in crate::source) mod parents;
pub(in crate::source) mod people;
pub(in crate::source) mod sheet;
pub(in crate::source) mod side_by_side;
pub(in crate::source) mod totals;
pub(in crate::source) mod unreadable;
