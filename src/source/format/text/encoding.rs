//! Which encoding a text file is in, told by its bytes. What is tried in which order, and what counts as sound, is
//! described in docs/intake.md; this is its only home in the program.

use std::ops::AddAssign;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::model::Words;

/// A text file's encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct Encoded {
    pub encoding: &'static Encoding,
    /// Bytes of the byte-order mark in front.
    pub mark: u64,
}

/// A part of a file from its beginning, by which the encoding is told.
#[derive(Clone, Copy)]
pub(in crate::source) struct Sample<'a> {
    pub bytes: &'a [u8],
    /// It is the whole file: a character cut off at its end is broken.
    pub whole: bool,
}

/// Fewer characters than this beyond ASCII are not guessed from.
const FEW: usize = 8;

/// How much of a sample's text beyond ASCII is sound in an encoding: numbers of characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shares {
    sound: usize,
    broken: usize,
}

impl Shares {
    /// At most one in twenty is broken: damage, and no other encoding.
    fn mostly_sound(self) -> bool {
        self.broken * 20 <= self.sound + self.broken
    }
}

impl AddAssign for Shares {
    fn add_assign(&mut self, other: Shares) {
        self.sound += other.sound;
        self.broken += other.broken;
    }
}

/// Tells the encoding by the byte-order mark, by `label`, which the office states, or by the bytes. A mark that its own
/// text belies (a program that writes one in front of anything) does not count.
///
/// # Errors
/// When the bytes are no text, or no text that can be read, or the label names no encoding.
pub(in crate::source) fn encoding_of(sample: Sample<'_>, label: Option<&str>) -> Result<Encoded, Words> {
    let Sample { bytes, whole } = sample;
    if let Some(order) = utf32_mark(bytes) {
        return Err(Words::new(
            format!("文件是 UTF-32（{order}）编码的文本，不能读取；请另存为 UTF-8 或 GB 18030 后重新报送"),
            format!("the file is UTF-32 text ({order}), which is not read; have it saved as UTF-8 or GB 18030"),
        ));
    }
    let stated = label.map(stated).transpose()?;
    if let Some((encoding, mark)) = marked(bytes) {
        let rest = Sample { bytes: &bytes[mark..], whole };
        if encoding != UTF_8 || utf8_shares(rest).mostly_sound() {
            return Ok(Encoded { encoding, mark: mark as u64 });
        }
        let encoding = stated.unwrap_or_else(|| unmarked(rest));
        return Ok(Encoded { encoding, mark: mark as u64 });
    }
    if let Some(encoding) = stated {
        return Ok(Encoded { encoding, mark: 0 });
    }
    if let Some(known) = known_binary(bytes) {
        return Err(not_supported(known));
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return Ok(Encoded { encoding, mark: 0 });
    }
    match binary(sample) {
        Some(reason) => Err(reason),
        None => Ok(Encoded { encoding: unmarked(sample), mark: 0 }),
    }
}

fn stated(label: &str) -> Result<&'static Encoding, Words> {
    Encoding::for_label_no_replacement(label.trim().as_bytes()).ok_or_else(|| {
        Words::new(
            format!("配置的编码“{label}”不认识；请写 gb18030、utf-8 或 utf-16le"),
            format!("the encoding {label} of the source is not known; write gb18030, utf-8 or utf-16le"),
        )
    })
}

/// U+FEFF at the beginning in one of the encodings that are read, and its length.
fn marked(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes).or_else(|| bytes.starts_with(b"\x84\x31\x95\x33").then_some((GB18030, 4)))
}

/// The first bytes of a file as text, if it is text, for a look at its structure.
pub(in crate::source) fn text_start(head: &[u8]) -> String {
    let sample = Sample { bytes: head, whole: false };
    let guess = || utf16_without_mark(head).unwrap_or_else(|| unmarked(sample));
    let (encoding, mark) = marked(head).unwrap_or_else(|| (guess(), 0));
    encoding.decode_without_bom_handling(&head[mark..]).0.into_owned()
}

fn utf32_mark(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\xFF\xFE\0\0") {
        Some("LE")
    } else if bytes.starts_with(b"\0\0\xFE\xFF") {
        Some("BE")
    } else {
        None
    }
}

