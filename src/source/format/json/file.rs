//! JSON: an object a line, objects one after the other, an array of objects, or an object around such arrays, as
//! interfaces answer ({"code":0,"data":[…]}).

use std::ops::ControlFlow;

use serde::de::IgnoredAny;

use crate::model::{CellKind, Words};
use crate::source::format::content::Content;
use crate::source::format::json::record::{Keys, MAX_COLUMNS};
use crate::source::format::json::text::JsonText;
use crate::source::format::json::walk::{Visit, Walk};
use crate::source::format::sheets::{SheetInfo, Sheets};
use crate::source::format::text::file::TextFile;
use crate::source::line::{Line, looks_like_identity};

/// How much of a file is looked at to tell its shape.
const PREFIX: usize = 1 << 20;
/// More arrays than this are values in the place of names.
const MAX_LISTS: usize = 64;

/// A JSON file whose shape is known.
pub(in crate::source) struct JsonFile {
    text: TextFile,
    shape: Shape,
    /// For each sheet its keys, once they were gathered.
    keys: Vec<Option<Keys>>,
}

enum Shape {
    /// One object a line; rows are the lines of the file.
    Lines,
    /// Objects that may span lines; rows are their numbers.
    Values,
    /// Arrays, each under these keys of the objects around it; rows are the numbers of their elements.
    Lists(Vec<Vec<String>>),
}

impl JsonFile {
    /// Tells the shape of a file; `label` is the encoding that the office states.
    pub fn open(content: &Content, label: Option<&str>) -> Result<JsonFile, Words> {
        let mut file = JsonFile { text: TextFile::open(content, label)?, shape: Shape::Lines, keys: Vec::new() };
        file.shape = file.tell_shape()?;
        let sheets = if let Shape::Lists(lists) = &file.shape { lists.len() } else { 1 };
        file.keys.resize(sheets, None);
        Ok(file)
    }

