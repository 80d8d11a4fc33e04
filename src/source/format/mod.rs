//! What a file is, told by its bytes, and its sheets of lines, whatever its format.
//!
//! ```text
//! Content ─ sniff ─▶ Format ─ open ─▶ text │ json │ book │ markup │ parquet ─▶ dyn Sheets ─▶ Line
//!                                └──────── apart: the same in a process of its own ────────┘
//! ```

pub(in crate::source) mod apart;
pub(in crate::source) mod archive;
pub(in crate::source) mod book;
pub(in crate::source) mod cell;
pub(in crate::source) mod content;
pub(in crate::source) mod json;
pub(in crate::source) mod markup;
pub(in crate::source) mod open;
pub(in crate::source) mod parquet;
pub(in crate::source) mod password;
pub(in crate::source) mod sheets;
pub(in crate::source) mod sniff;
pub(in crate::source) mod text;
