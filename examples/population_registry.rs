//! A population registry that stands in for a country's, by itself: for trying out SenID's settings for one, and for a registry's own
//! developers to compare theirs with. It makes its certificates and keys anew each time; nothing of it is for anything else.
//!
//! ```text
//! cargo run --example population_registry -- people.json papers 127.0.0.1:9443
//! ```
//!
//! `people.json` is a list of records as docs/registry.md describes them. What SenID needs to ask is put into the folder `papers`, and
//! the settings that say so are printed.

use std::error::Error;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use senid::app::SystemClock;
use senid::demo::registry::{Papers, StandIn};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [people, folder, address] = &arguments[..] else {
        return Err("expected a file of people, a folder for certificates and keys, and an address to listen on".into());
    };
    let papers = Papers::make(Path::new(folder))?;
    let registry = StandIn::new(&papers, &std::fs::read_to_string(people)?, Arc::new(SystemClock))?;
    let (address, serving) = registry.serve(&papers, TcpListener::bind(address)?)?;
    println!("[registry]");
    println!("url = \"https://localhost:{}/v1/\"", address.port());
    println!("issuer = \"{}\"", registry.issuer);
    println!("trust_anchors_file = \"{folder}/authority.pem\"");
    println!("jwks = \"https://localhost:{}/v1/jwks.json\"", address.port());
    println!("[registry.tls]");
    println!("certificate = \"{folder}/client.pem\"");
    println!("key = \"{folder}/client.key\"");
    Ok(serving.await??)
}
