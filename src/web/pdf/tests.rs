use super::*;

fn paper(lines: usize) -> Paper {
    let fact = |name: &str, value: &str| Row::Fact { name: name.to_owned(), value: value.to_owned() };
    let line = |number| Row::Line {
        said: format!("Cổng Dịch vụ công đã nhận: họ và tên, ngày sinh và số định danh cá nhân ({number})"),
        about: "hôm nay lúc 08:14 · Chrome trên Android".to_owned(),
    };
    Paper {
        language: "vi",
        title: "Dữ liệu của tôi".to_owned(),
        lead: vec!["Nguyễn Thị Thu Hằng".to_owned()],
        sections: vec![
            Section {
                title: "Bạn là ai".to_owned(),
                rows: vec![fact("Họ và tên", "Đặng Phước Ưỡng"), fact("Имя", "Щукина Ёлка")],
            },
            Section { title: "Hoạt động".to_owned(), rows: (0..lines).map(line).collect() },
        ],
        foot: "SenID".to_owned(),
        made: jiff::civil::date(2026, 11, 20).at(1, 14, 0, 0),
    }
}

#[test]
fn a_paper_is_a_pdf_of_as_many_pages_as_it_takes_and_the_same_each_time() {
    let one = paper(3).render().unwrap();
    assert!(one.starts_with(b"%PDF-1.") && one.trim_ascii_end().ends_with(b"%%EOF"));
    assert_eq!(one, paper(3).render().unwrap());
    let fonts = Fonts::load().unwrap();
    let pages = |lines| set::pages(&paper(lines), &fonts).len();
    assert!(pages(3) == 1 && pages(200) > 5, "{}", pages(200));
    let long = paper(200).render().unwrap();
    assert!(long.len() > one.len());
    // Only the letters that it shows are in it.
    assert!(one.len() < 60_000, "{}", one.len());
}

#[test]
fn nothing_stands_outside_the_page_or_over_its_foot() {
    let fonts = Fonts::load().unwrap();
    for piece in set::pages(&paper(120), &fonts).into_iter().flatten() {
        let right = piece.x + fonts.of(piece.weight).width(&piece.text, piece.size);
        assert!(piece.x >= 0.0 && right <= set::WIDTH && piece.y > 0.0 && piece.y < set::HEIGHT - 60.0, "{piece:?}");
    }
}

/// What citizens say is wrong in their data is in their own words, and whatever else they type.
#[test]
fn whatever_somebody_wrote_is_a_paper_and_stays_on_it() {
    let fonts = Fonts::load().unwrap();
    let long = "x".repeat(3_000);
    for words in
        ["", " ", "👨‍👩‍👧 한국어 العربية", "a\u{202e}b\u{0}c\u{7f}\u{1b}[2J", "a\r\nb\u{2028}c\td", "\u{301}\u{301}", &long]
    {
        let line = |said: &str| Row::Line { said: said.to_owned(), about: said.to_owned() };
        let fact = |text: &str| Row::Fact { name: text.to_owned(), value: text.to_owned() };
        let rows = || vec![line(words), fact(words), Row::Note(words.to_owned())];
        let own = || Paper {
            lead: vec![words.to_owned()],
            sections: vec![Section { title: words.to_owned(), rows: rows() }],
            ..paper(1)
        };
        assert!(own().render().unwrap().starts_with(b"%PDF-1."), "{words:?}");
        for piece in set::pages(&own(), &fonts).into_iter().flatten() {
            let right = piece.x + fonts.of(piece.weight).width(&piece.text, piece.size);
            assert!(right <= set::WIDTH && !piece.text.chars().any(char::is_control), "{words:?}: {piece:?}");
        }
    }
}

/// What a reader that is none of ours finds in it.
#[test]
fn every_name_is_found_whole_by_another_reader() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, paper(40).render().unwrap()).unwrap();
    let read = std::process::Command::new("pdftotext").args(["-enc", "UTF-8", "-layout"]).arg(&file).arg("-").output();
    let read = read.expect("pdftotext, of poppler-utils: scripts/setup.sh installs it");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let text = String::from_utf8(read.stdout).unwrap();
    for whole in
        ["Dữ liệu của tôi", "Nguyễn Thị Thu Hằng", "Đặng Phước Ưỡng", "Щукина Ёлка", "số định danh cá nhân (39)"]
    {
        assert!(text.contains(whole), "{whole}: {text}");
    }
}
