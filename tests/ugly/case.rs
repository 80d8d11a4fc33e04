//! What is expected of an ugly file.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The TOML file beside an ugly file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The fault in plain words.
    pub zh: String,
    pub en: String,
    /// Which chapter of the page it stands in.
    pub kind: String,
    /// Schemas of the source; the persons' and the households' of the allowance where nothing is said.
    #[serde(default)]
    pub schemas: Vec<String>,
    /// What the source says of the encoding.
    pub encoding: Option<String>,
    #[serde(default)]
    pub sheet: Vec<Sheet>,
}

/// What is expected of one sheet: exactly this and nothing more.
#[derive(Deserialize, Default, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    #[serde(default)]
    pub name: String,
    /// As in the ledger.
    pub status: String,
    /// Words that its reason holds.
    #[serde(default)]
    pub reason: String,
    /// Rows that go on to linking, of whichever schema.
    #[serde(default)]
    pub rows: usize,
    #[serde(default)]
    pub heading: Vec<u32>,
    #[serde(default)]
    pub footing: Vec<u32>,
    #[serde(default)]
    pub blank: u64,
    /// Rows kept out by code; a code that comes twice in a row is listed twice.
    #[serde(default)]
    pub quarantine: BTreeMap<String, Vec<u32>>,
    /// Rows let in with a doubt.
    #[serde(default)]
    pub issue: BTreeMap<String, Vec<u32>>,
    /// Rows without a sound number, which linking decides on.
    #[serde(default)]
    pub pending: BTreeMap<String, Vec<u32>>,
    /// `row field value`; `row#n` for the n-th person of a row, `∅` for none, `extra.title` for a column no field claims.
    #[serde(default)]
    pub cells: Vec<String>,
}

const KINDS: [(&str, &str); 11] = [
    ("encoding", "编码 · Encodings"),
    ("dialect", "文本格式 · Text dialects"),
    ("header", "表头 · Headers"),
    ("place", "表格位置 · Where the table stands"),
    ("footing", "合计与落款 · Totals and signatures"),
    ("identity", "证件号码 · Identity numbers"),
    ("date", "日期 · Dates"),
    ("amount", "金额 · Amounts"),
    ("household", "家庭与一格多人 · Households and several people in a cell"),
    ("workbook", "工作簿 · Workbooks"),
    ("other", "其他格式 · Other formats"),
];

/// docs/ugly-files.md.
pub fn page(cases: &[(String, Case)]) -> String {
    let mut out = format!(
        "# 坏文件集 · Ugly files\n\n`tests/ugly` 里的 {0} 个文件，每个一种毛病，人员全部虚构。本页由 \
         `UPDATE_DOCS=1 cargo test --test ugly` 从各文件旁的 TOML 生成，`cargo test --test ugly` 逐个核对。\n\
         The {0} files of `tests/ugly`, one fault each; all people are invented. This page is made from the TOML files beside \
         them, and each file is checked against its own.\n\n\
         “待关联”指本人号码无效、由关联决定去留的行。“Pending” are rows without a sound number, which linking decides on. \
         括号内为行号。Numbers in brackets are rows. 代码见 Codes: [faults.md](faults.md)。\n",
        cases.len()
    );
    for (kind, title) in KINDS {
        let of_kind: Vec<_> = cases.iter().filter(|(_, case)| case.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        out.push_str(&format!(
            "\n## {title}\n\n| 文件 file | 毛病 fault | 怎样处理 what ronghe does |\n|---|---|---|\n"
        ));
        for (name, case) in of_kind {
            let does: Vec<String> = case.sheet.iter().map(Sheet::told).collect();
            out.push_str(&format!("| `{name}` | {} · {} | {} |\n", case.zh, case.en, does.join("<br>")));
        }
    }
    assert!(cases.iter().all(|(_, case)| KINDS.iter().any(|(kind, _)| case.kind == *kind)), "a kind without a chapter");
    out
}

impl Sheet {
    fn told(&self) -> String {
        let mut parts = vec![format!("`{}`", self.status)];
        if self.rows > 0 {
            parts.push(format!("{} 行 rows", self.rows));
        }
        let codes = |title: &str, codes: &BTreeMap<String, Vec<u32>>| -> Option<String> {
            let each = |(code, rows): (&String, &Vec<u32>)| {
                let rows: Vec<String> = rows.iter().map(u32::to_string).collect();
                format!("`{code}` ({})", rows.join(", "))
            };
            (!codes.is_empty()).then(|| format!("{title} {}", codes.iter().map(each).collect::<Vec<_>>().join(", ")))
        };
        if !self.footing.is_empty() {
            let rows: Vec<String> = self.footing.iter().map(u32::to_string).collect();
            parts.push(format!("表尾 footing ({})", rows.join(", ")));
        }
        parts.extend(codes("隔离 kept out", &self.quarantine));
        parts.extend(codes("待关联 pending", &self.pending));
        parts.extend(codes("疑问 doubts", &self.issue));
        if !self.reason.is_empty() {
            parts.push(format!("“{}”", self.reason));
        }
        let name = if self.name.is_empty() { String::new() } else { format!("{}: ", self.name) };
        format!("{name}{}", parts.join("; "))
    }
}
