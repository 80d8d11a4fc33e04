//! Text files: which encoding, which separator, and their records.

pub(in crate::source) mod decoded;
pub(in crate::source) mod dialect;
pub(in crate::source) mod encoding;
pub(in crate::source) mod file;
pub(in crate::source) mod records;
