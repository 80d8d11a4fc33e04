use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use super::Store;
use super::error::StoreError;
use super::files::remove_half_written;
use crate::model::Lang;

/// The right to write to a database; given back when dropped, by the operating system if the process dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Who holds the lock, as it says itself; each part may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    pub pid: String,
    pub host: String,
    /// When it began.
    pub since: String,
}

impl Holder {
    /// What a person reads, in their language.
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self.pid.is_empty()) {
            (Lang::Zh, true) => "持有者不明".to_owned(),
            (Lang::En, true) => "holder unknown".to_owned(),
            (Lang::Zh, false) => format!("进程 {}，主机 {}，开始于 {}", self.pid, self.host, self.since),
            (Lang::En, false) => format!("process {} on {} since {}", self.pid, self.host, self.since),
        }
    }

    fn parse(text: &str) -> Holder {
        let part = |key: &str| {
            text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default().to_owned()
        };
        Holder { pid: part("pid"), host: part("host"), since: part("since") }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl Store {
    /// Takes the lock, or says who has it. `since` is the run's start, to be told to whoever comes second. Clears what
    /// dead runs left behind.
    pub fn lock(&self, since: &str) -> Result<Lock, StoreError> {
        let path = self.root.join(".lock");
        let fault = |error| StoreError::from_io(&path, error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = Holder::parse(&fs::read_to_string(&path).unwrap_or_default());
                return Err(StoreError::Locked { holder });
            }
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        file.set_len(0).map_err(fault)?;
        write!(file, "pid={}\nhost={}\nsince={since}\n", std::process::id(), host.trim()).map_err(fault)?;
        self.clear_left_overs()?;
        Ok(Lock { file })
    }

    /// Removes `.tmp-*`, a `CURRENT.tmp`, a snapshot that never became current, and reports that were being written:
    /// with the lock held, whoever made them is dead. Only reports are written without it.
    fn clear_left_overs(&self) -> Result<(), StoreError> {
        self.clear_unpublished()?;
        remove_half_written(&self.disk, &self.root.join("reports"))?;
        let entries = fs::read_dir(&self.root).map_err(|error| StoreError::from_io(&self.root, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| StoreError::from_io(&self.root, error))?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with(".tmp-") {
                self.disk.remove_dir_all(&entry.path())?;
            } else if name == "CURRENT.tmp" {
                self.disk.remove_file(&entry.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Both are courtesies: closing the file gives the lock back in any case.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}
