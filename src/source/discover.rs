//! Which files a source has tonight, and which of them count.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::model::Words;
use crate::plan::{PeriodPlace, Source};

use crate::source::SourceError;
use crate::source::format::archive::{Listed, members};
use crate::source::format::content::Content;
use crate::source::format::sniff::{Format, sniff, sniff_start};
use crate::source::limits::Limits;
use crate::source::period::{Period, by_habit, by_pattern};
use crate::source::supersede::{Dated, supersede};
use crate::source::walk::{Place, literal_folder, walk};

/// A file that the source's patterns name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// The file itself, or the archive that it is a member of.
    pub path: PathBuf,
    pub content: Content,
    /// Relative to the deepest folder that the wildcard-free beginnings of all the source's patterns share, with `/`.
    pub relative: String,
    /// The month its name speaks of, `YYYY-MM`.
    pub period: Option<String>,
    /// In bytes; 0 when it could not be read.
    pub size: u64,
    /// Lower-case hex; empty when it could not be read.
    pub sha256: String,
    pub fate: FileFate,
    /// Size and time of the file on the disk when it was hashed.
    written: Option<(u64, SystemTime)>,
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
    /// A file given by hand, outside any source's patterns, or the members of an archive; named by its file name.
    pub fn given(path: &Path, limits: &Limits) -> Vec<FoundFile> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let found = look_at(path.to_owned(), name, &|name| by_habit(name), limits);
        found.into_iter().map(|(file, _)| file).collect()
    }

    /// A file that is held in memory, or the members of an archive that is; nothing is on the disk.
    pub fn held(name: &str, bytes: &[u8], limits: &Limits) -> Vec<FoundFile> {
        let period = |name: &str| by_habit(name);
        let found = in_content(&PathBuf::new(), Content::Held(bytes.into()), name.to_owned(), &period, None, limits);
        found.into_iter().map(|(file, _)| file).collect()
    }

    /// Whether somebody has written to the file since it was hashed. One that was removed was not written to: whoever
    /// holds it open reads what it was.
    pub(super) fn was_written_to(&self) -> bool {
        self.written.is_some_and(|(size, time)| {
            fs::metadata(&self.path).is_ok_and(|data| data.len() != size || data.modified().ok() != Some(time))
        })
    }
}

/// What a source has tonight.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Sorted by relative path; no two have the same.
    pub files: Vec<FoundFile>,
    /// What wants a look and is not told by a file's own fate.
    pub warnings: Vec<Words>,
}

/// Finds the files of a source. `folder` is the pipeline file's own.
///
/// A file that cannot be read, or is named without wildcards and is not there, is found all the same, marked
/// [`FileFate::Failed`], so that it shows in the ledger.
///
/// # Errors
/// When a pattern is malformed.
pub fn discover(folder: &Path, source: &Source, limits: &Limits) -> Result<Found, SourceError> {
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

    let (places, idle) = walk(folder, source)?;
    let mut names = HashSet::new();
    let mut found: Vec<Dated> = Vec::new();
    for Place { path, shown, failure } in places {
        let relative = unlike(relative_to(&shown, &base), &mut names);
        match failure {
            None => found.extend(look_at(path, relative, &|name| period_of(name, source), limits)),
            Some(reason) => found.push((unread(path, relative, FileFate::Failed(reason)), None)),
        }
    }
    found.sort_by(|a, b| a.0.relative.cmp(&b.0.relative));
    let mut warnings: Vec<Words> = idle
        .iter()
        .map(|pattern| {
            Words::new(
                format!("来源 {} 的 files 中 {pattern} 没有找到任何文件；请核对路径", source.id),
                format!("source {}: {pattern} in files finds no file; check the path", source.id),
            )
        })
        .collect();
    warnings.extend(supersede(&mut found, source, limits));
    Ok(Found { files: found.into_iter().map(|(file, _)| file).collect(), warnings })
}

/// A name that none before it has: two names in another encoding may read alike.
fn unlike(name: String, names: &mut HashSet<String>) -> String {
    let mut unique = name.clone();
    let mut times = 1;
    while !names.insert(unique.clone()) {
        times += 1;
        unique = format!("{name} ({times})");
    }
    unique
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
    FoundFile {
        content: Content::File(path.clone()),
        path,
        relative,
        period: None,
        size: 0,
        sha256: String::new(),
        fate,
        written: None,
    }
}

