//! A whole run over an invented city, held against the truth that was written with it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "drives the program from outside")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::NaiveDate;
use ronghe::kernel::identity;
use ronghe::store::{Snapshot, Store};
use support::{files, fresh_folder, outcome, program, ronghe, rows, snapshot, source_tables, text, with_database};

/// The city, run once for all tests that only look.
static CITY: LazyLock<City> = LazyLock::new(|| {
    let city = City::invented("sample");
    city.run().ends(0);
    city
});

struct City {
    folder: PathBuf,
}

impl City {
    fn invented(name: &str) -> City {
        let folder = fresh_folder(name);
        ronghe(&["synth", "--people", "3000", "--seed", "1", "-o", text(&folder)]).ends(0);
        City { folder }
    }

    fn pipeline(&self) -> PathBuf {
        self.folder.join("pipeline.toml")
    }

    fn run(&self) -> support::Run {
        ronghe(&["run", text(&self.pipeline())])
    }

    fn database(&self) -> PathBuf {
        self.folder.join("db")
    }

    fn snapshot(&self) -> Snapshot {
        snapshot(&self.database())
    }

    /// A file of the truth as one map a line.
    fn truth(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let file = self.folder.join("truth").join(name);
        let mut reader = csv::Reader::from_path(file).expect("the truth");
        reader.deserialize().map(|line| line.expect("a line of the truth")).collect()
    }
}

/// The row of a file that a row id names; `#n` tells the people of one row apart.
fn place(row_id: &str) -> &str {
    row_id.split('#').next().unwrap_or(row_id)
}

/// Truth's person → the persons of the database that its rows belong to.
fn persons_of(city: &City, snapshot: &Snapshot) -> BTreeMap<String, BTreeSet<String>> {
    let links: BTreeMap<String, String> =
        rows(snapshot, "link", ["row_id", "person_id"]).into_iter().map(|[row, person]| (row, person)).collect();
    let mut persons: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in city.truth("rows.csv").into_iter().filter(|line| !line["person"].is_empty()) {
        if let Some(person) = links.get(&line["row_id"]).filter(|person| !person.is_empty()) {
            persons.entry(line["person"].clone()).or_default().insert(person.clone());
        }
    }
    persons
}

#[test]
fn every_line_of_every_file_has_the_fate_that_it_deserves() {
    let snapshot = CITY.snapshot();
    let mut got: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut note = |row_id: &str, fate: &str| {
        if !row_id.contains('#') {
            got.entry(row_id.to_owned()).or_default().insert(fate.to_owned());
        }
    };
    for table in source_tables(&snapshot) {
        rows(&snapshot, &table, ["row_id"]).iter().for_each(|[row]| note(row, "accepted"));
    }
    for [row, method] in rows(&snapshot, "link", ["row_id", "method"]) {
        if method == "duplicate" {
            note(&row, "duplicate");
        }
    }
    rows(&snapshot, "quarantine", ["row_id"]).iter().for_each(|[row]| note(row, "quarantined"));
    rows(&snapshot, "skipped", ["row_id", "kind"]).iter().for_each(|[row, kind]| note(row, kind));

    let truth = CITY.truth("rows.csv");
    let mut seen = BTreeSet::new();
    for line in &truth {
        let fates = got.remove(&line["row_id"]).unwrap_or_default();
        let fates: Vec<&str> = fates.iter().map(String::as_str).collect();
        // Rows of strangers and empty lines are counted, not kept: the ledger's test knows them.
        let due = Some(line["fate"].as_str()).filter(|fate| !matches!(*fate, "unrelated" | "blank"));
        assert_eq!(fates, due.into_iter().collect::<Vec<_>>(), "{} ({})", line["row_id"], line["faults"]);
        seen.insert(line["fate"].clone());
    }
    assert!(got.is_empty(), "rows that no file has: {got:?}");
    for fate in ["accepted", "quarantined", "unrelated", "heading", "footing", "blank"] {
        assert!(seen.contains(fate), "the city has no {fate} line");
    }
}

