//! The README begins with its two commands, and every page that exists in Japanese says the same in both languages.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use regex_lite::Regex;

use crate::docs::commands::{Step, steps, words};
use crate::docs::read;

/// The pages that exist in both languages.
const BOTH: [&str; 2] = ["README", "docs/why-was-mine-stopped"];

#[test]
fn it_begins_with_the_two_commands() {
    for path in ["README.md", "README.ja.md"] {
        let commands = steps(&read(path)).into_iter().take(2).map(|step| match step {
            Step::Command(words) => words.join(" "),
            Step::File { name, .. } => panic!("{path} begins with the file {name}"),
        });
        assert_eq!(commands.collect::<Vec<_>>(), ["make demo", "make test"], "{path}");
    }
}

/// The levels of the headings, in order.
fn headings(page: &str) -> Vec<usize> {
    let mut inside = false;
    let mut levels = Vec::new();
    for line in page.lines() {
        inside ^= line.starts_with("```");
        if !inside && line.starts_with('#') {
            levels.push(line.bytes().take_while(|byte| *byte == b'#').count());
        }
    }
    levels
}

/// The steps of the code blocks as a shell sees them: comments may be in the reader's language.
fn written(page: &str) -> Vec<Vec<String>> {
    let lines = steps(page).into_iter().map(|step| match step {
        Step::Command(words) => words,
        Step::File { name, text } => [name].into_iter().chain(text.lines().flat_map(words)).collect(),
    });
    lines.collect()
}

/// Where the links lead, without the language.
fn links(page: &str) -> BTreeSet<String> {
    let target = |rest: &str| rest.split(')').next().unwrap_or_default().replace(".ja.md", ".md");
    page.split("](").skip(1).map(target).collect()
}

#[test]
fn both_languages_have_the_same_headings_commands_and_links() {
    for name in BOTH {
        let (english, japanese) = (read(&format!("{name}.md")), read(&format!("{name}.ja.md")));
        assert_eq!(headings(&english), headings(&japanese), "the headings of {name}");
        assert_eq!(written(&english), written(&japanese), "the commands of {name}");
        assert_eq!(links(&english), links(&japanese), "the links of {name}");
    }
}

/// The text without blanks at the ends of lines, and without the id of the run, which is another one each time.
fn comparable(text: &str) -> String {
    let id = Regex::new("[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}").unwrap();
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    id.replace_all(&lines.join("\n"), "RUN").into_owned()
}

#[test]
fn the_sample_is_what_its_command_prints() {
    for (path, locale) in [("README.md", "en"), ("README.ja.md", "ja")] {
        let page = read(path);
        let sample = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let is_plan = |words: &&Vec<String>| words.iter().any(|word| word == "plan");
        let commands = written(&page);
        let command = commands.iter().find(is_plan).expect("a dry run");
        let mut binary = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        binary.env_clear().env("COLUMNS", "110").env("IDLE_REAPER_LOCALE", locale).args(&command[1..]);
        let output = binary.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(comparable(&printed), comparable(sample), "{path}: `{}` now prints\n{printed}", command.join(" "));
    }
}

#[test]
fn the_saved_organisation_of_the_first_command_gives_a_result_worth_reading() {
    let makefile = read("Makefile");
    let saved =
        makefile.lines().find_map(|line| line.strip_prefix("SAVED := ")).expect("the options of the first command");
    let run = |verb: &[&str]| {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        binary.env_clear().current_dir(env!("CARGO_MANIFEST_DIR")).args(verb).args(saved.split_whitespace());
        let output = binary.output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let report: serde_json::Value = serde_json::from_str(&run(&["plan", "--format", "json"])).unwrap();
    assert_eq!((&report["counts"]["found"], &report["health"]), (&45.into(), &"ok".into()));
    let reasons: BTreeSet<&str> =
        report["resources"].as_array().unwrap().iter().filter_map(|one| one["reason"].as_str()).collect();
    for reason in ["outside-hours", "kept", "kept-until", "keep-unreadable", "never-listed", "within-hours", "overtime"]
    {
        assert!(reasons.contains(reason), "no instance shows `{reason}`: {reasons:?}");
    }
    assert!(run(&["explain", "load-generator-1"]).contains("stop, by the rule `outside-hours`"));
}
