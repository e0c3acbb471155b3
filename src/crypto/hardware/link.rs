//! The connection to the token: opened when it is first needed, and anew after it was lost, at growing distances.
//!
//! After a loss everything is closed and the library finalised: what a library remembers of a token that was away is wrong with many,
//! SoftHSM2 and those of networked modules among them. Handles are numbers that are given out again, so no session of before is left
//! that could be taken for, or close, one of after.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::MechanismType;
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use super::seat::{Chair, Seat};
use super::{AfterWrongPin, ModuleError, ModuleSettings, TokenName, monotonic};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A connection that was open for longer was a good one.
const HELD: Duration = Duration::from_secs(10);

pub(super) struct Link {
    settings: ModuleSettings,
    library: Pkcs11,
    state: RwLock<State>,
    /// One for each thread.
    chairs: Vec<Mutex<Option<Chair>>>,
    /// Beside the state, so that asking for it never waits for a module that does not answer. `None`: not tried yet.
    standing: Mutex<Option<Result<(), ModuleError>>>,
}

#[derive(Default)]
struct State {
    /// How often the connection was opened.
    number: u64,
    open: Option<Open>,
    /// Since when it is open.
    since: Option<Instant>,
    /// No further try until then, and how long until the one after.
    not_before: Option<Instant>,
    pause: Duration,
    /// Why there is no further try at all.
    refused: Option<ModuleError>,
}

/// A connection that is open.
pub(super) struct Open {
    pub(super) library: Pkcs11,
    pub(super) slot: Slot,
    pub(super) mechanisms: Vec<MechanismType>,
    pub(super) about: About,
    /// Whoever is logged in stays so while a session is open.
    anchor: Mutex<Session>,
}

/// What a token says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub label: String,
    pub serial: String,
    pub model: String,
    pub manufacturer: String,
}

impl Link {
    pub(super) fn load(settings: ModuleSettings) -> Result<Self, ModuleError> {
        let failed = |error: Error| ModuleError::Library(settings.library.clone(), error.to_string());
        let library = Pkcs11::new(&settings.library).map_err(failed)?;
        let chairs = (0..settings.threads.get()).map(|_| Mutex::default()).collect();
        Ok(Self { settings, library, state: RwLock::default(), chairs, standing: Mutex::default() })
    }

    pub(super) fn standing(&self) -> Result<(), ModuleError> {
        lock(&self.standing).clone().unwrap_or(Ok(()))
    }

