//! `ronghe match`: screens a list before help is given. Changes nothing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::NaiveDate;

use super::args::MatchArguments;
use super::database::{holders, open, record};
use super::exit::{Exit, Failure};
use super::list_file;
use super::output::Destination;
use super::render::Console;
use crate::kernel::identity::{self, Identity};
use crate::kernel::text;
use crate::model::{Lang, Severity, Words};
use crate::report::cell;
use crate::source::Limits;
use crate::store::{Snapshot, StoreError};

/// A list as it came: its columns, and which of them say who.
#[derive(Clone, Debug, Default)]
pub struct List {
    pub titles: Vec<String>,
    pub rows: Vec<ListRow>,
    /// What could not be read of the file, a warning each.
    pub left_out: Vec<Words>,
}

#[derive(Clone, Debug, Default)]
pub struct ListRow {
    /// As many as there are titles.
    pub cells: Vec<String>,
    pub id_number: String,
    /// The number stands in a numeric cell, so that its digits beyond the fifteenth are lost.
    pub numeric: bool,
    pub name: String,
}

/// How surely somebody of a list is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Certainty {
    /// Number and name agree.
    Sure,
    /// The number agrees, the list gives no name.
    NumberOnly,
    /// The number agrees and the name does not.
    OtherName,
    /// The number has a fault; mended it is that of somebody of the same name.
    Mended,
    /// Only the name agrees, and it may be a namesake's.
    NameOnly,
    Unknown,
}

impl Certainty {
    /// Result and certainty, as they stand in the output.
    fn words(self, lang: Lang) -> (&'static str, &'static str) {
        match self {
            Certainty::Sure => {
                lang.pick(("在库", "高：证件号码、姓名均一致"), ("known", "high: number and name agree"))
            }
            Certainty::NumberOnly => lang.pick(("在库", "高：证件号码一致"), ("known", "high: the number agrees")),
            Certainty::OtherName => lang.pick(
                ("须核实", "中：证件号码一致，姓名不一致"),
                ("verify", "medium: the number agrees, the name does not"),
            ),
            Certainty::Mended => lang.pick(
                ("须核实", "中：证件号码疑似有误，更正后号码、姓名一致"),
                ("verify", "medium: the number is faulty; mended, number and name agree"),
            ),
            Certainty::NameOnly => lang.pick(
                ("须核实", "低：仅姓名一致，可能是同名"),
                ("verify", "low: only the name agrees, perhaps a namesake's"),
            ),
            Certainty::Unknown => lang.pick(("不在库", ""), ("not known", "")),
        }
    }
}

/// What the database says of a person, in the order of the added columns after result and certainty.
#[derive(Clone, Debug, Default)]
struct Person {
    person_id: String,
    household_id: String,
    name: String,
    place: String,
    groups: String,
    programmes: String,
}

struct Register {
    people: HashMap<String, Person>,
    by_number: HashMap<String, String>,
    by_name: HashMap<String, Vec<String>>,
    /// Person or household id → what stands open.
    findings: HashMap<String, Vec<String>>,
    /// Person id → the newest payment.
    payments: HashMap<String, (String, String)>,
}

const ADDED: ([&str; 10], [&str; 10]) = (
    [
        "筛查结果",
        "把握",
        "库中人数",
        "人员编号",
        "家庭编号",
        "县区乡镇",
        "低收入类别",
        "正在享受",
        "最近一次发放",
        "未办结线索",
    ],
    [
        "result",
        "certainty",
        "people",
        "person_id",
        "household_id",
        "place",
        "groups",
        "programmes",
        "newest payment",
        "open leads",
    ],
);

/// Screens a list and writes the result; the audit log notes how many were asked after, not who.
pub fn run(of: &MatchArguments, limits: &Limits, console: &Console, today: NaiveDate) -> Result<Exit, Failure> {
    let form = of.output.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    if !["xlsx", "csv"].contains(&form.as_str()) {
        return Err(Failure::new(Exit::Usage, "结果文件应为 .xlsx 或 .csv", "the result's file ends in .xlsx or .csv"));
    }
    let (store, snapshot) = open(&of.database, of.snapshot.as_deref())?;
    let list = list_file::read(&of.file, &list_file::schema()?, limits)?;
    let (schema, batch) = screen(&snapshot, &list, console.lang, today)?;
    record(&store, &snapshot, "match", &format!("{} rows", list.rows.len()))?;
    let file = Some(of.output.clone());
    let destination = Destination { format: None, file, titles: false, lang: console.lang };
    destination.write(&schema, &[batch])?;
    list.left_out.iter().for_each(|words| console.say(Severity::Warning, words));
    Ok(if list.left_out.is_empty() { Exit::Done } else { Exit::Attention })
}

