//! Hashes that others made: by libxcrypt, by Python's hashlib, and as passlib, Django and ASP.NET Identity write them down.

use proptest::prelude::*;

use super::*;

const PASSWORD: &str = "hoa-sen-demo-2026";

pub(crate) const HASHES: &[&str] = &[
    "$2b$06$R9h/cIPz0gi.URNNX3kh2OhPEFJzuDCGl33/FnKrFD91mkABVfCse",
    "$2y$04$abcdefghijklmnopqrstuuwy/hvbfWj7L5K6z36Ykvd3N0rTQOvem",
    "$2a$05$abcdefghijklmnopqrstuuTgAJqJ9RhSslLKXXBLrkXf7MRz4nptm",
    "$5$rounds=1000$muoicuasen$rcSbhwPquWgifb44VODfm5oMjsV6HSw7OyMpuPM.578",
    "$5$muoicuasen$fvKik5hyUaE6cypu0n3f4sc0zQ8of71nGv2a5CbZmg0",
    "$6$rounds=5001$muoi.cua/sen1234$7FxxIGyIfkQfSIB3t3pCimja3RGslattSYUKxj/eGlYkDhCHxIFBwZ8FwnYZItRaCGy7ie3QvfqzbRQnO9xad0",
    "$6$x$TcDIZ1I/PXcGwkIgtl874tD2cImmF4xoxsmk02p1RnXDUBcDVv6uuHsSX8ucryUtqkHqHfbN4z07dS/6PWCqE/",
    "$pbkdf2-sha256$i=1000,l=32$bXVvaSBjdWEgc2VuIDE2Yg$4UiVBFPyCd/6cP+TfpbossHtYViUUB9a04gSrJutOho",
    "$pbkdf2-sha512$i=1000,l=32$bXVvaSBjdWEgc2VuIDE2Yg$rU6fD4TXasGPP0SGDflf8wYSxOJZDz6q9oTt9uYNjUU",
    "$pbkdf2-sha1$i=1000,l=32$bXVvaSBjdWEgc2VuIDE2Yg$RQP5SjwP7t/s5D9m1fGKE0BT0OCd9mI8lBv9jTBulaQ",
    "$pbkdf2-sha256$1200$bXVvaSBjdWEgc2VuIDE2Yg$nCxJj2T.PpwYZBvLrhttXBQI7vsSYIIB4m2sji6g6n8",
    "$pbkdf2-sha512$1200$bXVvaSBjdWEgc2VuIDE2Yg$zgTm.tUwopOiSJYkVy1wLspJJGayTMuGw2Aerqe6MtzHKNmAG4xu.4m2MAsuJNS0QeLJL/19PsIUJk6uZeLP3w",
    "$pbkdf2$1200$bXVvaSBjdWEgc2VuIDE2Yg$BMRspF12J4vR/d.k8z/hYPpdRIY",
    "pbkdf2_sha256$1000$MuoiCuaSen22$5PYO0P/bcJGdtQm91wKGJc6KyA09IcRAcJHKZ6oqIaY=",
    "pbkdf2_sha1$1000$MuoiCuaSen22$6dnPIS/dJjOBo6sqNmzqGvWo9YQ=",
    "AQAAAAEAACcQAAAAEG11b2kgY3VhIHNlbiAxNmK8SghnTdgDdoy7NM7W8HZhtd2XlfFZqbmdFUYGhqnu4Q==",
    "AG11b2kgY3VhIHNlbiAxNmJFA/lKPA/u3+zkP2bV8YoTQFPQ4J32YjyUG/2NMG6VpA==",
];

fn parse(text: &str) -> Option<Result<Foreign, PhcError>> {
    Foreign::parse(text)
}

fn fault(text: &str) -> Option<PhcError> {
    parse(text).and_then(Result::err)
}

#[test]
fn every_kind_is_checked_with_its_password_and_no_other() {
    for text in HASHES {
        let hash = parse(text).unwrap_or_else(|| panic!("{text}")).unwrap();
        assert_eq!(hash.verify(PASSWORD.as_bytes()), Verdict::Right, "{text}");
        for wrong in ["", "hoa-sen-demo-2027", "hoa-sen-demo-2026 ", "Hoa-sen-demo-2026", "hoa-sen-demo-202"] {
            assert_eq!(hash.verify(wrong.as_bytes()), Verdict::Wrong, "{text}: {wrong:?}");
        }
    }
}

