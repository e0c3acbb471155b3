use proptest::prelude::*;

use super::*;

fn judged(password: &str, purpose: PasswordUse, context: &Context) -> Result<String, Refusal> {
    judge(&SecretString::new(password), Lengths::default(), purpose, context)
        .map(|password| password.expose().to_owned())
}

fn alone(password: &str) -> Result<(), Refusal> {
    judged(password, PasswordUse::Alone, &Context::default()).map(drop)
}

fn an() -> Context {
    Context::default()
        .identifier("001090123456")
        .name("Nguyễn Văn An")
        .phone("+84 912 345 678")
        .email("an.nguyen@example.vn")
        .service_name("SenID")
}

#[test]
fn length_is_counted_in_characters_and_depends_on_the_second_factor() {
    let fifteen = "mưa rào cuối hạ";
    assert_eq!(fifteen.chars().count(), 15);
    assert_eq!(alone(fifteen), Ok(()));
    assert_eq!(alone("mưa rào cuối h"), Err(Refusal::TooShort { least: 15 }));
    assert_eq!(judged("mưa rào!", PasswordUse::WithSecondFactor, &an()), Ok("mưa rào!".to_owned()));
    assert_eq!(judged("mưa rào", PasswordUse::WithSecondFactor, &an()), Err(Refusal::TooShort { least: 8 }));
    assert_eq!(alone(""), Err(Refusal::TooShort { least: 15 }));
}

#[test]
fn a_password_has_at_most_128_characters_after_normalisation() {
    let words = "mua rao cuoi ha tren mai ngoi cu ".repeat(4);
    let long: String = words.chars().take(127).chain(['!']).collect();
    assert_eq!(long.chars().count(), 128);
    assert_eq!(alone(&long), Ok(()));
    assert_eq!(alone(&format!("{long}x")), Err(Refusal::TooLong { most: 128 }));
    // Eighteen characters each once its compatibility form is written out.
    assert_eq!(alone(&"ﷺ".repeat(8)), Err(Refusal::TooLong { most: 128 }));
    assert_eq!(alone(&"x".repeat(1_000_000)), Err(Refusal::TooLong { most: 128 }));
}

#[test]
fn one_password_is_the_same_however_it_was_typed() {
    let composed = judged("mưa rào cuối hạ", PasswordUse::Alone, &an());
    let decomposed: String = "mưa rào cuối hạ".chars().flat_map(|c| c.to_string().nfd().collect::<Vec<_>>()).collect();
    assert_ne!(decomposed, "mưa rào cuối hạ");
    assert_eq!(judged(&decomposed, PasswordUse::Alone, &an()), composed);
    assert_eq!(judged("mưa\u{a0}rào cuối\u{3000}hạ", PasswordUse::Alone, &an()), composed);
}

#[test]
fn no_kind_of_character_is_demanded() {
    for password in ["luamoitrenruong", "LUAMOITRENRUONG", "739105826470193", "🌾🍚🐟🥢🍜🌶🥥🍌🐘🐉🏮🎋🪷🛶🌊"]
    {
        assert_eq!(alone(password), Ok(()), "{password}");
    }
}

#[test]
fn control_characters_are_refused() {
    for control in ['\0', '\n', '\t', '\u{7f}', '\u{85}'] {
        assert_eq!(alone(&format!("mưa rào{control} cuối hạ")), Err(Refusal::ControlCharacter), "{control:?}");
    }
}

#[test]
fn what_everybody_tries_is_refused_in_any_dress() {
    for (password, expected) in [
        ("password1", Refusal::Common),
        ("PassWord1", Refusal::Common),
        ("p@ssw0rd", Refusal::Common),
        ("Pass-Word-1", Refusal::Common),
        ("ｐａｓｓｗｏｒｄ１", Refusal::Common),
        ("anhyêuem", Refusal::Common),
        ("aaaaaaaaaaaaaaaaaa", Refusal::Repetitive),
        ("hoasen hoasen hoasen ", Refusal::Repetitive),
        ("hoasen hoasen ho", Refusal::Repetitive),
        ("345678901234567890", Refusal::Sequential),
        ("zyxwvutsrqponmlkji", Refusal::Sequential),
        ("wertyuiopasdfghj", Refusal::Sequential),
        ("3456-7890-1234-5678-90", Refusal::Sequential),
    ] {
        assert_eq!(
            judged(password, PasswordUse::WithSecondFactor, &Context::default()).map(drop),
            Err(expected),
            "{password}"
        );
    }
}

#[test]
fn what_others_know_is_not_enough() {
    for (password, expected) in [
        ("001090123456abc", ContextWord::Identifier),
        ("001-090-123-456-an", ContextWord::Identifier),
        ("NguyenVanAn1990!", ContextWord::Name),
        ("nguyễn văn an 123", ContextWord::Name),
        ("0912345678-0912345678x", ContextWord::Phone),
        ("+84 912 345 678 !!", ContextWord::Phone),
        ("an.nguyen@example", ContextWord::Email),
        ("SenID SenID 2026", ContextWord::ServiceName),
    ] {
        assert_eq!(
            judged(password, PasswordUse::Alone, &an()).map(drop),
            Err(Refusal::Context(expected)),
            "{password}"
        );
    }
    for password in ["nguyen trong vuon cam chieu", "hoa-sen-demo-2026", "senid khong phai la tat ca"] {
        assert_eq!(judged(password, PasswordUse::Alone, &an()).map(drop), Ok(()), "{password}");
    }
}

#[test]
fn nothing_of_a_password_or_its_context_is_printed() {
    let password = NormalisedPassword::new(&SecretString::new("mưa rào cuối hạ"), 128).unwrap();
    assert_eq!(format!("{password:?}"), "NormalisedPassword([secret])");
    assert_eq!(format!("{:?}", an()), "[context]");
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing(typed in "\\PC{0,60}") {
        if let Ok(once) = NormalisedPassword::new(&SecretString::new(typed), 256) {
            let twice = NormalisedPassword::new(&SecretString::new(once.expose()), 256).unwrap();
            prop_assert_eq!(once, twice);
        }
    }

    #[test]
    fn any_text_is_judged(typed in any::<String>()) {
        if let Ok(password) = judged(&typed, PasswordUse::WithSecondFactor, &an()) {
            prop_assert!((8..=128).contains(&password.chars().count()));
            prop_assert!(!password.contains('\0'));
        }
    }
}
