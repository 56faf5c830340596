//! What finds a wrong installation before a run does: `targets` with a wrong role, and `doctor`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::simulated::Simulated;
use super::world::Ran;

const NOON: &str = "2026-11-25T12:00:00+09:00";

/// A small organisation: what runs in the day, what is kept, what the reaper has stopped.
fn organisation(spec: &Value) -> Simulated {
    let mut all = json!({
        "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "now": NOON, "regions": ["ap-northeast-1", "us-east-1"], "usable": ["good", "old"],
        "accounts": [
            {"name": "platform"}, {"name": "shop-dev", "id": "222222222222"}, {"name": "data-dev", "id": "333333333333"},
            {"name": "empty-dev", "id": "444444444444"}, {"name": "bare-dev", "id": "555555555555"},
        ],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "tags": {"Env": "dev"},
            "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": [
            {"story": "plain", "kms-key": "good"},
            {"story": "kept", "tags": {"Env": "dev", "idle-reaper:keep": ""}},
            {"story": "elsewhere", "account": "data-dev", "region": "us-east-1", "kms-key": "old"},
            {"story": "ours", "account": "data-dev", "state": "stopped", "launch-time": "2026-11-24T09:00:00+09:00",
                "transition-reason": "User initiated (2026-11-24 12:31:00 GMT)",
                "tags": {"Env": "dev", "idle-reaper:stopped": "2026-11-24T12:30:00Z run=20261124T123000Z-1a2b3c4d policy=dev-office-hours"}},
        ],
    });
    for (key, value) in spec.as_object().unwrap() {
        all[key] = value.clone();
    }
    Simulated::of(&all)
}

/// The demo's settings, which may use the keys, and have one channel.
fn settings(world: &Simulated, topic: &Value) -> PathBuf {
    let topic = world.post("topic", topic)["arn"].as_str().unwrap().to_owned();
    let channel =
        format!("[channels.ops]\nsns = \"{topic}\"\n\n[restart]\nkms-keys = [\"arn:aws:kms:*:*:key/*\"]\n\n[busy]");
    world.settings(&[("[busy]", &channel)])
}

fn doctor(world: &Simulated, settings: &Path) -> (Ran, Value) {
    let ran = world.run(settings, &["doctor", "--at", NOON, "--format", "json"]);
    let found = ran.json();
    (ran, found)
}

/// (check, subject, places) of every problem.
fn problems(found: &Value) -> Vec<(String, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = found["problems"].as_array().unwrap().iter();
    all.map(|one| {
        assert!(one["mend"].as_str().is_some_and(|mend| mend.len() > 20), "no mend: {one}");
        assert!(one["cause"].as_str().is_some_and(|cause| !cause.is_empty()), "no cause: {one}");
        (text(&one["check"]), text(&one["subject"]), one["places"].as_array().unwrap().iter().map(text).collect())
    })
    .collect()
}

/// Every request was a read, a dry run, or the conditional write that S3 refuses; and nothing has changed.
fn did_nothing(world: &Simulated, before: &Value) {
    let meter = world.get("meter");
    for action in ["StopInstances", "StartInstances", "TerminateInstances", "CreateTags", "DeleteTags"] {
        let name = format!("ec2:{action}");
        assert_eq!(meter["calls"][&name], meter["dry-runs"][&name], "{name} was sent without a dry run: {meter}");
    }
    for (call, _) in meter["calls"].as_object().unwrap() {
        let action = call.split(':').nth(1).unwrap();
        let reads = ["Describe", "Get", "List", "AssumeRole"].iter().any(|read| action.starts_with(read));
        let tried = meter["dry-runs"].get(call).is_some() || call == "s3:PutObject";
        assert!(reads || tried, "{call}: {meter}");
    }
    assert_eq!(&snapshot(world), before);
}

fn snapshot(world: &Simulated) -> Value {
    let mut instances = world.get("instances");
    instances.as_array_mut().unwrap().sort_by_key(ToString::to_string);
    json!({"instances": instances, "objects": world.get("objects"), "heard": world.get("heard")})
}

