//! `ronghe draft`: a source for a new dump and, where no schema knows it, a schema, for a person to correct.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use chrono::NaiveDate;

use super::args::DraftArguments;
use super::exit::{Exit, Failure};
use super::inspect::{Looked, look_through, plan_for};
use super::output::print;
use super::render::Console;
use crate::kernel::header::normalise;
use crate::kernel::inference::{Shape, plain_name};
use crate::model::{Field, FieldType, Lang, Severity, SheetStatus, Words};
use crate::pipeline::{ColumnInspection, SheetInspection};
use crate::plan::{Plan, is_free_name};
use crate::report::padded;
use crate::source::Limits;
use crate::store::write_file;

/// A schema file that was drafted.
struct DraftedSchema {
    name: String,
    text: String,
}

pub fn run(of: &DraftArguments, limits: &Limits, console: &Console, today: NaiveDate) -> Result<Exit, Failure> {
    let (mut plan, _) = plan_for(of.pipeline.as_deref(), console)?;
    if let Some(wanted) = &of.schema {
        let schema = plan.schemas.remove(wanted).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!("没有表种 {wanted}；可用的有：{}", names(&plan)),
                format!("there is no schema {wanted}; there are: {}", names(&plan)),
            )
        })?;
        plan.schemas.retain(|name, _| schema.members.as_ref().is_some_and(|members| members.schema == *name));
        plan.schemas.insert(wanted.clone(), schema);
    }
    let looked: Result<Vec<Vec<Looked>>, Failure> =
        of.files.iter().map(|path| look_through(path, &plan, false, limits, today)).collect();
    let looked: Vec<Looked> = looked?.into_iter().flatten().collect();
    let draft = Draft::of(&looked, &plan, of.schema.as_deref(), console.lang);
    for words in &draft.trouble {
        console.say(Severity::Warning, words);
    }
    if draft.schemas.is_empty() {
        return Err(Failure::new(
            Exit::Failed,
            "没有可起草的表格；请先用 ronghe inspect 查看文件",
            "there is no table to draft a source for; look at the file with ronghe inspect",
        ));
    }
    match &of.output {
        None => {
            let mut text = draft.source(&of.files, console.lang);
            for schema in &draft.drafted {
                let _ = write!(text, "\n# ---- schemas/{}.toml ----\n{}", schema.name, schema.text);
            }
            print(text.as_bytes())?;
        }
        Some(file) => {
            let folder = file.parent().unwrap_or(Path::new("")).join("schemas");
            for schema in &draft.drafted {
                std::fs::create_dir_all(&folder).map_err(|error| unwritten(&folder, &error))?;
                let path = folder.join(format!("{}.toml", schema.name));
                write_new(&path, &schema.text)?;
            }
            write_new(file, &draft.source(&of.files, console.lang))?;
        }
    }
    Ok(if draft.trouble.is_empty() { Exit::Done } else { Exit::Attention })
}

fn names(plan: &Plan) -> String {
    plan.schemas.keys().cloned().collect::<Vec<_>>().join("、")
}

/// What somebody has corrected is not written over.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    if path.exists() {
        let shown = path.display();
        return Err(Failure::new(
            Exit::Usage,
            format!("{shown} 已经存在，不覆盖；请换个文件名或先移走它"),
            format!("{shown} is there already and is not written over; give another name or move it away"),
        ));
    }
    write_file(path, text.as_bytes()).map_err(Failure::from)
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    let shown = path.display();
    Failure::new(Exit::Failed, format!("无法写入 {shown}"), format!("{shown} cannot be written")).because(error)
}

/// What was made of the files.
#[derive(Default)]
struct Draft {
    /// Names of the schemas that the source's sheets fit.
    schemas: BTreeSet<String>,
    drafted: Vec<DraftedSchema>,
    /// Lines for `columns`: title and field, or what must be filled in.
    columns: BTreeMap<String, Option<String>>,
    unclaimed: BTreeSet<String>,
    encodings: BTreeSet<&'static str>,
    has_period: bool,
    trouble: Vec<Words>,
}

