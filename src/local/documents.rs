//! Reads the files that people save as inventories: their encoding, the JSON documents in them, and what a file is
//! that holds something else.

use serde_json::{Deserializer, Value};

use crate::local::inventory::InventoryInvalid;
use crate::local::packed;

/// The JSON documents of a file, one after the other: one answer, pages that a loop appended, or NDJSON.
///
/// # Errors
/// [`InventoryInvalid`] when the file is something else, or is cut short.
pub(super) fn documents(file: &str, text: &str) -> Result<Vec<Value>, InventoryInvalid> {
    let mut rest = from_document(text);
    if !rest.starts_with(['{', '[']) {
        let (what, mend) = foreign(rest);
        return Err(InventoryInvalid::Other { file: file.to_owned(), what, mend });
    }
    let mut found = Vec::new();
    while !rest.is_empty() {
        let mut stream = Deserializer::from_str(rest).into_iter();
        match stream.next() {
            Some(Ok(value)) => found.push(value),
            Some(Err(source)) => {
                let (file, document) = (file.to_owned(), found.len() + 1);
                return Err(InventoryInvalid::NotJson { file, document, source });
            }
            None => break,
        }
        rest = rest.get(stream.byte_offset()..).map_or("", from_document);
    }
    Ok(found)
}

/// The text from its next document on. Files that were appended to each other may each begin with a byte order mark.
fn from_document(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// The text of a file in UTF-8, or in UTF-16 as PowerShell's `>` writes it, with or without a byte order mark. A
/// compressed file has none.
///
/// # Errors
/// [`InventoryInvalid`] when it is no text. A character is never replaced: it might be part of a tag that protects.
pub fn decode(file: &str, bytes: &[u8]) -> Result<String, InventoryInvalid> {
    let not_text = |why: &str, mend| {
        let (file, what) = (file.to_owned(), why.to_owned());
        Err(InventoryInvalid::Other { file, what, mend })
    };
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, odd) = bytes.as_chunks();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        match String::from_utf16(&units) {
            Ok(text) if odd.is_empty() => Ok(text),
            Ok(_) | Err(_) => not_text("is cut short or damaged UTF-16", AGAIN),
        }
    };
    match bytes {
        _ if packed::is_packed(bytes) => match packed::unpacked(bytes) {
            Ok(whole) if packed::is_packed(&whole) => not_text("is compressed with gzip twice", "unpack it once"),
            Ok(whole) => decode(file, &whole),
            Err(why) => {
                not_text(&format!("is compressed with gzip, and damaged or cut short ({why})"), "copy it again")
            }
        },
        [b'P', b'K', 3, 4, ..] => not_text("is a ZIP archive or a workbook", "unpack it; a workbook cannot be read"),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [b'{' | b'[' | b' ' | b'\r' | b'\n', 0, ..] => wide(bytes, u16::from_le_bytes),
        [0, b'{' | b'[' | b' ' | b'\r' | b'\n', ..] => wide(bytes, u16::from_be_bytes),
        _ => match str::from_utf8(bytes) {
            Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
            Err(error) => {
                let why = format!("is neither UTF-8 nor UTF-16 (byte {})", error.valid_up_to() + 1);
                not_text(&why, "save it as UTF-8")
            }
        },
    }
}

const AGAIN: &str = "save it again with `aws ec2 describe-instances --output json`";
const AS_JSON: &str = "save it with `--output json`";
pub(super) const WITHOUT_QUERY: &str = "save it again without `--query`";

