use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{
    ArrayRef, Decimal128Array, Int64Array, ListBuilder, MapBuilder, MapFieldNames, RecordBatch, StringArray,
    StringBuilder,
};
use arrow::datatypes::{Field, Schema};
use chrono::{DateTime, NaiveDate};
use parquet::file::reader::{FileReader, SerializedFileReader};
use tempfile::TempDir;

use super::disk::Step;
use super::*;
use crate::model::{Lang, Table, TableName};

mod upkeep;

/// `person` with `count` rows in batches of `batch` rows.
fn person(count: usize, batch: usize) -> Table {
    let ids: Vec<String> = (0..count).map(|i| format!("P{i:08}")).collect();
    let names: Vec<Option<&str>> = (0..count).map(|i| ["张三", "李四", "王五"].get(i % 4).copied()).collect();
    let amounts: Vec<Option<i128>> = (0..count).map(|i| (i % 5 != 0).then_some(i as i128)).collect();
    let mut lists = ListBuilder::new(StringBuilder::new());
    for i in 0..count {
        lists.append_value((0..i % 3).map(|_| Some("低保")));
    }
    let sides = MapFieldNames { entry: "entries".into(), key: "keys".into(), value: "values".into() };
    let mut extra = MapBuilder::new(Some(sides), StringBuilder::new(), StringBuilder::new());
    for i in 0..count {
        extra.keys().append_value("备注");
        extra.values().append_option((i % 2 == 0).then_some("独居"));
        extra.append(i % 3 != 0).unwrap();
    }
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("programmes", Arc::new(lists.finish())),
        ("person_id", Arc::new(StringArray::from_iter_values(&ids))),
        ("name", Arc::new(StringArray::from(names))),
        ("phone", Arc::new(StringArray::from_iter_values(ids.iter().map(|id| format!("139{}", &id[1..]))))),
        ("age", Arc::new(Int64Array::from_iter_values((0..count).map(|i| i as i64 % 100)))),
        ("extra", Arc::new(extra.finish())),
        ("amount", Arc::new(Decimal128Array::from(amounts).with_precision_and_scale(18, 2).unwrap())),
    ];
    let fields = columns.iter().map(|(name, array)| {
        let titled = if *name == "name" { vec![("title".to_owned(), "姓名".to_owned())] } else { Vec::new() };
        let titled: std::collections::HashMap<String, String> = titled.into_iter().collect();
        Field::new(*name, array.data_type().clone(), true).with_metadata(titled)
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let whole = RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect()).unwrap();
    Table {
        name: TableName::new("person"),
        title: "人员".into(),
        schema: whole.schema(),
        batches: (0..count).step_by(batch).map(|at| whole.slice(at, batch.min(count - at))).collect(),
        sorted_by: vec!["person_id".into()],
        looked_up_by: vec!["phone".into()],
    }
}

fn empty_table() -> Table {
    Table { name: TableName::new("finding"), batches: Vec::new(), ..person(1, 1) }
}

fn content(tables: Vec<Table>) -> SnapshotContent {
    SnapshotContent {
        tables,
        inputs: vec![Input {
            source: "dibao".into(),
            file: "202506.xlsx".into(),
            sha256: "00".into(),
            size: 7,
            period: Some("2025-06".into()),
            carried_from: None,
        }],
        ledger: LedgerTotals { sheets: 1, physical_rows: 10, accepted: 10, ..LedgerTotals::default() },
        pipeline: "jian".into(),
        title: "吉安市".into(),
        plan_hash: "abc".into(),
        as_of: NaiveDate::from_ymd_opt(2025, 12, 15).unwrap(),
        created_at: DateTime::parse_from_rfc3339("2025-12-15T10:30:00+08:00").unwrap(),
        program_version: "0.1.0".into(),
        next_person: 11,
        next_household: 5,
        last_decision: None,
        notes: vec!["没有贫困线".into()],
    }
}

fn publish(store: &Store, rows: usize) -> Result<SnapshotId, StoreError> {
    let lock = store.lock("2025-12-15T10:30:00+08:00")?;
    store.publish(&lock, content(vec![person(rows, 1000), empty_table()]))
}

fn new_store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("db")).unwrap();
    (folder, store)
}

fn rows_of(snapshot: &Snapshot, table: &str) -> RecordBatch {
    let (schema, batches) = snapshot.read(table).unwrap();
    arrow::compute::concat_batches(&schema, &batches).unwrap()
}

