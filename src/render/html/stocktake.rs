//! The page of an account's monthly stocktake, beside its Markdown.

use crate::engine::config::Money;
use crate::engine::report::stocktake::{Line, Stocktake};
use crate::render::catalogue::{Term, term};
use crate::render::html::document::{Block, Cell, Document, Head, Table};
use crate::render::html::people::People;
use crate::render::html::trend::UNKNOWN;
use crate::render::html::{NoPage, Options};
use crate::render::money::figure;
use crate::render::stocktake::{summary, title};

/// The page of a stocktake.
///
/// # Errors
/// [`NoPage`], which no stocktake causes.
pub fn stocktake(stocktake: &Stocktake, money: &Money, options: &Options<'_>) -> Result<String, NoPage> {
    let locale = options.locale;
    let owners = stocktake.lines.iter().filter_map(|line| Some(&*line.owner.as_ref()?.name));
    let people = People::of(owners, options.names, locale);
    let heads = [
        (Term::Instance, ""),
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
        let id = id.name.to_string();
        vec![
            if name.is_empty() { id.into() } else { Cell { code: Some(id), ..name.to_string().into() } },
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
    let title = title(stocktake, locale);
    let document = Document {
        headline: title.clone(),
        title: format!("idle-reaper: {title}"),
        lines: summary(stocktake, money, locale).iter().map(|line| people.text(line).into()).collect(),
        blocks: tables.into_iter().flatten().collect(),
        ..Document::default()
    };
    Ok(document.render(locale)?)
}
