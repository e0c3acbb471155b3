//! Growth: with twenty times as many citizens (`make scale`: a hundred times), a sign-in, a search by number and the pages of an
//! account are answered by the same query plans, and touch about as many pages of the database.
//!
//! A private Postgres explains every statement that it runs (`auto_explain`), so what is looked at is what the program really
//! asks, whoever wrote it and wherever it stands.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

#[path = "../../bench/names.rs"]
mod names;
mod plans;
#[path = "../../bench/population.rs"]
mod population;
#[path = "../../bench/portal.rs"]
#[allow(dead_code, reason = "shared with the benchmarks")]
mod portal;
#[path = "../../bench/process.rs"]
#[allow(dead_code, reason = "shared with the benchmarks")]
mod process;
/// The servers that the tests start for themselves.
#[path = "../it/support"]
#[allow(dead_code, reason = "shared with the integration tests")]
mod support {
    pub mod postgres;
    pub mod supervisor;
}

use std::fs::File;
use std::io::{BufWriter, Write};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use senid::credentials::password::{Hasher, HasherSettings, Parameters};
use senid::crypto::random::SystemRandom;
use senid::demo::people;
use senid::domain::password_policy::{Context, Lengths, PasswordUse, judge};
use senid::domain::secret::SecretString;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use plans::{Log, Measured};
use population::{HEADER, Population};
use portal::{Browser, Door, Portal};
use process::{Ended, Place, Server, cpu_seconds};
use support::postgres::Postgres;
use support::supervisor::free_port;

/// How much more may be touched: an index of a hundred times as many entries is one level deeper.
const MOST_GROWTH: f64 = 1.3;
/// An import of an optimised program adds at least so many a second.
const LEAST_SPEED: f64 = 5_000.0;
/// And takes at most so many megabytes, however long the file is.
const MOST_MEMORY: f64 = 256.0;
/// People who sign in before anything is measured, so that what is cached is; and those who are measured.
const BEFORE: usize = 10;
const MEASURED: usize = 30;
/// Born before, somebody acts for themselves.
const OF_AGE: &str = "2010";
/// The pages of an account.
const PAGES: [&str; 7] = [
    "/account",
    "/account/activity",
    "/account/data",
    "/account/organisations",
    "/account/portals",
    "/account/security",
    "/account/sessions",
];

/// What a sign-in leaves behind, and what of each row is one's own and nobody else's. The ids of the two are in the same order, and the
/// times are no two the same, as if they had signed in one after another. The last table tells who has signed in.
const OF_A_SIGN_IN: [(&str, &str); 7] = [
    ("grants", "'id', everybody.id, 'session_id', everybody.id, 'forget_after', theirs.forget_after + turn"),
    (
        "grant_directory",
        "'grant_id', everybody.id, 'code_hash', sha256(uuid_send(everybody.id)),
            'forget_after', theirs.forget_after + turn",
    ),
    ("consents", "'granted_at', theirs.granted_at + turn"),
    ("session_clients", "'session_id', everybody.id, 'forget_after', theirs.forget_after + turn"),
    ("releases", "'id', everybody.id, 'grant_id', everybody.id, 'first_at', theirs.first_at + turn"),
    (
        "audit_events",
        "'id', overlay(CAST(everybody.id AS TEXT) PLACING right(CAST(theirs.id AS TEXT), 12) FROM 25),
            'at', theirs.at + turn",
    ),
    (
        "known_devices",
        "'id', everybody.id, 'secret_hash', sha256(uuid_send(everybody.id)),
            'last_used_at', theirs.last_used_at + turn",
    ),
];

/// How many citizens there are at first, and then.
fn sizes() -> (usize, usize) {
    let text = std::env::var("SENID_SCALE").unwrap_or_else(|_| "1000,20000".to_owned());
    let (few, many) = text.split_once(',').expect("SENID_SCALE is two numbers, as in 10000,1000000");
    (few.parse().unwrap(), many.parse().unwrap())
}

struct Deployment {
    place: Place<'static>,
    log: Log,
    url: String,
    /// The first process of the database.
    postgres: u32,
    password_hash: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_times_as_many_citizens_are_found_by_the_same_plans() {
    let (few, many) = sizes();
    let postgres = Postgres::start_to_measure();
    let database = postgres.database().await;
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        folder: Box::leak(folder.path().to_path_buf().into_boxed_path()),
        port: free_port(),
        operations: free_port(),
        portal: free_port(),
        database_url: Some(database.url().to_owned()),
        redis_url: None,
    };
    Server::prepare(&place).await.unwrap();
    let deployment = Deployment {
        place,
        log: Log::new(postgres.log()),
        url: database.url().to_owned(),
        postgres: postgres.process(),
        password_hash: password_hash().await,
    };

    let first = deployment.import(0, few).await;
    deployment.sign_everybody_in(0).await;
    let at_first = deployment.measure(few).await;

    let before = deployment.bytes().await;
    let rest = deployment.import(few, many).await;
    let imported = deployment.bytes().await;
    deployment.sign_everybody_in(few).await;
    let signed_in = deployment.bytes().await;
    let then = deployment.measure(many).await;

