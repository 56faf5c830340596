//! Instants from outside are checked where they are read: a sum with an instant at the end of time would end the run.

use std::fs;

use regex_lite::Regex;

/// The one field that is checked by its reader, which then says so in a note.
const CHECKED_LATER: &str = "taken_at";

#[test]
fn every_instant_that_is_deserialized_is_checked() {
    let field = Regex::new(r"^(?:pub(?:\([a-z]+\))? )?(\w+): (?:Option<)?DateTime<Utc>").unwrap();
    let mut unchecked = Vec::new();
    for file in crate::layers::source_files() {
        let text = fs::read_to_string(&file).unwrap();
        for item in text.split("\n#[derive(").skip(1) {
            let item = item.split("\n}").next().unwrap();
            let (derived, body) = item.split_once(")]").unwrap_or_default();
            if !derived.contains("Deserialize") {
                continue;
            }
            let mut attributes = String::new();
            for line in body.lines().map(str::trim) {
                if line.starts_with("#[") {
                    attributes.push_str(line);
                    continue;
                }
                if let Some(name) = field.captures(line).map(|found| found[1].to_owned())
                    && name != CHECKED_LATER
                    && !attributes.contains("sane")
                    && !attributes.contains("#[serde(skip)]")
                {
                    unchecked.push(format!("{}: {line}", file.display()));
                }
                attributes.clear();
            }
        }
    }
    assert!(unchecked.is_empty(), "add `deserialize_with = \"sane\"` or `\"sane_option\"`:\n{}", unchecked.join("\n"));
}
