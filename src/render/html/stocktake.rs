//! The page of an account's monthly stocktake, beside its Markdown.

use crate::engine::config::Money;
use crate::engine::history::findings::{Finding, Life};
use crate::engine::model::Locale;
use crate::engine::report::stocktake::{Line, Stocktake};
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Term, term};
use crate::render::forgotten::ForgottenData;
use crate::render::html::document::{Block, Cell, Document, Head, Table};
use crate::render::html::forgotten::{Forgotten, Shown};
use crate::render::html::people::People;
use crate::render::html::trend::UNKNOWN;
use crate::render::html::{NoPage, Options};
use crate::render::money::figure;
use crate::render::stocktake::{FINDING, days, summary, title};

/// The page of a stocktake.
///
/// # Errors
/// [`NoPage`], which no stocktake causes.
pub fn stocktake(stocktake: &Stocktake, money: &Money, options: &Options<'_>) -> Result<String, NoPage> {
    let locale = options.locale;
    let links = stocktake.links.as_deref();
    let found = stocktake.forgotten.as_ref().map(|found| Forgotten::of(&ForgottenData::of(found, links, locale)));
    let found = found.transpose()?;
    let owners = stocktake.lines.iter().filter_map(|line| Some(&*line.owner.as_ref()?.name));
    let owners = owners.chain(found.iter().flat_map(Forgotten::owners));
    let people = People::of(owners, options.names, locale);
    let heads = [
        (Term::of_ids(stocktake.has_others()), ""),
        (Term::Owner, ""),
        (Term::Region, "w"),
        (Term::Type, "w"),
        (Term::State, "w"),
        (Term::Started, ""),
        (Term::PerMonth, "n"),
    ];
    let row = |line: &Line| {
        let Line { id, name, kind, state, started, owner, .. } = line;
        let started = started.map(|at| at.with_timezone(&stocktake.zone).format("%Y-%m-%d").to_string());
        let owner = owner.as_ref().map_or_else(|| term(locale, Term::Nobody).to_owned(), |one| people.owner(&one.name));
        let href = stocktake.links.as_ref().and_then(|links| links.resource(id));
        let id = id.name.to_string();
        let named = if name.is_empty() { id.into() } else { Cell { code: Some(id), ..name.to_string().into() } };
        vec![
            Cell { href, ..named },
            owner.into(),
            line.id.place.region.to_string().into(),
            kind.to_string().into(),
            state.to_string().into(),
            started.unwrap_or_default().into(),
            line.monthly().map_or_else(|| UNKNOWN.to_owned(), |usd| figure(usd, money, locale)).into(),
        ]
    };
    let table = |class, heading, rows: Vec<Vec<Cell>>| {
        let heads = heads.map(|(head, class)| Head(term(locale, head).to_owned(), class)).into();
        let heading = format!("{} ({})", term(locale, heading), rows.len());
        (!rows.is_empty()).then(|| Block::Table(Table { class, heading, heads, rows, ..Table::default() }))
    };
    let tables = [
        table("attention", Term::NotConfirmed, stocktake.unconfirmed().map(row).collect()),
        table("running", Term::Running, stocktake.running().map(row).collect()),
        table("kept", Term::Kept, stocktake.kept().map(row).collect()),
    ];
    let shown = Shown { people: &people, money, zone: stocktake.zone, locale, account: &str::to_owned };
    let forgotten = found.as_ref().and_then(|found| found.table(&shown, usize::MAX, None)).map(Block::Table);
    let unscanned = found.as_ref().map(|found| found.not_scanned(locale)).filter(|lines| !lines.is_empty());
    let unscanned = unscanned.map(|lines| Block::List {
        heading: say(locale, Text::LeftUnscanned),
        lines: lines.iter().map(|line| people.text(line)).collect(),
    });
    let tables = tables.into_iter().chain([forgotten, unscanned, findings(stocktake, locale)]);
    let title = title(stocktake, locale);
    let document = Document {
        headline: title.clone(),
        title: format!("idle-reaper: {title}"),
        lines: summary(stocktake, money, locale).iter().map(|line| people.text(line).into()).collect(),
        blocks: tables.flatten().collect(),
        ..Document::default()
    };
    Ok(document.render(locale)?)
}

/// What there was to mend, and what became of it.
fn findings(stocktake: &Stocktake, locale: Locale) -> Option<Block> {
    let row = |(finding, life): &(Finding, Life)| {
        let href = stocktake.links.as_ref().and_then(|links| finding.page(links));
        let about = [Cell { href, ..(&*finding.id).into() }, (&*finding.what).into(), (&*finding.place.region).into()];
        about.into_iter().chain(days(stocktake, life).map(Cell::from)).collect()
    };
    let (found, heading) = (&stocktake.findings, term(locale, Term::Findings));
    let heads = FINDING.map(|head| Head(term(locale, head).to_owned(), if head == Term::Region { "w" } else { "" }));
    let heading = format!("{heading} ({})", found.len());
    let rows = found.iter().map(row).collect();
    (!found.is_empty())
        .then(|| Block::Table(Table { class: "findings", heading, heads: heads.into(), rows, ..Table::default() }))
}
