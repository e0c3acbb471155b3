//! What can be wrong with a module. No sentence shows a PIN or a key.

use std::path::PathBuf;

use cryptoki::error::{Error, RvError};

use super::TokenName;
use crate::domain::keys::SignatureAlgorithm;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    #[error("{0} cannot be loaded as a PKCS #11 module: {1}")]
    Library(PathBuf, String),
    #[error("the operating system gives no more threads")]
    Threads,
    #[error("the module shows no token {token}; it shows {shown}")]
    NoToken { token: TokenName, shown: String },
    #[error("the module shows more than one token {0}; name it by its serial number")]
    TwoTokens(TokenName),
    #[error(
        "the token refused the PIN. It is not shown it again: every wrong try brings the token nearer to locking. Correct the PIN, \
         then run: senid keys module --try-pin"
    )]
    PinRefused,
    #[error(
        "the token says that it was shown a wrong PIN and no right one since, so it is not shown this one: one try more may lock it. \
         When you are sure of the PIN, run: senid keys module --try-pin"
    )]
    PinWasRefused,
    #[error("the token has locked its PIN after too many wrong ones: its security officer has to set a new one")]
    PinLocked,
    #[error("the token has no user PIN yet: initialise it first")]
    NoPin,
    /// It does not answer, or has forgotten us: sessions are opened anew.
    #[error("the module is away ({0})")]
    Away(String),
    #[error("too much waits for the module")]
    Busy,
    #[error("the module did not answer in time")]
    Late,
    #[error("the program is stopping")]
    Stopped,
    #[error("the token holds no key {0}")]
    NoKey(String),
    #[error("the token holds more than one key {0}")]
    TwoKeys(String),
    #[error("the token cannot make {0} keys: it has no {1}")]
    CannotMake(SignatureAlgorithm, &'static str),
    #[error("the token cannot hold a master key: it has no {0}")]
    CannotHoldMaster(&'static str),
    #[error(
        "the token made a key that could be taken out of it (sensitive: {sensitive}, extractable: {extractable}); it was destroyed"
    )]
    NotHeld { sensitive: bool, extractable: bool },
    #[error("the token's public key is none of its kind")]
    PublicKey,
    /// Damaged, or somebody's doing: a signature that was made wrong can give the key away.
    #[error("what the module signed is no signature of the key that was announced; it was not handed out")]
    WrongSignature,
    #[error("the module refused: {0}")]
    Refused(String),
}

impl ModuleError {
    /// Whether everything has to be opened anew.
    pub const fn is_loss(&self) -> bool {
        matches!(self, Self::Away(_))
    }

    /// Whether no further try is made until somebody does something.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::PinRefused | Self::PinWasRefused | Self::PinLocked | Self::NoPin)
    }

    /// What it is counted as.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Away(_) | Self::Library(..) | Self::NoToken { .. } | Self::TwoTokens(_) => "away",
            Self::PinRefused | Self::PinWasRefused | Self::PinLocked | Self::NoPin => "pin",
            Self::Busy => "busy",
            Self::Late => "late",
            Self::Stopped | Self::Threads => "stopped",
            Self::NoKey(_) | Self::TwoKeys(_) => "no_key",
            Self::WrongSignature => "wrong_signature",
            Self::CannotMake(..)
            | Self::CannotHoldMaster(_)
            | Self::NotHeld { .. }
            | Self::PublicKey
            | Self::Refused(_) => "refused",
        }
    }
}

impl From<Error> for ModuleError {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        let Error::Pkcs11(code, _) = error else { return Self::Refused(sentence) };
        match code {
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange | RvError::PinExpired => {
                Self::PinRefused
            }
            RvError::PinLocked => Self::PinLocked,
            RvError::UserPinNotInitialized => Self::NoPin,
            // Whoever says these is gone, was started again, or does not know its objects any more. General errors are among them:
            // libraries of networked modules say nothing better, and opening everything anew is what helps.
            RvError::DeviceError
            | RvError::DeviceMemory
            | RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::SlotIdInvalid
            | RvError::SessionClosed
            | RvError::SessionHandleInvalid
            | RvError::SessionCount
            | RvError::UserNotLoggedIn
            | RvError::CryptokiNotInitialized
            | RvError::OperationActive
            | RvError::OperationNotInitialized
            | RvError::KeyHandleInvalid
            | RvError::ObjectHandleInvalid
            | RvError::HostMemory
            | RvError::FunctionCanceled
            | RvError::FunctionFailed
            | RvError::GeneralError
            | RvError::FipsSelfTestFailed
            | RvError::VendorDefined(_)
            | RvError::UnknownErrorCode(_) => Self::Away(sentence),
            _ => Self::Refused(sentence),
        }
    }
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    #[test]
    fn what_is_lost_is_told_from_what_is_refused() {
        let of = |code| ModuleError::from(Error::Pkcs11(code, Function::Sign));
        for code in
            [RvError::DeviceRemoved, RvError::TokenNotPresent, RvError::SessionHandleInvalid, RvError::DeviceError]
        {
            assert!(of(code).is_loss(), "{code:?}");
            assert!(!of(code).is_final());
        }
        for code in [RvError::MechanismInvalid, RvError::KeyFunctionNotPermitted, RvError::DataLenRange] {
            assert!(!of(code).is_loss() && !of(code).is_final(), "{code:?}");
        }
        for code in [RvError::PinIncorrect, RvError::PinLocked, RvError::PinExpired] {
            assert!(of(code).is_final() && !of(code).is_loss(), "never tried again: {code:?}");
        }
    }
}
