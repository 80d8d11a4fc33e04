//! A web page, tag by tag, to its tables. Tags are taken as browsers take them.

use std::ops::ControlFlow;
use std::rc::Rc;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Error, IoReader, Span, State, Tokenizer};

use crate::model::Words;

use super::apart::{Apart, worksheet_names};
use super::cell::Meaning;
use super::format::{StyleSheet, hides};
use super::nesting::{Layouts, Nesting};
use super::stream::{Charset, Meter, TextStream};
use super::survey::{GO_ON, Step, Walked, Watch};
use super::table::Tables;
use super::tag::Tag;
use super::{read_failure, too_deep};
use crate::source::format::content::Content;

/// The bounds that the HTML Standard sets to `colspan` and `rowspan` (§4.9.11).
const COLUMN_SPAN: (u32, u32) = (1, 1_000);
const ROW_SPAN: (u32, u32) = (0, 65_534);
/// Tables within tables. Browsers stop at half as many.
const MAX_DEPTH: usize = 1_000;

/// Goes through a page of which `sheets` tables are sheets; the lines below the last are its own. Tables among `layouts`
/// are passed over as if they had no tags; which these are comes back.
pub(super) fn walk(
    content: &Content,
    charset: &Charset,
    (sheets, layouts): (usize, &Layouts),
    watch: &mut dyn Watch,
) -> (Walked, Layouts) {
    let meter = Rc::new(Meter::default());
    let mut walker = Walker {
        meter: meter.clone(),
        tables: Tables::new(meter.clone(), sheets, watch),
        tag: Tag::default(),
        style: StyleSheet::default(),
        walked: Walked::default(),
        cut: false,
        stopped: false,
        apart: None,
        verbatim: 0,
        nesting: Nesting::default(),
        layouts,
        count: 0,
        open: Vec::new(),
    };
    let failure = match charset.stream(content, &meter) {
        Ok(stream) => drive(stream, &mut walker),
        Err(e) => Some(read_failure(&e)),
    };
    walker.finish(failure)
}

/// Drives the tokenizer through the text; why the system would not read on, if it would not.
fn drive(stream: TextStream, walker: &mut Walker<'_>) -> Option<Words> {
    let take = |event: CallbackEvent<'_>, _: Span<()>| walker.event(event);
    let mut tokens = Tokenizer::new_with_emitter(IoReader::new(stream), CallbackEmitter::new(take));
    while let Some(signal) = tokens.next() {
        match signal {
            Ok(Signal::Raw(state)) => tokens.set_state(state),
            Ok(Signal::Stop) => return None,
            Err(e) => return Some(read_failure(&e)),
        }
    }
    None
}

/// What the page has for the one who drives the tokenizer.
enum Signal {
    /// What follows is text in which tags do not count.
    Raw(State),
    Stop,
}

struct Walker<'w> {
    meter: Rc<Meter>,
    tables: Tables<'w>,
    tag: Tag,
    style: StyleSheet,
    walked: Walked,
    /// The page ends within a tag or comment.
    cut: bool,
    stopped: bool,
    /// An element whose content is not shown, or not as it stands.
    apart: Option<Apart>,
    /// Elements around that keep the line breaks of their text.
    verbatim: u32,
    nesting: Nesting,
    layouts: &'w Layouts,
    /// Tables begun so far.
    count: u32,
    /// Of the tables around, whether they only lay out the page.
    open: Vec<bool>,
}

