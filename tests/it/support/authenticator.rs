//! An authenticator in software: makes credentials and signs with them as an honest browser and key would, or as it is told to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// A key ring in somebody's pocket, and the browser in front of it.
pub struct Authenticator {
    pub origin: String,
    pub credentials: Vec<Credential>,
    /// What it does at the next ceremonies.
    pub behaviour: Behaviour,
}

pub struct Credential {
    pub id: Vec<u8>,
    key: EcdsaKeyPair,
    pub user_handle: Vec<u8>,
    pub counter: u32,
    pub resident: bool,
}

/// How it behaves; by default as an honest phone.
#[derive(Clone, Debug)]
pub struct Behaviour {
    pub present: bool,
    pub verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    /// It keeps the credential, and names its owner.
    pub resident: bool,
    /// How far the counter goes at each use; a passkey that is synced has none.
    pub counts_by: u32,
    pub origin: Option<String>,
    pub rp_id: Option<String>,
    pub challenge: Option<String>,
    pub type_: Option<String>,
    pub client_data: Vec<(&'static str, Value)>,
    pub algorithm: i8,
    pub user_handle: Option<Vec<u8>>,
    pub spoil_signature: bool,
    pub aaguid: [u8; 16],
    /// The statement's format and map, in CBOR.
    pub statement: (&'static str, Vec<u8>),
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            present: true,
            verified: true,
            backup_eligible: true,
            backed_up: true,
            resident: true,
            counts_by: 0,
            origin: None,
            rp_id: None,
            challenge: None,
            type_: None,
            client_data: Vec::new(),
            algorithm: -7,
            user_handle: None,
            spoil_signature: false,
            aaguid: [0; 16],
            statement: ("none", map(&[])),
        }
    }
}

impl Behaviour {
    /// A security key without a PIN, whose counter counts: it holds nothing, and a touch is all it asks for.
    pub fn security_key() -> Self {
        Self { verified: false, resident: false, ..Self::opened_key() }
    }

    /// A security key that is opened by a PIN.
    pub fn opened_key() -> Self {
        Self { backup_eligible: false, backed_up: false, counts_by: 1, ..Self::default() }
    }
}

impl Authenticator {
    /// A phone, at a browser that shows pages of `issuer`.
    pub fn phone(issuer: &str) -> Self {
        let origin = url::Url::parse(issuer).unwrap().origin().ascii_serialization();
        Self { origin, credentials: Vec::new(), behaviour: Behaviour::default() }
    }

    pub fn behaving(issuer: &str, behaviour: Behaviour) -> Self {
        Self { behaviour, ..Self::phone(issuer) }
    }

    /// `navigator.credentials.create()`: what the script sends.
    pub fn create(&mut self, options: &Value) -> String {
        let mut id = vec![0; 32];
        random().fill(&mut id).unwrap();
        self.create_with(id, options)
    }

    fn create_with(&mut self, id: Vec<u8>, options: &Value) -> String {
        let offered = options["pubKeyCredParams"].as_array().unwrap();
        assert!(offered.iter().any(|one| one["alg"] == -7), "{offered:?}");
        let random = random();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        let behaviour = self.behaviour.clone();
        let point = key.public_key().as_ref().to_vec();
        let attested = [
            &behaviour.aaguid[..],
            &u16::try_from(id.len()).unwrap().to_be_bytes(),
            &id,
            &cose(behaviour.algorithm, &point[1..33], &point[33..65]),
        ]
        .concat();
        let rp_id = options["rp"]["id"].as_str().unwrap();
        let counter = behaviour.counts_by;
        let data = [&self.head(rp_id, counter, true)[..], &attested].concat();
        let (format, statement) = &behaviour.statement;
        let object =
            map(&[(text("fmt"), text(format)), (text("attStmt"), statement.clone()), (text("authData"), bytes(&data))]);
        let client_data = self.client_data("webauthn.create", options);
        let user_handle = decode(options["user"]["id"].as_str().unwrap());
        let answer = json!({
            "id": encode(&id),
            "type": "public-key",
            "response": {
                "clientDataJSON": encode(client_data.as_bytes()),
                "attestationObject": encode(&object),
                "transports": ["internal", "hybrid"],
            },
            "clientExtensionResults": { "credProps": { "rk": behaviour.resident } },
        });
        self.credentials.push(Credential { id, key, user_handle, counter, resident: behaviour.resident });
        answer.to_string()
    }

    /// Says that it has made the credential that it made before.
    pub fn create_again(&mut self, which: usize, options: &Value) -> String {
        let id = self.credentials[which].id.clone();
        let kept = std::mem::take(&mut self.credentials);
        let answer = self.create_with(id, options);
        self.credentials = kept;
        answer
    }

