//! The person says who they are. What was said is sealed under the sign-in's id, and proves nothing.

use zeroize::Zeroizing;

use crate::crypto::seal::Context;
use crate::domain::ids::SignInId;
use crate::domain::national_id::Scheme;
use crate::domain::sign_in::{Named, OutOfOrder, SignIn, State};
use crate::domain::sign_in_name::{NameFault, SignInName};

use super::super::{App, FlowError};
use super::save;

/// How saying it ends.
#[derive(Debug)]
pub enum Identified {
    Noted(Box<SignIn>),
    /// What was typed can be nobody's name.
    Refused(NameFault),
    OutOfOrder(OutOfOrder),
}

/// Notes who the person says they are, a bare number being one of `scheme`. Whether anyone has that name is not looked up here, so
/// nothing shows it.
pub async fn identify(app: &App, sign_in: SignIn, typed: &str, scheme: Scheme) -> Result<Identified, FlowError> {
    if let Err(fault) = parse(app, typed, scheme) {
        return Ok(Identified::Refused(fault));
    }
    let text = Zeroizing::new(format!("{scheme}{SEPARATOR}{}", typed.trim()));
    let sealed = app.keys.seal_short_lived(&context(sign_in.id), text.as_bytes(), &*app.random)?;
    match sign_in.identify(Named::Typed { sealed }) {
        Ok(sign_in) => Ok(match save(app, &sign_in).await? {
            Ok(()) => Identified::Noted(Box::new(sign_in)),
            Err(over) => Identified::OutOfOrder(over),
        }),
        Err(fault) => Ok(Identified::OutOfOrder(fault)),
    }
}

/// Who a person said they are.
#[derive(Debug)]
pub struct Said {
    /// As it was typed.
    pub typed: String,
    /// What a bare number was said to be.
    pub scheme: Scheme,
    pub name: SignInName,
}

/// `None` where nothing was said.
pub fn named(app: &App, sign_in: &SignIn) -> Result<Option<Said>, FlowError> {
    let State::Identified(Named::Typed { sealed }) = &sign_in.state else {
        return Ok(None);
    };
    let opened = app.keys.open_short_lived(&context(sign_in.id), sealed)?;
    let text = std::str::from_utf8(&opened).map_err(FlowError::failed)?;
    let default = app.settings.national_id.default_scheme();
    // A server of the release before, which knew the default alone, wrote none.
    let (scheme, typed) = match text.split_once(SEPARATOR) {
        Some((scheme, typed)) => (scheme.parse().map_err(FlowError::failed)?, typed),
        None => (default, text),
    };
    let name = parse(app, typed, scheme).map_err(FlowError::failed)?;
    Ok(Some(Said { typed: typed.to_owned(), scheme, name }))
}

/// Stands in no name.
const SEPARATOR: char = '\0';

fn parse(app: &App, typed: &str, scheme: Scheme) -> Result<SignInName, NameFault> {
    SignInName::parse_as(typed, scheme, app.settings.national_id.default_scheme())
}

fn context(id: SignInId) -> Context {
    Context::new("sign-in.name", id.uuid().as_bytes())
}
