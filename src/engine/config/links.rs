//! `[links]`: the address under which a reader signs in and comes to a page of the AWS console.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::config::reader::Section;
use crate::engine::config::run::{Place, Run};
use crate::engine::config::shape::Form;
use crate::engine::model::console::{self, encoded};
use crate::engine::model::{ResourceId, UnusedId, began, is_account};

/// `[links]`. A link that could lead elsewhere is not made: one to an account that has not twelve digits, or with an id
/// that no resource of AWS has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    console: Vec<Part>,
    record: Option<Bucket>,
    /// The account whose people read what is linked. They may only open its own part of the record.
    reader: Option<Arc<str>>,
}

/// A part of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Account,
    Url,
}

/// Where the record is, if it is in S3.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bucket {
    name: String,
    prefix: String,
    /// The account in which the operator opens it.
    account: Option<Arc<str>>,
    region: Option<Arc<str>>,
}

impl Links {
    /// The page of a resource.
    pub fn resource(&self, id: &ResourceId) -> Option<String> {
        self.link(&id.place.account, &console::resource(id)?)
    }

    /// The page of a resource that is only reported.
    pub fn reported(&self, id: &UnusedId) -> Option<String> {
        self.link(&id.place.account, &console::reported(id)?)
    }

    /// The same links for the people of one account.
    #[must_use]
    pub fn within(&self, account: &Arc<str>) -> Self {
        Self { reader: Some(account.clone()), ..self.clone() }
    }

    /// The page of the whole report of a run in the record, or of the reader's part of it.
    pub fn run(&self, run: &str, at: DateTime<Utc>) -> Option<String> {
        match &self.reader {
            Some(account) => self.own(account),
            None => self.file(&format!("runs/date={}/{run}/report.json.gz", at.date_naive())),
        }
    }

    /// The same of another run, of which only the id is known. Its report is not in an account's own part.
    pub fn other_run(&self, run: &str) -> Option<String> {
        self.run(run, began(run)?).filter(|_| self.reader.is_none())
    }

    /// The part of the record that is an account's own, for its people.
    pub fn own(&self, account: &str) -> Option<String> {
        self.in_record(account, &format!("{BY_ACCOUNT}/{account}/"))
    }

    /// The page of a file in the record, for those who operate the hub.
    pub fn file(&self, key: &str) -> Option<String> {
        let account = self.record.as_ref()?.account.as_ref()?;
        self.in_record(account, key)
    }

    /// The page of a file or folder in the record, for a reader who signs in to `account`.
    pub fn in_record(&self, account: &str, key: &str) -> Option<String> {
        let Bucket { name, prefix, account: _, region } = self.record.as_ref()?;
        let key = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}/{key}") };
        self.link(account, &console::s3(name, region.as_deref(), &key)?)
    }

    fn link(&self, account: &str, url: &str) -> Option<String> {
        let one = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Account => account.to_owned(),
            Part::Url => encoded(url),
        };
        is_account(account).then(|| self.console.iter().map(one).collect())
    }
}

/// The folder in the record with the parts that accounts may read themselves.
pub(crate) const BY_ACCOUNT: &str = "by-account";

/// The format that [`template`] accepts.
const CONSOLE: Form = Form::Like("^https://[^{}]*\\{");

/// The format of an account's id.
const ACCOUNT: Form = Form::Like("^[0-9]{12}$");

/// The longest template: the address of a sign-in, and room.
const LONGEST: usize = 300;

const EXAMPLE: &str =
    "write `https://YOURS.awsapps.com/start/#/console?account_id={account}&destination={url}`, as your sign-in has it";

pub(crate) fn read(section: &Section<'_>, run: &Run) -> Option<Arc<Links>> {
    section.need("console", "`[links]` has no `console`", EXAMPLE.to_owned());
    let console = section.text_like("console", CONSOLE).and_then(|word| match template(word.text) {
        Ok(parts) => Some(parts),
        Err((message, hint)) => {
            section.complain(word.span, message, hint);
            None
        }
    });
    let id = |text: &str| is_account(text).then(|| Arc::<str>::from(text));
    let account = section.parsed("record-account", ACCOUNT, id, "is not an account id", "write its twelve digits");
    let record = bucket(run, account);
    if record.as_ref().is_some_and(|bucket| bucket.account.is_none()) {
        let message = "`[links]` cannot link the runs in the record: the name of its bucket does not tell its account";
        section.warn(section.span.clone(), message, "write `record-account = \"…\"`".to_owned());
    }
    Some(Arc::new(Links { console: console?, record, reader: None }))
}

fn bucket(run: &Run, account: Option<Arc<str>>) -> Option<Bucket> {
    let Some(Place::S3 { bucket, prefix }) = &run.record else { return None };
    let (named, region) = console::home(bucket).map(|home| (home.account, home.region)).unzip();
    Some(Bucket { name: bucket.clone(), prefix: prefix.clone(), account: account.or(named), region })
}

/// The parts of a template, or the error and how to mend it.
fn template(text: &str) -> Result<Vec<Part>, (String, String)> {
    let wrong = |message: String, hint: &str| Err((message, hint.to_owned()));
    let Some(rest) = text.strip_prefix("https://") else {
        return wrong(format!("`{text}` does not begin with `https://`"), EXAMPLE);
    };
    if let Some(odd) = text.chars().find(|c| !c.is_ascii_alphanumeric() && !"-._~:/?#@!$&*+,;=%{}".contains(*c)) {
        let bytes: String = odd.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
        return wrong(format!("`{odd}` cannot stand in a link"), &format!("write `{bytes}`"));
    }
    if text.len() > LONGEST {
        return wrong(format!("the link has {} characters, and may have {LONGEST}", text.len()), EXAMPLE);
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte));
    if host.is_empty() || !is_host(&host.replace("{account}", "")) {
        return wrong(format!("`{host}` is not the host of an address"), EXAMPLE);
    }
    let parts = parts(text)?;
    for (part, token) in [(Part::Account, "{account}"), (Part::Url, "{url}")] {
        if !parts.contains(&part) {
            return wrong(format!("the link lacks `{token}`"), EXAMPLE);
        }
    }
    Ok(parts)
}

fn parts(text: &str) -> Result<Vec<Part>, (String, String)> {
    let hint = "only `{account}` and `{url}` stand in braces; write other braces as `%7B` and `%7D`";
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        let (part, token) = match from {
            from if from.starts_with("{account}") => (Part::Account, "{account}"),
            from if from.starts_with("{url}") => (Part::Url, "{url}"),
            from => {
                let odd = from.split_inclusive('}').next().unwrap_or(from);
                return Err((format!("`{odd}` is not filled in"), hint.to_owned()));
            }
        };
        parts.extend([Part::Text(before.to_owned()), part]);
        rest = from.strip_prefix(token).unwrap_or_default();
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}