/// The list with what is known of each row after its own columns.
pub fn screen(
    snapshot: &Snapshot,
    list: &List,
    lang: Lang,
    today: NaiveDate,
) -> Result<(SchemaRef, RecordBatch), Failure> {
    let numbers: Vec<Identity> =
        list.rows.iter().map(|row| identity::read(&row.id_number, row.numeric, today).into_resident()).collect();
    let register = Register::of(snapshot, list, &numbers)?;
    let mut columns: Vec<Vec<String>> = vec![Vec::with_capacity(list.rows.len()); list.titles.len() + ADDED.0.len()];
    for (row, reading) in list.rows.iter().zip(&numbers) {
        let known = register.tell(row, reading, lang);
        let own = (0..list.titles.len()).map(|at| row.cells.get(at).cloned().unwrap_or_default());
        for (column, value) in columns.iter_mut().zip(own.chain(known)) {
            column.push(value);
        }
    }
    let titles = list.titles.iter().map(String::as_str).chain(lang.pick(ADDED.0, ADDED.1));
    let schema =
        Arc::new(Schema::new(titles.map(|title| Field::new(title, DataType::Utf8, false)).collect::<Vec<_>>()));
    let arrays = columns.into_iter().map(|column| Arc::new(StringArray::from(column)) as ArrayRef).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|error| {
        Failure::new(Exit::Failed, "筛查结果无法整理", "the result could not be put together").because(&error)
    })?;
    Ok((schema, batch))
}

impl Register {
    /// What the snapshot holds about the people whom a list may mean.
    fn of(snapshot: &Snapshot, list: &List, numbers: &[Identity]) -> Result<Register, StoreError> {
        let wanted: HashSet<&str> = numbers
            .iter()
            .flat_map(|reading| reading.number.iter().chain(&reading.candidates))
            .map(String::as_str)
            .collect();
        let names: HashSet<String> = list.rows.iter().map(|row| folded(&row.name)).filter(|n| !n.is_empty()).collect();

        let by_number = holders(snapshot, |number| wanted.contains(number))?;
        let meant: HashSet<String> = by_number.values().cloned().collect();
        let (mut people, mut by_name) = (HashMap::new(), HashMap::<String, Vec<String>>::new());
        let columns = ["person_id", "household_id", "name", "county", "town", "low_income_groups", "programmes"];
        each_row(snapshot, "person", columns, |[person_id, household_id, name, county, town, groups, programmes]| {
            let key = folded(&name);
            if !meant.contains(&person_id) && !names.contains(&key) {
                return;
            }
            by_name.entry(key).or_default().push(person_id.clone());
            let place = format!("{county}{town}");
            people.insert(person_id.clone(), Person { person_id, household_id, name, place, groups, programmes });
        })?;

        let mut findings = HashMap::<String, Vec<String>>::new();
        let households: HashSet<&str> = people.values().map(|person: &Person| person.household_id.as_str()).collect();
        let columns = ["person_id", "household_id", "severity", "summary", "status"];
        each_row(snapshot, "finding", columns, |[person, household, severity, summary, status]| {
            if ["refuted", "closed"].contains(&status.as_str()) {
                return;
            }
            let about = if people.contains_key(&person) {
                person
            } else if person.is_empty() && households.contains(household.as_str()) {
                household
            } else {
                return;
            };
            findings.entry(about).or_default().push(format!("{}：{summary}", severity_word(&severity)));
        })?;

        let mut payments = HashMap::<String, (String, String)>::new();
        let columns = ["person_id", "record_kind", "paid_month", "programme", "amount"];
        each_row(snapshot, "assistance", columns, |[person, kind, month, programme, amount]| {
            if kind == "payment" && people.contains_key(&person) {
                let newest = payments.entry(person).or_default();
                if month > newest.0 {
                    *newest = (month, format!("{programme} {amount}"));
                }
            }
        })?;
        Ok(Register { people, by_number, by_name, findings, payments })
    }

