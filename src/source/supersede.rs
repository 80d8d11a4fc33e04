//! Which of a source's files newer ones replace.

use crate::model::Words;
use crate::plan::{PeriodPlace, Source, Supply};
use crate::source::discover::{FileFate, FoundFile};
use crate::source::limits::Limits;
use crate::source::period::Period;
use crate::source::read::{title_period, unreadable};

/// A found file and the period it speaks of.
pub(super) type Dated = (FoundFile, Option<Period>);

/// Marks the files that newer ones replace, and says what wants a look. A file whose period nobody knows is never
/// replaced by date: it is older than any other for `full`, and counts beside the newest for `latest`. A file that
/// cannot be opened, or is empty, replaces nothing.
pub(super) fn supersede(found: &mut [Dated], source: &Source, limits: &Limits) -> Vec<Words> {
    if source.supply == Supply::Append {
        return Vec::new();
    }
    if source.period.as_ref().is_some_and(|from| from.place == PeriodPlace::Title) {
        for (file, period) in found.iter_mut().filter(|(file, _)| file.fate == FileFate::Read) {
            *period = title_period(file, source, limits).or(*period);
            file.period = period.and_then(Period::month_text);
        }
    }
    let mut warnings = undated(found, source);
    // Files of one month belong together unless the office's pattern tells days apart.
    let daily = source.period.as_ref().is_some_and(|from| from.pattern.contains("{day}"));
    let time = |period: Option<Period>| match source.supply {
        Supply::Latest if !daily => period.map(|period| Period { day: None, ..period }),
        _ => period,
    };
    let mut order: Vec<usize> = (0..found.len())
        .filter(|at| found[*at].0.fate == FileFate::Read)
        .filter(|at| source.supply == Supply::Full || found[*at].1.is_some())
        .collect();
    order.sort_by_key(|at| std::cmp::Reverse((time(found[*at].1), *at)));
    let mut torn: Option<String> = None;
    let mut chosen = None;
    for at in order {
        let file = &mut found[at].0;
        match unreadable(file, source, limits) {
            None if file.size > 0 => {
                chosen = Some(at);
                break;
            }
            None => {}
            Some(reason) => file.fate = FileFate::Failed(reason),
        }
        torn.get_or_insert_with(|| file.relative.clone());
    }
    let Some(chosen) = chosen else { return warnings };
    let (newest, newest_time) = (found[chosen].0.relative.clone(), time(found[chosen].1));
    let archive = found[chosen].0.path.clone();
    if let Some(torn) = torn {
        warnings.push(Words::new(
            format!("来源 {} 的最新文件 {torn} 读不出内容，改用较早的 {newest}", source.id),
            format!(
                "source {}: nothing can be read from the newest file {torn}; the older {newest} is used",
                source.id
            ),
        ));
    }
    for (at, (file, period)) in found.iter_mut().enumerate() {
        let older = match source.supply {
            // The members of an archive came together.
            Supply::Full if file.path == archive && time(*period) == newest_time => false,
            Supply::Full => (time(*period), at) < (newest_time, chosen),
            _ => period.is_some() && time(*period) < newest_time,
        };
        if older && file.fate == FileFate::Read {
            file.fate = FileFate::Superseded(Words::new(
                format!("已由较新的文件 {newest} 取代，未读取"),
                format!("not read: the newer file {newest} replaces it"),
            ));
        }
    }
    warnings
}

/// Of several files those without a period cannot be put into order.
fn undated(found: &[Dated], source: &Source) -> Vec<Words> {
    let read: Vec<&Dated> = found.iter().filter(|(file, _)| file.fate == FileFate::Read).collect();
    if read.len() < 2 {
        return Vec::new();
    }
    let undated = read.into_iter().filter(|(_, period)| period.is_none());
    undated
        .map(|(file, _)| {
            let (id, name) = (&source.id, &file.relative);
            Words::new(
                format!("来源 {id} 的 {name} 没有写明期次，不能与其他文件比较新旧；请在来源中写 period，或给文件改名"),
                format!(
                    "source {id}: {name} states no period, so it cannot be told from older files; write period in the source or \
                     rename the file"
                ),
            )
        })
        .collect()
}
