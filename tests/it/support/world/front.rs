//! One port in front of two servers, which gives each request to the next of them: whatever a server keeps to itself,
//! the other does not know.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;

use super::web;

pub struct Front {
    turns: Arc<Turns>,
}

struct Turns {
    servers: Vec<SocketAddr>,
    taken: AtomicUsize,
}

impl Front {
    pub fn start(port: TcpListener, servers: Vec<SocketAddr>) -> Self {
        let turns = Arc::new(Turns { servers, taken: AtomicUsize::new(0) });
        let router = Router::new().fallback(forward).with_state(turns.clone());
        let listener = tokio::net::TcpListener::from_std(port).expect("a socket");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { turns }
    }

    /// How many requests came through.
    pub fn requests(&self) -> usize {
        self.turns.taken.load(Ordering::SeqCst)
    }
}

async fn forward(State(turns): State<Arc<Turns>>, request: Request) -> Response {
    let turn = turns.taken.fetch_add(1, Ordering::SeqCst);
    let server = turns.servers[turn % turns.servers.len()];
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let body = to_bytes(body, 1024 * 1024).await.expect("a request's body");
    // The headers as they came: among them the host that the browser knows.
    let answer = web::client(Ipv4Addr::LOCALHOST.into())
        .request(parts.method, format!("http://{server}{path}"))
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .expect("the server answers");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = Body::from(answer.bytes().await.expect("a whole answer"));
    response
}