impl Walker<'_> {
    fn event(&mut self, event: CallbackEvent<'_>) -> Option<Signal> {
        self.meter.piece();
        if self.stopped {
            return Some(Signal::Stop);
        }
        let mut raw = None;
        let step = match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag.begin(name);
                GO_ON
            }
            CallbackEvent::AttributeName { name } => {
                self.tag.attribute(name);
                GO_ON
            }
            CallbackEvent::AttributeValue { value } => {
                self.tag.value(value);
                GO_ON
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                // Whoever closes an element at once does not mean the rest of the page to be its text.
                raw = if self_closing { None } else { raw_text(self.tag.name()) };
                let tag = std::mem::take(&mut self.tag);
                let step = self.start(&tag, self_closing);
                self.tag = tag;
                step
            }
            CallbackEvent::EndTag { name } => self.end(std::str::from_utf8(name).unwrap_or("")),
            CallbackEvent::String { value } => self.text(std::str::from_utf8(value).unwrap_or("")),
            CallbackEvent::Comment { value } => {
                self.comment(&String::from_utf8_lossy(value));
                GO_ON
            }
            CallbackEvent::Error(error) => {
                self.cut |= cuts(error);
                GO_ON
            }
            CallbackEvent::Doctype { .. } => GO_ON,
        };
        match step {
            ControlFlow::Continue(()) => raw.map(Signal::Raw),
            ControlFlow::Break(failure) => {
                self.stopped = true;
                self.walked.failure = failure;
                Some(Signal::Stop)
            }
        }
    }

    /// Directly within a table that only lays out the page.
    fn is_laid_out(&self) -> bool {
        self.open.last().is_some_and(|lays_out| *lays_out)
    }

    fn start(&mut self, tag: &Tag, self_closing: bool) -> Step {
        if let Some(mut apart) = self.apart.take_if(|apart| !apart.gives_way_to(tag.name())) {
            apart.start(tag, &mut self.walked);
            self.apart = Some(apart);
            return GO_ON;
        }
        self.apart = None;
        if !self_closing && let Some(apart) = Apart::begun_by(tag.name()) {
            self.apart = Some(apart);
            return GO_ON;
        }
        match tag.name() {
            "tr" => self.nesting.begin_row(),
            "td" | "th" => self.nesting.begin_cell(),
            _ => {}
        }
        match tag.name() {
            "table" => self.begin_table(tag),
            "br" => self.tables.break_line(true),
            "frameset" => {
                self.walked.sheets_elsewhere = true;
                GO_ON
            }
            "input" => {
                let kind = tag.get("type").unwrap_or("").to_ascii_lowercase();
                let shown = matches!(kind.as_str(), "" | "text" | "number" | "date" | "month" | "tel" | "email");
                if shown { self.tables.text(tag.get("value").unwrap_or(""), false) } else { GO_ON }
            }
            name if is_block(name) => {
                self.verbatim = self.verbatim.saturating_add(u32::from(is_verbatim(name)));
                self.tables.break_line(false)
            }
            _ if self.tables.is_nested() => self.start_nested(tag.name()),
            _ => self.start_part(tag),
        }
    }

    fn begin_table(&mut self, tag: &Tag) -> Step {
        self.nesting.begin_table();
        let lays_out = self.layouts.contains(&self.count);
        self.count = self.count.saturating_add(1);
        if self.open.len() >= MAX_DEPTH {
            return ControlFlow::Break(Some(too_deep()));
        }
        self.open.push(lays_out);
        if lays_out { self.tables.break_line(false) } else { self.tables.begin_table(is_hidden(tag)) }
    }

    /// A table in a cell is the cell's text.
    fn start_nested(&mut self, name: &str) -> Step {
        match name {
            "td" | "th" => self.tables.apart(),
            "tr" | "caption" => return self.tables.break_line(false),
            _ => {}
        }
        GO_ON
    }

    /// A part of a table.
    fn start_part(&mut self, tag: &Tag) -> Step {
        match tag.name() {
            "tr" | "td" | "th" | "caption" if self.is_laid_out() => self.tables.break_line(false),
            "tr" => self.tables.begin_row(is_hidden(tag)),
            "td" | "th" => {
                let size = (tag.number("colspan", 1, COLUMN_SPAN), tag.number("rowspan", 1, ROW_SPAN));
                self.tables.begin_cell(size, Meaning::of(tag, &self.style, self.walked.from_1904))
            }
            _ if !self.tables.is_in_table() => GO_ON,
            "thead" | "tbody" | "tfoot" => self.tables.begin_group(is_hidden(tag)),
            "caption" => self.tables.begin_caption(),
            "col" => {
                self.tables.columns(tag.number("span", 1, COLUMN_SPAN), is_hidden(tag));
                GO_ON
            }
            _ => GO_ON,
        }
    }

    fn end(&mut self, name: &str) -> Step {
        if let Some(apart) = self.apart.take() {
            if !apart.is_ended_by(name) {
                self.apart = Some(apart);
                return GO_ON;
            }
            self.tables.text(apart.shown(), false)?;
        }
        match name {
            "table" => {
                self.nesting.end_table();
                if self.open.pop() == Some(true) { self.tables.break_line(false) } else { self.tables.end_table() }
            }
            "body" | "html" => {
                self.nesting.end_page();
                self.open.clear();
                self.tables.end_page()
            }
            "td" | "th" | "tr" | "caption" if self.is_laid_out() => self.tables.break_line(false),
            name if is_block(name) => {
                self.verbatim = self.verbatim.saturating_sub(u32::from(is_verbatim(name)));
                self.tables.break_line(false)
            }
            _ if !self.tables.is_in_table() => GO_ON,
            "td" | "th" => self.tables.end_cell(),
            "tr" => self.tables.end_row(),
            "caption" => self.tables.end_caption(),
            "thead" | "tbody" | "tfoot" => self.tables.end_group(),
            _ => GO_ON,
        }
    }

    fn text(&mut self, text: &str) -> Step {
        match &mut self.apart {
            Some(apart) => {
                apart.text(text, &mut self.style, &mut self.walked);
                GO_ON
            }
            None => {
                self.nesting.text(text);
                self.tables.text(text, self.verbatim > 0)
            }
        }
    }

    /// Excel describes its workbook in comments that other programs pass over.
    fn comment(&mut self, text: &str) {
        if let Some(Apart::Style) = self.apart {
            // Style sheets are put into comments, for browsers that do not know them.
            self.style.read(text);
        }
        let lower = text.to_ascii_lowercase();
        for name in worksheet_names(text, &lower) {
            self.walked.list(&name);
        }
        self.walked.from_1904 |= lower.contains("<x:date1904");
        self.walked.sheets_elsewhere |= lower.contains("<x:worksheetsource");
    }

    fn finish(mut self, failure: Option<Words>) -> (Walked, Layouts) {
        if let Some(failure) = failure {
            self.walked.failure = Some(failure);
        } else if !self.stopped {
            let open = self.tables.is_unfinished() || self.open.contains(&true);
            let torn = self.cut || self.apart.is_some() || open;
            let last = if torn { ControlFlow::Break(Some(torn_page())) } else { self.tables.finish() };
            self.walked.failure = last.break_value().flatten();
        }
        if self.walked.failure.is_some() {
            self.tables.break_off();
        }
        self.nesting.end_page();
        (self.walked, self.nesting.layouts)
    }
}

