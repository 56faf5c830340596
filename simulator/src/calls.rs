//! What a call does: whether the caller may make it, which fault it meets, and which service answers it.

use std::time::{Duration, Instant};

use crate::answer::{Answer, Refusal, refuse};
use crate::database_fields::Fields;
use crate::faults::{Fault, Mode, PageFault, throttled};
use crate::request::Call;
use crate::service_fields::ServiceFields;
use crate::spec::entry;
use crate::world::World;
use crate::{cloudwatch, costs, ec2, ecs, hub, organizations, pricing, rds, s3, sts, unused, volumes};

/// The maximum number of values in one filter ("Filter your resources", Amazon EC2 User Guide).
const FILTER_VALUES: usize = 200;

/// The result of a call.
pub(crate) enum Reply {
    Answer(Answer),
    /// Waits, then answers.
    Hang(Duration, Answer),
    Cut,
    Truncate(Answer),
}

/// How faults change the answer to a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slant {
    pub(crate) page: Option<PageFault>,
    pub(crate) past: bool,
}

impl World {
    /// Carries out one call.
    pub(crate) fn take(&mut self, mut call: Call) -> Reply {
        if let Some(session) = self.sessions.get(&call.key) {
            (call.account, call.role) = (session.account.clone(), session.role.clone());
        }
        let name = format!("{}:{}", call.service, call.action);
        self.meter.count(&name, call.entered().unwrap_or(&call.account));
        self.meter.writes += u64::from(!call.reads() && !call.is_dry_run());
        if call.is_dry_run() {
            *self.meter.dry_runs.entry(name.clone()).or_default() += 1;
        }
        if let Some(refusal) = self.refusal(&call) {
            return Reply::Answer(refuse(&call, &refusal));
        }
        if self.spec.throttle && !self.limits.draw(&call, Instant::now()) {
            *self.meter.throttled.entry(name).or_default() += 1;
            return Reply::Answer(refuse(&call, &throttled(&call)));
        }
        match self.faults.pick(&call) {
            None => Reply::Answer(self.work(&call, Slant::default())),
            Some(fault) => {
                *self.meter.faults.entry(format!("{:?}", fault.mode)).or_default() += 1;
                self.fail(&call, &fault)
            }
        }
    }

    fn fail(&mut self, call: &Call, fault: &Fault) -> Reply {
        let refusal = || refuse(call, &fault.refusal(call));
        match fault.mode {
            Mode::Error | Mode::Throttle | Mode::Expire => Reply::Answer(refusal()),
            Mode::Hang => Reply::Hang(fault.hangs(), refusal()),
            Mode::HangAfter => Reply::Hang(fault.hangs(), self.work(call, Slant::default())),
            Mode::Ignore => Reply::Answer(ec2::pretend(call)),
            Mode::Lost => {
                self.work(call, Slant::default());
                Reply::Answer(refusal())
            }
            Mode::Cut => Reply::Cut,
            Mode::CutAfter => {
                self.work(call, Slant::default());
                Reply::Cut
            }
            Mode::Truncate => Reply::Truncate(self.work(call, Slant::default())),
            Mode::Shorten | Mode::Empty => {
                let mut answer = self.work(call, Slant::default());
                let left = if fault.mode == Mode::Empty { 0 } else { answer.body.len() / 2 };
                answer.body.truncate(left);
                Reply::Answer(answer)
            }
            Mode::Past => Reply::Answer(self.work(call, Slant { past: true, page: None })),
            Mode::RepeatPage | Mode::SameToken | Mode::LosePage => {
                Reply::Answer(self.work(call, Slant { past: false, page: fault.page() }))
            }
            Mode::Change => {
                self.meddle(call, fault);
                Reply::Answer(self.work(call, Slant::default()))
            }
            Mode::ChangeAfter => {
                let answer = self.work(call, Slant::default());
                self.meddle(call, fault);
                Reply::Answer(answer)
            }
        }
    }

    /// Changes instances, databases or services, as another person would.
    fn meddle(&mut self, call: &Call, fault: &Fault) {
        let only = fault.ids.clone();
        let meant = |id: &str| match &only {
            Some(ids) => ids.iter().any(|one| one == id),
            None => call.ids.is_empty() || call.ids.iter().any(|one| **one == *id),
        };
        let none = serde_json::Map::new();
        if call.service == "rds" {
            let (now, change) = (self.now(), Fields::read(&none, &fault.fields).unwrap_or_default());
            self.place(call)
                .databases
                .iter_mut()
                .filter(|one| meant(&one.name))
                .for_each(|one| one.change(&change, now));
            return;
        }
        if call.service == "ecs" || call.service == "application-autoscaling" {
            let (now, change) = (self.now(), ServiceFields::read(&none, &fault.fields).unwrap_or_default());
            let services = self.place(call).services.iter_mut();
            services.filter(|one| meant(&one.name)).for_each(|one| one.change(&change, now));
            return;
        }
        let Ok(change) = entry(&none, &fault.fields) else { return };
        for instance in self.place(call).instances.iter_mut().filter(|one| meant(&one.id)) {
            instance.remember();
            let _ = instance.change(&change); // an unknown state was refused when the fault was set
        }
    }

    /// Why AWS would refuse this call of that caller.
    fn refusal(&self, call: &Call) -> Option<Refusal> {
        if call.account.is_empty() {
            let code = match call.service.as_str() {
                "ec2" => "AuthFailure",
                "s3" => "InvalidAccessKeyId",
                "sts" => "InvalidClientTokenId",
                _ => "UnrecognizedClientException",
            };
            return Some(Refusal::new(403, code, "This world gave out no such access key."));
        }
        if call.action == "AssumeRole" {
            return sts::refusal(self, call);
        }
        if !call.reads() && !call.is_dry_run() && call.role.is_some() && call.role == self.spec.reading_role {
            let code = if call.service == "ec2" { "UnauthorizedOperation" } else { "AccessDenied" };
            let words = "You are not authorized to perform this operation: the reading role may not";
            return Some(Refusal::new(403, code, format!("{words} {}.", call.action)));
        }
        if call.service == "organizations" {
            return organizations::refusal(self, call);
        }
        if call.action.starts_with("Describe") && call.ids.len() > FILTER_VALUES {
            let words = "The maximum number of filter values specified on a single call is";
            return Some(Refusal::new(400, "FilterLimitExceeded", format!("{words} {FILTER_VALUES}")));
        }
        None
    }

    fn work(&mut self, call: &Call, slant: Slant) -> Answer {
        let done = match call.service.as_str() {
            "ec2" => ec2::work(self, call, slant),
            "sts" => sts::work(self, call),
            "organizations" => organizations::work(self, call, slant),
            "monitoring" => cloudwatch::work(self, call, slant),
            "s3" => s3::work(self, call),
            "ssm" | "secretsmanager" | "sns" | "account" => hub::work(self, call),
            "elasticloadbalancing" => unused::elb(self, call),
            "eks" => unused::eks(self, call),
            "kms" => volumes::keys(self, call),
            "pricing" => pricing::work(call),
            "ce" => costs::work(self, call, slant),
            "rds" => rds::work(self, call, slant),
            "ecs" => ecs::work(self, call, slant),
            "application-autoscaling" => ecs::auto_scaling(self, call, slant),
            _ => Err(unknown(call)),
        };
        done.unwrap_or_else(|refusal| refuse(call, &refusal))
    }
}

/// A call that the simulator does not support.
pub(crate) fn unknown(call: &Call) -> Refusal {
    Refusal::new(400, "InvalidAction", format!("The simulated AWS has no {}:{}", call.service, call.action))
}
