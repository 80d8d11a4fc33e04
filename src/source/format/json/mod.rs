//! JSON lines and arrays of objects, gone through value by value.

pub(in crate::source) mod file;
pub(in crate::source) mod record;
pub(in crate::source) mod text;
pub(in crate::source) mod walk;
