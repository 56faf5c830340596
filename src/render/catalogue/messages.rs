//! The text of a message, from the files in `render/messages`. A message has a group, a key, and a `minijinja` template
//! in each language.
//!
//! By serde, the variant of an enum is the key and its fields are the arguments. Texts by others are arguments and are
//! never read as templates. A message that cannot be rendered is shown as its key and its arguments, so that no line
//! is lost; the tests prove that this does not happen.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

use minijinja::value::{Object, Serde};
use minijinja::{Environment, Template, Value};
use serde::{Deserialize, Serialize};

use crate::engine::model::Locale;
use crate::render::catalogue::filters::environment;

/// Messages by group and key.
type Messages = HashMap<String, HashMap<String, Message>>;

/// Every file with templates, each of which is read when it is needed first: what most runs say comes first. A group is
/// in one file, except for `part`: what several messages are composed of.
static FILES: [LazyLock<Messages>; 7] = [
    LazyLock::new(|| read(include_str!("../messages/verdicts.toml"))),
    LazyLock::new(|| read(include_str!("../messages/sentences.toml"))),
    LazyLock::new(|| read(include_str!("../messages/money.toml"))),
    LazyLock::new(|| read(include_str!("../messages/notices.toml"))),
    LazyLock::new(|| read(include_str!("../messages/inputs.toml"))),
    LazyLock::new(|| read(include_str!("../messages/forgotten.toml"))),
    LazyLock::new(|| read(include_str!("../messages/page.toml"))),
];

/// The messages of a file. A test proves that each file can be read.
fn read(file: &str) -> Messages {
    toml::from_str(file).unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    en: Text,
    ja: Text,
}

/// A template, which is parsed when it is needed first.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Text {
    source: String,
    parsed: OnceLock<Option<Parsed>>,
}

struct Parsed {
    template: Template<'static, 'static>,
    /// Whether it names `it`, and not only fields.
    whole: bool,
}

impl From<String> for Text {
    fn from(source: String) -> Self {
        Self { source, parsed: OnceLock::new() }
    }
}

impl Text {
    fn render(&'static self, locale: Locale, arguments: &Value) -> Option<String> {
        if !self.source.contains('{') {
            return Some(self.source.clone());
        }
        let Parsed { template, whole } = self.parsed.get_or_init(|| self.parse(locale)).as_ref()?;
        let arguments = arguments.clone();
        template.render(if *whole { Value::from_object(Arguments(arguments)) } else { arguments }).ok()
    }

    fn parse(&'static self, locale: Locale) -> Option<Parsed> {
        let template = languages(locale).template_from_str(&self.source).ok()?;
        Some(Parsed { whole: template.undeclared_variables(false).contains("it"), template })
    }
}

fn languages(locale: Locale) -> &'static Environment<'static> {
    static ENGLISH: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::En));
    static JAPANESE: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::Ja));
    match locale {
        Locale::En => &ENGLISH,
        Locale::Ja => &JAPANESE,
    }
}

/// The arguments of a message: its fields by name, and `it`, which is all of them, or the only one.
#[derive(Debug)]
struct Arguments(Value);

impl Object for Arguments {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if key.as_str() == Some("it") {
            return Some(self.0.clone());
        }
        self.0.get_item(key).ok().filter(|value| !value.is_undefined())
    }
}

/// The message of a group for a variant of an enum.
pub(crate) fn say(locale: Locale, group: &str, variant: impl Serialize) -> String {
    say_value(locale, group, &Value::from(Serde(variant)))
}

/// The message of a group for a variant without fields, with these arguments.
pub(crate) fn say_of(locale: Locale, group: &str, variant: impl Serialize, arguments: impl Serialize) -> String {
    let variant = Value::from(Serde(variant));
    message(locale, group, variant.as_str().unwrap_or_default(), &Value::from(Serde(arguments)))
}

/// What several messages are composed of, or a message that belongs to no enum.
pub(crate) fn part(locale: Locale, key: &str, arguments: impl Serialize) -> String {
    message(locale, "part", key, &Value::from(Serde(arguments)))
}

/// The same as [`say`] for a variant that is already serialised.
pub(super) fn say_value(locale: Locale, group: &str, variant: &Value) -> String {
    let (key, arguments) = tagged(variant);
    message(locale, group, key.as_str().unwrap_or_default(), &arguments)
}

/// The key and the arguments of a serialised variant: its name, or a map from its name to its fields.
pub(super) fn tagged(variant: &Value) -> (Value, Value) {
    if variant.as_str().is_some() {
        return (variant.clone(), Value::UNDEFINED);
    }
    let key = variant.try_iter().ok().and_then(|mut keys| keys.next()).unwrap_or_default();
    let arguments = variant.get_item(&key).unwrap_or_default();
    (key, arguments)
}

pub(super) fn message(locale: Locale, group: &str, key: &str, arguments: &Value) -> String {
    let message = FILES.iter().find_map(|file| file.get(group)?.get(key)).map(|message| match locale {
        Locale::En => &message.en,
        Locale::Ja => &message.ja,
    });
    message
        .and_then(|text| text.render(locale, arguments))
        .unwrap_or_else(|| format!("{group}.{key} {arguments}").trim_end().to_owned())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