/// The encoding of bytes without a mark that are no UTF-16.
pub(in crate::source) fn unmarked(sample: Sample<'_>) -> &'static Encoding {
    let utf8 = utf8_shares(sample);
    if utf8.mostly_sound() {
        return UTF_8;
    }
    // Nearly every pair of bytes is a character of GB 18030, so its being sound says little. What office files hold lies
    // in the part that GB 2312 had already, but for rare and traditional characters.
    let gb18030 = shares(sample, GB18030);
    let (usual, all) = (in_gb2312(sample.bytes), gb18030.sound + gb18030.broken);
    let chinese = if gb18030.mostly_sound() { usual * 10 >= all * 7 } else { usual * 2 >= all };
    // Two encodings in one file, or a damaged one, are no third.
    let joined = utf8.sound > utf8.broken;
    if chinese || joined || all < FEW {
        return majority(sample);
    }
    // Damage makes the detector doubt GBK, and in one byte a character anything is sound.
    guessed(sample).filter(|guess| !guess.is_single_byte() || usual * 3 < all).unwrap_or(GB18030)
}

/// UTF-8 or GB 18030, whichever more of the lines are sound in: of files joined from both the smaller part is to show
/// as unreadable, and not the larger one.
fn majority(sample: Sample<'_>) -> &'static Encoding {
    let (mut utf8, mut others) = (0_usize, 0_usize);
    for line in sample.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        if is_utf8_line(line) { utf8 += 1 } else { others += 1 }
    }
    if utf8 > others { UTF_8 } else { GB18030 }
}

/// Whether a line is UTF-8 beyond doubt: all of it, with several characters of three bytes, as Chinese ones have, and
/// not more of two, as GB 18030 may look by chance.
pub(in crate::source) fn is_utf8_line(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line) else { return false };
    let long = text.bytes().filter(|byte| *byte >= 0xE0).count();
    let short = text.bytes().filter(|byte| matches!(byte, 0xC0..=0xDF)).count();
    long >= 2 && long > short
}

/// What a detector made for web pages takes the bytes for, if they are sound in it. It is not told that they come from
/// China, for then it holds whatever can be GBK for GBK.
fn guessed(sample: Sample<'_>) -> Option<&'static Encoding> {
    // A character that is cut off misleads it.
    let end = sample.bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r' | b',' | b'\t'));
    let whole = if sample.whole { sample.bytes.len() } else { end.map_or(sample.bytes.len(), |end| end + 1) };
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&sample.bytes[..whole], sample.whole);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let sound = shares(sample, guess).broken == 0;
    // GB 18030 is GBK and more.
    (sound && guess != GBK).then_some(guess)
}

fn utf8_shares(sample: Sample<'_>) -> Shares {
    let mut shares = Shares::default();
    let mut rest = sample.bytes;
    loop {
        let sound = |text: &[u8]| text.iter().filter(|byte| **byte >= 0xC0).count();
        match std::str::from_utf8(rest) {
            Ok(text) => {
                shares.sound += sound(text.as_bytes());
                return shares;
            }
            Err(e) => {
                shares.sound += sound(&rest[..e.valid_up_to()]);
                match e.error_len() {
                    Some(length) => {
                        shares.broken += 1;
                        rest = &rest[e.valid_up_to() + length..];
                    }
                    None => {
                        shares.broken += usize::from(sample.whole);
                        return shares;
                    }
                }
            }
        }
    }
}

fn shares(sample: Sample<'_>, encoding: &'static Encoding) -> Shares {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut shares = Shares::default();
    let mut text = [0; 8 << 10];
    let mut rest = sample.bytes;
    loop {
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut text, sample.whole);
        rest = &rest[read..];
        shares += Shares { sound: text[..written].iter().filter(|byte| **byte >= 0xC0).count(), broken: 0 };
        match result {
            DecoderResult::InputEmpty => return shares,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => shares += Shares { sound: 0, broken: 1 },
        }
    }
}

/// How many characters of a text in GB 18030 lie in GB 2312: rows 1 to 3 and 16 to 87.
fn in_gb2312(bytes: &[u8]) -> usize {
    let mut count = 0;
    let mut at = 0;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (0..=0x80, _) => at += 1,
            (_, 0x30..=0x39) => at += 4,
            (0xA1..=0xA3 | 0xB0..=0xF7, 0xA1..=0xFE) => {
                count += 1;
                at += 2;
            }
            _ => at += 2,
        }
    }
    count
}