#[test]
fn what_is_said_of_rows_keeps_to_rows_that_are_kept() {
    let snapshot = CITY.snapshot();
    let linked: BTreeSet<String> = rows(&snapshot, "link", ["row_id"]).into_iter().map(|[row]| row).collect();
    let issues = rows(&snapshot, "issue", ["row_id", "code"]);
    assert!(!issues.is_empty(), "the city has no issue");
    let skipped: BTreeSet<String> = rows(&snapshot, "skipped", ["row_id"]).into_iter().map(|[row]| row).collect();
    for [row, code] in issues {
        if code == "total_differs" {
            assert!(skipped.contains(&row), "{row} is no total");
            continue;
        }
        assert!(linked.contains(&row), "{code} of {row}, which is not kept");
    }
    for [row, code] in rows(&snapshot, "quarantine", ["row_id", "code"]) {
        assert!(!linked.contains(&row), "{row} is let in and quarantined for {code}");
    }
}

#[test]
fn the_ledger_adds_up_and_counts_as_the_truth_does() {
    const FATES: [&str; 7] = ["blank", "heading", "footing", "accepted", "duplicate", "quarantined", "unrelated"];
    let mut due: BTreeMap<[String; 3], BTreeMap<String, u64>> = BTreeMap::new();
    for line in CITY.truth("rows.csv") {
        let sheet = ["source", "file", "sheet"].map(|name| line[name].clone());
        *due.entry(sheet).or_default().entry(line["fate"].clone()).or_default() += 1;
    }
    let snapshot = CITY.snapshot();
    let places = rows(&snapshot, "ledger", ["source", "file", "sheet"]);
    let physical = rows(&snapshot, "ledger", ["physical_rows"]);
    let mut total = 0;
    for ((sheet, [physical]), fates) in places.into_iter().zip(physical).zip(rows(&snapshot, "ledger", FATES)) {
        let counted: BTreeMap<String, u64> = FATES
            .iter()
            .zip(fates)
            .map(|(fate, count)| ((*fate).to_owned(), count.parse().expect("a count")))
            .filter(|(_, count)| *count > 0)
            .collect();
        let physical: u64 = physical.parse().expect("a count");
        assert_eq!(counted.values().sum::<u64>(), physical, "{sheet:?}");
        assert_eq!(Some(counted), due.remove(&sheet), "{sheet:?}");
        total += physical;
    }
    assert!(due.is_empty(), "sheets that the ledger leaves out: {due:?}");
    assert_eq!(snapshot.manifest().ledger.physical_rows, total);
}

#[test]
fn rows_of_one_person_are_one_person_and_rows_of_two_are_two() {
    let persons = persons_of(&CITY, &CITY.snapshot());
    assert!(persons.len() > 200, "only {} people are linked", persons.len());
    let mut owners: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for (truth, found) in &persons {
        assert_eq!(found.len(), 1, "{truth} is {found:?}");
        found.iter().for_each(|person| {
            owners.entry(person).or_default().insert(truth);
        });
    }
    let mixed: Vec<_> = owners.iter().filter(|(_, people)| people.len() > 1).collect();
    assert!(mixed.is_empty(), "several people in one: {mixed:?}");
    for line in CITY.truth("people.csv").iter().filter(|line| line["enrolled"] == "1") {
        assert!(persons.contains_key(&line["person"]), "{} is enrolled and in nobody", line["person"]);
    }
}

