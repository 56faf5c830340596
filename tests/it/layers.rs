//! The order of the rooms: a room uses only the rooms before it. This is what ARCHITECTURE.md says, read from the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

/// The rooms of the engine, lowest first.
const ENGINE: [&str; 17] = [
    "schedule", "model", "tags", "config", "request", "evidence", "cost", "history", "trends", "rules", "kinds",
    "judge", "import", "plan", "report", "undo", "doctor",
];

/// The rooms beside the engine, lowest first. `local` and `aws` are both ports over something.
const OTHERS: [&str; 6] = ["render", "ports", "local", "aws", "run", "app"];

/// Where a room stands; the engine's come first.
fn rank(room: &str) -> usize {
    let others = || OTHERS.iter().position(|other| *other == room).map(|n| n + ENGINE.len());
    ENGINE.iter().position(|one| *one == room).or_else(others).unwrap_or_else(|| panic!("`{room}` has no rank"))
}

/// The room of a path such as `engine::model::Instance` or `run::scan`; `None` for `engine` itself.
fn room(path: &str) -> Option<&str> {
    let mut parts = path.split("::");
    match parts.next()? {
        "engine" => parts.next().filter(|room| ENGINE.contains(room)),
        other => OTHERS.contains(&other).then_some(other),
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Every file of `src`, in order.
pub(crate) fn source_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files.sort();
    files
}

/// (file, module path, path that it uses), tests and comments left out.
fn imports() -> Vec<(String, String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let path = Regex::new(r"crate::((?:\w+::)*\w+)").unwrap();
    let comment = Regex::new(r"//[^\n]*").unwrap();
    let mut found = Vec::new();
    for file in source_files() {
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let text = comment.replace_all(text, "");
        let name = file.strip_prefix(&src).unwrap().with_extension("").display().to_string();
        let module = name.replace('/', "::");
        let module = module.strip_suffix("::mod").unwrap_or(&module).to_owned();
        for used in path.captures_iter(&text) {
            found.push((name.clone(), module.clone(), used[1].to_owned()));
        }
    }
    found
}

#[test]
fn a_room_uses_only_the_rooms_before_it() {
    let (mut checked, mut upward) = (0, Vec::new());
    for (file, module, used) in imports() {
        let (Some(from), Some(to)) = (room(&module), room(&used)) else { continue };
        checked += 1;
        if rank(to) > rank(from) {
            upward.push(format!("src/{file}.rs uses `{used}`: `{to}` comes after `{from}`"));
        }
    }
    assert!(checked > 1000, "the search for imports finds only {checked}");
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_room_with_a_rank() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = |path: PathBuf| -> BTreeSet<String> {
        let entries = fs::read_dir(path).unwrap().map(Result::unwrap);
        let folders = entries.filter(|entry| entry.path().is_dir());
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let named = |rooms: &[&str]| rooms.iter().map(|room| (*room).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(folders(src.join("engine")), named(&ENGINE));
    let mut others = named(&OTHERS);
    others.insert("engine".to_owned());
    assert_eq!(folders(src), others);
}

/// Not a rule: circles between files of one room are allowed. `cargo test circles -- --nocapture` prints them.
#[test]
fn circles_within_a_room_are_printed() {
    let all = imports();
    let modules: BTreeSet<&str> = all.iter().map(|(_, module, _)| module.as_str()).collect();
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, module, used) in &all {
        let mut path = used.as_str();
        while !modules.contains(path) {
            match path.rsplit_once("::") {
                Some((parent, _)) => path = parent,
                None => break,
            }
        }
        if modules.contains(path) && path != module && room(path) == room(module) {
            uses.entry(module).or_default().insert(path);
        }
    }
    let mutual = uses.iter().flat_map(|(from, to)| to.iter().map(move |to| (*from, *to)));
    for (a, b) in mutual.filter(|(a, b)| a < b && uses.get(b).is_some_and(|back| back.contains(a))) {
        println!("{a} and {b} use each other");
    }
}
