//! What the TOML parser says, in both languages, with a hint for the slips that are usual here.

use crate::model::Words;

/// The parser's words (as they start) and what they mean.
const MEANINGS: [(&str, &str); 31] = [
    ("string values must be quoted", "文本要加引号"),
    ("invalid boolean", "文本要加引号"),
    ("invalid value", "值有误"),
    ("duplicate key", "键重复"),
    ("key with no value", "键没有值"),
    ("missing value", "缺少值"),
    ("missing assignment", "键与值之间缺少 `=`"),
    ("extra assignment", "多了一个 `=`"),
    ("extra `=`", "多了一个 `=`"),
    ("extra comma", "多了一个逗号"),
    ("missing comma", "缺少逗号"),
    ("unclosed array table", "`[[` 没有以 `]]` 结束"),
    ("unclosed array", "列表没有以 `]` 结束"),
    ("unclosed inline table", "内联表没有以 `}` 结束"),
    ("unclosed table", "表头没有以 `]` 结束"),
    ("invalid basic string", "文本没有以引号结束"),
    ("invalid literal string", "文本没有以引号结束"),
    ("invalid multi-line", "多行文本没有以三个引号结束"),
    ("missing opening quote", "文本缺少开头的引号"),
    ("missing escaped value", "`\\` 后的转义字符有误"),
    ("too few unicode", "`\\u` 后的位数不够"),
    ("invalid unquoted key", "键要加引号"),
    ("unquoted keys cannot be empty", "缺少键"),
    ("keys cannot be multi-line", "键不能跨行"),
    ("invalid key-value pair", "不是「键 = 值」"),
    ("unexpected `=` in array", "列表里不能有 `=`"),
    ("unexpected", "多出的内容"),
    ("redundant", "数值写法有误"),
    ("radix", "数值写法有误"),
    ("carriage return", "回车符后要换行"),
    ("invalid comment character", "注释里有控制字符"),
];

/// Full-width marks that an input method writes where TOML wants the half-width ones.
const FULL_WIDTH: [char; 14] = ['“', '”', '‘', '’', '「', '」', '＝', '，', '［', '］', '｛', '｝', '【', '】'];

/// Message and hint of a syntax error; `written` is what stands there, `line` the text of its line.
pub fn explain(message: &str, written: &str, line: &str) -> (Words, Option<Words>) {
    let message =
        if written.trim().is_empty() && message.starts_with("string values") { "missing value" } else { message };
    let zh = MEANINGS.iter().find(|(start, _)| message.starts_with(start)).map_or(message, |(_, zh)| zh);
    let words = Words::new(format!("TOML 语法错误：{zh}"), format!("TOML syntax error: {message}"));
    (words, hint(message, line))
}

fn hint(message: &str, line: &str) -> Option<Words> {
    let quoting = ["string values must be quoted", "invalid boolean", "invalid value", "invalid unquoted key"];
    if line.contains(FULL_WIDTH) && !message.starts_with("duplicate") {
        return Some(Words::new(
            "此行有全角符号：TOML 用半角的 \" = , [ ] { }",
            "this line has full-width marks: TOML wants the half-width \" = , [ ] { }",
        ));
    }
    if message.starts_with("missing escaped value") || message.starts_with("too few unicode") {
        return Some(Words::new(
            "路径用 `/`，或用单引号：'D:\\data'",
            "write paths with `/` or in single quotes: 'D:\\data'",
        ));
    }
    if message.starts_with("duplicate key") {
        return Some(Words::new("删去其中一个", "remove one of them"));
    }
    quoting
        .iter()
        .any(|start| message.starts_with(start))
        .then(|| Words::new("写成 \"…\"，用半角双引号", "write \"…\" with plain double quotes"))
}