    /// Lets `work` use the session of the thread of that number. Where it finds the connection lost, that is over for all.
    pub(super) fn with_seat<T>(
        &self,
        number: usize,
        work: impl FnOnce(&mut Seat<'_>) -> Result<T, ModuleError>,
    ) -> Result<T, ModuleError> {
        self.connect()?;
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let open = state.open.as_ref().ok_or_else(|| ModuleError::Away("it was lost a moment ago".to_owned()))?;
        let mut chair = lock(&self.chairs[number]);
        let outcome = Chair::taken(&mut chair, open).and_then(|chair| work(&mut Seat { open, chair }));
        drop(chair);
        let seen = state.number;
        drop(state);
        if let Err(error) = &outcome
            && error.is_loss()
        {
            self.lose(seen, error);
        }
        outcome
    }

    /// Looks whether the token is there, and opens the connection anew where it is not open. Called where there is nothing else to do.
    pub(super) fn look(&self) {
        if self.connect().is_err() {
            return;
        }
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = &state.open else { return };
        let found = open.look();
        let seen = state.number;
        drop(state);
        if let Err(error) = found {
            self.lose(seen, &error);
        }
    }

    /// The thread of that number ends: its session is closed, and with the last the connection.
    pub(super) fn leave(&self, number: usize) {
        *lock(&self.chairs[number]) = None;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if self.chairs.iter().all(|chair| lock(chair).is_none())
            && let Some(open) = state.open.take()
        {
            open.close();
        }
    }

    /// Opens the connection where it is not open and a try is due.
    fn connect(&self) -> Result<(), ModuleError> {
        if self.state.read().unwrap_or_else(PoisonError::into_inner).open.is_some() {
            return Ok(());
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have done it while this one waited.
        if state.open.is_some() {
            return Ok(());
        }
        if let Some(refused) = &state.refused {
            return Err(refused.clone());
        }
        if state.not_before.is_some_and(|at| monotonic() < at) {
            return Err(self.standing().err().unwrap_or_else(|| ModuleError::Away("it was lost".to_owned())));
        }
        match self.open() {
            Ok(open) => {
                tracing::info!(token = open.about.label, serial = open.about.serial, "the hardware module answers");
                state.open = Some(open);
                state.number += 1;
                state.since = Some(monotonic());
                state.not_before = None;
                self.stands(Ok(()));
                Ok(())
            }
            Err(error) => {
                if self.standing() != Err(error.clone()) {
                    tracing::error!(%error, "the hardware module cannot be used");
                }
                if error.is_final() {
                    state.refused = Some(error.clone());
                }
                state.postpone();
                self.stands(Err(error.clone()));
                Err(error)
            }
        }
    }

    /// Ends the connection that was opened as that number, unless a later one is open.
    fn lose(&self, number: u64, why: &ModuleError) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.number != number || state.open.is_none() {
            return;
        }
        tracing::error!(error = %why, "the hardware module was lost; it is opened anew");
        for chair in &self.chairs {
            *lock(chair) = None;
        }
        if let Some(open) = state.open.take() {
            open.close();
        }
        // What held for a while is opened again at once: it may only have been started anew. What did not is given time.
        if state.since.is_some_and(|since| since.elapsed() > HELD) {
            (state.not_before, state.pause) = (None, Duration::ZERO);
        } else {
            state.postpone();
        }
        self.stands(Err(why.clone()));
    }

    fn stands(&self, how: Result<(), ModuleError>) {
        *lock(&self.standing) = Some(how);
    }

    fn open(&self) -> Result<Open, ModuleError> {
        let arguments = || CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        match self.library.initialize(arguments()) {
            // Finalising failed when it was lost.
            Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {
                let _ = self.library.clone().finalize();
                self.library.initialize(arguments())?;
            }
            done => done?,
        }
        let opened = self.enter();
        if opened.is_err() {
            let _ = self.library.clone().finalize();
        }
        opened
    }

    /// Finds the token and logs in.
    fn enter(&self) -> Result<Open, ModuleError> {
        let (slot, token) = self.find()?;
        self.may_show_pin(&token)?;
        let anchor = self.library.open_ro_session(slot)?;
        let pin = AuthPin::new(self.settings.pin.expose().to_owned().into_boxed_str());
        match anchor.login(UserType::User, Some(&pin)) {
            Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            done => done?,
        }
        let about = About {
            label: token.label().to_owned(),
            serial: token.serial_number().to_owned(),
            model: token.model().to_owned(),
            manufacturer: token.manufacturer_id().to_owned(),
        };
        let mechanisms = self.library.get_mechanism_list(slot)?;
        Ok(Open { library: self.library.clone(), slot, mechanisms, about, anchor: Mutex::new(anchor) })
    }

    /// A token counts wrong PINs, and locks itself after a few. It says so first, and then it is not tried.
    fn may_show_pin(&self, token: &TokenInfo) -> Result<(), ModuleError> {
        if token.user_pin_locked() {
            return Err(ModuleError::PinLocked);
        }
        let warned = token.user_pin_count_low() || token.user_pin_final_try();
        match self.settings.after_wrong_pin {
            AfterWrongPin::Stop if warned => Err(ModuleError::PinWasRefused),
            _ => Ok(()),
        }
    }

    fn find(&self) -> Result<(Slot, TokenInfo), ModuleError> {
        let name = &self.settings.token;
        let (mut found, mut shown) = (Vec::new(), Vec::new());
        for slot in self.library.get_slots_with_token()? {
            // One that cannot be asked is not the one.
            let Ok(token) = self.library.get_token_info(slot) else { continue };
            if !token.token_initialized() {
                continue;
            }
            shown.push(format!("{} (serial number {})", token.label(), token.serial_number()));
            let is_it = match name {
                TokenName::Label(label) => token.label() == label,
                TokenName::Serial(serial) => token.serial_number() == serial,
            };
            if is_it {
                found.push((slot, token));
            }
        }
        let none = || ModuleError::NoToken {
            token: name.clone(),
            shown: if shown.is_empty() { "none".to_owned() } else { shown.join(", ") },
        };
        let first = found.pop().ok_or_else(none)?;
        if found.is_empty() { Ok(first) } else { Err(ModuleError::TwoTokens(name.clone())) }
    }
}

impl State {
    fn postpone(&mut self) {
        self.not_before = Some(monotonic() + self.pause.max(FIRST_PAUSE));
        self.pause = (self.pause.max(FIRST_PAUSE) * 2).min(LONGEST_PAUSE);
    }
}

impl Open {
    fn look(&self) -> Result<(), ModuleError> {
        lock(&self.anchor).get_session_info()?;
        let token = self.library.get_token_info(self.slot)?;
        let same = token.serial_number() == self.about.serial;
        if same { Ok(()) } else { Err(ModuleError::Away("another token is in its place".to_owned())) }
    }

    /// Says nothing to a token that may be gone: whatever fails here is over anyway.
    fn close(self) {
        drop(self.anchor);
        let _ = self.library.finalize();
    }

    /// Whether it is there at this moment: what is not found in it may be lost with it.
    pub(super) fn is_there(&self) -> Result<(), ModuleError> {
        self.look()
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({}, token {})", self.settings.library.display(), self.settings.token)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
