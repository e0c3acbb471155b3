//! `[messages]`: by what citizens are told of things and sent codes, and how many messages there may be. Nothing is sent where nothing is set.

use toml::Value;
use url::Url;

use super::reader::Reader;
use super::throttling::Rate;
use super::value::{Setting, words};
use crate::domain::message::Channel;
use crate::domain::secret::SecretString;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    pub mail: Option<Mail>,
    pub sms: Option<Sms>,
    /// Whether a code by text message counts as a factor (`assurance.sms_counts`): networks redirect messages, and people are
    /// talked out of codes.
    pub sms_counts: bool,
    pub budget: Budget,
}

/// A mail server that takes what is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// The address that messages come from.
    pub from: String,
    pub login: Option<(String, SecretString)>,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS after STARTTLS, and no mail without it (RFC 3207).
    StartTls,
    /// TLS from the first byte on (RFC 8314).
    Tls,
    /// For a mail server on this machine alone.
    None,
}

words!(MailSecurity, "one of \"starttls\", \"tls\", \"none\"", StartTls = "starttls", Tls = "tls", None = "none");

/// A gateway that sends text messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    pub url: Url,
    /// What the gateway knows the key by.
    pub key_id: String,
    pub key: SecretString,
    /// What the gateway is asked to name as the sender.
    pub sender: Option<String>,
}

/// How many codes are sent, so that nobody makes SenID send them without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    pub per_person: Rate,
    /// To telephone numbers that differ in their last four digits alone: whoever earns from messages owns numbers in rows.
    pub per_range: Rate,
    /// Asked for from one network.
    pub per_network: Rate,
    pub in_all: Rate,
    /// Calling codes of the countries that text messages go to.
    pub calling_codes: Vec<CallingCode>,
}

/// The digits that telephone numbers of a country, or of a part of one, begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallingCode(String);

impl CallingCode {
    /// Whether an E.164 number begins with it.
    pub fn begins(&self, number: &str) -> bool {
        number.strip_prefix('+').is_some_and(|digits| digits.starts_with(&self.0))
    }
}

impl Setting for CallingCode {
    const EXPECTED: &'static str = "the digits of a calling code, such as \"84\"";

    fn read(value: &Value) -> Option<Self> {
        let digits = value.as_str()?.trim().trim_start_matches('+');
        let sound = (1..=7).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        (sound && !digits.starts_with('0')).then(|| Self(digits.to_owned()))
    }

    fn show(&self) -> Value {
        Value::String(self.0.clone())
    }
}

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);
const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

impl Default for Messages {
    fn default() -> Self {
        Self {
            mail: None,
            sms: None,
            sms_counts: false,
            budget: Budget {
                per_person: Rate { most: 10, window: DAY },
                per_range: Rate { most: 100, window: DAY },
                per_network: Rate { most: 30, window: HOUR },
                in_all: Rate { most: 100_000, window: DAY },
                calling_codes: vec![CallingCode("84".to_owned())],
            },
        }
    }
}

impl Messages {
    pub(super) fn read(from: &mut Reader) -> Self {
        let budget = Self::default().budget;
        Self {
            mail: Mail::read(from),
            sms: Sms::read(from),
            sms_counts: from.value("assurance.sms_counts", false),
            budget: Budget {
                per_person: from.value("messages.per_person", budget.per_person),
                per_range: from.value("messages.per_range", budget.per_range),
                per_network: from.value("messages.per_network", budget.per_network),
                in_all: from.value("messages.in_all", budget.in_all),
                calling_codes: from.list("messages.calling_codes", budget.calling_codes),
            },
        }
    }

    /// Whether anything goes out by `channel`.
    pub const fn offers(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.mail.is_some(),
            Channel::Sms => self.sms.is_some(),
        }
    }

    /// Whether a text message may go to this number (E.164).
    pub fn reaches(&self, number: &str) -> bool {
        self.budget.calling_codes.iter().any(|code| code.begins(number))
    }
}

impl Mail {
    fn read(from: &mut Reader) -> Option<Self> {
        let server = from.optional_if("messages.mail.server", |text: &String| match host_and_port(text) {
            Some(_) => Ok(()),
            None => Err("a mail server's name and port, such as \"smtp.example.gov:587\"".to_owned()),
        });
        let security = from.value("messages.mail.security", MailSecurity::StartTls);
        let sender = from.optional_if("messages.mail.from", |text: &String| {
            if is_plain_address(text) {
                Ok(())
            } else {
                Err("a mail address, such as \"no-reply@id.example.gov\"".to_owned())
            }
        });
        let username = from.optional::<String>("messages.mail.username");
        let password =
            from.secret("messages.mail.password", |text| Ok(SecretString::new(text)), |_| "[secret]".to_owned());
        let login = match (username, password) {
            (Some(username), Some(password)) => Some((username, password)),
            (None, None) => None,
            _ => {
                from.refuse(
                    "messages.mail.username",
                    "expected it together with messages.mail.password_file, or neither",
                );
                None
            }
        };
        let (host, port) = host_and_port(server.as_deref()?)?;
        if security == MailSecurity::None && !is_this_machine(host) {
            from.refuse(
                "messages.mail.security",
                "expected \"starttls\" or \"tls\": citizens' mail does not cross a network in clear",
            );
        }
        let Some(sender) = sender else {
            if !from.has_fault_at("messages.mail.from") {
                from.refuse("messages.mail.from", "expected the mail address that messages come from");
            }
            return None;
        };
        Some(Self { host: host.to_owned(), port, security, from: sender, login })
    }
}

impl Sms {
    fn read(from: &mut Reader) -> Option<Self> {
        let url = from.optional::<Url>("messages.sms.url");
        let key_id = from.value("messages.sms.key_id", "senid".to_owned());
        let sender = from.optional::<String>("messages.sms.sender");
        let key = from.secret(
            "messages.sms.key",
            |text| match text.len() {
                // RFC 2104 §3: no shorter than the hash.
                32.. => Ok(SecretString::new(text)),
                _ => Err("a key of at least 32 characters".to_owned()),
            },
            |_| "[secret]".to_owned(),
        );
        let url = url?;
        let Some(key) = key else {
            if !from.has_fault_at("messages.sms.key") && !from.has_fault_at("messages.sms.key_file") {
                from.refuse(
                    "messages.sms.url",
                    "expected messages.sms.key_file beside it: requests to the gateway are signed",
                );
            }
            return None;
        };
        let quotable = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
        if !key_id.chars().all(quotable) {
            from.refuse("messages.sms.key_id", "expected letters, digits and signs without quotes");
        }
        Some(Self { url, key_id, key, sender })
    }
}

fn host_and_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let sound = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-[]:".contains(c));
    sound.then_some((host, port.parse().ok().filter(|port| *port != 0)?))
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn is_plain_address(text: &str) -> bool {
    let plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"@<>\",;:\\".contains(c));
    text.split_once('@').is_some_and(|(who, host)| plain(who) && plain(host))
}
