//! The stages.
pub mod fuse;
pub mod link;
