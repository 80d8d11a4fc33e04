//! What is left when a run is killed, meets a full disk, a second run or a damaged file: the old snapshot, whole.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use support::{Run, fresh_folder, outcome, program, ronghe, text};

/// The sample city's pipeline with a database of the test's own.
struct Trial {
    folder: PathBuf,
    pipeline: PathBuf,
}

impl Trial {
    fn new(name: &str) -> Trial {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = fresh_folder(name);
        let shipped = std::fs::read_to_string(root.join("pipelines/jian.toml")).expect("the sample pipeline");
        let own = shipped.replace("\"../data/jian\"", "\"db\"").replace("\"../", &format!("\"{}/", text(root)));
        assert!(own.contains("\"db\""), "the sample pipeline names another database");
        let pipeline = folder.join("jian.toml");
        std::fs::write(&pipeline, own).expect("written");
        Trial { folder, pipeline }
    }

    fn database(&self) -> PathBuf {
        self.folder.join("db")
    }

    fn command(&self) -> Command {
        let mut command = program();
        command.args(["run", text(&self.pipeline)]);
        command
    }

    /// A run that publishes.
    fn publish(&self) -> String {
        outcome(&mut self.command()).ends(0);
        self.current()
    }

    /// A run in the background.
    fn start(&self) -> Child {
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    }

    fn current(&self) -> String {
        std::fs::read_to_string(self.database().join("CURRENT")).expect("the pointer").trim().to_owned()
    }

    fn snapshots(&self) -> Vec<String> {
        names(&self.database().join("snapshots"))
    }

    fn verify(&self, snapshot: &str) -> Run {
        ronghe(&["snapshots", "verify", text(&self.database()), snapshot])
    }

    fn left_overs(&self) -> Vec<String> {
        let mut names = names(&self.database());
        names.retain(|name| name.starts_with(".tmp-") || ["CURRENT.tmp", "CURRENT.next"].contains(&name.as_str()));
        names
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Waits until something holds; false if the child ends first.
fn until(child: &mut Child, mut holds: impl FnMut() -> bool) -> bool {
    let patience = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < patience, "nothing happened");
        if child.try_wait().expect("its state").is_some() {
            return holds();
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    true
}

#[test]
fn a_killed_run_leaves_the_old_snapshot_or_the_whole_new_one() {
    let trial = Trial::new("crash_killed");
    let mut current = trial.publish();
    let mut dice = ChaCha8Rng::seed_from_u64(1);
    let mut killed_amid_publishing = 0;
    for round in 0..12 {
        let before = trial.snapshots();
        let mut child = trial.start();
        // Most rounds wait for the moment that matters, when the new snapshot is being written.
        if round % 4 != 0 {
            until(&mut child, || trial.left_overs().iter().any(|name| name.starts_with(".tmp-")));
        }
        std::thread::sleep(Duration::from_micros(dice.random_range(0..[400_000, 3_000, 30_000, 120_000][round % 4])));
        child.kill().expect("killed");
        child.wait().expect("its end");
        killed_amid_publishing += u32::from(!trial.left_overs().is_empty());

        let now = trial.current();
        trial.verify(&now).ends(0);
        if now != current {
            assert!(!before.contains(&now), "round {round}: an older snapshot is current");
            current = now;
        }
        // Whatever else lies among the snapshots is whole, too.
        ronghe(&["snapshots", "verify", text(&trial.database())]).ends(0);
    }
    assert!(killed_amid_publishing > 0, "no round met the run while it was publishing");
    let last = trial.publish();
    assert_ne!(last, current);
    assert_eq!(trial.left_overs(), Vec::<String>::new());
    ronghe(&["snapshots", "verify", text(&trial.database())]).ends(0);
}

#[test]
fn a_second_run_is_told_who_is_at_it() {
    let trial = Trial::new("crash_locked");
    let mut first = trial.start();
    let lock = trial.database().join(".lock");
    let pid = format!("pid={}\n", first.id());
    let held = until(&mut first, || std::fs::read_to_string(&lock).is_ok_and(|holder| holder.starts_with(&pid)));
    assert!(held, "the first run never took the lock");
    let second = outcome(&mut trial.command()).ends(11);
    assert!(second.err.contains(&format!("进程 {}", first.id())), "{}", second.err);
    let english = outcome(trial.command().args(["--lang", "en"])).ends(11);
    assert!(english.err.contains(&format!("process {}", first.id())), "{}", english.err);
    assert!(first.wait().expect("its end").success(), "the second run does not disturb the first");
    ronghe(&["snapshots", "verify", text(&trial.database())]).ends(0);
    // The lock is given back.
    trial.publish();
}

#[test]
fn a_full_disk_is_told_with_the_file_and_changes_nothing() {
    let trial = Trial::new("crash_full");
    let old = trial.publish();
    // The shell's limit on file sizes, in blocks of 512 or 1024 bytes, stands in for a disk without space.
    let limited = format!("ulimit -f 8; exec {} run {}", env!("CARGO_BIN_EXE_ronghe"), text(&trial.pipeline));
    let mut shell = Command::new("sh");
    let run = outcome(shell.args(["-c", &limited]).env("LANG", "en_GB.UTF-8").env_remove("LC_ALL")).ends(1);
    let database = text(&trial.database()).to_owned();
    let told = run.err.lines().any(|line| line.contains(".parquet") && line.contains(&database));
    assert!(told, "no path in\n{}", run.err);
    assert_eq!((trial.current(), trial.snapshots()), (old.clone(), vec![old.clone()]));
    assert_eq!(trial.left_overs(), Vec::<String>::new());
    trial.verify(&old).ends(0);
}

#[test]
fn a_database_that_cannot_be_made_is_told() {
    let trial = Trial::new("crash_denied");
    std::fs::write(trial.database(), "a file where the database should be").expect("written");
    let run = outcome(&mut trial.command()).ends(1);
    assert!(run.err.contains(text(&trial.database())), "{}", run.err);
    assert!(run.err.starts_with("错误："), "{}", run.err);
    assert_eq!(names(&trial.folder), ["db", "jian.toml"]);
}

#[test]
fn one_changed_byte_is_found() {
    let trial = Trial::new("crash_damaged");
    let current = trial.publish();
    let folder = trial.database().join("snapshots").join(&current);
    let mut dice = ChaCha8Rng::seed_from_u64(2);
    for file in ["person/part-0000.parquet", "pair/part-0000.parquet", "manifest.json", "manifest.sha256"] {
        let path = folder.join(file);
        let whole = std::fs::read(&path).expect("a file");
        let mut damaged = whole.clone();
        let at = dice.random_range(0..damaged.len());
        damaged[at] ^= 1;
        std::fs::write(&path, damaged).expect("written");
        let run = trial.verify(&current).ends(12);
        let said = format!("{}{}", run.out, run.err);
        assert!(said.contains(file.trim_end_matches(".sha256").trim_end_matches(".json")), "{file} {at}: {said}");
        std::fs::write(&path, whole).expect("written");
    }
    trial.verify(&current).ends(0);
    std::fs::remove_file(folder.join("finding/part-0000.parquet")).expect("removed");
    trial.verify(&current).ends(12);
}
