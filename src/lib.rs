//! ronghe (融合): reads a city's civil registers and departmental dumps, finds who is who, and publishes one
//! consolidated database of its low-income people with the leads that follow from it.

pub mod cli;
pub mod kernel;
pub mod model;
pub mod pipeline;
pub mod plan;
pub mod query;
pub mod report;
pub mod source;
pub mod sql;
pub mod stage;
pub mod store;
pub mod synth;
