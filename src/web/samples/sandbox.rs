//! What is chosen in a sandbox.

use super::{Add, MINUTE, Samples, ago, form};
use crate::web::layout::{Standing, TimeLimit};
use crate::web::sandbox::{Fault, Group, Person, Sandbox};
use crate::web::text::id;

impl Samples {
    pub(super) fn sandbox(&self, add: &mut Add<'_>) {
        let person = |name: &str, number: &str| Person {
            id: "0198a3f2-7c1e-8d05-8f5b-1f2e3d4c5b6d".to_owned(),
            name: name.to_owned(),
            number: number.to_owned(),
        };
        let page = Sandbox {
            layout: self.layout(Standing::Sandbox, None),
            form: form("/sign-in/0198a3f2/sandbox"),
            portal: self.public_services(),
            person: None,
            people: vec![person("Thử Nghiệm Một", "001••••••011"), person("<Hai>", "001••••••012")],
            groups: vec![
                Group {
                    title: id("sandbox-at-answer"),
                    faults: vec![Fault {
                        value: "access_denied",
                        what: id("sandbox-access-denied"),
                        expected: id("sandbox-access-denied-expected"),
                    }],
                },
                Group {
                    title: id("sandbox-at-signature"),
                    faults: vec![Fault {
                        value: "rotated_key",
                        what: id("sandbox-rotated-key"),
                        expected: id("sandbox-rotated-key-expected"),
                    }],
                },
            ],
            stale: false,
            limit: TimeLimit { until: ago(-16 * MINUTE) },
        };
        add("sandbox", &page);
        add(
            "sandbox-stale",
            &Sandbox { stale: true, person: Some("T. N. Một".to_owned()), people: Vec::new(), ..page },
        );
    }
}
