//! 日本語。What users wrote, and words that machines read, stay as they are and stand in backticks; the wording follows
//! the Japanese AWS console and documentation.

use std::fmt::{self, Write as _};

use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::Tz;

use crate::engine::evidence::idle::{Idleness, Ineligible, Missing};
use crate::engine::model::Tier;
use crate::engine::model::{
    Action, Forgotten, Gauge, IdleFacts, Lacks, Listed, Marker, NotArmed, Outside, Quiet, Reason, Reopening, Skipped,
    State, UnknownFact, Unscoped, Verdict, WhyReportOnly, WhyReported,
};
use crate::engine::rules::case::Activity;
use crate::engine::rules::inputs::{FoundTag, Inputs};
use crate::engine::schedule::{DateRange, ExprError};
use crate::engine::undo::{Finding, WhyNot};
use crate::render::catalogue::{Effect, Figure, Label, Sentence, Voice};

pub(crate) struct Japanese;

/// `2026-11-25(水) 18:00 JST`
pub(crate) struct At(pub(crate) DateTime<Utc>, pub(crate) Tz);

/// `2026-11-25(水)`
struct Day(NaiveDate);

/// `2027-03-31(水)から2027-04-01(木)まで`
struct Range(DateRange);

/// `2時間5分`
struct Span(Duration);