    /// `navigator.credentials.get()`: what the script sends, of the credential that fits.
    pub fn get(&mut self, options: &Value) -> String {
        let allowed = options["allowCredentials"].as_array().unwrap();
        let fits = |credential: &Credential| match allowed.is_empty() {
            true => credential.resident,
            false => allowed.iter().any(|one| one["id"] == encode(&credential.id)),
        };
        let which = self.credentials.iter().position(fits).expect("a credential that fits");
        self.sign(which, options)
    }

    /// Signs with this credential, whatever is asked for.
    pub fn sign(&mut self, which: usize, options: &Value) -> String {
        let behaviour = self.behaviour.clone();
        self.credentials[which].counter += behaviour.counts_by;
        let counter = self.credentials[which].counter;
        let data = self.head(options["rpId"].as_str().unwrap(), counter, false);
        let client_data = self.client_data("webauthn.get", options);
        let signed = [&data[..], digest(&SHA256, client_data.as_bytes()).as_ref()].concat();
        let credential = &self.credentials[which];
        let mut signature = credential.key.sign(&random(), &signed).unwrap().as_ref().to_vec();
        if behaviour.spoil_signature {
            *signature.last_mut().unwrap() ^= 1;
        }
        let mut response = json!({
            "clientDataJSON": encode(client_data.as_bytes()),
            "authenticatorData": encode(&data),
            "signature": encode(&signature),
        });
        if credential.resident || behaviour.user_handle.is_some() {
            response["userHandle"] = encode(behaviour.user_handle.as_ref().unwrap_or(&credential.user_handle)).into();
        }
        json!({ "id": encode(&credential.id), "type": "public-key", "response": response, "clientExtensionResults": {} })
            .to_string()
    }

    /// The authenticator data up to the counter (WebAuthn section 6.1).
    fn head(&self, rp_id: &str, counter: u32, attested: bool) -> Vec<u8> {
        let behaviour = &self.behaviour;
        let rp_id = behaviour.rp_id.as_deref().unwrap_or(rp_id);
        let flag = |set: bool, bit: u8| if set { 1 << bit } else { 0 };
        let flags = flag(behaviour.present, 0)
            | flag(behaviour.verified, 2)
            | flag(behaviour.backup_eligible, 3)
            | flag(behaviour.backed_up, 4)
            | flag(attested, 6);
        [digest(&SHA256, rp_id.as_bytes()).as_ref(), &[flags], &counter.to_be_bytes()].concat()
    }

    fn client_data(&self, type_: &str, options: &Value) -> String {
        let behaviour = &self.behaviour;
        let mut data = json!({
            "type": behaviour.type_.as_deref().unwrap_or(type_),
            "challenge": behaviour.challenge.as_deref().unwrap_or(options["challenge"].as_str().unwrap()),
            "origin": behaviour.origin.as_ref().unwrap_or(&self.origin),
            "crossOrigin": false,
        });
        for (name, value) in &behaviour.client_data {
            data[*name] = value.clone();
        }
        data.to_string()
    }
}

/// A COSE key on P-256 (RFC 9053 section 7.1.1).
fn cose(algorithm: i8, x: &[u8], y: &[u8]) -> Vec<u8> {
    map(&[
        (integer(1), integer(2)),
        (integer(3), integer(algorithm)),
        (integer(-1), integer(1)),
        (integer(-2), bytes(x)),
        (integer(-3), bytes(y)),
    ])
}

/// CBOR (RFC 8949): as much of it as authenticators write.
pub fn integer(value: i8) -> Vec<u8> {
    match value {
        0.. => head(0, usize::from(value.unsigned_abs())),
        _ => head(1, usize::from(value.unsigned_abs()) - 1),
    }
}

pub fn bytes(value: &[u8]) -> Vec<u8> {
    [&head(2, value.len())[..], value].concat()
}

pub fn text(value: &str) -> Vec<u8> {
    [&head(3, value.len())[..], value.as_bytes()].concat()
}

pub fn map(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let pairs_in_order = pairs.iter().flat_map(|(name, value)| [&name[..], value]).collect::<Vec<_>>().concat();
    [head(5, pairs.len()), pairs_in_order].concat()
}

fn head(major: u8, length: usize) -> Vec<u8> {
    let major = major << 5;
    match length {
        0..=23 => vec![major | u8::try_from(length).unwrap()],
        24..=255 => vec![major | 24, u8::try_from(length).unwrap()],
        _ => [&[major | 25][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    }
}

pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the signer takes no other source")]
fn random() -> SystemRandom {
    SystemRandom::new()
}
