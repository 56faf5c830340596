//! Checks of the message files against the enums whose variants and fields they name.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;

use super::*;

/// The source of each enum, its name, and the groups of its messages.
const ENUMS: &[(&str, &str, &[&str])] = &[
    (include_str!("anomaly.rs"), "About", &["anomaly"]),
    (include_str!("forgotten.rs"), "Remnant", &["forgotten"]),
    (include_str!("letter.rs"), "Letter", &["notice"]),
    (include_str!("money.rs"), "Phrase", &["money"]),
    (include_str!("page.rs"), "Text", &["page"]),
    (include_str!("mod.rs"), "Counted", &["counted"]),
    (include_str!("mod.rs"), "Effect", &["effect"]),
    (include_str!("mod.rs"), "Figure", &["count"]),
    (include_str!("mod.rs"), "Sentence", &["sentence"]),
    (include_str!("../../engine/evidence/idle/mod.rs"), "Idleness", &["idleness"]),
    (include_str!("../../engine/evidence/idle/mod.rs"), "Ineligible", &["ineligible"]),
    (include_str!("../../engine/evidence/idle/mod.rs"), "Missing", &["missing"]),
    (include_str!("../../engine/judge/owner.rs"), "OwnedBy", &["owned-by"]),
    (include_str!("../../engine/model/because.rs"), "Because", &["because"]),
    (include_str!("../../engine/model/database.rs"), "CannotStop", &["cannot-stop"]),
    (include_str!("../../engine/model/idle.rs"), "WhyReportOnly", &["report-only"]),
    (include_str!("../../engine/model/idle.rs"), "WhyReported", &["reported"]),
    (include_str!("../../engine/model/instance.rs"), "State", &["state"]),
    (include_str!("../../engine/model/mark_step.rs"), "Tier", &["tier"]),
    (include_str!("../../engine/model/marker.rs"), "Lacks", &["lacks"]),
    (include_str!("../../engine/model/marker.rs"), "Listed", &["listed"]),
    (include_str!("../../engine/model/marker.rs"), "Marker", &["marker"]),
    (include_str!("../../engine/model/marker.rs"), "UnknownFact", &["unknown-fact"]),
    (include_str!("../../engine/model/news.rs"), "Subject", &["subject"]),
    (include_str!("../../engine/model/not_armed.rs"), "NotArmed", &["not-armed"]),
    (include_str!("../../engine/model/remark.rs"), "Remark", &["remark"]),
    (include_str!("../../engine/model/remark.rs"), "Starter", &["starter"]),
    (include_str!("../../engine/model/unused.rs"), "WhyUnused", &["unused"]),
    (include_str!("../../engine/model/verdict.rs"), "Action", &["action", "would"]),
    (include_str!("../../engine/model/verdict.rs"), "Gauge", &["gauge", "figure"]),
    (include_str!("../../engine/model/verdict.rs"), "Skipped", &["skipped"]),
    (include_str!("../../engine/model/verdict.rs"), "Unscoped", &["out-of-scope"]),
    (include_str!("../../engine/rules/case.rs"), "Activity", &["busy", "logged-in", "unmeasured"]),
    (include_str!("../../engine/rules/inputs.rs"), "Inputs", &["inputs"]),
    (include_str!("../../engine/schedule/expr.rs"), "ExprError", &["expression"]),
    (include_str!("../../engine/tags/keep.rs"), "Kept", &["kept"]),
    (include_str!("../../engine/undo/mod.rs"), "WhyNot", &["undo"]),
];

/// Variants without a message: `verdicts.rs` writes these in parts of their own.
const IN_PARTS: &[&str] =
    &["idleness.active", "busy.measured", "unmeasured.measured", "inputs.busy", "inputs.idle", "inputs.unmeasured"];

/// Messages without a variant: `verdicts.rs` names these itself.
const NAMED: &[&str] = &["busy.off", "undo.start"];

