//! One of everything that can be said, with and without what is optional: nothing is shown as its key and arguments.

use regex_lite::Regex;

use crate::engine::model::Locale;

/// Whether a text is what is shown instead of a message that cannot be rendered, or has one in it.
fn fell_back(text: &str) -> bool {
    let name = Regex::new(r"^[a-z-]+\.[a-z-]+( \{|$)").unwrap();
    name.is_match(text) || text.contains("{'") || text.contains("none") || text.contains("undefined")
}

#[test]
fn every_line_of_a_report_can_be_said_with_and_without_what_is_optional() {
    use crate::engine::model::{Action, Kind, Reason, ResourceId, Target};
    use crate::engine::schedule::DateRange;
    use crate::render::catalogue::{Counted, Effect, Figure, Sentence, voice};
    let (at, zone) = (chrono::DateTime::UNIX_EPOCH, chrono_tz::Asia::Tokyo);
    let date = at.date_naive();
    let id = &ResourceId::instance(Target::new("111111111111", "ap-northeast-1"), "i-0abc");
    let (text, range) = ("x", DateRange { first: date, last: date });
    let instances = Counted::Kinds { instances: 20, databases: 0, services: 0 };
    let counts = [(Action::Stop, 18), (Action::Hibernate, 1), (Action::Start, 1)];
    let mut all = vec![
        Sentence::Headline { mode: crate::engine::request::Mode::Plan, run: text, at, zone },
        Sentence::ToDo { action: Action::Stop, count: 1 },
        Sentence::WouldBe { action: Action::Start, count: 1 },
        Sentence::Reported { count: 1 },
        Sentence::Skipped { count: 1 },
        Sentence::Question { counts: &counts, only: None, counted: instances, accounts: 3 },
        Sentence::NearMiss { key: text, value: text, pattern: text, policy: text },
        Sentence::OthersNotSelected { count: 1, others: true },
        Sentence::NoPolicy { count: 7, found: 9, others: true },
        Sentence::EachOf { text },
        Sentence::LeftOut { list: text },
        Sentence::Figure { figure: Figure::Denied, number: text },
        Sentence::Health { word: text },
        Sentence::Refused { why: text },
        Sentence::DeferredBy { count: 1, cap: text },
        Sentence::Deferred { list: text },
        Sentence::Note { note: text },
        Sentence::Because { meaning: text, detail: text },
        Sentence::WouldChange { mend: text },
        Sentence::Ended { outcome: text, at, detail: text },
        Sentence::Frozen { range },
        Sentence::Exhausted { date },
        Sentence::NotDue { targets: 2, accounts: 1, oldest: at, zone },
        Sentence::ClosedSince { at, zone },
        Sentence::Opens { at, zone },
        Sentence::Date { date },
        Sentence::Provisional { holiday: text },
        Sentence::WorksLike { day: chrono::Weekday::Sun, hours: None },
        Sentence::WorksLike { day: chrono::Weekday::Sun, hours: Some(text) },
        Sentence::OpenOnce { period: text },
        Sentence::FrozenDay { range: DateRange { last: date.succ_opt().unwrap(), ..range } },
    ];
    for (flag, perhaps) in [(true, Some(text)), (false, None)] {
        let (name, armed) = (perhaps.unwrap_or_default(), perhaps.map(|_| flag));
        all.extend([
            Sentence::Tally {
                instances: 1,
                databases: 0,
                services: 0,
                list: name,
                effect: armed.map(|_| Effect::Dry { steps: 0 }),
            },
            Sentence::Tally { instances: 2, databases: 1, services: 3, list: name, effect: None },
            Sentence::Tally { instances: 0, databases: 2, services: 0, list: name, effect: None },
            Sentence::Undoing { run: text, undoes: text, account: perhaps, at, applied: flag },
            Sentence::Scanned { scanned: usize::from(flag), of: 2 },
            Sentence::NotInScope { account: text, name: perhaps, because: text },
            Sentence::Ruled { id, name, verdict: text, reason: Reason::Kept, not_armed: perhaps },
            Sentence::Whose { id, name },
            Sentence::Ran { run: text, at, health: perhaps },
            Sentence::Decided { verdict: text, armed, reason: text, policy: perhaps },
            Sentence::Step { action: text, not_after: perhaps.map(|_| at) },
            Sentence::PutOff { cap: text, why: perhaps },
            Sentence::ScheduleAt { name: text, open: flag, at, zone },
        ]);
    }
    for (sentence, locale) in all.iter().flat_map(|one| Locale::ALL.iter().map(move |locale| (one, *locale))) {
        let said = voice(locale).say(*sentence);
        assert!(!said.is_empty() && !fell_back(&said), "{sentence:?} in {locale}: {said}");
    }
    let ask = |only, counted| voice(Locale::En).say(Sentence::Question { counts: &counts, only, counted, accounts: 3 });
    assert_eq!(ask(Some(Kind::Instance), instances), "Stop 18, hibernate 1 and start 1 instance in 3 accounts?");
    assert_eq!(
        ask(None, Counted::Kinds { instances: 18, databases: 1, services: 1 }),
        "Stop 18, hibernate 1 and start 1 in 3 accounts: 18 instances, 1 database and 1 service?"
    );
}

