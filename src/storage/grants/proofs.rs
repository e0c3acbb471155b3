//! What was proven in the sign-in that a grant stands on, as its column holds it.

use serde::Deserialize;

use super::super::error::Error;
use super::super::row::{from_json, to_json};
use crate::domain::assurance::{AuthenticationMethod, Proof, Proofs};
use crate::domain::time::Timestamp;

/// One proof; of a grant that was written before there was anything but passwords, its method alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Proof(Proof),
    Method(AuthenticationMethod),
}

pub(super) fn column(proofs: &Proofs) -> Result<String, Error> {
    to_json(proofs)
}

pub(super) fn open(json: &str, auth_time: Timestamp) -> Result<Proofs, Error> {
    let stored: Vec<Stored> = from_json("a grant's proofs", json)?;
    let opened = stored.into_iter().map(|stored| match stored {
        Stored::Proof(proof) => Ok(proof),
        Stored::Method(AuthenticationMethod::Password) => Ok(Proof::password(auth_time)),
        Stored::Method(_) => Err(Error::Corrupt("a grant's proofs")),
    });
    Ok(Proofs::new(opened.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_of_a_time_with_passwords_alone_is_read() {
        let at = Timestamp::from_seconds(5);
        let proofs = open(r#"["pwd"]"#, at).unwrap();
        assert_eq!(proofs, Proofs::new(vec![Proof::password(at)]));
        assert_eq!(open(&column(&proofs).unwrap(), Timestamp::from_seconds(9)).unwrap(), proofs);
        assert!(open(r#"["totp"]"#, at).is_err());
    }
}
