//! A fault of the configuration: what is wrong, where exactly, and what to write instead.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{secret, syntax};
use crate::model::Words;

/// What a diagnostic means for the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// There is no plan.
    Fault,
    /// Something that was written has no effect.
    Warning,
}

/// One fault or warning. `line` and `column` count from 1, `column` in characters.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Lasting name of the kind of fault, as `unknown_key`.
    pub code: &'static str,
    pub level: Level,
    pub file: String,
    /// Bytes of `source` that are wrong.
    pub span: Range<usize>,
    pub line: usize,
    pub column: usize,
    pub message: Words,
    pub hint: Option<Words>,
    /// The whole text of the file with its secrets written over; empty when it could not be read.
    pub source: Arc<str>,
    /// Bytes of `source` that hold a secret.
    secret: Option<Range<usize>>,
}

impl Diagnostic {
    /// The text that is wrong.
    pub fn underlined(&self) -> &str {
        self.source.get(self.span.clone()).unwrap_or("")
    }
}

/// A configuration text with the name that people know it by.
#[derive(Clone, Debug)]
pub struct Document {
    pub file: String,
    pub text: Arc<str>,
    line_starts: Vec<usize>,
}

impl Document {
    pub fn new(file: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Document { file: file.into(), text, line_starts }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts[line - 1];
        (line, self.text[start..offset].chars().count() + 1)
    }

    /// Where the line that holds a byte starts and ends, without its line break.
    fn line_around(&self, offset: usize) -> (usize, usize) {
        let start = self.line_starts[self.position(offset).0 - 1];
        let end = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        (start, end)
    }

    fn diagnostic(&self, code: &'static str, span: Range<usize>, message: Words, hint: Option<Words>) -> Diagnostic {
        // A parser may point behind the end or into a character, where no text can be underlined.
        let start = self.text.floor_char_boundary(span.start);
        let span = start..self.text.ceil_char_boundary(span.end).max(start);
        let (line, column) = self.position(start);
        Diagnostic {
            code,
            level: Level::Fault,
            file: self.file.clone(),
            span,
            line,
            column,
            message,
            hint,
            source: self.text.clone(),
            secret: None,
        }
    }
}

/// Where the faults of one document are written down. Copied freely: all copies write to the same list.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub document: &'a Document,
    faults: &'a RefCell<Vec<Diagnostic>>,
    /// Where the first syntax error stands. Behind it the parser guesses, so that nothing said of it can be trusted.
    sound_until: usize,
}

impl<'a> Desk<'a> {
    pub fn new(document: &'a Document, faults: &'a RefCell<Vec<Diagnostic>>) -> Self {
        Desk { document, faults, sound_until: usize::MAX }
    }

    /// The same desk for a text whose first syntax error is at `offset`.
    pub fn broken_at(self, offset: usize) -> Self {
        Desk { sound_until: self.document.line_around(offset).0, ..self }
    }

    pub fn is_broken(self) -> bool {
        self.sound_until != usize::MAX
    }

    pub fn fault(self, code: &'static str, span: Range<usize>, message: Words, hint: Option<Words>) {
        // What is missing or not known may just be what the parser lost.
        let uncertain = matches!(code, "missing_key" | "unknown_name");
        if span.start < self.sound_until && !(uncertain && self.is_broken()) {
            self.write(self.document.diagnostic(code, span, message, hint));
        }
    }

    /// A fault at `span` beside a value at `secret` that must not be shown.
    pub fn secret_fault(
        self,
        code: &'static str,
        span: Range<usize>,
        secret: Range<usize>,
        message: Words,
        hint: Option<Words>,
    ) {
        if span.start < self.sound_until {
            self.write(Diagnostic { secret: Some(secret), ..self.document.diagnostic(code, span, message, hint) });
        }
    }

    /// Says that a key which a later version will know has no effect yet.
    pub fn not_supported(self, key: &str, span: Range<usize>) {
        if span.start < self.sound_until {
            let message = Words::new(
                format!("`{key}` 尚不支持，写了也不起作用"),
                format!("`{key}` is not supported yet and has no effect"),
            );
            let diagnostic = self.document.diagnostic("not_supported", span, message, None);
            self.write(Diagnostic { level: Level::Warning, ..diagnostic });
        }
    }

    /// What the parser says of a place.
    pub fn syntax_error(self, span: Range<usize>, message: &str) {
        let (start, end) = self.document.line_around(span.start);
        let text = &self.document.text;
        let line = &text[start..end];
        let written = text.get(span.clone()).unwrap_or("");
        let (message, hint) = syntax::explain(message, written, line);
        let diagnostic = self.document.diagnostic("syntax", span, message, hint);
        let secret = secret::in_line(line).map(|at| start + at..end);
        self.write(Diagnostic { secret, ..diagnostic });
    }

    fn write(self, diagnostic: Diagnostic) {
        self.faults.borrow_mut().push(diagnostic);
    }
}

/// Writes over the secrets of each file in all its diagnostics: one may show the line of another's.
pub fn hide_secrets(diagnostics: &mut [Diagnostic]) {
    let mut shown: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for diagnostic in diagnostics.iter() {
        let Some(secret) = diagnostic.secret.clone() else { continue };
        let text = shown.entry(diagnostic.file.clone()).or_insert_with(|| diagnostic.source.as_bytes().to_vec());
        if let Some(bytes) = text.get_mut(secret) {
            bytes.fill(b'*');
        }
    }
    for diagnostic in diagnostics {
        if let Some(text) = shown.get(&diagnostic.file) {
            diagnostic.source = String::from_utf8_lossy(text).into();
        }
    }
}
