//! Every touch of the disk in one place, so that each can be made to fail in a test.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};

use super::error::StoreError;

/// What is about to be done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    CreateDir,
    CreateFile,
    Write,
    SyncFile,
    SyncDir,
    Rename,
    Remove,
}

#[cfg(test)]
pub(super) type Trap = Arc<dyn Fn(Step, &Path) -> io::Result<()> + Send + Sync>;

#[derive(Clone, Default)]
pub(super) struct Disk {
    #[cfg(test)]
    pub(super) trap: Option<Trap>,
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disk")
    }
}

impl Disk {
    /// The place where tests make a step fail.
    #[cfg_attr(
        not(test),
        allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "only tests make the disk fail")
    )]
    fn before(&self, step: Step, path: &Path) -> io::Result<()> {
        #[cfg(test)]
        if let Some(trap) = &self.trap {
            return trap(step, path);
        }
        let _ = (step, path);
        Ok(())
    }

    fn step<T>(&self, step: Step, path: &Path, act: impl FnOnce() -> io::Result<T>) -> Result<T, StoreError> {
        self.before(step, path).and_then(|()| act()).map_err(|error| StoreError::from_io(path, error))
    }

    /// Makes one directory, 0700.
    pub(super) fn create_dir(&self, path: &Path) -> Result<(), StoreError> {
        self.step(Step::CreateDir, path, || DirBuilder::new().mode(0o700).create(path))
    }

    /// Makes a directory and those above it that are missing, 0700, each one put on disk.
    pub(super) fn create_dir_all(&self, path: &Path) -> Result<(), StoreError> {
        if path.as_os_str().is_empty() || path.is_dir() {
            return Ok(());
        }
        let parent = parent_of(path);
        self.create_dir_all(&parent)?;
        match self.create_dir(path) {
            Ok(()) => self.sync_dir(&parent),
            // Somebody else was quicker.
            Err(_) if path.is_dir() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes a new file, 0600; an existing one is an error.
    pub(super) fn create_file(&self, path: PathBuf) -> Result<DiskFile, StoreError> {
        let file = self.step(Step::CreateFile, &path, || {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)
        })?;
        Ok(DiskFile { disk: self.clone(), path, file, size: 0, hash: Sha256::new(), fault: None })
    }

    /// A whole new file, put on disk.
    pub(super) fn write_new(&self, path: PathBuf, bytes: &[u8]) -> Result<(), StoreError> {
        let mut file = self.create_file(path)?;
        let written = file.write_all(bytes);
        written.map_err(|error| StoreError::from_io(&file.path, error))?;
        file.finish().map(|_| ())
    }

    pub(super) fn sync_dir(&self, path: &Path) -> Result<(), StoreError> {
        self.step(Step::SyncDir, path, || match File::open(path)?.sync_all() {
            // Some network file systems cannot do this to a directory, and say so; nothing has failed.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            outcome => outcome,
        })
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        self.step(Step::Rename, to, || fs::rename(from, to))
    }

    pub(super) fn remove_file(&self, path: &Path) -> Result<(), StoreError> {
        self.step(Step::Remove, path, || fs::remove_file(path))
    }

    pub(super) fn remove_dir_all(&self, path: &Path) -> Result<(), StoreError> {
        self.step(Step::Remove, path, || fs::remove_dir_all(path))
    }

    /// Adds whole lines to the end of a file (made 0600 where missing) and puts it on disk.
    pub(super) fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let is_new = !path.exists();
        let mut file =
            self.step(Step::CreateFile, path, || OpenOptions::new().append(true).create(true).mode(0o600).open(path))?;
        self.step(Step::Write, path, || file.write_all(bytes))?;
        self.step(Step::SyncFile, path, || file.sync_all())?;
        if is_new { self.sync_dir(&parent_of(path)) } else { Ok(()) }
    }
}

/// The folder of a path; that of a bare name is the working directory.
pub(super) fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A file being written, hashed as it goes.
#[derive(Debug)]
pub(super) struct DiskFile {
    disk: Disk,
    pub(super) path: PathBuf,
    file: File,
    size: u64,
    hash: Sha256,
    /// What went wrong first; a writer on top may report it as a mere text.
    fault: Option<io::Error>,
}

impl DiskFile {
    /// What a writer's error means: the file's own fault, if it had one.
    pub(super) fn explain(&mut self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
        StoreError::from_io(&self.path, self.fault.take().unwrap_or_else(|| io::Error::other(error)))
    }

    /// Puts the file on disk; its size and SHA-256 in hex.
    pub(super) fn finish(&mut self) -> Result<(u64, String), StoreError> {
        self.disk.step(Step::SyncFile, &self.path, || self.file.sync_all())?;
        Ok((self.size, hex(&self.hash.finalize_reset())))
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self.disk.before(Step::Write, &self.path).and_then(|()| self.file.write(bytes)) {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                // An error cannot be copied; its code and kind are what is asked for later.
                let copy = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
                self.fault.get_or_insert(copy);
                return Err(error);
            }
        };
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lets a write beyond the shell's file size limit fail as any other write does, instead of ending the process.
pub fn ignore_file_size_signal() -> io::Result<()> {
    // A handler that only sets a flag nobody reads: the write then returns EFBIG.
    signal_hook::flag::register(signal_hook::consts::signal::SIGXFSZ, Arc::new(AtomicBool::new(false))).map(|_| ())
}
