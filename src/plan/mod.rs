//! The plan: what a pipeline file, its schemas, code tables and rules mean once they are read and found sound.
//! This room is the only place where configuration strings become types.
//!
//! [`load`] reads on after a fault and reports all of them: see [`Diagnostic`].

mod codes;
mod decimal;
mod diagnostic;
mod feeds;
mod field;
mod gather;
mod load;
mod names;
mod nearest;
mod reader;
pub mod render;
mod rule;
mod schema;
mod secret;
mod settings;
mod shipped;
mod source;
mod syntax;
mod value;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;

pub use diagnostic::{Diagnostic, Level};
pub use gather::{Embedded, Files, ShippedText};
pub use load::load;
pub use names::is_free as is_free_name;
pub use rule::GIVEN;
pub use schema::GROUPS;
pub use shipped::{shipped, shipped_plan};

use crate::model::{CodeTable, Lang, Schema};

/// Everything a run needs to know, compiled and checked.
#[derive(Clone, Debug)]
pub struct Plan {
    pub name: String,
    pub title: String,
    /// Six-digit region code of the city.
    pub region: String,
    pub lang: Option<Lang>,
    /// The day that ages and periods are reckoned at, for files that do not move with the calendar; else today.
    pub as_of: Option<NaiveDate>,
    /// Absolute or relative to the working directory: already joined with the pipeline's folder.
    pub database: PathBuf,
    /// The pipeline's own folder.
    pub folder: PathBuf,
    pub sources: Vec<Source>,
    /// By schema name.
    pub schemas: BTreeMap<String, Arc<Schema>>,
    pub codes: BTreeMap<String, Arc<CodeTable>>,
    pub rules: Vec<Rule>,
    pub link: LinkPlan,
    pub analysis: AnalysisPlan,
    pub publish: PublishPlan,
    /// blake3 of every configuration text that went in, hex: the plan's identity in the manifest.
    pub hash: String,
    /// What was written and has no effect.
    pub warnings: Vec<Diagnostic>,
}

/// One `[[source]]`.
#[derive(Clone, Debug)]
pub struct Source {
    pub id: String,
    /// Schemas that its sheets may fit, best fit wins.
    pub schemas: Vec<Arc<Schema>>,
    pub provider: String,
    /// Glob patterns, relative to the pipeline's folder.
    pub files: Vec<String>,
    pub trust: Trust,
    pub supply: Supply,
    pub period: Option<PeriodFrom>,
    /// Glob over sheet names.
    pub sheets: Option<String>,
    pub header: Option<HeaderPlace>,
    /// A label of the Encoding Standard (`gb18030`).
    pub encoding: Option<String>,
    /// Where the passwords of its workbooks are kept.
    pub password: Option<Secret>,
    /// Normalised header text → field name, said by the office.
    pub columns: BTreeMap<String, String>,
    /// Field name → (spelling in the file → term).
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    pub gate: Gate,
}

impl Source {
    /// A source of which nothing is said, for files that belong to no pipeline.
    pub fn unstated(id: &str) -> Source {
        Source {
            id: id.to_owned(),
            schemas: Vec::new(),
            provider: String::new(),
            files: Vec::new(),
            trust: Trust { default: 0, by_field: BTreeMap::new() },
            supply: Supply::default(),
            period: None,
            sheets: None,
            header: None,
            encoding: None,
            password: None,
            columns: BTreeMap::new(),
            values: BTreeMap::new(),
            gate: Gate::default(),
        }
    }
}

/// Where a secret is kept that no configuration file may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// An environment variable.
    Env(String),
    /// A file with one secret a line; already joined with the pipeline's folder.
    File(PathBuf),
}

/// Who wins when sources disagree: higher wins, 0 to 100.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    pub default: u8,
    pub by_field: BTreeMap<String, u8>,
}

impl Trust {
    pub fn of(&self, field: &str) -> u8 {
        self.by_field.get(field).copied().unwrap_or(self.default)
    }
}

