//! What runs in the background, on every server: each job may run on several at once without harm.

mod letters;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::domain::audit::Actor;
use crate::domain::keys::plan_rotation;
use crate::flows::admin::break_glass;
use crate::flows::audit_log::stream::{self, Stream};
use crate::flows::audit_log::{HeadsFile, Sequencer};
use crate::flows::backchannel::ping;
use crate::flows::key_changes::{self, PAUSE, Turned, Worker};
use crate::flows::onboarding::expiry;
use crate::flows::organisation::expiry as mandates;
use crate::flows::{
    App, account_life, audit_log, authenticators, clean_up, disclosures, erasure, invalidation, key_pairs,
    logout_delivery, message_delivery, recover, registry_recheck, signals, statistics, traces,
};
use letters::Letters;

/// Between two attempts to listen.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// However many messages are lost, no key that was withdrawn signs for longer. Another process on the same SQLite file
/// sends none at all.
const READ_KEYS: Duration = Duration::from_secs(5);
/// Whether a key was changed that every citizen is to be dealt with for.
const CHANGE_KEYS: Duration = Duration::from_secs(5);
const ROTATE_KEYS: Duration = Duration::from_secs(3600);
/// Whoever is due has waited for years.
const ERASE: Duration = Duration::from_secs(6 * 3600);
const CLEAN_UP: Duration = Duration::from_secs(600);
/// An event has its place in the log's tree this much later at most, while the machine keeps up.
const SEQUENCE: Duration = Duration::from_millis(100);
/// Between two heads of the log.
const SIGN_HEADS: Duration = Duration::from_secs(5);
/// Between two looks at what collectors of the audit log are still to be sent, and after one that failed.
const STREAM_AUDIT_LOG: Duration = Duration::from_secs(1);
const STREAM_AGAIN: Duration = Duration::from_secs(5);
/// What another server or a command put into the outbox, and what falls due again.
const DELIVER_LOGOUTS: Duration = Duration::from_secs(1);
/// As with sign-outs; and requests expire without anybody doing anything.
const DELIVER_PINGS: Duration = Duration::from_secs(1);
/// As with sign-outs.
const PUSH_EVENTS: Duration = Duration::from_secs(1);
/// As with sign-outs.
const DELIVER_MESSAGES: Duration = Duration::from_secs(1);
/// A recovery that has waited for days waits a minute more.
const FINISH_RECOVERIES: Duration = Duration::from_secs(60);
/// Whoever wanted their account closed waits an hour more.
const CLOSE_ACCOUNTS: Duration = Duration::from_secs(3600);
/// Thirty days, seven or one before: an hour later does no harm.
const TELL_OF_EXPIRY: Duration = Duration::from_secs(3600);
/// From its end on a mandate is honoured nowhere; portals hear of it a minute later at the latest.
const END_MANDATES: Duration = Duration::from_secs(60);
/// Each time so many as the setting allows for.
const RECHECK: Duration = Duration::from_secs(5);
const NOTE_BACKLOG: Duration = Duration::from_secs(10);
const WRITE_STATISTICS: Duration = Duration::from_secs(5);
const REFRESH_LISTS: Duration = Duration::from_secs(60);
/// A secrecy that is over is over by the minute.
const TELL_OF_DISCLOSURES: Duration = Duration::from_secs(60);
/// What another server accepted, or the operator put into the file; the service itself is asked far more seldom.
const LEARN_OF_AUTHENTICATORS: Duration = Duration::from_secs(60);

/// The running jobs.
#[derive(Debug)]
pub struct Jobs(Vec<JoinHandle<()>>);

