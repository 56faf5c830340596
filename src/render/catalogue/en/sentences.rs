//! Messages with their arguments.

use super::*;

pub(super) fn sentence(out: &mut String, sentence: &Sentence<'_>) -> fmt::Result {
    match *sentence {
        Sentence::Headline { mode, run, at, zone } => {
            write!(out, "{} of run {run}, judged at {}", mode.as_str(), At(at, zone))
        }
        Sentence::Tally { found, list, effect } => {
            let colon = if list.is_empty() { "" } else { ": " };
            write!(out, "{}{colon}{list}.", instances(found))?;
            match effect {
                None => Ok(()),
                Some(Effect::DryUnarmed) => out.write_str(" Dry run: nothing is armed."),
                Some(Effect::Dry { steps: 0 }) => out.write_str(" Dry run: nothing was stopped or started."),
                Some(Effect::Dry { steps }) => write!(out, " Dry run: `apply` would act on {steps} of them."),
                Some(Effect::Unarmed) => out.write_str(" Nothing is armed, so nothing was stopped or started."),
            }
        }
        Sentence::ToDo { action, count } => write!(out, "{count} to {action}"),
        Sentence::WouldBe { action, count } => write!(out, "{count} would be {}", done(action)),
        Sentence::Reported { count } => write!(out, "{count} only reported"),
        Sentence::Skipped { count } => write!(out, "{count} skipped"),
        Sentence::Would(action) => write!(out, "would {action}"),
        Sentence::NotArmed { because, policy } => match because {
            NotArmed::Partial => out.write_str("its account and Region were not scanned to the end"),
            NotArmed::Observes => write!(out, "policy `{policy}` is `observe`"),
            NotArmed::Run => out.write_str("`[run] armed` is not true"),
            NotArmed::NoRecord => out.write_str("`[run] record` is missing"),
        },
        Sentence::Age(age) => match (age.num_days(), age.num_hours()) {
            (0, 0) => write!(out, "{} min", age.num_minutes()),
            (0 | 1, hours) => write!(out, "{hours} h"),
            (days, _) => write!(out, "{days} d"),
        },
        Sentence::At { at, zone } => write!(out, "{}", At(at, zone)),
        Sentence::Question { counts, accounts } => question(out, counts, accounts),
        Sentence::NearMiss { key, value, pattern, policy } => write!(
            out,
            "nearly: policy `{policy}` matches `{pattern}`, and the instance has `{key}={value}`; case and spelling must be the same"
        ),
        Sentence::OthersNotSelected { count } => {
            write!(out, "{} of that run not selected by this request", instances(count))
        }
        Sentence::EachOf { text } => write!(out, "each of these: {text}"),
        Sentence::LeftOut { list } => {
            write!(out, "(no room for: {list}; `--columns` chooses, and a pipe or file has all)")
        }
        Sentence::Undoing { run, undoes, at, applied } => {
            let what = if applied { "undo" } else { "dry run of an undo" };
            write!(out, "{what} of run {undoes}, by run {run}, judged at {}", at.format("%Y-%m-%d %H:%M UTC"))
        }
        Sentence::Figure { figure, number } => write!(out, "{number} {}", counted(figure)),
        Sentence::Scanned { scanned: 0, of: 0 } => out.write_str("No target was scanned; nothing is known"),
        Sentence::Scanned { scanned: 0, of } => {
            write!(out, "0 of {of} target{} could be scanned; nothing is known", if of == 1 { "" } else { "s" })
        }
        Sentence::Scanned { scanned, of } => {
            write!(out, "{scanned} of {of} targets could be scanned; nothing is known of the others")
        }
        Sentence::Health { word } => write!(out, "health {word}"),
        Sentence::Refused { why } => write!(out, "Nothing is acted on: {why}"),
        Sentence::DeferredBy { count, cap } => write!(out, "{count} by `{cap}`"),
        Sentence::Deferred { list } => write!(out, "Deferred to a later run: {list}"),
        Sentence::Note { note } => write!(out, "note: {note}"),
        Sentence::NotInScope { account, name: None, because } => {
            write!(out, "not scanned: {account}: {because}")
        }
        Sentence::NotInScope { account, name: Some(name), because } => {
            write!(out, "not scanned: {account} ({name}): {because}")
        }
        Sentence::Ruled { id, name, target, verdict, not_armed } => {
            let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
            write!(out, "{id}{name} in {target}: {}, by the rule `{}`", verdict.as_str(), verdict.reason())?;
            not_armed.map_or(Ok(()), |why| write!(out, "; nothing is done: {why}"))
        }
        Sentence::Because { reason, detail } => write!(out, "{}: {detail}", meaning(reason, Locale::En)),
        Sentence::WouldChange { reason } => write!(out, "What would change it: {}.", mend(reason, Locale::En)),
        Sentence::Whose { id, name: "", account, region } => write!(out, "{id} in {account}/{region}"),
        Sentence::Whose { id, name, account, region } => write!(out, "{id} ({name}) in {account}/{region}"),
        Sentence::Ran { run, at, health } => {
            write!(out, "{run}, {}; health: {}", At(at, Tz::UTC), health.unwrap_or("broke off before its report"))
        }
        Sentence::Decided { verdict, armed, reason, policy } => {
            let keys = match armed {
                None => "",
                Some(true) => ", armed",
                Some(false) => ", not armed: nothing was done",
            };
            write!(out, "{verdict}{keys}, by the rule `{reason}`")?;
            policy.map_or(Ok(()), |policy| write!(out, " of the policy `{policy}`"))
        }
        Sentence::Step { action, not_after: None } => out.write_str(action),
        Sentence::Step { action, not_after: Some(at) } => write!(out, "{action}, not after {}", At(at, Tz::UTC)),
        Sentence::PutOff { cap, why: None } => write!(out, "put off by `{cap}`"),
        Sentence::PutOff { cap, why: Some(why) } => write!(out, "put off by `{cap}`: {why}"),
        Sentence::Ended { outcome, at, detail } => write!(out, "{outcome}, {}: {detail}", At(at, Tz::UTC)),
        Sentence::ScheduleAt { name, open, at, zone } => {
            write!(out, "`{name}` is {} at {}", open_or_closed(open), At(at, zone))
        }
        Sentence::Frozen { range } => write!(out, "frozen {range}: nothing is stopped or started"),
        Sentence::Exhausted { date } => {
            write!(out, "no holidays are known for {date}: nothing is stopped or started")
        }
        Sentence::ClosedSince { at, zone } => write!(out, "closed since {}", At(at, zone)),
        Sentence::Opens { at, zone } => write!(out, "opens next {}", At(at, zone)),
        Sentence::Date { date } => write!(out, "{}", date.format("%a %Y-%m-%d")),
        Sentence::Provisional { holiday } => write!(out, "{holiday} (provisional)"),
        Sentence::WorksLike { day } => write!(out, "works like {day}"),
        Sentence::FrozenDay { range } => write!(out, "frozen {range}"),
    }
}

