//! Whoever takes mail and text messages for citizens.

use super::{Doctor, Finding, What};

pub(super) async fn look(doctor: &Doctor) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let (Some(mailer), Some(mail)) = (&doctor.mailer, &doctor.settings.messages.mail) {
        let server = format!("{}:{}", mail.host, mail.port);
        findings.push(match mailer.is_reached().await {
            true => Finding::new(What::ReachSound, format!("{server} takes mail")),
            false => Finding::new(What::ReachMail, format!("{server} takes no mail as messages.mail has it")),
        });
    }
    if let Some(sms) = &doctor.settings.messages.sms {
        let host = sms.url.host_str().unwrap_or_default();
        // Nothing is sent, so nothing more can be said than that somebody there shows a certificate that is trusted.
        let is_there = match sms.url.scheme() {
            "https" => doctor.prober.shake_hands(&sms.url).await.is_ok(),
            _ => doctor.prober.is_reached(&sms.url).await,
        };
        findings.push(match is_there {
            true => Finding::new(What::ReachSound, format!("{host} is there for text messages")),
            false => Finding::new(
                What::ReachSms,
                format!("{host} is not there for text messages, or shows no trusted certificate"),
            ),
        });
    }
    findings
}
