//! What the doctor asks of AWS. A client for calls that are only tried refuses to send any request that is not a dry run.

use std::sync::Arc;

use aws_sdk_ec2::types::Tag;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::aws::client::Access;
use crate::aws::database_actor::arn;
use crate::aws::errors::{dry_run, permitted};
use crate::aws::volumes::Keys;
use crate::aws::{Aws, AwsHub, AwsMessenger, AwsReader, Role, Sessions};
use crate::engine::config::{Accounts, Channel, Settings};
use crate::engine::doctor::{Attempt, NO_DATABASE, Who};
use crate::engine::model::{Kind, ResourceId, Target};
use crate::ports::{PortError, Probe};

/// Refuses to send a request that is no trial, whatever the code around it does.
#[derive(Clone, Copy, Debug)]
struct TrialsOnly {
    /// Whether a part of a request, which is a form, shows that it is a trial.
    is_trial: fn(&[u8]) -> bool,
    refusal: &'static str,
}

#[dyn_dispatch_hint]
impl Intercept for TrialsOnly {
    fn name(&self) -> &'static str {
        "TrialsOnly"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.request().body().bytes().unwrap_or_default();
        let is_trial = body.split(|byte| *byte == b'&').any(self.is_trial);
        if is_trial { Ok(()) } else { Err(self.refusal.into()) }
    }
}

/// Requests to EC2 that say `DryRun=true`.
const DRY_RUNS: TrialsOnly =
    TrialsOnly { is_trial: |pair| pair == b"DryRun=true", refusal: "not a dry run, so it was not sent" };

/// Requests to RDS for the database that cannot exist.
const NO_DATABASE_ONLY: TrialsOnly =
    TrialsOnly { is_trial: names_no_database, refusal: "not a trial, so it was not sent" };

fn names_no_database(pair: &[u8]) -> bool {
    let is_name = pair.windows(11).any(|part| part == b"Identifier=") || pair.starts_with(b"ResourceName=");
    is_name && pair.ends_with(NO_DATABASE.as_bytes())
}

/// The doctor's side of AWS.
pub struct AwsProbe<'a> {
    aws: Aws,
    settings: &'a Settings,
    /// Sessions of the reading role with all that it may do: only dry runs are sent with them.
    readers: Sessions,
    actors: Sessions,
    reader: &'a AwsReader<'a>,
    hub: AwsHub,
    messenger: AwsMessenger,
}

impl<'a> AwsProbe<'a> {
    /// The probe of one check-up.
    pub fn new(aws: &Aws, settings: &'a Settings, reader: &'a AwsReader<'a>, run: &str) -> Self {
        let scope = &settings.scope;
        let sessions = |name: &str| Sessions::new(aws, Role::of(scope, name, run, false));
        Self {
            aws: aws.clone(),
            settings,
            readers: sessions(&scope.reading_role),
            actors: sessions(&scope.acting_role),
            reader,
            hub: AwsHub::new(aws, settings),
            messenger: AwsMessenger::new(aws),
        }
    }

    /// If only the caller's own account is scanned, no role is assumed.
    fn has_roles(&self) -> bool {
        self.settings.scope.accounts != Accounts::Own
    }

    async fn access<'t>(&'t self, who: Who, target: &'t Target) -> Result<Access<'t>, String> {
        let sessions = match who {
            Who::Reader => &self.readers,
            Who::Actor => &self.actors,
        };
        let credentials = if self.has_roles() { Some(sessions.of(&target.account).await?) } else { None };
        Ok(Access { aws: &self.aws, target, credentials })
    }

    /// The same for the database that cannot exist.
    async fn attempt_database(&self, who: Who, attempt: &Attempt, id: &ResourceId) -> Result<bool, String> {
        let (place, name) = (&id.place, id.identifier());
        let client: aws_sdk_rds::Client = self.access(who, place).await?.guarded(NO_DATABASE_ONLY);
        let partition = self.aws.caller().await?.partition;
        let arn = arn(place, &partition, &id.name);
        match (attempt, id.is_db_cluster()) {
            (Attempt::Stop, false) => {
                permitted("rds:StopDBInstance", client.stop_db_instance().db_instance_identifier(name).send().await)
            }
            (Attempt::Stop, true) => {
                permitted("rds:StopDBCluster", client.stop_db_cluster().db_cluster_identifier(name).send().await)
            }
            (Attempt::Start, false) => {
                permitted("rds:StartDBInstance", client.start_db_instance().db_instance_identifier(name).send().await)
            }
            (Attempt::Start, true) => {
                permitted("rds:StartDBCluster", client.start_db_cluster().db_cluster_identifier(name).send().await)
            }
            (Attempt::Tag(key), _) => {
                let tag = aws_sdk_rds::types::Tag::builder().key(key).value("doctor").build();
                let call = client.add_tags_to_resource().resource_name(arn).tags(tag);
                permitted("rds:AddTagsToResource", call.send().await)
            }
            (Attempt::Untag(key), _) => {
                let call = client.remove_tags_from_resource().resource_name(arn).tag_keys(key);
                permitted("rds:RemoveTagsFromResource", call.send().await)
            }
            (Attempt::Terminate, _) => Err("a database is never deleted".to_owned()),
        }
    }
}

