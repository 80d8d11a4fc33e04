use std::collections::HashMap;

use super::field::{Field, FieldType};

/// What one row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    Person,
    Household,
}

/// Whether rows make people of the database or only tell of people who are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Enrols,
    Informs,
}

/// One kind of row, one table of the database.
#[derive(Clone, Debug)]
pub struct Schema {
    pub name: String,
    pub title: String,
    pub grain: Grain,
    pub role: Role,
    /// Fields that identify a row from month to month; empty: all values do.
    pub key: Vec<usize>,
    /// Which of the 12 groups the people of its rows belong to.
    pub groups: Vec<String>,
    /// SQL predicate that keeps an informing row of somebody who is not enrolled, as possibly missed.
    pub candidate: Option<String>,
    pub members: Option<Members>,
    pub assistance: Option<Assistance>,
    pub fields: Vec<Field>,
    /// Normalised header text → field.
    pub by_claim: HashMap<String, usize>,
}

impl Schema {
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The field that a normalised header text names.
    pub fn claimed_by(&self, header: &str) -> Option<usize> {
        self.by_claim.get(header).copied()
    }

    pub fn first_of_type(&self, kind: FieldType) -> Option<usize> {
        self.fields.iter().position(|field| field.kind == kind)
    }
}

/// How the people listed in one cell, or in block rows under the head, become rows of another schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    pub schema: String,
    /// Member's field name → this schema's field whose cell holds the list.
    pub fields: Vec<(String, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    Entitlement,
    Payment,
}

impl RecordKind {
    pub fn as_str(self) -> &'static str {
        match self {
            RecordKind::Entitlement => "entitlement",
            RecordKind::Payment => "payment",
        }
    }
}

/// What an amount covers, as `month_household`, `once_person`, …
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountBasis(pub String);

/// A fixed text, or the field whose value it is.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueSource {
    Literal(String),
    Field(usize),
}

/// How rows feed the table `assistance`.
#[derive(Clone, Debug)]
pub struct Assistance {
    pub record_kind: RecordKind,
    pub programme: ValueSource,
    pub subprogramme: Option<ValueSource>,
    pub cause: Option<ValueSource>,
    pub starts_on: Option<usize>,
    pub ends_on: Option<usize>,
    pub paid_month: Option<usize>,
    pub amount: Option<usize>,
    pub amount_basis: AmountBasis,
    pub insured_count: Option<usize>,
    pub unpaid: Option<Unpaid>,
}

/// Which rows tell of money that did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// The field of the payment's status.
    pub field: usize,
    pub terms: Vec<String>,
}

/// A code table: the terms that are stored, with the standard's numbers and the words that files use.
#[derive(Clone, Debug)]
pub struct CodeTable {
    pub name: String,
    pub title: String,
    pub standard: String,
    pub terms: Vec<Term>,
    /// Term, code or synonym, compared as `kernel::text::spelling` has it → position in `terms`.
    pub by_spelling: HashMap<String, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub code: String,
    pub term: String,
    pub synonyms: Vec<String>,
}
