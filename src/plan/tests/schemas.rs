//! Faults of schema files and code tables.

use std::path::Path;

use super::{CODES, HOUSES, PEOPLE, PIPELINE, embedded, folder, load_pipeline, one, with_schema};
use crate::plan::{Diagnostic, load};

#[track_caller]
fn people(from: &str, to: &str) -> Vec<Diagnostic> {
    assert!(PEOPLE.contains(from));
    with_schema("people", &PEOPLE.replacen(from, to, 1))
}

#[track_caller]
fn houses(from: &str, to: &str) -> Vec<Diagnostic> {
    assert!(HOUSES.contains(from));
    with_schema("houses", &HOUSES.replacen(from, to, 1))
}

fn codes(from: &str, to: &str) -> Vec<Diagnostic> {
    let mut embedded = embedded();
    embedded.codes[0].text = CODES.replacen(from, to, 1);
    load(&folder(&[("p/town.toml", PIPELINE)]), Path::new("p/town.toml"), &embedded).expect_err("a fault")
}

#[test]
fn a_schema_of_the_pipeline_stands_in_for_the_shipped_one() {
    let pipeline = PIPELINE.replacen("[[source]]", "schemas = \"s\"\n[[source]]", 1);
    let own = PEOPLE.replacen("title = \"人员\"", "title = \"本地人员\"", 1);
    let files = folder(&[("p/town.toml", &pipeline), ("p/s/people.toml", &own)]);
    let plan = load(&files, Path::new("p/town.toml"), &embedded()).expect("sound");
    assert_eq!(plan.schemas["people"].title, "本地人员");
    assert!(plan.schemas.contains_key("houses"));
    assert_ne!(plan.hash, load_pipeline(PIPELINE).expect("sound").hash);
}

#[test]
fn a_key_that_is_no_field() {
    let (message, hint) =
        one(&people("key = [\"id_number\"]", "key = [\"id_numbr\"]"), "unknown_name", 5, 8, "\"id_numbr\"");
    assert_eq!(message, "there is no field named `id_numbr`");
    assert_eq!(hint, "did you mean `id_number`?");
}

#[test]
fn a_name_that_is_not_the_files() {
    let (_, hint) =
        one(&with_schema("persons", &PEOPLE.replace("\"people\"", "\"human\"")), "file_name", 1, 8, "\"human\"");
    assert_eq!(hint, "write `persons` or rename the file to `human.toml`");
}

#[test]
fn two_schemas_of_one_name() {
    let faults = with_schema("zoo", PEOPLE);
    let codes: Vec<_> = faults.iter().map(|fault| (fault.code, fault.file.as_str(), fault.line)).collect();
    assert_eq!(codes, [("file_name", "p/s/zoo.toml", 1), ("duplicate", "p/s/zoo.toml", 1)]);
}

#[test]
fn names_that_are_taken_or_not_plain() {
    let faults = with_schema("person", &PEOPLE.replacen("\"people\"", "\"person\"", 1));
    let (_, hint) = one(&faults, "bad_name", 1, 8, "\"person\"");
    assert_eq!(hint, "every database has a table of this name");
    one(&people("name = \"sex\"", "name = \"row_id\""), "bad_name", 19, 8, "\"row_id\"");
    one(&people("name = \"sex\"", "name = \"order\""), "bad_name", 19, 8, "\"order\"");
    one(&people("name = \"sex\"", "name = \"性别\""), "bad_name", 19, 8, "\"性别\"");
}

#[test]
fn a_duplicate_field() {
    let (message, _) = one(
        &people("name = \"sex\"\ntitle = \"性别\"", "name = \"id_number\"\ntitle = \"性别\""),
        "duplicate",
        19,
        8,
        "\"id_number\"",
    );
    assert_eq!(message, "there is another field named `id_number`");
}

#[test]
fn a_header_that_two_fields_claim() {
    let (message, hint) = one(
        &people("title = \"性别\"", "title = \"性别\"\nsynonyms = [\"身份 证号\"]"),
        "claimed_twice",
        21,
        13,
        "\"身份 证号\"",
    );
    assert_eq!(message, "the header `身份 证号` belongs to both `id_number` and `sex`");
    assert_eq!(hint, "`id_number` claims it in line 9: keep it in one place");
}

#[test]
fn a_header_of_marks_only() {
    one(&people("title = \"性别\"", "title = \"性别\"\nsynonyms = [\"*\"]"), "empty", 21, 13, "\"*\"");
}

#[test]
fn a_schema_without_fields() {
    let head = &PEOPLE[..PEOPLE.find("key =").unwrap()];
    one(&with_schema("people", &format!("{head}field = []\n")), "empty", 5, 9, "[]");
}

#[test]
fn an_unknown_type() {
    let (_, hint) = one(&people("\"person_name\"", "\"persn_name\""), "unknown_word", 16, 8, "\"persn_name\"");
    assert_eq!(hint, "did you mean `person_name`?");
}

#[test]
fn code_fields_need_a_known_table() {
    let (_, hint) = one(&people("codes = \"sex\"", "codes = \"sexx\""), "unknown_name", 22, 9, "\"sexx\"");
    assert_eq!(hint, "did you mean `sex`?");
    one(&people("codes = \"sex\"", ""), "missing_key", 18, 1, "[[field]]");
    one(&people("\"person_name\"", "\"person_name\"\ncodes = \"sex\""), "misplaced", 17, 9, "\"sex\"");
}