#[test]
fn every_planted_finding_is_made_about_the_right_person_and_no_other() {
    let snapshot = CITY.snapshot();
    let persons = persons_of(&CITY, &snapshot);
    let known: BTreeSet<String> = CITY.truth("rows.csv").iter().map(|line| line["row_id"].clone()).collect();
    let mut findings = rows(&snapshot, "finding", ["rule", "person_id", "evidence"]);
    for due in CITY.truth("findings.csv") {
        // Row ids hold spaces where file names do, so they are cut where a source begins.
        let due_rows: BTreeSet<&str> = due["row_ids"].split_whitespace().collect();
        let at = findings.iter().position(|[rule, person, evidence]| {
            let right = match persons.get(&due["person"]) {
                Some(persons) => persons.contains(person),
                None => due["person"].is_empty() || person.is_empty(),
            };
            *rule == due["rule"] && right && evidence.lines().any(|row| due_rows.contains(place(row)))
        });
        let at = at.unwrap_or_else(|| panic!("not found: {due:?}"));
        let [rule, _, evidence] = findings.remove(at);
        for row in evidence.lines() {
            assert!(known.contains(place(row)), "{rule}: {row} is no row");
        }
    }
    assert!(findings.is_empty(), "without cause: {findings:?}");
}

#[test]
fn the_manifest_says_what_the_tables_hold() {
    let snapshot = CITY.snapshot();
    for table in &snapshot.manifest().tables {
        let (_, batches) = snapshot.read(&table.name).expect("a table");
        let count: u64 = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        assert_eq!(table.rows, count, "{}", table.name);
        assert_eq!(table.parts.iter().map(|part| part.rows).sum::<u64>(), count, "{}", table.name);
    }
    let inputs = snapshot.manifest().inputs.len();
    let given = files(&CITY.folder).keys().filter(|name| !is_made(name)).count();
    assert_eq!(inputs, given, "every file is an input of the snapshot");
    ronghe(&["snapshots", "verify", text(&CITY.database())]).ends(0);
}

/// What is no department's file: the pipelines, the databases and the truth.
fn is_made(name: &str) -> bool {
    name.ends_with(".toml") || name.starts_with("db") || name.starts_with("truth")
}

#[test]
fn every_reference_leads_somewhere() {
    let snapshot = CITY.snapshot();
    let mut accepted = BTreeSet::new();
    let mut count_of: BTreeMap<String, u64> = BTreeMap::new();
    for table in source_tables(&snapshot) {
        for [row, person] in rows(&snapshot, &table, ["row_id", "person_id"]) {
            assert!(accepted.insert(row.clone()), "{row} is there twice");
            *count_of.entry(person).or_default() += 1;
        }
    }
    let people: BTreeSet<String> = rows(&snapshot, "person", ["person_id"]).into_iter().map(|[id]| id).collect();
    let homes: BTreeSet<String> = rows(&snapshot, "household", ["household_id"]).into_iter().map(|[id]| id).collect();

    for [kind, id, row] in rows(&snapshot, "lineage", ["entity_kind", "entity_id", "row_id"]) {
        assert!(accepted.contains(&row), "{kind} {id} comes from {row}, which is not there");
        let entities = if kind == "person" { &people } else { &homes };
        assert!(entities.contains(&id), "{kind} {id} is not there");
    }
    for [id, records] in rows(&snapshot, "person", ["person_id", "record_count"]) {
        let rows = count_of.get(&id).copied().unwrap_or_default();
        assert!(rows > 0, "{id} has no rows");
        assert_eq!(records, rows.to_string(), "{id}");
    }
    for table in ["membership", "assistance", "identifier"] {
        for [person, row] in rows(&snapshot, table, ["person_id", "row_id"]) {
            assert!(person.is_empty() || people.contains(&person), "{table}: {person} is not there");
            assert!(accepted.contains(&row), "{table}: {row} is not there");
        }
    }
    for [person, household] in rows(&snapshot, "finding", ["person_id", "household_id"]) {
        assert!(person.is_empty() || people.contains(&person), "{person} is not there");
        assert!(household.is_empty() || homes.contains(&household), "{household} is not there");
    }
}

