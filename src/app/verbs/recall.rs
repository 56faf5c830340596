//! `explain --run`: what an earlier run did with an instance, from the record alone. It needs no permission in any
//! account, and no AWS at all if the record is a folder.

use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load};
use crate::engine::config::{Place, Settings};
use crate::engine::report::past::Recalled;
use crate::engine::tags::TagNames;
use crate::local::folder::Folder;
use crate::ports::ReadRecord;
use crate::render::recalled;
use crate::run;

/// Shows what run `run`, or the `last`, did with instance `id`.
pub(crate) async fn recall(args: &Args, id: &str, run: &str) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = load::command(args).await?;
    let (_, now) = instants(args, &settings.zones())?;
    let ask = Ask { id, run, now, tags: &settings.tags };
    let found = match &settings.run.record {
        Some(Place::Folder(folder)) => ask.over(&Folder::new(folder)).await?,
        Some(Place::S3 { .. }) => over_aws(&settings, &ask).await?,
        None => return Err(Error::Usage("the settings have no `record` that could show earlier runs".to_owned())),
    };
    let text = || recalled(&found, &settings.tags, settings.run.locale);
    show.lines_or(text, || json(&found, &settings.tags), true)?;
    Ok(End::Done)
}

/// The inputs of the question to the record.
struct Ask<'a> {
    id: &'a str,
    run: &'a str,
    now: chrono::DateTime<chrono::Utc>,
    tags: &'a TagNames,
}

impl Ask<'_> {
    async fn over(&self, hub: &impl ReadRecord) -> Result<Recalled, Error> {
        Ok(run::recall(hub, self.id, self.run, &self.tags.stopped, self.now).await?)
    }
}

fn json(recalled: &Recalled, tags: &TagNames) -> serde_json::Value {
    let mut value = serde_json::json!(recalled);
    let tags = serde_json::json!({"keep": tags.keep, "keep-until": tags.keep_until, "schedule": tags.schedule});
    if let Some(fields) = value.as_object_mut() {
        fields.insert("tags".to_owned(), tags);
    }
    value
}

with_aws! {
    "this build leaves AWS out, and the settings' record is in S3";

    async fn over_aws(settings: &Settings, ask: &Ask<'_>) -> Result<Recalled, Error> {
        ask.over(&crate::aws::AwsHub::new(&load::aws().await?, settings)).await
    }
}