    pub fn encoding(&self) -> &'static str {
        self.text.encoding.name()
    }

    fn json(&self) -> Result<JsonText, Words> {
        Ok(JsonText::new(self.text.decoded().map_err(|e| crate::source::io_reason(&e))?))
    }

    fn tell_shape(&self) -> Result<Shape, Words> {
        let mut json = self.json()?;
        let (start, whole) = json.start(PREFIX)?;
        let start = start.trim_start();
        if start.starts_with('[') {
            return Ok(Shape::Lists(vec![Vec::new()]));
        }
        let mut values = serde_json::Deserializer::from_str(start).into_iter::<IgnoredAny>();
        let first = values.next();
        let (first_value, rest) = start.split_at(values.byte_offset().min(start.len()));
        let alone = whole && rest.trim().is_empty();
        let single = match first {
            // The first of several.
            Some(Ok(_)) if !alone && first_value.trim().contains('\n') => return Ok(Shape::Values),
            Some(Ok(_)) if !alone => return Ok(Shape::Lines),
            Some(Ok(_)) if first_value.trim().contains('\n') => Shape::Values,
            Some(Err(e)) if e.is_eof() && !whole => Shape::Values,
            Some(Err(e)) if !e.is_eof() => return Ok(Shape::Lines),
            _ => Shape::Lines,
        };
        Ok(self.lists()?.map_or(single, Shape::Lists))
    }

    /// The arrays of objects in the only value of the file; `None` where there are none, or where the value around
    /// them carries somebody's number and is thus a record itself.
    fn lists(&self) -> Result<Option<Vec<Vec<String>>>, Words> {
        let mut lists: Vec<Vec<String>> = Vec::new();
        let mut of_somebody = false;
        let mut visit = |visit: Visit<'_>| {
            match visit {
                Visit::List(path) => lists.push(path.to_vec()),
                Visit::Plain(text) => of_somebody |= looks_like_identity(text),
                Visit::Element(..) => {}
            }
            if lists.len() > MAX_LISTS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        // Where it is torn is told when it is read.
        let _ = Walk::new(self.json()?, None, &mut visit).document();
        if lists.len() > MAX_LISTS {
            return Err(Words::new(
                "JSON 文件里有许多数组，不能确定哪个是名单；请导出为每行一个对象或一个对象数组后重新报送",
                "the JSON file holds many arrays, and none is surely the list; have it exported as one object a line or as \
                 one array of objects",
            ));
        }
        Ok((!of_somebody && !lists.is_empty()).then_some(lists))
    }

    /// Hands out every record, and what stands in the place of one.
    fn each(
        &self,
        sheet: usize,
        keys: &mut Keys,
        take: &mut dyn FnMut(&Line, &Keys) -> ControlFlow<()>,
    ) -> Result<(), Words> {
        let mut json = self.json()?;
        let mut records = Recorder { keys, line: Line::default(), take };
        let mut text = String::new();
        let mut row = 0_u64;
        match &self.shape {
            Shape::Lines => {
                while json.line(&mut text)? {
                    row += 1;
                    let record = text.trim();
                    let record = record.strip_suffix(',').unwrap_or(record);
                    if records.put(record, row, json.is_damaged(record))?.is_break() {
                        break;
                    }
                }
                Ok(())
            }
            Shape::Values => {
                while let Some(byte) = json.peek()? {
                    row += 1;
                    let whole = if byte == b'{' { json.balanced(&mut text)? } else { json.line(&mut text)? };
                    let record = text.trim();
                    if records.put(record, row, json.is_damaged(record))?.is_break() {
                        break;
                    }
                    if !whole {
                        return Err(crate::source::format::json::walk::incomplete());
                    }
                }
                Ok(())
            }
            Shape::Lists(_) => {
                let mut failure = None;
                let mut visit = |visit: Visit<'_>| {
                    let Visit::Element(text, damaged) = visit else { return ControlFlow::Continue(()) };
                    row += 1;
                    records.put(text.trim(), row, damaged).unwrap_or_else(|e| {
                        failure = Some(e);
                        ControlFlow::Break(())
                    })
                };
                let outcome = Walk::new(json, Some(sheet), &mut visit).document();
                failure.map_or(outcome, Err)
            }
        }
    }
}

impl Sheets for JsonFile {
    fn sheets(&self) -> Vec<SheetInfo> {
        let sheet = |name: String| SheetInfo { name, cells: true, ..SheetInfo::default() };
        match &self.shape {
            Shape::Lists(lists) if lists.len() > 1 => {
                let names: Vec<String> = lists.iter().map(|path| path.join(".")).collect();
                let numbered = |(i, name): (usize, &String)| match names[..i].iter().filter(|n| *n == name).count() {
                    0 => name.clone(),
                    before => format!("{name}#{}", before + 1),
                };
                names.iter().enumerate().map(numbered).map(sheet).collect()
            }
            _ => vec![sheet(String::new())],
        }
    }

    /// The keys of all records: one that only a late record has may be a field's all the same.
    fn columns(&mut self, sheet: usize) -> Result<Option<Vec<Vec<String>>>, Words> {
        if let Some(Some(keys)) = self.keys.get(sheet) {
            return Ok(Some(keys.columns().to_vec()));
        }
        let mut keys = Keys::default();
        let mut watch = |_: &Line, keys: &Keys| {
            if keys.too_many() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        // Where it is torn is told when it is read.
        let _ = self.each(sheet, &mut keys, &mut watch);
        if keys.too_many() {
            return Err(Words::new(
                format!("各对象的键合计超过 {MAX_COLUMNS} 种，键像是数据而不是列名；请改为固定的键后重新报送"),
                format!(
                    "the objects have more than {MAX_COLUMNS} different keys, which are data rather than names; have it \
                     exported with fixed keys"
                ),
            ));
        }
        let columns = keys.columns().to_vec();
        if let Some(known) = self.keys.get_mut(sheet) {
            *known = Some(keys);
        }
        Ok(Some(columns))
    }

    fn lines(&mut self, sheet: usize, take: &mut dyn FnMut(&Line) -> ControlFlow<()>) -> Result<(), Words> {
        let mut keys = self.keys.get_mut(sheet).and_then(Option::take).unwrap_or_default();
        let outcome = self.each(sheet, &mut keys, &mut |line, _| take(line));
        if let Some(known) = self.keys.get_mut(sheet) {
            *known = Some(keys);
        }
        outcome
    }
}

/// Makes lines of records.
struct Recorder<'a> {
    keys: &'a mut Keys,
    line: Line,
    take: &'a mut dyn FnMut(&Line, &Keys) -> ControlFlow<()>,
}