/// What a template gets beside the fields of its variant.
const BESIDE: &[(&str, &str)] =
    &[("count", "number"), ("figure", "figure"), ("not-armed", "policy"), ("remark", "zone"), ("subject", "due")];

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (n, c) in name.chars().enumerate() {
        if n > 0 && c.is_uppercase() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// The variants of an enum, each with the names of its fields, as its source writes them.
fn variants(source: &str, name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let body =
        source.split_once(&format!("enum {name} {{\n")).or_else(|| source.split_once(&format!("enum {name}<'a> {{\n")));
    let body = body.expect(name).1.split_once("\n}").expect(name).0;
    let (variant, field) = (Regex::new(r"^ {4,8}([A-Z]\w*)").unwrap(), Regex::new(r"\b([a-z_]+): ").unwrap());
    let (mut found, mut last) = (BTreeMap::<String, BTreeSet<String>>::new(), String::new());
    for line in body.lines().filter(|line| !line.trim_start().starts_with(['/', '#'])) {
        if let Some(named) = variant.captures(line) {
            last = kebab(&named[1]);
            found.entry(last.clone()).or_default();
        }
        found.entry(last.clone()).or_default().extend(field.captures_iter(line).map(|field| field[1].to_owned()));
    }
    found
}

/// Every message with its group, its key, and its template in a language.
fn templates() -> impl Iterator<Item = (&'static str, &'static str, Locale, &'static Text)> {
    let each = |(group, texts): (&'static String, &'static HashMap<String, Message>)| {
        texts.iter().flat_map(move |(key, message)| {
            [(Locale::En, &message.en), (Locale::Ja, &message.ja)]
                .map(|(locale, text)| (&**group, &**key, locale, text))
        })
    };
    FILES.iter().flat_map(|file| file.iter()).flat_map(each)
}

/// The arguments that a template uses.
fn used(text: &'static Text, locale: Locale) -> BTreeSet<String> {
    let template =
        languages(locale).template_from_str(&text.source).unwrap_or_else(|error| panic!("{}: {error}", text.source));
    template.undeclared_variables(false).into_iter().collect()
}

#[test]
fn every_file_can_be_read_and_no_message_stands_twice() {
    let mut names: Vec<_> = FILES
        .iter()
        .flat_map(|file| file.iter())
        .flat_map(|(group, texts)| texts.keys().map(move |key| (group, key)))
        .collect();
    assert!(FILES.iter().all(|file| !file.is_empty()));
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn every_variant_has_a_message_and_every_message_a_variant() {
    let mut expected = BTreeSet::from_iter(NAMED.iter().map(|name| (*name).to_owned()));
    for (source, name, groups) in ENUMS {
        let keys = variants(source, name).into_keys();
        expected.extend(keys.flat_map(|key| groups.iter().map(move |group| format!("{group}.{key}"))));
    }
    for name in IN_PARTS {
        assert!(expected.remove(*name), "{name}");
    }
    let there = templates()
        .filter(|(group, ..)| !["part", "word"].contains(group))
        .map(|(group, key, ..)| format!("{group}.{key}"))
        .collect();
    let (missing, idle): (Vec<_>, Vec<_>) =
        (expected.difference(&there).collect(), there.difference(&expected).collect());
    assert!(missing.is_empty() && idle.is_empty(), "without a message: {missing:?}; without a variant: {idle:?}");
}

/// The template of the page names its words itself.
#[test]
fn the_page_uses_every_word_and_every_word_of_the_page_has_a_text() {
    let named = Regex::new(r"'([a-z-]+)' \| say\('word'\)").unwrap();
    let signs = ["stopped", "started", "undone", "started-by-others"].map(str::to_owned);
    let page = include_str!("../html/page.html");
    let used: BTreeSet<String> = named.captures_iter(page).map(|found| found[1].to_owned()).chain(signs).collect();
    let there: BTreeSet<String> =
        templates().filter(|(group, ..)| *group == "word").map(|(_, key, ..)| key.to_owned()).collect();
    assert_eq!(used, there);
}

#[test]
fn a_message_uses_only_the_fields_of_its_variant() {
    for (source, name, groups) in ENUMS {
        for (key, fields) in variants(source, name) {
            for (group, _, locale, text) in
                templates().filter(|(group, other, ..)| groups.contains(group) && *other == key)
            {
                let beside = BESIDE.iter().filter(|(of, _)| *of == group).map(|(_, name)| *name);
                let may: BTreeSet<&str> = fields.iter().map(String::as_str).chain(beside).chain(["it"]).collect();
                // The fields of a variant's own struct.
                let inner = ["remark.holds", "remark.scaling-suspended"].contains(&&*format!("{group}.{key}"));
                let used = used(text, locale);
                assert!(
                    inner || used.iter().all(|name| may.contains(name.as_str())),
                    "{group}.{key} {locale}: {used:?}"
                );
            }
        }
    }
}

#[test]
fn the_languages_of_a_message_use_the_same_arguments() {
    for (group, key, _, _) in templates().filter(|(.., locale, _)| *locale == Locale::En) {
        let [english, japanese] = [Locale::En, Locale::Ja].map(|locale| {
            let text = templates().find(|(g, k, l, _)| (*g, *k, *l) == (group, key, locale)).unwrap().3;
            used(text, locale)
        });
        assert_eq!(english, japanese, "{group}.{key}");
    }
}

#[test]
fn templates_name_only_filters_groups_and_parts_that_exist() {
    let (filter, within) = (Regex::new(r"\| ([a-z]+)").unwrap(), Regex::new(r"\| (say|part)\('([a-z-]+)'").unwrap());
    let defined: Vec<&str> =
        include_str!("filters.rs").split("add_filter(\"").skip(1).filter_map(|at| at.split('"').next()).collect();
    let names = templates().flat_map(|(group, key, ..)| [group.to_owned(), format!("{group}.{key}")]);
    let there: BTreeSet<String> = names.collect();
    for (group, key, locale, text) in templates() {
        let source = &text.source;
        for found in filter.captures_iter(source) {
            assert!(defined.contains(&&found[1]), "{group}.{key} {locale}: {source}");
        }
        for found in within.captures_iter(source) {
            let there = there.contains(&match &found[1] {
                "say" => found[2].to_owned(),
                part => format!("{part}.{}", &found[2]),
            });
            assert!(there, "{group}.{key} {locale}: {source}");
        }
        let japanese = source.chars().any(|c| matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
        assert!(locale == Locale::Ja || !japanese, "{group}.{key}: {source}");
        assert_eq!(source.matches('`').count() % 2, 0, "{group}.{key} {locale}: {source}");
    }
}

#[test]
fn text_by_others_is_never_read_as_a_template() {
    for evil in ["{{ 7 * 7 }}", "{% for x in it %}", "{# gone #}", "{{ it }}", "<b>&amp;'", "\u{1b}[2J"] {
        for locale in Locale::ALL {
            let kept = crate::engine::model::Skipped::Kept { key: evil.to_owned(), value: evil.to_owned() };
            assert_eq!(say(*locale, "skipped", kept).matches(&format!("`{evil}`")).count(), 2, "{evil} in {locale}");
            let found = crate::engine::model::Marker::ManagedBy(evil.to_owned());
            let within = crate::engine::model::Skipped::ManagedService { tell: found };
            assert!(say(*locale, "skipped", within).contains(&format!("`{evil}`")), "{evil} in {locale}");
        }
    }
}

#[test]
fn what_cannot_be_rendered_is_shown_with_its_arguments() {
    assert_eq!(say(Locale::Ja, "skipped", "new-rule"), "skipped.new-rule");
    let (key, limit) =
        ("kept-until", BTreeMap::from([("kept-until", BTreeMap::from([("limit", "10"), ("tag", "x")]))]));
    let shown = say(Locale::En, "skipped", limit);
    assert!(shown.contains(key) && shown.contains("10") && shown.contains('x'), "{shown}");
}

#[test]
fn an_unreadable_expression_is_said_as_the_settings_say_it() {
    use crate::engine::schedule::ExprError;
    let text = || "x".to_owned();
    let all = [
        ExprError::TwoTags(text(), text()),
        ExprError::TwoKeys(text(), text()),
        ExprError::OffHours(text()),
        ExprError::NoOpening(text()),
        ExprError::SameHour(text()),
        ExprError::Empty,
        ExprError::Never,
        ExprError::TooLong(2000),
        ExprError::Zone(text()),
        ExprError::ZoneOnConstant("always"),
        ExprError::Window(text()),
        ExprError::Day(text()),
        ExprError::Weekday(text()),
        ExprError::DayOfMonth(text()),
        ExprError::Extra(text()),
        ExprError::ExtraEnds(text()),
        ExprError::Time(text()),
        ExprError::BeginsAtMidnightsEnd,
        ExprError::EqualEnds(text()),
    ];
    for wrong in all {
        assert_eq!(say(Locale::En, "expression", &wrong), wrong.to_string());
    }
    let wrong = crate::engine::tags::keep_until::KeepUnreadable(text());
    let inputs = crate::engine::rules::inputs::Inputs::KeepUnreadable { key: text(), wrong: Some(wrong.clone()) };
    assert_eq!(say(Locale::En, "inputs", inputs), wrong.to_string());
}
