//! Which files a source has tonight, and which of them count.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use glob::{MatchOptions, Pattern, glob_with};
use sha2::{Digest, Sha256};

use crate::plan::{PeriodPlace, Source, Supply};

use crate::model::Words;

use super::SourceError;
use super::period::{Period, by_habit, by_pattern};

/// Bounds that protect the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Larger files are not read.
    pub max_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_file_bytes: 64 << 30 }
    }
}

/// A file that the source's patterns name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    pub path: PathBuf,
    /// Relative to the deepest folder that the wildcard-free beginnings of all the source's patterns share, with `/`.
    pub relative: String,
    /// The month its name speaks of, `YYYY-MM`.
    pub period: Option<String>,
    /// In bytes; 0 when it could not be read.
    pub size: u64,
    /// Lower-case hex; empty when it could not be read.
    pub sha256: String,
    pub fate: FileFate,
    /// When its content was last written, at the time it was hashed.
    written: Option<SystemTime>,
}

/// What becomes of a found file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFate {
    Read,
    /// A newer file of the source replaces it; says which.
    Superseded(Words),
    /// No data: a lock file or what a system leaves about; says so.
    Ignored(Words),
    /// It cannot be read; says why and what to do.
    Failed(Words),
}

impl FoundFile {
    /// A file given by hand, outside any source's patterns; named by its file name.
    pub fn single(path: &Path, limits: &Limits) -> FoundFile {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let period = by_habit(&name);
        look_at(path.to_owned(), name, period, limits)
    }

    /// Whether somebody has written to the file since it was hashed. One that was removed was not written to: whoever
    /// holds it open reads what it was.
    pub(super) fn was_written_to(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|data| {
            data.len() != self.size || (self.written.is_some() && data.modified().ok() != self.written)
        })
    }
}

/// Finds the files of a source, sorted by relative path. `folder` is the pipeline file's own.
///
/// A file that cannot be read is found all the same, marked [`FileFate::Failed`], so that it shows in the ledger.
///
/// # Errors
/// When a pattern is malformed.
pub fn discover(folder: &Path, source: &Source, limits: &Limits) -> Result<Vec<FoundFile>, SourceError> {
    let options = MatchOptions { case_sensitive: false, require_literal_separator: true, ..MatchOptions::new() };
    let mut base: Option<Vec<Component<'_>>> = None;
    let joined: Vec<PathBuf> = source.files.iter().map(|pattern| folder.join(pattern)).collect();
    for pattern in &joined {
        let literal = literal_folder(pattern, folder);
        base = Some(match base {
            None => literal,
            Some(base) => base.iter().zip(&literal).take_while(|(a, b)| a == b).map(|(a, _)| *a).collect(),
        });
    }
    let base: PathBuf = base.unwrap_or_default().iter().collect();

    let mut paths: Vec<(PathBuf, Option<Words>)> = Vec::new();
    for pattern in &source.files {
        // Brackets and the like in the pipeline's own folder are no wildcards.
        let escaped = if Path::new(pattern).is_absolute() || folder.as_os_str().is_empty() {
            pattern.clone()
        } else {
            format!("{}/{pattern}", Pattern::escape(&folder.to_string_lossy()))
        };
        let walk = glob_with(&escaped, options).map_err(|cause| SourceError::Pattern {
            source_id: source.id.clone(),
            pattern: pattern.clone(),
            cause,
        })?;
        for entry in walk {
            match entry {
                Ok(path) => paths.push((path, None)),
                Err(e) => paths.push((e.path().to_owned(), Some(super::io_reason(e.error())))),
            }
        }
    }
    paths.sort_by(|a, b| a.0.cmp(&b.0));
    paths.dedup_by(|a, b| a.0 == b.0);

    let mut found: Vec<(FoundFile, Option<Period>)> = paths
        .into_iter()
        .map(|(path, failure)| {
            let relative = relative_to(&path, &base);
            let period = period_of(&relative, source);
            match failure {
                None => (look_at(path, relative, period, limits), period),
                Some(reason) => (unread(path, relative, FileFate::Failed(reason)), None),
            }
        })
        .collect();
    found.sort_by(|a, b| a.0.relative.cmp(&b.0.relative));
    supersede(&mut found, source);
    Ok(found.into_iter().map(|(file, _)| file).collect())
}

/// The components of a pattern before its first wildcard, its last one (the file's name) left out. The pipeline's own
/// folder is literal whatever it holds.
fn literal_folder<'a>(pattern: &'a Path, folder: &Path) -> Vec<Component<'a>> {
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

