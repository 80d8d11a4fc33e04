#![no_main]

use chrono::{Datelike, NaiveDate};
use libfuzzer_sys::fuzz_target;
use ronghe::kernel::date::{Reach, parse_date, parse_month};
use ronghe::kernel::number::{Unit, parse_decimal, parse_integer, parse_money};
use ronghe::kernel::{header, identity, name, phone};
use ronghe_fuzz::guarded;

// The parsers of single cells: what they accept is sound, and reading it again changes nothing.
// The first byte says whether the cell holds a number.
fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let (numeric, Ok(text)) = (first % 2 == 1, std::str::from_utf8(rest)) else { return };
    let Some(today) = NaiveDate::from_ymd_opt(2025, 6, 30) else { return };
    guarded(|| {
        identities(text, numeric, today);
        dates(text, today);
        numbers(text);
        let title = header::normalise(text);
        assert_eq!(header::normalise(&title), title, "normalising twice changes nothing");
        let _ = header::unit_in(text);
        let _ = (name::read(text), name::fold(text), name::sound(text), name::mask(text));
        if let Ok(number) = phone::read(text) {
            assert_eq!(phone::read(&number).ok(), Some(number));
        }
    });
});

fn identities(text: &str, numeric: bool, today: NaiveDate) {
    let identity = identity::read(text, numeric, today);
    if identity.valid
        && let Some(number) = identity.resident_number()
    {
        assert_eq!(number.len(), 18);
        let check = identity::check_character(&number[..17]);
        assert_eq!(check, number.chars().last(), "a sound number has its check character");
        let again = identity::read(number, false, today);
        assert!(again.valid && again.resident_number() == Some(number), "a sound number is read as itself");
    }
}

fn dates(text: &str, today: NaiveDate) {
    for reach in [Reach::Past, Reach::Open] {
        if let Ok(parsed) = parse_date(text, today, reach) {
            let written = parsed.date.to_string();
            assert_eq!(parse_date(&written, today, reach).map(|again| again.date), Ok(parsed.date));
        }
        if let Ok((year, month)) = parse_month(text, today, reach) {
            assert!((1..=12).contains(&month) && year <= today.year() + 200);
        }
    }
}

fn numbers(text: &str) {
    if let Ok(number) = parse_integer(text) {
        assert_eq!(parse_integer(&number.to_string()), Ok(number));
    }
    let _ = parse_decimal(text, 4);
    if let (Ok(yuan), Ok(wan)) = (parse_money(text, Unit::Yuan), parse_money(text, Unit::TenThousandYuan)) {
        assert!(yuan.unsigned_abs() <= wan.unsigned_abs(), "ten thousand times as much is no less");
    }
}
