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
