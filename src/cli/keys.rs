//! `senid keys list|rotate|new-master|…`; what changes of keys do to citizens is in `key_changes`.

use std::path::Path;

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::key_changes::{self, AtOnce};
use super::key_module as module;
use super::output::Output;
use super::{operator, times};
use crate::config::Settings;
use crate::domain::keys::{JWKS_KEPT_FOR, KeyAlgorithm, KeyPlace, KeyState, RotationStep};
use crate::flows::admin::Administrator;
use crate::flows::admin::key_changes::Servers;
use crate::flows::admin::new_master_key::{self, Origin};
use crate::flows::admin::rotate_keys::{self, Listed, Rotated, When};

const BY_HAND: &str = "the master key comes from SENID_MASTER_KEY, which this command cannot change: add a version to it \
     yourself (a comma, the next number, a colon and the output of: openssl rand -base64 32), start every server again with \
     it, and run this command to wrap everything by it";

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// The key pairs: which sign or are encrypted to, which will be, and which were.
    List,
    /// Lets the next keys take over as soon as every portal knows them.
    ///
    /// A signing key does at once where the JWKS has named it for keys.publish_before, and else the moment when it will
    /// have. The keys that signed until then stay published until the last of what they signed has expired. A key that
    /// others encrypt to is replaced within a minute, and decrypts for keys.retire_after longer. Running servers follow by
    /// themselves, and also rotate by themselves every keys.rotate_every.
    Rotate(Rotate),
    /// The hardware module: whether it answers, what it can do, and which keys of ours it holds.
    Module(ModuleCommand),
    /// Makes the master key, or adds a version to its file; run again, wraps everything by it.
    ///
    /// Where there is no key yet, one is made in keys.master_key_file. Else the first run adds the version. Then every server is to be started again, so that all know it. The second run
    /// wraps the server's keys and every citizen's data key by it; it may be cut short and run again. A version may be
    /// taken out of the file once all are wrapped (senid keys status) and no backup needs it.
    NewMaster(NewMaster),
    /// How far changes of keys have come: how many citizens they have reached.
    Status,
    /// Goes on with changes of keys at once, here, instead of leaving them to the servers. May be cut short and run again.
    Apply(AtOnce),
    /// Adds a key that finds citizens by their names; the servers write every name under it in the background.
    ///
    /// Until the one before is retired, names are written and found under both.
    NewIndexKey(AtOnce),
    /// Has the index key before the newest used no more, and what stands under it removed.
    ///
    /// Refused while any name is not written under the newest.
    RetireIndexKey(AtOnce),
}

#[derive(Clone, Debug, clap::Args)]
pub struct Rotate {
    /// The next keys are used from this moment on, whether or not portals know them: says what that breaks.
    #[arg(long)]
    now: bool,
    /// The present keys have leaked: what they signed is refused and what was encrypted to them not decrypted from this
    /// moment on, so that every token and every portal's ID token has to be fetched anew.
    #[arg(long, requires = "now")]
    withdraw: bool,
    /// Signing keys that are not where keys.signing says (store, or module) are succeeded by keys that are, as soon as every portal
    /// knows those. What signs now goes on until then.
    #[arg(long = "move", conflicts_with_all = ["now", "withdraw"])]
    moving: bool,
    /// Only the keys of this algorithm, such as ES256 or RSA-OAEP-256.
    #[arg(long, value_parser = algorithm)]
    alg: Option<KeyAlgorithm>,
}

#[derive(Clone, Debug, clap::Args)]
pub struct NewMaster {
    /// The new version is a key that the hardware module makes and never gives away: the file only names it.
    #[arg(long)]
    in_module: bool,
    /// Do both at once. Only while no server runs: it could not open what this wraps.
    #[arg(long)]
    at_once: bool,
    /// In the second run: leave citizens' data keys to the servers, which wrap them in the background.
    #[arg(long, conflicts_with = "at_once")]
    by_servers: bool,
}

