//! A sheet that is written row by row: styled and frozen header, filter, widths that fit Chinese, further parts when
//! a sheet is full.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::columns::shown_width;

/// Rows of an `.xlsx` sheet, header included.
const SHEET_ROWS: u32 = 1_048_576;
/// UTF-16 units that a cell may hold.
const CELL_UNITS: usize = 32_767;
const CUT_MARK: &str = "…（过长，已截断）";
const NARROWEST: usize = 8;
const WIDEST: usize = 50;
/// What a landscape page can still show legibly; wider sheets are printed over several pages side by side.
const PRINTABLE: usize = 300;
/// Height of a line of text in points, and the most lines a row shows.
const LINE_HEIGHT: usize = 15;
const MOST_LINES: usize = 8;
/// Rows that the widths are taken from; the rest rarely differ, and measuring costs time.
const MEASURED_ROWS: u32 = 2_000;

/// What a cell shows. Text is always written as text, so that no value is ever run as a formula.
pub enum Cell<'a> {
    Empty,
    Text(&'a str),
    /// A whole number or an amount that a sheet can add up.
    Number(f64),
    /// A number with whatever decimals it has.
    Plain(f64),
    /// An amount with two decimals.
    Money(f64),
}

/// Formats of a workbook, made once.
pub struct Styles {
    header: Format,
    text: Format,
    plain: Format,
    number: Format,
    money: Format,
}

impl Styles {
    pub fn new() -> Self {
        let base = Format::new().set_font_name("宋体").set_font_size(11).set_align(FormatAlign::VerticalCenter);
        // The indent keeps a number apart from the text in the column after it.
        let right = base.clone().set_align(FormatAlign::Right).set_indent(1);
        Styles {
            header: base
                .clone()
                .set_bold()
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(0x1F_4E_79))
                .set_border(FormatBorder::Thin)
                .set_border_color(Color::RGB(0xBF_BF_BF))
                .set_align(FormatAlign::Center),
            text: base.set_num_format("@").set_text_wrap(),
            plain: right.clone(),
            number: right.clone().set_num_format("#,##0"),
            money: right.set_num_format("#,##0.00"),
        }
    }
}

/// One logical sheet; `finish` adds it to the workbook, in as many parts as its rows need.
pub struct Sheet<'a> {
    workbook: &'a mut Workbook,
    styles: &'a Styles,
    name: String,
    titles: Vec<String>,
    widths: Vec<usize>,
    current: Worksheet,
    part: u32,
    row: u32,
    /// Rows a part may hold, header included.
    capacity: u32,
}

impl<'a> Sheet<'a> {
    /// `name` is cut to what a sheet's name may be; the caller keeps names apart.
    pub fn new(
        workbook: &'a mut Workbook,
        styles: &'a Styles,
        name: &str,
        titles: Vec<String>,
    ) -> Result<Self, XlsxError> {
        let current = workbook.new_worksheet_with_constant_memory()?;
        let widths = titles.iter().map(|title| shown_width(title) + 4).collect();
        let mut sheet = Sheet {
            workbook,
            styles,
            name: sheet_name(name, 26),
            titles,
            widths,
            current,
            part: 1,
            row: 0,
            capacity: SHEET_ROWS,
        };
        sheet.open_part()?;
        Ok(sheet)
    }

