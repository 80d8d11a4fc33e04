//! Names as frequent as in life (roughly), and the ways clerks write them otherwise.

use super::dice::Dice;

/// Surnames with their share in ten thousand, rough: the national order with the names that are common in Ji'an
/// (刘, 肖, 罗, 彭, 曾, 郭, 胡) raised.
const SURNAMES: &[(&str, u32)] = &[
    ("刘", 900),
    ("王", 560),
    ("李", 560),
    ("张", 450),
    ("陈", 420),
    ("肖", 420),
    ("罗", 420),
    ("彭", 360),
    ("曾", 340),
    ("郭", 320),
    ("胡", 300),
    ("黄", 300),
    ("周", 260),
    ("杨", 220),
    ("吴", 200),
    ("谢", 190),
    ("欧阳", 160),
    ("邓", 150),
    ("钟", 140),
    ("康", 120),
    ("贺", 120),
    ("邹", 110),
    ("宋", 100),
    ("赵", 100),
    ("徐", 100),
    ("孙", 90),
    ("朱", 90),
    ("林", 80),
    ("何", 80),
    ("高", 70),
    ("梁", 60),
    ("郑", 60),
    ("唐", 60),
    ("许", 60),
    ("韩", 50),
    ("冯", 50),
    ("于", 30),
    ("董", 40),
    ("萧", 20),
    ("程", 40),
    ("曹", 50),
    ("袁", 60),
    ("傅", 40),
    ("沈", 40),
    ("吕", 40),
    ("苏", 40),
    ("卢", 40),
    ("蒋", 40),
    ("蔡", 40),
    ("贾", 30),
    ("丁", 40),
    ("魏", 40),
    ("薛", 20),
    ("叶", 50),
    ("阎", 10),
    ("余", 50),
    ("潘", 40),
    ("杜", 40),
    ("戴", 40),
    ("夏", 30),
    ("汪", 30),
    ("田", 40),
    ("任", 30),
    ("姜", 30),
    ("范", 40),
    ("方", 30),
    ("石", 30),
    ("姚", 30),
    ("谭", 40),
    ("廖", 60),
    ("熊", 60),
    ("金", 20),
    ("陆", 20),
    ("郝", 10),
    ("孔", 20),
    ("白", 20),
    ("崔", 20),
    ("毛", 30),
    ("邱", 40),
    ("秦", 20),
    ("江", 30),
    ("史", 20),
    ("顾", 20),
    ("侯", 20),
    ("邵", 20),
    ("孟", 20),
    ("龙", 50),
    ("万", 40),
    ("段", 20),
    ("匡", 10),
    ("钱", 20),
    ("汤", 30),
    ("尹", 60),
    ("黎", 20),
    ("易", 30),
    ("常", 10),
    ("武", 10),
    ("乔", 10),
    ("赖", 60),
    ("龚", 40),
    ("文", 60),
    ("庞", 10),
    ("樊", 10),
    ("兰", 20),
    ("殷", 10),
    ("施", 20),
    ("陶", 20),
    ("洪", 20),
    ("翟", 10),
    ("安", 10),
    ("颜", 30),
    ("倪", 10),
    ("严", 20),
    ("牛", 10),
    ("温", 20),
    ("芦", 10),
    ("季", 10),
    ("俞", 10),
    ("章", 20),
    ("鲁", 10),
    ("葛", 10),
    ("伍", 20),
    ("韦", 10),
    ("申", 10),
    ("尤", 10),
    ("毕", 10),
    ("聂", 30),
    ("柴", 5),
    ("焦", 5),
    ("向", 10),
    ("柳", 20),
    ("邢", 5),
    ("岳", 5),
    ("齐", 5),
    ("晏", 10),
    ("梅", 20),
    ("莫", 10),
    ("庄", 10),
    ("辛", 10),
    ("管", 20),
    ("祝", 10),
    ("左", 20),
    ("涂", 20),
    ("谷", 10),
    ("祁", 5),
    ("时", 5),
    ("舒", 20),
    ("耿", 5),
    ("牟", 5),
    ("卜", 5),
    ("路", 5),
    ("詹", 20),
    ("关", 5),
    ("苗", 5),
    ("凌", 10),
    ("费", 5),
    ("纪", 5),
    ("靳", 5),
    ("盛", 10),
    ("童", 10),
    ("欧", 10),
    ("甄", 2),
    ("项", 5),
    ("曲", 5),
    ("成", 5),
    ("游", 20),
    ("阳", 5),
    ("裴", 5),
    ("席", 2),
    ("卫", 5),
    ("屈", 5),
    ("鲍", 5),
    ("位", 1),
    ("覃", 5),
    ("霍", 5),
    ("翁", 5),
    ("隋", 1),
    ("植", 1),
    ("甘", 20),
    ("景", 5),
    ("上官", 10),
    ("司马", 5),
    ("诸葛", 3),
    ("夏侯", 2),
    ("皇甫", 2),
    ("尉迟", 1),
];

