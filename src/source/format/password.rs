//! Workbooks with a password. It is never in the pipeline file, and what comes out of a wrong one is never taken for data.

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::Words;
use crate::plan::{Secret, Source};
use crate::source::format::content::Content;
use crate::source::format::sniff::{Format, sniff};

/// What spreadsheets encipher with where somebody protects a workbook but sets no password for opening it
/// (MS-OFFCRYPTO 2.3.6.2).
const DEFAULT: &str = "VelvetSweatshop";
/// An enciphered workbook must be held in memory whole, twice.
const MAX_ENCIPHERED: u64 = 512 << 20;

/// The passwords that a source's workbooks may have.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(in crate::source) struct Keys {
    passwords: Vec<String>,
    /// Why there are none though the pipeline names a place for them, in Chinese and English.
    missing: Option<(String, String)>,
}

/// Says how many there are and shows none.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passwords", self.passwords.len())
    }
}

impl Keys {
    /// Looks where the pipeline says that the passwords are. That there are none matters only to a workbook that has one.
    pub fn of(source: &Source) -> Keys {
        match &source.password {
            None => Keys::default(),
            Some(Secret::Env(name)) => match std::env::var(name) {
                Ok(password) if !password.is_empty() => Keys { passwords: vec![password], missing: None },
                _ => Keys::missing(
                    format!("环境变量 {name} 没有设置"),
                    format!("the environment variable {name} is not set"),
                ),
            },
            Some(Secret::File(path)) => Keys::in_file(path),
        }
    }

    fn in_file(path: &Path) -> Keys {
        let shown = path.display();
        match std::fs::read_to_string(path) {
            Err(e) => {
                let reason = crate::source::io_reason(&e);
                Keys::missing(
                    format!("密码文件 {shown} 读不出：{}", reason.zh),
                    format!("the password file {shown}: {}", reason.en),
                )
            }
            Ok(text) => {
                let lines = text.trim_start_matches('\u{FEFF}').lines().filter(|line| !line.is_empty());
                let passwords: Vec<String> = lines.map(str::to_owned).collect();
                if passwords.is_empty() {
                    return Keys::missing(
                        format!("密码文件 {shown} 是空的"),
                        format!("the password file {shown} is empty"),
                    );
                }
                Keys { passwords, missing: None }
            }
        }
    }

    fn missing(zh: String, en: String) -> Keys {
        Keys { passwords: Vec::new(), missing: Some((zh, en)) }
    }
}

/// The workbook inside an enciphered one; `None` where it is not enciphered.
///
/// # Errors
/// When no password opens it, or its cipher is not known; says what to ask of whom.
pub(in crate::source) fn decipher(content: &Content, keys: &Keys) -> Result<Option<Content>, Words> {
    let bytes = content.seekable().map_err(|e| crate::source::io_reason(&e))?;
    let Ok(container) = cfb::CompoundFile::open(bytes) else { return Ok(None) };
    if !container.exists("/EncryptedPackage") {
        return Ok(None);
    }
    drop(container);
    if content.size().map_err(|e| crate::source::io_reason(&e))? > MAX_ENCIPHERED {
        return Err(Words::new(
            "带密码的工作簿超过 512 MB，不能读取；请去掉密码后重新报送",
            "a workbook of more than 512 MB with a password is not read; have it sent without one",
        ));
    }
    let mut enciphered = Vec::new();
    content
        .stream()
        .and_then(|mut stream| stream.read_to_end(&mut enciphered))
        .map_err(|e| crate::source::io_reason(&e))?;
    for password in std::iter::once(DEFAULT).chain(keys.passwords.iter().map(String::as_str)) {
        // The crate may also take a wrong password and return noise.
        let Ok(bytes) = office_crypto::decrypt_from_bytes(enciphered.clone(), password) else { continue };
        let inside = Content::Held(bytes.into());
        if matches!(sniff(&inside), Ok(Format::Xlsx | Format::Xlsb | Format::Ods)) {
            return Ok(Some(inside));
        }
    }
    Err(locked(keys))
}

/// Why a workbook with a password is not read.
fn locked(keys: &Keys) -> Words {
    let (zh, en) = match (&keys.missing, keys.passwords.is_empty()) {
        (Some((zh, en)), _) => (format!("工作簿有密码，而{zh}"), format!("the workbook has a password, and {en}")),
        (None, false) => (
            "工作簿有密码，配置的密码打不开它".to_owned(),
            "the workbook has a password, and none that the pipeline names opens it".to_owned(),
        ),
        (None, true) => (
            "工作簿有密码；请在流水线文件的来源中写 password = { env = \"变量名\" }".to_owned(),
            "the workbook has a password; write password = { env = \"NAME\" } in the source of the pipeline file"
                .to_owned(),
        ),
    };
    let ask = ask_for_one_without();
    Words::new(format!("{zh}；{}", ask.zh), format!("{en}; {}", ask.en))
}

/// What to ask of the sender.
fn ask_for_one_without() -> Words {
    Words::new(
        "请向报送单位核对密码，或请其去掉密码（文件—信息—保护工作簿—用密码进行加密，清空）并另存为 .xlsx 后重新报送",
        "ask the sender for the password, or for the workbook without one (File, Info, Protect Workbook, Encrypt with Password, empty), saved as .xlsx",
    )
}

/// Why a workbook of an old or another kind of encryption is not read.
pub(in crate::source) fn old_cipher() -> Words {
    let ask = ask_for_one_without();
    Words::new(
        format!("工作簿有密码，其加密方式（旧版 .xls 或 .ods）不能解开；{}", ask.zh),
        format!("the workbook has a password of a kind that cannot be opened (old .xls, or .ods); {}", ask.en),
    )
}
