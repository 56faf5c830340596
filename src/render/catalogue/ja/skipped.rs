//! Why an instance is skipped.

use super::*;

pub(super) fn skipped(out: &mut String, skipped: &Skipped) -> fmt::Result {
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

pub(super) fn other_hub(out: &mut String, key: &str, hub: &str) -> fmt::Result {
    write!(out, "タグ `{key}` は別のハブ `{hub}` のもの。このハブは停止も起動もしない")
}

pub(crate) fn mistyped(out: &mut String, key: &str, meant: &str) -> fmt::Result {
    write!(out, "タグ `{key}` は `{meant}` の誤りと思われる")
}

pub(super) fn undone(out: &mut String, at: DateTime<Utc>, until: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    write!(out, "停止が {} に取り消された。", At(at, zone))?;
    match until {
        Some(until) => write!(out, "次の次の開始 {} まで停止しない", At(until, zone)),
        None => out.write_str("開始が2回ないスケジュールのため停止しない"),
    }
}

pub(super) fn overtime(out: &mut String, age: Duration, respected: Duration) -> fmt::Result {
    write!(out, "稼働時間の終了後、{}前に起動。起動から{}は停止しない", Span(age), Span(respected))
}

pub(super) fn young(out: &mut String, age: Duration, grace: Duration) -> fmt::Result {
    if age < Duration::zero() {
        return write!(out, "起動時刻が{}先の未来。起動から{}は停止しない", Span(-age), Span(grace));
    }
    write!(out, "{}前に起動。起動から{}は停止しない", Span(age), Span(grace))
}

pub(super) fn tell(out: &mut String, tell: &Marker) -> fmt::Result {
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

pub(super) fn never(out: &mut String, by: &Listed) -> fmt::Result {
    match by {
        Listed::Account(pattern) => write!(out, "アカウント `{pattern}`"),
        Listed::Unit(id) => write!(out, "組織単位 `{id}`"),
        Listed::NameUnknown(pattern) => write!(out, "アカウント名が不明なため、`{pattern}` に該当するものとみなす"),
        Listed::AccountUnknown(pattern) => write!(out, "アカウントが不明なため、`{pattern}` に該当するものとみなす"),
        Listed::UnitsUnknown => out.write_str("アカウントの組織単位が不明なため、該当するものとみなす"),
        Listed::Tag(pattern) => write!(out, "タグ `{pattern}`"),
    }
}

pub(super) fn match_unknown(out: &mut String, policy: &str, fact: UnknownFact) -> fmt::Result {
    let fact = match fact {
        UnknownFact::AccountId => "アカウント ID が不明",
        UnknownFact::AccountName => "アカウント名が不明",
        UnknownFact::AccountUnits => "アカウントの組織単位が不明",
        UnknownFact::AccountTags => "アカウントのタグが不明",
        UnknownFact::Region => "リージョンが不明",
        UnknownFact::Kind => "インスタンスタイプが不明",
        UnknownFact::Tags => "読み取れないタグがある",
    };
    write!(out, "ポリシー `{policy}` に該当する可能性がある: {fact}")
}

pub(super) fn lacks(lacks: Lacks) -> &'static str {
    match lacks {
        Lacks::Id => "インスタンス ID ",
        Lacks::Launch => "起動時刻",
        Lacks::Kind => "インスタンスタイプ",
        Lacks::Root => "ルートデバイスタイプ",
        Lacks::Tags => "読み取れるタグ",
        Lacks::Rule => "判定する規則",
    }
}

/// The state in AWS's API, and its name in the Japanese console.
pub(super) fn state(out: &mut String, state: State) -> fmt::Result {
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

pub(super) fn expr(out: &mut String, wrong: &ExprError) -> fmt::Result {
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

pub(super) fn weekday(day: Weekday) -> &'static str {
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
