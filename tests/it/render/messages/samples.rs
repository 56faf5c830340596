//! News and settings for the tests of telling.

use std::sync::Arc;

use chrono_tz::Asia::Tokyo;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::judge::owner::{OwnedBy, Owner};
use idle_reaper::engine::model::{Contact, Item, Outside, Quiet, Subject, Verdict};
use idle_reaper::engine::report::digest::News;
use rust_decimal::Decimal;

use crate::fake::{SETTINGS, at, here, settings};

/// Owners, channels and what is worth a message.
pub const TELLING: &str = r#"
[owners]
tags = ["Owner", "Team"]
accounts = { "*-sandbox" = "nobody-special", "*-dev" = "team-dev", "222222222222" = "team-two" }
default = "platform"
channels = { "team-dev" = "dev-chat", "*@example.com" = "mail", "platform" = "slack", "team-*" = "mail" }
second = { "team-dev" = "dev-lead" }

[channels.mail]
sns = "arn:aws:sns:ap-northeast-1:111111111111:mail"

[channels.dev-chat]
sns = "arn:aws:sns:us-east-1:111111111111:chat"
format = "chat"

[channels.slack]
slack = "secretsmanager:idle-reaper/slack"

[channels.dev-lead]
slack = "ssm:/idle-reaper/lead"

[notify]
operator = "mail"
remind-after = "3d"
at-least = 10.5
weights = { "Env=prod*" = 3.0, "Env=sandbox" = 0.5 }
"#;

pub fn telling() -> Settings {
    settings(&format!("{SETTINGS}{TELLING}"))
}

/// One that is idle and costs 60 dollars a month.
pub fn item(id: &str) -> Item {
    Item {
        subject: Subject::Idle,
        id: here(id),
        name: "build box".into(),
        kind: "m5.large".into(),
        policy: "dev".into(),
        verdict: Verdict::Stop(Outside {
            zone: Tokyo,
            closed_since: Some(at("2026-11-25T18:00:00+09:00")),
            launch: at("2026-11-20T09:00:00+09:00"),
            opens: Some(at("2026-11-26T09:00:00+09:00")),
            last_hour: Quiet::Measured { cpu: 1.25, has: 11, of: 12 },
        }),
        since: Some(at("2026-11-20T09:00:00+09:00")),
        due: Some(at("2026-12-02T10:00:00+09:00")),
        zone: Tokyo,
        monthly: Some(Decimal::new(6012, 2)),
        note: String::new(),
        reminder: false,
        hours: "tokyo-office".into(),
        own_hours: false,
        notified: None,
    }
}

pub fn owner(name: &str) -> Owner {
    let by = if name.is_empty() { OwnedBy::Nobody } else { OwnedBy::Tag("Owner".to_owned()) };
    Owner { name: Arc::from(name), by }
}

pub fn news(item: Item, name: &str) -> News {
    News { item, owner: owner(name), weight: Decimal::ONE, contact: Contact::First }
}
