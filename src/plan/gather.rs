//! Which texts go into a plan. They come through [`Files`], since this room opens nothing itself.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use super::diagnostic::{Desk, Diagnostic, Document};
use super::reader::Found;
use crate::model::Words;

/// Reads configuration files for [`super::load`].
pub trait Files {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The files of a folder whose names end in `.extension`, in any order; `NotFound` where there is no such folder.
    fn list(&self, folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>>;
}

/// A text that came with the program: a name to show, and what it says.
#[derive(Clone, Debug)]
pub struct ShippedText {
    pub file: String,
    pub text: String,
}

/// The schemas, code tables and rules that came with the program.
#[derive(Clone, Debug, Default)]
pub struct Embedded {
    pub schemas: Vec<ShippedText>,
    pub codes: Vec<ShippedText>,
    pub rules: Vec<ShippedText>,
}

/// The texts of one kind. Not `whole`: one of them is not here or not TOML, so that a name that nobody knows may be its.
pub struct Shelf {
    pub texts: Vec<Named>,
    pub whole: bool,
}

impl Shelf {
    pub fn shipped(texts: &[ShippedText]) -> Self {
        Shelf { texts: texts.iter().map(Named::shipped).collect(), whole: true }
    }
}

/// A document and the stem of its file's name.
pub struct Named {
    pub stem: String,
    pub document: Document,
}

impl Named {
    pub fn shipped(text: &ShippedText) -> Self {
        let stem = stem(Path::new(&text.file));
        Named { stem, document: Document::new(format!("<ronghe>/{}", text.file), without_mark(&text.text)) }
    }
}

pub fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// A byte order mark is no part of the text, and would shift the columns of the first line.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Reads one file as UTF-8. A fault is written down at the place that asked for it.
pub fn document(files: &dyn Files, path: &Path, faults: &RefCell<Vec<Diagnostic>>) -> Option<Document> {
    let file = path.to_string_lossy().into_owned();
    let bytes = match files.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let empty = Document::new(file.clone(), "");
            let (code, message) = cannot_read(&file, &error);
            Desk::new(&empty, faults).fault(code, 0..0, message, None);
            return None;
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Some(Document::new(file, without_mark(&text))),
        Err(error) => {
            let sound = error.utf8_error().valid_up_to();
            // What cannot be decoded shows as a mark; the text before it keeps its places.
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let broken = Document::new(file, text);
            Desk::new(&broken, faults).fault(
                "not_utf8",
                sound..sound + char::REPLACEMENT_CHARACTER.len_utf8(),
                Words::new("文件不是 UTF-8 编码", "the file is not UTF-8"),
                Some(Words::new("用编辑器另存为 UTF-8", "save it as UTF-8")),
            );
            None
        }
    }
}

fn cannot_read(file: &str, error: &io::Error) -> (&'static str, Words) {
    if error.kind() == io::ErrorKind::NotFound {
        return ("missing_file", Words::new(format!("没有文件 {file}"), format!("there is no file {file}")));
    }
    ("unreadable", Words::new(format!("无法读取 {file}：{error}"), format!("cannot read {file}: {error}")))
}

/// All `.toml` files of a folder by name, in the order of their names. `place`: where the pipeline names the folder; without
/// it a missing folder is no fault. `None` when the folder could not be listed.
pub fn folder(
    files: &dyn Files,
    folder: &Path,
    place: Option<(Desk<'_>, &Found<&str>)>,
    faults: &RefCell<Vec<Diagnostic>>,
) -> Option<Shelf> {
    let mut paths = match files.list(folder, "toml") {
        Ok(paths) => paths,
        Err(error) => {
            let shown = folder.display();
            let missing = error.kind() == io::ErrorKind::NotFound;
            let (code, message) = if missing {
                ("missing_folder", Words::new(format!("没有目录 {shown}"), format!("there is no folder {shown}")))
            } else {
                (
                    "unreadable",
                    Words::new(format!("无法读取 {shown}：{error}"), format!("cannot read {shown}: {error}")),
                )
            };
            match place {
                Some((desk, found)) => {
                    let hint = Words::new("路径从本文件所在目录算起", "paths are relative to the folder of this file");
                    desk.fault(code, found.span.clone(), message, Some(hint));
                }
                None if missing => {}
                None => Desk::new(&Document::new(shown.to_string(), ""), faults).fault(code, 0..0, message, None),
            }
            return None;
        }
    };
    paths.sort();
    let read = |path: &PathBuf| Some(Named { stem: stem(path), document: document(files, path, faults)? });
    let texts: Vec<Named> = paths.iter().filter_map(read).collect();
    Some(Shelf { whole: texts.len() == paths.len(), texts })
}
