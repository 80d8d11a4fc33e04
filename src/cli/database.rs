//! Opening a database and a snapshot of it, and what the store's errors mean for the exit code.

use std::path::Path;

use chrono::{SecondsFormat, Utc};
use serde_json::json;

use super::exit::{Exit, Failure};
use crate::model::{Lang, Words};
use crate::store::{Snapshot, SnapshotId, Store, StoreError};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let exit = match &error {
            StoreError::NoDatabase { .. } | StoreError::NothingPublished { .. } => Exit::NoDatabase,
            StoreError::Locked { .. } => Exit::Locked,
            StoreError::Damaged { .. } => Exit::Damaged,
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

/// Notes in the audit log that somebody saw values unmasked or screened a list. `detail` holds nobody's number or name.
pub fn record(store: &Store, snapshot: &Snapshot, what: &str, detail: &str) -> Result<(), Failure> {
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let user = std::env::var("USER").unwrap_or_default();
    let line =
        json!({ "time": time, "user": user, "what": what, "snapshot": snapshot.id().as_str(), "detail": detail });
    Ok(store.append_state("audit.jsonl", &line.to_string())?)
}
