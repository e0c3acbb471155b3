//! The person says who they are. What was said is sealed under the sign-in's id, and proves nothing.

use crate::crypto::seal::Context;
use crate::domain::ids::SignInId;
use crate::domain::sign_in::{Named, OutOfOrder, SignIn, State};
use crate::domain::sign_in_name::{NameFault, SignInName};

use super::super::{App, FlowError};
use super::save;

/// How saying it ends.
#[derive(Debug)]
pub enum Identified {
    Noted(SignIn),
    /// What was typed can be nobody's name.
    Refused(NameFault),
    OutOfOrder(OutOfOrder),
}

/// Notes who the person says they are. Whether anyone has that name is not looked up here, so nothing shows it.
pub async fn identify(app: &App, sign_in: SignIn, typed: &str) -> Result<Identified, FlowError> {
    let name = match parse(app, typed) {
        Ok(name) => name,
        Err(fault) => return Ok(Identified::Refused(fault)),
    };
    drop(name);
    let sealed = app.keys.seal_short_lived(&context(sign_in.id), typed.trim().as_bytes(), &*app.random)?;
    match sign_in.identify(Named::Typed { sealed }) {
        Ok(sign_in) => Ok(match save(app, &sign_in).await? {
            Ok(()) => Identified::Noted(sign_in),
            Err(over) => Identified::OutOfOrder(over),
        }),
        Err(fault) => Ok(Identified::OutOfOrder(fault)),
    }
}

/// What was typed, as it was typed, and the name it is; `None` where nothing was.
pub fn named(app: &App, sign_in: &SignIn) -> Result<Option<(String, SignInName)>, FlowError> {
    let State::Identified(Named::Typed { sealed }) = &sign_in.state else {
        return Ok(None);
    };
    let opened = app.keys.open_short_lived(&context(sign_in.id), sealed)?;
    let typed = String::from_utf8(opened.to_vec()).map_err(FlowError::failed)?;
    let name = parse(app, &typed).map_err(FlowError::failed)?;
    Ok(Some((typed, name)))
}

fn parse(app: &App, typed: &str) -> Result<SignInName, NameFault> {
    SignInName::parse(typed, app.settings.national_id.default_scheme())
}

fn context(id: SignInId) -> Context {
    Context::new("sign-in.name", id.uuid().as_bytes())
}
