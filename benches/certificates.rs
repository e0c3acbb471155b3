//! A citizen's certificate, from what was presented to what revocation says of it: the chain alone, with an answer that is kept, with a
//! responder that is asked, with a list at hand of a hundred thousand certificates.
//!
//! The responder is a server on the loopback that says one thing, which `openssl ocsp` has signed: what is measured is SenID's part.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use criterion::{Criterion, criterion_group, criterion_main};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};
use senid::app::{SystemClock, deployment};
use senid::config::{self, DatabaseUrl, Settings};
use senid::credentials::certificate::{Presented, TrustStore};
use senid::crypto::random::SystemRandom;
use senid::domain::time::Clock;
use senid::domain::trust::{
    AuthorityPolicy, CertificatePolicies, DeviceProtection, Identifiers, NonceDemand, OnUnavailable, RevocationSources,
    TrustedAuthority,
};
use senid::flows::certificate::revocation::{Revocation, Verdict};
use senid::outbound::{Fetcher, Limits, Reach, SystemResolver};
use tokio::runtime::Runtime;

type Failure = Box<dyn Error + Send + Sync>;

const REVOKED: u64 = 100_000;
const SERIAL: u64 = 0x1234_5678_9abc_def0;

/// An authority, a certificate of it, and what it says of that.
struct Authority {
    root: Vec<u8>,
    leaf: Vec<u8>,
    answer: Vec<u8>,
    list: Vec<u8>,
}

fn measure(criterion: &mut Criterion) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let authority = Authority::new(folder.path())?;
    let url = runtime.block_on(serve(authority.answer.clone(), authority.list.clone()))?;
    let kept = runtime.block_on(asking(&folder.path().join("kept.sqlite"), config::Revocation::default()))?;
    let never = config::Revocation { keep_answers: Duration::ZERO, ..config::Revocation::default() };
    let live = runtime.block_on(asking(&folder.path().join("live.sqlite"), never))?;
    let presented = Presented { leaf: authority.leaf.clone(), intermediates: Vec::new() };
    let by_responder = authority.trusted(&[format!("{url}ocsp").parse()?], &[])?;
    let by_list = authority.trusted(&[], &[format!("{url}crl").parse()?])?;

    let mut group = criterion.benchmark_group("certificate");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group.bench_function("chain", |bencher| {
        bencher.iter(|| must(by_responder.prove(black_box(&presented), SystemClock.now())));
    });
    for (name, trust, revocation) in [
        ("chain, a kept answer", &by_responder, &kept),
        ("chain, a responder that is asked", &by_responder, &live),
        ("chain, a list at hand", &by_list, &live),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| must(check(&runtime, trust, revocation, black_box(&presented))));
        });
    }
    group.finish();
    Ok(())
}

fn check(runtime: &Runtime, trust: &TrustStore, revocation: &Revocation, presented: &Presented) -> Result<(), Failure> {
    let chain = trust.prove(presented, SystemClock.now()).map_err(|refusal| format!("{refusal:?}"))?;
    let checked = runtime.block_on(revocation.check(&chain))?;
    if checked.verdict == Verdict::Good { Ok(()) } else { Err(format!("{checked:?}").into()) }
}

