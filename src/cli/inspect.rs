//! `ronghe inspect`: what a dump holds, as text for people or as one JSON object a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::args::InspectArguments;
use super::exit::{Exit, Failure};
use super::output::print;
use super::plan::{key, plan};
use super::render::Console;
use crate::kernel::inference::Shape;
use crate::kernel::mask;
use crate::model::{Field, FieldType, Lang, Schema, Sensitivity, SheetStatus, SkippedKind};
use crate::pipeline::{ColumnInspection, FaultKind, Inspection, SheetInspection, inspect};
use crate::plan::{Plan, Source, shipped_plan};
use crate::report::aligned;
use crate::source::{FoundFile, Limits, discover};
use crate::stage::validate::ValidateContext;

/// Sample values shown of a column.
const SAMPLES: usize = 3;
/// Lines shown of what stands above and below a table.
const SKIPPED: usize = 6;

/// A file that was looked through.
pub(super) struct Looked {
    /// As it was given; a member's name stands below its archive's.
    pub path: PathBuf,
    pub file: FoundFile,
    pub inspection: Inspection,
}

pub fn run(of: &InspectArguments, limits: &Limits, console: &Console, today: NaiveDate) -> Result<Exit, Failure> {
    let (plan, own) = plan_for(of.pipeline.as_deref(), console)?;
    let (mut exit, mut opened) = (Exit::Done, false);
    let mut text = String::new();
    let looked: Result<Vec<Vec<Looked>>, Failure> =
        of.files.iter().map(|path| look_through(path, &plan, own, limits, today)).collect();
    for looked in looked?.iter().flatten() {
        let path = &looked.path;
        opened |= looked.inspection.start.is_some();
        if looked.inspection.sheets.iter().any(wants_a_look) {
            exit = Exit::Attention;
        }
        if of.json {
            let _ = writeln!(text, "{}", object(path, looked));
        } else {
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{separator}{}", portrait(path, looked, own, console.lang));
        }
    }
    print(text.as_bytes())?;
    Ok(if opened { exit } else { Exit::Failed })
}

/// The pipeline's plan, or one that knows all shipped schemas; and whether its sources are the office's own.
pub(super) fn plan_for(pipeline: Option<&Path>, console: &Console) -> Result<(Plan, bool), Failure> {
    match pipeline {
        Some(pipeline) => Ok((plan(pipeline, console)?, true)),
        None => shipped_plan()
            .map(|plan| (plan, false))
            .map_err(|_| Failure::new(Exit::Failed, "程序自带的表种无法使用", "the shipped schemas cannot be used")),
    }
}

/// Looks through a file, or the members of an archive: as the pipeline's source that it belongs to would read it, else with every schema of the plan.
pub(super) fn look_through(
    path: &Path,
    plan: &Plan,
    own: bool,
    limits: &Limits,
    today: NaiveDate,
) -> Result<Vec<Looked>, Failure> {
    let source = match own.then(|| owner(path, plan, limits)).flatten() {
        Some(source) => source.clone(),
        None => any_source(plan),
    };
    let validating = ValidateContext { key: key(plan)?, today };
    let look = |file: FoundFile| {
        let inspection = inspect(&file, &source, limits, plan, &validating)?;
        Ok(Looked { path: path.with_file_name(&file.relative), file, inspection })
    };
    FoundFile::given(path, limits).into_iter().map(look).collect()
}

/// The source among whose files this one is.
fn owner<'a>(path: &Path, plan: &'a Plan, limits: &Limits) -> Option<&'a Source> {
    let wanted = path.canonicalize().ok()?;
    plan.sources.iter().find(|source| {
        let found = discover(&plan.folder, source, limits).unwrap_or_default();
        found.files.iter().any(|file| file.path.canonicalize().is_ok_and(|path| path == wanted))
    })
}

/// A source of which nothing is said, that may hold every kind of table.
fn any_source(plan: &Plan) -> Source {
    Source { schemas: plan.schemas.values().cloned().collect(), ..Source::unstated("inspect") }
}

fn wants_a_look(sheet: &SheetInspection) -> bool {
    matches!(sheet.ledger.status, SheetStatus::Failed | SheetStatus::HeldBack)
}

