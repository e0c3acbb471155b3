//! Whose word about a client's address and certificate is believed.

use ipnet::IpNet;

use super::{Finding, What, or_sound};
use crate::config::Proxies;

/// A range that is wider than this holds machines that are nobody's proxies: a /8 and a /32 are what registries hand out.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 32;

pub(super) fn of_settings(proxies: &Proxies) -> Vec<Finding> {
    if proxies.trusted.is_empty() {
        return vec![Finding::new(What::ProxiesNone, "no proxy is trusted: whoever connects is the client")];
    }
    let mut findings = Vec::new();
    for range in &proxies.trusted {
        let (widest, single) = match range {
            IpNet::V4(_) => (WIDEST_V4, 32),
            IpNet::V6(_) => (WIDEST_V6, 128),
        };
        if range.prefix_len() < widest {
            findings.push(Finding::new(What::ProxiesWide, format!("{range} is trusted")));
        } else if range.prefix_len() < single && !is_private(range) {
            findings.push(Finding::new(What::ProxiesPublic, format!("{range} is trusted, and public")));
        }
    }
    let ranges: Vec<String> = proxies.trusted.iter().map(ToString::to_string).collect();
    or_sound(findings, What::ProxiesSound, format!("{} are trusted, and nobody else", ranges.join(", ")))
}

/// RFC 1918, RFC 6598, RFC 4193, and this machine itself.
fn is_private(range: &IpNet) -> bool {
    match range {
        IpNet::V4(range) => {
            let address = range.network();
            let [a, b, ..] = address.octets();
            address.is_private() || address.is_loopback() || (a == 100 && b & 0xc0 == 64)
        }
        IpNet::V6(range) => {
            let address = range.network();
            address.is_unique_local() || address.is_loopback() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ClientAddressHeader;

    fn found(ranges: &[&str]) -> Vec<What> {
        let trusted = ranges.iter().map(|range| range.parse().unwrap()).collect();
        let proxies = Proxies { trusted, header: ClientAddressHeader::XForwardedFor, ..Proxies::default() };
        of_settings(&proxies).into_iter().map(|one| one.what).collect()
    }

    #[test]
    fn ranges_that_hold_more_than_proxies_are_found() {
        assert_eq!(found(&[]), [What::ProxiesNone]);
        assert_eq!(found(&["10.0.0.0/8", "203.0.113.7/32", "2001:db8::7/128", "fd00::/48"]), [What::ProxiesSound]);
        assert_eq!(found(&["0.0.0.0/1", "128.0.0.0/1"]), [What::ProxiesWide, What::ProxiesWide], "the world in halves");
        assert_eq!(found(&["2000::/3"]), [What::ProxiesWide]);
        assert_eq!(found(&["203.0.113.0/24"]), [What::ProxiesPublic]);
        assert_eq!(found(&["100.64.0.0/10"]), [What::ProxiesSound]);
    }
}
