//! The thirteen counties of Ji'an (codes of GB/T 2260, towns and villages counted in 2023) and invented names for
//! their towns and villages.

/// A county and how many towns and villages it has.
pub struct County {
    pub code: u32,
    pub name: &'static str,
    pub towns: u32,
    pub villages: u32,
    /// The first of its towns in the list of all towns of the city.
    pub first_town: u32,
}

const fn county(code: u32, name: &'static str, towns: u32, villages: u32, first_town: u32) -> County {
    County { code, name, towns, villages, first_town }
}

pub const COUNTIES: [County; 13] = [
    county(360802, "吉州区", 12, 138, 0),
    county(360803, "青原区", 11, 136, 12),
    county(360821, "吉安县", 23, 352, 23),
    county(360822, "吉水县", 19, 286, 46),
    county(360823, "峡江县", 12, 93, 65),
    county(360824, "新干县", 17, 166, 77),
    county(360825, "永丰县", 24, 245, 94),
    county(360826, "泰和县", 26, 322, 118),
    county(360827, "遂川县", 27, 354, 144),
    county(360828, "万安县", 18, 161, 171),
    county(360829, "安福县", 20, 275, 189),
    county(360830, "永新县", 25, 269, 209),
    county(360881, "井冈山市", 19, 170, 234),
];

const BEFORE: [&str; 24] = [
    "青", "白", "云", "龙", "凤", "石", "梅", "枫", "竹", "松", "桃", "禾", "长", "双", "大", "上", "下", "东", "西",
    "南", "北", "金", "银", "玉",
];
const AFTER: [&str; 13] = ["溪", "塘", "田", "坪", "洲", "陂", "岭", "桥", "湖", "源", "坑", "冈", "城"];
const HAMLETS: [&str; 29] = [
    "罗家", "彭家", "老屋", "新屋", "樟树", "石桥", "水口", "井头", "油坊", "茶园", "沙洲", "岭背", "杨梅", "荷塘",
    "枫树", "社背", "庙前", "塔下", "洋田", "坳上", "棠下", "书院", "古塘", "黄泥", "花园", "义门", "江边", "钓台",
    "洲头",
];

/// The invented name of the `town`-th town of a county; no two towns of the city share one, 252 < 24 × 13.
pub fn town(county: u8, town: u8) -> String {
    let entry = &COUNTIES[county as usize];
    let serial = (entry.first_town + u32::from(town)) as usize;
    let kind = match (entry.code % 100 < 20 || entry.code == 360881, town % 4) {
        (true, 0..=1) => "街道",
        (_, 3) => "乡",
        _ => "镇",
    };
    format!("{}{}{kind}", BEFORE[serial % 24], AFTER[serial % 13])
}

/// How many villages the `town`-th town of a county has (at least one).
pub fn villages(county: u8, town: u8) -> u32 {
    let entry = &COUNTIES[county as usize];
    let spare = u32::from(u32::from(town) < entry.villages % entry.towns);
    (entry.villages / entry.towns + spare).clamp(1, HAMLETS.len() as u32)
}

/// The invented name of a village of a town.
pub fn village(county: u8, town: u8, village: u8) -> String {
    let serial = (COUNTIES[county as usize].first_town + u32::from(town)) as usize * 7 + village as usize;
    let kind = if is_urban(county, town) { "社区" } else { "村" };
    format!("{}{kind}", HAMLETS[serial % HAMLETS.len()])
}

/// Whether a town is a street of the city proper: its poor are counted as urban.
pub fn is_urban(county: u8, name: u8) -> bool {
    town(county, name).ends_with("街道")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn town_names_are_unique_and_villages_too_within_a_town() {
        let mut towns = std::collections::BTreeSet::new();
        for (index, entry) in COUNTIES.iter().enumerate() {
            for number in 0..entry.towns as u8 {
                assert!(towns.insert(town(index as u8, number)));
                let names: std::collections::BTreeSet<_> =
                    (0..villages(index as u8, number) as u8).map(|v| village(index as u8, number, v)).collect();
                assert_eq!(names.len() as u32, villages(index as u8, number));
            }
        }
        assert_eq!(towns.len(), 253);
    }
}