impl Jobs {
    /// Starts them all.
    pub fn start(app: &Arc<App>) -> Self {
        let streams = Stream::all(app).into_iter().map(|stream| tokio::spawn(stream_audit_log(app.clone(), stream)));
        let mut jobs: Vec<JoinHandle<()>> = streams.collect();
        jobs.extend([
            every(LISTEN_AGAIN, app, listen),
            every(READ_KEYS, app, read_keys),
            every(ROTATE_KEYS, app, rotate_keys),
            every(CHANGE_KEYS, app, change_keys),
            every(CLEAN_UP, app, remove_what_has_expired),
            every(ERASE, app, erase_ended_accounts),
            tokio::spawn(keep_audit_log(app.clone())),
            tokio::spawn(show_heads(app.clone())),
            tokio::spawn(deliver_logouts(app.clone())),
            tokio::spawn(deliver_pings(app.clone())),
            tokio::spawn(push_events(app.clone())),
            tokio::spawn(deliver_messages(app.clone())),
            tokio::spawn(deliver_traces(app.clone())),
            every(FINISH_RECOVERIES, app, finish_recoveries),
            every(CLOSE_ACCOUNTS, app, close_accounts),
            every(TELL_OF_EXPIRY, app, tell_of_expiry),
            every(TELL_OF_DISCLOSURES, app, tell_of_disclosures),
            every(END_MANDATES, app, end_mandates),
            every(RECHECK, app, recheck),
            every(NOTE_BACKLOG, app, note_backlog),
            every(WRITE_STATISTICS, app, write_statistics),
            every(REFRESH_LISTS, app, refresh_revocation_lists),
            every(LEARN_OF_AUTHENTICATORS, app, learn_of_authenticators),
        ]);
        Self(jobs)
    }

    /// Ends them wherever they are: each writes in transactions of its own.
    pub fn stop(&self) {
        for job in &self.0 {
            job.abort();
        }
    }
}

/// Does `work` at once and then again, `pause` after each time began, or at once where it took longer.
fn every<W, F>(pause: Duration, app: &Arc<App>, work: W) -> JoinHandle<()>
where
    W: Fn(Arc<App>) -> F + Send + 'static,
    F: Future<Output = ()> + Send,
{
    let app = app.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(pause);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            work(app.clone()).await;
        }
    })
}

async fn listen(app: Arc<App>) {
    if let Err(error) = invalidation::listen(&app).await {
        tracing::warn!(%error, "changes in the identity store cannot be listened for");
    }
}

async fn read_keys(app: Arc<App>) {
    if let Err(error) = app.keys.reload_ring(&app).await {
        tracing::warn!(%error, "the signing keys could not be read again; the old ones stay");
    }
    if let Err(error) = app.keys.reload_index(&app).await {
        tracing::warn!(%error, "the keys of the blind index could not be read again; the old ones stay");
    }
}

/// Goes on with what a changed key demands for every citizen, for as long as there is something to do.
async fn change_keys(app: Arc<App>) {
    let mut turns = tokio::time::interval(PAUSE);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        match Worker::of(&app).turn().await {
            Ok(Turned::Idle) => return,
            Ok(Turned::Worked) => {}
            Ok(Turned::Finished) => tracing::info!("a change of keys has reached every citizen"),
            Err(error) => {
                tracing::error!(%error, "a change of keys could not go on; it is tried again soon");
                return;
            }
        }
    }
}

/// Plans ahead for the signing keys, as `domain::keys` says: the next one long before it signs, the last one removed
/// long after.
async fn rotate_keys(app: Arc<App>) {
    let policy = &app.settings.keys.rotation;
    let plan = |keys: &[_], _: &_, now| plan_rotation(keys, now, policy);
    let makers = app.keys.makers();
    match key_pairs::rotate(&app.store, plan, Actor::System, makers, &*app.clock, &*app.random).await {
        Ok(steps) if steps.is_empty() => {}
        Ok(steps) => tracing::info!(steps = steps.len(), "signing keys were rotated"),
        Err(error) => tracing::error!(%error, "the signing keys could not be rotated"),
    }
}

/// Gives events their places in the audit log, and signs heads of it.
async fn keep_audit_log(app: Arc<App>) {
    let mut sequencer = Sequencer::new(audit_log::origin(&app.settings.issuer));
    let mut turns = tokio::time::interval(SEQUENCE);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut heads = tokio::time::interval(SIGN_HEADS);
    heads.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turns.tick() => sequence(&app, &mut sequencer).await,
            _ = heads.tick() => sign_head(&app, &mut sequencer).await,
        }
    }
}

