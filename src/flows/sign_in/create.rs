//! The portal wants the person to have an account first (`prompt=create`, Initiating User Registration via OpenID Connect
//! 1.0). They are told where one gets it; whoever has one goes on with the same request.

use crate::domain::sign_in::{OutOfOrder, SignIn};

use super::super::{App, FlowError};
use super::save;

/// The person has an account.
pub async fn go_on(app: &App, sign_in: SignIn) -> Result<Result<SignIn, OutOfOrder>, FlowError> {
    match sign_in.go_on() {
        Ok(sign_in) => Ok(save(app, &sign_in).await?.map(|()| sign_in)),
        Err(fault) => Ok(Err(fault)),
    }
}