#[test]
fn what_is_published_is_read_back() {
    let (_folder, store) = new_store();
    let id = publish(&store, 2500).unwrap();
    assert_eq!(store.current().unwrap(), Some(id.clone()));
    assert_eq!(store.list().unwrap(), std::slice::from_ref(&id));
    assert_eq!(store.verify(&id).unwrap(), []);

    let snapshot = Snapshot::open(&store, None).unwrap();
    assert_eq!(snapshot.tables().collect::<Vec<_>>(), ["finding", "person"]);
    let wanted = person(2500, 2500);
    let got = rows_of(&snapshot, "person");
    assert_eq!(got.columns(), wanted.batches[0].columns());
    assert_eq!(got.schema().field_with_name("name").unwrap().metadata().get("title").unwrap(), "姓名");
    for (got, wanted) in got.schema().fields().iter().zip(wanted.schema.fields()) {
        assert_eq!((got.name(), got.data_type()), (wanted.name(), wanted.data_type()));
    }
    assert_eq!(rows_of(&snapshot, "finding").num_rows(), 0);
    assert_eq!(rows_of(&snapshot, "finding").num_columns(), 7);

    let manifest = snapshot.manifest();
    assert_eq!((manifest.next_person, manifest.as_of.as_str()), (11, "2025-12-15"));
    assert_eq!(manifest.table("person").unwrap().rows, 2500);
    assert_eq!(manifest.created_at, "2025-12-15T10:30:00+08:00");
}

#[test]
fn columns_come_in_the_order_asked_for() {
    let (_folder, store) = new_store();
    publish(&store, 10).unwrap();
    let snapshot = Snapshot::open(&store, None).unwrap();
    let (schema, batches) = snapshot.read_columns("person", &["age", "person_id"]).unwrap();
    assert_eq!(schema.fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>(), ["age", "person_id"]);
    assert_eq!(batches[0].schema().field(0).name(), "age");
    assert!(matches!(snapshot.read_columns("person", &["agee"]), Err(StoreError::NoColumn { .. })));
    let error = snapshot.read("preson").unwrap_err();
    assert_eq!(error.to_string(), "there is no table preson; did you mean person?");
    assert_eq!(error.message(Lang::Zh), "没有名为 preson 的表，是否想写 person？");
}

#[test]
fn a_second_snapshot_keeps_the_first_and_names_it() {
    let (_folder, store) = new_store();
    let first = publish(&store, 10).unwrap();
    let second = publish(&store, 20).unwrap();
    assert!(first < second);
    assert_eq!(store.list().unwrap(), [first.clone(), second.clone()]);
    assert_eq!(rows_of(&Snapshot::open(&store, None).unwrap(), "person").num_rows(), 20);
    assert_eq!(rows_of(&Snapshot::open(&store, Some(&first)).unwrap(), "person").num_rows(), 10);
    let previous = Snapshot::open(&store, None).unwrap().manifest().previous.clone().unwrap();
    assert_eq!(previous.id, first);
    assert_eq!(store.verify(&second).unwrap(), []);

    let lock = store.lock("").unwrap();
    store.rollback(&lock, &first).unwrap();
    assert_eq!(store.current().unwrap(), Some(first));
    assert_eq!(store.list().unwrap().len(), 2);
}

#[test]
fn the_bytes_do_not_depend_on_the_batches() {
    let hashes = |batch: usize| {
        let (_folder, store) = new_store();
        let lock = store.lock("").unwrap();
        store.publish(&lock, content(vec![person(130_000, batch)])).unwrap();
        Snapshot::open(&store, None).unwrap().manifest().tables.clone()
    };
    let whole = hashes(130_000);
    assert_eq!(whole, hashes(777));
    assert_eq!(whole[0].parts.len(), 1);
}

