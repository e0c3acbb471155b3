//! What of a draft does not fit its kind, in the reader's language.

use crate::flows::onboarding::draft::{MOST_CONTACTS, Misfit, Rule, scopes};
use crate::web::console::Wrong;
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

pub(super) fn wrong(layout: &Layout, misfit: &Misfit) -> Wrong {
    let Some(text) = text(misfit.rule) else {
        let fault = misfit.fault();
        return Wrong::english(format!("{}: {}", fault.field, fault.sentence));
    };
    let (scopes, most) = (scopes().join(", "), MOST_CONTACTS as i64);
    let said = [("value", misfit.detail.as_str().into()), ("scopes", scopes.into()), ("most", most.into())];
    Wrong { text: layout.voice.compose(text, &said), english: false }
}

/// `None` for what is said in the words of a standard's rules.
fn text(rule: Rule) -> Option<TextId> {
    Some(match rule {
        Rule::SignsNobodyIn => id("misfit-signs-nobody-in"),
        Rule::NoKeyOfItsOwn => id("misfit-no-key-of-its-own"),
        Rule::NothingCallsIt => id("misfit-nothing-calls-it"),
        Rule::ScopeByApproval => id("misfit-scope-by-approval"),
        Rule::ScopeOfPeople => id("misfit-scope-of-people"),
        Rule::ScopeUnknown => id("misfit-scope-unknown"),
        Rule::NoAddress => return None,
        Rule::NotHttps => id("misfit-not-https"),
        Rule::NoContacts => id("misfit-no-contacts"),
        Rule::LocalhostElsewhere => id("misfit-localhost-elsewhere"),
        Rule::NamesPort => id("misfit-names-port"),
        Rule::OwnScheme => id("misfit-own-scheme"),
    })
}
