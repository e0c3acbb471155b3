//! A public key infrastructure of our own, made by `openssl` when a test asks: authorities, and the certificates of citizens in
//! the styles of several countries, sound ones and ones that nobody should trust.

mod profile;
pub mod responder;
pub mod subjects;
pub mod token;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

pub use profile::{Key, Profile};

/// An authority: its key, its certificate, and what it has issued and revoked, as `openssl ca` and `openssl ocsp` read it.
pub struct Authority {
    folder: Arc<TempDir>,
    name: String,
    /// From this one to the root, which is among them.
    chain: Vec<Vec<u8>>,
    issued: AtomicU32,
}

/// A citizen's certificate, and its key: whoever has them can sign in with them.
pub struct Card {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// DER.
    pub der: Vec<u8>,
    /// From its issuer to the root, which is among them (DER).
    pub authorities: Vec<Vec<u8>>,
}

static AUTHORITIES: AtomicU32 = AtomicU32::new(0);

impl Authority {
    /// An authority that nobody is above.
    pub fn root(name: &str) -> Self {
        Self::root_of(Profile::authority(name))
    }

    pub fn root_of(profile: Profile) -> Self {
        let folder = Arc::new(TempDir::with_prefix("senid-pki-").unwrap());
        let authority = Self::prepare(folder, Vec::new());
        profile.key.make(&authority.key());
        authority.request(&profile, &authority.key(), &authority.path("csr"));
        authority.sign(&profile, &authority.path("csr"), &authority.certificate(), true);
        authority.with_own_certificate()
    }

    /// An authority below this one.
    pub fn intermediate(&self, name: &str) -> Self {
        self.intermediate_of(Profile::authority(name))
    }

    pub fn intermediate_of(&self, profile: Profile) -> Self {
        let authority = Self::prepare(Arc::clone(&self.folder), self.chain.clone());
        profile.key.make(&authority.key());
        authority.request(&profile, &authority.key(), &authority.path("csr"));
        self.sign(&profile, &authority.path("csr"), &authority.certificate(), false);
        authority.with_own_certificate()
    }

    /// A certificate below this one.
    pub fn issues(&self, profile: Profile) -> Card {
        let name = format!("{}-card-{}", self.name, self.issued.fetch_add(1, Ordering::Relaxed));
        let path = |kind: &str| self.folder.path().join(format!("{name}.{kind}"));
        profile.key.make(&path("key"));
        self.request(&profile, &path("key"), &path("csr"));
        self.sign(&profile, &path("csr"), &path("pem"), false);
        let der = der_of(&path("pem"));
        Card { certificate: path("pem"), key: path("key"), der, authorities: self.chain.clone() }
    }

