//! `ronghe evaluate`: holds the linkage of a snapshot against known people.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, Float64Array, StringArray};

use super::args::EvaluateArguments;
use super::database;
use super::exit::{Exit, Failure};
use super::output;
use super::render::Console;
use crate::kernel::evaluation::{Pairs, pairs};
use crate::source::csv_records;

/// Probabilities at which links are counted.
const THRESHOLDS: [f64; 6] = [0.5, 0.8, 0.9, 0.95, 0.99, 1.0];

/// One row whose person is known.
struct Known {
    source: String,
    person: String,
    /// The person that linking gave it and how surely; `None` when it is in no person.
    linked: Option<(String, f64)>,
}

/// Prints precision, recall and F1 of pairs, overall, by threshold and by source.
pub fn run(of: &EvaluateArguments, console: &Console) -> Result<Exit, Failure> {
    let (_, snapshot) = database::open(&of.database, of.snapshot.as_deref())?;
    let mut links: HashMap<String, (String, f64)> = HashMap::new();
    let (_, batches) = snapshot.read_columns("link", &["row_id", "person_id", "probability"])?;
    for batch in &batches {
        let text = |name: &str| batch.column_by_name(name).and_then(|a| a.as_any().downcast_ref::<StringArray>());
        let sure = batch.column_by_name("probability").and_then(|a| a.as_any().downcast_ref::<Float64Array>());
        let (Some(rows), Some(people), Some(sure)) = (text("row_id"), text("person_id"), sure) else { continue };
        for row in (0..batch.num_rows()).filter(|row| people.is_valid(*row)) {
            links.insert(rows.value(row).to_owned(), (people.value(row).to_owned(), sure.value(row)));
        }
    }
    let known = known(of, &links)?;
    if known.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "真值文件没有一行与数据库对得上：row_id 应与 link 表一致",
            "no line of the truth fits the database: row_id must be as in the table link",
        ));
    }
    output::print(text(&known, console).as_bytes())?;
    Ok(Exit::Done)
}

/// Rows of the truth that ought to be linked: those with a person, and, where the truth tells fates, the accepted.
fn known(of: &EvaluateArguments, links: &HashMap<String, (String, f64)>) -> Result<Vec<Known>, Failure> {
    let unusable = |zh: &str, en: &str| {
        Failure::new(
            Exit::Usage,
            format!("真值文件 {} 不可用：{zh}", of.truth.display()),
            format!("the truth {} cannot be used: {en}", of.truth.display()),
        )
    };
    let records = csv_records(&of.truth).map_err(|error| {
        let failure =
            unusable("读不出；应为列数一致的 UTF-8 编码 CSV 文件", "it must be a CSV file in UTF-8 with even rows");
        failure.because(&error)
    })?;
    let (head, rows) = records.split_first().ok_or_else(|| unusable("文件是空的", "the file is empty"))?;
    let column = |name: &str| head.iter().position(|cell| cell == name);
    let (Some(row_id), Some(person)) = (column("row_id"), column("person")) else {
        return Err(unusable("表头须有 row_id 和 person 两列", "its header must have the columns row_id and person"));
    };
    let fate = column("fate");
    let mut known = Vec::new();
    for row in rows {
        let cell = |at: usize| row.get(at).map_or("", String::as_str);
        let linked = links.get(cell(row_id)).cloned();
        let due = fate.is_none_or(|fate| matches!(cell(fate), "accepted" | "duplicate"));
        // A cell that lists several people stands for rows of their own.
        if cell(person).is_empty() || cell(person).contains([';', ' ']) || (linked.is_none() && !due) {
            continue;
        }
        let source = cell(row_id).split('/').next().unwrap_or_default().to_owned();
        known.push(Known { source, person: cell(person).to_owned(), linked });
    }
    if known.iter().all(|row| row.linked.is_none()) {
        known.clear();
    }
    Ok(known)
}

fn count<'a>(known: impl Iterator<Item = (usize, &'a Known)>, threshold: f64) -> Pairs {
    // A row that is linked to nobody, or less surely than asked, is a person of its own.
    pairs(known.map(|(at, row)| match &row.linked {
        Some((person, sure)) if *sure >= threshold => ((person.as_str(), usize::MAX), row.person.as_str()),
        _ => (("", at), row.person.as_str()),
    }))
}

fn text(known: &[Known], console: &Console) -> String {
    let line = |label: &str, found: Pairs| {
        let (p, r, f) = (found.precision(), found.recall(), found.f1());
        format!("{label}\t{p:.4}\t{r:.4}\t{f:.4}\t{}\t{}\n", found.linked, found.true_pairs)
    };
    let all = || known.iter().enumerate();
    let overall = count(all(), 0.0);
    let mut text = console
        .lang
        .pick("范围\t查准率\t查全率\tF1\t关联对\t真实对\n", "scope\tprecision\trecall\tF1\tlinked pairs\ttrue pairs\n")
        .to_owned();
    text.push_str(&line(console.lang.pick("全部", "all"), overall));
    for threshold in THRESHOLDS {
        text.push_str(&line(&format!("≥{threshold}"), count(all(), threshold)));
    }
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    known.iter().for_each(|row| *sources.entry(&row.source).or_default() += 1);
    for source in sources.into_keys() {
        // Pairs with at least one end in the source.
        let others = count(all().filter(|(_, row)| row.source != source), 0.0);
        text.push_str(&line(source, overall.without(&others)));
    }
    text
}
