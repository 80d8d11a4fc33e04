//! `[link]`, `[analysis]` and `[publish]`.

use super::reader::{Cursor, Found};
use super::{AnalysisPlan, LinkPlan, PublishPlan, Unresolved, value};
use crate::model::Words;

pub fn read_link(table: Option<Cursor<'_>>) -> LinkPlan {
    let mut plan = LinkPlan::default();
    let Some(mut table) = table else { return plan };
    let unresolved = table.word("unresolved", &[("quarantine", Unresolved::Quarantine), ("admit", Unresolved::Admit)]);
    plan.unresolved = unresolved.unwrap_or_default();
    let match_at = probability(&mut table, "match_threshold", &mut plan.match_threshold);
    let review_at = probability(&mut table, "review_threshold", &mut plan.review_threshold);
    table.not_supported(&["seed"]);
    if let Some(max) = table.integer("max_block", 2..=1_000_000) {
        plan.max_block = usize::try_from(max.value).unwrap_or(plan.max_block);
    }
    if let Some(place) = match_at.or(review_at).filter(|_| plan.match_threshold < plan.review_threshold) {
        let (matched, review) = (plan.match_threshold, plan.review_threshold);
        let message = Words::new(
            format!("match_threshold（{matched}）低于 review_threshold（{review}）"),
            format!("match_threshold ({matched}) is below review_threshold ({review})"),
        );
        let hint = Words::new(
            "达到 match_threshold 即合并，介于两者之间的交人工复核",
            "pairs at or above match_threshold are joined, those between the two are reviewed",
        );
        table.desk.fault("out_of_range", place.span, message, Some(hint));
    }
    table.finish();
    plan
}

/// A probability above 0 and at most 1.
fn probability(table: &mut Cursor<'_>, key: &'static str, target: &mut f64) -> Option<Found<i128>> {
    let found = table.decimal(key, 9)?;
    if !(1..=1_000_000_000).contains(&found.value) {
        let message = Words::new("概率应大于 0、不超过 1", "a probability lies above 0 and is at most 1");
        table.desk.fault("out_of_range", found.span, message, Some(Words::new("如 0.95", "as 0.95")));
        return None;
    }
    *target = found.value as f64 / 1e9;
    Some(found)
}

pub fn read_analysis(table: Option<Cursor<'_>>) -> AnalysisPlan {
    let Some(mut table) = table else { return AnalysisPlan::default() };
    let plan = AnalysisPlan {
        poverty_line: amount(&mut table, "poverty_line", 2),
        populations: table.table("populations").map(value::counts_by_region).unwrap_or_default(),
        income_bands: bands(&mut table, "income_bands", 2),
        area_bands: bands(&mut table, "area_bands", 4),
        medical_line: amount(&mut table, "medical_line", 2),
        housing_line: amount(&mut table, "housing_line", 4),
    };
    table.not_supported(&["weights"]);
    table.finish();
    plan
}

fn amount(table: &mut Cursor<'_>, key: &'static str, scale: u32) -> Option<i128> {
    let found = table.decimal(key, scale)?;
    if found.value <= 0 {
        let message = Words::new(format!("`{key}` 应大于 0"), format!("`{key}` must be above 0"));
        table.desk.fault("out_of_range", found.span, message, None);
        return None;
    }
    Some(found.value)
}

/// Upper bounds, each above the one before.
fn bands(table: &mut Cursor<'_>, key: &'static str, scale: u32) -> Vec<i128> {
    let bounds = table.decimals(key, scale);
    for pair in bounds.windows(2) {
        if pair[1].value <= pair[0].value {
            let message = Words::new("分段上限应逐个增大", "each upper bound must be above the one before");
            table.desk.fault("out_of_range", pair[1].span.clone(), message, None);
        }
    }
    bounds.into_iter().map(|bound| bound.value).collect()
}

pub fn read_publish(table: Option<Cursor<'_>>) -> PublishPlan {
    let Some(mut table) = table else { return PublishPlan::default() };
    let plan = PublishPlan { key_env: value::env(&mut table, "key") };
    table.not_supported(&["keep", "masks", "profiles"]);
    if let Some(wanted) = table.later("encryption") {
        let message = Words::new("尚不支持加密发布", "publishing encrypted is not supported yet");
        let hint = Words::new(
            "删去此行，并把数据库放在加密的磁盘上",
            "remove the line and keep the database on an encrypted disk",
        );
        // Who asks for it must not find the database in clear.
        table.desk.secret_fault("not_supported", wanted.span(), wanted.span(), message, Some(hint));
    }
    table.finish();
    plan
}
