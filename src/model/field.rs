use std::sync::Arc;

use arrow::datatypes::DataType;

use super::schema::CodeTable;

/// What a column means; decides how its cells are read and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    Text,
    PersonName,
    IdentityNumber,
    DocumentKind,
    Date,
    Month,
    Money,
    Integer,
    Decimal,
    Boolean,
    Code,
    Region,
    Address,
    Phone,
    Account,
    OrganisationCode,
}

impl FieldType {
    pub const ALL: [FieldType; 16] = [
        FieldType::Text,
        FieldType::PersonName,
        FieldType::IdentityNumber,
        FieldType::DocumentKind,
        FieldType::Date,
        FieldType::Month,
        FieldType::Money,
        FieldType::Integer,
        FieldType::Decimal,
        FieldType::Boolean,
        FieldType::Code,
        FieldType::Region,
        FieldType::Address,
        FieldType::Phone,
        FieldType::Account,
        FieldType::OrganisationCode,
    ];

    /// The word for it in a schema file.
    pub fn as_str(self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::PersonName => "person_name",
            FieldType::IdentityNumber => "identity_number",
            FieldType::DocumentKind => "document_kind",
            FieldType::Date => "date",
            FieldType::Month => "month",
            FieldType::Money => "money",
            FieldType::Integer => "integer",
            FieldType::Decimal => "decimal",
            FieldType::Boolean => "boolean",
            FieldType::Code => "code",
            FieldType::Region => "region",
            FieldType::Address => "address",
            FieldType::Phone => "phone",
            FieldType::Account => "account",
            FieldType::OrganisationCode => "organisation_code",
        }
    }

    /// How a normal value is stored. A month is the text `YYYY-MM`, since it names no day; money is yuan with two
    /// decimals; a decimal has four.
    pub fn data_type(self) -> DataType {
        match self {
            FieldType::Date => DataType::Date32,
            FieldType::Money => DataType::Decimal128(18, 2),
            FieldType::Decimal => DataType::Decimal128(18, 4),
            FieldType::Integer => DataType::Int64,
            FieldType::Boolean => DataType::Boolean,
            _ => DataType::Utf8,
        }
    }
}

/// How much harm a value does in the wrong hands; decides masks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
    Open,
    #[default]
    Internal,
    Personal,
    Sensitive,
}

impl Sensitivity {
    /// The word for it in a schema file and in the published metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Sensitivity::Open => "open",
            Sensitivity::Internal => "internal",
            Sensitivity::Personal => "personal",
            Sensitivity::Sensitive => "sensitive",
        }
    }
}

/// Checks of a field's own value; a failing value is an issue, not a rejection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// Smallest and largest number allowed, in ten-thousandths of the stored unit.
    pub min: Option<i128>,
    pub max: Option<i128>,
    /// A date may not lie after the day of the run.
    pub not_future: bool,
    /// A regular expression that a text must match.
    pub pattern: Option<String>,
}

/// One column of a schema.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub title: String,
    pub kind: FieldType,
    /// Normalised header texts that name this column: the title and its synonyms.
    pub claims: Vec<String>,
    pub required: bool,
    pub codes: Option<Arc<CodeTable>>,
    /// The unit as written in the schema.
    pub unit: Option<String>,
    /// What a number is multiplied by when the sheet states no unit (万元: 10,000).
    pub multiplier: u32,
    pub sensitivity: Sensitivity,
    pub check: Check,
}
