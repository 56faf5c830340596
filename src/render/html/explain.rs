//! The page of one instance: every rule in order, with what it read.

use crate::engine::judge::Ruling;
use crate::engine::judge::explain::Asked;
use crate::engine::model::{Instance, Locale};
use crate::engine::trends::HeatMap;
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Label, Sentence, inputs, mend, voice};
use crate::render::html::document::{Block, Cell, Document, Head, Heat, Table};
use crate::render::html::people::People;
use crate::render::html::{NoPage, Options, heat};
use crate::render::words::ruled;

/// The page of an explanation. `more`: further sentences about the instance. `map`: when it ran, and what happened to it.
///
/// # Errors
/// [`NoPage`], which no instance causes.
pub fn explain(
    instance: &Instance,
    asked: &[Asked],
    ruling: &Ruling,
    more: &[String],
    map: Option<&HeatMap>,
    options: &Options<'_>,
) -> Result<String, NoPage> {
    let locale = options.locale;
    let people = People::of([].into_iter(), options.names, locale);
    let word = |text| say(locale, text);
    let [ruled, because] = ruled(instance, ruling, locale);
    let decides = asked.iter().find(|one| one.decides);
    let change = decides.map(|one| voice(locale).say(Sentence::WouldChange { mend: mend(one.rule, locale) }));
    let sentences = std::iter::once(because).chain(change);
    let row = |one: &Asked| {
        let Asked { rule, inputs: read, says, decides } = one;
        let result = match (says, decides) {
            (Some(says), true) => Cell { tag: Some(says.as_str().to_owned()), ..says.as_str().into() },
            (Some(says), false) => says.as_str().into(),
            (None, _) => Cell::default(),
        };
        vec![rule.as_str().into(), people.text(&inputs(read, locale)).into(), result]
    };
    let rules = Table {
        class: "rules",
        heading: word(Text::Rules),
        heads: [Text::Rule, Text::RuleRead, Text::RuleSays].map(|text| Head(word(text), "")).into(),
        rows: asked.iter().map(row).collect(),
        ..Table::default()
    };
    let href = options.links.and_then(|links| links.resource(&instance.id));
    let document = Document {
        title: say(locale, Text::Explained { id: &instance.id, name: instance.name() }),
        // Backticks are for terminals.
        headline: people.text(&ruled).replace('`', ""),
        lines: sentences.chain(more.iter().cloned()).map(|line| people.text(&line).into()).collect(),
        blocks: map.map(|map| Block::Heat(ran(map, locale))).into_iter().chain([Block::Table(rules)]).collect(),
        found_by: vec![(
            voice(locale).label(Label::of_kind(instance.id.kind)).to_owned(),
            Cell { href, ..instance.id.name.to_string().into() },
        )],
        ..Document::default()
    };
    Ok(document.render(locale)?)
}

fn ran(map: &HeatMap, locale: Locale) -> Heat {
    let (list, heading) = (map.schedules.join(", "), say(locale, Text::HeatOfOne { zone: map.zone }));
    heat::map(map, heading, vec![say(locale, Text::HeatSchedules { list: &list })], true, locale)
}
