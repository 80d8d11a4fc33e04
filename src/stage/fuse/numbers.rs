//! The documents of each person: all sound numbers its rows bear, and the one that stands for it.

use std::collections::BTreeMap;

use arrow::error::ArrowError;

use super::kept::Kept;
use crate::model::{Grain, Table};
use crate::stage::columns::IDENTIFIER;
use crate::stage::table_rows::Rows;

/// One document of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    pub kind: String,
    pub number: Option<String>,
    pub status: String,
    pub row_id: String,
}

/// The documents of each person by ordinal, the one that stands for the person first.
pub(super) fn documents(kept: &[Kept], people: usize) -> Vec<Vec<Document>> {
    let mut found: Vec<BTreeMap<(u8, String), Document>> = vec![BTreeMap::new(); people];
    for table in kept {
        let field = match table.schema.grain {
            Grain::Household if table.schema.field("id_number").is_none() => "head_id_number",
            _ => "id_number",
        };
        let (kind_column, status_column) = (format!("kind.{field}"), format!("status.{field}"));
        for (row, link) in table.links.iter().enumerate() {
            let Some(person) = link.person else { continue };
            let number = table.text(field, row).map(str::to_owned);
            let status = match (&number, link.trusted_number) {
                (Some(_), false) => "contested",
                _ => table.text(&status_column, row).unwrap_or("missing"),
            };
            let kind = table.text(&kind_column, row).unwrap_or("unknown");
            let rank = match (link.trusted_number, number.is_some(), kind) {
                (true, true, "resident_id" | "resident_id_15") => 0,
                (true, true, _) => 1,
                (false, true, _) => 2,
                _ => 3,
            };
            found[person as usize].entry((rank, number.clone().unwrap_or_default())).or_insert_with(|| Document {
                kind: if kind == "resident_id_15" { "resident_id".to_owned() } else { kind.to_owned() },
                number,
                status: if status.starts_with("valid_") { "valid".to_owned() } else { status.to_owned() },
                row_id: table.row_id(row).to_owned(),
            });
        }
    }
    found.into_iter().map(|documents| documents.into_values().collect()).collect()
}

/// The table `identifier`: every sound number of every person.
pub(super) fn table(documents: &[Vec<Document>], person_ids: &[String]) -> Result<Table, ArrowError> {
    let mut rows = Rows::new(IDENTIFIER);
    for (documents, id) in documents.iter().zip(person_ids) {
        for document in documents.iter().filter(|document| document.number.is_some()) {
            rows.begin();
            rows.set("person_id", id);
            rows.set("id_kind", &document.kind);
            rows.set_some("id_number", document.number.as_deref());
            rows.set("id_status", &document.status);
            rows.set("row_id", &document.row_id);
        }
    }
    rows.finish("identifier", "证件", &["person_id", "id_number"], &["id_number"])
}
