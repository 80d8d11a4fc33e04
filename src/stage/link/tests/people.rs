//! Rows without a trusted number: whom they join, and whom never.

use super::*;

#[test]
fn twins_of_one_household_stay_two_people_though_all_but_the_name_agrees() {
    let number = number("36242120150606", 1);
    let twin = |name: &str, number: &str, sex: &str| {
        format!("{name}|{number}|{sex}|2015-06-06|13907961234|甲镇|7||||东村|6228480000000001")
    };
    for (other, sex) in [("王雨桐", "女"), ("王雨桐", "男"), ("王子涵", "男")] {
        let links = linked(vec![register(&[&twin("王子轩", &number, "男"), &twin(other, "", sex)]), everybody(&[])]);
        assert_eq!(person(&links, at(0, 0)), Some((Some(0), LinkMethod::Alone)), "{other} {sex}");
        assert_eq!(links.withheld, [at(0, 1)], "{other} {sex}");
        assert!(links.issues.iter().all(|fault| !fault.suggestion.contains(&number)), "{other} {sex}");
    }
}

/// Six months of a payment list with one row each.
fn months(row: &str) -> Vec<ValidTable> {
    let month = |at: u32| {
        let period = format!("2025-{at:02}");
        valid("payment", Some(&period), people("payment", Role::Enrols), &TITLES, &[row.to_owned()])
    };
    (1..=6).map(month).collect()
}

#[test]
fn whoever_bears_anothers_number_every_month_is_one_person() {
    let holder = number("36242119650312", 1);
    let mut tables = vec![register(&[&format!("万建设|{holder}")])];
    tables.extend(months(&format!("张建国|{holder}")));
    let links = linked(tables);
    assert_eq!(links.person_household.len(), 2);
    let paid: Vec<_> = (1..=6).map(|table| person(&links, at(table, 0)).unwrap().0).collect();
    assert!(paid.iter().all(|person| *person == Some(1)), "{paid:?}");
}

#[test]
fn one_damaged_number_under_one_name_is_one_person_and_under_two_names_two() {
    let admit = LinkPlan { unresolved: Unresolved::Admit, ..LinkPlan::default() };
    let people_of = |rows: &[&str]| link(vec![register(rows)], Vec::new(), &admit).unwrap().person_household.len();
    let damaged = "36242119650312001";
    assert_eq!(people_of(&[&format!("王小明|{damaged}"), &format!("王小明|{damaged}")]), 1);
    assert_eq!(people_of(&[&format!("王小明|{damaged}"), &format!("李秀|{damaged}")]), 2);
    assert_eq!(people_of(&["王小明|123", "王小明|123"]), 2, "a few digits are nobody's number");
    let two = |sex, birth| format!("王小明|{damaged}|{sex}|{birth}");
    assert_eq!(people_of(&[&two("男", "1965-03-12"), &two("女", "1966-04-13")]), 2);
}

#[test]
fn many_bills_of_one_patient_are_no_crowd() {
    let right = number("36242119650312", 1);
    let wrong = format!("{}{}", &right[..17], if right.ends_with('5') { '6' } else { '5' });
    let mut bills = vec![format!("王小明|{right}"); 210];
    bills.push(format!("王小明|{wrong}"));
    let links =
        linked(vec![register(&[&format!("王小明|{right}")]), table("bill", people("bill", Role::Informs), &bills)]);
    assert_eq!(person(&links, at(1, 210)), Some((Some(0), LinkMethod::RepairedId)));
    assert!(links.withheld.is_empty() && links.notes.is_empty(), "{:?}", links.notes);
    assert_eq!(links.pairs.len(), 1);
}

#[test]
fn a_block_of_too_many_people_is_left_out_and_told() {
    let mut rows: Vec<String> =
        (0..200).map(|n| format!("王小明|{}|||||||||东村", number("36242119650312", n + 1))).collect();
    rows.push("王小明||||||||||东村".to_owned());
    let links = linked(vec![register(&rows.iter().map(String::as_str).collect::<Vec<_>>())]);
    assert!(links.pairs.is_empty());
    assert!(links.notes.iter().any(|note| note.zh.contains("姓名+村")), "{:?}", links.notes);
}
