//! `ronghe snapshots list|verify|prune|rollback`.

use std::path::Path;

use chrono::{SecondsFormat, Utc};

use super::args::{PruneArguments, SnapshotsCommand};
use super::database::snapshot_id;
use super::exit::{Exit, Failure};
use super::output::print;
use super::render::Console;
use crate::model::{Lang, Severity, Words};
use crate::report::aligned;
use crate::store::{Damage, Keep, Snapshot, Store};

pub fn run(command: &SnapshotsCommand, console: &Console) -> Result<Exit, Failure> {
    match command {
        SnapshotsCommand::List(of) => list(&of.database, console),
        SnapshotsCommand::Verify(of) => verify(&of.database, of.snapshot.as_deref(), console),
        SnapshotsCommand::Prune(of) => prune(of),
        SnapshotsCommand::Rollback(of) => rollback(&of.database, of.to.as_deref(), console),
    }
}

fn list(database: &Path, console: &Console) -> Result<Exit, Failure> {
    let store = Store::open(database)?;
    let current = store.current();
    let heads = console.lang.pick(
        ["", "快照", "截至", "人员", "家庭", "线索", "标题"],
        ["", "snapshot", "as of", "people", "households", "leads", "title"],
    );
    let mut lines = vec![heads.map(String::from).to_vec()];
    let mut damaged = false;
    for id in store.list()? {
        let mark = if current.as_ref().is_ok_and(|current| current.as_ref() == Some(&id)) { "*" } else { "" };
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
    // A pointer that is lost is told after what there is to go back to.
    current?;
    Ok(if damaged { Exit::Damaged } else { Exit::Done })
}

fn verify(database: &Path, snapshot: Option<&str>, console: &Console) -> Result<Exit, Failure> {
    let store = Store::open(database)?;
    let ids = match snapshot {
        Some(text) => vec![snapshot_id(text)?],
        None => store.list()?,
    };
    // The pointer itself may be damaged or point to nothing.
    let mut damaged = store.current().map(drop).map_err(Failure::from);
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
    let lock = store.lock(&now())?;
    let target = match to {
        Some(text) => snapshot_id(text)?,
        None => store.before_current()?.ok_or_else(|| {
            Failure::new(Exit::Usage, "没有更早的快照可以回退", "there is no earlier snapshot to go back to")
        })?,
    };
    let (own, elsewhere): (Vec<Damage>, Vec<Damage>) =
        store.verify(&target)?.into_iter().partition(|damage| damage.is_of(&target));
    if let Some(damage) = own.first() {
        return Err(Failure::new(
            Exit::Damaged,
            format!("不能回退到损坏的快照 {target}：{}；可用 --to 指定另一个快照", damage.message(Lang::Zh)),
            format!("snapshot {target} is damaged: {}; name another one with --to", damage.message(Lang::En)),
        ));
    }
    store.rollback(&lock, &target)?;
    let words = Words::new(format!("当前快照已换为 {target}"), format!("the published snapshot is now {target}"));
    console.say(Severity::Info, &words);
    for damage in &elsewhere {
        console.say(Severity::Warning, &Words::new(damage.message(Lang::Zh), damage.message(Lang::En)));
    }
    Ok(if elsewhere.is_empty() { Exit::Done } else { Exit::Attention })
}

/// Removes what is not kept, and names each snapshot once it is gone.
fn prune(of: &PruneArguments) -> Result<Exit, Failure> {
    let store = Store::open(&of.database)?;
    let lock = store.lock(&now())?;
    let count = |asked: Option<u32>| asked.map_or(0, |count| count as usize);
    for id in store.to_prune(Keep { last: count(of.keep_last), monthly: count(of.keep_monthly) })? {
        store.remove(&lock, &id)?;
        print(format!("{id}\n").as_bytes())?;
    }
    Ok(Exit::Done)
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
