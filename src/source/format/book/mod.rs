//! Workbooks: their cells by the library, and what it does not tell of them by ourselves.

pub(in crate::source) mod file;
pub(in crate::source) mod ods;
pub(in crate::source) mod xls;
pub(in crate::source) mod xlsb;
pub(in crate::source) mod xlsx;
