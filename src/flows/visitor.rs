//! Whoever sends a request: what flows know of them before anything is proven.

use std::net::IpAddr;

use crate::domain::ids::RequestId;
use crate::domain::secret::SecretHash;

#[derive(Clone, Debug)]
pub struct Visitor {
    /// As the trusted proxies report it.
    pub address: IpAddr,
    /// "Chrome on Android": what a person recognises a device by.
    pub device_name: String,
    pub request: RequestId,
    /// Hashes of the cookies that the browser sent, where it sent them.
    pub browser: Option<SecretHash>,
    pub session: Option<SecretHash>,
    /// One of each person whose device it is, who used it last first.
    pub devices: Vec<SecretHash>,
}

impl Visitor {
    /// The network of the address, which throttling counts by: one IPv4 address, or an IPv6 /64, which is one customer.
    pub fn network(&self) -> String {
        match self.address.to_canonical() {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }

    /// The range of the network, which one operator or one attacker may have the whole of: an IPv4 /24, or an IPv6 /48.
    pub fn range(&self) -> String {
        match self.address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        }
    }

    /// The block of addresses that says roughly where in the Internet it is: an IPv4 /16, or an IPv6 /32.
    pub fn block(&self) -> String {
        match self.address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, ..] = v4.octets();
                format!("{a}.{b}.0.0/16")
            }
            IpAddr::V6(v6) => {
                let [a, b, ..] = v6.segments();
                format!("{a:x}:{b:x}::/32")
            }
        }
    }

    /// What logs, the audit log and the person's own pages may show: the network's first half.
    pub fn masked_address(&self) -> String {
        match self.address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, ..] = v4.octets();
                format!("{a}.{b}.x.x")
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}::")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::RequestId;

    fn from(address: &str) -> Visitor {
        Visitor {
            address: address.parse().unwrap(),
            device_name: String::new(),
            request: RequestId::new(&crate::crypto::random::SystemRandom::new()),
            browser: None,
            session: None,
            devices: Vec::new(),
        }
    }

    #[test]
    fn the_addresses_of_one_customer_are_one_network() {
        assert_eq!(from("2001:db8:1:2::1").network(), from("2001:db8:1:2:ffff::9").network());
        assert_ne!(from("2001:db8:1:2::1").network(), from("2001:db8:1:3::1").network());
        assert_eq!(from("::ffff:192.0.2.7").network(), "192.0.2.7");
        assert_eq!(from("2001:db8:1:2::1").range(), from("2001:db8:1:3::1").range());
        assert_ne!(from("2001:db8:1:2::1").range(), from("2001:db8:2:2::1").range());
        assert_eq!(from("::ffff:192.0.2.7").range(), from("192.0.2.8").range());
        assert_ne!(from("192.0.2.7").range(), from("192.0.3.7").range());
    }

    #[test]
    fn a_masked_address_names_no_household() {
        assert_eq!(from("192.0.2.7").masked_address(), "192.0.x.x");
        assert_eq!(from("2001:db8:1:2::1").masked_address(), "2001:db8:1::");
    }
}
