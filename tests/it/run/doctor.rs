//! The doctor's pure half: what is asked, how answers are grouped, and the request.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::doctor::{Ask, Attempt, Check, Diagnosis, Finding, Mark, Samples, Who, asks, grouped};
use idle_reaper::engine::model::{ResourceId, State, Target};
use idle_reaper::engine::request::invocation::Asked;
use idle_reaper::render::doctor_text;

fn target(n: usize) -> Target {
    Target::new(format!("{:012}", 100_000_000_000 + n), if n.is_multiple_of(2) { "eu-west-1" } else { "us-east-1" })
}

#[test]
fn causes_that_differ_in_ids_alone_are_one_and_no_key_is_hidden_behind_another() {
    let refused = |n: usize| {
        let Target { account, region } = target(n);
        let why = format!(
            "`ec2:DescribeInstances` was answered with `UnauthorizedOperation`: role/{account} in {region}. Encoded \
             authorization failure message: Zk3_{n}x9-{n}abc+{n}==  (request 5f0c7a3e-0000-4000-8000-{n:012})"
        );
        Finding::wrong(Check::Reading, "scan", Some(&target(n)), why)
    };
    let (groups, passed) = grouped((0..17).map(refused).collect());
    assert_eq!((groups.len(), groups[0].places.len(), passed.len()), (1, 17, 0));
    let other = Finding::wrong(Check::Reading, "scan", Some(&target(3)), "`ec2:DescribeInstances` was too slow");
    assert_eq!(grouped(vec![refused(1), other, refused(2)]).0.len(), 2);
    let key = |n: usize| {
        let why = format!("the key `arn:aws:kms:eu-west-1:222222222222:key/{n:08}` is `Disabled`");
        Finding::wrong(Check::Restart, "key", Some(&target(2)), why)
    };
    assert_eq!(grouped(vec![key(1), key(2), key(1)]).0.len(), 2);
    let (groups, passed) = grouped(vec![
        Finding::passed(Check::Pause, "pause", None),
        Finding::noted(Check::Sts, "sts", None, "so"),
        key(1),
    ]);
    let marks: Vec<Mark> = groups.iter().map(|group| group.mark).collect();
    assert_eq!((marks, passed[&Check::Pause]), (vec![Mark::Wrong, Mark::Noted], 1));
}

#[test]
fn what_must_be_refused_is_asked_beside_what_must_be_allowed() {
    let settings = Settings::parse("reaper.toml", crate::fake::SETTINGS).unwrap();
    let id = |name: &str| ResourceId::instance(std::sync::Arc::new(target(2)), name);
    let samples =
        Samples { plain: Some((id("i-plain"), State::Running)), kept: Some(id("i-kept")), ours: Some(id("i-ours")) };
    let asked = |who, attempt: &Attempt, name: &str| {
        let all = asks(&settings, &samples, true);
        let mut found = all.iter().filter(|ask| ask.who == who && ask.attempt == *attempt && *ask.id.name == *name);
        found.next().map(|ask| ask.needed)
    };
    assert_eq!(asked(Who::Actor, &Attempt::Stop, "i-plain"), Some(true));
    assert_eq!(asked(Who::Actor, &Attempt::Stop, "i-kept"), Some(false));
    assert_eq!(asked(Who::Actor, &Attempt::Start, "i-ours"), Some(true));
    assert_eq!(asked(Who::Actor, &Attempt::Start, "i-plain"), Some(false));
    let starting = crate::fake::with(&[("\"start-reaped\"", "\"start\"")]);
    let start = |ask: &Ask| ask.attempt == Attempt::Start && *ask.id.name == *"i-plain";
    assert!(asks(&starting, &samples, true).iter().any(|ask| start(ask) && ask.needed));
    assert_eq!(asked(Who::Actor, &Attempt::Terminate, "i-plain"), Some(false));
    assert_eq!(asked(Who::Actor, &Attempt::Tag(settings.tags.stopped.clone()), "i-plain"), Some(true));
    assert_eq!(asked(Who::Actor, &Attempt::Untag(settings.tags.keep.clone()), "i-plain"), Some(false));
    assert!(asks(&settings, &samples, true).iter().filter(|ask| ask.who == Who::Reader).all(|ask| !ask.needed));
    assert!(asks(&settings, &samples, false).iter().all(|ask| ask.who == Who::Reader));
    assert!(asks(&settings, &Samples::default(), true).is_empty());
}

#[test]
fn a_mend_names_the_settings_first_and_creates_no_second_switch() {
    let (place, why) = (target(2), "`ssm:GetParameter` was answered with `ParameterNotFound`");
    let findings = vec![
        Finding::wrong(Check::Pause, "/idle-reaper/pausing", None, why),
        Finding::wrong(Check::ActingRole, "IdleReaperAkt", Some(&place), "no"),
        Finding::wrong(Check::Region, "scan", Some(&place), "no"),
        Finding::wrong(Check::Channel, "ops", None, "no"),
        Finding {
            who: Some(Who::Actor),
            ..Finding::wrong(Check::Excess, "ec2:TerminateInstances", Some(&place), "no")
        },
    ];
    let (groups, passed) = grouped(findings);
    let (run, region) = ("20261125T123000Z-1a2b3c".into(), "eu-west-1".to_owned());
    let text = doctor_text(&Diagnosis { run, region, groups, passed, accounts: 1, targets: 1, calls: 9 });
    for part in [
        "mend  check `pause` in `[run]` and the Region `eu-west-1`; only if `/idle-reaper/pausing` never existed there, create it: \
         `aws ssm put-parameter --region eu-west-1 --name /idle-reaper/pausing --type String --value off`",
        "mend  compare `acting-role` and `external-id` in `[scope]` with the deployed roles; if they are the same, deploy the roles",
        "mend  correct `regions` in `[scope]`, or enable the Region in the account",
        "mend  correct `sns` or `slack` of the channel",
        "WRONG  1 account: the acting role may do more than it should: ec2:TerminateInstances",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_request_takes_accounts_and_regions_and_nothing_else() {
    let parse = |text: &str| Asked::parse(text);
    let Ok(Asked::Doctor(scope)) = parse(r#"{"mode":"doctor","accounts":["shop-dev"],"regions":[]}"#) else {
        panic!("a check-up");
    };
    assert_eq!((scope.accounts, scope.regions), (Some(vec!["shop-dev".to_owned()]), Some(Vec::new())));
    assert!(matches!(parse(r#"{"mode":"doctor"}"#), Ok(Asked::Doctor(scope)) if scope.is_whole()));
    for text in [
        r#"{"mode":"doctor","instances":["i-1"]}"#,
        r#"{"mode":"doctor","accounts":null}"#,
        r#"{"mode":"doctor","apply":true}"#,
        r#"{"mode":"doctor","accounts":"shop-dev"}"#,
        r#"{"mode":"doctors"}"#,
        r#"{"mode":"Doctor"}"#,
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}
