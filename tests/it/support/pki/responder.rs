//! Whoever answers whether a certificate was revoked: `openssl ocsp`, as a server and as a program.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Authority, Card, Profile, openssl, run};
use crate::support::free_port;

/// A server that answers for an authority until it is dropped.
pub struct Responder {
    server: Child,
    pub url: String,
}

impl Responder {
    /// Signs with the authority's own key.
    pub fn of(authority: &Authority) -> Self {
        let port = free_port();
        let mut command = openssl();
        command.args(["ocsp", "-port", &port.to_string(), "-index"]).arg(authority.index());
        command.arg("-CA").arg(authority.certificate()).arg("-rsigner").arg(authority.certificate());
        command.arg("-rkey").arg(authority.key()).args(["-nmin", "10"]);
        let mut server =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("openssl is needed for tests");
        // It says that it waits once it does; what it says later is nobody's business, and must not fill the pipe.
        let mut said = BufReader::new(server.stderr.take().expect("its output is a pipe"));
        let mut line = String::new();
        while !line.contains("waiting for OCSP client connections") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the responder ended before it began");
        }
        std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
        Self { server, url: format!("http://127.0.0.1:{port}/") }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What would answer a request: an authority's index, and whoever signs.
#[derive(Clone)]
pub struct Answers {
    index: PathBuf,
    authority: PathBuf,
    signer: PathBuf,
    key: PathBuf,
    folder: PathBuf,
    arguments: Vec<String>,
}

static ANSWERED: AtomicU32 = AtomicU32::new(0);

impl Answers {
    /// Signed by the authority itself.
    pub fn of(authority: &Authority) -> Self {
        Self {
            index: authority.index(),
            authority: authority.certificate(),
            signer: authority.certificate(),
            key: authority.key(),
            folder: authority.folder().to_owned(),
            arguments: Vec::new(),
        }
    }

    #[must_use]
    pub fn signed_by(mut self, delegate: &Card) -> Self {
        self.signer.clone_from(&delegate.certificate);
        self.key.clone_from(&delegate.key);
        self
    }

    #[must_use]
    pub fn signed_by_authority(mut self, other: &Authority) -> Self {
        (self.signer, self.key) = (other.certificate(), other.key());
        self
    }

    /// With more arguments for `openssl ocsp`.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// The answer (DER) to a request (DER).
    pub fn to(&self, request: &[u8]) -> Vec<u8> {
        let (asked, answered) = (self.file("request"), self.file("answer"));
        std::fs::write(&asked, request).unwrap();
        let mut command = openssl();
        command.args(["ocsp", "-index"]).arg(&self.index).arg("-CA").arg(&self.authority);
        command.arg("-rsigner").arg(&self.signer).arg("-rkey").arg(&self.key);
        command.arg("-reqin").arg(&asked).arg("-respout").arg(&answered).args(&self.arguments);
        run(&mut command);
        std::fs::read(&answered).unwrap()
    }

    fn file(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", ANSWERED.fetch_add(1, Ordering::Relaxed)))
    }
}

/// A request (DER) about these certificates of one authority's, without a nonce.
pub fn request(authority: &Authority, about: &[&Card]) -> Vec<u8> {
    let out = authority.folder().join(format!("{}.request", ANSWERED.fetch_add(1, Ordering::Relaxed)));
    let mut command = openssl();
    command.args(["ocsp", "-no_nonce", "-issuer"]).arg(authority.certificate());
    for card in about {
        command.arg("-cert").arg(Path::new(&card.certificate));
    }
    run(command.arg("-reqout").arg(&out));
    std::fs::read(&out).unwrap()
}

/// Whom an authority lets answer in its name.
pub fn delegate() -> Profile {
    Profile::citizen(&[("C", "VN"), ("O", "Test authorities"), ("CN", "Responder")])
        .with("extendedKeyUsage", "OCSPSigning")
        .with("noCheck", "ignored")
}
