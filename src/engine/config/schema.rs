//! The JSON Schema of the settings, for editors. It is made by reading settings that hold every key, so that it
//! cannot tell of other keys than the reader asks for. What editors show of a key is the comment behind it.

use std::collections::BTreeMap;

use serde_json::Value;
use toml::de::DeTable;

use crate::engine::config::diagnostic::Diagnostic;
use crate::engine::config::reader::Source;
use crate::engine::config::shape::{Form, Key, Kind, Shape};
use crate::engine::config::{NAME, read};

/// Settings with every section and every key.
const EVERY_KEY: &str = include_str!("../../../examples/every-key.toml");

/// The schema, in the draft of 2020-12, as indented JSON.
pub fn schema() -> String {
    let (shape, _) = shape();
    let mut whole = table(&shape, "");
    if let Value::Object(top) = &mut whole {
        let about = "Settings of idle-reaper. An editor finds typos by this; `idle-reaper check` has the last word.";
        let draft = "https://json-schema.org/draft/2020-12/schema";
        for (key, text) in [("$schema", draft), ("description", about), ("title", "idle-reaper settings")] {
            top.insert(key.to_owned(), text.into());
        }
    }
    let indented = serde_json::to_string_pretty(&sorted(whole)).unwrap_or_default();
    indented + "\n"
}

/// Everything that is asked for while [`EVERY_KEY`] is read, and what is wrong in it.
fn shape() -> (Shape, Vec<Diagnostic>) {
    let source = Source::new("every-key.toml", EVERY_KEY);
    let (document, _) = DeTable::parse_recoverable(EVERY_KEY);
    let _ = read(&source, document.get_ref());
    (source.take_shape(), source.into_found().0)
}

fn table(shape: &Shape, path: &str) -> Value {
    let beneath = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let properties: Vec<_> = shape.keys(path).map(|(name, key)| (name, property(shape, &beneath(name), key))).collect();
    let required: Vec<Value> =
        shape.keys(path).filter(|(name, _)| shape.needs(path, name)).map(|(name, _)| name.into()).collect();
    let mut members =
        vec![("type", "object".into()), ("additionalProperties", false.into()), ("properties", object(properties))];
    if !required.is_empty() {
        members.push(("required", required.into()));
    }
    object(members)
}

fn property(shape: &Shape, path: &str, key: &Key) -> Value {
    let Key { kind, about } = key;
    let mut value = match kind {
        Kind::Flag => object([("type", "boolean".into())]),
        Kind::Whole(allowed) => object([
            ("type", "integer".into()),
            ("minimum", (*allowed.start()).into()),
            ("maximum", (*allowed.end()).into()),
        ]),
        Kind::Decimal { above, to } => {
            object([("type", "number".into()), ("exclusiveMinimum", (*above).into()), ("maximum", (*to).into())])
        }
        Kind::Amount => amount(),
        Kind::Text(form) => text(form),
        Kind::List(form) => list(form),
        Kind::TextOrList(one, many) => object([("anyOf", vec![text(one), list(many)].into())]),
        Kind::Table => table(shape, path),
        Kind::Tables => object([("type", "array".into()), ("items", table(shape, path))]),
        Kind::Named => named(&NAME, table(shape, path)),
        Kind::NamedTexts(names, form) => named(names, text(form)),
        Kind::NamedAmounts(names) => named(names, amount()),
        Kind::NamedSums(names) => named(names, sum()),
    };
    if let (Value::Object(members), Some(about)) = (&mut value, about) {
        members.insert("description".to_owned(), about.as_str().into());
    }
    value
}

fn amount() -> Value {
    object([("type", "number".into()), ("minimum", 0.into())])
}

fn text(form: &Form) -> Value {
    match form {
        Form::Free => object([("type", "string".into())]),
        Form::Like(pattern) => object([("type", "string".into()), ("pattern", (*pattern).into())]),
        Form::OneOf(words) => object([("enum", words.clone().into())]),
    }
}

fn sum() -> Value {
    let text = text(&Form::Like("^[0-9]+([.][0-9]+)?$"));
    let number = object([("type", "number".into()), ("minimum", 0.into())]);
    object([("anyOf", vec![text, number].into())])
}

fn list(form: &Form) -> Value {
    object([("type", "array".into()), ("items", text(form))])
}

fn named(names: &Form, value: Value) -> Value {
    object([("type", "object".into()), ("propertyNames", text(names)), ("additionalProperties", value)])
}

fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The same with the members of every object by name: whether `serde_json` keeps the order in which they were
/// inserted depends on what else is built with it.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> = members.into_iter().map(|(name, v)| (name, sorted(v))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_with_every_key_are_accepted() {
        assert_eq!(shape().1, []);
    }

    #[test]
    fn the_settings_with_every_key_have_every_key_and_say_what_it_is_for() {
        let (shape, _) = shape();
        let silent = shape.all().filter(|(_, _, key)| key.about.is_none());
        let silent: Vec<String> = silent.map(|(path, name, _)| format!("{path}.{name}")).collect();
        assert!(silent.is_empty(), "not in examples/every-key.toml with a comment behind it: {silent:?}");
    }
}