#[test]
fn files_say_how_they_are_sorted_and_where_to_look_values_up() {
    let (_folder, store) = new_store();
    let id = publish(&store, 122_881).unwrap();
    let file = fs::File::open(store.snapshot_dir(&id).join("person/part-0000.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let metadata = reader.metadata();
    assert_eq!(metadata.file_metadata().created_by(), Some("ronghe"));
    assert_eq!(metadata.num_row_groups(), 2);
    let group = metadata.row_group(0);
    assert_eq!(group.num_rows(), 122_880);
    // The list column before it is one leaf.
    assert_eq!(group.sorting_columns().unwrap()[0].column_idx, 1);
    let column = |name: &str| group.columns().iter().find(|c| c.column_path().string() == name).unwrap();
    assert!(column("phone").bloom_filter_offset().is_some());
    assert!(column("name").bloom_filter_offset().is_none());
    assert!(column("person_id").dictionary_page_offset().is_none());
    assert!(column("name").dictionary_page_offset().is_some());
}

#[test]
fn nobody_else_may_read_the_files() {
    let (_folder, store) = new_store();
    let id = publish(&store, 10).unwrap();
    store.write_report_file(&id, Path::new("county/a.xlsx"), b"x").unwrap();
    store.append_state("audit", "looked").unwrap();
    let mut folders = vec![store.root().to_owned()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 8, "CURRENT, .lock, two manifest files, two tables, a report, a state file");
}

#[test]
fn only_one_run_writes_at_a_time() {
    let (_folder, store) = new_store();
    let lock = store.lock("2025-12-15T10:30:00+08:00").unwrap();
    let other = Store::open(store.root()).unwrap();
    match other.lock("later").unwrap_err() {
        StoreError::Locked { holder } => {
            assert_eq!(holder.pid, std::process::id().to_string());
            assert_eq!(holder.since, "2025-12-15T10:30:00+08:00");
            assert!(holder.message(Lang::Zh).contains("进程"));
        }
        other => panic!("{other}"),
    }
    drop(lock);
    other.lock("later").unwrap();
}

#[test]
fn what_dead_runs_left_is_cleared() {
    let (_folder, store) = new_store();
    fs::create_dir_all(store.root().join(".tmp-999999/person")).unwrap();
    fs::write(store.root().join(".tmp-999999/person/part-0000.parquet"), b"half").unwrap();
    fs::write(store.root().join("CURRENT.tmp"), b"half").unwrap();
    drop(store.lock("").unwrap());
    assert!(!store.root().join(".tmp-999999").exists());
    assert!(!store.root().join("CURRENT.tmp").exists());
}

#[test]
fn where_there_is_no_database_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::NoDatabase { .. })));
    let store = Store::create(&folder.path().join("a/b")).unwrap();
    assert!(matches!(Snapshot::open(&store, None), Err(StoreError::NothingPublished { .. })));
    let id = SnapshotId::parse("20251215T103000-a1b2c3").unwrap();
    assert!(matches!(Snapshot::open(&store, Some(&id)), Err(StoreError::NoSnapshot { .. })));
    fs::write(store.root().join("CURRENT"), "../../etc\n").unwrap();
    let garbage = Snapshot::open(&store, None).unwrap_err();
    assert!(matches!(garbage, StoreError::Pointer { fault: PointerFault::Unreadable, .. }), "{garbage}");
    // A path below a file cannot be made, not even by root.
    fs::write(folder.path().join("file"), b"").unwrap();
    let error = Store::create(&folder.path().join("file/db")).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(matches!(write_file(&folder.path().join("file/x"), b""), Err(StoreError::Io { .. })));
}

/// Publishes over a store whose n-th step fails, alone or with all that follow, as when the process is killed.
fn publish_with_fault(store: &Store, nth: usize, is_death: bool, error: i32) -> (Result<SnapshotId, StoreError>, bool) {
    let count = Arc::new(AtomicUsize::new(0));
    let lock = store.lock("").unwrap();
    let mut faulty = store.clone();
    let counter = count.clone();
    faulty.disk.trap = Some(Arc::new(move |_step, _path| {
        let n = counter.fetch_add(1, Ordering::SeqCst);
        if n == nth || (is_death && n > nth) { Err(io::Error::from_raw_os_error(error)) } else { Ok(()) }
    }));
    let outcome = faulty.publish(&lock, content(vec![person(20, 7), empty_table()]));
    (outcome, count.load(Ordering::SeqCst) > nth)
}