    /// The same certificate, with what is signed changed before this authority signs it anew: what `openssl` would not write.
    pub fn signs_changed(&self, card: &Card, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Card {
        let parsed = senid::crypto::certificate::parse(&card.der).unwrap();
        let message = change(parsed.tbs_certificate.as_ref().to_vec());
        let algorithm = senid::crypto::certificate::Signed::read(&card.der).unwrap().algorithm;
        let (path, out) = (self.path("tbs"), self.path("sig"));
        std::fs::write(&path, &message).unwrap();
        run(openssl().args(["dgst", "-sha256", "-sign"]).arg(self.key()).arg("-out").arg(&out).arg(&path));
        let signature = [&[0], &std::fs::read(&out).unwrap()[..]].concat();
        let der = tlv(0x30, &[message, tlv(0x30, algorithm), tlv(0x03, &signature)].concat());
        let certificate = card.certificate.with_extension("changed.pem");
        std::fs::write(&certificate, pem(&der)).unwrap();
        Card { certificate, key: card.key.clone(), der, authorities: card.authorities.clone() }
    }

    pub fn revokes(&self, card: &Card) {
        self.revokes_because(card, "keyCompromise");
    }

    /// With a reason as `openssl ca -crl_reason` names it.
    pub fn revokes_because(&self, card: &Card, reason: &str) {
        let mut command = self.ca();
        run(command.arg("-revoke").arg(&card.certificate).args(["-crl_reason", reason]));
    }

    /// A complete list of what is revoked (DER), good from one second to another since the epoch.
    pub fn list(&self, from: i64, until: i64) -> Vec<u8> {
        let (pem, der) = (self.path("crl.pem"), self.path("crl"));
        let mut command = self.ca();
        run(command
            .args(["-gencrl", "-crl_lastupdate", &asn1_time(from), "-crl_nextupdate", &asn1_time(until), "-out"])
            .arg(&pem));
        run(openssl().arg("crl").arg("-in").arg(&pem).args(["-outform", "DER", "-out"]).arg(&der));
        std::fs::read(&der).unwrap()
    }

    /// PEM.
    pub fn certificate(&self) -> PathBuf {
        self.path("pem")
    }

    pub fn key(&self) -> PathBuf {
        self.path("key")
    }

    /// What it issued and revoked, as `openssl ocsp -index` reads it.
    pub fn index(&self) -> PathBuf {
        self.path("index")
    }

    pub fn der(&self) -> &[u8] {
        &self.chain[0]
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn prepare(folder: Arc<TempDir>, chain: Vec<Vec<u8>>) -> Self {
        let name = format!("authority-{}", AUTHORITIES.fetch_add(1, Ordering::Relaxed));
        let authority = Self { folder, name, chain, issued: AtomicU32::new(0) };
        std::fs::write(authority.index(), "").unwrap();
        std::fs::write(authority.path("index.attr"), "unique_subject = no\n").unwrap();
        std::fs::write(authority.path("crlnumber"), "01\n").unwrap();
        std::fs::write(authority.path("conf"), authority.configuration()).unwrap();
        std::fs::create_dir_all(authority.path("new")).unwrap();
        authority
    }

    fn configuration(&self) -> String {
        let at = |kind: &str| self.path(kind).display().to_string();
        format!(
            "[ca]\ndefault_ca = this\n[this]\ndatabase = {}\ncrlnumber = {}\nnew_certs_dir = {}\nrand_serial = yes\n\
             unique_subject = no\ncertificate = {}\nprivate_key = {}\ndefault_md = sha256\ndefault_days = 30\n\
             default_crl_days = 30\npolicy = any\nemail_in_dn = yes\nstring_mask = utf8only\n\
             [any]\ncountryName = optional\ncommonName = optional\n\
             [req]\ndistinguished_name = nobody\nstring_mask = utf8only\n[nobody]\n",
            at("index"),
            at("crlnumber"),
            at("new"),
            at("pem"),
            at("key"),
        )
    }

    fn request(&self, profile: &Profile, key: &Path, out: &Path) {
        let mut command = openssl();
        command
            .args(["req", "-new", "-utf8", "-config"])
            .arg(self.path("conf"))
            .arg("-key")
            .arg(key)
            .arg("-out")
            .arg(out);
        run(command.arg("-subj").arg(profile.subject()));
    }

    fn sign(&self, profile: &Profile, request: &Path, out: &Path, by_itself: bool) {
        let extensions = request.with_extension("extensions");
        std::fs::write(&extensions, profile.extensions()).unwrap();
        let mut command = self.ca();
        command.args(["-batch", "-notext", "-preserveDN", "-utf8", "-startdate", &asn1_time(profile.from)]);
        command.args(["-enddate", &asn1_time(profile.until), "-extensions", "these", "-extfile"]).arg(&extensions);
        if profile.key_signs_with_digest() {
            command.args(["-md", profile.digest]);
        }
        if by_itself {
            command.arg("-selfsign");
        }
        run(command.arg("-in").arg(request).arg("-out").arg(out));
    }

    fn ca(&self) -> Command {
        let mut command = openssl();
        command.args(["ca", "-config"]).arg(self.path("conf"));
        command
    }

    fn with_own_certificate(mut self) -> Self {
        self.chain.insert(0, der_of(&self.certificate()));
        self
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.folder.path().join(format!("{}.{kind}", self.name))
    }
}

impl Card {
    /// The certificate and its authorities but for the root, in a file.
    pub fn chain_file(&self) -> PathBuf {
        let path = self.certificate.with_extension("chain.pem");
        let between = &self.authorities[..self.authorities.len().saturating_sub(1)];
        let certificates = std::iter::once(&self.der).chain(between);
        std::fs::write(&path, certificates.map(|der| pem(der)).collect::<String>()).unwrap();
        path
    }

    /// What the certificate's key says to `message`, by `openssl dgst` with this hash: DER for elliptic curves.
    pub fn signs(&self, message: &[u8], digest: &str) -> Vec<u8> {
        let path = |kind: &str| self.key.with_extension(kind);
        std::fs::write(path("message"), message).unwrap();
        let mut command = openssl();
        command.args(["dgst", &format!("-{digest}"), "-sign"]).arg(&self.key).arg("-out").arg(path("signature"));
        run(command.arg(path("message")));
        std::fs::read(path("signature")).unwrap()
    }
}

pub fn openssl() -> Command {
    let mut command = Command::new("openssl");
    // Debian's own settings are nobody's business here.
    command.env("OPENSSL_CONF", "/dev/null").stdin(Stdio::null());
    command
}

#[track_caller]
pub fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("openssl is needed for tests (Debian: openssl)");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

pub fn der_of(pem: &Path) -> Vec<u8> {
    run(openssl().arg("x509").arg("-in").arg(pem).args(["-outform", "DER"]))
}

pub fn pem(der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        writeln!(pem, "{}", std::str::from_utf8(line).unwrap()).unwrap();
    }
    pem + "-----END CERTIFICATE-----\n"
}

pub fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let header = match length {
        0..=127 => vec![tag, length as u8],
        128..=255 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, u8::try_from(length >> 8).unwrap(), length as u8],
    };
    [header, contents.to_vec()].concat()
}

/// `GeneralizedTime`, of seconds since the epoch.
fn asn1_time(seconds: i64) -> String {
    let instant = jiff::Timestamp::from_second(seconds).unwrap();
    instant.strftime("%Y%m%d%H%M%SZ").to_string()
}
