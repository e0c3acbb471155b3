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
}

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
        Self { heads_file, witnesses, quorum }
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
