//! How often clerks err: one table of rates, and the names that the truth gives to what was done.
//!
//! | name in `truth/rows.csv` | rate | of | what the cell or row looks like |
//! |---|---|---|---|
//! | `id_lower_x` | 20 % | numbers ending in X | a small x |
//! | `id_fifteen` | 2 % | numbers of those born before 1970 | the 15-digit form |
//! | `id_full_width` | 0.2 % | numbers | full-width digits |
//! | `id_spaced` | 0.3 % | numbers | blanks after region and birth date |
//! | `id_apostrophe` | 1 % | numbers | a leading apostrophe |
//! | `id_numeric` | 0.4 % | numbers in workbooks | a numeric cell, the last three digits lost |
//! | `id_wrong_digit` | 0.4 % | numbers | one digit wrong |
//! | `id_swapped` | 0.3 % | numbers | two neighbours swapped |
//! | `id_placeholder` | 0.2 % | numbers | 无, 不详, 0 … |
//! | `id_missing` | 0.2 % | numbers | an empty cell |
//! | `stranger` | 0.2 % | rows | after it one of somebody found nowhere, the number damaged in one of the five ways above |
//! | `name_spaced` | 1 % | names | a blank inside |
//! | `name_traditional` | 0.3 % | names | traditional characters |
//! | `name_homophone` | 0.2 % | names in departments' lists | a character of the same sound |
//! | `name_note` | 0.2 % | names | a note in brackets |
//! | `name_separator` | 100 % | names with a separator | another one than U+00B7 |
//! | `date_form`, `date_han_digits` | 3 % | dates | another form than the rest of the file |
//! | `amount_form` | 3 % | amounts in yuan | 1,234.50, 1234元, ¥, full width |
//! | `amount_dash` | 30 % | absent amounts | -, / or — instead of an empty cell |
//! | `code_number` | 2 % | terms with a standard number | the number |
//! | `duplicate` | 0.3 % | accepted rows | the row once more |
//! | `blank_row` | 0.1 % | rows | a blank line before it |
//! | `page_header` | every 40 rows | of printed lists | the header again |
//!
//! The five damages befall people who are enrolled only where other cells make them good, and strangers otherwise;
//! nobody else. `number_of_another` marks planted rows with somebody else's number.

/// Rates of the faults put into the files, each a share from 0 to 1 of the cells or rows it can befall.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    /// Numbers that end in X written with a small x.
    pub id_lower_x: f64,
    /// Numbers of people born in 1969 or before written in the 15-digit form.
    pub id_fifteen: f64,
    /// Numbers in full-width digits.
    pub id_full_width: f64,
    /// Numbers with blanks inside.
    pub id_spaced: f64,
    /// Numbers with a leading apostrophe.
    pub id_apostrophe: f64,
    /// Numbers typed as numbers into a workbook: the last three digits are lost.
    pub id_numeric: f64,
    /// Numbers with one wrong digit.
    pub id_wrong_digit: f64,
    /// Numbers with two neighbours swapped.
    pub id_swapped: f64,
    /// 无, 0 and the like instead of a number.
    pub id_placeholder: f64,
    /// No number at all.
    pub id_missing: f64,
    /// Rows of people found nowhere else whose number is damaged, per row of a list.
    pub stranger: f64,
    /// Names with a note: 李四（女）.
    pub name_note: f64,
    /// Names with a character of the same sound.
    pub name_homophone: f64,
    /// Names with a blank inside.
    pub name_spaced: f64,
    /// Names in traditional characters.
    pub name_traditional: f64,
    /// Dates in another form than the rest of the file.
    pub date_form: f64,
    /// Amounts as 1,234.50 or 1234元 or in full width.
    pub amount_form: f64,
    /// 「-」 or 「/」 where there is no amount.
    pub amount_dash: f64,
    /// Codes written as the standard's number instead of its term.
    pub code_number: f64,
    /// Rows entered twice.
    pub duplicate: f64,
    /// Blank rows, per row of a list.
    pub blank_row: f64,
    /// The header repeated after so many rows of lists that were printed; 0 for never.
    pub page_rows: u32,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            id_lower_x: 0.2,
            id_fifteen: 0.02,
            id_full_width: 0.002,
            id_spaced: 0.003,
            id_apostrophe: 0.01,
            id_numeric: 0.004,
            id_wrong_digit: 0.004,
            id_swapped: 0.003,
            id_placeholder: 0.002,
            id_missing: 0.002,
            stranger: 0.002,
            name_note: 0.002,
            name_homophone: 0.002,
            name_spaced: 0.01,
            name_traditional: 0.003,
            date_form: 0.03,
            amount_form: 0.03,
            amount_dash: 0.3,
            code_number: 0.02,
            duplicate: 0.003,
            blank_row: 0.001,
            page_rows: 40,
        }
    }
}

impl Faults {
    /// Every rate at nought: a city whose clerks never err.
    pub fn none() -> Self {
        Self {
            id_lower_x: 0.0,
            id_fifteen: 0.0,
            id_full_width: 0.0,
            id_spaced: 0.0,
            id_apostrophe: 0.0,
            id_numeric: 0.0,
            id_wrong_digit: 0.0,
            id_swapped: 0.0,
            id_placeholder: 0.0,
            id_missing: 0.0,
            stranger: 0.0,
            name_note: 0.0,
            name_homophone: 0.0,
            name_spaced: 0.0,
            name_traditional: 0.0,
            date_form: 0.0,
            amount_form: 0.0,
            amount_dash: 0.0,
            code_number: 0.0,
            duplicate: 0.0,
            blank_row: 0.0,
            page_rows: 0,
        }
    }
}
