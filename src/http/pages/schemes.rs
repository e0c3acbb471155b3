//! Which country's number somebody types, where several are accepted.

use crate::domain::national_id::{Scheme, Schemes};
use crate::http::Site;
use crate::http::error::Failure;
use crate::protocol::parameters::Parameters;
use crate::web::schemes as view;

/// The one that the form chose; the default where it asked for none. `None` where it chose one that is not accepted.
pub(super) fn chosen(site: &Site, form: &Parameters) -> Result<Option<Scheme>, Failure> {
    let schemes = &site.app.settings.national_id;
    Ok(match form.single("scheme")? {
        None => Some(schemes.default_scheme()),
        Some(text) => text.parse().ok().filter(|scheme| schemes.enabled().contains(scheme)),
    })
}

/// What a page asks, `chosen` standing there before anybody chooses.
pub(super) fn shown(schemes: &Schemes, chosen: Option<Scheme>) -> view::Schemes {
    let chosen = chosen.unwrap_or_else(|| schemes.default_scheme());
    view::Schemes { offered: schemes.enabled().iter().map(|scheme| scheme.as_str()).collect(), chosen: chosen.as_str() }
}
