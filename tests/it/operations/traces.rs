//! Traces, as a collector gets them: of every request and every call of a store, and of nobody's secrets and names.

use std::collections::BTreeSet;
use std::process::Child;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::processes::{Deployment, until_ready};
use crate::cli::program::Senid;
use crate::support::free_port;
use crate::support::world::{AN, Browser, clients, eventually, web};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A collector of OTLP traces, as long as it is kept.
struct Collector {
    url: String,
    bodies: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Collector {
    async fn start() -> Self {
        let bodies = Arc::<Mutex<Vec<String>>>::default();
        let arrived = bodies.clone();
        let collect = async move |body: String| {
            arrived.lock().unwrap().push(body);
            "{}"
        };
        let app = Router::new().route("/v1/traces", post(collect));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, bodies, task }
    }

    fn text(&self) -> String {
        self.bodies.lock().unwrap().join("\n")
    }

    fn spans(&self) -> Vec<Value> {
        let spans = |body: &String| -> Vec<Value> {
            let told: Value = serde_json::from_str(body).unwrap();
            told["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()
        };
        self.bodies.lock().unwrap().iter().flat_map(spans).collect()
    }

    /// The requests of this route.
    fn of_route(&self, route: &str) -> Vec<Value> {
        self.spans().into_iter().filter(|span| attribute(span, "http.route").as_deref() == Some(route)).collect()
    }
}

fn attribute(span: &Value, key: &str) -> Option<String> {
    let found = span["attributes"].as_array()?.iter().find(|one| one["key"] == key)?;
    let value = &found["value"];
    Some(value["stringValue"].as_str().or_else(|| value["intValue"].as_str())?.to_owned())
}

struct Running(Option<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut left) = self.0.take() {
            let _ = left.kill();
            let _ = left.wait();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_and_call_is_traced_and_no_span_tells_of_anybody() {
    let collector = Collector::start().await;
    let more = [("SENID_TRACING__OTLP", collector.url.clone()), ("SENID_TRACING__RATIO", "1".to_owned())];
    let deployment = Deployment::start_with(&more).await;
    let portal = &deployment.portal;
    let mut browser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let code = page.code();
    let tokens = portal.exchange(&started, &code).await;
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    portal.userinfo(&refreshed.access_token()).await;
    for path in ["/account", "/account/security", "/account/data", "/account/activity", "/admin", "/admin/people"] {
        browser.open(&format!("{}{path}", deployment.issuer)).await;
    }
    let mut guesser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());
    guesser.open(&portal.start().with("login_hint", AN.identifier).url()).await;
    let page = guesser.open(&portal.start().url()).await;
    AN.tries(&mut guesser, &page, "a guess, a guess").await;
    let linked = format!("{}/jwks.json", deployment.issuer);
    web::get(&linked, &[("traceparent", PARENT)]).await;

    eventually("the last request has been sent", async || !collector.of_route("/jwks.json").is_empty()).await;
    eventually("and the account's", async || !collector.of_route("/account/activity").is_empty()).await;
    // Every call is below a request of its own trace, which may be sent a moment later.
    let is_complete = |spans: &[Value]| {
        let place = |span: &Value, id: &str| (span["traceId"].to_string(), span[id].to_string());
        let requests: BTreeSet<(String, String)> =
            spans.iter().filter(|span| span["name"] == "request").map(|span| place(span, "spanId")).collect();
        let mut calls = spans.iter().filter(|span| span["name"] != "request");
        calls.all(|call| requests.contains(&place(call, "parentSpanId")))
    };
    eventually("every call's request has been sent", async || is_complete(&collector.spans())).await;
    let spans = collector.spans();
    let names: BTreeSet<&str> = spans.iter().filter_map(|span| span["name"].as_str()).collect();
    assert_eq!(names, BTreeSet::from(["password hash", "request", "short-lived store", "sql", "sql connection"]));
    let token = &collector.of_route("/token")[0];
    assert_eq!(attribute(token, "http.request.method").as_deref(), Some("POST"));
    assert_eq!(attribute(token, "http.response.status_code").as_deref(), Some("200"));
    let statements: BTreeSet<String> = spans.iter().filter_map(|span| attribute(span, "db.query.summary")).collect();
    assert!(statements.len() > 10 && statements.contains("COMMIT"), "{statements:?}");