    println!("{few} citizens, then {many}\n");
    report_imports(&[&first, &rest]);
    report_sizes("an import", &before, &imported, (many - few) as f64);
    report_sizes("one sign-in each", &imported, &signed_in, (many - few) as f64);
    let growth = plans::compare(&at_first, &then);
    assert!(growth <= MOST_GROWTH, "{growth:.2} times as many pages are touched");
    assert!(rest.program.megabytes <= MOST_MEMORY, "{:.0} MB", rest.program.megabytes);
    if !cfg!(debug_assertions) {
        assert!(rest.speed() >= LEAST_SPEED, "{:.0} citizens a second", rest.speed());
    }
}

/// An import, and what it took.
struct Imported {
    people: usize,
    program: Ended,
    /// CPU time of the database.
    database: f64,
}

impl Imported {
    /// People a second.
    fn speed(&self) -> f64 {
        self.people as f64 / self.program.took.as_secs_f64()
    }
}

/// What the demonstration's password is for everybody here.
async fn password_hash() -> String {
    let random = Arc::new(SystemRandom::new());
    let parameters = Parameters::new(19 * 1024, 2, 1).unwrap();
    let settings = HasherSettings { threads: NonZeroU32::MIN, queue: 1, wait: Duration::from_secs(60), parameters };
    let hasher = Hasher::start(settings, random).unwrap();
    let typed = SecretString::new(people::PASSWORD);
    let password = judge(&typed, Lengths::default(), PasswordUse::Alone, &Context::default()).unwrap();
    hasher.hash(&password).await.unwrap().as_str().to_owned()
}

impl Deployment {
    /// Imports the people from the `from`th up to the `to`th.
    async fn import(&self, from: usize, to: usize) -> Imported {
        let path = self.place.folder.join("people.csv");
        let mut file = BufWriter::new(File::create(&path).unwrap());
        writeln!(file, "{HEADER}").unwrap();
        for person in Population::new(1).take(to).skip(from) {
            person.write(&mut file, &self.password_hash).unwrap();
        }
        file.into_inner().unwrap();
        let of_database =
            || process::family(self.postgres).unwrap().into_iter().map(cpu_seconds).sum::<Result<f64, _>>();
        let database = of_database().unwrap();
        let program = self.senid(&["citizen", "import", path.to_str().unwrap()]).await;
        let database = of_database().unwrap() - database;
        let people = to - from;
        assert!(program.said.contains(&format!(", {people} added, 0 rejected")), "{}", program.said);
        std::fs::remove_file(path).unwrap();
        self.vacuum().await;
        Imported { people, program, database }
    }

    /// Leaves behind what a sign-in does, for everybody from the `from`th person on: one signs in, and theirs is made everybody's.
    async fn sign_everybody_in(&self, from: usize) {
        let server = Server::serve(&self.place).await.unwrap();
        let someone =
            Population::new(1).skip(from).find(|person| person.birthdate.as_str() < OF_AGE).unwrap().national_id;
        sign_in(&Door::wire(self.place.port).unwrap(), &someone).await;
        server.stop().unwrap();
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        for (table, own) in OF_A_SIGN_IN {
            let statement = format!(
                "WITH one AS MATERIALIZED (SELECT citizen_id FROM grants ORDER BY created_at DESC LIMIT 1),
                    everybody AS (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM citizens
                        WHERE NOT EXISTS (SELECT 1 FROM known_devices d WHERE d.citizen_id = citizens.id)),
                    theirs AS MATERIALIZED (SELECT * FROM {table} WHERE citizen_id = (SELECT citizen_id FROM one))
                INSERT INTO {table} SELECT made.* FROM everybody CROSS JOIN theirs
                    CROSS JOIN LATERAL jsonb_populate_record(CAST(ROW(theirs.*) AS {table}),
                        jsonb_build_object('citizen_id', everybody.id, {own})) made
                ORDER BY everybody.id ON CONFLICT DO NOTHING"
            );
            connection.execute(AssertSqlSafe(statement)).await.unwrap();
        }
        self.vacuum().await;
    }