/// A value as it may be shown: nobody can be known by it.
fn shown(value: &str, column: &ColumnInspection, field: Option<&Field>) -> String {
    let long =
        |text: String| if text.chars().count() > 24 { text.chars().take(23).chain(['…']).collect() } else { text };
    let first_only = |text: &str| {
        let count = text.chars().count();
        text.chars().take(1).chain(std::iter::repeat_n('*', count.saturating_sub(1))).collect::<String>()
    };
    let private = field.is_none_or(|field| field.sensitivity >= Sensitivity::Personal);
    let text = match (field.map(|field| field.kind), column.shape) {
        (Some(FieldType::IdentityNumber), _) | (None, Shape::IdentityNumber) => mask::id_number(value),
        (Some(FieldType::PersonName), _) | (None, Shape::PersonName) => mask::name(value),
        (Some(FieldType::Phone), _) | (None, Shape::Phone) => mask::phone(value),
        (Some(FieldType::Account), _) | (None, Shape::Account) => mask::account(value),
        (Some(FieldType::Address), _) | (None, Shape::Address) => mask::address(value),
        (Some(FieldType::Date), _) | (None, Shape::Date) if private => year_only(value),
        (Some(FieldType::Text), _) | (None, Shape::Text | Shape::Integer) if private => first_only(value),
        _ => mask::id_numbers_in(value),
    };
    long(text.replace(['\n', '\r', '\t'], " "))
}

/// The digits after the fourth hidden, the way of writing kept.
fn year_only(value: &str) -> String {
    let mut digits = 0;
    let hide = |c: char| {
        digits += usize::from(c.is_numeric());
        if c.is_numeric() && digits > 4 { '*' } else { c }
    };
    value.chars().map(hide).collect()
}

fn field_of<'a>(column: &ColumnInspection, schema: Option<&'a Arc<Schema>>) -> Option<&'a Field> {
    schema?.fields.get(column.head.field?)
}

fn near_field<'a>(column: &ColumnInspection, schema: Option<&'a Arc<Schema>>) -> Option<&'a Field> {
    schema?.fields.get(column.nearest?)
}

