//! A database that was stolen, dumped and looked through names none of its citizens, however what they are called is spelt.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use senid::config::{Mail, MailSecurity, Settings};
use senid::demo::people::{PEOPLE, Person};
use senid::domain::account_life::Transition;
use unicode_normalization::UnicodeNormalization;

use crate::support::world::{AN, BINH, Backend, CHAU};
use crate::support::{Postgres, World, free_port};

use super::up_to_password;

/// What is no secret, to show that what is looked through is what there is: a portal's name.
const PUBLIC: &str = "The tax office";

/// Everybody is told something, and nobody takes it: what is told waits.
fn with_mail_that_waits(settings: &mut Settings) {
    settings.messages.mail = Some(Mail {
        host: "localhost".to_owned(),
        port: free_port(),
        security: MailSecurity::None,
        from: "no-reply@id.example.gov".to_owned(),
        login: None,
    });
}

/// What happens to people: they sign in at portals, mistype, look at their account, are locked, renumbered, handed codes.
async fn everybody_lives(world: &World) {
    for (portal, citizen) in [("tax-office", AN), ("tax-office", BINH), ("customs", CHAU)] {
        let portal = world.portal(portal);
        let (mut browser, tokens) = world.signed_in(&portal, &citizen).await;
        portal.claims(&tokens.access_token()).await;
        portal.refresh(&tokens.refresh_token()).await;
        for page in ["/account", "/account/activity", "/account/security", "/account/sessions"] {
            browser.open(page).await;
        }
        let mut stranger = world.browser();
        let page = up_to_password(&mut stranger, &portal, &citizen).await;
        citizen.enters(&mut stranger, &page, "a-mistyped-password").await;
    }
    let operator = world.operator();
    operator.takes(&BINH, Transition::Lock, "a letter of the court").await.unwrap();
    operator.takes(&BINH, Transition::Unlock, "the court has changed its mind").await.unwrap();
    operator.renumbers(&CHAU, "048301004999").await.unwrap();
    world.app(0).background.idle().await;
    world.app(0).audit.flush().await;
}

/// All that would tell somebody who a person is: their number, names, contacts, birth and home.
fn tells_of(person: &Person) -> Vec<String> {
    let mut tells: Vec<String> =
        [person.name, person.national_id, person.birthdate, person.email, person.address].map(str::to_owned).into();
    tells.push(person.phone.trim_start_matches("+84").to_owned());
    // Parts of names that are long enough not to be part of something else.
    let words = person.name.split(' ').filter(|word| word.chars().count() >= 5);
    tells.extend(words.map(str::to_owned));
    if let Some(more) = &person.more {
        let said = [more.preferred_username, more.profile, more.website, more.street_address, more.locality];
        tells.extend(said.map(str::to_owned));
        tells.extend(more.localised.map(|(_, name, ..)| name.to_owned()));
    }
    tells
}

/// A text with and without its marks, as it is written and in small letters.
fn forms(text: &str) -> Vec<String> {
    let plain: String = text
        .nfd()
        .filter(|letter| !unicode_normalization::char::is_combining_mark(*letter))
        .map(|letter| match letter {
            'đ' => 'd',
            'Đ' => 'D',
            other => other,
        })
        .collect();
    let decomposed: String = text.nfd().collect();
    let mut forms = vec![text.to_owned(), decomposed, plain];
    forms.extend(forms.clone().iter().map(|form| form.to_lowercase()));
    forms.sort();
    forms.dedup();
    forms
}

/// A form as it is, and as hexadecimal and base64 write it, wherever in a longer value it stands.
fn spellings(form: &str) -> Vec<String> {
    let bytes = form.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut spellings = vec![form.to_owned(), hex.to_uppercase(), hex];
    // What stands on either side changes the first and the last letters.
    if bytes.len() >= 8 {
        for before in 0..3 {
            let padded = [&b"xx"[..before], bytes].concat();
            for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                let text = engine.encode(&padded);
                let inner = text.get([0, 2, 3][before]..padded.len() / 3 * 4).unwrap_or_default();
                spellings.push(inner.to_owned());
            }
        }
    }
    spellings
}

fn names_nobody(dump: &[u8]) {
    // What is no text has its bytes replaced; a text between them stays.
    let dump = String::from_utf8_lossy(dump);
    assert!(dump.contains(PUBLIC), "the dump is not complete");
    for person in &PEOPLE {
        for tell in tells_of(person) {
            for spelling in forms(&tell).iter().flat_map(|form| spellings(form)) {
                assert!(!dump.contains(&spelling), "{tell} is in it, spelt {spelling}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_of_postgres_names_nobody() {
    let world = World::start(Backend::production().await, with_mail_that_waits).await;
    everybody_lives(&world).await;
    names_nobody(&Postgres::start().dump(world.backend().postgres_url()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_of_sqlite_name_nobody() {
    let world = World::start(Backend::embedded().await, with_mail_that_waits).await;
    everybody_lives(&world).await;
    let file = world.backend().file();
    let mut all = Vec::new();
    for suffix in ["", "-wal", "-shm"] {
        all.extend(std::fs::read(format!("{}{suffix}", file.display())).unwrap());
    }
    names_nobody(&all);
}

#[test]
fn a_name_is_found_however_it_is_spelt() {
    let person = &PEOPLE[0];
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    for dump in [
        format!("{PUBLIC} {}", person.name),
        format!("{PUBLIC} nguyen van an"),
        format!("{PUBLIC} \\x00{}ff", hex(person.national_id)),
        format!("{PUBLIC} {}", URL_SAFE_NO_PAD.encode(format!("{{\"email\":\"{}\"}}", person.email))),
        format!("{PUBLIC} {}", STANDARD_NO_PAD.encode(format!("a{}b", person.address))),
    ] {
        let looked = std::panic::catch_unwind(|| names_nobody(dump.as_bytes()));
        assert!(looked.is_err(), "{dump}");
    }
    names_nobody(PUBLIC.as_bytes());
}
