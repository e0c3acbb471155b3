//! What is known of a citizen, masked, or in clear for a reason that is written down.

use std::borrow::Cow;

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::citizen::{Citizen, Profile};
use crate::domain::identifier_alias::{AliasKind, KeptAlias};
use crate::domain::national_id::Scheme;
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;
use crate::storage::{AliasHolders, StoredPassword};

use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// How much an operator sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    Masked,
    /// Personal data in clear: the reason stands in the audit log.
    Revealed {
        reason: String,
    },
}

/// A citizen as an operator sees them.
#[derive(Debug)]
pub struct Shown {
    pub citizen: Citizen,
    /// Claim by claim, masked or not.
    pub particulars: Vec<(Cow<'static, str>, String)>,
    pub password: Option<PasswordState>,
    pub aliases: Vec<ShownAlias>,
}

/// A number beside the national identifier.
#[derive(Debug)]
pub struct ShownAlias {
    pub kind: AliasKind,
    /// Masked or not, as the rest.
    pub number: String,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
    /// Somebody else has it, too, and it finds neither.
    pub shared: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct PasswordState {
    pub changed_at: Timestamp,
    pub failures_in_a_row: u32,
}

/// Shows a citizen, once it is recorded that they were shown.
///
/// # Errors
/// `NotFound`.
pub async fn show(admin: &Administrator, who: &Who, sight: &Sight) -> Result<Shown, AdminError> {
    admin.may(match sight {
        Sight::Masked => Permission::CitizenShow,
        Sight::Revealed { .. } => Permission::CitizenReveal,
    })?;
    let mut event = admin.event(EventKind::CitizenShown);
    event = match sight {
        Sight::Masked => event.with("sight", "masked"),
        Sight::Revealed { reason } => event.with("sight", "revealed").with("reason", reason),
    };
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    let password = tx.passwords().find(citizen.id).await?;
    let mut aliases = Vec::new();
    for kept in tx.identifier_aliases().list(citizen.id).await? {
        let holders = tx.identifier_aliases().holders(citizen.id, &kept.alias).await?;
        aliases.push(ShownAlias::new(&kept, holders, sight));
    }
    tx.audit().record(&event.about(citizen.id).build()).await?;
    tx.commit().await?;
    let particulars = particulars(&citizen, sight, admin.settings.national_id.default_scheme());
    let state = |stored: StoredPassword| PasswordState {
        changed_at: stored.changed_at,
        failures_in_a_row: stored.failures_in_a_row,
    };
    Ok(Shown { citizen, particulars, password: password.map(state), aliases })
}

impl ShownAlias {
    fn new(kept: &KeptAlias, holders: AliasHolders, sight: &Sight) -> Self {
        let KeptAlias { alias, since, until, .. } = kept;
        let number = match sight {
            Sight::Revealed { .. } => alias.expose().to_owned(),
            Sight::Masked => alias.masked(),
        };
        let shared = until.is_none() && holders == AliasHolders::Several;
        Self { kind: alias.kind(), number, since: *since, until: *until, shared }
    }
}

/// What is known of them, claim by claim, as it may be seen.
pub fn particulars(citizen: &Citizen, sight: &Sight, scheme: Scheme) -> Vec<(Cow<'static, str>, String)> {
    let Profile {
        name,
        family_name,
        given_name,
        middle_name,
        nickname,
        preferred_username,
        profile,
        picture,
        website,
        gender,
        birthdate,
        email,
        phone_number,
        address,
        zoneinfo,
        locale,
        language,
        localised,
    } = &citizen.profile;
    let told = |text: &str, mask: fn(&str) -> String| match sight {
        Sight::Revealed { .. } => text.to_owned(),
        Sight::Masked => mask(text),
    };
    let national_id = match sight {
        Sight::Revealed { .. } => citizen.national_id.expose().to_owned(),
        Sight::Masked => citizen.national_id.masked(),
    };
    let birthdate = birthdate.map(|birthdate| birthdate.to_string());
    let mut lines: Vec<(&'static str, String)> =
        vec![("national_id", national_id), ("scheme", citizen.national_id.scheme().to_string())];
    lines.push(("name", told(name, initials)));
    for (claim, text, mask) in [
        ("family_name", family_name.as_deref(), initials as fn(&str) -> String),
        ("given_name", given_name.as_deref(), initials),
        ("middle_name", middle_name.as_deref(), initials),
        ("nickname", nickname.as_deref(), initials),
        ("preferred_username", preferred_username.as_deref(), initials),
        ("profile", profile.as_deref(), hidden),
        ("picture", picture.as_deref(), hidden),
        ("website", website.as_deref(), hidden),
        ("gender", gender.map(|gender| gender.as_str()), hidden),
        ("birthdate", birthdate.as_deref(), year_only),
        ("zoneinfo", zoneinfo.as_deref(), str::to_owned),
        ("locale", locale.as_deref(), str::to_owned),
        ("language", language.as_deref(), str::to_owned),
    ] {
        lines.extend(text.map(|text| (claim, told(text, mask))));
    }
    for (claim, verified, contact) in
        [("phone_number", "phone_number_verified", phone_number), ("email", "email_verified", email)]
    {
        let Some(contact) = contact else { continue };
        let masked = || SignInName::parse(&contact.value, scheme).map_or_else(|_| hidden(""), |name| name.masked());
        lines.push((claim, if *sight == Sight::Masked { masked() } else { contact.value.clone() }));
        lines.push((verified, contact.verified.to_string()));
    }
    if let Some(address) = address {
        for (claim, text) in [
            ("address", &address.formatted),
            ("street_address", &address.street_address),
            ("locality", &address.locality),
            ("region", &address.region),
            ("postal_code", &address.postal_code),
            ("country", &address.country),
        ] {
            lines.extend(text.as_ref().map(|text| (claim, told(text, hidden))));
        }
    }
    let mut lines: Vec<_> = lines.into_iter().map(|(claim, text)| (Cow::Borrowed(claim), text)).collect();
    for (language, names) in localised {
        for claim in ["name", "family_name", "given_name", "middle_name", "nickname"] {
            let name = names.find(claim).map(|text| told(text, initials));
            lines.extend(name.map(|text| (Cow::Owned(format!("{claim}#{language}")), text)));
        }
    }
    lines
}

/// The first letter of each word; how long it is stays untold.
fn initials(text: &str) -> String {
    let masked: Vec<String> =
        text.split_whitespace().map(|word| word.chars().take(1).chain("•••".chars()).collect()).collect();
    masked.join(" ")
}

fn year_only(date: &str) -> String {
    format!("{}-••-••", date.get(..4).filter(|year| *year != "0000").unwrap_or("••••"))
}

fn hidden(_: &str) -> String {
    "•••".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_tells_no_length() {
        assert_eq!(initials("Nguyễn Văn An"), "N••• V••• A•••");
        assert_eq!(initials("Đỗ Ân"), "Đ••• Â•••");
        assert_eq!(year_only("1990-05-17"), "1990-••-••");
        assert_eq!(year_only("1990"), "1990-••-••");
        assert_eq!(year_only("0000-05-17"), "••••-••-••");
    }
}
