//! OAuth 2.0 and OpenID Connect, through the public door.

mod code_flow;
