//! Number formats: whether a cell is text or a date.

use std::collections::HashMap;

use super::name_of;

/// Classes of style sheets that are remembered.
const MAX_CLASSES: usize = 10_000;

/// What a number format makes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Text,
    Date,
    Number,
}

impl Shown {
    /// Reads a format code or a format's name as SpreadsheetML and web pages of Excel write them: `@`, `Short Date`,
    /// `yyyy\-mm\-dd`.
    pub fn of(code: &str) -> Shown {
        const NUMBERS: [&str; 10] = [
            "general",
            "general number",
            "currency",
            "euro currency",
            "fixed",
            "standard",
            "percent",
            "scientific",
            "yes/no",
            "true/false",
        ];
        let code = code.trim().to_ascii_lowercase();
        if matches!(code.as_str(), "@" | "\\@" | "text") {
            return Shown::Text;
        }
        if NUMBERS.contains(&code.as_str()) {
            return Shown::Number;
        }
        let bare = without_literals(&code);
        let date = bare.contains("date") || bare.contains('y') || (bare.contains('m') && bare.contains('d'));
        if date { Shown::Date } else { Shown::Number }
    }

    /// The format that declarations of a style sheet state, if they do.
    pub fn declared(style: &str) -> Option<Shown> {
        let lower = style.to_ascii_lowercase();
        let at = ["mso-number-format", "vnd.ms-excel.numberformat"]
            .iter()
            .find_map(|property| lower.find(property).map(|at| at + property.len()))?;
        let value = lower[at..].trim_start().strip_prefix(':')?.trim_start();
        Some(Shown::of(unquoted(value)))
    }
}

/// Whether declarations of a style sheet hide what they stand at.
pub(super) fn hides(style: &str) -> bool {
    style.to_ascii_lowercase().split(';').any(|declaration| {
        declaration.split_once(':').is_some_and(|(property, value)| {
            property.trim() == "display" && value.trim().trim_end_matches("!important").trim() == "none"
        })
    })
}

/// A value up to its closing mark, or without marks to the next semicolon.
fn unquoted(value: &str) -> &str {
    let (mark, rest) = match value.chars().next() {
        Some(mark @ ('"' | '\'')) => (Some(mark), &value[1..]),
        _ => (None, value),
    };
    let mut escaped = false;
    let end = rest.find(|c: char| {
        let ends = !escaped && mark.map_or(matches!(c, ';' | '}'), |mark| c == mark);
        escaped = c == '\\' && !escaped;
        ends
    });
    &rest[..end.unwrap_or(rest.len())]
}

/// A format code without what it shows as it stands: quoted, escaped and bracketed parts.
fn without_literals(code: &str) -> String {
    let mut bare = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        let closing = match c {
            '"' => '"',
            '[' => ']',
            '\\' => match chars.next() {
                Some('[') => ']',
                _ => continue,
            },
            c => {
                bare.push(c);
                continue;
            }
        };
        chars.by_ref().find(|c| *c == closing);
    }
    bare
}

/// The number formats that a page's style sheets give to its cells.
#[derive(Debug, Default)]
pub(super) struct StyleSheet {
    cells: Option<Shown>,
    classes: HashMap<String, Shown>,
}

impl StyleSheet {
    /// Takes in the text of a `style` element.
    pub fn read(&mut self, text: &str) {
        for rule in text.split('}') {
            let Some((selectors, declarations)) = rule.rsplit_once('{') else { continue };
            let Some(shown) = Shown::declared(declarations) else { continue };
            for selector in selectors.split(',').map(str::trim) {
                match selector.rsplit_once('.') {
                    Some((_, class)) if self.classes.len() < MAX_CLASSES => {
                        self.classes.insert(name_of(class).to_owned(), shown);
                    }
                    Some(_) => {}
                    None if selector.eq_ignore_ascii_case("td") => self.cells = Some(shown),
                    None => {}
                }
            }
        }
    }

    /// The format of a cell by its own style and its classes.
    pub fn shown(&self, style: Option<&str>, classes: Option<&str>) -> Option<Shown> {
        let by_class = || classes?.split_whitespace().rev().find_map(|class| self.classes.get(class).copied());
        style.and_then(Shown::declared).or_else(by_class).or(self.cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_dates_text_and_numbers_are_told_apart() {
        for code in ["Short Date", "General Date", "yyyy\\-mm\\-dd", "yyyy\"年\"m\"月\"", "[$-F800]dddd\\,\\ mmmm"] {
            assert_eq!(Shown::of(code), Shown::Date, "{code}");
        }
        for code in ["General", "Currency", "Yes/No", "0.00", "\\[DBNum1\\]0", "#,##0\"yd\"", "h:mm"] {
            assert_eq!(Shown::of(code), Shown::Number, "{code}");
        }
        assert_eq!((Shown::of("@"), Shown::of("\\@")), (Shown::Text, Shown::Text));
    }

    #[test]
    fn style_sheets_and_styles_state_formats() {
        let mut sheet = StyleSheet::default();
        sheet.read("<!-- td {color:red} .xl24, td.id\n\t{mso-style-parent:style0;\n mso-number-format:\"\\@\";}\n.xl25 {mso-number-format:\"yyyy\\\\-m\\\\-d\"; } -->");
        assert_eq!(sheet.shown(None, Some("x xl24")), Some(Shown::Text));
        assert_eq!(sheet.shown(None, Some("id")), Some(Shown::Text));
        assert_eq!(sheet.shown(None, Some("xl25")), Some(Shown::Date));
        assert_eq!(sheet.shown(None, Some("xl26")), None);
        assert_eq!(sheet.shown(Some("mso-number-format:'0.00'"), Some("xl24")), Some(Shown::Number));
        assert_eq!(sheet.shown(Some("vnd.ms-excel.numberformat:@"), None), Some(Shown::Text));
        assert!(hides("width:0; DISPLAY : none") && !hides("display:none-such;x-display:none"));
    }
}
