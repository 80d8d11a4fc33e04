#![no_main]

use libfuzzer_sys::fuzz_target;

// A whole file goes as it is, anything else into one.
fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        ronghe_fuzz::check("list.ods", data);
    } else {
        ronghe_fuzz::check("list.ods", &ronghe_fuzz::pack::ods(data));
    }
});
