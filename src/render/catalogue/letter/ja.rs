//! 日本語。

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::engine::judge::owner::OwnedBy;
use crate::engine::model::{Locale, Subject};
use crate::render::catalogue::ja::At;
use crate::render::catalogue::letter::Letter;
use crate::render::catalogue::words;

pub(crate) fn say(letter: Letter<'_>) -> String {
    match letter {
        Letter::Head(head) => words::head(Locale::Ja, head).to_owned(),
        Letter::Title { owner, count } => format!("idle-reaper: {owner} のインスタンス {count} 台"),
        Letter::StocktakeTitle { owner } => format!("idle-reaper: {owner} の月次棚卸し"),
        Letter::SecondTitle { owner, count } => format!("idle-reaper: {owner} のインスタンス {count} 台 (対応なし)"),
        Letter::OperatorTitle { count: 0 } => "idle-reaper: 運用担当者へのお知らせ".to_owned(),
        Letter::OperatorTitle { count } => format!("idle-reaper: 所有者に通知できないインスタンス {count} 台"),
        Letter::Part { part, of } => format!("{of} 通中 {part} 通目"),
        Letter::Intro => {
            "止めてよい場合は、何もする必要はありません。残す場合は、記載のタグを付けてください。".to_owned()
        }
        Letter::StoppedIntro => {
            "停止したインスタンスのボリュームのデータは失われていません。再び使う場合は、起動してから記載のタグを付けてください。"
                .to_owned()
        }
        Letter::NothingIntro => "お知らせのみです。これを理由に停止することはありません。".to_owned(),
        Letter::SecondIntro => {
            "猶予期間の半分が過ぎましたが、所有者による対応がありません。残す場合は、記載のタグを付けて\
                                ください。"
                .to_owned()
        }
        Letter::OperatorIntro => {
            "ほかの誰にも通知していないため、何も実行しません。通知先のある所有者を割り当ててください。".to_owned()
        }
        Letter::Total { cost: Some(cost), unknown: 0 } => {
            format!("合計は月 {cost} です (定価。Savings Plans、リザーブドインスタンス、税の適用前)。")
        }
        Letter::Total { cost: Some(cost), unknown } => {
            format!(
                "合計は月 {cost} です (定価。Savings Plans、リザーブドインスタンス、税の適用前。ほかに料金不明 {unknown} 台)。"
            )
        }
        Letter::Total { cost: None, unknown: _ } => "料金は不明です。".to_owned(),
        Letter::Monthly { amount } => format!("月 {amount}"),
        Letter::PriceUnknown => "不明".to_owned(),
        Letter::What { subject, due, reminder } => {
            let again = if reminder { "再通知: " } else { "" };
            format!("{again}{}", what(subject, due))
        }
        Letter::Place { account, region, policy } => {
            format!("アカウント {account}、{region}、ポリシー {policy}")
        }
        Letter::At { at, zone } => At(at, zone).to_string(),
        Letter::ManyRetagged { count } => format!(
            "通知の後に {count} 台のインスタンスの所有者またはスケジュールのタグが変更されたため、通知をやり直します。一覧はレポートにあります。"
        ),
        Letter::Unheard { owner: Some(owner), by } => format!("{owner} ({})、通知先なし", known(by)),
        Letter::Unheard { owner: None, by } => known(by),
    }
}

fn what(subject: Subject, due: Option<(DateTime<Utc>, Tz)>) -> String {
    let due = due.map(|(at, zone)| At(at, zone));
    match (subject, due) {
        (Subject::FirstStop, Some(due)) => format!("稼働時間外に実行中。{due} 以降に停止します"),
        (Subject::FirstStop, None) => "稼働時間外に実行中".to_owned(),
        (Subject::Idle, Some(due)) => format!("アイドル状態。早ければ {due} に停止します"),
        (Subject::Idle, None) => "アイドル状態 (報告のみ)".to_owned(),
        (Subject::Lifted, _) => "マークを解除しました。アイドルを理由に停止することはありません".to_owned(),
        (Subject::Stopped, _) => "アイドル状態だったため停止しました".to_owned(),
        (Subject::KeepEnds, Some(due)) => format!("保持するタグの期限は {due} です"),
        (Subject::KeepEnds, None) => "保持するタグの期限が切れます".to_owned(),
        (Subject::Attention, _) => "確認が必要です".to_owned(),
        (Subject::Retagged, Some(due)) => format!(
            "通知の後に所有者またはスケジュールのタグが変更されたため、通知をやり直します。早ければ {due} に停止します"
        ),
        (Subject::Retagged, None) => {
            "通知の後に所有者またはスケジュールのタグが変更されたため、通知をやり直します。変更が2回を超えると、運用担当者が判断するまで停止しません".to_owned()
        }
        (Subject::Aged, _) => "長期間実行中で、所有者は既定値でしか分かりません".to_owned(),
    }
}

fn known(by: &OwnedBy) -> String {
    match by {
        OwnedBy::Tag(key) => format!("タグ {key} による"),
        OwnedBy::Account(pattern) => format!("アカウントの対応付け {pattern} による"),
        OwnedBy::AlternateContact => "アカウントの代替連絡先による".to_owned(),
        OwnedBy::Default => "既定値による".to_owned(),
        OwnedBy::Nobody => "不明 (タグ、アカウント、既定値のいずれにもなし)".to_owned(),
        OwnedBy::Unresolved(cause) => format!("不明 ({cause})"),
    }
}
