//! The table `lineage`: for each value of each person and household the row that it rests on, and why.
//!
//! A value that a row states names that row. A value that is reckoned from others (an age, a programme, a tier) names
//! the row that decides and, in `basis`, everything it was reckoned from, each as `what @ row`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, ListArray, RecordBatch, StringArray};
use arrow::compute::interleave_record_batch;
use arrow::error::ArrowError;

use super::columns::LINEAGE;
use super::table_rows::Rows;
use crate::model::Table;

/// Why a value was published that no single row states.
const RECKONED: &str = "reckoned";

/// What stands between a thing and its row.
const BEFORE_ROW: &str = " @ ";

/// What stands between the items of a list where it is told as one text.
const BETWEEN_ITEMS: &str = "、";

/// What one published value rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin<'a> {
    /// As one text, also where it is a list.
    pub value: String,
    /// The items of a list; none for a single value.
    pub items: Vec<String>,
    /// The row that decides.
    pub row_id: Cow<'a, str>,
    pub reason: &'static str,
    /// What other rows say instead, each as `value @ row`.
    pub alternatives: Vec<String>,
    /// What a reckoned value is reckoned from, each as `what @ row`.
    pub basis: Vec<String>,
}

/// The origins of one entity's values, by field.
pub(super) type Told<'a> = BTreeMap<&'static str, Origin<'a>>;

impl<'a> Origin<'a> {
    /// A value reckoned from the given things, each with its row; the first decides. `None` where nothing is given, for
    /// a value without a row has no place here.
    pub(super) fn reckoned<W: AsRef<str>>(
        value: String,
        basis: impl IntoIterator<Item = (W, Cow<'a, str>)>,
    ) -> Option<Origin<'a>> {
        let mut parts = basis.into_iter().peekable();
        let row_id = parts.peek().map(|(_, row)| row.clone())?;
        let basis = parts.map(|(what, row)| at_row(what.as_ref(), &row)).collect();
        Some(Origin { value, items: Vec::new(), row_id, reason: RECKONED, alternatives: Vec::new(), basis })
    }

    /// A list whose items each have their rows; the rows of one item stand together.
    pub(super) fn of_items<W: AsRef<str>>(rows: &[(W, Cow<'a, str>)]) -> Option<Origin<'a>> {
        let mut items: Vec<String> = rows.iter().map(|(item, _)| item.as_ref().to_owned()).collect();
        items.dedup();
        let basis = rows.iter().map(|(item, row)| (item.as_ref(), row.clone()));
        Some(Origin { items: items.clone(), ..Origin::reckoned(items.join(BETWEEN_ITEMS), basis)? })
    }
}

/// `what @ row`.
pub(super) fn at_row(what: &str, row_id: &str) -> String {
    format!("{what}{BEFORE_ROW}{row_id}")
}

/// Sets the values that are told of, so that none is published without its origin.
pub(super) fn fill(row: &mut Rows, told: &Told<'_>) {
    for (field, origin) in told {
        if origin.items.is_empty() {
            row.set(field, &origin.value);
        } else {
            row.set_list(field, origin.items.clone());
        }
    }
}

/// The table under construction.
pub(super) struct Lineage {
    rows: Rows,
}

impl Lineage {
    pub(super) fn new() -> Self {
        Lineage { rows: Rows::new(LINEAGE) }
    }

    /// Adds the origins of an entity's values.
    pub(super) fn tell(&mut self, kind: &str, id: &str, told: Told<'_>) {
        for (field, origin) in told {
            self.rows.begin();
            self.rows.set("entity_kind", kind);
            self.rows.set("entity_id", id);
            self.rows.set("field", field);
            self.rows.set("value", &origin.value);
            self.rows.set("row_id", &origin.row_id);
            self.rows.set("source", source_of(&origin.row_id));
            self.rows.set("reason", origin.reason);
            self.rows.set("contested", if origin.alternatives.is_empty() { "false" } else { "true" });
            self.rows.set_list("alternatives", origin.alternatives);
            self.rows.set_list("basis", origin.basis);
        }
    }

    /// Puts another part behind this one.
    pub(super) fn append(&mut self, other: Lineage) {
        self.rows.append(other.rows);
    }

    pub(super) fn finish(self) -> Result<Table, ArrowError> {
        self.rows.finish("lineage", "取值来源", &["entity_id", "field"], &[])
    }
}

/// The source, which a row id begins with.
fn source_of(row_id: &str) -> &str {
    row_id.split('/').next().unwrap_or_default()
}

/// Entity → the row that its value of one field rests on.
pub(super) fn rows_of<'a>(lineage: &'a Table, wanted: &str) -> Result<HashMap<&'a str, &'a str>, ArrowError> {
    let mut rows = HashMap::new();
    for batch in &lineage.batches {
        let [ids, fields, row_ids] = ["entity_id", "field", "row_id"].map(|name| text(batch, name));
        let (ids, fields, row_ids) = (ids?, fields?, row_ids?);
        let of_field = (0..batch.num_rows()).filter(|row| fields.value(*row) == wanted);
        rows.extend(of_field.map(|row| (ids.value(row), row_ids.value(row))));
    }
    Ok(rows)
}

/// Entity → the things that a value was reckoned from, each with its row.
pub(super) type Bases<'a> = HashMap<&'a str, Vec<(&'a str, &'a str)>>;

/// What each entity's value of one field was reckoned from.
pub(super) fn bases_of<'a>(lineage: &'a Table, wanted: &str) -> Result<Bases<'a>, ArrowError> {
    let mut found = Bases::new();
    for batch in &lineage.batches {
        let (ids, fields) = (text(batch, "entity_id")?, text(batch, "field")?);
        let basis: &ListArray = column(batch, "basis")?;
        let parts: &StringArray = basis
            .values()
            .as_any()
            .downcast_ref()
            .ok_or_else(|| ArrowError::SchemaError("basis holds no texts".to_owned()))?;
        let offsets = basis.value_offsets();
        for row in (0..batch.num_rows()).filter(|row| fields.value(*row) == wanted) {
            let range = offsets[row] as usize..offsets[row + 1] as usize;
            found.insert(ids.value(row), range.filter_map(|at| parts.value(at).split_once(BEFORE_ROW)).collect());
        }
    }
    Ok(found)
}

