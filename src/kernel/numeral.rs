//! Chinese numerals: 二〇二五, 二十一, 三百零五, 壹仟贰佰.

/// The value of one numeral character 0-9, formal forms included.
pub fn digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' | '◯' | 'Ο' | 'О' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '贰' | '貳' | '两' | '兩' => 2,
        '三' | '叁' | '參' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// The power of ten that a character stands for: 十 百 千 万 亿.
fn power(c: char) -> Option<i64> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1_000,
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        _ => return None,
    })
}

/// True of a character that can stand in a Chinese numeral.
pub fn is_numeral(c: char) -> bool {
    digit(c).is_some() || power(c).is_some()
}

/// The value of a whole Chinese numeral, either digit by digit (二〇二五) or with powers (二千零二十五). `None` for anything else, and for
/// a digit that follows 百, 千, 万 or 亿 without 零: 一万二 is 12,000 in speech and 10,002 by the letter.
pub fn parse(text: &str) -> Option<i64> {
    if text.is_empty() || text.chars().count() > 24 {
        return None;
    }
    if text.chars().all(|c| digit(c).is_some()) {
        return text.chars().try_fold(0_i64, |sum, c| sum.checked_mul(10)?.checked_add(i64::from(digit(c)?)));
    }
    // `total` counts whole 万 and 亿, `section` what is below them, `pending` the digit waiting for its power, `bare` says that
    // it stands directly behind a power above ten, where it needs one of its own.
    let (mut total, mut section, mut pending, mut bare) = (0_i64, 0_i64, None::<i64>, false);
    let mut before = 1;
    for c in text.chars() {
        if let Some(value) = digit(c) {
            if pending.is_some_and(|p| p != 0) {
                return None;
            }
            bare = pending.is_none() && value != 0 && before > 10;
            pending = Some(i64::from(value));
            continue;
        }
        let size = power(c)?;
        before = size;
        if size >= 10_000 {
            if pending.is_some() && bare {
                return None;
            }
            let below = section.checked_add(pending.take().unwrap_or(0))?;
            // 亿 multiplies all before it (三万亿), 万 only what follows the last 亿.
            total = if size > 10_000 {
                total.checked_add(below)?.checked_mul(size)?
            } else {
                total.checked_add(below.checked_mul(size)?)?
            };
            section = 0;
        } else {
            section = section.checked_add(pending.take().unwrap_or(1).checked_mul(size)?)?;
        }
    }
    if pending.is_some() && bare {
        return None;
    }
    total.checked_add(section)?.checked_add(pending.unwrap_or(0))
}

/// Replaces every run of Chinese numerals by its digits, so that a date or an address reads the same however it is written:
/// 一九五〇年十二月 → 1950年12月. A run that is no number stays.
pub fn to_digits(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        if is_numeral(c) {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

fn flush(run: &mut String, out: &mut String) {
    // Digit by digit keeps leading zeros (〇三), which a value would lose.
    if run.chars().all(|c| digit(c).is_some()) {
        out.extend(run.chars().filter_map(digit).filter_map(|d| char::from_digit(d, 10)));
    } else {
        match parse(run) {
            Some(value) => out.push_str(&value.to_string()),
            None => out.push_str(run),
        }
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ways_of_writing_are_read() {
        for (written, value) in [
            ("二〇二五", 2025),
            ("十", 10),
            ("十二", 12),
            ("二十一", 21),
            ("三百零五", 305),
            ("二千零二十五", 2025),
            ("壹仟贰佰", 1200),
            ("三万二千", 32_000),
            ("一亿零五万", 100_050_000),
            ("两", 2),
            ("一万零二", 10_002),
            ("三百五十", 350),
            ("一万五百", 10_500),
            ("一万二千", 12_000),
        ] {
            assert_eq!(parse(written), Some(value), "{written}");
        }
        for spoken in ["一万二", "三百五", "两千三", "三百五万", "壹仟贰", "一万二千三"] {
            assert_eq!(parse(spoken), None, "{spoken}");
        }
        assert_eq!(parse(""), None);
        assert_eq!(parse("三四十"), None);
        assert_eq!(parse("吉安"), None);
    }

    #[test]
    fn numerals_inside_a_text_become_digits() {
        assert_eq!(to_digits("一九五〇年十二月二十一日"), "1950年12月21日");
        assert_eq!(to_digits("三组"), "3组");
        assert_eq!(to_digits("1950年"), "1950年");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[〇零一二三四五六七八九十百千万亿\\PC]*") {
            let _ = (parse(&text), to_digits(&text));
        }
    }
}
