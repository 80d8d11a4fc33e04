//! Administrative divisions, GB/T 2260 with its history: what a code of an identity number meant, and means now.
//!
//! The table and its source are in `assets/regions.csv` and `assets/regions.md`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::text;

/// The year in which identity numbers began to be issued: nobody's number carries the code of an earlier year.
const FIRST_NUMBERS: u16 = 1984;

/// Where a division stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 省, 自治区, 直辖市, 特别行政区.
    Province,
    /// 市, 地区, 自治州, 盟.
    City,
    /// 县, 区, 县级市, 旗.
    County,
}

/// One name of one code for as long as it was in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Six digits.
    pub code: &'static str,
    /// Name without what it belongs to: 吉安县.
    pub name: &'static str,
    /// Province, city or county.
    pub level: Level,
    /// First year in force; `None` from before the table begins.
    pub from_year: Option<u16>,
    /// Last year in force; `None` when it still is.
    pub to_year: Option<u16>,
    successors: &'static str,
}

impl Region {
    /// True when the code is in force today.
    pub fn is_current(&self) -> bool {
        self.to_year.is_none()
    }

    /// Codes that took the territory over, where that is recorded.
    pub fn successors(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.successors.split_whitespace()
    }
}

/// Whether a code could have been given to somebody born in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionVerdict {
    /// In force when the number was, or may have been, given.
    Known,
    /// Retired before the birth, or created later than the birth (a late registration).
    NotInForce,
    /// In no list. Real cards carry such codes.
    Unknown,
    /// A filler (市辖区 and the like: 01, 02, 11, 20) or the code of a whole city or province. Real cards carry these too.
    SuffixSpecial,
}

struct Table {
    regions: Vec<Region>,
    /// The code of each region as a number, in the same ascending order.
    codes: Vec<u32>,
    /// Positions of all regions by the first character of their name.
    by_first: HashMap<char, Vec<u32>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { regions: Vec::new(), codes: Vec::new(), by_first: HashMap::new() };
    for line in include_str!("../../assets/regions.csv").lines().skip(1) {
        let mut cells = line.split(',');
        let mut cell = || cells.next().unwrap_or_default();
        let (code, name, level) = (cell(), cell(), cell());
        let (from, to, successors) = (cell(), cell(), cell());
        let (Ok(number), Some(first)) = (code.parse(), name.chars().next()) else { continue };
        let level = match level {
            "province" => Level::Province,
            "city" => Level::City,
            _ => Level::County,
        };
        table.by_first.entry(first).or_default().push(table.regions.len() as u32);
        table.codes.push(number);
        table.regions.push(Region {
            code,
            name,
            level,
            from_year: from.parse().ok(),
            to_year: to.parse().ok(),
            successors,
        });
    }
    table
});

/// Every name a code has had, oldest first.
fn names_of(code: &str) -> &'static [Region] {
    let table = &*TABLE;
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return &[];
    }
    let Ok(number) = code.parse::<u32>() else { return &[] };
    let start = table.codes.partition_point(|c| *c < number);
    let count = table.codes[start..].iter().take_while(|c| **c == number).count();
    &table.regions[start..start + count]
}

/// The newest meaning of a code, retired or not.
pub fn get(code: &str) -> Option<&'static Region> {
    names_of(code).last()
}

/// The meaning of a code for a number given to somebody born in `year`; the newest where none fits.
pub fn get_at(code: &str, year: i32) -> Option<&'static Region> {
    let names = names_of(code);
    names.iter().rev().find(|r| period_fits(r, year)).or_else(|| names.last())
}

/// Codes change within a year, so the year after the last still counts.
fn period_fits(region: &Region, year: i32) -> bool {
    region.from_year.is_none_or(|from| i32::from(from) <= year.max(i32::from(FIRST_NUMBERS)))
        && region.to_year.is_none_or(|to| year <= i32::from(to) + 1)
}

/// Whether the code could have been given to somebody born in `year`.
pub fn in_force(code: &str, year: i32) -> RegionVerdict {
    let names = names_of(code);
    if names.iter().any(|r| period_fits(r, year)) {
        let whole = names.iter().all(|r| r.level != Level::County) && !matches!(code.as_bytes(), [b'8', ..]);
        return if whole { RegionVerdict::SuffixSpecial } else { RegionVerdict::Known };
    }
    if !names.is_empty() {
        return RegionVerdict::NotInForce;
    }
    let filler = code.is_ascii() && code.len() == 6 && matches!(&code[4..], "01" | "02" | "11" | "20");
    if filler && city_exists(&code[..4]) { RegionVerdict::SuffixSpecial } else { RegionVerdict::Unknown }
}

