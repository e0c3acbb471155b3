//! `[certificates]`: the authorities whose certificates citizens sign in with. They stand in a folder of their own, two files each,
//! whose faults are said together with the settings'.

mod authority_file;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject};
use toml::Value;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::certificate;
use super::fault::{Fault, Origin};
use super::reader::Reader;
use super::value::Setting;
use crate::domain::issuer::Issuer;
use crate::domain::time::Timestamp;
use crate::domain::trust::TrustedAuthority;

const KEY: &str = "certificates.trust_folder";
/// From how long before its end a certificate of the folder is worth a warning: authorities are not renewed in a week.
const SOON_DAYS: i64 = 60;
const SECONDS_A_DAY: i64 = 86_400;

/// The authority whose private key is beside it in `keys/trust/`, for everybody to sign with.
const DEVELOPMENT: &str = include_str!("../../../keys/trust/development.pem");
static DEVELOPMENT_KEY: LazyLock<Option<Vec<u8>>> = LazyLock::new(|| {
    let der = CertificateDer::from_pem_slice(DEVELOPMENT.as_bytes()).ok()?;
    X509Certificate::from_der(&der).ok().map(|(_, parsed)| parsed.public_key().raw.to_vec())
});

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificates {
    /// Without one nobody signs in with a certificate.
    pub trust_folder: Option<PathBuf>,
    /// What stands in it, by name.
    pub authorities: Vec<TrustedAuthority>,
}

impl Certificates {
    pub(super) fn read(from: &mut Reader, issuer: &Issuer, now: Timestamp) -> Self {
        let Some(folder) = from.optional::<PathBuf>(KEY) else { return Self::default() };
        let authorities = match files(&folder) {
            Ok(files) => authorities(from, &files, issuer, now),
            Err(error) => {
                from.refuse(KEY, format!("expected a folder that can be read: {error}"));
                Vec::new()
            }
        };
        if authorities.is_empty() && !from.has_fault_at(KEY) {
            from.warn(KEY, "there is no authority in it, so nobody signs in with a certificate");
        }
        Self { trust_folder: Some(folder), authorities }
    }
}

/// Everything in the folder but what is hidden, by name.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    // Kubernetes mounts a folder with links of its own in it.
    paths.retain(|path| path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")));
    paths.sort();
    Ok(paths)
}

fn authorities(from: &mut Reader, files: &[PathBuf], issuer: &Issuer, now: Timestamp) -> Vec<TrustedAuthority> {
    let mut named: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for path in files {
        let (stem, extension) = (path.file_stem().and_then(OsStr::to_str), path.extension().and_then(OsStr::to_str));
        match (stem, extension) {
            (Some(name), Some(kind @ ("pem" | "toml"))) if is_name(name) => {
                named.entry(name.to_owned()).or_default().insert(kind);
            }
            // What they are about, and the key of the development authority.
            (_, Some("md" | "key")) => {}
            _ => from.fault_in(
                path,
                "expected NAME.pem and NAME.toml, NAME of small letters, digits and hyphens: this file is looked at by nobody",
            ),
        }
    }
    let mut read: Vec<TrustedAuthority> = Vec::new();
    let Some(folder) = files.first().and_then(|first| first.parent()) else { return read };
    for (name, kinds) in named {
        let (pem, toml) = (folder.join(&name).with_extension("pem"), folder.join(&name).with_extension("toml"));
        for (kind, path) in [("toml", &pem), ("pem", &toml)] {
            if !kinds.contains(kind) {
                from.fault_in(path, &format!("expected {name}.{kind} beside it"));
            }
        }
        if kinds.len() < 2 {
            continue;
        }
        let certificates = certificates(from, &pem, issuer, now);
        let policy = authority_file::read(from, &toml);
        let (Some(mut certificates), Some(policy)) = (certificates, policy) else { continue };
        let anchor = certificates.remove(0);
        if let Some(other) = read.iter().find(|other| other.anchor == anchor) {
            from.fault_in(&pem, &format!("expected each anchor once: {} has the same", other.name));
            continue;
        }
        read.push(TrustedAuthority { name, anchor, intermediates: certificates, policy });
    }
    read
}

/// It stands in figures, events and answers.
fn is_name(name: &str) -> bool {
    name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The anchor first, and what is below it; none where something is wrong with one.
fn certificates(from: &mut Reader, path: &Path, issuer: &Issuer, now: Timestamp) -> Option<Vec<Vec<u8>>> {
    let read = match certificate::read_all(path) {
        Ok(read) => read,
        Err(error) => {
            let what = match error {
                pem::Error::NoItemsFound => "there is none".to_owned(),
                pem::Error::Io(error) => error.to_string(),
                _ => "what begins there does not end, or is no base64".to_owned(),
            };
            from.fault_in(path, &format!("expected an authority's certificate in PEM: {what}"));
            return None;
        }
    };
    let mut above: Vec<Vec<u8>> = Vec::new();
    let mut is_sound = true;
    for (at, der) in (1..).zip(&read) {
        let mut refuse = |problem: String| {
            from.fault_in(path, &format!("certificate {at}: {problem}"));
            is_sound = false;
        };
        let Ok(([], authority)) = X509Certificate::from_der(der) else {
            refuse("expected an X.509 certificate".to_owned());
            continue;
        };
        let subject = authority.subject();
        let signs = authority.key_usage().is_ok_and(|usage| usage.is_none_or(|usage| usage.value.key_cert_sign()));
        if !authority.is_ca() || !signs {
            refuse(format!("expected an authority's: {subject} may not issue certificates"));
        }
        if at > 1 && !above.iter().any(|name| name == authority.issuer().as_raw()) {
            refuse(format!("expected one that the first, or one below it, has issued: {subject} is another's"));
        }
        if Some(authority.public_key().raw) == DEVELOPMENT_KEY.as_deref() && !issuer.is_loopback() {
            refuse(format!(
                "expected no development authority: everybody has its private key, and it is not for {issuer}"
            ));
        }
        above.push(subject.as_raw().to_vec());
        let left = authority.validity().not_after.timestamp().saturating_sub(now.seconds());
        if left < SOON_DAYS * SECONDS_A_DAY {
            let until = certificate::date(authority.validity().not_after.timestamp());
            let sentence = if left < 0 { "expired, and what is below it is refused" } else { "expires soon" };
            from.warn(KEY, format!("{}: certificate {at} ({subject}) {sentence}: {until}", path.display()));
        }
    }
    is_sound.then(|| read.iter().map(|der| der.to_vec()).collect())
}

impl Reader {
    /// A fault of a file that the settings name a folder of.
    fn fault_in(&mut self, path: &Path, problem: &str) {
        let origin = Origin::File { path: Arc::new(path.to_owned()), line: 1 };
        self.adopt(vec![Fault { key: String::new(), origin, found: None, problem: problem.to_owned() }]);
    }
}

impl Setting for crate::domain::trust::ObjectIdentifier {
    const EXPECTED: &'static str = "an object identifier, such as \"1.3.6.1.4.1.10015.1.3\"";

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}
