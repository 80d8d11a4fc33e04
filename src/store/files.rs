//! Files outside the snapshots: reports, what people said, and whatever a command is told to write.

use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use super::Store;
use super::disk::{Disk, DiskFile, parent_of};
use super::error::StoreError;
use super::id::SnapshotId;

/// Stands between a file's name and the number of the process that is writing it: `.NAME.tmp-PID`.
const BEING_WRITTEN: &str = ".tmp-";

/// Makes a directory and those above it that are missing, 0700.
pub fn create_dir(path: &Path) -> Result<(), StoreError> {
    Disk::default().create_dir_all(path)
}

/// Writes a file, 0600, so that its name always stands for the old content or the new one.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(|error| StoreError::from_io(path, error))?;
    file.commit()
}

/// A file written piece by piece beside the one it will replace; only [`AtomicFile::commit`] makes it take that name.
/// What is not a plain file (a terminal, a pipe) is written straight.
#[derive(Debug)]
pub struct AtomicFile {
    disk: Disk,
    target: PathBuf,
    writing: Writing,
}

#[derive(Debug)]
enum Writing {
    Beside(DiskFile),
    Straight(fs::File),
    Done,
}

impl AtomicFile {
    pub fn create(path: &Path) -> Result<AtomicFile, StoreError> {
        AtomicFile::with_disk(Disk::default(), path)
    }

    fn with_disk(disk: Disk, path: &Path) -> Result<AtomicFile, StoreError> {
        // A link keeps pointing to where it did.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let fault = |error| StoreError::from_io(path, error);
        let writing = match fs::metadata(&target) {
            Ok(known) if !known.is_file() && !known.is_dir() => {
                Writing::Straight(fs::OpenOptions::new().write(true).open(&target).map_err(fault)?)
            }
            _ => {
                let name = target.file_name().ok_or_else(|| fault(io::Error::from(io::ErrorKind::InvalidFilename)))?;
                let name = name.to_string_lossy();
                let folder = parent_of(&target);
                remove_earlier_tries(&disk, &folder, &name);
                let beside = folder.join(format!(".{name}{BEING_WRITTEN}{}", std::process::id()));
                if beside.exists() {
                    disk.remove_file(&beside)?;
                }
                // People know the name they gave, not the one it has while it is written.
                Writing::Beside(disk.create_file(beside).map_err(|error| error.at(path))?)
            }
        };
        Ok(AtomicFile { disk, target, writing })
    }

    /// Puts the file on disk and gives it its name.
    pub fn commit(mut self) -> Result<(), StoreError> {
        match std::mem::replace(&mut self.writing, Writing::Done) {
            Writing::Beside(mut file) => {
                let beside = file.path.clone();
                let outcome = file.finish().and_then(|_| self.disk.rename(&beside, &self.target));
                if outcome.is_err() {
                    // The first error is the one to tell.
                    let _ = self.disk.remove_file(&beside);
                }
                outcome?;
                self.disk.sync_dir(&parent_of(&self.target))
            }
            Writing::Straight(mut file) => file.flush().map_err(|error| StoreError::from_io(&self.target, error)),
            Writing::Done => Ok(()),
        }
    }
}

/// The name that a file will have and the process that is writing it, from the name it has in between.
fn being_written(name: &str) -> Option<(&str, u32)> {
    let (name, process) = name.strip_prefix('.')?.rsplit_once(BEING_WRITTEN)?;
    Some((name, process.parse().ok()?))
}

/// Whether nothing runs under that number any more; where the system does not say, it may.
fn is_over(process: u32) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process.to_string()).exists()
}

/// Removes what dead processes left of the same file: it may hold what the finished file holds, and nobody looks there.
fn remove_earlier_tries(disk: &Disk, folder: &Path, name: &str) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let known = path.file_name().and_then(|known| being_written(known.to_str()?));
        if known.is_some_and(|(known, process)| known == name && is_over(process)) {
            // It is in nobody's way; the file at hand is what was asked for.
            let _ = disk.remove_file(&path);
        }
    }
}

/// Removes what dead processes left half written in a folder and those below it.
pub(super) fn remove_half_written(disk: &Disk, folder: &Path) -> Result<(), StoreError> {
    let fault = |error| StoreError::from_io(folder, error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(fault)?,
    };
    for entry in entries {
        let entry = entry.map_err(fault)?;
        if entry.file_type().map_err(fault)?.is_dir() {
            remove_half_written(disk, &entry.path())?;
        } else if entry.file_name().to_str().and_then(being_written).is_some_and(|(_, process)| is_over(process)) {
            disk.remove_file(&entry.path())?;
        }
    }
    Ok(())
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writing {
            Writing::Beside(file) => file.write(bytes),
            Writing::Straight(file) => file.write(bytes),
            Writing::Done => Err(io::Error::other("the file is already committed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writing {
            Writing::Beside(file) => file.flush(),
            Writing::Straight(file) => file.flush(),
            Writing::Done => Ok(()),
        }
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Writing::Beside(file) = &self.writing {
            // Given up on; nobody waits for the outcome.
            let _ = self.disk.remove_file(&file.path);
        }
    }
}

impl Store {
    /// The folder of a snapshot's reports.
    pub fn reports_dir(&self, id: &SnapshotId) -> PathBuf {
        self.root.join("reports").join(id.as_str())
    }

    /// Writes a report of a snapshot under `reports/ID/`; `relative` may name folders, which are made. Where it lies.
    pub fn write_report_file(&self, id: &SnapshotId, relative: &Path, bytes: &[u8]) -> Result<PathBuf, StoreError> {
        let path = self.reports_dir(id).join(relative);
        let stays_inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if !stays_inside || relative.as_os_str().is_empty() {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "a report lies in the snapshot's own folder");
            return Err(StoreError::Io { path, source });
        }
        self.disk.create_dir_all(&parent_of(&path))?;
        let mut file = AtomicFile::with_disk(self.disk.clone(), &path)?;
        file.write_all(bytes).map_err(|error| StoreError::from_io(&path, error))?;
        file.commit()?;
        Ok(path)
    }

    /// Adds one line to `state/NAME` and puts it on disk. Lines are never changed or removed.
    pub fn append_state(&self, name: &str, line: &str) -> Result<(), StoreError> {
        let path = self.state_dir().join(name);
        // A line that a crash cut off is closed first, so that it does not swallow this one.
        let torn = fs::read(&path).is_ok_and(|text| !text.is_empty() && !text.ends_with(b"\n"));
        let line = format!("{}{}\n", if torn { "\n" } else { "" }, line.replace(['\r', '\n'], " "));
        self.disk.append(&path, line.as_bytes())
    }

    /// The lines of `state/NAME`; empty where nothing was ever said.
    pub fn read_state(&self, name: &str) -> Result<String, StoreError> {
        let path = self.state_dir().join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(StoreError::from_io(&path, error)),
        }
    }
}