fn relative_to(path: &Path, base: &Path) -> String {
    // Paths found may or may not keep a leading dot.
    let plain = |path: &Path| path.components().filter(|part| *part != Component::CurDir).collect::<PathBuf>();
    let (path, base) = (plain(path), plain(base));
    let relative = path.strip_prefix(&base).unwrap_or(&path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// From the file's name, else from the folders above it.
fn period_of(relative: &str, source: &Source) -> Option<Period> {
    let name = relative.rsplit('/').next().unwrap_or(relative);
    match &source.period {
        Some(from) if from.place == PeriodPlace::FileName => {
            by_pattern(name, &from.pattern).or_else(|| by_pattern(relative, &from.pattern))
        }
        _ => by_habit(name).or_else(|| by_habit(relative)),
    }
}

fn unread(path: PathBuf, relative: String, fate: FileFate) -> FoundFile {
    FoundFile { path, relative, period: None, size: 0, sha256: String::new(), fate, written: None }
}

fn look_at(path: PathBuf, relative: String, period: Option<Period>, limits: &Limits) -> FoundFile {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some(what) = leftover(&name) {
        return unread(path, relative, FileFate::Ignored(what));
    }
    let data = fs::metadata(&path);
    // Before hashing, so that what is written meanwhile shows.
    let written = data.as_ref().ok().and_then(|data| data.modified().ok());
    let failure = match data {
        Err(e) => Some(super::io_reason(&e)),
        Ok(data) if data.is_dir() => Some(super::a_folder()),
        Ok(data) if !data.is_file() => Some(Words::new(
            "不是普通文件；请检查来源的 files 通配符",
            "not a plain file; look at the wildcards in files of the source",
        )),
        Ok(data) if data.len() > limits.max_file_bytes => Some(Words::new(
            format!("文件有 {} 字节，超过上限 {} 字节；请拆分后重新报送", data.len(), limits.max_file_bytes),
            format!("{} bytes, more than the {} that are read; have it split", data.len(), limits.max_file_bytes),
        )),
        Ok(_) => None,
    };
    if let Some(reason) = failure {
        return unread(path, relative, FileFate::Failed(reason));
    }
    match digest(&path) {
        Ok((size, sha256)) => FoundFile {
            path,
            relative,
            period: period.and_then(Period::month_text),
            size,
            sha256,
            fate: FileFate::Read,
            written,
        },
        Err(e) => unread(path, relative, FileFate::Failed(super::io_reason(&e))),
    }
}

/// Says what a file is that programs leave beside the data.
fn leftover(name: &str) -> Option<Words> {
    if name.starts_with("~$") || name.starts_with(".~") {
        Some(Words::new(
            "表格软件打开文件时留下的临时文件，不含数据；对应的工作簿可能正被人编辑",
            "a lock file without data; somebody may have the workbook open",
        ))
    } else if name.starts_with('.')
        || name.eq_ignore_ascii_case("thumbs.db")
        || name.eq_ignore_ascii_case("desktop.ini")
    {
        Some(Words::new("操作系统留下的隐藏文件，不含数据", "a hidden file of the system, without data"))
    } else {
        None
    }
}

/// Size and SHA-256 of a file, streamed.
fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                hasher.update(&buffer[..n]);
                size += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok((size, hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Marks the files that newer ones replace. A file whose period nobody knows is never replaced by date: it is older
/// than any other for `full`, and counts beside the newest for `latest`.
/// A newest file that cannot be read replaces nothing.
fn supersede(found: &mut [(FoundFile, Option<Period>)], source: &Source) {
    // Files of one month belong together unless the office's pattern tells days apart.
    let daily = source.period.as_ref().is_some_and(|from| from.pattern.contains("{day}"));
    let time = |period: Option<Period>| match source.supply {
        Supply::Latest if !daily => period.map(|period| Period { day: None, ..period }),
        _ => period,
    };
    let candidates = found.iter().enumerate().filter(|(_, (file, _))| file.fate == FileFate::Read);
    let newest = match source.supply {
        Supply::Append => None,
        Supply::Full => candidates.max_by_key(|(i, (_, period))| (*period, *i)),
        Supply::Latest => {
            candidates.filter(|(_, (_, period))| period.is_some()).max_by_key(|(i, (_, period))| (time(*period), *i))
        }
    };
    let Some((chosen, newest, newest_time)) =
        newest.map(|(i, (file, period))| (i, file.relative.clone(), time(*period)))
    else {
        return;
    };
    for (i, (file, period)) in found.iter_mut().enumerate() {
        let stays = match source.supply {
            Supply::Full => i == chosen,
            _ => period.is_none() || time(*period) == newest_time,
        };
        if !stays && file.fate == FileFate::Read {
            file.fate = FileFate::Superseded(Words::new(
                format!("已由较新的文件 {newest} 取代，未读取"),
                format!("not read: the newer file {newest} replaces it"),
            ));
        }
    }
}
