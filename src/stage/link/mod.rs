//! Who is who: ties every row to a person and a household, or says why it cannot.
//!
//! First by identity number, since a sound number is nearly always right. What has none, or bears somebody else's,
//! is compared with the rows that share a name, a birth date, a phone or most of a number with it, weighed by the
//! linkage model, and joined best links first; two trusted numbers never become one person. Then it is decided who
//! belongs to the database: whoever a register enrols, and what departments know of them.

mod block;
mod gather;
mod household;
mod numbers;
mod people;
mod resolve;
mod score;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, StringArray, UInt32Array};
use arrow::datatypes::DataType;

use crate::kernel::clustering::Verdict;
use crate::kernel::scoring;
use crate::model::{Fault, LinkMethod, LinkRow, Links, PairRow, Role, RowRef, ValidTable, Words};
use crate::plan::LinkPlan;
use crate::sql::{Sql, SqlError};
use gather::{Gathered, Standing};
use people::{People, Terms};
use resolve::Resolved;
use score::Scored;

/// Links all rows. `duplicates` gives rows that equal an earlier row with that row; they follow it wherever it goes.
///
/// # Errors
/// When a schema's `candidate` predicate cannot be run.
pub fn link(
    tables: Vec<ValidTable>,
    mut duplicates: Vec<(RowRef, RowRef)>,
    plan: &LinkPlan,
) -> Result<Links, SqlError> {
    duplicates.sort_unstable();
    let skip: Vec<RowRef> = duplicates.iter().map(|(row, _)| *row).collect();
    let mut gathered = gather::gather(&tables, &skip);
    let numbers = numbers::group(&mut gathered);
    let open: Vec<u32> = (0u32..)
        .zip(&gathered.records)
        .filter(|(_, record)| record.standing != Standing::Trusted)
        .map(|(index, _)| index)
        .collect();
    let blocks = block::block(&gathered, &open, plan.max_block);
    let frequencies = score::Frequencies::of(&gathered.records, numbers.groups.len() + open.len());
    let scored = score::score(&blocks.pairs, &gathered, &frequencies, bits(plan.review_threshold));
    let mut resolved = resolve::resolve(&gathered, &numbers.groups, &open, &scored, bits(plan.match_threshold));
    resolved.doubt(&numbers.other_names);
    let candidate = candidates(&tables, &gathered)?;
    let terms = Terms { tables: &tables, candidate: &candidate, unresolved: plan.unresolved };
    let people = people::decide(&gathered, &numbers.groups, &resolved, &terms);

    let (quarantine, issues) = faults(&tables, &gathered, &resolved, &people, &numbers.other_names);
    let pairs = pairs(&scored, &resolved, &gathered, &people);
    let mut rows = people.rows;
    follow(&mut rows, &duplicates);
    let mut notes: Vec<Words> = blocks
        .oversized
        .iter()
        .map(|(rule, count)| {
            let most = plan.max_block;
            Words::new(
                format!("关联分块“{rule}”有 {count} 个块超过 {most} 行，未在该规则下比较"),
                format!("{count} blocks of the linkage rule {rule} have more than {most} rows and were not compared under it"),
            )
        })
        .collect();
    if people.crowded_numbers > 0 {
        let count = people.crowded_numbers;
        notes.push(Words::new(
            format!("有 {count} 个户号或户主号码由 30 人以上共用，未据此归户"),
            format!(
                "{count} household or head's numbers are shared by more than 30 people and tied nobody to a household"
            ),
        ));
    }
    Ok(Links {
        rows,
        person_household: people.person_household,
        household_head: people.household_head,
        pairs,
        quarantine,
        issues,
        unrelated: people.unrelated,
        withheld: people.withheld,
        notes,
        tables,
    })
}

