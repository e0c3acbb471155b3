//! What kinds of problems there are. Each is explained on the page of the API, under the anchor that its `type` ends in.

use http::StatusCode;

/// The end of a kind's `type`, its status, its title, what it means, and what to do about it.
macro_rules! kinds {
    ($($name:ident = $slug:literal, $status:ident, $title:literal, $means:literal, $remedy:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($name,)* }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The anchor on the page of the API.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it means, in a sentence or two.
            pub const fn means(self) -> &'static str {
                match self { $(Self::$name => $means,)* }
            }

            /// What whoever sent the request does now.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

kinds! {
    Malformed = "malformed", BAD_REQUEST, "The request cannot be read",
        "A parameter, a header or the body is not written as it has to be: the body is no JSON object, a member or parameter is there \
         twice, or one is there that the operation does not have.",
        "Mend what `errors` names, or what `detail` says, and send it again.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "An access token is needed",
        "No access token came along, or it does not open this API: it is bound to nothing, its proof does not fit this request, it is \
         for another audience, or its grant, session or account has ended.",
        "Read `error` in `WWW-Authenticate`. With `invalid_dpop_proof` or `use_dpop_nonce` sign a new proof; otherwise have your user \
         sign in again and ask for a token with `resource` set to this API.";
    StepUp = "step-up", UNAUTHORIZED, "Prove again who you are",
        "The token is in order, and what its user proved is too old, or too weak, for this operation (RFC 9470).",
        "Send your user through the authorization endpoint with `max_age` and one of the `acr_values` that `WWW-Authenticate` names, \
         and repeat the request with the new token.";
    Forbidden = "forbidden", FORBIDDEN, "This is not yours to do",
        "No role of the user has the permission, the application is not theirs, or the token is for other areas of the API.",
        "Where the challenge says `insufficient_scope`, ask for a token with the scope that it names. Otherwise somebody whose role has \
         the permission has to do it. That it was refused is in the audit log.";
    NotFound = "not-found", NOT_FOUND, "There is no such thing",
        "Nothing is at this path, or what its path names does not exist.",
        "Look the id up in the list of its kind; nothing has to be repeated.";
    WrongMethod = "wrong-method", METHOD_NOT_ALLOWED, "Not with this method",
        "There is an operation at this path, and it is called with another method.",
        "Use one of those that `Allow` names.";
    Conflict = "conflict", CONFLICT, "It stands in the way of what is there",
        "What was asked cannot be, as things stand: an id is taken, an account is not in the state for it, a role is held already.",
        "Read what there is, and decide again. The same request will be refused for as long as nothing changes.";
    OwnRequest = "own-request", CONFLICT, "Another person has to decide this",
        "Nobody decides about what they asked for themselves, or what is to their own benefit.",
        "Somebody else with the permission approves or denies it.";
    Expired = "expired", CONFLICT, "Nobody approved it in time",
        "The request waited for a second person longer than the settings let it.",
        "Ask for it again.";
    Decided = "decided", CONFLICT, "It was decided already",
        "Somebody approved, denied or withdrew it before.",
        "Read the approval: it says who decided, and how.";
    Void = "void", CONFLICT, "What it would change was changed meanwhile",
        "Since it was asked for, what it is about became another: approving it now would do something else than what was asked.",
        "Look at how it is now, and ask for it again where it is still wanted.";
    Underway = "under-way", CONFLICT, "The same request is being done",
        "A request with this Idempotency-Key was begun, and what became of it is not known yet; or it was done by a server that was \
         stopped before it could keep its answer, which `detail` says.",
        "Wait for a few seconds and send it again under the same key. Where `detail` says that it was done, read what there is.";
    Changed = "changed", PRECONDITION_FAILED, "Somebody else changed it meanwhile",
        "The `ETag` in `If-Match` is not of what is there now.",
        "Read it again, make your change to what you find, and send it with the new `ETag`.";
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "More than is read here",
        "The body is larger than the setting `limits.body`.",
        "Send less at once.";
    WrongType = "wrong-type", UNSUPPORTED_MEDIA_TYPE, "The body is no JSON",
        "The request does not say, once, that its body is `application/json`.",
        "Send JSON, with `Content-Type: application/json`.";
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "Something is wrong with what was sent",
        "The request can be read, and what it says breaks a rule. `errors` has each fault with a JSON pointer into the body.",
        "Mend every fault that `errors` names: all of them are told at once.";
    KeyReused = "key-reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request",
        "Within a day this key was sent with a request that says something else.",
        "Make a new key for each request, and repeat one only with exactly what it was first sent with.";
    Unconditional = "unconditional", PRECONDITION_REQUIRED, "Say which version this changes",
        "What has versions is changed only by whoever says which one they saw, so that nobody's change is lost.",
        "Read it, and send its `ETag` as `If-Match`; `*` changes whatever is there.";
    TooMany = "too-many", TOO_MANY_REQUESTS, "Too many requests",
        "This user's programs together sent more requests in a minute than anybody has use for.",
        "Wait for as many seconds as `Retry-After` says.";
    Failed = "failed", INTERNAL_SERVER_ERROR, "An error on our side",
        "Something failed that has nothing to do with the request. Nothing was done.",
        "Send it again, under the same Idempotency-Key. Where it stays, tell the operator the reference in `X-Request-Id`.";
    Away = "away", SERVICE_UNAVAILABLE, "A part of SenID does not answer",
        "A store does not answer, or the server has more to do than it can.",
        "Wait for as many seconds as `Retry-After` says and send it again, under the same Idempotency-Key.";
}

/// The URI of a kind, which leads to its explanation (RFC 9457 section 3.1.1).
pub fn type_uri(issuer: &str, kind: Kind) -> String {
    format!("{issuer}{}#{}", super::PAGE, kind.slug())
}
