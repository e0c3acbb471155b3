//! Of whom the next proof is expected: of whoever someone said they are, or of the one who has proven something already.

use crate::domain::sign_in::{SignIn, State};
use crate::domain::sign_in_name::SignInName;

use super::super::{App, FlowError};
use super::identify;

/// Whose proof is expected, by a name of theirs.
#[derive(Clone, Debug)]
pub struct Whom {
    /// As it was typed; of whoever has proven something already, their number as it may be shown.
    pub shown: String,
    pub name: SignInName,
}

/// `None` before anybody said who they are.
pub async fn expected(app: &App, sign_in: &SignIn) -> Result<Option<Whom>, FlowError> {
    match &sign_in.state {
        State::Identified { .. } => Ok(identify::named(app, sign_in)?.map(|(typed, name)| Whom { shown: typed, name })),
        State::Authenticated(authentication) => {
            let citizen = app.store.read().await?.citizens().find(authentication.citizen).await?;
            Ok(citizen.map(|citizen| {
                let name = SignInName::NationalId(citizen.national_id);
                Whom { shown: name.masked(), name }
            }))
        }
        State::Offered | State::Requested | State::Consented(_) => Ok(None),
    }
}
