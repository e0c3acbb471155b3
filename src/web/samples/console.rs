//! The administration's pages: every kind of block, full and empty.

use super::super::console::chart::{Chart, Series, spark};
use super::super::console::{
    Act, Block, Cell, Change, Changes, Code, Empty, Facts, Field, FieldKind, Filter, Frame, Link, Section, Table, Tile,
    Tone, View, Weight, Wrong,
};
use super::super::layout::Standing;
use super::super::text::Speaks;
use super::super::trial::Back;
use super::{Add, Samples, form};

impl Samples {
    pub(super) fn frame(&self) -> Frame {
        let search = form("/admin/search");
        Frame { layout: self.citizen(), sections: Section::ALL.to_vec(), waiting: 4, approvals: 2, alarm: None, search }
    }

    pub(super) fn console(&self, add: &mut Add<'_>) {
        let layout = self.citizen();
        let tile = |spark: Option<String>| Tile {
            label: layout.text("console-sign-ins-day"),
            value: super::super::console::number(&layout.voice, 1_284_906),
            beside: Some(layout.text_with("console-day-before", "count", "812 440")),
            spark,
            href: Some("/admin/statistics".to_owned()),
        };
        let chart = |counts: [&[u64]; 2]| {
            Block::Chart(Box::new(Chart {
                id: "sign-ins-by-method",
                title: layout.text("console-chart-methods"),
                says: layout.text_with("console-chart-total", "count", "812 440"),
                spans: ["14/11", "15/11", "16/11", "17/11", "18/11", "19/11", "20/11"].map(str::to_owned).to_vec(),
                series: vec![
                    Series { name: layout.text("method-passkey"), counts: counts[0].to_vec() },
                    Series { name: layout.text("method-password"), counts: counts[1].to_vec() },
                ],
                span_name: layout.text("console-day"),
            }))
        };
        let mut page = self
            .frame()
            .section(Section::Overview)
            .with(Block::Tiles(vec![tile(Some(spark(&[3, 4, 4, 6, 9]))), tile(None), tile(None), tile(None)]))
            .with(chart([&[812, 840, 901, 870, 912, 1_004, 1_100], &[480, 470, 460, 433, 420, 402, 380]]));
        page.lead = Some(layout.text("console-overview-lead"));
        page.alarm = Some(layout.text_with("admin-broken-glass", "when", "09:14"));
        add("console", &page);

        self.onboarding(add);
        self.counter(add);
        self.stream(add);

        let act = Act {
            id: "confirm".to_owned(),
            heading: None,
            says: vec![layout.text("console-lock-means"), layout.text_with("console-sessions-that-end", "count", 2)],
            form: form("/admin/citizens/0198/lock"),
            hidden: vec![("who", "0198".to_owned())],
            fields: vec![Field::reason(&layout, "\"><script>".to_owned())],
            button: layout.text("console-lock"),
            about: Some("N••••• V•• A•".to_owned()),
            weight: Weight::Grave,
            cancel: Some(Link { text: layout.text("console-cancel"), href: "/admin/citizens/0198".to_owned() }),
        };
        let mut page = self.frame().page(Section::Citizens, layout.text("console-lock-title"));
        page.back = page
            .sections
            .first()
            .map(|_| Link { text: layout.text("console-citizens"), href: "/admin/citizens".to_owned() });
        page.problem = Some(layout.text("console-problem-reason"));
        add("console-act", &page.with(Block::Act(Box::new(act.clone()))));

        let rows = [("Cổng Dịch vụ công", "dvc-quocgia", Tone::Done), ("Bảo hiểm xã hội số", "bhxh-so", Tone::Alarm)];
        let rows = rows.map(|(name, small, tone)| {
            vec![
                Cell::Name {
                    text: name.to_owned(),
                    small: Some(small.to_owned()),
                    href: Some(format!("/admin/applications/{small}")),
                },
                Cell::Code("fapi2".to_owned()),
                Cell::Share { hundredths: 60, text: "812 440".to_owned() },
                Cell::badge(layout.text("console-client-active"), tone),
            ]
        });
        let head = ["console-application", "console-policy", "console-tokens", "console-status"];
        let table = Table {
            title: Some(layout.text("console-by-portal")),
            caption: layout.text("console-by-portal"),
            head: head.map(|name| layout.text(name)).to_vec(),
            rows: rows.to_vec(),
            next: Some("/admin/applications?after=bhxh-so".to_owned()),
            first: Some("/admin/applications".to_owned()),
        };
        let retry = Act { id: "retry".to_owned(), says: Vec::new(), fields: Vec::new(), weight: Weight::Light, ..act };
        let facts = Facts {
            heading: layout.text("console-registration"),
            rows: vec![
                (layout.text("console-status"), Cell::badge(layout.text("console-client-disabled"), Tone::Care)),
                (layout.text("console-since"), Cell::Number("7".to_owned())),
                (layout.text("console-retry"), Cell::Act(Box::new(retry))),
            ],
        };
        let changes = Changes {
            heading: layout.text("console-changed"),
            rows: vec![
                Change {
                    name: "scope".to_owned(),
                    old: Some("openid".to_owned()),
                    new: Some("openid national_id".to_owned()),
                },
                Change {
                    name: "redirect_uris".to_owned(),
                    old: None,
                    new: Some("https://portal.example/callback".to_owned()),
                },
                Change {
                    name: "logo_uri".to_owned(),
                    old: Some("https://portal.example/logo.svg".to_owned()),
                    new: None,
                },
            ],
        };
        let mut page = self.frame().section(Section::Applications);
        page.query = "cổng".to_owned();
        page.action = Some(Link { text: layout.text("console-rotate"), href: "/admin/keys/rotate".to_owned() });
        page.notice = Some(layout.text("console-done-enabled"));
        let view = |here| View { text: layout.text("console-all"), href: "/admin/applications".to_owned(), here };
        let page = page
            .with(Block::Filter(Filter {
                action: "/admin/applications",
                fields: vec![
                    Field::line("name", layout.text("console-application-find"), "cổng".to_owned()),
                    Field::choice(
                        "status",
                        layout.text("console-status"),
                        "active".to_owned(),
                        vec![("active".to_owned(), layout.text("console-client-active"))],
                    ),
                ],
            }))
            .with(Block::Views(vec![view(true), view(false)]))
            .with(Block::Table(table))
            .with(Block::Facts(facts))
            .with(Block::Changes(changes))
            .with(Block::Note(layout.text("console-revealed")))
            .with(Block::Links(vec![Link { text: layout.text("console-audit-of"), href: "/admin/audit".to_owned() }]));
        add("console-blocks", &page);

        let (title, next) = (layout.text("console-applications-none"), layout.text("console-applications-none-next"));
        let link = Some(Link { text: layout.text("console-all"), href: "/admin/applications".to_owned() });
        let empty = self.frame().section(Section::Applications).with(chart([&[0; 7], &[0; 7]]));
        add("console-empty", &empty.with(Block::Empty(Empty { title, next, link })));
    }