impl Voice for Japanese {
    fn label(&self, label: Label) -> &'static str {
        match label {
            Label::Account => "アカウント",
            Label::Action => "操作",
            Label::Age => "経過",
            Label::ByAccount => "アカウント別",
            Label::Cause => "原因",
            Label::ClosedByCalendar => "カレンダーによる休業日",
            Label::ClauseBreak => "。",
            Label::Count => "台数",
            Label::DayUnknown => "祝日データなし",
            Label::ForExample => "例",
            Label::HowToKeep => "再び起こらないようにするには、インスタンスに次のタグのいずれかを付けてください:",
            Label::Instance => "インスタンス",
            Label::Kept => "保護",
            Label::Launched => "起動日時",
            Label::Skipped => "操作しない",
            Label::LegendOfRules => {
                "=> 決定した規則、+ それがなければ同じまたは別の判定を下す規則、- 判定を下さない規則"
            }
            Label::LegendOfSchedule => {
                "# 稼働時間内、. 稼働時間外、/ 30分のうち一部のみ稼働、空白は存在しない時刻(時計が進む)"
            }
            Label::LeftAloneForGood => "値は任意: ずっと操作しない",
            Label::LeftAloneUntil => "その日まで操作しない",
            Label::ListBreak => "、",
            Label::Name => "名前",
            Label::NeverOpens => "今後400日以内に稼働時間なし",
            Label::NoRuns => "この期間の実行は記録にありません。",
            Label::TitleNotSeen => "スキャンできなかった対象",
            Label::NothingOutsideHours => "稼働時間外に動いているインスタンスはありません。",
            Label::NothingScannedOutsideHours => {
                "スキャンできた対象に、稼働時間外に動いているインスタンスはありません。"
            }
            Label::NothingToUndo => "取り消すものはありません。",
            Label::OtherHours => "別の稼働時間: 式、または設定のスケジュール名",
            Label::Outcome => "結果",
            Label::OutcomeUnknown => "不明: 実行の報告が残っていない",
            Label::OutsideHours => "稼働時間外",
            Label::Owner => "所有者",
            Label::Policy => "ポリシー",
            Label::Reason => "理由",
            Label::Region => "リージョン",
            Label::Remark => "備考",
            Label::Run => "実行",
            Label::RowOutcome => "結果     ",
            Label::RowRun => "実行     ",
            Label::RowStep => "操作     ",
            Label::RowVerdict => "判定     ",
            Label::Running => "実行中",
            Label::Found => "確認",
            Label::SomebodyShouldLook => "停止を見送ったもののうち、対応が必要なもの",
            Label::State => "状態",
            Label::TitleInstances => "インスタンス一覧",
            Label::TitleRemarks => "知っておくべきこと",
            Label::TitleSkipped => "操作しないもの",
            Label::Type => "タイプ",
            Label::UsdMonth => "月額(USD)",
            Label::Verdict => "判定",
            Label::WhatHappened => "経過",
            Label::WhatIsWrong => "問題点",
            Label::WhatWasDone => "実行した操作",
            Label::Why => "判定の根拠",
        }
    }

    fn meaning(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::Kept => "担当チームがタグで保護している",
            Reason::KeptUntil => "担当チームが期限付きで保護している",
            Reason::KeepUnreadable => "担当チームの保護の指定が読み取れない",
            Reason::TagUnknown => "担当チームのタグのキーに誤りがある",
            Reason::NeverListed => "設定により常に操作しない",
            Reason::NotInScope => "アカウントまたはリージョンが設定の対象外",
            Reason::NoPolicy => "どのポリシーの対象でもない",
            Reason::NotSelected => "今回の要求の対象ではない",
            Reason::OtherHub => "別のハブの idle-reaper がタグを書いている",
            Reason::NotRunning => "停止できるのは実行中のインスタンスだけ",
            Reason::MatchUnknown => "先に評価されるポリシーに該当するかどうか分からない",
            Reason::Incomplete => "判定に必要な情報が欠けている",
            Reason::AutoScalingMember => "停止すると、グループが終了させて置き換える",
            Reason::KubernetesNode => "停止すると、クラスターが置き換える",
            Reason::ContainerHost => "停止するとタスクが失われ、置き換えられる",
            Reason::ManagedService => "別のサービスが管理している",
            Reason::Spot => "オンデマンドではない",
            Reason::InstanceStore => "停止が拒否されるか、データが消える",
            Reason::NoSaving => "停止しても料金が変わらない",
            Reason::Appliance => "他の通信の経路になっている可能性がある",
            Reason::ScheduleUnreadable => "担当チームの稼働時間の指定が読み取れない",
            Reason::CalendarExhausted => "祝日かどうか分からない",
            Reason::Frozen => "凍結期間中は停止も起動もしない",
            Reason::Idle => "実行中だが何もしていない",
            Reason::Reopening => "稼働時間がまもなく始まる、または始まった",
            Reason::WithinHours => "稼働時間内",
            Reason::Undone => "停止が取り消された",
            Reason::Overtime => "稼働時間の終了後に起動されたため、しばらく停止しない",
            Reason::Young => "起動して間もない",
            Reason::CannotHibernate => "ポリシーは休止を求めているが、休止できない",
            Reason::RestartFight => "動かしておきたい人がいる",
            Reason::Busy => "直近1時間に負荷があった",
            Reason::Unmeasured => "負荷があったかどうか分からない",
            Reason::OutsideHours => "稼働時間外に動いており、停止を見送る理由がない",
        }
    }

    fn mend(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::Kept => "タグの削除(担当チームだけが行うこと)",
            Reason::KeptUntil => "タグの期限の経過、またはタグの期限の前倒し",
            Reason::KeepUnreadable => {
                "タグの値を `2026-12-31` のような日付、または `2026-12-31T18:00+09:00` のような時刻に直すこと"
            }
            Reason::TagUnknown => {
                "正しいキーへの修正、またはタグの削除。idle-reaper と無関係なタグなら `[tags]` の `ignore` への追加"
            }
            Reason::NeverListed => "設定の `[never]` の変更",
            Reason::NotInScope => "`[scope]` の `accounts`、`exclude-accounts`、`regions` の変更",
            Reason::NoPolicy => "`match` が該当するポリシーの追加、またはタグの変更",
            Reason::NotSelected => "該当するポリシーを選択した要求",
            Reason::OtherHub => {
                "インスタンスごとに1つのハブ: ポリシーや `prefix` の変更、またはそのハブがもうなければタグの削除"
            }
            Reason::NotRunning => "インスタンスの起動",
            Reason::MatchUnknown => "`match` でのアカウント ID の指定、または不明な情報を取得できる設定への変更",
            Reason::Incomplete => "`DescribeInstances` の完全な応答",
            Reason::AutoScalingMember => "Auto Scaling グループからのデタッチ",
            Reason::KubernetesNode => "停止の代わりに、ノードグループをスケールすること",
            Reason::ContainerHost => "停止の代わりに、クラスターまたはコンピューティング環境をスケールすること",
            Reason::ManagedService => "管理しているサービスの側で停止すること",
            Reason::Spot => "オンデマンドインスタンスへの変更",
            Reason::InstanceStore => "インスタンスストアのないインスタンスタイプへの変更",
            Reason::NoSaving => "ホストまたは予約の解放",
            Reason::Appliance => "アプライアンスでなければ、送信元/送信先チェックの有効化",
            Reason::ScheduleUnreadable => "タグの値をスケジュール名、または `mon-fri 09:00-18:00` のような式に直すこと",
            Reason::CalendarExhausted => "新しい祝日データを含むリリース、または `holidays` のないカレンダー",
            Reason::Frozen => "凍結期間の終了、またはカレンダーの `freeze` の変更",
            Reason::Idle => "使用の再開、`keep` または `keep-until` タグの付与、またはポリシーの `idle` の変更",
            Reason::Reopening => "ポリシーの `start-lead` と `at-opening` の変更",
            Reason::WithinHours => "稼働時間の終了、またはスケジュールの変更",
            Reason::Undone => "次の次の開始",
            Reason::Overtime => "猶予の終了、またはポリシーの `overtime` の変更",
            Reason::Young => "時間の経過、またはポリシーの `min-uptime` の変更",
            Reason::CannotHibernate => {
                "休止を有効にしたインスタンスの作成、またはポリシーの `outside = \"stop\"` への変更"
            }
            Reason::RestartFight => {
                "次の稼働時間の開始、アイドルによる停止の場合は停止のない1年間。より確実なのは `keep-until` または `schedule` タグの付与"
            }
            Reason::Busy => "負荷の低い1時間、または `[busy]` のしきい値の変更",
            Reason::Unmeasured => "CloudWatch の測定値、または `[busy]` の `unmeasured = \"ignore\"` への変更",
            Reason::OutsideHours => "インスタンスへの `keep`、`keep-until`、`schedule` タグの付与",
        }
    }

    fn verdict(&self, out: &mut String, verdict: &Verdict) -> fmt::Result {
        match verdict {
            Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside) => {
                crate::render::catalogue::ja::outside(out, outside)
            }
            Verdict::Idle(found) => forgotten(out, found),
            Verdict::Start(reopening) => crate::render::catalogue::ja::reopening(out, reopening),
            Verdict::Skip(skipped) => crate::render::catalogue::ja::skipped(out, skipped),
            Verdict::OutOfScope(Unscoped::NoPolicy) => out.write_str("該当するポリシーなし"),
            Verdict::OutOfScope(Unscoped::NotSelected) => out.write_str("要求が選択しているのは別のポリシー"),
            Verdict::OutOfScope(Unscoped::NotInScope) => out.write_str("設定の対象外のアカウントまたはリージョン"),
        }
    }

    fn finding(&self, out: &mut String, finding: &Finding) -> fmt::Result {
        let why = match finding {
            Finding::Start => return out.write_str("その実行が停止し、その後は誰も操作していない"),
            Finding::Left(why) => why,
        };
        match why {
            WhyNot::NotSelected => out.write_str("リクエストの対象外"),
            WhyNot::NotStopped(ending) => write!(out, "その実行は停止していない: `{}`", ending.as_str()),
            WhyNot::Unreachable => out.write_str("アカウントまたはリージョンを確認できなかった"),
            WhyNot::Denied => out.write_str("組織のポリシーによりリージョンが閉鎖されている"),
            WhyNot::Gone => out.write_str("すでに存在しない"),
            WhyNot::Up(state) => crate::render::catalogue::ja::state(out, *state),
            WhyNot::StillStopping => out.write_str("まだ停止処理の途中。1分後にもう一度取り消すこと"),
            WhyNot::State(state) => {
                crate::render::catalogue::ja::state(out, *state)?;
                out.write_str("。起動できるのは停止済みのものだけ")
            }
            WhyNot::NoTag => out.write_str("idle-reaper のタグがない"),
            WhyNot::TagUnreadable => {
                out.write_str("タグが idle-reaper の書いた形ではない、または未来の時刻を示している")
            }
            WhyNot::OtherRun(run) => write!(out, "タグは別の実行 `{run}` を示している"),
            WhyNot::OtherHub(hub) => write!(out, "タグは別のハブ `{hub}` を示している。取り消しはそのハブで行うこと"),
            WhyNot::Touched => out.write_str("その後、誰かが起動または停止した"),
            WhyNot::Frozen(range) => {
                write!(out, "凍結期間 {}。`--even-frozen` を付ければ起動する", Range(*range))
            }
        }
    }

    fn inputs(&self, out: &mut String, inputs: &Inputs) -> fmt::Result {
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
            Inputs::NoSaving { tell } => {
                told(out, tell.as_ref(), "専有ホスト、アウトポスト、Mac、予約のいずれでもない")
            }
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

    fn sentence(&self, out: &mut String, sentence: &Sentence<'_>) -> fmt::Result {
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
            Sentence::Scanned { scanned: 0, of: 0 } => {
                out.write_str("スキャンした対象はありません。何も分かっていません")
            }
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
            Sentence::Because { reason, detail } => write!(out, "{}: {detail}", self.meaning(reason)),
            Sentence::WouldChange { reason } => write!(out, "判定が変わる条件: {}。", self.mend(reason)),
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
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Stop => "停止",
        Action::Hibernate => "休止",
        Action::Start => "起動",
    }
}

