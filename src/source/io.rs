//! The disk for rooms that must not touch it themselves: configuration files and truth files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::plan::Files;

/// Reads configuration files from the disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskFiles;

impl DiskFiles {
    /// The whole content of a file.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    /// The files of a folder with this extension (without its dot), sorted by name; hidden ones are left out.
    pub fn list(&self, dir: &Path, ext: &str) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let fits = path.extension().is_some_and(|have| have.eq_ignore_ascii_case(ext));
            if fits && !hidden && path.is_file() {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        DiskFiles::read(self, path)
    }

    fn list(&self, folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
        DiskFiles::list(self, folder, extension)
    }
}

/// The records of a UTF-8 CSV file, its header among them as the first; a byte-order mark is dropped.
///
/// # Errors
/// When the file cannot be read, is not UTF-8, or its records differ in length.
pub fn csv_records(path: &Path) -> Result<Vec<Vec<String>>, csv::Error> {
    let mut records = Vec::new();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path)?;
    for record in reader.records() {
        let mut cells: Vec<String> = record?.iter().map(str::to_owned).collect();
        if records.is_empty()
            && let Some(first) = cells.first_mut()
            && let Some(rest) = first.strip_prefix('\u{FEFF}')
        {
            *first = rest.to_owned();
        }
        records.push(cells);
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_only_the_wanted_files_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.toml", "a.TOML", ".c.toml", "d.txt"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let found = DiskFiles.list(dir.path(), "toml").unwrap();
        assert_eq!(found, [dir.path().join("a.TOML"), dir.path().join("b.toml")]);
        assert_eq!(DiskFiles.read(&found[1]).unwrap(), b"b.toml");
        assert!(DiskFiles.list(&dir.path().join("none"), "toml").is_err());
    }

    #[test]
    fn reads_a_truth_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.csv");
        fs::write(&path, "\u{FEFF}person,name\n1,\"王, 五\"\n").unwrap();
        assert_eq!(csv_records(&path).unwrap(), [["person", "name"], ["1", "王, 五"]]);
    }
}
