//! The population registry of a test: the one that stands in for a country's, on the loopback, over mutual TLS.

use std::net::TcpListener;
use std::sync::Arc;

use senid::config::{RegistryServer, Settings};
use senid::demo::registry::{Manner, Papers, StandIn};
use senid::domain::time::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The registry, with its people.
pub struct Registry {
    pub stand_in: Arc<StandIn>,
    pub settings: RegistryServer,
    _folder: TempDir,
}

/// Somebody whom the registry knows. Unlike those of the demonstration, none of them has an account.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub number: &'static str,
    pub name: &'static str,
    pub birthdate: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
}

pub const HOA: Known = Known {
    number: "001192004567",
    name: "Đỗ Thị Hoà",
    birthdate: "1992-03-21",
    email: "hoa.do@senid.example",
    phone: "+84987654321",
};
pub const KHANH: Known = Known {
    number: "079088001234",
    name: "Trịnh Gia Khánh",
    birthdate: "1988-11-02",
    email: "khanh.trinh@senid.example",
    phone: "+84987654322",
};

impl Known {
    pub fn record(&self) -> Value {
        json!({
            "reference": format!("HT-{}", &self.number[6..]),
            "person": { "scheme": "vn", "number": self.number },
            "standing": "alive",
            "name": self.name,
            "birthdate": self.birthdate,
            "contacts": [{ "channel": "email", "to": self.email }, { "channel": "sms", "to": self.phone }],
        })
    }
}

impl Registry {
    /// Of these people, by this clock.
    pub fn start(people: &[Value], clock: Arc<dyn Clock>) -> Self {
        let folder = TempDir::with_prefix("senid-registry-").unwrap();
        let papers = Papers::make(folder.path()).unwrap();
        let stand_in = StandIn::new(&papers, &Value::from(people).to_string(), clock).unwrap();
        let (address, _) = stand_in.serve(&papers, TcpListener::bind(("127.0.0.1", 0)).unwrap()).unwrap();
        let settings = papers.settings(address.port()).unwrap();
        Self { stand_in, settings, _folder: folder }
    }

    /// A deployment asks it.
    pub fn is_asked(&self, settings: &mut Settings) {
        settings.outbound.allow_loopback = true;
        settings.registry.server = Some(self.settings.clone());
    }

    pub fn behaves(&self, manner: Manner) {
        self.stand_in.behaves(manner);
    }
}
