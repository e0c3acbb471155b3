//! `senid citizen import`: a broken line loses nothing else, and nothing is half-written.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::Value;

use super::program::{Ran, Senid, finish};

const PHC: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

/// The rejected lines as standard error tells them.
fn told(ran: &Ran) -> Vec<&str> {
    ran.err.lines().map(|line| line.strip_prefix("senid: ").unwrap()).collect()
}

#[test]
fn a_file_with_broken_lines_adds_all_the_others() {
    let senid = Senid::ready();
    let mut file =
        b"\xef\xbb\xbfnational_id,name,phone_number,phone_number_verified,account_level,password_hash\r\n".to_vec();
    for line in [
        format!("001090000003,\"Nguyễn Văn \"\"An\"\"\",0912000003,true,1,\"{PHC}\"\r\n"), // 2
        "001090000004,Trần Thị Bình\r\n".to_owned(),                                       // 3: too few columns
        "\r\n".to_owned(),                                                                 // 4: empty
        "001090000006,\"Lê Văn Cường,0912000006,true,1,\r\n".to_owned(),                   // 5: an open quotation mark
        "001090000007,Phạm Dung,0912000007,true,1,\r\n".to_owned(),                        // 6
        "0010900,,113,maybe,9,plain-password\r\n".to_owned(),                              // 7: everything
        "001090000009,\"Đỗ\r\nÂn\",,,,\r\n".to_owned(),                                    // 8: a name of two lines
        "001 090 000 003,Người khác,,,,\r\n".to_owned(),                                   // 10: as line 2
        "001090000011,Hồ Em,+84 912 000 007,true,,\r\n".to_owned(),                        // 11: the phone of line 6
        "001090000012,Bùi Giang,0912000003,false,,\r\n".to_owned(), // 12: not verified, so no name
        "001490000013,Ngô Hà,,true,,\r\n".to_owned(),               // 13: verified nothing
    ] {
        file.extend_from_slice(line.as_bytes());
    }
    file.extend_from_slice(b"001090000014,V\xfb Ho\xe0ng,,,,\r\n"); // 14: not UTF-8
    file.extend_from_slice("003090000015,Dương Khánh,,,,".as_bytes()); // 15: no line end, an unknown province
    senid.write("people.csv", &file);

    let ran = senid.run(&["citizen", "import", "people.csv", "--report", "report.jsonl"]).ended(5);
    assert_eq!(
        told(&ran),
        [
            "line 3: expected 6 columns, found 2 [column_count]",
            "line 5: a quotation mark is opened on this line and not closed [quotation_mark]",
            "line 7, national_id: expected 12 digits, found 7 [malformed]",
            "line 7, name: expected the whole name [missing]",
            "line 7, phone_number_verified: expected true or false [unknown_word]",
            "line 7, phone_number: expected a phone number such as +84912345678 [malformed]",
            "line 7, account_level: expected 0, 1 or 2 [unknown_word]",
            "line 7, password_hash: expected an Argon2id hash as in $argon2id$v=19$m=19456,t=2,p=1$‹salt›$‹hash›, or \
             one of bcrypt, PBKDF2 or SHA-crypt [password_hash]",
            "line 8, name: expected no control characters [malformed]",
            "line 10, national_id: the same national id stands in line 2 [duplicate_in_file]",
            "line 11, phone_number: the same phone stands in line 6 [duplicate_in_file]",
            "line 13, phone_number_verified: there is no phone_number that could be verified [without_value]",
            "line 14, name: is not UTF-8: save the file as CSV in UTF-8 [not_utf8]",
        ]
    );
    assert_eq!(ran.out, "12 citizens read, 4 added, 8 rejected, 1 to be looked at\n");
    for (name, is_there) in [
        ("001090000003", true),
        ("0912000003", true),
        ("001090000006", false),
        ("001090000007", true),
        ("001090000011", false),
        ("001090000012", true),
        ("001490000013", false),
        ("003090000015", true),
    ] {
        assert_eq!(senid.run(&["citizen", "show", name]).code == 0, is_there, "{name}");
    }
    let report = std::fs::read_to_string(senid.path().join("report.jsonl")).unwrap();
    let report: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(report.len(), 14);
    assert_eq!(report[1]["code"], "quotation_mark");
    assert_eq!((&report[13]["outcome"], &report[13]["line"]), (&"warning".into(), &15.into()));
    assert!(!format!("{report:?}{}", ran.err).contains("0010900000"), "a report names nobody");

    // Once more: whoever is there is rejected, and told from a duplicate in the file.
    let again = senid.run(&["citizen", "import", "people.csv"]).ended(1);
    let rejected = told(&again);
    assert!(
        rejected.contains(&"line 2, national_id: another citizen signs in with this national id [taken]"),
        "{rejected:#?}"
    );
    assert_eq!(again.out, "12 citizens read, 0 added, 12 rejected\n");
}

