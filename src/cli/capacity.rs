//! `senid capacity`: what a deployment needs, by the model of docs/scaling.md. Neither settings nor a database are asked for.

use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::output::Output;
use crate::domain::capacity::{BURST, BUSY_HOUR, Demand, Plan, UTILISATION, plan};

/// Says how many cores, how much memory and disk a country needs, from what was measured (docs/scaling.md).
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Who has an account.
    #[arg(long, value_parser = count)]
    citizens: f64,
    /// Sign-ins with a page a day, of all portals; a tenth of the citizens unless it is said.
    #[arg(long, value_parser = count)]
    daily_sign_ins: Option<f64>,
    /// Of those, with a password, from 0 to 1; the rest with a passkey or a card.
    #[arg(long, default_value_t = 0.5, value_parser = share)]
    password_share: f64,
    /// Of the day's sign-ins, in its busiest hour.
    #[arg(long, default_value_t = BUSY_HOUR, value_parser = share)]
    busy_hour: f64,
    /// The busiest minute against the rest of that hour.
    #[arg(long, default_value_t = BURST, value_parser = at_least_one)]
    burst: f64,
    /// Of a core, at that minute, from 0 to 1.
    #[arg(long, default_value_t = UTILISATION, value_parser = positive_share)]
    utilisation: f64,
    /// Silent sign-ons, a sign-in.
    #[arg(long, default_value_t = 1.0, value_parser = count)]
    silent: f64,
    /// Refreshes, a sign-in.
    #[arg(long, default_value_t = 5.0, value_parser = count)]
    refreshes: f64,
    /// Introspections, a sign-in.
    #[arg(long, default_value_t = 10.0, value_parser = count)]
    introspections: f64,
    /// Tokens for clients themselves, a sign-in.
    #[arg(long, default_value_t = 1.0, value_parser = count)]
    client_tokens: f64,
    /// Portals that a citizen signs in to, ever.
    #[arg(long, default_value_t = 3.0, value_parser = count)]
    portals: f64,
    /// Who is signed in at once; as many as sign in a day unless it is said.
    #[arg(long, value_parser = count)]
    signed_in: Option<f64>,
    /// Cores of one server.
    #[arg(long, default_value_t = 8.0, value_parser = at_least_one)]
    cores_a_server: f64,
}

/// More than every person on Earth, a thousand times.
const MOST: f64 = 1e13;

fn within(text: &str, from: f64, to: f64) -> Result<f64, String> {
    let plain = text.replace('_', "");
    let number = plain.parse::<f64>().ok().filter(|number| number.is_finite() && (from..=to).contains(number));
    number.ok_or_else(|| format!("expected a number from {from} to {to}"))
}

fn count(text: &str) -> Result<f64, String> {
    within(text, 0.0, MOST)
}

fn share(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1.0)
}

fn positive_share(text: &str) -> Result<f64, String> {
    within(text, 0.01, 1.0)
}

fn at_least_one(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1_000_000.0)
}

pub fn run(arguments: &Arguments, output: &mut Output) -> Result<Exit, Failure> {
    let daily_sign_ins = arguments.daily_sign_ins.unwrap_or(arguments.citizens / 10.0);
    let demand = Demand {
        citizens: arguments.citizens,
        daily_sign_ins,
        password_share: arguments.password_share,
        busy_hour: arguments.busy_hour,
        burst: arguments.burst,
        utilisation: arguments.utilisation,
        silent: arguments.silent,
        refreshes: arguments.refreshes,
        introspections: arguments.introspections,
        client_tokens: arguments.client_tokens,
        portals: arguments.portals,
        signed_in: arguments.signed_in.unwrap_or(daily_sign_ins),
        cores_a_server: arguments.cores_a_server,
    };
    let plan = plan(&demand);
    if output.is_json() {
        output.document(&document(&plan))?;
    } else {
        output.table(&rows(&plan))?;
        output.line("\nThe machine is the one of docs/measurements.md; docs/scaling.md says what was measured and what is assumed.")?;
    }
    Ok(Exit::Done)
}