    /// The values of the added columns for one row.
    fn tell(&self, row: &ListRow, reading: &Identity, lang: Lang) -> Vec<String> {
        let (certainty, ids) = self.find(row, reading);
        let (result, certain) = certainty.words(lang);
        let people: Vec<&Person> = ids.iter().filter_map(|id| self.people.get(*id)).collect();
        let count = if people.is_empty() { String::new() } else { people.len().to_string() };
        let joined = |of: &dyn Fn(&Person) -> String| {
            let values: BTreeSet<String> = people.iter().map(|person| of(person)).filter(|v| !v.is_empty()).collect();
            values.into_iter().collect::<Vec<_>>().join("；")
        };
        vec![
            result.to_owned(),
            certain.to_owned(),
            count,
            joined(&|p| p.person_id.clone()),
            joined(&|p| p.household_id.clone()),
            joined(&|p| p.place.clone()),
            joined(&|p| p.groups.clone()),
            joined(&|p| p.programmes.clone()),
            joined(&|p| {
                self.payments.get(&p.person_id).map_or(String::new(), |(month, what)| format!("{month} {what}"))
            }),
            joined(&|p| {
                let about = [&p.person_id, &p.household_id].into_iter().filter_map(|id| self.findings.get(id));
                about.flatten().cloned().collect::<Vec<_>>().join("；")
            }),
        ]
    }

    fn find(&self, row: &ListRow, reading: &Identity) -> (Certainty, Vec<&str>) {
        let name = folded(&row.name);
        let same_name = |id: &str| self.people.get(id).is_some_and(|person| folded(&person.name) == name);
        if let Some(id) = reading.number.as_ref().and_then(|number| self.by_number.get(number)) {
            let certainty = match name.is_empty() {
                true => Certainty::NumberOnly,
                false if same_name(id) => Certainty::Sure,
                false => Certainty::OtherName,
            };
            return (certainty, vec![id]);
        }
        if name.is_empty() {
            return (Certainty::Unknown, Vec::new());
        }
        let mended: BTreeSet<&str> = reading
            .candidates
            .iter()
            .filter_map(|n| self.by_number.get(n))
            .map(String::as_str)
            .filter(|id| same_name(id))
            .collect();
        if !mended.is_empty() {
            return (Certainty::Mended, mended.into_iter().collect());
        }
        // A sound number that nobody here has is another person's, whatever the name.
        match self.by_name.get(&name) {
            Some(ids) if !reading.valid => (Certainty::NameOnly, ids.iter().map(String::as_str).collect()),
            _ => (Certainty::Unknown, Vec::new()),
        }
    }
}

/// Hands on the texts of some columns of a table, row by row; a table that the snapshot does not have has no rows.
fn each_row<const N: usize>(
    snapshot: &Snapshot,
    table: &str,
    columns: [&str; N],
    mut take: impl FnMut([String; N]),
) -> Result<(), StoreError> {
    if !snapshot.has_table(table) {
        return Ok(());
    }
    let (_, batches) = snapshot.read_columns(table, &columns)?;
    for batch in &batches {
        let arrays: Vec<&dyn Array> = batch.columns().iter().map(AsRef::as_ref).collect();
        for row in 0..batch.num_rows() {
            take(std::array::from_fn(|at| cell::text(arrays[at], row).unwrap_or_default()));
        }
    }
    Ok(())
}

fn severity_word(severity: &str) -> &str {
    match severity {
        "high" => "高",
        "medium" => "中",
        "low" => "低",
        other => other,
    }
}

