//! `keep`: keeps instances until a date, with the rights of the person who calls it. Shows a dry run first, as `undo` does.

use std::path::Path;

use crate::app::args::Keep;
use crate::app::choices::Format;
use crate::app::verbs::{Show, instants, show};
use crate::app::{Args, End, Error, ask, load};
use crate::engine::config::{Accounts, Regions, Settings};
use crate::engine::request::Scope;
use crate::engine::tags::{KeepRefused, Keeping, Written, keep_value};
use crate::render::{keep_json, keep_line, keep_question};
use crate::run::{Clock, KeepOrder, LONGEST};

/// Keeps the instances that the flags name.
pub(crate) async fn keep(args: &Args, asked: &Keep) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = settings(args, asked).await?;
    let (_, at) = instants(args, &settings.zones())?;
    let refused = |error: KeepRefused| Error::Usage(error.to_string());
    let (until, value) = keep_value(&asked.until, &asked.reason, &settings.tags, at).map_err(refused)?;
    let scope = Scope::default();
    let (wanted, clock) = (asked.instances.as_slice(), Clock::start(at, Some(LONGEST)));
    let (value, settings, scope, progress) = (&*value, &settings, &scope, &show::progress);
    let order = KeepOrder { scope, settings, wanted, until, value, clock, progress };
    let planned = find(args, &order).await?;
    let locale = settings.run.locale;
    let lines = |ends: &[(Keeping, Option<Written>)]| {
        let lines = ends.iter().map(|(one, end)| keep_line(one, value, end.as_ref(), locale) + "\n");
        lines.collect::<String>()
    };
    let shown = |ends: &[(Keeping, Option<Written>)]| match show.format() {
        Format::Json => keep_json(ends, value),
        Format::Table | Format::Markdown | Format::Csv | Format::Ndjson | Format::Html => lines(ends),
    };
    let dry: Vec<(Keeping, Option<Written>)> = planned.iter().map(|one| (one.clone(), None)).collect();
    if !asked.yes && !ask::is_interactive() {
        show::note("this was a dry run; add `--yes` to carry it out");
        show.text(&shown(&dry))?;
        return Ok(End::Done);
    }
    show::aside(&lines(&dry));
    if !asked.yes && !ask::consent(&keep_question(&planned, locale)) {
        return Err(Error::Refused("nothing was written".to_owned()));
    }
    let ends: Vec<_> = write(args, &order, &planned).await?.into_iter().map(|(one, end)| (one, Some(end))).collect();
    let all = ends.iter().all(|(_, end)| *end == Some(Written::Verified));
    Ok(show.text_after(&shown(&ends), if all { End::Done } else { End::Degraded }))
}

/// The settings of `--config` or of this folder, for the tags' names and `max-keep-days`; without any, the defaults. What is
/// scanned is the own account in any case.
async fn settings(args: &Args, asked: &Keep) -> Result<Settings, Error> {
    let known = args.config.is_some() || Path::new("reaper.toml").exists();
    let mut settings = match (known, &asked.tag_prefix) {
        (true, Some(_)) => {
            let why = "`--tag-prefix` is for calls without settings, and there are settings; leave it out";
            return Err(Error::Usage(why.to_owned()));
        }
        (true, None) => load::command(args).await?,
        (false, prefix) => {
            let prefix = serde_json::json!(prefix.as_deref().unwrap_or("idle-reaper:"));
            Settings::parse("--tag-prefix", &format!("version = 1\n[tags]\nprefix = {prefix}\n"))?
        }
    };
    settings.run.locale = args.locale.unwrap_or(settings.run.locale);
    settings.scope.accounts = Accounts::Own;
    settings.scope.organizational_units = Vec::new();
    settings.scope.exclude_accounts = Vec::new();
    settings.scope.regions = match args.regions.as_slice() {
        [] => Regions::Enabled,
        list => Regions::List(list.iter().map(|region| region.as_str().into()).collect()),
    };
    Ok(settings)
}

with_aws! {
    async fn find(args: &Args, order: &KeepOrder<'_>) -> Result<Vec<Keeping>, Error> {
        use crate::app::run_id;
        use crate::aws::AwsReader;
        let aws = load::aws().await?;
        load::check_own(&aws, &args.accounts).await?;
        let reader = AwsReader::new(&aws, order.settings, &run_id(order.clock.at()));
        crate::run::preview_keep(order, &reader).await.map_err(|error| Error::Refused(error.to_string()))
    }

    async fn write(args: &Args, order: &KeepOrder<'_>, planned: &[Keeping]) -> Result<Vec<(Keeping, Written)>, Error> {
        use crate::app::run_id;
        use crate::aws::{AwsActor, AwsReader};
        let aws = load::aws_to_act(args).await?;
        let run = run_id(order.clock.at());
        let (reader, actor) = (AwsReader::new(&aws, order.settings, &run), AwsActor::new(&aws, order.settings, &run));
        Ok(crate::run::keep(order, &reader, &actor, planned).await)
    }
}
