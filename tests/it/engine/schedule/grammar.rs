//! The grammar of schedule expressions, word by word as the contract has it.

use chrono::Weekday;
use chrono_tz::Tz;
use idle_reaper::engine::schedule::{Expr, ExprError, Hours};

use super::reference::schedule;
use crate::fake::at;

fn accepted(text: &str) -> Expr {
    Expr::parse(text).unwrap_or_else(|wrong| panic!("`{text}`: {wrong}"))
}

/// The days on which the only window begins, and its minutes.
fn window(text: &str) -> (Vec<Weekday>, u16, u16) {
    let Hours::Windows(windows) = accepted(text).hours else { panic!("`{text}` has no windows") };
    assert_eq!(windows.len(), 1, "`{text}`");
    let week = std::iter::successors(Some(Weekday::Mon), |day| Some(day.succ())).take(7);
    (week.filter(|day| windows[0].days.contains(*day)).collect(), windows[0].begin, windows[0].end)
}

#[test]
fn constants_are_open_always_or_never() {
    assert_eq!(accepted("always"), Expr { hours: Hours::Always, zone: None });
    assert_eq!(accepted("closed"), Expr { hours: Hours::Closed, zone: None });
}

#[test]
fn days_are_single_ranged_dotted_and_in_any_case() {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    for (days, expected) in [
        ("mon", vec![Mon]),
        ("MON", vec![Mon]),
        ("mon-fri", vec![Mon, Tue, Wed, Thu, Fri]),
        ("Mon-FRI", vec![Mon, Tue, Wed, Thu, Fri]),
        ("fri-mon", vec![Mon, Fri, Sat, Sun]),
        ("sun-sat", vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun]),
        ("mon-sun", vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun]),
        ("tue-mon", vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun]),
        ("wed-wed", vec![Wed]),
        ("mon.thu", vec![Mon, Thu]),
        ("thu.mon.thu", vec![Mon, Thu]),
        ("sat-mon.wed.thu-fri", vec![Mon, Wed, Thu, Fri, Sat, Sun]),
    ] {
        assert_eq!(window(&format!("{days} 09:00-18:00")).0, expected, "{days}");
    }
}

#[test]
fn times_have_two_digits_and_may_run_into_the_next_day() {
    for (hours, begin, end) in [
        ("09:00-18:00", 540, 1080),
        ("00:00-24:00", 0, 1440),
        ("all-day", 0, 1440),
        ("18:00-24:00", 1080, 1440),
        ("18:00-00:00", 1080, 1440),
        ("20:00-05:00", 1200, 300),
        ("23:59-00:01", 1439, 1),
        ("00:01-00:00", 1, 1440),
        ("10:00-09:59", 600, 599),
    ] {
        assert_eq!(window(&format!("mon {hours}")), (vec![Weekday::Mon], begin, end), "{hours}");
    }
}

#[test]
fn windows_are_joined_and_a_zone_comes_last() {
    let expr = accepted("mon-fri 09:00-12:00 + mon-fri 13:00-18:00 + sat all-day @ America/Argentina/Buenos_Aires");
    assert_eq!(expr.zone, Some(Tz::America__Argentina__Buenos_Aires));
    assert_eq!(
        expr.hours.to_string(),
        "mon.tue.wed.thu.fri 09:00-12:00 + mon.tue.wed.thu.fri 13:00-18:00 + sat all-day"
    );
    assert_eq!(accepted("mon 09:00-18:00 @ UTC").zone, Some(Tz::UTC));
    assert_eq!(accepted("mon 09:00-18:00 @ Etc/GMT+9").zone, Some(Tz::Etc__GMTPlus9));
}

#[test]
fn what_is_read_is_written_so_that_it_reads_the_same() {
    for text in ["always", "closed", "fri-mon 22:00-06:00", "mon.wed all-day + sun 00:00-00:01", "mon 18:00-00:00"] {
        let hours = accepted(text).hours;
        assert_eq!(accepted(&hours.to_string()).hours, hours, "{text}");
    }
}

#[test]
fn everything_else_is_refused_with_the_part_that_is_wrong() {
    let refused = |text: &str| Expr::parse(text).expect_err(text);
    assert_eq!(refused(""), ExprError::Empty);
    assert_eq!(refused(&"x".repeat(2000)), ExprError::TooLong(2000));
    assert_eq!(refused("mon 09:00-18:00 @ Tokyo"), ExprError::Zone("Tokyo".into()));
    assert_eq!(refused("mon 09:00-18:00 @ asia/tokyo"), ExprError::Zone("asia/tokyo".into()));
    assert_eq!(refused("mon 09:00-18:00 @ "), ExprError::Zone(String::new()));
    assert_eq!(refused("mon 09:00-18:00 @ UTC @ UTC"), ExprError::Zone("UTC @ UTC".into()));
    assert_eq!(refused("always @ Asia/Tokyo"), ExprError::ZoneOnConstant("always"));
    assert_eq!(refused("closed @ Asia/Tokyo"), ExprError::ZoneOnConstant("closed"));
    assert_eq!(refused("mon 09:00-09:00"), ExprError::EqualEnds("09:00-09:00".into()));
    assert_eq!(refused("mon 00:00-00:00"), ExprError::EqualEnds("00:00-00:00".into()));
    assert_eq!(refused("mon 24:00-06:00"), ExprError::BeginsAtMidnightsEnd);
    assert_eq!(refused("mon 24:00-24:00"), ExprError::BeginsAtMidnightsEnd);
    for (text, part) in
        [("noday 09:00-18:00", "noday"), ("monday 09:00-18:00", "monday"), ("mon-fri-sun 09:00-18:00", "fri-sun")]
    {
        assert_eq!(refused(text), ExprError::Day(part.into()));
    }
    for (text, part) in [
        ("mon 9:00-18:00", "9:00"),
        ("mon 09:00-18:60", "18:60"),
        ("mon 09:00-24:01", "24:01"),
        ("mon 09:00-99:00", "99:00"),
        ("mon 09.00-18:00", "09.00"),
        ("mon 09:00-", ""),
        ("mon +9:00-18:00", "+9:00"),
        ("mon ０９:00-18:00", "０９:00"),
    ] {
        assert_eq!(refused(text), ExprError::Time(part.into()), "{text}");
    }
}