    /// What a registrar fills in at the counter, with what is wrong in the words of the rules; what is seen once; a proposal of
    /// somebody else's.
    fn counter(&self, add: &mut Add<'_>) {
        let layout = self.citizen();
        let choices = |texts: &[&'static str]| {
            texts.iter().map(|text| ((*text).to_owned(), layout.text(text))).collect::<Vec<_>>()
        };
        let prove = Act {
            says: vec![
                "N•••• V•• A• · •••••456".to_owned(),
                layout.text("desk-prove-means"),
                layout.text("desk-prove-two"),
            ],
            fields: vec![
                Field::choice(
                    "registrant",
                    layout.text("desk-registrant"),
                    String::new(),
                    choices(&["desk-choose", "desk-registrant-they", "desk-registrant-else"]),
                ),
                Field {
                    hint: Some(layout.text("desk-day-hint")),
                    wrong: vec![Wrong::english("the document has expired: it shows who they were".to_owned())],
                    ..Field::line("expires", layout.text("desk-document-expires"), "2019-01-31".to_owned())
                },
                Field {
                    hint: Some(layout.text("desk-digest-hint")),
                    ..Field::lines("photo", layout.text("desk-photos"), "\"><script>".to_owned())
                },
            ],
            cancel: Some(Link { text: layout.text("console-cancel"), href: "/admin/citizens/0198".to_owned() }),
            ..Act::button("confirm", form("/admin/citizens/0198/counter/prove"), layout.text("desk-prove"))
        };
        let mut page = self.frame().page(Section::Citizens, layout.text("desk-prove"));
        page.back =
            Some(Link { text: "N•••• V•• A•".to_owned(), href: "/admin/citizens/0198".to_owned() });
        page.problem = Some(layout.text("console-problem-invalid"));
        page.exact = vec!["photo: expected a photograph or the data of the chip, by its SHA-256".to_owned()];
        add("counter", &page.with(prove.block()));

        let code = Facts {
            heading: layout.text("desk-code-recover"),
            rows: vec![
                (layout.text("console-code"), Cell::Code("BCDF-GHJK-LMNP-QRST".to_owned())),
                (layout.text("console-until"), Cell::plain("21/11/2026 09:14")),
            ],
        };
        let mut page = self.frame().page(Section::Citizens, layout.text("desk-code"));
        page.notice = Some(layout.text("desk-done"));
        add("counter-once", &page.with(Block::Facts(code)).with(Block::Note(layout.text("desk-code-once"))));

        let facts = Facts {
            heading: layout.text("desk-proposal"),
            rows: vec![
                (layout.text("desk-document"), Cell::plain(layout.text("desk-document-idcard"))),
                (layout.text("desk-document-number"), Cell::Code("•••••456".to_owned())),
                (layout.text("desk-guardian"), Cell::name("0198a3f2", "/admin/citizens/0198a3f2")),
            ],
        };
        let change =
            Change { name: layout.text("console-level"), old: Some("1".to_owned()), new: Some("2".to_owned()) };
        let confirm = Act {
            heading: Some(layout.text("desk-confirm")),
            says: vec![layout.text("desk-confirm-means")],
            ..Act::button("confirm", form("/admin/proposals/0198/confirm"), layout.text("desk-confirm"))
        };
        let decline = Act {
            heading: Some(layout.text("desk-decline")),
            says: vec![layout.text("console-withdraw-means")],
            fields: vec![Field::reason(&layout, String::new())],
            weight: Weight::Light,
            ..Act::button("decline", form("/admin/proposals/0198/decline"), layout.text("desk-decline"))
        };
        let mut page = self.frame().page(Section::Approvals, layout.text("desk-prove"));
        page.notice = Some(layout.text("desk-done-proposed"));
        let page = page
            .with(Block::Facts(facts))
            .with(Block::Changes(Changes { heading: layout.text("console-changed"), rows: vec![change] }))
            .with(Block::Note(layout.text("desk-evicts")))
            .with(confirm.block())
            .with(decline.block());
        add("proposal", &page);

        let mut page = self.frame().page(Section::Organisations, layout.text("desk-requests"));
        page.lead = Some(layout.text("desk-requests-lead"));
        let request = Facts {
            heading: "Công ty TNHH Sen Hồng".to_owned(),
            rows: vec![(layout.text("console-status"), Cell::badge(layout.text("desk-confirmed-once"), Tone::Care))],
        };
        let way = |text: &'static str| Link {
            text: layout.text(text),
            href: "/admin/organisations/requests/0198/confirm".to_owned(),
        };
        let ways = vec![way("desk-confirm-representative"), way("desk-refuse-representative")];
        add("organisation-requests", &page.with(Block::Facts(request)).with(Block::Links(ways)));
    }

    /// What is asked of whoever opens a stream: with several values, of which some are chosen.
    fn stream(&self, add: &mut Add<'_>) {
        let layout = self.citizen();
        let events = ["stream-event-session-revoked", "stream-event-credential-change"].into_iter().enumerate();
        let events = events.map(|(at, name)| (name.to_owned(), layout.text(name), at % 2 == 0));
        let open = Act {
            id: "save".to_owned(),
            heading: None,
            says: vec![layout.text("stream-form-means")],
            form: form("/admin/applications/dvc-quocgia/stream/open"),
            hidden: vec![("version", "1".to_owned())],
            fields: vec![
                Field {
                    kind: FieldKind::Secret,
                    hint: Some(layout.text("stream-authorization-hint")),
                    wrong: vec![Wrong::english("authorization_header: can be no value of that header".to_owned())],
                    ..Field::line("authorization_header", layout.text("stream-authorization"), String::new())
                },
                Field {
                    kind: FieldKind::Several(events.collect()),
                    wrong: vec![Wrong::english("event: expected one at least".to_owned())],
                    ..Field::line("event", layout.text("stream-events-asked"), String::new())
                },
            ],
            button: layout.text("stream-open"),
            about: None,
            weight: Weight::Grave,
            cancel: Some(Link { text: layout.text("console-cancel"), href: "/admin/streams".to_owned() }),
        };
        let page = self.frame().page(Section::Applications, layout.text("stream-open"));
        add("stream-form", &page.with(Block::Act(Box::new(open))));
    }

    /// A form with what is wrong beside each field, and a file to be copied.
    fn onboarding(&self, add: &mut Add<'_>) {
        let layout = self.citizen();
        let mut page = self.frame().page(Section::Applications, layout.text("onboarding-begin"));
        page.problem = Some(layout.text("console-problem-invalid"));
        let draft = Act {
            id: "draft".to_owned(),
            heading: Some(layout.text("onboarding-kind-web")),
            says: vec![layout.text("onboarding-kind-web-means")],
            form: form("/admin/applications/new"),
            hidden: vec![("kind", "web".to_owned())],
            fields: vec![
                Field {
                    hint: Some(layout.text("onboarding-name-hint")),
                    needed: true,
                    ..Field::line("client_name", layout.text("onboarding-name"), "Giấy phép xây dựng".to_owned())
                },
                Field {
                    hint: Some(layout.text("onboarding-redirects-hint")),
                    wrong: vec![Wrong {
                        text: layout.text_with("misfit-not-https", "value", "ftp://permits.example"),
                        english: false,
                    }],
                    ..Field::lines(
                        "redirect_uris",
                        layout.text("console-redirects"),
                        "ftp://permits.example".to_owned(),
                    )
                },
                Field {
                    wrong: vec![Wrong::english("policy_uri: 'x' is not an absolute URI".to_owned())],
                    ..Field::line("policy_uri", layout.text("onboarding-policy-uri"), "x".to_owned())
                },
                Field {
                    kind: FieldKind::Secret,
                    ..Field::line("client_secret", layout.text("onboarding-secret"), String::new())
                },
            ],
            button: layout.text("onboarding-draft"),
            about: None,
            weight: Weight::Grave,
            cancel: None,
        };
        let code = Code {
            id: "snippet-openid-client".to_owned(),
            heading: "openid-client".to_owned(),
            says: vec![layout.text("onboarding-snippet-secret")],
            text: "import * as client from \"openid-client\";\nconst issuer = \"https://id.example\";\n".to_owned(),
        };
        add("trial-back", &Back { layout: self.layout(Standing::Official, None) });
        add("onboarding", &page.with(Block::Act(Box::new(draft))).with(Block::Code(code)));
    }
}
