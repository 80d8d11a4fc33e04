//! Faults of the pipeline file itself. The text of [`super::PIPELINE`] has 8 lines, so that what a test adds starts in
//! line 9.

use std::path::{Path, PathBuf};

use super::{PIPELINE, embedded, folder, load_pipeline, one, with};
use crate::plan::{Missing, Secret, Supply, load};

/// The faults when one text of the pipeline is replaced.
#[track_caller]
fn replaced(from: &str, to: &str) -> Vec<crate::plan::Diagnostic> {
    assert!(PIPELINE.contains(from));
    load_pipeline(&PIPELINE.replacen(from, to, 1)).expect_err("a fault")
}

#[test]
fn a_missing_file() {
    let faults = load(&folder(&[]), Path::new("p/town.toml"), &embedded()).expect_err("a fault");
    let (message, _) = one(&faults, "missing_file", 1, 1, "");
    assert_eq!(message, "there is no file p/town.toml");
}

#[test]
fn a_missing_schema_folder() {
    let (message, hint) =
        one(&replaced("[[source]]", "schemas = \"../s\"\n[[source]]"), "missing_folder", 4, 11, "\"../s\"");
    assert_eq!(message, "there is no folder p/../s");
    assert_eq!(hint, "paths are relative to the folder of this file");
}

#[test]
fn a_file_in_another_encoding() {
    let mut files = folder(&[]);
    files.0.insert(PathBuf::from("p/town.toml"), b"name = \"a\"\ntitle = \"\xbc\xaa\xb0\xb2\"\n".to_vec());
    let faults = load(&files, Path::new("p/town.toml"), &embedded()).expect_err("a fault");
    let (_, hint) = one(&faults, "not_utf8", 2, 10, "\u{fffd}");
    assert_eq!(hint, "save it as UTF-8");
}

#[test]
fn a_byte_order_mark_does_not_shift_columns() {
    let faults = load_pipeline(&format!("\u{feff}nam = \"x\"\n{PIPELINE}")).expect_err("a fault");
    one(&faults, "unknown_key", 1, 1, "nam");
}

#[test]
fn syntax() {
    let faults = with("supply = latest\n");
    let (message, hint) = one(&faults, "syntax", 9, 10, "latest");
    assert!(message.contains("string values must be quoted"), "{message}");
    assert_eq!(hint, "write \"…\" with plain double quotes");
    assert_eq!(faults[0].message.zh, "TOML 语法错误：文本要加引号");
}

#[test]
fn full_width_quotes() {
    let faults = with("supply = “latest”\n");
    let hint = faults[0].hint.clone().expect("a hint").en;
    assert_eq!((faults[0].code, faults[0].line), ("syntax", 9));
    assert!(hint.starts_with("this line has full-width marks"), "{hint}");
}

#[test]
fn backslashes_of_a_path() {
    let faults = replaced("../data", "D:\\data");
    assert_eq!((faults[0].code, faults[0].line, faults[0].column), ("syntax", 3, 16));
    assert_eq!(
        faults[0].hint.as_ref().map(|hint| hint.en.as_str()),
        Some("write paths with `/` or in single quotes: 'D:\\data'")
    );
    // Here the parser reads a line break, which no path holds.
    one(&replaced("../data", "D:\\new"), "bad_path", 3, 12, "\"D:\\new\"");
    one(&replaced("in/*.xlsx", "in\\new.xlsx"), "bad_path", 8, 10, "\"in\\new.xlsx\"");
}

#[test]
fn an_unknown_key_near_a_known_one() {
    let (message, hint) = one(&with("suply = \"full\"\n"), "unknown_key", 9, 1, "suply");
    assert_eq!(message, "unknown key `suply`");
    assert_eq!(hint, "did you mean `supply`?");
}

#[test]
fn an_unknown_key_near_none_lists_all() {
    let (_, hint) = one(&with("[publish]\nfrobnicate = 1\n"), "unknown_key", 10, 1, "frobnicate");
    assert_eq!(hint, "known are: key");
}

#[test]
fn an_unknown_table() {
    let (_, hint) = one(&with("[analyse]\n"), "unknown_key", 9, 2, "analyse");
    assert_eq!(hint, "did you mean `analysis`?");
}

