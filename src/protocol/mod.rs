//! OAuth 2.0 and OpenID Connect rules: values in, a decision or an `OAuthError` out. Never async.
