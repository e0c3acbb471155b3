//! HTTP as clients speak it: nothing is followed, nothing is kept.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, StatusCode};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header in ASCII"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }
}

/// A request of a program at home.
pub async fn get(url: &str, headers: &[(&str, &str)]) -> Reply {
    send(Method::GET, url, headers, None, Ipv4Addr::LOCALHOST.into()).await
}

pub async fn post(url: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
    send(Method::POST, url, headers, Some(encode(form)), Ipv4Addr::LOCALHOST.into()).await
}

pub fn encode(form: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

/// Sends a request from `address`; a body is a form unless the headers say otherwise.
pub async fn send(method: Method, url: &str, headers: &[(&str, &str)], body: Option<String>, address: IpAddr) -> Reply {
    let mut request = client(address).request(method, url);
    if let Some(body) = body {
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        request = request.body(body);
    }
    for (name, value) in headers {
        request = request.header(name.parse::<HeaderName>().unwrap(), *value);
    }
    let answer = request.send().await.unwrap_or_else(|error| panic!("{url} does not answer: {error:?}"));
    let (status, headers) = (answer.status(), answer.headers().clone());
    Reply { status, headers, body: answer.text().await.expect("a whole answer in UTF-8") }
}

/// One for each address, for the whole process; connections are not kept, since each test has a runtime of its own.
pub fn client(address: IpAddr) -> reqwest::Client {
    static CLIENTS: LazyLock<Mutex<HashMap<IpAddr, reqwest::Client>>> = LazyLock::new(Mutex::default);
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    clients.entry(address).or_insert_with(|| build(address)).clone()
}

fn build(address: IpAddr) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder();
    // The system finds a port for each pair of ends. Of an address that is bound first every port counts once, whatever the
    // other end, and the tests together make more connections in a minute than an address has ports.
    let builder = match address == IpAddr::from(Ipv4Addr::LOCALHOST) {
        true => builder,
        false => builder.local_address(address),
    };
    builder
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(60))
        .no_proxy()
        .build()
        .unwrap()
}