#[test]
fn a_wrong_type() {
    let (message, hint) = one(&replaced("[\"in/*.xlsx\"]", "\"in/*.xlsx\""), "wrong_type", 8, 9, "\"in/*.xlsx\"");
    assert_eq!(message, "expected a list [ … ], found a text");
    assert_eq!(hint, "write `[\"in/*.xlsx\"]`");
}

#[test]
fn a_missing_key_shows_its_table() {
    let (message, _) = one(&replaced("provider = \"民政局\"\n", ""), "missing_key", 4, 1, "[[source]]");
    assert_eq!(message, "`provider` is missing");
    one(&replaced("name = \"town\"\n", ""), "missing_key", 1, 1, "");
}

#[test]
fn an_empty_list() {
    one(&replaced("[\"in/*.xlsx\"]", "[]"), "empty", 8, 9, "[]");
}

#[test]
fn an_unknown_word() {
    let (_, hint) = one(&with("supply = \"fulll\"\n"), "unknown_word", 9, 10, "\"fulll\"");
    assert_eq!(hint, "did you mean `full`?");
    let (_, hint) = one(&with("gate = { missing = \"stop\" }\n"), "unknown_word", 9, 20, "\"stop\"");
    assert_eq!(hint, "known are: carry_over, refuse, warn");
}

#[test]
fn columns_count_characters() {
    one(&with("columns = { \"户主身份证\" = \"id_nummer\" }\n"), "unknown_name", 9, 23, "\"id_nummer\"");
}

#[test]
fn an_unknown_schema() {
    let (message, hint) = one(&replaced("\"people\"", "\"peple\""), "unknown_name", 6, 12, "\"peple\"");
    assert_eq!(message, "there is no schema named `peple`");
    assert_eq!(hint, "did you mean `people`?");
}

#[test]
fn unknown_fields() {
    let (_, hint) = one(&with("trust = { default = 90, nme = 3 }\n"), "unknown_name", 9, 25, "nme");
    assert_eq!(hint, "did you mean `name`?");
    one(&with("values = { sx = { \"M\" = \"男\" } }\n"), "unknown_name", 9, 12, "sx");
}

#[test]
fn a_value_that_is_no_term() {
    let (_, hint) = one(&with("values = { sex = { \"M\" = \"男人\" } }\n"), "unknown_word", 9, 26, "\"男人\"");
    assert_eq!(hint, "did you mean `男`?");
}

#[test]
fn a_value_may_be_said_by_a_synonym() {
    let plan = load_pipeline(&format!("{PIPELINE}values = {{ sex = {{ \"M\" = \"男性\" }} }}\n")).expect("sound");
    assert_eq!(plan.sources[0].values["sex"]["M"], "男");
}

#[test]
fn one_header_said_twice() {
    let faults = with("columns = { \"姓 名\" = \"name\", \"姓名\" = \"name\" }\n");
    let (message, _) = one(&faults, "duplicate", 9, 29, "\"姓名\"");
    assert_eq!(message, "there is another header, once normalised, named `姓名`");
}

#[test]
fn a_duplicate_source() {
    let faults = with("[[source]]\nid = \"dibao\"\nschemas = [\"people\"]\nprovider = \"x\"\nfiles = [\"y\"]\n");
    let (message, _) = one(&faults, "duplicate", 10, 6, "\"dibao\"");
    assert_eq!(message, "there is another source named `dibao`");
}

#[test]
fn a_source_id_with_a_slash() {
    one(&replaced("\"dibao\"", "\"di/bao\""), "bad_name", 5, 6, "\"di/bao\"");
}

#[test]
fn bad_globs() {
    let (message, _) = one(&replaced("in/*.xlsx", "in/[a.xlsx"), "bad_glob", 8, 10, "\"in/[a.xlsx\"");
    assert!(message.starts_with("not a glob pattern, at character 4"), "{message}");
    one(&with("sheets = \"***\"\n"), "bad_glob", 9, 10, "\"***\"");
}

#[test]
fn a_bad_region() {
    one(&replaced("360800", "3608"), "bad_region", 2, 10, "\"3608\"");
    one(&with("[analysis]\npopulations = { \"36080\" = 1 }\n"), "bad_region", 10, 17, "\"36080\"");
}

