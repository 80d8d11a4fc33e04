//! Loading a plan from the disk, and what its faults look like.

use std::path::Path;

use serde_json::json;

use super::args::LogFormat;
use super::exit::{Exit, Failure};
use super::render::{Console, write_line};
use crate::model::{Lang, Severity};
use crate::plan::{Diagnostic, Level, Plan, load, render, shipped};
use crate::source::DiskFiles;

/// The plan of a pipeline file. Every fault of the configuration is shown at once, and so is what has no effect.
pub fn plan(pipeline: &Path, console: &Console) -> Result<Plan, Failure> {
    let plan = load(&DiskFiles, pipeline, &shipped()).map_err(|faults| {
        say_all(&faults, console);
        let count = faults.len();
        Failure::new(
            Exit::Usage,
            format!("配置有 {count} 处错误，未读取任何数据"),
            format!("the configuration has {count} faults; no data was read"),
        )
    })?;
    if !plan.warnings.is_empty() {
        say_all(&plan.warnings, console);
    }
    Ok(plan)
}

/// Faults and warnings of the configuration with their places, in the form that the log has.
fn say_all(told: &[Diagnostic], console: &Console) {
    match console.log_format {
        LogFormat::Text => write_line(render::diagnostics(told, console.lang, console.colours).trim_end()),
        LogFormat::Json => told.iter().for_each(|one| say_as_object(one, console)),
    }
}

/// One of them as one object of the log.
fn say_as_object(fault: &Diagnostic, console: &Console) {
    let more = [
        ("code", json!(fault.code)),
        ("file", json!(fault.file)),
        ("line", json!(fault.line)),
        ("column", json!(fault.column)),
        ("hint", json!(fault.hint.as_ref().map(|hint| hint.pick(console.lang)))),
    ];
    let severity = if fault.level == Level::Warning { Severity::Warning } else { Severity::Error };
    if let Some(line) = console.line(severity, &fault.message, &more) {
        write_line(&line);
    }
}

/// The key of `row_key`: from the environment variable that the plan names, else made from the pipeline's name and
/// region, so that rows are known again all the same.
pub fn key(plan: &Plan) -> Result<[u8; 32], Failure> {
    const CONTEXT: &str = "ronghe row_key v1";
    let Some(name) = &plan.publish.key_env else {
        return Ok(blake3::derive_key(CONTEXT, format!("{}\n{}", plan.name, plan.region).as_bytes()));
    };
    match std::env::var(name) {
        Ok(secret) if !secret.is_empty() => Ok(blake3::derive_key(CONTEXT, secret.as_bytes())),
        _ => Err(Failure::new(
            Exit::Usage,
            format!("环境变量 {name} 没有值，而 [publish] key 要用它"),
            format!("the environment variable {name}, which [publish] key names, has no value"),
        )),
    }
}

/// The language: what was asked for, else the pipeline's, else the locale's.
pub fn lang(plan: &Plan, asked: Option<Lang>, console: &Console) -> Lang {
    asked.or(plan.lang).unwrap_or(console.lang)
}
