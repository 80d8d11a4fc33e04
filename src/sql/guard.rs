//! What a statement may be, decided on its syntax tree before the engine sees it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{ObjectName, Query, SelectFlavor, SetExpr, Statement, TableFactor, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserOptions};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::error::SqlError;

/// What a `SELECT` reads, as far as its text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// Every name it reads from, sorted, those that it makes itself (`WITH x`) among them.
    pub tables: Vec<String>,
    /// Every word that may be a column's name; `None` where all columns are meant (`SELECT *`).
    pub columns: Option<BTreeSet<String>>,
}

/// What a statement may need, so that nothing else must be read for it. Never too little but for columns that the
/// engine names itself (`name:alias`). Refuses what [`super::Sql::run`] would refuse for its form.
pub fn reads(statement: &str) -> Result<Reads, SqlError> {
    let reading = Reading::of(statement)?;
    let columns = if reading.reads_whole_tables { None } else { column_words(statement)? };
    Ok(Reads { tables: reading.read.into_iter().collect(), columns })
}

/// The words of a statement; `None` where it has a `*` outside `COUNT(*)` or another way to say all columns.
fn column_words(statement: &str) -> Result<Option<BTreeSet<String>>, SqlError> {
    let tokens = Tokenizer::new(&GenericDialect, statement).tokenize();
    let mut tokens = tokens.map_err(|error| SqlError::Syntax(error.to_string()))?;
    tokens.retain(|token| !matches!(token, Token::Whitespace(_)));
    let mut words = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let is_count = at > 0 && tokens[at - 1] == Token::LParen && tokens.get(at + 1) == Some(&Token::RParen);
        match token {
            Token::Mul if !is_count => return Ok(None),
            Token::Word(word) if matches!(word.value.to_ascii_uppercase().as_str(), "NATURAL" | "COLUMNS") => {
                return Ok(None);
            }
            Token::Word(word) => {
                words.insert(word.value.clone());
            }
            _ => {}
        }
    }
    Ok(Some(words))
}

/// The statement without its values and comments, for a log: a value may be somebody's name or number, and what is
/// mistyped or quoted may be one, too. Of its words those stay that are SQL's own or that `is_known` knows for the name
/// of a table or a column. Ids of people and households (`P000000001`) stay, since they say who was looked at and carry
/// nothing of them.
pub fn without_values(statement: &str, is_known: impl Fn(&str) -> bool) -> String {
    const HIDDEN: &str = "'***'";
    let is_id = |text: &str| {
        text.strip_prefix(['P', 'H']).is_some_and(|rest| rest.len() == 9 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let Ok(tokens) = Tokenizer::new(&GenericDialect, statement).tokenize() else { return HIDDEN.to_owned() };
    tokens
        .into_iter()
        .map(|token| match token {
            Token::SingleQuotedString(text) if is_id(&text) => format!("'{text}'"),
            Token::Whitespace(_) => " ".to_owned(),
            Token::Number(digits, _) if digits.len() < 6 => digits,
            // Quoted words are never the language's own.
            Token::Word(word) if word.keyword != Keyword::NoKeyword || is_known(&word.value) => word.to_string(),
            // Operators and brackets are all that may be left; every other way to write a text has letters or digits.
            token => match token.to_string() {
                text if text.contains(|c: char| c.is_alphanumeric() || matches!(c, '\'' | '"' | '$')) => {
                    HIDDEN.to_owned()
                }
                text => text,
            },
        })
        .collect()
}

/// The tables that a statement reads. Refuses a sub-query or alias named like a table, since the engine would read that
/// table instead.
pub(super) fn check(statement: &str, is_table: impl Fn(&str) -> bool) -> Result<Vec<String>, SqlError> {
    let reading = Reading::of(statement)?;
    if let Some(name) = reading.made.iter().find(|name| is_table(name)) {
        return Err(SqlError::Shadowed(name.clone()));
    }
    Ok(reading.read.difference(&reading.made).cloned().collect())
}

/// The statement as a query, or why it is none.
fn parse(statement: &str) -> Result<Box<Query>, SqlError> {
    // Dialect and options are those of the engine, so that both read a statement alike.
    let options = ParserOptions { trailing_commas: true, ..Default::default() };
    let statements = Parser::new(&GenericDialect)
        .with_options(options)
        .try_with_sql(statement)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| SqlError::Syntax(tidied(&error.to_string())))?;
    match statements.as_slice() {
        [Statement::Query(query)] => Ok(query.clone()),
        [] => Err(SqlError::Syntax("empty statement".into())),
        [other] => Err(SqlError::NotASelect(first_word(&other.to_string()))),
        [..] => Err(SqlError::NotASelect("several statements".into())),
    }
}

#[derive(Default)]
struct Reading {
    /// Tables and sub-queries read from.
    read: BTreeSet<String>,
    /// Names given by `WITH`, to sub-queries and to tables.
    made: BTreeSet<String>,
    /// `TABLE x` and `FROM x` without a `SELECT` mean all columns.
    reads_whole_tables: bool,
}

impl Visitor for Reading {
    type Break = SqlError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<SqlError> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.made.insert(cte.alias.name.value.clone());
        }
        self.body(&query.body)
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<SqlError> {
        // The engine looks at the first part only; the whole name makes a qualified one unknown instead of misread.
        let parts = relation.0.iter().map(|part| part.as_ident().map_or(String::new(), |ident| ident.value.clone()));
        self.read.insert(parts.collect::<Vec<_>>().join("."));
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<SqlError> {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => {
                ControlFlow::Break(SqlError::TableFunction(name.to_string()))
            }
            TableFactor::Table { name, alias: Some(alias), .. } if alias.name.value != name.to_string() => {
                self.made.insert(alias.name.value.clone());
                ControlFlow::Continue(())
            }
            TableFactor::Table { .. } | TableFactor::NestedJoin { .. } => ControlFlow::Continue(()),
            TableFactor::Derived { alias, .. } | TableFactor::UNNEST { alias, .. } => {
                self.made.extend(alias.iter().map(|alias| alias.name.value.clone()));
                ControlFlow::Continue(())
            }
            other => ControlFlow::Break(SqlError::TableFunction(first_word(&other.to_string()))),
        }
    }
}

impl Reading {
    fn of(statement: &str) -> Result<Reading, SqlError> {
        let mut reading = Reading::default();
        match parse(statement)?.visit(&mut reading) {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(reading),
        }
    }

    /// `WITH … DELETE` and `SELECT … INTO` hide inside a query.
    fn body(&mut self, body: &SetExpr) -> ControlFlow<SqlError> {
        match body {
            SetExpr::Select(select) if select.into.is_some() => {
                ControlFlow::Break(SqlError::NotASelect("SELECT INTO".into()))
            }
            SetExpr::Select(select) => {
                self.reads_whole_tables |= select.flavor != SelectFlavor::Standard;
                ControlFlow::Continue(())
            }
            SetExpr::Query(_) | SetExpr::Values(_) => ControlFlow::Continue(()),
            SetExpr::Table(table) => {
                self.reads_whole_tables = true;
                self.read.extend(table.table_name.clone());
                ControlFlow::Continue(())
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left)?;
                self.body(right)
            }
            other => ControlFlow::Break(SqlError::NotASelect(first_word(&other.to_string()))),
        }
    }
}

fn first_word(text: &str) -> String {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_uppercase()
}

fn tidied(message: &str) -> String {
    message.trim_start_matches("sql parser error: ").to_owned()
}
