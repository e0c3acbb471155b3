//! Server-side request forgery: whoever chooses an address that SenID fetches reaches nothing that they could not reach
//! themselves, and can neither hold SenID up nor fill its memory.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use senid::domain::time::ManualClock;
use senid::outbound::{FetchError, Fetcher, Limits, Purpose, Reach, Resolve, SystemResolver};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::outside::{Outside, Says, authority, ok, status};
use crate::support::world::NOW;

const JSON: &str = "application/json";

fn development() -> Reach {
    Reach { loopback: true, extra_roots: vec![authority()], ..Reach::default() }
}

fn fetcher(reach: Reach, resolver: Arc<dyn Resolve>) -> Fetcher {
    with_limits(reach, resolver, Limits::default())
}

fn with_limits(reach: Reach, resolver: Arc<dyn Resolve>, limits: Limits) -> Fetcher {
    Fetcher::new(reach, limits, resolver, Arc::new(ManualClock::at(NOW))).unwrap()
}

async fn get(fetcher: &Fetcher, url: &str) -> Result<Vec<u8>, FetchError> {
    fetcher.get(&url.parse().unwrap(), Purpose::JwksUri).await.map(|document| document.bytes)
}

#[tokio::test]
async fn a_name_that_resolves_to_a_special_address_is_not_connected_to() {
    let inside = Outside::https(|_| ok(JSON, "{}"));
    for address in [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "fd00:ec2::254",
        "fe80::1",
        "198.18.0.1",
        "224.0.0.1",
    ] {
        let says = Says::new(&[&[address]]);
        let strict = fetcher(Reach { extra_roots: vec![authority()], ..Reach::default() }, says.clone());
        assert_eq!(get(&strict, &inside.at("a.portal.example", "/")).await, Err(FetchError::NotPublic), "{address}");
        assert_eq!(says.asked(), 1);
    }
    // A name that means this machine means no other, whatever a resolver says.
    let says = Says::new(&[&["198.41.0.4"]]);
    let lax = fetcher(development(), says.clone());
    assert_eq!(get(&lax, &inside.at("localhost", "/")).await, Err(FetchError::NotPublic));
    assert_eq!(inside.requests(), 0);
}

#[tokio::test]
async fn a_private_name_looks_the_same_whether_it_exists_or_not() {
    let exists = fetcher(Reach::default(), Says::new(&[&["10.0.0.1"]]));
    let does_not = fetcher(Reach::default(), Says::new(&[&[]]));
    let url = "https://database.internal/";
    assert_eq!(get(&exists, url).await, get(&does_not, url).await);
}

#[tokio::test]
async fn an_address_in_the_url_is_not_connected_to_however_it_is_spelt() {
    let inside = Outside::https(|_| ok(JSON, "{}"));
    let strict = fetcher(Reach { extra_roots: vec![authority()], ..Reach::default() }, Arc::new(SystemResolver));
    for host in
        ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:7f00:1]", "0", "localhost", "localhost."]
    {
        assert_eq!(get(&strict, &inside.at(host, "/")).await, Err(FetchError::NotPublic), "{host}");
    }
    assert_eq!(inside.requests(), 0);
}