#[test]
fn a_bad_percentage() {
    let (_, hint) = one(&with("gate = { max_drop = \"120%\" }\n"), "bad_percentage", 9, 21, "\"120%\"");
    assert_eq!(hint, "write a percentage, as \"2%\"");
    one(&with("gate = { max_quarantined = 0.02 }\n"), "wrong_type", 9, 28, "0.02");
}

#[test]
fn a_bad_duration() {
    let (_, hint) = one(&with("gate = { every = \"week\" }\n"), "bad_duration", 9, 18, "\"week\"");
    assert_eq!(hint, "write days, weeks or months, as \"7d\", \"2w\", \"1m\"");
}

#[test]
fn trust_out_of_range() {
    let (message, _) = one(&with("trust = 900\n"), "out_of_range", 9, 9, "900");
    assert_eq!(message, "must lie between 0 and 100");
}

#[test]
fn a_period_without_a_year() {
    let faults = with("period = { from = \"file_name\", pattern = \"{month}\" }\n");
    one(&faults, "bad_period", 9, 42, "\"{month}\"");
    let faults = with("period = { from = \"file_name\", pattern = \"{year}年{mont}月\" }\n");
    let (_, hint) = one(&faults, "unknown_word", 9, 50, "{mont}");
    assert_eq!(hint, "did you mean `month`?");
}

#[test]
fn an_unknown_encoding() {
    let (_, hint) = one(&with("encoding = \"gb18300\"\n"), "unknown_name", 9, 12, "\"gb18300\"");
    assert_eq!(hint, "did you mean `gb18030`?");
}

#[test]
fn a_password_in_the_file_is_not_repeated() {
    let faults = with("password = \"123456\"\n");
    let (_, hint) = one(&faults, "secret_in_file", 9, 12, "********");
    assert!(hint.contains("{ env = \"NAME\" }"), "{hint}");
    assert!(!format!("{faults:?}").contains("123456"));
    let text = crate::plan::render::diagnostics(&faults, crate::model::Lang::Zh, false);
    assert!(!text.contains("123456"), "{text}");
}

#[test]
fn nor_is_one_that_is_no_toml() {
    let faults = with("password = hunter2\n");
    one(&faults, "syntax", 9, 12, "*******");
    assert!(!format!("{faults:?}").contains("hunter2"));
}

#[test]
fn no_dress_of_a_secret_is_shown() {
    for (written, code) in [
        ("password = 888777\n", "secret_in_file"),
        ("password = [\"Mima888777\"]\n", "secret_in_file"),
        ("password = { value = \"Mima888777\", env = \"A\" }\n", "secret_in_file"),
        ("password = { env = \"Mima-888777\" }\n", "bad_name"),
        ("password = { env = 888777 }\n", "bad_name"),
        ("password = { env = \"\" }\n", "bad_name"),
        ("password = { file = 888777 }\n", "bad_path"),
        ("password = { file = [\"Mima888777\"] }\n", "bad_path"),
        ("password = { file = \"a\", env = \"A\" }\n", "bad_value"),
        ("[publish]\nkey = { file = \"Mima888777\" }\n", "secret_in_file"),
        ("pasword = \"Mima888777\"\n", "unknown_key"),
        ("密码 = \"Mima888777\"\n", "syntax"),
        ("\"密码\" = \"Mima888777\"\n", "unknown_key"),
        ("[publish]\nkey = \"Mima888777\"\n", "secret_in_file"),
        ("[publish]\nkeys = \"Mima888777\"\n", "unknown_key"),
        ("[publish]\nkey = Mima888777\n", "syntax"),
        ("[publish]\nencryption = \"Mima888777\"\n", "not_supported"),
        // Another fault on the same line shows it no more than its own.
        ("gate = { mx = 1 }\nperiod = { password = \"Mima888777\", from = \"nowhere\" }\n", "unknown_key"),
    ] {
        let faults = with(written);
        assert!(faults.iter().any(|fault| fault.code == code), "{written} {faults:?}");
        let shown = crate::plan::render::diagnostics(&faults, crate::model::Lang::En, false);
        assert!(!shown.contains("888777") && !format!("{faults:?}").contains("888777"), "{shown}");
    }
}