impl Draft {
    fn of(looked: &[Looked], plan: &Plan, stated: Option<&str>, lang: Lang) -> Draft {
        let mut draft = Draft::default();
        for looked in looked {
            let path = &looked.path;
            draft.has_period |= looked.file.period.is_some();
            draft.encodings.extend(looked.inspection.start.as_ref().and_then(|start| start.encoding));
            for sheet in &looked.inspection.sheets {
                draft.take(path, sheet, plan, stated, lang);
            }
        }
        draft
    }

    fn take(&mut self, path: &Path, sheet: &SheetInspection, plan: &Plan, stated: Option<&str>, lang: Lang) {
        let stated = stated.and_then(|name| plan.schemas.get(name));
        match (sheet.ledger.status, &sheet.schema) {
            (SheetStatus::Read, Some(schema)) => {
                self.schemas.insert(schema.name.clone());
                let unknown = sheet.columns.iter().filter(|column| column.head.field.is_none());
                self.unclaimed.extend(unknown.map(|column| column.head.title.clone()));
            }
            (SheetStatus::HeldBack, _) if let (Some(schema), false) = (stated, sheet.columns.is_empty()) => {
                // The schema is said, so its columns must be too.
                self.schemas.insert(schema.name.clone());
                let named: Vec<usize> = sheet.columns.iter().filter_map(|column| column.head.field).collect();
                for (at, field) in schema.fields.iter().enumerate() {
                    if field.required && !named.contains(&at) {
                        self.columns.insert(field.name.clone(), None);
                    }
                }
                let unknown = sheet.columns.iter().filter(|column| column.head.field.is_none());
                self.unclaimed.extend(unknown.map(|column| column.head.title.clone()));
            }
            (SheetStatus::HeldBack, _) if !sheet.columns.is_empty() => {
                let name = self.free_name(path, plan);
                let text = schema_text(&name, path, sheet, plan, lang);
                if self.drafted.iter().any(|known| same_fields(&known.text, &text)) {
                    return;
                }
                self.schemas.insert(name.clone());
                self.drafted.push(DraftedSchema { name, text });
            }
            (SheetStatus::HeldBack | SheetStatus::Failed, _) => {
                let place = match sheet.ledger.place.sheet.as_str() {
                    "" => path.display().to_string(),
                    name => format!("{} / {name}", path.display()),
                };
                let reason = &sheet.ledger.reason;
                self.trouble.push(Words::new(
                    format!("{place} 没有写入草稿：{}", reason.zh),
                    format!("{place} is not in the draft: {}", reason.en),
                ));
            }
            _ => {}
        }
    }

    /// A table name from the file's that no schema has.
    fn free_name(&self, path: &Path, plan: &Plan) -> String {
        let base = plain_name(&stem_of(path), "dump");
        let taken = |name: &str| plan.schemas.contains_key(name) || self.schemas.contains(name) || !is_free_name(name);
        (1..)
            .map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") })
            .find(|name| !taken(name))
            .unwrap_or(base)
    }

