//! Parquet files and the text of their values.

pub(in crate::source) mod arrow_cell;
pub(in crate::source) mod file;
