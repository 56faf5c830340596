//! Loads what a command needs: settings, inventory, AWS.

use std::path::Path;

use crate::adapters::recorded::Recorded;
use crate::decide::settings::Settings;

use super::error::Error;

/// Reads and checks the settings, from wherever they are.
pub async fn settings(source: &str) -> Result<Settings, Error> {
    let text = settings_text(source).await?;
    Ok(Settings::parse(source, &text)?)
}

async fn settings_text(source: &str) -> Result<String, Error> {
    let unreadable = |why: String| Error::SettingsUnreadable { source_name: source.to_owned(), why };
    if source.starts_with("s3://") || source.starts_with("ssm:") {
        return distant(source).await.map_err(unreadable);
    }
    std::fs::read_to_string(source).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "; name the file with `--config` or `IDLE_REAPER_CONFIG`, or begin with `examples/reaper.toml`"
            }
            _ => "",
        };
        unreadable(format!("{error}{hint}"))
    })
}

#[cfg(feature = "aws")]
async fn distant(source: &str) -> Result<String, String> {
    let aws = crate::adapters::aws::Aws::load().await;
    crate::adapters::aws::fetch_settings(&aws, source).await.map_err(|error| error.to_string())
}

#[cfg(not(feature = "aws"))]
async fn distant(_: &str) -> Result<String, String> {
    Err("this build leaves AWS out; name a file".to_owned())
}

/// Reads a saved inventory.
pub fn inventory(path: &Path, settings: &Settings) -> Result<Recorded, Error> {
    Ok(Recorded::parse(&path.display().to_string(), &file(path)?, settings)?)
}

/// Reads a file.
pub fn file(path: &Path) -> Result<String, Error> {
    let wrong = |source| Error::File { verb: "read", file: path.display().to_string(), source };
    std::fs::read_to_string(path).map_err(wrong)
}