fn counted(figure: Figure) -> (&'static str, &'static str) {
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

fn gauge_name(gauge: Gauge) -> &'static str {
    match gauge {
        Gauge::Cpu => "CPU 使用率",
        Gauge::Network => "ネットワーク通信量",
        Gauge::Writes => "EBS 書き込み量",
        Gauge::Gpu => "GPU 使用率",
    }
}

fn outside(out: &mut String, outside: &Outside) -> fmt::Result {
    let Outside { zone, closed_since, launch, opens, last_hour } = outside;
    closed(out, *closed_since, *zone)?;
    if closed_since.is_none_or(|closed| *launch >= closed) {
        write!(out, "、{} に起動", At(*launch, *zone))?;
    }
    out.write_str("。")?;
    opens_next(out, *opens, *zone)?;
    match last_hour {
        Quiet::NotAsked => Ok(()),
        Quiet::Unmeasured => out.write_str("。直近1時間は未測定"),
        Quiet::Measured { cpu, has, of } => {
            write!(out, "。直近1時間の CPU 使用率は最大 {cpu:.1}% (測定値 {has}/{of} 個)")
        }
    }
}

fn closed(out: &mut String, since: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    match since {
        Some(since) => write!(out, "稼働時間は {} に終了", At(since, zone)),
        None => out.write_str("1年以上前から稼働時間外"),
    }
}

