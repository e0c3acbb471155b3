//! What a verification finds: the first event that is not as it was recorded, or a head that is not of this log.

use std::fmt;

use uuid::Uuid;

/// Places count from 0 on, heads from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The event of this place is gone; its id, where the place still tells it.
    Removed { place: u64, event: Option<Uuid> },
    /// It is another than was recorded.
    Altered { place: u64, event: Uuid },
    /// It stands at a place, and was given another one.
    Reordered { place: u64, event: Uuid, belongs: u64 },
    /// Nobody recorded it, or not there; without a place it is in the table of events alone.
    Inserted { place: Option<u64>, event: Uuid },
    /// The log ends before this place, and a head or the tree itself says that there was an event.
    RemovedFromEnd { place: u64 },
    /// An event that waited for its place is gone.
    LostWaiting { event: Uuid },
    /// Between these places events are others than those that were signed.
    Rewritten { from: u64, before: u64 },
    /// What the sequencer goes on from is not the tree of these events.
    OtherTree { size: u64 },
    /// A head is gone: heads are numbered without a gap.
    HeadRemoved { number: u64 },
    /// A head is not signed by this log, or says something else than was signed.
    HeadForged { number: u64 },
    /// What is kept as a witness's signature of a head is none.
    CosignatureForged { number: u64, witness: String },
    /// Something that this log signed, and that is not a head of these events: two logs were shown.
    Forked { size: u64, seen: String },
}

impl Finding {
    /// The place of the first event that is not as it was, where it has one.
    pub const fn place(&self) -> Option<u64> {
        match self {
            Self::Removed { place, .. }
            | Self::Altered { place, .. }
            | Self::Reordered { place, .. }
            | Self::RemovedFromEnd { place }
            | Self::Rewritten { from: place, .. } => Some(*place),
            Self::Inserted { place, .. } => *place,
            _ => None,
        }
    }

    pub const fn event(&self) -> Option<Uuid> {
        match self {
            Self::Removed { event, .. } => *event,
            Self::Altered { event, .. }
            | Self::Reordered { event, .. }
            | Self::Inserted { event, .. }
            | Self::LostWaiting { event } => Some(*event),
            _ => None,
        }
    }

    /// One word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Removed { .. } | Self::RemovedFromEnd { .. } | Self::LostWaiting { .. } => "removed",
            Self::Altered { .. } => "altered",
            Self::Reordered { .. } => "reordered",
            Self::Inserted { .. } => "inserted",
            Self::Rewritten { .. } => "rewritten",
            Self::OtherTree { .. } => "other_tree",
            Self::HeadRemoved { .. } => "head_removed",
            Self::HeadForged { .. } => "head_forged",
            Self::CosignatureForged { .. } => "cosignature_forged",
            Self::Forked { .. } => "forked",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removed { place, event: Some(event) } => write!(f, "event {event} of place {place} was removed"),
            Self::Removed { place, event: None } => write!(f, "the event of place {place} was removed"),
            Self::Altered { place, event } => write!(f, "event {event} of place {place} was altered"),
            Self::Reordered { place, event, belongs } => {
                write!(f, "event {event} stands at place {place}, and was given place {belongs}: events were reordered")
            }
            Self::Inserted { place: Some(place), event } => write!(f, "event {event} of place {place} was inserted"),
            Self::Inserted { place: None, event } => {
                write!(f, "event {event} was inserted: it has no place, and waits for none")
            }
            Self::RemovedFromEnd { place } => {
                write!(f, "the log ends before place {place}, and was longer: events were removed from its end")
            }
            Self::LostWaiting { event } => write!(f, "event {event} was removed before it was given its place"),
            Self::Rewritten { from, before } => {
                write!(f, "the events from place {from} on, before {before}, are not those that were signed")
            }
            Self::OtherTree { size } => {
                write!(f, "the tree of {size} events that is kept to go on from is not the tree of these events")
            }
            Self::HeadRemoved { number } => write!(f, "head {number} was removed"),
            Self::HeadForged { number } => write!(f, "head {number} was altered or forged"),
            Self::CosignatureForged { number, witness } => {
                write!(f, "the signature of head {number} by the witness {witness} was altered or forged")
            }
            Self::Forked { size, seen } => {
                write!(
                    f,
                    "{seen} is of another log of {size} events that was signed with the same key: the log was forked"
                )
            }
        }
    }
}
