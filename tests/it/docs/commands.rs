//! Every command in the README and in `docs/` exists, and those that need no AWS run as they are written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Parser;
use clap::error::ErrorKind;
use idle_reaper::app::Args;

use super::{read, root};

/// Verbs that ask no account, whatever their options.
const OFFLINE: [&str; 5] = ["check", "generate", "report", "schedule", "import"];

/// A step of a code block: a command, or a file that the reader is to write.
#[derive(Debug)]
pub enum Step {
    Command(Vec<String>),
    File { name: String, text: String },
}

/// The pages whose commands are checked: path and text.
fn pages() -> BTreeMap<String, String> {
    let folder = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let docs = folder.map(|name| format!("docs/{}", name.to_str().unwrap())).filter(|path| path.ends_with(".md"));
    let readmes = ["README.md".to_owned(), "README.ja.md".to_owned()];
    readmes.into_iter().chain(docs).map(|path| (path.clone(), read(&path))).collect()
}

/// The steps of every `sh` block of `page`, in order.
pub fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "```sh" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
        let block = block.join("\n").replace("\\\n", " ");
        let mut block = block.lines();
        while let Some(line) = block.next() {
            match line.strip_prefix("cat > ").and_then(|rest| rest.strip_suffix(" <<'EOF'")) {
                Some(name) => {
                    let text =
                        block.by_ref().take_while(|line| *line != "EOF").map(|line| format!("{line}\n")).collect();
                    steps.push(Step::File { name: name.to_owned(), text });
                }
                None => steps.extend(commands(line).into_iter().map(Step::Command)),
            }
        }
    }
    steps
}

/// The commands of one line as words, without variables before them, redirections and comments.
fn commands(line: &str) -> Vec<Vec<String>> {
    let words = words(&line.replace("=$(", "= "));
    let commands = words.split(|word| matches!(word.as_str(), "&&" | "||")).map(|command| {
        let variable = |word: &&String| word.split_once('=').is_some_and(|(name, _)| !name.contains(['-', ' ', '"']));
        let command = command.iter().skip_while(variable).take_while(|word| !matches!(word.as_str(), ">" | "|" | "<"));
        command.cloned().collect::<Vec<String>>()
    });
    commands.filter(|command| !command.is_empty()).collect()
}

/// Splits as a shell does, as far as the pages need it: quotes, and comments that follow a blank.
pub fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The commands that stand in the text of `page` as code, such as `` `idle-reaper report` ``.
fn named(page: &str) -> Vec<Vec<String>> {
    let mut inside = false;
    let is_text = |line: &&str| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    };
    let text: Vec<&str> = page.lines().filter(is_text).map(str::trim).collect();
    let text = text.join(" ");
    let spans = text.split('`').skip(1).step_by(2);
    spans.filter(|span| span.starts_with("idle-reaper ")).flat_map(commands).collect()
}

/// The commands of the code blocks of `page`.
fn written(page: &str) -> Vec<Vec<String>> {
    let commands = steps(page).into_iter().filter_map(|step| match step {
        Step::Command(words) => Some(words),
        Step::File { .. } => None,
    });
    commands.collect()
}

/// Every command of `page`.
fn all(page: &str) -> Vec<Vec<String>> {
    written(page).into_iter().chain(named(page)).collect()
}

#[test]
fn the_command_line_accepts_every_command() {
    for (path, page) in pages() {
        for words in all(&page).iter().filter(|words| words[0] == "idle-reaper") {
            let Err(wrong) = Args::try_parse_from(words) else { continue };
            if wrong.kind() == ErrorKind::DisplayVersion {
                continue;
            }
            // The text may name a verb alone.
            let verb_alone = words.len() == 2 && wrong.kind() == ErrorKind::MissingRequiredArgument;
            assert!(verb_alone, "{path}: `{}`: {wrong}", words.join(" "));
        }
    }
}