/// `Stop 18, hibernate 1 and start 1 instance in 3 accounts?`
pub(super) fn question(out: &mut String, counts: &[(Action, usize)], accounts: usize) -> fmt::Result {
    for (n, (action, count)) in counts.iter().enumerate() {
        let before = match n {
            0 => "",
            _ if n + 1 == counts.len() => " and ",
            _ => ", ",
        };
        write!(out, "{before}{action} {count}")?;
    }
    let plural = |count| if count == 1 { "" } else { "s" };
    let last = counts.last().map_or(0, |(_, count)| *count);
    write!(out, " instance{} in {accounts} account{}?", plural(last), plural(accounts))?;
    if let Some(first) = out.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Ok(())
}

pub(super) fn done(action: Action) -> &'static str {
    match action {
        Action::Stop => "stopped",
        Action::Hibernate => "hibernated",
        Action::Start => "started",
    }
}

pub(super) fn counted(figure: Figure) -> &'static str {
    match figure {
        Figure::Found => "found",
        Figure::Candidates => "candidates",
        Figure::ToDo => "to do",
        Figure::Deferred => "deferred",
        Figure::Stopped => "stopped",
        Figure::Started => "started",
        Figure::Failed => "failed",
        Figure::Unreachable => "unreachable",
        Figure::Denied => "denied",
    }
}