fn city_exists(prefix: &str) -> bool {
    let Ok(number) = prefix.parse::<u32>() else { return false };
    let start = TABLE.codes.partition_point(|c| *c < number * 100);
    TABLE.codes.get(start).is_some_and(|c| *c < (number + 1) * 100)
}

/// The codes that a retired code's territory went to; empty when it is in force or nothing is recorded.
pub fn successors(code: &str) -> Vec<&'static str> {
    get(code).map(|r| r.successors().collect()).unwrap_or_default()
}

/// The whole name, from the province down: 江西省吉安市吉安县. A retired code is named as it was at its end.
pub fn full_name(code: &str) -> Option<String> {
    let region = get(code)?;
    let year = region.to_year.map(i32::from);
    let parent = |digits: &str| {
        let found = match year {
            Some(year) => get_at(digits, year),
            None => get(digits),
        };
        found.map(|r| r.name).unwrap_or_default()
    };
    let province = if region.level > Level::Province { parent(&format!("{}0000", &code[..2])) } else { "" };
    let city = if region.level > Level::City { parent(&format!("{}00", &code[..4])) } else { "" };
    Some(format!("{province}{city}{}", region.name))
}

/// The name without the word for its kind: 吉安县 → 吉安, 广西壮族自治区 → 广西. `None` where too little would be left.
pub fn stem(name: &str) -> Option<&str> {
    const LONG: [(&str, &str); 4] = [
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("宁夏回族自治区", "宁夏"),
        ("新疆维吾尔自治区", "新疆"),
    ];
    if let Some((_, short)) = LONG.iter().find(|(long, _)| *long == name) {
        return Some(short);
    }
    const KINDS: [&str; 13] =
        ["特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "林区", "矿区", "省", "市", "县", "区", "盟"];
    let stem = KINDS.iter().find_map(|kind| name.strip_suffix(kind))?;
    (stem.chars().count() >= 2).then_some(stem)
}

/// How the start of a text names a region: bytes used, and whether by its full name.
fn named_by(region: &Region, text: &str) -> Option<(usize, bool)> {
    if text.starts_with(region.name) {
        return Some((region.name.len(), true));
    }
    let short = stem(region.name)?;
    text.starts_with(short).then_some((short.len(), false))
}

/// Finds the region that a text names or begins with: 吉安县, 吉安, 江西省吉安市吉安县敦厚镇. Province and city are followed
/// downwards as far as the text names them. `within` (the first digits of a code, such as `3608`) settles names that several places
/// share; without it such a name yields `None`. Regions in force win; a retired one is found where no other is meant.
pub fn by_name(name: &str, within: Option<&str>) -> Option<&'static Region> {
    let folded = text::fold(name);
    let simplified = text::simplify(&folded);
    let within = within.unwrap_or_default().trim_end_matches("00");
    let mut rest: &str = &simplified;
    let mut prefix = within.to_owned();
    let mut found: Option<&'static Region> = None;
    while !rest.is_empty() {
        // An address may begin above `within`: 江西省 when only 3608 is asked for.
        let above = if found.is_none_or(|f| f.code.trim_end_matches("00").len() < prefix.len()) {
            enclosing(rest, &prefix)
        } else {
            None
        };
        let step = match (best(rest, &prefix), above) {
            (Some(below), Some(above)) => Some(if above.1 > below.1 { above } else { below }),
            (below, above) => below.or(above),
        };
        let Some((region, used)) = step else { break };
        let significant = region.code.trim_end_matches("00");
        if significant.len() > prefix.len() || !region.is_current() {
            significant.clone_into(&mut prefix);
        }
        let done = region.level == Level::County || !region.is_current();
        found = Some(region);
        rest = &rest[used..];
        if done {
            break;
        }
    }
    found
}

/// A province or city that contains the prefix, named at the start of the text.
fn enclosing(text: &str, prefix: &str) -> Option<(&'static Region, usize)> {
    [2, 4].into_iter().filter(|digits| *digits <= prefix.len()).find_map(|digits| {
        let region = get(&format!("{:0<6}", prefix.get(..digits)?))?;
        named_by(region, text).map(|(used, _)| (region, used))
    })
}

/// How well a name fits: in force, bytes used, by its full name, nearer the province.
type Rank = (bool, usize, bool, std::cmp::Reverse<Level>);

