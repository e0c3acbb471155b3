//! Every sentence that people read, from the text files under `text/<language>/` (Project Fluent).

mod format;
mod language;

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

pub use format::Moment;
pub use language::{Language, Wishes};

/// The name of one text: a message (`sign-in-title`) or an attribute of one (`claim-name.inline`).
/// Made by [`id`] alone, so that a test can find every one that is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextId(&'static str);

/// Names a text in Rust; templates name theirs in `text("…")` and `text_with("…", …)`.
pub const fn id(id: &'static str) -> TextId {
    TextId(id)
}

/// The text named `id` in `language`, its variables filled from `args`.
pub fn get(language: Language, id: TextId, args: &[(&'static str, FluentValue<'_>)]) -> String {
    find(&BUNDLES[language as usize], id.0, args).unwrap_or_else(|| format!("⟦{}⟧", id.0))
}

fn find(bundle: &Bundle, id: &str, args: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
    let (message, attribute) = id.split_once('.').map_or((id, None), |(message, attribute)| (message, Some(attribute)));
    let message = bundle.get_message(message)?;
    let pattern = match attribute {
        Some(attribute) => message.get_attribute(attribute)?.value(),
        None => message.value()?,
    };
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
    // A variable that is missing shows up as `{$name}`, which the tests of the pages look for.
    Some(bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 4]> = LazyLock::new(|| Language::ALL.map(bundle));

fn bundle(language: Language) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![language.identifier()]);
    // Directional isolates guard right-to-left scripts, of which there is none here; in HTML they only break searches and tests.
    bundle.set_use_isolating(false);
    for source in sources(language) {
        // A file with a fault keeps its sound messages; the tests refuse faults.
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, _)| resource);
        let _ = bundle.add_resource(resource);
    }
    bundle
}

macro_rules! text_files {
    ($language:literal) => {
        &[
            include_str!(concat!("text/", $language, "/common.ftl")),
            include_str!(concat!("text/", $language, "/sign_in.ftl")),
            include_str!(concat!("text/", $language, "/passkey.ftl")),
            include_str!(concat!("text/", $language, "/certificate.ftl")),
            include_str!(concat!("text/", $language, "/consent.ftl")),
            include_str!(concat!("text/", $language, "/device.ftl")),
            include_str!(concat!("text/", $language, "/sandbox.ftl")),
            include_str!(concat!("text/", $language, "/streams.ftl")),
            include_str!(concat!("text/", $language, "/sign_out.ftl")),
            include_str!(concat!("text/", $language, "/error.ftl")),
            include_str!(concat!("text/", $language, "/account.ftl")),
            include_str!(concat!("text/", $language, "/admin.ftl")),
            include_str!(concat!("text/", $language, "/requests.ftl")),
            include_str!(concat!("text/", $language, "/data.ftl")),
            include_str!(concat!("text/", $language, "/security.ftl")),
            include_str!(concat!("text/", $language, "/life.ftl")),
            include_str!(concat!("text/", $language, "/linked.ftl")),
            include_str!(concat!("text/", $language, "/codes.ftl")),
            include_str!(concat!("text/", $language, "/messages.ftl")),
            include_str!(concat!("text/", $language, "/recovery.ftl")),
            include_str!(concat!("text/", $language, "/organisations.ftl")),
            include_str!(concat!("text/", $language, "/registration.ftl")),
            include_str!(concat!("text/", $language, "/console.ftl")),
            include_str!(concat!("text/", $language, "/api.ftl")),
            include_str!(concat!("text/", $language, "/desk.ftl")),
            include_str!(concat!("text/", $language, "/portal.ftl")),
            include_str!(concat!("text/", $language, "/onboarding.ftl")),
        ]
    };
}

/// The text files of `language` as they were when the program was built.
pub(super) fn sources(language: Language) -> &'static [&'static str] {
    match language {
        Language::Vi => text_files!("vi"),
        Language::En => text_files!("en"),
        Language::Fr => text_files!("fr"),
        Language::Ru => text_files!("ru"),
    }
}

/// A page that speaks: in which language, at what time, in whose time zone.
#[derive(Clone, Debug)]
pub struct Voice {
    pub language: Language,
    pub now: Moment,
    /// The operator's zone: every time on a page is given in it.
    pub zone: jiff::tz::TimeZone,
}

/// What a template says with its layout's [`Voice`].
pub trait Speaks {
    fn voice(&self) -> &Voice;

    /// A text without variables.
    fn text(&self, name: &'static str) -> String {
        self.say(id(name))
    }

    /// A text with one variable.
    fn text_with<'v>(&self, name: &'static str, variable: &'static str, value: impl Into<FluentValue<'v>>) -> String {
        self.compose(id(name), &[(variable, value.into())])
    }

    /// A text that the view struct chose.
    fn say(&self, id: TextId) -> String {
        self.compose(id, &[])
    }

    /// A text with any number of variables.
    fn compose(&self, id: TextId, args: &[(&'static str, FluentValue<'_>)]) -> String {
        get(self.voice().language, id, args)
    }

    /// `15/08/1990`.
    fn date(&self, moment: &Moment) -> String {
        self.voice().date(*moment)
    }

    /// `08:30`.
    fn time(&self, moment: &Moment) -> String {
        self.voice().time(*moment)
    }

    /// `hôm nay 08:30`, `hôm qua 08:30`, or the date and the time.
    fn when(&self, moment: &Moment) -> String {
        self.voice().when(*moment)
    }

    /// `a, b và c`.
    fn list(&self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [start @ .., last] => self
                .compose(id("list"), &[("start", Cow::from(start.join(", ")).into()), ("last", last.as_str().into())]),
        }
    }
}

impl Speaks for Voice {
    fn voice(&self) -> &Voice {
        self
    }
}

#[cfg(test)]
mod tests;
