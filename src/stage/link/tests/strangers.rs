//! Rows of a department about people whom nothing settles: who goes, who is held back, and what reviewers see of them.

use super::*;

fn insured(rows: &[String]) -> ValidTable {
    table("insured", people("insured", Role::Informs), rows)
}

#[test]
fn strangers_of_a_department_are_not_kept_with_or_without_a_number() {
    let rows: Vec<String> = (1..=10).map(|n| format!("尹老{n}||男|1950-01-{n:02}|||||||东村")).collect();
    for unresolved in [Unresolved::Quarantine, Unresolved::Admit] {
        let plan = LinkPlan { unresolved, ..LinkPlan::default() };
        let known = format!("王小明|{}", number("36242119650312", 1));
        let links = link(vec![register(&[&known]), insured(&rows)], Vec::new(), &plan).unwrap();
        assert_eq!(links.unrelated.len(), 10, "{unresolved:?}");
        assert!(links.withheld.is_empty() && links.quarantine.is_empty() && links.issues.is_empty());
    }
}

#[test]
fn a_departments_row_that_is_perhaps_somebody_known_is_held_back_with_its_pair() {
    let known = format!("尹老五|{}|||||||||东村", number("36242119650312", 1));
    let links = linked(vec![register(&[&known]), insured(&["尹老五||||||||||东村".to_owned()]), everybody(&[])]);
    assert_eq!(links.withheld, [at(1, 0)]);
    assert_eq!(links.quarantine.len(), 1);
    let [pair] = &links.pairs[..] else { panic!("{:?}", links.pairs) };
    assert_eq!((pair.a.min(pair.b), pair.a.max(pair.b), pair.decision), (at(0, 0), at(1, 0), "review"));
}

#[test]
fn two_strangers_who_are_perhaps_one_are_no_pair() {
    let stranger = format!("尹老五|{}|||||||||东村", number("36242119650312", 1));
    let links = linked(vec![insured(&[stranger, "尹老五||||||||||东村".to_owned()]), everybody(&[])]);
    assert!(links.withheld.is_empty() && links.pairs.is_empty());
    assert_eq!(links.unrelated.len(), 66);
}

#[test]
fn a_departments_row_that_names_a_known_household_is_held_back() {
    let head = number("36242119650312", 1);
    let known = format!("王小明|{head}|||||7|{head}|户主|王小明");
    let by_head = format!("李秀||女||||9|{head}|配偶|王小明");
    let by_number = "王小红||女||||7||女".to_owned();
    let elsewhere = "王大山||男||||8||户主".to_owned();
    let hukou = [known.clone(), by_head, by_number, elsewhere];
    let links = linked(vec![register(&[&known]), table("hukou", people("hukou", Role::Informs), &hukou)]);
    assert_eq!(links.withheld, [at(1, 1), at(1, 2)]);
    assert_eq!(links.unrelated, [at(1, 3)]);
}

#[test]
fn a_candidate_without_a_number_is_held_back() {
    let schema = Schema { candidate: Some("town = '峡江镇'".into()), ..people("disability", Role::Informs) };
    let rows = ["王小明||男|||峡江镇".to_owned(), "王小明||男|||别处".to_owned()];
    let links = linked(vec![table("disability", schema, &rows)]);
    assert_eq!((links.withheld, links.unrelated), (vec![at(0, 0)], vec![at(0, 1)]));
}
