//! `senid keys status|apply|new-index-key|retire-index-key`.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::output::Output;
use super::times;
use crate::flows::admin::key_changes::{self, KeyChange, KeyChangeKind, Left, Servers};
use crate::flows::admin::{AdminError, Administrator, index_key};

#[derive(Clone, Debug, clap::Args)]
pub struct AtOnce {
    /// Do not wait until every server knows the key. Only while no server runs.
    #[arg(long)]
    at_once: bool,
}

impl AtOnce {
    const fn servers(&self) -> Servers {
        if self.at_once { Servers::NoneRuns } else { Servers::MayRun }
    }
}

pub async fn status(admin: &Administrator, output: &mut Output) -> Result<Exit, Failure> {
    let changes = key_changes::list(admin).await?;
    for change in &changes {
        if output.is_json() {
            output.json_line(&json!({
                "change": change.kind.as_str(),
                "version": change.version,
                "pass": change.pass,
                "seen": change.seen,
                "changed": change.changed,
                "total": change.total,
                "begun_at": times::show(change.begun_at),
                "goes_on_at": change.finished_at.is_none().then(|| times::show(change.due_at)),
                "finished_at": change.finished_at.map(times::show),
            }))?;
        } else {
            output.line(sentence(change))?;
        }
    }
    if changes.is_empty() && !output.is_json() {
        output.line("no key was changed that citizens are sealed or found by")?;
    }
    Ok(Exit::Done)
}

fn sentence(change: &KeyChange) -> String {
    let KeyChange { version, pass, seen, total, .. } = *change;
    let (of, whose) = match change.kind {
        KeyChangeKind::Master | KeyChangeKind::Index | KeyChangeKind::IndexRemoval => ("citizens", "citizens'"),
        _ => ("organisations", "organisations'"),
    };
    let what = match change.kind {
        KeyChangeKind::Master | KeyChangeKind::OrganisationMaster => {
            format!("{whose} data keys under version {version} of the master key")
        }
        KeyChangeKind::Index | KeyChangeKind::OrganisationIndex => {
            format!("{whose} names under version {version} of the index key")
        }
        KeyChangeKind::IndexRemoval | KeyChangeKind::OrganisationIndexRemoval => {
            format!("{whose} names before version {version} of the index key removed")
        }
    };
    match change.finished_at {
        Some(at) => format!("{what}: all, {}", times::show(at)),
        None => {
            // Whoever came since is seen as well.
            let percent = (seen * 100).checked_div(total).unwrap_or(100).min(100);
            let due = times::show(change.due_at);
            format!("{what}: {seen} of {total} {of} ({percent} %) in pass {pass}, goes on {due}")
        }
    }
}

pub async fn apply(admin: &Administrator, arguments: &AtOnce, output: &mut Output) -> Result<Exit, Failure> {
    let left = go_on(admin, arguments.servers()).await?;
    tell(&left, output)
}

/// Goes on with everything, showing how far it has come.
pub async fn go_on(admin: &Administrator, servers: Servers) -> Result<Left, Failure> {
    let style = ProgressStyle::with_template("{msg} {bar:40} {human_pos}/{human_len}  {eta} left");
    let bar = ProgressBar::new(0).with_style(style.map_err(AdminError::failed)?);
    let done = key_changes::apply(admin, servers, |change| {
        bar.set_message(format!("{}, pass {}", change.kind.as_str(), change.pass));
        bar.set_length(change.total.max(change.seen));
        bar.set_position(change.seen);
    });
    let done = done.await;
    bar.finish_and_clear();
    done.map_err(|error| {
        Failure::from(error).after("what is done by now stays so; run the command again to do the rest")
    })
}

fn tell(left: &Left, output: &mut Output) -> Result<Exit, Failure> {
    match left {
        Left::Nothing => output.say("nothing is left to be done", &json!({ "left": null }))?,
        Left::Waiting(change) => {
            let sentence = format!(
                "{}\nIt goes on when every server knows the key; --at-once does not wait for that, and is for when none runs.",
                sentence(change)
            );
            let document = json!({ "left": change.kind.as_str(), "goes_on_at": times::show(change.due_at) });
            output.say(sentence, &document)?;
        }
    }
    Ok(Exit::Done)
}

pub async fn new_index_key(admin: &Administrator, arguments: &AtOnce, output: &mut Output) -> Result<Exit, Failure> {
    let version = index_key::add(admin, arguments.servers()).await?;
    let sentence = format!(
        "version {version} of the index key was added. The servers write everybody's names under it in the background; see: \
         senid keys status. Once they have, run: senid keys retire-index-key"
    );
    output.say(sentence, &json!({ "version": version, "added": true }))?;
    Ok(Exit::Done)
}

pub async fn retire_index_key(admin: &Administrator, arguments: &AtOnce, output: &mut Output) -> Result<Exit, Failure> {
    let newest = index_key::retire(admin, arguments.servers()).await?;
    let sentence = format!(
        "only version {newest} of the index key is used from now on. What stands under older ones is removed in the background, and \
         they are erased after it; see: senid keys status"
    );
    output.say(sentence, &json!({ "newest": newest }))?;
    Ok(Exit::Done)
}