    fn source(&self, files: &[std::path::PathBuf], lang: Lang) -> String {
        let id = files.first().map(|file| stem_of(file)).filter(|stem| !stem.is_empty());
        let id = id.as_deref().unwrap_or("new_source");
        let list = |items: Vec<String>| items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", ");
        let mut text = String::new();
        let line = |text: &mut String, code: String, zh: &str, en: &str| {
            let _ = writeln!(text, "{} # {}", padded(&code, 48, false), lang.pick(zh, en));
        };
        text.push_str("[[source]]\n");
        line(
            &mut text,
            format!("id       = {}", quoted(id)),
            "来源编号，可改，入库后不要再改",
            "may be changed, but not after the first run",
        );
        line(
            &mut text,
            format!("schemas  = [{}]", list(self.schemas.iter().cloned().collect())),
            "各工作表按表头归入其中最相符的一个",
            "each sheet goes to the one its headers fit",
        );
        line(&mut text, "provider = \"报送单位\"".to_owned(), "请改成报送单位的名称", "change this to who sends it");
        let paths = files.iter().map(|file| file.display().to_string()).collect();
        line(
            &mut text,
            format!("files    = [{}]", list(paths)),
            "路径相对于流水线文件；以后各期可写成通配符，如 \"../数据/残联*.xlsx\"",
            "relative to the pipeline file; use wildcards for what comes later",
        );
        line(
            &mut text,
            "trust    = 50".to_owned(),
            "各来源说法不一时谁为准，0 至 100",
            "who wins when sources disagree, 0 to 100",
        );
        if self.has_period {
            line(
                &mut text,
                "supply   = \"latest\"".to_owned(),
                "文件名含月份，只用最新一期；各期要累加时改成 \"append\"",
                "its name has a month: only the newest counts; \"append\" adds them up",
            );
        }
        for encoding in self.encodings.iter().filter(|encoding| **encoding != "UTF-8") {
            line(
                &mut text,
                format!("# encoding = {}", quoted(&encoding.to_lowercase())),
                "已自动识别，通常不必写",
                "told by its bytes; rarely needed",
            );
        }
        let unclaimed: Vec<&String> = self.unclaimed.iter().collect();
        let mut columns: Vec<String> = Vec::new();
        for field in self.columns.keys() {
            columns.push(format!("\"表中的列名\" = {}", quoted(field)));
        }
        if !columns.is_empty() {
            line(
                &mut text,
                format!("columns  = {{ {} }}", columns.join(", ")),
                "缺少的必填列：请写上表中的列名",
                "required columns that were not found: write their titles",
            );
        }
        if !unclaimed.is_empty() {
            let titles: Vec<&str> = unclaimed.iter().map(|title| title.as_str()).collect();
            let _ = writeln!(
                text,
                "# {}",
                lang.pick(
                    format!(
                        "未认出的列（原样存入 extra）：{}；要认它们时写 columns = {{ \"列名\" = \"字段名\" }}",
                        titles.join("、")
                    ),
                    format!(
                        "columns kept in extra: {}; to name one, columns = {{ \"title\" = \"field\" }}",
                        titles.join(", ")
                    ),
                )
            );
        }
        text
    }
}

/// Whether two drafted schemas differ in their names only: the same kind of list on several sheets.
fn same_fields(a: &str, b: &str) -> bool {
    let fields = |text: &'_ str| text.find("[[field]]").map(|at| text[at..].to_owned());
    fields(a) == fields(b)
}

/// Columns that number a list's rows and say nothing of anybody.
const SERIALS: [&str; 3] = ["序号", "行号", "NO."];

/// A schema for a table that none knows: names from the shipped vocabulary where a title is known there.
fn schema_text(name: &str, path: &Path, sheet: &SheetInspection, plan: &Plan, lang: Lang) -> String {
    let mut fields = String::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut key = Vec::new();
    let mut left_out = Vec::new();
    for column in &sheet.columns {
        if SERIALS.contains(&column.head.title.as_str()) {
            left_out.push(column.head.title.as_str());
            continue;
        }
        let known = known_field(&column.head.title, plan);
        let shape = column.shape;
        // Linking knows people by these names, whatever a list calls them.
        let usual = usual_name(shape).filter(|name| !names.contains(*name)).map(str::to_owned);
        let base =
            known.map(|field| field.name.clone()).or(usual).unwrap_or_else(|| plain_name(&column.head.title, "column"));
        let field = (1..)
            .map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") })
            .find(|name| !names.contains(name) && is_free_name(name))
            .unwrap_or(base);
        let kind = known.map_or(shape.as_str(), |field| field.kind.as_str());
        if field == "id_number" || (key.is_empty() && kind == FieldType::PersonName.as_str()) {
            key.push(field.clone());
        }
        fields.push_str(&field_text(&field, kind, column, known, lang));
        names.insert(field);
    }
    if !left_out.is_empty() {
        let titles = left_out.join("、");
        let note = lang
            .pick(format!("「{titles}」只是行号，未列入"), format!("{titles} only numbers the rows and is left out"));
        let _ = write!(fields, "\n# {note}\n");
    }
    let says = |zh: &'static str, en: &'static str| lang.pick(zh, en);
    format!(
        "# {}\n\nname  = {}\ntitle = {}  # {}\ngrain = \"person\"  # {}\nrole  = \"informs\"  # {}\nkey   = [{}]  # {}\n{fields}",
        says(
            "由数据起草，请核对每一列的 type 和 sensitivity",
            "drafted from the data: check type and sensitivity of each column"
        ),
        quoted(name),
        quoted(&stem_of(path)),
        says("请改成这类数据的名称", "change this to what the list is"),
        says("一行一人；一行一户写 household", "one person a row; household for one household a row"),
        says(
            "只提供情况；名单上的人都要入库时写 enrols",
            "only informs; enrols if everybody on it belongs in the database"
        ),
        key.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(", "),
        says("每期认出同一行的字段", "what a row is known by from month to month"),
    )
}

