//! The month that a file speaks of, from its name or its title.

/// A period as far as it is stated; sorts in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Period {
    pub year: u16,
    pub month: Option<u8>,
    pub day: Option<u8>,
}

impl Period {
    fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Option<Period> {
        let sound = (1949..=2100).contains(&year)
            && month.is_none_or(|month| (1..=12).contains(&month))
            && day.is_none_or(|day| (1..=31).contains(&day));
        sound.then_some(Period { year, month, day })
    }

    /// `YYYY-MM`, when the month is stated.
    pub fn month_text(self) -> Option<String> {
        self.month.map(|month| format!("{:04}-{month:02}", self.year))
    }
}

/// Finds the place in a text where the pattern fits: `{year}` is four digits, `{month}` and `{day}` one or two (two
/// where digits touch them), `*` anything, all else itself. Of several places one that does not cut a number wins.
pub(super) fn by_pattern(text: &str, pattern: &str) -> Option<Period> {
    let text: Vec<char> = text.chars().map(plain_digit).collect();
    let parts = parts_of(pattern);
    let mut cut = None;
    for start in 0..text.len() {
        let mut found = Found::default();
        if let Some(end) = fit(&text, start, &parts, &mut found)
            && let Some(period) = found.year.and_then(|year| Period::new(year, found.month, found.day))
        {
            let digit = |at: Option<&char>| at.is_some_and(char::is_ascii_digit);
            let whole = !digit(start.checked_sub(1).and_then(|before| text.get(before))) && !digit(text.get(end));
            if whole {
                return Some(period);
            }
            cut = cut.or(Some(period));
        }
    }
    cut
}

/// A month as people write it without being told how: 2025年6月, 2025-06, 202506, 20250630.
pub(super) fn by_habit(text: &str) -> Option<Period> {
    [
        "{year}年{month}月{day}日",
        "{year}年{month}月",
        "{year}-{month}-{day}",
        "{year}.{month}.{day}",
        "{year}-{month}",
        "{year}.{month}",
        "{year}_{month}",
    ]
    .iter()
    .find_map(|pattern| by_pattern(text, pattern))
    .or_else(|| digits_alone(text))
}

/// The first run of exactly six or eight digits that is a month or a day.
fn digits_alone(text: &str) -> Option<Period> {
    let text: String = text.chars().map(plain_digit).collect();
    text.split(|c: char| !c.is_ascii_digit()).find_map(|digits| {
        let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u16>().ok());
        let part = |from, to| number(from, to).and_then(|value| u8::try_from(value).ok());
        match digits.len() {
            6 => Period::new(number(0, 4)?, Some(part(4, 6)?), None),
            8 => Period::new(number(0, 4)?, Some(part(4, 6)?), Some(part(6, 8)?)),
            _ => None,
        }
    })
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Year,
    Month,
    Day,
    Any,
    Literal(char),
}

#[derive(Default)]
struct Found {
    year: Option<u16>,
    month: Option<u8>,
    day: Option<u8>,
}

fn parts_of(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let named = [("{year}", Part::Year), ("{month}", Part::Month), ("{day}", Part::Day), ("*", Part::Any)];
        match named.into_iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, part)) => {
                parts.push(part);
                rest = &rest[name.len()..];
            }
            None => {
                parts.push(Part::Literal(plain_digit(c)));
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    parts
}

/// The end of the parts' fit at `at`.
fn fit(text: &[char], at: usize, parts: &[Part], found: &mut Found) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    let number = |length: usize| -> Option<u16> {
        let digits = text.get(at..at + length)?;
        digits.iter().all(char::is_ascii_digit).then(|| digits.iter().collect::<String>().parse().ok()).flatten()
    };
    match part {
        Part::Literal(c) => (text.get(at) == Some(c)).then(|| fit(text, at + 1, rest, found)).flatten(),
        Part::Any => (at..=text.len()).find_map(|next| fit(text, next, rest, found)),
        Part::Year => {
            found.year = Some(number(4)?);
            fit(text, at + 4, rest, found)
        }
        Part::Month | Part::Day => [2, 1].into_iter().find_map(|length| {
            let value = number(length).and_then(|value| u8::try_from(value).ok())?;
            match part {
                Part::Month => found.month = Some(value),
                _ => found.day = Some(value),
            }
            fit(text, at + length, rest, found)
        }),
    }
}

fn plain_digit(c: char) -> char {
    match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str, pattern: &str) -> Option<String> {
        by_pattern(text, pattern).and_then(Period::month_text)
    }

    #[test]
    fn a_pattern_is_found_anywhere_in_the_name() {
        assert_eq!(month("dibao_202506.xlsx", "{year}{month}").as_deref(), Some("2025-06"));
        assert_eq!(month("低保2025年6月.xlsx", "{year}年{month}月").as_deref(), Some("2025-06"));
        assert_eq!(month("360802_202506.csv", "{year}{month}").as_deref(), Some("2025-06"));
        assert_eq!(month("20250630.csv", "{year}{month}").as_deref(), Some("2025-06"));
        assert_eq!(month("第１２期 ２０２５年１２月", "{year}年{month}月").as_deref(), Some("2025-12"));
        assert_eq!(month("dibao.xlsx", "{year}{month}"), None);
        assert_eq!(month("202513.xlsx", "{year}{month}"), None);
    }

    #[test]
    fn habits_are_known_and_numbers_that_are_no_month_are_not_taken() {
        let month = |text| by_habit(text).and_then(Period::month_text);
        assert_eq!(month("吉安县2025年6月城乡低保对象花名册").as_deref(), Some("2025-06"));
        assert_eq!(month("death-2025-06-30.csv").as_deref(), Some("2025-06"));
        assert_eq!(month("t20250630.csv").as_deref(), Some("2025-06"));
        assert_eq!(month("360802.csv"), None);
        assert_eq!(month("13970600000.csv"), None);
    }

    #[test]
    fn periods_sort_in_time() {
        assert!(by_habit("202412") < by_habit("202501"));
        assert!(by_habit("20250101") < by_habit("20250102"));
    }
}
