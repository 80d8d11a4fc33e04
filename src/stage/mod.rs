//! The stages: pure functions over the tables of `model`, no I/O.

pub mod analyse;
pub mod carried;
pub mod catalogue;
pub mod columns;
pub mod crossmatch;
pub mod fault_code;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod fuse;
mod lineage;
pub mod link;
pub mod map;
pub mod normalise;
mod sheet_cells;
mod table_rows;
pub mod validate;
