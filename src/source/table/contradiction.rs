//! A header that the cells below it disprove: what is told of it, and the line that the office may put into the pipeline.

use crate::model::{FieldType, Schema, Words};
use crate::plan::{HeaderPlace, Source};
use crate::source::line::{CellRef, Line};
use crate::source::table::evidence::{ColumnEvidence, ENOUGH, Evidence, THRESHOLD, Witness, data_lines, witness};
use crate::source::table::header::{Candidate, Column};

/// Why a reading is not trusted, and what to do. `lines` begin below the header; titles are quoted where `quotable`.
pub(in crate::source) fn told(
    found: &Candidate,
    lines: &[Line],
    quotable: bool,
    schema: &Schema,
    source: &Source,
    header: HeaderPlace,
) -> (Words, Words) {
    let title = |position: u32, field: usize| title_of(found, position, field, quotable, schema);
    let seen: Vec<Words> = found
        .evidence
        .contradicted()
        .map(|column| in_words(column, &title(column.position, column.field), schema))
        .collect();
    let (zh, en): (Vec<&str>, Vec<&str>) = seen.iter().map(|words| (words.zh.as_str(), words.en.as_str())).unzip();
    let percent = (found.evidence.confidence() * 100.0).round();
    let least = THRESHOLD * 100.0;
    let HeaderPlace { row, rows } = header;
    let reason = Words::new(
        format!(
            "按“{}”读取（表头第 {row} 行）时，数据与表头不符（可信度 {percent}%，不足 {least}%）：{}",
            schema.title,
            zh.join("；")
        ),
        format!(
            "read as {} (header in row {row}), the cells contradict the header (confidence {percent} %, less than {least} %): {}",
            schema.name,
            en.join("; ")
        ),
    );
    let moved = displaced(&found.evidence, found, lines, schema);
    let pairs: Vec<String> = match moved.is_empty() {
        false => moved
            .iter()
            .map(|(position, field)| {
                let name = &schema.fields[*field].name;
                format!("\"{}\" = \"{name}\"", title_at(found, *position, quotable, schema))
            })
            .collect(),
        true => found
            .evidence
            .contradicted()
            .map(|column| format!("\"{}\" = \"字段名\"", title(column.position, column.field)))
            .collect(),
    };
    let (id, pairs) = (&source.id, pairs.join(", "));
    let suggestion = Words::new(
        format!(
            "请核对表头与各列是否错位；确为错位的，请提供单位改正后重新报送，或在流水线文件的来源 {id} 中写 columns = {{ {pairs} }}；表头无误的，写 header = {{ row = {row}, rows = {rows} }}"
        ),
        format!(
            "See whether the header is out of line with its columns. If it is, have it corrected, or write columns = {{ {pairs} }} \
             in the source {id} of the pipeline file; if the header is right, write header = {{ row = {row}, rows = {rows} }}"
        ),
    );
    (reason, suggestion)
}

fn title_of(found: &Candidate, position: u32, field: usize, quotable: bool, schema: &Schema) -> String {
    let column = found.columns.iter().find(|column| column.position == position);
    column.filter(|_| quotable).map_or_else(|| schema.fields[field].title.clone(), Column::shown)
}

fn title_at(found: &Candidate, position: u32, quotable: bool, schema: &Schema) -> String {
    let column = found.columns.iter().find(|column| column.position == position);
    match column.map(|column| (column, column.field)) {
        Some((column, _)) if quotable => column.shown(),
        Some((_, Some(field))) => schema.fields[field].title.clone(),
        _ => "表中的列名".to_owned(),
    }
}

/// What a column's values are not, in words: “身份证号”一列的 40 个值都不是证件号码，而是手机号码.
pub(in crate::source) fn in_words(column: &ColumnEvidence, title: &str, schema: &Schema) -> Words {
    let wanted = wanted(schema.fields[column.field].kind);
    let said = column.fits + column.against;
    let seen = column.nature.words();
    let (zh, en) = match column.fits {
        0 => (format!("都不是{}", wanted.zh), format!("none of the {said} values is {}", wanted.en)),
        fits => {
            (format!("只有 {fits} 个是{}", wanted.zh), format!("only {fits} of the {said} values are {}", wanted.en))
        }
    };
    Words::new(
        format!("“{title}”一列的 {said} 个值{zh}，多为{}", seen.zh),
        format!("column {title}: {en}; most are {}", seen.en),
    )
}

fn wanted(kind: FieldType) -> Words {
    match kind {
        FieldType::IdentityNumber => Words::new("证件号码", "an identity number"),
        FieldType::PersonName => Words::new("姓名", "a name"),
        FieldType::Date => Words::new("日期", "a date"),
        FieldType::Month => Words::new("年月", "a month"),
        FieldType::Money => Words::new("金额", "an amount"),
        FieldType::Integer | FieldType::Decimal => Words::new("数", "a number"),
        FieldType::Phone => Words::new("电话号码", "a telephone number"),
        FieldType::Account => Words::new("账号", "an account"),
        FieldType::OrganisationCode => Words::new("统一社会信用代码", "an organisation's code"),
        FieldType::Region => Words::new("行政区划", "a region"),
        FieldType::Address => Words::new("地址", "an address"),
        FieldType::Boolean => Words::new("“是”或“否”", "a yes or no"),
        FieldType::Code | FieldType::DocumentKind | FieldType::Text => Words::new("规定的用语", "a known term"),
    }
}

/// For each contradicted column's field the column that holds its values, among the contradicted ones and those that no
/// field claims: position and field. What only looks like any text (a place, an address) is not looked for.
fn displaced(evidence: &Evidence, found: &Candidate, lines: &[Line], schema: &Schema) -> Vec<(u32, usize)> {
    let rows = data_lines(found, lines, schema);
    let wrong: Vec<&ColumnEvidence> = evidence.contradicted().collect();
    let free = found.columns.iter().filter(|column| column.field.is_none()).map(|column| column.position);
    let mut columns: Vec<u32> = wrong.iter().map(|column| column.position).chain(free).collect();
    let mut wanted: Vec<usize> = wrong.iter().map(|column| column.field).collect();
    // Identity numbers are surest, names least.
    wanted.sort_by_key(|field| match schema.fields[*field].kind {
        FieldType::IdentityNumber => 0,
        FieldType::PersonName => 2,
        _ => 1,
    });
    let mut pairs = Vec::new();
    for field in wanted {
        let of = &schema.fields[field];
        if matches!(of.kind, FieldType::Region | FieldType::Address | FieldType::Text | FieldType::DocumentKind) {
            continue;
        }
        let holds = |position: u32| {
            let cells: Vec<CellRef<'_>> = rows.iter().filter_map(|line| line.get(position)).collect();
            let fits = cells
                .iter()
                .filter(|cell| witness(cell, of) == Witness::For)
                .filter(|cell| of.kind != FieldType::PersonName || (2..=4).contains(&cell.text.chars().count()))
                .count();
            (fits >= ENOUGH && fits * 2 > cells.len()).then_some(fits)
        };
        let best = columns.iter().copied().filter_map(|position| Some((holds(position)?, position)));
        if let Some((_, position)) = best.max_by_key(|(fits, position)| (*fits, std::cmp::Reverse(*position))) {
            columns.retain(|other| *other != position);
            pairs.push((position, field));
        }
    }
    pairs.sort_unstable();
    pairs
}
