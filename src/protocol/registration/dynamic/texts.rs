//! `client_name`, `contacts`, `software_id`, `software_version`: what people read, and whom the authority asks.

use url::Url;

use super::fault::Faults;
use super::{Metadata, Policy};
use crate::domain::client::{Client, Localised, Software};
use crate::domain::unseen::is_unseen;

/// Characters: as much as a page shows in one line.
const LONGEST_NAME: usize = 100;
const LONGEST: usize = 254;
const MOST_CONTACTS: usize = 10;

pub(super) fn check(metadata: &Metadata, _: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    for (language, name) in &metadata.client_name.0 {
        let member = if language.is_empty() { "client_name".to_owned() } else { format!("client_name#{language}") };
        if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
            faults.add(member, format!("expected 1 to {LONGEST_NAME} characters"));
        } else if name.chars().any(is_unseen) {
            faults.add(member, "has characters that are not seen or that turn the direction of writing");
        }
    }
    if metadata.contacts.len() > MOST_CONTACTS || metadata.contacts.iter().any(|contact| contact.len() > LONGEST) {
        faults.add("contacts", format!("expected at most {MOST_CONTACTS}, each of at most {LONGEST} bytes"));
    }
    for (member, text) in [("software_id", &metadata.software_id), ("software_version", &metadata.software_version)] {
        if text.as_ref().is_some_and(|text| text.len() > LONGEST) {
            faults.add(member, format!("expected at most {LONGEST} bytes"));
        }
    }
    client.display.name = metadata.client_name.clone();
    if client.display.name.0.is_empty()
        && let Some(host) =
            metadata.redirect_uris.iter().find_map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned))
    {
        // People read where they are sent rather than nothing.
        client.display.name = Localised::plain(host);
    }
    client.display.contacts.clone_from(&metadata.contacts);
    client.software = Software {
        id: metadata.software_id.clone(),
        version: metadata.software_version.clone(),
        ..Software::default()
    };
}
