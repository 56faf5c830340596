//! The entry point: inside Lambda it serves the runtime, elsewhere it is the command line. It is thin and makes no
//! decisions.

/// A function that needs the AWS SDK. In a build without it, the function says so.
macro_rules! with_aws {
    ($(#[$doc:meta])* async fn $($rest:tt)*) => {
        with_aws! {
            "this build leaves AWS out; give an inventory with `--inventory`";
            $(#[$doc])* async fn $($rest)*
        }
    };
    ($without:literal; $(
        $(#[$doc:meta])* async fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $result:ty $body:block
    )+) => {$(
        $(#[$doc])*
        #[cfg(feature = "aws")]
        async fn $name($($arg: $type),*) -> $result $body

        #[cfg(not(feature = "aws"))]
        async fn $name($(_: $type),*) -> $result {
            Err($crate::app::Error::Usage($without.to_owned()))
        }
    )+};
}

mod args;
mod ask;
mod choices;
mod cli;
mod complete;
mod end;
mod error;
#[cfg(feature = "aws")]
mod events;
mod help;
mod inventory;
#[cfg(feature = "aws")]
mod lambda;
mod load;
mod log;
mod record;
mod reviewed;
mod run_id;
#[cfg(feature = "aws")]
mod stages;
mod verbs;

pub use crate::app::args::Args;
pub use crate::app::cli::main;
pub(crate) use crate::app::end::End;
pub(crate) use crate::app::error::Error;
pub(crate) use crate::app::run_id::run_id;
