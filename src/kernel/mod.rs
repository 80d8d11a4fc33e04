//! Pure rules: no file, clock, environment, randomness or printing. The day is an argument. Nothing of ours is imported, so
//! that this room could become a crate of its own.

pub mod account;
pub mod address;
pub mod boolean;
pub mod clustering;
pub mod comparison;
pub mod date;
pub mod evaluation;
pub mod forest;
pub mod header;
pub mod identity;
pub mod inference;
pub mod mask;
pub mod name;
pub mod number;
pub mod numeral;
pub mod organisation;
pub mod phone;
pub mod poverty;
pub mod region;
pub mod scoring;
pub mod survivorship;
pub mod text;
pub mod unit;
pub mod words;
