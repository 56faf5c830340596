//! Loads what a command needs: settings, files, AWS.

use std::path::Path;

use crate::engine::config::{Place, Settings};
use crate::local::{include, nearest, packed};

use crate::app::args::Verb;
use crate::app::verbs::note;
use crate::app::{Args, Error};

/// The settings of a command: from `--config`, or from the nearest file, in the language of `--locale` if given.
pub(super) async fn command(args: &Args) -> Result<Settings, Error> {
    let mut settings = match &args.config {
        Some(source) => settings(source).await?,
        None => nearest(&args.verb).await?,
    };
    settings.run.locale = args.locale.unwrap_or(settings.run.locale);
    Ok(settings)
}

/// The settings in this folder, or in the nearest one above it. What acts takes none from above: another user may have
/// written a file there.
async fn nearest(verb: &Verb) -> Result<Settings, Error> {
    let unreadable = |why| Error::SettingsUnreadable { source_name: nearest::NAME.to_owned(), why };
    let here = std::env::current_dir().map_err(|error| unreadable(error.to_string()))?;
    match nearest::find(&here) {
        Ok(folder) if folder == here => settings(nearest::NAME).await,
        Ok(folder) => {
            let file = folder.join(nearest::NAME);
            if matches!(verb, Verb::Apply { .. } | Verb::Undo { .. } | Verb::Confirm { .. }) {
                let why = format!("`{0}` is not in this folder; to act by it, add `--config {0}`", file.display());
                return Err(Error::Usage(why));
            }
            note(&format!("the settings are `{}`", file.display()));
            let mut settings = settings(&file.display().to_string()).await?;
            // The record is one, whatever folder below it the command runs in: the caps of a day are counted from it.
            if let Some(Place::Folder(record)) = &mut settings.run.record {
                *record = folder.join(&*record);
            }
            Ok(settings)
        }
        Err(searched) => Err(unreadable(format!(
            "it is in none of {searched}; name the settings with `--config` or `IDLE_REAPER_CONFIG`, or write them with `idle-reaper init`"
        ))),
    }
}

/// Reads and checks the settings from a file, S3 or SSM.
pub(super) async fn settings(source: &str) -> Result<Settings, Error> {
    let text = settings_text(source).await?;
    let find = |pattern: &str| match is_distant(source) {
        true => Err("names files, and settings in S3 or SSM include none; write everything into one file".to_owned()),
        false => include::find(Path::new(source), pattern),
    };
    Ok(Settings::parse_with(source, &text, &find)?)
}

/// Whether the settings are in AWS.
fn is_distant(source: &str) -> bool {
    source.starts_with("s3://") || source.starts_with("ssm:")
}

async fn settings_text(source: &str) -> Result<String, Error> {
    let unreadable = |why: String| Error::SettingsUnreadable { source_name: source.to_owned(), why };
    if is_distant(source) {
        return distant(source).await.map_err(unreadable);
    }
    std::fs::read_to_string(source).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "; name the file with `--config` or `IDLE_REAPER_CONFIG`, or write one with `idle-reaper init`"
            }
            _ => "",
        };
        unreadable(format!("{error}{hint}"))
    })
}

/// Reads the SDK's configuration. Without a Region no call is possible, and the SDK's own message for that is not
/// helpful.
#[cfg(feature = "aws")]
pub(crate) async fn aws() -> Result<crate::aws::Aws, Error> {
    let aws = crate::aws::Aws::load().await;
    if aws.region().is_none() {
        let why = "no AWS Region is configured; set `AWS_REGION`, or a `region` in your profile";
        return Err(Error::Port(crate::ports::PortError(why.to_owned())));
    }
    Ok(aws)
}

/// The same for a command that acts. It may judge by another instant only while AWS is simulated.
#[cfg(feature = "aws")]
pub(super) async fn aws_to_act(args: &Args) -> Result<crate::aws::Aws, Error> {
    let aws = aws().await?;
    if args.at.is_some() && !crate::aws::all_loopback(&aws.sdk) {
        return Err(crate::engine::request::RequestInvalid::AtForApply.into());
    }
    Ok(aws)
}

/// Refuses an account that is not the caller's own: a profile that leads elsewhere must not write anything there.
#[cfg(feature = "aws")]
pub(super) async fn check_own(aws: &crate::aws::Aws, accounts: &[String]) -> Result<(), Error> {
    let own = aws.account().await?;
    match accounts.iter().find(|account| **account != *own) {
        None => Ok(()),
        Some(other) => Err(Error::Refused(format!(
            "`--account` is `{other}`, and your credentials are of `{own}`; sign in to that account, or use its profile"
        ))),
    }
}

#[cfg(feature = "aws")]
async fn distant(source: &str) -> Result<String, String> {
    let aws = aws().await.map_err(|error| error.to_string())?;
    crate::aws::fetch_settings(&aws, source).await.map_err(|error| error.to_string())
}

#[cfg(not(feature = "aws"))]
async fn distant(_: &str) -> Result<String, String> {
    Err("this build leaves AWS out; name a file".to_owned())
}

/// Reads a file.
pub(super) fn file(path: &Path) -> Result<String, Error> {
    let wrong = |source| Error::File { verb: "read", file: path.display().to_string(), source };
    std::fs::read(path).map(packed::text).map_err(wrong)
}
