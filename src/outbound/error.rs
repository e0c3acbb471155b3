//! Why a fetch failed, in sentences that may be shown to whoever chose the address.

/// Each sentence ends one that names the address: "jwks_uri …". None says what an address resolved to, or what answered
/// there: a private name that does not exist and one that does look the same from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("must begin with https://")]
    NotHttps,
    #[error("must not hold a user name or a password")]
    UserInfo,
    #[error("has no host")]
    NoHost,
    #[error("has a host without a public address")]
    NotPublic,
    #[error("could not be connected to over TLS")]
    Unreachable,
    #[error("did not answer in time")]
    TimedOut,
    #[error("answered with a redirect, which is not followed")]
    Redirect,
    /// With the status, for the log.
    #[error("did not answer with status 200")]
    Status(u16),
    #[error("answered with a Content-Encoding, which is not unpacked")]
    Encoded,
    #[error("answered with another media type than {0}")]
    MediaType(&'static str),
    #[error("answered with more than is read of a document")]
    TooLong,
    #[error("broke its answer off")]
    BrokenOff,
    /// The document was fetched and cannot be used; the sentence says why.
    #[error("{0}")]
    Unusable(&'static str),
}

impl FetchError {
    /// The word that metrics count it under.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotHttps => "not_https",
            Self::UserInfo => "user_info",
            Self::NoHost => "no_host",
            Self::NotPublic => "not_public",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Redirect => "redirect",
            Self::Status(_) => "status",
            Self::Encoded => "encoded",
            Self::MediaType(_) => "media_type",
            Self::TooLong => "too_long",
            Self::BrokenOff => "broken_off",
            Self::Unusable(_) => "unusable",
        }
    }
}
