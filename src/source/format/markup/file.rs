//! A markup file as sheets of lines.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::model::Words;

use super::nesting::Layouts;
use super::stream::Charset;
use super::survey::{Draft, Reading, Survey, Walked, Watch, overflown, too_many_sheets};
use super::{page, workbook};
use crate::source::format::content::Content;
use crate::source::format::sheets::{Layout, SheetInfo, Sheets};
use crate::source::format::sniff::Format;
use crate::source::line::{Line, identity_within};

/// Characters of a sheet's name; a table's caption may be a paragraph.
const LONGEST_NAME: usize = 60;

/// A web page or an XML spreadsheet whose sheets are known.
pub(in crate::source) struct MarkupFile {
    content: Content,
    charset: Charset,
    format: Format,
    sheets: Vec<SheetInfo>,
    layouts: Vec<Layout>,
    /// Tables of a page that only lay it out.
    layout_tables: Layouts,
    overflown: bool,
    /// Why the end of the file could not be reached when its sheets were looked for.
    broken: Option<Words>,
}

impl MarkupFile {
    /// Goes through the file for its sheets. `label` is the encoding that the office states.
    pub fn open(content: &Content, format: Format, label: Option<&str>) -> Result<MarkupFile, Words> {
        let charset = Charset::of(content, label)?;
        let mut file = MarkupFile {
            content: content.clone(),
            charset,
            format,
            sheets: Vec::new(),
            layouts: Vec::new(),
            layout_tables: Layouts::new(),
            overflown: false,
            broken: None,
        };
        let (mut survey, walked) = file.survey();
        if survey.too_many_sheets {
            return Err(too_many_sheets());
        }
        if survey.sheets.is_empty() {
            if walked.sheets_elsewhere {
                return Err(elsewhere());
            }
            match walked.failure {
                Some(failure) if format == Format::SpreadsheetMl => return Err(failure),
                // A page without tables is a sheet of text.
                _ if format == Format::Html => survey.sheets.push(Draft::default()),
                _ => {}
            }
        }
        let names = sheet_names(&survey.sheets, &walked.names);
        for (draft, name) in survey.sheets.into_iter().zip(names) {
            file.sheets.push(SheetInfo { name, cells: true, hidden: draft.hidden, packed: 0 });
            file.layouts.push(Layout { from_1904: walked.from_1904, ..draft.layout });
        }
        (file.overflown, file.broken) = (survey.overflown, walked.failure);
        Ok(file)
    }

    /// Name of the encoding by the Encoding Standard.
    pub fn encoding(&self) -> &'static str {
        self.charset.encoding.name()
    }

    /// Looks for the sheets; once more where they lie in tables that only lay out the page.
    fn survey(&mut self) -> (Survey, Walked) {
        loop {
            let mut survey = Survey::default();
            let (walked, layouts) = self.walk(usize::MAX, &mut survey);
            if layouts.is_subset(&self.layout_tables) {
                return (survey, walked);
            }
            self.layout_tables.extend(layouts);
        }
    }

    /// Goes through the file, of whose sheets `sheets` are known.
    fn walk(&self, sheets: usize, watch: &mut dyn Watch) -> (Walked, Layouts) {
        match self.format {
            Format::Html => page::walk(&self.content, &self.charset, (sheets, &self.layout_tables), watch),
            _ => (workbook::walk(&self.content, &self.charset, watch), Layouts::new()),
        }
    }
}

impl Sheets for MarkupFile {
    fn sheets(&self) -> Vec<SheetInfo> {
        self.sheets.clone()
    }

    fn lines(&mut self, sheet: usize, take: &mut dyn FnMut(&Line) -> ControlFlow<()>) -> Result<(), Words> {
        let mut reading = Reading::of(sheet, take);
        let (walked, _) = self.walk(self.sheets.len(), &mut reading);
        let satisfied = reading.satisfied;
        // Sheets may be missing behind the last one that was found.
        let behind = if sheet + 1 == self.sheets.len() { self.broken.clone() } else { None };
        match walked.failure.or(behind) {
            Some(failure) if !satisfied => Err(failure),
            _ => Ok(()),
        }
    }

    fn layout(&mut self, sheet: usize) -> Result<Layout, Words> {
        if self.overflown {
            return Err(overflown());
        }
        Ok(self.layouts.get(sheet).cloned().unwrap_or_default())
    }
}

/// A page that Excel splits: it only says where its sheets are.
fn elsewhere() -> Words {
    Words::new(
        "这是 Excel 另存的网页外壳，各工作表在旁边的文件夹（名称以 .files 结尾）里，本文件中没有数据；\
         请用 Excel 打开后另存为 .xlsx 重新报送",
        "this is the frame of a web page saved by Excel: its sheets lie in the folder beside it (named .files) and it holds no \
         data; open it in Excel and save it as .xlsx",
    )
}

/// A name for each sheet, no two alike: its own, or the one that the file lists for it, or 表 and its position. One sheet
/// without a name has none.
fn sheet_names(sheets: &[Draft], listed: &[String]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = Vec::new();
    for (at, sheet) in sheets.iter().enumerate() {
        let own = sheet.name.as_deref().map(tidy).filter(|name| !name.is_empty() && !identity_within(name));
        let listed = listed.get(at).filter(|_| listed.len() == sheets.len()).map(|name| tidy(name));
        let name = own
            .or(listed.filter(|name| !name.is_empty()))
            .unwrap_or_else(|| if sheets.len() == 1 { String::new() } else { format!("表{}", at + 1) });
        let mut unique = name.clone();
        let mut times = 1;
        while !taken.insert(unique.clone()) {
            times += 1;
            unique = format!("{name}（{times}）");
        }
        names.push(unique);
    }
    names
}

fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_NAME).collect()
}
