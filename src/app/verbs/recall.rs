//! `explain --run`: what an earlier run did with an instance, from the record alone. It needs no permission in any
//! account, and no AWS at all if the record is a folder.

use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load, record};
use crate::engine::report::past::Recalled;
use crate::engine::tags::TagNames;
use crate::render::recalled;
use crate::run;

/// Shows what run `run`, or the `last`, did with instance `id`.
pub(crate) async fn recall(args: &Args, id: &str, run: &str) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = load::command(args).await?;
    let (_, now) = instants(args, &settings.zones())?;
    let hub = record::needed(&settings, "show earlier runs").await?;
    let found = run::recall(&hub, id, run, &settings.tags.stopped, now).await?;
    let text = || recalled(&found, &settings.tags, settings.run.locale);
    show.lines_or(text, || json(&found, &settings.tags), true)?;
    Ok(End::Done)
}

fn json(recalled: &Recalled, tags: &TagNames) -> serde_json::Value {
    let mut value = serde_json::json!(recalled);
    let tags = serde_json::json!({"keep": tags.keep, "keep-until": tags.keep_until, "schedule": tags.schedule});
    if let Some(fields) = value.as_object_mut() {
        fields.insert("tags".to_owned(), tags);
    }
    value
}
