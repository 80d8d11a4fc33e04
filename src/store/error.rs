use std::io;
use std::path::{Path, PathBuf};

use super::id::SnapshotId;
use super::lock::Holder;
use crate::model::Lang;

/// Why the store could not do what it was asked to. Whatever it was, the published snapshot is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no database at {}", .path.display())]
    NoDatabase { path: PathBuf },
    #[error("nothing has been published yet in {}", .path.display())]
    NothingPublished { path: PathBuf },
    #[error("another run is writing to this database ({holder})")]
    Locked { holder: Holder },
    #[error("there is no snapshot {id}")]
    NoSnapshot { id: String },
    #[error("there is no table {name}{}", .nearest.as_ref().map(|n| format!("; did you mean {n}?")).unwrap_or_default())]
    NoTable { name: String, nearest: Option<String> },
    #[error("table {table} has no column {column}")]
    NoColumn { table: String, column: String },
    #[error("the snapshot was written by a newer program (format {found}, this one knows {known})")]
    NewerFormat { found: u32, known: u32 },
    /// The pointer to the published snapshot cannot be followed.
    #[error("{}; ronghe snapshots rollback goes back to the newest sound snapshot", .fault.words(.path, Lang::En))]
    Pointer { path: PathBuf, fault: PointerFault },
    #[error("damaged: {}: {detail}; ronghe snapshots rollback goes back to a sound snapshot", .path.display())]
    Damaged { path: PathBuf, detail: String },
    #[error("no space is left on the disk for {}", .path.display())]
    NoSpace { path: PathBuf },
    #[error("{} would be larger than a file may be here", .path.display())]
    TooLarge { path: PathBuf },
    #[error("no permission for {}", .path.display())]
    Denied { path: PathBuf },
    #[error("the disk failed at {}", .path.display())]
    Disk { path: PathBuf, source: io::Error },
    #[error("cannot read or write {}", .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("table {table} cannot be stored: {detail}")]
    Table { table: String, detail: String },
    #[error("{id} is the current snapshot and stays")]
    IsCurrent { id: String },
}

impl StoreError {
    /// What a person reads, in their language.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            StoreError::Io { path, source } if source.kind() == io::ErrorKind::NotFound => lang.pick(
                format!("找不到 {}，或其所在的文件夹不存在；请核对路径", path.display()),
                format!("{} or the folder for it is not there; check the path", path.display()),
            ),
            StoreError::Io { source, .. } | StoreError::Disk { source, .. } if lang == Lang::En => {
                format!("{self}: {source}")
            }
            _ if lang == Lang::En => self.to_string(),
            StoreError::NoDatabase { path } => format!("{} 不是数据库", path.display()),
            StoreError::NothingPublished { path } => format!("{} 中还没有已发布的快照", path.display()),
            StoreError::Locked { holder } => format!("另一个任务正在写入该数据库（{}）", holder.message(lang)),
            StoreError::NoSnapshot { id } => format!("没有快照 {id}"),
            StoreError::NoTable { name, nearest } => {
                let hint = nearest.as_ref().map(|name| format!("，是否想写 {name}？")).unwrap_or_default();
                format!("没有名为 {name} 的表{hint}")
            }
            StoreError::NoColumn { table, column } => format!("表 {table} 没有列 {column}"),
            StoreError::NewerFormat { found, known } => {
                format!("该快照由更新版本的程序写成（格式 {found}，本程序支持到 {known}）")
            }
            StoreError::Damaged { path, detail } => {
                format!("文件已损坏：{}：{detail}；可用 ronghe snapshots rollback 回到完好的快照", path.display())
            }
            StoreError::Pointer { path, fault } => {
                format!("{}；可用 ronghe snapshots rollback 回到最近的完好快照", fault.words(path, lang))
            }
            StoreError::NoSpace { path } => format!("磁盘空间不足，无法写入 {}", path.display()),
            StoreError::TooLarge { path } => format!("{} 超过了允许的文件大小", path.display()),
            StoreError::Denied { path } => format!("没有权限访问 {}", path.display()),
            StoreError::Disk { path, source } => format!("磁盘读写出错：{}：{source}", path.display()),
            StoreError::Io { path, source } => format!("无法读写 {}：{source}", path.display()),
            StoreError::Table { table, detail } => format!("表 {table} 无法保存：{detail}"),
            StoreError::IsCurrent { id } => format!("{id} 是当前快照，不能删除"),
        }
    }

    /// The same about another path.
    pub(super) fn at(mut self, other: &Path) -> Self {
        if let StoreError::NoSpace { path }
        | StoreError::TooLarge { path }
        | StoreError::Denied { path }
        | StoreError::Disk { path, .. }
        | StoreError::Io { path, .. } = &mut self
        {
            other.clone_into(path);
        }
        self
    }

    /// Sorts an I/O error by what a person can do about it.
    pub(super) fn from_io(path: &Path, error: io::Error) -> Self {
        const EIO: i32 = 5;
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::NoSpace { path },
            io::ErrorKind::FileTooLarge => StoreError::TooLarge { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreError::Denied { path },
            _ if error.raw_os_error() == Some(EIO) => StoreError::Disk { path, source: error },
            _ => StoreError::Io { path, source: error },
        }
    }
}

