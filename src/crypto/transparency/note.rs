//! Signed tree heads: C2SP `signed-note`, `tlog-checkpoint` and `tlog-cosignature` (`cosignature/v1`), all with Ed25519.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::TreeHash;
use crate::crypto::hash::Sha256;
use crate::domain::secret::SecretBytes;

/// What a key signs, as its first byte says: a note's text, or a cosignature with its time.
const OF_NOTES: u8 = 1;
const OF_COSIGNATURES: u8 = 4;
/// A signature line is never longer, and a note has never more of them.
const LONGEST_LINE: usize = 1024;
const MOST_LINES: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("it is no signed note: text, an empty line, signature lines")]
    Form,
    #[error("it is no tree head: an origin, a size, a root hash")]
    Checkpoint,
    #[error("expected a key as NAME+HASH+KEY, an Ed25519 one")]
    Key,
}

/// A head of a log's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is of.
    pub origin: String,
    /// Leaves of the tree.
    pub size: u64,
    pub root: TreeHash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// # Errors
    /// `Checkpoint` for anything else than `to_text` writes, lines of extensions after it apart.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteError::Checkpoint)?.split('\n');
        let mut line = || lines.next().ok_or(NoteError::Checkpoint);
        let (origin, size, root) = (line()?, line()?, line()?);
        let plain = size == "0" || !size.starts_with('0') && size.bytes().all(|byte| byte.is_ascii_digit());
        let size = size.parse().ok().filter(|_| plain).ok_or(NoteError::Checkpoint)?;
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok()).ok_or(NoteError::Checkpoint)?;
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(NoteError::Checkpoint);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

/// One signature: whose it says that it is, and its bytes after the key's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    pub name: String,
    pub key: [u8; 4],
    pub signature: Vec<u8>,
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key.as_slice(), &self.signature].concat();
        write!(f, "\u{2014} {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl SignatureLine {
    /// # Errors
    /// `Form`.
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let rest = line.strip_prefix("\u{2014} ").filter(|_| line.len() <= LONGEST_LINE).ok_or(NoteError::Form)?;
        let (name, bytes) = rest.split_once(' ').filter(|(name, _)| is_name(name)).ok_or(NoteError::Form)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| NoteError::Form)?;
        let (key, signature) = bytes.split_first_chunk().ok_or(NoteError::Form)?;
        Ok(Self { name: name.to_owned(), key: *key, signature: signature.to_vec() })
    }
}

/// A text and who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    pub text: String,
    pub signatures: Vec<SignatureLine>,
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignedNote {
    /// # Errors
    /// `Form`.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Form);
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        let lines: Vec<&str> = lines.strip_suffix('\n').ok_or(NoteError::Form)?.split('\n').collect();
        if lines.len() > MOST_LINES {
            return Err(NoteError::Form);
        }
        let signatures = lines.into_iter().map(SignatureLine::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

/// A name of a key: what may stand in a signature line.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('+') && !name.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn key_hash(name: &str, kind: u8, public: &[u8]) -> [u8; 4] {
    let mut hash = Sha256::new();
    for part in [name.as_bytes(), b"\n", &[kind], public] {
        hash.update(part);
    }
    let [a, b, c, d, ..] = hash.finish();
    [a, b, c, d]
}

/// A public key with its name and what it signs: `NAME+HASH+KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    kind: u8,
    public: [u8; 32],
}

impl NoteVerifier {
    /// # Errors
    /// `Key`.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let mut part = || parts.next().ok_or(NoteError::Key);
        let (name, hash, key) = (part()?, part()?, part()?);
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (kind, public) = key.split_first().ok_or(NoteError::Key)?;
        let public = public.try_into().map_err(|_| NoteError::Key)?;
        let verifier = Self { name: name.to_owned(), kind: *kind, public };
        let known = matches!(*kind, OF_NOTES | OF_COSIGNATURES) && is_name(name);
        if !known || u32::from_str_radix(hash, 16).ok() != Some(u32::from_be_bytes(verifier.hash())) || hash.len() != 8
        {
            return Err(NoteError::Key);
        }
        Ok(verifier)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    fn hash(&self) -> [u8; 4] {
        key_hash(&self.name, self.kind, &self.public)
    }

