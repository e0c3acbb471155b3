//! Several people at one browser.

use super::super::account::{Known, Naming, Standing as Place};
use super::super::device::Device;
use super::super::people::{Keeping, Keeps, People, Person, Standing};
use super::super::sign_in::{Fault, SignIn};
use super::{Add, DAY, Samples, ago};

/// A device that knows nobody.
pub(super) fn nobody() -> People {
    People { chosen: None, people: Vec::new(), keeps: Some(Keeps { chosen: Keeping::Device, minutes: 15 }) }
}

fn person(value: &str, name: &str, standing: Standing) -> Person {
    Person { value: value.to_owned(), name: name.to_owned(), standing }
}

impl Samples {
    pub(super) fn known(&self) -> Vec<Known> {
        let known = |id: &str, device, standing, naming, span| Known {
            id: id.to_owned(),
            device,
            standing,
            naming,
            last_used: ago(span),
        };
        let phone = Device { browser: Some("Chrome"), system: Some("Android") };
        let computer = Device { browser: Some("Firefox"), system: Some("Windows") };
        vec![
            known("0198a3f2", computer, Place::Here, Naming::Shown, 0),
            known("0198a3f1", phone, Place::Elsewhere, Naming::NotShown, DAY),
        ]
    }

    pub(super) fn people(&self, sign_in: &SignIn, add: &mut Add<'_>) {
        let remembered = [
            person("0198a3f2-7c41-7b11-9d55-1f2e3c4d5a6b", "T. T. Bình", Standing::Remembered),
            person("0198a3f2-7c41-7b11-9d55-1f2e3c4d5a6c", "N. M. C. Tôn Nữ Phương Thảo", Standing::Remembered),
        ];
        for (name, standing) in [("people", Standing::GoesOn), ("people-again", Standing::SignedIn)] {
            let mut people = vec![person("session", "N. V. An", standing)];
            people.extend(remembered.clone());
            let keeps = Some(Keeps { chosen: Keeping::Name, minutes: 1 });
            add(name, &SignIn { people: People { people, keeps, chosen: None }, ..sign_in.clone() });
        }
        let chosen = People { chosen: Some("T. T. Bình".to_owned()), people: Vec::new(), keeps: None };
        add("people-chosen", &SignIn { people: chosen.clone(), ..sign_in.clone() });
        let problem = Self::problem(Fault::MethodNotOffered);
        add("people-chosen-fault", &SignIn { people: chosen, problem, ..sign_in.clone() });
        let keeps = Some(Keeps { chosen: Keeping::Nothing, minutes: 15 });
        add("people-shared", &SignIn { people: People { keeps, ..nobody() }, ..sign_in.clone() });
    }
}