#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ModuleCommand {
    /// The token was shown a wrong PIN before, and you are sure of the present one: it is shown once.
    #[arg(long)]
    try_pin: bool,
}

fn algorithm(text: &str) -> Result<KeyAlgorithm, String> {
    KeyAlgorithm::from_name(text).ok_or_else(|| "expected ES256, EdDSA, RS256, RSA-OAEP-256 or ECDH-ES".to_owned())
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let file = house.master_key_file(&settings);
    if let Command::Module(arguments) = command {
        return module::run(arguments.try_pin, settings, house, output).await;
    }
    if let Command::NewMaster(NewMaster { in_module, .. }) = command
        && let place = if in_module { KeyPlace::Module } else { KeyPlace::Store }
        && let Some(made) = house.make_first_master_key(&settings, place, operator::actor()).await?
    {
        let sentence = format!(
            "the master key was made: {}\nKeep a copy where no copy of the database is; without it nothing can be read.",
            made.display()
        );
        output.say(sentence, &json!({ "version": 1, "added": true, "applied": false }))?;
        return Ok(Exit::Done);
    }
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    match command {
        Command::List | Command::Module(_) => list(&admin, output).await,
        Command::Rotate(arguments) => rotate(&admin, &arguments, output).await,
        Command::NewMaster(arguments) => new_master(&admin, &arguments, file.as_deref(), output).await,
        Command::Status => key_changes::status(&admin, output).await,
        Command::Apply(arguments) => key_changes::apply(&admin, &arguments, output).await,
        Command::NewIndexKey(arguments) => key_changes::new_index_key(&admin, &arguments, output).await,
        Command::RetireIndexKey(arguments) => key_changes::retire_index_key(&admin, &arguments, output).await,
    }
}

async fn list(admin: &Administrator, output: &mut Output) -> Result<Exit, Failure> {
    for Listed { key, state, place } in rotate_keys::list(admin).await? {
        let state = state_name(state);
        if output.is_json() {
            output.json_line(&json!({
                "kid": key.kid.as_str(),
                "algorithm": key.algorithm.name(),
                "state": state,
                "place": place.as_str(),
                "use": if matches!(key.algorithm, KeyAlgorithm::Signature(_)) { "sig" } else { "enc" },
                "made_at": times::show(key.created_at),
                "used_from": times::show(key.active_from),
                "used_until": key.retired_at.map(times::show),
                "accepted_until": key.removed_at.map(times::show),
            }))?;
        } else {
            let mut life = format!("used from {}", times::show(key.active_from));
            if let Some(retired) = key.retired_at {
                life.push_str(&format!(" to {}", times::show(retired)));
            }
            if let Some(removed) = key.removed_at {
                life.push_str(&format!(", accepted until {}", times::show(removed)));
            }
            if place == KeyPlace::Module {
                life.push_str(", in the hardware module");
            }
            output.line(format_args!("{:<12} {state:<9} {}  {life}", key.algorithm.name(), key.kid))?;
        }
    }
    Ok(Exit::Done)
}

const fn state_name(state: KeyState) -> &'static str {
    match state {
        KeyState::Next => "next",
        KeyState::Current => "current",
        KeyState::Previous => "previous",
        KeyState::Removed => "removed",
    }
}

async fn rotate(admin: &Administrator, arguments: &Rotate, output: &mut Output) -> Result<Exit, Failure> {
    let when = match (arguments.now, arguments.withdraw, arguments.moving) {
        (_, true, _) => When::Withdrawing,
        (true, false, _) => When::Now,
        (false, false, true) => When::Moving,
        (false, false, false) => When::Announced,
    };
    let Rotated { steps, unannounced } = rotate_keys::rotate(admin, when, arguments.alg).await?;
    for (algorithm, published) in unannounced {
        output.remark(format_args!(
            "warning: the {algorithm} key that signs now has been published for {} s; portals keep the JWKS for {} s, and \
             until they fetch it again they refuse what it signs",
            published.as_secs(),
            JWKS_KEPT_FOR.as_secs()
        ));
    }
    if output.is_json() {
        output.document(&json!({ "steps": steps.iter().map(step_json).collect::<Vec<_>>() }))?;
        return Ok(Exit::Done);
    }
    if steps.is_empty() {
        output.line(match when {
            When::Moving => "every signing key is where keys.signing says, or the next one is and takes over as soon as portals know it",
            _ => "the next keys take over as soon as portals know them; --now does not wait for that",
        })?;
    }
    for step in &steps {
        output.line(step_text(step))?;
    }
    Ok(Exit::Done)
}

