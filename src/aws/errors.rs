//! Translates the SDK's errors. `SdkError` displays as just `service error`, so the text is built from its parts. No
//! caller matches strings.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::ports::{ActError, NotScanned, chain};

/// Codes by which AWS says that a call may be repeated later. The call has not been carried out.
const THROTTLES: [&str; 5] =
    ["RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown"];

/// Codes by which AWS says that the result is unknown.
const UNCLEAR: [&str; 4] = ["InternalError", "InternalFailure", "ServiceUnavailable", "Unavailable"];

/// An incomplete answer (`whole`): AWS may have carried out the call.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unusable(pub(crate) String);

/// The list in an answer. A missing list is not an empty list: an empty list would mean that an account is in no unit
/// that `[never]` names, and may be acted on.
///
/// # Errors
/// There is no list.
pub(crate) fn listed<'a, T>(operation: &str, list: Option<&'a [T]>) -> Result<&'a [T], String> {
    list.ok_or_else(|| format!("`{operation}` was answered without a list"))
}

/// The error in one line: operation, code, message, request id; or how the call failed to complete.
pub(crate) fn words<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::ServiceError(service) if service.raw().status().is_success() => {
            unreadable(operation, Some(service.err()))
        }
        SdkError::ServiceError(service) => {
            let meta = service.err().meta();
            let code = meta.code().unwrap_or("an error without a code");
            let message =
                meta.message().map_or(String::new(), |message| format!(": {}", message.trim_end_matches('.')));
            let request = error.request_id().map_or(String::new(), |id| format!(" (request {id})"));
            format!("`{operation}` was answered with `{code}`{message}{request}{}", hint(code))
        }
        SdkError::TimeoutError(_) => format!("`{operation}` was too slow and was given up"),
        SdkError::DispatchFailure(failure) => {
            let cause = failure.as_connector_error();
            let answered = cause.and_then(|cause| std::error::Error::source(cause)?.downcast_ref::<Unusable>());
            if let Some(why) = answered {
                return format!("`{operation}` was answered, but the answer cannot be used: {why}");
            }
            let cause = cause.map_or("no connection".to_owned(), |cause| chain(cause, ": "));
            format!("`{operation}` did not reach AWS: {cause}")
        }
        SdkError::ResponseError(_) => unreadable(operation, std::error::Error::source(error)),
        SdkError::ConstructionFailure(failure) => format!("`{operation}` could not be built: {failure:?}"),
        _ => format!("`{operation}` failed: {}", chain(error, ": ")),
    }
}

fn unreadable(operation: &str, cause: Option<&(dyn std::error::Error + 'static)>) -> String {
    let cause = cause.map_or(String::new(), |cause| format!(": {}", chain(cause, ": ")));
    format!("`{operation}` was answered with something that cannot be read{cause}")
}

/// How to fix frequent errors.
fn hint(code: &str) -> &'static str {
    match code {
        "AuthFailure" => "; is the Region enabled in this account?",
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => "; sign in again",
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" => {
            "; does the role exist, trust the caller, and allow it?"
        }
        _ => "",
    }
}

/// Whether a service control policy denies a call: by a statement, or because no statement allows it ("Troubleshoot
/// access denied error messages" in the IAM user guide).
fn is_by_policy(message: &str) -> bool {
    ["explicit deny in a service control policy", "no service control policy allows"]
        .iter()
        .any(|words| message.to_ascii_lowercase().contains(words))
}

/// What a dry run was answered: whether the call would be allowed.
///
/// # Errors
/// As text, why that is unknown.
pub(crate) fn dry_run<T, E>(operation: &str, answer: Result<T, SdkError<E, HttpResponse>>) -> Result<bool, String>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Err(error) = answer else { return Err(format!("`{operation}` was carried out, although it was a dry run")) };
    let code = error.as_service_error().and_then(|error| error.meta().code());
    match code {
        Some("DryRunOperation") => Ok(true),
        Some("UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException") => Ok(false),
        Some(_) | None => Err(words(operation, &error)),
    }
}

/// The error of a scan. A Region that a service control policy denies is denied on purpose. Any other error makes the
/// target unreachable.
pub(crate) fn not_scanned<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> NotScanned
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    if let SdkError::ServiceError(service) = error {
        let meta = service.err().meta();
        let denied = matches!(meta.code(), Some("UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException"));
        if denied && meta.message().is_some_and(is_by_policy) {
            return NotScanned::Denied;
        }
    }
    NotScanned::Unreachable(words(operation, error))
}

/// The error of an act: refused, or unclear. Only after a refusal is it certain that the act did not happen.
pub(crate) fn act<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> ActError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let words = words(operation, error);
    match error {
        SdkError::ServiceError(service) => {
            let (code, status) = (service.err().meta().code().unwrap_or_default(), service.raw().status().as_u16());
            let throttled = THROTTLES.contains(&code);
            if status >= 500 && !throttled || UNCLEAR.contains(&code) || code.is_empty() {
                ActError::Unclear(words)
            } else {
                ActError::Refused(words)
            }
        }
        SdkError::ConstructionFailure(_) => ActError::Refused(words),
        _ => ActError::Unclear(words),
    }
}
