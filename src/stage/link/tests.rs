mod numbers;
mod people;
mod strangers;

use super::link;
use crate::model::{FieldType, Grain, LinkMethod, Links, Role, RowRef, Schema, ValidTable};
use crate::plan::{LinkPlan, Unresolved};
use crate::stage::fixtures::{field, number, schema, valid};

const TITLES: [&str; 12] =
    ["姓名", "证号", "性别", "生日", "电话", "乡镇", "户号", "户主证号", "关系", "户主姓名", "村", "账号"];

fn people(name: &str, role: Role) -> Schema {
    let fields = vec![
        field("name", "姓名", FieldType::PersonName),
        field("id_number", "证号", FieldType::IdentityNumber),
        field("sex", "性别", FieldType::Text),
        field("birth_date", "生日", FieldType::Date),
        field("phone", "电话", FieldType::Phone),
        field("town", "乡镇", FieldType::Text),
        field("household_number", "户号", FieldType::Text),
        field("head_id_number", "户主证号", FieldType::IdentityNumber),
        field("relation", "关系", FieldType::Text),
        field("head_name", "户主姓名", FieldType::PersonName),
        field("village", "村", FieldType::Text),
        field("bank_account", "账号", FieldType::Text),
    ];
    Schema { role, ..schema(name, Grain::Person, &[1, 0], fields) }
}

/// Each row gives the cells of [`TITLES`] with bars between; what is missing at the end is empty.
fn table(source: &str, schema: Schema, rows: &[String]) -> ValidTable {
    valid(source, None, schema, &TITLES, rows)
}

fn register(rows: &[&str]) -> ValidTable {
    table("dibao", people("allowance", Role::Enrols), &rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>())
}

/// A department's list of strangers and the given people: frequencies are only telling among many.
fn everybody(rows: &[&str]) -> ValidTable {
    const SURNAMES: [&str; 8] = ["赵", "钱", "孙", "周", "吴", "郑", "冯", "陈"];
    const GIVEN: [&str; 8] = ["建国", "志强", "秀英", "桂兰", "海燕", "晓东", "文斌", "雪梅"];
    let mut all: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
    for (at, (surname, given)) in SURNAMES.iter().flat_map(|s| GIVEN.iter().map(move |g| (s, g))).enumerate() {
        let (year, month) = (1940 + at % 60, 1 + at % 12);
        let number = number(&format!("362421{year}{month:02}15"), 1 + at as u32);
        all.push(format!("{surname}{given}|{number}"));
    }
    table("medical", people("insurance", Role::Informs), &all)
}

fn linked(tables: Vec<ValidTable>) -> Links {
    link(tables, Vec::new(), &LinkPlan::default()).unwrap()
}

fn at(table: u32, row: u32) -> RowRef {
    RowRef { table, row }
}

/// The person and method of a row; `None` where it does not stay.
fn person(links: &Links, row: RowRef) -> Option<(Option<u32>, LinkMethod)> {
    links.rows.iter().find(|link| link.row == row).map(|link| (link.person, link.method))
}

#[test]
fn one_number_is_one_person_in_either_form_and_strangers_go() {
    let long = number("36242119650312", 1);
    let short = format!("{}{}", &long[..6], &long[8..17]);
    let links = linked(vec![register(&[&format!("王小明|{short}")]), everybody(&[&format!("王小明|{long}")])]);
    assert_eq!(person(&links, at(0, 0)), Some((Some(0), LinkMethod::Id)));
    assert_eq!(person(&links, at(1, 0)), Some((Some(0), LinkMethod::Id)));
    assert_eq!(links.person_household.len(), 1);
    assert_eq!(links.unrelated.len(), 64);
    assert!(links.rows.iter().all(|link| link.probability == 1.0));
}

#[test]
fn a_damaged_number_is_repaired_by_its_likeness_and_the_provider_is_told() {
    let right = number("36242119650312", 1);
    let wrong = format!("{}{}", &right[..17], if right.ends_with('5') { '6' } else { '5' });
    let links = linked(vec![register(&[&format!("王小明|{wrong}")]), everybody(&[&format!("王小明|{right}")])]);
    assert_eq!(person(&links, at(0, 0)), Some((Some(0), LinkMethod::RepairedId)));
    let told = links.issues.iter().find(|fault| fault.place.source == "dibao").unwrap();
    assert!(told.suggestion.contains(&right), "{}", told.suggestion);
    assert_eq!(told.raw, wrong);
    assert!(links.quarantine.is_empty());
}

#[test]
fn a_number_cut_short_by_a_numeric_cell_is_found_by_its_first_fifteen_digits() {
    let right = number("36242119650312", 7);
    let cut = format!("={}000", &right[..15]);
    let links = linked(vec![register(&[&format!("王小明|{cut}")]), everybody(&[&format!("王小明|{right}")])]);
    assert_eq!(person(&links, at(0, 0)), Some((Some(0), LinkMethod::RepairedId)));
}