fn opens_next(out: &mut String, opens: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    match opens {
        Some(opens) => write!(out, "次の開始は {}", At(opens, zone)),
        None => out.write_str("次の開始なし"),
    }
}

fn reopening(out: &mut String, reopening: &Reopening) -> fmt::Result {
    let Reopening { zone, opens, stopped, run } = reopening;
    match opens {
        Some(opens) => write!(out, "{} に稼働時間が始まる", At(*opens, *zone))?,
        None => out.write_str("現在は稼働時間内")?,
    }
    write!(out, "。idle-reaper が {} に停止(実行 `{run}`)", At(*stopped, *zone))
}

/// Bytes in words.
fn bytes(bytes: f64) -> String {
    if bytes < 1e6 {
        format!("{:.0}キロバイト", bytes / 1e3)
    } else {
        format!("{:.1}メガバイト", bytes / 1e6)
    }
}

fn forgotten(out: &mut String, found: &Forgotten) -> fmt::Result {
    let Forgotten { facts, reported, hibernate: _, marked, zone } = found;
    idle_facts(out, facts)?;
    match reported {
        None => {}
        Some(WhyReported::Policy) => out.write_str("。ポリシーは報告のみ")?,
        Some(WhyReported::Tier) => out.write_str("。ポリシーが停止するのは確実にアイドルなものだけ")?,
        Some(WhyReported::Itself(why)) => {
            out.write_str("。報告のみ: ")?;
            report_only(out, why)?;
        }
    }
    match marked {
        Some(marked) => write!(out, "。{} にマーク済み", At(*marked, *zone)),
        None => Ok(()),
    }
}

