//! Writes an import file of made-up people to standard output:
//! `cargo run --release --example people -- 1000000 [SEED [PASSWORD_HASH]] > people.csv`

mod names;
mod population;

use std::io::{self, BufWriter, Write};

use population::{HEADER, Population};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().ok_or("how many people?")?.parse()?;
    let seed = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let password_hash = arguments.next().unwrap_or_default();
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    writeln!(out, "{HEADER}")?;
    for person in Population::new(seed).take(count) {
        person.write(&mut out, &password_hash)?;
    }
    Ok(out.flush()?)
}
