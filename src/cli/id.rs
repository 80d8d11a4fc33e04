//! `ronghe id`: what a number is.

use std::io::{BufRead, Write};

use chrono::NaiveDate;
use serde_json::json;

use super::args::IdArguments;
use super::exit::{Exit, Failure};
use crate::kernel::identity::{self, IdKind, Identity, Severity, Sex};
use crate::kernel::region;
use crate::model::Lang;
use crate::report::aligned;
use crate::report::cell::quoted;

/// Reads what was typed, or else the lines of standard input.
pub fn run(of: &IdArguments, lang: Lang, today: NaiveDate) -> Result<Exit, Failure> {
    let mut out = std::io::stdout().lock();
    let mut tell = |input: &str| {
        let identity = identity::read(input, false, today);
        let text = if of.json { line(input, &identity, lang) } else { portrait(input, &identity, lang) };
        writeln!(out, "{text}")
    };
    let told = if of.numbers.is_empty() {
        told_of_input(&mut tell, of.json)
    } else {
        of.numbers.iter().try_for_each(|number| tell(number))
    };
    match told {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, "读写出错", "cannot read or write").because(&error))
        }
        _ => Ok(Exit::Done),
    }
}

/// A blank line is an input too where a program counts the lines.
fn told_of_input(tell: &mut impl FnMut(&str) -> std::io::Result<()>, blank_lines_too: bool) -> std::io::Result<()> {
    let mut input = std::io::stdin().lock();
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text).trim_start_matches('\u{feff}');
        if blank_lines_too || !text.trim().is_empty() {
            tell(text)?;
        }
    }
}

/// One object, its names in the order of the contract.
fn line(input: &str, identity: &Identity, lang: Lang) -> String {
    let remarks: Vec<String> = identity
        .remarks
        .iter()
        .map(|remark| {
            let (code, severity) = (quoted(remark.code.as_str()), quoted(remark.severity.as_str()));
            let message = quoted(&remark.message(lang == Lang::Zh));
            format!("{{\"code\":{code},\"severity\":{severity},\"message\":{message}}}")
        })
        .collect();
    let pairs = [
        ("input", quoted(input)),
        ("kind", quoted(identity.kind.as_str())),
        ("number", json!(identity.number).to_string()),
        ("valid", identity.valid.to_string()),
        ("birth_date", json!(identity.birth_date.map(|day| day.to_string())).to_string()),
        ("sex", json!(identity.sex.map(Sex::term)).to_string()),
        ("region_code", json!(identity.region_code).to_string()),
        ("remarks", format!("[{}]", remarks.join(","))),
        ("candidates", json!(identity.candidates).to_string()),
    ];
    format!("{{{}}}", pairs.map(|(name, value)| format!("\"{name}\":{value}")).join(","))
}

/// For a person: the number, then what it says, line by line.
fn portrait(input: &str, identity: &Identity, lang: Lang) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut add = |zh: &str, en: &str, text: String| lines.push(vec![format!("  {}", lang.pick(zh, en)), text]);
    let (zh, en) = kind_name(identity.kind);
    let valid = match (identity.kind, identity.valid) {
        (IdKind::Unknown, _) => "",
        (_, true) => lang.pick("，有效", ", valid"),
        (_, false) => lang.pick("，无效", ", not valid"),
    };
    add("种类", "kind", format!("{}{valid}", lang.pick(zh, en)));
    if let Some(number) = identity.number.as_ref().filter(|number| **number != input) {
        add("规范写法", "canonical", number.clone());
    }
    if let Some(code) = &identity.region_code {
        for (at, text) in region_lines(code, lang).into_iter().enumerate() {
            if at == 0 { add("区划", "region", text) } else { add("现属", "today", text) }
        }
    }
    if let Some(day) = identity.birth_date {
        add("出生日期", "birth", day.to_string());
    }
    if let Some(sex) = identity.sex {
        add("性别", "sex", lang.pick(sex.term(), sex.as_str()).to_owned());
    }
    if let Some(disability) = identity.disability() {
        let text = [disability.category_term(), disability.level_term()].into_iter().flatten().collect::<Vec<_>>();
        add("残疾类别等级", "disability", text.join(" "));
    }
    for remark in &identity.remarks {
        let (zh, en) = match remark.severity {
            Severity::Error => ("错误", "error"),
            Severity::Warning => ("注意", "warning"),
            Severity::Note => ("说明", "note"),
        };
        add(zh, en, remark.message(lang == Lang::Zh));
    }
    let separator = lang.pick("、", ", ");
    if !identity.candidates.is_empty() {
        add("可能应为", "perhaps", identity.candidates.join(separator));
    }
    if !identity.others.is_empty() {
        add("另有号码", "also", identity.others.join(separator));
    }
    format!("{}\n{}", input.trim(), aligned(&lines, false).join("\n"))
}

