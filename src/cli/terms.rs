//! What the tables' words for the program's own notions are called when a person reads them.

use crate::model::Lang;

/// The word for a value of a column. Values that need none, and all of them in English, stay as they are.
pub fn spoken(column: &str, value: String, lang: Lang) -> String {
    if lang == Lang::En {
        return value;
    }
    let words: &[(&str, &str)] = match column {
        "id_kind" => &[
            ("resident_id", "居民身份证"),
            ("resident_id_15", "居民身份证（15 位）"),
            ("residence_permit", "港澳台居民居住证"),
            ("foreign_card", "外国人永久居留身份证"),
            ("travel_permit", "港澳居民来往内地通行证"),
            ("taiwan_permit", "台湾居民来往大陆通行证"),
            ("passport", "护照"),
            ("officer_card", "军官证、士兵证"),
            ("birth_certificate", "出生医学证明"),
            ("disability_certificate", "残疾人证"),
        ],
        "id_status" => &[("valid", "有效"), ("repaired", "已凭其他来源更正")],
        "household_kind" => &[("register", "户籍"), ("benefit", "保障"), ("living", "共同生活")],
        "record_kind" => &[("entitlement", "待遇"), ("payment", "发放")],
        "amount_basis" => &[
            ("month_household", "每户每月"),
            ("month_person", "每人每月"),
            ("once_household", "每户一次"),
            ("once_person", "每人一次"),
            ("year_household", "每户每年"),
            ("year_person", "每人每年"),
        ],
        "method" => &[
            ("id", "证件号码一致"),
            ("repaired_id", "更正后的证件号码一致"),
            ("model", "姓名等信息相符"),
            ("review", "人工认定"),
            ("duplicate", "重复行"),
            ("ambiguous", "有多种可能"),
            ("alone", "仅此一行"),
        ],
        "severity" => &[("high", "高"), ("medium", "中"), ("low", "低")],
        "status" => {
            &[("new", "新发现"), ("open", "待核实"), ("confirmed", "属实"), ("refuted", "不属实"), ("closed", "已办结")]
        }
        _ => &[],
    };
    words.iter().find(|(known, _)| *known == value).map_or(value, |(_, word)| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::spoken;
    use crate::model::Lang;

    #[test]
    fn known_words_are_spoken_and_others_stay() {
        assert_eq!(spoken("id_status", "valid".into(), Lang::Zh), "有效");
        assert_eq!(spoken("id_status", "valid".into(), Lang::En), "valid");
        assert_eq!(spoken("name", "valid".into(), Lang::Zh), "valid");
    }
}
