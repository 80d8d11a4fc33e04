//! Checking, going back, clearing out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Store;
use super::disk::{hex, sha256};
use super::error::{Damage, DamageKind, StoreError};
use super::id::SnapshotId;
use super::lock::Lock;
use super::manifest::{Manifest, PartFile};
use super::snapshot::Snapshot;

/// The state file that remembers what was pruned: `ID SHA256-of-its-manifest NEXT-PERSON NEXT-HOUSEHOLD` a line.
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

    /// Where a rollback leads that says no place: to the snapshot that the current one was built on. Where that is gone,
    /// or nothing says which is current, to the newest one that is sound, one from before the current one if possible.
    /// `None` where there is none.
    pub fn before_current(&self) -> Result<Option<SnapshotId>, StoreError> {
        let pointed_at = match self.pointed_at() {
            Err(StoreError::Pointer { .. }) => None,
            outcome => outcome?,
        };
        let current = pointed_at.as_ref().and_then(|id| Snapshot::open(self, Some(id)).ok());
        let is_lost = current.is_none();
        if let Some(current) = current {
            match &current.manifest().previous {
                None => return Ok(None),
                Some(previous) if self.snapshot_dir(&previous.id).is_dir() => return Ok(Some(previous.id.clone())),
                Some(_) => {}
            }
        }
        let (older, newer): (Vec<SnapshotId>, Vec<SnapshotId>) = self
            .list()?
            .into_iter()
            .rev()
            .filter(|id| pointed_at.as_ref() != Some(id))
            .partition(|id| pointed_at.as_ref().is_none_or(|current| id < current));
        // A newer one than the current was gone back from, so that it comes last, and only in need.
        for id in older.into_iter().chain(newer.into_iter().filter(|_| is_lost)) {
            if !self.verify(&id)?.iter().any(|damage| damage.is_of(&id)) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Removes a snapshot and its reports. What the chain and later ids need of it is remembered.
    pub fn remove(&self, _lock: &Lock, id: &SnapshotId) -> Result<(), StoreError> {
        if self.current()?.as_ref() == Some(id) {
            return Err(StoreError::IsCurrent { id: id.to_string() });
        }
        let folder = self.snapshot_dir(id);
        if !folder.is_dir() {
            return Err(StoreError::NoSnapshot { id: id.to_string() });
        }
        let hash = self.manifest_hash(id).unwrap_or_else(|_| "-".to_owned());
        let Ordinals { next_person, next_household } = self.ordinals_of(id).unwrap_or_default();
        self.append_state(PRUNED, &format!("{id} {hash} {next_person} {next_household}"))?;
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

    /// The snapshots that `keep` does not keep, the oldest first. The current one always stays.
    pub fn to_prune(&self, keep: Keep) -> Result<Vec<SnapshotId>, StoreError> {
        let current = self.current()?;
        let ids = self.list()?;
        let mut kept: BTreeSet<&SnapshotId> = ids.iter().rev().take(keep.last).chain(&current).collect();
        let mut newest_of_month: Vec<&SnapshotId> = ids.iter().rev().collect();
        newest_of_month.dedup_by(|a, b| a.month() == b.month());
        kept.extend(newest_of_month.into_iter().take(keep.monthly));
        Ok(ids.iter().filter(|id| !kept.contains(id)).cloned().collect())
    }

    /// The first ordinals that no snapshot ever gave to a person and to a household, those that were gone back from and
    /// those that were pruned included; a manifest that cannot be read says nothing. 1 in a new database.
    pub fn next_ordinals(&self) -> Result<(u64, u64), StoreError> {
        let pruned = self.read_state(PRUNED)?;
        let pruned = pruned.lines().filter_map(|line| {
            let mut words = line.split(' ').skip(2).map(|word| word.parse().ok());
            Some(Ordinals { next_person: words.next()??, next_household: words.next()?? })
        });
        let ids = self.list()?;
        let all = ids.iter().filter_map(|id| self.ordinals_of(id)).chain(pruned);
        Ok(all.fold((1, 1), |(person, household), given| {
            (person.max(given.next_person), household.max(given.next_household))
        }))
    }

    fn ordinals_of(&self, id: &SnapshotId) -> Option<Ordinals> {
        serde_json::from_slice(&fs::read(self.snapshot_dir(id).join("manifest.json")).ok()?).ok()
    }

    fn was_pruned(&self, id: &SnapshotId, hash: &str) -> bool {
        let is_it = |line: &str| line.split(' ').take(2).eq([id.as_str(), hash]);
        self.read_state(PRUNED).is_ok_and(|text| text.lines().any(is_it))
    }
}

/// Which snapshots a clearing out leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// So many of the newest.
    pub last: usize,
    /// Of so many months, counted back from the newest that has any, the newest of each.
    pub monthly: usize,
}

/// The part of a manifest that says which ids were given.
#[derive(Default, Deserialize)]
struct Ordinals {
    next_person: u64,
    next_household: u64,
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
