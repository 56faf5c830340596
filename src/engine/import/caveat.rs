//! The names of what no translation can hide.

/// A way in which this tool and another one differ although the hours are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caveat {
    /// Others act at an instant, this tool for as long as the hours are closed.
    EdgesAndLevels,
    /// Others start everything in the morning, this tool what it stopped.
    Mornings,
    /// Both act at the same time.
    TwoTools,
    /// Only a stop or only a start is known.
    OneSided,
    /// A value that is not understood exactly.
    Unreadable,
    /// A rule protects the instance here.
    Protected,
    /// Clocks change.
    ClockChange,
}

impl Caveat {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EdgesAndLevels => "edges-and-levels",
            Self::Mornings => "mornings",
            Self::TwoTools => "two-tools",
            Self::OneSided => "one-sided",
            Self::Unreadable => "unreadable",
            Self::Protected => "protected",
            Self::ClockChange => "clock-change",
        }
    }

    /// What it means.
    pub fn text(self) -> &'static str {
        match self {
            Self::EdgesAndLevels => {
                "the old tool acts once, at the hour of a stop or a start, and what a person starts in between runs \
                 until the next stop; idle-reaper stops what runs outside its hours, after its `overtime`"
            }
            Self::Mornings => {
                "the old tool starts everything that has the tag; idle-reaper starts what it stopped itself. Switch over \
                 during open hours, or nobody starts on the first morning what the old tool stopped; or write \
                 `at-opening = \"start\"`, which starts what others stopped, too"
            }
            Self::TwoTools => {
                "while both act, one starts what the other stops; switch the old tool off first, and enforce \
                 idle-reaper's policy second"
            }
            Self::OneSided => {
                "a schedule or a policy that only stops, or only starts, gives no hours; it is not translated, or \
                 nothing is started under it"
            }
            Self::Unreadable => {
                "Cloud Custodian acts at its default hours on a value that it cannot read; idle-reaper skips the \
                 instance and reports it"
            }
            Self::Protected => "a rule of idle-reaper protects the instance, which the old tool stops",
            Self::ClockChange => {
                "an hour that clocks skip or repeat: the old tool skips or repeats its action; idle-reaper acts by \
                 whether the hours are open"
            }
        }
    }
}
