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
    }
}
