//! Every page in every state that looks different, filled as the demonstration would fill it.

mod admin;
mod api;
mod certificate;
mod codes;
mod consent;
mod console;
mod data;
mod device;
mod events;
mod life;
mod linked;
mod organisations;
mod passkey;
mod people;
mod portal;
mod recovery;
mod registration;
mod requests;
mod sandbox;
mod schemes;
mod security;

use std::sync::Arc;

use askama::Template;

use people::nobody;

use super::account::{
    Activity, ActivityFilter, ActivityTopic, Closing, How, Level, Missing, Notice, Overview, Portals, Session,
    Sessions, SignInMethod, Standing as Place, Start, Verified, WardLink, Withdraw,
};
use super::claims::Method;
use super::create::{Create, Registration};
use super::device::Device;
use super::error::{ErrorPage, Trouble};
use super::form_post::FormPost;
use super::layout::{Brand, Form, Layout, Localised, Portal, SignedIn, Standing, Support, TimeLimit, Verification};
use super::password::Password;
use super::sign_in::{Fault, Problem, Reason, SignIn};
use super::sign_out::{BackLink, SignOut, SignedOut, SigningOut};
use super::step_up::{Because, StepUp};
use super::text::{Language, Moment, Voice};
use super::theme::Theme;

/// A page's name and its HTML.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) html: String,
}

/// Every sample in `language`, at an issuer that is an origin.
pub(super) fn all(language: Language) -> Vec<Sample> {
    below("", language)
}

/// Every sample in `language`, at an issuer with the path `base`.
pub(super) fn below(base: &'static str, language: Language) -> Vec<Sample> {
    let samples = Samples { language, base };
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn askama::DynTemplate| {
        pages.push(Sample { name: name.to_owned(), html: page.dyn_render().unwrap() });
    };
    samples.sign_in(&mut add);
    samples.passkeys(&mut add);
    samples.certificate(&mut add);
    samples.consent(&mut add);
    samples.sandbox(&mut add);
    samples.answering(&mut add);
    samples.leaving(&mut add);
    samples.account(&mut add);
    samples.data(&mut add);
    samples.codes(&mut add);
    samples.requests(&mut add);
    samples.security(&mut add);
    samples.organisations(&mut add);
    samples.recovery(&mut add);
    samples.registration(&mut add);
    samples.admin(&mut add);
    samples.console(&mut add);
    samples.api(&mut add);
    samples.portal(&mut add);
    for trouble in Trouble::ALL {
        pages.push(samples.error(trouble));
    }
    pages
}

/// Where a portal receives its answers.
pub(super) const POSTED_TO: &str = "https://portal.example/callback?from=senid&lang=vi";

type Add<'a> = dyn FnMut(&str, &dyn askama::DynTemplate) + 'a;

struct Samples {
    language: Language,
    base: &'static str,
}

/// 20 November 2026, 08:14 in Hà Nội.
const NOW: i64 = 1_795_137_240_000_000;
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1440 * MINUTE;

fn ago(span: i64) -> Moment {
    Moment::from_micros(NOW - span)
}

fn form(action: &str) -> Form {
    Form { action: action.to_owned(), csrf: "q7Jc1vK2mXrT0aYpLw8s".to_owned() }
}

impl Samples {
    fn voice(&self) -> Voice {
        Voice { language: self.language, now: ago(0), zone: jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap() }
    }

    fn layout(&self, standing: Standing, citizen: Option<&str>) -> Layout {
        let brand = Brand {
            base: self.base.to_owned(),
            service: Localised::new("SenID"),
            tagline: None,
            authority: Localised::new("Trung tâm Định danh quốc gia")
                .with(Language::En, "National Identity Centre")
                .with(Language::Fr, "Centre national d’identité")
                .with(Language::Ru, "Национальный центр идентификации"),
            logo: None,
            support: Support {
                phone: Some("1900 1234".to_owned()),
                mail: Some("hotro@senid.example".to_owned()),
                url: Some("https://hotro.senid.example/".to_owned()),
            },
            privacy: Some("/privacy".to_owned()),
            terms: Some("/terms".to_owned()),
            languages: Language::ALL.to_vec(),
            theme: Theme::default().style_sheet(),
            standing,
        };
        Layout {
            brand: Arc::new(brand),
            voice: self.voice(),
            return_to: "/sign-in/0198?a=1&b=\"2\"".to_owned(),
            citizen: citizen.map(|name| SignedIn { name: name.to_owned(), sign_out: "/logout".to_owned() }),
        }
    }