#[test]
fn what_has_no_effect_yet_is_a_warning() {
    let text = format!(
        "{PIPELINE}[link]\nseed = 7\n[analysis]\nweights = {{ income = 1 }}\n\
         [publish]\nmasks = {{ name = \"none\" }}\nprofiles = [\"x\"]\n"
    );
    let plan = load_pipeline(&text).expect("sound");
    let said: Vec<_> = plan.warnings.iter().map(|warning| (warning.code, warning.underlined())).collect();
    let wanted = ["seed", "weights", "masks", "profiles"].map(|key| ("not_supported", key));
    assert_eq!(said, wanted);
    let shown = crate::plan::render::diagnostics(&plan.warnings, crate::model::Lang::En, false);
    assert!(shown.starts_with("warning[not_supported]: `seed` is not supported yet"), "{shown}");
    one(&with("[publish]\nencryption = true\n"), "not_supported", 10, 14, "****");
}

#[test]
fn thresholds() {
    one(&with("[link]\nmatch_threshold = 1.5\n"), "out_of_range", 10, 19, "1.5");
    let faults = with("[link]\nreview_threshold = 0.9\nmatch_threshold = 0.8\n");
    let (message, _) = one(&faults, "out_of_range", 11, 19, "0.8");
    assert_eq!(message, "match_threshold (0.8) is below review_threshold (0.9)");
    one(&with("[link]\nreview_threshold = 0.99\n"), "out_of_range", 10, 20, "0.99");
}

#[test]
fn bands_ascend() {
    one(&with("[analysis]\nincome_bands = [8000, 4000]\n"), "out_of_range", 10, 23, "4000");
}

#[test]
fn money_has_two_decimals() {
    let (message, _) = one(&with("[analysis]\npoverty_line = 8256.505\n"), "bad_number", 10, 16, "8256.505");
    assert_eq!(message, "at most 2 decimals are kept");
    one(&with("[analysis]\npoverty_line = \"about 8256\"\n"), "bad_number", 10, 16, "\"about 8256\"");
}

#[test]
fn everything_that_can_be_said_is_kept() {
    let plan = load_pipeline(&format!(
        "{PIPELINE}trust = {{ default = 90, name = 40 }}\nsupply = \"latest\"\n\
         period = {{ from = \"file_name\", pattern = \"{{year}}{{month}}\" }}\nsheets = \"*\"\nheader = {{ row = 3, rows = 2 }}\n\
         encoding = \"gb18030\"\npassword = {{ env = \"DIBAO_PASSWORD\" }}\ncolumns = {{ \"户主 身份证\" = \"id_number\" }}\n\
         gate = {{ max_quarantined = \"2.5%\", min_rows = 1000, max_drop = \"10%\", every = \"2w\", missing = \"carry_over\" }}\n\
         [link]\nunresolved = \"admit\"\nmatch_threshold = 0.9\n\
         [analysis]\npoverty_line = \"8256.50\"\nincome_bands = [4000, 8256.5]\narea_bands = [13, 30]\nhousing_line = 13.5\n\
         populations = {{ \"360802\" = 350000 }}\n[publish]\nkey = {{ env = \"RONGHE_KEY\" }}\n"
    ))
    .expect("sound");
    let source = &plan.sources[0];
    assert_eq!((source.trust.of("name"), source.trust.of("phone")), (40, 90));
    assert_eq!(source.supply, Supply::Latest);
    assert_eq!(source.columns["户主身份证"], "id_number");
    assert_eq!(source.password, Some(Secret::Env("DIBAO_PASSWORD".into())));
    assert_eq!(source.header.map(|header| (header.row, header.rows)), Some((3, 2)));
    assert_eq!(source.gate.max_quarantined, Some(0.025));
    assert_eq!((source.gate.every_days, source.gate.missing), (Some(14), Missing::CarryOver));
    assert_eq!(plan.link.match_threshold, 0.9);
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    assert_eq!(plan.analysis.poverty_line, Some(825_650));
    assert_eq!(plan.analysis.income_bands, [400_000, 825_650]);
    assert_eq!(plan.analysis.area_bands, [130_000, 300_000]);
    assert_eq!(plan.analysis.housing_line, Some(135_000));
    assert_eq!(plan.analysis.populations["360802"], 350_000);
    assert_eq!(plan.publish.key_env.as_deref(), Some("RONGHE_KEY"));
}