#[test]
fn a_name_in_another_language_is_a_column_or_a_member_of_its_own() {
    let senid = Senid::ready();
    senid.write(
        "people.csv",
        "national_id,name,name#RU,family_name#ru,website\n001090000001,Nguyễn An,Нгуен Ан,Нгуен,https://an.example/\n\
         001090000002,Lê Bình,,,http://binh.example/\n",
    );
    let ran = senid.run(&["citizen", "import", "people.csv"]).ended(5);
    let address = "expected an address such as https://example.org/an, at most 500 characters";
    assert_eq!(told(&ran), [format!("line 3, website: {address} [unknown_word]")]);
    senid.write(
        "people.jsonl",
        "{\"national_id\":\"001090000003\",\"name\":\"Trần Cường\",\"name#ru\":\"Чан Кыонг\",\"birthdate\":\"1990\"}\n\
         {\"national_id\":\"001090000004\",\"name\":\"Dung\",\"gender#ru\":\"male\"}\n",
    );
    let ran = senid.run(&["citizen", "import", "people.jsonl"]).ended(5);
    assert_eq!(told(&ran), ["line 2: there is no member \"gender#ru\" [unknown_member]"]);
    for (number, name) in [("001090000001", "Нгуен Ан"), ("001090000003", "Чан Кыонг")] {
        let shown = senid.run(&["citizen", "show", number, "--reveal", "--reason", "vé 17", "--json"]).ended(0);
        assert_eq!(shown.json()["particulars"]["name#ru"], name);
    }
    senid.write("twice.csv", "national_id,name,name#ru,name#RU\n");
    let twice = senid.run(&["citizen", "import", "twice.csv"]).ended(2);
    assert_eq!(twice.err, "senid: header: the column name#ru is there twice\n");
}

#[test]
fn json_lines_are_read_as_the_columns_are() {
    let senid = Senid::ready();
    senid.write(
        "people.jsonl",
        concat!(
            r#"{"national_id":"001090000001","name":"An","birthdate":"1990-05-17","address":{"formatted":"Hà Nội"}}"#, "\n",
            r#"{"national_id":"001090000002","name":"Bình""#, "\n",
            r#"{"national_id":"001090000003","name":"Cường","nickame":"C"}"#, "\n",
            r#"["001090000004"]"#, "\n",
            r#"{"national_id":1090000005,"name":["Dung"]}"#, "\n",
            r#"{"national_id":"001090000006","name":"Em","email":"em@example.vn","email_verified":true,"account_level":2}"#, "\n",
            r#"{"national_id":"001090000007","name":"Giang","national_id":"001090000008"}"#,
        ),
    );
    let ran = senid.run(&["citizen", "import", "people.jsonl"]).ended(5);
    assert_eq!(
        told(&ran),
        [
            "line 2: expected a JSON object on one line, with no member twice [not_json]",
            "line 3: there is no member \"nickame\" [unknown_member]",
            "line 4: expected a JSON object on one line, with no member twice [not_json]",
            "line 5, name: expected a text, a number, true or false [malformed]",
            "line 7: expected a JSON object on one line, with no member twice [not_json]",
        ]
    );
    let em = senid.run(&["citizen", "show", "em@example.vn", "--json"]).ended(0).json();
    assert_eq!(em["account_level"], 2);
}