/// Both tables' rows in one, in order. Each is in order already, so nothing is sorted again.
pub(super) fn merge(lineage: &Table, more: Lineage) -> Result<Table, ArrowError> {
    let more = more.finish()?;
    let batches: Vec<&RecordBatch> = lineage.batches.iter().chain(&more.batches).collect();
    let keys = |batch: &'_ RecordBatch| -> Result<(StringArray, StringArray), ArrowError> {
        Ok((text(batch, "entity_id")?.clone(), text(batch, "field")?.clone()))
    };
    let keys: Vec<_> = batches.iter().map(|batch| keys(batch)).collect::<Result<_, _>>()?;
    let key = |(batch, row): (usize, usize)| (keys[batch].0.value(row), keys[batch].1.value(row));
    let places = |from: usize, to: usize| {
        let of = |batch: usize| (0..keys[batch].0.len()).map(move |row| (batch, row));
        (from..to).flat_map(of).collect::<Vec<_>>()
    };
    let first = places(0, lineage.batches.len());
    let second = places(lineage.batches.len(), batches.len());
    let mut merged = Vec::with_capacity(first.len() + second.len());
    let mut second = second.into_iter().peekable();
    for place in first {
        while let Some(other) = second.next_if(|other| key(*other) < key(place)) {
            merged.push(other);
        }
        merged.push(place);
    }
    merged.extend(second);
    let batch = interleave_record_batch(&batches, &merged)?;
    Ok(Table { batches: vec![batch], ..lineage.clone() })
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray, ArrowError> {
    column(batch, name)
}

fn column<'a, T: 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a T, ArrowError> {
    batch
        .column_by_name(name)
        .and_then(|array| array.as_any().downcast_ref())
        .ok_or_else(|| ArrowError::SchemaError(format!("lineage has no such column {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: &[(&'static str, &'static str)]) -> Told<'static> {
        let origin = |(field, row): &(&'static str, &'static str)| {
            Some((*field, Origin::reckoned("v".to_owned(), [("w", Cow::Borrowed(*row))])?))
        };
        fields.iter().filter_map(origin).collect()
    }

    fn shown(table: &Table) -> Vec<String> {
        let batch = &table.batches[0];
        let of = |name: &str| text(batch, name).unwrap();
        let (ids, fields, sources) = (of("entity_id"), of("field"), of("source"));
        (0..batch.num_rows())
            .map(|row| format!("{} {} {}", ids.value(row), fields.value(row), sources.value(row)))
            .collect()
    }

    #[test]
    fn two_parts_in_order_make_one_in_order() {
        let mut first = Lineage::new();
        first.tell("household", "H1", told(&[("county", "a/f//1"), ("town", "a/f//1")]));
        first.tell("person", "P2", told(&[("sex", "a/f//2")]));
        let mut second = Lineage::new();
        second.tell("household", "H1", told(&[("income_band", "b/f//1")]));
        second.tell("person", "P1", told(&[("tier", "b/f//3")]));
        second.tell("person", "P2", told(&[("tier", "b/f//2")]));
        let merged = merge(&first.finish().unwrap(), second).unwrap();
        assert_eq!(
            shown(&merged),
            ["H1 county a", "H1 income_band b", "H1 town a", "P1 tier b", "P2 sex a", "P2 tier b"]
        );
        assert_eq!(rows_of(&merged, "tier").unwrap(), HashMap::from([("P1", "b/f//3"), ("P2", "b/f//2")]));
    }

    #[test]
    fn a_list_says_the_rows_of_each_item_and_its_value_says_each_once() {
        let row = |text: &'static str| Cow::Borrowed(text);
        let items = [("低保", row("a/f//1")), ("低保", row("a/g//1")), ("特困", row("b/f//9"))];
        let origin = Origin::of_items(&items).unwrap();
        assert_eq!((origin.value.as_str(), origin.row_id.as_ref()), ("低保、特困", "a/f//1"));
        assert_eq!(origin.basis, ["低保 @ a/f//1", "低保 @ a/g//1", "特困 @ b/f//9"]);
        assert_eq!(Origin::of_items::<&str>(&[]), None);
    }
}
