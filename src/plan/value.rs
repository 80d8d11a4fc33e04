//! Small values with a form of their own: percentages, spans of days, region codes, environment variables, globs.

use std::ops::Range;
use std::path::PathBuf;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::DeValue;

use super::Secret;
use super::decimal;
use super::diagnostic::Desk;
use super::reader::{self, Cursor, Found, Wanted};
use crate::model::Words;

/// `"2%"` as 0.02.
pub fn percentage(table: &mut Cursor<'_>, key: &'static str) -> Option<f64> {
    let value = table.value(key)?;
    let desk = table.desk;
    let hint = Words::new("写成百分数，如 \"2%\"", "write a percentage, as \"2%\"");
    let DeValue::String(text) = value.get_ref() else {
        reader::wrong_type_with(desk, value, Wanted::Text, Some(hint));
        return None;
    };
    let share = text.trim().strip_suffix('%').and_then(|number| decimal::parse(number.trim(), 4).ok());
    match share {
        Some(share) if (0..=1_000_000).contains(&share) => Some(share as f64 / 1e6),
        _ => {
            let message = Words::new("应为 0% 至 100% 的百分数", "not a percentage from 0% to 100%");
            desk.fault("bad_percentage", value.span(), message, Some(hint));
            None
        }
    }
}

/// `"7d"`, `"2w"` or `"1m"` (31 days, the longest month) in days.
pub fn days(table: &mut Cursor<'_>, key: &'static str) -> Option<u32> {
    let value = table.value(key)?;
    let desk = table.desk;
    let hint = Words::new(
        "写成天、周或月数，如 \"7d\"、\"2w\"、\"1m\"",
        "write days, weeks or months, as \"7d\", \"2w\", \"1m\"",
    );
    let DeValue::String(text) = value.get_ref() else {
        reader::wrong_type_with(desk, value, Wanted::Text, Some(hint));
        return None;
    };
    let text = text.trim();
    let days = [("d", 1), ("w", 7), ("m", 31)].into_iter().find_map(|(unit, days)| {
        let count: u32 = text.strip_suffix(unit)?.trim().parse().ok()?;
        (1..=1200).contains(&count).then_some(count * days)
    });
    if days.is_none() {
        let message = Words::new("不是时间长度", "not a span of time");
        desk.fault("bad_duration", value.span(), message, Some(hint));
    }
    days
}

/// Six digits that do not start with a zero.
pub fn region(desk: Desk<'_>, found: &Found<&str>) -> Option<String> {
    let code = found.value;
    let sound = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0');
    if !sound {
        let message = Words::new(
            format!("`{code}` 不是六位行政区划代码"),
            format!("`{code}` is not a region code of six digits"),
        );
        let hint = Words::new("如吉安市为 \"360800\"", "as \"360800\" for the city of Ji'an");
        desk.fault("bad_region", found.span.clone(), message, Some(hint));
    }
    sound.then(|| code.to_owned())
}

/// `{ env = "NAME" }`: a secret that stays outside the file. One that is written in the file is not repeated, whatever it is
/// dressed in.
pub fn env(table: &mut Cursor<'_>, key: &'static str) -> Option<String> {
    match secret(table, key, &["env"])? {
        Secret::Env(name) => Some(name),
        Secret::File(_) => None,
    }
}

/// `{ env = "NAME" }` or `{ file = "PATH" }`, as far as `places` allow.
pub fn secret(table: &mut Cursor<'_>, key: &'static str, places: &[&str]) -> Option<Secret> {
    let value = table.value(key)?;
    let desk = table.desk;
    let hint = if places.contains(&"file") {
        Words::new(
            "放入环境变量或单独的文件，这里写 { env = \"变量名\" } 或 { file = \"路径\" }",
            "put it in an environment variable or a file of its own and write { env = \"NAME\" } or { file = \"PATH\" }",
        )
    } else {
        Words::new(
            "放入环境变量，这里写 { env = \"变量名\" }",
            "put it in an environment variable and write { env = \"NAME\" }",
        )
    };
    let in_file = || {
        Words::new(
            format!("`{key}` 不得写在配置文件里"),
            format!("`{key}` must not be written in a configuration file"),
        )
    };
    let DeValue::Table(inner) = value.get_ref() else {
        desk.secret_fault("secret_in_file", value.span(), value.span(), in_file(), Some(hint));
        return None;
    };
    for (other, value) in inner.iter().filter(|(other, _)| !places.contains(&other.get_ref().as_ref())) {
        desk.secret_fault("secret_in_file", other.span(), value.span(), in_file(), Some(hint.clone()));
    }
    match (inner.get("env"), inner.get("file").filter(|_| places.contains(&"file"))) {
        (Some(name), None) => variable_name(desk, name).map(Secret::Env),
        (None, Some(path)) => secret_path(desk, path).map(Secret::File),
        (None, None) => {
            desk.fault("missing_key", value.span(), Words::new("缺少 `env`", "`env` is missing"), Some(hint));
            None
        }
        (Some(_), Some(path)) => {
            let message = Words::new("`env` 与 `file` 只能写一个", "`env` and `file` exclude each other");
            desk.fault("bad_value", path.span(), message, Some(hint));
            None
        }
    }
}