/// What contradicts itself about a person is entered, for a registrar to look at; what cannot be is refused.
#[test]
fn contradictions_are_told_line_by_line() {
    let senid = Senid::ready();
    let file = "national_id,name,gender,birthdate,status,account_level\n\
        001090000001,An,female,1990-05-17,,1\n\
        001090000002,Bình,male,1991-05-17,,1\n\
        001090000003,Cường,male,1990-05-17,,1\n\
        001224000004,Dung,male,2024-01-01,active,1\n\
        001224000005,Em,male,2024-01-01,,1\n\
        001090000006,Giang,male,2090-01-01,,1\n\
        001090000007,Hà,male,1990-02-30,,1\n";
    let arguments = ["citizen", "import", "-", "--format", "csv", "--report", "report.jsonl"];
    let ran = senid.run_with(&arguments, file).ended(5);
    assert_eq!(ran.out, "7 citizens read, 4 added, 3 rejected, 2 to be looked at\n");
    let report = std::fs::read_to_string(senid.path().join("report.jsonl")).unwrap();
    let report: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = report
        .iter()
        .map(|entry| [&entry["outcome"], &entry["column"], &entry["code"]].map(|text| text.as_str().unwrap()))
        .zip(report.iter().map(|entry| entry["line"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (["rejected", "status", "too_young"], 5),
            (["rejected", "birthdate", "out_of_range"], 7),
            (["rejected", "birthdate", "malformed"], 8),
            (["warning", "gender", "gender_differs"], 2),
            (["warning", "birthdate", "birth_year_differs"], 3),
        ]
    );
    assert_eq!(senid.run(&["citizen", "show", "001224000005", "--json"]).ended(0).json()["status"], "registered");
}

#[test]
fn a_header_that_cannot_be_read_adds_nobody() {
    let senid = Senid::ready();
    let import = |file: &[u8]| senid.run_with(&["citizen", "import", "-", "--format", "csv"], file).ended(2).err;
    let unknown = import(b"national_id,name,colour\n001090000001,An,red\n");
    assert!(
        unknown.starts_with("senid: header: there is no column \"colour\"; there are scheme, national_id,"),
        "{unknown}"
    );
    assert_eq!(import(b"national_id,phone_number\n"), "senid: header: there is no column name\n");
    assert_eq!(import(b"national_id,name,name\n"), "senid: header: the column name is there twice\n");
    assert_eq!(import(b""), "senid: header: the file is empty\n");
    assert_eq!(import(b"\xff\xfen\0a\0"), "senid: header: the file is UTF-16: save it as CSV in UTF-8\n");
    let what = senid.run_with(&["citizen", "import", "-"], "").ended(2);
    assert_eq!(what.err, "senid: -: say what it is with --format csv or --format jsonl\n");
    let nothing = senid.run(&["citizen", "import", "nobody.csv"]).ended(1);
    assert!(nothing.err.starts_with("senid: nobody.csv: No such file"), "{}", nothing.err);
}

#[test]
fn semicolons_and_tabs_separate_where_spreadsheets_use_them() {
    let senid = Senid::ready();
    senid
        .run_with(&["citizen", "import", "-", "--format", "csv"], "National_ID;Name\n001090000001;\"An; Bình\"\n")
        .ended(0);
    senid.run_with(&["citizen", "import", "-", "--format", "csv"], "name\tnational_id\nAn\t001090000002\n").ended(0);
}

#[test]
fn a_dry_run_finds_the_same_and_adds_nobody() {
    let senid = Senid::ready();
    senid.run(&["citizen", "add", "--national-id", "001090000001", "--name", "An"]).ended(0);
    let file = "national_id,name\n001090000001,An\n001090000002,Bình\n001090000002,Cường\n1,Dung\n";
    let dry = senid.run_with(&["citizen", "import", "-", "--format", "csv", "--dry-run"], file).ended(5);
    assert_eq!(dry.out, "4 citizens read, 1 could be added (nothing was: a dry run), 3 rejected\n");
    senid.run(&["citizen", "show", "001090000002"]).ended(1);
    let real = senid.run_with(&["citizen", "import", "-", "--format", "csv"], file).ended(5);
    assert_eq!(real.err, dry.err);
}

#[test]
fn a_line_whose_rival_is_rejected_is_added() {
    let senid = Senid::ready();
    senid.run(&["citizen", "add", "--national-id", "001090000001", "--name", "An"]).ended(0);
    // Line 2 is rejected for its identifier, so its telephone number is free for line 3.
    let file = "national_id,name,phone_number,phone_number_verified\n\
                001090000001,An,0912000001,true\n001090000002,Bình,0912000001,true\n001090000003,Cường,0912000001,true\n";
    let ran = senid.run_with(&["citizen", "import", "-", "--format", "csv"], file).ended(5);
    assert_eq!(
        told(&ran),
        [
            "line 2, national_id: another citizen signs in with this national id [taken]",
            "line 4, phone_number: the same phone stands in line 3 [duplicate_in_file]",
        ]
    );
    senid.run(&["citizen", "show", "001090000002"]).ended(0);
}

#[test]
fn an_import_tells_programs_in_json_lines() {
    let senid = Senid::ready();
    let file = "national_id,name\n001090000001,An\n1,Bình\n";
    let ran = senid.run_with(&["citizen", "import", "-", "--format", "csv", "--json"], file).ended(5);
    let lines = ran.json_lines();
    assert_eq!(ran.err, "");
    assert_eq!(
        (&lines[0]["outcome"], &lines[0]["line"], &lines[0]["column"]),
        (&"rejected".into(), &3.into(), &"national_id".into())
    );
    assert_eq!(
        (&lines[1]["outcome"], &lines[1]["added"], &lines[1]["rejected"]),
        (&"done".into(), &1.into(), &1.into())
    );
}

/// What the program holds at its most is read while it waits for the end.
fn peak_kib(child: &std::process::Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

const MOST_KIB: u64 = 200 * 1024;

#[test]
fn lines_that_are_as_long_as_lines_may_be_take_no_more_memory() {
    let senid = Senid::ready();
    let mut child = senid.start(&["citizen", "import", "-", "--format", "csv"]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"national_id,name,address\n").unwrap();
    let mut told = child.stderr.take().unwrap();
    let told = std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()).unwrap());
    let address = "x".repeat(64_000);
    for number in 0..2_500_u32 {
        writeln!(input, "001090{number:06},Nguyễn Văn An,{address}").unwrap();
    }
    let peak = peak_kib(&child);
    drop(input);
    let ran = finish(child).ended(1);
    assert_eq!(ran.out, "2500 citizens read, 0 added, 2500 rejected\n");
    told.join().unwrap();
    // All of them are 156 MiB.
    assert!(peak < 140 * 1024, "{peak} KiB");
}