    /// Whether the note has a valid signature of this key: of a witness's, a cosignature, whose time in seconds since the Unix
    /// epoch is returned; of a log's, zero.
    pub fn signed(&self, note: &SignedNote) -> Option<u64> {
        note.signatures.iter().find_map(|line| self.verifies(&note.text, line))
    }

    /// As [`Self::signed`], of one signature.
    pub fn verifies(&self, text: &str, line: &SignatureLine) -> Option<u64> {
        if line.name != self.name || line.key != self.hash() {
            return None;
        }
        let key = UnparsedPublicKey::new(&ED25519, &self.public);
        if self.kind == OF_NOTES {
            return key.verify(text.as_bytes(), &line.signature).ok().map(|()| 0);
        }
        let (time, signature) = line.signature.split_first_chunk()?;
        let time = u64::from_be_bytes(*time);
        key.verify(cosigned_message(time, text).as_bytes(), signature).ok().map(|()| time)
    }
}

impl fmt::Display for NoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind], self.public.as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.hash()), STANDARD.encode(key))
    }
}

/// What a witness signs of a head at `time`, in seconds since the Unix epoch.
pub fn cosigned_message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

fn pair(seed: &SecretBytes<32>) -> Option<Ed25519KeyPair> {
    // Refused for another length than 32 bytes only.
    Ed25519KeyPair::from_seed_unchecked(seed.expose()).ok()
}

fn verifier(name: &str, kind: u8, pair: &Ed25519KeyPair) -> Option<NoteVerifier> {
    let public = pair.public_key().as_ref().try_into().ok()?;
    is_name(name).then(|| NoteVerifier { name: name.to_owned(), kind, public })
}

/// What a log signs its heads with.
pub struct LogSigner {
    pair: Ed25519KeyPair,
    verifier: NoteVerifier,
}

impl LogSigner {
    /// From the 32 bytes of an Ed25519 private key (RFC 8032 §5.1.5); `None` for a name that cannot stand in a signature line.
    pub fn new(name: &str, seed: &SecretBytes<32>) -> Option<Self> {
        let pair = pair(seed)?;
        let verifier = verifier(name, OF_NOTES, &pair)?;
        Some(Self { pair, verifier })
    }

    pub const fn verifier(&self) -> &NoteVerifier {
        &self.verifier
    }

    pub fn sign(&self, text: &str) -> SignatureLine {
        let signature = self.pair.sign(text.as_bytes()).as_ref().to_vec();
        SignatureLine { name: self.verifier.name.clone(), key: self.verifier.hash(), signature }
    }
}

impl fmt::Debug for LogSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogSigner({}, [secret])", self.verifier)
    }
}

/// What a witness cosigns the heads of others' logs with.
pub struct WitnessSigner {
    pair: Ed25519KeyPair,
    verifier: NoteVerifier,
}

impl WitnessSigner {
    /// As [`LogSigner::new`].
    pub fn new(name: &str, seed: &SecretBytes<32>) -> Option<Self> {
        let pair = pair(seed)?;
        let verifier = verifier(name, OF_COSIGNATURES, &pair)?;
        Some(Self { pair, verifier })
    }

    pub const fn verifier(&self) -> &NoteVerifier {
        &self.verifier
    }

    /// At `time`, in seconds since the Unix epoch.
    pub fn cosign(&self, text: &str, time: u64) -> SignatureLine {
        let signature = self.pair.sign(cosigned_message(time, text).as_bytes());
        let signature = [time.to_be_bytes().as_slice(), signature.as_ref()].concat();
        SignatureLine { name: self.verifier.name.clone(), key: self.verifier.hash(), signature }
    }
}

impl fmt::Debug for WitnessSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessSigner({}, [secret])", self.verifier)
    }
}
