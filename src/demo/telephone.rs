//! Everybody's telephone: text messages to the demonstration's people are shown where it was started.

use std::net::SocketAddr;

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// As the gateway of a deployment is asked (docs/messages.md).
#[derive(Deserialize)]
struct Text {
    to: String,
    text: String,
}

/// Takes text messages on this machine until the task is ended.
///
/// # Errors
/// Where it cannot listen.
pub async fn serve() -> std::io::Result<(SocketAddr, JoinHandle<std::io::Result<()>>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/", post(ring));
    Ok((address, tokio::spawn(async move { axum::serve(listener, router).await })))
}

#[expect(clippy::print_stdout, reason = "this is the telephone's screen")]
async fn ring(Json(Text { to, text }): Json<Text>) -> StatusCode {
    println!("  text message to {to}: {text}");
    StatusCode::NO_CONTENT
}
