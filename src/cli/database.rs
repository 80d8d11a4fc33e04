//! Opening a database and a snapshot of it, and what the store's errors mean for the exit code.

use std::collections::HashMap;
use std::path::Path;

use chrono::{SecondsFormat, Utc};
use serde_json::json;

use super::exit::{Exit, Failure};
use crate::model::{Lang, Words};
use crate::report::cell;
use crate::store::{Snapshot, SnapshotId, Store, StoreError};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let exit = match &error {
            StoreError::NoDatabase { .. } | StoreError::NothingPublished { .. } => Exit::NoDatabase,
            StoreError::Locked { .. } => Exit::Locked,
            StoreError::Damaged { .. } | StoreError::Pointer { .. } => Exit::Damaged,
            StoreError::NoSnapshot { .. } | StoreError::NoTable { .. } | StoreError::NoColumn { .. } => Exit::Usage,
            _ => Exit::Failed,
        };
        Failure { exit, words: Words::new(error.message(Lang::Zh), error.message(Lang::En)), causes: Vec::new() }
    }
}

/// The database and one of its snapshots, the published one where none is named.
pub fn open(database: &Path, snapshot: Option<&str>) -> Result<(Store, Snapshot), Failure> {
    let store = Store::open(database)?;
    let id = snapshot.map(snapshot_id).transpose()?;
    let snapshot = Snapshot::open(&store, id.as_ref())?;
    Ok((store, snapshot))
}

/// What was typed, as the id of a snapshot.
pub fn snapshot_id(text: &str) -> Result<SnapshotId, Failure> {
    SnapshotId::parse(text).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("{text} 不是快照编号；用 ronghe snapshots list 查看"),
            format!("{text} is not the id of a snapshot; ronghe snapshots list shows them"),
        )
    })
}

/// Who bears each of the wanted numbers. A number that a row bears though it is somebody else's (`contested`) leads to
/// that row's person only where nobody else bears it.
pub fn holders(snapshot: &Snapshot, wanted: impl Fn(&str) -> bool) -> Result<HashMap<String, String>, StoreError> {
    const TABLE: &str = "identifier";
    let (mut trusted, mut contested) = (HashMap::new(), HashMap::new());
    if !snapshot.has_table(TABLE) {
        return Ok(trusted);
    }
    let mut columns = vec!["id_number", "person_id"];
    if snapshot.schema(TABLE)?.index_of("id_status").is_ok() {
        columns.push("id_status");
    }
    let (_, batches) = snapshot.read_columns(TABLE, &columns)?;
    for batch in &batches {
        let text = |column: usize, row: usize| batch.columns().get(column).and_then(|array| cell::text(array, row));
        for row in 0..batch.num_rows() {
            let (Some(number), Some(person)) = (text(0, row).filter(|number| wanted(number)), text(1, row)) else {
                continue;
            };
            let is_contested = text(2, row).as_deref() == Some("contested");
            let holders = if is_contested { &mut contested } else { &mut trusted };
            holders.entry(number).or_insert(person);
        }
    }
    for (number, person) in contested {
        trusted.entry(number).or_insert(person);
    }
    Ok(trusted)
}

/// Notes in the audit log that somebody saw values unmasked or screened a list. `detail` holds nobody's number or name.
pub fn record(store: &Store, snapshot: &Snapshot, what: &str, detail: &str) -> Result<(), Failure> {
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let user = std::env::var("USER").unwrap_or_default();
    let line =
        json!({ "time": time, "user": user, "what": what, "snapshot": snapshot.id().as_str(), "detail": detail });
    Ok(store.append_state("audit.jsonl", &line.to_string())?)
}
