//! The messages about a cost anomaly, in every language.

use crate::engine::model::Locale;

/// A sentence with its arguments. Texts from AWS are already safe to show.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About<'a> {
    /// The anomaly.
    Head { id: &'a str, what: Option<&'a str>, impact: Option<&'a str>, since: Option<&'a str> },
    /// The link to it in AWS.
    Link { link: &'a str },
    /// AWS named no cause.
    NoCause,
    /// A root cause that leads to no instance.
    Foreign { service: Option<&'a str>, account: Option<&'a str>, region: Option<&'a str> },
    /// The instances that run in one account and Region.
    Place { account: &'a str, region: &'a str, running: usize, cost: &'a str },
    /// An account and Region that are not in scope.
    Outside { account: &'a str, region: &'a str },
    /// A Region that the organisation's policy denies.
    Denied { account: &'a str, region: &'a str },
    /// An account and Region that could not be scanned.
    Unreachable { account: &'a str, region: &'a str, cause: &'a str },
    /// Nothing could be scanned.
    NotLooked { cause: &'a str },
    /// One instance.
    Instance {
        id: &'a str,
        name: &'a str,
        kind: &'a str,
        since: Option<&'a str>,
        owner: &'a str,
        cost: Option<&'a str>,
    },
    /// Who launched the instance above.
    LaunchedBy { name: &'a str },
    /// The run does nothing.
    OnlyLooked,
}

pub(crate) fn about(locale: Locale, about: About<'_>) -> String {
    match locale {
        Locale::En => english(about),
        Locale::Ja => japanese(about),
    }
}

fn english(about: About<'_>) -> String {
    match about {
        About::Head { id, what, impact, since } => {
            let what = what.map_or(String::new(), |what| format!(", {what}"));
            let impact = impact.map_or(String::new(), |impact| format!(", USD {impact} more than expected"));
            let since = since.map_or(String::new(), |since| format!(", since {since}"));
            format!("Anomaly of cost `{id}`{what}{impact}{since}")
        }
        About::Link { link } => format!("AWS shows it at {link}"),
        About::NoCause => "AWS names no cause of it, so nothing was scanned".to_owned(),
        About::Foreign { service, account, region } => format!(
            "Not scanned: {} in {} of {}",
            service.unwrap_or("an unnamed service"),
            region.unwrap_or("an unnamed Region"),
            account.unwrap_or("an unnamed account"),
        ),
        About::Place { account, region, running: 0, cost: _ } => {
            format!("{account}, {region}: no instance runs there now")
        }
        About::Place { account, region, running, cost } => {
            format!("{account}, {region}: {running} running now, a month by list price {cost}")
        }
        About::Outside { account, region } => {
            format!("{account}, {region}: it is outside the scope of the settings, so nothing is known of it")
        }
        About::Denied { account, region } => {
            format!("{account}, {region}: the organisation's policy denies access, so nothing is known of it")
        }
        About::Unreachable { account, region, cause } => {
            format!("{account}, {region}: could not be scanned: {cause}")
        }
        About::NotLooked { cause } => format!("Nothing could be scanned: {cause}"),
        About::Instance { id, name, kind, since, owner, cost } => {
            let since = since.map_or(String::new(), |since| format!(", since {since}"));
            let name = if name.is_empty() { String::new() } else { format!(" {name}") };
            let cost = cost.map_or("price unknown".to_owned(), |cost| format!("{cost} a month"));
            format!("{id}{name}, {kind}{since}, owner {owner}, {cost}")
        }
        About::LaunchedBy { name } => format!("; launched by {name}"),
        About::OnlyLooked => "Nothing was stopped or started because of it".to_owned(),
    }
}

fn japanese(about: About<'_>) -> String {
    match about {
        About::Head { id, what, impact, since } => {
            let what = what.map_or(String::new(), |what| format!("、{what}"));
            let impact = impact.map_or(String::new(), |impact| format!("、想定より {impact} USD 多い"));
            let since = since.map_or(String::new(), |since| format!("、{since} から"));
            format!("コスト異常 `{id}`{what}{impact}{since}")
        }
        About::Link { link } => format!("AWS の画面: {link}"),
        About::NoCause => "AWS は原因を示していないため、何も確認していません".to_owned(),
        About::Foreign { service, account, region } => format!(
            "確認対象外: サービス {}、リージョン {}、アカウント {}",
            service.unwrap_or("不明"),
            region.unwrap_or("不明"),
            account.unwrap_or("不明"),
        ),
        About::Place { account, region, running: 0, cost: _ } => {
            format!("{account}、{region}: 現在実行中のインスタンスはありません")
        }
        About::Place { account, region, running, cost } => {
            format!("{account}、{region}: 現在{running}台が実行中、月額(定価) {cost}")
        }
        About::Outside { account, region } => format!("{account}、{region}: 設定の対象外のため、確認していません"),
        About::Denied { account, region } => {
            format!("{account}、{region}: 組織のポリシーで拒否されているため、何も分かっていません")
        }
        About::Unreachable { account, region, cause } => format!("{account}、{region}: 確認できませんでした: {cause}"),
        About::NotLooked { cause } => format!("何も確認できませんでした: {cause}"),
        About::Instance { id, name, kind, since, owner, cost } => {
            let since = since.map_or(String::new(), |since| format!("、{since} から"));
            let name = if name.is_empty() { String::new() } else { format!(" {name}") };
            let cost = cost.map_or("価格不明".to_owned(), |cost| format!("月額 {cost}"));
            format!("{id}{name}、{kind}{since}、所有者 {owner}、{cost}")
        }
        About::LaunchedBy { name } => format!("。起動した人: {name}"),
        About::OnlyLooked => "これを理由に停止または起動したものはありません".to_owned(),
    }
}