fn idle_facts(out: &mut String, facts: &IdleFacts) -> fmt::Result {
    let sure = match facts.tier {
        Tier::Strict => "アイドル",
        Tier::Likely => "アイドルの可能性が高い",
    };
    write!(
        out,
        "{sure}: 期間中の稼働 {}時間、CPU {:.1}%(97パーセンタイル)、最大 {:.1}%、通信量は最も多い日で {}",
        facts.running_hours,
        facts.cpu_p97,
        facts.cpu_max,
        bytes(facts.network_per_day)
    )
}

fn report_only(out: &mut String, why: &WhyReportOnly) -> fmt::Result {
    match why {
        WhyReportOnly::LoadBalancer => out.write_str("ロードバランサーの転送先"),
        WhyReportOnly::LoadBalancerUnknown(cause) => {
            write!(out, "ロードバランサーの転送先かどうか不明: {cause}")
        }
        WhyReportOnly::Forwards => out.write_str("トラフィックを転送している"),
        WhyReportOnly::Interfaces(count) => write!(out, "ネットワークインターフェイスが{count}個"),
        WhyReportOnly::Product(code) => write!(out, "マーケットプレイス製品 `{code}`"),
        WhyReportOnly::Word(word) => write!(out, "名前またはロールに `{word}` を含む"),
        WhyReportOnly::Type(kind) => write!(out, "タイプ `{kind}` の処理は CPU に表れない"),
        WhyReportOnly::InstanceStore(tell) => crate::render::catalogue::ja::tell(out, tell),
    }
}

fn idleness(out: &mut String, idleness: &Idleness) -> fmt::Result {
    match idleness {
        Idleness::NotAsked => out.write_str("未測定"),
        Idleness::Active(sign) => match sign.at() {
            Some(at) => write!(out, "使用中: `{}` ({})", sign.as_str(), at.format("%Y-%m-%d %H:%M")),
            None => write!(out, "使用中: `{}`", sign.as_str()),
        },
        Idleness::Idle(facts) => idle_facts(out, facts),
        Idleness::Undetermined(missing) => {
            out.write_str("判定不能: ")?;
            crate::render::catalogue::ja::missing(out, missing)
        }
    }
}

pub(crate) fn missing(out: &mut String, missing: &Missing) -> fmt::Result {
    match missing {
        Missing::Ineligible(Ineligible::NotRunning) => out.write_str("実行中ではない"),
        Missing::Ineligible(Ineligible::Lifecycle) => out.write_str("オンデマンドではない"),
        Missing::Ineligible(Ineligible::Root) => out.write_str("ルートが EBS ではない"),
        Missing::Ineligible(Ineligible::Managed) => out.write_str("別のサービスが管理"),
        Missing::Launch => out.write_str("起動時刻が不明"),
        Missing::Vcpus => out.write_str("仮想 CPU の数が不明"),
        Missing::RunningHours { has, wants } => write!(out, "稼働 {has}時間、必要なのは{wants}時間"),
        Missing::Metric { metric, cause } => write!(out, "`{}` なし: {cause}", metric.as_str()),
        Missing::Sparse { metric, has, expected } => {
            write!(out, "`{}` のデータポイント {has}/{expected}", metric.as_str())
        }
    }
}

