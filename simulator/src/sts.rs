//! STS: sessions of roles, and the caller's identity.

use crate::answer::{Answer, Refusal};
use crate::calls::unknown;
use crate::request::Call;
use crate::world::{Session, World};

/// The maximum duration of a session: an hour of real time.
const LASTS: chrono::Duration = chrono::Duration::hours(1);

pub(crate) fn refusal(world: &World, call: &Call) -> Option<Refusal> {
    let arn = call.param("RoleArn").unwrap_or_default();
    let (account, role) = (call.entered().unwrap_or_default(), arn.rsplit('/').next().unwrap_or_default());
    let roles: Vec<&String> = [&world.spec.reading_role, &world.spec.acting_role].into_iter().flatten().collect();
    let stranger = !world.known.contains(account) || !(roles.is_empty() || roles.iter().any(|one| *one == role));
    let wrong_id = world.spec.external_id.is_some() && call.param("ExternalId") != world.spec.external_id.as_deref();
    if !stranger && !wrong_id && !world.closed.contains(account) {
        return None;
    }
    let caller = format!("arn:aws:iam::{}:user/idle-reaper", call.account);
    let words = format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}");
    Some(Refusal::new(403, "AccessDenied", words))
}

pub(crate) fn work(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    match call.action.as_str() {
        "AssumeRole" => Ok(assume(world, call)),
        "GetCallerIdentity" => {
            let account = &call.account;
            let who = match &call.role {
                Some(role) => format!("arn:aws:sts::{account}:assumed-role/{role}/session"),
                None => format!("arn:aws:iam::{account}:user/idle-reaper"),
            };
            let inner = format!("<Arn>{who}</Arn><UserId>AIDASIMULATED</UserId><Account>{account}</Account>");
            Ok(Answer::query("GetCallerIdentity", &inner))
        }
        _ => Err(unknown(call)),
    }
}

fn assume(world: &mut World, call: &Call) -> Answer {
    let arn = call.param("RoleArn").unwrap_or_default();
    let role = arn.rsplit('/').next().unwrap_or_default().to_owned();
    let account = call.entered().unwrap_or_default().to_owned();
    let key = format!("ASIA{account}{:06}", world.sessions.len());
    let session = call.param("RoleSessionName").unwrap_or("session");
    let expires = (chrono::Utc::now() + LASTS).format("%Y-%m-%dT%H:%M:%SZ");
    let inner = format!(
        "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>simulated</SecretAccessKey>\
         <SessionToken>simulated</SessionToken><Expiration>{expires}</Expiration></Credentials>\
         <AssumedRoleUser><AssumedRoleId>AROASIMULATED:{session}</AssumedRoleId>\
         <Arn>arn:aws:sts::{account}:assumed-role/{role}/{session}</Arn></AssumedRoleUser>"
    );
    world.sessions.insert(key, Session { account, role: Some(role) });
    Answer::query("AssumeRole", &inner)
}