/// How a source's files relate to one another in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Supply {
    /// Each file replaces the one before it.
    Full,
    /// Files add up.
    #[default]
    Append,
    /// Only the files of the newest period count.
    Latest,
}

/// Where a file's period is written, and how: `{year}`, `{month}`, `{day}` stand for digits.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodFrom {
    pub place: PeriodPlace,
    pub pattern: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodPlace {
    FileName,
    Title,
}

/// A header said by the office: its first row as a person counts, and how many rows it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderPlace {
    pub row: u32,
    pub rows: u32,
}

/// Bounds that a source must keep before its rows may be published.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gate {
    /// Largest share of quarantined rows, 0 to 1.
    pub max_quarantined: Option<f64>,
    pub min_rows: Option<u64>,
    /// Largest share by which the accepted rows may drop against the snapshot before, 0 to 1.
    pub max_drop: Option<f64>,
    pub every_days: Option<u32>,
    pub missing: Missing,
}

/// What to do when a source has no file tonight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Go on without it and say so (exit code 3).
    #[default]
    Warn,
    /// Keep the rows that the snapshot before holds of it and say so (exit code 3); without such rows publish nothing.
    CarryOver,
    /// Publish nothing (exit code 4).
    Refuse,
}

/// What becomes of a row without a sound number whom linking ties to nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unresolved {
    #[default]
    Quarantine,
    Admit,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LinkPlan {
    pub unresolved: Unresolved,
    /// A pair at or above this probability joins two rows.
    pub match_threshold: f64,
    /// A pair at or above this one is kept in `pair` for review.
    pub review_threshold: f64,
    /// Blocks of more people than this are left out of their rule, and the run says how many were.
    pub max_block: usize,
}

impl Default for LinkPlan {
    fn default() -> Self {
        LinkPlan { unresolved: Unresolved::Quarantine, match_threshold: 0.95, review_threshold: 0.5, max_block: 200 }
    }
}

/// Local figures for measures; what is not given is not invented.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnalysisPlan {
    /// Yearly income per head below which a person counts as poor, in cents.
    pub poverty_line: Option<i128>,
    /// Region code → resident population.
    pub populations: BTreeMap<String, u64>,
    /// Upper bounds of the bands of yearly income per head, in cents, ascending.
    pub income_bands: Vec<i128>,
    /// Upper bounds of the bands of housing area per head, in ten-thousandths of a square metre, ascending.
    pub area_bands: Vec<i128>,
    /// Self-paid medical cost of a year from which a person counts as in medical hardship, in cents.
    pub medical_line: Option<i128>,
    /// Housing area per head below which a household counts as in housing hardship, in ten-thousandths of a square metre.
    pub housing_line: Option<i128>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PublishPlan {
    /// Environment variable that holds the key of `row_key`; without it the key is made from the pipeline's name and region.
    pub key_env: Option<String>,
}

/// A cross-match rule, ready to run once its parameters are put in.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub code: String,
    pub title: String,
    pub title_en: String,
    pub pack: String,
    pub severity: RuleSeverity,
    pub scope: RuleScope,
    pub ground: String,
    /// Tables it reads; a rule whose tables are absent is skipped.
    pub needs: Vec<String>,
    /// Name → value as an SQL literal; `None`: required and not given, so the rule is skipped.
    pub parameters: BTreeMap<String, Option<String>>,
    /// `{column}` stands for a column of the select.
    pub summary: String,
    pub select: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleSeverity {
    High,
    Medium,
    Low,
}

impl RuleSeverity {
    pub fn as_str(self) -> &'static str {
        match self {
            RuleSeverity::High => "high",
            RuleSeverity::Medium => "medium",
            RuleSeverity::Low => "low",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum RuleScope {
    Person,
    Household,
    Region,
    /// By the value of a column.
    Key(String),
}

/// The day a run is reckoned at and the plan it follows.
#[derive(Clone, Copy, Debug)]
pub struct AsOf(pub NaiveDate);

#[cfg(test)]
mod tests;