#[tokio::test]
async fn a_name_that_resolves_otherwise_a_moment_later_is_connected_to_where_it_was_checked() {
    let portal = Outside::https(|_| ok(JSON, "{}"));
    let says = Says::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let fetcher = fetcher(development(), says.clone());
    let url = portal.at("a.portal.example", "/");
    assert_eq!(get(&fetcher, &url).await, Ok(b"{}".to_vec()));
    assert_eq!((says.asked(), portal.requests()), (1, 1));
    // The next fetch takes the connection that there is, or is refused; it never connects to the second address.
    assert!(matches!(get(&fetcher, &url).await, Ok(_) | Err(FetchError::NotPublic)));
    // Of several addresses, only those that passed are tried.
    let both = Says::new(&[&["10.0.0.1", "127.0.0.1", "169.254.169.254"]]);
    let limits = Limits { time: Duration::from_secs(2), ..Limits::default() };
    assert_eq!(get(&with_limits(development(), both, limits), &url).await, Ok(b"{}".to_vec()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let inside = Outside::http(|_| ok(JSON, "{}"));
    let target = inside.url("/secret");
    let portal = Outside::https(move |seen| {
        let status: u16 = seen.head.uri.path()[1..].parse().unwrap();
        Response::builder().status(status).header("location", &target).body(Body::empty()).unwrap()
    });
    let fetcher = fetcher(development(), Arc::new(SystemResolver));
    for status in [301, 302, 303, 307, 308] {
        let url = portal.url(&format!("/{status}"));
        assert_eq!(get(&fetcher, &url).await, Err(FetchError::Redirect), "{status}");
        let url = url.parse().unwrap();
        let posted = fetcher.post_form(&url, Purpose::BackchannelLogoutUri, "a=b".to_owned()).await;
        assert_eq!(posted, Err(FetchError::Redirect), "{status}");
    }
    assert_eq!((portal.requests(), inside.requests()), (10, 0));
}

/// A server that says what is given and then goes on as `then` has it.
async fn raw<F>(first: &'static str, then: impl Fn(TcpStream) -> F + Send + 'static) -> (String, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 2048];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(first.as_bytes()).await;
            then(stream).await;
        }
    });
    (url, connections)
}

#[tokio::test]
async fn a_slow_answer_is_given_up() {
    let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
    let fetcher = with_limits(development(), Arc::new(SystemResolver), limits);
    let drips = |mut stream: TcpStream| async move {
        // A byte now and then keeps any pause short: only the whole counts.
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        while stream.write_all(b" ").await.is_ok() {
            ticks.tick().await;
        }
    };
    for first in ["HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"] {
        let (url, connections) = raw(first, drips).await;
        assert_eq!(get(&fetcher, &url).await, Err(FetchError::TimedOut), "{first}");
        assert_eq!(connections.load(Ordering::SeqCst), 1);
    }
    let holds = |stream: TcpStream| async move {
        let _held = stream;
        std::future::pending().await
    };
    let (url, _) = raw("", holds).await;
    assert_eq!(get(&fetcher, &url).await, Err(FetchError::TimedOut), "silence");
}

#[tokio::test]
async fn an_endless_or_large_answer_is_cut_off() {
    let fetcher = fetcher(development(), Arc::new(SystemResolver));
    let written = Arc::new(AtomicUsize::new(0));
    let counted = written.clone();
    let endless = move |mut stream: TcpStream| {
        let counted = counted.clone();
        async move {
            while stream.write_all(&[b' '; 4096]).await.is_ok() {
                counted.fetch_add(4096, Ordering::SeqCst);
            }
        }
    };
    let (url, _) = raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", endless).await;
    assert_eq!(get(&fetcher, &url).await, Err(FetchError::TooLong));
    assert!(written.load(Ordering::SeqCst) < 32 * 1024 * 1024, "what the sockets hold, and no more");

    let sized = Outside::http(|seen| ok(JSON, "x".repeat(seen.head.uri.path()[1..].parse().unwrap())));
    assert_eq!(get(&fetcher, &sized.url("/65536")).await.map(|bytes| bytes.len()), Ok(65_536));
    assert_eq!(get(&fetcher, &sized.url("/65537")).await, Err(FetchError::TooLong));
}

