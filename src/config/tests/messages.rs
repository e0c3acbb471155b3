//! `[messages]`: what goes out, and what is refused.

use super::{sentences, settings};
use crate::config::MailSecurity;
use crate::domain::message::Channel;

const MAIL: &str = "[messages.mail]\nserver = \"smtp.example:587\"\nfrom = \"no-reply@id.example\"\n";

#[test]
fn nothing_goes_out_where_nothing_is_set() {
    let messages = settings("", &[]).messages;
    assert!(Channel::ALL.into_iter().all(|channel| !messages.offers(channel)));
    assert!(!messages.sms_counts);
}

#[test]
fn mail_goes_out_over_tls_and_with_its_password_from_a_file_or_the_environment() {
    let messages = settings(MAIL, &[]).messages;
    assert!(messages.offers(Channel::Email) && !messages.offers(Channel::Sms));
    let mail = messages.mail.unwrap();
    assert_eq!((mail.host.as_str(), mail.port, mail.security), ("smtp.example", 587, MailSecurity::StartTls));
    let environment = [("SENID_MESSAGES__MAIL__USERNAME", "senid"), ("SENID_MESSAGES__MAIL__PASSWORD", "hunter2")];
    let mail = settings(MAIL, &environment).messages.mail.unwrap();
    assert_eq!(mail.login.as_ref().unwrap().1.expose(), "hunter2");
    assert!(!format!("{mail:?}").contains("hunter2"));
}

#[test]
fn mail_in_clear_stays_on_this_machine() {
    let clear = |server: &str| {
        sentences(
            &format!("[messages.mail]\nserver = \"{server}\"\nsecurity = \"none\"\nfrom = \"a@b.example\"\n"),
            &[],
        )
    };
    assert_eq!(clear("127.0.0.1:2525"), [""; 0]);
    let said = clear("smtp.example:25");
    assert!(said.len() == 1 && said[0].contains("does not cross a network in clear"), "{said:?}");
}

#[test]
fn what_would_not_work_is_said() {
    for (file, expected) in [
        ("[messages.mail]\nserver = \"smtp.example:587\"\n", "expected the mail address that messages come from"),
        ("[messages.mail]\nserver = \"smtp.example\"\n", "expected a mail server's name and port"),
        ("[messages.mail]\nserver = \"smtp.example:0\"\n", "expected a mail server's name and port"),
        ("[messages.mail]\nusername = \"senid\"\n", "together with messages.mail.password_file"),
        ("[messages.mail]\nfrom = \"SenID <a@b>, c@d\"\n", "expected a mail address"),
        ("[messages.sms]\nurl = \"https://sms.example/send\"\n", "expected messages.sms.key_file beside it"),
        ("[messages.sms]\nkey = \"short\"\n", "expected a key of at least 32 characters"),
        ("[messages.sms]\nkey_id = \"a\\\"b\"\n", "url"),
        ("[messages]\ncalling_codes = [\"084\"]\n", "expected the digits of a calling code"),
    ] {
        let said = sentences(file, &[]);
        match expected {
            // Without a gateway the rest of its settings is not looked at.
            "url" => assert_eq!(said, [""; 0]),
            expected => assert!(said.len() == 1 && said[0].contains(expected), "{file}: {said:?}"),
        }
    }
    let quoted = "[messages.sms]\nurl = \"https://sms.example\"\nkey = \"an-example-of-a-key-of-32-letters\"\nkey_id = \"a\\\"b\"\n";
    assert!(sentences(quoted, &[])[0].contains("without quotes"));
}

#[test]
fn text_messages_go_to_the_countries_that_are_named() {
    let messages = settings("[messages]\ncalling_codes = [\"84\", \"+336\"]\n", &[]).messages;
    for (number, reached) in
        [("+84912345678", true), ("+33612345678", true), ("+33112345678", false), ("84912345678", false)]
    {
        assert_eq!(messages.reaches(number), reached, "{number}");
    }
}
