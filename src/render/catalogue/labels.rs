//! Headings and standalone words, in every language.

use crate::engine::model::Locale;

macro_rules! labels {
    ($($(#[$doc:meta])* $arm:ident: $english:literal, $japanese:literal;)+) => {
        /// A heading, or standalone words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Label { $($(#[$doc])* $arm),+ }

        impl Label {
            /// Every label.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$arm),+];

            /// Its text.
            pub(crate) fn text(self, locale: Locale) -> &'static str {
                match (self, locale) {
                    $((Self::$arm, Locale::En) => $english, (Self::$arm, Locale::Ja) => $japanese),+
                }
            }
        }
    };
}

labels! {
    Account: "account", "アカウント";
    Action: "action", "操作";
    Age: "age", "経過";
    ByAccount: "By account", "アカウント別";
    Cause: "cause", "原因";
    /// A day that the calendar closes.
    ClosedByCalendar: "closed by the calendar", "カレンダーによる休業日";
    /// Between two clauses of one line.
    ClauseBreak: "; ", "。";
    Count: "count", "台数";
    /// Shown where a schedule's day has no calendar data.
    DayUnknown: "no holidays known", "祝日データなし";
    ForExample: "for example", "例";
    /// How a team keeps its instance.
    HowToKeep:
        "To keep it from happening again, tag the instance with one of these:",
        "再び起こらないようにするには、インスタンスに次のタグのいずれかを付けてください:";
    Instance: "instance", "インスタンス";
    /// Heading of the counts.
    Kept: "kept", "保護";
    /// The last start.
    Launched: "launched", "起動日時";
    /// Heading of the counts.
    Skipped: "skipped", "操作しない";
    /// The meaning of a tag: keep permanently.
    LeftAloneForGood: "any value: never stopped", "値は任意: ずっと操作しない";
    /// The meaning of a tag: keep for a time.
    LeftAloneUntil: "not stopped until then", "その日まで操作しない";
    /// The symbols in an explanation.
    LegendOfRules:
        "=> decides; + would decide the same or otherwise if nothing above did; - would not decide",
        "=> 決定した規則、+ それがなければ同じまたは別の判定を下す規則、- 判定を下さない規則";
    /// The symbols in a schedule's calendar.
    LegendOfSchedule:
        "# open, . closed, / part of the half hour, ' ' no such time (clocks go forward)",
        "# 稼働時間内、. 稼働時間外、/ 30分のうち一部のみ稼働、空白は存在しない時刻(時計が進む)";
    /// Between two items of a list.
    ListBreak: ", ", "、";
    Name: "name", "名前";
    NeverOpens: "does not open within the next 400 days", "今後400日以内に稼働時間なし";
    NoRuns: "The record has no run of that time.", "この期間の実行は記録にありません。";
    NothingOutsideHours: "Nothing runs outside its hours.", "稼働時間外に動いているインスタンスはありません。";
    /// The same, where some targets could not be scanned.
    NothingScannedOutsideHours:
        "In the targets that were scanned, nothing runs outside its hours.",
        "スキャンできた対象に、稼働時間外に動いているインスタンスはありません。";
    NothingToUndo: "There is nothing to undo.", "取り消すものはありません。";
    /// The meaning of a tag: other hours.
    OtherHours: "other hours: an expression, or a schedule of the settings", "別の稼働時間: 式、または設定のスケジュール名";
    Outcome: "outcome", "結果";
    OutcomeUnknown: "unknown: the run left no report", "不明: 実行の報告が残っていない";
    /// Heading of the counts.
    OutsideHours: "outside hours", "稼働時間外";
    Owner: "owner", "所有者";
    Policy: "policy", "ポリシー";
    Reason: "reason", "理由";
    Region: "region", "リージョン";
    /// Heading of the remarks.
    Remark: "remark", "備考";
    Run: "run", "実行";
    /// Row heading, padded to nine columns.
    RowOutcome: "outcome  ", "結果     ";
    /// Row heading, padded to nine columns.
    RowRun: "run      ", "実行     ";
    /// Row heading, padded to nine columns.
    RowStep: "step     ", "操作     ";
    /// Row heading, padded to nine columns.
    RowVerdict: "verdict  ", "判定     ";
    /// Heading of the counts.
    Running: "running", "実行中";
    /// Heading of the counts.
    Found: "found", "確認";
    SomebodyShouldLook: "Skipped, and a person must act", "停止を見送ったもののうち、対応が必要なもの";
    State: "state", "状態";
    /// Heading of the list of instances.
    TitleInstances: "Instances", "インスタンス一覧";
    /// Heading of the targets that could not be scanned.
    TitleNotSeen: "Not scanned", "スキャンできなかった対象";
    /// Heading of the remarks.
    TitleRemarks: "Worth knowing", "知っておくべきこと";
    /// Heading of the rules that skip.
    TitleSkipped: "Skipped", "操作しないもの";
    Type: "type", "タイプ";
    /// US dollars per month.
    UsdMonth: "USD/month", "月額(USD)";
    Verdict: "verdict", "判定";
    WhatHappened: "what happened", "経過";
    WhatIsWrong: "what is wrong", "問題点";
    WhatWasDone: "What was done", "実行した操作";
    Why: "why", "判定の根拠";
}
