use super::*;
use proptest::prelude::*;

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).expect("a real day")
}

fn today() -> NaiveDate {
    day(2025, 6, 30)
}

#[test]
fn every_written_form_is_read() {
    for written in [
        "19500101",
        "1950-1-1",
        "1950/01/01",
        "1950-01-01",
        "1950.1.1",
        "1950年1月1日",
        "1950 年 1 月 1 日",
        "一九五〇年一月一日",
        "一九五零年元月一日".replace("元", "一").as_str(),
        "50.1.1",
        "50-01-01",
        "500101",
        "１９５０－０１－０１",
        "1950-01-01 00:00:00",
        "1950-01-01T08:30:00.000+08:00",
        "1950年1月1日 8:30",
        "'19500101",
        "\t1950-1-1 ",
        "1950—1—1",
        "1950.01.01.",
        "1950年1月1日生",
        "19500101083000",
        "1950/1/1 0:00",
        "1950、1、1",
        "1950\\1\\1",
        "1950年1月1日出生",
    ] {
        assert_eq!(
            parse_date(written, today(), Reach::Past),
            Ok(ParsedDate { date: day(1950, 1, 1), precision: Precision::Day }),
            "{written}"
        );
    }
    assert_eq!(parse_date("二〇二五年十二月三十一日", today(), Reach::Past).map(|p| p.date), Ok(day(2025, 12, 31)));
    assert_eq!(parse_date("13/1/1950", today(), Reach::Past).map(|p| p.date), Ok(day(1950, 1, 13)));
}

#[test]
fn less_than_a_day_keeps_its_precision() {
    for (written, precision) in [
        ("1950.1", Precision::Month),
        ("195001", Precision::Month),
        ("1950年1月", Precision::Month),
        ("1950年01月份", Precision::Month),
        ("19500100", Precision::Month),
        ("1950", Precision::Year),
        ("1950年", Precision::Year),
        ("19500000", Precision::Year),
        ("50年1月", Precision::Month),
    ] {
        assert_eq!(
            parse_date(written, today(), Reach::Past),
            Ok(ParsedDate { date: day(1950, 1, 1), precision }),
            "{written}"
        );
    }
}

#[test]
fn what_cannot_be_decided_is_a_fault() {
    use DateFault::*;
    for (written, fault) in [
        ("", Empty),
        ("\u{3000}", Empty),
        ("无", StatedNone),
        ("-", StatedNone),
        ("不详", Unknown),
        ("长期", OpenEnded),
        ("9999-12-31", OpenEnded),
        ("20.1.1", Ambiguous),
        ("190512", Ambiguous),
        ("200105", Ambiguous),
        ("25-06-01", Ambiguous),
        ("1/2/1950", Ambiguous),
        ("1950-02-30", Impossible),
        ("19501301", Impossible),
        ("19500132", Impossible),
        ("0001-01-01", Impossible),
        ("农历1950年1月1日", Lunar),
        ("2025-01-01至2025-12-31", Several),
        ("2025年1月-2025年12月", Several),
        ("45123", Malformed),
        ("1950101", Malformed),
        ("5月1日", Malformed),
        ("吉安", Malformed),
        ("-1950", Malformed),
        ("0", Malformed),
    ] {
        assert_eq!(parse_date(written, today(), Reach::Past), Err(fault), "{written}");
    }
}

#[test]
fn months_are_taken_as_written() {
    for written in ["202506", "2025-06", "2025年6月", "2025.6", "2025/6", "2025-06-15", "2025年06月份", "20250600"]
    {
        assert_eq!(parse_month(written, today(), Reach::Open), Ok((2025, 6)), "{written}");
    }
    assert_eq!(parse_month("2025.1", today(), Reach::Open), Ok((2025, 1)));
    assert_eq!(parse_month("2025.10", today(), Reach::Open), Ok((2025, 10)));
    assert_eq!(parse_month("2025", today(), Reach::Open), Err(DateFault::NoMonth));
    assert_eq!(parse_month("202513", today(), Reach::Open), Err(DateFault::Impossible));
}

#[test]
fn a_column_that_reaches_ahead_takes_the_century_near_today() {
    for (written, year) in [("26.12.31", 2026), ("24.5.1", 2024), ("55.1.1", 2055), ("95.1.1", 1995)] {
        assert_eq!(parse_date(written, today(), Reach::Open).map(|p| p.date.year()), Ok(year), "{written}");
    }
    for far in ["60.1.1", "85.1.1"] {
        assert_eq!(parse_date(far, today(), Reach::Open), Err(DateFault::Ambiguous), "{far}");
    }
    assert_eq!(parse_date("26.12.31", today(), Reach::Past).map(|p| p.date.year()), Ok(1926));
    assert_eq!(parse_month("200105", today(), Reach::Open), Ok((2001, 5)));
    assert_eq!(parse_month("26.12.31", today(), Reach::Open), Ok((2026, 12)));
}

#[test]
fn both_serial_systems_are_known() {
    assert_eq!(excel_serial(1.0, false), Ok(day(1900, 1, 1)));
    assert_eq!(excel_serial(59.0, false), Ok(day(1900, 2, 28)));
    assert_eq!(excel_serial(60.0, false), Err(DateFault::Impossible));
    assert_eq!(excel_serial(61.0, false), Ok(day(1900, 3, 1)));
    assert_eq!(excel_serial(45_658.75, false), Ok(day(2025, 1, 1)));
    assert_eq!(excel_serial(44_196.0, true), Ok(day(2025, 1, 1)));
    assert_eq!(excel_serial(f64::NAN, false), Err(DateFault::Impossible));
    assert_eq!(excel_serial(-1.0, false), Err(DateFault::Impossible));
}

#[test]
fn age_counts_birthdays() {
    assert_eq!(age_on(day(1965, 3, 12), day(2025, 3, 11)), 59);
    assert_eq!(age_on(day(1965, 3, 12), day(2025, 3, 12)), 60);
    assert_eq!(age_on(day(2004, 2, 29), day(2025, 2, 28)), 20);
    assert_eq!(age_on(day(2004, 2, 29), day(2025, 3, 1)), 21);
    assert_eq!(age_on(day(2025, 6, 1), day(2025, 5, 31)), -1);
}

proptest! {
    #[test]
    fn nothing_panics(written in "\\PC*|[0-9年月日一二十〇./: T-]{0,24}") {
        let _ = (parse_date(&written, today(), Reach::Past), parse_month(&written, today(), Reach::Open));
    }

    #[test]
    fn every_day_comes_back(offset in 0u64..120_000) {
        let date = day(1850, 1, 1) + Days::new(offset);
        for form in ["%Y%m%d", "%Y-%m-%d", "%Y年%-m月%-d日", "%Y/%-m/%-d", "%Y.%m.%d"] {
            prop_assert_eq!(parse_date(&date.format(form).to_string(), today(), Reach::Past).map(|p| p.date), Ok(date));
        }
    }
}
