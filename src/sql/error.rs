use crate::model::Lang;

/// Why a statement gave no result. The engine's own words are cut short so that no cell of a table is repeated.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    #[error("the statement is no sound SQL: {0}")]
    Syntax(String),
    #[error("only a SELECT may be run here, not {0}")]
    NotASelect(String),
    #[error("{0}() is refused: a statement reads the tables of the snapshot and nothing else")]
    TableFunction(String),
    #[error("the name {0} is that of a table; give the sub-query another one")]
    Shadowed(String),
    #[error("there is no table {name}{}", hint_en(.nearest))]
    UnknownTable { name: String, nearest: Option<String> },
    #[error("there is no column {name}{}", hint_en(.nearest))]
    UnknownColumn { name: String, nearest: Option<String> },
    #[error("column {column} has a type that SQL cannot work with here: {data_type}")]
    Type { column: String, data_type: String },
    #[error("the statement cannot be run: {0}")]
    Engine(String),
    #[error("the SQL engine broke down over this statement; write it another way")]
    Crash,
    #[error("the tables cannot be handed to the SQL engine or back")]
    Arrow(#[from] arrow::error::ArrowError),
}

impl SqlError {
    /// What a person reads, in their language.
    pub fn message(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        match self {
            SqlError::Syntax(detail) => format!("SQL 语句有语法错误：{detail}"),
            SqlError::NotASelect(word) => format!("这里只能执行 SELECT，不能执行 {word}"),
            SqlError::TableFunction(name) => format!("不允许使用 {name}()：语句只能读取快照中的表"),
            SqlError::Shadowed(name) => format!("{name} 是已有的表名，请给子查询换一个名字"),
            SqlError::UnknownTable { name, nearest } => format!("没有名为 {name} 的表{}", hint_zh(nearest)),
            SqlError::UnknownColumn { name, nearest } => format!("没有名为 {name} 的列{}", hint_zh(nearest)),
            SqlError::Type { column, data_type } => format!("列 {column} 的类型无法用于 SQL：{data_type}"),
            SqlError::Engine(detail) => format!("语句无法执行：{detail}"),
            SqlError::Crash => "SQL 引擎执行该语句时出错，请换一种写法".to_owned(),
            SqlError::Arrow(error) => format!("数据表与 SQL 引擎之间转换失败：{error}"),
        }
    }

    pub(crate) fn unknown_table<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        SqlError::UnknownTable { name: name.to_owned(), nearest: nearest(name, known) }
    }

    /// Reads the engine's message; `columns` are those of the tables that the statement names.
    pub(super) fn from_engine(message: &str, columns: &[&str]) -> Self {
        match missing_column(message) {
            Some(name) => {
                let nearest = nearest(name, columns.iter().copied());
                SqlError::UnknownColumn { name: name.to_owned(), nearest }
            }
            None => SqlError::Engine(shortened(message)),
        }
    }
}

fn hint_en(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

fn hint_zh(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("，是否想写 {name}？")).unwrap_or_default()
}

/// The known name that a mistyped one most likely means; ties go to the first in alphabetical order.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let tolerance = (name.chars().count() / 3).max(2);
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// The name in the engine's `unable to find column "x"` and its like.
fn missing_column(message: &str) -> Option<&str> {
    let rest = ["unable to find column ", "column not found: ", "no column named "]
        .iter()
        .find_map(|start| message.split_once(start))?
        .1;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    match quote {
        Some(quote) => rest[1..].split(quote).next(),
        None => rest.split(|c: char| c.is_whitespace() || c == ';' || c == ',').next(),
    }
}

/// The first line, without lists of values: those may be cells.
fn shortened(message: &str) -> String {
    let line = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let line = line.split(['[', '{']).next().unwrap_or_default().trim_end_matches([' ', ':']);
    line.chars().take(240).collect()
}