fn skipped(out: &mut String, skipped: &Skipped) -> fmt::Result {
    match skipped {
        Skipped::Kept { key, value } if value.is_empty() => write!(out, "タグ `{key}`"),
        Skipped::Kept { key, value } => write!(out, "タグ `{key}` = `{value}`"),
        Skipped::KeptUntil { value, too_far: None } => write!(out, "`{value}` まで保護"),
        Skipped::KeptUntil { value, too_far: Some(limit) } => {
            write!(out, "`{value}` まで保護。期限が上限の{limit}日より先")
        }
        Skipped::KeepUnreadable { value } => write!(out, "`{value}` は1つの日付として読めない。タグが直されるまで保護"),
        Skipped::TagUnknown { key, meant } => {
            mistyped(out, key, meant)?;
            out.write_str("。タグが直されるまで停止しない")
        }
        Skipped::NeverListed { by } => never(out, by),
        Skipped::OtherHub { key, hub } => other_hub(out, key, hub),
        Skipped::NotRunning { state, ours: true } => {
            out.write_str("idle-reaper が停止。")?;
            crate::render::catalogue::ja::state(out, *state)
        }
        Skipped::NotRunning { state, ours: false } => crate::render::catalogue::ja::state(out, *state),
        Skipped::MatchUnknown { policy, fact } => match_unknown(out, policy, *fact),
        Skipped::Unjudged { panic } => write!(out, "判定できない（プログラムの不具合）：{panic}"),
        Skipped::Incomplete { lacks } => write!(out, "応答に{}がない", crate::render::catalogue::ja::lacks(*lacks)),
        Skipped::AutoScalingMember { group } => write!(out, "Auto Scaling グループ `{group}` のメンバー"),
        Skipped::KubernetesNode { tell }
        | Skipped::ContainerHost { tell }
        | Skipped::ManagedService { tell }
        | Skipped::InstanceStore { tell }
        | Skipped::NoSaving { tell }
        | Skipped::Appliance { tell } => crate::render::catalogue::ja::tell(out, tell),
        Skipped::Spot { lifecycle } => write!(out, "ライフサイクル `{lifecycle}`"),
        Skipped::ScheduleUnreadable { value, wrong } if value.is_empty() => expr(out, wrong),
        Skipped::ScheduleUnreadable { value, wrong } => {
            write!(out, "`{value}`: ")?;
            expr(out, wrong)
        }
        Skipped::CalendarExhausted { date } => write!(out, "{} の祝日データなし", Day(*date)),
        Skipped::Frozen { range } => write!(out, "凍結期間 {}", Range(*range)),
        Skipped::WithinHours { schedule } => write!(out, "スケジュール `{schedule}` の稼働時間内"),
        Skipped::Reopening { opens, zone } => {
            write!(out, "{} に稼働時間が始まるため、停止する意味がない", At(*opens, *zone))
        }
        Skipped::Undone { at, until, zone } => undone(out, *at, *until, *zone),
        Skipped::Overtime { age, respected } => overtime(out, *age, *respected),
        Skipped::Young { age, grace } => young(out, *age, *grace),
        Skipped::CannotHibernate => {
            out.write_str("休止が作成時に有効化されておらず、通常の停止ではメモリの内容が失われる")
        }
        Skipped::Busy { gauge, figure, limit } => {
            let (gauge, figure, limit) = (gauge_name(*gauge), gauge.with_unit(*figure), gauge.with_unit(*limit));
            write!(out, "直近1時間の{gauge} {figure}、しきい値 {limit}")
        }
        Skipped::Unmeasured { gap } => write!(out, "直近1時間を測定できない: {gap}"),
        Skipped::RestartFight { stops } => {
            write!(out, "{stops}回停止し、そのたびに起動された。所有者に確認すること")
        }
    }
}

fn other_hub(out: &mut String, key: &str, hub: &str) -> fmt::Result {
    write!(out, "タグ `{key}` は別のハブ `{hub}` のもの。このハブは停止も起動もしない")
}

pub(crate) fn mistyped(out: &mut String, key: &str, meant: &str) -> fmt::Result {
    write!(out, "タグ `{key}` は `{meant}` の誤りと思われる")
}

fn undone(out: &mut String, at: DateTime<Utc>, until: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    write!(out, "停止が {} に取り消された。", At(at, zone))?;
    match until {
        Some(until) => write!(out, "次の次の開始 {} まで停止しない", At(until, zone)),
        None => out.write_str("開始が2回ないスケジュールのため停止しない"),
    }
}

