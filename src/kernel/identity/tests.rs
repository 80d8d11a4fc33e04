use super::*;
use proptest::prelude::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 6, 30).expect("a real day")
}

fn id(text: &str) -> Identity {
    read(text, false, today())
}

fn codes(id: &Identity) -> Vec<&'static str> {
    id.remarks.iter().map(|r| r.code.as_str()).collect()
}

#[test]
fn the_standard_examples_are_valid() {
    for number in ["11010519491231002X", "440524188001010014", "110101199003078670", "362401196503120012"] {
        assert!(id(number).valid, "{number} {:?}", id(number));
    }
    assert!(id("11010519491231002x").valid);
    let plain = id("362401196503120012");
    assert_eq!(plain.birth_date, NaiveDate::from_ymd_opt(1965, 3, 12));
    assert_eq!(
        (plain.kind, plain.sex, plain.region_code.as_deref()),
        (IdKind::ResidentId, Some(Sex::Male), Some("362401"))
    );
    assert!(plain.remarks.is_empty());
    assert_eq!(codes(&id("440524188001010014")), ["over_age", "region_later"][..1]);
}

#[test]
fn a_region_warns_and_never_refuses() {
    for (number, remark, severity) in [
        ("360802196503120019", RemarkCode::RegionLater, Severity::Note),
        ("362401200103120012", RemarkCode::RegionRetired, Severity::Warning),
        ("321119197310306324", RemarkCode::RegionUnknown, Severity::Warning),
    ] {
        let id = id(number);
        assert!(id.has(remark), "{number} {:?}", codes(&id));
        assert_eq!(remark.severity(), severity);
        assert!(!id.has(RemarkCode::BadDate));
    }
    assert!(id("360802196503120019").valid);
}

#[test]
fn wrong_numbers_are_refused_with_a_reason() {
    for (number, remark) in [
        ("360802196502310013", RemarkCode::BadDate),
        ("11010119900307867X", RemarkCode::BadCheck),
        ("11010119900307867A", RemarkCode::BadCharacter),
        ("362401209903120012", RemarkCode::FutureDate),
        ("36240119650312001", RemarkCode::WrongLength),
        ("111111111111111111", RemarkCode::Placeholder),
        ("123456789012345678", RemarkCode::Placeholder),
        ("12345678901234567X", RemarkCode::Placeholder),
        ("362401000000000000", RemarkCode::Placeholder),
        ("XXXXXXXXXXXXXXXXXX", RemarkCode::Placeholder),
        ("362401********0012", RemarkCode::Masked),
        ("13879612345", RemarkCode::LooksLikePhone),
        ("19650312", RemarkCode::LooksLikeDate),
        ("无", RemarkCode::StatedNone),
        ("", RemarkCode::Blank),
        ("办理中", RemarkCode::UnknownForm),
    ] {
        let id = id(number);
        assert!(!id.valid && id.has(remark), "{number} {:?}", codes(&id));
    }
    let body = "36240119650312000";
    let zero = format!("{body}{}", check_character(body).expect("digits"));
    assert!(id(&zero).has(RemarkCode::SequenceZero) && !id(&zero).valid);
}

#[test]
fn fifteen_digits_become_eighteen_without_a_pivot() {
    for (short, long) in [
        ("632123820927051", "632123198209270518"),
        ("310112850409522", "310112198504095227"),
        ("610104620927690", "610104196209276908"),
    ] {
        assert_eq!(fifteen_to_eighteen(short).as_deref(), Some(long));
        for numeric in [false, true] {
            let id = read(short, numeric, today());
            assert_eq!((id.kind, id.valid, id.number.as_deref()), (IdKind::ResidentId15, true, Some(long)));
        }
    }
    let id1925 = id("362421250101001");
    assert_eq!(id1925.birth_date, NaiveDate::from_ymd_opt(1925, 1, 1));
    let old = id("362421880101998");
    assert!(old.has(RemarkCode::Centenarian));
    assert_eq!(old.birth_date, NaiveDate::from_ymd_opt(1888, 1, 1));
    assert!(!id("362421881301001").valid);
}

