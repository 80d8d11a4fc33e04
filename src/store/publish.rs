use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, FixedOffset, NaiveDate};
use rayon::prelude::*;

use super::Store;
use super::disk::sha256;
use super::error::StoreError;
use super::id::SnapshotId;
use super::lock::Lock;
use super::manifest::{FORMAT_VERSION, Input, LedgerTotals, Manifest, PreviousSnapshot, TableEntry};
use super::table_file::write_table;
use crate::model::Table;

/// What a run publishes.
#[derive(Debug)]
pub struct SnapshotContent {
    pub tables: Vec<Table>,
    pub inputs: Vec<Input>,
    pub ledger: LedgerTotals,
    /// The pipeline's name and title.
    pub pipeline: String,
    pub title: String,
    pub plan_hash: String,
    pub as_of: NaiveDate,
    /// The moment of publishing, which the snapshot's id begins with.
    pub created_at: DateTime<FixedOffset>,
    pub program_version: String,
    pub next_person: u64,
    pub next_household: u64,
    pub last_decision: Option<u64>,
    pub notes: Vec<String>,
}

impl Store {
    /// Writes a snapshot and makes it the current one. On an error the current one is as before, and what was written
    /// is removed, unless the very last step failed: then the new snapshot is current, but the disk may not hold it yet.
    pub fn publish(&self, _lock: &Lock, content: SnapshotContent) -> Result<SnapshotId, StoreError> {
        let tmp = self.root.join(format!(".tmp-{}", std::process::id()));
        if tmp.exists() {
            self.disk.remove_dir_all(&tmp)?;
        }
        let outcome = self.write_snapshot(&tmp, content).and_then(|id| {
            self.move_in(&tmp, &id)?;
            Ok(id)
        });
        if outcome.is_err() && tmp.exists() {
            // The error that led here matters more than one of clearing up; the next run tries again.
            let _ = self.disk.remove_dir_all(&tmp);
        }
        outcome
    }

    /// Writes tables and manifest under `tmp` and puts them on disk.
    fn write_snapshot(&self, tmp: &Path, content: SnapshotContent) -> Result<SnapshotId, StoreError> {
        let mut names = BTreeSet::new();
        if let Some(twice) = content.tables.iter().find(|table| !names.insert(table.name.clone())) {
            return Err(StoreError::Table {
                table: twice.name.to_string(),
                detail: "there are two of this name".into(),
            });
        }
        self.disk.create_dir(tmp)?;
        let written: Result<Vec<TableEntry>, StoreError> =
            content.tables.into_par_iter().map(|table| write_table(&self.disk, tmp, table)).collect();
        let mut tables = written?;
        tables.sort_by(|a, b| a.name.cmp(&b.name));

        let existing = self.list()?;
        let previous = match self.current()? {
            Some(id) => Some(PreviousSnapshot { manifest_sha256: self.manifest_hash(&id)?, id }),
            None => None,
        };
        let hashes =
            tables.iter().flat_map(|table| &table.parts).map(|part| format!("{} {}\n", part.path, part.sha256));
        let content_hash = sha256(hashes.collect::<String>().as_bytes());
        let id = SnapshotId::next(content.created_at.naive_local(), &content_hash, &existing);
        let manifest = Manifest {
            id: id.clone(),
            format_version: FORMAT_VERSION,
            program_version: content.program_version,
            created_at: content.created_at.to_rfc3339(),
            as_of: content.as_of.to_string(),
            pipeline: content.pipeline,
            title: content.title,
            plan_hash: content.plan_hash,
            previous,
            inputs: content.inputs,
            ledger: content.ledger,
            tables,
            next_person: content.next_person,
            next_household: content.next_household,
            last_decision: content.last_decision,
            notes: content.notes,
        };
        self.write_manifest(tmp, &manifest)?;
        for table in &manifest.tables {
            self.disk.sync_dir(&tmp.join(&table.name))?;
        }
        self.disk.sync_dir(tmp)?;
        Ok(id)
    }

    fn write_manifest(&self, folder: &Path, manifest: &Manifest) -> Result<(), StoreError> {
        let path = folder.join("manifest.json");
        let mut json = serde_json::to_vec_pretty(manifest)
            .map_err(|error| StoreError::Io { path: path.clone(), source: error.into() })?;
        json.push(b'\n');
        self.disk.write_new(path, &json)?;
        let hash = format!("{}  manifest.json\n", sha256(&json));
        self.disk.write_new(folder.join("manifest.sha256"), hash.as_bytes())
    }

    /// Gives the finished folder its place and points `CURRENT` to it.
    fn move_in(&self, tmp: &Path, id: &SnapshotId) -> Result<(), StoreError> {
        let next = self.next_path();
        // What is moved in must be known for unpublished whenever the machine stops.
        let outcome = self
            .write_pointer(&next, id)
            .and_then(|()| self.disk.sync_dir(&self.root))
            .and_then(|()| self.disk.rename(tmp, &self.snapshot_dir(id)))
            .and_then(|()| self.disk.sync_dir(&self.snapshots_dir()))
            .and_then(|()| self.disk.rename(&next, &self.current_path()))
            .and_then(|()| self.disk.sync_dir(&self.root));
        if outcome.is_err() {
            // The error that led here matters more than one of clearing up; the next run tries again.
            let _ = self.clear_unpublished();
        }
        outcome
    }

    /// Removes the snapshot that was announced and never became current, so that it is not taken for a published one.
    pub(super) fn clear_unpublished(&self) -> Result<(), StoreError> {
        let next = self.next_path();
        if !next.exists() {
            return Ok(());
        }
        if let Some(folder) = self.announced().map(|id| self.snapshot_dir(&id)).filter(|folder| folder.is_dir()) {
            self.disk.remove_dir_all(&folder)?;
            self.disk.sync_dir(&self.snapshots_dir())?;
        }
        self.disk.remove_file(&next)
    }

    /// Replaces `CURRENT` by one rename.
    pub(super) fn set_current(&self, id: &SnapshotId) -> Result<(), StoreError> {
        let tmp = self.root.join("CURRENT.tmp");
        self.write_pointer(&tmp, id)?;
        self.disk.rename(&tmp, &self.current_path())?;
        self.disk.sync_dir(&self.root)
    }

    fn write_pointer(&self, path: &Path, id: &SnapshotId) -> Result<(), StoreError> {
        if path.exists() {
            self.disk.remove_file(path)?;
        }
        self.disk.write_new(path.to_owned(), format!("{id}\n").as_bytes())
    }
}
