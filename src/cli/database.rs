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

/// Notes in the audit log that somebody saw values unmasked or screened a list. Long runs of digits and what stands in
/// quotes are left out, since no number and no name of anybody stands in a log.
pub fn record(store: &Store, snapshot: &Snapshot, what: &str, detail: &str) -> Result<(), Failure> {
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let user = std::env::var("USER").unwrap_or_default();
    let line = json!({ "time": time, "user": user, "what": what, "snapshot": snapshot.id().as_str(), "detail": without_anybody(detail) });
    Ok(store.append_state("audit.jsonl", &line.to_string())?)
}

/// The text with runs of six and more digits, and whatever stands in single quotes, replaced by stars.
fn without_anybody(text: &str) -> String {
    const SHORTEST: usize = 6;
    let mut shown = String::with_capacity(text.len());
    let mut digits = String::new();
    let mut quoted = false;
    for c in text.chars().chain(['\0']) {
        if c == '\'' {
            shown.push_str(if digits.len() >= SHORTEST { "***" } else { &digits });
            digits.clear();
            quoted = !quoted;
            shown.push_str(if quoted { "'***" } else { "'" });
            continue;
        }
        if quoted {
            continue;
        }
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if digits.len() >= SHORTEST {
            shown.push_str("***");
        } else {
            shown.push_str(&digits);
        }
        digits.clear();
        if c != '\0' {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::without_anybody;

    #[test]
    fn the_audit_log_holds_no_number_of_anybody() {
        assert_eq!(
            without_anybody("SELECT name FROM person WHERE id_number = '36240119650312001X' AND age > 60"),
            "SELECT name FROM person WHERE id_number = '***' AND age > 60"
        );
        assert_eq!(without_anybody("WHERE name = '张三' OR phone = 13812345678"), "WHERE name = '***' OR phone = ***");
        assert_eq!(without_anybody("13812345678"), "***");
    }
}