#[test]
fn name_and_birth_date_tie_a_row_without_a_number_and_say_how_surely() {
    let right = number("36242119650312", 1);
    let links = linked(vec![register(&["王小明||男|1965-03-12"]), everybody(&[&format!("王小明|{right}")])]);
    assert_eq!(person(&links, at(0, 0)), Some((Some(0), LinkMethod::Model)));
    let row = &links.rows[0];
    assert!(row.probability > 0.95 && row.probability < 1.0, "{}", row.probability);
    assert_eq!(row.partner, Some(at(1, 0)));
    let pair = links.pairs.iter().find(|pair| pair.decision == "linked").unwrap();
    assert!((pair.weights.iter().map(|(_, weight)| weight).sum::<f64>() - pair.weight).abs() > 0.1, "the prior counts");
}

#[test]
fn a_row_that_fits_two_people_equally_is_kept_out_unless_admitted() {
    let (one, other) = (number("36242119650312", 1), number("36242119650312", 3));
    let tables = || {
        let known = |number: &str| format!("王小明|{number}|男||13907961234");
        vec![register(&["王小明||男|1965-03-12|13907961234"]), everybody(&[&known(&one), &known(&other)])]
    };
    let links = linked(tables());
    assert_eq!(person(&links, at(0, 0)), None);
    assert_eq!(links.withheld, [at(0, 0)]);
    assert_eq!(links.quarantine[0].code, "ambiguous_person");
    let admit = LinkPlan { unresolved: Unresolved::Admit, ..LinkPlan::default() };
    let links = link(tables(), Vec::new(), &admit).unwrap();
    assert_eq!(person(&links, at(0, 0)), Some((Some(0), LinkMethod::Ambiguous)));
}

#[test]
fn nobody_known_stays_out_with_its_own_fault() {
    let links = linked(vec![register(&["王小明|123|男|1965-03-12"]), everybody(&[])]);
    assert_eq!(links.withheld, [at(0, 0)]);
    assert_eq!(links.quarantine.len(), 1);
    assert!(links.quarantine[0].raw.contains("王小明"), "the whole row goes back to its provider");
}

#[test]
fn a_households_row_of_an_unknown_head_is_kept_out_with_a_reason() {
    let fields = vec![
        field("head_name", "户主姓名", FieldType::PersonName),
        field("head_id_number", "户主证号", FieldType::IdentityNumber),
    ];
    let household = schema("households", Grain::Household, &[], fields);
    let links = linked(vec![valid("dibao", None, household, &["户主姓名", "户主证号"], &["王小明|123".to_owned()])]);
    assert_eq!(links.withheld, [at(0, 0)]);
    assert_eq!((links.quarantine.len(), links.quarantine[0].code), (1, "unresolved_person"));
    assert!(links.quarantine[0].raw.contains("王小明"));
}

#[test]
fn the_heads_number_on_a_members_row_merges_nobody() {
    let heads = number("36242119650312", 1);
    let links = linked(vec![
        register(&[
            &format!("王小明|{heads}|男|1965-03-12||||{heads}|户主"),
            &format!("李秀|{heads}|女|1970-01-01||||{heads}|配偶"),
        ]),
        everybody(&[&format!("王小明|{heads}")]),
    ]);
    let (head, member) = (person(&links, at(0, 0)).unwrap(), person(&links, at(0, 1)).unwrap());
    assert_ne!(head.0, member.0);
    assert!(links.issues.iter().any(|fault| fault.code == "number_of_another" && fault.row == 3));
    assert!(!links.rows.iter().find(|link| link.row == at(0, 1)).unwrap().trusted_number);
}

#[test]
fn two_names_under_one_number_in_one_list_are_two_people() {
    let shared = number("36242119650312", 1);
    let links = linked(vec![
        register(&[&format!("王小五|{shared}"), &format!("王立新|{shared}")]),
        everybody(&[&format!("王大山|{shared}")]),
    ]);
    let people: Vec<_> = [at(0, 0), at(0, 1)].map(|row| person(&links, row).unwrap().0).to_vec();
    assert_ne!(people[0], people[1]);
}

#[test]
fn a_candidate_is_kept_and_a_predicate_that_is_no_condition_is_an_error() {
    let lonely = number("36242119650312", 1);
    let list = |predicate: &str| {
        let schema = Schema { candidate: Some(predicate.into()), ..people("disability", Role::Informs) };
        table("disability", schema, &[format!("王小明|{lonely}|男|||峡江镇")])
    };
    let links = linked(vec![list("town = '峡江镇'"), everybody(&[])]);
    assert_eq!(person(&links, at(0, 0)), Some((Some(0), LinkMethod::Alone)));
    assert_eq!(linked(vec![list("town = '别处'"), everybody(&[])]).rows.len(), 0);
    assert!(link(vec![list("town")], Vec::new(), &LinkPlan::default()).is_err());
}

