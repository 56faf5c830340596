//! The JSON Schema of the settings: checked in as the code makes it, and of one mind with the code that reads them.

use std::path::{Path, PathBuf};

use idle_reaper::engine::config::{Settings, schema};
use regex_lite::Regex;
use serde_json::Value;

use crate::fake::SETTINGS;

/// A policy and its schedule, so that settings that differ in one place are whole otherwise.
const POLICY: &str = "[[policies]]\nname = \"a\"\nmatch = { all = true }\nschedule = \"s\"\n";
const SCHEDULE: &str = "[schedules.s]\nzone = \"Asia/Tokyo\"\nopen = [\"mon-fri 09:00-18:00\"]\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the schema finds wrong in settings, by path.
fn wrong(text: &str) -> Vec<String> {
    let settings: Value = toml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let mut wrong = Vec::new();
    check(&schema, &settings, "", &mut wrong);
    wrong
}

/// As much of JSON Schema as the schema uses. A word that it does not know is a mistake in one of the two.
fn check(schema: &Value, value: &Value, path: &str, wrong: &mut Vec<String>) {
    for (word, says) in schema.as_object().expect("a schema is an object") {
        let fits = match word.as_str() {
            "$schema" | "title" | "description" | "properties" => true,
            "type" => is_a(value, says.as_str().unwrap()),
            "enum" => says.as_array().unwrap().contains(value),
            "pattern" => value.as_str().is_none_or(|text| Regex::new(says.as_str().unwrap()).unwrap().is_match(text)),
            "minimum" => value.as_f64().is_none_or(|number| number >= says.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= says.as_f64().unwrap()),
            "exclusiveMinimum" => value.as_f64().is_none_or(|number| number > says.as_f64().unwrap()),
            "required" => says.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "anyOf" => says.as_array().unwrap().iter().any(|one| {
                let mut wrong = Vec::new();
                check(one, value, path, &mut wrong);
                wrong.is_empty()
            }),
            "items" => {
                let items = value.as_array().into_iter().flatten();
                items.for_each(|item| check(says, item, &format!("{path}[]"), wrong));
                true
            }
            "propertyNames" => {
                let names = value.as_object().into_iter().flatten().map(|(name, _)| name);
                names.for_each(|name| check(says, &Value::from(name.as_str()), &format!("{path}.{name}"), wrong));
                true
            }
            "additionalProperties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    let path = format!("{path}.{name}");
                    match (schema["properties"].get(name), says) {
                        (Some(known), _) => check(known, member, &path, wrong),
                        (None, Value::Bool(false)) => wrong.push(format!("{path} is unknown")),
                        (None, other) => check(other, member, &path, wrong),
                    }
                }
                true
            }
            word => panic!("`{word}` at `{path}` is not a word that this test knows"),
        };
        if !fits {
            wrong.push(format!("{path}: {value} against {word} {says}"));
        }
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        kind => panic!("the schema speaks of `{kind}`"),
    }
}

fn examples() -> Vec<PathBuf> {
    let listed = std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let toml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    listed.filter(toml).chain([root().join("tests/demo.toml")]).collect()
}

#[test]
fn the_schema_that_is_checked_in_is_the_one_that_the_code_makes() {
    let there = std::fs::read_to_string(root().join("docs/settings.schema.json")).unwrap_or_default();
    assert!(there == schema(), "docs/settings.schema.json is not what the code makes; run `make schema`");
}

#[test]
fn every_example_is_accepted_and_satisfies_the_schema() {
    assert!(examples().len() >= 3);
    for path in examples() {
        let (name, text) = (path.display().to_string(), std::fs::read_to_string(&path).unwrap());
        assert_eq!(wrong(&text), Vec::<String>::new(), "{name}");
        if let Err(invalid) = Settings::parse(&name, &text) {
            panic!("{invalid}");
        }
    }
    assert_eq!(wrong(SETTINGS), Vec::<String>::new());
}

