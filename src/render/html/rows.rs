//! Instances as rows: those that cost the most, and those for people. They are in the page itself, so that they can be read
//! without script.

use std::collections::{BTreeMap, HashMap};

use crate::engine::model::Outcome;
use crate::engine::request::Mode;
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Label, Term, term, voice};
use crate::render::html::Options;
use crate::render::html::document::{Cell, Head, Table};
use crate::render::html::forgotten::Forgotten;
use crate::render::html::people::People;
use crate::render::html::sheet::{Line, Place, Sheet, place};
use crate::render::html::trend::UNKNOWN;

/// The most rows of a table in the page itself.
const SERVED: usize = 200;

/// The rows of the dearest that stay when the script has a list of all.
const DEAREST: usize = 10;

/// The same for the rows for people.
const FOR_PEOPLE: usize = 10;

/// The rows of a sheet, and how their fields are shown.
pub(super) struct Rows<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) people: People,
    pub(super) options: &'a Options<'a>,
    names: BTreeMap<&'a str, &'a str>,
    failed: HashMap<Place<'a>, &'a Outcome>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(sheet: &'a Sheet, options: &'a Options<'a>) -> Self {
        let owners = sheet.resources.iter().filter_map(|line| line.owner.as_deref());
        let owners = owners.chain(sheet.forgotten.iter().flat_map(Forgotten::owners));
        let people = People::of(owners, options.names, options.locale);
        let failed = sheet.failures().map(|one| (place(&one.id), one)).collect();
        Self { sheet, people, options, names: sheet.names(), failed }
    }

    /// An account with its name, where it has one.
    pub(super) fn account(&self, id: &str) -> String {
        self.names.get(id).map_or_else(|| id.to_owned(), |name| format!("{name} {id}"))
    }

    /// Its owner. An undo does not say whose it is.
    pub(super) fn owner(&self, line: &Line) -> String {
        match &line.owner {
            Some(owner) => self.people.owner(owner),
            None if self.sheet.mode == Mode::Undo => String::new(),
            None => term(self.options.locale, Term::Nobody).to_owned(),
        }
    }

    /// When it was started last, by the page's time zone.
    pub(super) fn started(&self, line: &Line) -> String {
        let local = line.launched.map(|at| at.with_timezone(&self.options.zone));
        local.map_or_else(String::new, |local| local.format("%Y-%m-%d %H:%M").to_string())
    }

    /// What is done about it, or would be.
    pub(super) fn next(&self, line: &Line) -> String {
        let armed = line.armed && self.sheet.carried_out();
        say(self.options.locale, Text::Next { verdict: &line.verdict, armed })
    }

    /// Why, and what a person should know of it.
    pub(super) fn why(&self, line: &Line) -> String {
        let failed = self.failed(line).map(|one| self.people.text(&one.detail));
        let remarks = line.remarked().map(|one| self.people.sentence(&one.detail, one.by.as_deref()));
        let all: Vec<String> = failed.into_iter().chain([self.people.text(&line.detail)]).chain(remarks).collect();
        all.join(voice(self.options.locale).label(Label::ClauseBreak))
    }

    fn failed(&self, line: &Line) -> Option<&Outcome> {
        self.failed.get(&line.place()).copied()
    }

    /// Whether a person has to look at it.
    pub(super) fn is_for_people(&self, line: &Line) -> bool {
        line.is_for_people() || self.failed(line).is_some()
    }

    pub(super) fn for_people(&self) -> Vec<&'a Line> {
        self.sheet.resources.iter().filter(|line| self.is_for_people(line)).collect()
    }

    /// What costs most; `None` where nothing runs without being needed.
    pub(super) fn dearest(&self) -> Option<Table> {
        let lines = self.sheet.dearest();
        let count = lines.len().min(DEAREST);
        let is_priced = lines.iter().any(|line| line.usd_month.is_some());
        let heading = if is_priced { Text::Dearest { count } } else { Text::LongestRunning { count } };
        let heads = [
            (Label::of_ids(self.sheet.has_others), ""),
            (Label::Owner, ""),
            (Label::Account, "w"),
            (Label::Type, "w"),
            (Label::Launched, "w"),
            (Label::UsdMonth, "n"),
            (Label::Verdict, ""),
        ];
        let row = |line: &Line| {
            vec![
                self.instance(line),
                self.owner(line).into(),
                self.place(line),
                line.kind.as_str().into(),
                self.started(line).into(),
                line.usd_month.map_or_else(|| UNKNOWN.to_owned(), |usd| usd.to_string()).into(),
                Cell { tag: Some(line.verdict.clone()), ..self.next(line).into() },
            ]
        };
        (count > 0)
            .then(|| self.table("dearest", say(self.options.locale, heading), &heads, &lines, row, (DEAREST, "acting")))
    }

    /// The rows that a person has to look at; `None` without any.
    pub(super) fn attention(&self) -> Option<Table> {
        let lines = self.for_people();
        let heading = say(self.options.locale, Text::ForPeople);
        let heads = [
            (Label::of_ids(self.sheet.has_others), ""),
            (Label::Owner, ""),
            (Label::Account, "w"),
            (Label::WhatIsWrong, ""),
        ];
        let row =
            |line: &Line| vec![self.instance(line), self.owner(line).into(), self.place(line), self.why(line).into()];
        (!lines.is_empty()).then(|| self.table("attention", heading, &heads, &lines, row, (FOR_PEOPLE, "attention")))
    }

    fn table(
        &self,
        class: &'static str,
        heading: String,
        heads: &[(Label, &'static str)],
        lines: &[&Line],
        row: impl Fn(&Line) -> Vec<Cell>,
        most: (usize, &'static str),
    ) -> Table {
        let (locale, served) = (self.options.locale, lines.len().min(SERVED));
        let rest = |shown: usize| {
            let count = lines.len().saturating_sub(shown);
            (count > 0).then(|| say(locale, Text::Further { count }))
        };
        Table {
            class,
            heading,
            heads: heads.iter().map(|(label, class)| Head(voice(locale).label(*label).to_owned(), class)).collect(),
            rows: lines.iter().take(served).map(|line| row(line)).collect(),
            most: Some(most),
            further: [rest(most.0), rest(served)],
            notes: Vec::new(),
        }
    }

    /// The name of an instance, which leads to its page in the console, and its id.
    fn instance(&self, line: &Line) -> Cell {
        let Line { id, name, .. } = line;
        let (text, code) = if name.is_empty() { (id, None) } else { (name, Some(id.clone())) };
        Cell { href: line.href(), code, ..text.as_str().into() }
    }

    fn place(&self, line: &Line) -> Cell {
        Cell { small: Some(line.region.clone()), ..self.account(&line.account).into() }
    }
}
