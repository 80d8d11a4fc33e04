#![no_main]

use libfuzzer_sys::fuzz_target;

// A whole file goes as it is, anything else into one.
fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"\xD0\xCF\x11\xE0") {
        ronghe_fuzz::check("list.xls", data);
    } else {
        ronghe_fuzz::check("list.xls", &ronghe_fuzz::pack::xls(data));
    }
});
