//! `explain` for a terminal: every rule in order, with the facts that it evaluated and its result.

use std::fmt::Write as _;

use crate::engine::judge::Ruling;
use crate::engine::judge::explain::Asked;
use crate::engine::model::{Instance, Locale};
use crate::render::catalogue::{Label, Sentence, inputs, mend, voice};
use crate::render::edge::plain;
use crate::render::words::ruled;

/// Explains the verdict of one instance.
pub fn explanation(instance: &Instance, asked: &[Asked], ruling: &Ruling, locale: Locale) -> String {
    let (mut out, voice) = (String::new(), voice(locale));
    let [ruled, because] = ruled(instance, ruling, locale);
    let _ = writeln!(out, "{ruled}\n  {because}\n");
    let decided = asked.iter().position(|asked| asked.decides);
    for (n, one) in asked.iter().enumerate() {
        let Asked { rule, inputs: looked_at, says, decides } = one;
        let mark = match (decides, says, decided.is_some_and(|decided| n > decided)) {
            (true, ..) => "=>",
            (false, Some(_), true) => " +",
            (false, None, true) => " -",
            (false, _, false) => "  ",
        };
        let _ = writeln!(out, "{mark} {:<20} {}", rule.as_str(), plain(&inputs(looked_at, locale)));
    }
    let _ = writeln!(out, "\n{}", voice.label(Label::LegendOfRules));
    if let Some(one) = asked.iter().find(|asked| asked.decides) {
        let _ = writeln!(out, "{}", voice.say(Sentence::WouldChange { mend: mend(one.rule, locale) }));
    }
    out
}
