//! What may be typed, and nothing about what it means. Help texts stand in [`super::help`], in both languages.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(name = "ronghe", version, disable_help_subcommand = true, propagate_version = true)]
pub struct Arguments {
    #[command(flatten)]
    pub global: GlobalArguments,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Debug, Args)]
pub struct GlobalArguments {
    #[arg(long, global = true, value_name = "zh|en")]
    pub lang: Option<LangWord>,
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub quiet: u8,
    #[arg(long, global = true, value_name = "text|json", default_value = "text")]
    pub log_format: LogFormat,
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    #[arg(long, global = true, value_name = "SIZE", value_parser = parse_size)]
    pub memory: Option<u64>,
    #[arg(long, global = true)]
    pub no_progress: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LangWord {
    Zh,
    En,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Run(RunArguments),
    Check(RunArguments),
    Inspect(InspectArguments),
    Draft(DraftArguments),
    Id(IdArguments),
    Show(ShowArguments),
    Match(MatchArguments),
    Query(QueryArguments),
    #[command(subcommand)]
    Snapshots(SnapshotsCommand),
    Evaluate(EvaluateArguments),
    Report(ReportArguments),
    Synth(SynthArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

#[derive(Debug, Args)]
pub struct RunArguments {
    #[arg(value_name = "PIPELINE")]
    pub pipeline: PathBuf,
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub struct InspectArguments {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "PIPELINE")]
    pub pipeline: Option<PathBuf>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DraftArguments {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "SCHEMA")]
    pub schema: Option<String>,
    #[arg(long, value_name = "PIPELINE")]
    pub pipeline: Option<PathBuf>,
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct IdArguments {
    #[arg(value_name = "NUMBER")]
    pub numbers: Vec<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ShowArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
    #[arg(value_name = "WHO")]
    pub who: String,
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,
    #[arg(long)]
    pub reveal: bool,
}

#[derive(Debug, Args)]
pub struct MatchArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,
}

#[derive(Debug, Args)]
pub struct QueryArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
    #[arg(value_name = "SQL")]
    pub sql: String,
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long)]
    pub titles: bool,
    #[arg(long)]
    pub reveal: bool,
}

/// What a result is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Csv,
    Json,
    Parquet,
    Xlsx,
}

#[derive(Debug, Subcommand)]
pub enum SnapshotsCommand {
    List(DatabaseArguments),
    Verify(VerifyArguments),
    Prune(PruneArguments),
    Rollback(RollbackArguments),
}

#[derive(Debug, Args)]
pub struct DatabaseArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
}

#[derive(Debug, Args)]
pub struct VerifyArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
    #[arg(value_name = "ID")]
    pub snapshot: Option<String>,
}

#[derive(Debug, Args)]
pub struct PruneArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..),
        required_unless_present = "keep_monthly"
    )]
    pub keep_last: Option<u32>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub keep_monthly: Option<u32>,
}

#[derive(Debug, Args)]
pub struct RollbackArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
    #[arg(long, value_name = "ID")]
    pub to: Option<String>,
}

#[derive(Debug, Args)]
pub struct EvaluateArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
    #[arg(value_name = "TRUTH.csv")]
    pub truth: PathBuf,
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    #[arg(value_name = "DB")]
    pub database: PathBuf,
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,
}

#[derive(Debug, Args)]
pub struct SynthArguments {
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub people: u32,
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    #[arg(long, value_name = "M", default_value_t = 1)]
    pub months: u32,
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArguments {
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// `512M`, `4G`, `1.5GiB`, or a number of bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match lower[digits.len()..].trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err("512M, 4G".into()),
    };
    match digits.trim().parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok((number * (1u64 << shift) as f64) as u64),
        _ => Err("512M, 4G".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        assert_eq!(parse_size("4G"), Ok(4 << 30));
        assert_eq!(parse_size("512MiB"), Ok(512 << 20));
        assert_eq!(parse_size("1.5 k"), Ok(1536));
        assert_eq!(parse_size("100"), Ok(100));
        assert!(["", "G", "-1G", "4X", "nan"].iter().all(|text| parse_size(text).is_err()));
    }
}
