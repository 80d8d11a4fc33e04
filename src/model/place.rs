/// Where a sheet lies: the source, the file's path relative to the source's own folder, and the sheet's name
/// (empty for text files).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SheetPlace {
    pub source: String,
    pub file: String,
    pub sheet: String,
}

impl SheetPlace {
    /// `source/file/sheet/row`, and `#n` for the n-th person of one row. A slash inside a part is written `%2F`
    /// and a percent sign `%25`, so that a row id always splits into its four parts again.
    pub fn row_id(&self, row: u32, nth: Option<u32>) -> String {
        let mut id = self.row_prefix();
        self.push_row(&mut id, row, nth);
        id
    }

    /// The part of a row id that all rows of the sheet share, with its last slash.
    pub fn row_prefix(&self) -> String {
        let mut id = String::with_capacity(self.source.len() + self.file.len() + self.sheet.len() + 12);
        for part in [&self.source, &self.file, &self.sheet] {
            for c in part.chars() {
                match c {
                    '/' => id.push_str("%2F"),
                    '%' => id.push_str("%25"),
                    c => id.push(c),
                }
            }
            id.push('/');
        }
        id
    }

    /// Takes a row id apart again: the sheet, the row as a person counts it and the person within it. `None` for a text that
    /// is no row id.
    pub fn of_row_id(row_id: &str) -> Option<(SheetPlace, u32, Option<u32>)> {
        let mut parts = row_id.split('/');
        let mut part = || parts.next().map(|part| part.replace("%2F", "/").replace("%25", "%"));
        let place = SheetPlace { source: part()?, file: part()?, sheet: part()? };
        let row = parts.next().filter(|_| parts.next().is_none())?;
        let (row, nth) = match row.split_once('#') {
            Some((row, nth)) => (row, Some(nth.parse().ok()?)),
            None => (row, None),
        };
        Some((place, row.parse().ok()?, nth))
    }

    fn push_row(&self, id: &mut String, row: u32, nth: Option<u32>) {
        use std::fmt::Write;
        // Writing into a String cannot fail.
        let _ = match nth {
            Some(n) => write!(id, "{row}#{n}"),
            None => write!(id, "{row}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::SheetPlace;

    #[test]
    fn a_row_id_splits_into_its_parts_again() {
        let place = SheetPlace { source: "dibao".into(), file: "sub/a%b.xlsx".into(), sheet: "1/2".into() };
        assert_eq!(place.row_id(7, None), "dibao/sub%2Fa%25b.xlsx/1%2F2/7");
        assert_eq!(place.row_id(7, Some(2)), "dibao/sub%2Fa%25b.xlsx/1%2F2/7#2");
        assert_eq!(place.row_id(7, None).split('/').count(), 4);
        for nth in [None, Some(2)] {
            assert_eq!(SheetPlace::of_row_id(&place.row_id(7, nth)), Some((place.clone(), 7, nth)));
        }
        let escaped = SheetPlace { source: "s".into(), file: "%2F.csv".into(), sheet: String::new() };
        assert_eq!(SheetPlace::of_row_id(&escaped.row_id(1, None)), Some((escaped, 1, None)));
        for not in ["", "a/b/c", "a/b/c/x", "a/b/c/1/2", "a/b/c/1#x"] {
            assert_eq!(SheetPlace::of_row_id(not), None, "{not}");
        }
    }
}
