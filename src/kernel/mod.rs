//! Pure rules.
pub mod clustering;
pub mod comparison;
pub mod scoring;
pub mod survivorship;
