//! The plans that Postgres writes into its log, and how many pages each touched.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

/// Where Postgres writes, and how far it was read.
pub struct Log {
    path: PathBuf,
    read: Cell<usize>,
}

/// Statement by statement.
pub struct Measured(BTreeMap<String, Statement>);

#[derive(Default)]
struct Statement {
    /// What it was planned as, each time another.
    plans: Vec<String>,
    times: u64,
    pages: u64,
    /// How many people it was all done for.
    people: u64,
}

impl Measured {
    fn theirs(&self) -> impl Iterator<Item = (&String, &Statement)> {
        self.0.iter().filter(|(_, statement)| statement.is_theirs())
    }
}

impl Statement {
    /// Whether it was asked for everybody. What was asked less often is the server's own, which runs whenever it is due.
    fn is_theirs(&self) -> bool {
        self.times >= self.people
    }

    /// Pages for one person.
    fn pages(&self) -> f64 {
        self.pages as f64 / self.people as f64
    }
}

impl Log {
    pub fn new(path: PathBuf) -> Self {
        Self { path, read: Cell::new(0) }
    }

    /// What was written up to now is of no interest.
    pub fn skip(&self) {
        self.read.set(std::fs::read(&self.path).unwrap().len());
    }

    /// What was written since, for so many people.
    pub fn read(&self, people: usize) -> Measured {
        let log = std::fs::read(&self.path).unwrap();
        let text = String::from_utf8_lossy(&log[self.read.get()..]).into_owned();
        self.read.set(log.len());
        let mut statements: BTreeMap<String, Statement> = BTreeMap::new();
        for (_, rest) in text.match_indices(" plan:\n").map(|(at, mark)| text.split_at(at + mark.len())) {
            // The lines of one entry begin with a tab, but for the first.
            let document: String = rest.lines().take_while(|line| line.starts_with('\t')).collect();
            let document: Value = serde_json::from_str(&document).expect(&document);
            let query = document["Query Text"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
            let plan = &document["Plan"];
            let statement = statements.entry(query).or_default();
            let shape = shape(plan);
            if !statement.plans.contains(&shape) {
                statement.plans.push(shape);
            }
            statement.times += 1;
            statement.pages +=
                plan["Shared Hit Blocks"].as_u64().unwrap() + plan["Shared Read Blocks"].as_u64().unwrap();
            statement.people = people as u64;
        }
        assert!(!statements.is_empty(), "nothing was explained");
        Measured(statements)
    }
}

/// The nodes of a plan and what they read, without what depends on how much there is.
fn shape(plan: &Value) -> String {
    let mut shape = plan["Node Type"].as_str().unwrap().to_owned();
    for part in ["Index Name", "Relation Name"] {
        if let Some(name) = plan[part].as_str() {
            shape.push(' ');
            shape.push_str(name);
        }
    }
    let below: Vec<String> = plan["Plans"].as_array().into_iter().flatten().map(self::shape).collect();
    if !below.is_empty() {
        shape.push_str(&format!(" ({})", below.join(", ")));
    }
    shape
}

/// Holds what was asked with many citizens against the same with few, and returns how many times as many pages are touched where
/// that is most.
pub fn compare(few: &[(&str, Measured)], many: &[(&str, Measured)]) -> f64 {
    let (mut most, mut others) = (0.0_f64, Vec::new());
    println!("| pages of 8 KiB touched for one person | few | many | |\n|---|---|---|---|");
    for ((what, few), (_, many)) in few.iter().zip(many) {
        for (query, now) in many.theirs() {
            // What one of the two has not asked was the server's own after all, or another's in the same group of writes.
            let Some(before) = few.0.get(query) else { continue };
            if now.plans.iter().any(|plan| !before.plans.contains(plan)) {
                others.push(format!("{what}: {query}\n  few:  {:?}\n  many: {:?}", before.plans, now.plans));
            }
        }
        let pages = |measured: &Measured| measured.theirs().map(|(_, statement)| statement.pages()).sum::<f64>();
        let (pages_few, pages_many) = (pages(few), pages(many));
        assert!(pages_few > 0.0, "{what} asks nothing");
        println!("| {what} | {pages_few:.1} | {pages_many:.1} | {:.2} |", pages_many / pages_few);
        most = most.max(pages_many / pages_few);
    }
    assert!(others.is_empty(), "\n{}", others.join("\n"));
    most
}
