//! A log that left the database: whoever has the file, and no key but the public one, finds what was done to it.

use super::*;

/// The log as it was exported, line by line.
async fn exported(store: &Store) -> Vec<String> {
    let mut file = Vec::new();
    let written = export(store, &keys(store).await, &mut file).await.unwrap();
    assert_eq!((written.events, written.heads), (EVENTS, 4));
    String::from_utf8(file).unwrap().lines().map(str::to_owned).collect()
}

async fn verified_file(lines: &[String], elsewhere: &[StoredHead]) -> Verification {
    let text = lines.iter().fold(String::new(), |text, line| text + line + "\n");
    let mut file = File::open(text.as_bytes()).unwrap();
    let mut verifier = file.verifier(Vec::new()).unwrap();
    for head in elsewhere {
        let seen = format!("head {} of the file", head.number);
        verifier = verifier.against(HeadElsewhere { seen, number: Some(head.number), note: head.note.clone() });
    }
    verifier.finish(&mut file).await.unwrap()
}

/// Whoever has the file alone, and no key but the public one.
#[tokio::test]
async fn an_exported_log_that_was_tampered_with_names_the_first_bad_event() {
    let home = sqlite().await;
    let heads = written(&home.store).await;
    let lines = exported(&home.store).await;
    let whole = verified_file(&lines, &heads).await;
    assert_eq!((whole.size, whole.heads, whole.signed, whole.finding), (EVENTS, 4, EVENTS, None));
    let at = lines.iter().position(|line| line.starts_with(&format!("{{\"place\":{PLACE},"))).unwrap();
    let event = event_of(&home.store, PLACE).await;
    let found = async |lines: Vec<String>| verified_file(&lines, &heads).await.finding.expect("it was not found");

    let mut removed = lines.clone();
    removed.remove(at);
    assert_eq!(found(removed).await, Finding::Removed { place: PLACE, event: None });
    let mut altered = lines.clone();
    altered[at] = altered[at].replace("\"kind\":\"keys.rotated\"", "\"kind\":\"keys.index_added\"");
    assert_eq!(found(altered.clone()).await, Finding::Altered { place: PLACE, event });
    // The hash is made to fit: the next head says that something of what it signs is another.
    let mut line: serde_json::Value = serde_json::from_str(&altered[at]).unwrap();
    let record: AuditRecord = serde_json::from_value(line["event"].clone()).unwrap();
    line["leaf_hash"] = STANDARD.encode(leaf_hash(&record.canonical())).into();
    altered[at] = line.to_string();
    assert_eq!(found(altered).await, Finding::Rewritten { from: 300, before: 600 });
    let mut exchanged = lines.clone();
    exchanged.swap(at, at + 5);
    let other = event_of(&home.store, PLACE + 5).await;
    assert_eq!(found(exchanged).await, Finding::Reordered { place: PLACE, event: other, belongs: PLACE + 5 });
    let mut inserted = lines.clone();
    inserted.insert(at + 1, lines[at - 7].clone());
    let twice = event_of(&home.store, PLACE - 7).await;
    assert_eq!(found(inserted).await, Finding::Inserted { place: Some(PLACE - 7), event: twice });
    let cut: Vec<String> = lines[..at].to_vec();
    assert_eq!(found(cut).await, Finding::RemovedFromEnd { place: PLACE });
    let second = lines.iter().position(|line| line.starts_with("{\"head\":2,")).unwrap();
    let mut headless = lines.clone();
    headless.remove(second);
    assert_eq!(found(headless).await, Finding::HeadRemoved { number: 2 });
    let mut forged = lines.clone();
    forged[second] = forged[second].replace("\"size\":600", "\"size\":599");
    assert_eq!(found(forged).await, Finding::HeadForged { number: 2 });
    for no_log in ["", "{}", "{\"senid\":\"store\"}"] {
        assert!(File::open(no_log.as_bytes()).is_err(), "{no_log}");
    }
}
