//! `[authority]`: who operates SenID, as its pages say.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use url::Url;

use super::languages::Languages;
use super::localised::Localised;
use super::reader::Reader;
use super::theme::Theme;
use super::value::Size;
use crate::domain::issuer::Issuer;

#[derive(Clone, Debug, PartialEq)]
pub struct Authority {
    /// The public authority that operates this SenID.
    pub name: Localised,
    /// What citizens know the service as.
    pub service_name: Localised,
    /// One line under the service's name.
    pub tagline: Localised,
    /// An SVG, PNG or WebP file; `None`: the lotus.
    pub logo: Option<PathBuf>,
    pub support: Support,
    pub privacy_url: Option<Url>,
    pub terms_url: Option<Url>,
    /// Where people get an account: a page of the authority's that says how.
    pub registration_url: Option<Url>,
    /// In which times are shown.
    pub time_zone: TimeZone,
    pub theme: Theme,
}

/// Where a citizen finds help.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Support {
    pub phone: Option<String>,
    pub email: Option<String>,
    pub url: Option<Url>,
}

const LARGEST_LOGO: Size = Size::kib(256);

impl Default for Authority {
    fn default() -> Self {
        let taglines = [
            ("vi", "Một định danh cho mọi dịch vụ công"),
            ("en", "One verified identity for every public service"),
            ("fr", "Une identité vérifiée pour tous les services publics"),
            ("ru", "Единая подтверждённая личность для всех государственных услуг"),
        ];
        Self {
            name: Localised::everywhere("SenID"),
            service_name: Localised::everywhere("SenID"),
            tagline: Localised::in_languages(&taglines),
            logo: None,
            support: Support::default(),
            privacy_url: None,
            terms_url: None,
            registration_url: None,
            // `time_zone_of_the_default` reads it; without its rules Hà Nội's offset would still be right.
            time_zone: TimeZone::get("Asia/Ho_Chi_Minh").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(7))),
            theme: Theme::default(),
        }
    }
}

impl Authority {
    pub(super) fn read(from: &mut Reader, languages: &Languages, issuer: &Issuer) -> Self {
        let default = Self::default();
        let named = from.is_set("authority.name") || !from.members("authority.name").is_empty();
        let authority = Self {
            name: Localised::read(from, "authority.name", languages, default.name),
            service_name: Localised::read(from, "authority.service_name", languages, default.service_name),
            tagline: Localised::read(from, "authority.tagline", languages, default.tagline),
            logo: from.optional("authority.logo"),
            support: Support::read(from),
            privacy_url: from.optional("authority.privacy_url"),
            terms_url: from.optional("authority.terms_url"),
            registration_url: from.optional_if("authority.registration_url", |url: &Url| match url.scheme() {
                "https" => Ok(()),
                _ => Err("an address that begins with https://: people give their data there".to_owned()),
            }),
            time_zone: from.value("authority.time_zone", default.time_zone),
            theme: Theme::read(from),
        };
        if let Some(path) = &authority.logo
            && let Err(expected) = inspect_logo(path)
        {
            from.refuse("authority.logo", format!("expected {expected}"));
        }
        if !issuer.is_loopback() {
            if !named {
                from.warn("authority.name", "citizens should read which authority asks them to sign in");
            }
            if authority.support == Support::default() {
                from.warn("authority.support", "citizens find no phone, e-mail or page for help");
            }
            if authority.privacy_url.is_none() {
                from.warn("authority.privacy_url", "citizens find no statement on privacy");
            }
        }
        authority
    }
}

impl Support {
    fn read(from: &mut Reader) -> Self {
        Self {
            phone: from.optional_if("authority.support.phone", |text: &String| {
                let dialled = |character: char| character.is_ascii_digit() || "+-(). ".contains(character);
                let fits = text.chars().all(dialled) && text.chars().any(|character| character.is_ascii_digit());
                if fits { Ok(()) } else { Err("a telephone number, such as \"+84 24 1022 1022\"".to_owned()) }
            }),
            email: from.optional_if("authority.support.email", |text: &String| {
                let fits = text.split_once('@').is_some_and(|(who, host)| {
                    let plain = |part: &str| !part.is_empty() && !part.contains(['@', ' ', '<', '>', '"', ',']);
                    plain(who) && plain(host)
                });
                if fits { Ok(()) } else { Err("an e-mail address, such as \"help@id.example.gov\"".to_owned()) }
            }),
            url: from.optional("authority.support.url"),
        }
    }
}

/// That the logo is a picture a page may show. It is served as a file of its own under a policy that runs nothing.
fn inspect_logo(path: &std::path::Path) -> Result<(), String> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if !matches!(extension, "svg" | "png" | "webp") {
        return Err("a file that ends in .svg, .png or .webp".to_owned());
    }
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() && file.len() <= LARGEST_LOGO.as_bytes() => Ok(()),
        Ok(_) => Err("a file of at most 256KiB".to_owned()),
        Err(error) => Err(format!("a file that can be read: {error}")),
    }
}
