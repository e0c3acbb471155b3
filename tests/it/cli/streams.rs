//! `senid stream …`, through the program.

use senid::crypto::random::SystemRandom;
use senid::domain::signals::Stream;
use senid::domain::time::Timestamp;
use senid::storage::{Options, Store};

use super::program::Senid;

/// A client with a stream. A server opens streams, and no command does: it is written as a server writes it.
fn with_stream() -> Senid {
    let senid = Senid::ready();
    let words = ["client", "create", "tax-office", "--name", "Tax", "--redirect-uri", "https://tax.example/callback"];
    senid.run(&words).ended(0);
    let file = senid.path().join("senid.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::connect(&format!("sqlite:{}", file.display()), &Options::default()).await.unwrap();
        let stream = Stream::new(
            &"tax-office".parse().unwrap(),
            Timestamp::from_micros(1_700_000_000_000_000),
            &SystemRandom::new(),
        );
        let mut tx = store.begin().await.unwrap();
        assert!(tx.signal_streams().create(&stream).await.unwrap());
        tx.commit().await.unwrap();
    });
    senid
}

#[test]
fn a_stream_is_paused_checked_and_closed_for_a_reason_that_is_recorded() {
    let senid = with_stream();
    let listed = senid.run(&["stream", "list"]).ended(0);
    assert!(listed.out.contains("tax-office") && listed.out.contains("enabled, fetched"), "{}", listed.out);
    let refused = senid.run(&["stream", "pause", "tax-office"]).ended(2);
    assert!(refused.err.contains("--reason"), "{}", refused.err);
    let refused = senid.run(&["stream", "pause", "tax-office", "--reason", "two\nlines"]).ended(2);
    assert!(refused.err.contains("more than one line"), "{}", refused.err);
    let paused = senid.run(&["stream", "pause", "tax-office", "--reason", "works", "--json"]).ended(0).json();
    assert_eq!((paused["status"].as_str(), paused["reason"].as_str()), (Some("paused"), Some("works")));
    let again = senid.run(&["stream", "pause", "tax-office", "--reason", "works"]).ended(1);
    assert!(again.err.contains("the stream is paused already"), "{}", again.err);
    senid.run(&["stream", "verify", "tax-office"]).ended(0);
    let soon = senid.run(&["stream", "verify", "tax-office"]).ended(1);
    assert!(soon.err.contains("less than 30 seconds ago"), "{}", soon.err);
    let events = senid.run(&["stream", "events", "--client", "tax-office", "--state", "pending", "--json"]).ended(0);
    let kinds: Vec<_> = events.json_lines().iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["verification", "stream-updated"]);
    for event in events.json_lines() {
        assert!(event.get("subject").is_none() && event.get("citizen").is_none(), "{event}");
    }
    senid.run(&["stream", "disable", "tax-office", "--reason", "a letter"]).ended(0);
    let off = senid.run(&["stream", "verify", "tax-office"]).ended(1);
    assert!(off.err.contains("disabled"), "{}", off.err);
    senid.run(&["stream", "enable", "tax-office", "--reason", "a letter"]).ended(0);
    senid.run(&["stream", "remove", "tax-office", "--reason", "moved away"]).ended(0);
    let gone = senid.run(&["stream", "enable", "tax-office", "--reason", "again"]).ended(1);
    assert!(gone.err.contains("the client tax-office has no stream"), "{}", gone.err);
    assert!(senid.run(&["stream", "list"]).ended(0).out.contains("there is none"));
    let recorded = senid.recorded(&["--client", "tax-office"]);
    let removed = recorded.iter().find(|(kind, _)| kind == "stream.removed").unwrap();
    assert_eq!(removed.1["reason"], "moved away");
}
