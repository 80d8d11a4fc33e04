//! Headers with a wrong character.

use super::*;

fn told(sheet: &Sheet) -> Vec<(&str, &str)> {
    sheet.doubts.iter().map(|doubt| (doubt.code, doubt.field.as_str())).collect()
}

#[test]
fn known_wrong_characters_are_read_as_what_they_must_mean_and_told() {
    let text = format!("姓明,公民身份号马,备注\n王五,{ID},\n");
    let sheet = read_text(&text, &source());
    assert_eq!((sheet.texts("name"), sheet.texts("id_number")), (vec!["王五".to_owned()], vec![ID.to_owned()]));
    assert_eq!(told(&sheet), [("header_misspelt", "name"), ("header_misspelt", "id_number")]);
    assert_eq!(sheet.doubts[1].message, "表头“公民身份号马”像是写错了字，按“身份证号”读取");
}

#[test]
fn a_header_one_character_off_is_read_where_its_cells_prove_it() {
    let rows = |cell: &str| format!("王五,{cell},无\n李四,{cell},\n赵六,{cell},\n");
    let sheet = read_text(&format!("姓名,身份证好,备注\n{}", rows(ID)), &source());
    assert_eq!((sheet.texts("id_number").len(), told(&sheet)), (3, vec![("header_misspelt", "id_number")]));
    // Cells that say nothing of numbers, too few cells, and a field that another column has: none is guessed.
    for text in [
        format!("姓名,身份证好,备注\n{}", rows("永阳镇")),
        format!("姓名,身份证好,备注\n王五,{ID},\n"),
        format!("姓名,身份证号,身份证好\n{}", rows(ID)),
        format!("姓名,出生日斯,备注\n{}", rows("永阳镇")),
    ] {
        let sheet = read_text(&text, &source());
        assert_eq!((sheet.status(), told(&sheet)), (SheetStatus::Read, vec![]), "{text}");
    }
    let stated = Source { columns: [(normalise("身份证好"), "remark".to_owned())].into(), ..source() };
    let sheet = read_text(&format!("姓名,身份证好,备注\n{}", rows(ID)), &stated);
    assert_eq!((sheet.texts("remark")[0].as_str(), told(&sheet)), (ID, vec![]));
}
