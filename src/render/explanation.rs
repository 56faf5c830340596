//! `explain` for a terminal: every rule in order, with the facts that it evaluated and its result.

use std::fmt::Write as _;

use crate::engine::judge::Ruling;
use crate::engine::judge::explain::Asked;
use crate::engine::model::{Instance, Locale};
use crate::render::catalogue::{Label, Sentence, detail, inputs, meaning, mend, voice};
use crate::render::edge::plain;
use crate::render::words::not_armed;

/// Explains the verdict of one instance.
pub fn explanation(instance: &Instance, asked: &[Asked], ruling: &Ruling, locale: Locale) -> String {
    let (mut out, voice) = (String::new(), voice(locale));
    let verdict = &ruling.verdict;
    let not_armed = not_armed(ruling.not_armed, ruling.policy.as_deref(), locale);
    let ruled = Sentence::Ruled {
        id: &instance.id,
        name: instance.name(),
        verdict: verdict.as_str(),
        reason: verdict.reason(),
        not_armed: not_armed.as_deref(),
    };
    let _ = writeln!(out, "{}", voice.say(ruled));
    let because = Sentence::Because { meaning: meaning(verdict.reason(), locale), detail: &detail(verdict, locale) };
    let _ = writeln!(out, "  {}\n", voice.say(because));
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
