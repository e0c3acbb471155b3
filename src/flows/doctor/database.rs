//! The database's clock, its promises, and what its role may do.

use super::{Doctor, Finding, What, apart, or_sound, spoken};
use crate::domain::time::Timestamp;
use crate::storage::{DatabaseFacts, Store};

/// Tokens allow for a minute of difference; half of it is much too much between two machines of one deployment.
const FAR_SECONDS: u64 = 30;
const NEAR_SECONDS: u64 = 2;
/// What each server holds beside its pool: the connection that listens for changes.
const BESIDE_THE_POOL: u64 = 1;
/// For `senid migrate`, backups, and whoever looks.
const FOR_OTHERS: u64 = 10;

pub(super) async fn look(store: &Store, doctor: &Doctor) -> Vec<Finding> {
    let before = doctor.now();
    match store.diagnose().await {
        Err(error) => vec![Finding::new(What::DatabaseAway, error.to_string())],
        Ok(None) => vec![Finding::new(What::DatabaseEmbedded, "the identity store is a SQLite file")],
        Ok(Some(facts)) => {
            // The answer was made somewhere between the question and now.
            let after = doctor.now();
            let ours = if facts.now < before { before } else { facts.now.min(after) };
            let mut findings = vec![of_clock(ours, facts.now)];
            let each = u64::from(doctor.settings.database.max_connections) + BESIDE_THE_POOL;
            findings.extend(judge(&facts, each * u64::from(doctor.servers) + FOR_OTHERS, doctor.servers));
            findings
        }
    }
}

fn of_clock(ours: Timestamp, theirs: Timestamp) -> Finding {
    let apart = apart(ours, theirs);
    let detail = format!("this machine's clock and the database's are {} apart", spoken(apart));
    match apart.as_secs() {
        FAR_SECONDS.. => Finding::new(What::ClockDatabaseFar, detail),
        NEAR_SECONDS.. => Finding::new(What::ClockDatabase, detail),
        _ => Finding::new(What::ClockSound, "this machine's clock and the database's agree"),
    }
}

fn judge(facts: &DatabaseFacts, wanted: u64, servers: u32) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |what, detail: String| findings.push(Finding::new(what, detail));
    if facts.is_standby {
        found(What::DatabaseStandby, "it is a standby in recovery".to_owned());
    }
    if facts.setting("fsync") == "off" {
        found(What::DatabaseFsync, "fsync is off: a power cut can lose or damage everything".to_owned());
    }
    if facts.setting("full_page_writes") == "off" {
        found(What::DatabasePages, "full_page_writes is off".to_owned());
    }
    let has_standby = !facts.setting("synchronous_standby_names").is_empty();
    match facts.setting("synchronous_commit") {
        "off" => found(What::DatabaseCommit, "synchronous_commit is off for this role and database".to_owned()),
        "local" | "remote_write" if has_standby => found(
            What::DatabaseLocalCommit,
            format!("synchronous_commit is {}, and there is a standby", facts.setting("synchronous_commit")),
        ),
        _ => {}
    }
    if !has_standby {
        found(What::DatabaseNoStandby, "there is no synchronous standby".to_owned());
    }
    let number = |name| facts.setting(name).parse::<u64>().unwrap_or_default();
    let free = number("max_connections").saturating_sub(number("superuser_reserved_connections"));
    if free < wanted {
        let detail = format!("it takes {free} connections, and {servers} servers with others need {wanted}");
        found(What::DatabaseConnections, detail);
    }
    match (facts.is_superuser, facts.may_forge) {
        (true, _) => found(What::DatabaseSuperuser, "SenID connects as a superuser".to_owned()),
        (false, true) => found(What::DatabaseRights, "its role may change or remove audit events".to_owned()),
        (false, false) => {}
    }
    let isolation = facts.setting("default_transaction_isolation");
    if isolation != "read committed" {
        found(What::DatabaseIsolation, format!("default_transaction_isolation is {isolation}"));
    }
    if facts.is_plain {
        found(What::DatabasePlain, "the connection crosses a network without TLS".to_owned());
    }
    or_sound(
        findings,
        What::DatabaseSound,
        format!("Postgres {} keeps what it acknowledges", facts.setting("server_version")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> DatabaseFacts {
        let settings = [
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("synchronous_commit", "on"),
            ("synchronous_standby_names", "ANY 1 (b)"),
            ("max_connections", "100"),
            ("superuser_reserved_connections", "3"),
            ("default_transaction_isolation", "read committed"),
            ("server_version", "17.2"),
        ];
        DatabaseFacts {
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            now: Timestamp::EPOCH,
            is_superuser: false,
            may_forge: false,
            is_standby: false,
            is_plain: false,
        }
    }

    fn found(facts: &DatabaseFacts) -> Vec<What> {
        judge(facts, 97, 2).into_iter().map(|one| one.what).collect()
    }

    #[test]
    fn a_database_that_keeps_its_promises_is_sound() {
        assert_eq!(found(&sound()), [What::DatabaseSound]);
    }

    #[test]
    fn each_setting_that_breaks_a_promise_is_found_by_itself() {
        for (name, value, expected) in [
            ("fsync", "off", What::DatabaseFsync),
            ("full_page_writes", "off", What::DatabasePages),
            ("synchronous_commit", "off", What::DatabaseCommit),
            ("synchronous_commit", "local", What::DatabaseLocalCommit),
            ("max_connections", "99", What::DatabaseConnections),
            ("default_transaction_isolation", "serializable", What::DatabaseIsolation),
        ] {
            let mut facts = sound();
            facts.settings.insert(name.to_owned(), value.to_owned());
            assert_eq!(found(&facts), [expected], "{name} = {value}");
        }
        let mut alone = sound();
        alone.settings.insert("synchronous_standby_names".to_owned(), String::new());
        assert_eq!(found(&alone), [What::DatabaseSound, What::DatabaseNoStandby]);
        alone.settings.insert("synchronous_commit".to_owned(), "local".to_owned());
        assert_eq!(
            found(&alone),
            [What::DatabaseSound, What::DatabaseNoStandby],
            "without a standby local is all there is"
        );
    }

    #[test]
    fn what_its_role_is_and_how_it_is_reached_is_found() {
        assert_eq!(found(&DatabaseFacts { is_superuser: true, may_forge: true, ..sound() }), [What::DatabaseSuperuser]);
        assert_eq!(found(&DatabaseFacts { may_forge: true, ..sound() }), [What::DatabaseRights]);
        assert_eq!(found(&DatabaseFacts { is_standby: true, ..sound() }), [What::DatabaseStandby]);
        assert_eq!(found(&DatabaseFacts { is_plain: true, ..sound() }), [What::DatabasePlain]);
    }

    #[test]
    fn clocks_are_compared() {
        let at = Timestamp::from_seconds;
        assert_eq!(of_clock(at(10), at(11)).what, What::ClockSound);
        assert_eq!(of_clock(at(10), at(12)).what, What::ClockDatabase);
        assert_eq!(of_clock(at(40), at(10)).what, What::ClockDatabaseFar);
    }
}
