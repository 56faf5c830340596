//! The floor: a program of the same stack that makes the same calls as a run and decides nothing.
//!
//! `floor describe|stop [--organization ROLE EXTERNAL_ID] --regions A,B --width N`
//!
//! `describe` lists the accounts, assumes the role once in each, and reads every page of every Region. `stop` does the
//! same, and then for every 50 running instances of a place what a careful stop takes: a look, a tag, a stop, a look.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Region;
use aws_sdk_ec2::types::{Filter, InstanceStateName, Tag};
use futures_util::stream::{self, StreamExt};
use idle_reaper::aws::Aws;
use tokio::sync::OnceCell;

/// Instances of one page, and of one act: as the product has them.
const PAGE: i32 = 1_000;
const BATCH: usize = 50;

type Failed = Box<dyn std::error::Error>;

#[derive(Default)]
struct Arguments {
    stops: bool,
    role: Option<(String, String)>,
    regions: Vec<String>,
    width: usize,
}

fn arguments() -> Option<Arguments> {
    let mut words = std::env::args().skip(1);
    let stops = match words.next()?.as_str() {
        "describe" => false,
        "stop" => true,
        _ => return None,
    };
    let mut found = Arguments { stops, width: 16, ..Arguments::default() };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--organization" => found.role = Some((words.next()?, words.next()?)),
            "--regions" => found.regions = words.next()?.split(',').map(str::to_owned).collect(),
            "--width" => found.width = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(found)
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("usage: floor describe|stop [--organization ROLE EXTERNAL_ID] --regions A,B --width N");
        return ExitCode::from(1);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("an event loop");
    match runtime.block_on(sweep(&arguments)) {
        Ok((found, stopped)) => {
            println!("{{\"found\":{found},\"stopped\":{stopped}}}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

/// Every place, a few at a time. How many instances were found and stopped.
async fn sweep(arguments: &Arguments) -> Result<(usize, usize), Failed> {
    let aws = Aws::load().await;
    let accounts = match arguments.role {
        Some(_) => accounts(&aws).await?,
        None => vec![String::new()],
    };
    let sessions: HashMap<&str, Arc<OnceCell<Option<SharedCredentialsProvider>>>> =
        accounts.iter().map(|account| (account.as_str(), Arc::default())).collect();
    let places = arguments.regions.iter().flat_map(|region| accounts.iter().map(move |account| (account, region)));
    let place = |(account, region): (&String, &String)| {
        let (cell, account, region) = (sessions[account.as_str()].clone(), account.clone(), region.clone());
        let aws = &aws;
        async move {
            let session = cell.get_or_try_init(|| assume(aws, &account, arguments.role.as_ref())).await?.clone();
            let client = client(aws, &region, session);
            let ids = describe(&client, None).await?;
            let stopped = if arguments.stops { stop(&client, &ids).await? } else { 0 };
            Ok::<_, Failed>((ids.len(), stopped))
        }
    };
    let ends: Vec<_> = stream::iter(places.map(place)).buffer_unordered(arguments.width).collect().await;
    ends.into_iter().try_fold((0, 0), |sum, end| end.map(|(seen, stopped)| (sum.0 + seen, sum.1 + stopped)))
}

async fn accounts(aws: &Aws) -> Result<Vec<String>, Failed> {
    let client = aws_sdk_organizations::Client::new(&aws.sdk);
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let page = client.list_accounts().set_next_token(token).send().await?;
        found.extend(page.accounts().iter().filter_map(|account| account.id().map(str::to_owned)));
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            return Ok(found);
        }
    }
}

async fn assume(
    aws: &Aws,
    account: &str,
    role: Option<&(String, String)>,
) -> Result<Option<SharedCredentialsProvider>, Failed> {
    let Some((role, external_id)) = role else { return Ok(None) };
    let call = aws_sdk_sts::Client::new(&aws.sdk).assume_role().role_session_name("floor").external_id(external_id);
    let answer = call.role_arn(format!("arn:aws:iam::{account}:role/{role}")).send().await?;
    let found = answer.credentials().ok_or("no credentials")?;
    let (id, secret, token) = (found.access_key_id(), found.secret_access_key(), found.session_token());
    Ok(Some(SharedCredentialsProvider::new(Credentials::new(id, secret, Some(token.to_owned()), None, "floor"))))
}

fn client(aws: &Aws, region: &str, session: Option<SharedCredentialsProvider>) -> Client {
    let mut builder = aws_sdk_ec2::config::Builder::from(&aws.sdk).region(Region::new(region.to_owned()));
    if let Some(session) = session {
        builder.set_credentials_provider(Some(session));
    }
    Client::from_conf(builder.build())
}

/// The ids of what runs, of everything or of some.
async fn describe(client: &Client, only: Option<&[String]>) -> Result<Vec<String>, Failed> {
    let mut call = client.describe_instances();
    if let Some(ids) = only {
        call = call.filters(Filter::builder().name("instance-id").set_values(Some(ids.to_vec())).build());
    }
    let (mut ids, mut token) = (Vec::new(), None);
    loop {
        let page = call.clone().max_results(PAGE).set_next_token(token).send().await?;
        let all = page.reservations().iter().flat_map(|reservation| reservation.instances());
        let runs = all.filter(|one| one.state().and_then(|state| state.name()) == Some(&InstanceStateName::Running));
        ids.extend(runs.filter_map(|one| one.instance_id().map(str::to_owned)));
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            return Ok(ids);
        }
    }
}

async fn stop(client: &Client, ids: &[String]) -> Result<usize, Failed> {
    for batch in ids.chunks(BATCH) {
        describe(client, Some(batch)).await?;
        let tag = Tag::builder().key("floor").value("2026-11-25T12:30:00Z run=floor policy=floor").build();
        client.create_tags().set_resources(Some(batch.to_vec())).tags(tag).send().await?;
        client.stop_instances().set_instance_ids(Some(batch.to_vec())).send().await?;
        describe(client, Some(batch)).await?;
    }
    Ok(ids.len())
}
