//! Of whom the next proof is expected: of whoever someone said they are, or of the one who has proven something already.

use crate::domain::ids::CitizenId;
use crate::domain::sign_in::{Named, SignIn, State};
use crate::domain::sign_in_name::SignInName;

use super::super::{App, FlowError};
use super::identify::{self, Said};

/// Whose proof is expected, by a name of theirs.
#[derive(Clone, Debug)]
pub struct Whom {
    /// As it was typed, for password managers; of whoever has proven something already, their number as it may be shown; nothing of
    /// whoever was chosen, whose number whoever sits there need not know.
    pub typed: String,
    /// As a page may show it.
    pub shown: String,
    pub name: SignInName,
}

/// `None` before anybody said who they are.
pub async fn expected(app: &App, sign_in: &SignIn) -> Result<Option<Whom>, FlowError> {
    match &sign_in.state {
        State::Identified(Named::Typed { .. }) => {
            let named = identify::named(app, sign_in)?;
            Ok(named.map(|Said { typed, name, .. }| Whom { typed, shown: name.masked(), name }))
        }
        State::Identified(Named::Chosen(citizen)) => {
            let (name, shown) = load(app, *citizen).await?;
            Ok(Some(Whom { typed: String::new(), shown, name }))
        }
        State::Authenticated(authentication) => {
            let (name, _) = load(app, authentication.citizen).await?;
            Ok(Some(Whom { typed: name.masked(), shown: name.masked(), name }))
        }
        State::Offered | State::Requested | State::Consented(_) => Ok(None),
    }
}

/// The masked name of whoever was chosen or has proven something, for a page that asks whether it is them.
pub async fn shown(app: &App, sign_in: &SignIn) -> Result<Option<String>, FlowError> {
    match &sign_in.state {
        State::Identified(Named::Chosen(citizen)) => Ok(Some(load(app, *citizen).await?.1)),
        State::Authenticated(authentication) => Ok(Some(load(app, authentication.citizen).await?.1)),
        _ => Ok(None),
    }
}

async fn load(app: &App, citizen: CitizenId) -> Result<(SignInName, String), FlowError> {
    let found = app.store.read().await?.citizens().find(citizen).await?;
    let found = found.ok_or_else(|| FlowError::failed("whoever is asked for a proof is gone"))?;
    let shown = found.profile.masked_name();
    Ok((SignInName::NationalId(found.national_id), shown))
}
