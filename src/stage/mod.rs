//! The stages.
pub mod analyse;
pub mod crossmatch;
pub mod fuse;
pub mod link;