fn overtime(out: &mut String, age: Duration, respected: Duration) -> fmt::Result {
    write!(out, "稼働時間の終了後、{}前に起動。起動から{}は停止しない", Span(age), Span(respected))
}

fn young(out: &mut String, age: Duration, grace: Duration) -> fmt::Result {
    if age < Duration::zero() {
        return write!(out, "起動時刻が{}先の未来。起動から{}は停止しない", Span(-age), Span(grace));
    }
    write!(out, "{}前に起動。起動から{}は停止しない", Span(age), Span(grace))
}

fn tell(out: &mut String, tell: &Marker) -> fmt::Result {
    match tell {
        Marker::Tag(key) => write!(out, "タグ `{key}`"),
        Marker::TagIs(key, value) => write!(out, "タグ `{key}` = `{value}`"),
        Marker::ManagedBy(name) => write!(out, "`{name}` が管理"),
        Marker::ManagedByUnnamed => out.write_str("名前の示されていないサービスが管理"),
        Marker::RootDevice(root) => write!(out, "ルートデバイスタイプ `{root}`"),
        Marker::EphemeralVolumes => out.write_str("ブロックデバイスマッピングにインスタンスストアボリュームがある"),
        Marker::HasStore(kind) => write!(out, "タイプ `{kind}` はインスタンスストアを持ち、停止するとデータが消える"),
        Marker::UnknownType(kind) => {
            write!(out, "タイプ `{kind}` がインスタンスストアを持つかどうか、このリリースでは不明")
        }
        Marker::Host(id) => write!(out, "専有ホスト `{id}` 上にある"),
        Marker::Outpost(arn) => write!(out, "アウトポスト `{arn}` 上にある"),
        Marker::TenancyHost => out.write_str("テナンシー `host`"),
        Marker::Mac(kind) => {
            write!(out, "タイプ `{kind}` のホストは停止中も課金され、停止後は数時間の消去処理に入る")
        }
        Marker::Reservation(id) => write!(out, "キャパシティ予約またはキャパシティブロック `{id}`"),
        Marker::Forwards => out.write_str("送信元/送信先チェックが無効: 他の通信を転送している"),
        Marker::Product(code) => write!(out, "マーケットプレイス製品 `{code}`"),
    }
}

fn told(out: &mut String, tell: Option<&Marker>, none: &str) -> fmt::Result {
    match tell {
        None => out.write_str(none),
        Some(tell) => crate::render::catalogue::ja::tell(out, tell),
    }
}

fn never(out: &mut String, by: &Listed) -> fmt::Result {
    match by {
        Listed::Account(pattern) => write!(out, "アカウント `{pattern}`"),
        Listed::Unit(id) => write!(out, "組織単位 `{id}`"),
        Listed::NameUnknown(pattern) => write!(out, "アカウント名が不明なため、`{pattern}` に該当するものとみなす"),
        Listed::AccountUnknown(pattern) => write!(out, "アカウントが不明なため、`{pattern}` に該当するものとみなす"),
        Listed::UnitsUnknown => out.write_str("アカウントの組織単位が不明なため、該当するものとみなす"),
        Listed::Tag(pattern) => write!(out, "タグ `{pattern}`"),
    }
}

fn match_unknown(out: &mut String, policy: &str, fact: UnknownFact) -> fmt::Result {
    let fact = match fact {
        UnknownFact::AccountId => "アカウント ID が不明",
        UnknownFact::AccountName => "アカウント名が不明",
        UnknownFact::Region => "リージョンが不明",
        UnknownFact::Kind => "インスタンスタイプが不明",
        UnknownFact::Tags => "読み取れないタグがある",
    };
    write!(out, "ポリシー `{policy}` に該当する可能性がある: {fact}")
}

fn lacks(lacks: Lacks) -> &'static str {
    match lacks {
        Lacks::Id => "インスタンス ID ",
        Lacks::Launch => "起動時刻",
        Lacks::Kind => "インスタンスタイプ",
        Lacks::Root => "ルートデバイスタイプ",
        Lacks::Tags => "読み取れるタグ",
        Lacks::Rule => "判定する規則",
    }
}

