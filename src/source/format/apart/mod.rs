//! Files that are read by another process of this program: one asks (`remote`), the other answers (`serve`), both speak
//! the same language (`wire`).

pub(in crate::source) mod remote;
pub(in crate::source) mod serve;
pub(in crate::source) mod wire;
