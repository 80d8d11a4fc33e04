//! Names of people: what belongs to the name, what is a note beside it, and how names are folded and sounded for matching.

use pinyin::ToPinyin;

use super::text;

/// Something written beside a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameNote {
    /// 已故, 死亡, 去世: evidence of a death.
    Deceased,
    /// 户主.
    Head,
    /// 男 or 女.
    Sex(char),
    Other(String),
}

/// A name as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As written, cleaned of what is only typing.
    pub written: String,
    /// Without notes and without the digit or letter that tells namesakes apart; separators as `·`.
    pub core: String,
    pub notes: Vec<NameNote>,
    /// No name: 无名氏, 未取名, 某某.
    pub placeholder: bool,
    /// An organisation stands in the column of names.
    pub organisation: bool,
}

const SEPARATORS: [char; 9] = ['\u{B7}', '\u{2022}', '\u{2027}', '\u{30FB}', '\u{FF0E}', '.', '\u{22C5}', '\u{2219}', '\u{FF65}'];
const NO_NAMES: [&str; 12] =
    ["某", "某某", "某某某", "无名氏", "无名", "未取名", "未命名", "未起名", "待取名", "新生儿", "婴儿", "佚名"];
const ORGANISATIONS: [&str; 12] =
    ["公司", "合作社", "委员会", "居委会", "村委会", "敬老院", "福利院", "养老院", "学校", "医院", "合作联社", "经营部"];

/// Reads a name cell.
pub fn read(cell: &str) -> Name {
    let written = text::clean(cell).into_owned();
    let mut notes = Vec::new();
    let mut core = String::with_capacity(written.len());
    let mut note = String::new();
    let mut inside = false;
    for c in written.chars() {
        match c {
            '(' | '（' | '[' | '【' | '〔' => inside = true,
            ')' | '）' | ']' | '】' | '〕' => {
                inside = false;
                push_note(&mut notes, &mut note);
            }
            c if inside => note.push(c),
            c if SEPARATORS.contains(&c) => core.push('·'),
            c if text::is_space(c) => {
                // A blank between Latin words is part of the name; between characters it is only typing.
                if core.ends_with(|last: char| last.is_ascii_alphabetic()) {
                    core.push(' ');
                }
            }
            c => core.push(text::narrow(c)),
        }
    }
    push_note(&mut notes, &mut note);
    let core = without_mark(core.trim_matches([' ', '·', '、', '，', ',', '。', ';', '；', ':', '：', '*', '-', '/']));
    let placeholder = core.is_empty() || text::is_placeholder(core) || NO_NAMES.contains(&core) || core.ends_with("之子") || core.ends_with("之女");
    let organisation = core.chars().count() >= 4 && ORGANISATIONS.iter().any(|word| core.ends_with(word));
    Name { core: core.to_owned(), written, notes, placeholder, organisation }
}

fn push_note(notes: &mut Vec<NameNote>, note: &mut String) {
    let text = std::mem::take(note);
    match text.trim() {
        "" => {}
        "户主" | "本人" => notes.push(NameNote::Head),
        "男" => notes.push(NameNote::Sex('男')),
        "女" => notes.push(NameNote::Sex('女')),
        gone if ["故", "死", "去世", "亡"].iter().any(|word| gone.contains(word)) => notes.push(NameNote::Deceased),
        other => notes.push(NameNote::Other(other.to_owned())),
    }
}

/// Without a trailing digit or Latin letter after Chinese characters (王伟1, 王伟A), which tells namesakes apart.
fn without_mark(core: &str) -> &str {
    let bare = core.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    let chinese = |c: char| c as u32 >= 0x3400;
    // Pinyin written for a character (吴yan) is more than a mark.
    if core.len() - bare.len() <= 2 && bare.chars().count() >= 2 && bare.ends_with(chinese) { bare } else { core }
}

/// The matching form: the core without separators and blanks, simplified, variant characters unified, upper case.
pub fn fold(name: &str) -> String {
    let core = read(name).core;
    let folded = text::fold(&core);
    text::simplify(&folded).chars().filter(|c| !SEPARATORS.contains(c)).map(variant).collect()
}

