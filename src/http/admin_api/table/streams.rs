//! Applications' streams of security events.

use super::super::operation::{Operation, PAGED};
use super::super::queries::LIST_STREAM_EVENTS;
use super::super::streams::{self, EventStream, EventStreamChange, EventStreamStatus, NewEventStream, StreamEvent};
use super::super::wire::{Page, Reason};
use crate::domain::administration::Permission::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::get::<Page<EventStream>>(
        "/streams",
        "listStreams",
        StreamShow,
        "Lists applications' streams of security events, and how much waits in each; an owner's are those of their own.",
        by!(streams::list),
    )
    .query(&PAGED),
    Operation::get::<EventStream>(
        "/clients/{client_id}/stream",
        "showStream",
        StreamShow,
        "Shows an application's stream, and what waits in it.",
        by!(streams::show),
    )
    .versioned(),
    Operation::post(
        "/clients/{client_id}/stream",
        "createStream",
        StreamManage,
        "Opens an application's stream: there is one at most.",
        by!(streams::create),
    )
    .takes::<NewEventStream>()
    .creates::<EventStream>(),
    Operation::patch(
        "/clients/{client_id}/stream",
        "updateStream",
        StreamManage,
        "Changes an application's stream; what is not named stays, and what failed before is tried at once.",
        by!(streams::update),
    )
    .takes::<EventStreamChange>()
    .answers::<EventStream>()
    .versioned(),
    Operation::post(
        "/clients/{client_id}/stream/status",
        "setStreamStatus",
        StreamRun,
        "Enables, pauses or disables an application's stream; the application is told so in it.",
        by!(streams::set_status),
    )
    .takes::<EventStreamStatus>()
    .answers::<EventStream>(),
    Operation::post(
        "/clients/{client_id}/stream/verify",
        "verifyStream",
        StreamRun,
        "Puts a verification event into an application's stream, every 30 seconds at most.",
        by!(streams::verify),
    ),
    Operation::post(
        "/clients/{client_id}/stream/remove",
        "removeStream",
        StreamManage,
        "Closes an application's stream with everything that waits in it, for a reason that is recorded.",
        by!(streams::remove),
    )
    .takes::<Reason>(),
    Operation::get::<Page<StreamEvent>>(
        "/clients/{client_id}/stream/events",
        "listStreamEvents",
        StreamShow,
        "Lists what an application is told and was told, the latest first: never whom it is about.",
        by!(streams::events),
    )
    .query(&LIST_STREAM_EVENTS),
];
