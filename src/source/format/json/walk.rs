//! A document of JSON gone through for the arrays of objects in it, none of which is ever held whole.

use std::ops::ControlFlow;

use crate::model::Words;
use crate::source::format::json::text::JsonText;

/// Arrays are looked for within so many objects.
const MAX_DEPTH: usize = 8;

/// What is met on the way.
pub(in crate::source) enum Visit<'a> {
    /// An array of objects, or the array that is the document; under these keys.
    List(&'a [String]),
    /// An element of the array that is wanted, and whether its bytes could not all be decoded.
    Element(&'a str, bool),
    /// A string, number or word outside every array, without quotation marks.
    Plain(&'a str),
}

/// Goes through a document once.
pub(in crate::source) struct Walk<'a> {
    json: JsonText,
    /// The position of the array whose elements are visited.
    wanted: Option<usize>,
    visit: &'a mut dyn FnMut(Visit<'_>) -> ControlFlow<()>,
    path: Vec<String>,
    lists: usize,
    text: String,
}

impl<'a> Walk<'a> {
    pub fn new(
        json: JsonText,
        wanted: Option<usize>,
        visit: &'a mut dyn FnMut(Visit<'_>) -> ControlFlow<()>,
    ) -> Walk<'a> {
        Walk { json, wanted, visit, path: Vec::new(), lists: 0, text: String::new() }
    }

    /// Visits what is in the document until it is told to stop.
    ///
    /// # Errors
    /// When it is torn or no JSON around its arrays; what was visited before stays good.
    pub fn document(mut self) -> Result<(), Words> {
        if self.value()?.is_continue() && self.json.peek()?.is_some() {
            return Err(Words::new(
                "JSON 的结尾之后另有内容，未读取；请确认文件内容后重新报送",
                "something stands after the end of the JSON and was not read; look into the file and have it sent again",
            ));
        }
        Ok(())
    }

    fn value(&mut self) -> Result<ControlFlow<()>, Words> {
        match self.json.peek()? {
            Some(b'{') if self.path.len() < MAX_DEPTH => self.object(),
            Some(b'[') => self.array(),
            Some(b'{') => {
                self.json.element(b'}', None)?;
                Ok(ControlFlow::Continue(()))
            }
            Some(_) => {
                self.json.element(b'}', Some(&mut self.text))?;
                Ok((self.visit)(Visit::Plain(self.text.trim().trim_matches('"'))))
            }
            None => Err(incomplete()),
        }
    }

    fn object(&mut self) -> Result<ControlFlow<()>, Words> {
        self.json.take(b'{')?;
        loop {
            if self.json.take(b'}')? {
                return Ok(ControlFlow::Continue(()));
            }
            if !self.json.element(b':', Some(&mut self.text))? {
                return Err(incomplete());
            }
            let Ok(key) = serde_json::from_str::<String>(self.text.trim()) else { return Err(irregular()) };
            if !self.json.take(b':')? {
                return Err(irregular());
            }
            self.path.push(key);
            let flow = self.value()?;
            self.path.pop();
            if flow.is_break() {
                return Ok(flow);
            }
            if !self.json.take(b',')? {
                match self.json.peek()? {
                    Some(b'}') => {}
                    Some(_) => return Err(irregular()),
                    None => return Err(incomplete()),
                }
            }
        }
    }

    fn array(&mut self) -> Result<ControlFlow<()>, Words> {
        self.json.take(b'[')?;
        let is_list = self.path.is_empty() || self.json.peek()? == Some(b'{');
        let wanted = is_list && self.wanted == Some(self.lists);
        if is_list {
            self.lists += 1;
            if (self.visit)(Visit::List(&self.path)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        loop {
            if self.json.take(b']')? {
                return Ok(ControlFlow::Continue(()));
            }
            let whole = self.json.element(b']', wanted.then_some(&mut self.text))?;
            if wanted {
                let damaged = self.json.is_damaged(&self.text);
                if (self.visit)(Visit::Element(&self.text, damaged)).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if !whole {
                return Err(incomplete());
            }
            self.json.take(b',')?;
        }
    }
}

/// The file ends within a value.
pub(in crate::source) fn incomplete() -> Words {
    Words::new(
        "文件不完整（可能上传或复制中断）；请重新导出后再报送",
        "the file is not complete (perhaps the upload broke off); have it exported and sent again",
    )
}

fn irregular() -> Words {
    Words::new("不是合规的 JSON；请重新导出后再报送", "the JSON is irregular; have it exported and sent again")
}
