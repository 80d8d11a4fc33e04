//! Addresses, for matching.

use super::{numeral, region, text};

/// The pieces of an address. Each holds its own kind's word: 敦厚镇, 圳头村, 3组.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressParts {
    /// Code of the county, city or province that the address begins with.
    pub region_code: Option<&'static str>,
    /// 镇, 乡, 街道, 场.
    pub town: Option<String>,
    /// 村, 社区, 居委会.
    pub village: Option<String>,
    /// What follows: group, street, number.
    pub rest: String,
}

/// The form for matching: folded, simplified, without province, city and county, numerals as digits, dashes for 之 and 栋/幢 unified.
pub fn fold(address: &str) -> String {
    let plain = plain(address);
    let used = leading_region(&plain).map_or(0, |(_, used)| used);
    numeral::to_digits(&plain[used..]).replace('幢', "栋").replace("门牌", "").replace('#', "号")
}

/// Takes an address apart.
pub fn parts(address: &str) -> AddressParts {
    let plain = plain(address);
    let (region_code, used) = leading_region(&plain).map_or((None, 0), |(code, used)| (Some(code), used));
    let (town, rest) = cut(&plain[used..], &["街道办事处", "街道", "垦殖场", "镇", "乡", "林场"]);
    let (village, rest) = cut(rest, &["村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"]);
    AddressParts { region_code, town, village, rest: numeral::to_digits(rest) }
}

fn plain(address: &str) -> String {
    let folded = text::fold(address);
    text::simplify(&folded).chars().filter(|c| !matches!(c, ',' | '。' | '、' | ';' | '·' | '.')).collect()
}

/// The region at the start of a folded address and how many bytes name it.
fn leading_region(plain: &str) -> Option<(&'static str, usize)> {
    let region = region::by_name(plain, None).or_else(|| region::by_name(plain, Some("3608")))?;
    // The name ends with the county's own name or its stem, wherever that first stands.
    let after = |name: &str| plain.find(name).map(|at| at + name.len());
    let used = after(region.name).or_else(|| region::stem(region.name).and_then(after))?;
    Some((region.code, used))
}

/// The shortest start of the text that ends with one of the words, at least one character before it.
fn cut<'a>(text: &'a str, words: &[&str]) -> (Option<String>, &'a str) {
    let end = words
        .iter()
        .filter_map(|w| text.char_indices().nth(1).and_then(|(from, _)| text[from..].find(w)).map(|at| (at, w.len())))
        .min_by_key(|(at, len)| (*at, std::cmp::Reverse(*len)))
        .and_then(|(at, len)| text.char_indices().nth(1).map(|(from, _)| from + at + len));
    match end {
        Some(end) if text[..end].chars().count() <= 14 => (Some(text[..end].to_owned()), &text[end..]),
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_an_address_agree() {
        for written in
            ["江西省吉安市吉安县敦厚镇圳头村三组5号", "吉安县敦厚镇圳头村3组5号", "吉安縣 敦厚鎮圳頭村３组５号"]
        {
            assert_eq!(fold(written), "敦厚镇圳头村3组5号", "{written}");
        }
    }

    #[test]
    fn an_address_comes_apart() {
        let parts = parts("江西省吉安市吉安县敦厚镇圳头村三组5号");
        assert_eq!(parts.region_code, Some("360821"));
        assert_eq!(
            (parts.town.as_deref(), parts.village.as_deref(), parts.rest.as_str()),
            (Some("敦厚镇"), Some("圳头村"), "3组5号")
        );
    }

    proptest! {
        #[test]
        fn nothing_panics(address in "\\PC*|[江西省吉安市县镇村三组号0-9]{0,24}") {
            let _ = (fold(&address), parts(&address));
        }
    }
}
