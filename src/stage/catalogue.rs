//! The tables `catalogue` (who supplies which field, how well filled, how fresh) and `codes` (terms and their standards).

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, StringArray, UInt64Array};
use arrow::error::ArrowError;

use crate::model::{FieldType, Schema, Sensitivity, Table, TitledColumn, ValidTable};
use crate::plan::Plan;

/// The code table of the cross-match rules: their titles by their codes.
pub const RULES: &str = "rule";

/// What a provider supplied of one field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    pub rows: u64,
    /// The part of the rows that fill it; 0 of no rows.
    pub share: f64,
    /// `YYYY-MM`.
    pub newest: Option<String>,
}

/// Figures by provider, schema and field.
pub type Known = BTreeMap<(String, String, String), Figures>;

#[derive(Default)]
struct Supplied {
    rows: u64,
    filled: u64,
    newest: Option<String>,
}

/// One row per provider, schema and field, over all rows that passed validation; 0 rows of what a source may supply and
/// did not. `known` goes before what the tables hold.
pub fn catalogue(tables: &[ValidTable], plan: &Plan, known: &Known) -> Result<Table, ArrowError> {
    let figures = figures(tables, plan, known);
    let text = |of: &dyn Fn(&(String, String, String)) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(figures.keys().map(of)))
    };
    table(
        "catalogue",
        "供数目录",
        vec![
            ("provider", "提供单位", text(&|key| &key.0)),
            ("schema_name", "数据类别", text(&|key| &key.1)),
            ("field", "字段", text(&|key| &key.2)),
            ("row_count", "行数", Arc::new(UInt64Array::from_iter_values(figures.values().map(|f| f.rows)))),
            ("filled_share", "填报率", Arc::new(Float64Array::from_iter_values(figures.values().map(|f| f.share)))),
            (
                "newest_period",
                "最新数据期",
                Arc::new(figures.values().map(|f| f.newest.as_deref()).collect::<StringArray>()),
            ),
        ],
    )
}

fn figures(tables: &[ValidTable], plan: &Plan, known: &Known) -> Known {
    let provider =
        |source: &str| plan.sources.iter().find(|known| known.id == source).map_or("", |known| known.provider.as_str());
    let mut found: BTreeMap<(&str, &str, &str), Supplied> = BTreeMap::new();
    for source in &plan.sources {
        let members = |schema: &Schema| plan.schemas.get(&schema.members.as_ref()?.schema);
        for schema in source.schemas.iter().flat_map(|schema| [Some(schema), members(schema)]).flatten() {
            for field in &schema.fields {
                found.entry((&source.provider, &schema.name, &field.name)).or_default();
            }
        }
    }
    for table in tables {
        let newest = table.text("period").and_then(|periods| periods.iter().flatten().max());
        for field in &table.schema().fields {
            let key = (provider(&table.place().source), table.schema().name.as_str(), field.name.as_str());
            let supplied = found.entry(key).or_default();
            supplied.rows += table.len() as u64;
            if let Some(array) = table.batch().column_by_name(&field.name) {
                supplied.filled += (array.len() - array.null_count()) as u64;
            }
            if let Some(newest) = newest.filter(|newest| supplied.newest.as_deref().is_none_or(|held| held < *newest)) {
                supplied.newest = Some(newest.to_owned());
            }
        }
    }
    let told = |((provider, schema, field), supplied): ((&str, &str, &str), Supplied)| {
        let key = (provider.to_owned(), schema.to_owned(), field.to_owned());
        let share = supplied.filled as f64 / supplied.rows.max(1) as f64;
        let counted = Figures { rows: supplied.rows, share, newest: supplied.newest };
        let figures = known.get(&key).cloned().unwrap_or(counted);
        (key, figures)
    };
    found.into_iter().map(told).collect()
}

/// One row per term of every code table; the cross-match rules are one such table, with their ground as the standard.
pub fn codes(plan: &Plan) -> Result<Table, ArrowError> {
    let mut terms: Vec<[&str; 4]> = Vec::new();
    for table in plan.codes.values() {
        terms.extend(table.terms.iter().map(|term| [&*table.name, &*term.term, &*term.code, &*table.standard]));
    }
    terms.extend(plan.rules.iter().map(|rule| [RULES, &*rule.title, &*rule.code, &*rule.ground]));
    let text = |at: usize| -> ArrayRef { Arc::new(StringArray::from_iter_values(terms.iter().map(|term| term[at]))) };
    table(
        "codes",
        "代码表",
        vec![
            ("code_table", "代码表", text(0)),
            ("term", "名称", text(1)),
            ("standard_code", "标准代码", text(2)),
            ("standard", "标准", text(3)),
        ],
    )
}

/// Nothing in these tables is about anybody.
fn table(name: &str, title: &str, columns: Vec<(&'static str, &'static str, ArrayRef)>) -> Result<Table, ArrowError> {
    let open = |(name, title, array)| TitledColumn {
        name,
        title,
        kind: FieldType::Text,
        sensitivity: Sensitivity::Open,
        array,
    };
    Table::of_columns(name, title, columns.into_iter().map(open).collect())
}