/// The log odds in bits that a probability means.
fn bits(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// By record: whether its schema's `candidate` predicate holds.
fn candidates(tables: &[ValidTable], gathered: &Gathered) -> Result<Vec<bool>, SqlError> {
    let mut picked: HashMap<u32, Vec<bool>> = HashMap::new();
    for (index, table) in tables.iter().enumerate() {
        let schema = table.schema();
        let Some(predicate) = schema.candidate.as_ref().filter(|_| schema.role == Role::Informs) else { continue };
        let mut sql = Sql::new();
        sql.register("t", std::slice::from_ref(table.batch()), &table.batch().schema())?;
        let (_, batches) = sql.run(&format!("SELECT ({predicate}) AS picked FROM t"))?;
        let mut flags = Vec::with_capacity(table.len());
        for batch in &batches {
            match batch.column(0).as_any().downcast_ref::<arrow::array::BooleanArray>() {
                Some(array) => flags.extend(array.iter().map(|flag| flag.unwrap_or(false))),
                None => {
                    let data_type = batch.column(0).data_type().to_string();
                    return Err(SqlError::Type { column: format!("{}.candidate", schema.name), data_type });
                }
            }
        }
        picked.insert(index as u32, flags);
    }
    Ok(gathered
        .records
        .iter()
        .map(|record| {
            picked.get(&record.at.table).and_then(|flags| flags.get(record.at.row as usize)).copied().unwrap_or(false)
        })
        .collect())
}

/// The faults of rows that stay out, and the doubts about rows that linking let in.
fn faults(
    tables: &[ValidTable],
    gathered: &Gathered,
    resolved: &Resolved,
    people: &People,
    other_names: &[u32],
) -> (Vec<Fault>, Vec<Fault>) {
    let number_of_cluster: HashMap<u32, u32> = gathered
        .records
        .iter()
        .zip(&resolved.cluster)
        .filter(|(record, _)| record.standing == Standing::Trusted)
        .map(|(record, cluster)| (*cluster, record.number))
        .collect();
    let mut record_at: HashMap<RowRef, usize> = HashMap::new();
    for (index, record) in gathered.records.iter().enumerate() {
        if record.standing != Standing::Trusted {
            record_at.insert(record.at, index);
        }
    }
    let withheld: HashSet<RowRef> = people.withheld.iter().copied().collect();
    let (mut quarantine, mut issues) = (Vec::new(), Vec::new());
    for (index, table) in tables.iter().enumerate() {
        for (at_pending, (row, fault)) in table.pending().iter().enumerate() {
            let at = RowRef { table: index as u32, row: *row };
            let Some(record) = record_at.get(&at).copied() else { continue };
            if withheld.contains(&at) {
                quarantine.push(withheld_fault(fault, resolved.method[record]));
            } else if people.stays[record] {
                let known = number_of_cluster.get(&resolved.cluster[record]);
                let number = known.map(|number| gathered.texts.text(*number));
                issues.push(admitted_fault(fault, table.pending_cell(at_pending), number));
            }
        }
    }
    let told: HashSet<RowRef> = (0u32..)
        .zip(tables)
        .flat_map(|(index, table)| table.pending().iter().map(move |(row, _)| RowRef { table: index, row: *row }))
        .collect();
    for (record, method) in gathered.records.iter().zip(&resolved.method) {
        if withheld.contains(&record.at) && !told.contains(&record.at) {
            let mut fault = record_fault(record, tables, why_withheld(record, *method));
            fault.raw = row_as_json(&tables[record.at.table as usize], record.at.row as usize);
            quarantine.push(fault);
        }
    }
    let contested = (0u32..).zip(&gathered.records).filter_map(|(index, record)| match record.standing {
        Standing::Contested => Some((index, OF_ANOTHER)),
        Standing::Placeholder => Some((index, OF_MANY)),
        Standing::Trusted | Standing::Unsound => None,
    });
    for (index, doubt) in contested.chain(other_names.iter().map(|index| (*index, OTHER_NAME))) {
        if people.stays[index as usize] {
            issues.push(record_fault(&gathered.records[index as usize], tables, doubt));
        }
    }
    (quarantine, issues)
}

fn withheld_fault(fault: &Fault, method: LinkMethod) -> Fault {
    match method {
        LinkMethod::Ambiguous => Fault {
            code: "ambiguous_person",
            message: format!("{}；本行与两人以上同样相符，无法确定是谁", fault.message),
            ..fault.clone()
        },
        _ => fault.clone(),
    }
}

fn admitted_fault(fault: &Fault, cell: &str, number: Option<&str>) -> Fault {
    Fault {
        message: format!("{}；已凭其他信息关联入库", fault.message),
        suggestion: match number {
            Some(number) => format!("核对后请补正证件号码，应为 {number}"),
            None => fault.suggestion.clone(),
        },
        raw: cell.to_owned(),
        ..fault.clone()
    }
}

/// Code and message of a fault that linking itself finds.
type Found = (&'static str, &'static str);
const OF_ANOTHER: Found = ("number_of_another", "证件号码格式正确，但与本行的姓名、出生日期或性别不符，似为他人号码");
const OF_MANY: Found = ("number_of_many", "同一证件号码用于很多不同姓名，不能证明本行是谁");
const OTHER_NAME: Found = ("name_differs_under_number", "同一证件号码在其他来源中另有姓名");
const AMBIGUOUS: Found = ("ambiguous_person", "本行与两人以上同样相符，无法确定是谁");
const UNRESOLVED: Found = ("unresolved_person", "没有可信的证件号码，也未能凭其他信息确定是谁");

/// Why a row stays out about whose number checking had nothing to say: a household's row, or a number of many.
fn why_withheld(record: &gather::Record, method: LinkMethod) -> Found {
    match (record.standing, method) {
        (_, LinkMethod::Ambiguous) => AMBIGUOUS,
        (Standing::Placeholder, _) => OF_MANY,
        _ => UNRESOLVED,
    }
}

/// What the row says, by the titles of its fields.
fn row_as_json(table: &ValidTable, row: usize) -> String {
    let mut cells = serde_json::Map::new();
    for field in &table.schema().fields {
        let column = table.batch().column_by_name(&field.name);
        let text = column.and_then(|column| arrow::compute::cast(&column.slice(row, 1), &DataType::Utf8).ok());
        if let Some(text) = text.as_ref().and_then(|text| text.as_any().downcast_ref::<StringArray>()) {
            cells.extend(text.iter().flatten().map(|text| (field.title.clone(), text.into())));
        }
    }
    serde_json::Value::from(cells).to_string()
}

fn record_fault(record: &gather::Record, tables: &[ValidTable], (code, message): Found) -> Fault {
    let table = &tables[record.at.table as usize];
    let number = |column: &str| {
        let array = table.batch().column_by_name(column)?.as_any().downcast_ref::<UInt32Array>()?;
        array.is_valid(record.at.row as usize).then(|| array.value(record.at.row as usize))
    };
    Fault {
        place: table.place().clone(),
        row: number("row").unwrap_or(0),
        nth: number("nth"),
        field: gather::identity_fields(table).0.to_owned(),
        code,
        message: message.to_owned(),
        suggestion: "请核对身份证原件，确认号码与姓名属于同一人".to_owned(),
        raw: String::new(),
    }
}

/// Scored pairs about rows that stay.
fn pairs(scored: &[Scored], resolved: &Resolved, gathered: &Gathered, people: &People) -> Vec<PairRow> {
    let stays = |pair: &Scored| people.stays[pair.a as usize] && people.stays[pair.b as usize];
    scored
        .iter()
        .zip(&resolved.verdicts)
        .filter(|(pair, _)| stays(pair))
        .map(|(pair, verdict)| PairRow {
            a: gathered.records[pair.a as usize].at,
            b: gathered.records[pair.b as usize].at,
            probability: scoring::probability(pair.total),
            weight: pair.total,
            weights: scoring::COMPARISONS.into_iter().zip(pair.weights).collect(),
            decision: match verdict {
                Verdict::Joined | Verdict::Agrees => "linked",
                Verdict::Forbidden => "forbidden",
                Verdict::Ambiguous => "ambiguous",
                Verdict::Weak => "review",
            },
        })
        .collect()
}

/// Gives each duplicate the place of the row that it equals.
fn follow(rows: &mut Vec<LinkRow>, duplicates: &[(RowRef, RowRef)]) {
    let copies: Vec<LinkRow> = duplicates
        .iter()
        .filter_map(|(row, first)| {
            let at = rows.binary_search_by_key(first, |link| link.row).ok()?;
            Some(LinkRow {
                row: *row,
                method: LinkMethod::Duplicate,
                probability: 1.0,
                partner: Some(*first),
                states_household: false,
                ..rows[at].clone()
            })
        })
        .collect();
    rows.extend(copies);
    rows.sort_by_key(|link| link.row);
}