#[test]
fn a_healthy_organisation_passes_paused_and_not_armed_too_and_nothing_is_done() {
    let world = organisation(&json!({}));
    let settings = settings(&world, &json!({"name": "ops"}));
    let before = snapshot(&world);
    let (ran, found) = doctor(&world, &settings);
    assert_eq!((ran.code, problems(&found)), (0, Vec::new()), "{found:#}");
    assert_eq!(found["health"], "ok");
    for check in [
        "accounts",
        "reading-role",
        "reading",
        "acting-role",
        "acting",
        "excess",
        "restart",
        "record",
        "pause",
        "channel",
    ] {
        assert!(found["passed"][check].as_u64() > Some(0), "{check}: {found:#}");
    }
    did_nothing(&world, &before);
    // Paused, and not armed: the same, and the pause is named.
    world.post("parameter", &json!({"name": "/idle-reaper/pause", "value": "move of the office"}));
    let text = std::fs::read_to_string(&settings).unwrap().replace("armed = true", "armed = false");
    std::fs::write(&settings, text).unwrap();
    let (ran, found) = doctor(&world, &settings);
    assert_eq!((ran.code, problems(&found)), (0, Vec::new()), "{found:#}");
    assert!(found["notes"].to_string().contains("move of the office"), "{found:#}");
    did_nothing(&world, &before);
}