    /// What autovacuum does after much was written.
    async fn vacuum(&self) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        connection.execute("VACUUM ANALYZE").await.unwrap();
    }

    /// A command, as an operator runs it.
    async fn senid(&self, arguments: &[&str]) -> Ended {
        let mut command = process::program();
        command.args(arguments).current_dir(self.place.folder).envs([
            ("SENID_ISSUER", format!("http://localhost:{}", self.place.port)),
            ("SENID_KEYS__FOLDER", self.place.folder.join("keys").display().to_string()),
            ("SENID_DATABASE__URL", self.url.clone()),
        ]);
        process::run(command).await.unwrap()
    }

    /// Has every statement of connections that are made from now on explained, or none.
    async fn explain(&self, on: bool) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let name: String =
            sqlx::query_scalar("SELECT CAST(current_database() AS TEXT)").fetch_one(&mut connection).await.unwrap();
        let settings = [
            ("session_preload_libraries", "'auto_explain'"),
            ("auto_explain.log_min_duration", if on { "0" } else { "-1" }),
            ("auto_explain.log_analyze", "on"),
            ("auto_explain.log_buffers", "on"),
            ("auto_explain.log_timing", "off"),
            ("auto_explain.log_format", "json"),
        ];
        for (setting, value) in settings {
            let statement = format!("ALTER DATABASE {name} SET {setting} = {value}");
            connection.execute(AssertSqlSafe(statement)).await.unwrap();
        }
    }

    /// What a sign-in, the pages of an account and a search by number ask of the database, with so many citizens.
    async fn measure(&self, citizens: usize) -> Vec<(&'static str, Measured)> {
        self.explain(true).await;
        let server = Server::serve(&self.place).await.unwrap();
        let door = Door::wire(self.place.port).unwrap();
        // From all over the population. Everybody has a password, and children do not sign in by themselves.
        let step = citizens / (BEFORE + MEASURED) / 2;
        let chosen: Vec<String> = Population::new(1)
            .take(citizens)
            .step_by(step.max(1))
            .filter(|person| person.birthdate.as_str() < OF_AGE)
            .map(|person| person.national_id)
            .collect();
        let (before, measured) = chosen[..BEFORE + MEASURED].split_at(BEFORE);
        let mut browsers = Vec::new();
        for number in before {
            browsers.push(sign_in(&door, number).await);
        }
        self.log.skip();
        let mut signed_in = Vec::new();
        let logged = self.logged().await;
        for number in measured {
            signed_in.push(sign_in(&door, number).await);
        }
        let logged = (self.logged().await - logged) / MEASURED as f64;
        println!("{logged:.0} bytes of the write-ahead log for a sign-in, with {citizens} citizens\n");
        let sign_in = self.log.read(MEASURED);
        for browser in &mut browsers {
            visit(browser).await;
        }
        self.log.skip();
        for browser in &mut signed_in {
            visit(browser).await;
        }
        let account = self.log.read(MEASURED);
        server.stop().unwrap();
        self.log.skip();
        for number in &measured[..3] {
            self.senid(&["citizen", "show", number]).await;
        }
        let search = self.log.read(3);
        for arguments in [&["citizen", "list"][..], &["citizen", "list", "--status", "suspended"]] {
            self.senid(arguments).await;
        }
        let list = self.log.read(1);
        self.explain(false).await;
        vec![
            ("a sign-in", sign_in),
            ("the pages of an account", account),
            ("a search by number", search),
            ("a page of the list of citizens", list),
        ]
    }

    /// How long the write-ahead log is by now.
    async fn logged(&self) -> f64 {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let position = "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS FLOAT8)";
        sqlx::query_scalar(position).fetch_one(&mut connection).await.unwrap()
    }

    /// Bytes of each table: its rows (with what is kept apart because it is long), and its indexes.
    async fn bytes(&self) -> Vec<(String, i64, i64)> {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let sizes =
            "SELECT CAST(relname AS TEXT), pg_table_size(relid), pg_indexes_size(relid) FROM pg_stat_user_tables
            ORDER BY relname";
        sqlx::query_as(sizes).fetch_all(&mut connection).await.unwrap()
    }
}

/// From the portal's link to its claims.
async fn sign_in(door: &Door, number: &str) -> Browser {
    let mut browser = Browser::new(door.clone());
    let code = browser.sign_in(number).await.unwrap();
    let portal = Portal::new(door.clone());
    let tokens = portal.exchange(&code).await.unwrap();
    portal.userinfo(&tokens.access_token).await.unwrap();
    browser
}

async fn visit(browser: &mut Browser) {
    for page in PAGES {
        browser.get(page).await.unwrap().expect(http::StatusCode::OK).unwrap();
    }
}

fn report_imports(imports: &[&Imported]) {
    println!(
        "| imported | a second | CPU-seconds for 1,000: program | Postgres | resident at most, MB |\n|---|---|---|---|---|"
    );
    for import in imports {
        let Imported { people, program, database } = import;
        let thousands = *people as f64 / 1e3;
        let (program_cpu, database) = (program.cpu_seconds / thousands, database / thousands);
        println!("| {people} | {:.0} | {program_cpu:.3} | {database:.3} | {:.0} |", import.speed(), program.megabytes);
    }
    println!();
}

fn report_sizes(what: &str, before: &[(String, i64, i64)], after: &[(String, i64, i64)], more: f64) {
    println!("| bytes a citizen after {what} | table | indexes |\n|---|---|---|");
    let (mut tables, mut indexes) = (0.0, 0.0);
    for (name, table, index) in after {
        let (_, table_before, index_before) = before.iter().find(|(known, ..)| known == name).unwrap();
        let (table, index) = ((table - table_before) as f64 / more, (index - index_before) as f64 / more);
        if table + index >= 1.0 {
            println!("| `{name}` | {table:.0} | {index:.0} |");
        }
        (tables, indexes) = (tables + table, indexes + index);
    }
    println!("| all | {tables:.0} | {indexes:.0} |\n");
}