    fn official(&self) -> Layout {
        self.layout(Standing::Official, None)
    }

    fn citizen(&self) -> Layout {
        self.layout(Standing::Official, Some("Nguyễn Văn An"))
    }

    fn one_of(&self, texts: [&str; 4]) -> String {
        texts[self.language as usize].to_owned()
    }

    fn public_services(&self) -> Portal {
        Portal {
            name: self.one_of([
                "Cổng Dịch vụ công",
                "Public Service Portal",
                "Portail des services publics",
                "Портал государственных услуг",
            ]),
            organisation: Some(self.one_of([
                "Văn phòng Chính phủ",
                "Office of the Government",
                "Cabinet du Gouvernement",
                "Аппарат правительства",
            ])),
            verification: Verification::Verified,
            purpose: Some(self.one_of([
                "nộp hồ sơ và nhận kết quả trực tuyến",
                "apply and receive results online",
                "déposer des dossiers et recevoir les résultats en ligne",
                "подавать заявления и получать результаты онлайн",
            ])),
            logo: Some(super::assets::path("portal.svg").to_owned()),
            policy: Some("https://portal.example/privacy".to_owned()),
            terms: Some("https://portal.example/terms".to_owned()),
            home: Some("https://portal.example/".to_owned()),
        }
    }

    fn library(&self) -> Portal {
        Portal {
            name: "Thư viện số Hoa Sen".to_owned(),
            organisation: None,
            verification: Verification::Unverified,
            purpose: None,
            logo: None,
            policy: None,
            terms: None,
            home: None,
        }
    }

    pub(super) fn problem(fault: Fault) -> Option<Problem> {
        Some(Problem { fault, reference: "0198a3f2-7c41".to_owned() })
    }

    fn sign_in(&self, add: &mut Add<'_>) {
        let sign_in = SignIn {
            layout: self.official(),
            form: form("/sign-in/0198a3f2"),
            portal: Some(self.public_services()),
            reason: Reason::NotSignedIn,
            people: nobody(),
            username: String::new(),
            schemes: Self::one_scheme(),
            register: Some("/sign-in/0198a3f2/register".to_owned()),
            methods: vec![Method::Password],
            ceremony: None,
            problem: None,
            limit: TimeLimit { until: ago(-16 * MINUTE) },
        };
        add("sign-in", &sign_in);
        self.people(&sign_in, add);
        self.schemes(&sign_in, add);
        let faulty = SignIn {
            layout: self.layout(Standing::Demonstration, None),
            username: "00109012345\"><script>".to_owned(),
            problem: Self::problem(Fault::IdentifierMalformed("vn")),
            ..sign_in.clone()
        };
        add("sign-in-fault", &faulty);
        let methods = vec![Method::Passkey, Method::SecurityKey, Method::Certificate, Method::Password];
        add(
            "sign-in-methods",
            &SignIn {
                methods,
                ceremony: Some(passkey::ceremony()),
                reason: Reason::AskedAgain,
                portal: Some(self.library()),
                ..sign_in.clone()
            },
        );
        let limit = TimeLimit { until: ago(-MINUTE) };
        add("sign-in-account", &SignIn { portal: None, reason: Reason::OtherPerson, limit, ..sign_in.clone() });
        for (name, fault) in [
            ("missing", Fault::IdentifierMissing),
            ("method", Fault::MethodNotOffered),
            ("stale", Fault::StalePage),
            ("busy", Fault::Busy),
        ] {
            add(&format!("sign-in-fault-{name}"), &SignIn { problem: Self::problem(fault), ..sign_in.clone() });
        }

        let create = Create {
            layout: self.official(),
            form: form("/sign-in/0198a3f2/create"),
            portal: Some(self.public_services()),
            registration: Some(Registration::Elsewhere("https://dangky.senid.example/".to_owned())),
            limit: TimeLimit { until: ago(-16 * MINUTE) },
        };
        add("create", &create);
        let here = Registration::Here("/sign-in/0198a3f2/register".to_owned());
        add("create-here", &Create { registration: Some(here), ..create.clone() });
        add("create-in-person", &Create { registration: None, ..create.clone() });
        let mut layout = self.official();
        Arc::make_mut(&mut layout.brand).support = Support { phone: None, mail: None, url: None };
        add("create-alone", &Create { registration: None, portal: None, layout, ..create });

        let password = Password {
            layout: self.official(),
            form: form("/sign-in/0198a3f2/password"),
            portal: Some(self.public_services()),
            username: "001090123456".to_owned(),
            username_shown: "001••••••456".to_owned(),
            change: "/sign-in/0198a3f2".to_owned(),
            problem: None,
            limit: TimeLimit { until: ago(-15 * MINUTE) },
        };
        add("password", &password);
        for (name, fault) in [
            ("missing", Fault::PasswordMissing),
            ("wrong", Fault::WrongIdentifierOrPassword),
            ("wrong-and-wait", Fault::WrongAndWait { seconds: 4 }),
            ("wrong-and-wait-long", Fault::WrongAndWait { seconds: 256 }),
            ("too-soon", Fault::TooSoon { seconds: 8 }),
            ("tries", Fault::TooManyTries { minutes: 2 }),
            ("tries-today", Fault::TooManyTriesToday { hours: 3 }),
        ] {
            add(&format!("password-fault-{name}"), &Password { problem: Self::problem(fault), ..password.clone() });
        }
        let step_up = StepUp {
            layout: self.official(),
            form: form("/sign-in/0198a3f2/step-up"),
            portal: Some(self.public_services()),
            because: Because::Purpose,
            person: Some("N. V. An".to_owned()),
            methods: vec![Method::Passkey, Method::Certificate, Method::Totp, Method::SmsCode, Method::RecoveryCode],
            problem: None,
            limit: TimeLimit { until: ago(-15 * MINUTE) },
        };
        add("step-up", &step_up);
        add("step-up-account", &StepUp { because: Because::Account, ..step_up.clone() });
        add("step-up-nothing", &StepUp { methods: Vec::new(), portal: None, ..step_up });
        add("password-account", &Password { portal: None, ..password });
    }

