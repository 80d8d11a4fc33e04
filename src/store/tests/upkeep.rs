//! Going back, clearing out, and a pointer or a snapshot that is lost.

use super::*;

/// A process number that the system never gives.
const NOBODY: u32 = u32::MAX;

fn publish_at(store: &Store, time: &str, next_person: u64) -> SnapshotId {
    let lock = store.lock("").unwrap();
    let created_at = DateTime::parse_from_rfc3339(time).unwrap();
    store.publish(&lock, SnapshotContent { created_at, next_person, ..content(vec![person(3, 3)]) }).unwrap()
}

fn three(store: &Store) -> [SnapshotId; 3] {
    [1, 2, 3].map(|hour| publish_at(store, &format!("2025-12-15T1{hour}:00:00+08:00"), 10))
}

fn go_back(store: &Store) -> SnapshotId {
    let target = store.before_current().unwrap().unwrap();
    store.rollback(&store.lock("").unwrap(), &target).unwrap();
    target
}

#[test]
fn going_back_follows_what_the_current_snapshot_was_built_on() {
    let (_folder, store) = new_store();
    let a = publish_at(&store, "2025-12-15T11:00:00+08:00", 10);
    let rejected = publish_at(&store, "2025-12-15T12:00:00+08:00", 10);
    assert_eq!(go_back(&store), a);
    let c = publish_at(&store, "2025-12-15T13:00:00+08:00", 10);
    assert_ne!(c, rejected);
    assert_eq!(go_back(&store), a, "the snapshot that was gone back from stays out");
    assert_eq!(store.before_current().unwrap(), None);
}

#[test]
fn where_what_was_before_is_gone_the_newest_sound_one_before_it_is_taken() {
    let (_folder, store) = new_store();
    let [a, b, c] = three(&store);
    let d = publish_at(&store, "2025-12-15T14:00:00+08:00", 10);
    store.remove(&store.lock("").unwrap(), &c).unwrap();
    fs::write(store.snapshot_dir(&b).join("person/part-0000.parquet"), b"torn").unwrap();
    assert_eq!(store.before_current().unwrap(), Some(a.clone()));
    // The chain of a sound snapshot may be broken further back.
    fs::remove_dir_all(store.snapshot_dir(&d)).unwrap();
    fs::remove_dir_all(store.snapshot_dir(&b)).unwrap();
    assert_eq!(store.before_current().unwrap(), Some(a));
}

#[test]
fn a_lost_pointer_is_damage_and_going_back_mends_it() {
    type Harm = fn(&Store, &SnapshotId);
    let harms: [(Harm, bool); 3] = [
        (|store, _| fs::remove_file(store.current_path()).unwrap(), true),
        (|store, _| fs::write(store.current_path(), b"\xff\xfe?").unwrap(), true),
        (|store, current| fs::remove_dir_all(store.snapshot_dir(current)).unwrap(), false),
    ];
    for (harm, newest_is_left) in harms {
        let (_folder, store) = new_store();
        let [_, b, c] = three(&store);
        harm(&store, &c);
        for outcome in [store.current().map(drop), Snapshot::open(&store, None).map(drop)] {
            let error = outcome.unwrap_err();
            assert!(matches!(error, StoreError::Pointer { .. }), "{error}");
            assert!(error.message(Lang::Zh).contains("rollback") && error.message(Lang::En).contains("rollback"));
        }
        let lock = store.lock("").unwrap();
        assert!(store.publish(&lock, content(vec![person(3, 3)])).is_err(), "no run builds on what is lost");
        assert!(store.to_prune(Keep { last: 1, monthly: 0 }).is_err());
        drop(lock);
        let expected = if newest_is_left { c } else { b };
        assert_eq!(go_back(&store), expected);
        assert_eq!(store.current().unwrap(), Some(expected));
    }
}

#[test]
fn a_snapshot_that_never_became_current_is_none_and_goes() {
    let (_folder, store) = new_store();
    // The machine stops after the move: neither the pointer nor the clearing up is reached.
    let mut stopped = store.clone();
    let pointer = store.current_path();
    stopped.disk.trap = Some(Arc::new(move |step, path: &Path| match step {
        Step::Rename if path == pointer => Err(io::Error::from_raw_os_error(5)),
        Step::Remove => Err(io::Error::from_raw_os_error(5)),
        _ => Ok(()),
    }));
    assert!(publish(&stopped, 10).is_err());
    assert_eq!(fs::read_dir(store.snapshots_dir()).unwrap().count(), 1);
    assert_eq!((store.current().unwrap(), store.list().unwrap()), (None, Vec::new()));
    assert!(matches!(Snapshot::open(&store, None), Err(StoreError::NothingPublished { .. })));
    let first = publish(&store, 20).unwrap();
    assert_eq!(store.list().unwrap(), [first]);
    assert_eq!(fs::read_dir(store.snapshots_dir()).unwrap().count(), 1);
}

#[test]
fn clearing_out_keeps_the_newest_one_of_each_month_and_the_current_one() {
    let (_folder, store) = new_store();
    let times = ["2025-09-01", "2025-10-01", "2025-10-20", "2025-11-03", "2025-12-01", "2025-12-15"];
    let ids = times.map(|day| publish_at(&store, &format!("{day}T10:00:00+08:00"), 10));
    let goes = |last, monthly| store.to_prune(Keep { last, monthly }).unwrap();
    assert_eq!(goes(2, 0), ids[..4]);
    assert_eq!(goes(1, 3), [ids[0].clone(), ids[1].clone(), ids[4].clone()]);
    assert_eq!(goes(0, 0), ids[..5]);
    assert_eq!(goes(9, 0), []);
    store.rollback(&store.lock("").unwrap(), &ids[0]).unwrap();
    assert_eq!(goes(1, 0), ids[1..5]);
}

#[test]
fn an_ordinal_once_given_is_never_free_again() {
    let (_folder, store) = new_store();
    assert_eq!(store.next_ordinals().unwrap(), (1, 1));
    let a = publish_at(&store, "2025-12-15T11:00:00+08:00", 10);
    let b = publish_at(&store, "2025-12-15T12:00:00+08:00", 30);
    let lock = store.lock("").unwrap();
    store.rollback(&lock, &a).unwrap();
    assert_eq!(store.next_ordinals().unwrap(), (30, 5));
    store.remove(&lock, &b).unwrap();
    assert_eq!(store.next_ordinals().unwrap(), (30, 5), "not even after the snapshot is cleared out");
}

#[test]
fn what_dead_processes_left_half_written_goes_and_what_is_being_written_stays() {
    let (_folder, store) = new_store();
    let id = publish(&store, 10).unwrap();
    let reports = store.reports_dir(&id).join("吉州区");
    create_dir(&reports).unwrap();
    let dead = reports.join(format!(".线索.xlsx.tmp-{NOBODY}"));
    let alive = reports.join(format!(".反馈.xlsx.tmp-{}", std::process::id()));
    for path in [&dead, &alive] {
        fs::write(path, b"half").unwrap();
    }
    drop(store.lock("").unwrap());
    assert_eq!((dead.exists(), alive.exists()), (false, true));

    let folder = tempfile::tempdir().unwrap();
    let left = [".名单.xlsx", ".别的.xlsx"].map(|name| folder.path().join(format!("{name}.tmp-{NOBODY}")));
    left.iter().for_each(|path| fs::write(path, b"half").unwrap());
    write_file(&folder.path().join("名单.xlsx"), b"whole").unwrap();
    assert_eq!((left[0].exists(), left[1].exists()), (false, true), "only what is left of the same file");
}
