//! What a mark is worth: whether it counts, what becomes of it, and from when on it lets a stop pass.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::IdleDeed;
use idle_reaper::engine::evidence::idle::{Idleness, Missing, Own, Sign};
use idle_reaper::engine::history::notices::Notified;
use idle_reaper::engine::history::notices::Said;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::judge::marking::{Finding, Marking, finding, marking};
use idle_reaper::engine::judge::notice_gate::{Gate, Notice, gate};
use idle_reaper::engine::judge::owner::Reach;
use idle_reaper::engine::judge::retagged::Retag;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{ByResource, Gauge, Reason, Skipped, Verdict};
use idle_reaper::engine::model::{Lifted, Tier};
use idle_reaper::engine::rules::standing_mark::standing;
use idle_reaper::engine::tags::mark::{Mark, digest_of};

use super::case::{Case, with_policy, with_tell};
use crate::engine::judge::forgotten::telling;
use crate::fake::{Shape, at, here};
use crate::render::messages::samples::owner;

/// Idle at an hour at which its office is open, under a policy that stops for it.
fn idle() -> Case {
    let case = with_tell(Reason::Idle, Case::candidates());
    Case { settings: with_policy(&case.settings, |policy| policy.idle = IdleDeed::Stop), ..case }
}

/// The same with a mark.
fn marked(case: Case, since: DateTime<Utc>, tier: Tier) -> Case {
    let tags = digest_of(&case.instance.tags, "idle-reaper:", &[]);
    let mark = Mark { since, not_before: since + Duration::days(7), policy: "dev".into(), tier, tags, hub: None };
    Case { instance: case.instance.tag("idle-reaper:marked", &mark.to_string()), ..case }
}

fn stands(case: &Case) -> Result<DateTime<Utc>, Option<Lifted>> {
    case.seen_by_rules(|seen| standing(seen).map(|mark| mark.since))
}

#[test]
fn a_mark_counts_up_to_a_minute_ahead_of_the_clock() {
    for (ahead, counts) in [(-86_400, true), (0, true), (59, true), (60, true), (61, false), (86_400, false)] {
        let since = idle().now + Duration::seconds(ahead);
        let mut case = marked(idle(), since, Tier::Strict);
        case.instance.launch = Some(at("2026-11-01T09:00:00+09:00"));
        assert_eq!(stands(&case), if counts { Ok(since) } else { Err(Some(Lifted::Unreadable)) }, "{ahead}");
    }
}

#[test]
fn a_start_after_the_mark_lifts_it_unless_it_was_the_reapers_own() {
    let since = at("2026-11-25T10:00:00+09:00");
    let stands_with = |launch: DateTime<Utc>, seen: Option<DateTime<Utc>>| {
        let mut case = marked(idle(), since, Tier::Strict);
        case.instance.launch = Some(launch);
        let own = Own { starts: seen.into_iter().collect(), ..Own::default() };
        case.history.own = ByResource::from_iter([(here("i-1"), own)]);
        stands(&case).is_ok()
    };
    let second = Duration::seconds(1);
    assert!(stands_with(since, None), "marked in the second of its start");
    assert!(!stands_with(since + second, None));
    let launch = since + Duration::hours(1);
    for (seen, own) in [(-1, false), (0, true), (90, true), (900, true), (901, false)] {
        assert_eq!(stands_with(launch, Some(launch + Duration::seconds(seen))), own, "seen through after {seen} s");
    }
}

#[test]
fn a_start_is_own_by_its_instance_and_by_the_length_of_a_run() {
    let launch = at("2026-11-25T09:00:20+09:00");
    for (seen, own) in [(-1, false), (0, true), (900, true), (901, false)] {
        let starts = vec![launch - Duration::days(1), launch + Duration::seconds(seen), launch + Duration::days(1)];
        let own_acts = ByResource::from_iter([(here("i-1"), Own { starts, ..Own::default() })]);
        let history = History { own: own_acts, ..History::default() };
        assert_eq!(history.is_own_start(&here("i-1"), launch), own, "{seen}");
        assert!(!history.is_own_start(&here("i-2"), launch));
    }
}

#[test]
fn a_mark_of_another_tier_is_written_anew() {
    let marking = |standing: Tier, found: Tier| {
        let case = marked(idle(), at("2026-11-25T10:00:00+09:00"), standing);
        case.seen_by_rules(|seen| marking(seen, Finding::Forgotten(found)))
    };
    for (one, other) in [(Tier::Strict, Tier::Likely), (Tier::Likely, Tier::Strict)] {
        assert_eq!(marking(one, one), None);
        let Some(Marking::Put(mark)) = marking(one, other) else { panic!("{one} stays") };
        assert_eq!((mark.tier, mark.since), (other, idle().now), "its grace begins anew");
    }
}

