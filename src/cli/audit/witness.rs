//! `senid audit witness`: what it is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// What the witness is called in its signatures, such as witness.example.gov.
    #[arg(long)]
    pub name: String,
    /// Where its key and what it cosigned last are kept. Both are made where there is nothing yet.
    #[arg(long)]
    pub folder: PathBuf,
    /// Where logs reach it: behind a proxy that speaks TLS.
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// The key of a log whose heads it cosigns, as `senid audit head` of its operator prints it; repeated for several.
    #[arg(long = "log", value_name = "NAME+HASH+KEY", required = true)]
    pub logs: Vec<String>,
}
