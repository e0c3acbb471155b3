//! The document, held against the server by a program that others wrote (schemathesis): whatever it makes of it, as each role, is
//! answered as the document says, and never with an error of ours.
//!
//! It knows nothing of DPoP: between it and SenID stands a signer, which proves each request and counts what was answered.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use senid::domain::administration::{Permission, Role};
use senid::domain::signals::Stream;
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::owners;
use senid::http::admin_api::operation::Operation;
use senid::http::admin_api::table::OPERATIONS;

use super::{Program, every_area, program, world};
use crate::support::world::dpop::ath;
use crate::support::world::web;
use crate::support::world::{AN, BINH, CHAU};

/// What was answered, by operation and status.
type Tally = Arc<Mutex<BTreeMap<(&'static str, u16), u32>>>;

#[derive(Clone)]
struct Signer {
    program: Arc<Mutex<Arc<Program>>>,
    tally: Tally,
}

/// So much of the world's time passes with each request that nobody makes too many in a minute.
const PACE: Duration = Duration::from_millis(21);

impl Signer {
    /// Listens on the loopback, and passes everything on with a proof.
    async fn start(program: Arc<Mutex<Arc<Program>>>) -> (String, Tally) {
        let tally = Tally::default();
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(Self { program, tally: tally.clone() });
        tokio::spawn(async move { axum::serve(listener, router).await });
        (address, tally)
    }
}

async fn pass(State(signer): State<Signer>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let program = signer.program.lock().unwrap().clone();
    program.clock.advance(PACE);
    let url = format!("{}{}", program.issuer, parts.uri);
    let (at, method) = (url.split('?').next().unwrap(), parts.method.as_str());
    let proof = program.key.proof(method, at, senid::domain::time::Clock::now(&*program.clock));
    let proof = proof.with("ath", ath(&program.token)).signed(program.key.key());
    let mut passed = web::client(Ipv4Addr::LOCALHOST.into()).request(parts.method.clone(), &url).body(body);
    for (name, value) in &parts.headers {
        if !["host", "content-length", "connection", "authorization", "dpop"].contains(&name.as_str()) {
            passed = passed.header(name, value);
        }
    }
    // Whoever sends a token of their own is fuzzing it: as nobody.
    match parts.headers.get("authorization") {
        None => passed = passed.header("authorization", format!("DPoP {}", program.token)).header("dpop", proof),
        Some(own) => passed = passed.header("authorization", own),
    }
    let answered = passed.send().await.expect("SenID answers");
    let status = answered.status();
    if let Some(operation) = of(parts.method.as_str(), parts.uri.path()) {
        *signer.tally.lock().unwrap().entry((operation.id, status.as_u16())).or_default() += 1;
    }
    let mut response = Response::builder().status(status);
    for (name, value) in answered.headers() {
        if !["transfer-encoding", "content-length", "connection"].contains(&name.as_str()) {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answered.bytes().await.unwrap())).unwrap()
}

/// The operation that a request is for.
fn of(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.strip_prefix(super::BASE)?;
    let fits = |operation: &&Operation| {
        let (own, asked): (Vec<_>, Vec<_>) = (operation.path.split('/').collect(), path.split('/').collect());
        operation.verb.method().as_str() == method
            && own.len() == asked.len()
            && own.iter().zip(&asked).all(|(own, asked)| own == asked || own.starts_with('{'))
    };
    // What is written out comes before what stands for anything.
    let mut found: Vec<_> = OPERATIONS.iter().filter(fits).collect();
    found.sort_by_key(|operation| operation.path_parameters().count());
    found.first().copied()
}

/// The program, which is installed where it is not yet.
fn schemathesis() -> String {
    let install = "source tests/demo.sh && python_packages tests/it/admin_api/schemathesis";
    let installed =
        Command::new("bash").args(["-euc", install]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    String::from_utf8(installed.stdout).unwrap().trim().replace("/bin/python", "/bin/schemathesis")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_made_of_the_document_is_answered_as_it_says() {
    let program_path = schemathesis();
    let world = world().await;
    let operator = world.operator();
    let citizen = operator.id_of(&CHAU).await.to_string();
    let (mut staff, first) = program(&world, &[Role::Auditor]).await;
    world.withdraws(&AN, Role::Auditor).await;
    let (an, admin) = (Who::Id(operator.id_of(&AN).await), operator.admin().await);
    owners::name(&admin, &"library".parse().unwrap(), &an).await.unwrap();
    let stream = Stream::new(&"library".parse().unwrap(), admin.clock.now(), &*admin.random);
    let mut tx = admin.store.begin().await.unwrap();
    assert!(tx.signal_streams().create(&stream).await.unwrap());
    tx.commit().await.unwrap();
    let program = Arc::new(Mutex::new(Arc::new(first)));
    let (address, tally) = Signer::start(program.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    // Names of what is there: made-up ones lead nowhere.
    let settings = format!(
        "[parameters]\n\"path.citizen_id\" = \"{citizen}\"\n\"path.client_id\" = \"library\"\n\"header.If-Match\" = \"*\"\n\
         \"path.role\" = \"support\"\n"
    );
    let file = folder.path().join("schemathesis.toml");
    std::fs::write(&file, settings).unwrap();
    let url = format!("{address}{}", super::BASE);
    let run = async |role: Role, which: &str| {
        let mut command = Command::new(&program_path);
        command.arg("--config-file").arg(&file).args(["run", &format!("{url}/openapi.json"), "--url", &url]);
        // One at a time: the threads of CPython 3.11 count one another's steps into a syntax tree (python/cpython#106905), and its
        // program ends with "AST constructor recursion depth mismatch".
        command.args(["--phases", "examples,coverage,fuzzing", "--max-examples", "3", "--seed", "1", "--workers", "1"]);
        let checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
        command.args(["--checks", checks, "--no-color", "--suppress-health-check", "all", "--no-shrink"]);
        command.args(["--generation-database", "none", which, "rotateKeys"]).current_dir(folder.path());
        let run = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success(), "{role}: {said}\n{}", String::from_utf8_lossy(&run.stderr));
    };
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    for role in Role::ALL {
        world.grants(&AN, role).await.unwrap();
        staff.browser = world.browser();
        staff.enters("/admin").await;
        *program.lock().unwrap() = Arc::new(Program::of(&world, &mut staff, &AN, &every_area()).await);
        tally.lock().unwrap().clear();
        // It may withdraw what its own token is signed with: that comes last.
        run(role, "--exclude-operation-id").await;
        if role.has(Permission::KeyRotate) && role == Role::Operator {
            run(role, "--include-operation-id").await;
        }
        let tally = tally.lock().unwrap().clone();
        let mut most = 0;
        for operation in OPERATIONS.iter().filter(|operation| operation.id != "rotateKeys" || role == Role::Operator) {
            let answered = |statuses: std::ops::Range<u16>| {
                tally.iter().filter(|((id, status), _)| *id == operation.id && statuses.contains(status)).count()
            };
            assert!(answered(100..600) > 0, "{role}: {} was never tried", operation.id);
            assert_eq!(answered(500..600), 0, "{role}: {}", operation.id);
            if answered(200..300) > 0 {
                assert!(role.has(operation.permission), "{role}: {} was done", operation.id);
                reached.insert(operation.id);
                most += 1;
            }
        }
        eprintln!("{role}: {} requests, {most} operations done", tally.values().sum::<u32>());
        world.withdraws(&AN, role).await;
    }
    // Most of them can be done by whoever knows only the document.
    let never: Vec<&str> = OPERATIONS.iter().map(|one| one.id).filter(|id| !reached.contains(id)).collect();
    assert!(reached.len() * 3 > OPERATIONS.len() * 2, "{} of {}: never {never:?}", reached.len(), OPERATIONS.len());
    assert!(world.grants(&BINH, Role::Administrator).await.is_err(), "nobody took it from them");
}