/// What a region was called, and, where its code is retired, what it belongs to today.
fn region_lines(code: &str, lang: Lang) -> Vec<String> {
    let Some(name) = region::full_name(code) else {
        return vec![format!("{code} {}", lang.pick("（未收录）", "(not listed)"))];
    };
    let named = |code: &str| format!("{code} {}", region::full_name(code).unwrap_or_default());
    let Some(last) = region::get(code).and_then(|region| region.to_year) else {
        return vec![format!("{code} {name}")];
    };
    let retired = lang.pick(format!("（用至 {last} 年）"), format!(" (until {last})"));
    let now: Vec<String> = region::successors(code).into_iter().map(named).collect();
    let mut lines = vec![format!("{code} {name}{retired}")];
    if !now.is_empty() {
        lines.push(now.join(lang.pick("、", ", ")));
    }
    lines
}

/// What people call a kind of document.
fn kind_name(kind: IdKind) -> (&'static str, &'static str) {
    match kind {
        IdKind::ResidentId => ("居民身份证", "resident identity card"),
        IdKind::ResidentId15 => ("居民身份证（15 位旧号）", "resident identity card (old, 15 digits)"),
        IdKind::ResidencePermit => ("港澳台居民居住证", "residence permit for Hong Kong, Macau and Taiwan residents"),
        IdKind::ForeignCard => ("外国人永久居留身份证", "foreign permanent resident card"),
        IdKind::TravelPermit => ("港澳居民来往内地通行证", "travel permit for Hong Kong and Macau residents"),
        IdKind::TaiwanPermit => ("台湾居民来往大陆通行证", "travel permit for Taiwan residents"),
        IdKind::Passport => ("护照", "passport"),
        IdKind::OfficerCard => ("军官证、士兵证", "military card"),
        IdKind::BirthCertificate => ("出生医学证明", "birth certificate"),
        IdKind::DisabilityCertificate => ("残疾人证", "disability certificate"),
        IdKind::OrganisationCode => ("统一社会信用代码", "unified social credit code"),
        IdKind::BankCard => ("银行卡号", "bank card"),
        IdKind::Unknown => ("无法辨认", "not recognised"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{line, portrait};
    use crate::kernel::identity::{self, Identity};
    use crate::model::Lang;

    fn read(text: &str) -> Identity {
        identity::read(text, false, NaiveDate::from_ymd_opt(2025, 12, 15).expect("a day"))
    }

    #[test]
    fn the_object_has_its_names_in_their_order() {
        let text = line("362401196503120013", &read("362401196503120013"), Lang::Zh);
        let head = concat!(
            r#"{"input":"362401196503120013","kind":"resident_id","number":"362401196503120013","valid":false,"#,
            r#""birth_date":"1965-03-12","sex":"男","region_code":"362401","#,
            r#""remarks":[{"code":"bad_check","severity":"error","message":""#
        );
        assert!(text.starts_with(head), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert!(value["candidates"].as_array().is_some_and(|c| c.iter().any(|n| n == "362401196503120012")), "{text}");
        let odd = line("a\"b", &read("a\"b"), Lang::En);
        let value: serde_json::Value = serde_json::from_str(&odd).expect("JSON");
        assert_eq!((value["input"].as_str(), value["kind"].as_str()), (Some("a\"b"), Some("unknown")));
    }

    #[test]
    fn a_person_reads_it_line_by_line() {
        let text = portrait("362401196503120013", &read("362401196503120013"), Lang::Zh);
        for part in [
            "居民身份证，无效",
            "362401 江西省吉安地区吉安市（用至 1999 年）",
            "360802 江西省吉安市吉州区",
            "校验码不符",
            "可能应为",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert!(portrait("362401196503120012", &read("362401196503120012"), Lang::En).contains("male"));
    }
}
