//! `senid citizen add|show`.

use super::program::Senid;

const AN: [&str; 6] = ["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An"];
const PASSWORD: &str = "hoa-sen-demo-2026\n";

#[test]
fn a_citizen_is_added_and_shown_masked() {
    let senid = Senid::ready();
    let more = [
        "--birthdate",
        "1990-05-17",
        "--gender",
        "male",
        "--phone",
        "0912 345 678",
        "--phone-verified",
        "--email",
        "An@example.vn",
        "--address",
        "1 Tràng Tiền\nHà Nội",
        "--account-level",
        "2",
        "--password-stdin",
    ];
    let added = senid.run_with(&[&AN[..], &more].concat(), PASSWORD).ended(0);
    assert!(added.out.contains("(001•••••456) was added and can sign in with 2 names\n"), "{}", added.out);
    assert_eq!(added.err, "");
    for name in ["001090123456", "001 090 123 456", "+84912345678"] {
        let shown = senid.run(&["citizen", "show", name]).ended(0).out;
        for secret in ["001090123456", "Nguyễn", "Văn", "1990-05", "912345", "An@", "an@", "Tràng", "male"] {
            assert!(!shown.contains(secret), "{secret} is shown in {shown}");
        }
        assert!(shown.contains("phone_number           +84•••••678\n"), "{shown}");
    }
    // The address was not verified, so nobody signs in with it.
    let unknown = senid.run(&["citizen", "show", "an@example.vn"]).ended(1);
    assert_eq!(unknown.err, "senid: there is no citizen a•••@example.vn\n");
}

#[test]
fn everything_that_a_claim_tells_can_be_entered() {
    let senid = Senid::ready();
    let more = "--family-name Nguyễn --given-name An --middle-name Văn --nickname Tí --preferred-username an.nguyen \
         --profile https://an.example/about --picture https://an.example/a.jpg --website https://an.example \
         --zoneinfo Asia/Ho_Chi_Minh --locale vi-VN --birthdate 1990-05-00 --in-language family_name#RU=Нгуен \
         --in-language given_name#ru=Ан --in-language nickname#vi-latn=Ti";
    let more: Vec<&str> = more.split_whitespace().collect();
    senid.run(&[&AN[..], &more].concat()).ended(0);
    let shown = senid.run(&["citizen", "show", "001090123456", "--reveal", "--reason", "vé 17", "--json"]).ended(0);
    let particulars = shown.json()["particulars"].clone();
    for (claim, told) in [
        ("nickname", "Tí"),
        ("preferred_username", "an.nguyen"),
        ("profile", "https://an.example/about"),
        ("picture", "https://an.example/a.jpg"),
        ("website", "https://an.example/"),
        ("zoneinfo", "Asia/Ho_Chi_Minh"),
        ("locale", "vi-VN"),
        ("birthdate", "1990-05"),
        ("family_name#ru", "Нгуен"),
        ("given_name#ru", "Ан"),
        ("nickname#vi-Latn", "Ti"),
    ] {
        assert_eq!(particulars[claim], told, "{claim}");
    }
    let masked = senid.run(&["citizen", "show", "001090123456"]).ended(0).out;
    for secret in ["Tí", "an.nguyen", "an.example", "1990-05", "Нгуен"] {
        assert!(!masked.contains(secret), "{secret} is shown in {masked}");
    }
    assert!(masked.contains("family_name#ru      Н•••\n"), "{masked}");
}

#[test]
fn what_portals_would_show_as_a_link_is_https_and_a_name_has_a_language() {
    let senid = Senid::ready();
    let address = "expected an address such as https://example.org/an, at most 500 characters";
    for wrong in
        ["http://an.example/", "javascript:alert(1)", "data:text/html,x", "https://an@an.example/", "an.example"]
    {
        let ran = senid.run(&[&AN[..], &["--picture", wrong]].concat()).ended(2);
        assert_eq!(ran.err, format!("senid: --picture: {address}\n"), "{wrong}");
    }
    for wrong in ["name=An", "name#=An", "name#r=An", "gender#ru=m", "nam#ru=An", "name#ru"] {
        let ran = senid.run(&[&AN[..], &["--in-language", wrong]].concat()).ended(2);
        assert!(ran.err.contains("expected a name, its language and the text, such as name#ru=..."), "{}", ran.err);
    }
}

/// What somebody calls themselves is told to every portal that asks for their profile.
#[test]
fn nobody_is_called_by_a_number_of_the_state_s() {
    let senid = Senid::ready();
    for number in ["001090123456", "001 090 999 999", "012345678", "MST 8012345677"] {
        let ran = senid.run(&[&AN[..], &["--preferred-username", number]].concat()).ended(2);
        let expected = "senid: --preferred-username: expected a name of their own, and no number of the state's\n";
        assert_eq!(ran.err, expected, "{number}");
    }
    senid.run(&[&AN[..], &["--preferred-username", "an1990"]].concat()).ended(0);
}

