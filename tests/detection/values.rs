//! What the cells below a header hold: invented people, and the odd things that lists say of them.

use super::dice::Dice;
use super::grid::Cell;

/// Surnames and given names with the words of totals and notes among them, as real ones have: 单, 计, 总, 合, 注, 说.
const SURNAMES: [&str; 36] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "罗",
    "肖", "曾", "谢", "彭", "欧阳", "单", "计", "合", "单于", "章", "段", "尹", "贺", "上官", "明", "申", "付",
];
const GIVEN: [&str; 40] = [
    "小明", "秀英", "桂兰", "建国", "志强", "春花", "冬根", "水生", "细妹", "金莲", "福生", "招娣", "伟", "芳", "敏",
    "静", "丽", "军", "兰", "合生", "小合", "计生", "总根", "统文", "注生", "明说", "单根", "页红", "备军", "甲生",
    "乙妹", "文注", "共生", "仔细", "元计", "学制", "表英", "签花", "以和", "满意",
];
const FOREIGN: [&str; 3] = ["阿依古丽·买买提", "艾力·吐尔逊", "卓玛措"];
const VILLAGES: [&str; 24] = [
    "永和村",
    "小江村",
    "注田村",
    "合口村",
    "计塘村",
    "总铺村",
    "东风社区",
    "三湾村",
    "七里村",
    "十里亭村",
    "第五村",
    "桥头村",
    "栏口村",
    "说书巷社区",
    "白沙村",
    "富滩村",
    "固江村",
    "石溪村",
    "楼前村",
    "单家村",
    "共大村",
    "第二居委会",
    "新圩村",
    "罗家村",
];
const TOWNS: [&str; 10] =
    ["永阳镇", "敦厚镇", "白鹭洲街道", "禾川镇", "龙市镇", "枚江镇", "横江镇", "曲濑镇", "兴桥镇", "樟山镇"];
const COUNTIES: [&str; 8] = ["吉州区", "青原区", "吉安县", "吉水县", "永丰县", "泰和县", "遂川县", "永新县"];
const WORDS: [&str; 18] = [
    "正常",
    "在保",
    "农村",
    "城市",
    "普通",
    "一般",
    "其他",
    "农业银行永阳支行",
    "市人民医院",
    "因病致困",
    "中专",
    "务农",
    "小型轿车",
    "七年级",
    "A类",
    "共同生活",
    "单位代缴",
    "合规",
];
/// Remarks that begin as notes do, hold the word of a total, or run over a line break.
const REMARKS: [&str; 18] = [
    "注：已迁出",
    "注销户口",
    "备注：本人未到场",
    "合计发放两次",
    "含小计外补发",
    "说明：证件遗失",
    "已核实",
    "新增",
    "2025年3月死亡",
    "详见附表",
    "审核人：已复核",
    "本页补录",
    "需核查，\n下月再报",
    "单位：元",
    "重复，见第3页",
    "\"五保\"转入",
    "制表时漏登",
    "总计领取三个月",
];

/// Somebody's name.
pub fn name(dice: &mut Dice) -> String {
    if dice.percent(1) {
        return dice.pick(&FOREIGN).to_owned();
    }
    let gap = if dice.percent(2) { " " } else { "" };
    let note = match dice.between(1, 200) {
        1 => "（已故）",
        2 => "（户主）",
        3 => "1",
        _ => "",
    };
    format!("{}{gap}{}{note}", dice.pick(&SURNAMES), dice.pick(&GIVEN))
}

pub fn village(dice: &mut Dice) -> String {
    dice.pick(&VILLAGES).to_owned()
}

pub fn town(dice: &mut Dice) -> String {
    dice.pick(&TOWNS).to_owned()
}

pub fn day(dice: &mut Dice, from: u32, to: u32) -> (u32, u32, u32) {
    (dice.between(from, to), dice.between(1, 12), dice.between(1, 28))
}

