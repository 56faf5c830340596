//! What `init` proposes from the tags of an inventory: patterns over what is plainly not production.

use std::collections::BTreeMap;

use crate::engine::config::patterns;
use crate::engine::model::{TagPattern, Tags};

/// How many patterns are proposed. More are a list that nobody reads.
const MOST: usize = 24;

/// Keys that name an environment, in lower case without separators.
const KEYS: &str = "env environment envname envtype environmentname environmenttype appenv applicationenvironment \
                    deploymentenvironment deploymentstage stage systemenvironment workloadenvironment 環境";

/// Words that name no production.
const WORDS: &str = "dev devel develop development developer test tests testing tst qa qas uat stg stage staging \
                     sandbox sbx sb playground poc demo lab training integration sit perf loadtest experiment \
                     experimental tmp temporary";

/// The same words inside of Japanese text, which has no blanks.
const JAPANESE: [&str; 4] = ["開発", "検証", "テスト", "ステージング"];

/// Words that name production on their own, in the value of any tag.
const EXACTLY: [&str; 4] = ["prod", "production", "prd", "live"];

/// A tag pattern and how many instances it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The pattern, as in the settings.
    pub pattern: String,
    /// The instances.
    pub instances: usize,
}

/// Patterns, those of the most instances first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What is not production, and matches no instance that is or may be.
    pub others: Vec<Counted>,
    /// What is production.
    pub production: Vec<Counted>,
    /// Environments of which neither is plain, and those that no pattern can name.
    pub unclear: Vec<Counted>,
}

/// What a text says about an environment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Production,
    Other,
    Unclear,
}

/// Proposes patterns for instances with these tags.
pub fn propose(instances: &[&Tags]) -> Proposal {
    let mut found: BTreeMap<String, (usize, Class)> = BTreeMap::new();
    for tags in instances {
        for (pattern, class) in patterns_of(tags) {
            found.entry(pattern).or_insert((0, class)).0 += 1;
        }
    }
    let all = |wanted: Class| {
        let of = found.iter().filter(move |(_, (_, class))| *class == wanted);
        of.map(|(pattern, (instances, _))| Counted { pattern: pattern.clone(), instances: *instances })
    };
    let risky: Vec<&Tags> = instances.iter().copied().filter(|tags| may_be_production(tags)).collect();
    let by_size = |found: &mut dyn Iterator<Item = Counted>| {
        let mut found: Vec<Counted> = found.collect();
        found.sort_by(|a, b| b.instances.cmp(&a.instances).then_with(|| a.pattern.cmp(&b.pattern)));
        found
    };
    let (mut others, mut unclear) = (Vec::new(), by_size(&mut all(Class::Unclear)));
    for counted in by_size(&mut all(Class::Other)) {
        let pattern = TagPattern::exact(&counted.pattern);
        let harmless = !risky.iter().any(|tags| pattern.find(tags).is_some());
        if harmless && others.len() < MOST { &mut others } else { &mut unclear }.push(counted);
    }
    Proposal { others, production: by_size(&mut all(Class::Production)), unclear }
}

/// Why a pattern over tags should not be written, and what to write instead.
pub fn doubt(pattern: &str) -> Option<String> {
    if pattern.is_empty() || pattern.starts_with('=') {
        return Some("names no tag; write `KEY=VALUE`, such as `Env=dev`".to_owned());
    }
    patterns::tag(pattern).map(|(why, hint)| format!("{why}; {hint}"))
}

/// The patterns that an instance suggests: those of its environment, otherwise of its name.
fn patterns_of(tags: &Tags) -> Vec<(String, Class)> {
    let environment: Vec<_> = tags.iter().filter(|(key, _)| is_environment(key)).collect();
    if environment.is_empty() {
        return tags.get("Name").and_then(by_name).map(|pattern| (pattern, Class::Other)).into_iter().collect();
    }
    let one = |(key, value): (&str, &str)| {
        let pattern = format!("{key}={value}");
        let class = if is_literal(key, value) { class(value) } else { Class::Unclear };
        (pattern, class)
    };
    environment.into_iter().map(one).collect()
}

/// A pattern for names with the word of this one that names no production, at the same place: first, last or between.
fn by_name(name: &str) -> Option<String> {
    if class(name) != Class::Other || !is_literal("Name", name) {
        return None;
    }
    let separators = ['-', '_', '.', '/', ' '];
    let mut before = "";
    for part in name.split_inclusive(separators) {
        let word = part.trim_end_matches(separators);
        if class(word) == Class::Other {
            let begin = if before.is_empty() { "" } else { "*" };
            let end = if part == word { "" } else { "*" };
            let pattern = format!("Name={begin}{before}{part}{end}");
            return Some(pattern).filter(|pattern| doubt(pattern).is_none());
        }
        before = part.strip_prefix(word).unwrap_or_default();
    }
    None
}

/// Whether a pattern matches exactly this tag: no escape stands for a literal `*` or `?`, and the first `=` divides.
fn is_literal(key: &str, value: &str) -> bool {
    !key.contains(['*', '?', '=']) && !value.contains(['*', '?']) && doubt(&format!("{key}={value}")).is_none()
}

fn is_environment(key: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' ', '.'], "");
    let last = key.rsplit([':', '/']).next().unwrap_or(key);
    KEYS.split(' ').any(|known| known == plain(last))
}

/// Whether a tag or the name says production, or something that may be.
fn may_be_production(tags: &Tags) -> bool {
    let speaks = |(key, value): (&str, &str)| match is_environment(key) {
        true => class(value) != Class::Other,
        false if key.eq_ignore_ascii_case("name") => class(value) == Class::Production,
        false => words(value).iter().any(|word| EXACTLY.contains(&word.as_str())),
    };
    tags.iter().any(speaks)
}

/// The words of a text in lower case, without digits at their ends.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn class(text: &str) -> Class {
    let words = words(text);
    let is_production = |word: &str| word.contains("prod") || word.contains("prd") || word == "live";
    // `non-prod` and `nonprod` name no production, and no other `non` does: `prod-non-pci` is production.
    let before = std::iter::once("").chain(words.iter().map(String::as_str));
    let (negated, production): (Vec<_>, Vec<_>) = words
        .iter()
        .zip(before)
        .filter(|(word, _)| is_production(word))
        .partition(|(word, before)| word.starts_with("nonpr") || *before == "non");
    if !production.is_empty() || text.contains("本番") {
        Class::Production
    } else if !negated.is_empty()
        || words.iter().any(|one| WORDS.split(' ').any(|word| word == *one))
        || JAPANESE.iter().any(|one| text.contains(one))
    {
        Class::Other
    } else {
        Class::Unclear
    }
}