/// What a text is that does not begin as JSON, and what to do about it.
fn foreign(text: &str) -> (String, &'static str) {
    let first: String = text.lines().next().unwrap_or_default().trim_end().chars().take(150).collect();
    let (lower, head) = (first.to_lowercase(), text.chars().take(2000).collect::<String>().to_lowercase());
    let begins = |starts: &[&str]| starts.iter().any(|start| lower.starts_with(start));
    let word = first.split('\t').next().unwrap_or_default();
    let in_capitals = word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase());
    let is_id = word.starts_with("i-") && word.chars().skip(2).all(|c| c.is_ascii_hexdigit());
    let key = lower.trim_start_matches("- ").split_once(':').map_or("", |(key, _)| key);
    let is_yaml = lower == "---" || !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
    let columns = |between: char| first.split(between).count();
    let separated = columns(',').max(columns(';'));
    let of_console = ["instance id", "インスタンス id"].iter().any(|name| lower.contains(name));
    let failed = ["error", "an error occurred", "unable to locate credentials", "usage: aws", "aws: error"];
    // The first that is so names it.
    let kinds = [
        (text.is_empty(), "is empty", "the command that wrote it may have failed; run it again and read what it says"),
        (begins(&["----", "+--", "|  "]), "is `--output table`", AS_JSON),
        (begins(&["<"]) && head.contains("<html"), "is a web page, perhaps the sign-in page of a proxy", AGAIN),
        (begins(&["<"]), "is XML", AGAIN),
        (begins(&failed), "is an error message", "mend what it says, and save the answer again"),
        (begins(&["- reservations:"]), "is `--output yaml-stream`", AS_JSON),
        (is_yaml, "is `--output yaml`", AS_JSON),
        (of_console && separated.max(columns('\t')) > 1, "is CSV, as the console exports it", AGAIN),
        (in_capitals || is_id || columns('\t') > 1, "is `--output text`", AS_JSON),
        (separated > 2 && !begins(&["#"]), "is CSV", AGAIN),
        (begins(&["null", "none"]), "is the answer to a `--query` that found nothing", WITHOUT_QUERY),
    ];
    let found = kinds.into_iter().find(|(is_so, ..)| *is_so);
    let (_, what, mend) = found.unwrap_or((true, "is not JSON", AGAIN));
    let quotes = begins(&failed) || found.is_none();
    (if quotes { format!("{what}; it begins with `{first}`") } else { what.to_owned() }, mend)
}

/// Answers of other commands and services, by a key that each has.
const OTHERS: &str = include_str!("documents.tsv");

/// What every instance in an answer of DescribeInstances has. What a `--query` leaves out might be what protects one.
const WHOLE: [&str; 6] = ["InstanceId", "InstanceType", "LaunchTime", "Placement", "RootDeviceType", "State"];

/// Why `value` is neither an answer, a reservation nor an instance, and what to do about it.
pub(super) fn unlike(value: &Value) -> (String, &'static str) {
    let Some(object) = value.as_object() else {
        let what = match value.as_array() {
            Some(_) => "holds an empty list, which does not say of what",
            None => "holds values that a `--query` chose, without the instances to which they belong",
        };
        return (what.to_owned(), WITHOUT_QUERY);
    };
    let has = |key: &str| object.keys().any(|known| known.eq_ignore_ascii_case(key));
    let mut others = OTHERS.lines().filter_map(|row| row.split_once('\t'));
    if let Some((_, what)) = others.find(|(key, _)| has(key)) {
        return (format!("is {what}"), AGAIN);
    }
    let missing = missing(value);
    if missing.len() < WHOLE.len() || object.keys().any(|key| key.to_lowercase().contains("instance")) {
        let missing = missing.join("`, `");
        let what = format!("holds parts of instances, as a `--query` chooses them; they lack `{missing}`");
        return (what, WITHOUT_QUERY);
    }
    let what = "holds neither a snapshot nor the output of `aws ec2 describe-instances`, which has `Reservations`";
    (what.to_owned(), AGAIN)
}

/// What an instance lacks to be a whole one. One without tags has no `Tags`, but it has everything else.
pub(super) fn missing(instance: &Value) -> Vec<&'static str> {
    let has = |key: &&str| instance.get(key).is_some();
    let untagged = ["Tags"].into_iter().filter(|_| !(has(&"ImageId") && has(&"NetworkInterfaces")));
    WHOLE.into_iter().chain(untagged).filter(|key| !has(key)).collect()
}
