//! The facts that rules evaluated.

use super::*;

pub(super) fn inputs(out: &mut String, inputs: &Inputs) -> fmt::Result {
    match inputs {
        Inputs::WithoutPolicy => out.write_str("ポリシーなし"),
        Inputs::Kept { key, found: None } => write!(out, "タグ `{key}` なし"),
        Inputs::Kept { key: _, found: Some(tag) } => crate::render::catalogue::ja::tag(out, tag),
        Inputs::KeptUntil { key, found } if found.is_empty() => write!(out, "タグ `{key}` なし"),
        Inputs::KeptUntil { key: _, found } => listed(out, found, tag),
        Inputs::KeepUnreadable { key, wrong: None } => write!(out, "読み取れない `{key}` なし"),
        Inputs::KeepUnreadable { key: _, wrong: Some(wrong) } => write!(
            out,
            "`{}` は `2026-12-31` のような1つの日付でも、`2026-12-31T18:00+09:00` のような時差付きの1つの時刻でもない",
            wrong.0
        ),
        Inputs::TagUnknown { found: None } => out.write_str("キーの誤りなし"),
        Inputs::TagUnknown { found: Some((key, meant)) } => mistyped(out, key, meant),
        Inputs::NeverListed { by: None } => out.write_str("`[never]` に該当なし"),
        Inputs::NeverListed { by: Some(by) } => never(out, by),
        Inputs::NotInScope { target } => {
            write!(out, "アカウント `{}`、リージョン `{}`", target.account, target.region)
        }
        Inputs::NoPolicy { policies, first: None } => write!(out, "{policies}件のポリシーのいずれにも該当しない"),
        Inputs::NoPolicy { policies: _, first: Some(policy) } => {
            write!(out, "最初に該当するポリシーは `{policy}`")
        }
        Inputs::NotSelected { selected: None } => out.write_str("要求はすべてのポリシーを選択"),
        Inputs::NotSelected { selected: Some(policies) } => {
            out.write_str("要求が選択しているポリシー: ")?;
            listed(out, policies, |out, policy| write!(out, "`{policy}`"))
        }
        Inputs::OtherHub { own, found: None } => match own {
            Some(own) => write!(out, "`{own}` 以外のハブのタグなし"),
            None => out.write_str("別のハブのタグなし"),
        },
        Inputs::OtherHub { own: _, found: Some((key, hub)) } => other_hub(out, key, hub),
        Inputs::NotRunning { state, stopped: None } => crate::render::catalogue::ja::state(out, *state),
        Inputs::NotRunning { state, stopped: Some((at, run)) } => {
            crate::render::catalogue::ja::state(out, *state)?;
            write!(out, "。idle-reaper が {} に停止(実行 `{run}`)", At(*at, Tz::UTC))
        }
        Inputs::MatchUnknown { unknown: None } => out.write_str("不明な情報に依存する `match` なし"),
        Inputs::MatchUnknown { unknown: Some((policy, fact)) } => match_unknown(out, policy, *fact),
        Inputs::Incomplete { lacks: None } => out.write_str("欠けている情報なし"),
        Inputs::Incomplete { lacks: Some(lacks) } => {
            write!(out, "応答に{}がない", crate::render::catalogue::ja::lacks(*lacks))
        }
        Inputs::AutoScalingMember { found: None } => out.write_str("Auto Scaling グループなし"),
        Inputs::AutoScalingMember { found: Some(tag) } => crate::render::catalogue::ja::tag(out, tag),
        Inputs::KubernetesNode { tell } => told(out, tell.as_ref(), "Kubernetes クラスターのタグなし"),
        Inputs::ContainerHost { tell } => told(out, tell.as_ref(), "ECS または Batch のタグなし"),
        Inputs::ManagedService { tell } => told(out, tell.as_ref(), "管理している別のサービスなし"),
        Inputs::Spot { lifecycle: None } => out.write_str("オンデマンド"),
        Inputs::Spot { lifecycle: Some(lifecycle) } => write!(out, "ライフサイクル `{lifecycle}`"),
        Inputs::InstanceStore { tell } => told(out, tell.as_ref(), "ルートは EBS、インスタンスストアなし"),
        Inputs::NoSaving { tell } => told(out, tell.as_ref(), "専有ホスト、アウトポスト、Mac、予約のいずれでもない"),
        Inputs::Appliance { tell } => told(out, tell.as_ref(), "送信元/送信先チェックは有効、製品コードなし"),
        Inputs::ScheduleUnreadable { key, found: None, wrong: _ } => write!(out, "タグ `{key}` なし"),
        Inputs::ScheduleUnreadable { key: _, found: Some(tag), wrong: None } => {
            crate::render::catalogue::ja::tag(out, tag)
        }
        Inputs::ScheduleUnreadable { key: _, found: Some(tag), wrong: Some(wrong) } => {
            crate::render::catalogue::ja::tag(out, tag)?;
            out.write_str(": ")?;
            expr(out, wrong)
        }
        Inputs::CalendarExhausted { date: None } => out.write_str("カレンダーにこの日のデータあり"),
        Inputs::CalendarExhausted { date: Some(date) } => write!(out, "{} の祝日データなし", Day(*date)),
        Inputs::Frozen { range: None } => out.write_str("凍結期間ではない"),
        Inputs::Frozen { range: Some(range) } => write!(out, "凍結期間 {}", Range(*range)),
        Inputs::Idle { idleness } => crate::render::catalogue::ja::idleness(out, idleness),
        Inputs::Reopening { zone, opens, margin } => {
            opens_next(out, *opens, *zone)?;
            write!(out, "。その{}前を過ぎると、停止する意味がない", Span(*margin))
        }
        Inputs::WithinHours { schedule, open, now, zone } => {
            write!(out, "スケジュール `{schedule}` は {} の時点で{}", At(*now, *zone), open_or_closed(*open))
        }
        Inputs::Undone { undone: None, zone: _ } => out.write_str("最近の取り消しの対象ではない"),
        Inputs::Undone { undone: Some((at, until)), zone } => undone(out, *at, *until, *zone),
        Inputs::Overtime { age: None, respected: _ } => out.write_str("稼働時間の終了後の起動ではない"),
        Inputs::Overtime { age: Some(age), respected } => overtime(out, *age, *respected),
        Inputs::Young { age: None, grace: _ } => out.write_str("起動時刻なし"),
        Inputs::Young { age: Some(age), grace } => young(out, *age, *grace),
        Inputs::CannotHibernate { enabled: true } => out.write_str("休止は作成時に有効化済み"),
        Inputs::CannotHibernate { enabled: false } => out.write_str("休止は作成時に有効化されていない"),
        Inputs::RestartFight { stops } => write!(out, "稼働時間の終了後に idle-reaper が停止した回数: {stops}回"),
        Inputs::Busy { last_hour: _, limits: None } => out.write_str("`[busy]` は無効"),
        Inputs::Busy { last_hour, limits: Some(limits) } => match last_hour {
            Activity::Measured(hour) => {
                out.write_str("直近1時間で最も高い5分間: ")?;
                hour.figures(limits).try_for_each(|(gauge, figure, limit)| {
                    let (figure, limit) = (gauge.with_unit(figure), gauge.with_unit(limit));
                    write!(out, "{} {figure}、しきい値 {limit}。", gauge_name(gauge))
                })?;
                write!(out, "測定値 {}/{} 個", hour.has, hour.of)
            }
            Activity::NotAsked => out.write_str("直近1時間は未測定(停止の前には必ず測定する)"),
            Activity::Gap(gap) => write!(out, "測定値なし: {gap}"),
        },
        Inputs::Unmeasured { last_hour } => match last_hour {
            Activity::Gap(gap) => write!(out, "測定値なし: {gap}"),
            Activity::NotAsked => out.write_str("未測定"),
            Activity::Measured(hour) => match hour.gap() {
                Some(gap) => write!(out, "測定値が不足: {gap}"),
                None => write!(out, "測定済み: 5分間の測定値 {}/{} 個", hour.has, hour.of),
            },
        },
        Inputs::OutsideHours { policy, outside, closed_since, zone } => {
            closed(out, *closed_since, *zone)?;
            write!(out, "。ポリシー `{policy}` の指定は `outside = \"{outside}\"`")
        }
    }
}

pub(super) fn gauge_name(gauge: Gauge) -> &'static str {
    match gauge {
        Gauge::Cpu => "CPU 使用率",
        Gauge::Network => "ネットワーク通信量",
        Gauge::Writes => "EBS 書き込み量",
        Gauge::Gpu => "GPU 使用率",
    }
}

pub(super) fn open_or_closed(open: bool) -> &'static str {
    if open { "稼働時間内" } else { "稼働時間外" }
}

pub(super) fn tag(out: &mut String, (key, value): &FoundTag) -> fmt::Result {
    write!(out, "タグ `{key}` = `{value}`")
}

pub(super) fn listed<T>(out: &mut String, items: &[T], one: impl Fn(&mut String, &T) -> fmt::Result) -> fmt::Result {
    for (n, item) in items.iter().enumerate() {
        out.write_str(if n == 0 { "" } else { "、" })?;
        one(out, item)?;
    }
    Ok(())
}

pub(super) fn told(out: &mut String, tell: Option<&Marker>, none: &str) -> fmt::Result {
    match tell {
        None => out.write_str(none),
        Some(tell) => crate::render::catalogue::ja::tell(out, tell),
    }
}
