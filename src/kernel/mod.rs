//! Pure rules: no file, clock, environment, randomness or printing. The day is an argument.
// LEAD'S NOTE (delete when read): header, boolean, name, phone, account, address and mask were written by the lead meanwhile
// and copied here; improve only if you find faults. Your date and number stay. Please deliver `identity` next, as soon as
// possible, and commit; then stop and report.

pub mod account;
pub mod address;
pub mod boolean;
pub mod date;
pub mod header;
pub mod mask;
pub mod name;
pub mod identity;
pub mod number;
pub mod numeral;
pub mod organisation;
pub mod phone;
pub mod region;
pub mod text;
pub mod words;
