//! The stages a row walks through. Each is a pure function from one table type of `model` to the next: no file, no clock, no
//! randomness, and a row's trouble is data in the result.

pub mod fault_code;
pub mod map;
pub mod normalise;
pub mod validate;

#[cfg(test)]
mod fixtures;
mod sheet_cells;
