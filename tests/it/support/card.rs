//! What programs on a citizen's computer do with a card: a stand-in for Web eID's extension, which signs as its specification says,
//! and a signing program.

use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::pki::{Card, openssl, run};

/// The algorithms of Web eID, each with the key that it is for.
pub const ALGORITHMS: [&str; 9] = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

impl Card {
    /// A token as the extension gives it to the page of `origin` for `nonce`.
    pub fn web_eid(&self, algorithm: &str, origin: &str, nonce: &str) -> Value {
        let digest = format!("sha{}", &algorithm[2..]);
        let signed = [hash(&digest, origin.as_bytes()), hash(&digest, nonce.as_bytes())].concat();
        json!({
            "unverifiedCertificate": STANDARD.encode(&self.der),
            "algorithm": algorithm,
            "signature": STANDARD.encode(self.signs_as(algorithm, &digest, &signed)),
            "format": "web-eid:1.0",
            "appVersion": "https://web-eid.eu/web-eid-app/releases/2.5.0+0",
        })
    }

    fn signs_as(&self, algorithm: &str, digest: &str, message: &[u8]) -> Vec<u8> {
        match &algorithm[..2] {
            "RS" => self.signs(message, digest),
            // A whole number of bytes for each of the two, as JSON Web Algorithms has it.
            "ES" => fixed(
                &self.signs(message, digest),
                match digest {
                    "sha256" => 32,
                    "sha384" => 48,
                    _ => 66,
                },
            ),
            _ => {
                let path = |kind: &str| self.key.with_extension(kind);
                std::fs::write(path("message"), message).unwrap();
                let mut command = openssl();
                command.args(["dgst", &format!("-{digest}"), "-sigopt", "rsa_padding_mode:pss"]);
                command.args(["-sigopt", "rsa_pss_saltlen:digest", "-sign"]).arg(&self.key);
                run(command.arg("-out").arg(path("signature")).arg(path("message")));
                std::fs::read(path("signature")).unwrap()
            }
        }
    }

    /// A detached signature over `text` in PEM, by `openssl cms`, with these further arguments.
    pub fn cms(&self, text: &str, more: &[&str]) -> String {
        let path = self.key.with_extension("text");
        std::fs::write(&path, text).unwrap();
        let mut command = openssl();
        command.args(["cms", "-sign", "-binary", "-outform", "PEM", "-signer"]).arg(&self.certificate);
        command.arg("-inkey").arg(&self.key).arg("-in").arg(&path).args(more);
        String::from_utf8(run(command.stderr(Stdio::piped()))).unwrap()
    }
}

fn hash(digest: &str, data: &[u8]) -> Vec<u8> {
    match digest {
        "sha256" => senid::crypto::hash::sha256(data).to_vec(),
        "sha384" => senid::crypto::hash::sha384(data).to_vec(),
        _ => senid::crypto::hash::sha512(data).to_vec(),
    }
}

/// `r ‖ s` of a signature in DER.
fn fixed(der: &[u8], length: usize) -> Vec<u8> {
    let contents = if der[1] == 0x81 { &der[3..] } else { &der[2..] };
    let (r, rest) = integer(contents);
    let (s, _) = integer(rest);
    let padded = |number: &[u8]| [vec![0; length - number.len()], number.to_vec()].concat();
    [padded(r), padded(s)].concat()
}

fn integer(der: &[u8]) -> (&[u8], &[u8]) {
    let (number, rest) = der[2..].split_at(usize::from(der[1]));
    (number.strip_prefix(&[0]).unwrap_or(number), rest)
}