/// A name without what clerks put inside it: blanks and the dots of foreign names; in simplified characters.
fn folded(name: &str) -> String {
    let filler = |c: char| c.is_whitespace() || "·•‧・．.".contains(c);
    let folded = text::fold(name);
    text::simplify(&folded).chars().filter(|c| !filler(*c)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use chrono::{DateTime, NaiveDate};

    use super::{List, ListRow, screen};
    use crate::model::{Lang, Table, TableName};
    use crate::report::cell;
    use crate::store::{LedgerTotals, Snapshot, SnapshotContent, Store};

    fn table(name: &str, columns: &[(&str, &[&str])]) -> Table {
        let column = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
        let columns = columns.iter().map(|(name, values)| (*name, column(values)));
        let batch = RecordBatch::try_from_iter(columns).expect("a batch");
        Table {
            name: TableName::new(name),
            title: name.into(),
            schema: batch.schema(),
            batches: vec![batch],
            sorted_by: Vec::new(),
            looked_up_by: Vec::new(),
        }
    }

    fn database(folder: &std::path::Path) -> Snapshot {
        let tables = vec![
            table(
                "person",
                &[
                    ("person_id", &["P1", "P2"]),
                    ("household_id", &["H1", "H1"]),
                    ("name", &["买买提·艾力", "李四"]),
                    ("county", &["吉安县", "吉安县"]),
                    ("town", &["敦厚镇", "敦厚镇"]),
                    ("low_income_groups", &["城乡低保人员", ""]),
                    ("programmes", &["低保", ""]),
                ],
            ),
            table(
                "identifier",
                &[
                    ("id_number", &["110101199003078670", "362401196503120012", "110101199003078670"]),
                    ("person_id", &["P1", "P1", "P2"]),
                    ("id_status", &["contested", "valid", "valid"]),
                ],
            ),
            table(
                "finding",
                &[
                    ("person_id", &["P1", "P2"]),
                    ("household_id", &["H1", "H1"]),
                    ("severity", &["high", "low"]),
                    ("summary", &["死亡后仍领取", "已核实"]),
                    ("status", &["new", "closed"]),
                ],
            ),
            table(
                "assistance",
                &[
                    ("person_id", &["P1", "P1"]),
                    ("record_kind", &["payment", "payment"]),
                    ("paid_month", &["2025-05", "2025-06"]),
                    ("programme", &["低保", "低保"]),
                    ("amount", &["400.00", "410.00"]),
                ],
            ),
        ];
        let store = Store::create(folder).expect("a store");
        let lock = store.lock("").expect("the lock");
        let content = SnapshotContent {
            tables,
            inputs: Vec::new(),
            ledger: LedgerTotals::default(),
            pipeline: "p".into(),
            title: "t".into(),
            plan_hash: String::new(),
            as_of: NaiveDate::from_ymd_opt(2025, 12, 15).expect("a day"),
            created_at: DateTime::parse_from_rfc3339("2025-12-15T10:30:00+08:00").expect("a time"),
            program_version: "0".into(),
            next_person: 3,
            next_household: 2,
            last_decision: None,
            notes: Vec::new(),
        };
        store.publish(&lock, content).expect("published");
        Snapshot::open(&store, None).expect("a snapshot")
    }

    #[test]
    fn a_list_is_told_who_is_known_and_how_surely() {
        let folder = tempfile::tempdir().expect("a folder");
        let snapshot = database(folder.path());
        let row = |id: &str, name: &str| ListRow {
            cells: vec![id.into(), name.into()],
            id_number: id.into(),
            name: name.into(),
            ..ListRow::default()
        };
        let list = List {
            titles: vec!["身份证号".into(), "姓名".into()],
            rows: vec![
                row("３６２４０１１９６５０３１２００１２", "买买提 艾力"),
                row("362401196503120012", "张三"),
                row("110101199003078670", ""),
                row("362401196503120013", "买买提•艾力"),
                row("", "李四"),
                row("11010519491231002X", "李四"),
                row("", ""),
            ],
            left_out: Vec::new(),
        };
        let today = NaiveDate::from_ymd_opt(2025, 12, 15).expect("a day");
        let (schema, batch) = screen(&snapshot, &list, Lang::Zh, today).expect("a result");
        let column = |title: &str| -> Vec<String> {
            let at = schema.index_of(title).expect("the column");
            (0..batch.num_rows()).map(|row| cell::text(batch.column(at), row).unwrap_or_default()).collect()
        };
        assert_eq!(column("筛查结果"), ["在库", "须核实", "在库", "须核实", "须核实", "不在库", "不在库"]);
        assert_eq!(column("人员编号"), ["P1", "P1", "P2", "P1", "P2", "", ""]);
        assert_eq!(column("未办结线索")[..3], ["高：死亡后仍领取", "高：死亡后仍领取", ""]);
        assert_eq!(column("最近一次发放")[0], "2025-06 低保 410.00");
        assert!(column("把握")[1].contains("姓名不一致") && column("把握")[4].starts_with('低'));
        assert_eq!(column("姓名")[3], "买买提•艾力", "the list's own cells stay as they are");
    }
}