#[test]
fn each_of_seven_wrong_things_is_named_with_its_mend() {
    let world = organisation(&json!({
        "excess": [
            {"account": "222222222222", "role": "IdleReaperAct", "action": "TerminateInstances"},
            {"account": "333333333333", "role": "IdleReaperRead", "action": "StopInstances"},
        ],
        "key-states": {"old": "Disabled"}, "ssm": {}, "buckets": [],
    }));
    let settings = settings(&world, &json!({"name": "ops", "subscriber": false, "pending": 1}));
    for account in ["444444444444", "555555555555"] {
        let fault = json!({"action": "AssumeRole", "account": account, "code": "AccessDenied", "status": 403,
            "message": format!("not authorized to perform sts:AssumeRole in {account}")});
        world.post("fault", &fault);
    }
    let refused = json!({"action": "StopInstances", "account": "222222222222", "role": "IdleReaperAct", "status": 403,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."});
    world.post("fault", &refused);
    let before = snapshot(&world);
    let (ran, found) = doctor(&world, &settings);
    assert_eq!(ran.code, 3);
    let problems = problems(&found);
    let of = |check: &str| problems.iter().filter(|one| one.0 == check).collect::<Vec<_>>();
    // One cause, whatever account it names: one line.
    let two = ["444444444444", "555555555555"].map(str::to_owned);
    for (check, role) in [("reading-role", "IdleReaperRead"), ("acting-role", "IdleReaperAct")] {
        assert_eq!(of(check).len(), 1, "{found:#}");
        assert_eq!((of(check)[0].1.as_str(), &*of(check)[0].2), (role, &two[..]));
    }
    let lacks = of("acting");
    assert_eq!((lacks.len(), lacks[0].1.as_str()), (1, "ec2:StopInstances"), "{found:#}");
    let excess: Vec<(&str, &[String])> = of("excess").iter().map(|one| (one.1.as_str(), &*one.2)).collect();
    let place = |place: &str| vec![place.to_owned()];
    let (stop, end) = (place("333333333333/us-east-1"), place("222222222222/ap-northeast-1"));
    assert_eq!(excess, [("ec2:StopInstances", &*stop), ("ec2:TerminateInstances", &*end)], "{found:#}");
    for check in ["restart", "record", "pause", "channel"] {
        assert_eq!(of(check).len(), 1, "{check}: {found:#}");
    }
    let causes = found["problems"].to_string();
    let pause = of("pause");
    assert_eq!(pause[0].1, "/idle-reaper/pause");
    let create = "aws ssm put-parameter --region ap-northeast-1 --name /idle-reaper/pause";
    for word in ["only if `/idle-reaper/pause` never existed there", create, "compare `acting-role`", "correct `sns`"] {
        assert!(found["problems"].to_string().contains(word), "{word}: {found:#}");
    }
    for word in ["`Disabled`", "NoSuchBucket", "ParameterNotFound", "1 not confirmed yet", "make deploy", "Acting=yes"]
    {
        assert!(causes.contains(word), "{word}: {found:#}");
    }
    did_nothing(&world, &before);
    let text = world.run(&settings, &["doctor", "--at", NOON]);
    assert_eq!(text.code, 3);
    assert!(text.out.starts_with("9 things are wrong"), "{}", text.out);
    assert!(text.out.contains("WRONG  2 accounts: the role `IdleReaperRead` cannot be assumed"), "{}", text.out);
}

#[test]
fn without_credentials_there_is_one_problem_and_a_wrong_region_is_named() {
    let world = organisation(&json!({}));
    let path = settings(&world, &json!({"name": "ops"}));
    for verb in ["doctor", "plan", "targets"] {
        let mut command = world.binary(&path);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        let ended = command.args([verb, "--at", NOON]).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(ended.status.code() == Some(1) && out.is_empty(), "{verb}: {out} {err}");
        assert!(err.contains("there are no credentials"), "{verb}: {err}");
        assert!(err.contains("sign in: set `AWS_PROFILE` or run `aws sso login`"), "{verb}: {err}");
    }
    for code in ["ExpiredToken", "InvalidClientTokenId", "UnrecognizedClientException"] {
        world.post("fault", &json!({"action": "GetCallerIdentity", "code": code, "status": 403, "message": "no"}));
        let ran = world.run(&path, &["doctor", "--at", NOON]);
        assert!(ran.code == 1 && ran.out.is_empty(), "{ran:?}");
        assert!(ran.err.contains("sign in: set `AWS_PROFILE` or run `aws sso login`"), "{ran:?}");
        world.post("fault/clear", &Value::Null);
    }
    let refused = json!({"action": "DescribeInstances", "region": "us-east-1", "code": "AuthFailure", "status": 401,
        "message": "AWS was not able to validate the provided access credentials"});
    world.post("fault", &refused);
    let (ran, found) = doctor(&world, &path);
    let wrong = problems(&found);
    assert!(ran.code == 3 && wrong.iter().any(|one| one.0 == "region"), "{found:#}");
    assert!(found.to_string().contains("correct `regions` in `[scope]`"), "{found:#}");
    assert!(wrong.iter().all(|one| one.0 != "reading"), "{found:#}");
}

#[test]
fn units_and_account_tags_that_policies_match_are_asked_for() {
    let world = organisation(&json!({}));
    let path = settings(&world, &json!({"name": "ops"}));
    let text = std::fs::read_to_string(&path).unwrap();
    let by = "match = { account-tags = [\"Tier=play\"], organizational-units = [\"ou-none-00000000\"] }";
    let policy = format!("[[policies]]\nname = \"play\"\n{by}\nschedule = \"weekdays\"\n\n[[policies]]");
    std::fs::write(&path, text.replacen("[[policies]]", &policy, 1)).unwrap();
    let refused =
        json!({"action": "ListTagsForResource", "code": "AccessDeniedException", "status": 400, "message": "no"});
    world.post("fault", &refused);
    let (ran, found) = doctor(&world, &path);
    let wrong = problems(&found);
    let subjects: Vec<&str> = wrong.iter().filter(|one| one.0 == "organization").map(|one| one.1.as_str()).collect();
    assert_eq!((ran.code, subjects), (3, vec!["organizations:ListTagsForResource", "ou-none-00000000"]), "{found:#}");
}

#[test]
fn a_record_that_is_denied_is_wrong_and_one_selected_account_is_enough() {
    for action in ["GetObject", "ListObjectsV2", "PutObject"] {
        let world = organisation(&json!({}));
        let settings = settings(&world, &json!({"name": "ops"}));
        world.post("fault", &json!({"action": action, "code": "AccessDenied", "status": 403, "message": "no"}));
        let ran = world.run(&settings, &["doctor", "--at", NOON, "--format", "json", "--account", "shop-dev"]);
        let found = problems(&ran.json());
        assert_eq!((ran.code, found.len(), found[0].0.as_str()), (3, 1, "record"), "{action}: {ran:?}");
        assert!(ran.out.contains(&format!("s3:{action}")), "{}", ran.out);
    }
    let world = organisation(&json!({}));
    let settings = settings(&world, &json!({"name": "ops"}));
    let ran = world.run(&settings, &["doctor", "--account", "nobody"]);
    assert!(ran.code == 1 && ran.err.contains("`nobody`"), "{ran:?}");
}

#[test]
fn targets_with_a_wrong_role_exits_with_3_though_the_settings_list_the_regions() {
    let world = Simulated::of_stories();
    let settings = world.settings(&[]);
    let ran = world.run(&settings, &["targets"]);
    assert_eq!(ran.code, 3, "one account of the stories refuses: {ran:?}");
    assert!(ran.out.contains("777777777777 unreachable: `sts:AssumeRole`"), "{}", ran.out);
    assert!(ran.out.contains("; 1 account cannot be scanned"), "{}", ran.out);
    let ran = world.run(&settings, &["targets", "--account", "shop-dev"]);
    assert_eq!((ran.code, ran.out.contains("unreachable")), (0, false), "{ran:?}");
    let wrong = world.settings(&[("IdleReaperRead", "IdleReaperReed")]);
    let ran = world.run(&wrong, &["targets", "--account", "shop-dev"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("role/IdleReaperReed"), "{}", ran.out);
}

#[test]
fn a_region_that_accounts_have_to_opt_into_is_noted_and_a_folder_is_a_record() {
    let world = organisation(&json!({}));
    let path = settings(&world, &json!({"name": "ops"}));
    let text = std::fs::read_to_string(&path).unwrap().replace("[scope]\n", "[scope]\nsts-region = \"ap-east-1\"\n");
    let folder = world.folder.path().join("records");
    let text = text.replace("s3://idle-reaper-records/record", folder.to_str().unwrap());
    std::fs::write(&path, text).unwrap();
    let (ran, found) = doctor(&world, &path);
    assert_eq!((ran.code, problems(&found)), (0, Vec::new()), "{found:#}");
    assert!(found["notes"].to_string().contains("ap-east-1"), "{found:#}");
    assert_eq!((found["passed"]["record"].as_u64(), folder.exists()), (Some(1), false), "nothing is made");
    std::fs::write(&folder, "a file in the place of the folder").unwrap();
    let (ran, found) = doctor(&world, &path);
    assert_eq!((ran.code, problems(&found)[0].0.as_str()), (3, "record"), "{found:#}");
}

#[test]
fn the_own_account_is_asked_with_the_rights_that_there_are() {
    let world = organisation(&json!({"instances": [
        {"story": "mine", "account": "platform", "region": "ap-northeast-1"}], "ssm": {}}));
    let path = settings(&world, &json!({"name": "ops"}));
    let text = std::fs::read_to_string(&path).unwrap();
    let text =
        text.replace("accounts = \"organization\"", "accounts = \"self\"").replace("accounts = [\"legacy-prod\"]", "");
    std::fs::write(&path, text.replace("accounts = [\"*-dev\"], ", "")).unwrap();
    let (ran, found) = doctor(&world, &path);
    let wrong = problems(&found);
    assert_eq!((ran.code, wrong.len(), wrong[0].0.as_str()), (3, 1, "pause"), "{found:#}");
    assert_eq!(world.calls()["sts:AssumeRole"], Value::Null, "a person's own rights are no excess: {found:#}");
    assert!(found["passed"]["acting"].as_u64() > Some(0), "{found:#}");
}
