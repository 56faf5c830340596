//! The command line from arguments to exit code.

use std::process::ExitCode;

use crate::app::args::Verb;
use crate::app::{Args, End, Error, complete, help, log, verbs};
use crate::engine::request::UndoOverrides;

/// The binary: inside Lambda it serves the runtime, elsewhere it is the command line.
pub fn main() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        verbs::note("error: the operating system gave no event loop");
        return ExitCode::from(1);
    };
    #[cfg(feature = "aws")]
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return runtime.block_on(crate::app::lambda::serve());
    }
    complete::answer();
    let args = match help::parse(std::env::args_os()) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are results; arguments that cannot be parsed are an error like any other.
            let code = u8::from(error.use_stderr());
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    log::for_terminal();
    match runtime.block_on(run(args)) {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::HasSteps | End::LeftOver) => ExitCode::from(2),
        Ok(End::Degraded) => ExitCode::from(3),
        Err(error) => {
            verbs::note(&format!("error: {}", error.chain()));
            ExitCode::from(1)
        }
    }
}

async fn run(args: Args) -> Result<End, Error> {
    match &args.verb {
        Verb::Init(first) => verbs::init::init(&args, first),
        Verb::Check => verbs::check::check(&args).await,
        Verb::Doctor => verbs::doctor::doctor(&args).await,
        Verb::Targets => verbs::targets::targets(&args).await,
        Verb::Plan { select, list, detailed_exitcode, against } => {
            verbs::plan::plan(&args, select, list, *detailed_exitcode, against.as_deref()).await
        }
        Verb::Apply { select, list, yes, plan, acknowledge } => {
            verbs::apply::apply(&args, select, list, *yes, plan.as_ref(), acknowledge.as_deref()).await
        }
        Verb::Report { run: None, days } => verbs::report::list(&args, *days).await,
        Verb::Report { run: Some(run), days: _ } => verbs::report::one(&args, run).await,
        Verb::Undo { run, select, yes, even_paused, even_frozen } => {
            let overrides = UndoOverrides { even_paused: *even_paused, even_frozen: *even_frozen };
            verbs::undo::undo(&args, run, select, *yes, overrides).await
        }
        Verb::StartStopped { run, tag_prefix, yes } => {
            verbs::start_stopped::start_stopped(&args, run.as_deref(), tag_prefix, *yes).await
        }
        Verb::Confirm { account, month, by } => verbs::confirm::confirm(&args, account, *month, by).await,
        Verb::Keep(asked) => verbs::keep::keep(&args, asked).await,
        Verb::Explain { instance, run: None } => verbs::explain::explain(&args, instance).await,
        Verb::Explain { instance, run: Some(run) } => verbs::recall::recall(&args, instance, run).await,
        Verb::Schedule { schedule, policy, days } => {
            verbs::schedule::schedule(&args, schedule, policy.as_deref(), *days).await
        }
        Verb::Snapshot => verbs::snapshot::snapshot(&args).await,
        Verb::Import(asked) => verbs::import::import(&args, asked),
        Verb::Generate { what } => verbs::generate::generate(&args, *what),
    }
}