    fn answering(&self, add: &mut Add<'_>) {
        let fields =
            [("code", "senid_ac_AZ9f"), ("state", "\"><script>alert(1)</script>&amp;"), ("iss", "https://id.example")];
        let page = FormPost {
            layout: self.official(),
            portal: "portal.example".to_owned(),
            action: POSTED_TO.to_owned(),
            fields: fields.map(|(name, value)| (name, value.to_owned())).to_vec(),
        };
        add("form-post", &page);
    }

    fn leaving(&self, add: &mut Add<'_>) {
        let sign_out = SignOut {
            layout: self.citizen(),
            form: form("/logout"),
            request: "client_id=demo-portal".to_owned(),
            portal: Some(self.public_services().name),
            told: 2,
            untold: 0,
            stay: "/account".to_owned(),
        };
        add("sign-out", &sign_out);
        add("sign-out-account", &SignOut { portal: None, told: 0, ..sign_out.clone() });
        add("sign-out-one", &SignOut { told: 1, ..sign_out.clone() });
        add("sign-out-untold", &SignOut { untold: 1, ..sign_out });
        let frames = ["https://portal.example/frontchannel-logout?iss=https%3A%2F%2Fid.example&sid=x".to_owned()];
        let signing_out =
            SigningOut { layout: self.official(), frames: frames.to_vec(), next: "https://portal.example/".to_owned() };
        add("signing-out", &signing_out);
        let back = BackLink { name: self.public_services().name, url: "https://portal.example/".to_owned() };
        let signed_out = SignedOut { layout: self.official(), back: Some(back), account: "/account".to_owned() };
        add("signed-out", &signed_out);
        add("signed-out-account", &SignedOut { back: None, ..signed_out });
    }

    fn error(&self, trouble: Trouble) -> Sample {
        let name = format!("error-{}", format!("{trouble:?}").split(' ').next().unwrap().to_lowercase());
        let proven = matches!(trouble, Trouble::SignInOver | Trouble::BadRequest);
        let page = ErrorPage {
            layout: self.official(),
            trouble,
            reference: Some("0198a3f2-7c41-7b11-9d55-1f2e3c4d5a6b".to_owned()),
            detail: matches!(trouble, Trouble::BadRequest | Trouble::ReturnAddress)
                .then(|| "redirect_uri is not registered for this client: http://localhost:9000/callbak".to_owned()),
            back: proven
                .then(|| BackLink { name: self.public_services().name, url: "https://portal.example/".to_owned() }),
            retry: matches!(trouble, Trouble::NotFound | Trouble::Busy | Trouble::Unavailable)
                .then(|| "/account".to_owned()),
        };
        Sample { name, html: page.render().unwrap() }
    }

