//! Pure rules: no file, clock, environment, randomness or printing. The day is an argument.

pub mod account;
pub mod address;
pub mod boolean;
pub mod date;
pub mod header;
pub mod identity;
pub mod mask;
pub mod name;
pub mod number;
pub mod numeral;
pub mod organisation;
pub mod phone;
pub mod region;
pub mod text;
pub mod unit;
pub mod words;