#[test]
fn a_relative_in_no_register_stays_with_the_household_only() {
    let (head, wife) = (number("36242119650312", 1), number("36242119660506", 2));
    let hukou = [format!("王小明|{head}|||||7|{head}|户主"), format!("李秀英|{wife}|||||7|{head}|配偶")];
    let links = linked(vec![
        register(&[&format!("王小明|{head}")]),
        table("hukou", people("household_register", Role::Informs), &hukou),
        everybody(&[&format!("李秀英|{wife}")]),
    ]);
    let relative = links.rows.iter().find(|link| link.row == at(1, 1)).unwrap();
    assert_eq!((relative.person, relative.household), (None, Some(links.person_household[0])));
    let elsewhere = links.rows.iter().find(|link| link.row == at(2, 0)).unwrap();
    assert_eq!((elsewhere.person, elsewhere.household), (None, Some(links.person_household[0])));
    assert_eq!(links.household_head[links.person_household[0] as usize], Some(0));
}

#[test]
fn a_duplicate_follows_the_row_that_it_repeats() {
    let known = number("36242119650312", 1);
    let row = format!("王小明|{known}");
    let tables = vec![register(&[&row, &row])];
    let links = link(tables, vec![(at(0, 1), at(0, 0))], &LinkPlan::default()).unwrap();
    assert_eq!(person(&links, at(0, 1)), Some((Some(0), LinkMethod::Duplicate)));
    assert_eq!(links.rows[1].partner, Some(at(0, 0)));
}

#[test]
fn one_household_number_in_two_townships_is_two_households() {
    let people: Vec<String> = (0..4).map(|n| number("36242119650312", 2 * n + 1)).collect();
    let row = |name: &str, at: usize, town: &str| format!("{name}|{}||||{town}|1", people[at]);
    let rows = [row("王小明", 0, "甲镇"), row("王大山", 1, "甲镇"), row("李秀", 2, "乙镇"), row("李强", 3, "乙镇")];
    let links = linked(vec![register(&rows.each_ref().map(String::as_str))]);
    let homes = &links.person_household;
    assert_eq!(homes[0], homes[1]);
    assert_eq!(homes[2], homes[3]);
    assert_ne!(homes[0], homes[2]);
}

#[test]
fn a_household_number_that_a_whole_town_shares_ties_nobody_and_is_told() {
    let rows: Vec<String> = (0..40).map(|n| format!("王小明|{}||||甲镇|0", number("36242119650312", n))).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let links = linked(vec![register(&rows)]);
    let mut homes = links.person_household.clone();
    homes.sort_unstable();
    homes.dedup();
    assert_eq!(homes.len(), links.person_household.len());
    assert!(links.notes.iter().any(|note| note.zh.contains("户号")), "{:?}", links.notes);
}

#[test]
fn a_head_whom_a_whole_village_names_ties_nobody() {
    let head = number("36242119500101", 1);
    let mut rows: Vec<String> =
        (0..40).map(|n| format!("王小明|{}||||||{head}|子", number("36242119650312", n + 1))).collect();
    rows.push(format!("王大山|{head}||||||{head}|户主"));
    let links = linked(vec![register(&rows.iter().map(String::as_str).collect::<Vec<_>>())]);
    let mut homes = links.person_household.clone();
    homes.sort_unstable();
    homes.dedup();
    assert_eq!(homes.len(), 41);
}

#[test]
fn a_head_number_that_is_somebody_elses_ties_nobody() {
    let (stranger, member) = (number("36242119650312", 1), number("36242119800101", 2));
    let links = linked(vec![register(&[
        &format!("赵建国|{stranger}||||||{stranger}|户主|赵建国"),
        &format!("孙志强|{member}||||||{stranger}|子|孙文斌"),
    ])]);
    assert_ne!(links.person_household[0], links.person_household[1]);
}

#[test]
fn many_rows_of_one_number_or_name_are_no_trouble() {
    let shared = number("36242119650312", 1);
    let filler: Vec<String> = (0..3_000)
        .map(|n| format!("{}{}|{shared}", ["赵", "钱", "孙"][n % 3], ["一", "二", "三", "四", "五", "六", "七"][n % 7]))
        .collect();
    let nameless: Vec<String> = (0..3_000).map(|_| "王小明||男".to_owned()).collect();
    let links =
        linked(vec![table("a", people("a", Role::Enrols), &filler), table("b", people("b", Role::Enrols), &nameless)]);
    // A number under twenty-one names is nobody's, and a name alone is nobody.
    assert_eq!(links.withheld.len(), 6_000);
    assert_eq!(links.quarantine.len(), 6_000);
    assert!(links.quarantine.iter().any(|fault| fault.code == "number_of_many"));
    assert_eq!(links.rows.len() + links.withheld.len() + links.unrelated.len(), 6_000);
}