#[test]
fn never_is_refused_with_what_it_can_mean() {
    for text in ["never", "Never", "NEVER", " never ", "never @ Asia/Tokyo", "never @ UTC"] {
        let wrong = Expr::parse(text).expect_err(text);
        assert_eq!(wrong, ExprError::Never, "{text}");
        let said = wrong.to_string();
        assert!(["`closed`", "`always`", "`keep`"].iter().all(|word| said.contains(word)), "{said}");
    }
}

#[test]
fn an_expression_may_be_1024_characters_long() {
    let of = |days: usize| {
        let first = format!("mon{} 09:00-18:00", ".mon".repeat(days));
        format!("{first}{} @ Asia/Tokyo", " + mon 09:00-18:00".repeat(54))
    };
    assert_eq!(of(6).len(), 1024);
    assert_eq!(accepted(&of(6)).zone, Some(Tz::Asia__Tokyo));
    assert_eq!(Expr::parse(&of(7)), Err(ExprError::TooLong(1028)));
}

#[test]
fn gaps_that_are_not_exactly_one_space_are_refused() {
    for text in [
        " mon 09:00-18:00",
        "mon 09:00-18:00 ",
        "mon  09:00-18:00",
        "mon\t09:00-18:00",
        "mon 09:00 - 18:00",
        "mon - fri 09:00-18:00",
        "mon. tue 09:00-18:00",
        "mon 09:00-18:00+tue 09:00-18:00",
        "mon 09:00-18:00 +  tue 09:00-18:00",
        "mon 09:00-18:00 + ",
        "+ mon 09:00-18:00",
        "mon 09:00-18:00@Asia/Tokyo",
        "mon 09:00-18:00  @ Asia/Tokyo",
        "mon 09:00-18:00 @  Asia/Tokyo",
        "mon 09:00-18:00 @ Asia/Tokyo ",
        "always ",
        "Always",
        "ALL-DAY",
        "mon ALL-DAY",
        "mon",
        "mon ",
        "09:00-18:00",
        ".mon 09:00-18:00",
        "mon. 09:00-18:00",
        "mon..tue 09:00-18:00",
        "mon- 09:00-18:00",
        "-mon 09:00-18:00",
        "mon 09:00-18:00; tue 09:00-18:00",
        "mon 09:00-18:00\n",
        "always + mon 09:00-18:00",
        "mon-fri 09:00-18:00 + never",
        "mon-fri 09:00-18:00 + closed",
        "Closed",
        "closed ",
        "1/10",
        "31W",
    ] {
        assert!(Expr::parse(text).is_err(), "`{text}` is accepted");
    }
}

#[test]
fn the_first_minute_is_open_and_the_last_is_not() {
    let office = schedule("mon-fri 09:00-18:00", Tz::Asia__Tokyo);
    for (instant, open) in [
        ("2026-11-25T08:59:59.999+09:00", false),
        ("2026-11-25T09:00:00+09:00", true),
        ("2026-11-25T17:59:59.999+09:00", true),
        ("2026-11-25T18:00:00+09:00", false),
        ("2026-11-28T12:00:00+09:00", false),
    ] {
        assert_eq!(office.is_open(at(instant)), open, "{instant}");
    }
    let weekend = schedule("fri-mon 22:00-06:00", Tz::Asia__Tokyo);
    for (instant, open) in [
        ("2026-11-27T21:59:00+09:00", false),
        ("2026-11-27T22:00:00+09:00", true),
        ("2026-11-28T05:59:00+09:00", true),
        ("2026-11-28T06:00:00+09:00", false),
        ("2026-12-01T05:59:00+09:00", true), // Monday's window, on Tuesday
        ("2026-12-01T22:00:00+09:00", false),
        ("2026-11-27T05:00:00+09:00", false), // Thursday has none
    ] {
        assert_eq!(weekend.is_open(at(instant)), open, "{instant}");
    }
    let saturday = schedule("sat all-day", Tz::Asia__Tokyo);
    for (instant, open) in [
        ("2026-11-27T23:59:00+09:00", false),
        ("2026-11-28T00:00:00+09:00", true),
        ("2026-11-28T23:59:00+09:00", true),
        ("2026-11-29T00:00:00+09:00", false),
    ] {
        assert_eq!(saturday.is_open(at(instant)), open, "{instant}");
    }
}
