use std::fs;
use std::io;
use std::path::PathBuf;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Schema, SchemaRef};

use super::Store;
use super::disk::sha256;
use super::error::{PointerFault, StoreError};
use super::id::SnapshotId;
use super::manifest::{FORMAT_VERSION, Manifest, TableEntry};
use super::table_file::{damaged, part_schema, read_batches, read_part};

/// A published snapshot, open for reading. It needs no lock: what is published does not change.
#[derive(Clone, Debug)]
pub struct Snapshot {
    folder: PathBuf,
    manifest: Manifest,
}

impl Store {
    /// The id of the published snapshot, if one has been published.
    ///
    /// # Errors
    /// [`StoreError::Pointer`] where snapshots are there but `CURRENT` does not lead to one of them: nobody may take
    /// such a database for a new one.
    pub fn current(&self) -> Result<Option<SnapshotId>, StoreError> {
        let lost = |fault| Err(StoreError::Pointer { path: self.current_path(), fault });
        match self.pointed_at()? {
            Some(id) if !self.snapshot_dir(&id).is_dir() => lost(PointerFault::Astray(id)),
            // The run that publishes the first one may have come between the two looks.
            None if !self.list()?.is_empty() && self.pointed_at()?.is_none() => lost(PointerFault::Missing),
            pointed_at => Ok(pointed_at),
        }
    }

    /// What `CURRENT` holds, whether or not there is such a snapshot.
    pub(super) fn pointed_at(&self) -> Result<Option<SnapshotId>, StoreError> {
        let path = self.current_path();
        let unreadable = || StoreError::Pointer { path: path.clone(), fault: PointerFault::Unreadable };
        match fs::read_to_string(&path) {
            Ok(text) => SnapshotId::parse(text.trim_end()).map(Some).ok_or_else(unreadable),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(unreadable()),
            Err(error) => Err(StoreError::from_io(&path, error)),
        }
    }

    /// The snapshot that a run has moved in, or is about to, and has not yet made current.
    pub(super) fn announced(&self) -> Option<SnapshotId> {
        SnapshotId::parse(fs::read_to_string(self.next_path()).ok()?.trim_end())
    }

    /// All snapshots that were published, the oldest first. One that a run finished but died before making it current
    /// is not among them.
    pub fn list(&self) -> Result<Vec<SnapshotId>, StoreError> {
        let folder = self.snapshots_dir();
        let fault = |error| StoreError::from_io(&folder, error);
        let mut ids = Vec::new();
        for entry in fs::read_dir(&folder).map_err(fault)? {
            ids.extend(entry.map_err(fault)?.file_name().to_str().and_then(SnapshotId::parse));
        }
        // Asked for last: what was seen above and is announced no longer has become current.
        let announced = self.announced();
        ids.retain(|id| announced.as_ref() != Some(id));
        ids.sort();
        Ok(ids)
    }

    /// The SHA-256 of a snapshot's manifest as it lies there.
    pub(super) fn manifest_hash(&self, id: &SnapshotId) -> Result<String, StoreError> {
        let path = self.snapshot_dir(id).join("manifest.json");
        fs::read(&path).map(|bytes| sha256(&bytes)).map_err(|error| StoreError::from_io(&path, error))
    }
}

