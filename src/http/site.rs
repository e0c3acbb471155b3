//! What every handler has at hand: the app, and how its pages look and speak.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::config::{Authority, Settings};
use crate::domain::client::{Client, ClientDisplay, Localised as ClientText};
use crate::flows::App;
use crate::web::assets;
use crate::web::layout::{Brand, Layout, Localised, Portal, SignedIn, Standing, Support, TimeLimit, Verification};
use crate::web::text::{Language, Moment, Voice};
use crate::web::theme::Theme;

use super::admin_api::AdminApiMetadata;
use super::cookies::CookieScope;
use super::extract::Visit;
use super::oauth::discovery::{Discovery, Document};
use super::oauth::jwks::Jwks;
use super::oauth::protected_resource;

#[derive(Debug)]
pub struct Site {
    pub app: Arc<App>,
    pub brand: Arc<Brand>,
    pub(super) cookies: CookieScope,
    /// Requests under way at once.
    pub(super) places: Semaphore,
    pub(super) discovery: Discovery,
    pub(super) protected_resource: Document,
    pub(super) signals: Document,
    /// Where that is.
    pub(super) resource_metadata: String,
    pub(super) jwks: Jwks,
    pub(super) admin_api: AdminApiMetadata,
    pub(super) logo: Option<super::pages::static_files::Logo>,
    draining: AtomicBool,
}

impl Site {
    pub fn new(app: Arc<App>, theme: &Theme, standing: Standing) -> std::io::Result<Self> {
        let settings = app.settings.clone();
        let logo = settings.authority.logo.as_deref().map(super::pages::static_files::Logo::read).transpose()?;
        let brand = brand(&settings, theme, standing, logo.as_ref().map(|logo| logo.path()));
        let cookies = CookieScope::of(&settings.issuer);
        let places = Semaphore::new(settings.limits.concurrent_requests as usize);
        let discovery = Discovery::new(&settings, app.mode);
        let protected_resource = protected_resource::document(&settings, app.mode);
        let signals = super::signals::document(&settings, app.mode);
        let resource_metadata = protected_resource::metadata_url(settings.issuer.as_str()).unwrap_or_default();
        let admin_api = AdminApiMetadata::of(&settings, app.mode);
        Ok(Self {
            app,
            brand: Arc::new(brand),
            cookies,
            places,
            discovery,
            protected_resource,
            signals,
            resource_metadata,
            jwks: Jwks::default(),
            admin_api,
            logo,
            draining: AtomicBool::new(false),
        })
    }

    /// Whether this server is on its way out: load balancers are told at `/health/ready`.
    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The part of a page that all pages share.
    pub(super) fn layout(&self, visit: &Visit, ui_locales: &[String], citizen: Option<SignedIn>) -> Layout {
        Layout {
            brand: self.brand.clone(),
            voice: self.voice(visit, ui_locales),
            return_to: visit.path.clone(),
            citizen,
        }
    }

    /// As [`layout`](Self::layout), for somebody who is signed in and may have chosen a language: where this browser was not
    /// switched to another one, that is spoken.
    pub(super) fn layout_for(&self, visit: &Visit, citizen: SignedIn, chosen: Option<&str>) -> Layout {
        let layout = self.layout(visit, &[], Some(citizen));
        let chosen = chosen.and_then(Language::parse).filter(|language| self.brand.languages.contains(language));
        match chosen {
            Some(language) if !visit.has_chosen_language() => {
                Layout { voice: Voice { language, ..layout.voice }, ..layout }
            }
            _ => layout,
        }
    }

    fn voice(&self, visit: &Visit, ui_locales: &[String]) -> Voice {
        Voice {
            language: visit.language(self, ui_locales),
            now: Moment::from_micros(self.app.clock.now().micros()),
            zone: self.app.settings.authority.time_zone.clone(),
        }
    }

    /// A client as a page shows it.
    pub(super) fn portal(&self, client: &Client, language: Language) -> Portal {
        let text = |text: &ClientText| {
            Some(text.in_language(language.tag())).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Portal {
            name: text(&client.display.name).unwrap_or_else(|| client.id.to_string()),
            organisation: text(&client.display.organisation),
            verification: match client.display.organisation_verified {
                true => Verification::Verified,
                false => Verification::Unverified,
            },
            purpose: text(&client.display.purpose),
            logo: logo(&client.display),
            policy: client.display.policy_uri.clone(),
            terms: client.display.terms_uri.clone(),
            home: client.display.home_uri.clone(),
        }
    }

    pub(super) fn limit(&self, until: crate::domain::time::Timestamp) -> TimeLimit {
        TimeLimit { until: Moment::from_micros(until.micros()) }
    }

    /// For measuring how long an answer took. The app's clock may stand still in a test; this one never decides anything.
    #[expect(clippy::disallowed_methods, reason = "measures a duration for the metrics, decides nothing")]
    pub(super) fn stopwatch(&self) -> Instant {
        Instant::now()
    }
}

/// A logo is always one of ours: a copy of what the client brought, or a static file.
fn logo(display: &ClientDisplay) -> Option<String> {
    let fetched = display.fetched_logo.as_ref().map(|logo| format!("/logos/{}", logo.hash));
    let own = || display.logo.as_deref().map(assets::path).filter(|path| assets::find(path).is_some());
    fetched.or_else(|| own().map(str::to_owned))
}

fn brand(settings: &Settings, theme: &Theme, standing: Standing, logo: Option<String>) -> Brand {
    let authority: &Authority = &settings.authority;
    let mut languages: Vec<Language> = Vec::new();
    let default = Language::parse(&settings.languages.default.to_string());
    let enabled = settings.languages.enabled.iter().filter_map(|tag| Language::parse(&tag.to_string()));
    for language in default.into_iter().chain(enabled) {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    let named = |text: &crate::config::Localised| {
        let of = |language: Language| {
            language.tag().parse().map(|tag| text.in_language(&tag).to_owned()).unwrap_or_default()
        };
        let default = of(languages.first().copied().unwrap_or_default());
        languages.iter().fold(Localised::new(default), |names, language| names.with(*language, of(*language)))
    };
    Brand {
        base: settings.issuer.path().to_owned(),
        service: named(&authority.service_name),
        tagline: Some(named(&authority.tagline)),
        authority: named(&authority.name),
        logo,
        support: Support {
            phone: authority.support.phone.clone(),
            mail: authority.support.email.clone(),
            url: authority.support.url.as_ref().map(ToString::to_string),
        },
        privacy: authority.privacy_url.as_ref().map(ToString::to_string),
        terms: authority.terms_url.as_ref().map(ToString::to_string),
        theme: theme.style_sheet(),
        standing,
        languages,
    }
}