/// UTF-16 without a mark.
pub(in crate::source) fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = bytes.len() / 2;
    if pairs < 4 {
        return None;
    }
    // The separators and digits of most files have a zero byte each, all on one side of the pairs.
    let zeros = |side: usize| bytes.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if second * 20 > pairs && first * 50 <= second {
        return Some(UTF_16LE);
    }
    if first * 20 > pairs && second * 50 <= first {
        return Some(UTF_16BE);
    }
    match (nearly_pure_chinese(bytes, 1), nearly_pure_chinese(bytes, 0)) {
        (true, false) => Some(UTF_16LE),
        (false, true) => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether the bytes are UTF-16 with hardly a separator: the high bytes, on this side of the pairs, are those of Chinese
/// text, and among the low bytes are some that no text of bytes has.
fn nearly_pure_chinese(bytes: &[u8], side: usize) -> bool {
    let (mut chinese, mut impossible, mut pairs) = (0, 0, 0);
    for pair in bytes.chunks_exact(2) {
        let (high, low) = (pair[side], pair[1 - side]);
        pairs += 1;
        chinese += usize::from(matches!(high, 0x00 | 0x20 | 0x30 | 0x4E..=0x9F | 0xFF));
        let control = matches!(low, 0..=8 | 11 | 12 | 14..=31 | 127) && matches!(high, 0x4E..=0x9F);
        // A separator or line break as a unit of sixteen bits.
        let separator = high == 0 && matches!(low, b'\t' | b'\n' | b'\r' | b',' | b';' | b'|');
        impossible += usize::from(control || separator);
    }
    chinese * 20 >= pairs * 19 && impossible >= 2 && impossible * 50 >= pairs
}

/// What a binary file is, in Chinese and English.
type Known = (&'static str, &'static str);

/// Formats that no text begins like.
const STRICT: [(&[u8], Known); 5] = [
    (b"\0\x01\0\0Standard Jet DB", ("Access 数据库", "an Access database")),
    (b"\0\x01\0\0Standard ACE DB", ("Access 数据库", "an Access database")),
    (b"\x7FELF", ("程序文件", "a program")),
    (b"\xFD7zXZ\0", ("xz 压缩包", "an xz archive")),
    (b"\x28\xB5\x2F\xFD", ("zstd 压缩包", "a zstd archive")),
];
/// Formats by first bytes that a text may have too.
const LOOSE: [(&[u8], Known); 3] = [
    (b"MZ", ("程序文件", "a program")),
    (b"BZh", ("bzip2 压缩包", "a bzip2 archive")),
    (b"GIF8", ("图片", "a picture")),
];

fn known_binary(bytes: &[u8]) -> Option<Known> {
    let begun = STRICT.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, known)| *known);
    begun.or(is_dbase(bytes).then_some(("dBASE 数据表（.dbf）", "a dBASE table (.dbf)")))
}

/// Why the bytes are no text, if they are not: more than a stray control character. Zero bytes that pad the fields of a
/// sound text are passed over.
fn binary(sample: Sample<'_>) -> Option<Words> {
    let bytes = sample.bytes;
    let count = |fits: fn(&u8) -> bool| bytes.iter().filter(|byte| fits(byte)).count();
    let control = count(|byte| matches!(byte, 1..=8 | 14..=25 | 28..=31));
    let zeros = count(|byte| *byte == 0);
    let padded =
        || zeros * 5 <= bytes.len() && (utf8_shares(sample).broken == 0 || shares(sample, GB18030).broken == 0);
    if control * 100 <= bytes.len() && (zeros * 100 <= bytes.len() || padded()) {
        return None;
    }
    let begun = LOOSE.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, known)| *known);
    let tar = (bytes.get(257..262) == Some(b"ustar")).then_some(("tar 压缩包", "a tar archive"));
    Some(begun.or(tar).map_or_else(
        || {
            Words::new(
                "文件不是文本，也不是认识的表格格式；请确认后导出为 .xlsx 或 .csv 重新报送",
                "the file is neither text nor a table of a known format; have it exported as .xlsx or .csv and sent again",
            )
        },
        not_supported,
    ))
}

fn not_supported((zh, en): Known) -> Words {
    Words::new(
        format!("文件实际是{zh}，暂不支持；请导出为 .xlsx 或 .csv 后重新报送"),
        format!("the file is really {en}, which is not supported; have it exported as .xlsx or .csv and sent again"),
    )
}

