//! What linking, fusion, cross-matching and analysis hand on.

use super::fault::Fault;
use super::flow::ValidTable;
use super::observer::Words;
use super::table::Table;

/// A row of the tables that went into linking: which table, which row of its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowRef {
    pub table: u32,
    pub row: u32,
}

/// Why a row belongs to its person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkMethod {
    /// By a trusted identity number.
    Id,
    /// By a number repaired with evidence.
    RepairedId,
    /// By the linkage model.
    Model,
    /// A reviewer said so.
    Review,
    /// Every cell equals another row's.
    Duplicate,
    /// Fits two people equally; kept apart.
    Ambiguous,
    /// Nothing else speaks of this person.
    Alone,
}

impl LinkMethod {
    pub fn as_str(self) -> &'static str {
        match self {
            LinkMethod::Id => "id",
            LinkMethod::RepairedId => "repaired_id",
            LinkMethod::Model => "model",
            LinkMethod::Review => "review",
            LinkMethod::Duplicate => "duplicate",
            LinkMethod::Ambiguous => "ambiguous",
            LinkMethod::Alone => "alone",
        }
    }
}

/// One row of the table `link`.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkRow {
    pub row: RowRef,
    /// Ordinal of the person in [`Links::person_household`]; `None` for a row tied to a household only.
    pub person: Option<u32>,
    /// Ordinal of the household in [`Links::household_head`].
    pub household: Option<u32>,
    pub method: LinkMethod,
    pub probability: f64,
    pub partner: Option<RowRef>,
    /// The row itself says which household it belongs to (a household number, a head), so that it makes a membership.
    pub states_household: bool,
    /// The row's own number is sound and nothing contradicts that it is this person's.
    pub trusted_number: bool,
    /// The row bears quite another name than its number usually does. It may speak of somebody else, so that its values
    /// count only where no other row of the person has any.
    pub other_name: bool,
}

/// One row of the table `pair`.
#[derive(Clone, Debug, PartialEq)]
pub struct PairRow {
    pub a: RowRef,
    pub b: RowRef,
    pub probability: f64,
    /// Total match weight, in bits.
    pub weight: f64,
    /// Weight of each comparison by its name, in bits.
    pub weights: Vec<(&'static str, f64)>,
    pub decision: &'static str,
}

/// Who is who: the rows that stay, tied to people and households; what was kept out and why.
#[derive(Debug, Default)]
pub struct Links {
    pub tables: Vec<ValidTable>,
    /// Sorted by `row`; rows that are absent do not stay (duplicates have a row here but none in the published table).
    pub rows: Vec<LinkRow>,
    /// By person: the household that the person counts to.
    pub person_household: Vec<u32>,
    /// By household: its head, if known.
    pub household_head: Vec<Option<u32>>,
    pub pairs: Vec<PairRow>,
    /// Rows that stayed unresolved.
    pub quarantine: Vec<Fault>,
    /// Doubts about rows let in by linking.
    pub issues: Vec<Fault>,
    /// Rows of people whom nothing ties to the database, by table.
    pub unrelated: Vec<RowRef>,
    /// Rows of `quarantine`, by table.
    pub withheld: Vec<RowRef>,
    /// What linking left undone and why.
    pub notes: Vec<Words>,
}

/// The fused tables: `person`, `household`, `membership`, `support_duty`, `identifier`, `assistance`, `link`, `pair`,
/// `lineage`, `former_key` and one per schema.
#[derive(Debug)]
pub struct Entities {
    pub tables: Vec<Table>,
    /// The first numbers not yet given to a person and a household.
    pub next_person: u64,
    pub next_household: u64,
}

/// The table `finding`, and the rules that could not run with the reason.
#[derive(Debug)]
pub struct Findings {
    pub table: Table,
    pub skipped_rules: Vec<(String, String)>,
    /// Rows of rules that could not become findings.
    pub notes: Vec<Words>,
}

/// `person` with groups, tier and labels filled in, and `region_index`.
#[derive(Debug)]
pub struct Measures {
    pub tables: Vec<Table>,
    /// What could not be reckoned for want of a figure.
    pub notes: Vec<Words>,
}