impl Probe for AwsProbe<'_> {
    async fn enter(&self, account: &Arc<str>) -> Result<(), PortError> {
        if !self.has_roles() {
            return Ok(());
        }
        self.actors.of(account).await.map(|_| ()).map_err(PortError)
    }

    async fn attempt(&self, who: Who, attempt: &Attempt, id: &ResourceId) -> Result<bool, PortError> {
        if id.kind == Kind::Database {
            return self.attempt_database(who, attempt, id).await.map_err(PortError);
        }
        let client: aws_sdk_ec2::Client = self.access(who, &id.place).await?.guarded(DRY_RUNS);
        let (name, tag) = (&*id.name, |key: &str| Tag::builder().key(key));
        let answer = match attempt {
            Attempt::Stop => {
                let call = client.stop_instances().dry_run(true).instance_ids(name);
                dry_run("ec2:StopInstances", call.send().await)
            }
            Attempt::Start => {
                let call = client.start_instances().dry_run(true).instance_ids(name);
                dry_run("ec2:StartInstances", call.send().await)
            }
            Attempt::Terminate => {
                let call = client.terminate_instances().dry_run(true).instance_ids(name);
                dry_run("ec2:TerminateInstances", call.send().await)
            }
            Attempt::Tag(key) => {
                let call = client.create_tags().dry_run(true).resources(name).tags(tag(key).value("doctor").build());
                dry_run("ec2:CreateTags", call.send().await)
            }
            Attempt::Untag(key) => {
                let call = client.delete_tags().dry_run(true).resources(name).tags(tag(key).build());
                dry_run("ec2:DeleteTags", call.send().await)
            }
        };
        answer.map_err(PortError)
    }

    async fn key_state(&self, target: &Target, arn: &str) -> Result<String, PortError> {
        Keys::new(&self.reader.access(target).await?, &self.settings.restart).state(arn).await.map_err(PortError)
    }

    fn region(&self) -> String {
        self.aws.region().map_or_else(|| "REGION".to_owned(), |region| region.to_string())
    }

    async fn channel(&self, channel: &Channel) -> Result<(), PortError> {
        self.messenger.check(channel).await.map_err(PortError)
    }

    async fn record(&self) -> Result<(), PortError> {
        self.hub.check_record().await
    }

    async fn opt_in_region(&self) -> Result<Option<String>, PortError> {
        let named = self.settings.scope.sts_region.as_deref();
        let region = self.aws.sts_region(named).await.map_err(PortError)?;
        let caller = self.aws.caller().await.map_err(PortError)?;
        Ok(region.map(|region| region.to_string()).filter(|region| caller.is_opt_in(region)))
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;

    use super::*;

    /// Nothing listens at this address: only a request that is refused before it is sent fails in another way.
    const NOBODY: &str = "http://127.0.0.1:9";

    #[tokio::test]
    async fn what_is_no_dry_run_is_not_sent() {
        let credentials = SharedCredentialsProvider::new(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"));
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(NOBODY)
            .credentials_provider(credentials)
            .http_client(crate::aws::http::client());
        let target = Target::new("111111111111", "us-east-1");
        let aws = Aws::of(sdk.build());
        let access = Access { aws: &aws, target: &target, credentials: None };
        let client: aws_sdk_ec2::Client = access.guarded(DRY_RUNS);
        let refused = |error: &dyn std::error::Error| crate::ports::chain(error, ": ").contains("not a dry run");
        let error = client.stop_instances().instance_ids("i-1").send().await.unwrap_err();
        assert!(refused(&error), "{error:?}");
        let error = client.terminate_instances().dry_run(false).instance_ids("i-1").send().await.unwrap_err();
        assert!(refused(&error), "{error:?}");
        let error = client.stop_instances().dry_run(true).instance_ids("i-1").send().await.unwrap_err();
        assert!(!refused(&error), "{error:?}");
        let rds: aws_sdk_rds::Client = access.guarded(NO_DATABASE_ONLY);
        for (name, is_sent) in [("orders", false), ("idle--reaper-doctor-2", false), (NO_DATABASE, true)] {
            let error = rds.stop_db_instance().db_instance_identifier(name).send().await.unwrap_err();
            assert_eq!(!crate::ports::chain(&error, ": ").contains("not a trial"), is_sent, "{name} {error:?}");
            let arn = format!("arn:aws:rds:us-east-1:111111111111:db:{name}");
            let error = rds.remove_tags_from_resource().resource_name(arn).tag_keys("x").send().await.unwrap_err();
            assert_eq!(!crate::ports::chain(&error, ": ").contains("not a trial"), is_sent, "{name} {error:?}");
        }
    }
}
