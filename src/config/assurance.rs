//! `[assurance]`: the `acr` values and what each of them demands, and what can be proven at all with the methods that the settings
//! offer (`domain::assurance`, docs/levels.md).

use toml::{Table, Value};

use super::Settings;
use super::reader::Reader;
use super::value::Setting;
use crate::domain::assurance::{
    AccountLevel, AcrTable, Attainable, AuthenticationLevel, AuthenticationMethod, Factors, Proof, Requirement,
};
use crate::domain::attestation::AttestationPolicy;
use crate::domain::message::Channel;
use crate::domain::time::Timestamp;

const ACR_VALUES: &str = "assurance.acr_values";

pub(super) fn read(from: &mut Reader) -> AcrTable {
    let default = AcrTable::default();
    let shipped = default.iter().map(|(value, requirement)| Entry { value: value.to_owned(), requirement }).collect();
    let entries = from.list(ACR_VALUES, shipped);
    match AcrTable::new(entries.into_iter().map(|entry| (entry.value, entry.requirement)).collect()) {
        Some(table) => table,
        None => {
            from.refuse(ACR_VALUES, "expected each value once, and one that demands nothing: every sign-in has an acr");
            default
        }
    }
}

impl Settings {
    /// What could be proven here at most: the one place that says what each setting adds to it. Whether a citizen holds it, and how
    /// well they are known, is not asked.
    pub fn attainable(&self) -> Attainable {
        let password = Proof::password(Timestamp::EPOCH);
        // Bound as high as it can be: a registrar's code, or something stronger beside it, raises whatever is held.
        let possession = |method| Proof { method, factors: Factors::POSSESSION, ..Proof::password(Timestamp::EPOCH) };
        let totp = possession(AuthenticationMethod::Totp);
        let codes = possession(AuthenticationMethod::RecoveryCode);
        let sms = self.messages.sms_counts && self.messages.offers(Channel::Sms);
        let counter = self.counter.enabled.then(|| Proof {
            factors: Factors::at_a_counter(self.counter.level),
            binding: self.counter.level,
            ..possession(AuthenticationMethod::CounterCode)
        });
        let passkey = self.webauthn.relying_party_id(&self.issuer).map(|_| Proof {
            factors: Factors::UNLOCKED,
            phishing_resistant: true,
            hardware_bound: self.attestation.policy != AttestationPolicy::None,
            ..possession(AuthenticationMethod::WebAuthn)
        });
        let always = [password, totp, codes];
        let sms = sms.then(|| possession(AuthenticationMethod::SmsCode));
        Attainable::by(always.into_iter().chain(sms).chain(counter).chain(passkey).chain(self.certificate()))
    }

    /// Whether account level 2 is reached by a qualified certificate of any authority.
    pub fn proves_by_certificate(&self) -> bool {
        let proves = self.certificates.authorities.iter().any(|authority| authority.policy.proves_identity);
        self.certificate_sign_in.is_offered() && proves
    }

    /// The best that a certificate shows, of whichever authority and however it is presented.
    fn certificate(&self) -> Option<Proof> {
        let authorities = &self.certificates.authorities;
        let protected = authorities.iter().any(|authority| authority.policy.device.is_known());
        (self.certificate_sign_in.is_offered() && !authorities.is_empty()).then(|| Proof {
            method: AuthenticationMethod::Certificate,
            factors: if protected { Factors::UNLOCKED } else { Factors::POSSESSION },
            phishing_resistant: self.certificate_sign_in.is_phishing_resistant(),
            hardware_bound: protected,
            ..Proof::password(Timestamp::EPOCH)
        })
    }

    /// A value that was written down for portals to ask for, and that nobody can reach, is seldom meant.
    pub(super) fn advise_of_levels(&self, from: &mut Reader) {
        if !from.is_set(ACR_VALUES) {
            return;
        }
        let attainable = self.attainable();
        let unreached: Vec<&str> = self
            .acr
            .iter()
            .filter(|(_, requirement)| !attainable.reaches(*requirement))
            .map(|(value, _)| value)
            .collect();
        if !unreached.is_empty() {
            let told = format!("not announced, because no method that is offered proves it: {}", unreached.join(", "));
            from.warn(ACR_VALUES, told);
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    value: String,
    requirement: Requirement,
}

impl Setting for Entry {
    const EXPECTED: &'static str = "a table such as { value = \"urn:example:gold\", authentication_level = 2, account_level = 1, \
                                    phishing_resistant = true, hardware_bound = false }";

    fn read(value: &Value) -> Option<Self> {
        let table = value.as_table()?;
        let mut entry = Self { value: table.get("value")?.as_str()?.to_owned(), requirement: Requirement::NONE };
        // RFC 6749's list of values is separated by spaces.
        let sound = !entry.value.is_empty() && entry.value.chars().all(|c| c.is_ascii_graphic());
        let requirement = &mut entry.requirement;
        for (name, value) in table {
            match name.as_str() {
                "value" => {}
                "account_level" => requirement.account_level = level::<AccountLevel>(value)?,
                "authentication_level" => requirement.authentication_level = level::<AuthenticationLevel>(value)?,
                "phishing_resistant" => requirement.phishing_resistant = value.as_bool()?,
                "hardware_bound" => requirement.hardware_bound = value.as_bool()?,
                _ => return None,
            }
        }
        sound.then_some(entry)
    }

    fn show(&self) -> Value {
        let Requirement { account_level, authentication_level, phishing_resistant, hardware_bound, .. } =
            self.requirement;
        let mut table = Table::new();
        table.insert("value".to_owned(), Value::String(self.value.clone()));
        table.insert("account_level".to_owned(), Value::Integer(i16::from(account_level).into()));
        table.insert("authentication_level".to_owned(), Value::Integer(i16::from(authentication_level).into()));
        table.insert("phishing_resistant".to_owned(), Value::Boolean(phishing_resistant));
        table.insert("hardware_bound".to_owned(), Value::Boolean(hardware_bound));
        Value::Table(table)
    }
}

fn level<L: TryFrom<i16>>(value: &Value) -> Option<L> {
    L::try_from(i16::try_from(value.as_integer()?).ok()?).ok()
}
