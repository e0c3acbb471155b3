//! The issuer as a portal and a browser meet it.

use http::header::HeaderMap;
use http::{HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use super::{Doctor, Finding, Severity, What, apart, or_sound, spoken};
use crate::config::ClientCertificateHeader;
use crate::domain::time::Timestamp;
use crate::outbound::{Probed, TlsFault, TlsSeen};

/// RFC 9110 §6.6.1 tells whole seconds, and the answer was under way.
const NEAR_SECONDS: u64 = 4;
const FAR_SECONDS: u64 = 30;
const SOON_DAYS: i64 = 21;
const SECONDS_A_DAY: i64 = 86_400;

const DISCOVERY: &str = "/.well-known/openid-configuration";

pub(super) async fn look(doctor: &Doctor) -> Vec<Finding> {
    let issuer = &doctor.settings.issuer;
    let at = |path: &str| Url::parse(&format!("{}{path}", issuer.as_str().trim_end_matches('/')));
    let (Ok(document), Ok(userinfo)) = (at(DISCOVERY), at("/userinfo")) else { return Vec::new() };
    let mut findings = Vec::new();
    if issuer.is_https() {
        findings.extend(of_tls(doctor.prober.shake_hands(&document).await, doctor.now()));
        if findings.iter().any(|one| one.what.severity() == Severity::Fault && one.what != What::TlsOld) {
            // No portal gets further.
            return findings;
        }
    }
    let answer = doctor.prober.get(&document, HeaderMap::new()).await;
    let is_there = answer.is_some();
    if let Some(date) = answer.as_ref().and_then(|answer| answer.date) {
        findings.extend(of_clock(doctor.now(), date));
    }
    let mut of_issuer = of_document(answer.as_ref(), issuer.as_str(), issuer.is_https());
    if issuer.is_loopback() {
        of_issuer.push(Finding::new(What::IssuerLocal, format!("{issuer} is this machine alone")));
    }
    findings.extend(or_sound(of_issuer, What::IssuerSound, format!("{issuer} says that it is {issuer}")));
    if is_there {
        findings.extend(forged_certificate(doctor, &userinfo).await);
    }
    findings
}

fn of_tls(seen: Result<TlsSeen, TlsFault>, now: Timestamp) -> Vec<Finding> {
    let seen = match seen {
        Ok(seen) => seen,
        Err(fault) => {
            let (what, detail) = match fault {
                TlsFault::Unreachable => {
                    (What::IssuerUnreachable, "nobody listens there, or the name does not resolve")
                }
                TlsFault::Name => (What::TlsName, "the certificate is another host's"),
                TlsFault::Expired => (What::TlsExpired, "the certificate has ended"),
                TlsFault::NotYet => (What::TlsNotYet, "the certificate has not begun"),
                TlsFault::Untrusted => (What::TlsUntrusted, "its chain leads to no authority that is trusted here"),
                TlsFault::Refused => (What::TlsRefused, "whoever listens there agrees to no TLS connection"),
            };
            return vec![Finding::new(what, detail)];
        }
    };
    let mut findings = Vec::new();
    let days = seen.not_after.map(|end| (end.seconds() - now.seconds()).div_euclid(SECONDS_A_DAY));
    if let Some(days) = days.filter(|days| *days < SOON_DAYS) {
        findings.push(Finding::new(What::TlsEnding, format!("the certificate ends in {days} days")));
    }
    if seen.speaks_older {
        findings.push(Finding::new(What::TlsOld, "TLS 1.1 or older is spoken"));
    }
    if !seen.speaks_1_3 {
        findings.push(Finding::new(What::TlsNoThirteen, "TLS 1.3 is not spoken"));
    }
    let days = days.unwrap_or_default();
    or_sound(findings, What::TlsSound, format!("the certificate is trusted and good for {days} more days"))
}

fn of_clock(ours: Timestamp, theirs: Timestamp) -> Option<Finding> {
    let apart = apart(ours, theirs);
    let detail = format!("this machine's clock and the issuer's are {} apart", spoken(apart));
    match apart.as_secs() {
        FAR_SECONDS.. => Some(Finding::new(What::ClockIssuerFar, detail)),
        NEAR_SECONDS.. => Some(Finding::new(What::ClockIssuer, detail)),
        _ => None,
    }
}

fn of_document(answer: Option<&Probed>, issuer: &str, is_https: bool) -> Vec<Finding> {
    let Some(answer) = answer else {
        return vec![Finding::new(What::IssuerUnreachable, format!("{issuer}{DISCOVERY} is not answered"))];
    };
    match answer.status {
        200 => {}
        300..=399 => {
            let to = answer.location.as_deref().unwrap_or("nowhere");
            return vec![Finding::new(What::IssuerRedirect, format!("{DISCOVERY} redirects to {}", short(to)))];
        }
        status => return vec![Finding::new(What::IssuerStatus, format!("{DISCOVERY} is answered with {status}"))],
    }
    let mut findings = Vec::new();
    match serde_json::from_slice::<Value>(&answer.body).ok().and_then(|told| Some(told["issuer"].as_str()?.to_owned()))
    {
        None => findings.push(Finding::new(What::IssuerNoDocument, "what is answered is no discovery document")),
        Some(told) if told != issuer => {
            findings
                .push(Finding::new(What::IssuerOther, format!("it says {}, and the settings {issuer}", short(&told))));
        }
        Some(_) => {}
    }
    if is_https && answer.hsts.is_none() {
        findings.push(Finding::new(What::IssuerNoHsts, "there is no Strict-Transport-Security"));
    }
    findings
}

/// Somebody else's text, as much of it as helps.
fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// A header that cannot be read is refused where it is believed, and makes no difference where the proxy takes it away.
async fn forged_certificate(doctor: &Doctor, userinfo: &Url) -> Option<Finding> {
    let name = match doctor.settings.proxies.client_certificate {
        ClientCertificateHeader::None => return None,
        ClientCertificateHeader::ClientCert => HeaderName::from_static("client-cert"),
        ClientCertificateHeader::XSslClientCert => HeaderName::from_static("x-ssl-client-cert"),
    };
    let forged = HeaderMap::from_iter([(name.clone(), HeaderValue::from_static("no certificate, but a question"))]);
    let honest = doctor.prober.get(userinfo, HeaderMap::new()).await?;
    let answered = doctor.prober.get(userinfo, forged).await?;
    ((honest.status, honest.body) != (answered.status, answered.body)).then(|| {
        Finding::new(
            What::ProxiesForged,
            format!("{name} that was sent from this machine reached SenID and was believed; asked from a proxy's own address it would be"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example.gov";

    fn found(change: impl FnOnce(&mut Probed)) -> Vec<What> {
        let mut answer = Probed {
            status: 200,
            hsts: Some("max-age=31536000".to_owned()),
            body: format!("{{\"issuer\":\"{ISSUER}\"}}").into_bytes(),
            ..Probed::default()
        };
        change(&mut answer);
        of_document(Some(&answer), ISSUER, true).into_iter().map(|one| one.what).collect()
    }

    #[test]
    fn what_a_portal_would_stumble_over_is_found() {
        assert_eq!(found(|_| {}), []);
        assert_eq!(of_document(None, ISSUER, true)[0].what, What::IssuerUnreachable);
        assert_eq!(found(|answer| answer.status = 308), [What::IssuerRedirect]);
        assert_eq!(found(|answer| answer.status = 502), [What::IssuerStatus]);
        assert_eq!(found(|answer| answer.body = b"<html>".to_vec()), [What::IssuerNoDocument]);
        assert_eq!(
            found(|answer| answer.body = br#"{"issuer":"https://id.example.gov/"}"#.to_vec()),
            [What::IssuerOther]
        );
        assert_eq!(found(|answer| answer.hsts = None), [What::IssuerNoHsts]);
    }

    #[test]
    fn what_a_browser_would_refuse_is_found() {
        let now = Timestamp::from_seconds(0);
        let whats = |seen| of_tls(seen, now).into_iter().map(|one| one.what).collect::<Vec<_>>();
        let seen = |days: i64| TlsSeen {
            not_after: Some(Timestamp::from_seconds(days * SECONDS_A_DAY)),
            speaks_1_2: true,
            speaks_1_3: true,
            speaks_older: false,
        };
        assert_eq!(whats(Ok(seen(21))), [What::TlsSound]);
        assert_eq!(whats(Ok(seen(20))), [What::TlsEnding]);
        assert_eq!(whats(Ok(TlsSeen { speaks_older: true, ..seen(90) })), [What::TlsOld]);
        assert_eq!(whats(Ok(TlsSeen { speaks_1_3: false, ..seen(90) })), [What::TlsNoThirteen]);
        for (fault, what) in [
            (TlsFault::Unreachable, What::IssuerUnreachable),
            (TlsFault::Name, What::TlsName),
            (TlsFault::Expired, What::TlsExpired),
            (TlsFault::NotYet, What::TlsNotYet),
            (TlsFault::Untrusted, What::TlsUntrusted),
            (TlsFault::Refused, What::TlsRefused),
        ] {
            assert_eq!(whats(Err(fault)), [what]);
        }
    }

    #[test]
    fn clocks_are_compared_as_finely_as_the_date_tells() {
        let at = Timestamp::from_seconds;
        assert_eq!(of_clock(at(103), at(100)), None);
        assert_eq!(of_clock(at(104), at(100)).unwrap().what, What::ClockIssuer);
        assert_eq!(of_clock(at(70), at(100)).unwrap().what, What::ClockIssuerFar);
    }
}