/// `AB`: the column as a spreadsheet names it.
fn letters(position: usize) -> String {
    let mut rest = position + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

fn portrait(path: &Path, looked: &Looked, own: bool, lang: Lang) -> String {
    let mut text = format!("{} {}\n", lang.pick("文件", "file"), path.display());
    let mut facts: Vec<Vec<String>> = Vec::new();
    let mut fact = |name: (&str, &str), value: String| {
        facts.push(vec![format!("  {}", lang.pick(name.0, name.1)), value]);
    };
    if let Some(start) = &looked.inspection.start {
        let mut format = start.format.as_str().to_owned();
        if let Some(encoding) = start.encoding {
            format.push_str(&format!(", {encoding}"));
        }
        if let Some(separator) = start.separator {
            let name = if separator == '\t' { "TAB".to_owned() } else { separator.to_string() };
            format.push_str(&format!(", {} {name}", lang.pick("分隔符", "separated by")));
        }
        fact(("真实格式", "real format"), format);
    }
    fact(("大小", "size"), format!("{} {}", looked.file.size, lang.pick("字节", "bytes")));
    if !looked.file.sha256.is_empty() {
        fact(("SHA-256", "SHA-256"), looked.file.sha256.clone());
    }
    if let Some(period) = &looked.file.period {
        fact(("文件名中的数据期", "period in its name"), period.clone());
    }
    for line in aligned(&facts, false) {
        let _ = writeln!(text, "{line}");
    }
    for sheet in &looked.inspection.sheets {
        text.push('\n');
        let is_strange = !own && sheet.schema.is_none() && sheet.ledger.status == SheetStatus::HeldBack;
        tell_sheet(&mut text, sheet, is_strange, lang);
    }
    text
}

/// `is_strange`: no pipeline was given and no shipped schema knows the table, so that there is no source to correct.
fn tell_sheet(text: &mut String, sheet: &SheetInspection, is_strange: bool, lang: Lang) {
    let ledger = &sheet.ledger;
    let name = if ledger.place.sheet.is_empty() { String::new() } else { format!(" {}", ledger.place.sheet) };
    let status = match ledger.status {
        SheetStatus::Read => ("可以读取", "can be read"),
        SheetStatus::HeldBack => ("整表读不进", "held back whole"),
        SheetStatus::NoTable => ("没有表格", "no table"),
        SheetStatus::Empty => ("空表", "empty"),
        SheetStatus::Superseded => ("已有更新的文件", "superseded"),
        SheetStatus::Failed => ("读取失败", "cannot be read"),
        SheetStatus::CarriedOver => ("沿用上期数据", "carried over"),
    };
    let colon = lang.pick("：", ": ");
    let _ = writeln!(text, "{}{name}{colon}{}", lang.pick("工作表", "sheet"), lang.pick(status.0, status.1));
    let reason = lang.pick(ledger.reason.zh.as_str(), ledger.reason.en.as_str());
    let mut facts: Vec<Vec<String>> = Vec::new();
    let mut fact = |name: (&str, &str), value: String| {
        facts.push(vec![format!("  {}", lang.pick(name.0, name.1)), value]);
    };
    if is_strange {
        let why = lang.pick("程序自带的表种都与表头不符", "no shipped schema fits its header");
        fact(("原因", "why"), why.to_owned());
        let todo = lang.pick(
            "用 ronghe draft 起草来源和表种，改过即可用",
            "let ronghe draft write a source and a schema, and correct them",
        );
        fact(("办法", "what to do"), todo.to_owned());
    } else if !reason.is_empty() {
        fact(("原因", "why"), reason.to_owned());
    }
    if let Some(suggestion) = sheet.suggestion.as_ref().filter(|words| !is_strange && !reason.contains(&words.zh)) {
        fact(("办法", "what to do"), lang.pick(suggestion.zh.as_str(), suggestion.en.as_str()).to_owned());
    }
    if let Some(schema) = &sheet.schema {
        let what = if ledger.status == SheetStatus::HeldBack {
            ("最接近的表种", "closest schema")
        } else {
            ("表种", "schema")
        };
        fact(what, format!("{}（{}）", schema.title, schema.name));
    }
    if let Some(header) = sheet.header {
        let last = header.row + header.rows.max(1) - 1;
        let place = match header.row {
            0 => lang.pick("列名由文件自带", "the file itself names its columns").to_owned(),
            first => rows_from_to(first, last, lang),
        };
        fact(("表头", "header"), place);
    }
    if let Some(confidence) = sheet.confidence {
        fact(("表头可信度", "confidence"), format!("{:.0}%", confidence * 100.0));
    }
    if let Some((first, last)) = sheet.body {
        fact(("数据", "body"), rows_from_to(first, last, lang));
    }
    fact(
        ("各行去向", "lines"),
        match lang {
            Lang::Zh => format!(
                "共 {} 行：可用 {}，问题行 {}，表头表上 {}，表尾 {}，空行 {}",
                ledger.physical_rows, ledger.accepted, ledger.quarantined, ledger.heading, ledger.footing, ledger.blank
            ),
            Lang::En => format!(
                "{} in all: {} usable, {} kept out, {} heading, {} footing, {} blank",
                ledger.physical_rows, ledger.accepted, ledger.quarantined, ledger.heading, ledger.footing, ledger.blank
            ),
        },
    );
    if let Some(period) = &sheet.period {
        fact(("数据期", "period"), period.clone());
    }
    if let Some(multiplier) = sheet.multiplier.filter(|times| *times != 1) {
        fact(("金额单位", "unit of amounts"), format!("× {multiplier} {}", lang.pick("元", "yuan")));
    }
    for (title, value) in &sheet.stated {
        fact(("表名表明", "stated by its name"), format!("{title} = {value}"));
    }
    for line in aligned(&facts, false) {
        let _ = writeln!(text, "{line}");
    }
    tell_columns(text, sheet, lang);
    tell_nearest(text, sheet, lang);
    tell_skipped(text, sheet, lang);
    if !is_strange {
        tell_faults(text, &sheet.faults, lang);
    }
}

fn rows_from_to(first: u32, last: u32, lang: Lang) -> String {
    match (lang, first == last) {
        (Lang::Zh, true) => format!("第 {first} 行"),
        (Lang::Zh, false) => format!("第 {first} 至 {last} 行"),
        (Lang::En, true) => format!("row {first}"),
        (Lang::En, false) => format!("rows {first} to {last}"),
    }
}

fn tell_columns(text: &mut String, sheet: &SheetInspection, lang: Lang) {
    if sheet.columns.is_empty() {
        return;
    }
    let heads = match lang {
        Lang::Zh => ["  列", "标题", "字段", "类型", "填写", "示例（已遮盖）"],
        Lang::En => ["  column", "header", "field", "type", "filled", "samples (masked)"],
    };
    let mut lines = vec![heads.map(str::to_owned).to_vec()];
    for column in &sheet.columns {
        let field = field_of(column, sheet.schema.as_ref());
        let (named, kind) = match field {
            Some(field) => (format!("{} {}", field.name, field.title), field.kind.as_str().to_owned()),
            None => {
                let near = near_field(column, sheet.schema.as_ref());
                let told = near.map_or_else(
                    || lang.pick("（未认出）", "(unknown)").to_owned(),
                    |near| format!("{}{} {}", lang.pick("（未认出）近似 ", "(unknown) near "), near.name, near.title),
                );
                (told, format!("{}?", column.shape.as_str()))
            }
        };
        let mut samples: Vec<String> = column.values.iter().map(|value| shown(value, column, field)).collect();
        samples.dedup();
        samples.truncate(SAMPLES);
        lines.push(vec![
            format!("  {}", letters(column.head.position)),
            // Where no header is known, its likeliest line may be somebody's.
            mask::id_numbers_in(&column.head.title),
            named,
            kind,
            column.filled.to_string(),
            samples.join(lang.pick("；", "; ")),
        ]);
    }
    for line in aligned(&lines, false) {
        let _ = writeln!(text, "{line}");
    }
}

/// The line that gives unknown columns the fields they come nearest to.
fn tell_nearest(text: &mut String, sheet: &SheetInspection, lang: Lang) {
    let pairs: Vec<String> = sheet
        .columns
        .iter()
        .filter_map(|column| {
            let near = near_field(column, sheet.schema.as_ref())?;
            Some(format!("\"{}\" = \"{}\"", mask::id_numbers_in(&column.head.title), near.name))
        })
        .collect();
    if !pairs.is_empty() {
        let pairs = pairs.join(", ");
        let line = lang.pick(
            format!("未认出的列如确为近似的字段，请在来源中写 columns = {{ {pairs} }}"),
            format!("if unknown columns are what they are near to, write columns = {{ {pairs} }} in the source"),
        );
        let _ = writeln!(text, "  {line}");
    }
}

fn tell_skipped(text: &mut String, sheet: &SheetInspection, lang: Lang) {
    if sheet.skipped.is_empty() {
        return;
    }
    let _ = writeln!(text, "  {}", lang.pick("不算数据的行", "lines that are no rows"));
    for line in sheet.skipped.iter().take(SKIPPED) {
        let kind = match line.kind {
            SkippedKind::Heading => lang.pick("表头", "heading"),
            SkippedKind::Footing => lang.pick("表尾", "footing"),
        };
        let cells = mask::id_numbers_in(&line.text.replace('\t', " | ").replace('\n', " "));
        let short: String = cells.chars().take(60).collect();
        let _ = writeln!(text, "    {} {kind}  {short}", rows_from_to(line.row, line.row, lang));
    }
    let more = sheet.skipped.len().saturating_sub(SKIPPED);
    if more > 0 {
        let _ = writeln!(text, "    {}", lang.pick(format!("还有 {more} 行"), format!("{more} more")));
    }
}

fn tell_faults(text: &mut String, faults: &[FaultKind], lang: Lang) {
    if faults.is_empty() {
        return;
    }
    let _ = writeln!(text, "  {}", lang.pick("问题", "faults"));
    let mut lines = Vec::new();
    for fault in faults {
        let rows: Vec<String> = fault.rows.iter().map(u32::to_string).collect();
        let more = if fault.count > fault.rows.len() as u64 { "…" } else { "" };
        let weight = match fault.keeps_out {
            true => lang.pick("难以入库", "keeps out"),
            false => lang.pick("存疑", "in doubt"),
        };
        lines.push(vec![
            format!("    {weight}"),
            fault.count.to_string(),
            fault.code.to_owned(),
            fault.message.clone(),
            format!("{} {}{more}", lang.pick("行", "rows"), rows.join("、")),
        ]);
    }
    for line in aligned(&lines, false) {
        let _ = writeln!(text, "{line}");
    }
}

/// The same for programs. Keys are stable; messages of faults are Chinese as in the tables.
fn object(path: &Path, looked: &Looked) -> Value {
    let start = looked.inspection.start.as_ref();
    let sheets: Vec<Value> = looked.inspection.sheets.iter().map(sheet_object).collect();
    json!({
        "file": path.display().to_string(),
        "size": looked.file.size,
        "sha256": looked.file.sha256,
        "period": looked.file.period,
        "format": start.map(|start| start.format.as_str()),
        "encoding": start.and_then(|start| start.encoding),
        "separator": start.and_then(|start| start.separator).map(String::from),
        "sheets": sheets,
    })
}

fn sheet_object(sheet: &SheetInspection) -> Value {
    let ledger = &sheet.ledger;
    let columns: Vec<Value> = sheet
        .columns
        .iter()
        .map(|column| {
            let field = field_of(column, sheet.schema.as_ref());
            let samples: Vec<String> =
                column.values.iter().take(SAMPLES).map(|value| shown(value, column, field)).collect();
            json!({
                "column": letters(column.head.position),
                "title": mask::id_numbers_in(&column.head.title),
                "field": field.map(|field| field.name.as_str()),
                "nearest": near_field(column, sheet.schema.as_ref()).map(|near| near.name.as_str()),
                "type": field.map(|field| field.kind.as_str()),
                "guessed_type": column.shape.as_str(),
                "filled": column.filled,
                "numeric": column.numeric,
                "samples": samples,
            })
        })
        .collect();
    let faults: Vec<Value> = sheet
        .faults
        .iter()
        .map(|fault| {
            json!({
                "keeps_out": fault.keeps_out, "code": fault.code, "field": fault.field, "message": fault.message,
                "count": fault.count, "rows": fault.rows,
            })
        })
        .collect();
    let skipped: Vec<Value> = sheet
        .skipped
        .iter()
        .map(|line| json!({"row": line.row, "kind": line.kind.as_str(), "text": mask::id_numbers_in(&line.text)}))
        .collect();
    json!({
        "sheet": ledger.place.sheet,
        "status": ledger.status.as_str(),
        "reason": ledger.reason.zh,
        "suggestion": sheet.suggestion.as_ref().map(|words| words.zh.as_str()),
        "schema": sheet.schema.as_ref().map(|schema| schema.name.as_str()),
        "header": sheet.header.map(|header| json!({"row": header.row, "rows": header.rows})),
        "confidence": sheet.confidence.map(|confidence| (confidence * 100.0).round() / 100.0),
        "first_row": sheet.body.map(|body| body.0),
        "last_row": sheet.body.map(|body| body.1),
        "period": sheet.period,
        "multiplier": sheet.multiplier,
        "physical_rows": ledger.physical_rows,
        "usable": ledger.accepted,
        "quarantined": ledger.quarantined,
        "heading": ledger.heading,
        "footing": ledger.footing,
        "blank": ledger.blank,
        "columns": columns,
        "skipped": skipped,
        "faults": faults,
    })
}

#[cfg(test)]
mod tests {
    use super::{letters, year_only};

    #[test]
    fn columns_are_named_as_a_spreadsheet_names_them() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn of_a_birth_date_the_year_is_shown() {
        assert_eq!(year_only("1965-03-12"), "1965-**-**");
        assert_eq!(year_only("19650312"), "1965****");
        assert_eq!(year_only("1965年3月"), "1965年*月");
    }
}