/// Twenty thousand lines by standard input.
#[test]
fn a_long_file_takes_no_more_memory_than_a_short_one() {
    let senid = Senid::ready();
    let mut child = senid.start(&["citizen", "import", "-", "--format", "csv", "--report", "report.jsonl"]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"national_id,name,phone_number,phone_number_verified,address\n").unwrap();
    let address = "Số 1 đường Tràng Tiền, quận Hoàn Kiếm, Hà Nội ".repeat(6);
    let mut block = String::new();
    for number in 0..20_000_u32 {
        // One in a hundred is broken.
        let id = if number % 100 == 99 { "1".to_owned() } else { format!("001090{number:06}") };
        writeln!(block, "{id},Nguyễn Văn {number},+849{number:08},true,\"{address}\"").unwrap();
        if block.len() > 60_000 {
            input.write_all(block.as_bytes()).unwrap();
            block.clear();
        }
    }
    input.write_all(block.as_bytes()).unwrap();
    let peak = peak_kib(&child);
    drop(input);
    let ran = finish(child).ended(5);
    assert_eq!(ran.out, "20000 citizens read, 19800 added, 200 rejected\n");
    assert!(peak < MOST_KIB, "{peak} KiB");
    assert_eq!(std::fs::read_to_string(senid.path().join("report.jsonl")).unwrap().lines().count(), 200);
}

#[test]
fn citizens_are_listed_page_by_page_and_leave_as_they_came() {
    let senid = Senid::ready();
    let file = "national_id,name,phone_number,phone_number_verified,address,account_level\n\
         001090000001,\"Nguyễn \"\"Tí\"\" An\",+84912000001,true,\"Số 1, phố Huế\",2\n001090000002,Lê Bình,,,,\n\
         001090000003,Trần Cường,,,,1\n";
    senid.write("people.csv", file);
    senid.run(&["citizen", "import", "people.csv"]).ended(0);
    let first = senid.run(&["citizen", "list", "--limit", "2"]).ended(0);
    let ids: Vec<&str> = first.out.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(first.err, format!("senid: there are more: --after {}\n", ids[1]));
    let second = senid.run(&["citizen", "list", "--after", ids[1], "--json"]).ended(0).json_lines();
    assert_eq!(second.len(), 1);
    let masked = ["001•••••001", "001•••••002", "001•••••003"];
    let shown = |number: &&str| first.out.contains(number) || second[0]["national_id"] == **number;
    assert!(masked.iter().all(shown) && !first.out.contains("0010900"), "{}", first.out);
    assert_eq!(senid.run(&["citizen", "list", "--status", "locked"]).ended(0).out, "");
    senid.run(&["citizen", "list", "--status", "asleep"]).ended(2);

    senid.run(&["citizen", "export", "-"]).ended(2);
    for format in ["csv", "jsonl"] {
        let name = format!("out.{format}");
        let export = ["citizen", "export", &name, "--format", format, "--reason", "vé 17"];
        assert_eq!(senid.run(&export).ended(0).out, format!("3 citizens written to {name}\n"));
        senid.run(&export).ended(1);
        let other = Senid::ready();
        other.write(&name, std::fs::read(senid.path().join(&name)).unwrap());
        assert!(
            other.run(&["citizen", "import", &name]).ended(0).out.starts_with("3 citizens read, 3 added, 0 rejected")
        );
        let show = ["citizen", "show", "+84912000001", "--reveal", "--reason", "vé 17", "--json"];
        let (here, there) = (senid.run(&show).ended(0).json(), other.run(&show).ended(0).json());
        assert_eq!(here["particulars"], there["particulars"]);
        assert_eq!(here["account_level"], there["account_level"]);
    }
}

