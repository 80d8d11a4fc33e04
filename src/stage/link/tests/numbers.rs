//! One number under several names.

use super::*;

#[test]
fn two_rows_that_bear_their_absent_heads_number_are_two_people() {
    let heads = number("36242119600101", 1);
    let links = linked(vec![register(&[
        &format!("李秀莲|{heads}|女|1972-05-06||||{heads}|配偶|刘建军"),
        &format!("刘小龙|{heads}|男|1999-07-08||||{heads}|子|刘建军"),
    ])]);
    let [wife, son] = [at(0, 0), at(0, 1)].map(|row| person(&links, row).unwrap());
    assert_ne!(wife.0, son.0);
    assert!(links.rows.iter().all(|link| !link.trusted_number));
    assert_eq!(links.issues.iter().filter(|fault| fault.code == "number_of_another").count(), 2);
}

#[test]
fn a_number_that_every_row_contradicts_under_one_name_stays_one_persons() {
    let number = number("36242119600101", 1);
    let links =
        linked(vec![register(&[&format!("李秀莲|{number}|女|1972-05-06"), &format!("李秀连|{number}|女|1972-05-06")])]);
    assert_eq!(links.person_household.len(), 1);
}

#[test]
fn a_stray_departmental_row_takes_no_trust_from_a_registered_person() {
    let shared = number("36242119650312", 1);
    let deaths = |rows: &[String]| table("death", people("death", Role::Informs), rows);
    // 丁 comes before 蒋, and a department's slip may be repeated every month.
    for strays in [1, 6] {
        let stray = vec![format!("丁不同|{shared}"); strays];
        let links = linked(vec![register(&[&format!("蒋家和|{shared}")]), deaths(&stray)]);
        let known = links.rows.iter().find(|link| link.row == at(0, 0)).unwrap();
        assert!(known.trusted_number, "{strays} rows");
        assert_eq!(person(&links, at(1, 0)), Some((known.person, LinkMethod::Id)), "{strays} rows");
        let doubtful = links.rows.iter().find(|link| link.row == at(1, 0)).unwrap();
        assert!(doubtful.probability < 1.0);
    }
}

#[test]
fn among_equals_the_name_whose_row_agrees_with_the_number_is_the_numbers_own() {
    let shared = number("36242119650312", 1);
    let list = |source: &str, row: String| table(source, people(source, Role::Enrols), &[row]);
    let links =
        linked(vec![list("aid", format!("丁不同|{shared}")), list("dibao", format!("蒋家和|{shared}|男|1965-03-12"))]);
    let trusted: Vec<_> = links.rows.iter().filter(|link| link.trusted_number).map(|link| link.row).collect();
    assert_eq!(trusted, [at(1, 0)]);
}

#[test]
fn spellings_of_one_name_do_not_make_a_number_nobodys() {
    let shared = number("36242119650312", 1);
    let spellings = ["欧小明", "欧晓明", "欧小名", "欧小鸣", "欧小铭", "欧筱明"];
    let rows: Vec<String> = spellings.iter().map(|name| format!("{name}|{shared}")).collect();
    let links = linked(vec![register(&rows.iter().map(String::as_str).collect::<Vec<_>>())]);
    assert!(links.withheld.is_empty() && links.quarantine.is_empty());
    assert!(links.rows.iter().all(|link| link.person == Some(0) && link.trusted_number));
}

#[test]
fn a_number_rounded_to_zeros_that_is_sound_by_chance_is_the_one_that_another_source_has_whole() {
    let first14 = |day: u32| format!("362421196503{day:02}");
    let day = (1..=28).find(|day| number(&first14(*day), 100).ends_with("000")).unwrap();
    let (rounded, whole) = (number(&first14(day), 100), number(&first14(day), 123));
    let aid = |name: &str| table("aid", people("aid", Role::Enrols), &[format!("{name}|{rounded}")]);
    let links = linked(vec![register(&[&format!("王小明|{whole}")]), aid("王小明"), everybody(&[])]);
    assert_eq!(person(&links, at(1, 0)), Some((Some(0), LinkMethod::RepairedId)));
    let told = links.issues.iter().find(|fault| fault.code == "number_rounded").unwrap();
    assert!(told.suggestion.contains(&whole), "{}", told.suggestion);
    let of_two = linked(vec![register(&[&format!("王小明|{whole}")]), aid("李秀"), everybody(&[])]);
    assert_eq!(person(&of_two, at(1, 0)), Some((Some(1), LinkMethod::Alone)));
    assert!(of_two.rows.iter().all(|link| link.trusted_number));
    let real = linked(vec![aid("王小明"), everybody(&[])]);
    assert!(real.rows[0].trusted_number && real.issues.is_empty());
}
