//! What stands above and below a table, and between its rows.

use super::departments::{Department, Departments};
use super::dice::Dice;
use super::dump::{Layout, signer};
use super::grid::{Cell, Fate, Grid};
use super::values::{day, town};

fn date(dice: &mut Dice) -> String {
    let (year, month, day) = day(dice, 2023, 2026);
    match dice.between(1, 4) {
        1 => format!("{year}年{month}月{day}日"),
        2 => format!("{year}-{month:02}-{day:02}"),
        3 => format!("{year}.{month}.{day}"),
        _ => "    年  月  日".to_owned(),
    }
}

/// Titles, fill-in lines, the unit row. Returns what the unit row multiplies amounts by.
pub fn above(
    dice: &mut Dice,
    grid: &mut Grid,
    lists: &Departments,
    department: &Department,
    layout: &Layout,
    traits: &mut Vec<&'static str>,
) -> Option<u32> {
    let (first, last) = (layout.first, layout.last);
    let office = department.offices[dice.index(department.offices.len())].clone();
    if dice.percent(3) {
        grid.blank();
    }
    if dice.percent(8) {
        traits.push("附件 line");
        grid.texts(Fate::Heading, &[(first, dice.pick(&["附件1", "附件2：", "附表一", "表3"]))]);
    }
    let titles = match dice.between(1, 100) {
        1..=20 => 0,
        21..=80 => 1,
        81..=95 => 2,
        _ => 3,
    };
    for nth in 0..titles {
        let at = if dice.percent(15) { first + (last - first) / 2 } else { first };
        let text = match nth {
            0 => title(dice, lists, department, &office),
            1 => format!("（{}）", date(dice)),
            _ => format!("{office} {}", date(dice)),
        };
        if at == first && last > first && dice.percent(70) {
            grid.merges.push((grid.next(), grid.next(), first, last));
        }
        grid.texts(Fate::Heading, &[(at, &text)]);
    }
    if dice.percent(10) {
        grid.blank();
    }
    let unit = dice.percent(25) && layout.at(&["money"]).is_some();
    let word = dice.pick(&["元", "元", "元", "万元"]);
    if dice.percent(50) || unit {
        fill_in(dice, grid, &office, (first, last), unit.then_some(word));
    }
    if dice.percent(4) {
        let text = dice.pick(&[
            "填报要求：请各乡镇于每月5日前报送，数据须真实准确。",
            "本表涉及个人信息，请妥善保管，不得外传",
            "数据截止时间：2025年6月30日24时",
        ]);
        grid.texts(Fate::Heading, &[(first, text)]);
    }
    if dice.percent(8) {
        grid.blank();
    }
    if !unit {
        return None;
    }
    traits.push("unit row");
    Some(if word == "万元" { 10_000 } else { 1 })
}

/// A line right above the header whose words have no colon and stand in several cells, as a parent's do.
pub fn bare_words(dice: &mut Dice, grid: &mut Grid, department: &Department, layout: &Layout) {
    let (first, last) = (layout.first, layout.last.max(layout.first + 1));
    let office = department.offices[dice.index(department.offices.len())].clone();
    let when = loop {
        let day = date(dice);
        if day.starts_with(|c: char| c.is_ascii_digit()) {
            break day;
        }
    };
    let (who, middle, place) = (signer(dice), first + (last - first).div_ceil(2), town(dice));
    let label = dice.pick(&["填报单位", "报送单位", "制表单位", "主管部门"]);
    let maker = dice.pick(&["制表人", "填报人", "经办人"]);
    match dice.between(1, 6) {
        1 => grid.texts(Fate::Heading, &[(first, label), (first + 1, &office)]),
        2 => grid.texts(Fate::Heading, &[(first, &office), (last, &when)]),
        3 => grid.texts(Fate::Heading, &[(first, &place), (middle, "（盖章）")]),
        4 => grid.texts(Fate::Heading, &[(first, "报表日期"), (first + 1, &when)]),
        5 => grid.texts(Fate::Heading, &[(first, maker), (first + 1, &who)]),
        _ => grid.texts(Fate::Heading, &[(first, &place), (middle, &office)]),
    }
}