#[test]
fn every_message_to_owners_and_every_amount_can_be_said() {
    use crate::engine::judge::owner::OwnedBy;
    use crate::engine::model::{Kind, Subject};
    use crate::render::catalogue::anomaly::{About, about};
    use crate::render::catalogue::money::{Phrase, Second, phrase};
    use crate::render::catalogue::{Counted, Letter, letter};
    let (at, zone, text) = (chrono::DateTime::UNIX_EPOCH, chrono_tz::Asia::Tokyo, "x");
    let month = crate::engine::model::month::Month::of(at.date_naive());
    let owners = [OwnedBy::Tag(text.to_owned()), OwnedBy::AlternateContact, OwnedBy::Unresolved(text.to_owned())];
    for (locale, perhaps) in Locale::ALL.iter().flat_map(|locale| [(*locale, Some(text)), (*locale, None)]) {
        let (count, due, name) =
            (perhaps.map_or(0, str::len), perhaps.map(|_| (at, zone)), perhaps.unwrap_or_default());
        let second = perhaps.map(|code| Second { code, amount: text, rate: text, date: at.date_naive() });
        let mut said: Vec<String> =
            [Subject::FirstStop, Subject::FirstStart, Subject::Idle, Subject::KeepEnds, Subject::Retagged]
                .map(|subject| letter(locale, Letter::What { subject, due, reminder: perhaps.is_some() }))
                .to_vec();
        said.extend(owners.iter().map(|by| letter(locale, Letter::Unheard { owner: perhaps, by })));
        let counted = Counted::Kinds { instances: count, databases: count, services: count };
        said.extend([
            letter(locale, Letter::OperatorTitle { count, counted }),
            letter(locale, Letter::Total { cost: perhaps, unknown: count, others: perhaps.is_some() }),
            letter(locale, Letter::Total { cost: Some(text), unknown: 0, others: false }),
            letter(locale, Letter::At { at, zone }),
            letter(locale, Letter::Further { count }),
            letter(locale, Letter::ForgottenTitle { owner: text }),
            letter(
                locale,
                Letter::MorningTitle { owner: perhaps, started: 1, of: 2, others: perhaps.is_some(), counted },
            ),
            letter(
                locale,
                Letter::Morning { account: text, name: perhaps, started: 1, of: 2, without: count, at, zone },
            ),
            letter(locale, Letter::NotStarted { id: text, name, region: text, why: text, deferred: perhaps.is_some() }),
            letter(locale, Letter::MoreNotStarted { count }),
            letter(locale, Letter::Retried { databases: true, services: true }),
            letter(locale, Letter::KeepTag { id: text, name, place: text, key: text, value: text }),
            letter(locale, Letter::KeepNew),
            letter(locale, Letter::KeepReplaces { before: text, shorter: perhaps.is_some(), unreadable: true }),
            letter(locale, Letter::KeepReplaces { before: text, shorter: false, unreadable: false }),
            letter(locale, Letter::KeptForGood { key: text }),
            letter(locale, Letter::KeepWritten),
            letter(locale, Letter::KeepUnverified { why: text }),
            letter(locale, Letter::KeepFailed { why: text }),
            letter(locale, Letter::KeepQuestion { count, shorter: count, others: perhaps.is_some() }),
            letter(
                locale,
                Letter::Unanswered {
                    account: text,
                    name: perhaps,
                    month,
                    owner: text,
                    sent: due,
                    second: perhaps.is_some(),
                },
            ),
            letter(locale, Letter::Answers { month, confirmed: count, of: count }),
            letter(
                locale,
                Letter::NoAnswer {
                    account: text,
                    owner: name,
                    has_channel: perhaps.is_some(),
                    unsent: true,
                    failures: 1,
                    is_reminded: true,
                    is_escalated: perhaps.is_some(),
                },
            ),
            letter(locale, Letter::WasAnswered { month, by: perhaps }),
            phrase(locale, Phrase::Amount { usd: text, second }),
            phrase(locale, Phrase::Title { account: text, name: perhaps, month }),
            phrase(locale, Phrase::Taken { at, zone }),
            phrase(locale, Phrase::Runs { count, amount: text, whole: false }),
            phrase(
                locale,
                Phrase::Unconfirmed { id: text, name, region: text, since: due.map(|_| at), zone, cost: text },
            ),
            phrase(locale, Phrase::OwnCost { metrics: 1, amount: perhaps }),
            phrase(locale, Phrase::Realised { month, amount: text, hours: text, unknown_hours: perhaps }),
            about(locale, About::Head { id: text, what: perhaps, impact: perhaps, since: perhaps }),
            about(locale, About::Foreign { service: perhaps, account: perhaps, region: perhaps }),
            about(
                locale,
                About::Place {
                    account: text,
                    region: text,
                    running: count,
                    cost: text,
                    databases: true,
                    services: perhaps.is_some(),
                },
            ),
            about(locale, About::Unlisted { account: text, region: text, kind: Kind::Service, cause: text }),
            about(locale, About::Instance { id: text, name, kind: text, since: perhaps, owner: text, cost: perhaps }),
        ]);
        for text in said {
            assert!(!text.is_empty() && !fell_back(&text), "{locale}: {text}");
        }
    }
}