/// The columns of a table that an entity's id leads to, by name, with the text that lineage gives for their values.
fn values(snapshot: &Snapshot, table: &str, key: &str) -> BTreeMap<(String, String), String> {
    let schema = snapshot.schema(table).expect("a table");
    let mut values = BTreeMap::new();
    for field in schema.fields().iter().map(|field| field.name().as_str()).filter(|name| *name != key) {
        for [id, value] in rows(snapshot, table, [key, field]) {
            if !value.is_empty() {
                values.insert((id, field.to_owned()), value.replace('\n', "、"));
            }
        }
    }
    values
}

#[test]
fn every_value_of_every_person_and_household_says_which_row_it_rests_on() {
    let snapshot = CITY.snapshot();
    let mut published = values(&snapshot, "person", "person_id");
    published.extend(values(&snapshot, "household", "household_id"));
    let fields: BTreeSet<&str> = published.keys().map(|(_, field)| field.as_str()).collect();
    for reckoned in ["age", "low_income_groups", "tier", "labels", "helped_on", "help_amount", "income_per_head"] {
        assert!(fields.contains(reckoned), "the city has no {reckoned}");
    }
    let mut told = BTreeMap::new();
    for [id, field, value] in rows(&snapshot, "lineage", ["entity_id", "field", "value"]) {
        let place = (id, field);
        assert!(!told.contains_key(&place), "{place:?} is told twice");
        told.insert(place, value);
    }
    for (place, value) in &published {
        assert_eq!(told.get(place), Some(value), "{place:?}");
    }
    assert_eq!(told.len(), published.len(), "lineage of values that are not published");
}

#[test]
fn what_is_reckoned_names_rows_that_are_there() {
    let snapshot = CITY.snapshot();
    let accepted: BTreeSet<String> = source_tables(&snapshot)
        .iter()
        .flat_map(|table| rows(&snapshot, table, ["row_id"]).into_iter().map(|[row]| row))
        .collect();
    let mut reckoned = 0;
    for [row, source, reason, basis] in rows(&snapshot, "lineage", ["row_id", "source", "reason", "basis"]) {
        assert!(row.starts_with(&format!("{source}/")), "{row} is not of {source}");
        assert_eq!(reason == "reckoned", !basis.is_empty(), "{row}: {reason}, {basis}");
        for part in basis.lines() {
            let (_, from) = part.split_once(" @ ").expect("what @ row");
            assert!(accepted.contains(from), "{from} is not there");
            reckoned += 1;
        }
    }
    assert!(reckoned > 1_000);
}

#[test]
fn nobody_has_two_different_valid_resident_numbers() {
    let snapshot = CITY.snapshot();
    let today = NaiveDate::from_ymd_opt(2025, 12, 15).expect("a day");
    let mut numbers: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for table in source_tables(&snapshot) {
        if snapshot.schema(&table).is_ok_and(|schema| schema.index_of("id_number").is_err()) {
            continue;
        }
        for [row, person, number] in rows(&snapshot, &table, ["row_id", "person_id", "id_number"]) {
            let identity = identity::read(&number, false, today);
            if let (true, false, Some(number)) = (identity.valid, person.is_empty(), identity.resident_number()) {
                numbers.entry(person).or_default().insert(number.to_owned(), row);
            }
        }
    }
    assert!(numbers.len() > 200);
    for (person, numbers) in numbers {
        let rows: Vec<&String> = numbers.values().collect();
        assert_eq!(rows.len(), 1, "{person} has several numbers, in {rows:?}");
    }
}

/// The part files of a database's published snapshot.
fn parts(database: &Path) -> BTreeMap<String, Vec<u8>> {
    let id = snapshot(database).id().as_str().to_owned();
    let mut files = files(&database.join("snapshots").join(id));
    files.retain(|name, _| name.ends_with(".parquet"));
    files
}