#[test]
fn codes_on_the_spot_become_a_table() {
    let mut embedded = embedded();
    embedded.schemas[0].text = PEOPLE.replacen("codes = \"sex\"", "codes = [\"男\", \"女\"]", 1);
    let plan = load(&folder(&[("p/town.toml", PIPELINE)]), Path::new("p/town.toml"), &embedded).expect("sound");
    assert_eq!(plan.codes["people.sex"].terms[1].term, "女");
    assert_eq!(plan.schemas["people"].fields[2].codes.as_ref().map(|codes| codes.name.as_str()), Some("people.sex"));
}

#[test]
fn a_term_that_means_two_things() {
    let (message, _) =
        one(&codes("term = \"女\"", "term = \"女\", synonyms = [\"男性\"]"), "claimed_twice", 6, 95, "\"男性\"");
    assert_eq!(message, "`男性` means both `男` and `女`");
}

#[test]
fn a_code_table_twice() {
    let faults = codes("[[table]]", "[[table]]\nname = \"sex\"\ntitle = \"x\"\nterms = [{ term = \"y\" }]\n[[table]]");
    let (message, _) = one(&faults, "duplicate", 7, 8, "\"sex\"");
    assert_eq!(message, "there is another code table named `sex`");
}

#[test]
fn a_group_outside_the_twelve() {
    let (_, hint) = one(&people("key =", "groups = [\"困难学生\"]\nkey ="), "unknown_word", 5, 11, "\"困难学生\"");
    assert!(hint.contains("困难党员"), "{hint}");
}

#[test]
fn a_candidate_where_all_are_enrolled() {
    let (_, hint) = one(&people("key =", "candidate = \"sex = '男'\"\nkey ="), "misplaced", 5, 13, "\"sex = '男'\"");
    assert_eq!(hint, "all rows are enrolled anyway: remove the line");
}

#[test]
fn members_of_a_person() {
    let (message, _) = one(&houses("grain = \"household\"", "grain = \"person\""), "misplaced", 6, 1, "[members]");
    assert_eq!(message, "`[members]` belongs to a schema with grain = \"household\" only");
}

#[test]
fn members_name_a_schema_of_people_and_its_fields() {
    one(&houses("schema = \"people\"", "schema = \"peeple\""), "unknown_name", 7, 10, "\"peeple\"");
    one(&houses("schema = \"people\"", "schema = \"houses\""), "misplaced", 7, 10, "\"houses\"");
    one(&houses("{ name = \"member_names\"", "{ nam = \"member_names\""), "unknown_name", 8, 12, "nam");
    one(&houses("{ name = \"member_names\"", "{ name = \"member_name\""), "unknown_name", 8, 19, "\"member_name\"");
}

#[test]
fn assistance_names_fields_of_the_right_type() {
    one(&houses("field = \"since\"", "field = \"sinc\""), "unknown_name", 12, 23, "\"sinc\"");
    let (message, _) = one(&houses("field = \"amount\"", "field = \"since\""), "wrong_field_type", 13, 20, "\"since\"");
    assert_eq!(message, "the field `since` is of type month, not money");
    let (_, hint) = one(&houses("{ field = \"since\" }", "\"since\""), "wrong_type", 12, 13, "\"since\"");
    assert_eq!(hint, "write `{ field = \"since\" }`");
    let (_, hint) =
        one(&houses("\"month_household\"", "\"month_houshold\""), "unknown_word", 14, 16, "\"month_houshold\"");
    assert_eq!(hint, "did you mean `month_household`?");
}

#[test]
fn unpaid_names_a_field_and_terms_that_it_stores() {
    let unpaid = |field: &str, term: &str| {
        let line = format!("unpaid = {{ field = \"{field}\", terms = [\"{term}\"] }}\n[[field]]");
        let status =
            "\n[[field]]\nname = \"status\"\ntitle = \"发放状态\"\ntype = \"code\"\ncodes = [\"成功\", \"银行退回\"]\n";
        with_schema("houses", &format!("{}{status}", HOUSES.replacen("[[field]]", &line, 1)))
    };
    one(&unpaid("statu", "银行退回"), "unknown_name", 15, 20, "\"statu\"");
    let (_, hint) = one(&unpaid("status", "银行退款"), "unknown_name", 15, 39, "\"银行退款\"");
    assert_eq!(hint, "did you mean `银行退回`?");
}

#[test]
fn checks_fit_their_field() {
    one(&houses("{ not_future = true }", "{ min = 1 }"), "misplaced", 23, 17, "1");
    one(&houses("max = 0.5", "max = -1"), "out_of_range", 29, 17, "0");
    let (message, _) = one(
        &people("\"person_name\"", "\"person_name\"\ncheck = { pattern = \"[a\" }"),
        "bad_pattern",
        17,
        21,
        "\"[a\"",
    );
    assert_eq!(message, "not a regular expression: unclosed character class");
}

#[test]
fn an_unknown_unit() {
    let (_, hint) = one(&houses("unit = \"万元\"", "unit = \"万园\""), "unknown_word", 28, 8, "\"万园\"");
    assert_eq!(hint, "did you mean `万元`?");
}
