//! The page of the Admin API, and an operation that is tried.

use std::sync::Arc;

use super::super::api::{Answer, ApiPage, AreaPage, Described, Group, Member, Problem, Reference, Shape};
use super::super::console::{Act, Block, Cell, Code, Field, FieldKind, Link, Section, Table, Tone, Weight};
use super::super::layout::Standing;
use super::super::text::Speaks;
use super::{Add, Samples, form};

impl Samples {
    pub(super) fn api(&self, add: &mut Add<'_>) {
        let member = |name: &str, place, shape: Option<&str>| Member {
            name: name.to_owned(),
            place,
            needed: place != "query",
            kind: "string, 3 to 500 characters".to_owned(),
            shape: shape.map(str::to_owned),
            says: "Why something is done.".to_owned(),
        };
        let shape = Shape {
            name: "Reason".to_owned(),
            says: "Why something is done. It stands in the audit log.".to_owned(),
            kind: String::new(),
            members: vec![member("reason", "body", None), member("again", "body", Some("Reason"))],
        };
        let operation = Described {
            id: "disableClient",
            method: "POST".to_owned(),
            path: "/clients/{client_id}/disable",
            says: "Switches an application off.",
            permission: "client.disable",
            scope: "senid.admin.client".to_owned(),
            is_sensitive: true,
            may_wait: true,
            parameters: vec![
                member("client_id", "path", None),
                member("limit", "query", None),
                member("If-Match", "header", None),
            ],
            body: Some(shape.clone()),
            answers: vec![Answer {
                status: "200".to_owned(),
                says: "It was done.".to_owned(),
                media: Some("application/json".to_owned()),
                shape: Some("Reason".to_owned()),
                headers: vec!["ETag".to_owned()],
            }],
            curl:
                "curl --request POST \"https://id.example/admin/api/v1/clients/$CLIENT_ID/disable\" \\\n  --data '{}'"
                    .to_owned(),
        };
        let reading = Described {
            id: "showClient",
            is_sensitive: false,
            may_wait: false,
            parameters: Vec::new(),
            body: None,
            ..operation.clone()
        };
        let nothing = Shape {
            name: "ExportLine".to_owned(),
            says: String::new(),
            kind: "object".to_owned(),
            members: Vec::new(),
        };
        let group = Arc::new(Group {
            area: "client",
            scope: "senid.admin.client".to_owned(),
            operations: vec![operation, reading],
            shapes: vec![shape, nothing],
        });
        let reference = Reference {
            issuer: "https://id.example".to_owned(),
            base: "https://id.example/admin/api/v1".to_owned(),
            groups: vec![Arc::clone(&group)],
            problems: vec![Problem {
                slug: "too-many",
                uri: "https://id.example/admin/api#too-many".to_owned(),
                status: 429,
                title: "Too many requests",
                means: "More than anybody has use for.",
                remedy: "Wait.",
            }],
        };
        let layout = self.layout(Standing::Official, None);
        add("api", &ApiPage { layout: layout.clone(), reference: Arc::new(reference) });
        add("api-area", &AreaPage { layout, group });

        let layout = self.citizen();
        let table = Table {
            title: Some("client".to_owned()),
            caption: "client".to_owned(),
            head: vec![layout.text("api-operation"), layout.text("api-says"), layout.text("api-permission")],
            rows: vec![vec![
                Cell::name("POST /clients/{client_id}/disable", "/admin/api/try/disableClient"),
                Cell::Foreign("Switches an application off.".to_owned()),
                Cell::badge(format!("client.disable · {}", layout.text("api-acts")), Tone::Care),
            ]],
            next: None,
            first: None,
        };
        add("api-operations", &self.frame().section(Section::Api).with(Block::Table(table)));

        let mut page = self.frame().page(Section::Api, "disableClient".to_owned());
        page.action = Some(Link {
            text: layout.text("api-read"),
            href: "/admin/api/areas/client#operation-disableClient".to_owned(),
        });
        let foreign = Field {
            hint: Some("Those of one application.".to_owned()),
            foreign: true,
            ..Field::line("client_id", "client_id".to_owned(), "dvc-quocgia".to_owned())
        };
        let body = Field {
            hint: Some(layout.text("api-body-hint")),
            kind: FieldKind::Document,
            ..Field::line("body", layout.text("api-body"), "{\n  \"reason\": \"…\"\n}".to_owned())
        };
        let act = Act {
            id: "try".to_owned(),
            heading: Some(layout.text("api-try")),
            says: vec![layout.text("api-look-means")],
            form: form("/admin/api/try/disableClient"),
            hidden: Vec::new(),
            fields: vec![foreign, body],
            button: layout.text("api-look"),
            about: None,
            weight: Weight::Light,
            cancel: None,
        };
        let code = |id: &str, heading: String| {
            Block::Code(Code {
                id: id.to_owned(),
                heading,
                says: vec!["204 No Content".to_owned()],
                text: "POST https://id.example/admin/api/v1/clients/dvc-quocgia/disable\n".to_owned(),
            })
        };
        let page = page.with(Block::Foreign("Switches an application off.".to_owned()));
        let page =
            page.with(code("request", layout.text("api-request"))).with(code("answer", layout.text("api-answer")));
        add("api-tried", &page.with(Block::Act(Box::new(act))));
    }
}
