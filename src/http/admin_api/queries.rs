//! The parameters of the lists in the table.

use super::operation::{PAGED, Query, Value};

pub(super) const STATUS: [&str; 6] = ["registered", "active", "locked", "suspended", "deceased", "closed"];
pub(super) const SINCE: Query =
    Query { name: "since", says: "Those from this moment on (RFC 3339).", value: Value::Text };
pub(super) const UNTIL: Query =
    Query { name: "until", says: "Those before this moment (RFC 3339).", value: Value::Text };
pub(super) const EXPORT_EVENTS: [Query; 4] = [PAGED[0], PAGED[1], SINCE, UNTIL];
pub(super) const SEARCH_EVENTS: [Query; 9] = [
    PAGED[0],
    PAGED[1],
    SINCE,
    UNTIL,
    Query { name: "kind", says: "Those of one kind, such as citizen.locked.", value: Value::Text },
    Query { name: "outcome", says: "Those that came to this.", value: Value::OneOf(&["success", "refused"]) },
    Query { name: "actor", says: "Those of one actor, as events name them.", value: Value::Text },
    Query { name: "citizen_id", says: "Those that concern one citizen.", value: Value::Text },
    Query { name: "client_id", says: "Those that concern one application.", value: Value::Text },
];
pub(super) const LIST_STATISTICS: [Query; 3] = [
    Query {
        name: "figure",
        says: "What is counted; sign-ins where nothing is said.",
        value: Value::OneOf(&[
            "sign_in",
            "sign_in_refused",
            "tokens",
            "token_refused",
            "sign_out_delivery",
            "message_delivery",
            "throttled",
            "answered",
        ]),
    },
    Query {
        name: "spans",
        says: "How many spans, the present one the last; 24 where nothing is said.",
        value: Value::Number(744),
    },
    Query { name: "hours", says: "How many hours a span has; 1 where nothing is said.", value: Value::Number(24) },
];
pub(super) const CURSOR: [Query; 1] = [PAGED[0]];
pub(super) const LIMIT: [Query; 1] = [PAGED[1]];
pub(super) const STATE: Query = Query {
    name: "state",
    says: "Those that came to this.",
    value: Value::OneOf(&["pending", "delivered", "refused", "undelivered"]),
};
pub(super) const LIST_MESSAGES: [Query; 2] = [PAGED[1], STATE];
pub(super) const LIST_DELIVERIES: [Query; 4] =
    [PAGED[0], PAGED[1], STATE, Query { name: "client_id", says: "Those of one application.", value: Value::Text }];
pub(super) const LIST_STREAM_EVENTS: [Query; 3] = [PAGED[0], PAGED[1], STATE];
pub(super) const LIST_CITIZENS: [Query; 3] = [
    PAGED[0],
    PAGED[1],
    Query { name: "status", says: "Those whose account is in this state.", value: Value::OneOf(&STATUS) },
];

pub(super) const LIST_APPROVALS: [Query; 3] = [
    PAGED[0],
    PAGED[1],
    Query {
        name: "state",
        says: "Those that wait, those that clients asked for by registering themselves and nobody has taken up, or all.",
        value: Value::OneOf(&["waiting", "by_themselves", "all"]),
    },
];