#[test]
fn what_is_revealed_is_recorded_with_its_reason() {
    let senid = Senid::ready();
    senid.run(&AN).ended(0);
    assert!(senid.run(&["citizen", "show", "001090123456", "--reveal"]).ended(2).err.contains("--reason <REASON>"));
    let shown = senid.run(&["citizen", "show", "001090123456", "--reveal", "--reason", "vé 17", "--json"]).ended(0);
    assert_eq!(shown.json()["particulars"]["national_id"], "001090123456");
    assert_eq!(shown.json()["particulars"]["name"], "Nguyễn Văn An");
    let (kind, details) = senid.recorded(&["--citizen", "001090123456"]).remove(0);
    assert_eq!(
        (kind.as_str(), &details["reason"], &details["sight"]),
        ("citizen.shown", &"vé 17".into(), &"revealed".into())
    );
}

#[test]
fn unusual_numbers_and_contradictions_are_warnings() {
    let senid = Senid::ready();
    let add = [
        "citizen",
        "add",
        "--national-id",
        "999190123456",
        "--name",
        "X",
        "--birthdate",
        "1991-01-01",
        "--gender",
        "male",
    ];
    let added = senid.run(&add).ended(0);
    let warnings: Vec<&str> = added.err.lines().collect();
    assert_eq!(
        warnings,
        [
            "senid: warning: the place of registration is not a known province",
            "senid: warning: the year of birth is another than the national identifier says",
            "senid: warning: the gender is another than the national identifier says",
        ]
    );
}

#[test]
fn every_fault_is_said_at_once_and_nobody_is_added() {
    let senid = Senid::ready();
    let wrong = [
        "citizen",
        "add",
        "--national-id",
        "12345",
        "--name",
        " ",
        "--gender",
        "m",
        "--birthdate",
        "1990-02-30",
        "--phone",
        "113",
        "--email",
        "an",
        "--account-level",
        "3",
    ];
    let ran = senid.run(&wrong).ended(2);
    let mut lines: Vec<&str> = ran.err.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "senid: --account-level: expected 0, 1 or 2",
            "senid: --birthdate: expected a date such as 1990-05-17, or 1990-05 or 1990 where no more is known",
            "senid: --email: expected an e-mail address",
            "senid: --gender: expected female, male or other",
            "senid: --name: expected the whole name",
            "senid: --national-id: expected 12 digits, found 5",
            "senid: --phone: expected a phone number such as +84912345678",
        ]
    );
    let future = senid.run(&[&AN[..], &["--birthdate", "2999-01-01"]].concat()).ended(2);
    assert_eq!(future.err, "senid: --birthdate: expected a day between 1850 and today\n");
    senid.run(&["citizen", "show", "001090123456"]).ended(1);
}

#[test]
fn a_password_is_judged_and_never_kept_as_it_was_typed() {
    let senid = Senid::ready();
    let add = [&AN[..], &["--password-stdin"]].concat();
    for (typed, why) in [
        ("ngan", "the password is shorter than 15 characters"),
        ("Nguyễn Văn An 1", "the password is little more than its owner's name"),
        ("aaaaaaaaaaaaaaaa", "the password repeats one piece"),
    ] {
        assert_eq!(senid.run_with(&add, typed).ended(2).err, format!("senid: --password-stdin: {why}\n"));
    }
    senid.run_with(&add, PASSWORD).ended(0);
    for file in ["senid.db", "senid.db-wal"] {
        let kept = std::fs::read(senid.path().join(file)).unwrap_or_default();
        for secret in ["hoa-sen-demo-2026", "001090123456", "Nguyễn"] {
            assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} lies in {file}");
        }
    }
}

#[test]
fn nobody_has_another_s_name() {
    let senid = Senid::ready();
    senid.run(&[&AN[..], &["--phone", "+84912345678", "--phone-verified"]].concat()).ended(0);
    assert_eq!(senid.run(&AN).ended(1).err, "senid: another citizen signs in with this national id\n");
    let binh = ["citizen", "add", "--national-id", "079192000123", "--name", "Trần Thị Bình", "--phone", "0912345678"];
    let taken = senid.run(&[&binh[..], &["--phone-verified"]].concat()).ended(1);
    assert_eq!(taken.err, "senid: another citizen signs in with this phone\n");
    senid.run(&["citizen", "show", "079192000123"]).ended(1);
    senid.run(&binh).ended(0);
}

#[test]
fn who_is_meant_must_be_a_name() {
    let ran = Senid::ready().run(&["citizen", "show", "nguyen van an"]).ended(2);
    assert_eq!(
        ran.err,
        "senid: CITIZEN: expected a citizen's id, a national identifier, a phone number or an e-mail address\n"
    );
}

#[test]
fn a_citizen_is_renumbered_for_a_reason_that_they_can_read() {
    let senid = Senid::ready();
    senid.run(&["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An"]).ended(0);
    let renumber = |more: &[&str]| senid.run(&[&["citizen", "renumber", "001090123456"], more].concat());
    renumber(&["--to", "001090123465"]).ended(2);
    let wrong = renumber(&["--to", "12345", "--reason", "x"]).ended(2);
    assert!(wrong.err.starts_with("senid: --to: "), "{}", wrong.err);
    renumber(&["--to", "001090123465", "--reason", "entered wrongly"]).ended(0);
    renumber(&["--to", "001090123465", "--reason", "entered wrongly"]).ended(1);
    senid.run(&["citizen", "show", "001090123465"]).ended(0);
    let events = senid.recorded(&["--citizen", "001090123465"]);
    let details = &events.iter().find(|(kind, _)| kind == "citizen.renumbered").unwrap().1;
    assert_eq!(details["reason"], "entered wrongly");
    assert!(!details.to_string().contains("090123"), "{details}");
}
