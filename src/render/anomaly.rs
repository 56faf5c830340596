//! The operator's message about a cost anomaly: which one it is, and what runs where it was found.

use std::cmp::Reverse;

use crate::engine::cost::waste::Cost;
use crate::engine::model::{Kind, Locale, SkippedAccount, Target, Unreachable};
use crate::engine::report::{Report, Row};
use crate::engine::request::events::{Anomaly, Cause};
use crate::render::catalogue::anomaly::{About, about};
use crate::render::catalogue::money::{Phrase, phrase};
use crate::render::catalogue::{Term, term};
use crate::render::edge::plain;
use crate::render::money::{cost, figure};

/// The number of instances of one account and Region in a message, the most expensive first. The report lists all of
/// them.
const NAMED: usize = 10;

/// The maximum length of AWS's texts in a message.
const SHOWN: usize = 80;

/// The anomaly, and its root causes that lead to no instance, for the report.
pub fn notes(anomaly: &Anomaly, locale: Locale) -> Vec<String> {
    let Anomaly { id, impact, what, since, link, places, foreign, others: _ } = anomaly;
    let short = |text: &Option<String>| text.as_deref().map(shown);
    let (what, impact, since) = (short(what), short(impact), short(since));
    let (what, impact, since) = (what.as_deref(), impact.as_deref(), since.as_deref());
    let mut notes = vec![about(locale, About::Head { id: &shown(id), what, impact, since })];
    notes.extend(link.as_deref().map(|link| about(locale, About::Link { link })));
    if places.is_empty() && foreign.is_empty() {
        notes.push(about(locale, About::NoCause));
    }
    for Cause { service, account, region } in foreign {
        let (service, account, region) = (short(service), short(account), short(region));
        let (service, account, region) = (service.as_deref(), account.as_deref(), region.as_deref());
        notes.push(about(locale, About::Foreign { service, account, region }));
    }
    notes
}

/// The operator's message after a scan, one line each. A channel may cut a long note, but loses nothing of short ones.
/// `outside` contains the targets that are not in scope.
pub fn message(anomaly: &Anomaly, report: &Report, outside: &[Target], place: Option<&str>) -> Vec<String> {
    let locale = report.locale;
    let mut lines = notes(anomaly, locale);
    for (account, region) in &anomaly.places {
        of_place(&mut lines, &Target::new(account.as_str(), region.as_str()), anomaly, report, outside);
    }
    lines.push(about(locale, About::OnlyLooked));
    lines.extend(place.map(|place| phrase(locale, Phrase::WholeList { place })));
    lines
}

/// The operator's message where nothing could be scanned.
pub fn unseen(anomaly: &Anomaly, cause: &str, locale: Locale) -> Vec<String> {
    let mut blocks = notes(anomaly, locale);
    blocks.push(about(locale, About::NotLooked { cause: &plain(cause) }));
    blocks
}

fn of_place(lines: &mut Vec<String>, target: &Target, anomaly: &Anomaly, report: &Report, outside: &[Target]) {
    let (locale, region) = (report.locale, shown(&target.region));
    let account = match report.names.get(&target.account) {
        Some(name) => format!("{} {}", shown(name), target.account),
        None => shown(&target.account),
    };
    if outside.contains(target) {
        lines.push(about(locale, About::Outside { account: &account, region: &region }));
        return;
    }
    let here = |unreachable: &&Unreachable| unreachable.target().covers(target);
    if let Some(Unreachable { cause, .. }) = report.unreachable.iter().find(here) {
        lines.push(about(locale, About::Unreachable { account: &account, region: &region, cause: &plain(cause) }));
        return;
    }
    if report.denied.iter().any(|denied| denied.covers(target)) {
        lines.push(about(locale, About::Denied { account: &account, region: &region }));
        return;
    }
    if let Some(SkippedAccount { because, .. }) =
        report.skipped.iter().find(|skipped| skipped.account == target.account)
    {
        lines.push(about(locale, About::Unreachable { account: &account, region: &region, cause: &plain(because) }));
        return;
    }
    let mut rows: Vec<&Row> = report.rows.iter().filter(|row| *row.id.place == *target && row.running).collect();
    // Instances without a price come first, because they may be the most expensive. At the same price, the newest
    // comes first.
    rows.sort_by_key(|row| (row.monthly.is_some(), Reverse(row.monthly), Reverse(row.launch), &row.id.name));
    let sum: Cost = rows.iter().map(|row| row.monthly).collect();
    let amount = cost(&sum, &report.money, locale);
    let unlisted: Vec<_> = report.unlisted.iter().filter(|one| one.target().covers(target)).collect();
    let has = |kind| anomaly.others.contains(&kind) && !unlisted.iter().any(|one| one.kind == kind);
    lines.push(about(
        locale,
        About::Place {
            account: &account,
            region: &region,
            running: rows.len(),
            cost: &amount,
            databases: has(Kind::Database),
            services: has(Kind::Service),
        },
    ));
    lines.extend(unlisted.iter().map(|one| {
        let (kind, cause) = (one.kind, &plain(&one.cause));
        about(locale, About::Unlisted { account: &account, region: &region, kind, cause })
    }));
    lines.extend(rows.iter().take(NAMED).map(|row| format!("- {}", of_instance(row, report, locale))));
    if rows.len() > NAMED {
        lines.push(format!("- {}", phrase(locale, Phrase::Further { count: rows.len() - NAMED })));
    }
}

fn of_instance(row: &Row, report: &Report, locale: Locale) -> String {
    let since = row.launch.map(|at| at.with_timezone(&row.zone).format("%Y-%m-%d %H:%M %Z").to_string());
    let owner = row.owner.known().map_or_else(|| term(locale, Term::Nobody).to_owned(), shown);
    let cost = row.monthly.map(|monthly| figure(monthly, &report.money, locale));
    let (name, since) = (shown(&row.name), since.as_deref());
    let mut out = about(
        locale,
        About::Instance { id: &row.id.name, name: &name, kind: &row.kind, since, owner: &owner, cost: cost.as_deref() },
    );
    if let Some(name) = &row.launched_by {
        out += &about(locale, About::LaunchedBy { name: &shown(name) });
    }
    out
}

/// A text by AWS or a team, on one line and with a limited length.
fn shown(text: &str) -> String {
    plain(text).chars().take(SHOWN).collect()
}
