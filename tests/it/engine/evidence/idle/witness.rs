//! Who was seen active is not measured again before it could be idle.

use chrono::Duration;
use idle_reaper::engine::evidence::idle::{Idleness, Metric, Sign};
use idle_reaper::engine::evidence::witness::{Sighting, Witness};

use super::samples::Case;
use crate::fake::here;

fn seen(case: &Case) -> Sighting {
    Sighting::of(&case.instance, &case.answer()).expect("a sighting")
}

fn file(case: &Case) -> String {
    Witness::default().after(&[seen(case)], &case.settings, case.now)
}

fn speaks(case: &Case, text: &str, later: Duration) -> Option<Idleness> {
    Witness::parse(text).speaks(&case.instance, &case.settings, case.now + later)
}

#[test]
fn a_peak_spares_the_measuring_until_it_has_left_the_decision_window() {
    let case = Case::idle().with(Metric::Cpu, Duration::hours(5), 30.0);
    let case =
        Case { settings: idle_reaper::engine::config::Idle { burst_percent: 90.0, ..case.settings.clone() }, ..case };
    let text = file(&case);
    assert!(matches!(speaks(&case, &text, Duration::days(13)), Some(Idleness::Active(Sign::Witnessed { .. }))));
    assert_eq!(speaks(&case, &text, Duration::days(14)), None);
    let Idleness::Active(sign) = speaks(&case, &text, Duration::zero()).unwrap() else { panic!() };
    assert_eq!(sign.as_str(), "cpu-peak");
}

#[test]
fn a_burst_spares_for_the_veto_window_until_somebody_starts_it() {
    let case = Case::idle().with_burst(Duration::days(16), 70.0);
    let text = file(&case);
    assert!(speaks(&case, &text, Duration::days(18)).is_some());
    assert_eq!(speaks(&case, &text, Duration::days(21)), None);
    let again = case.clone().being(|it| it.launch = Some(case.now));
    assert_eq!(speaks(&again, &text, Duration::zero()), None, "the decision window has gone by since the burst");
    let recent = Case::idle().with_burst(Duration::days(2), 70.0);
    let again = recent.clone().being(|it| it.launch = Some(recent.now));
    assert!(speaks(&again, &file(&recent), Duration::days(10)).is_some(), "a changed launch is a sign of life too");
}

#[test]
fn what_cannot_be_dated_bears_no_witness() {
    let spent = Case::idle().being(|it| it.kind = "t3.nano".into()).newest(Metric::Credits, 50, 0.0);
    assert_eq!(Sighting::of(&spent.instance, &spent.answer()), None);
    for case in [Case::idle(), Case::idle().gap(Metric::Cpu)] {
        assert_eq!(Sighting::of(&case.instance, &case.answer()), None);
    }
    // Loud hours are dated by the one that makes too many of them even for a machine that never stops.
    let few = Case::idle().started(Case::idle().now - Duration::hours(70)).newest(Metric::CpuOverVeto, 5, 10.0);
    assert!(matches!(few.sign(), Sign::Cpu { at: None, .. }), "{:?}", few.sign());
    let many = Case::idle().newest(Metric::Cpu, 50, 10.0);
    let Sign::Cpu { at: Some(at), .. } = many.sign() else { panic!() };
    assert_eq!((many.now - at).num_minutes(), 9 * 60 + 30, "the eleventh hour, of 337, is one too many");
}

#[test]
fn an_instance_is_never_skipped_when_it_could_be_idle() {
    // Whatever was loud, once the sighting no longer holds it may be idle; while it holds, it is not.
    for (part, cpu) in [(4, 6.0), (10, 8.0), (50, 14.0), (100, 5.0)] {
        let case = Case::idle().newest(Metric::Cpu, part, cpu);
        let at = case.sign().at().unwrap();
        let held = at + case.settings.decision - case.now;
        let loud_for = |later: Duration| {
            let mut then = Case::idle();
            let points = then.points[1].as_mut().unwrap();
            let shift = usize::try_from(later.num_hours()).unwrap();
            let old = case.points[1].as_ref().unwrap();
            for (n, point) in points.iter_mut().enumerate() {
                point.1 = old.get(n + shift).map_or(0.8, |old| old.1);
            }
            then.answer()
        };
        assert!(matches!(loud_for(held - Duration::hours(1)), Idleness::Active(_)), "{part} {cpu}");
        assert!(matches!(loud_for(held + Duration::hours(1)), Idleness::Idle(_)), "{part} {cpu}");
    }
}

#[test]
fn a_line_that_cannot_be_read_is_not_known_and_spoils_no_other() {
    let case = Case::idle().with_burst(Duration::days(2), 70.0);
    let good = file(&case);
    let odd = format!("{{\"id\": 7}}\n\nnonsense\n{good}{{\"id\":\"i-2\"");
    assert!(speaks(&case, &odd, Duration::zero()).is_some());
    assert_eq!(Witness::parse("nonsense\n{}"), Witness::default());
    assert_eq!(Witness::parse(""), Witness::default());
}

#[test]
fn what_lies_in_the_future_was_not_written_by_the_reaper() {
    let case = Case::idle();
    let forged =
        Sighting { id: here("i-1"), launch: case.now, at: case.now + Duration::days(900), what: "cpu-peak".into() };
    let text = serde_json::to_string(&forged).unwrap();
    assert_eq!(speaks(&case, &text, Duration::zero()), None);
    assert_eq!(Witness::parse(&text).after(&[], &case.settings, case.now), "");
}

#[test]
fn what_no_longer_holds_leaves_the_file_and_the_newer_sighting_stays() {
    let case = Case::idle().with_burst(Duration::days(2), 70.0);
    let text = file(&case);
    assert_eq!(Witness::parse(&text).after(&[], &case.settings, case.now), text);
    assert_eq!(Witness::parse(&text).after(&[], &case.settings, case.now + Duration::days(40)), "");
    let newer = Case::idle().with_burst(Duration::hours(9), 70.0);
    let both = Witness::parse(&text).after(&[seen(&newer)], &case.settings, case.now);
    assert_eq!(both, file(&newer));
}

#[test]
fn a_sighting_holds_to_the_last_second_before_a_whole_window_has_gone_by() {
    let second = Duration::seconds(1);
    for (case, days) in [
        (Case::idle().with(Metric::Cpu, Duration::hours(5), 18.0), 14),
        (Case::idle().with_burst(Duration::hours(5), 70.0), 35),
    ] {
        let (text, sight) = (file(&case), seen(&case));
        let over = sight.at + Duration::days(days) - case.now;
        assert!(speaks(&case, &text, over - second).is_some() && speaks(&case, &text, over).is_none(), "{days}");
        let kept = |later| Witness::parse(&text).after(&[], &case.settings, case.now + later);
        assert_eq!((kept(over - second), kept(over)), (text.clone(), String::new()), "{days}");
        let looked = |now| Case { now, ..case.clone() }.answer();
        assert!(!matches!(looked(case.now + over - second), Idleness::Idle(_)), "{days}");
    }
}