/// The best region below the prefix named at the start of the text; `None` where none or several fit equally.
fn best(text: &str, prefix: &str) -> Option<(&'static Region, usize)> {
    let places = TABLE.by_first.get(&text.chars().next()?)?;
    let mut top: Option<(Rank, &'static Region)> = None;
    let mut tie = false;
    for region in places.iter().map(|at| &TABLE.regions[*at as usize]) {
        let Some((used, full)) = named_by(region, text) else { continue };
        let below = region.code.starts_with(prefix) && region.code.trim_end_matches("00").len() > prefix.len();
        let moved = !region.is_current() && region.successors().any(|code| code.starts_with(prefix));
        if !(below || moved) || region.code.starts_with("83") {
            continue;
        }
        let rank = (region.is_current(), used, full, std::cmp::Reverse(region.level));
        match &top {
            Some((best, _)) if *best > rank => {}
            Some((best, _)) if *best == rank => tie = true,
            _ => {
                top = Some((rank, region));
                tie = false;
            }
        }
    }
    top.filter(|_| !tie).map(|((_, used, ..), region)| (region, used))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_of_a_code_is_known() {
        assert_eq!(get("362401").map(|r| (r.name, r.to_year)), Some(("吉安市", Some(1999))));
        assert_eq!(get_at("362421", 1990).map(|r| r.name), Some("吉安县"));
        assert_eq!(get("360802").map(|r| (r.name, r.from_year)), Some(("吉州区", Some(2000))));
        assert!(get("321119").is_none());
        assert!(get("3608").is_none() && get("３６０８").is_none() && get("+60802").is_none());
    }

    #[test]
    fn the_birth_year_decides_whether_a_code_fits() {
        use RegionVerdict::*;
        assert_eq!(in_force("362401", 1965), Known);
        assert_eq!(in_force("362433", 1970), Known);
        assert_eq!(in_force("362401", 2001), NotInForce);
        assert_eq!(in_force("342401", 2001), NotInForce);
        assert_eq!(in_force("360802", 1965), NotInForce);
        assert_eq!(in_force("321119", 1973), Unknown);
        assert_eq!(in_force("360801", 1990), SuffixSpecial);
        assert_eq!(in_force("110100", 1980), Unknown);
        assert_eq!(in_force("810000", 1999), Known);
        assert_eq!(in_force("é60801", 1990), Unknown);
    }

    #[test]
    fn every_code_of_the_old_prefecture_has_its_successors() {
        assert_eq!(successors("362401"), ["360802", "360803"]);
        assert_eq!(successors("362402"), ["360881"]);
        assert_eq!(successors("362433"), ["360881"]);
        assert_eq!(successors("362432"), ["360881"]);
        assert_eq!(successors("362421"), ["360802", "360803", "360821"]);
        assert_eq!(successors("362422"), ["360803", "360822"]);
        assert_eq!(successors("362431"), ["360321"]);
        let names = ["峡江县", "新干县", "永丰县", "泰和县", "遂川县", "万安县", "安福县", "永新县"];
        for (at, name) in names.iter().enumerate() {
            let (old, new) = ((362423 + at).to_string(), (360823 + at).to_string());
            assert_eq!(successors(&old), [new.as_str()]);
            assert_eq!(get(&old).map(|r| r.name), Some(*name));
            assert_eq!(get(&new).map(|r| r.name), Some(*name));
        }
        assert!(successors("360802").is_empty());
    }

    #[test]
    fn names_are_found_short_long_and_within_a_city() {
        let code = |name: &str, within: Option<&str>| by_name(name, within).map(|r| r.code);
        assert_eq!(code("吉安县", None), Some("360821"));
        assert_eq!(code("吉安", None), Some("360800"));
        assert_eq!(code("吉安", Some("3608")), Some("360821"));
        assert_eq!(code("吉安", Some("360800")), Some("360821"));
        assert_eq!(code("江西省吉安市吉安县敦厚镇", None), Some("360821"));
        assert_eq!(code("江西省吉安市吉安县敦厚镇", Some("3608")), Some("360821"));
        assert_eq!(code("江西吉安吉州", None), Some("360802"));
        assert_eq!(code("吉安市吉州区永叔街道", Some("3608")), Some("360802"));
        assert_eq!(code("吉安市", Some("3608")), Some("360800"));
        assert_eq!(code("江西省", None), Some("360000"));
        assert_eq!(code("井岡山市", Some("3608")), Some("360881"));
        assert_eq!(code("宁冈县", Some("3608")), Some("362432"));
        assert_eq!(code("朝阳区", None), None);
        assert_eq!(code("朝阳区", Some("11")), Some("110105"));
        assert_eq!(code("北京市朝阳区", None), Some("110105"));
        assert_eq!(code("敦厚镇", None), None);
        assert_eq!(code("", None), None);
    }

    #[test]
    fn the_whole_name_runs_from_the_province_down() {
        assert_eq!(full_name("360821").as_deref(), Some("江西省吉安市吉安县"));
        assert_eq!(full_name("362401").as_deref(), Some("江西省吉安地区吉安市"));
        assert_eq!(full_name("360000").as_deref(), Some("江西省"));
        assert_eq!(full_name("110105").as_deref(), Some("北京市朝阳区"));
        assert_eq!(full_name("999999"), None);
    }
}
