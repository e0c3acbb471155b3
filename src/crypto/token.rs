//! Opaque tokens (RFC 6749 §1.4, §1.5): a prefix that says what it is, a public locator, a secret, a checksum.
//!
//! `senid_rt_` ‖ base64url(locator (16) ‖ secret (32) ‖ checksum (3)). The prefix lets a secret scanner and a support
//! desk know the token for what it is, the checksum spares the store a look-up of anything mistyped or invented.
//! `senid_sandbox_rt_` is a sandbox's: whoever finds it in a log or a file sees that it opens nothing of anybody's.

use std::fmt;

use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::crypto::base64url;
use crate::crypto::hash::{hash_secret, sha256};
use crate::domain::random::Random;
use crate::domain::sandbox::Mode;
use crate::domain::secret::{SecretBytes, SecretHash, SecretString};

const LOCATOR: usize = 16;
const SECRET: usize = 32;
const CHECKSUM: usize = 3;
const BODY: usize = LOCATOR + SECRET + CHECKSUM;

/// What a token is for. A token of one kind is never taken for another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    AuthorizationCode,
    RefreshToken,
    AccessToken,
    /// RFC 7591 §3: lets whoever holds it register clients.
    InitialAccessToken,
    /// RFC 7592 §1.2: manages the registration of one client.
    RegistrationAccessToken,
    /// RFC 8628 §3.2: what a device waits with.
    DeviceCode,
    /// CIBA Core §7.3: `auth_req_id`.
    AuthReqId,
    /// Makes the first administrator.
    BootstrapLink,
    /// What is in one of the two envelopes of the break-glass account.
    BreakGlass,
}

impl TokenKind {
    pub const fn prefix(self, mode: Mode) -> &'static str {
        let [official, sandbox] = match self {
            Self::AuthorizationCode => ["senid_ac_", "senid_sandbox_ac_"],
            Self::RefreshToken => ["senid_rt_", "senid_sandbox_rt_"],
            Self::AccessToken => ["senid_at_", "senid_sandbox_at_"],
            Self::InitialAccessToken => ["senid_it_", "senid_sandbox_it_"],
            Self::RegistrationAccessToken => ["senid_rg_", "senid_sandbox_rg_"],
            Self::DeviceCode => ["senid_dc_", "senid_sandbox_dc_"],
            Self::AuthReqId => ["senid_ar_", "senid_sandbox_ar_"],
            Self::BootstrapLink => ["senid_bl_", "senid_sandbox_bl_"],
            Self::BreakGlass => ["senid_bg_", "senid_sandbox_bg_"],
        };
        match mode {
            Mode::Official => official,
            Mode::Sandbox => sandbox,
        }
    }
}

/// The text is no token of the kind expected: nothing was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed token")]
pub struct Malformed;

/// An opaque token. Only its [`hash`](Self::hash) is ever stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    kind: TokenKind,
    /// Where it was issued. Bound into its checksum and its hash: taking the mark away makes another token of it, and none that is known.
    mode: Mode,
    locator: Uuid,
    secret: SecretBytes<SECRET>,
}

impl Token {
    /// A new token with a secret of its own that leads to `locator`, such as a grant's id.
    pub fn new(kind: TokenKind, locator: Uuid, random: &dyn Random) -> Self {
        Self::with_secret(kind, locator, SecretBytes::new(random.bytes()))
    }

    /// A token whose secret was derived rather than drawn: the successor of a refresh token.
    pub fn with_secret(kind: TokenKind, locator: Uuid, secret: SecretBytes<SECRET>) -> Self {
        Self { kind, mode: Mode::Official, locator, secret }
    }

    /// The same, as a deployment of this mode hands it out.
    #[must_use]
    pub fn of(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// Reads a token as it was presented.
    ///
    /// # Errors
    /// `Malformed` for another prefix, alphabet, length or checksum; which of them is not told.
    pub fn parse(kind: TokenKind, text: &str) -> Result<Self, Malformed> {
        let marked = |mode| Some((mode, text.strip_prefix(kind.prefix(mode))?));
        let (mode, encoded) = marked(Mode::Sandbox).or_else(|| marked(Mode::Official)).ok_or(Malformed)?;
        let body = Zeroizing::new(base64url::decode_array::<BODY>(encoded).ok_or(Malformed)?);
        let (payload, sum) = body.split_at(LOCATOR + SECRET);
        if !bool::from(checksum(kind.prefix(mode), payload).ct_eq(sum)) {
            return Err(Malformed);
        }
        let (locator, secret) = payload.split_at(LOCATOR);
        let locator = Uuid::from_slice(locator).map_err(|_| Malformed)?;
        let secret = secret.try_into().map_err(|_| Malformed)?;
        Ok(Self::with_secret(kind, locator, SecretBytes::new(secret)).of(mode))
    }

    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    pub const fn mode(&self) -> Mode {
        self.mode
    }

    const fn prefix(&self) -> &'static str {
        self.kind.prefix(self.mode)
    }

    /// What the token leads to; not secret.
    pub const fn locator(&self) -> Uuid {
        self.locator
    }

    pub const fn secret(&self) -> &SecretBytes<SECRET> {
        &self.secret
    }

    /// The text that the client is given: URL-safe, of a fixed length.
    pub fn text(&self) -> SecretString {
        let payload = self.payload();
        let mut body = Zeroizing::new([0; BODY]);
        body[..LOCATOR + SECRET].copy_from_slice(&*payload);
        body[LOCATOR + SECRET..].copy_from_slice(&checksum(self.prefix(), &*payload));
        let mut text = String::with_capacity(self.prefix().len() + BODY.div_ceil(3) * 4);
        text.push_str(self.prefix());
        base64url::encode_into(&*body, &mut text);
        SecretString::new(text)
    }

