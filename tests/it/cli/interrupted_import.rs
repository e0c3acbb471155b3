//! `senid citizen import`, interrupted: what was entered stays, and the rest comes with the next run.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};

use serde_json::Value;
use sqlx::Connection;

use super::program::{Senid, finish};
use crate::support::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_leaves_whole_batches_and_the_rest_for_another_run() {
    let postgres = Postgres::start_private();
    let database = postgres.database().await;
    let senid = Senid::new().with("SENID_DATABASE__URL", database.url());
    senid.run(&["migrate"]).ended(0);
    senid.run(&["keys", "list"]).ended(0);
    let mut file = "national_id,name\nbroken,X\n".to_owned();
    for number in 0..9_000 {
        writeln!(file, "001090{number:06},Nguyễn Văn {number}").unwrap();
    }
    // More than a batch, less than two.
    let (first, rest) = file.split_at(file.match_indices('\n').nth(5_000).unwrap().0);
    let mut child = senid.start(&["citizen", "import", "-", "--format", "csv"]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(first.as_bytes()).unwrap();
    // The first batch's broken line is told once the batch is kept.
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert_eq!(line, "senid: line 2, national_id: expected digits only [malformed]\n");
    postgres.stop();
    input.write_all(rest.as_bytes()).unwrap();
    drop(input);
    line.clear();
    told.read_to_string(&mut line).unwrap();
    let ran = finish(child).ended(4);
    assert_eq!(ran.out, "4000 citizens read, 3999 added, 1 rejected\n");
    assert!(line.starts_with("senid: stopped after line 4001: what was added by then stays\n"), "{line}");
    assert!(line.contains("the identity store cannot be reached"), "{line}");

    postgres.start_again();
    let again = senid.run_with(&["citizen", "import", "-", "--format", "csv"], &file).ended(5);
    assert_eq!(again.out, "9001 citizens read, 5001 added, 4000 rejected\n");
}

/// A pipe breaks in the middle of a batch; whoever has the whole file goes on behind the last line that was dealt with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_cut_short_goes_on_where_it_was() {
    let postgres = Postgres::start_private();
    let database = postgres.database().await;
    let senid = Senid::new().with("SENID_DATABASE__URL", database.url());
    senid.run(&["migrate"]).ended(0);
    senid.run(&["keys", "list"]).ended(0);
    let mut file = "national_id,name\nbroken,X\n".to_owned();
    for number in 0..9_000 {
        writeln!(file, "001090{number:06},Nguyễn Văn {number}").unwrap();
    }
    senid.write("people.csv", &file);
    // A table that takes no more than the first batch stands for a database that goes away.
    let mut connection = sqlx::PgConnection::connect(database.url()).await.unwrap();
    let full = "CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF (SELECT count(*) FROM citizens) > 4000 THEN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END IF;
            RETURN NULL; END $$";
    sqlx::query(full).execute(&mut connection).await.unwrap();
    let watch = "CREATE TRIGGER full_up AFTER INSERT ON citizens FOR EACH STATEMENT EXECUTE FUNCTION full_up()";
    sqlx::query(watch).execute(&mut connection).await.unwrap();
    let import = ["citizen", "import", "people.csv", "--report", "report.jsonl"];
    let stopped = senid.run(&import).ended(4);
    assert_eq!(stopped.out, "4000 citizens read, 3999 added, 1 rejected\n");
    sqlx::query("DROP TRIGGER full_up ON citizens").execute(&mut connection).await.unwrap();

    let done = senid.run(&import).ended(5);
    assert_eq!(done.err, "senid: goes on behind line 4001, where an earlier run of this file stopped\n");
    assert_eq!(done.out, "9001 citizens read, 9000 added, 1 rejected\n");
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM citizens").fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 9_000);
    let report = std::fs::read_to_string(senid.path().join("report.jsonl")).unwrap();
    assert_eq!(report.lines().count(), 1, "the line that the first run rejected is told once: {report}");

    // Once it is through, the same file begins anew, and adds nobody twice; and so does another file.
    let again = senid.run(&import).ended(1);
    assert_eq!(again.out, "9001 citizens read, 0 added, 9001 rejected\n");
    senid.write("people.csv", file.replace("broken,X", "001091000000,X"));
    assert_eq!(senid.run(&import).ended(5).out, "9001 citizens read, 1 added, 9000 rejected\n");
}

/// Killed in the middle of a batch, when all had been said of it: the next run keeps nobody twice, and tells of no line twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_killed_goes_on_where_it_was() {
    let postgres = Postgres::start_private();
    let database = postgres.database().await;
    let senid = Senid::new().with("SENID_DATABASE__URL", database.url());
    senid.run(&["migrate"]).ended(0);
    senid.run(&["keys", "list"]).ended(0);
    let mut file = "national_id,name\nbroken,X\n".to_owned();
    for number in 0..9_000 {
        writeln!(file, "001090{number:06},Nguyễn Văn {number}").unwrap();
    }
    // One of the second batch, and one of the last.
    file = file.replace("001090004600,", "1,").replace("001090008999,", "1,");
    senid.write("people.csv", &file);
    let mut connection = sqlx::PgConnection::connect(database.url()).await.unwrap();
    let wait = "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.last_line > 4001 THEN PERFORM pg_advisory_xact_lock(7); END IF; RETURN NULL; END $$";
    sqlx::query(wait).execute(&mut connection).await.unwrap();
    let watch = "CREATE TRIGGER wait AFTER UPDATE ON imports FOR EACH ROW EXECUTE FUNCTION wait()";
    sqlx::query(watch).execute(&mut connection).await.unwrap();
    sqlx::query("SELECT pg_advisory_lock(7)").execute(&mut connection).await.unwrap();

    let import = ["citizen", "import", "people.csv", "--report", "report.jsonl"];
    let mut child = senid.start(&import);
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut connection).await.unwrap() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let report = || std::fs::read_to_string(senid.path().join("report.jsonl")).unwrap();
    assert_eq!(report().lines().count(), 2, "all was said of the second batch: {}", report());
    sqlx::query("SELECT pg_advisory_unlock(7)").execute(&mut connection).await.unwrap();

    let done = senid.run(&import).ended(5);
    assert_eq!(done.out, "9001 citizens read, 8998 added, 3 rejected\n");
    assert!(done.err.starts_with("senid: goes on behind line 4001, where an earlier run of this file stopped\n"));
    let lines: Vec<u64> =
        report().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 4603, 9002]);
    for (table, rows) in [("citizens", 8_998_i64), ("sign_in_names", 8_998)] {
        let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut connection).await.unwrap(), rows, "{table}");
    }
}