/// What checks the password of somebody who comes from an older system.
#[test]
fn hashes_of_known_kinds_and_bearable_cost_come_along() {
    let senid = Senid::ready();
    let mut file = "national_id,name,password_hash\n".to_owned();
    let hashes = [
        PHC,
        "$2y$12$abcdefghijklmnopqrstuuwy/hvbfWj7L5K6z36Ykvd3N0rTQOvem",
        "$6$x$TcDIZ1I/PXcGwkIgtl874tD2cImmF4xoxsmk02p1RnXDUBcDVv6uuHsSX8ucryUtqkHqHfbN4z07dS/6PWCqE/",
        "pbkdf2_sha256$1000000$MuoiCuaSen22$5PYO0P/bcJGdtQm91wKGJc6KyA09IcRAcJHKZ6oqIaY=",
        "$2y$13$abcdefghijklmnopqrstuuwy/hvbfWj7L5K6z36Ykvd3N0rTQOvem",
        "$2y$12$abcdefghijklmnop",
        "$6$rounds=1$x$y",
        "$pbkdf2-sha256$0$x$y",
        "$1$abcdefgh$G1JzAAZB0UHTlUYpU.ry10",
        "5f4dcc3b5aa765d61d8327deb882cf99",
    ];
    for (number, hash) in hashes.iter().enumerate() {
        writeln!(file, "001090{number:06},Nguyễn Văn {number},\"{hash}\"").unwrap();
    }
    let ran = senid.run_with(&["citizen", "import", "-", "--format", "csv"], &file).ended(5);
    assert_eq!(ran.out, "10 citizens read, 4 added, 6 rejected\n");
    let sentences = [
        "line 6, password_hash: checking this hash would cost too much: ",
        "line 7, password_hash: expected a bcrypt hash as in ",
        "line 8, password_hash: expected a SHA-crypt hash as in ",
        "line 9, password_hash: expected a PBKDF2 hash as in ",
        "line 10, password_hash: expected an Argon2id hash as in ",
        "line 11, password_hash: expected an Argon2id hash as in ",
    ];
    let lines = told(&ran);
    assert_eq!(lines.len(), sentences.len(), "{lines:?}");
    for (line, sentence) in lines.iter().zip(sentences) {
        assert!(line.starts_with(sentence), "{line}");
    }
    assert!(!ran.err.contains("5f4dcc3b"), "a hash is not repeated");
}

#[test]
fn numbers_beside_the_identifier_come_along() {
    let senid = Senid::ready();
    let file = "national_id,name,former_national_id,vn_cmnd,vn_tax\n\
        001090000001,Nguyễn Văn An,001090999001,012345678,8012345677\n\
        001090000002,Trần Thị Bình,,012345678,\n\
        001090000003,Lê Văn Cường,001090000003,1234,8012345678\n\
        001090000004,Phạm Dung,001090999001,,\n\
        001090000005,Đỗ Ân,001090000001,,\n";
    let run = |more: &[&str]| senid.run_with(&[&["citizen", "import", "-", "--format", "csv"], more].concat(), file);
    let ran = run(&[]).ended(5);
    assert_eq!(ran.out, "5 citizens read, 2 added, 3 rejected, 1 to be looked at\n");
    assert_eq!(
        told(&ran),
        [
            "line 4, former_national_id: expected another number than the national identifier [malformed]",
            "line 4, vn_cmnd: expected 9 digits, found 4 [malformed]",
            "line 4, vn_tax: its check digits are not those of the rest [malformed]",
            "line 5, national_id: the same national id stands in line 2 [duplicate_in_file]",
            "line 6, national_id: the same national id stands in line 2 [duplicate_in_file]",
        ]
    );
    // The card is two people's and finds neither; the others find their owner.
    senid.run(&["citizen", "show", "012345678"]).ended(1);
    for typed in ["001090999001", "MST 8012345677"] {
        let shown: Value =
            serde_json::from_str(&senid.run(&["--json", "citizen", "show", typed]).ended(0).out).unwrap();
        let kinds: Vec<&str> =
            shown["aliases"].as_array().unwrap().iter().map(|alias| alias["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.len(), 3, "{shown}");
        assert!(shown["aliases"].as_array().unwrap().iter().any(|alias| alias["shared"] == true), "{shown}");
        assert!(!shown.to_string().contains("012345678"), "{shown}");
    }
}