/// For as long as there are more than fit into one turn.
async fn sequence(app: &App, sequencer: &mut Sequencer) {
    loop {
        match sequencer.turn(&app.store, app.keys.sealing(), &*app.clock).await {
            Ok(placed) if placed < audit_log::AT_ONCE as usize => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "events could not be given their places in the audit log; it is tried again soon");
                return;
            }
        }
    }
}

/// Shows heads to those who keep them: the operator's file, and the witnesses.
async fn show_heads(app: Arc<App>) {
    let mut file = None;
    let mut ticks = tokio::time::interval(SIGN_HEADS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Some(path) = &app.settings.audit.heads_file {
            let added = async {
                if file.is_none() {
                    file = Some(HeadsFile::open(path)?);
                }
                match &mut file {
                    Some(file) => file.add(&app.store).await,
                    None => Ok(0),
                }
            };
            if let Err(error) = added.await {
                tracing::error!(%error, "heads of the audit log could not be added to audit.heads_file");
            }
        }
        for witness in &app.witnesses {
            if let Err(error) = witness.ask(&app.store, &app.outbound, app.clock.now()).await {
                tracing::error!(%error, "a head of the audit log was not cosigned");
            }
        }
    }
}

/// Each collector has a job of its own: one that is away holds up nothing.
async fn stream_audit_log(app: Arc<App>, stream: Stream) {
    let mut ticks = tokio::time::interval(STREAM_AUDIT_LOG);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match stream.turn(&app).await {
                Ok(sent) if sent < stream::TOGETHER as usize => break,
                Ok(_) => {}
                Err(error) => {
                    let collector = stream.name();
                    tracing::warn!(collector, %error, "the audit log could not be sent on; it is tried again soon");
                    ticks.reset_after(STREAM_AGAIN);
                    break;
                }
            }
        }
        if let Err(error) = stream.note_backlog(&app).await {
            tracing::debug!(%error, "what a collector is still to be sent cannot be counted");
        }
    }
}

async fn sign_head(app: &App, sequencer: &mut Sequencer) {
    let now = app.clock.now();
    let signed = async {
        sequencer.load_keys(&app.store, app.keys.sealing(), now).await?;
        match sequencer.keys() {
            Some(keys) => audit_log::sign_head(&app.store, keys, now).await,
            None => Ok(None),
        }
    };
    if let Err(error) = signed.await {
        tracing::error!(%error, "no head of the audit log could be signed");
    }
}

/// At once where this server has just ended a session, and otherwise every now and then.
async fn deliver_logouts(app: Arc<App>) {
    let mut ticks = tokio::time::interval(DELIVER_LOGOUTS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.deliveries.woken() => {}
            _ = ticks.tick() => {}
        }
        if let Err(error) = logout_delivery::deliver_due(&app).await {
            tracing::warn!(%error, "the outbox of single logout cannot be emptied; it is tried again soon");
        }
    }
}

/// As sign-outs are.
async fn deliver_pings(app: Arc<App>) {
    let mut ticks = tokio::time::interval(DELIVER_PINGS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.pings.woken() => {}
            _ = ticks.tick() => {}
        }
        if let Err(error) = ping::deliver_due(&app).await {
            tracing::warn!(%error, "clients cannot be told of answers; it is tried again soon");
        }
    }
}

/// As sign-outs are.
async fn push_events(app: Arc<App>) {
    let mut ticks = tokio::time::interval(PUSH_EVENTS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.signals.woken() => {}
            _ = ticks.tick() => {}
        }
        if let Err(error) = signals::deliver::deliver_due(&app).await {
            tracing::warn!(%error, "the outbox of security events cannot be emptied; it is tried again soon");
        }
    }
}

async fn end_mandates(app: Arc<App>) {
    match mandates::end_due(&app).await {
        Ok(0) => {}
        Ok(ended) => tracing::info!(ended, "mandates whose time was over were ended"),
        Err(error) => tracing::warn!(%error, "mandates whose time is over could not be ended; it is tried again soon"),
    }
}

