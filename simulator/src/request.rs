//! An HTTP request, and the AWS call that it contains.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::cloudwatch_cbor;

/// A complete HTTP request.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query, as sent.
    pub(crate) path: String,
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// The format of a service's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Ec2,
    Query,
    Json,
    RestJson,
    RestXml,
    Cbor,
}

/// One AWS call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) protocol: Protocol,
    pub(crate) service: String,
    pub(crate) action: String,
    pub(crate) region: String,
    pub(crate) key: String,
    /// The caller's account and role, by the access key; filled in by the world.
    pub(crate) account: String,
    pub(crate) role: Option<String>,
    /// The parameters of a query protocol.
    pub(crate) form: HashMap<String, String>,
    /// The parameters of a JSON or CBOR protocol.
    pub(crate) json: Value,
    /// Instance ids that the call names.
    pub(crate) ids: Vec<Box<str>>,
    pub(crate) http: Request,
}

impl Call {
    /// Parses a call; `None` for a request that is not a signed AWS call.
    pub(crate) fn read(http: Request) -> Option<Self> {
        let signed = http.header("authorization").split_once("Credential=")?.1;
        let mut scope = signed.split(',').next()?.split('/');
        let (key, _date) = (scope.next()?.to_owned(), scope.next()?);
        let (region, service) = (scope.next()?.to_owned(), scope.next()?.to_owned());
        let mut call = Self {
            protocol: Protocol::Json,
            service,
            action: String::new(),
            region,
            key,
            account: String::new(),
            role: None,
            form: HashMap::new(),
            json: Value::Null,
            ids: Vec::new(),
            http,
        };
        call.classify();
        Some(call)
    }

    fn classify(&mut self) {
        let target = self.http.header("x-amz-target").to_owned();
        if self.http.header("smithy-protocol") == "rpc-v2-cbor" {
            self.protocol = Protocol::Cbor;
            self.action = self.http.path.rsplit('/').next().unwrap_or_default().to_owned();
            self.json = cloudwatch_cbor::read(&self.http.body).unwrap_or(Value::Null);
        } else if let Some((_, action)) = target.rsplit_once('.') {
            self.action = action.to_owned();
            self.json = serde_json::from_slice(&self.http.body).unwrap_or(Value::Null);
        } else if self.service == "s3" {
            self.protocol = Protocol::RestXml;
            self.action = self.s3_action().to_owned();
        } else if self.service == "account" {
            self.protocol = Protocol::RestJson;
            let name = self.http.path.trim_matches('/');
            self.action = name[..1.min(name.len())].to_uppercase() + name.get(1..).unwrap_or_default();
            self.json = serde_json::from_slice(&self.http.body).unwrap_or(Value::Null);
        } else if self.service == "eks" {
            self.protocol = Protocol::RestJson;
            let parts: Vec<&str> = self.http.path.trim_matches('/').split('/').collect();
            self.action = match parts.as_slice() {
                ["clusters"] => "ListClusters",
                ["clusters", _] => "DescribeCluster",
                ["clusters", _, "fargate-profiles"] => "ListFargateProfiles",
                _ => "unknown",
            }
            .to_owned();
        } else {
            self.protocol = if self.service == "ec2" { Protocol::Ec2 } else { Protocol::Query };
            let source = if self.http.body.is_empty() { self.http.query.as_bytes() } else { &self.http.body };
            self.form = form_urlencoded::parse(source).into_owned().collect();
            self.action = self.form.get("Action").cloned().unwrap_or_default();
        }
        if self.service == "ecs" || self.service == "application-autoscaling" {
            self.ids = crate::ecs::ids(self);
        }
        if self.service == "rds" {
            self.ids = self.database_ids();
        }
        if self.service == "ec2" {
            let ids = self.list("InstanceId.").into_iter().chain(self.list("ResourceId.")).map(Box::from);
            let mut ids: Vec<Box<str>> = ids.collect();
            if let Some(filtered) =
                self.filters().into_iter().find(|(name, _)| name == "instance-id" || name == "attachment.instance-id")
            {
                ids.extend(filtered.1.into_iter().map(Box::from));
            }
            self.ids = ids;
        }
    }

    /// The database of a call of RDS: of its parameter, its ARN, or its filter by identifiers.
    fn database_ids(&self) -> Vec<Box<str>> {
        let named = ["DBInstanceIdentifier", "DBClusterIdentifier", "ResourceName"].map(|key| self.param(key));
        let filtered = self.list("Filters.Filter.1.Values.Value.");
        let last = |id: &str| id.rsplit(':').next().unwrap_or_default().into();
        named.into_iter().flatten().chain(filtered).map(last).collect()
    }

    fn s3_action(&self) -> &'static str {
        let (_, key) = self.bucket_and_key();
        match (self.http.method.as_str(), key.is_empty()) {
            ("PUT", false) => "PutObject",
            ("GET", false) => "GetObject",
            ("HEAD", false) => "HeadObject",
            ("DELETE", false) => "DeleteObject",
            ("GET", true) => "ListObjectsV2",
            ("HEAD", true) => "HeadBucket",
            ("PUT", true) => "CreateBucket",
            _ => "unknown",
        }
    }

    /// The bucket and key of a path-style address.
    pub(crate) fn bucket_and_key(&self) -> (String, String) {
        let path = percent_decode_str(self.http.path.trim_start_matches('/')).decode_utf8_lossy().into_owned();
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        (bucket.to_owned(), key.to_owned())
    }

    /// A parameter of the query string.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.http.query.as_bytes()).find(|(key, _)| key == name).map(|(_, v)| v.into_owned())
    }

    /// A parameter of a query protocol.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(String::as_str)
    }

    /// A text parameter of a JSON protocol.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.json.get(name).and_then(Value::as_str)
    }

    /// `prefix1`, `prefix2` and so on, of a query protocol.
    pub(crate) fn list(&self, prefix: &str) -> Vec<&str> {
        (1..).map_while(|n| self.param(&format!("{prefix}{n}"))).collect()
    }

    /// The filters of a describe call, each with its values.
    pub(crate) fn filters(&self) -> Vec<(String, Vec<String>)> {
        let names = (1..).map_while(|n| Some((n, self.param(&format!("Filter.{n}.Name"))?)));
        let values = |n: usize| self.list(&format!("Filter.{n}.Value.")).into_iter().map(str::to_owned).collect();
        names.map(|(n, name)| (name.to_owned(), values(n))).collect()
    }

    /// The account of the role that an AssumeRole asks for.
    pub(crate) fn entered(&self) -> Option<&str> {
        self.param("RoleArn").and_then(|arn| arn.split(':').nth(4))
    }

    /// Whether it is only tried.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.service == "ec2" && self.param("DryRun") == Some("true")
    }

    /// Whether it only reads. AssumeRole changes nothing in the account that it enters.
    pub(crate) fn reads(&self) -> bool {
        ["Describe", "Get", "List", "Head", "AssumeRole"].iter().any(|start| self.action.starts_with(start))
    }
}
