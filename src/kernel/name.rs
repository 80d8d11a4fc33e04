//! Names of people: the name itself, what clerks write beside it, and forms for matching.

use std::borrow::Cow;

use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;

use super::identity::Sex;
use super::{numeral, text};

/// Something written beside a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameNote {
    /// 已故, 去世, 死亡: evidence of a death.
    Deceased,
    /// 户主.
    Head,
    /// 男, 女.
    Sex(Sex),
    /// Anything else, as written.
    Other(String),
}

/// A name as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As written, trimmed.
    pub written: String,
    /// Without notes, spaces and a trailing digit or letter that tells namesakes apart; `·` as the only separator.
    pub core: String,
    /// What stood beside it.
    pub notes: Vec<NameNote>,
    /// True of 无, 不详, 某某 and of a name with nothing left.
    pub placeholder: bool,
    /// True of what looks like an organisation: 敬老院, 村委会, 公司.
    pub organisation: bool,
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        '\u{B7}'
            | '\u{2022}'
            | '\u{2027}'
            | '\u{30FB}'
            | '\u{FF0E}'
            | '.'
            | '\u{FF65}'
            | '\u{2219}'
            | '\u{22C5}'
            | '\u{2024}'
    )
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}' | '\u{E000}'..='\u{F8FF}' | '\u{F900}'..='\u{FAFF}' | '〇')
}

/// Reads a name.
pub fn read(written: &str) -> Name {
    let stored = text::clean(written).into_owned();
    let even: String = stored
        .chars()
        .map(|c| if is_separator(c) { '·' } else { c })
        .nfkc()
        .filter(|c| !text::is_invisible(*c))
        .collect();
    let mut name =
        Name { written: stored, core: String::new(), notes: Vec::new(), placeholder: false, organisation: false };
    let mut note: Option<String> = None;
    for c in even.chars() {
        match (c, &mut note) {
            ('(' | '[' | '【' | '〔' | '{', None) => note = Some(String::new()),
            (')' | ']' | '】' | '〕' | '}', Some(inside)) => {
                name.notes.extend(note_of(inside));
                note = None;
            }
            (c, Some(inside)) => inside.push(c),
            (c, None) if text::is_space(c) => {
                // Latin names need their spaces; Chinese ones are only spread out.
                if name.core.ends_with(|c: char| c.is_ascii_alphabetic()) {
                    name.core.push(' ');
                }
            }
            (c, None) => name.core.push(c),
        }
    }
    name.notes.extend(note.as_deref().and_then(note_of));
    name.core = trim_core(&name.core);
    const FILLERS: [&str; 12] =
        ["某某", "某", "某某某", "测试", "姓名", "无名氏", "无名", "未取名", "未起名", "未命名", "待取名", "新生儿"];
    name.placeholder = text::is_placeholder(&name.core)
        || FILLERS.contains(&name.core.as_str())
        // 张三之子: somebody's child without a name yet.
        || name.core.ends_with("之子")
        || name.core.ends_with("之女")
        || name.core.chars().all(|c| c.is_ascii_digit());
    const BODIES: [&str; 12] =
        ["公司", "委员会", "村委会", "居委会", "敬老院", "福利院", "医院", "学校", "合作社", "政府", "中心", "民政所"];
    name.organisation = name.core.chars().count() >= 4 && BODIES.iter().any(|b| name.core.ends_with(b));
    name
}

/// Separators single and inside only; a trailing digit or letter behind a Chinese name gone.
fn trim_core(core: &str) -> String {
    let trimmed =
        core.trim_matches(|c: char| c == '·' || c == ' ' || matches!(c, ',' | ';' | ':' | '*' | '、' | '\'' | '`'));
    let head = trimmed.trim_end_matches(|c: char| c.is_ascii_digit());
    let letterless = head
        .strip_suffix(|c: char| c.is_ascii_alphabetic())
        .filter(|rest| rest.chars().filter(|c| is_han(*c)).count() >= 2 && rest.ends_with(is_han));
    let base = letterless.unwrap_or(if head.is_empty() { trimmed } else { head });
    let mut out = String::with_capacity(base.len());
    for c in base.chars() {
        if c != '·' || !out.ends_with('·') {
            out.push(c);
        }
    }
    out
}

fn note_of(inside: &str) -> Option<NameNote> {
    let note = inside.trim();
    Some(match note {
        "" => return None,
        "户主" | "戶主" => NameNote::Head,
        "男" | "男性" => NameNote::Sex(Sex::Male),
        "女" | "女性" => NameNote::Sex(Sex::Female),
        _ if says_deceased(note) => NameNote::Deceased,
        _ => NameNote::Other(note.to_owned()),
    })
}