fn field_text(name: &str, kind: &str, column: &ColumnInspection, known: Option<&Field>, lang: Lang) -> String {
    let sensitivity = match column.shape {
        Shape::IdentityNumber | Shape::Account => "sensitive",
        Shape::Region | Shape::Month => "open",
        Shape::PersonName | Shape::Phone | Shape::Address | Shape::Date | Shape::Text => "personal",
        _ => "internal",
    };
    let sensitivity = known.map_or(sensitivity, |field| field.sensitivity.as_str());
    let leaf = column.head.title.rsplit('/').next().unwrap_or(&column.head.title);
    let mut text = format!(
        "\n[[field]]\nname        = {}\ntitle       = {}\ntype        = {}\n",
        quoted(name),
        quoted(leaf),
        quoted(kind)
    );
    if let Some(codes) = known.and_then(|field| field.codes.as_ref()) {
        let _ = writeln!(text, "codes       = {}", quoted(&codes.name));
    }
    if kind == "money" {
        text.push_str("unit        = \"元\"\n");
    }
    let _ = writeln!(text, "sensitivity = {}", quoted(sensitivity));
    if known.is_none() {
        let seen = column.shape.as_str();
        let filled = column.filled;
        let _ = writeln!(
            text,
            "# {}",
            lang.pick(
                format!("按 {filled} 个单元格推断为 {seen}"),
                format!("guessed to be {seen} from {filled} cells"),
            )
        );
    }
    text
}

/// What the shipped schemas call the only column of a shape.
fn usual_name(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::IdentityNumber => Some("id_number"),
        Shape::PersonName => Some("name"),
        Shape::Phone => Some("phone"),
        Shape::Address => Some("address"),
        _ => None,
    }
}

/// The field that most shipped schemas know a title as.
fn known_field<'a>(title: &str, plan: &'a Plan) -> Option<&'a Field> {
    let whole = normalise(title);
    let leaf = normalise(title.rsplit('/').next().unwrap_or(title));
    let mut votes: BTreeMap<&str, (usize, &Field)> = BTreeMap::new();
    for key in [&whole, &leaf] {
        for schema in plan.schemas.values() {
            // What stands for something else in a household's row is no person's.
            if let Some(field) = schema.claimed_by(key).map(|at| &schema.fields[at]) {
                votes.entry(field.name.as_str()).or_insert((0, field)).0 += 1;
            }
        }
        if !votes.is_empty() {
            break;
        }
    }
    votes.into_values().max_by_key(|(count, _)| *count).map(|(_, field)| field)
}

/// The words of a file's name: a month in it is no part of what the list is.
fn stem_of(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let words: String = stem.chars().filter(|c| c.is_alphabetic()).collect();
    words.trim_end_matches(['年', '月', '日']).to_owned()
}

/// As a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_is_quoted_is_read_back() {
        for text in ["a\"b", "C:\\数据\\x", "两\n行"] {
            let line = format!("x = {}", quoted(text));
            let table: toml::Table = line.parse().unwrap();
            assert_eq!(table["x"].as_str(), Some(text));
        }
    }
}