fn variable_name(desk: Desk<'_>, name: &Spanned<DeValue<'_>>) -> Option<String> {
    let sound = match name.get_ref() {
        DeValue::String(name) => Some(name)
            .filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
            .filter(|name| name.starts_with(|c: char| !c.is_ascii_digit())),
        _ => None,
    };
    if sound.is_none() {
        let message = Words::new("不能作环境变量名", "this cannot be the name of an environment variable");
        let hint = Words::new("只用字母、数字和下划线", "use letters, digits and underscores");
        desk.secret_fault("bad_name", name.span(), name.span(), message, Some(hint));
    }
    sound.map(|name| name.to_string())
}

/// A file that holds a secret; what is no path may be the secret itself and is not repeated.
fn secret_path(desk: Desk<'_>, path: &Spanned<DeValue<'_>>) -> Option<PathBuf> {
    let sound = match path.get_ref() {
        DeValue::String(text) => Some(text).filter(|text| !text.is_empty() && !text.chars().any(char::is_control)),
        _ => None,
    };
    if sound.is_none() {
        let message = Words::new("不能作文件路径", "this cannot be the path of a file");
        desk.secret_fault("bad_path", path.span(), path.span(), message, None);
    }
    sound.map(|text| PathBuf::from(text.as_ref()))
}

/// A path that no escape has turned into something else: `"D:\new"` holds a line break.
pub fn path(desk: Desk<'_>, found: &Found<&str>) -> Option<String> {
    if found.value.chars().any(char::is_control) {
        let message = Words::new("路径里有控制字符", "the path holds a control character");
        let hint =
            Words::new("路径用 `/`，或用单引号：'D:\\new'", "write paths with `/` or in single quotes: 'D:\\new'");
        desk.fault("bad_path", found.span.clone(), message, Some(hint));
        return None;
    }
    Some(found.value.to_owned())
}

/// A glob pattern that the reader of files will understand.
pub fn glob(desk: Desk<'_>, found: &Found<&str>) -> Option<String> {
    path(desk, found)?;
    match glob::Pattern::new(found.value) {
        Ok(_) => Some(found.value.to_owned()),
        Err(error) => {
            let message = Words::new(
                format!("通配符有误（第 {} 个字符处）：{}", error.pos + 1, error.msg),
                format!("not a glob pattern, at character {}: {}", error.pos + 1, error.msg),
            );
            let hint = Words::new(
                "`*` 代表任意字符，`**` 单独成一级目录，`[…]` 要成对",
                "`*` is any text, `**` stands alone between slashes, `[…]` must be closed",
            );
            desk.fault("bad_glob", found.span.clone(), message, Some(hint));
            None
        }
    }
}

/// Where `needle` stands in the text of a value; the whole value where escapes hide it.
pub fn within(desk: Desk<'_>, span: &Range<usize>, needle: &str) -> Range<usize> {
    let written = desk.document.text.get(span.clone()).unwrap_or("");
    match written.find(needle) {
        Some(at) => span.start + at..span.start + at + needle.len(),
        None => span.clone(),
    }
}

/// Region code → count.
pub fn counts_by_region(table: Cursor<'_>) -> std::collections::BTreeMap<String, u64> {
    let desk = table.desk;
    let read = |(code, value): (Found<&str>, &Spanned<DeValue<'_>>)| {
        let count = reader::integer(desk, value, 0..=i64::MAX);
        let code = region(desk, &code);
        Some((code?, u64::try_from(count?.value).ok()?))
    };
    table.entries().into_iter().filter_map(read).collect()
}

/// A day written as a date or as a text.
pub fn date(desk: Desk<'_>, value: &Spanned<DeValue<'_>>) -> Option<NaiveDate> {
    let written = match value.get_ref() {
        DeValue::Datetime(day) => day.to_string(),
        DeValue::String(text) => text.trim().to_owned(),
        _ => return reader::wrong_type(desk, value, Wanted::Text),
    };
    let date = NaiveDate::parse_from_str(&written, "%Y-%m-%d").ok();
    if date.is_none() {
        let hint = Words::new("写成 2025-12-31", "write 2025-12-31");
        desk.fault("bad_date", value.span(), Words::new("不是日期", "not a date"), Some(hint));
    }
    date
}
