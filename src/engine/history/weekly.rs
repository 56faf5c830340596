//! The weekly digest: news below `at-least` is collected, and the first run of a week sends it. It is a notice like
//! any other.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The file in the record with the week of the last digests.
pub const FILE: &str = "state/weekly.json";

/// The week of the last digests, and the readers that they did not reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Weekly {
    /// The week, as the date of its Monday.
    week: NaiveDate,
    /// Readers whose channel did not accept the digest: the next run of the same week tries again.
    #[serde(default)]
    open: BTreeSet<String>,
    /// Not in the record yet.
    #[serde(skip)]
    new: bool,
}

/// Who receives the collected news from a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Gathered {
    /// No reader: it is not the first run of a week, or it covers only a part of the organisation.
    #[default]
    Held,
    /// Every reader.
    Due,
    /// These readers, in lower case; an empty name is the operator.
    DueTo(BTreeSet<String>),
}

impl Gathered {
    /// Whether this reader should receive it.
    pub fn is_due(&self, reader: &str) -> bool {
        match self {
            Self::Held => false,
            Self::Due => true,
            Self::DueTo(open) => open.contains(reader),
        }
    }
}

impl Weekly {
    /// Reads the file. If it is missing, unreadable or from a future week, collection begins now, and the news is
    /// sent next week.
    pub fn parse(text: Option<&str>, now: DateTime<Utc>, zone: Tz) -> Self {
        let begun = Self { week: monday_of(now, zone), open: BTreeSet::new(), new: true };
        let known = text.and_then(|text| serde_json::from_str::<Self>(text).ok());
        known.filter(|known| known.week <= begun.week).unwrap_or(begun)
    }

    /// The file.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Who receives the collected news from a run at `now`.
    pub fn gathered(&self, now: DateTime<Utc>, zone: Tz) -> Gathered {
        if self.week < monday_of(now, zone) {
            Gathered::Due
        } else if self.open.is_empty() {
            Gathered::Held
        } else {
            Gathered::DueTo(self.open.clone())
        }
    }

    /// The new state after a run at `now` that could not reach these readers.
    #[must_use]
    pub fn after(self, unsent: BTreeSet<String>, now: DateTime<Utc>, zone: Tz) -> Self {
        let open = match self.gathered(now, zone) {
            Gathered::Held => self.open,
            Gathered::Due => unsent,
            Gathered::DueTo(open) => open.intersection(&unsent).cloned().collect(),
        };
        Self { week: monday_of(now, zone), open, new: false }
    }
}

/// The Monday of the week of `now`, in the given time zone.
fn monday_of(now: DateTime<Utc>, zone: Tz) -> NaiveDate {
    monday(now.with_timezone(&zone).date_naive())
}

/// The Monday of the week of a date.
pub(crate) fn monday(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into())).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Tokyo;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    const WEDNESDAY: &str = "2026-11-25T20:30:00+09:00";
    const MONDAY: &str = "2026-11-30T00:10:00+09:00";

    #[test]
    fn the_first_run_of_a_week_says_what_was_gathered_and_later_ones_only_to_whom_it_did_not_reach() {
        let begun = Weekly::parse(None, at(WEDNESDAY), Tokyo);
        assert_eq!(begun.gathered(at(WEDNESDAY), Tokyo), Gathered::Held);
        assert_eq!(begun.gathered(at("2026-11-29T14:59:00Z"), Tokyo), Gathered::Held, "still Sunday in Tokyo");
        assert_eq!(begun.gathered(at(MONDAY), Tokyo), Gathered::Due);
        let ana = BTreeSet::from(["ana".to_owned()]);
        let partly = begun.after(ana.clone(), at(MONDAY), Tokyo);
        assert_eq!(Weekly::parse(Some(&partly.text()), at(MONDAY), Tokyo), partly);
        let again = partly.gathered(at("2026-12-01T09:00:00+09:00"), Tokyo);
        assert_eq!((again.is_due("ana"), again.is_due("ben")), (true, false));
        let done = partly.after(BTreeSet::from(["ben".to_owned()]), at("2026-12-01T09:00:00+09:00"), Tokyo);
        assert_eq!(done.gathered(at("2026-12-01T10:00:00+09:00"), Tokyo), Gathered::Held);
        assert_eq!(done.gathered(at("2026-12-09T10:00:00+09:00"), Tokyo), Gathered::Due, "no run on Monday");
    }

    #[test]
    fn a_file_that_cannot_be_read_or_of_a_week_to_come_begins_now() {
        for text in ["", "{}", "[]", "{\"week\":\"soon\"}", "{\"week\":\"2099-01-05\"}"] {
            let weekly = Weekly::parse(Some(text), at(WEDNESDAY), Tokyo);
            assert_eq!(weekly.gathered(at(MONDAY), Tokyo), Gathered::Due, "{text}");
        }
    }
}