    pub fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.row >= self.capacity {
            let next = self.workbook.new_worksheet_with_constant_memory()?;
            let full = std::mem::replace(&mut self.current, next);
            self.close_part(full)?;
            self.part += 1;
            self.open_part()?;
        }
        // Not every program fits a row to its wrapped text by itself.
        let lines = cells.iter().map(lines_of).max().unwrap_or(1).min(MOST_LINES);
        if lines > 1 {
            self.current.set_row_height(self.row, (lines * LINE_HEIGHT) as f64)?;
        }
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => {
                    self.measure(column, text);
                    self.current.write_string_with_format(self.row, column, cut(text), &self.styles.text)?;
                }
                Cell::Number(number) => {
                    self.current.write_number_with_format(self.row, column, *number, &self.styles.number)?;
                }
                Cell::Plain(number) => {
                    self.current.write_number_with_format(self.row, column, *number, &self.styles.plain)?;
                }
                Cell::Money(amount) => {
                    self.current.write_number_with_format(self.row, column, *amount, &self.styles.money)?;
                }
            }
        }
        self.row += 1;
        Ok(())
    }

    pub fn finish(mut self) -> Result<(), XlsxError> {
        let last = std::mem::take(&mut self.current);
        self.close_part(last)
    }

    fn measure(&mut self, column: u16, text: &str) {
        if self.row < MEASURED_ROWS
            && let Some(width) = self.widths.get_mut(usize::from(column))
        {
            *width = (*width).max(shown_width(text) + 2);
        }
    }

    fn open_part(&mut self) -> Result<(), XlsxError> {
        let name = if self.part == 1 { self.name.clone() } else { format!("{} {}", self.name, self.part) };
        self.current.set_name(name)?;
        self.current.set_freeze_panes(1, 0)?;
        self.current.set_landscape().set_repeat_rows(0, 0)?;
        self.current.set_paper_size(9);
        self.current.set_row_height(0, 24)?;
        for (column, title) in (0u16..).zip(&self.titles) {
            self.current.write_string_with_format(0, column, cut(title), &self.styles.header)?;
        }
        self.row = 1;
        Ok(())
    }

    fn close_part(&mut self, mut part: Worksheet) -> Result<(), XlsxError> {
        let mut whole = 0;
        for (column, width) in (0u16..).zip(&self.widths) {
            let width = (*width).clamp(NARROWEST, WIDEST);
            whole += width;
            part.set_column_width(column, width as f64)?;
        }
        if whole <= PRINTABLE {
            part.set_print_fit_to_pages(1, 0);
        }
        if let Some(last) = u16::try_from(self.titles.len()).ok().and_then(|n| n.checked_sub(1)) {
            part.autofilter(0, 0, self.row.max(2) - 1, last)?;
        }
        self.workbook.push_worksheet(part);
        Ok(())
    }
}

/// How many lines a cell needs in the widest column.
fn lines_of(cell: &Cell<'_>) -> usize {
    match cell {
        // A character of two columns may leave the last column of a line empty.
        Cell::Text(text) => text.split('\n').map(|line| shown_width(line).div_ceil(WIDEST - 2).max(1)).sum(),
        _ => 1,
    }
}

/// A text that may be a sheet's name: no `[]:*?/\`, no quote at its ends, `longest` characters at most.
pub fn sheet_name(text: &str, longest: usize) -> String {
    let clean: String = text.chars().map(|c| if "[]:*?/\\".contains(c) || c.is_control() { '_' } else { c }).collect();
    let mut name = String::new();
    let mut units = 0;
    for c in clean.trim_matches('\'').chars() {
        units += c.len_utf16();
        if units > longest {
            break;
        }
        name.push(c);
    }
    if name.trim().is_empty() { "_".into() } else { name }
}

/// The text, cut where a cell would burst.
fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    // A character has at most as many UTF-16 units as bytes.
    if text.len() <= CELL_UNITS || text.encode_utf16().count() <= CELL_UNITS {
        return text.into();
    }
    let mut units = CUT_MARK.encode_utf16().count();
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units <= CELL_UNITS
    });
    kept.chain(CUT_MARK.chars()).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::{CELL_UNITS, Cell, Sheet, Styles, cut, sheet_name};
    use rust_xlsxwriter::Workbook;

    #[test]
    fn a_full_sheet_goes_on_in_a_further_part() {
        let (mut workbook, styles) = (Workbook::new(), Styles::new());
        let mut sheet = Sheet::new(&mut workbook, &styles, "未入库", vec!["行".into()]).expect("a sheet");
        sheet.capacity = 3;
        for number in 0..5 {
            sheet.push(&[Cell::Number(f64::from(number))]).expect("a row");
        }
        sheet.finish().expect("finished");
        let names: Vec<String> = workbook.worksheets().iter().map(|w| w.name()).collect();
        assert_eq!(names, ["未入库", "未入库 2", "未入库 3"]);
        assert!(workbook.save_to_buffer().expect("bytes").starts_with(b"PK"));
    }

    #[test]
    fn names_and_cells_keep_to_the_bounds_of_the_format() {
        assert_eq!(sheet_name("a/b:[c]", 26), "a_b__c_");
        assert_eq!(sheet_name("''", 26), "_");
        assert_eq!(sheet_name(&"长".repeat(40), 26).chars().count(), 26);
        assert_eq!(cut("短"), "短");
        let long = cut(&"𠮷".repeat(CELL_UNITS)).into_owned();
        assert!(long.encode_utf16().count() <= CELL_UNITS && long.ends_with("已截断）"));
    }
}
