//! What a person is told of a certificate that is refused, and the status that says it to a program.

use http::StatusCode;

use crate::domain::time::Timestamp;
use crate::flows::certificate::Refusal;
use crate::web::certificate::Fault;
use crate::web::text::Moment;

pub(super) fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::RevocationUnknown | Refusal::ServiceAway => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::UNAUTHORIZED,
    }
}

pub(super) fn fault(refusal: &Refusal) -> Fault {
    match refusal {
        Refusal::NothingShown => Fault::NothingShown,
        Refusal::TooLate => Fault::TooLate,
        Refusal::Unreadable => Fault::Unreadable,
        Refusal::NotProven => Fault::NotProven,
        Refusal::Certificate(refusal) => of_certificate(refusal.sentence(), refusal.day()),
        Refusal::Revoked(at) => Fault::Revoked(moment(*at)),
        Refusal::OnHold => Fault::OnHold,
        Refusal::UnknownToIssuer => Fault::UnknownToIssuer,
        Refusal::AuthorityRevoked => Fault::AuthorityOutOfDate,
        Refusal::RevocationUnknown => Fault::RevocationUnknown,
        Refusal::NoAccount => Fault::NoAccount,
        Refusal::Locked => Fault::Locked,
        Refusal::NotConfirmed => Fault::NotConfirmed,
        Refusal::NotBound => Fault::NotBound,
        Refusal::Removed => Fault::Removed,
        Refusal::Known => Fault::Known,
        Refusal::Taken => Fault::Taken,
        Refusal::TooMany => Fault::TooMany,
        Refusal::OtherPerson => Fault::OtherPerson,
        Refusal::NotSigned => Fault::NotSigned,
        Refusal::ServiceAway => Fault::ServiceAway,
        Refusal::Throttled { retry_after } => {
            Fault::TooManyTries { minutes: i64::try_from(retry_after.as_secs().div_ceil(60)).unwrap_or(i64::MAX) }
        }
    }
}

/// The sentence of a refusal of the trust folder's, by the name that it has there.
fn of_certificate(sentence: &str, day: Option<Timestamp>) -> Fault {
    match (sentence, day) {
        ("expired", Some(day)) => Fault::Expired(moment(day)),
        ("not-yet-valid", Some(day)) => Fault::NotYetValid(moment(day)),
        ("authority-out-of-date", _) => Fault::AuthorityOutOfDate,
        ("not-for-signing-in", _) => Fault::NotForSigningIn,
        ("gost", _) => Fault::Gost,
        ("weak", _) => Fault::Weak,
        ("policy", _) => Fault::Policy,
        ("organisation", _) => Fault::Organisation,
        ("no-number", _) => Fault::NoNumber,
        ("several-numbers", _) => Fault::SeveralNumbers,
        ("number-not-accepted", _) => Fault::NumberNotAccepted,
        ("unreadable", _) => Fault::Broken,
        _ => Fault::NotTrusted,
    }
}

fn moment(at: Timestamp) -> Moment {
    Moment::from_micros(at.micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::certificate::OfCertificate;

    #[test]
    fn every_sentence_of_a_refusal_is_one_of_its_own() {
        let day = Some(Timestamp::from_seconds(0));
        let mut names: Vec<String> =
            OfCertificate::SENTENCES.iter().map(|sentence| format!("{:?}", of_certificate(sentence, day))).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), OfCertificate::SENTENCES.len(), "{names:?}");
    }
}