#[test]
fn bcrypt_takes_the_beginning_of_a_long_password() {
    // 72 bytes of letters with an accent, and more: what it never saw it cannot hold against anybody.
    let hash = parse("$2b$04$abcdefghijklmnopqrstuuKiIlCeXB6chNXkLyAo8C7XcLPzh6zUe").unwrap().unwrap();
    assert_eq!(hash.verify("é".repeat(40).as_bytes()), Verdict::Right);
    assert_eq!(hash.verify("é".repeat(35).as_bytes()), Verdict::Wrong);
}

#[test]
fn what_is_no_known_kind_is_not_guessed_at() {
    for text in [
        "",
        "$",
        "hoa-sen-demo-2026",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "$1$abcdefgh$G1JzAAZB0UHTlUYpU.ry10",
        "$2x$05$abcdefghijklmnopqrstuuTgAJqJ9RhSslLKXXBLrkXf7MRz4nptm",
        "$2$05$abcdefghijklmnopqrstuuTgAJqJ9RhSslLKXXBLrkXf7MRz4nptm",
        "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
        "$y$j9T$abc$def",
        "$md5$rounds=904$abc$def",
        "sha1$abc$def",
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ] {
        assert!(parse(text).is_none(), "{text}");
    }
}

#[test]
fn what_would_take_a_thread_for_long_is_refused() {
    for text in [
        HASHES[0].replace("$06$", "$13$"),
        HASHES[0].replace("$06$", "$31$"),
        HASHES[3].replace("rounds=1000", "rounds=500001"),
        HASHES[5].replace("rounds=5001", "rounds=999999999"),
        HASHES[7].replace("i=1000", "i=1500001"),
        HASHES[10].replace("$1200$", "$4294967295$"),
        HASHES[13].replace("$1000$", "$1500001$"),
        // Two blocks of SHA-1, each as costly as one.
        HASHES[9].replace("i=1000", "i=750001"),
    ] {
        assert_eq!(fault(&text), Some(PhcError::ForeignTooCostly), "{text}");
    }
    for text in [
        HASHES[0].replace("$06$", "$12$"),
        HASHES[3].replace("rounds=1000", "rounds=500000"),
        HASHES[7].replace("i=1000", "i=1500000"),
        HASHES[9].replace("i=1000", "i=750000"),
    ] {
        assert_eq!(fault(&text), None, "{text}");
    }
}

#[test]
fn what_is_cut_short_or_written_otherwise_is_refused() {
    let cut = |text: &str| text[..text.len() - 2].to_owned();
    for (text, expected) in [
        (cut(HASHES[0]), PhcError::Bcrypt),
        (format!("{}x", HASHES[0]), PhcError::Bcrypt),
        (HASHES[0].replace("$06$", "$6$"), PhcError::Bcrypt),
        (HASHES[0].replace("$06$", "$+6$"), PhcError::Bcrypt),
        (HASHES[0].replace("$06$", "$03$"), PhcError::Bcrypt),
        (HASHES[0].replace("$06$", "$32$"), PhcError::Bcrypt),
        (HASHES[0].replace("hPEF", "hPE!"), PhcError::Bcrypt),
        (cut(HASHES[4]), PhcError::ShaCrypt),
        (HASHES[3].replace("rounds=1000", "rounds=999"), PhcError::ShaCrypt),
        (HASHES[3].replace("rounds=1000", "rounds=01000"), PhcError::ShaCrypt),
        (HASHES[4].replace("muoicuasen", ""), PhcError::ShaCrypt),
        (HASHES[4].replace("muoicuasen", "seventeen-letters"), PhcError::ShaCrypt),
        (format!("{}$", HASHES[4]), PhcError::ShaCrypt),
        (HASHES[7].replace("l=32", "l=31"), PhcError::Pbkdf2),
        (HASHES[7].replace("i=1000", "i=0"), PhcError::Pbkdf2),
        (HASHES[7].replace("i=1000", "i=01000"), PhcError::Pbkdf2),
        (HASHES[7].replace("bXVvaSBjdWEgc2VuIDE2Yg", ""), PhcError::Pbkdf2),
        (format!("{}$", HASHES[10]), PhcError::Pbkdf2),
        ("pbkdf2_sha256$1000$MuoiCuaSen22$AAAA".to_owned(), PhcError::Pbkdf2),
        (
            "AQAAAAkAACcQAAAAEG11b2kgY3VhIHNlbiAxNmK8SghnTdgDdoy7NM7W8HZhtd2XlfFZqbmdFUYGhqnu4Q==".to_owned(),
            PhcError::Pbkdf2,
        ),
    ] {
        assert_eq!(fault(&text), Some(expected), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "(\\$2b\\$|\\$5\\$|\\$6\\$rounds=|\\$pbkdf2-sha256\\$|pbkdf2_sha256\\$)?[0-9$./A-Za-z=,]{0,90}|\\PC*") {
        let _ = parse(&text);
    }
}