impl Recorder<'_> {
    /// A text that is no object becomes a line of its own, so that it is not lost.
    fn put(&mut self, text: &str, row: u64, damaged: bool) -> Result<ControlFlow<()>, Words> {
        let row = u32::try_from(row).map_err(|_| {
            Words::new(
                "行数超过可计数的上限；请拆分文件后重新报送",
                "more rows than can be counted; have the file split",
            )
        })?;
        self.line.begin(row);
        if text.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        if !self.keys.fill(text, &mut self.line) {
            self.line.begin(row);
            self.line.push(0, text, CellKind::Text);
            self.line.broken = true;
        }
        let marks = text.matches(char::REPLACEMENT_CHARACTER).count() as u32;
        (self.line.replaced, self.line.marks) = if damaged { (marks, 0) } else { (0, marks) };
        if self.line.is_blank() { Ok(ControlFlow::Continue(())) } else { Ok((self.take)(&self.line, self.keys)) }
    }
}

/// Whether a text begins like JSON that may hold records. A brace alone proves nothing: headers may have one.
pub(in crate::source) fn begins_json(start: &str) -> bool {
    let start = start.trim_start_matches('\u{FEFF}').trim_start();
    let Some(inside) = start.strip_prefix(['{', '[']).map(str::trim_start).filter(|inside| !inside.is_empty()) else {
        return false;
    };
    let mut values = serde_json::Deserializer::from_str(start).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => {
            let rest = start[values.byte_offset()..].trim_start();
            rest.is_empty() || rest.starts_with(['{', '[']) || is_object(inside, start)
        }
        Some(Err(e)) => e.is_eof() || is_object(inside, start),
        None => false,
    }
}

/// Whether a brace, or a bracket and a brace, is followed by a key and its colon.
fn is_object(inside: &str, start: &str) -> bool {
    let inside = if start.starts_with('[') { inside.strip_prefix('{').map(str::trim_start) } else { Some(inside) };
    let Some(key) = inside.and_then(|inside| inside.strip_prefix('"')) else { return false };
    let mut escaped = false;
    let end = key.find(|c: char| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.is_some_and(|end| key[end + 1..].trim_start().starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_alone_is_no_json() {
        for start in [
            "{\"a\":1}",
            "{\"a\":1},\n{\"a\":2}",
            "{\"a\":tru}\n{\"a\":2}",
            "[{\"a\":1},",
            "[ {\"a\" : x",
            "[]",
            "{\n  \"data\": [",
            "[\"a\",\"b\"]\n[\"c\"]",
            "\u{FEFF}{}\n{\"a\":1}",
        ] {
            assert!(begins_json(start), "{start}");
        }
        for start in [
            "{姓名},身份证号\n",
            "[姓名],[身份证号]\n",
            "[1],[2],[3]\n",
            "[2025年名单],,\n",
            "[2025]低保名单,,\n",
            "{\"姓名\"},\"身份证号\"\n",
            "{},姓名\n",
            "{",
            "[\n",
            "姓名,身份证号\n",
            "",
        ] {
            assert!(!begins_json(start), "{start}");
        }
    }
}
