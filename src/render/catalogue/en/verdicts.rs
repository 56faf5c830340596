//! The texts of verdicts and findings.

use super::*;

pub(super) fn verdict(out: &mut String, verdict: &Verdict) -> fmt::Result {
    match verdict {
        Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside) => {
            crate::render::catalogue::en::outside(out, outside)
        }
        Verdict::Idle(found) => forgotten(out, found),
        Verdict::Start(reopening) => crate::render::catalogue::en::reopening(out, reopening),
        Verdict::Skip(skipped) => crate::render::catalogue::en::skipped(out, skipped),
        Verdict::OutOfScope(Unscoped::NoPolicy) => out.write_str("no policy matches"),
        Verdict::OutOfScope(Unscoped::NotSelected) => out.write_str("the request selects other policies"),
        Verdict::OutOfScope(Unscoped::NotInScope) => out.write_str("it is outside the scope of the settings"),
    }
}

pub(super) fn finding(out: &mut String, finding: &Finding) -> fmt::Result {
    let why = match finding {
        Finding::Start => return out.write_str("stopped by that run, and nobody has touched it since"),
        Finding::Left(why) => why,
    };
    match why {
        WhyNot::NotSelected => out.write_str("the request selects others"),
        WhyNot::NotStopped(ending) => write!(out, "that run did not stop it: `{}`", ending.as_str()),
        WhyNot::Unreachable => out.write_str("its account or Region could not be scanned"),
        WhyNot::Denied => out.write_str("its Region is closed by the organisation's policy"),
        WhyNot::Gone => out.write_str("it is no longer there"),
        WhyNot::Up(state) => write!(out, "it is {state}"),
        WhyNot::StillStopping => out.write_str("it is still on its way down; undo again in a minute"),
        WhyNot::State(state) => write!(out, "it is {state}, and only what is stopped can be started"),
        WhyNot::NoTag => out.write_str("it does not bear the reaper's tag"),
        WhyNot::TagUnreadable => out.write_str("its tag is not what the reaper writes, or lies in the future"),
        WhyNot::OtherRun(run) => write!(out, "its tag names run {run}"),
        WhyNot::OtherHub(hub) => write!(out, "its tag names the hub `{hub}`, which has to undo it"),
        WhyNot::Touched => out.write_str("somebody has started or stopped it since"),
        WhyNot::Frozen(range) => write!(out, "frozen {range}; `--even-frozen` starts it all the same"),
    }
}

pub(super) fn outside(out: &mut String, outside: &Outside) -> fmt::Result {
    let Outside { zone, closed_since, launch, opens, last_hour } = outside;
    match closed_since {
        Some(since) => write!(out, "closed since {}", At(*since, *zone))?,
        None => out.write_str("closed for over a year")?,
    }
    if closed_since.is_none_or(|closed| *launch >= closed) {
        write!(out, ", started {}", At(*launch, *zone))?;
    }
    out.write_str("; ")?;
    opens_next(out, *opens, *zone)?;
    match last_hour {
        Quiet::NotAsked => Ok(()),
        Quiet::Unmeasured => out.write_str("; last hour not measured"),
        Quiet::Measured { cpu, has, of } => {
            write!(out, "; last hour at most {cpu:.1} % CPU ({has} of {of} figures)")
        }
    }
}

pub(super) fn opens_next(out: &mut String, opens: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    match opens {
        Some(opens) => write!(out, "opens {}", At(opens, zone)),
        None => out.write_str("never opens"),
    }
}

pub(super) fn reopening(out: &mut String, reopening: &Reopening) -> fmt::Result {
    let Reopening { zone, opens, stopped, run } = reopening;
    match opens {
        Some(opens) => write!(out, "opens {}", At(*opens, *zone))?,
        None => out.write_str("open now")?,
    }
    write!(out, "; stopped by the reaper {} in run {run}", At(*stopped, *zone))
}

