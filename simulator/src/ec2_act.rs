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
    if call.param("DryRun") == Some("true") {
        let words = "Request would have succeeded, but DryRun flag is set.";
        return Err(Refusal::new(412, "DryRunOperation", words));
    }
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
