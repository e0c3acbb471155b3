//! What a check-up found, in the reader's language.

use crate::flows::onboarding::check_up::{Finding, Severity, What};
use crate::web::console::{Block, Cell, Empty, Table, Tone};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

/// All of it, the worst first.
pub(super) fn block(layout: &Layout, title: String, findings: &[Finding]) -> Block {
    if findings.is_empty() {
        return Block::Empty(Empty {
            title: layout.text("onboarding-found-nothing"),
            next: layout.text("onboarding-found-nothing-next"),
            link: None,
        });
    }
    let row = |finding: &Finding| {
        vec![
            severity(layout, finding.severity),
            Cell::Name {
                text: layout.say(sentence(finding.what)),
                small: (!finding.detail.is_empty()).then(|| finding.detail.clone()),
                href: None,
            },
            Cell::Code(finding.place.to_owned()),
        ]
    };
    Block::Table(Table {
        caption: title.clone(),
        title: Some(title),
        head: vec![layout.text("onboarding-severity"), layout.text("onboarding-what"), layout.text("onboarding-place")],
        rows: findings.iter().map(row).collect(),
        next: None,
        first: None,
    })
}

fn severity(layout: &Layout, severity: Severity) -> Cell {
    match severity {
        Severity::Error => Cell::badge(layout.text("onboarding-severity-error"), Tone::Alarm),
        Severity::Warning => Cell::badge(layout.text("onboarding-severity-warning"), Tone::Care),
        Severity::Note => Cell::badge(layout.text("onboarding-severity-note"), Tone::Plain),
    }
}

/// What is wrong, and what to do about it. The match is exhaustive: a code without a text does not compile, and one that bears the name
/// of another is found by the test.
fn sentence(what: What) -> TextId {
    match what {
        What::OwnMachine => id("finding-redirect-own-machine"),
        What::IpAddress => id("finding-redirect-ip-address"),
        What::LeadsElsewhere => id("finding-redirect-leads-elsewhere"),
        What::ClaimableScheme => id("finding-redirect-claimable-scheme"),
        What::SchemeNotReversed => id("finding-redirect-scheme-not-reversed"),
        What::SeveralHosts => id("finding-redirect-several-hosts"),
        What::NotToldOfSignOut => id("finding-no-sign-out"),
        What::NoReturnAfterSignOut => id("finding-no-post-logout-redirect"),
        What::NoOrganisation => id("finding-no-organisation"),
        What::NoPurpose => id("finding-no-purpose"),
        What::OneLanguage => id("finding-one-language"),
        What::NoContact => id("finding-no-contact"),
        What::NoPrivacyPolicy => id("finding-no-policy-uri"),
        What::TokensThroughBrowser => id("finding-front-channel-access-tokens"),
        What::PkceOptional => id("finding-pkce-optional"),
        What::LegacyPolicy => id("finding-legacy-policy"),
        What::RefreshUnbound => id("finding-refresh-unbound"),
        What::SecretSoonOver => id("finding-secret-soon-over"),
        What::FormerSecret => id("finding-former-secret"),
        What::KeysUnusable => id("finding-keys-unusable"),
        What::KeysUnreachable => id("finding-keys-unreachable"),
        What::NoFittingKey => id("finding-no-fitting-key"),
        What::KeyWithoutId => id("finding-key-without-id"),
        What::KeySoonOver => id("finding-key-soon-over"),
        What::CertificateSoonOver => id("finding-certificate-soon-over"),
        What::ClockAway => id("finding-clock-away"),
        What::LogoutUnreachable => id("finding-logout-unreachable"),
        What::LogoutNotThere => id("finding-logout-not-there"),
        What::LogoutBelievesAnything => id("finding-logout-believes-anything"),
        What::LogoutFails => id("finding-logout-fails"),
        What::RequestUriUnreachable => id("finding-request-uri-unreachable"),
        What::ScopeUnused => id("finding-scope-unused"),
        What::SectorUnreachable => id("finding-sector-unreachable"),
        What::SectorIncomplete => id("finding-sector-incomplete"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::text::{Language, get};

    #[test]
    fn no_code_lacks_its_own_sentence_in_any_language() {
        for language in Language::ALL {
            let mut sentences = BTreeSet::new();
            for what in What::ALL {
                let named = format!("{:?}", sentence(*what));
                let code = format!("\"finding-{}\"", what.as_str().replace('_', "-"));
                assert!(named.contains(&code), "{what:?}: {named}");
                let said = get(language, sentence(*what), &[]);
                assert!(!said.contains('⟦') && said.ends_with('.'), "{language:?} {what:?}: {said}");
                assert!(sentences.insert(said), "{language:?} {what:?} is told as another is");
            }
        }
    }
}
