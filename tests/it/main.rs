//! The one integration-test binary: linking the EC2 SDK takes seconds each time.

#[cfg(feature = "aws")]
mod aws;
