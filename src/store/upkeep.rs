//! Checking, going back, clearing out.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Store;
use super::disk::{hex, sha256};
use super::error::{Damage, DamageKind, StoreError};
use super::id::SnapshotId;
use super::lock::Lock;
use super::manifest::{Manifest, PartFile};
use super::snapshot::Snapshot;

/// The state file that remembers what was pruned: `ID SHA256-of-its-manifest` a line.
const PRUNED: &str = "pruned";

impl Store {
    /// Compares every file of a snapshot with its manifest, the manifest with its hash, and the snapshot before with
    /// what the manifest says of it. Empty: all is as it was written.
    pub fn verify(&self, id: &SnapshotId) -> Result<Vec<Damage>, StoreError> {
        let folder = self.snapshot_dir(id);
        if !folder.is_dir() {
            return Err(StoreError::NoSnapshot { id: id.to_string() });
        }
        let mut damage = Vec::new();
        let mut found = BTreeMap::new();
        collect_files(&folder, "", &mut found).map_err(|error| StoreError::from_io(&folder, error))?;
        let place = |name: &str| Path::new("snapshots").join(id.as_str()).join(name);
        let mut say = |path: PathBuf, kind: DamageKind| damage.push(Damage { path, kind });

        let json = match found.remove("manifest.json").map(fs::read) {
            Some(Ok(json)) => json,
            Some(Err(error)) => {
                say(place("manifest.json"), DamageKind::Unreadable(error.to_string()));
                return Ok(damage);
            }
            None => {
                say(place("manifest.json"), DamageKind::Missing);
                return Ok(damage);
            }
        };
        match found.remove("manifest.sha256").map(fs::read) {
            Some(Ok(text)) if text == format!("{}  manifest.json\n", sha256(&json)).as_bytes() => {}
            Some(Ok(_)) => say(place("manifest.json"), DamageKind::Hash),
            Some(Err(error)) => say(place("manifest.sha256"), DamageKind::Unreadable(error.to_string())),
            None => say(place("manifest.sha256"), DamageKind::Missing),
        }
        let manifest: Manifest = match serde_json::from_slice(&json) {
            Ok(manifest) => manifest,
            Err(error) => {
                say(place("manifest.json"), DamageKind::Unreadable(error.to_string()));
                return Ok(damage);
            }
        };
        for part in manifest.tables.iter().flat_map(|table| &table.parts) {
            let kind = match found.remove(&part.path) {
                Some(path) => part_damage(&path, part),
                None => Some(DamageKind::Missing),
            };
            if let Some(kind) = kind {
                say(place(&part.path), kind);
            }
        }
        for name in found.keys() {
            say(place(name), DamageKind::Unexpected);
        }
        if manifest.id != *id {
            say(place("manifest.json"), DamageKind::Chain);
        } else if let Some(previous) = &manifest.previous {
            let before = Path::new("snapshots").join(previous.id.as_str()).join("manifest.json");
            match self.manifest_hash(&previous.id) {
                Ok(hash) if hash == previous.manifest_sha256 => {}
                Ok(_) => say(before, DamageKind::Chain),
                Err(_) if self.was_pruned(&previous.id, &previous.manifest_sha256) => {}
                Err(_) => say(before, DamageKind::Missing),
            }
        }
        Ok(damage)
    }

    /// Makes an earlier (or later) snapshot the current one again, by one rename. It must be readable.
    pub fn rollback(&self, _lock: &Lock, id: &SnapshotId) -> Result<(), StoreError> {
        Snapshot::open(self, Some(id))?;
        self.set_current(id)
    }

    /// Removes a snapshot and its reports. Its id and hash are remembered, so that the chain still closes.
    pub fn remove(&self, _lock: &Lock, id: &SnapshotId) -> Result<(), StoreError> {
        if self.current()?.as_ref() == Some(id) {
            return Err(StoreError::IsCurrent { id: id.to_string() });
        }
        let folder = self.snapshot_dir(id);
        if !folder.is_dir() {
            return Err(StoreError::NoSnapshot { id: id.to_string() });
        }
        let hash = self.manifest_hash(id).unwrap_or_default();
        self.append_state(PRUNED, &format!("{id} {hash}"))?;
        // Out of sight by one rename, so that nobody opens half a snapshot.
        let tmp = self.root.join(format!(".tmp-pruned-{id}"));
        self.disk.rename(&folder, &tmp)?;
        self.disk.sync_dir(&self.snapshots_dir())?;
        self.disk.remove_dir_all(&tmp)?;
        let reports = self.reports_dir(id);
        if reports.is_dir() {
            self.disk.remove_dir_all(&reports)?;
        }
        self.disk.sync_dir(&self.root)
    }

    /// Removes all snapshots but the newest `keep` and the current one; those removed.
    pub fn prune(&self, lock: &Lock, keep: usize) -> Result<Vec<SnapshotId>, StoreError> {
        let current = self.current()?;
        let mut ids = self.list()?;
        ids.truncate(ids.len().saturating_sub(keep));
        ids.retain(|id| current.as_ref() != Some(id));
        for id in &ids {
            self.remove(lock, id)?;
        }
        Ok(ids)
    }

    fn was_pruned(&self, id: &SnapshotId, hash: &str) -> bool {
        let line = format!("{id} {hash}");
        self.read_state(PRUNED).is_ok_and(|text| text.lines().any(|known| known == line))
    }
}

/// Every file below a folder by its path relative to it, written with `/`.
fn collect_files(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect_files(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, entry.path());
        }
    }
    Ok(())
}

fn part_damage(path: &Path, part: &PartFile) -> Option<DamageKind> {
    let hashed = || -> io::Result<(u64, String)> {
        let mut hash = Sha256::new();
        let size = io::copy(&mut File::open(path)?, &mut HashSink(&mut hash))?;
        Ok((size, hex(&hash.finalize())))
    };
    match hashed() {
        Err(error) => Some(DamageKind::Unreadable(error.to_string())),
        Ok((found, _)) if found != part.size => Some(DamageKind::Size { expected: part.size, found }),
        Ok((_, sha256)) if sha256 != part.sha256 => Some(DamageKind::Hash),
        Ok(_) => None,
    }
}

/// Lets `io::copy` feed a hash.
struct HashSink<'a>(&'a mut Sha256);

impl io::Write for HashSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