/// What each answer about an instance means for its mark, where the rules say this.
fn findings(case: &Case, verdict: &Verdict) -> [Option<Finding>; 4] {
    let sign = Sign::ChecksFailed { at: case.now };
    let answers =
        [case.idleness.clone(), Idleness::NotAsked, Idleness::Undetermined(Missing::Launch), Idleness::Active(sign)];
    answers.map(|idleness| Case { idleness, ..case.clone() }.seen_by_rules(|seen| finding(seen, verdict)))
}

#[test]
fn life_or_a_person_lifts_the_mark_of_what_is_idle_and_says_nothing_of_what_was_not_measured() {
    let (zone, now) = (chrono_tz::Tz::Asia__Tokyo, idle().now);
    let [unknown, active] = [Some(Finding::Unknown), Some(Finding::No(Lifted::Active))];
    for (skipped, why) in [
        (Skipped::Busy { gauge: Gauge::Cpu, figure: 50.0, limit: 15.0 }, Lifted::Busy),
        (Skipped::Undone { at: now, until: None, zone }, Lifted::Restarted),
        (Skipped::RestartFight { stops: 2 }, Lifted::Restarted),
    ] {
        let of_idle = Some(Finding::No(why));
        assert_eq!(findings(&idle(), &Verdict::Skip(skipped)), [of_idle, unknown, unknown, active], "{why:?}");
    }
}

#[test]
fn only_what_its_policy_stops_is_marked() {
    let case = idle();
    let [unknown, active] = [Some(Finding::Unknown), Some(Finding::No(Lifted::Active))];
    let stopped = [Some(Finding::Forgotten(Tier::Strict)), unknown, unknown, active];
    assert_eq!(findings(&case, &case.verdict()), stopped);
    let reporting = Case { settings: with_policy(&case.settings, |policy| policy.idle = IdleDeed::Report), ..case };
    let reported = [Some(Finding::No(Lifted::NotAsked)), unknown, unknown, active];
    assert_eq!(findings(&reporting, &reporting.verdict()), reported);
}

#[test]
fn what_is_not_to_be_stopped_waits_for_nothing() {
    let case = idle();
    let shut = Gate::Shut { because: Cap::NotMarked, until: None };
    assert_eq!(
        case.seen_by_rules(|seen| gate(seen, &case.verdict(), None, None, Retag::unchanged(&Said::default()))),
        shut
    );
    let reporting = Case { settings: with_policy(&case.settings, |policy| policy.idle = IdleDeed::Report), ..case };
    let open = reporting
        .seen_by_rules(|seen| gate(seen, &reporting.verdict(), None, None, Retag::unchanged(&Said::default())));
    assert_eq!(open, Gate::Open, "{:?}", reporting.verdict());
}

#[test]
fn a_mark_that_was_written_for_later_stays_for_later() {
    let (settings, ana) = (telling(), owner("ana"));
    let policy = &*settings.policies[0];
    let reach = Reach::of(&settings, &ana).expect("a channel");
    let since = at("2026-11-25T12:00:00+09:00");
    let told = Notified {
        policy: "dev".into(),
        owner: "ana".into(),
        place: settings.owners.channels("ana")[0].1.place().into(),
        also: Vec::new(),
        binding: true,
        due: None,
        first: since,
        last: since,
        second: None,
        followed: None,
        seen: since,
        tags: None,
        changed: false,
        times: 0,
    };
    let (case, said) = (idle(), Said::default());
    let retag = case.seen_by_rules(|seen| Retag::of(seen, &said, true).differs(&told));
    assert!(!retag, "an earlier release did not keep the tags");
    let notice = Notice {
        notified: Some(&told),
        reach: Some(reach),
        policy,
        retag: Retag::unchanged(&said),
        schedule: &policy.schedule,
    };
    // Five business days after the notice it is 2 December; the mark says two days more.
    let not_before = at("2026-12-04T12:00:00+09:00");
    let tags = "1a".into();
    let mark = Mark { since, not_before, policy: "dev".into(), tier: Tier::Strict, tags, hub: None };
    let of_mark = |now| notice.of_mark(Some(&mark), now);
    let shut = |until| Gate::Shut { because: Cap::InGrace, until: Some(until) };
    assert_eq!(of_mark(at("2026-12-02T11:57:59+09:00")), shut(at("2026-12-02T12:00:00+09:00")));
    assert_eq!(of_mark(at("2026-12-02T12:00:00+09:00")), shut(not_before));
    let early = not_before - Duration::nanoseconds(1);
    assert_eq!((of_mark(early), of_mark(not_before)), (shut(not_before), Gate::Open));
    // What was announced for later still stays for that.
    let due = not_before + Duration::days(1);
    let told = Notified { due: Some(due), ..told.clone() };
    let notice = Notice { notified: Some(&told), ..notice };
    assert_eq!(notice.of_mark(Some(&mark), due - Duration::nanoseconds(1)), shut(due));
    assert_eq!(notice.of_mark(Some(&mark), due), Gate::Open);
}