/// Whoever signs in finds the list there.
async fn refresh_revocation_lists(app: Arc<App>) {
    app.revocation.refresh_lists().await;
}

/// As sign-outs are.
async fn deliver_messages(app: Arc<App>) {
    let letters = Arc::new(Letters::new(&app.settings));
    let mut ticks = tokio::time::interval(DELIVER_MESSAGES);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.post.woken() => {}
            _ = ticks.tick() => {}
        }
        if let Err(error) = message_delivery::deliver_due(&app, &letters).await {
            tracing::warn!(%error, "the outbox of messages cannot be emptied; it is tried again soon");
        }
    }
}

async fn deliver_traces(app: Arc<App>) {
    traces::deliver(&app).await;
}

async fn finish_recoveries(app: Arc<App>) {
    if let Err(error) = recover::finish::finish_due(&app).await {
        tracing::warn!(%error, "recoveries that are due could not be finished; it is tried again soon");
    }
}

async fn close_accounts(app: Arc<App>) {
    if let Err(error) = account_life::close_due(&app).await {
        tracing::warn!(%error, "accounts that are due could not be closed; it is tried again later");
    }
}

async fn tell_of_expiry(app: Arc<App>) {
    match expiry::tell_due(&app).await {
        Ok(0) => {}
        Ok(told) => tracing::info!(told, "owners were told of what of their applications ends soon"),
        Err(error) => tracing::warn!(%error, "owners could not be told of what ends soon; it is tried again later"),
    }
}

async fn tell_of_disclosures(app: Arc<App>) {
    if let Err(error) = disclosures::tell_due(&app).await {
        tracing::warn!(%error, "citizens could not be told of what was disclosed about them; it is tried again soon");
    }
}

async fn recheck(app: Arc<App>) {
    if !app.settings.registry.recheck.enabled {
        return;
    }
    if let Err(error) = registry_recheck::recheck_due(&app).await {
        tracing::warn!(%error, "nobody could be checked with the population registry; it is tried again soon");
    }
}

async fn note_backlog(app: Arc<App>) {
    if let Err(error) = message_delivery::note_backlog(&app).await {
        tracing::debug!(%error, "the outbox of messages cannot be counted");
    }
    if let Err(error) = logout_delivery::note_backlog(&app).await {
        tracing::debug!(%error, "the outbox of single logout cannot be counted");
    }
    if let Err(error) = break_glass::note(&app).await {
        tracing::debug!(%error, "whether the break-glass account is open cannot be read");
    }
    if let Err(error) = signals::deliver::note_backlog(&app).await {
        tracing::debug!(%error, "the outbox of security events cannot be counted");
    }
    if let Err(error) = audit_log::note_lag(&app).await {
        tracing::debug!(%error, "what waits for its place in the audit log cannot be counted");
    }
    if let Err(error) = key_changes::note_progress(&app).await {
        tracing::debug!(%error, "how far a change of keys has come cannot be read");
    }
}

async fn write_statistics(app: Arc<App>) {
    if let Err(error) = statistics::write(&app).await {
        tracing::debug!(%error, "counts cannot be written; they wait");
    }
}

async fn learn_of_authenticators(app: Arc<App>) {
    if let Err(error) = authenticators::refresh(&app).await {
        tracing::warn!(%error, "no newer metadata of authenticators; what there was stays in force");
    }
}

async fn remove_what_has_expired(app: Arc<App>) {
    if let Err(error) = clean_up::clean_up(&app).await {
        tracing::warn!(%error, "what has expired could not be removed; it is tried again later");
    }
}

async fn erase_ended_accounts(app: Arc<App>) {
    match erasure::erase_due(&app).await {
        Ok(0) => {}
        Ok(erased) => tracing::info!(erased, "citizens whose accounts had ended were erased"),
        Err(error) => {
            tracing::warn!(%error, "citizens whose accounts had ended could not be erased; it is tried again later")
        }
    }
}