impl Snapshot {
    /// Opens a snapshot, the current one where `id` is `None`. Checks the manifest against its hash; the tables are
    /// checked by `verify`.
    pub fn open(store: &Store, id: Option<&SnapshotId>) -> Result<Snapshot, StoreError> {
        let id = match id {
            Some(id) => id.clone(),
            None => store.current()?.ok_or_else(|| StoreError::NothingPublished { path: store.root.clone() })?,
        };
        let folder = store.snapshot_dir(&id);
        if !folder.is_dir() {
            return Err(StoreError::NoSnapshot { id: id.to_string() });
        }
        let path = folder.join("manifest.json");
        let read = |path: &PathBuf| {
            fs::read(path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => damaged(path, "missing"),
                _ => StoreError::from_io(path, error),
            })
        };
        let json = read(&path)?;
        let written = read(&folder.join("manifest.sha256"))?;
        if !written.starts_with(sha256(&json).as_bytes()) {
            return Err(damaged(&path, "does not have the hash that manifest.sha256 says"));
        }
        let manifest: Manifest = serde_json::from_slice(&json).map_err(|error| damaged(&path, error.to_string()))?;
        if manifest.format_version > FORMAT_VERSION {
            return Err(StoreError::NewerFormat { found: manifest.format_version, known: FORMAT_VERSION });
        }
        Ok(Snapshot { folder, manifest })
    }

    pub fn id(&self) -> &SnapshotId {
        &self.manifest.id
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Names of the tables, in alphabetical order.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.manifest.tables.iter().map(|table| table.name.as_str())
    }

    pub fn has_table(&self, name: &str) -> bool {
        self.manifest.table(name).is_some()
    }

    /// The columns of a table, with `title`, `type` and `sensitivity` in their metadata.
    pub fn schema(&self, table: &str) -> Result<SchemaRef, StoreError> {
        let entry = self.entry(table)?;
        match entry.parts.first() {
            Some(part) => part_schema(&self.folder.join(&part.path)),
            None => Ok(SchemaRef::new(Schema::empty())),
        }
    }

    /// A whole table, in the order it is sorted by.
    pub fn read(&self, table: &str) -> Result<(SchemaRef, Vec<RecordBatch>), StoreError> {
        let mut schema = None;
        let mut batches = Vec::new();
        for part in &self.entry(table)?.parts {
            schema = Some(read_part(&self.folder.join(&part.path), part.size, None, &mut batches)?);
        }
        Ok((schema.unwrap_or_else(|| SchemaRef::new(Schema::empty())), batches))
    }

    /// Some columns of a table, in the order asked for.
    pub fn read_columns(&self, table: &str, columns: &[&str]) -> Result<(SchemaRef, Vec<RecordBatch>), StoreError> {
        let schema = self.schema(table)?;
        let mut wanted = Vec::new();
        for column in columns {
            let position = schema
                .index_of(column)
                .map_err(|_| StoreError::NoColumn { table: table.to_owned(), column: (*column).to_owned() })?;
            wanted.push(position);
        }
        let mut in_file_order = wanted.clone();
        in_file_order.sort_unstable();
        in_file_order.dedup();
        // Where each column asked for lies among those that are read.
        let order: Vec<usize> = wanted.iter().filter_map(|c| in_file_order.binary_search(c).ok()).collect();

        let mut batches = Vec::new();
        for part in &self.entry(table)?.parts {
            read_part(&self.folder.join(&part.path), part.size, Some(&in_file_order), &mut batches)?;
        }
        let fault = |error: arrow::error::ArrowError| damaged(&self.folder.join(table), error.to_string());
        let batches = batches.iter().map(|batch| batch.project(&order)).collect::<Result<_, _>>().map_err(fault)?;
        Ok((SchemaRef::new(schema.project(&wanted).map_err(fault)?), batches))
    }

    /// The rows of a table whose text column holds a value, in the table's order, without holding the others.
    pub fn read_where(
        &self,
        table: &str,
        column: &str,
        value: &str,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), StoreError> {
        let schema = self.schema(table)?;
        let no_column = || StoreError::NoColumn { table: table.to_owned(), column: column.to_owned() };
        let at = schema.index_of(column).map_err(|_| no_column())?;
        let mut batches = Vec::new();
        for part in &self.entry(table)?.parts {
            read_batches(&self.folder.join(&part.path), part.size, None, &mut |batch| {
                let texts = batch.column(at).as_string_opt::<i32>();
                let wanted: BooleanArray = (0..batch.num_rows())
                    .map(|row| Some(texts.is_some_and(|texts| texts.value(row) == value)))
                    .collect();
                if wanted.true_count() > 0 {
                    batches.push(filter_record_batch(&batch, &wanted)?);
                }
                Ok(())
            })?;
        }
        Ok((schema, batches))
    }

    fn entry(&self, table: &str) -> Result<&TableEntry, StoreError> {
        self.manifest.table(table).ok_or_else(|| StoreError::NoTable {
            name: table.to_owned(),
            nearest: self
                .tables()
                .map(|known| (strsim::damerau_levenshtein(table, known), known))
                .filter(|(distance, _)| *distance <= (table.chars().count() / 3).max(2))
                .min()
                .map(|(_, known)| known.to_owned()),
        })
    }
}
