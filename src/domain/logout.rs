//! Single logout: who took part in a session, and how persistently each of them is told that it has ended.

use std::time::Duration;

use super::ids::{CitizenId, ClientId, DeliveryId, SessionId};
use super::random::Random;
use super::time::Timestamp;

/// A client that took part in a session, and what it knows person and session by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    pub citizen: CitizenId,
    pub session: SessionId,
    pub client: ClientId,
    /// As its ID token said, whatever the client's sector or subject type is by now.
    pub subject: String,
    pub sid: String,
}

/// What one client is told of one session's end (Back-Channel Logout 1.0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub client: ClientId,
    pub citizen: CitizenId,
    pub subject: String,
    pub sid: String,
    pub state: DeliveryState,
    /// How often it was tried, the attempt under way included.
    pub attempts: u32,
    /// When it is tried next; what has been settled is not.
    pub due_at: Timestamp,
    pub created_at: Timestamp,
    /// A session of the client's own is hardly older: whoever was away for longer has nothing left to end.
    pub give_up_at: Timestamp,
    /// Why the last attempt failed, in one word.
    pub fault: Option<String>,
    pub settled_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    Pending,
    /// The client said that it has ended its session.
    Delivered,
    /// The client said that it cannot make anything of it (Back-Channel Logout §2.8): said again, it would be no clearer.
    Refused,
    /// Nobody answered for too long, or there is nobody to tell any more.
    Undelivered,
}

impl DeliveryState {
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Refused, Self::Undelivered];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Undelivered => "undelivered",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Attempts at one client at once, from one server.
pub const AT_ONCE_PER_CLIENT: usize = 4;
/// An attempt is over long before; a server that was killed in the middle of one holds it no longer.
pub const LEASE: Duration = Duration::from_secs(30);
/// After the first attempt that failed.
const FIRST_PAUSE: Duration = Duration::from_secs(4);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3600);
impl Delivery {
    /// What `participant` is to be told, from `now` on.
    pub fn new(participant: &Participant, now: Timestamp, random: &dyn Random) -> Self {
        Self {
            id: DeliveryId::new(now, random),
            client: participant.client.clone(),
            citizen: participant.citizen,
            subject: participant.subject.clone(),
            sid: participant.sid.clone(),
            state: DeliveryState::Pending,
            attempts: 0,
            due_at: now,
            created_at: now,
            give_up_at: now + GIVE_UP_AFTER,
            fault: None,
            settled_at: None,
        }
    }

    /// When an attempt that failed is made again: twice as late each time, and never by all at the same moment, so that
    /// a portal that comes back is not overrun. `None` where it is time to give up.
    pub fn next_attempt(&self, now: Timestamp, random: &dyn Random) -> Option<Timestamp> {
        let next = now + pause_after(self.attempts, random);
        (next < self.give_up_at).then_some(next)
    }
}

/// How long to wait after so many attempts that failed.
pub(super) fn pause_after(attempts: u32, random: &dyn Random) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let share = u32::from(u16::from_be_bytes(random.bytes()));
    pause / 2 + pause / 2 * share / u32::from(u16::MAX)
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    Delivered,
    Refused {
        fault: String,
    },
    Undelivered {
        fault: String,
    },
    /// It is tried again.
    Postponed {
        due_at: Timestamp,
        fault: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same byte again and again.
    #[derive(Debug)]
    struct Always(u8);

    impl Random for Always {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn tried(attempts: u32) -> Delivery {
        let participant = Participant {
            citizen: CitizenId::new(NOW, &Always(1)),
            session: SessionId::new(NOW, &Always(2)),
            client: "portal".parse().unwrap(),
            subject: "sub".to_owned(),
            sid: "sid".to_owned(),
        };
        Delivery { attempts, ..Delivery::new(&participant, NOW, &Always(3)) }
    }

    fn pause(attempts: u32, jitter: u8) -> Duration {
        NOW.until(tried(attempts).next_attempt(NOW, &Always(jitter)).unwrap())
    }

    #[test]
    fn each_pause_is_twice_the_one_before_up_to_a_quarter_of_an_hour() {
        assert_eq!(pause(1, 255), Duration::from_secs(4));
        assert_eq!(pause(2, 255), Duration::from_secs(8));
        assert_eq!(pause(5, 255), Duration::from_secs(64));
        assert_eq!(pause(60, 255), LONGEST_PAUSE);
    }

    #[test]
    fn chance_takes_up_to_half_of_a_pause_away() {
        assert_eq!(pause(1, 0), Duration::from_secs(2));
        assert!((Duration::from_secs(2)..Duration::from_secs(4)).contains(&pause(1, 100)));
    }

    #[test]
    fn a_day_later_it_is_given_up() {
        let delivery = tried(99);
        let last = NOW + GIVE_UP_AFTER - LONGEST_PAUSE / 2;
        assert!(delivery.next_attempt(last - Duration::from_secs(1), &Always(0)).is_some());
        assert_eq!(delivery.next_attempt(last, &Always(0)), None);
    }
}
