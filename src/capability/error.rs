//! Errors that cross into a guest.

/// An error that a host function gives: the program sees an `Error` with this message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub String);

/// An error as a guest will get it: an `Error` object with this name and message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct GuestError {
    pub name: Box<str>,
    pub message: Box<str>,
}

impl GuestError {
    pub fn new(name: impl Into<Box<str>>, message: impl Into<Box<str>>) -> GuestError {
        GuestError {
            name: name.into(),
            message: message.into(),
        }
    }
}

impl From<HostError> for GuestError {
    fn from(error: HostError) -> GuestError {
        GuestError::new("Error", error.0)
    }
}