/// AWS's word, and what the Japanese console calls it.
fn state(out: &mut String, state: State) -> fmt::Result {
    let word = match state {
        State::Pending => "保留中",
        State::Running => "実行中",
        State::ShuttingDown => "シャットダウン中",
        State::Terminated => "終了済み",
        State::Stopping => "停止中",
        State::Stopped => "停止済み",
        State::Unknown => "不明",
    };
    write!(out, "状態は{word}(`{state}`)")
}

fn expr(out: &mut String, wrong: &ExprError) -> fmt::Result {
    match wrong {
        ExprError::TwoTags(one, other) => {
            write!(
                out,
                "キーの大文字小文字だけが違う2つのタグが別の時間帯を指定している(`{one}` と `{other}`)。どちらかを削除すること"
            )
        }
        ExprError::Empty => {
            out.write_str("スケジュール式が空。`mon-fri 09:00-18:00`、`always`、`closed` のように書くこと")
        }
        ExprError::Never => out.write_str(
            "`never` は「開かない」とも「停止しない」とも読める。開かない時間帯は `closed`、停止させないなら `always` かタグ `keep` と書くこと",
        ),
        ExprError::TooLong(length) => write!(out, "スケジュール式が長すぎる({length}文字)"),
        ExprError::Zone(zone) => write!(out, "`{zone}` は `Asia/Tokyo` のような IANA タイムゾーンではない"),
        ExprError::ZoneOnConstant(word) => write!(out, "`{word}` はどこでも同じなので、タイムゾーンを付けられない"),
        ExprError::Window(text) => write!(
            out,
            "`{text}` は時間帯ではない。`mon-fri 09:00-18:00` や `sat all-day` のように、曜日、空白1つ、時間の順に書くこと"
        ),
        ExprError::Day(text) => write!(
            out,
            "`{text}` は曜日ではない。`mon` から `sun` までの曜日、範囲は `mon-fri`、複数は `mon.thu` のように書くこと"
        ),
        ExprError::Time(text) => write!(out, "`{text}` は時刻ではない。`09:00` のように2桁ずつ書くこと"),
        ExprError::BeginsAtMidnightsEnd => out.write_str("`24:00` は終わりにしか使えない。1日の始まりは `00:00`"),
        ExprError::EqualEnds(text) => {
            write!(out, "`{text}` は始まりと終わりが同じ。終日は `all-day` と書くこと")
        }
    }
}

fn tag(out: &mut String, (key, value): &FoundTag) -> fmt::Result {
    write!(out, "タグ `{key}` = `{value}`")
}

fn listed<T>(out: &mut String, items: &[T], one: impl Fn(&mut String, &T) -> fmt::Result) -> fmt::Result {
    for (n, item) in items.iter().enumerate() {
        out.write_str(if n == 0 { "" } else { "、" })?;
        one(out, item)?;
    }
    Ok(())
}

fn open_or_closed(open: bool) -> &'static str {
    if open { "稼働時間内" } else { "稼働時間外" }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "月",
        Weekday::Tue => "火",
        Weekday::Wed => "水",
        Weekday::Thu => "木",
        Weekday::Fri => "金",
        Weekday::Sat => "土",
        Weekday::Sun => "日",
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.0.with_timezone(&self.1);
        write!(f, "{} {:02}:{:02} {}", Day(local.date_naive()), local.hour(), local.minute(), local.offset())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.0, weekday(self.0.weekday()))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DateRange { first, last } = self.0;
        if first == last {
            return write!(f, "{}", Day(first));
        }
        write!(f, "{}から{}まで", Day(first), Day(last))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.num_minutes();
        match (minutes / 60, minutes % 60) {
            (0, minutes) => write!(f, "{minutes}分"),
            (hours @ 48.., _) => match hours % 24 {
                0 => write!(f, "{}日", hours / 24),
                rest => write!(f, "{}日{rest}時間", hours / 24),
            },
            (hours, 0) => write!(f, "{hours}時間"),
            (hours, minutes) => write!(f, "{hours}時間{minutes}分"),
        }
    }
}