    // A stranger's trace is named, and not gone on with.
    let linked = &collector.of_route("/jwks.json")[0];
    assert_eq!((&linked["links"][0]["traceId"], &linked["parentSpanId"]), (&TRACE.into(), &Value::Null));
    assert_ne!(linked["traceId"], TRACE);

    let told = collector.text();
    let office = clients::registration("tax-office");
    let cookies: Vec<String> = browser.cookies.values().map(ToString::to_string).collect();
    let mut secrets = vec![
        AN.identifier.to_owned(),
        AN.name.to_owned(),
        AN.password.to_owned(),
        "a guess".to_owned(),
        office.id.to_owned(),
        office.secret.to_owned(),
        office.redirect_uri.to_owned(),
        code,
        tokens.access_token(),
        tokens.refresh_token(),
        tokens.id_token(),
        refreshed.refresh_token(),
        "senid_rt_".to_owned(),
        "eyJ".to_owned(),
        "127.0.0.1:".to_owned(),
        "postgres://".to_owned(),
    ];
    secrets.extend(cookies.into_iter().filter(|cookie| cookie.len() > 8));
    for secret in secrets {
        assert!(!told.contains(&secret), "{secret} is in a span");
    }
    // Whatever is told is one of few words: the route's, the statement's, the kind's.
    let values: BTreeSet<String> = spans
        .iter()
        .flat_map(|span| span["attributes"].as_array().unwrap().clone())
        .filter_map(|one| one["value"]["stringValue"].as_str().map(str::to_owned))
        .collect();
    for value in values {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_-/{}.*:".contains(letter);
        assert!(value.len() < 80 && value.chars().all(is_word), "{value}");
    }
    deployment.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_s_trace_is_gone_on_with_and_its_flag_decides() {
    let collector = Collector::start().await;
    let (public, operations) = (free_port(), free_port());
    let senid = Senid::ready()
        .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
        .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"))
        .with("SENID_ISSUER", format!("http://127.0.0.1:{public}"))
        .with("SENID_PROXIES__TRUSTED", "127.0.0.1/32")
        .with("SENID_PROXIES__HEADER", "x-forwarded-for")
        .with("SENID_OUTBOUND__ALLOW_LOOPBACK", "true")
        .with("SENID_TRACING__OTLP", &collector.url)
        // Nobody is traced but whom a proxy has decided about.
        .with("SENID_TRACING__RATIO", "0");
    let _serving = Running(Some(senid.start(&["serve"])));
    until_ready(operations).await;
    let at = |path: &str| format!("http://127.0.0.1:{public}{path}");
    web::get(&at("/signed-out"), &[]).await;
    web::get(&at("/check-session"), &[("traceparent", &PARENT.replace("-01", "-00"))]).await;
    web::get(&at("/recover"), &[("traceparent", "no parent")]).await;
    web::get(&at("/jwks.json"), &[("traceparent", PARENT)]).await;
    eventually("it has been sent", async || !collector.of_route("/jwks.json").is_empty()).await;
    let span = &collector.of_route("/jwks.json")[0];
    assert_eq!((&span["traceId"], &span["parentSpanId"]), (&TRACE.into(), &"00f067aa0ba902b7".into()));
    let routes: BTreeSet<String> = collector.spans().iter().filter_map(|span| attribute(span, "http.route")).collect();
    assert_eq!(routes, BTreeSet::from(["/jwks.json".to_owned()]));
    let metrics = web::get(&format!("http://127.0.0.1:{operations}/metrics"), &[]).await.body;
    assert!(metrics.contains("senid_trace_spans_dropped_total 0"), "{metrics}");
}