#[test]
fn every_document_is_told_apart() {
    for (number, kind) in [
        ("810000199408230021", IdKind::ResidencePermit),
        ("830000199201300022", IdKind::ResidencePermit),
        ("H1234567801", IdKind::TravelPermit),
        ("M12345678", IdKind::TravelPermit),
        ("02345678", IdKind::TaiwanPermit),
        ("E12345678", IdKind::Passport),
        ("EA1234567", IdKind::Passport),
        ("Q360012345", IdKind::BirthCertificate),
        ("USA110070123105", IdKind::ForeignCard),
        ("91350100M000100Y43", IdKind::OrganisationCode),
        ("南字第1234567号", IdKind::OfficerCard),
        ("36240119650312001242", IdKind::DisabilityCertificate),
        ("36240119650312001242B1", IdKind::DisabilityCertificate),
        ("4539148803436467", IdKind::BankCard),
    ] {
        let id = id(number);
        assert!(id.valid, "{number} {:?}", codes(&id));
        assert_eq!(id.kind, kind, "{number}");
    }
    assert_eq!(id("H1234567801").number, id("H1234567802").number);
    let certificate = id("36240119650312001242B1");
    assert_eq!(certificate.disability().and_then(Disability::category_term), Some("肢体"));
    assert_eq!(certificate.disability().and_then(Disability::level_term), Some("二级"));
    assert_eq!(certificate.resident_number(), Some("362401196503120012"));
    let resident = certificate.into_resident();
    assert_eq!((resident.number.as_deref(), resident.kind), (Some("362401196503120012"), IdKind::ResidentId));
    assert!(id("36240119650312001295").has(RemarkCode::BadDisability));
    assert!(id("36240119650312001295").into_resident().valid);
    assert!(!id("36240119650312001342").into_resident().valid);
    let body = "91184019900307001";
    let card = format!("{body}{}", check_character(body).expect("digits"));
    assert_eq!(id(&card).kind, IdKind::ForeignCard);
    assert!(id(&card).valid);
}

#[test]
fn typing_is_cleaned_and_said() {
    for written in [
        "３６２４０１１９６５０３１２００１２",
        "'362401196503120012",
        "`362401196503120012",
        "\t362401196503120012",
        "362401 19650312 0012",
        "362401-19650312-0012",
    ] {
        let id = id(written);
        assert!(id.valid && id.has(RemarkCode::Cleaned), "{written} {:?}", codes(&id));
        assert_eq!(id.number.as_deref(), Some("362401196503120012"));
    }
    for (written, number) in [
        ("36240l196503l20012", "362401196503120012"),
        ("3624O1196503120O12", "362401196503120012"),
        ("11010519491231002×", "11010519491231002X"),
        ("11010519491231002Х", "11010519491231002X"),
    ] {
        let id = id(written);
        assert!(id.valid && id.has(RemarkCode::LookAlike), "{written} {:?}", codes(&id));
        assert_eq!(id.number.as_deref(), Some(number));
    }
    let noted = id("362401196503120012（已故）");
    assert_eq!((noted.valid, noted.note.as_deref()), (true, Some("已故")));
    for two in [
        "362401196503120012、110101199003078670",
        "362401196503120012 110101199003078670",
        "362401196503120012110101199003078670",
        "362401196503120012\n110101199003078670",
    ] {
        let id = id(two);
        assert_eq!((id.number.as_deref(), id.others.len()), (Some("362401196503120012"), 1), "{two:?}");
        assert!(id.has(RemarkCode::SeveralNumbers));
    }
}

#[test]
fn a_numeric_cell_is_never_trusted_beyond_fifteen_digits() {
    for (text, numeric, prefix) in [
        ("362401196503120012", true, "362401196503120"),
        ("362401196503120000", true, "362401196503120"),
        ("362401196503120000.0", true, "362401196503120"),
        ("3.62401E+17", false, "362401"),
        ("3.62401196503120E+17", false, "362401196503120"),
        ("351030001351351000", true, "351030001351351"),
    ] {
        let id = read(text, numeric, today());
        assert!(!id.valid && id.has(RemarkCode::PrecisionLost) && id.number.is_none(), "{text}");
        assert_eq!(id.prefix.as_deref(), Some(prefix), "{text}");
    }
    assert_eq!(read("362401196503120012", true, today()).birth_date, NaiveDate::from_ymd_opt(1965, 3, 12));
}

#[test]
fn candidates_hold_the_number_that_was_meant() {
    let meant = "362401196503120012".to_owned();
    for damaged in
        ["362401196503120013", "362401196503120112", "362401195603120012", "362401196503210012", "362401196503120021"]
    {
        let id = id(damaged);
        assert!(id.candidates.contains(&meant), "{damaged} {:?}", id.candidates);
        assert!(id.candidates.is_sorted() && id.candidates.len() <= 40);
        assert!(id.candidates.iter().all(|c| read(c, false, today()).valid));
    }
}

#[test]
fn codes_are_unique_and_messages_bilingual() {
    let mut names: Vec<_> = RemarkCode::ALL.iter().map(|c| c.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RemarkCode::ALL.len());
    let bad = id("11010119900307867X");
    assert!(bad.remarks.iter().any(|r| r.message(false) == "the check character is wrong (character 18)"));
    assert!(bad.remarks.iter().any(|r| r.message(true) == "校验码不符（第18位）"));
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC*|[0-9０-９XxOl×*A-Z ,.、E+第字号-]{0,60}", numeric: bool) {
        let _ = read(&text, numeric, today());
        let _ = (check_character(&text), fifteen_to_eighteen(&text));
    }

    #[test]
    fn one_changed_digit_never_passes(at in 0usize..17, by in 1u8..10) {
        let mut bytes = b"362401196503120012".to_vec();
        bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
        let text = String::from_utf8(bytes).expect("digits");
        prop_assert!(!id(&text).valid);
    }
}
