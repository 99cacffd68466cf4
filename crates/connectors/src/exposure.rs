//! Who else than the server that is meant can have a login.

/// What protects a login too little, where a contract has it sent all the same. Tests and details of a datasource tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// It goes over TLS, to whoever answers: the certificate is not looked at.
    Unverified,
    /// It goes as it is, and whoever is on the way can read it.
    Plain,
}

impl Exposure {
    /// Every one there is.
    pub const ALL: [Self; 2] = [Self::Unverified, Self::Plain];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Plain => "plain",
        }
    }
}
