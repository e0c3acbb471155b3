//! What is counted by the hour, so that a trend can be seen: how often something happened, never to whom.

use super::time::Timestamp;

const MICROS: i64 = 3_600_000_000;

/// Whole hours since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(i64);

impl Hour {
    pub const fn of(at: Timestamp) -> Self {
        Self(at.micros().div_euclid(MICROS))
    }

    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub const fn number(self) -> i64 {
        self.0
    }

    /// When it begins.
    pub const fn starts_at(self) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_mul(MICROS))
    }

    /// The first one of its day, in UTC.
    pub const fn of_day(self) -> Self {
        Self(self.0.div_euclid(24).saturating_mul(24))
    }

    /// So many hours earlier.
    pub const fn before(self, hours: u32) -> Self {
        Self(self.0.saturating_sub(hours as i64))
    }

    /// So many hours later.
    pub const fn after(self, hours: u32) -> Self {
        Self(self.0.saturating_add(hours as i64))
    }

    pub const fn next(self) -> Self {
        self.after(1)
    }
}

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What is counted. The text is what is stored, and is never changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Figure { $($(#[$doc])* $name,)* }

        impl Figure {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

figures! {
    /// Somebody proved who they are; the label is the method.
    SignIn = "sign_in",
    /// Somebody tried to and could not; the label is the reason, as the audit log says it.
    SignInRefused = "sign_in_refused",
    /// Tokens were issued; the label is the grant type.
    Tokens = "tokens",
    /// A portal asked for a scope and was given it; the label is the scope. Counted by the day, in the first hour of it.
    ScopeUsed = "scope_used",
    /// A portal was refused tokens; the label is the error (RFC 6749 §5.2).
    TokenRefused = "token_refused",
    /// A portal was to be told of a sign-out; the label is what became of it.
    SignOutDelivery = "sign_out_delivery",
    /// A citizen was to be sent a message; the label is what became of it.
    MessageDelivery = "message_delivery",
    /// A request was turned away because there were too many; the label is where.
    Throttled = "throttled",
    /// A request was answered; the label is where, the bound how long it took at most.
    Answered = "answered",
}

/// A part of the server whose waiting times are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Authorization,
    Token,
    UserInfo,
    SignIn,
    Account,
    Administration,
}

impl Place {
    pub const ALL: [Self; 6] =
        [Self::Authorization, Self::Token, Self::UserInfo, Self::SignIn, Self::Account, Self::Administration];

    /// Of a route's pattern, below the issuer's path; `None` for what is no errand of anybody's, such as a picture.
    pub fn of(route: &str) -> Option<Self> {
        let first = route.split('/').nth(1)?;
        Some(match first {
            "authorize" | "par" | "bc-authorize" | "device_authorization" => Self::Authorization,
            "token" => Self::Token,
            "userinfo" | "introspect" => Self::UserInfo,
            "sign-in" | "sign-up" | "recover" | "device" => Self::SignIn,
            "account" => Self::Account,
            "admin" => Self::Administration,
            _ => return None,
        })
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Token => "token",
            Self::UserInfo => "userinfo",
            Self::SignIn => "sign_in",
            Self::Account => "account",
            Self::Administration => "administration",
        }
    }
}

/// The milliseconds that waiting times are sorted by. Whatever took longer than the last stands under [`LONGER`].
pub const BOUNDS: [u32; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/// The bound of what took longer than all others.
pub const LONGER: u32 = 60_000;

/// The bound that so many milliseconds stand under.
pub fn bound(millis: u128) -> u32 {
    BOUNDS.into_iter().find(|bound| millis <= u128::from(*bound)).unwrap_or(LONGER)
}

/// The bound that `share` of what was counted did not exceed; `None` where nothing was counted. `counts` is sorted by bound.
pub fn quantile(counts: &[(u32, u64)], share: f64) -> Option<u32> {
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut below = 0_u64;
    counts.iter().find_map(|(bound, count)| {
        below += count;
        // Counts stay far below 2^53, where a float holds every whole number.
        (*count > 0 && below as f64 >= all as f64 * share).then_some(*bound)
    })
}

/// A row of counts: so many under this label, in the span that begins with this hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub from: Hour,
    pub label: String,
    /// Milliseconds, of waiting times; otherwise 0.
    pub bound: u32,
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_begins_on_the_hour_before_the_epoch_too() {
        assert_eq!(Hour::of(Timestamp::from_seconds(3_599)), Hour::from_number(0));
        assert_eq!(Hour::of(Timestamp::from_seconds(3_600)), Hour::from_number(1));
        assert_eq!(Hour::of(Timestamp::from_seconds(-1)), Hour::from_number(-1));
        assert_eq!(Hour::from_number(2).starts_at(), Timestamp::from_seconds(7_200));
    }

    #[test]
    fn a_waiting_time_stands_under_the_first_bound_that_it_does_not_exceed() {
        assert_eq!([bound(0), bound(1), bound(2), bound(3), bound(5_000), bound(5_001)], [1, 1, 2, 5, 5_000, LONGER]);
    }

    #[test]
    fn a_quantile_is_the_bound_that_so_many_did_not_exceed() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[(1, 0)], 0.5), None);
        let counts = [(1, 50), (5, 49), (100, 1)];
        assert_eq!(quantile(&counts, 0.5), Some(1));
        assert_eq!(quantile(&counts, 0.99), Some(5));
        assert_eq!(quantile(&counts, 1.0), Some(100));
    }

    #[test]
    fn pictures_and_documents_are_nobody_s_errand() {
        assert_eq!(Place::of("/sign-in/{id}/password"), Some(Place::SignIn));
        assert_eq!(Place::of("/token"), Some(Place::Token));
        for route in ["/static/{*file}", "/", "unmatched", "/health/live", "/jwks.json"] {
            assert_eq!(Place::of(route), None, "{route}");
        }
    }
}
