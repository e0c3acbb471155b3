//! `[keys.pkcs11]`: the hardware security module, and what is kept in it.

use std::path::PathBuf;
use std::time::Duration;

use toml::Value;

use super::reader::Reader;
use super::value::Setting;
use crate::domain::keys::KeyPlace;
use crate::domain::secret::SecretString;

const MODULE: &str = "keys.pkcs11.module";
const LABEL: &str = "keys.pkcs11.token_label";
const SERIAL: &str = "keys.pkcs11.token_serial";
const PIN: &str = "keys.pkcs11.pin";
const MILLISECOND: Duration = Duration::from_millis(1);

/// A token of a PKCS #11 module, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pkcs11 {
    /// The shared object.
    pub module: PathBuf,
    pub token: Token,
    pub pin: SecretString,
    /// Calls that are under way at once, each with a session.
    pub threads: u32,
    /// The most that wait for a thread.
    pub queue: u32,
    /// How long a signature may take.
    pub deadline: Duration,
}

/// How the token is found: slots are numbered anew at will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Label(String),
    Serial(String),
}

impl Pkcs11 {
    pub(super) fn read(from: &mut Reader) -> Option<Self> {
        let module = from.optional_if::<PathBuf>(MODULE, |path| match path.is_file() {
            true => Ok(()),
            false => Err("a shared object that is there: SoftHSM2's is /usr/lib/softhsm/libsofthsm2.so".to_owned()),
        });
        let (label, serial) = (from.optional::<String>(LABEL), from.optional::<String>(SERIAL));
        if from.is_set_in_file(PIN) {
            from.refuse_unseen(
                PIN,
                "expected not to find the PIN in the settings file: put it into a file of its own (keys.pkcs11.pin_file) or into \
                 SENID_KEYS__PKCS11__PIN",
            );
            return None;
        }
        let pin = from.secret(
            PIN,
            |text| match text.trim() {
                "" => Err("the token's user PIN".to_owned()),
                pin => Ok(SecretString::new(pin)),
            },
            |_| "[secret]".to_owned(),
        );
        let threads = from.within("keys.pkcs11.threads", 4, 1..=64);
        let queue = from.within("keys.pkcs11.queue", 256, 1..=10_000);
        let deadline = from.within("keys.pkcs11.deadline", 2000 * MILLISECOND, 50 * MILLISECOND..=30_000 * MILLISECOND);
        if from.has_fault_below("keys.pkcs11") {
            return None;
        }
        let token = match (label, serial) {
            (Some(_), Some(_)) => {
                from.refuse(SERIAL, format!("expected either {LABEL} or {SERIAL}, not both"));
                return None;
            }
            (Some(label), None) => Some(Token::Label(label)),
            (None, Some(serial)) => Some(Token::Serial(serial)),
            (None, None) => None,
        };
        match (module, token, pin) {
            (None, None, None) => None,
            (Some(module), Some(token), Some(pin)) => Some(Self { module, token, pin, threads, queue, deadline }),
            (module, token, pin) => {
                let parts =
                    [(MODULE, module.is_some()), (LABEL, token.is_some()), ("keys.pkcs11.pin_file", pin.is_some())];
                let missing: Vec<&str> = parts.iter().filter(|(_, is_set)| !is_set).map(|(key, _)| *key).collect();
                let set = parts.iter().find(|(_, is_set)| *is_set).map_or(MODULE, |(key, _)| *key);
                from.refuse(set, format!("expected {} beside it", missing.join(" and ")));
                None
            }
        }
    }
}

impl Setting for KeyPlace {
    const EXPECTED: &'static str = "\"store\" or \"module\"";

    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        Self::ALL.into_iter().find(|place| place.as_str() == text)
    }

    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}
