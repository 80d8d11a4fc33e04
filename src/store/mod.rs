//! The only writers: snapshots of Parquet tables, what people said, and every other file the program makes.
//!
//! ```text
//! DB/CURRENT                            the id of the published snapshot
//! DB/snapshots/ID/manifest.json         see [`Manifest`]
//! DB/snapshots/ID/manifest.sha256       its hash, as `sha256sum -c` reads it
//! DB/snapshots/ID/TABLE/part-NNNN.parquet
//! DB/state/                             append-only: what people said, who looked
//! DB/reports/ID/                        workbooks and reports of a snapshot
//! DB/.lock                              held while a run writes
//! DB/CURRENT.next                       the snapshot that is about to become current; there only in between
//! ```
//! A snapshot is written whole under `DB/.tmp-PID`, put on disk (fsync of every file, then of every directory), moved
//! to `snapshots/ID`, and becomes current by one rename of `CURRENT.next`, which is written before the move, so that a
//! snapshot that a dead run left behind is told from a published one. Whatever breaks on the way, a reader sees the old
//! snapshot or the new one. A failed fsync ends the run: the kernel may have dropped the pages, so that a second fsync
//! would report a success that never was.
//!
//! Files are 0600 and directories 0700. No clock is read here: times are arguments.
//!
//! A column's Arrow field metadata carries `title` (Chinese), and, where it came from a schema, `type` and
//! `sensitivity` (the schema file's words); `query` masks by them.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this room is a door: it alone writes files")]

use std::path::{Path, PathBuf};

mod disk;
mod error;
mod files;
mod id;
mod lock;
mod manifest;
mod parquet_bytes;
mod publish;
mod snapshot;
mod table_file;
mod upkeep;

use disk::Disk;

pub use disk::ignore_file_size_signal;
pub use error::{Damage, DamageKind, PointerFault, StoreError};
pub use files::{AtomicFile, create_dir, write_file};
pub use id::SnapshotId;
pub use lock::{Holder, Lock};
pub use manifest::{FORMAT_VERSION, Input, LedgerTotals, Manifest, PartFile, PreviousSnapshot, TableEntry};
pub use parquet_bytes::parquet_bytes;
pub use publish::SnapshotContent;
pub use snapshot::Snapshot;
pub use upkeep::Keep;

/// A database folder.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
    disk: Disk,
}

impl Store {
    /// Opens a database for reading or writing; [`StoreError::NoDatabase`] where there is none.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let store = Store { root: path.to_owned(), disk: Disk::default() };
        if store.snapshots_dir().is_dir() { Ok(store) } else { Err(StoreError::NoDatabase { path: path.to_owned() }) }
    }

    /// Opens a database, making its folders where they are missing.
    pub fn create(path: &Path) -> Result<Store, StoreError> {
        let store = Store { root: path.to_owned(), disk: Disk::default() };
        for folder in [store.root.clone(), store.snapshots_dir(), store.state_dir(), store.root.join("reports")] {
            store.disk.create_dir_all(&folder)?;
        }
        Ok(store)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    fn snapshots_dir(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    fn snapshot_dir(&self, id: &SnapshotId) -> PathBuf {
        self.snapshots_dir().join(id.as_str())
    }

    fn state_dir(&self) -> PathBuf {
        self.root.join("state")
    }

    fn current_path(&self) -> PathBuf {
        self.root.join("CURRENT")
    }

    fn next_path(&self) -> PathBuf {
        self.root.join("CURRENT.next")
    }
}

#[cfg(test)]
mod tests;