/// What is wrong with `CURRENT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PointerFault {
    /// It holds no snapshot's id.
    Unreadable,
    /// It is not there, though snapshots are.
    Missing,
    /// The snapshot that it names is not there.
    Astray(SnapshotId),
}

impl PointerFault {
    fn words(&self, path: &Path, lang: Lang) -> String {
        let path = path.display();
        match self {
            PointerFault::Unreadable => {
                lang.pick(format!("{path} 中不是快照编号"), format!("{path} holds no snapshot's id"))
            }
            PointerFault::Missing => {
                lang.pick(format!("有快照，但 {path} 缺失"), format!("there are snapshots, but {path} is missing"))
            }
            PointerFault::Astray(id) => lang.pick(
                format!("{path} 所指的快照 {id} 不存在"),
                format!("{path} names the snapshot {id}, which is not there"),
            ),
        }
    }
}

/// Something in a snapshot that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Relative to the database's folder.
    pub path: PathBuf,
    pub kind: DamageKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DamageKind {
    Missing,
    /// A file that the manifest does not know.
    Unexpected,
    Size {
        expected: u64,
        found: u64,
    },
    Hash,
    /// The file cannot be read or understood.
    Unreadable(String),
    /// The snapshot before is not the one this one was built on.
    Chain,
}

impl Damage {
    /// Whether it lies in that snapshot, and not in one that it was built on.
    pub fn is_of(&self, id: &SnapshotId) -> bool {
        self.path.starts_with(Path::new("snapshots").join(id.as_str()))
    }

    /// What a person reads, in their language.
    pub fn message(&self, lang: Lang) -> String {
        let path = self.path.display();
        match &self.kind {
            DamageKind::Missing => lang.pick(format!("{path}：文件缺失"), format!("{path}: missing")),
            DamageKind::Unexpected => {
                lang.pick(format!("{path}：清单中没有的文件"), format!("{path}: not listed in the manifest"))
            }
            DamageKind::Size { expected, found } => lang.pick(
                format!("{path}：大小应为 {expected} 字节，实际 {found} 字节"),
                format!("{path}: {found} bytes instead of {expected}"),
            ),
            DamageKind::Hash => lang.pick(format!("{path}：内容已改变"), format!("{path}: its content has changed")),
            DamageKind::Unreadable(detail) => {
                lang.pick(format!("{path}：无法读取：{detail}"), format!("{path}: unreadable: {detail}"))
            }
            DamageKind::Chain => lang.pick(
                format!("{path}：与所依据的上一个快照不符"),
                format!("{path}: the snapshot before it is not the one it was built on"),
            ),
        }
    }
}
