//! `explain` for a terminal: every rule in order, what it looked at, what it says.

use std::fmt::Write as _;

use super::detail;
use crate::decide::explain::Asked;
use crate::words::{Instance, Verdict};

/// Why one instance is judged as it is.
pub fn explanation(instance: &Instance, asked: &[Asked], verdict: &Verdict, armed: bool) -> String {
    let mut out = String::new();
    let name = if instance.name().is_empty() { String::new() } else { format!(" ({})", instance.name()) };
    let keys = match (verdict.action(), armed) {
        (None, _) => "",
        (Some(_), true) => ", armed",
        (Some(_), false) => ", not armed: nothing is done",
    };
    let _ = writeln!(
        out,
        "{}{name} in {}: {}{keys}, by the rule `{}`",
        instance.id,
        instance.target,
        verdict.as_str(),
        verdict.reason()
    );
    let _ = writeln!(out, "  {}\n", detail(verdict));
    let decided = asked.iter().position(|asked| asked.decides);
    for (n, one) in asked.iter().enumerate() {
        let Asked { rule, inputs, says, decides, mend: _ } = one;
        let mark = match (decides, says, decided.is_some_and(|decided| n > decided)) {
            (true, ..) => "=>",
            (false, Some(_), true) => " +",
            (false, None, true) => " -",
            (false, _, false) => "  ",
        };
        let _ = writeln!(out, "{mark} {:<20} {inputs}", rule.as_str());
    }
    let _ =
        writeln!(out, "\n=> decides; + would decide the same or otherwise if nothing above did; - would not decide");
    if let Some(one) = asked.iter().find(|asked| asked.decides) {
        let _ = writeln!(out, "What would change it: {}.", one.mend);
    }
    out
}