fn step_text(step: &RotationStep) -> String {
    match step {
        RotationStep::Create { algorithm: algorithm @ KeyAlgorithm::Signature(_), active_from } => {
            format!("a new {algorithm} key is published, and signs from {}", times::show(*active_from))
        }
        RotationStep::Create { algorithm: algorithm @ KeyAlgorithm::Encryption(_), active_from } => {
            format!("a new {algorithm} key is made, and published from {}", times::show(*active_from))
        }
        RotationStep::Activate { kid, active_from } => format!("{kid} is used from {}", times::show(*active_from)),
        RotationStep::Retire { kid, removed_at, .. } => {
            format!("{kid} is used no more, and accepted until {}", times::show(*removed_at))
        }
        RotationStep::Delete { kid } => format!("{kid} is deleted"),
    }
}

fn step_json(step: &RotationStep) -> Value {
    match step {
        RotationStep::Create { algorithm, active_from } => {
            json!({ "step": "create", "algorithm": algorithm.name(), "used_from": times::show(*active_from) })
        }
        RotationStep::Activate { kid, active_from } => {
            json!({ "step": "activate", "kid": kid.as_str(), "used_from": times::show(*active_from) })
        }
        RotationStep::Retire { kid, retired_at, removed_at } => json!({
            "step": "retire", "kid": kid.as_str(),
            "used_until": times::show(*retired_at), "accepted_until": times::show(*removed_at),
        }),
        RotationStep::Delete { kid } => json!({ "step": "delete", "kid": kid.as_str() }),
    }
}

async fn new_master(
    admin: &Administrator,
    arguments: &NewMaster,
    file: Option<&Path>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let renewed = match (new_master_key::begun(admin).await?, file) {
        (Some(begun), _) => begun,
        (None, Some(file)) => {
            let place = if arguments.in_module { KeyPlace::Module } else { KeyPlace::Store };
            new_master_key::add(admin, file, place).await?
        }
        (None, None) => return Err(Failure::new(Exit::Failed, BY_HAND)),
    };
    let number = renewed.version.number;
    if let (Origin::Made, false, Some(file)) = (renewed.version.origin, arguments.at_once, file) {
        let file = file.display();
        let sentence = format!(
            "version {number} was added to {file}\nStart every server again, so that each knows it; then run this command \
             again: it wraps everything by version {number}."
        );
        output.say(sentence, &json!({ "version": number, "added": true, "applied": false }))?;
        return Ok(Exit::Done);
    }
    let waiting = new_master_key::waiting(admin, &renewed).await?;
    let begun = new_master_key::begin(admin, &renewed).await;
    begun.map_err(|error| {
        Failure::from(error).after("what is wrapped by now stays so; run the command again to wrap the rest")
    })?;
    let added = renewed.version.origin == Origin::Made;
    if arguments.by_servers {
        let sentence = format!(
            "the server's keys are wrapped by version {number} of the master key; the servers wrap those of {waiting} citizens in \
             the background; see: senid keys status"
        );
        output.say(sentence, &json!({ "version": number, "added": added, "applied": false, "citizens": waiting }))?;
        return Ok(Exit::Done);
    }
    key_changes::go_on(admin, Servers::MayRun).await?;
    let sentence = format!(
        "everything is wrapped by version {number} of the master key: the server's keys, and those of {waiting} citizens"
    );
    output.say(sentence, &json!({ "version": number, "added": added, "applied": true, "citizens": waiting }))?;
    Ok(Exit::Done)
}
