//! x
mod book;
mod dice;
mod identity;
mod names;
mod places;
mod xls;