/// What a path holds: a file, or the members of an archive. `period` tells it from a name.
fn look_at(path: PathBuf, relative: String, period: &dyn Fn(&str) -> Option<Period>, limits: &Limits) -> Vec<Dated> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let written = match plain_file(&path, &name, limits) {
        Ok(written) => written,
        Err(fate) => return vec![(unread(path, relative, fate), None)],
    };
    in_content(&path, Content::File(path.clone()), relative, period, written, limits)
}

/// A file at `path`, or the members of an archive there, whose bytes these are.
fn in_content(
    path: &Path,
    content: Content,
    relative: String,
    period: &dyn Fn(&str) -> Option<Period>,
    written: Option<(u64, SystemTime)>,
    limits: &Limits,
) -> Vec<Dated> {
    let hashed = |content: Content, relative: String| {
        let period = period(&relative);
        (hash(path, content, relative, period, written, limits), period)
    };
    // What a file is that cannot even be sniffed is told when it is opened.
    if sniff_start(&content) != Ok(None) || sniff(&content) != Ok(Format::Archive) {
        return vec![hashed(content, relative)];
    }
    let listed = match members(&content) {
        Ok(listed) => listed,
        Err(reason) => return vec![(unread(path.to_owned(), relative, FileFate::Failed(reason)), None)],
    };
    if listed.is_empty() {
        let empty = Words::new("压缩包里没有文件", "there is no file in the archive");
        return vec![(unread(path.to_owned(), relative, FileFate::Ignored(empty)), None)];
    }
    let mut names = HashSet::new();
    let mut found = Vec::new();
    for Listed { name, member } in listed {
        let inside = unlike(format!("{relative}/{name}"), &mut names);
        let last = name.rsplit('/').next().unwrap_or(&name);
        found.push(match (leftover(last), member) {
            (Some(what), _) => (unread(path.to_owned(), inside, FileFate::Ignored(what)), None),
            (None, Err(reason)) => (unread(path.to_owned(), inside, FileFate::Failed(reason)), None),
            (None, Ok(member)) => hashed(Content::Member(member), inside),
        });
    }
    found
}

/// Size and time of a file that can be read, or what becomes of it.
fn plain_file(path: &Path, name: &str, limits: &Limits) -> Result<Option<(u64, SystemTime)>, FileFate> {
    if let Some(what) = leftover(name) {
        return Err(FileFate::Ignored(what));
    }
    let data = fs::metadata(path).map_err(|e| FileFate::Failed(crate::source::io_reason(&e)))?;
    let failure = if data.is_dir() {
        crate::source::a_folder()
    } else if !data.is_file() {
        Words::new(
            "不是普通文件；请检查来源的 files 通配符",
            "not a plain file; look at the wildcards in files of the source",
        )
    } else if data.len() > limits.max_file_bytes {
        too_large(data.len(), limits)
    } else {
        return Ok(data.modified().ok().map(|time| (data.len(), time)));
    };
    Err(FileFate::Failed(failure))
}

fn too_large(size: u64, limits: &Limits) -> Words {
    Words::new(
        format!("文件有 {size} 字节，超过上限 {} 字节；请拆分后重新报送", limits.max_file_bytes),
        format!("{size} bytes, more than the {} that are read; have it split", limits.max_file_bytes),
    )
}

fn hash(
    path: &Path,
    content: Content,
    relative: String,
    period: Option<Period>,
    written: Option<(u64, SystemTime)>,
    limits: &Limits,
) -> FoundFile {
    let failed = |reason: Words| unread(path.to_owned(), relative.clone(), FileFate::Failed(reason));
    match digest(&content) {
        Ok((size, _)) if size > limits.max_file_bytes => failed(too_large(size, limits)),
        Ok((size, sha256)) => FoundFile {
            path: path.to_owned(),
            content,
            relative,
            period: period.and_then(Period::month_text),
            size,
            sha256,
            fate: FileFate::Read,
            written,
        },
        Err(e) => failed(crate::source::io_reason(&e)),
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
fn digest(content: &Content) -> io::Result<(u64, String)> {
    let mut file = content.stream()?;
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
    Ok((size, hex(&hasher.finalize())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
