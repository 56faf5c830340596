//! The hub's resources in AWS: the pause parameter, and the record in S3 or in a folder.

use aws_config::SdkConfig;
use chrono::{DateTime, Utc};

use crate::aws::Aws;
use crate::aws::store::{Bucket, parameter, set_parameter};
use crate::engine::config::{Place, Settings};
use crate::local::folder::Folder;
use crate::ports::{Entry, Pause, PortError, ReadRecord, SetPause, Switch, WriteRecord};

/// The hub of one run.
pub struct AwsHub {
    aws: Aws,
    pause: Option<String>,
    record: Record,
}

enum Record {
    Nowhere,
    S3(Bucket),
    Folder(Folder),
}

impl AwsHub {
    /// The hub that the settings describe.
    pub fn new(aws: &Aws, settings: &Settings) -> Self {
        let record = match &settings.run.record {
            None => Record::Nowhere,
            Some(Place::S3 { bucket, prefix }) => Record::S3(Bucket::new(aws, bucket, prefix)),
            Some(Place::Folder(path)) => Record::Folder(Folder::new(path)),
        };
        let pause = settings.run.pause.as_ref().map(|pause| pause.0.clone());
        Self { aws: aws.clone(), pause, record }
    }
}

impl AwsHub {
    /// A hub that is only a record in a folder. It makes no calls.
    pub(crate) fn of_folder(folder: Folder) -> Self {
        Self { aws: Aws::of(SdkConfig::builder().build()), pause: None, record: Record::Folder(folder) }
    }

    /// Whether the record can be read, listed and written. Nothing is left in it.
    pub(crate) async fn check_record(&self) -> Result<(), PortError> {
        match &self.record {
            Record::Nowhere => Err(nowhere()),
            Record::S3(bucket) => bucket.check().await,
            Record::Folder(folder) => folder.check(),
        }
    }
}

fn nowhere() -> PortError {
    PortError("the settings have no `record`".to_owned())
}

impl Pause for AwsHub {
    async fn switch(&self) -> Switch {
        let Some(name) = &self.pause else { return Switch::Off };
        match parameter(&self.aws, name).await {
            Ok(value) if value == "off" => Switch::Off,
            Ok(value) => Switch::On(value),
            Err(error) => Switch::Unreadable(error.to_string()),
        }
    }
}

impl ReadRecord for AwsHub {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        match &self.record {
            Record::Nowhere => Err(nowhere()),
            Record::S3(bucket) => bucket.find(key).await,
            Record::Folder(folder) => folder.read(key).await,
        }
    }

    async fn now(&self) -> Option<DateTime<Utc>> {
        match &self.record {
            Record::Nowhere => None,
            Record::S3(bucket) => bucket.now().await,
            Record::Folder(folder) => folder.now().await,
        }
    }

    async fn versions(&self, folder: &str, from: &str) -> Result<Option<Vec<(String, String)>>, PortError> {
        match &self.record {
            Record::Nowhere => Err(nowhere()),
            Record::S3(bucket) => bucket.versions(folder, from).await.map(Some),
            Record::Folder(_) => Ok(None),
        }
    }

    async fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
        match &self.record {
            Record::Nowhere => Err(nowhere()),
            Record::S3(bucket) => bucket.read_since(folder, from).await,
            Record::Folder(record) => record.read_since(folder, from).await,
        }
    }
}

impl SetPause for AwsHub {
    async fn pause(&self, why: &str) -> Result<(), PortError> {
        let Some(name) = &self.pause else { return Err(PortError("the settings have no `pause`".to_owned())) };
        set_parameter(&self.aws, name, why).await
    }
}

impl WriteRecord for AwsHub {
    async fn write_bytes(&self, key: &str, bytes: Vec<u8>) -> Result<String, PortError> {
        match &self.record {
            Record::Nowhere => Err(nowhere()),
            Record::S3(bucket) => bucket.write(key, bytes).await,
            Record::Folder(folder) => folder.write_bytes(key, bytes).await,
        }
    }

    async fn create(&self, key: &str, text: &str) -> Result<Option<String>, PortError> {
        match &self.record {
            Record::Nowhere => Err(nowhere()),
            Record::S3(bucket) => bucket.create(key, text).await,
            Record::Folder(folder) => folder.create(key, text).await,
        }
    }

    async fn swap(&self, key: &str, old: &str, new: &str) -> Result<bool, PortError> {
        match &self.record {
            Record::Nowhere => Err(nowhere()),
            Record::S3(bucket) => bucket.swap(key, old, new).await,
            Record::Folder(folder) => folder.swap(key, old, new).await,
        }
    }

    async fn remove(&self, key: &str) -> Result<(), PortError> {
        match &self.record {
            Record::Nowhere => Err(nowhere()),
            Record::S3(bucket) => bucket.remove(key).await,
            Record::Folder(folder) => folder.remove(key).await,
        }
    }
}
