//! Every instance as data for the script, which keeps only those in view in the document. Texts that repeat are there once.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::Value;

use crate::engine::model::Kind;
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Label, voice};
use crate::render::html::escape::{island, shown};
use crate::render::html::rows::Rows;
use crate::render::html::sheet::Line;

/// The fields of a row, in order, with the label of those that are shown. `true`: the row has the number of a word.
const FIELDS: [(&str, Option<Label>, bool); 15] = [
    ("do", Some(Label::Verdict), true),
    ("name", Some(Label::Name), false),
    ("id", Some(Label::Id), false),
    ("account", Some(Label::Account), true),
    ("region", Some(Label::Region), true),
    ("type", Some(Label::Type), true),
    ("owner", Some(Label::Owner), true),
    ("policy", Some(Label::Policy), true),
    ("usd-month", Some(Label::UsdMonth), false),
    ("started", Some(Label::Launched), false),
    ("reason", Some(Label::Reason), true),
    ("detail", Some(Label::Why), true),
    ("verdict", None, true),
    // What the filter goes by: some of `acting`, `attention` and `skipped`.
    ("kind", None, true),
    // With `{id}` in place of the id, so that those of an account and Region are one word.
    ("link", None, true),
];

/// The kind of resource, where there are others than instances: readers find and group rows by it.
const KIND: (&str, Option<Label>, bool) = ("resource", Some(Label::Kind), true);

#[derive(Serialize)]
struct Island<'a> {
    fields: Vec<(&'a str, Option<&'a str>, bool)>,
    words: Vec<String>,
    rows: Vec<Vec<Value>>,
    texts: BTreeMap<&'a str, String>,
}

/// Words by their numbers.
#[derive(Default)]
struct Words {
    numbers: HashMap<String, usize>,
    words: Vec<String>,
}

impl Words {
    fn number(&mut self, text: &str) -> Value {
        let word = shown(text);
        let next = self.words.len();
        let number = *self.numbers.entry(word).or_insert_with_key(|word| {
            self.words.push(word.clone());
            next
        });
        number.into()
    }
}

/// The data of the script, as JSON that can stand in a page.
///
/// # Errors
/// The error of the serializer; no report causes one.
pub(super) fn data(rows: &Rows<'_>) -> serde_json::Result<String> {
    let locale = rows.options.locale;
    let mut words = Words::default();
    let lines = rows.sheet.resources.iter().map(|line| row(line, rows, &mut words)).collect();
    let label = |label: Option<Label>| label.map(|label| voice(locale).label(label));
    let fields = FIELDS.into_iter().chain(rows.sheet.has_others.then_some(KIND));
    let texts = [
        ("shown", Text::Shown { shown: "{shown}", all: "{all}" }),
        ("copied", Text::Copied { text: "{text}" }),
        ("explain", Text::Explain { id: "{id}" }),
        ("none", Text::Nothing),
    ];
    island(&Island {
        fields: fields.map(|(name, heading, shared)| (name, label(heading), shared)).collect(),
        words: words.words,
        rows: lines,
        texts: texts.map(|(name, text)| (name, say(locale, text))).into(),
    })
}

fn row(line: &Line, rows: &Rows<'_>, words: &mut Words) -> Vec<Value> {
    let Line { account, region, id, name, kind: size, policy, verdict, reason, usd_month, link, .. } = line;
    let skipped = matches!(verdict.as_str(), "skip" | "out-of-scope");
    let kinds = [("acting", line.is_waste()), ("attention", rows.is_for_people(line)), ("skipped", skipped)];
    let kinds: Vec<&str> = kinds.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    let kind = voice(rows.options.locale).label(Label::of_kind(Kind::of(id)));
    let of_kind = rows.sheet.has_others.then(|| words.number(kind));
    let fields = [
        words.number(&rows.next(line)),
        shown(name).into(),
        shown(id).into(),
        words.number(&rows.account(account)),
        words.number(region),
        words.number(size),
        words.number(&rows.owner(line)),
        words.number(policy.as_deref().unwrap_or_default()),
        usd_month.map_or_else(String::new, |usd| usd.0.to_string()).into(),
        rows.started(line).into(),
        words.number(reason),
        // Most of these sentences have parts that repeat.
        rows.why(line).split("; ").map(|part| words.number(part)).collect(),
        words.number(verdict),
        words.number(&kinds.join(" ")),
        words.number(&link.as_deref().unwrap_or_default().replace(id.as_str(), "{id}")),
    ];
    fields.into_iter().chain(of_kind).collect()
}
