//! What a signature costs in a hardware module, beside one in memory: `cargo bench --bench hardware`.
//!
//! The module is SoftHSM2 with a token of its own, so this says what PKCS #11, our threads and the verification cost, and nothing of
//! what a network or a slow processor adds. It is a program: it shares this machine's cores.

use std::num::NonZeroU32;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use senid::crypto::hardware::{AfterWrongPin, Module, ModuleSettings, ObjectId, TokenName};
use senid::crypto::jwk::VerifyingKey;
use senid::crypto::private_key::PrivateKey;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::secret::SecretString;

type Failure = Box<dyn std::error::Error>;

const LIBRARY: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "60221407";
const SIGNATURES: u32 = 2000;
/// As long as an ID token up to its signature.
const MESSAGE: [u8; 600] = [b'a'; 600];

fn main() -> Result<(), Failure> {
    if std::env::var_os("SOFTHSM2_CONF").is_some() {
        return measure();
    }
    // The library reads where its tokens are from the environment, which a program cannot change for itself.
    let folder = tempfile::tempdir()?;
    let conf = folder.path().join("softhsm2.conf");
    std::fs::write(&conf, format!("directories.tokendir = {}\nlog.level = ERROR\n", folder.path().display()))?;
    let new = ["--init-token", "--free", "--label", "senid", "--pin", PIN, "--so-pin", "31415926"];
    let made = Command::new("softhsm2-util").args(new).env("SOFTHSM2_CONF", &conf).output()?;
    if !made.status.success() {
        return Err("softhsm2-util makes no token".into());
    }
    let measured = Command::new(std::env::current_exe()?).env("SOFTHSM2_CONF", &conf).status()?;
    if measured.success() { Ok(()) } else { Err("not measured".into()) }
}

fn measure() -> Result<(), Failure> {
    println!("| signature of 600 bytes | in memory, one core | SoftHSM2: one thread | two | four |");
    println!("|---|---|---|---|---|");
    for (number, algorithm) in
        [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Rs256].into_iter().enumerate()
    {
        let key = PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm)?)?;
        let since = now();
        for _ in 0..SIGNATURES {
            key.sign(&MESSAGE)?;
        }
        let mut cells = vec![per_signature(since.elapsed())];
        for threads in [1, 2, 4] {
            cells.push(per_signature(in_module(algorithm, threads, number as u8)?));
        }
        println!("| {algorithm} | {} |", cells.join(" | "));
    }
    Ok(())
}

fn per_signature(took: Duration) -> String {
    let each = took / SIGNATURES;
    format!("{} µs, {:.0} a second", each.as_micros(), 1.0 / each.as_secs_f64())
}

/// As many signatures at once as there are threads, verified as those of a server are.
fn in_module(algorithm: SignatureAlgorithm, threads: u32, number: u8) -> Result<Duration, Failure> {
    let module = Module::start(ModuleSettings {
        library: LIBRARY.into(),
        token: TokenName::Label("senid".to_owned()),
        pin: SecretString::new(PIN),
        threads: NonZeroU32::new(threads).ok_or("no threads")?,
        queue: SIGNATURES as usize,
        deadline: Duration::from_secs(600),
        after_wrong_pin: AfterWrongPin::Stop,
    })?;
    let id = ObjectId::new(vec![7, number, threads as u8]);
    let (made, key) = channel();
    let of = id.clone();
    module.submit(move |seat| seat.make(algorithm, &of), move |key| drop(made.send(key)))?;
    let announced = Arc::new(VerifyingKey::new(key.recv()??.reference.public, algorithm)?);
    let (done, answers) = channel();
    let since = now();
    for _ in 0..SIGNATURES {
        let (id, announced, done) = (id.clone(), Arc::clone(&announced), done.clone());
        module.submit(move |seat| seat.sign(&id, &MESSAGE, &announced), move |signed| drop(done.send(signed)))?;
    }
    for _ in 0..SIGNATURES {
        answers.recv()??;
    }
    Ok(since.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
fn now() -> Instant {
    Instant::now()
}