/// The programs of the pages. Those of `docs/installing.md` are run by `tests/install/test_docs.py`.
const KNOWN: [&str; 11] =
    ["idle-reaper", "make", "aws", "cargo", "export", "[", "curl", "gh", "sha256sum", "skopeo", "tar"];

/// A program that no test knows would be a command that nobody has tried.
#[test]
fn every_program_is_one_that_a_test_knows() {
    for (path, page) in pages() {
        for words in written(&page) {
            let known = KNOWN.contains(&words[0].as_str());
            assert!(known, "{path}: no test knows `{}`", words.join(" "));
        }
    }
}

#[test]
fn what_needs_no_aws_runs_as_written() {
    let mut ran = 0;
    for (path, page) in pages() {
        let folder = tempfile::tempdir().unwrap();
        furnish(folder.path());
        for step in steps(&page) {
            match step {
                Step::File { name, text } => fs::write(folder.path().join(name), text).unwrap(),
                Step::Command(words) if is_offline(&words) => {
                    run(&path, folder.path(), &words);
                    ran += 1;
                }
                Step::Command(_) => {}
            }
        }
    }
    assert!(ran >= 15, "only {ran} commands were run");
}

fn is_offline(words: &[String]) -> bool {
    words[0] == "idle-reaper" && words.iter().any(|word| word == "--inventory" || OFFLINE.contains(&word.as_str()))
}

/// What a reader of the pages has: the examples, settings, inventories and an empty record.
fn furnish(folder: &Path) {
    for path in ["examples/laptop.toml", "examples/reaper.toml", "examples/inventory.json", "examples/prices.csv"] {
        fs::create_dir_all(folder.join("examples")).unwrap();
        fs::copy(root().join(path), folder.join(path)).unwrap();
    }
    let settings = read("examples/laptop.toml").replace("[scope]", "[run]\nrecord = \"record\"\n\n[scope]");
    for name in ["reaper.toml", "new.toml"] {
        fs::write(folder.join(name), &settings).unwrap();
    }
    let inventory = read("examples/inventory.json").replace("i-0a1b2c3d4e5f60001", "i-0123456789abcdef0");
    fs::create_dir(folder.join("snapshots")).unwrap();
    for name in ["inventory.json", "snapshot.json", "snapshots/wednesday.json", "tokyo.json"] {
        fs::write(folder.join(name), &inventory).unwrap();
    }
    for name in ["db-instances", "db-clusters"] {
        let recorded = format!("tests/it/local/recorded/describe-{name}.json");
        fs::copy(root().join(recorded), folder.join(format!("{name}.json"))).unwrap();
    }
    let service = r#"{"services": [{
        "serviceArn": "arn:aws:ecs:ap-northeast-1:111111111111:service/shop/web", "serviceName": "web", "status": "ACTIVE",
        "clusterArn": "arn:aws:ecs:ap-northeast-1:111111111111:cluster/shop", "desiredCount": 1, "runningCount": 1,
        "schedulingStrategy": "REPLICA", "launchType": "FARGATE", "createdAt": "2026-11-20T09:00:00+09:00", "tags": [],
        "deployments": [{"rolloutState": "COMPLETED", "createdAt": "2026-11-20T09:00:00+09:00"}]
    }], "failures": []}"#;
    fs::write(folder.join("services.json"), service).unwrap();
    let elsewhere = inventory.replace("\"OwnerId\": \"111111111111\"", "\"OwnerId\": \"222222222222\"");
    fs::write(folder.join("virginia.json"), elsewhere).unwrap();
}

fn run(path: &str, folder: &Path, words: &[String]) {
    let binary = env!("CARGO_BIN_EXE_idle-reaper");
    let mut command = Command::new(binary);
    command.env_clear().current_dir(folder).args(&words[1..]);
    // The output of the AWS CLI, of which the saved files are made here, does not say when it was taken.
    if words.iter().any(|word| word == "snapshots/") {
        command.env("IDLE_REAPER_AT", "2026-11-25T21:30:00+09:00");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{path}: `{}`: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
}