/// Whether the page ends where it cannot.
fn cuts(error: Error) -> bool {
    matches!(
        error,
        Error::EofInTag
            | Error::EofInComment
            | Error::EofInDoctype
            | Error::EofInCdata
            | Error::EofBeforeTagName
            | Error::EofInScriptHtmlCommentLikeText
    )
}

fn torn_page() -> Words {
    Words::new(
        "网页（HTML）没有写完（表格或标记没有结束），文件可能不完整（导出或复制中断）；请重新导出后报送",
        "the web page (HTML) is not finished (a table or tag is not closed), so the file may not be whole (the export or a \
         copy broke off); have it exported and sent again",
    )
}

fn is_hidden(tag: &Tag) -> bool {
    tag.get("hidden").is_some() || tag.get("style").is_some_and(hides)
}

/// Elements whose content is text whatever it looks like (HTML Standard, §13.2.6).
fn raw_text(name: &str) -> Option<State> {
    match name {
        "title" | "textarea" => Some(State::RcData),
        // Not `style`: ASP.NET pages that are sent as workbooks end it with `</script>`, and their table would be lost.
        "iframe" | "xmp" | "noembed" | "noframes" => Some(State::RawText),
        "script" => Some(State::ScriptData),
        _ => None,
    }
}

/// Elements that keep the line breaks of their text.
fn is_verbatim(name: &str) -> bool {
    matches!(name, "pre" | "textarea" | "listing" | "xmp")
}

/// Elements that begin and end a line.
fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 37] = [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "listing",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "textarea",
        "ul",
        "xmp",
    ];
    BLOCKS.contains(&name)
}