/// An invented identity number with its check character (GB 11643).
pub fn identity(dice: &mut Dice) -> String {
    let region = dice.pick(&["360802", "360803", "360821", "360827", "362401", "362421"]);
    let (year, month, date) = day(dice, 1935, 2018);
    let digits = format!("{region}{year}{month:02}{date:02}{:03}", dice.between(1, 999));
    let mut sum = 0;
    for (digit, at) in digits.bytes().zip(0_u32..) {
        sum += u32::from(digit - b'0') * (2_u32.pow(17 - at) % 11);
    }
    format!("{digits}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize])
}

/// How a list writes its values: the same all the way down.
pub struct Habit {
    date: u32,
    /// One in a hundred numbers of people lost: blank, 无, 不详, cut off.
    lost: u32,
    numeric_ids: bool,
}

impl Habit {
    pub fn new(dice: &mut Dice) -> Habit {
        Habit { date: dice.between(0, 4), lost: dice.pick(&[&0, &0, &3, &20]).to_owned(), numeric_ids: dice.percent(4) }
    }

    /// The cell of a column of this kind; `None` is a blank one.
    pub fn cell(&self, kind: &str, dice: &mut Dice) -> Option<Cell> {
        let text = |text: &str| Some(Cell::Text(text.to_owned()));
        match kind {
            "name" => Some(Cell::Text(name(dice))),
            "person" => dice.percent(90).then(|| Cell::Text(name(dice))),
            "id" => self.identity(dice),
            "certificate" => {
                let number = format!("{}{}{}", identity(dice), dice.between(1, 7), dice.between(1, 4));
                dice.percent(90).then_some(Cell::Text(number))
            }
            "sex" => text(dice.pick(&["男", "女"])),
            "date" => dice.percent(92).then(|| self.date(dice)),
            "month" => {
                let month = format!("{}{:02}", dice.between(2023, 2026), dice.between(1, 12));
                Some(Cell::Text(month))
            }
            "year" => Some(Cell::Number(f64::from(dice.between(2023, 2026)))),
            "age" => Some(Cell::Number(f64::from(dice.between(1, 98)))),
            "count" => Some(Cell::Number(f64::from(dice.between(1, 7)))),
            "area" => Some(Cell::Number(f64::from(dice.between(200, 1600)) / 10.0)),
            "money" => match dice.between(1, 30) {
                1 => None,
                2 => text(dice.pick(&["-", "/", "无"])),
                _ => Some(Cell::Number(f64::from(dice.between(20, 90_000)) / dice.pick(&[&1.0, &10.0, &100.0]))),
            },
            "phone" => {
                let number = format!("1{}{:09}", dice.between(3, 9), dice.between(0, 999_999_999));
                dice.percent(85).then_some(Cell::Text(number))
            }
            "account" => {
                let number = format!("6217{:09}{:06}", dice.between(0, 999_999_999), dice.between(0, 999_999));
                dice.percent(92).then_some(Cell::Text(number))
            }
            "plate" => Some(Cell::Text(format!("赣D{:05}", dice.between(0, 99_999)))),
            "county" => text(dice.pick(&COUNTIES)),
            "town" => Some(Cell::Text(town(dice))),
            "village" => Some(Cell::Text(village(dice))),
            "address" => Some(Cell::Text(format!("{}{}{}组", town(dice), village(dice), dice.between(1, 18)))),
            "relation" => text(dice.pick(&["户主", "本人", "配偶", "之子", "之女", "父亲", "母亲", "孙子"])),
            "disability" => text(dice.pick(&["肢体", "视力", "听力", "智力", "精神", "多重"])),
            "level" => dice.percent(80).then(|| Cell::Text(dice.pick(&["一级", "二级", "三级", "四级"]).to_owned())),
            "disease" => text(dice.pick(&["高血压", "尿毒症", "肺部恶性肿瘤", "脑梗死后遗症", "2型糖尿病"])),
            "remark" => dice.percent(25).then(|| Cell::Text(dice.pick(&REMARKS).to_owned())),
            "words" => dice.percent(88).then(|| Cell::Text(dice.pick(&WORDS).to_owned())),
            other => panic!("no such kind of column: {other}"),
        }
    }

    fn identity(&self, dice: &mut Dice) -> Option<Cell> {
        let number = identity(dice);
        if !dice.percent(self.lost) {
            let numeric = self.numeric_ids && !number.ends_with('X');
            return Some(if numeric { Cell::Number(number.parse().expect("digits")) } else { Cell::Text(number) });
        }
        match dice.between(1, 5) {
            1 => None,
            2 => Some(Cell::Text("无".into())),
            3 => Some(Cell::Text("不详".into())),
            4 => Some(Cell::Text(number[..dice.between(6, 17) as usize].to_owned())),
            _ => Some(Cell::Text(format!("'{number}"))),
        }
    }

    fn date(&self, dice: &mut Dice) -> Cell {
        let (year, month, day) = day(dice, 2019, 2025);
        match self.date {
            0 => Cell::Date(year, month, day),
            1 => Cell::Text(format!("{year}-{month:02}-{day:02}")),
            2 => Cell::Text(format!("{year}.{month}.{day}")),
            3 => Cell::Text(format!("{year}年{month}月{day}日")),
            _ => Cell::Text(format!("{year}{month:02}{day:02}")),
        }
    }
}