#[test]
fn threads_and_language_do_not_show_in_the_tables() {
    let city = City::invented("sample_threads");
    let run = |name: &str, options: &[&str; 4]| {
        let pipeline = with_database(&city.pipeline(), name);
        let mut command = program();
        // The SQL engine's own threads.
        command.env("POLARS_MAX_THREADS", options[1]);
        outcome(command.args(["run", text(&pipeline)]).args(options)).ends(0);
        parts(&city.folder.join(name))
    };
    let one = run("db_one", &["--threads", "1", "--lang", "zh"]);
    assert!(one.len() > 30);
    for (name, threads, lang) in [("db_two", "2", "zh"), ("db_four", "4", "en")] {
        let other = run(name, &["--threads", threads, "--lang", lang]);
        assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        let differ: Vec<_> = one.keys().filter(|part| one[*part] != other[*part]).collect();
        assert!(differ.is_empty(), "{threads} threads: {differ:?}");
    }
}

#[test]
fn a_second_run_on_renamed_files_knows_everybody_again() {
    let city = City::invented("sample_renamed");
    // The first run lacks a list, so that ids made anew would be others.
    let list = city.folder.join("monitored");
    let aside = city.folder.join("truth/monitored");
    std::fs::rename(&list, &aside).expect("put aside");
    assert!(matches!(city.run().code, Some(0 | 3)));
    let before = Known::of(&city.snapshot());
    std::fs::rename(&aside, &list).expect("put back");
    for name in files(&city.folder).keys().filter(|name| !is_made(name)) {
        let file = city.folder.join(name);
        let renamed = format!("再报_{}", text(Path::new(file.file_name().expect("a name"))));
        std::fs::rename(&file, file.with_file_name(renamed)).expect("renamed");
    }
    ronghe(&["run", text(&city.pipeline()), "--as-of", "2025-12-16"]).ends(0);
    let store = Store::open(&city.database()).expect("a database");
    assert_eq!(store.list().expect("snapshots").len(), 2);
    let after = Known::of(&city.snapshot());
    assert!(after.rows.len() > before.rows.len(), "the second run has a list more");

    for (row, ids) in &before.rows {
        let (source, rest) = row.split_once('/').expect("a row id");
        let renamed = format!("{source}/再报_{rest}");
        assert_eq!(after.rows.get(&renamed), Some(ids), "{renamed}");
    }
    for (finding, first_seen) in &before.findings {
        assert_eq!(after.findings.get(finding), Some(first_seen), "{finding}");
    }
    let new: Vec<_> = after.findings.iter().filter(|(id, _)| !before.findings.contains_key(*id)).collect();
    assert!(!new.is_empty() && new.iter().all(|(_, day)| *day == "2025-12-16"), "{new:?}");
}

/// What must outlast a run.
struct Known {
    /// Row id → person, household, row key.
    rows: BTreeMap<String, [String; 3]>,
    /// Finding id → first seen.
    findings: BTreeMap<String, String>,
}

impl Known {
    fn of(snapshot: &Snapshot) -> Known {
        let tables = source_tables(snapshot);
        let ids = |table: &String| rows(snapshot, table, ["row_id", "person_id", "household_id", "row_key"]);
        let rows_of = |[row, person, household, key]: [String; 4]| (row, [person, household, key]);
        let findings = rows(snapshot, "finding", ["finding_id", "first_seen"]);
        Known {
            rows: tables.iter().flat_map(ids).map(rows_of).collect(),
            findings: findings.into_iter().map(|[id, day]| (id, day)).collect(),
        }
    }
}

#[test]
fn a_check_publishes_nothing() {
    let city = City::invented("sample_check");
    let given = files(&city.folder);
    let checked = ronghe(&["check", text(&city.pipeline())]).ends(0);
    assert!(checked.out.contains("household_register") && checked.out.contains("未入库"), "{}", checked.out);
    assert!(!city.database().exists(), "a check makes no database");
    city.run().ends(0);
    let published = files(&city.folder);
    ronghe(&["check", text(&city.pipeline())]).ends(0);
    assert_eq!(files(&city.folder), published, "a check changes no file");
    assert!(given.iter().all(|(name, bytes)| published.get(name) == Some(bytes)), "a run changes no file given");
}
