//! `[busy]`: a stop is spared when the last hour was busy.

use super::complain_unknown;
use super::reader::Section;
use super::shape::Form;

/// `[busy]`
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Busy {
    /// CPU of the busiest five minutes of the last hour, in per cent, from which on a machine is busy.
    pub cpu_percent: f64,
    /// What an instance without a figure gets.
    pub unmeasured: Unmeasured,
}

/// What an instance without a figure gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmeasured {
    /// It is left alone.
    Spare,
    /// It is judged as if it were quiet.
    Ignore,
}

/// `None` where the section is absent: then the last hour is not measured.
pub(super) fn read(top: &Section<'_>) -> Option<Busy> {
    let section = top.section("busy")?;
    let cpu_percent = section.decimal("cpu-percent", 0.0, 100.0).unwrap_or(10.0);
    let unmeasured = match section.word_like("unmeasured", Form::one_of(&["spare", "ignore"])) {
        None => Unmeasured::Spare,
        Some(word) => match word.text {
            "spare" => Unmeasured::Spare,
            "ignore" => Unmeasured::Ignore,
            _ => {
                complain_unknown(&section, &word, "a way to treat what is unmeasured", ["spare", "ignore"]);
                Unmeasured::Spare
            }
        },
    };
    section.finish();
    Some(Busy { cpu_percent, unmeasured })
}