const MEN: [&str; 3] = [
    "生根发才明福财荣金水林仁义德忠贵清云春祥文华国成建炳家兴长庆光新友南先全大玉元树昌桂传富泉恩正有火和喜保秋连年",
    "伟强军勇杰涛明超辉斌波平刚峰磊鹏飞龙华建国文志海林春红亮永新东宏武锋浩彬辰健俊威凯旭兵小根良卫民宁江毅川雄洪",
    "浩宇轩子涵俊杰梓豪博文昊天睿泽嘉诚宸逸晨航奕辰铭瑞煜霖俊熙皓然思远志鑫鹏佳明家乐承恩一凡向阳晓峰楷瑾",
];
const WOMEN: [&str; 3] = [
    "秀英兰香玉莲桂珍凤金菊花梅春秋翠莲娥连招娣银冬桃云桂月娇满细妹清爱翠枝素芝水福姑荷仙贞惠美喜蓉淑芬",
    "芳丽敏静红燕玲娟艳霞萍梅英华琴莉娜慧云洁群琼秀珍晓春小香菊平瑛丹蓉青建冬雪文爱凤莲金桂花倩颖",
    "梓涵诗雨欣怡雅婷思佳子萱梦琪一诺语嫣若曦可馨紫妍心怡悦晨瑶雪琳钰彤依璇静嘉艺慧敏芷晴佳丽婉清玥熙",
];

const FOREIGN_FIRST: [&str; 8] = ["阿依古丽", "买买提", "古丽娜尔", "艾力", "热依汗", "木沙", "帕提古丽", "玉素甫"];
const FOREIGN_LAST: [&str; 8] = ["买买提", "吐尔逊", "阿不都拉", "卡德尔", "依明", "热合曼", "尼亚孜", "斯拉木"];

/// Groups of characters that sound alike: clerks type by sound.
const SOUNDS: &[&str] = &[
    "伟玮炜",
    "军君均",
    "敏闽",
    "静婧靖",
    "丽莉",
    "华桦",
    "明铭名",
    "平萍",
    "英瑛",
    "红虹洪鸿",
    "建健",
    "文雯",
    "志智",
    "辉晖徽",
    "燕艳",
    "珍贞真",
    "金今",
    "兰岚",
    "涛滔",
    "杰洁",
    "勇永",
    "清青",
    "云芸",
    "春椿",
    "梅枚",
    "桂贵",
    "林琳霖",
    "芳方",
    "峰锋",
    "宇雨羽",
    "涵寒",
    "佳嘉家",
    "玲灵",
];

/// Simplified characters and their traditional forms.
const TRADITIONAL: &[(char, char)] = &[
    ('刘', '劉'),
    ('张', '張'),
    ('陈', '陳'),
    ('罗', '羅'),
    ('黄', '黃'),
    ('杨', '楊'),
    ('吴', '吳'),
    ('谢', '謝'),
    ('欧', '歐'),
    ('阳', '陽'),
    ('邓', '鄧'),
    ('钟', '鍾'),
    ('贺', '賀'),
    ('邹', '鄒'),
    ('赵', '趙'),
    ('孙', '孫'),
    ('郑', '鄭'),
    ('许', '許'),
    ('韩', '韓'),
    ('冯', '馮'),
    ('华', '華'),
    ('国', '國'),
    ('兰', '蘭'),
    ('凤', '鳳'),
    ('军', '軍'),
    ('伟', '偉'),
    ('强', '強'),
    ('丽', '麗'),
    ('红', '紅'),
    ('荣', '榮'),
    ('贵', '貴'),
    ('龙', '龍'),
    ('飞', '飛'),
    ('连', '連'),
    ('莲', '蓮'),
    ('云', '雲'),
    ('义', '義'),
    ('长', '長'),
    ('庆', '慶'),
    ('东', '東'),
    ('银', '銀'),
    ('爱', '愛'),
    ('艳', '豔'),
    ('静', '靜'),
    ('涛', '濤'),
    ('鹏', '鵬'),
    ('树', '樹'),
    ('传', '傳'),
    ('财', '財'),
];

