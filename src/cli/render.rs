//! What the program says on standard error: messages, and why it ended. Nothing else in the house prints.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use chrono::{SecondsFormat, Utc};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::json;

use super::args::{GlobalArguments, LogFormat};
use super::exit::{Exit, Failure};
use crate::model::{Lang, Severity, Words};

/// How to speak on standard error.
#[derive(Clone, Debug)]
pub struct Console {
    pub lang: Lang,
    /// The least severity that is said.
    pub least: Severity,
    pub log_format: LogFormat,
    /// Progress bars may be shown.
    pub progress: bool,
    pub colours: bool,
}

impl Console {
    pub fn new(lang: Lang, global: &GlobalArguments, variable: impl Fn(&str) -> Option<String>) -> Self {
        let least = match i16::from(global.verbose) - i16::from(global.quiet) {
            ..=-2 => Severity::Error,
            -1 => Severity::Warning,
            0 => Severity::Info,
            1 => Severity::Detail,
            2.. => Severity::Trace,
        };
        let terminal = std::io::stderr().is_terminal() && variable("TERM").is_none_or(|t| t != "dumb");
        let text = global.log_format == LogFormat::Text;
        Console {
            lang,
            least,
            log_format: global.log_format,
            progress: terminal && text && !global.no_progress && least <= Severity::Info,
            colours: terminal && text && variable("NO_COLOR").is_none_or(|v| v.is_empty()),
        }
    }

    /// For errors met before the command line is understood.
    pub fn plain(lang: Lang) -> Self {
        Console { lang, least: Severity::Info, log_format: LogFormat::Text, progress: false, colours: false }
    }

    /// The line for a message; `None` when it is below what is said. `more` holds further pairs for logs as JSON.
    pub fn line(&self, severity: Severity, words: &Words, more: &[(&str, serde_json::Value)]) -> Option<String> {
        if severity < self.least {
            return None;
        }
        let message = self.lang.pick(&words.zh, &words.en);
        if self.log_format == LogFormat::Json {
            let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
            let mut object = json!({ "time": time, "severity": severity.as_str(), "message": message });
            for (name, value) in more {
                object[*name] = value.clone();
            }
            return Some(object.to_string());
        }
        let (label, colour) = match severity {
            Severity::Error => (self.lang.pick("错误：", "error: "), "\x1b[1;31m"),
            Severity::Warning => (self.lang.pick("警告：", "warning: "), "\x1b[1;33m"),
            Severity::Info | Severity::Detail | Severity::Trace => ("", ""),
        };
        if self.colours && !label.is_empty() {
            return Some(format!("{colour}{label}\x1b[0m{message}"));
        }
        Some(format!("{label}{message}"))
    }

    pub fn say(&self, severity: Severity, words: &Words) {
        if let Some(line) = self.line(severity, words, &[]) {
            write_line(&line);
        }
    }

    /// Says why a command failed, and hands on its exit code.
    pub fn fail(&self, failure: &Failure) -> Exit {
        let mut words = failure.words.clone();
        let causes = json!(failure.causes);
        if self.log_format == LogFormat::Text {
            for cause in &failure.causes {
                let _ = write!(words.zh, "\n  原因：{cause}");
                let _ = write!(words.en, "\n  because: {cause}");
            }
        }
        let more = [("exit_code", json!(failure.exit as u8)), ("causes", causes)];
        if let Some(line) = self.line(Severity::Error, &words, &more) {
            write_line(&line);
        }
        failure.exit
    }
}

/// A line on standard error; there is nowhere left to complain when that fails.
pub fn write_line(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// What clap found wrong with what was typed, in Chinese. Clap itself speaks English.
pub fn usage_words(error: &clap::Error) -> Words {
    let get = |kind| error.get(kind).map(context_text).unwrap_or_default();
    let (arg, value) = (get(ContextKind::InvalidArg), get(ContextKind::InvalidValue));
    let mut zh = match error.kind() {
        ErrorKind::UnknownArgument => format!("不认识的参数 {arg}"),
        ErrorKind::InvalidSubcommand => format!("没有 {} 这个命令", get(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{arg}"),
        ErrorKind::MissingSubcommand => "缺少命令".into(),
        ErrorKind::InvalidValue if value.is_empty() => format!("参数 {arg} 缺少取值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("参数 {arg} 的取值 {value} 无效"),
        ErrorKind::ArgumentConflict => format!("参数 {arg} 不能重复或与其他参数同用"),
        ErrorKind::InvalidUtf8 => "参数不是有效的 UTF-8 文字".into(),
        _ => "用法有误".into(),
    };
    let valid = get(ContextKind::ValidValue);
    if !valid.is_empty() {
        let _ = write!(zh, "（可用：{valid}）");
    }
    for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue] {
        let near = get(kind);
        if !near.is_empty() {
            let _ = write!(zh, "；是否想写 {near}？");
        }
    }
    let usage = get(ContextKind::Usage);
    if let Some(usage) = usage.lines().next().map(|line| line.trim_start_matches("Usage: ").trim())
        && !usage.is_empty()
    {
        let _ = write!(zh, "\n用法：{}", usage.replace("[OPTIONS]", "[选项]"));
    }
    zh.push_str("\n更多说明请加 --help");
    let en = error.render().to_string();
    Words::new(zh, en.strip_prefix("error: ").unwrap_or(&en).trim_end())
}

fn context_text(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(texts) => texts.join(" "),
        other => other.to_string(),
    }
}