    fn account(&self, add: &mut Add<'_>) {
        add("account-start", &Start { layout: self.official(), form: form("/account/sign-in") });
        let overview = Overview {
            layout: self.citizen(),
            name: "Nguyễn Văn An".to_owned(),
            level: Level::Proven,
            verified: Some(Verified {
                how: How::InPerson,
                by: Some("Công an phường Trúc Bạch".to_owned()),
                at: ago(200 * DAY),
            }),
            missing: vec![Missing::Contact, Missing::SecondStep],
            methods: vec![SignInMethod { method: Method::Password, last_used: Some(ago(3 * MINUTE)) }],
            recent: self.events().into_iter().take(4).collect(),
            closing: None,
            family: vec![WardLink {
                name: "Nguyễn Minh Châu".to_owned(), page: "/account/family/0198a3f2".to_owned()
            }],
            waiting: 1,
        };
        add("account", &overview);
        let closing = Some(Closing { at: ago(-14 * DAY), keep: form("/account/close/keep") });
        add("account-closing", &Overview { closing, family: Vec::new(), ..overview.clone() });
        self.life(add);
        self.linked(add);
        let methods = vec![
            SignInMethod { method: Method::SecurityKey, last_used: None },
            SignInMethod { method: Method::Certificate, last_used: Some(ago(60 * DAY)) },
        ];
        add(
            "account-new",
            &Overview {
                level: Level::Asserted,
                verified: None,
                missing: Vec::new(),
                methods,
                recent: Vec::new(),
                waiting: 0,
                ..overview.clone()
            },
        );
        add("account-matched", &Overview { level: Level::Matched, waiting: 3, ..overview });

        let here = Session {
            id: "0198a3f2".to_owned(),
            standing: Place::Here,
            device: Device { browser: Some("Firefox"), system: Some("Linux") },
            address: Some("203.0.113.7".to_owned()),
            signed_in: ago(3 * MINUTE),
            last_seen: ago(0),
            portals: vec![self.public_services().name, self.library().name],
        };
        let there = Session {
            id: "0198a3f1".to_owned(),
            standing: Place::Elsewhere,
            device: Device { browser: Some("Chrome"), system: Some("Android") },
            address: None,
            signed_in: ago(5 * DAY),
            last_seen: ago(DAY),
            portals: vec![self.public_services().name],
        };
        let sessions = Sessions {
            layout: self.citizen(),
            notice: Some(Notice::SessionEnded),
            sessions: vec![here.clone(), there],
            end: form("/account/sessions/end"),
            end_others: form("/account/sessions/end-others"),
            known: self.known(),
            forget: form("/account/sessions/forget"),
        };
        add("account-sessions", &sessions);
        let alone =
            Sessions { notice: Some(Notice::OtherSessionsEnded), sessions: vec![here], known: Vec::new(), ..sessions };
        add("account-sessions-alone", &alone);

        let mut reader = self.connected();
        reader.portal = self.library();
        reader.received.truncate(1);
        let portals = Portals { layout: self.citizen(), notice: None, portals: vec![self.connected(), reader] };
        add("account-portals", &portals);
        let notice = Some(Notice::ConsentWithdrawn);
        add("account-portals-empty", &Portals { notice, portals: Vec::new(), ..portals });
        let withdraw = Withdraw {
            layout: self.citizen(),
            form: form("/account/portals/dvc/withdraw"),
            connected: self.connected(),
            keep: "/account/portals".to_owned(),
        };
        add("account-withdraw", &withdraw);
        add("account-shared", &self.shared());
        let chosen = Some(Notice::ConsentNarrowed);
        let portals = Portals { layout: self.citizen(), notice: chosen, portals: vec![self.connected()] };
        add("account-portals-chosen", &portals);

        let portals =
            vec![("dvc".to_owned(), self.public_services().name), ("library".to_owned(), self.library().name)];
        let activity = Activity {
            layout: self.citizen(),
            filter: ActivityFilter { portals: portals.clone(), ..ActivityFilter::default() },
            malformed: false,
            events: self.events(),
            older: Some("/account/activity?before=0198".to_owned()),
            newest: Some("/account/activity".to_owned()),
        };
        add("account-activity", &activity);
        let none = Activity { events: Vec::new(), older: None, newest: None, ..activity };
        add("account-activity-empty", &none);
        let filter = ActivityFilter {
            topic: Some(ActivityTopic::Releases),
            portals,
            portal: "library".to_owned(),
            from: "2026-11-01".to_owned(),
            to: "2026-11-20".to_owned(),
        };
        add("account-activity-filtered", &Activity { filter: filter.clone(), ..none.clone() });
        add("account-activity-malformed", &Activity { filter, malformed: true, ..none });
    }
}
