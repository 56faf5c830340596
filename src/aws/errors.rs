//! Translates the SDK's errors. `SdkError` displays as just `service error`, so the text is built from its parts. No
//! caller matches strings.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::engine::doctor::REGION_DOUBT;
use crate::engine::model::{NO_CAPACITY, NOT_ALLOWED};
use crate::ports::{ActError, NotScanned, chain};

/// Codes by which AWS says that a call may be repeated later. The call has not been carried out.
const THROTTLES: [&str; 5] =
    ["RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown"];

/// Codes by which RDS says that it is changing a database, or that its state does not allow the call.
const IN_TRANSITION: [&str; 2] = ["InvalidDBInstanceState", "InvalidDBClusterStateFault"];

/// Codes by which AWS says that the result is unknown.
const UNCLEAR: [&str; 4] = ["InternalError", "InternalFailure", "ServiceUnavailable", "Unavailable"];

/// How to fix missing or expired credentials.
const SIGN_IN: &str = "; sign in: set `AWS_PROFILE` or run `aws sso login`";

/// An incomplete answer (`whole`): AWS may have carried out the call.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unusable(pub(crate) String);

/// The error of an operation.
pub(crate) trait CallError: ProvideErrorMetadata + std::error::Error + 'static {}
impl<E: ProvideErrorMetadata + std::error::Error + 'static> CallError for E {}

/// The error in one line: operation, code, message, request id; or how the call failed to complete.
pub(crate) fn words<E: CallError>(operation: &str, error: &SdkError<E, HttpResponse>) -> String {
    match error {
        SdkError::ServiceError(service) if service.raw().status().is_success() => {
            unreadable(operation, Some(service.err()))
        }
        SdkError::ServiceError(service) => {
            let meta = service.err().meta();
            let Some(code) = meta.code() else {
                let status = service.raw().status().as_u16();
                return format!(
                    "`{operation}` was answered with status {status} and no error code; did a proxy answer?"
                );
            };
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
            let is_unsigned = cause.is_some_and(|cause| is_for_credentials(cause));
            let is_network = cause.is_none_or(|cause| cause.is_io() || cause.is_timeout());
            let (what, hint) = match (is_unsigned, is_network) {
                (true, _) => ("there are no credentials", SIGN_IN),
                (false, true) => ("the endpoint of the Region cannot be reached", REGION_DOUBT),
                (false, false) => ("the request was not sent", ""),
            };
            let cause = cause.map_or("no connection".to_owned(), |cause| chain(cause, ": "));
            format!("`{operation}` did not reach AWS: {what}: {cause}{hint}")
        }
        SdkError::ResponseError(_) => unreadable(operation, std::error::Error::source(error)),
        SdkError::ConstructionFailure(failure) => format!("`{operation}` could not be built: {failure:?}"),
        _ => format!("`{operation}` failed: {}", chain(error, ": ")),
    }
}

/// Whether a call could not be signed.
fn is_for_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| (**error).source()).any(|error| error.is::<CredentialsError>())
}

fn unreadable(operation: &str, cause: Option<&(dyn std::error::Error + 'static)>) -> String {
    let cause = cause.map_or(String::new(), |cause| format!(": {}", chain(cause, ": ")));
    format!("`{operation}` was answered with something that cannot be read{cause}")
}

/// How to fix frequent errors.
fn hint(code: &str) -> &'static str {
    match code {
        "AuthFailure" => REGION_DOUBT,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "RequestExpired"
        | "UnrecognizedClientException" => SIGN_IN,
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
pub(crate) fn dry_run<T, E: CallError>(
    operation: &str,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<bool, String> {
    let Err(error) = answer else { return Err(format!("`{operation}` was carried out, although it was a dry run")) };
    let code = error.as_service_error().and_then(|error| error.meta().code());
    match code {
        Some("DryRunOperation") => Ok(true),
        Some("UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException") => Ok(false),
        Some(_) | None => Err(words(operation, &error)),
    }
}

/// What a call for a database that cannot exist was answered: whether the call would be allowed.
///
/// # Errors
/// As text, why that is unknown.
pub(crate) fn permitted<T, E: CallError>(
    operation: &str,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<bool, String> {
    let Err(error) = answer else { return Err(format!("`{operation}` found a database that cannot exist")) };
    match error.as_service_error().and_then(|error| error.meta().code()) {
        Some("DBInstanceNotFound" | "DBInstanceNotFoundFault" | "DBClusterNotFoundFault") => Ok(true),
        Some(_) | None if is_denied(&error) => Ok(false),
        Some(_) | None => Err(words(operation, &error)),
    }
}

/// Whether a call was denied, by a role or by a policy of the organisation.
pub(crate) fn is_denied<E: CallError>(error: &SdkError<E, HttpResponse>) -> bool {
    let code = error.as_service_error().and_then(|error| error.meta().code());
    matches!(code, Some("UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException"))
}

/// The error of a call, with one text for every refusal: AWS's own names the account and the request.
pub(crate) fn unless_denied<E: CallError>(operation: &str, error: &SdkError<E, HttpResponse>, denied: &str) -> String {
    if is_denied(error) { denied.to_owned() } else { words(operation, error) }
}

/// The error of a scan. A Region that a service control policy denies is denied on purpose. Any other error makes the
/// target unreachable.
pub(crate) fn not_scanned<E: CallError>(operation: &str, error: &SdkError<E, HttpResponse>) -> NotScanned {
    let message = error.as_service_error().and_then(|error| error.meta().message());
    if is_denied(error) && message.is_some_and(is_by_policy) {
        return NotScanned::Denied;
    }
    NotScanned::Unreachable(words(operation, error))
}

/// The end of an act.
///
/// # Errors
/// Refused, or unclear. Only after a refusal is it certain that the act did not happen.
pub(crate) fn acted<T, E: CallError>(
    operation: &str,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<(), ActError> {
    answer.map(|_| ()).map_err(|error| act(operation, &error))
}

fn act<E: CallError>(operation: &str, error: &SdkError<E, HttpResponse>) -> ActError {
    let lacks = |code: &str| code.starts_with("Insufficient") && code.ends_with("Capacity");
    let capacity = error.as_service_error().and_then(|error| error.meta().code()).is_some_and(lacks);
    let class = if capacity { NO_CAPACITY } else { "" };
    let class = if is_denied(error) { NOT_ALLOWED } else { class };
    let words = class.to_owned() + &words(operation, error);
    match error {
        SdkError::ServiceError(service) => {
            let (code, status) = (service.err().meta().code().unwrap_or_default(), service.raw().status().as_u16());
            let throttled = THROTTLES.contains(&code);
            if IN_TRANSITION.contains(&code) {
                ActError::InTransition(words)
            } else if status >= 500 && !throttled || UNCLEAR.contains(&code) || code.is_empty() {
                ActError::Unclear(words)
            } else {
                ActError::Refused(words)
            }
        }
        SdkError::ConstructionFailure(_) => ActError::Refused(words),
        _ => ActError::Unclear(words),
    }
}
