//! Names that become table and column names, and so must be plain and free.

use super::diagnostic::Desk;
use super::reader::Found;
use crate::model::Words;

/// Tables that every database has, so that no schema may take their names.
pub const TABLES: [&str; 18] = [
    "person",
    "household",
    "membership",
    "support_duty",
    "identifier",
    "former_key",
    "assistance",
    "link",
    "pair",
    "lineage",
    "quarantine",
    "issue",
    "ledger",
    "skipped",
    "finding",
    "region_index",
    "catalogue",
    "codes",
];

/// Columns that every schema's table has besides its fields.
const COLUMNS: [&str; 6] = ["row_id", "row_key", "source", "person_id", "household_id", "extra"];

/// Words of SQL that would have to be quoted in every query.
const KEYWORDS: [&str; 46] = [
    "all",
    "and",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cast",
    "create",
    "cross",
    "date",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "except",
    "exists",
    "from",
    "full",
    "group",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "left",
    "like",
    "limit",
    "not",
    "null",
    "on",
    "or",
    "order",
    "over",
    "right",
    "select",
    "table",
    "union",
    "where",
    "with",
];

pub fn check_table(desk: Desk<'_>, name: &Found<&str>) {
    check(desk, name, &TABLES, ("这是每个数据库自有的表", "every database has a table of this name"));
}

pub fn check_field(desk: Desk<'_>, name: &Found<&str>) {
    check(desk, name, &COLUMNS, ("这是每张表自有的列", "every table has a column of this name"));
}

/// Whether a plain name may be given to a table and to a column.
pub fn is_free(name: &str) -> bool {
    ![&TABLES[..], &COLUMNS, &KEYWORDS].iter().any(|taken| taken.contains(&name))
}

fn check(desk: Desk<'_>, name: &Found<&str>, taken: &[&str], why: (&str, &str)) {
    let fault = |hint: Words| {
        let message =
            Words::new(format!("`{}` 不能作名称", name.value), format!("`{}` cannot be used as a name", name.value));
        desk.fault("bad_name", name.span.clone(), message, Some(hint));
    };
    let plain = name.value.starts_with(|c: char| c.is_ascii_lowercase())
        && name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !plain {
        fault(Words::new(
            "只用小写字母、数字和下划线，以字母开头",
            "use small letters, digits and underscores, a letter first",
        ));
    } else if taken.contains(&name.value) {
        fault(Words::new(why.0, why.1));
    } else if KEYWORDS.contains(&name.value) {
        fault(Words::new("这是 SQL 的关键字", "this is a keyword of SQL"));
    }
}
