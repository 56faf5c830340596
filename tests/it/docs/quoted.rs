//! Messages that the troubleshooting page quotes are those of the code.

use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

use super::{read, root};

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|end| end == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// The text of all string literals as it is shown, as far as that matters here.
fn shown() -> String {
    let mut text = String::new();
    sources(&root().join("src"), &mut text);
    let joined = Regex::new(r"\\\n\s*").unwrap().replace_all(&text, "").replace("\\\"", "\"");
    Regex::new(r"\{[\w.:]*\}").unwrap().replace_all(&joined, "…").into_owned()
}

/// `quoted` without the names of calls, codes and files that the code puts in.
fn fragments(quoted: &str) -> Vec<&str> {
    let inserted = Regex::new("`(?:sts:AssumeRole|AccessDenied|AccessDeniedException|acting\\.lock)`").unwrap();
    let parts = inserted.split(quoted).flat_map(|part| part.split('…'));
    parts.map(|part| part.trim_matches(['`', ' '])).filter(|part| part.len() > 3).collect()
}

#[test]
fn every_message_of_the_troubleshooting_page_is_one_of_the_code() {
    let page = read("docs/troubleshooting.md");
    let shown = shown();
    let blocks = page.split("```text\n").skip(1).filter_map(|block| block.split("```").next());
    let (mut checked, mut wrong) = (0, Vec::new());
    for fragment in blocks.flat_map(str::lines).flat_map(fragments) {
        checked += 1;
        if !shown.contains(fragment) {
            wrong.push(format!("no message has `{fragment}`"));
        }
    }
    assert!(checked > 30, "only {checked} fragments were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