/// A dBASE table: its version, the month and day of its last change, and the mark that ends its list of fields where
/// its header says that it ends.
fn is_dbase(bytes: &[u8]) -> bool {
    let Some(&[version, _, month, day, .., low, high]) = bytes.first_chunk::<10>() else { return false };
    let header = usize::from(u16::from_le_bytes([low, high]));
    matches!(version, 0x02 | 0x03 | 0x30..=0x32 | 0x83 | 0x8B | 0xF5)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (header % 32 <= 1 || version >= 0x30)
        && header >= 33
        && bytes.get(header - 1) == Some(&0x0D)
}

#[cfg(test)]
mod tests {
    use encoding_rs::BIG5;

    use super::*;

    const SIMPLIFIED: &str = "姓名,身份证号,与户主关系,家庭住址,备注\n曾冬根,362401196503120012,户主,永阳镇东塘村,因病\n欧阳秀,362421197203040029,配偶,敦厚镇,重度残疾\n";
    const TRADITIONAL: &str = "姓名,身份證號,與戶主關係,家庭住址,備註\n曾冬根,362401196503120012,戶主,永陽鎮東塘村,因病\n歐陽秀,362421197203040029,配偶,敦厚鎮,重度殘疾\n";

    fn told(bytes: &[u8]) -> &'static str {
        encoding_of(Sample { bytes, whole: true }, None).unwrap().encoding.name()
    }

    fn reason(bytes: &[u8]) -> Words {
        encoding_of(Sample { bytes, whole: true }, None).unwrap_err()
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn chinese_encodings_are_told_however_short_the_file() {
        for text in
            [SIMPLIFIED, TRADITIONAL, &SIMPLIFIED.repeat(50), &TRADITIONAL.repeat(50), "姓名\n王五\n", "姓名\t证号"]
        {
            assert_eq!(told(text.as_bytes()), "UTF-8", "{text}");
            assert_eq!(told(&GB18030.encode(text).0), "gb18030", "{text}");
        }
        for text in [TRADITIONAL, &TRADITIONAL.repeat(50)] {
            assert_eq!(told(&BIG5.encode(text).0), "Big5", "{text}");
        }
    }

    #[test]
    fn what_can_be_gb18030_but_is_unlike_chinese_is_guessed() {
        let japanese = "氏名,住所,備考\n田中太郎,東京都千代田区,ｶﾅ なし\n".repeat(5);
        assert_eq!(told(&encoding_rs::SHIFT_JIS.encode(&japanese).0), "Shift_JIS");
        for german in
            ["Straße;Größe;Übergabe für Käufer\nMüller; schön, Caf\u{E9}, Bär\n", "Müller,Größe\nKöhler,Bäcker\n"]
        {
            let bytes = encoding_rs::WINDOWS_1252.encode(german).0.repeat(5);
            assert_eq!(told(&bytes), "windows-1252");
        }
        // Korean lies where GB 2312 has its own characters: it must be stated.
        let korean = encoding_rs::EUC_KR.encode("성명,주소,비고\n김철수,서울특별시,없음\n").0.repeat(5);
        assert_eq!(told(&korean), "gb18030");
        let sample = Sample { bytes: &korean, whole: true };
        assert_eq!(encoding_of(sample, Some("euc-kr")).unwrap().encoding.name(), "EUC-KR");
    }

    #[test]
    fn a_prefix_cut_inside_a_character_misleads_nobody() {
        for text in [SIMPLIFIED, TRADITIONAL] {
            for (encoding, name) in [(UTF_8, "UTF-8"), (GB18030, "gb18030")] {
                let bytes = encoding.encode(text).0;
                for cut in 1..4 {
                    let sample = Sample { bytes: &bytes[..bytes.len() - 1 - cut], whole: false };
                    assert_eq!(encoding_of(sample, None).unwrap().encoding.name(), name, "{cut}");
                }
            }
        }
    }

    #[test]
    fn a_few_broken_bytes_change_no_encoding() {
        for encoding in [UTF_8, GB18030] {
            for text in [SIMPLIFIED.repeat(4), TRADITIONAL.repeat(8)] {
                let mut bytes = encoding.encode(&text).0.into_owned();
                for at in [30, 90, 170] {
                    bytes.insert(at, 0xFF);
                }
                assert_eq!(told(&bytes), encoding.name(), "{text}");
            }
        }
    }

    #[test]
    fn of_two_encodings_in_one_file_the_larger_part_counts() {
        let utf8 = SIMPLIFIED.repeat(6).into_bytes();
        let gb18030 = GB18030.encode(&SIMPLIFIED.repeat(2)).0.into_owned();
        assert_eq!(told(&[utf8.clone(), gb18030.clone()].concat()), "UTF-8");
        assert_eq!(told(&[gb18030.clone(), utf8.clone()].concat()), "UTF-8");
        let gb18030 = gb18030.repeat(9);
        assert_eq!(told(&[utf8.clone(), gb18030.clone()].concat()), "gb18030");
        assert_eq!(told(&[gb18030, utf8].concat()), "gb18030");
    }

    #[test]
    fn a_mark_counts_unless_its_text_belies_it() {
        let marked = |mark: &[u8], text: &[u8]| {
            encoding_of(Sample { bytes: &[mark, text].concat(), whole: true }, None)
                .map(|found| (found.encoding.name(), found.mark))
                .unwrap()
        };
        assert_eq!(marked(b"\xEF\xBB\xBF", SIMPLIFIED.as_bytes()), ("UTF-8", 3));
        assert_eq!(marked(b"\x84\x31\x95\x33", &GB18030.encode(SIMPLIFIED).0), ("gb18030", 4));
        assert_eq!(marked(b"\xEF\xBB\xBF", &GB18030.encode(SIMPLIFIED).0), ("gb18030", 3));
        assert_eq!(marked(b"\xFE\xFF", &utf16("姓名", u16::to_be_bytes)), ("UTF-16BE", 2));
        for (mark, order) in [(b"\xFF\xFE\0\0", "LE"), (b"\0\0\xFE\xFF", "BE")] {
            assert!(reason(mark).zh.contains("UTF-32") && reason(mark).en.contains(order));
        }
    }

    #[test]
    fn utf16_shows_without_a_mark_and_without_separators() {
        let pure = "吉安县二零二五年六月城乡低保对象花名册曾冬根户主永阳镇东塘村因病致贫重度残疾无劳动能力欧阳秀敦厚镇";
        for text in ["姓名\t年龄\r\n王五\t61\r\n", pure, "姓名\n曾冬根\n欧阳秀\n"] {
            assert_eq!(told(&utf16(text, u16::to_le_bytes)), "UTF-16LE", "{text}");
            assert_eq!(told(&utf16(text, u16::to_be_bytes)), "UTF-16BE", "{text}");
        }
        // Letters in pairs are no Chinese.
        let pinyin = "zengdonggenouyangxiuwangmingzhangweilina".repeat(20);
        assert_eq!(told(pinyin.as_bytes()), "UTF-8");
        assert_eq!(told(&GB18030.encode(&format!("{pinyin}王五{pinyin}")).0), "gb18030");
    }

    #[test]
    fn zero_bytes_that_pad_fields_are_passed_over_and_binary_files_refused_by_name() {
        let padded = SIMPLIFIED.replace(",362", "\0\0\0,362");
        assert_eq!(told(padded.as_bytes()), "UTF-8");
        assert_eq!(told(&GB18030.encode(&padded).0), "gb18030");
        let mut dbase = [0; 97];
        dbase[..12].copy_from_slice(&[0x03, 125, 6, 30, 1, 0, 0, 0, 65, 0, 20, 0]);
        dbase[64] = 0x0D;
        assert!(reason(&dbase).zh.contains("dBASE"));
        assert!(reason(b"\0\x01\0\0Standard Jet DB\0\x01\0\0\0\xB5\x6E\x03").zh.contains("Access"));
        let noise: Vec<u8> = (0..2000_u32).map(|n| (n * n % 251) as u8).collect();
        assert!(reason(&noise).zh.contains("不是文本"));
    }

    #[test]
    fn a_label_counts_before_the_bytes_and_after_a_mark() {
        let bytes = BIG5.encode(TRADITIONAL).0;
        let sample = Sample { bytes: &bytes, whole: true };
        assert_eq!(encoding_of(sample, Some(" big5 ")).unwrap().encoding, BIG5);
        assert!(encoding_of(sample, Some("gbk2")).unwrap_err().zh.contains("gbk2"));
        let marked = [b"\xEF\xBB\xBF", SIMPLIFIED.as_bytes()].concat();
        let sample = Sample { bytes: &marked, whole: true };
        assert_eq!(encoding_of(sample, Some("gb18030")).unwrap().encoding, UTF_8);
    }
}
