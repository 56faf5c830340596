//! The texts of verdicts and findings.

use super::*;

pub(super) fn verdict(out: &mut String, verdict: &Verdict) -> fmt::Result {
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

pub(super) fn finding(out: &mut String, finding: &Finding) -> fmt::Result {
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
        WhyNot::TagUnreadable => out.write_str("タグが idle-reaper の書いた形ではない、または未来の時刻を示している"),
        WhyNot::OtherRun(run) => write!(out, "タグは別の実行 `{run}` を示している"),
        WhyNot::OtherHub(hub) => write!(out, "タグは別のハブ `{hub}` を示している。取り消しはそのハブで行うこと"),
        WhyNot::Touched => out.write_str("その後、誰かが起動または停止した"),
        WhyNot::Frozen(range) => {
            write!(out, "凍結期間 {}。`--even-frozen` を付ければ起動する", Range(*range))
        }
    }
}

pub(super) fn outside(out: &mut String, outside: &Outside) -> fmt::Result {
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

pub(super) fn closed(out: &mut String, since: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    match since {
        Some(since) => write!(out, "稼働時間は {} に終了", At(since, zone)),
        None => out.write_str("1年以上前から稼働時間外"),
    }
}

pub(super) fn opens_next(out: &mut String, opens: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    match opens {
        Some(opens) => write!(out, "次の開始は {}", At(opens, zone)),
        None => out.write_str("次の開始なし"),
    }
}

pub(super) fn reopening(out: &mut String, reopening: &Reopening) -> fmt::Result {
    let Reopening { zone, opens, stopped, run } = reopening;
    match opens {
        Some(opens) => write!(out, "{} に稼働時間が始まる", At(*opens, *zone))?,
        None => out.write_str("現在は稼働時間内")?,
    }
    write!(out, "。idle-reaper が {} に停止(実行 `{run}`)", At(*stopped, *zone))
}

/// A number of bytes as text.
pub(super) fn bytes(bytes: f64) -> String {
    if bytes < 1e6 {
        format!("{:.0}キロバイト", bytes / 1e3)
    } else {
        format!("{:.1}メガバイト", bytes / 1e6)
    }
}

pub(super) fn forgotten(out: &mut String, found: &Forgotten) -> fmt::Result {
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

pub(super) fn idle_facts(out: &mut String, facts: &IdleFacts) -> fmt::Result {
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

pub(super) fn report_only(out: &mut String, why: &WhyReportOnly) -> fmt::Result {
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

pub(super) fn idleness(out: &mut String, idleness: &Idleness) -> fmt::Result {
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
