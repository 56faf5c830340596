//! Patterns that are allowed, but probably do not do what their author thinks: they match nothing, or something else.

use crate::engine::config::reader::{Section, Value};

/// A doubtful pattern: the problem, and what to write instead.
type Doubt = Option<(&'static str, String)>;

impl Section<'_> {
    /// Warns about the patterns for which `doubt` returns a problem.
    pub(crate) fn check_patterns(&self, words: &[Value<'_>], doubt: impl Fn(&str) -> Doubt) {
        for word in words {
            if let Some((why, hint)) = doubt(word.text) {
                self.warn(word.span.clone(), format!("the pattern `{}` {why}", word.text), hint);
            }
        }
    }
}

const NOTHING: &str = "matches nothing";

/// A pattern over tags, `Key` or `Key=value`.
pub(crate) fn tag(text: &str) -> Doubt {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    let (name, wanted) =
        (key.trim().trim_end_matches(['!', '<', '>', '~', ':']).trim_end(), value.trim_start_matches('=').trim());
    if text.contains('=') && key.trim_end().ends_with('!') {
        let hint = format!("write `{name}={wanted}` into `without-tags`; a pattern cannot negate");
        return Some(("looks for a tag whose key ends with `!`", hint));
    }
    if text.contains('=') && (name != key || value != wanted) {
        let why = "has blanks or an operator, which are taken for part of the tag";
        return Some((why, format!("write `{name}={wanted}`")));
    }
    match text.split(':').collect::<Vec<_>>().as_slice() {
        [name, wanted] if !text.contains(['=', '/', '.', '*']) && !name.starts_with("aws") && !wanted.is_empty() => {
            let hint = format!("write `{name}={wanted}`, or `{text}=*` if this is the key");
            Some(("looks for a tag with this whole key, whatever its value", hint))
        }
        [..] if text != text.trim() => Some(("has a blank at an end", format!("write `{}`", text.trim()))),
        [..] => None,
    }
}

/// A pattern over instance types. Instance types contain a dot and no capital letters.
pub(crate) fn kind(text: &str) -> Doubt {
    let plain = text.trim().to_lowercase();
    let wild = plain.contains(['*', '?']);
    match plain.contains('.') || wild {
        false if plain.is_empty() => Some((NOTHING, "leave it out".to_owned())),
        false => Some((NOTHING, format!("write `{plain}.*` for every size"))),
        true if plain != text => Some((NOTHING, format!("write `{plain}`"))),
        true => None,
    }
}

/// A pattern over Regions.
pub(crate) fn region(text: &str, is_region: impl Fn(&str) -> bool) -> Doubt {
    let wild = text.contains(['*', '?']) && text == text.trim().to_lowercase();
    let hint = "write a Region's code, such as `ap-northeast-1`, or a pattern such as `ap-*`";
    (!wild && !is_region(text)).then(|| (NOTHING, hint.to_owned()))
}

/// A pattern over account ids and names.
pub(crate) fn account(text: &str) -> Doubt {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() != 12 {
        let hint = "an account id has twelve digits; keep the leading zeros and the quotes";
        return Some(("is no account id", hint.to_owned()));
    }
    (text.is_empty() || text != text.trim())
        .then(|| ("is empty or has a blank at an end", "write the id or the name without blanks around it".to_owned()))
}
