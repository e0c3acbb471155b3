//! What somebody types to say who they are, and which country's number it is where several are accepted.

use crate::domain::national_id::{Scheme, Schemes};
use crate::http::Site;
use crate::http::error::Failure;
use crate::protocol::parameters::Parameters;
use crate::web::schemes as view;
use crate::web::sign_in::Fault;

/// What stands in the field and beside it.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub name: String,
    /// `None` where nothing was chosen, or what is not accepted.
    pub scheme: Option<Scheme>,
}

impl Typed {
    /// What a form says. Where it asked for no scheme, a bare number is of the default.
    pub fn sent(site: &Site, form: &Parameters) -> Result<Self, Failure> {
        let schemes = &site.app.settings.national_id;
        let scheme = match form.single("scheme")? {
            None => Some(schemes.default_scheme()),
            Some(text) => text.parse().ok().filter(|scheme| schemes.enabled().contains(scheme)),
        };
        Ok(Self { name: form.single("username")?.unwrap_or_default().to_owned(), scheme })
    }

    /// It is nothing that a person is known by.
    pub fn malformed(&self, site: &Site) -> Fault {
        let scheme = self.scheme.unwrap_or_else(|| site.app.settings.national_id.default_scheme());
        Fault::IdentifierMalformed(scheme.as_str())
    }
}

/// What a page asks, `chosen` standing there before anybody chooses.
pub(super) fn shown(schemes: &Schemes, chosen: Option<Scheme>) -> view::Schemes {
    let chosen = chosen.unwrap_or_else(|| schemes.default_scheme());
    view::Schemes { offered: schemes.enabled().iter().map(|scheme| scheme.as_str()).collect(), chosen: chosen.as_str() }
}