    /// What is stored of it, bound to its kind and locator.
    pub fn hash(&self) -> SecretHash {
        let mut whole = Zeroizing::new(Vec::with_capacity(24 + LOCATOR + SECRET));
        whole.extend_from_slice(self.prefix().as_bytes());
        whole.extend_from_slice(&*self.payload());
        hash_secret(&whole)
    }

    fn payload(&self) -> Zeroizing<[u8; LOCATOR + SECRET]> {
        let mut payload = Zeroizing::new([0; LOCATOR + SECRET]);
        payload[..LOCATOR].copy_from_slice(self.locator.as_bytes());
        payload[LOCATOR..].copy_from_slice(self.secret.expose());
        payload
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}{}…[secret])", self.prefix(), self.locator)
    }
}

/// Binds the payload to its prefix. It guards against accidents, not attackers: the secret does that.
fn checksum(prefix: &str, payload: &[u8]) -> [u8; CHECKSUM] {
    let mut whole = Zeroizing::new(Vec::with_capacity(24 + payload.len()));
    whole.extend_from_slice(prefix.as_bytes());
    whole.extend_from_slice(payload);
    let digest = sha256(&whole);
    [digest[0], digest[1], digest[2]]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::random::SystemRandom;

    fn token() -> Token {
        Token::new(TokenKind::RefreshToken, Uuid::from_u128(7), &SystemRandom::new())
    }

    #[test]
    fn a_token_is_read_back_from_its_text() {
        let token = token();
        let text = token.text();
        assert!(text.expose().starts_with("senid_rt_"));
        assert_eq!(text.expose().len(), "senid_rt_".len() + 68);
        assert!(text.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let read = Token::parse(TokenKind::RefreshToken, text.expose()).unwrap();
        assert_eq!(read, token);
        assert_eq!(read.locator(), Uuid::from_u128(7));
        assert_eq!(read.hash(), token.hash());
    }

    #[test]
    fn the_format_stays_what_it_is() {
        // Tokens of a running system outlive an upgrade: this text must be read for ever.
        let secret = SecretBytes::new([0xab; 32]);
        let token = Token::with_secret(TokenKind::AuthorizationCode, Uuid::from_u128(1), secret);
        let text = "senid_ac_AAAAAAAAAAAAAAAAAAAAAaurq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urGEJV";
        assert_eq!(token.text().expose(), text);
        assert_eq!(Token::parse(TokenKind::AuthorizationCode, text), Ok(token));
    }

    #[test]
    fn a_code_is_no_refresh_token() {
        let text = token().text();
        assert_eq!(Token::parse(TokenKind::AuthorizationCode, text.expose()), Err(Malformed));
        let renamed = text.expose().replace("senid_rt_", "senid_ac_");
        assert_eq!(Token::parse(TokenKind::AuthorizationCode, &renamed), Err(Malformed));
    }

    #[test]
    fn a_sandbox_s_says_so_and_is_another_one_without_its_mark() {
        let (official, sandbox) = (token(), token().of(Mode::Sandbox));
        let text = sandbox.text().expose().to_owned();
        assert!(text.starts_with("senid_sandbox_rt_"), "{text}");
        let read = Token::parse(TokenKind::RefreshToken, &text).unwrap();
        assert_eq!((read.mode(), read.hash()), (Mode::Sandbox, sandbox.hash()));
        assert_ne!(official.hash(), sandbox.hash());
        let unmarked = text.replace("senid_sandbox_rt_", "senid_rt_");
        assert_eq!(Token::parse(TokenKind::RefreshToken, &unmarked), Err(Malformed));
        let marked = official.text().expose().replace("senid_rt_", "senid_sandbox_rt_");
        assert_eq!(Token::parse(TokenKind::RefreshToken, &marked), Err(Malformed));
    }

    #[test]
    fn the_hash_of_another_kind_or_locator_differs() {
        let token = token();
        let other_kind = Token::with_secret(TokenKind::AuthorizationCode, token.locator(), token.secret().clone());
        let other_locator = Token::with_secret(token.kind(), Uuid::from_u128(8), token.secret().clone());
        assert_ne!(token.hash(), other_kind.hash());
        assert_ne!(token.hash(), other_locator.hash());
    }

    #[test]
    fn a_cut_or_padded_token_is_malformed() {
        let text = token().text().expose().to_owned();
        for wrong in [&text[..text.len() - 1], &format!("{text}A"), &format!("{text}="), &format!(" {text}"), ""] {
            assert_eq!(Token::parse(TokenKind::RefreshToken, wrong), Err(Malformed), "{wrong:?}");
        }
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let secret = SecretBytes::new([0x5a; 32]);
        let text = Token::with_secret(TokenKind::RefreshToken, Uuid::from_u128(7), secret).text().expose().to_owned();
        for at in "senid_rt_".len()..text.len() {
            for replacement in "AZaz09-_".chars().filter(|character| !text[at..].starts_with(*character)) {
                let mut changed = text.clone();
                changed.replace_range(at..=at, &replacement.to_string());
                assert_eq!(Token::parse(TokenKind::RefreshToken, &changed), Err(Malformed), "{changed}");
            }
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        let token = token();
        let body = token.text().expose()["senid_rt_".len() + 22..].to_owned();
        assert!(!format!("{token:?}").contains(&body));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            prop_assert_eq!(Token::parse(TokenKind::RefreshToken, &text), Err(Malformed));
        }
    }
}
