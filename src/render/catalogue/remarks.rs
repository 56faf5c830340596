//! The texts of remarks, in every language.

use std::fmt::{self, Write as _};

use chrono_tz::Tz;

use crate::engine::evidence::idle::Missing;
use crate::engine::model::Because;
use crate::engine::model::{Locale, Remark, Starter, Stopped};
use crate::render::catalogue::{en, ja};

/// The text of a remark, in the time zone of the instance's hours.
pub(crate) fn remark(remark: &Remark, zone: Tz, locale: Locale) -> String {
    let mut out = String::new();
    let _ = match locale {
        Locale::En => english(&mut out, remark, zone),
        Locale::Ja => japanese(&mut out, remark, zone),
    };
    out
}

/// The data that is missing to decide whether an instance is idle.
pub(crate) fn missing(missing: &Missing, locale: Locale) -> String {
    let mut out = String::new();
    let _ = match locale {
        Locale::En => en::missing(&mut out, missing),
        Locale::Ja => ja::missing(&mut out, missing),
    };
    out
}

fn english(out: &mut String, remark: &Remark, zone: Tz) -> fmt::Result {
    let at = |at| en::At(at, zone);
    match remark {
        Remark::Aged { since } => write!(
            out,
            "running since {}, longer than `max-age`, and only the default owns it; no reason to stop it",
            at(*since)
        ),
        Remark::UnknownTag { key, meant: Some(meant) } => en::mistyped(out, key, meant),
        Remark::UnknownTag { key, meant: None } => write!(out, "unknown tag `{key}`: not one of the reaper's"),
        Remark::Holds(Stopped { at: when, run, because }) => {
            let because = match because {
                Because::Hours => "outside its hours",
                Because::Idle => "for being idle",
            };
            write!(out, "stopped {because} on {} by run {run}, and nobody has started it since", at(*when))
        }
        Remark::StartedAgain { stopped: Stopped { at: when, run, because: _ }, at: again, by } => {
            write!(out, "stopped on {} by run {run}, and started again on {} by ", at(*when), at(*again))?;
            match by {
                Starter::Undo => out.write_str("an undo"),
                Starter::Person(name) => out.write_str(name),
                Starter::Unknown => out.write_str("somebody: no event told who"),
            }
        }
    }
}

fn japanese(out: &mut String, remark: &Remark, zone: Tz) -> fmt::Result {
    let at = |at| ja::At(at, zone);
    match remark {
        Remark::Aged { since } => write!(
            out,
            "{}から実行中で `max-age` を超え、所有者は既定値でしか分からない。これを理由に停止することはない",
            at(*since)
        ),
        Remark::UnknownTag { key, meant: Some(meant) } => ja::mistyped(out, key, meant),
        Remark::UnknownTag { key, meant: None } => write!(out, "タグ `{key}` は idle-reaper のタグではない"),
        Remark::Holds(Stopped { at: when, run, because }) => {
            let because = match because {
                Because::Hours => "稼働時間外",
                Because::Idle => "アイドル",
            };
            write!(out, "実行 {run} が{because}のため{}に停止し、その後誰も起動していない", at(*when))
        }
        Remark::StartedAgain { stopped: Stopped { at: when, run, because: _ }, at: again, by } => {
            write!(out, "実行 {run} が{}に停止し、{}に再び起動された。起動者: ", at(*when), at(*again))?;
            match by {
                Starter::Undo => out.write_str("停止の取り消し"),
                Starter::Person(name) => out.write_str(name),
                Starter::Unknown => out.write_str("不明(イベントの通知なし)"),
            }
        }
    }
}
