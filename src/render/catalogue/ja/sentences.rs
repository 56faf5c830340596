//! Messages with their arguments.

use super::*;

pub(super) fn sentence(out: &mut String, sentence: &Sentence<'_>) -> fmt::Result {
    match *sentence {
        Sentence::Headline { mode, run, at, zone } => {
            write!(out, "実行 {run} の {}、判定時刻 {}", mode.as_str(), At(at, zone))
        }
        Sentence::Tally { found, list, effect } => {
            let colon = if list.is_empty() { "" } else { ": " };
            write!(out, "インスタンス {found}台{colon}{list}。")?;
            match effect {
                None => Ok(()),
                Some(Effect::DryUnarmed) => out.write_str("予行: 実行が許可されているものはありません。"),
                Some(Effect::Dry { steps: 0 }) => out.write_str("予行のため、停止も起動もしていません。"),
                Some(Effect::Dry { steps }) => write!(out, "予行: `apply` ならこのうち{steps}台を操作します。"),
                Some(Effect::Unarmed) => out.write_str("実行が許可されていないため、停止も起動もしていません。"),
            }
        }
        Sentence::ToDo { action, count } => write!(out, "{}予定 {count}台", verb(action)),
        Sentence::WouldBe { action, count } => write!(out, "{}対象 {count}台", verb(action)),
        Sentence::Reported { count } => write!(out, "報告のみ {count}台"),
        Sentence::Skipped { count } => write!(out, "操作しない {count}台"),
        Sentence::Would(action) => write!(out, "{}対象", verb(action)),
        Sentence::NotArmed { because, policy } => match because {
            NotArmed::Partial => out.write_str("アカウントとリージョンを最後までスキャンできていない"),
            NotArmed::Observes => write!(out, "ポリシー `{policy}` が `observe`"),
            NotArmed::Run => out.write_str("`[run] armed` が true ではない"),
            NotArmed::NoRecord => out.write_str("`[run] record` がない"),
        },
        Sentence::Age(age) => match (age.num_days(), age.num_hours()) {
            (0, 0) => write!(out, "{}分", age.num_minutes()),
            (0 | 1, hours) => write!(out, "{hours}時間"),
            (days, _) => write!(out, "{days}日"),
        },
        Sentence::At { at, zone } => write!(out, "{}", At(at, zone)),
        Sentence::Question { counts, accounts } => {
            write!(out, "{accounts}個のアカウントで次の操作を実行しますか: ")?;
            listed(out, counts, |out, (action, count)| write!(out, "{} {count}台", verb(*action)))
        }
        Sentence::NearMiss { key, value, pattern, policy } => write!(
            out,
            "惜しい不一致: ポリシー `{policy}` の条件は `{pattern}` だが、インスタンスのタグは `{key}={value}`。大文字小文字とつづりが一致する必要がある"
        ),
        Sentence::OthersNotSelected { count } => write!(out, "その実行のうち、今回の要求の対象外 {count}台"),
        Sentence::EachOf { text } => write!(out, "すべてに共通: {text}"),
        Sentence::LeftOut { list } => write!(
            out,
            "(幅が足りず省いた列: {list}。`--columns` で列を選択でき、パイプやファイルにはすべて出力されます)"
        ),
        Sentence::Undoing { run, undoes, at, applied } => {
            let what = if applied { "取り消し" } else { "取り消しの予行" };
            write!(out, "実行 {undoes} の{what}(実行 {run})、判定時刻 {}", At(at, Tz::UTC))
        }
        Sentence::Figure { figure, number } => {
            let (what, unit) = counted(figure);
            write!(out, "{what} {number}{unit}")
        }
        Sentence::Scanned { scanned: 0, of: 0 } => out.write_str("スキャンした対象はありません。何も分かっていません"),
        Sentence::Scanned { scanned: 0, of } => {
            write!(out, "{of} 件の対象のうちスキャンできたのは 0 件で、何も分かっていません")
        }
        Sentence::Scanned { scanned, of } => {
            write!(out, "{of} 件の対象のうちスキャンできたのは {scanned} 件で、残りについては何も分かっていません")
        }
        Sentence::Health { word } => write!(out, "状態 {word}"),
        Sentence::Refused { why } => write!(out, "何も操作しません: {why}"),
        Sentence::DeferredBy { count, cap } => write!(out, "`{cap}` により{count}件"),
        Sentence::Deferred { list } => write!(out, "次回以降に繰り越し: {list}"),
        Sentence::Note { note } => write!(out, "注記: {note}"),
        Sentence::NotInScope { account, name: None, because } => write!(out, "対象外: {account}: {because}"),
        Sentence::NotInScope { account, name: Some(name), because } => {
            write!(out, "対象外: {account} ({name}): {because}")
        }
        Sentence::Ruled { id, name, target, verdict, not_armed } => {
            let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
            let (word, reason) = (verdict.as_str(), verdict.reason());
            write!(out, "{target} の {id}{name}: 規則 `{reason}` により `{word}`")?;
            not_armed.map_or(Ok(()), |why| write!(out, "(何も操作しません: {why})"))
        }
        Sentence::Because { reason, detail } => write!(out, "{}: {detail}", meaning(reason, Locale::Ja)),
        Sentence::WouldChange { reason } => write!(out, "判定が変わる条件: {}。", mend(reason, Locale::Ja)),
        Sentence::Whose { id, name: "", account, region } => write!(out, "{account}/{region} の {id}"),
        Sentence::Whose { id, name, account, region } => write!(out, "{account}/{region} の {id} ({name})"),
        Sentence::Ran { run, at, health: None } => write!(out, "{run}、{}。報告の前に中断", At(at, Tz::UTC)),
        Sentence::Ran { run, at, health: Some(health) } => {
            write!(out, "{run}、{}。状態 {health}", At(at, Tz::UTC))
        }
        Sentence::Decided { verdict, armed, reason, policy } => {
            let keys = match armed {
                None => "",
                Some(true) => "(実行許可あり)",
                Some(false) => "(実行許可なし: 何も操作していません)",
            };
            policy.map_or(Ok(()), |policy| write!(out, "ポリシー `{policy}` の"))?;
            write!(out, "規則 `{reason}` により `{verdict}`{keys}")
        }
        Sentence::Step { action, not_after: None } => write!(out, "`{action}`"),
        Sentence::Step { action, not_after: Some(at) } => {
            write!(out, "`{action}`(開始期限 {})", At(at, Tz::UTC))
        }
        Sentence::PutOff { cap, why: None } => write!(out, "`{cap}` により繰り越し"),
        Sentence::PutOff { cap, why: Some(why) } => write!(out, "`{cap}` により繰り越し: {why}"),
        Sentence::Ended { outcome, at, detail } => write!(out, "`{outcome}`、{}: {detail}", At(at, Tz::UTC)),
        Sentence::ScheduleAt { name, open, at, zone } => {
            write!(out, "`{name}` は {} の時点で{}", At(at, zone), open_or_closed(open))
        }
        Sentence::Frozen { range } => write!(out, "凍結期間 {}: 停止も起動もしません", Range(range)),
        Sentence::Exhausted { date } => write!(out, "{} の祝日データなし: 停止も起動もしません", Day(date)),
        Sentence::ClosedSince { at, zone } => write!(out, "稼働時間は {} に終了", At(at, zone)),
        Sentence::Opens { at, zone } => write!(out, "次の開始は {}", At(at, zone)),
        Sentence::Date { date } => write!(out, "{}", Day(date)),
        Sentence::Provisional { holiday } => write!(out, "{holiday} (未確定)"),
        Sentence::WorksLike { day } => write!(out, "{}曜日と同じ稼働", weekday(day)),
        Sentence::FrozenDay { range } => write!(out, "凍結期間 {}", Range(range)),
    }
}

pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Stop => "停止",
        Action::Hibernate => "休止",
        Action::Start => "起動",
    }
}

pub(super) fn counted(figure: Figure) -> (&'static str, &'static str) {
    match figure {
        Figure::Found => ("確認", "台"),
        Figure::Candidates => ("停止対象", "台"),
        Figure::ToDo => ("操作予定", "台"),
        Figure::Deferred => ("繰り越し", "台"),
        Figure::Stopped => ("停止", "台"),
        Figure::Started => ("起動", "台"),
        Figure::Failed => ("失敗", "台"),
        Figure::Unreachable => ("確認不能", "件"),
        Figure::Denied => ("組織により閉鎖", "件"),
    }
}