fn title(dice: &mut Dice, lists: &Departments, department: &Department, office: &str) -> String {
    let what = &department.titles[dice.index(department.titles.len())];
    let kind = &lists.shared_titles[dice.index(lists.shared_titles.len())];
    let (year, month, _) = day(dice, 2023, 2026);
    let place = town(dice);
    match dice.between(1, 6) {
        1 => format!("{what}{kind}"),
        2 => format!("{office}{year}年{month}月{what}{kind}"),
        3 => format!("{year}年{place}{what}{kind}"),
        4 => format!("{what}{kind}（{year}年{month}月）"),
        5 => format!("{year}年第{}季度{what}{kind}", dice.between(1, 4)),
        _ => format!("{place}{what}{kind}（第{}批）", dice.between(1, 9)),
    }
}

/// 填报单位, 填报日期, 单位 in one cell, in several, or each label before its value.
fn fill_in(dice: &mut Dice, grid: &mut Grid, office: &str, (first, last): (u32, u32), unit: Option<&str>) {
    let label = dice.pick(&[
        "填报单位",
        "编制单位",
        "报送单位",
        "单位名称",
        "填表单位",
        "乡镇（街道）",
        "单位（公章）",
        "制表单位",
        "主管部门",
    ]);
    let when = dice.pick(&["填报日期", "填表日期", "报送时间", "制表日期", "日期", "数据时间", "所属期"]);
    let (day, middle) = (date(dice), first + (last - first) / 2);
    let unit = unit.map(|unit| format!("{}：{unit}", dice.pick(&["单位", "金额单位", "计量单位", "单 位"])));
    let unit_text = unit.as_deref().unwrap_or("");
    // A line without a word is no line.
    let mut line = |cells: &[(u32, &str)]| {
        let filled: Vec<(u32, &str)> = cells.iter().filter(|(_, text)| !text.trim().is_empty()).copied().collect();
        if !filled.is_empty() {
            grid.texts(Fate::Heading, &filled);
        }
    };
    match dice.between(1, 5) {
        1 => {
            let text = format!("{label}：{office}    {when}：{day}    {unit_text}");
            line(&[(first, text.trim())]);
        }
        2 => {
            line(&[(first, &format!("{label}：{office}")), (middle.max(first + 1), &format!("{when}：{day}"))]);
            line(&[(last, unit_text)]);
        }
        3 => {
            line(&[(first, &format!("{label}：")), (first + 1, office)]);
            line(&[(first, &format!("{when}：")), (first + 1, day.trim()), (first + 3, unit_text)]);
        }
        4 => {
            line(&[(first, &format!("{label}：{office}"))]);
            line(&[(last, unit_text)]);
        }
        _ => line(&[(first, &format!("{label}：{office}")), (last.max(first + 1), unit_text)]),
    }
}

/// What the money columns of a total hold.
fn sums(dice: &mut Dice, layout: &Layout) -> Vec<(u32, Cell)> {
    let money = layout.columns.iter().filter(|planned| planned.is(&["money"]));
    // The word of a total keeps the place where it stands.
    money
        .filter(|planned| planned.position != layout.first)
        .map(|planned| (planned.position, Cell::Number(f64::from(dice.between(1000, 9_000_000)) / 10.0)))
        .collect()
}

/// The sum of a village's rows.
pub fn subtotal(dice: &mut Dice, grid: &mut Grid, layout: &Layout, village: &str, rows: u32) {
    let (name, place) = (layout.at(&["name"]).unwrap_or(0), layout.at(&["village"]).unwrap_or(0));
    let word = dice.pick(&["小计", "合计", "小 计"]);
    let mut cells = sums(dice, layout);
    let text = |text: String| Cell::Text(text);
    match dice.between(1, 5) {
        1 => cells.push((place, text(format!("{village}{word}")))),
        2 => cells.extend([(place, text(village.to_owned())), (name, text(word.to_owned()))]),
        3 => cells.extend([(place, text(format!("{village}{word}"))), (name, text(format!("{rows}人")))]),
        4 => cells.push((layout.first, text(word.to_owned()))),
        _ => cells.extend([(layout.first, text(word.to_owned())), (name, text(format!("共{rows}人")))]),
    }
    grid.push(Fate::Footing, cells);
}

