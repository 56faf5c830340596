//! Every link, path, file and verb of `make` that the documentation names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

use super::root;

/// Pages at the top and elsewhere; all of `docs` is read as well. The changelog names what was there once.
const PAGES: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "simulator/README.md",
    "infra/terraform/README.md",
];

/// Endings of files that exist only in this repository. `reaper.toml` or `plan.json` may be a user's.
const OURS: [&str; 6] = [".rs", ".py", ".mjs", ".sh", ".tsv", ".yaml"];

/// What was built, installed or checked out is no part of the repository.
fn is_part(name: &str) -> bool {
    matches!(name, ".github" | ".ci" | ".config" | ".gitignore") || !name.starts_with('.')
}

/// Every file of the repository and every folder, by its path from the root.
fn entries() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if !is_part(&name) || ["target", "node_modules", "corpus", "__pycache__"].contains(&name.as_str()) {
                continue;
            }
            found.insert(path.strip_prefix(root()).unwrap().display().to_string());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

/// The pages with their text, by their path from the root.
fn pages() -> Vec<(String, String)> {
    let docs = entries().into_iter().filter(|path| path.starts_with("docs/") && path.ends_with(".md"));
    let translated = entries().into_iter().filter(|path| path.starts_with("README.") && path != "README.md");
    let all = PAGES.map(str::to_owned).into_iter().chain(docs).chain(translated);
    let pages: Vec<_> = all.map(|path| (path.clone(), fs::read_to_string(root().join(path)).unwrap())).collect();
    assert!(pages.len() > 30, "only {} pages were found", pages.len());
    pages
}

/// The text without its blocks of code.
fn prose(text: &str) -> String {
    text.split("\n```").step_by(2).map(|part| format!("{part}\n")).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<String> {
    Regex::new("`([^`\n]+)`").unwrap().captures_iter(&prose(text)).map(|found| found[1].to_owned()).collect()
}

/// The anchors of a page, as GitHub makes them from headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text);
    let headings =
        headings.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let slug = |heading: &str| -> String {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(slug).collect()
}

/// The file that `link` leads to from `page`, and its anchor.
fn target(page: &str, link: &str) -> (PathBuf, Option<String>) {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    let from = Path::new(page);
    let path = if path.is_empty() { from.to_owned() } else { from.parent().unwrap().join(path) };
    (root().join(path), anchor)
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_exist() {
    let links = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let (mut checked, mut wrong) = (0, Vec::new());
    for (page, text) in pages() {
        for link in links.captures_iter(&prose(&text)).map(|found| found[1].to_owned()) {
            if link.contains("://") {
                continue;
            }
            checked += 1;
            let (path, anchor) = target(&page, &link);
            if !path.exists() {
                wrong.push(format!("{page}: `{link}` leads to no file"));
            } else if let Some(anchor) = anchor.filter(|_| path.extension().is_some_and(|end| end == "md")) {
                let there = anchors(&fs::read_to_string(&path).unwrap());
                if !there.contains(&anchor) {
                    wrong.push(format!("{page}: `{link}` leads to no heading"));
                }
            }
        }
    }
    assert!(checked > 100, "only {checked} links were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the repository has `path`: from the root, or, of a file with an ending of ours, anywhere. Of a pattern such as
/// `src/aws/kinds/<kind>.rs` or `data/holidays/*.tsv` the folder counts.
fn exists(all: &BTreeSet<String>, path: &str) -> bool {
    let certain = path.split(['*', '<']).next().unwrap_or(path);
    if certain != path {
        return certain.rsplit_once('/').is_none_or(|(folder, _)| all.contains(folder));
    }
    let path = path.trim_end_matches('/');
    all.contains(path) || all.iter().any(|there| there.ends_with(&format!("/{path}")))
}

/// Whether a path that begins with `top` is one of the repository or of its source. `aws/ebs` is a key of KMS.
fn is_folder(all: &BTreeSet<String>, top: &str) -> bool {
    all.contains(top) || all.contains(&format!("src/{top}")) && top != "aws"
}

#[test]
fn every_path_and_file_that_is_named_exists() {
    let all = entries();
    let is_path = Regex::new(r"^[\w./<>*-]+$").unwrap();
    let (mut checked, mut wrong) = (0, Vec::new());
    for (page, text) in pages() {
        for named in quoted(&text).into_iter().filter(|named| is_path.is_match(named)) {
            let top = named.split_once('/').map(|(top, _)| top).filter(|top| is_folder(&all, top));
            let ours = OURS.iter().any(|end| named.ends_with(end) && named.len() > end.len());
            if top.is_none() && !ours {
                continue;
            }
            checked += 1;
            if !exists(&all, &named) {
                wrong.push(format!("{page}: the repository has no `{named}`"));
            }
        }
    }
    assert!(checked > 100, "only {checked} paths were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_verb_of_make_that_is_named_exists() {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let verb = Regex::new(r"(?:^|[`\s;&])make ([a-z][a-z0-9-]*)").unwrap();
    let mut wrong = Vec::new();
    for (page, text) in pages() {
        let blocks = text.split("\n```").skip(1).step_by(2).filter(|block| block.starts_with("sh\n"));
        let commands: Vec<String> = blocks.flat_map(str::lines).map(str::to_owned).chain(quoted(&text)).collect();
        for found in commands.iter().flat_map(|command| verb.captures_iter(command)) {
            let verbs = makefile.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
            if !verbs
                .filter_map(|line| line.split_once(':'))
                .any(|(verbs, _)| verbs.split(' ').any(|one| one == &found[1]))
            {
                wrong.push(format!("{page}: there is no `make {}`", &found[1]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_jobs_of_ci_run_every_target_of_make_check() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let makefile = read("Makefile");
    let check = makefile.lines().find_map(|line| line.strip_prefix("check:")).expect("the target `check`");
    let targets: BTreeSet<&str> = check.split("##").next().unwrap_or(check).split_whitespace().collect();
    let workflow = read(".github/workflows/check.yml");
    let runs = workflow.lines().filter_map(|line| line.split_once(".ci/run ").map(|(_, targets)| targets));
    let run: BTreeSet<&str> = runs.flat_map(str::split_whitespace).collect();
    assert!(targets.len() > 5, "{check}");
    assert_eq!(targets.difference(&run).collect::<Vec<_>>(), Vec::<&&str>::new(), "no job runs these");
}

#[test]
fn every_action_of_ci_is_pinned_to_a_commit() {
    let pinned = Regex::new(r"^[\w./-]+@[0-9a-f]{40} # v\d").unwrap();
    let (mut checked, mut wrong) = (0, Vec::new());
    for path in entries().into_iter().filter(|path| path.starts_with(".github/workflows/")) {
        let workflow = fs::read_to_string(root().join(path)).unwrap();
        for action in workflow.lines().filter_map(|line| line.split_once("uses: ").map(|(_, action)| action)) {
            checked += 1;
            wrong.extend((!pinned.is_match(action)).then(|| action.to_owned()));
        }
    }
    assert!(checked > 0 && wrong.is_empty(), "{checked} actions, not pinned: {}", wrong.join(", "));
}
