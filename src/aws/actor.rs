//! Acts with the acting role: tags, stops and starts only.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::types::Tag;

use crate::aws::client::{Kept, acting_ec2};
use crate::aws::database_actor::{self, OneDatabase};
use crate::aws::errors::act as translate;
use crate::aws::service_actor::{self, OneService};
use crate::aws::{Aws, Role, Sessions, scaling_actor};
use crate::engine::config::{Accounts, Settings};
use crate::engine::model::{Kind, ResourceId, Suspended, Target};
use crate::ports::{Act, ActError};

/// The writing side of AWS.
pub struct AwsActor<'a> {
    aws: Aws,
    settings: &'a Settings,
    sessions: Sessions,
    kept: Kept,
    databases: Kept<aws_sdk_rds::Client>,
    services: Kept<service_actor::Client>,
    scaling: Kept<scaling_actor::Client>,
}

impl<'a> AwsActor<'a> {
    /// AwsActor for one run.
    pub fn new(aws: &Aws, settings: &'a Settings, run: &str) -> Self {
        let role = Role::of(&settings.scope, &settings.scope.acting_role, run, false);
        let sessions = Sessions::new(aws, role);
        Self {
            aws: aws.clone(),
            settings,
            sessions,
            kept: Kept::default(),
            databases: Kept::default(),
            services: Kept::default(),
            scaling: Kept::default(),
        }
    }

    async fn credentials(&self, target: &Target) -> Result<Option<SharedCredentialsProvider>, ActError> {
        match self.settings.scope.accounts {
            Accounts::Own => Ok(None),
            // Without the role nothing can be done. Halving the batch would not help, and does no harm.
            Accounts::Organization | Accounts::List(_) => {
                self.sessions.of(&target.account).await.map(Some).map_err(ActError::Refused)
            }
        }
    }

    async fn client(&self, target: &Target) -> Result<aws_sdk_ec2::Client, ActError> {
        let credentials = self.credentials(target).await?;
        Ok(self.kept.get(target, || acting_ec2(&self.aws, target, credentials)))
    }

    async fn database(&self, target: &Target, names: &[Box<str>]) -> Result<OneDatabase, ActError> {
        let credentials = self.credentials(target).await?;
        let caller = self.aws.caller().await.map_err(ActError::NotSent)?;
        let client = self.databases.get(target, || database_actor::client(&self.aws, target, credentials));
        OneDatabase::of(client, target, names, &caller.partition)
    }

    async fn service(&self, target: &Target, names: &[Box<str>]) -> Result<OneService, ActError> {
        let credentials = self.credentials(target).await?;
        let caller = self.aws.caller().await.map_err(ActError::NotSent)?;
        let client = self.services.get(target, || service_actor::client(&self.aws, target, credentials));
        OneService::of(client, target, names, &caller.partition)
    }
}

fn strings(ids: &[Box<str>]) -> Option<Vec<String>> {
    Some(ids.iter().map(ToString::to_string).collect())
}

/// A service has a size.
fn sized() -> ActError {
    ActError::Refused("a service is scaled, not stopped or started".to_owned())
}

/// The kind of the resources of one call.
fn kind(ids: &[Box<str>]) -> Kind {
    ids.first().map_or(Kind::Instance, |id| Kind::of(id))
}

impl Act for AwsActor<'_> {
    async fn tag(&self, target: &Target, ids: &[Box<str>], key: &str, value: &str) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let tag = Tag::builder().key(key).value(value).build();
                let call = self.client(target).await?.create_tags().set_resources(strings(ids)).tags(tag).send().await;
                call.map(|_| ()).map_err(|error| translate("ec2:CreateTags", &error))
            }
            Kind::Database => self.database(target, ids).await?.tag(key, value).await,
            Kind::Service => self.service(target, ids).await?.tag(key, value).await,
        }
    }

    async fn untag(&self, target: &Target, ids: &[Box<str>], key: &str) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let tag = Tag::builder().key(key).build();
                let call = self.client(target).await?.delete_tags().set_resources(strings(ids)).tags(tag).send().await;
                call.map(|_| ()).map_err(|error| translate("ec2:DeleteTags", &error))
            }
            Kind::Database => self.database(target, ids).await?.untag(key).await,
            Kind::Service => self.service(target, ids).await?.untag(key).await,
        }
    }

    async fn stop(&self, target: &Target, ids: &[Box<str>], hibernate: bool) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let call = self.client(target).await?.stop_instances().set_instance_ids(strings(ids));
                let call = if hibernate { call.hibernate(true) } else { call };
                call.send().await.map(|_| ()).map_err(|error| translate("ec2:StopInstances", &error))
            }
            Kind::Database => self.database(target, ids).await?.stop().await,
            Kind::Service => Err(sized()),
        }
    }

    async fn start(&self, target: &Target, ids: &[Box<str>]) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let call = self.client(target).await?.start_instances().set_instance_ids(strings(ids)).send().await;
                call.map(|_| ()).map_err(|error| translate("ec2:StartInstances", &error))
            }
            Kind::Database => self.database(target, ids).await?.start().await,
            Kind::Service => Err(sized()),
        }
    }

    async fn scale(&self, target: &Target, service: &str, desired: u32) -> Result<(), ActError> {
        self.service(target, &[service.into()]).await?.scale(desired).await
    }

    async fn suspend(&self, target: &Target, service: &str, to: Suspended) -> Result<(), ActError> {
        let credentials = self.credentials(target).await?;
        let client = self.scaling.get(target, || scaling_actor::client(&self.aws, target, credentials));
        scaling_actor::suspend(&client, ResourceId::named(target.clone(), service).identifier(), to).await
    }
}
