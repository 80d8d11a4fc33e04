//! Which markup a file is, told by its first element: comments, declarations and blank lines may stand before it.

use crate::model::Words;

use super::entities;
use super::stream::glance;
use crate::source::format::content::Content;
use crate::source::format::sniff::Format;

/// A prologue of comments and declarations is looked through as far as this.
const HEAD: usize = 64 << 10;
/// Elements that begin web pages and nothing else.
const PAGES: [&str; 19] = [
    "html", "head", "meta", "title", "link", "base", "style", "script", "body", "frameset", "table", "caption",
    "thead", "tbody", "tr", "div", "form", "center", "noscript",
];
const SPREADSHEET: &str = "urn:schemas-microsoft-com:office:spreadsheet";

/// Tells markup by its beginning; `None` where it is none, and an error where it is markup that is not read.
pub(in crate::source) fn tell(content: &Content, head: &[u8]) -> Result<Option<Format>, Words> {
    let short = glance(head);
    let start = beginning(&short);
    if is_web_archive(start) {
        return refuse("网页归档（MHTML，.mht）", "a web archive (MHTML)");
    }
    if !start.is_empty() && !start.starts_with('<') {
        return Ok(None);
    }
    let head = content.beginning(HEAD).map_err(|e| crate::source::io_reason(&e))?;
    let text = glance(&head).to_ascii_lowercase();
    tell_text(beginning(&text))
}

fn beginning(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\0' | '\u{FEFF}' | '\u{200B}'))
}

/// Headers of a message, MIME-Version among them.
fn is_web_archive(text: &str) -> bool {
    let header = |line: &str| line.split_once(':').is_some_and(|(name, _)| !name.contains([' ', ',', '\t', '<']));
    let version = |line: &str| line.get(..13).is_some_and(|name| name.eq_ignore_ascii_case("mime-version:"));
    text.lines().next().is_some_and(header) && text.lines().take_while(|line| !line.trim().is_empty()).any(version)
}

fn refuse<T>(zh: &str, en: &str) -> Result<T, Words> {
    Err(Words::new(
        format!("文件实际是{zh}，不能读取；请用 Excel 或 WPS 打开后另存为 .xlsx 重新报送"),
        format!("the file is really {en}, which is not read; open it in Excel or WPS and save it as .xlsx"),
    ))
}

/// What stands before the first element.
struct Prologue<'a> {
    /// It says that XML follows.
    xml: bool,
    /// It says that a web page follows.
    page: bool,
    rest: &'a str,
}

/// Goes over comments and declarations; the text is in lower case.
fn prologue(text: &str) -> Result<Prologue<'_>, Words> {
    let mut seen = Prologue { xml: false, page: false, rest: text };
    loop {
        seen.rest = beginning(seen.rest);
        let end = if seen.rest.starts_with("<!--") {
            "-->"
        } else if seen.rest.starts_with("<?") {
            seen.xml |= seen.rest.starts_with("<?xml");
            ">"
        } else if let Some(doctype) = seen.rest.strip_prefix("<!doctype") {
            seen.page |= doctype.trim_start().starts_with("html");
            let closed = doctype.find('>').unwrap_or(doctype.len());
            match doctype.find('[') {
                Some(open) if open < closed => {
                    let subset = &doctype[open..];
                    if subset[..subset.find("]>").unwrap_or(subset.len())].contains("<!entity") {
                        return Err(entities());
                    }
                    "]>"
                }
                _ => ">",
            }
        } else if seen.rest.starts_with("<!") {
            ">"
        } else {
            return Ok(seen);
        };
        match seen.rest.find(end) {
            Some(at) => seen.rest = &seen.rest[at + end.len()..],
            None => return Ok(seen),
        }
    }
}

/// The text is in lower case.
fn tell_text(text: &str) -> Result<Option<Format>, Words> {
    let Prologue { xml, page, rest } = prologue(text)?;
    let tag = rest.strip_prefix('<').unwrap_or("");
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or("");
    let local = name.rsplit(':').next().unwrap_or("");
    let shows = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if local == "workbook" && (tag.contains(SPREADSHEET) || !tag.contains("xmlns")) {
        return Ok(Some(Format::SpreadsheetMl));
    }
    if PAGES.contains(&name) || page {
        return Ok(Some(Format::Html));
    }
    if local == "document" && tag.contains("opendocument") {
        return refuse("单个 XML 文件的 OpenDocument 文档（.fods 等）", "a flat OpenDocument file (.fods or the like)");
    }
    if matches!(name, "w:worddocument" | "pkg:package") {
        return refuse("Word 的 XML 文档", "a Word document in XML");
    }
    // Words of text stand before tables too, and comments may be longer than what was looked at.
    let unnamed = name.is_empty() || !name.starts_with(|c: char| c.is_alphabetic());
    if !xml && shows(&["<table", "<html", "<body"]) && (unnamed || is_inline(name)) {
        return Ok(Some(Format::Html));
    }
    if xml || (!unnamed && (tag.contains("xmlns") || text.contains(&format!("</{name}>")))) {
        return Err(other_xml(name, text.contains("excel.sheet") || tag.contains("openxmlformats")));
    }
    Ok(None)
}

/// Elements that stand in a web page before its first table.
fn is_inline(name: &str) -> bool {
    const INLINE: [&str; 22] = [
        "a", "b", "big", "br", "col", "colgroup", "em", "font", "h1", "h2", "h3", "h4", "hr", "i", "img", "input", "p",
        "span", "strong", "td", "th", "u",
    ];
    INLINE.contains(&name)
}

fn other_xml(root: &str, excel: bool) -> Words {
    // A name of an element may be anything; only what a program would choose is told.
    let told = !root.is_empty()
        && root.len() <= 40
        && root.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'_' | b'.'));
    let (zh, en) =
        if told { (format!("（根元素 {root}）"), format!(" (root element {root})")) } else { Default::default() };
    let (do_zh, do_en) = if excel {
        ("请用 Excel 或 WPS 打开后另存为 .xlsx 重新报送", "open it in Excel or WPS and save it as .xlsx")
    } else {
        ("请从原系统导出为 .xlsx 或 .csv 后重新报送", "have it exported as .xlsx or .csv and sent again")
    };
    Words::new(
        format!("文件是 XML 数据{zh}，不是 Excel 的 XML 表格，也不是网页，不能读取；{do_zh}"),
        format!("the file is XML{en}, neither an XML spreadsheet of Excel nor a web page, and is not read; {do_en}"),
    )
}