fn document(plan: &Plan) -> serde_json::Value {
    let kinds: serde_json::Map<String, serde_json::Value> =
        plan.server_cores_by_kind.iter().map(|(kind, cores)| ((*kind).to_owned(), json!(cores))).collect();
    json!({
        "sign_ins_a_second": plan.peak,
        "peak_factor": plan.peak_factor,
        "server_cores": plan.server_cores,
        "server_cores_by_kind": kinds,
        "servers": plan.servers,
        "server_bytes": plan.server_bytes,
        "postgres_cores": plan.postgres_cores,
        "redis_cores": plan.redis_share,
        "redis_primaries": plan.redis_primaries,
        "session_bytes": plan.session_bytes,
        "people_rows": plan.people_rows,
        "people_bytes": plan.people_bytes,
        "audit_bytes_a_year": plan.audit_bytes_a_year,
        "log_bytes_a_second": [plan.log_bytes.0, plan.log_bytes.1],
        "page_writes_a_second": plan.page_writes,
        "bits_a_second": plan.bandwidth_bits,
    })
}

fn rows(plan: &Plan) -> Vec<(String, String)> {
    let mut rows = vec![
        (
            "sign-ins a second, at the peak".to_owned(),
            format!("{:.0}, {:.2} times the day's mean", plan.peak, plan.peak_factor),
        ),
        ("server cores".to_owned(), format!("{:.1}", plan.server_cores)),
    ];
    for (kind, cores) in plan.server_cores_by_kind {
        rows.push((format!("  of those, {kind}"), format!("{cores:.2}")));
    }
    rows.extend([
        (
            "servers".to_owned(),
            format!("{:.0}, one of which may be lost; {} of memory in all", plan.servers, bytes(plan.server_bytes)),
        ),
        ("Postgres cores".to_owned(), format!("{:.1}", plan.postgres_cores)),
        (
            "Redis".to_owned(),
            format!("{:.0} % of one core: {:.0} of them", plan.redis_share * 100.0, plan.redis_primaries),
        ),
        ("sessions in Redis".to_owned(), bytes(plan.session_bytes)),
        (
            "citizens and their grants".to_owned(),
            format!("{:.0} million rows, {}", plan.people_rows / 1e6, bytes(plan.people_bytes)),
        ),
        ("audit log".to_owned(), format!("{} a year", bytes(plan.audit_bytes_a_year))),
        (
            "write-ahead log".to_owned(),
            format!("{} a second, {} right after a checkpoint", bytes(plan.log_bytes.0), bytes(plan.log_bytes.1)),
        ),
        ("pages written".to_owned(), format!("{:.0} a second right after a checkpoint, at most", plan.page_writes)),
        ("to browsers".to_owned(), format!("{:.2} Gbit/s, at most", plan.bandwidth_bits / 1e9)),
    ]);
    rows
}

fn bytes(number: f64) -> String {
    let (unit, size) = match number {
        number if number >= 1e12 => ("TB", 1e12),
        number if number >= 1e9 => ("GB", 1e9),
        _ => ("MB", 1e6),
    };
    format!("{:.1} {unit}", number / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_are_refused() {
        for (text, parsed) in
            [("0.5", true), ("1", true), ("1.1", false), ("-0.1", false), ("NaN", false), ("x", false)]
        {
            assert_eq!(share(text).is_ok(), parsed, "{text}");
        }
        assert!(count("100_000_000").is_ok() && count("inf").is_err() && count("1e14").is_err());
        assert!(at_least_one("0").is_err() && positive_share("0").is_err());
    }

    #[test]
    fn the_plan_for_a_hundred_million_is_told() {
        let plan = plan(&Demand::of(1e8, 1e7, 0.5));
        let told = rows(&plan);
        let row = |name: &str| told.iter().find(|(own, _)| own == name).unwrap().1.clone();
        assert_eq!(row("sign-ins a second, at the peak"), "667, 5.76 times the day's mean");
        assert_eq!(row("server cores"), "10.5");
        assert_eq!(row("servers"), "3, one of which may be lost; 606.0 MB of memory in all");
        assert_eq!(row("citizens and their grants"), "400 million rows, 823.4 GB");
        assert_eq!(row("audit log"), "6.9 TB a year");
    }
}
