//! Events and requests: what is understood, and that everything else is refused before anything is looked at.

use idle_reaper::engine::request::{Mode, Request, RequestInvalid, Scope, parse_at};

use crate::fake::{Ask, EVENING, World, at, instance, try_plan, with};

fn refused(text: &str) -> RequestInvalid {
    Request::parse(text).map(|request| panic!("{text} is accepted: {request:?}")).expect_err("unreachable")
}

const SCHEDULED: &str = r#"{"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event",
    "source":"aws.events","account":"123456789012","time":"2026-11-25T10:55:00Z","region":"ap-northeast-1",
    "resources":["arn:aws:events:ap-northeast-1:123456789012:rule/idle-reaper"],"detail":{}}"#;

#[test]
fn a_scheduled_event_applies_to_everything_and_its_own_time_is_only_noted() {
    let request = Request::parse(SCHEDULED).expect("a scheduled event");
    assert_eq!((request.mode, request.at, request.scope), (Mode::Apply, None, Scope::default()));
    assert_eq!(request.scheduled.as_deref(), Some("2026-11-25T10:55:00Z"));
}

#[test]
fn a_scheduled_event_may_carry_what_aws_adds_one_day() {
    let more = SCHEDULED.replacen('{', r#"{"trace-header":"Root=1-2","#, 1);
    assert_eq!(Request::parse(&more).expect("an event").mode, Mode::Apply);
}

#[test]
fn a_request_says_its_mode_and_what_it_selects() {
    let text = r#"{"mode":"plan","at":"2026-11-25T21:30:00+09:00","accounts":["shop-dev"],"regions":["us-east-1"],
        "instances":["i-1","i-2"],"policies":[]}"#;
    let request = Request::parse(text).expect("a request");
    assert_eq!((request.mode, request.at, request.scheduled), (Mode::Plan, Some(at(EVENING)), None));
    let list = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let Scope { accounts, regions, instances, policies, places: None } = request.scope else {
        panic!("no request names places in pairs")
    };
    assert_eq!((accounts, regions), (list(&["shop-dev"]), list(&["us-east-1"])));
    assert_eq!((instances, policies), (list(&["i-1", "i-2"]), Some(Vec::new())));
    assert_eq!(Request::parse(r#"{"mode":"apply"}"#).expect("a request"), Request::whole(Mode::Apply));
}

#[test]
fn everything_else_is_refused() {
    for text in [
        "",
        "null",
        "{}",
        "[]",
        "[{\"mode\":\"plan\"}]",
        "\"plan\"",
        "42",
        "{\"mode\":null}",
        "{\"mode\":\"Plan\"}",
        "{\"mode\":\"dry-run\"}",
        "{\"mode\":true}",
        "{\"mode\":[\"plan\"]}",
        "{\"mode\":\"plan\",\"mode\":\"apply\"}",
        "{\"mode\":\"apply\",\"dry_run\":true}",
        "{\"mode\":\"plan\",\"account\":[\"1\"]}",
        "{\"Mode\":\"plan\"}",
        "{\"mode\":\"plan\"} {\"mode\":\"apply\"}",
        "{\"mode\":\"plan\"",
        "{\"dry-run\":true}",
    ] {
        assert!(matches!(refused(text), RequestInvalid::NotARequest(_)), "{text}");
    }
}

#[test]
fn a_selector_that_is_written_is_a_list_of_words() {
    for selector in ["accounts", "regions", "instances", "policies"] {
        for value in ["null", "\"us-east-1\"", "{}", "[null]", "[1]", "true"] {
            let text = format!("{{\"mode\":\"apply\",\"{selector}\":{value}}}");
            assert!(matches!(refused(&text), RequestInvalid::NotARequest(_)), "{text}");
        }
    }
    assert!(matches!(refused(r#"{"mode":"plan","at":null}"#), RequestInvalid::NotARequest(_)));
}

#[test]
fn an_envelope_is_known_or_refused_and_never_mixed_with_a_mode() {
    for (text, source) in [
        (r#"{"source":"aws.ce","detail-type":"Anomaly Detected","detail":{}}"#, "aws.ce"),
        (r#"{"source":"aws.events","detail-type":"Other"}"#, "aws.events"),
        (r#"{"source":"me","detail-type":"Scheduled Event"}"#, "me"),
        (r#"{"detail-type":"Scheduled Event"}"#, ""),
        (r#"{"source":"aws.events"}"#, "aws.events"),
    ] {
        let wrong = refused(text);
        let RequestInvalid::UnknownEvent { source_name, .. } = &wrong else { panic!("{text}: {wrong}") };
        assert_eq!(source_name, source, "{text}");
    }
    let mixed = SCHEDULED.replacen('{', r#"{"mode":"plan","#, 1);
    assert!(matches!(refused(&mixed), RequestInvalid::NotARequest(_)));
    for text in [r#"{"Records":[{"body":"{}"}]}"#, r#"{"source":1,"detail-type":"Scheduled Event"}"#] {
        assert!(matches!(refused(text), RequestInvalid::NotARequest(_)), "{text}");
    }
}

#[test]
fn an_instant_has_an_offset_and_a_sane_year() {
    for (text, instant) in [
        ("2026-11-25T21:30:00+09:00", "2026-11-25T12:30:00Z"),
        ("2026-11-25T12:30:00.5Z", "2026-11-25T12:30:00.5Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("8999-12-31T23:59:59Z", "8999-12-31T23:59:59Z"),
    ] {
        assert_eq!(parse_at(text).expect(text), at(instant));
    }
    for text in [
        "",
        "now",
        "2026-11-25",
        "2026-11-25T21:30:00",
        "2026-11-25T21:30+09:00:00",
        "1969-12-31T23:59:59Z",
        "9000-01-01T00:00:00Z",
        "-2026-11-25T21:30:00Z",
        "1795609800",
    ] {
        assert!(matches!(parse_at(text), Err(RequestInvalid::At(_))), "{text}");
        assert!(Request::parse(&format!("{{\"mode\":\"plan\",\"at\":\"{text}\"}}")).is_err(), "{text}");
    }
}

#[test]
fn a_name_that_the_settings_do_not_have_is_an_error_and_no_empty_result() {
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let world = World::of([instance("i-1")]).with_account("444444444444", Some("Shop-Dev"), None);
    let asked = |scope: Scope| try_plan(&world, &with(&[]), &Ask { scope, ..Ask::at(at(EVENING)) });
    for scope in [
        Scope { policies: names(&["dev", "develop"]), ..Scope::default() },
        Scope { regions: names(&["eu-central-1"]), ..Scope::default() },
        Scope { accounts: names(&["999999999999"]), ..Scope::default() },
        Scope { accounts: names(&["shop-prod"]), ..Scope::default() },
    ] {
        let wrong = asked(scope.clone());
        assert!(matches!(wrong, Err(idle_reaper::run::Error::Request(_))), "{scope:?}: {wrong:?}");
    }
    let by_name = asked(Scope { accounts: names(&["shop-dev"]), ..Scope::default() }).expect("a plan");
    assert_eq!(by_name.rows.len(), 0);
    // An instance may have gone; that it was not seen is noted.
    let gone = asked(Scope { instances: names(&["i-gone"]), ..Scope::default() }).expect("a plan");
    assert!(gone.notes.iter().any(|note| note.contains("`i-gone`, which was not seen")), "{:?}", gone.notes);
}

#[test]
fn errors_say_what_happened_and_how_to_mend_it() {
    for (text, words) in [
        ("{}", "it has no `mode`"),
        ("[]", "it is not a JSON object"),
        (r#"{"mode":"apply","dry_run":true}"#, "unknown field `dry_run`"),
        (r#"{"source":"aws.ce","detail-type":"Anomaly Detected"}"#, "nothing was done"),
        (r#"{"mode":"plan","at":"noon"}"#, "`at` is `noon`"),
    ] {
        let said = refused(text).to_string();
        assert!(said.contains(words), "{said}");
        assert!(!said.ends_with('.') && !said.contains("RawRequest"), "{said}");
    }
}

#[test]
fn an_undo_is_a_dry_run_unless_it_says_apply_and_its_fields_go_with_no_other_mode() {
    let run = "20261125T123000Z-1a2b3c4d";
    let asked = |text: &str| Request::parse(text).expect("a request").undo.expect("an undo");
    let dry = asked(r#"{"mode":"undo","run":"20261125T123000Z-1a2b3c4d"}"#);
    assert_eq!((dry.run.as_str(), dry.apply, dry.overrides), (run, false, Default::default()));
    let whole = asked(r#"{"mode":"undo","run":"r-1","apply":true,"even-paused":true,"even-frozen":true,"regions":[]}"#);
    assert!(whole.apply && whole.overrides.even_paused && whole.overrides.even_frozen);
    for text in [
        r#"{"mode":"undo"}"#,
        r#"{"mode":"undo","run":null}"#,
        r#"{"mode":"undo","run":"r-1","apply":"true"}"#,
        r#"{"mode":"undo","run":"r-1","plan":"plans/monday.json"}"#,
        r#"{"mode":"undo","run":"r-1","acknowledge":"r-2"}"#,
        r#"{"mode":"plan","run":"r-1"}"#,
        r#"{"mode":"apply","apply":true}"#,
        r#"{"mode":"apply","even-paused":true}"#,
        r#"{"run":"r-1"}"#,
    ] {
        assert!(Request::parse(text).is_err(), "{text}");
    }
}
