//! `start-stopped`: starts what bears the reaper's tag, with the rights of the person who calls it. Needs no hub, record
//! or settings. Shows a dry run first, as `undo` does.

use crate::app::verbs::undo::{after, agreed, ended};
use crate::app::verbs::{Show, show};
use crate::app::{Args, End, Error};
use crate::engine::config::Settings;
use crate::engine::model::{ResourceId, is_account};
use crate::engine::undo::Undo;

/// Starts what bears the tag in one account, as far as the flags select.
pub(crate) async fn start_stopped(args: &Args, only: Option<&str>, prefix: &str, yes: bool) -> Result<End, Error> {
    let show = Show::page(args)?;
    let account = account(args)?;
    let mut settings = settings(prefix, &args.regions)?;
    settings.run.locale = args.locale.unwrap_or(settings.run.locale);
    let foreseen = start(args, account, only, &settings, None, true).await?;
    if foreseen.found.is_empty() {
        let tag = &settings.tags.stopped;
        show::note(&format!("no instance has the tag `{tag}`; if the settings changed its prefix, add `--tag-prefix`"));
    }
    let Some(agreed) = agreed(&show, &foreseen, &settings, yes)? else { return Ok(ended(&foreseen)) };
    Ok(after(&show, &start(args, account, only, &settings, Some(&agreed), false).await?, &settings))
}

/// The one account, which must be the caller's own: a profile that leads elsewhere must not start anything there.
fn account(args: &Args) -> Result<&str, Error> {
    match args.accounts.as_slice() {
        [account] if is_account(account) => Ok(account),
        [] => Err(Error::Usage("`start-stopped` needs the account; add `--account` with its twelve digits".to_owned())),
        [other] => Err(Error::Usage(format!("`{other}` is not the id of an account; write its twelve digits"))),
        _ => Err(Error::Usage("`start-stopped` starts in one account at a time; give one `--account`".to_owned())),
    }
}

/// Settings of the own account with this prefix of tags. They have no policy.
fn settings(prefix: &str, regions: &[String]) -> Result<Settings, Error> {
    let regions = if regions.is_empty() { "\"enabled\"".to_owned() } else { serde_json::json!(regions).to_string() };
    let prefix = serde_json::json!(prefix);
    let text = format!("version = 1\n[scope]\naccounts = \"self\"\nregions = {regions}\n[tags]\nprefix = {prefix}\n");
    Ok(Settings::parse("--tag-prefix and --region", &text)?)
}

with_aws! {
    async fn start(
        args: &Args,
        account: &str,
        only: Option<&str>,
        settings: &Settings,
        agreed: Option<&[ResourceId]>,
        dry: bool,
    ) -> Result<Undo, Error> {
        use crate::app::load;
        use crate::app::verbs::world::{instants, run};
        use crate::aws::{AwsActor, AwsReader};
        use crate::engine::request::{Mode, Scope};
        use crate::run::{Clock, LONGEST, StartOrder};
        let aws = if dry { load::aws().await? } else { load::aws_to_act(args).await? };
        load::check_own(&aws, &args.accounts).await?;
        let (_, at) = instants(args, &[])?;
        let run = run(Mode::Undo, Scope::default(), at);
        let clock = Clock::start(at, Some(LONGEST));
        let order = StartOrder { run: &run, account, only, settings, clock, progress: &show::progress };
        let reader = AwsReader::new(&aws, settings, &run.id);
        if dry {
            return Ok(crate::run::preview_start(&order, &reader).await?);
        }
        let actor = AwsActor::new(&aws, settings, &run.id);
        Ok(crate::run::start_stopped(&order, &reader, &actor, agreed).await?)
    }
}
