//! The meaning of each rule, and what would change its verdict, in every language.

use crate::engine::model::{Locale, Reason};

macro_rules! rules {
    ($($rule:ident: $english:literal, $japanese:literal; $mend:literal, $mend_japanese:literal;)+) => {
        /// The meaning of a rule: a clause without a full stop.
        pub(crate) fn meaning(reason: Reason, locale: Locale) -> &'static str {
            match (reason, locale) {
                $((Reason::$rule, Locale::En) => $english, (Reason::$rule, Locale::Ja) => $japanese),+
            }
        }

        /// What would change a rule's verdict: a phrase without a full stop.
        pub(crate) fn mend(reason: Reason, locale: Locale) -> &'static str {
            match (reason, locale) {
                $((Reason::$rule, Locale::En) => $mend, (Reason::$rule, Locale::Ja) => $mend_japanese),+
            }
        }
    };
}

rules! {
    Kept:
        "its team keeps it", "担当チームがタグで保護している";
        "removing the tag; only its team should", "タグの削除(担当チームだけが行うこと)";
    KeptUntil:
        "its team keeps it for some time yet", "担当チームが期限付きで保護している";
        "the end of the time it names, or an earlier date in the tag", "タグの期限の経過、またはタグの期限の前倒し";
    KeepUnreadable:
        "its team wants to keep it, in words that cannot be read", "担当チームの保護の指定が読み取れない";
        "a date such as `2026-12-31`, or an instant such as `2026-12-31T18:00+09:00`, in the tag",
        "タグの値を `2026-12-31` のような日付、または `2026-12-31T18:00+09:00` のような時刻に直すこと";
    TagUnknown:
        "a tag of its team has a mistyped key", "担当チームのタグのキーに誤りがある";
        "the right key, or none; of a tag that is none of the reaper's, its key in `ignore` of `[tags]`",
        "正しいキーへの修正、またはタグの削除。idle-reaper と無関係なタグなら `[tags]` の `ignore` への追加";
    NeverListed:
        "the settings say that it is never touched", "設定により常に操作しない";
        "a change of `[never]` in the settings", "設定の `[never]` の変更";
    NotInScope:
        "the settings leave its account or Region out", "アカウントまたはリージョンが設定の対象外";
        "a change of `accounts`, `exclude-accounts` or `regions` in `[scope]`",
        "`[scope]` の `accounts`、`exclude-accounts`、`regions` の変更";
    NoPolicy:
        "no policy speaks of it", "どのポリシーの対象でもない";
        "a policy whose `match` names it, or other tags", "`match` が該当するポリシーの追加、またはタグの変更";
    NotSelected:
        "the request is about others", "今回の要求の対象ではない";
        "a request that selects its policy", "該当するポリシーを選択した要求";
    OtherHub:
        "another hub of the reaper has written its tag on it", "別のハブの idle-reaper がタグを書いている";
        "one hub for each instance: other policies, another `prefix`, or that hub's tag removed if it is gone",
        "インスタンスごとに1つのハブ: ポリシーや `prefix` の変更、またはそのハブがもうなければタグの削除";
    NotRunning:
        "only what runs can be stopped", "停止できるのは実行中のインスタンスだけ";
        "a start", "インスタンスの起動";
    MatchUnknown:
        "whether an earlier policy matches it is unknown", "先に評価されるポリシーに該当するかどうか分からない";
        "account ids instead of names in `match`, or settings that ask for what is unknown",
        "`match` でのアカウント ID の指定、または不明な情報を取得できる設定への変更";
    Incomplete:
        "something is missing without which nothing may be decided", "判定に必要な情報が欠けている";
        "a complete answer from DescribeInstances", "`DescribeInstances` の完全な応答";
    AutoScalingMember:
        "its group would terminate and replace it", "停止すると、グループが終了させて置き換える";
        "detaching it from its Auto Scaling group", "Auto Scaling グループからのデタッチ";
    KubernetesNode:
        "its cluster would replace it", "停止すると、クラスターが置き換える";
        "scaling its node group instead", "停止の代わりに、ノードグループをスケールすること";
    ContainerHost:
        "its tasks would be lost, and it would be replaced", "停止するとタスクが失われ、置き換えられる";
        "scaling its cluster or compute environment instead",
        "停止の代わりに、クラスターまたはコンピューティング環境をスケールすること";
    ManagedService:
        "another service runs it", "別のサービスが管理している";
        "stopping it in the service that runs it", "管理しているサービスの側で停止すること";
    Spot:
        "it is not on demand", "オンデマンドではない";
        "an on-demand instance", "オンデマンドインスタンスへの変更";
    InstanceStore:
        "a stop would be refused, or would erase data", "停止が拒否されるか、データが消える";
        "an instance type without instance store", "インスタンスストアのないインスタンスタイプへの変更";
    NoSaving:
        "it is paid for whether it runs or not", "停止しても料金が変わらない";
        "giving the host or the reservation back", "ホストまたは予約の解放";
    Appliance:
        "others may reach the network through it", "他の通信の経路になっている可能性がある";
        "the source/destination check, if it is no appliance",
        "アプライアンスでなければ、送信元/送信先チェックの有効化";
    ScheduleUnreadable:
        "its team has asked for hours that cannot be read", "担当チームの稼働時間の指定が読み取れない";
        "a schedule's name, or an expression such as `mon-fri 09:00-18:00`, in the tag",
        "タグの値をスケジュール名、または `mon-fri 09:00-18:00` のような式に直すこと";
    CalendarExhausted:
        "whether the day is a holiday is unknown", "祝日かどうか分からない";
        "a release with newer holidays, or a calendar without `holidays`",
        "新しい祝日データを含むリリース、または `holidays` のないカレンダー";
    Frozen:
        "nothing is stopped or started in a frozen period", "凍結期間中は停止も起動もしない";
        "the end of the frozen period, `freeze` in the calendar", "凍結期間の終了、またはカレンダーの `freeze` の変更";
    Idle:
        "it runs and does nothing", "実行中だが何もしていない";
        "work, a `keep` or `keep-until` tag, or `idle` in the policy",
        "使用の再開、`keep` または `keep-until` タグの付与、またはポリシーの `idle` の変更";
    Reopening:
        "its schedule is about to open, or has opened", "稼働時間がまもなく始まる、または始まった";
        "`start-lead` and `at-opening` in the policy", "ポリシーの `start-lead` と `at-opening` の変更";
    WithinHours:
        "its schedule is open", "稼働時間内";
        "the end of the hours, or other hours in its schedule", "稼働時間の終了、またはスケジュールの変更";
    Undone:
        "somebody undid its stop", "停止が取り消された";
        "the opening after next", "次の次の開始";
    Overtime:
        "somebody started it after closing, and that is respected for a while",
        "稼働時間の終了後に起動されたため、しばらく停止しない";
        "the end of the overtime, `overtime` in the policy", "猶予の終了、またはポリシーの `overtime` の変更";
    Young:
        "it was started a moment ago", "起動して間もない";
        "a little time, `min-uptime` in the policy", "時間の経過、またはポリシーの `min-uptime` の変更";
    CannotHibernate:
        "its policy asks for hibernation, and it cannot hibernate", "ポリシーは休止を求めているが、休止できない";
        "hibernation enabled at launch, or `outside = \"stop\"` in the policy",
        "休止を有効にしたインスタンスの作成、またはポリシーの `outside = \"stop\"` への変更";
    RestartFight:
        "somebody means it to run", "動かしておきたい人がいる";
        "the next opening, or a year without a stop if it was idle; better, a `keep-until` or `schedule` tag",
        "次の稼働時間の開始、アイドルによる停止の場合は停止のない1年間。より確実なのは `keep-until` または `schedule` タグの付与";
    Busy:
        "it was busy within the last hour", "直近1時間に負荷があった";
        "a quiet hour, or another limit in `[busy]`", "負荷の低い1時間、または `[busy]` のしきい値の変更";
    Unmeasured:
        "whether it was busy is unknown", "負荷があったかどうか分からない";
        "a figure in CloudWatch, or `unmeasured = \"ignore\"` in `[busy]`",
        "CloudWatch の測定値、または `[busy]` の `unmeasured = \"ignore\"` への変更";
    OutsideHours:
        "it runs while its schedule is closed, and no rule protects it",
        "稼働時間外に動いており、停止を見送る理由がない";
        "a `keep`, `keep-until` or `schedule` tag on the instance",
        "インスタンスへの `keep`、`keep-until`、`schedule` タグの付与";
}