/// Totals, notes and signatures.
pub fn below(dice: &mut Dice, grid: &mut Grid, layout: &Layout, traits: &mut Vec<&'static str>) {
    let blank = dice.percent(25);
    if dice.percent(45) {
        traits.push("total");
        if blank {
            grid.blank();
        }
        total(dice, grid, layout);
    }
    let notes_first = dice.percent(50);
    for pass in [true, false] {
        if pass == notes_first && dice.percent(28) {
            traits.push("notes");
            if dice.percent(30) {
                grid.blank();
            }
            notes(dice, grid, layout);
        }
        if pass != notes_first && dice.percent(45) {
            traits.push("signatures");
            if dice.percent(30) {
                grid.blank();
            }
            signatures(dice, grid, layout);
        }
    }
    if dice.percent(12) {
        for _ in 0..dice.between(1, 6) {
            grid.blank();
        }
    }
}

fn total(dice: &mut Dice, grid: &mut Grid, layout: &Layout) {
    let rows = grid.lines.iter().filter(|line| line.fate == Fate::Row).count();
    let name = layout.at(&["name"]).unwrap_or(0);
    let word = dice.pick(&[
        "合计",
        "合计",
        "总计",
        "合 计",
        "合   计",
        "总  计",
        "合计：",
        "共计",
        "全县合计",
        "总合计",
        "合计数",
        "本表合计",
        "合计金额",
    ]);
    let mut cells = sums(dice, layout);
    let text = |text: String| Cell::Text(text);
    let before_money = layout.at(&["money"]).filter(|money| *money > layout.first).map(|money| money - 1);
    match dice.between(1, 14) {
        12 => cells.push((layout.first, text(format!("合 计 {rows} 户 {} 人", rows * 2)))),
        13 => cells.push((layout.first, text("累计发放".to_owned()))),
        9 => cells = vec![(layout.first, text(format!("以上共{rows}人，合计发放{}元。", rows * 385)))],
        10 => cells = vec![(layout.first, text(format!("总人数：{rows}人")))],
        11 => {
            cells = vec![
                (layout.first, text("金额合计（大写）：".to_owned())),
                (layout.first + 1, text("叁仟元整".to_owned())),
            ];
        }
        1 => cells.push((name, text(word.to_owned()))),
        2 => cells
            .extend([(layout.first, text(word.to_owned())), (name.max(layout.first + 1), text(format!("{rows}人")))]),
        3 => cells
            .extend([(layout.first, text(word.to_owned())), (name.max(layout.first + 1), text(format!("共{rows}人")))]),
        4 => cells
            .extend([(layout.first, text(word.to_owned())), (name.max(layout.first + 1), Cell::Number(rows as f64))]),
        5 => cells.push((layout.first, text(format!("{}（{rows}人）", word.trim_end_matches('：'))))),
        6 => {
            cells =
                vec![(layout.first, text(format!("{}：{rows}人，金额{}元", word.trim_end_matches('：'), rows * 385)))]
        }
        7 => cells.push((before_money.unwrap_or(layout.first), text(word.to_owned()))),
        _ => cells.push((layout.first, text(word.to_owned()))),
    }
    grid.push(Fate::Footing, cells);
}