/// True of a note that says nothing but that the person is dead, with or without a day: 已故, 2024年5月去世. Not of one that holds the
/// characters in another word or speaks of somebody else: 因事故致残, 父母双亡.
fn says_deceased(note: &str) -> bool {
    const WORDS: &str = "故 已故 亡 已亡 死 已死 死亡 已死亡 去世 已去世 过世 已过世 逝世 已逝世 已逝 病故 已病故 病逝 病亡 \
        亡故 已亡故 身故 身亡 已身故 殁 已殁 因病去世 因病死亡 因病亡故 意外死亡 死亡注销 死亡销户 已死亡注销";
    let plain = text::simplify(note);
    let dates = |c: &char| {
        c.is_ascii_digit()
            || numeral::is_numeral(*c)
            || text::is_space(*c)
            || matches!(c, '年' | '月' | '日' | '号' | '于' | '-' | '.' | '·' | '/' | ',' | ';' | ':' | '、' | '。')
    };
    let words: String = plain.chars().filter(|c| !dates(c)).collect();
    WORDS.split(' ').any(|word| word == words)
}

/// The form for matching: the core in simplified script, usual variants, standard code points, capitals, no separators.
pub fn fold(written: &str) -> String {
    let core = read(written).core;
    let plain: Cow<'_, str> = text::simplify(&core);
    plain.chars().filter(|c| *c != '·' && *c != ' ').map(variant).flat_map(char::to_uppercase).collect()
}

/// The usual form of variant characters met in names, and standard code points for the private-use ones of GB 18030-2000 and -2005.
fn variant(c: char) -> char {
    match c {
        '喆' => '哲',
        '堃' => '坤',
        '淼' => '渺',
        '峯' => '峰',
        '羣' => '群',
        '昇' | '陞' => '升',
        '甦' => '苏',
        '濬' => '浚',
        '菓' => '果',
        '珎' => '珍',
        '栢' => '柏',
        '崐' => '昆',
        '邨' => '村',
        '脩' => '修',
        '祕' => '秘',
        '闫' => '阎',
        '\u{E863}' => '\u{4DAE}',
        '\u{E81E}' => '\u{9FB4}',
        '\u{E826}' => '\u{9FB5}',
        '\u{E82B}' => '\u{9FB6}',
        '\u{E82C}' => '\u{9FB7}',
        '\u{E832}' => '\u{9FB8}',
        '\u{E843}' => '\u{9FB9}',
        '\u{E854}' => '\u{9FBA}',
        '\u{E864}' => '\u{9FBB}',
        c => c,
    }
}

const DOUBLE_SURNAMES: [&str; 38] = [
    "欧阳", "上官", "司马", "诸葛", "尉迟", "万俟", "皇甫", "令狐", "慕容", "司徒", "夏侯", "东方", "独孤", "南宫",
    "端木", "公孙", "轩辕", "长孙", "宇文", "鲜于", "闻人", "太史", "申屠", "钟离", "澹台", "濮阳", "公冶", "宗政",
    "淳于", "单于", "赫连", "呼延", "闾丘", "东郭", "西门", "百里", "拓跋", "司空",
];

/// Characters of the surname: 2 for 欧阳, the part before `·` for foreign and minority names, else 1 (0 for an empty name).
pub fn surname_len(name: &str) -> usize {
    let count = name.chars().count();
    if let Some(part) = name.chars().position(is_separator) {
        return part;
    }
    let simple = text::simplify(name);
    if count >= 3 && DOUBLE_SURNAMES.iter().any(|s| simple.starts_with(s)) { 2 } else { count.min(1) }
}

/// How a surname's first characters sound where that differs from the usual reading.
fn surname_sound(folded: &str) -> Option<(&'static str, usize)> {
    const DOUBLE: [(&str, &str); 5] =
        [("尉迟", "yu chi"), ("万俟", "mo qi"), ("单于", "chan yu"), ("长孙", "zhang sun"), ("澹台", "tan tai")];
    if let Some((_, sound)) = DOUBLE.iter().find(|(s, _)| folded.starts_with(s)) {
        return Some((sound, 2));
    }
    let sound = match folded.chars().next()? {
        '单' => "shan",
        '仇' => "qiu",
        '解' => "xie",
        '曾' => "zeng",
        '区' => "ou",
        '查' => "zha",
        '朴' => "piao",
        '冼' => "xian",
        '缪' => "miao",
        '覃' => "qin",
        '任' => "ren",
        '盖' => "ge",
        '华' => "hua",
        '乐' => "yue",
        '召' => "shao",
        '宓' => "mi",
        '员' => "yun",
        '翟' => "zhai",
        '折' => "she",
        '种' => "chong",
        '黑' => "he",
        '秘' => "bi",
        '繁' => "po",
        '晁' => "chao",
        '洗' => "xian",
        _ => return None,
    };
    Some((sound, 1))
}

