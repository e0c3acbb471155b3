//! `[audit]`: where heads of the audit log are kept beside the identity store (docs/audit-log.md).

use std::path::PathBuf;

use toml::Value;
use url::Url;

use super::reader::Reader;
use super::value::{Rejected, Setting};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// A file that every signed head is added to.
    pub heads_file: Option<PathBuf>,
    /// Who cosigns heads, independent of whoever runs this.
    pub witnesses: Vec<Witness>,
    /// How many of them a head needs to count as witnessed.
    pub quorum: u32,
    /// A syslog receiver that every event is sent to, over TLS (RFC 5425).
    pub syslog: Option<Syslog>,
    /// Where every event is posted as OTLP logs over HTTP.
    pub otlp: Option<Url>,
}

/// A syslog receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syslog {
    /// A name, or an IP address without brackets.
    pub host: String,
    pub port: u16,
}

/// `syslog-tls` (RFC 5425 §4.1).
const SYSLOG_TLS: u16 = 6514;

/// A witness (C2SP `tlog-witness`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// What its cosignatures are verified with: `NAME+HASH+KEY`.
    pub key: String,
    /// What `add-checkpoint` is below.
    pub url: Url,
}

impl Audit {
    pub(super) fn read(from: &mut Reader) -> Self {
        let heads_file = from.optional::<PathBuf>("audit.heads_file");
        let witnesses: Vec<Witness> = from.list("audit.witnesses", Vec::new());
        let most = u32::try_from(witnesses.len()).unwrap_or(u32::MAX);
        let quorum = from.value("audit.quorum", most);
        if quorum > most && !from.has_fault_at("audit.witnesses") {
            from.refuse("audit.quorum", format!("expected at most {most}: so many witnesses are named"));
        }
        let syslog = from.optional::<Syslog>("audit.syslog");
        let otlp = from.optional_if("audit.otlp", |url: &Url| {
            // What a query holds is somebody's key as a rule, and settings are shown.
            let is_plain = url.query().is_none() && url.fragment().is_none();
            is_plain.then_some(()).ok_or_else(|| "an address without a query and a fragment".to_owned())
        });
        Self { heads_file, witnesses, quorum, syslog, otlp }
    }
}

impl Setting for Witness {
    const EXPECTED: &'static str =
        "a witness's key and address, as \"witness.example+1a2b3c4d+BP… https://witness.example/\"";

    fn read(_: &Value) -> Option<Self> {
        None
    }

    fn parse(value: &Value) -> Result<Self, Rejected> {
        let expected = || Rejected(Self::EXPECTED.to_owned());
        let (key, url) = value.as_str().and_then(|text| text.trim().split_once(' ')).ok_or_else(expected)?;
        let mut parts = key.splitn(3, '+');
        let (name, hash, public) = (parts.next(), parts.next(), parts.next());
        let is_key = name.is_some_and(|name| !name.is_empty())
            && hash.is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
            && public.is_some_and(|public| public.len() == 44);
        let url = Url::parse(url.trim()).map_err(|_| expected())?;
        if !is_key || !matches!(url.scheme(), "https" | "http") {
            return Err(expected());
        }
        Ok(Self { key: key.to_owned(), url })
    }

    fn show(&self) -> Value {
        Value::String(format!("{} {}", self.key, self.url))
    }
}

impl Setting for Syslog {
    const EXPECTED: &'static str = "a host, and a port unless it is 6514, as \"collector.example:6514\"";

    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?.trim();
        // An address of the web has hosts of the same spellings, and 443 for its port where none is named.
        let url = Url::parse(&format!("https://{text}/")).ok()?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        let host = url.host_str().filter(|_| is_bare && is_anonymous && !text.contains('/'))?;
        let port = url.port().unwrap_or(if text.ends_with(":443") { 443 } else { SYSLOG_TLS });
        Some(Self { host: host.trim_matches(['[', ']']).to_owned(), port })
    }

    fn show(&self) -> Value {
        let Self { host, port } = self;
        Value::String(if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
    }
}