/// A name in its parts, small enough to keep for everybody.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    surname: u8,
    given: [char; 2],
}

const FOREIGN: u8 = u8::MAX;
const NONE: char = '\0';

/// The place of a character among `n`, the first ones more often.
fn skewed(dice: &mut Dice, n: u32) -> usize {
    dice.below(n).min(dice.below(n)) as usize
}

impl Name {
    /// A name for a man or a woman born in `year`; `surname` where the family's is inherited.
    pub fn draw(dice: &mut Dice, male: bool, year: i32, surname: Option<Name>) -> Name {
        if surname.is_none_or(|parent| parent.surname == FOREIGN) && dice.chance(0.0004) {
            let given = [dice.below(8), dice.below(8)].map(|index| char::from_u32(index).unwrap_or(NONE));
            return Name { surname: FOREIGN, given };
        }
        let surname = match surname {
            Some(parent) if parent.surname != FOREIGN => parent.surname,
            _ => dice.weighted(SURNAMES.iter().map(|entry| entry.1)) as u8,
        };
        let age = match year {
            ..1968 => 0,
            1968..1993 => 1,
            _ => 2,
        };
        let letters = if male { MEN[age] } else { WOMEN[age] };
        let count = letters.chars().count() as u32;
        let mut letter = || letters.chars().nth(skewed(dice, count)).unwrap_or('明');
        let first = letter();
        let second = letter();
        let single = dice.chance([0.06, 0.22, 0.08][age]);
        Name { surname, given: [first, if single { NONE } else { second }] }
    }

    /// The name as its bearer writes it.
    pub fn text(self) -> String {
        if self.surname == FOREIGN {
            let [first, last] = self.given.map(|index| index as usize % 8);
            return format!("{}·{}", FOREIGN_FIRST[first], FOREIGN_LAST[last]);
        }
        let mut text = SURNAMES[self.surname as usize].0.to_owned();
        text.extend(self.given.iter().filter(|letter| **letter != NONE));
        text
    }
}

/// The name with one character replaced by one of the same sound; `None` where the table knows none.
pub fn homophone(name: &str, dice: &mut Dice) -> Option<String> {
    let mut letters: Vec<char> = name.chars().collect();
    for place in (1..letters.len()).rev() {
        if let Some(group) = SOUNDS.iter().find(|group| group.contains(letters[place])) {
            let others: Vec<char> = group.chars().filter(|other| *other != letters[place]).collect();
            letters[place] = *dice.pick(&others);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

/// The name in traditional characters; `None` where it looks the same.
pub fn traditional(name: &str) -> Option<String> {
    let written: String = name
        .chars()
        .map(|letter| TRADITIONAL.iter().find(|pair| pair.0 == letter).map_or(letter, |pair| pair.1))
        .collect();
    (written != name).then_some(written)
}

/// The name with a blank in it, as two-character names are often written; `None` for names with a separator.
pub fn spaced(name: &str) -> Option<String> {
    let letters: Vec<char> = name.chars().collect();
    if letters.contains(&'·') || letters.len() > 3 {
        return None;
    }
    let blank = if letters.len() == 2 { "\u{3000}" } else { " " };
    Some(letters.iter().map(char::to_string).collect::<Vec<_>>().join(blank))
}

/// The name with another separator than U+00B7; `None` where it has none.
pub fn separated(name: &str, dice: &mut Dice) -> Option<String> {
    name.contains('·').then(|| name.replace('·', &dice.pick(&['•', '・', '．', '.']).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_surname_and_other_forms() {
        let mut dice = Dice::new(3, 0);
        for year in [1940, 1975, 2010] {
            let name = Name::draw(&mut dice, year % 2 == 0, year, None).text();
            assert!(name.chars().count() >= 2, "{name}");
        }
        assert_eq!(traditional("刘国华").as_deref(), Some("劉國華"));
        assert_eq!(spaced("王伟").as_deref(), Some("王\u{3000}伟"));
        assert_eq!(spaced("艾力·依明"), None);
        assert!(homophone("王伟", &mut dice).is_some_and(|name| name != "王伟"));
    }
}