fn notes(dice: &mut Dice, grid: &mut Grid, layout: &Layout) {
    let first = layout.first;
    let lines: &[&str] = match dice.between(1, 16) {
        1 => &["注：1.本表由各乡镇（街道）填报，一式三份。", "2.数据截至2025年6月30日。", "3.金额保留两位小数。"],
        2 => &["说明：本表数据来源于业务系统导出，仅供比对使用。"],
        3 => &["备注：以上人员均已公示，无异议。"],
        4 => &["填表说明：1、身份证号必须为文本格式；2、金额单位为元。"],
        5 => &["说明", "1．本表一式两份，市、县各存一份；", "2．如有变动请及时报送。"],
        6 => &["注:标红的为本月新增人员"],
        7 => &["（以下空白）"],
        8 => &["※本表一式两份，市、县各存一份"],
        9 => &["填报说明：", "一、本表由乡镇填报", "二、每月25日前报送"],
        10 => &["——完——"],
        11 => &["以上人员已公示7天，无异议"],
        12 => &["注：", "①低保金额为月标准；", "②人数以在册为准。"],
        13 => &["说明：1. 数据来源于业务系统", "      2. 截止时间为2025年6月30日"],
        14 => &["附注：带*为新增"],
        15 => &["（接下页）"],
        _ => &["以上情况属实，如有虚假愿承担一切责任。"],
    };
    if dice.percent(8) {
        // The word in one cell and the note in the next.
        grid.texts(Fate::Footing, &[(first, "备注"), (first + 1, "以上数据由各乡镇（街道）核实后上报，逾期不补。")]);
    }
    for line in lines {
        if layout.last > first && dice.percent(50) {
            grid.merges.push((grid.next(), grid.next(), first, layout.last));
        }
        grid.texts(Fate::Footing, &[(first, line)]);
    }
}

fn signatures(dice: &mut Dice, grid: &mut Grid, layout: &Layout) {
    let (first, last) = (layout.first, layout.last);
    let middle = first + (last - first).div_ceil(2).max(1);
    let (a, b, when) = (signer(dice), signer(dice), date(dice));
    let (maker, checker) = (
        dice.pick(&["制表人", "填表人", "经办人", "填报人", "录入人"]),
        dice.pick(&["审核人", "复核人", "负责人", "单位负责人", "审批人"]),
    );
    let mut line = |cells: &[(u32, &str)]| grid.texts(Fate::Footing, cells);
    match dice.between(1, 19) {
        18 => line(&[(first, &format!("制表人 {a}      审核人 {b}"))]),
        19 => line(&[(first + 1, &format!("{maker}：{a}")), (middle + 2, &format!("{checker}：{b}"))]),
        11 => line(&[(first, &format!("{maker}签字：")), (middle, &format!("{checker}签字："))]),
        12 => line(&[(first, &format!("审核：{a}    制表：{b}"))]),
        13 => line(&[(first, &format!("制表：{a}")), (middle, &format!("审核：{b}"))]),
        14 => line(&[(first, &format!("会计：{a}")), (middle, &format!("出纳：{b}"))]),
        15 => line(&[(first, "村（社区）意见："), (middle, "乡镇（街道）意见：")]),
        16 => line(&[(first, &format!("单位负责人签章：{a}      填报日期：{when}"))]),
        17 => {
            line(&[(last, "（公章）")]);
            line(&[(last, "年   月   日")]);
        }
        1 => line(&[(first, &format!("{maker}：{a}    {checker}：{b}    日期：{when}"))]),
        2 => line(&[
            (first, &format!("{maker}：{a}")),
            (middle, &format!("{checker}：{b}")),
            (last.max(middle + 1), &format!("日期：{when}")),
        ]),
        3 => line(&[
            (first, &format!("{maker}：")),
            (first + 1, &a),
            (first + 3, &format!("{checker}：")),
            (first + 4, &b),
        ]),
        4 => line(&[(first, &format!("{checker}（签字）：")), (middle, &format!("{maker}（签字）："))]),
        5 => line(&[(first, "单位（盖章）：")]),
        6 => {
            line(&[(first, &format!("{maker}：{a}")), (middle, &format!("{checker}：{b}"))]);
            line(&[(last, "2025年6月30日")]);
        }
        7 => line(&[(first, &format!("{maker}：{a}")), (middle, "联系电话：0796-8223456")]),
        8 => line(&[(first, &format!("分管领导：          科室负责人：          {maker}："))]),
        9 => line(&[(first, maker), (first + 1, &a), (first + 2, checker), (first + 3, &b)]),
        _ => line(&[
            (first, &format!("主管领导：{a}")),
            (middle, &format!("{checker}：{b}")),
            (middle + 1, &format!("{maker}：{a}")),
        ]),
    }
}
