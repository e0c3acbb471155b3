//! Keys in a hardware security module: a real one (SoftHSM2), and the program itself, which has it in its settings.

mod commands;
mod loss;
mod serving;
mod token;
mod two_servers;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Child;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use senid::app::SystemClock;
use serde_json::Value;

use crate::cli::program::{Ran, Senid, finish};
use crate::operations::processes::until_ready;
use crate::support::free_port;
use crate::support::world::{AN, Browser, Portal, clients, web};

use token::{MODULE, Token};

/// Whose new signing keys are made in the token.
const IN_MODULE: (&str, &str) = ("SENID_KEYS__SIGNING", "module");

/// A server whose signing keys are in a token.
struct House {
    token: Token,
    senid: Senid,
    issuer: String,
    operations: u16,
    server: Option<Child>,
    portal: Portal,
}

impl House {
    async fn start() -> Self {
        let token = Token::new();
        Self::start_with(token, Path::new(MODULE), &[IN_MODULE]).await
    }

    async fn start_with(token: Token, library: &Path, more: &[(&'static str, &str)]) -> Self {
        let mut house = Self::set_up(token, library, more);
        house.serves().await;
        house
    }

    /// Everything but the server.
    fn set_up(token: Token, library: &Path, more: &[(&'static str, &str)]) -> Self {
        let (public, operations) = (free_port(), free_port());
        let issuer = format!("http://127.0.0.1:{public}");
        let senid = token
            .given_through(Senid::new(), library)
            .with("SENID_ISSUER", &issuer)
            .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
            .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"))
            .with("SENID_POLICIES__SENSITIVE", "baseline")
            .with("SENID_LOG__LEVEL", "debug");
        let senid = more.iter().fold(senid, |senid, (name, value)| senid.with(name, *value));
        senid.run(&["migrate"]).ended(0);
        let office = clients::registration("tax-office");
        let client = ["client", "create", office.id, "--name", "Tax office", "--secret-stdin", "--approve-national-id"];
        let uris =
            ["--redirect-uri", office.redirect_uri, "--post-logout-redirect-uri", office.post_logout_redirect_uri];
        senid.run_with(&[&client[..], &uris, &["--scope", office.scope]].concat(), office.secret).ended(0);
        let person = ["citizen", "add", "--national-id", AN.identifier, "--name", AN.name, "--password-stdin"];
        senid.run_with(&person, AN.password).ended(0);
        let portal = Portal::new(&issuer, office, Arc::new(SystemClock));
        Self { token, senid, issuer, operations, server: None, portal }
    }

    async fn serves(&mut self) {
        self.server = Some(self.senid.start(&["serve"]));
        until_ready(self.operations).await;
    }

    /// Has it stop, and says how it ended and what it wrote.
    fn stops(&mut self) -> Ran {
        let server = self.server.take().unwrap();
        let told = std::process::Command::new("kill").arg("-TERM").arg(server.id().to_string()).status().unwrap();
        assert!(told.success());
        finish(server)
    }

    /// Signs in, and has a refresh token for whatever comes.
    async fn signed_in(&self) -> String {
        let mut browser = Browser::new(&self.issuer, "127.0.0.1".parse().unwrap());
        let started = self.portal.start();
        let page = browser.open(&started.url()).await;
        let page = AN.goes_through(&mut browser, page).await;
        let tokens = self.portal.exchange(&started, &page.code()).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert_eq!(self.portal.claims(&tokens.access_token()).await["national_id"], AN.identifier);
        self.portal.id_token(&tokens).await;
        tokens.refresh_token()
    }

    async fn health(&self) -> (u16, Value) {
        let reply = web::get(&format!("http://127.0.0.1:{}/health/ready", self.operations), &[]).await;
        (reply.status.as_u16(), reply.json())
    }

    async fn metrics(&self) -> String {
        web::get(&format!("http://127.0.0.1:{}/metrics", self.operations), &[]).await.body
    }

    async fn jwks(&self) -> Value {
        web::get(&format!("{}/jwks.json", self.issuer), &[]).await.json()
    }

    async fn published(&self) -> BTreeSet<String> {
        let kids = self.jwks().await;
        kids["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }

    /// Where each ES256 key is, in words such as `current module`.
    fn places(&self) -> Vec<String> {
        places(&self.senid, "ES256")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut left) = self.server.take() {
            let _ = left.kill();
            let _ = left.wait();
        }
    }
}

fn places(senid: &Senid, algorithm: &str) -> Vec<String> {
    let keys = senid.run(&["keys", "list", "--json"]).ended(0).json_lines();
    let of = keys.iter().filter(|key| key["algorithm"] == algorithm);
    of.map(|key| format!("{} {}", key["state"].as_str().unwrap(), key["place"].as_str().unwrap())).collect()
}

fn master_key() -> String {
    format!("1:{}", STANDARD.encode([9; 32]))
}