/// A number of bytes as text.
pub(super) fn bytes(bytes: f64) -> String {
    if bytes < 1e6 { format!("{:.0} kB", bytes / 1e3) } else { format!("{:.1} MB", bytes / 1e6) }
}

pub(super) fn forgotten(out: &mut String, found: &Forgotten) -> fmt::Result {
    let Forgotten { facts, reported, hibernate: _, marked, zone } = found;
    idle_facts(out, facts)?;
    match reported {
        None => {}
        Some(WhyReported::Policy) => out.write_str("; its policy only reports what is idle")?,
        Some(WhyReported::Tier) => out.write_str("; its policy stops only what is strictly idle")?,
        Some(WhyReported::Itself(why)) => {
            out.write_str("; only reported: ")?;
            report_only(out, why)?;
        }
    }
    match marked {
        Some(marked) => write!(out, "; marked {}", At(*marked, *zone)),
        None => Ok(()),
    }
}

pub(super) fn idle_facts(out: &mut String, facts: &IdleFacts) -> fmt::Result {
    let sure = match facts.tier {
        Tier::Strict => "idle",
        Tier::Likely => "likely idle",
    };
    write!(
        out,
        "{sure}: ran {} hours of the window, CPU {:.1} % (97th percentile), {:.1} % at most, network {} on the busiest day",
        facts.running_hours,
        facts.cpu_p97,
        facts.cpu_max,
        bytes(facts.network_per_day)
    )
}

pub(super) fn report_only(out: &mut String, why: &WhyReportOnly) -> fmt::Result {
    match why {
        WhyReportOnly::LoadBalancer => out.write_str("a load balancer sends to it"),
        WhyReportOnly::LoadBalancerUnknown(cause) => {
            write!(out, "whether a load balancer sends to it is unknown: {cause}")
        }
        WhyReportOnly::Forwards => out.write_str("it forwards traffic"),
        WhyReportOnly::Interfaces(count) => write!(out, "it has {count} network interfaces"),
        WhyReportOnly::Product(code) => write!(out, "marketplace product `{code}`"),
        WhyReportOnly::Word(word) => write!(out, "its name or role has the word `{word}`"),
        WhyReportOnly::Type(kind) => write!(out, "the work of type `{kind}` does not show in its CPU"),
        WhyReportOnly::InstanceStore(tell) => crate::render::catalogue::en::tell(out, tell),
    }
}

pub(super) fn idleness(out: &mut String, idleness: &Idleness) -> fmt::Result {
    match idleness {
        Idleness::NotAsked => out.write_str("no evidence was asked for"),
        Idleness::Active(sign) => match sign.at() {
            Some(at) => write!(out, "active: {} at {}", sign.as_str(), at.format("%Y-%m-%d %H:%M UTC")),
            None => write!(out, "active: {}", sign.as_str()),
        },
        Idleness::Idle(facts) => idle_facts(out, facts),
        Idleness::Undetermined(missing) => {
            out.write_str("undetermined: ")?;
            crate::render::catalogue::en::missing(out, missing)
        }
    }
}

pub(crate) fn missing(out: &mut String, missing: &Missing) -> fmt::Result {
    match missing {
        Missing::Ineligible(Ineligible::NotRunning) => out.write_str("it does not run"),
        Missing::Ineligible(Ineligible::Lifecycle) => out.write_str("it is not on demand"),
        Missing::Ineligible(Ineligible::Root) => out.write_str("its root is not EBS"),
        Missing::Ineligible(Ineligible::Managed) => out.write_str("another service manages it"),
        Missing::Launch => out.write_str("its launch time is unknown"),
        Missing::Vcpus => out.write_str("its number of vCPUs is unknown"),
        Missing::RunningHours { has, wants } => write!(out, "it ran {has} hours, and {wants} are needed"),
        Missing::Metric { metric, cause } => write!(out, "no `{}`: {cause}", metric.as_str()),
        Missing::Sparse { metric, has, expected } => {
            write!(out, "{has} of {expected} datapoints of `{}`", metric.as_str())
        }
    }
}
