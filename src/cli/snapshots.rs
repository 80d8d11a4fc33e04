//! `ronghe snapshots list|verify|rollback`.

use std::path::Path;

use chrono::{SecondsFormat, Utc};

use super::args::SnapshotsCommand;
use super::database::{open, snapshot_id};
use super::exit::{Exit, Failure};
use super::output::print;
use super::render::Console;
use crate::model::{Severity, Words};
use crate::report::aligned;
use crate::store::{Snapshot, SnapshotId, Store};

pub fn run(command: &SnapshotsCommand, console: &Console) -> Result<Exit, Failure> {
    match command {
        SnapshotsCommand::List(of) => list(&of.database, console),
        SnapshotsCommand::Verify(of) => verify(&of.database, of.snapshot.as_deref(), console),
        SnapshotsCommand::Rollback(of) => rollback(&of.database, of.to.as_deref(), console),
    }
}

fn list(database: &Path, console: &Console) -> Result<Exit, Failure> {
    let store = Store::open(database)?;
    let current = store.current()?;
    let heads = console.lang.pick(
        ["", "快照", "截至", "人员", "家庭", "线索", "标题"],
        ["", "snapshot", "as of", "people", "households", "leads", "title"],
    );
    let mut lines = vec![heads.map(String::from).to_vec()];
    let mut damaged = false;
    for id in store.list()? {
        let mark = if current.as_ref() == Some(&id) { "*" } else { "" };
        let mut line = vec![mark.to_owned(), id.to_string()];
        match Snapshot::open(&store, Some(&id)) {
            Ok(snapshot) => {
                let manifest = snapshot.manifest();
                let rows = |table| manifest.table(table).map_or(String::new(), |t| t.rows.to_string());
                line.push(manifest.as_of.clone());
                line.extend(["person", "household", "finding"].map(rows));
                line.push(manifest.title.clone());
            }
            Err(error) => {
                damaged = true;
                line.push(error.message(console.lang));
            }
        }
        lines.push(line);
    }
    print(format!("{}\n", aligned(&lines, false).join("\n")).as_bytes())?;
    Ok(if damaged { Exit::Damaged } else { Exit::Done })
}

fn verify(database: &Path, snapshot: Option<&str>, console: &Console) -> Result<Exit, Failure> {
    let store = Store::open(database)?;
    let ids = match snapshot {
        Some(text) => vec![snapshot_id(text)?],
        None => store.list()?,
    };
    // The pointer itself may be damaged or point to nothing.
    let mut damaged = open(database, None).map(drop).or_else(|failure| match failure.exit {
        Exit::NoDatabase if ids.is_empty() => Ok(()),
        _ => Err(failure),
    });
    for id in &ids {
        let damages = store.verify(id)?;
        let mut text = String::new();
        for damage in &damages {
            text.push_str(&damage.message(console.lang));
            text.push('\n');
        }
        if damages.is_empty() {
            text = console.lang.pick(format!("{id}：完好\n"), format!("{id}: sound\n"));
        } else if damaged.is_ok() {
            let count = damages.len();
            damaged = Err(Failure::new(
                Exit::Damaged,
                format!("快照 {id} 有 {count} 处损坏"),
                format!("snapshot {id} is damaged in {count} places"),
            ));
        }
        print(text.as_bytes())?;
    }
    damaged.map(|()| Exit::Done)
}

fn rollback(database: &Path, to: Option<&str>, console: &Console) -> Result<Exit, Failure> {
    let store = Store::open(database)?;
    let lock = store.lock(&Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true))?;
    let target = match to {
        Some(text) => snapshot_id(text)?,
        None => before_current(&store)?,
    };
    let damages = store.verify(&target)?;
    if let Some(damage) = damages.first() {
        return Err(Failure::new(
            Exit::Damaged,
            format!("不能回退到损坏的快照 {target}：{}", damage.message(crate::model::Lang::Zh)),
            format!("snapshot {target} is damaged: {}", damage.message(crate::model::Lang::En)),
        ));
    }
    store.rollback(&lock, &target)?;
    let words = Words::new(format!("当前快照已换为 {target}"), format!("the published snapshot is now {target}"));
    console.say(Severity::Info, &words);
    Ok(Exit::Done)
}

/// The newest snapshot that is older than the published one.
fn before_current(store: &Store) -> Result<SnapshotId, Failure> {
    let current = store.current()?;
    let older = store.list()?.into_iter().rfind(|id| current.as_ref().is_none_or(|current| id < current));
    older.ok_or_else(|| {
        Failure::new(Exit::Usage, "没有更早的快照可以回退", "there is no earlier snapshot to go back to")
    })
}
