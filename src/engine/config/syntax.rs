//! Text that is not TOML: messages that say what to write instead.

use toml::de::Error;

use crate::engine::config::hints::other_notation;
use crate::engine::config::reader::Source;

/// Reports text that is not TOML. If a table, such as `[policies]`, occurs twice, all of its keys occur twice too.
/// That is reported once.
pub(crate) fn complain(source: &Source<'_>, errors: &[Error]) {
    let text = source.text;
    if let Some(other) = other_notation(text).filter(|_| !errors.is_empty()) {
        let hint = "write `version = 1`, tables such as `[run]`, and a list of tables as `[[policies]]`".to_owned();
        source.complain(0..0, format!("this is {other}, and settings are written in TOML"), hint);
        return;
    }
    let mut twice = None;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let line = text.get(..span.start).map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
        let header = text.get(line..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim_start();
        let (duplicate, message) = (error.message().contains("duplicate key"), error.message().trim_end());
        let within = |from: usize| text.get(from..line).is_some_and(|rest| !rest.contains("\n["));
        if duplicate && header.starts_with('[') {
            let name = header.trim_matches(|c| c == '[' || c == ']');
            let hint = match name {
                "policies" => "write `[[policies]]`, with two brackets, at the head of each".to_owned(),
                name => format!("write all of its keys under one `[{name}]`"),
            };
            source.complain(span, format!("`[{name}]` is written more than once"), hint);
            twice = Some(line);
        } else if !(duplicate && twice.is_some_and(within)) {
            source.complain(span, message.replace('\n', "; "), None);
        }
    }
}