#[test]
fn every_reason_not_to_undo_and_every_remark_can_be_said() {
    use crate::engine::model::{Because, OutcomeKind, Remark, Starter, State, Stopped};
    use crate::engine::undo::{Finding, WhyNot};
    use crate::render::catalogue::{finding, remark};
    let (at, text) = (chrono::DateTime::UNIX_EPOCH, || "x".to_owned());
    let stopped = Stopped { at, run: text(), because: Because::Idle };
    let by = Starter::Person("ana".into());
    let remarks = [
        Remark::Aged { since: at },
        Remark::StillWanted { since: at },
        Remark::UnknownTag { key: text(), meant: None },
        Remark::UnknownTag { key: text(), meant: Some(text()) },
        Remark::Holds(stopped.clone()),
        Remark::ScalingSuspended(stopped.clone()),
        Remark::StartedAgain { stopped, at, by },
    ];
    let findings = [WhyNot::NotStopped(OutcomeKind::Failed), WhyNot::Up(State::Running), WhyNot::OtherRun(text())];
    for locale in Locale::ALL {
        let said = remarks.iter().map(|one| remark(one, chrono_tz::Asia::Tokyo, *locale));
        for text in said.chain(findings.iter().map(|why| finding(&Finding::Left(why.clone()), *locale))) {
            assert!(!fell_back(&text), "{locale}: {text}");
        }
    }
    for kind in OutcomeKind::ALL {
        let said = finding(&Finding::Left(WhyNot::NotStopped(*kind)), Locale::En);
        assert_eq!(said, format!("that run did not stop it: `{}`", kind.as_str()));
    }
    assert!(fell_back("skipped.new-rule") && fell_back("skipped.kept {'key': 'x'}"));
}

#[test]
fn every_line_about_a_forgotten_resource_can_be_said() {
    use crate::engine::model::WhyUnused;
    use crate::render::catalogue::forgotten::{Remnant, remnant, unused};
    let (text, after, date) = ("x", chrono::Duration::days(14), chrono::DateTime::UNIX_EPOCH.date_naive());
    let remnants = [
        Remnant::Head { count: 2, amount: text, caveat: text },
        Remnant::Further { count: 1 },
        Remnant::Besides { count: 1, list: text },
        Remnant::Young { count: 1, after: Some(after) },
        Remnant::Young { count: 1, after: None },
        Remnant::Running { count: 1, amount: text },
        Remnant::Terminates,
        Remnant::Kept { count: 2 },
        Remnant::Managed { count: 1, example: text },
        Remnant::Unconfirmed { count: 1 },
        Remnant::Attached,
        Remnant::Advice { count: 1, amount: text },
        Remnant::Standby { count: 2, amount: text },
        Remnant::NotScanned { kind: text, targets: 2, example: text, cause: text },
        Remnant::Waiting { targets: 1 },
        Remnant::Since { date, at_least: true },
        Remnant::Untouched { keep: text },
        Remnant::Line { id: text, name: "", region: text, why: text, since: text, cost: text },
    ];
    let of_stopped = |by_reaper| WhyUnused::OfStopped { instance: "i-1".into(), others: Box::default(), by_reaper };
    let no_traffic = |routed| WhyUnused::NoTraffic { days: 32, routed };
    let causes = [
        WhyUnused::Unattached,
        WhyUnused::Unassociated,
        of_stopped(true),
        of_stopped(false),
        no_traffic(true),
        no_traffic(false),
        WhyUnused::NoTargets { days: 14 },
        WhyUnused::NoNodes,
        WhyUnused::Running { members: 2, since: None, closed_hours: Some(9), all_closed: true, kept: false },
        WhyUnused::Running { members: 1, since: None, closed_hours: None, all_closed: false, kept: false },
    ];
    for locale in Locale::ALL {
        let said = remnants.iter().map(|one| remnant(*locale, *one));
        for said in said.chain(causes.iter().map(|why| unused(*locale, why))) {
            assert!(!fell_back(&said), "{locale:?}: {said}");
        }
    }
}
