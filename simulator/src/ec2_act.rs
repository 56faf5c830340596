//! The EC2 calls that act.

use crate::answer::{Answer, Refusal};
use crate::instance::{Instance, State};
use crate::request::Call;
use crate::volumes;
use crate::world::{Place, World};

fn no_such(id: &str) -> Refusal {
    Refusal::new(400, "InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist"))
}

/// Why EC2 refuses to stop an instance, if it does.
fn refuse_stop(instance: &Instance, hibernate: bool) -> Option<Refusal> {
    let name = format!("instance '{}'", instance.id);
    let build = &instance.build;
    let unsupported = |words: String| Some(Refusal::new(400, "UnsupportedOperation", words));
    if build.protected {
        let advice = "Modify its 'disableApiStop' instance attribute and try again.";
        return Some(Refusal::new(400, "OperationNotPermitted", format!("The {name} may not be stopped. {advice}")));
    }
    if matches!(instance.life.state, State::Terminated | State::ShuttingDown) {
        let words = format!("This {name} is not in a state from which it can be stopped.");
        return Some(Refusal::new(400, "IncorrectInstanceState", words));
    }
    if build.root.as_deref().is_some_and(|root| root != "ebs") {
        return unsupported(format!("The {name} does not have an 'ebs' root device type and cannot be stopped."));
    }
    if build.lifecycle.as_deref() == Some("spot") {
        let why = "because it is associated with a one-time Spot Instance request.";
        return unsupported(format!("You can't stop the Spot {name} {why}"));
    }
    if hibernate && !build.hibernation {
        let words = format!("The {name} is not configured for hibernation.");
        return Some(Refusal::new(400, "UnsupportedHibernationConfiguration", words));
    }
    None
}

fn refuse_start(usable: &[String], instance: &Instance) -> Option<Refusal> {
    let cannot = matches!(instance.life.state, State::Terminated | State::ShuttingDown | State::Stopping);
    let words = format!("The instance '{}' is not in a state from which it can be started.", instance.id);
    let refused = cannot.then(|| Refusal::new(400, "IncorrectInstanceState", words));
    refused.or_else(|| volumes::unlicensed(usable, instance))
}

/// The instances that a call names. All of them must exist.
fn numbers(place: &Place, call: &Call) -> Result<Vec<usize>, Refusal> {
    call.ids.iter().map(|id| place.by_id.get(id).copied().ok_or_else(|| no_such(id))).collect()
}

/// StopInstances and StartInstances: all or nothing. An instance that already has the state is not changed.
pub(crate) fn change_state(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (now, passing, usable) = (world.now(), world.passing(), world.spec.usable.clone());
    let stop = call.action == "StopInstances";
    let hibernate = call.param("Hibernate") == Some("true");
    let place = world.place(call);
    let numbers = numbers(place, call)?;
    for n in &numbers {
        let instance = &place.instances[*n];
        if let Some(refusal) = if stop { refuse_stop(instance, hibernate) } else { refuse_start(&usable, instance) } {
            return Err(refusal);
        }
    }
    let mut inner = String::from("<instancesSet>");
    for n in numbers {
        let instance = &mut place.instances[n];
        let before = instance.life.state;
        if stop {
            instance.stop(now, passing);
        } else {
            instance.start(now, passing, volumes::lacks_grant(&usable, instance));
        }
        let changed = instance.life.state != before;
        let after = match (changed, stop) {
            (false, _) => before,
            (true, true) => State::Stopping,
            (true, false) => State::Pending,
        };
        inner += &row(&instance.id, (before.name(), before.code()), (after.name(), after.code()));
    }
    Ok(Answer::ec2(&call.action, &(inner + "</instancesSet>")))
}

/// The answer to a dry run: whether the caller's role may do it, by the templates and the spec's `excess`.
pub(crate) fn dry_run(world: &mut World, call: &Call) -> Refusal {
    let role = call.role.clone().unwrap_or_default();
    let extra = world
        .spec
        .excess
        .iter()
        .any(|extra| extra.account == call.account && extra.role == role && extra.action == call.action);
    let person = call.role.is_none();
    let acting = world.spec.acting_role.as_deref() == Some(&*role);
    let keys: Vec<String> = (1..).map_while(|n| call.param(&format!("Tag.{n}.Key"))).map(str::to_owned).collect();
    let place = world.place(call);
    let numbers = match numbers(place, call) {
        Ok(numbers) => numbers,
        Err(missing) => return missing,
    };
    let own = |key: &String| OWN_KEYS.contains(&key.as_str());
    let allowed = |instance: &Instance| match call.action.as_str() {
        "StopInstances" => instance.tag(KEEP).is_none() && instance.tag("aws:autoscaling:groupName").is_none(),
        "StartInstances" => instance.tag(OWN_KEYS[0]).is_some(),
        "CreateTags" | "DeleteTags" => !keys.is_empty() && keys.iter().all(own),
        _ => false,
    };
    if person || extra || acting && numbers.iter().all(|n| allowed(&place.instances[*n])) {
        return Refusal::new(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }
    let words = "You are not authorized to perform this operation. Encoded authorization failure message:";
    Refusal::new(403, "UnauthorizedOperation", format!("{words} {:x}", call.ids.len() * 7919 + world.sessions.len()))
}

/// The tags that the acting role may write, and the one that protects (infra/spoke.yaml).
pub(crate) const OWN_KEYS: [&str; 3] = ["idle-reaper:stopped", "idle-reaper:marked", "idle-reaper:launched-by"];
pub(crate) const KEEP: &str = "idle-reaper:keep";

fn row(id: &str, before: (&str, u8), after: (&str, u8)) -> String {
    format!(
        "<item><instanceId>{id}</instanceId><currentState><code>{}</code><name>{}</name></currentState>\
         <previousState><code>{}</code><name>{}</name></previousState></item>",
        after.1, after.0, before.1, before.0
    )
}

/// An answer to StopInstances or StartInstances for instances that all have the same states.
pub(crate) fn states(action: &str, ids: &[Box<str>], before: (&str, u8), after: (&str, u8)) -> Answer {
    let rows: String = ids.iter().map(|id| row(id, before, after)).collect();
    Answer::ec2(action, &format!("<instancesSet>{rows}</instancesSet>"))
}

/// CreateTags and DeleteTags, all or nothing.
pub(crate) fn tag(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let tags: Vec<(&str, Option<&str>)> = (1..)
        .map_while(|n| Some((call.param(&format!("Tag.{n}.Key"))?, call.param(&format!("Tag.{n}.Value")))))
        .collect();
    if let Some((key, _)) = tags.iter().find(|(key, _)| key.starts_with("aws:")) {
        let words = format!("Tag keys starting with 'aws:' are reserved for internal use: {key}");
        return Err(Refusal::new(400, "InvalidParameterValue", words));
    }
    let place = world.place(call);
    let numbers = numbers(place, call)?;
    for n in numbers {
        let instance = &mut place.instances[n];
        instance.remember();
        for (key, value) in &tags {
            match call.action.as_str() {
                "CreateTags" => instance.put_tag(key, value.unwrap_or_default()),
                _ => instance.drop_tag(key, *value),
            }
        }
    }
    Ok(Answer::ec2(&call.action, "<return>true</return>"))
}