#[test]
fn what_the_reader_accepts_satisfies_the_schema() {
    for part in [
        "[run]\npause = \"ssm:/a\"\nrecord = \"a/folder\"\nwidth = 1024",
        "[scope]\naccounts = \"self\"\nregions = \"enabled\"",
        "[scope]\naccounts = []\nregions = []\nreading-role = \"/path/to/Read+er\"",
        "[scope]\naccounts = [\"012345678901\"]\nregions = [\"us-gov-west-1\", \"ap-southeast-5\", \"us-iso-east-1\"]",
        "[scope]\naccounts = \"organization\"\norganizational-units = [\"r-ab12\", \"ou-ab12-34cd56ef\"]",
        "[tags]\nprefix = \"team:x/\"\nmax-keep-days = 0",
        "[busy]",
        "[busy]\ncpu-percent = 0.5\nunmeasured = \"ignore\"",
        "[never]\ntags = [\"*\", \"Env=\", \"a=b=c\"]",
        "[calendars.x]\nlike = { \"2026-11-28\" = \"MON\" }\nclosed = [\"2026-12-24\", \"2026-12-29..2027-01-03\"]",
        "[calendars.x]\nholidays = [\"de-by\", \"gb-eng\", \"cn\", \"own\"]\n[holidays.own]\nyears = \"2026..2027\"\ndays = { \"2026-03-31\" = \"A day\" }\nprovisional = [\"2026-03-31\"]",
        "[schedules.S_1-x]\nopen = [\"always\"]",
        "[[policies]]\nname = \"b\"\nmatch = { types = [] }\nschedule = \"s\"\novertime = \"1h30m\"\nmin-uptime = \"90s\"\nstart-lead = \"0m\"",
    ] {
        let text = format!("version = 1\n{part}\n{SCHEDULE}{POLICY}");
        if let Err(invalid) = Settings::parse("reaper.toml", &text) {
            panic!("{invalid}");
        }
        assert_eq!(wrong(&text), Vec::<String>::new(), "{part}");
    }
}

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    for part in [
        "[runs]",
        "[run]\npauze = \"ssm:/a\"",
        "[run]\npause = \"/a\"",
        "[run]\narmed = \"yes\"",
        "[run]\nwidth = 0",
        "[run]\nmax-unreachable-percent = 20.5",
        "[scope]\naccounts = \"all\"",
        "[scope]\naccounts = [\"1234\"]",
        "[scope]\naccounts = [111111111111]",
        "[scope]\nregions = [\"tokyo\"]",
        "[scope]\nreading-role = \"arn:aws:iam::1:role/x\"",
        "[tags]\nprefix = \"a b\"",
        "[busy]\ncpu-percent = 0",
        "[busy]\nunmeasured = \"stop\"",
        "[never]\ntags = [\"=x\"]",
        "[never]\norganizational-units = [\"Sandbox\"]",
        "[calendars.x]\nholidays = [\"g b\"]",
        "[holidays.x]\nyears = \"2026\"\ndays = {}",
        "[holidays.x]\ndays = {}",
        "[calendars.x]\nclosed = [\"29.12.2026\"]",
        "[calendars.\"a b\"]",
        "[calendars.x]\nlike = { \"2026-11-28\" = \"monday\" }",
        "[schedules.x]\nzone = \"Asia/Tokyo\"",
        "[[policies]]\nmatch = { all = true }\nschedule = \"s\"",
        "[[policies]]\nname = \"b\"\nschedule = \"s\"",
        "[[policies]]\nname = \"b\"\nmatch = { tag = [\"a\"] }\nschedule = \"s\"",
        "[[policies]]\nname = \"b\"\nmatch = { all = true }\nschedule = \"s\"\novertime = \"2 hours\"",
        "[[policies]]\nname = \"b\"\nmatch = { all = true }\nschedule = \"s\"\noutside = \"terminate\"",
    ] {
        let text = format!("version = 1\n{part}\n{SCHEDULE}{POLICY}");
        assert!(!wrong(&text).is_empty(), "the schema accepts {part}");
        assert!(Settings::parse("reaper.toml", &text).is_err(), "the reader accepts {part}");
    }
    assert_eq!(wrong(""), [": {} against required [\"version\"]"]);
}
