//! A bare function on the same stack: it reads the SDK's configuration when it is called first, and answers what it was
//! sent.

use idle_reaper::aws::Aws;
use lambda_runtime::{LambdaEvent, service_fn};
use tokio::sync::OnceCell;

fn main() -> Result<(), lambda_runtime::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let aws = OnceCell::new();
    let echo = service_fn(|event: LambdaEvent<serde_json::Value>| async {
        let _ = aws.get_or_init(Aws::load).await.region();
        Ok::<_, lambda_runtime::Error>(event.payload)
    });
    runtime.block_on(lambda_runtime::run(echo))
}