/// Toneless pinyin, one syllable per character with a space between: 单雄信 → `shan xiong xin`. Latin runs (吴yan) stay as lower-case syllables;
/// characters without a known sound stay themselves.
pub fn sound(written: &str) -> String {
    let folded = fold(written);
    let (mut out, skip) = match surname_sound(&folded) {
        Some((sound, used)) => (sound.to_owned(), used),
        None => (String::with_capacity(folded.len() * 2), 0),
    };
    let mut latin = false;
    for c in folded.chars().skip(skip) {
        let continues = latin && c.is_ascii_alphabetic();
        if !continues && !out.is_empty() {
            out.push(' ');
        }
        latin = c.is_ascii_alphabetic();
        match c.to_pinyin() {
            Some(syllable) => out.push_str(&syllable.plain().replace('ü', "v")),
            None => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

/// The surname only; see [`super::mask::name`].
pub fn mask(name: &str) -> String {
    super::mask::name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn notes_are_no_part_of_the_name() {
        let core = |w: &str| read(w).core;
        assert_eq!(core("张三(已故)"), "张三");
        assert_eq!(read("张三（已故）").notes, [NameNote::Deceased]);
        for dead in
            ["张三（故）", "张三（2024年5月去世）", "张三（二〇二四年病故）", "张三(已歿)", "张三（死亡 2024.5.1）"]
        {
            assert_eq!(read(dead).notes, [NameNote::Deceased], "{dead}");
        }
        for alive in ["王七（因事故致残）", "王小明（父母双亡）", "王五（父亡）", "王五（因故停发）", "王五（变故）"]
        {
            assert!(matches!(read(alive).notes[..], [NameNote::Other(_)]), "{alive}");
        }
        assert_eq!(read("李四（户主）").notes, [NameNote::Head]);
        assert_eq!(read("王五（女）").notes, [NameNote::Sex(Sex::Female)]);
        assert_eq!(core("张　三"), "张三");
        assert_eq!(core("张\u{200B} 三"), "张三");
        assert_eq!(core("王伟1"), "王伟");
        assert_eq!(core("王伟Ａ"), "王伟");
        assert_eq!(core("吴yan"), "吴yan");
        for written in
            ["阿卜杜·热合曼", "阿卜杜•热合曼", "阿卜杜.热合曼", "阿卜杜・热合曼", "阿卜杜．热合曼", "阿卜杜‧热合曼"]
        {
            assert_eq!(core(written), "阿卜杜·热合曼", "{written}");
        }
        assert!(read("无").placeholder && read("").placeholder && !read("张三").placeholder);
        assert!(read("吉安县敦厚镇敬老院").organisation);
    }

    #[test]
    fn forms_for_matching_agree() {
        assert_eq!(fold("張國華"), fold("张国华"));
        assert_eq!(fold("阿卜杜·热合曼"), fold("阿卜杜热合曼"));
        assert_eq!(fold("李峯"), fold("李峰"));
        assert_eq!(fold("王\u{E863}"), fold("王\u{4DAE}"));
        assert_eq!(sound("单雄信"), "shan xiong xin");
        assert_eq!(sound("尉迟恭"), "yu chi gong");
        assert_eq!(sound("曾国藩"), "zeng guo fan");
        assert_eq!(sound("吴yan"), "wu yan");
        assert_eq!(sound("吴燕"), "wu yan");
    }

    #[test]
    fn surnames_have_their_length() {
        assert_eq!(surname_len("张三"), 1);
        assert_eq!(surname_len("欧阳修"), 2);
        assert_eq!(surname_len("歐陽修"), 2);
        assert_eq!(surname_len("欧阳"), 1);
        assert_eq!(surname_len("阿卜杜·热合曼"), 3);
        assert_eq!(surname_len(""), 0);
        assert_eq!(mask("张三丰"), "张**");
    }

    proptest! {
        #[test]
        fn nothing_panics(written in "\\PC*|[张三李四·().A-Z0-9 ]{0,20}") {
            let _ = (read(&written), fold(&written), sound(&written), mask(&written));
        }
    }
}
