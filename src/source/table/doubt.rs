//! Faults that reading finds, beside those of a sheet as a whole.

use std::sync::Arc;

use crate::model::{Fault, SheetPlace, Words};
use crate::source::table::judge::Table;

/// The doubt, at the header, about a column in another unit than its field's.
pub(in crate::source) fn wrong_unit(place: &Arc<SheetPlace>, row: u32, table: &Table, field: usize) -> Fault {
    let field = &table.head.schema.fields[field];
    Fault {
        place: place.clone(),
        row,
        nth: None,
        field: field.name.clone(),
        code: "number_wrong_unit",
        message: format!("「{}」的单位与规定的单位不符", field.title),
        suggestion: "请换算为规定的单位".into(),
        raw: String::new(),
    }
}

/// The doubt, at the header, about a column whose values are plainly something else.
pub(in crate::source) fn against_header(
    place: &Arc<SheetPlace>,
    row: u32,
    table: &Table,
    field: usize,
    seen: &Words,
) -> Fault {
    Fault {
        place: place.clone(),
        row,
        nth: None,
        field: table.head.schema.fields[field].name.clone(),
        code: "column_contradicted",
        message: seen.zh.clone(),
        suggestion: "请核对该列表头；确为别的内容的，请提供单位改正，或在流水线文件的来源中用 columns 指明该列".into(),
        raw: String::new(),
    }
}

/// The doubt, at the header, about a title that was taken for another.
pub(in crate::source) fn misspelt(
    place: &Arc<SheetPlace>,
    row: u32,
    table: &Table,
    title: &str,
    field: usize,
) -> Fault {
    let field = &table.head.schema.fields[field];
    Fault {
        place: place.clone(),
        row,
        nth: None,
        field: field.name.clone(),
        code: "header_misspelt",
        message: format!("表头“{title}”像是写错了字，按“{}”读取", field.title),
        suggestion: format!(
            "请提供单位改正表头；确为别的内容的，在流水线文件的来源中用 columns 指明“{title}”是哪个字段"
        ),
        raw: title.to_owned(),
    }
}

/// Code, message and suggestion of a doubt about a row as a whole.
pub(in crate::source) type Doubt = (&'static str, &'static str, &'static str);
pub(in crate::source) const UNREADABLE_BYTES: Doubt = (
    "unreadable_bytes",
    "行内有不能按文件编码识别的字节，已用“�”代替",
    "请提供单位核对该行并重新导出；若整个文件编码认错，请在流水线文件的来源中写 encoding = \"gb18030\" 或 \"utf-8\"",
);
pub(in crate::source) const UNPAIRED_QUOTE: Doubt =
    ("unpaired_quote", "行内有不成对的引号，已按普通字符读取", "请提供单位核对该行各列是否错位，改正引号后重新导出");

pub(in crate::source) const LOST_CHARACTERS: Doubt = (
    "unreadable_bytes",
    "行内有文件中原有的“�”：字符在报送前转换编码时已经丢失",
    "请提供单位从原系统重新导出，或补正该行",
);
pub(in crate::source) const TOO_FEW_FIELDS: Doubt = (
    "too_few_fields",
    "该行的字段比其他行少，可能被换行拆成了几行",
    "请提供单位核对该行：单元格内有换行的，用引号括起来后重新导出",
);
pub(in crate::source) const TOO_MANY_FIELDS: Doubt = (
    "too_many_fields",
    "该行的字段比表头多，可能因单元格内有分隔符而错列",
    "请提供单位核对该行：单元格内有分隔符的，用引号括起来后重新导出",
);

/// A JSON object in column order; a title that comes twice gets a number.
pub(in crate::source) fn json_object<'c>(cells: impl Iterator<Item = (String, &'c str)>) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut json = String::from("{");
    for (title, text) in cells {
        let times = seen.iter().filter(|other| **other == title).count();
        let name = if times == 0 { title.clone() } else { format!("{title}#{}", times + 1) };
        seen.push(title);
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&serde_json::Value::from(name).to_string());
        json.push(':');
        json.push_str(&serde_json::Value::from(text).to_string());
    }
    json.push('}');
    json
}
