//! Patterns to paths.

use std::fs;
use std::path::{Component, Path, PathBuf};

use encoding_rs::GB18030;
use glob::{MatchOptions, Pattern, glob_with};

use crate::model::Words;
use crate::plan::Source;
use crate::source::SourceError;

const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: false, require_literal_separator: true, require_literal_leading_dot: false };

/// A path that a pattern names.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub path: PathBuf,
    /// The path as people read it: the same but for names in an encoding other than UTF-8.
    pub shown: PathBuf,
    /// Why it cannot be looked at.
    pub failure: Option<Words>,
}

/// The paths of a source's patterns, each once, and the patterns with wildcards that name none while others do.
///
/// A file that is named without wildcards is there or has a failure.
///
/// # Errors
/// When a pattern is malformed.
pub(super) fn walk(folder: &Path, source: &Source) -> Result<(Vec<Place>, Vec<String>), SourceError> {
    let mut places: Vec<Place> = Vec::new();
    let mut idle = Vec::new();
    for pattern in &source.files {
        let before = places.len();
        let malformed = |cause| SourceError::Pattern { source_id: source.id.clone(), pattern: pattern.clone(), cause };
        // Brackets and the like in the pipeline's own folder are no wildcards.
        let escaped = if Path::new(pattern).is_absolute() || folder.as_os_str().is_empty() {
            pattern.clone()
        } else {
            format!("{}/{pattern}", Pattern::escape(&folder.to_string_lossy()))
        };
        for entry in glob_with(&escaped, OPTIONS).map_err(malformed)? {
            places.push(match entry {
                Ok(path) => Place { shown: path.clone(), path, failure: None },
                Err(e) => {
                    let path = e.path().to_owned();
                    Place { shown: path.clone(), path, failure: Some(crate::source::io_reason(e.error())) }
                }
            });
        }
        let whole = folder.join(pattern);
        let start: PathBuf = literal_folder(&whole, folder).iter().collect();
        let below = Below {
            pattern: Pattern::new(&escaped).map_err(malformed)?,
            // `**` reaches any depth.
            depth: if pattern.contains("**") { usize::MAX } else { whole.components().count() },
        };
        below.strange_names(&start, &start, &mut places);
        if places.len() > before {
            continue;
        }
        if pattern.contains(['*', '?', '[']) {
            idle.push(pattern.clone());
        } else {
            let failure = Some(crate::source::io_reason(&std::io::ErrorKind::NotFound.into()));
            places.push(Place { shown: whole.clone(), path: whole, failure });
        }
    }
    places.sort_by(|a, b| a.path.cmp(&b.path));
    places.dedup_by(|a, b| a.path == b.path);
    if places.is_empty() {
        idle.clear();
    }
    Ok((places, idle))
}

/// Names that are no UTF-8 (what is unpacked on Linux from an archive made on Chinese Windows), which patterns pass over.
struct Below {
    pattern: Pattern,
    /// Paths have no more components.
    depth: usize,
}

impl Below {
    /// Adds what the pattern names once such names are decoded. Folders that cannot be read are told elsewhere.
    fn strange_names(&self, folder: &Path, shown: &Path, places: &mut Vec<Place>) {
        if shown.components().count() >= self.depth {
            return;
        }
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let entries = fs::read_dir(here).into_iter().flatten().filter_map(Result::ok);
        for entry in entries {
            let name = entry.file_name();
            let (path, shown) = (folder.join(&name), shown.join(readable(name.as_encoded_bytes())));
            if path != shown && self.pattern.matches_path_with(&shown, OPTIONS) {
                places.push(Place { path: path.clone(), shown: shown.clone(), failure: None });
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.strange_names(&path, &shown, places);
            }
        }
    }
}

/// A name as its writer meant it: UTF-8, else GB 18030.
fn readable(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(name).0.into_owned(),
    }
}

/// The components of a pattern before its first wildcard, its last one (the file's name) left out. The pipeline's own
/// folder is literal whatever it holds.
pub(super) fn literal_folder<'a>(pattern: &'a Path, folder: &Path) -> Vec<Component<'a>> {
    let own = if pattern.starts_with(folder) { folder.components().count() } else { 0 };
    let wild = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let mut literal: Vec<Component<'_>> = pattern
        .components()
        .enumerate()
        .take_while(|(i, part)| *i < own || !wild(part))
        .map(|(_, part)| part)
        .collect();
    if literal.len() == pattern.components().count() {
        literal.pop();
    }
    literal
}