#[tokio::test]
async fn only_a_plain_200_of_the_expected_type_is_read() {
    let portal = Outside::https(|seen| match seen.head.uri.path() {
        "/html" => ok("text/html", "{}"),
        "/gzip" => Response::builder()
            .header("content-type", JSON)
            .header("content-encoding", "gzip")
            .body(Body::from("{}"))
            .unwrap(),
        path => status(path[1..].parse().unwrap()),
    });
    let fetcher = fetcher(development(), Arc::new(SystemResolver));
    for (path, expected) in [
        ("/html", FetchError::MediaType("application/jwk-set+json")),
        ("/gzip", FetchError::Encoded),
        ("/204", FetchError::Status(204)),
        ("/404", FetchError::Status(404)),
        ("/500", FetchError::Status(500)),
    ] {
        assert_eq!(get(&fetcher, &portal.url(path)).await, Err(expected), "{path}");
    }
    assert_eq!(FetchError::Status(401).to_string(), FetchError::Status(500).to_string(), "what answered stays inside");
}

#[tokio::test]
async fn only_a_trusted_certificate_for_the_very_name_is_believed() {
    let portal = Outside::https(|_| ok(JSON, "{}"));
    let strangers = Reach { loopback: true, ..Reach::default() };
    let says = || Says::new(&[&["127.0.0.1"]]);
    let good = portal.at("a.portal.example", "/");
    assert_eq!(get(&fetcher(development(), says()), &good).await, Ok(b"{}".to_vec()));
    assert_eq!(get(&fetcher(strangers, says()), &good).await, Err(FetchError::Unreachable));
    let other = portal.at("a.other.example", "/");
    assert_eq!(get(&fetcher(development(), says()), &other).await, Err(FetchError::Unreachable));
    assert_eq!(portal.requests(), 1);
}

#[tokio::test]
async fn nothing_of_ours_goes_along() {
    let portal = Outside::https(|_| {
        Response::builder().header("content-type", JSON).header("set-cookie", "a=b").body(Body::from("{}")).unwrap()
    });
    let fetcher = fetcher(development(), Arc::new(SystemResolver));
    let url = portal.url("/keys?of=us#here");
    get(&fetcher, &url).await.unwrap();
    get(&fetcher, &url).await.unwrap();
    let logout = portal.url("/logout").parse().unwrap();
    let posted = fetcher.post_form(&logout, Purpose::BackchannelLogoutUri, "logout_token=x".to_owned()).await;
    assert_eq!(posted.map(|status| status.as_u16()), Ok(200));
    let seen = portal.seen();
    let allowed = ["accept", "accept-encoding", "user-agent", "host", "content-type", "content-length"];
    for request in &seen {
        for name in request.head.headers.keys() {
            assert!(allowed.contains(&name.as_str()), "{name}");
        }
        assert_eq!(request.head.headers["accept-encoding"], "identity");
    }
    assert_eq!(seen[2].body, "logout_token=x");
    assert_eq!(seen[2].head.headers["content-type"], "application/x-www-form-urlencoded");
    // A password in an address would have become a header.
    let with_password = url.replace("https://", "https://senid:secret@");
    assert_eq!(get(&fetcher, &with_password).await, Err(FetchError::UserInfo));
    assert_eq!(portal.requests(), 3);
}

#[tokio::test]
async fn an_authority_s_own_network_is_reached_where_the_settings_name_it() {
    // 127.0.0.0/8 stands for it here; the settings themselves refuse that one.
    let portal = Outside::https(|_| ok(JSON, "{}"));
    let url = portal.at("a.portal.example", "/");
    let reach = |network: &str| Reach {
        networks: vec![network.parse().unwrap()],
        extra_roots: vec![authority()],
        ..Reach::default()
    };
    let says = || Says::new(&[&["127.0.0.1"]]);
    assert_eq!(get(&fetcher(reach("127.0.0.0/24"), says()), &url).await, Ok(b"{}".to_vec()));
    assert_eq!(get(&fetcher(reach("127.0.1.0/24"), says()), &url).await, Err(FetchError::NotPublic));
    let plain = Outside::http(|_| ok(JSON, "{}"));
    assert_eq!(get(&fetcher(reach("127.0.0.0/24"), says()), &plain.url("/")).await, Err(FetchError::NotHttps));
}