impl Authority {
    fn new(folder: &Path) -> Result<Self, Failure> {
        let (root_key, leaf_key) = (KeyPair::generate()?, KeyPair::generate()?);
        let mut params = params("Authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root = params.self_signed(&root_key)?;
        let issuer = Issuer::from_params(&params, &root_key);
        let mut params = self::params("Citizen");
        params.serial_number = Some(SerialNumber::from(SERIAL));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let leaf = params.signed_by(&leaf_key, &issuer)?;
        let now = SystemClock.now().seconds();
        let date = |seconds: i64| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds.unsigned_abs());
        let revoked = (0..REVOKED).map(|number| RevokedCertParams {
            serial_number: SerialNumber::from(number),
            revocation_time: date(now - 86_400),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date(now - 60),
            next_update: date(now + 86_400),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&issuer)?.der().to_vec();
        let answer = answer(folder, root.der(), root_key.serialized_der(), leaf.der())?;
        Ok(Self { root: root.der().to_vec(), leaf: leaf.der().to_vec(), answer, list })
    }

    fn trusted(&self, responders: &[url::Url], lists: &[url::Url]) -> Result<TrustStore, Failure> {
        let revocation = RevocationSources {
            responders: responders.to_vec(),
            lists: lists.to_vec(),
            of_certificate: false,
            // One answer for all questions has no nonce of theirs.
            nonce: NonceDemand::Optional,
            on_unavailable: OnUnavailable::Refuse,
        };
        let policy = AuthorityPolicy {
            policies: CertificatePolicies::default(),
            device: DeviceProtection::default(),
            revocation,
            identifiers: Identifiers { rules: Vec::new(), schemes: Vec::new() },
            bind_on_first_use: false,
            proves_identity: false,
        };
        let (name, anchor) = ("bench".to_owned(), self.root.clone());
        let authority = TrustedAuthority { name, anchor, intermediates: Vec::new(), policy };
        TrustStore::new(vec![authority]).map_err(|unusable| format!("{unusable:?}").into())
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// What `openssl ocsp` says of the certificate, good for ten hours.
fn answer(folder: &Path, root: &[u8], root_key: &[u8], leaf: &[u8]) -> Result<Vec<u8>, Failure> {
    let path = |name: &str| folder.join(name);
    let mut index = String::new();
    writeln!(index, "V\t400101000000Z\t\t{SERIAL:X}\tunknown\t/CN=Citizen")?;
    std::fs::write(path("index"), index)?;
    for (name, kind, der) in
        [("root.pem", "CERTIFICATE", root), ("root.key", "PRIVATE KEY", root_key), ("leaf.pem", "CERTIFICATE", leaf)]
    {
        let mut pem = format!("-----BEGIN {kind}-----\n");
        for line in STANDARD.encode(der).as_bytes().chunks(64) {
            writeln!(pem, "{}", std::str::from_utf8(line)?)?;
        }
        std::fs::write(path(name), format!("{pem}-----END {kind}-----\n"))?;
    }
    run(&[
        ("-no_nonce", None),
        ("-issuer", Some(path("root.pem"))),
        ("-cert", Some(path("leaf.pem"))),
        ("-reqout", Some(path("request"))),
    ])?;
    run(&[
        ("-index", Some(path("index"))),
        ("-CA", Some(path("root.pem"))),
        ("-rsigner", Some(path("root.pem"))),
        ("-rkey", Some(path("root.key"))),
        ("-nmin", Some(PathBuf::from("600"))),
        ("-reqin", Some(path("request"))),
        ("-respout", Some(path("answer"))),
    ])?;
    Ok(std::fs::read(path("answer"))?)
}

fn run(arguments: &[(&str, Option<PathBuf>)]) -> Result<(), Failure> {
    let mut command = Command::new("openssl");
    command.arg("ocsp");
    for (name, value) in arguments {
        command.arg(name).args(value);
    }
    let output = command.output()?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into()) }
}

async fn serve(answer: Vec<u8>, list: Vec<u8>) -> Result<String, Failure> {
    let says = |media_type: &'static str, body: Vec<u8>| any(async move || ([("content-type", media_type)], body));
    let router = Router::new()
        .route("/ocsp", says("application/ocsp-response", answer))
        .route("/crl", says("application/pkix-crl", list));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

async fn asking(database: &Path, limits: config::Revocation) -> Result<Revocation, Failure> {
    let mut settings = Settings::default();
    settings.database.url = DatabaseUrl::Sqlite(database.to_owned());
    let store = deployment::connect(&settings).await?;
    store.migrate().await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let reach = Reach { loopback: true, ..Reach::default() };
    let fetcher = Fetcher::new(reach, Limits::default(), Arc::new(SystemResolver), clock.clone())?;
    Ok(Revocation::new(fetcher, store, clock, Arc::new(SystemRandom::new()), limits))
}

/// What was refused costs less than what was not: its figure would be a lie.
fn must<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| {
        eprintln!("not measured: {error:?}");
        std::process::exit(1);
    })
}

fn all(criterion: &mut Criterion) {
    must(measure(criterion));
}

criterion_group!(benches, all);
criterion_main!(benches);
