//! Text and data made safe for HTML: text by others is only ever shown, and data is never part of a script.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::render::edge::plain;

/// Text by others on one line, without hidden characters and without those that no document may contain.
pub(super) fn shown(text: &str) -> String {
    let is_none = |c: char| matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    plain(text).chars().map(|c| if is_none(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The same between tags, or in an attribute with quotation marks.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in shown(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Data as JSON that can stand in a `<script>` of data: it holds no `<` that could end the element.
///
/// # Errors
/// The error of the serializer.
pub(super) fn island(data: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(data)?;
    let mut out = String::with_capacity(json.len() + json.len() / 64);
    for c in json.chars() {
        // JSON has these only in its strings.
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            c => out.push(c),
        }
    }
    Ok(out)
}

/// The hash by which a content security policy allows one script or style.
pub(super) fn hash(source: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(source.as_bytes())))
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, n| bits << 8 | chunk.get(n).map_or(0, |byte| u32::from(*byte)));
        for n in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * n) & 63) as usize).filter(|_| n <= chunk.len());
            out.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in cases {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn text_by_others_is_neither_markup_nor_hidden() {
        let hostile = "</script><b a='\"'>&amp;\u{202e}\u{2028}\u{0}\u{fffe}\u{fdd0}\u{1fffe}";
        let safe = text(hostile);
        assert_eq!(safe, "&lt;/script&gt;&lt;b a=&#39;&quot;&#39;&gt;&amp;amp;\u{fffd}  \u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(island(&"</script><!--&").unwrap(), "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
    }
}