/// Variant characters that registers write for one another.
fn variant(c: char) -> char {
    match c {
        '喆' => '哲',
        '淼' => '渺',
        '堃' => '坤',
        '昇' | '陞' => '升',
        '峯' => '峰',
        '邨' => '村',
        '囯' | '囶' => '国',
        '亷' => '廉',
        '龢' => '和',
        '晧' => '皓',
        '氷' => '冰',
        '仝' => '同',
        '瑠' => '琉',
        '珎' => '珍',
        '穎' | '頴' | '颕' => '颖',
        '娳' => '丽',
        '勲' => '勋',
        '甦' => '苏',
        '濬' => '浚',
        '徳' => '德',
        c => c,
    }
}

/// Readings of surnames that differ from the character's usual one.
const SURNAMES: [(&str, &str); 27] = [
    ("尉迟", "yuchi"),
    ("万俟", "moqi"),
    ("长孙", "zhangsun"),
    ("澹台", "tantai"),
    ("单于", "chanyu"),
    ("令狐", "linghu"),
    ("单", "shan"),
    ("仇", "qiu"),
    ("解", "xie"),
    ("曾", "zeng"),
    ("区", "ou"),
    ("查", "zha"),
    ("朴", "piao"),
    ("冼", "xian"),
    ("缪", "miao"),
    ("覃", "qin"),
    ("任", "ren"),
    ("华", "hua"),
    ("盖", "ge"),
    ("纪", "ji"),
    ("乐", "yue"),
    ("种", "chong"),
    ("召", "shao"),
    ("员", "yun"),
    ("黑", "he"),
    ("翟", "zhai"),
    ("折", "she"),
];

/// Toneless pinyin of a folded name, syllables without blanks; characters without a reading stay as they are.
pub fn sound(name: &str) -> String {
    let (mut sound, rest) = match SURNAMES.iter().find(|(surname, _)| name.starts_with(surname)) {
        Some((surname, reading)) if name.len() > surname.len() => ((*reading).to_owned(), &name[surname.len()..]),
        _ => (String::with_capacity(name.len() * 2), name),
    };
    for c in rest.chars() {
        match c.to_pinyin() {
            Some(reading) => sound.push_str(reading.plain()),
            None => sound.extend(c.to_lowercase()),
        }
    }
    sound
}

const COMPOUND: [&str; 20] = [
    "欧阳", "上官", "司马", "诸葛", "司徒", "东方", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "端木", "百里", "呼延", "南宫", "独孤",
    "轩辕",
];

/// How many characters of a name are its surname.
pub fn surname_len(name: &str) -> usize {
    usize::from(!name.is_empty()) + usize::from(COMPOUND.iter().any(|surname| name.starts_with(surname)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_not_the_name() {
        let name = read("张三（已故）");
        assert_eq!((name.core.as_str(), name.notes), ("张三", vec![NameNote::Deceased]));
        assert_eq!(read("李四 (户主)").notes, [NameNote::Head]);
        assert_eq!(read("王五（女）").notes, [NameNote::Sex('女')]);
        assert_eq!(read(" 张\u{3000}三 ").core, "张三");
    }

    #[test]
    fn what_tells_namesakes_apart_is_not_the_name() {
        assert_eq!(read("王伟1").core, "王伟");
        assert_eq!(read("王伟Ａ").core, "王伟");
        assert_eq!(read("吴yan").core, "吴yan");
    }

    #[test]
    fn separators_scripts_and_variants_fold_together() {
        assert_eq!(fold("买买提·艾力"), fold("买买提.艾力"));
        assert_eq!(fold("買買提•艾力"), fold("买买提艾力"));
        assert_eq!(fold("張國峯"), "张国峰");
    }

    #[test]
    fn surnames_sound_as_surnames() {
        assert_eq!(sound("单小红"), "shanxiaohong");
        assert_eq!(sound("曾丽"), "zengli");
        assert_eq!(sound("李晓红"), sound("李小红"));
        assert_eq!(sound("尉迟恭"), "yuchigong");
    }

    #[test]
    fn no_names_and_organisations_are_known() {
        assert!(read("无名氏").placeholder && read("无").placeholder && read("张三之子").placeholder);
        assert!(read("青原区敬老院").organisation);
        assert!(!read("李学校").organisation);
        assert_eq!((surname_len("欧阳锋"), surname_len("李四"), surname_len("")), (2, 1, 0));
    }
}
