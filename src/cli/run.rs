//! `ronghe run` and `ronghe check`.

use chrono::{DateTime, FixedOffset, Utc};

use super::args::{GlobalArguments, LangWord, LogFormat, RunArguments};
use super::exit::{Exit, Failure};
use super::output;
use super::plan::{key, lang, plan};
use super::progress::Progress;
use super::render::Console;
use crate::model::{Lang, Words};
use crate::pipeline::{self, Job, Linked, Outcome, PipelineError, Published};
use crate::plan::Plan;
use crate::report::{FindingCounts, RunSummary};
use crate::source::Limits;

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Failure {
        match error {
            PipelineError::Store(error) => error.into(),
            error => Failure::new(
                Exit::Failed,
                "运行失败，未发布任何内容，原快照不变",
                "the run failed; nothing was published, the snapshot before stays",
            )
            .because(&error),
        }
    }
}

/// Runs the pipeline, or only checks it.
pub fn run(
    of: &RunArguments,
    global: &GlobalArguments,
    limits: &Limits,
    console: &Console,
    publish: bool,
) -> Result<Exit, Failure> {
    let plan = plan(&of.pipeline, console)?;
    let asked = global.lang.map(|word| match word {
        LangWord::Zh => Lang::Zh,
        LangWord::En => Lang::En,
    });
    let console = Console { lang: lang(&plan, asked, console), ..console.clone() };
    let progress = Progress::new(console.clone());
    let job = Job {
        plan: &plan,
        limits,
        today: of.as_of.or(plan.as_of).unwrap_or_else(super::today),
        now: now(),
        key: key(&plan)?,
        lang: console.lang,
        observer: &progress,
    };
    let outcome =
        if publish { pipeline::run(&job)? } else { Outcome { linked: pipeline::check(&job)?, published: None } };
    progress.close();
    let summary = summary(&job, &outcome, &progress);
    tell(&summary, &outcome, &console)?;
    Ok(match &outcome {
        Outcome { linked, .. } if !linked.refusals.is_empty() => Exit::Refused,
        _ if progress.warnings() > 0 => Exit::Attention,
        Outcome { published: Some(published), .. } if broken_rules(published) => Exit::Attention,
        _ => Exit::Done,
    })
}

/// A rule that lacks a local figure or a department's table is the office's choice; one that the engine refuses wants a look.
fn broken_rules(published: &Published) -> bool {
    let chosen = |reason: &str| reason.contains("未给出当地标准") || reason.starts_with("没有数据表");
    published.skipped_rules.iter().any(|(_, reason)| !chosen(reason))
}

fn now() -> DateTime<FixedOffset> {
    match FixedOffset::east_opt(8 * 3600) {
        Some(east) => Utc::now().with_timezone(&east),
        None => Utc::now().fixed_offset(),
    }
}

fn summary(job: &Job<'_>, outcome: &Outcome, progress: &Progress) -> RunSummary {
    let Linked { ledger, refusals, withheld, .. } = &outcome.linked;
    let plan: &Plan = job.plan;
    let mut summary = RunSummary {
        title: plan.title.clone(),
        as_of: job.today.to_string(),
        refusals: refusals.iter().map(|words: &Words| job.lang.pick(&words.zh, &words.en).clone()).collect(),
        withheld: withheld.clone(),
        database: Some(plan.database.display().to_string()),
        stages: progress.times(),
        ..RunSummary::default()
    };
    summary.count_ledger(ledger);
    for line in &mut summary.sources {
        let provider = plan.sources.iter().find(|source| source.id == line.source).map(|source| &source.provider);
        line.provider = provider.cloned().unwrap_or_default();
    }
    if let Some(published) = &outcome.published {
        summary.snapshot = Some(published.snapshot.as_str().to_owned());
        summary.people = published.rows("person");
        summary.households = published.rows("household");
        summary.to_review = published.count("pair", "decision", &["review", "ambiguous"]);
        let severity = |word: &str| published.count("finding", "severity", &[word]);
        summary.findings = FindingCounts { high: severity("high"), medium: severity("medium"), low: severity("low") };
        summary.skipped_rules = published.skipped_rules.clone();
        summary.reports = Some(published.reports.display().to_string());
        summary.workbooks = published.workbooks;
    }
    summary
}

fn tell(summary: &RunSummary, outcome: &Outcome, console: &Console) -> Result<(), Failure> {
    if console.log_format == LogFormat::Json {
        return output::print(format!("{}\n", summary.json()).as_bytes());
    }
    let mut text = summary.text(console.lang);
    for note in outcome.published.iter().flat_map(|published| &published.notes) {
        text.push_str(&format!("\n  {}{}", console.lang.pick("说明：", "note: "), note.pick(console.lang)));
    }
    output::print(format!("{text}\n").as_bytes())
}