#[test]
fn whatever_step_fails_readers_see_the_old_snapshot_or_the_new_one() {
    for (is_death, error) in [(false, 28), (true, 5)] {
        let (mut old_seen, mut new_seen) = (0, 0);
        for nth in 0.. {
            let (_folder, store) = new_store();
            let first = publish(&store, 10).unwrap();
            let (outcome, was_hit) = publish_with_fault(&store, nth, is_death, error);
            let current = store.current().unwrap().unwrap();
            assert_eq!(store.verify(&current).unwrap(), [], "step {nth}");
            let rows = rows_of(&Snapshot::open(&store, None).unwrap(), "person").num_rows();
            if current == first {
                assert!(outcome.is_err());
                assert_eq!(rows, 10);
                old_seen += 1;
            } else {
                assert_eq!(rows, 20);
                new_seen += 1;
            }
            assert_eq!(store.verify(&first).unwrap(), []);
            if let Err(fault) = &outcome {
                match error {
                    28 => assert!(matches!(fault, StoreError::NoSpace { .. }), "step {nth}: {fault:?}"),
                    _ => assert!(matches!(fault, StoreError::Disk { .. }), "step {nth}: {fault:?}"),
                }
            }
            // The next run clears up.
            drop(store.lock("").unwrap());
            let left_overs = fs::read_dir(store.root()).unwrap().map(|entry| entry.unwrap().file_name());
            let left_overs = left_overs.filter(|name| name.to_string_lossy().contains("tmp")).count();
            assert_eq!(left_overs, 0, "step {nth}");
            if !was_hit {
                outcome.unwrap();
                let third = publish(&store, 30).unwrap();
                assert_eq!(store.verify(&third).unwrap(), []);
                break;
            }
        }
        assert!(old_seen > 20 && new_seen >= 2, "{old_seen} {new_seen}");
    }
}

#[test]
fn a_failed_sync_is_not_tried_again() {
    let (_folder, store) = new_store();
    publish(&store, 10).unwrap();
    let lock = store.lock("").unwrap();
    let failed = Arc::new(AtomicUsize::new(0));
    let mut faulty = store.clone();
    let counter = failed.clone();
    faulty.disk.trap = Some(Arc::new(move |step, path: &Path| {
        if step == Step::SyncFile && path.ends_with("manifest.json") {
            counter.fetch_add(1, Ordering::SeqCst);
            return Err(io::Error::from_raw_os_error(5));
        }
        Ok(())
    }));
    let outcome = faulty.publish(&lock, content(vec![person(20, 7)]));
    assert!(matches!(outcome, Err(StoreError::Disk { .. })));
    assert_eq!(failed.load(Ordering::SeqCst), 1);
}

#[test]
fn every_flipped_byte_is_found() {
    let (_folder, store) = new_store();
    publish(&store, 10).unwrap();
    let id = publish(&store, 20).unwrap();
    let folder = store.snapshot_dir(&id);
    for name in ["manifest.json", "manifest.sha256", "person/part-0000.parquet", "finding/part-0000.parquet"] {
        let path = folder.join(name);
        let sound = fs::read(&path).unwrap();
        for at in [0, sound.len() / 2, sound.len() - 1] {
            let mut flipped = sound.clone();
            flipped[at] ^= 1;
            fs::write(&path, &flipped).unwrap();
            let damage = store.verify(&id).unwrap();
            assert!(!damage.is_empty(), "{name} at {at}");
            assert!(damage[0].message(Lang::Zh).contains("manifest") || name.ends_with("parquet"));
        }
        fs::write(&path, &sound[..sound.len() - 1]).unwrap();
        assert!(!store.verify(&id).unwrap().is_empty());
        fs::remove_file(&path).unwrap();
        assert!(store.verify(&id).unwrap().iter().any(|damage| damage.kind == DamageKind::Missing));
        fs::write(&path, &sound).unwrap();
    }
    assert_eq!(store.verify(&id).unwrap(), []);
    fs::write(folder.join("person/extra.txt"), b"x").unwrap();
    assert_eq!(store.verify(&id).unwrap()[0].kind, DamageKind::Unexpected);
}

