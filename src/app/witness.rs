//! `senid audit witness`: an independent authority's own process. It needs none of SenID's settings and stores.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::SystemClock;
use super::serve::{RunError, ToldToStop};
use crate::cli::audit::witness::Arguments;
use crate::crypto::base64url;
use crate::crypto::random::SystemRandom;
use crate::crypto::transparency::{NoteVerifier, WitnessSigner};
use crate::domain::random::Random;
use crate::domain::secret::SecretBytes;
use crate::http::witness::{Witness, serve};

#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    #[error("{0}: {1}")]
    Folder(String, std::io::Error),
    #[error("the witness's key in {0} is none")]
    Key(String),
    #[error("expected a name without spaces and +, as witness.example.gov: {0}")]
    Name(String),
    #[error("--log {0}: expected a log's key as NAME+HASH+KEY, as `senid audit head` of its operator prints it")]
    Log(String),
    #[error("{0} cannot be listened on: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("the witness ended: {0}")]
    Serve(std::io::Error),
}

/// Witnesses until it is told to stop.
///
/// # Errors
/// A sentence that says what to change.
pub async fn run(arguments: Arguments) -> Result<(), WitnessError> {
    let Arguments { name, folder, listen, logs } = arguments;
    let shown = folder.display().to_string();
    std::fs::create_dir_all(&folder).map_err(|error| WitnessError::Folder(shown.clone(), error))?;
    let secret = key(&folder.join("witness.key"))?;
    let signer = WitnessSigner::new(&name, &secret).ok_or(WitnessError::Name(name))?;
    let logs = logs.into_iter().map(|log| NoteVerifier::parse(&log).map_err(|_| WitnessError::Log(log)));
    let logs = logs.collect::<Result<Vec<_>, _>>()?;
    let key = signer.verifier().to_string();
    let witness = Witness::open(signer, logs, &folder, Arc::new(SystemClock));
    let witness = witness.map_err(|error| WitnessError::Folder(shown, error))?;
    let told_to_stop = ToldToStop::listen()?;
    let listener = TcpListener::bind(listen).await.map_err(|error| WitnessError::Listen(listen, error))?;
    tracing::info!(%key, address = %listen, "witnessing");
    serve(Arc::new(witness), listener, told_to_stop.wait()).await.map_err(WitnessError::Serve)
}

/// The witness's own key, made where there is none: 32 random bytes in base64url, for its owner's eyes.
fn key(path: &Path) -> Result<SecretBytes<32>, WitnessError> {
    let shown = path.display().to_string();
    let failed = |error| WitnessError::Folder(shown.clone(), error);
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let bytes = base64url::decode(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            bytes.map(SecretBytes::new).ok_or_else(|| WitnessError::Key(shown.clone()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let random: &dyn Random = &SystemRandom::new();
            let bytes = random.bytes::<32>();
            let mut file =
                std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
            file.write_all(base64url::encode(&bytes).as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(SecretBytes::new(bytes))
        }
        Err(error) => Err(failed(error)),
    }
}
