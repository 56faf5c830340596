//! The text of verdicts and rules, in the reader's language.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use crate::engine::config::Policy;
use crate::engine::judge::Ruling;
use crate::engine::judge::near_miss::NearMiss;
use crate::engine::model::{Action, Instance, Kind, Locale, NotArmed, Remark, SkippedAccount, Step, Target};
use crate::engine::report::{Report, Row};
use crate::render::catalogue::{Counted, Label, Letter, Sentence, Term, detail, letter, meaning, term, voice};
use crate::render::columns::account;
use crate::render::edge::plain;

/// The text of a remark, in the time zone of the instance's hours. It may contain text from tags and events, but
/// none of their control characters.
pub fn remark(remark: &Remark, zone: Tz, locale: Locale) -> String {
    plain(&crate::render::catalogue::remark(remark, zone, locale))
}

/// The verdict on one instance in a sentence, and what it means.
pub(crate) fn ruled(instance: &Instance, ruling: &Ruling, locale: Locale) -> [String; 2] {
    let (id, name, verdict, reason) = (&instance.id, instance.name(), &ruling.verdict, ruling.verdict.reason());
    let not_armed = not_armed(ruling.not_armed, ruling.policy.as_deref(), locale);
    let ruled = Sentence::Ruled { id, name, verdict: verdict.as_str(), reason, not_armed: not_armed.as_deref() };
    let because = Sentence::Because { meaning: meaning(reason, locale), detail: &detail(verdict, locale) };
    [ruled, because].map(|sentence| voice(locale).say(sentence))
}

/// Who launched an instance, according to an event.
pub fn launched_by(name: &str, locale: Locale) -> String {
    format!("{}: {}", term(locale, Term::LaunchedBy), plain(name))
}

/// The reason for a line of the report. If known, it includes why it is not carried out, and who launched the
/// instance.
pub(crate) fn why(row: &Row, locale: Locale) -> String {
    let mut out = detail(&row.verdict, locale);
    let by = row.launched_by.as_ref().map(|name| launched_by(name, locale));
    for beside in not_armed(row.not_armed, row.policy.as_deref(), locale).into_iter().chain(by) {
        out += &format!(" ({beside})");
    }
    out
}

/// A tag that nearly matches a policy's pattern.
pub fn near_miss(near: &NearMiss, locale: Locale) -> String {
    let NearMiss { key, value, pattern, policy } = near;
    voice(locale).say(Sentence::NearMiss { key, value, pattern, policy })
}

/// The place that is not enabled, for a verdict that would act.
pub fn not_armed(because: Option<NotArmed>, policy: Option<&Policy>, locale: Locale) -> Option<String> {
    let policy = policy.map_or("", |policy| &policy.name);
    because.map(|because| voice(locale).not_armed(because, policy))
}

/// The confirmation question for these steps; `None` where there are none.
pub fn question(steps: &[&Step], locale: Locale) -> Option<String> {
    let count = |action| steps.iter().filter(|step| step.action == action).count();
    let counts = [Action::Stop, Action::Hibernate, Action::Start].map(|action| (action, count(action)));
    let counts: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    let accounts = steps.iter().map(|step| &step.id.place.account).collect::<BTreeSet<_>>().len();
    let first = steps.first().map(|step| step.id.kind);
    let only = first.filter(|kind| steps.iter().all(|step| step.id.kind == *kind));
    let counted = Counted::of(steps.iter().map(|step| step.id.kind));
    (accounts > 0).then(|| voice(locale).say(Sentence::Question { counts: &counts, only, counted, accounts }))
}

/// How many instances a message about a Region names.
const NAMED: usize = 5;

/// The first instances ever in a Region of an account.
pub(crate) fn first_in_region(target: &Target, report: &Report) -> String {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| *row.id.place == *target).collect();
    let one = |row: &&Row| {
        let by = row.launched_by.as_ref().map(|name| launched_by(name, report.locale));
        let facts = [&*row.name, &*row.kind, by.as_deref().unwrap_or_default()];
        let facts: Vec<&str> = facts.into_iter().filter(|text| !text.is_empty()).collect();
        format!("{} ({})", row.id.name, facts.join(", "))
    };
    let mut ids: Vec<String> = rows.iter().take(NAMED).map(one).collect();
    if rows.len() > NAMED {
        ids.push(format!("+{}", rows.len() - NAMED));
    }
    let (account, ids) = (account(report, &target.account), ids.join(voice(report.locale).label(Label::ListBreak)));
    let others = rows.iter().any(|row| row.id.kind != Kind::Instance);
    let (region, count) = (&target.region, rows.len());
    letter(report.locale, Letter::FirstInRegion { account: &account, region, count, ids: &ids, others })
}

/// How many targets were scanned; `None` if all of them were.
pub fn scanned(report: &Report) -> Option<String> {
    let (scanned, of) = (report.scanned, report.scanned + report.unreachable.len());
    (scanned < of || of == 0).then(|| voice(report.locale).say(Sentence::Scanned { scanned, of }))
}

/// The text where no instance runs outside its hours; `None` where nothing is known.
pub(crate) fn nothing_outside_hours(report: &Report) -> Option<&'static str> {
    let label =
        if report.unreachable.is_empty() { Label::NothingOutsideHours } else { Label::NothingScannedOutsideHours };
    (report.scanned > 0).then(|| voice(report.locale).label(label))
}

/// The steps deferred to a later run, by cap; `None` where there are none.
pub(crate) fn deferred(report: &Report) -> Option<String> {
    let voice = voice(report.locale);
    let mut by_cap: BTreeMap<&str, usize> = BTreeMap::new();
    for deferred in &report.plan.deferred {
        *by_cap.entry(deferred.because.as_str()).or_default() += 1;
    }
    let one = |(cap, count): (&&str, &usize)| voice.say(Sentence::DeferredBy { count: *count, cap });
    let list = by_cap.iter().map(one).collect::<Vec<_>>().join(voice.label(Label::ListBreak));
    (!list.is_empty()).then(|| voice.say(Sentence::Deferred { list: &list }))
}

/// The accounts that were deliberately not scanned, one per line.
pub(crate) fn not_scanned(report: &Report) -> impl Iterator<Item = String> {
    report.skipped.iter().map(|SkippedAccount { account, name, because }| {
        voice(report.locale).say(Sentence::NotInScope { account, name: name.as_deref(), because })
    })
}