#[test]
fn a_changed_predecessor_breaks_the_chain_and_a_pruned_one_does_not() {
    let (_folder, store) = new_store();
    let ids: Vec<SnapshotId> = (1..=3).map(|n| publish(&store, n * 10).unwrap()).collect();
    let lock = store.lock("").unwrap();
    assert_eq!(store.to_prune(Keep { last: 2, monthly: 0 }).unwrap(), [ids[0].clone()]);
    store.remove(&lock, &ids[0]).unwrap();
    assert_eq!(store.list().unwrap(), ids[1..]);
    assert_eq!(store.verify(&ids[1]).unwrap(), []);
    assert!(matches!(store.remove(&lock, &ids[2]), Err(StoreError::IsCurrent { .. })));

    let manifest = store.snapshot_dir(&ids[1]).join("manifest.json");
    let changed = fs::read_to_string(&manifest).unwrap().replace("2025-06", "2025-07");
    fs::write(&manifest, changed).unwrap();
    assert_eq!(store.verify(&ids[2]).unwrap()[0].kind, DamageKind::Chain);
    fs::remove_dir_all(store.snapshot_dir(&ids[1])).unwrap();
    assert_eq!(store.verify(&ids[2]).unwrap()[0].kind, DamageKind::Missing);
    assert!(matches!(store.verify(&ids[1]), Err(StoreError::NoSnapshot { .. })));
}

#[test]
fn a_damaged_table_is_an_error_and_no_panic() {
    let (_folder, store) = new_store();
    let id = publish(&store, 10).unwrap();
    let path = store.snapshot_dir(&id).join("person/part-0000.parquet");
    let size = fs::metadata(&path).unwrap().len() as usize;
    fs::write(&path, vec![7; size]).unwrap();
    let snapshot = Snapshot::open(&store, None).unwrap();
    assert!(matches!(snapshot.read("person"), Err(StoreError::Damaged { .. })));
    fs::write(&path, b"short").unwrap();
    assert!(matches!(snapshot.read("person"), Err(StoreError::Damaged { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(snapshot.read("person"), Err(StoreError::Damaged { .. })));
}

#[test]
fn tables_that_cannot_be_kept_are_refused() {
    let (_folder, store) = new_store();
    let lock = store.lock("").unwrap();
    let odd = Table { name: TableName::new("../x"), ..person(1, 1) };
    assert!(matches!(store.publish(&lock, content(vec![odd])), Err(StoreError::Table { .. })));
    let mut unsorted = person(10, 5);
    unsorted.batches.reverse();
    assert!(store.publish(&lock, content(vec![unsorted])).unwrap_err().to_string().contains("not sorted by person_id"));
    let unknown = Table { sorted_by: vec!["nothing".into()], ..person(1, 1) };
    assert!(matches!(store.publish(&lock, content(vec![unknown])), Err(StoreError::Table { .. })));
    let twice = vec![person(1, 1), person(2, 1)];
    assert!(matches!(store.publish(&lock, content(twice)), Err(StoreError::Table { .. })));
    assert_eq!(store.current().unwrap(), None);
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    write_file(&path, b"old").unwrap();
    write_file(&path, b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut given_up = AtomicFile::create(&path).unwrap();
    io::Write::write_all(&mut given_up, b"half").unwrap();
    drop(given_up);
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    write_file(Path::new("/dev/null"), b"away").unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_report_stays_in_its_folder_and_lines_are_kept_apart() {
    let (_folder, store) = new_store();
    let id = SnapshotId::parse("20251215T103000-a1b2c3").unwrap();
    let path = store.write_report_file(&id, Path::new("吉州区/名单.xlsx"), b"x").unwrap();
    assert!(path.starts_with(store.root().join("reports")));
    for outside in ["../x", "/etc/x", "a/../../x", ""] {
        assert!(store.write_report_file(&id, Path::new(outside), b"x").is_err(), "{outside}");
    }
    assert_eq!(store.read_state("decisions").unwrap(), "");
    store.append_state("decisions", "one\ntwo").unwrap();
    fs::write(store.root().join("state/decisions"), "one\ntorn").unwrap();
    store.append_state("decisions", "three").unwrap();
    assert_eq!(store.read_state("decisions").unwrap(), "one\ntorn\nthree\n");
}

#[test]
fn readers_beside_a_run_always_find_a_whole_snapshot() {
    let (_folder, store) = new_store();
    publish(&store, 10).unwrap();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !is_over.load(Ordering::SeqCst) || reads == 0 {
                let snapshot = Snapshot::open(&store, None).unwrap();
                let rows = rows_of(&snapshot, "person").num_rows();
                assert_eq!(rows as u64, snapshot.manifest().table("person").unwrap().rows);
                reads += 1;
            }
        });
        for n in 2..6 {
            publish(&store, n * 10).unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
        reader.join().unwrap();
    });
}
