//! One AssumeRole per account and role, at the regional STS endpoint of a Region that every account has: a Region that
//! an account has not opted into refuses it. The credentials are reused in every Region, and those of the reading role in
//! the next runs of a warm function.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::sync::OnceCell;

use crate::aws::{Aws, words};
use crate::engine::config::ScopeSettings;

/// The maximum permissions of a session of the reading role, regardless of the role's own: a dry run cannot act.
const READ_ONLY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["application-autoscaling:DescribeScalableTargets","ec2:Describe*","ecs:DescribeServices","ecs:DescribeTaskDefinition","ecs:ListClusters","ecs:ListServices","cloudwatch:GetMetricData","cloudwatch:ListMetrics","account:GetAlternateContact","eks:DescribeCluster","eks:ListClusters","eks:ListFargateProfiles","elasticloadbalancing:Describe*","kms:DescribeKey","kms:ListAliases","rds:DescribeDBClusters","rds:DescribeDBInstances","rds:DescribeEvents","ssm:DescribeSessions"],"Resource":"*"}]}"#;

/// A kept session is used again only if it outlives the longest run of a function, 900 s.
const OUTLIVES: Duration = Duration::from_secs(16 * 60);

/// The ARN and the external id of a role.
type RoleKey = (String, Option<String>);

/// Sessions of reading roles, by role. An AssumeRole of each account in each run would be a
/// third of all calls. A session of an acting role is never kept, so that CloudTrail shows by which run it acted.
#[derive(Clone, Debug, Default)]
pub(crate) struct WarmSessions(Arc<Mutex<HashMap<RoleKey, Credentials>>>);

impl WarmSessions {
    fn find(&self, role: &RoleKey) -> Option<Credentials> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lasts = |found: &&Credentials| found.expiry().is_some_and(|end| end > SystemTime::now() + OUTLIVES);
        kept.get(role).filter(lasts).cloned()
    }

    fn keep(&self, role: RoleKey, session: &Credentials) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(role, session.clone());
    }

    /// Forgets the sessions in `account`: the role may have changed, and the next run asks for a new session.
    pub(crate) fn forget(&self, account: &str) {
        let arn = format!(":iam::{account}:");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(role, _), _| !role.contains(&arn));
    }
}

/// How one role is assumed.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// The name, with its path if it has one.
    pub(crate) name: String,
    /// The external id that the role requires.
    pub(crate) external_id: Option<String>,
    /// The session name, which shows the run in CloudTrail.
    pub(crate) session: String,
    /// The Region of the STS endpoint, where the settings name one.
    pub(crate) region: Option<String>,
    /// Whether the session is limited to reading.
    pub(crate) is_reading: bool,
}

impl Role {
    /// The role of this name in the accounts of the scope.
    pub(crate) fn of(scope: &ScopeSettings, name: &str, run: &str, is_reading: bool) -> Self {
        let (external_id, region) = (scope.external_id.clone(), scope.sts_region.clone());
        Self { name: name.to_owned(), external_id, session: session_name(run), region, is_reading }
    }
}

type Answer = Result<SharedCredentialsProvider, String>;

/// Sessions by account, each assumed once.
pub(crate) struct Sessions {
    aws: Aws,
    sts: OnceCell<aws_sdk_sts::Client>,
    role: Role,
    by_account: Mutex<HashMap<Arc<str>, Arc<OnceCell<Answer>>>>,
}

impl Sessions {
    pub(crate) fn new(aws: &Aws, role: Role) -> Self {
        Self { aws: aws.clone(), sts: OnceCell::new(), role, by_account: Mutex::default() }
    }

    /// The session in `account`. Repeated requests get the same answer, including a refusal.
    pub(crate) async fn of(&self, account: &Arc<str>) -> Answer {
        let cell = {
            let mut by_account = self.by_account.lock().unwrap_or_else(PoisonError::into_inner);
            by_account.entry(account.clone()).or_default().clone()
        };
        cell.get_or_init(|| self.assume(account)).await.clone()
    }

    async fn sts(&self) -> Result<&aws_sdk_sts::Client, String> {
        let make = || async {
            let region = self.aws.sts_region(self.role.region.as_deref()).await?;
            Ok(self.aws.client(region))
        };
        self.sts.get_or_try_init(make).await
    }

    async fn assume(&self, account: &str) -> Answer {
        let Role { name, external_id, session, region: _, is_reading } = &self.role;
        let arn = format!("arn:{}:iam::{account}:role/{name}", self.aws.caller().await?.partition);
        let kept = (arn.clone(), external_id.clone());
        if let Some(session) = self.aws.warm.find(&kept).filter(|_| *is_reading) {
            return Ok(SharedCredentialsProvider::new(session));
        }
        let mut call = self.sts().await?.assume_role().role_arn(&arn).role_session_name(session);
        call = call.set_external_id(external_id.clone());
        if *is_reading {
            call = call.policy(READ_ONLY);
        }
        // `words` quotes the operation, so the role is shown next to it and not after the hint.
        let operation = format!("sts:AssumeRole` for `{arn}");
        let answer = call.send().await.map_err(|error| words(&operation, &error))?;
        let found = answer.credentials().ok_or_else(|| format!("`sts:AssumeRole` for `{arn}` gave no credentials"))?;
        let expires = SystemTime::try_from(*found.expiration()).ok();
        let token = Some(found.session_token().to_owned());
        let session = Credentials::new(found.access_key_id(), found.secret_access_key(), token, expires, "AssumeRole");
        if *is_reading {
            self.aws.warm.keep(kept, &session);
        }
        Ok(SharedCredentialsProvider::new(session))
    }
}

/// A session name with the run's id: at most 64 of the characters that STS allows.
fn session_name(run: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || "_=,.@-".contains(*c);
    format!("idle-reaper-{run}").chars().filter(fits).take(64).collect()
}
