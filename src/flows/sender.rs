//! Which keys the sender of a request holds, and what that makes of tokens: the one place that binds them to a key, and
//! that holds a bound token against its bearer. RFC 9449, RFC 8705 §3.

use crate::config::DpopNonces;
use crate::domain::client::Client;
use crate::domain::key_binding::{KeyBinding, ProvenKeys, Thumbprint};
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::dpop::{self, Expected, Nonces, Proof};
use crate::protocol::key_binding::{self, Unbound};
use crate::protocol::policy::Moment;
use crate::protocol::presented_token::{PresentedToken, Scheme};
use crate::sessions::Claim;

use super::client_request::Sender;
use super::{App, FlowError, short_lived};

/// What a request shows of its sender's keys. A proof among it is good once, and has not been spent yet.
#[derive(Debug)]
#[must_use]
pub struct Shown {
    keys: ProvenKeys,
    proof: Option<Proof>,
    /// The path that the proof is for.
    path: String,
}

/// A sender whose proof was spent: nobody else proves anything with it.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoundSender {
    pub keys: ProvenKeys,
    /// What tokens that it is given now are bound to.
    pub binding: Option<KeyBinding>,
}

/// Reads what `sender` shows. Nothing is spent yet, so that whose proof is refused has lost nothing else.
///
/// # Errors
/// `invalid_dpop_proof` or `use_dpop_nonce`.
pub fn read(app: &App, sender: &Sender) -> Result<Shown, FlowError> {
    show(app, sender, dpop::one_of(&sender.dpop)?, None)
}

/// Refuses a proof at an endpoint that issues no token and no code (RFC 8628 §3.1, CIBA Core §7.1). RFC 9449 gives it a
/// meaning at the token endpoint (§5), with an access token (§7), and with a pushed request, whose code it binds (§10.1).
/// Ignored, it would be a binding that the client believes in: whoever polls proves a key, and that one alone counts.
///
/// # Errors
/// `invalid_request`, which is the one error for it that each of those endpoints has.
pub fn without_proof(sender: &Sender) -> Result<(), OAuthError> {
    match sender.dpop.is_empty() {
        true => Ok(()),
        false => {
            Err(OAuthError::invalid_request("a DPoP proof binds nothing here: it is sent when the tokens are fetched"))
        }
    }
}

/// Spends what `client` has shown, and decides what its tokens are bound to.
///
/// # Errors
/// `invalid_dpop_proof` for a proof that was used before, or where one is missing; what the client's policy refuses.
pub async fn bind(app: &App, client: &Client, shown: Shown) -> Result<BoundSender, FlowError> {
    let policy = app.policy(client);
    let unbound = match policy.demands(Rule::SenderConstrainedTokens) {
        true => Unbound::Refused,
        false => Unbound::Allowed,
    };
    let binding = key_binding::of_new_tokens(client.policy.bound_access_tokens, unbound, &shown.keys)?;
    policy.hold(&Moment::TokenRequest { binding })?;
    let keys = shown.spend(app).await?;
    Ok(BoundSender { keys, binding })
}

/// The key of the proof that a pushed authorization request came with, spent (RFC 9449 §10.1).
///
/// # Errors
/// `invalid_dpop_proof` or `use_dpop_nonce`.
pub async fn proven_key(app: &App, shown: Shown) -> Result<Option<Thumbprint>, FlowError> {
    Ok(shown.spend(app).await?.dpop)
}

/// Holds an access token that is bound to `binding` against who presents it.
///
/// # Errors
/// `invalid_token` where it is not theirs to use so; `invalid_dpop_proof` or `use_dpop_nonce` for their proof.
pub async fn hold(
    app: &App,
    binding: Option<KeyBinding>,
    presented: &PresentedToken,
    sender: &Sender,
) -> Result<(), FlowError> {
    // A bearer's proof proves nothing that is asked for.
    let proof = match presented.scheme {
        Scheme::Bearer => None,
        Scheme::Dpop => {
            let missing = || OAuthError::invalid_dpop_proof("the DPoP header is missing");
            Some(dpop::one_of(&sender.dpop)?.ok_or_else(missing)?)
        }
    };
    let shown = show(app, sender, proof, Some(presented.token.expose()))?;
    key_binding::of_presented_token(binding, presented.scheme, &shown.keys)?;
    shown.spend(app).await?;
    Ok(())
}

/// A nonce for the next proof.
pub fn nonce(app: &App) -> String {
    app.keys.nonces().issue(app.clock.now())
}

fn show(app: &App, sender: &Sender, proof: Option<&str>, access_token: Option<&str>) -> Result<Shown, FlowError> {
    let settings = &app.settings.dpop;
    // Whichever door it came through: what is asked for is the same, and it is spent for both.
    let bases = std::iter::once(&app.settings.issuer).chain(app.settings.mtls.public_url.as_ref());
    let addresses: Vec<String> = bases.map(|base| base.at(&sender.path)).collect();
    let expected = Expected {
        method: &sender.method,
        addresses: &addresses,
        access_token,
        nonces: Nonces {
            keys: app.keys.nonces(),
            lifetime: settings.nonce_lifetime,
            required: settings.nonces == DpopNonces::Required,
        },
        now: app.clock.now(),
    };
    let proof = proof.map(|proof| dpop::verify(proof, &expected)).transpose()?;
    let keys = ProvenKeys {
        dpop: proof.as_ref().map(|proof| proof.key),
        certificate: sender.certificate.as_ref().map(|certificate| certificate.thumbprint),
    };
    Ok(Shown { keys, proof, path: sender.path.clone() })
}

impl Shown {
    /// Of many that show the same proof one is the first, and nobody else its sender (RFC 9449 §11.1).
    async fn spend(self, app: &App) -> Result<ProvenKeys, FlowError> {
        if let Some(proof) = &self.proof {
            let remembered = app.clock.now().until(proof.expires_at);
            let key = short_lived::dpop_proof(proof.key, &proof.jti, &self.path);
            if app.sessions.claim(&key, &(), remembered).await? == Claim::Taken {
                return Err(OAuthError::invalid_dpop_proof("the jti of the DPoP proof was used before").into());
            }
        }
        Ok(self.keys)
    }
}
