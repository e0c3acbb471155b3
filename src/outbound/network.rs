//! Which addresses may be connected to: none of IANA's special-purpose address registries (RFC 6890), unless the settings
//! say otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Every block of the IPv4 registry, those that are globally reachable too (no portal lives there), and multicast.
const SPECIAL_V4: &[Ipv4Net] = &[
    v4([0, 0, 0, 0], 8),       // "this network" (RFC 791)
    v4([10, 0, 0, 0], 8),      // private use (RFC 1918)
    v4([100, 64, 0, 0], 10),   // shared address space of carriers (RFC 6598)
    v4([127, 0, 0, 0], 8),     // loopback (RFC 1122)
    v4([169, 254, 0, 0], 16),  // link-local (RFC 3927): cloud metadata too
    v4([172, 16, 0, 0], 12),   // private use (RFC 1918)
    v4([192, 0, 0, 0], 24),    // IETF protocol assignments (RFC 6890)
    v4([192, 0, 2, 0], 24),    // documentation (RFC 5737)
    v4([192, 31, 196, 0], 24), // AS112 (RFC 7535)
    v4([192, 52, 193, 0], 24), // AMT (RFC 7450)
    v4([192, 88, 99, 0], 24),  // 6to4 relay anycast (RFC 7526)
    v4([192, 168, 0, 0], 16),  // private use (RFC 1918)
    v4([192, 175, 48, 0], 24), // AS112 (RFC 7534)
    v4([198, 18, 0, 0], 15),   // benchmarking (RFC 2544)
    v4([198, 51, 100, 0], 24), // documentation (RFC 5737)
    v4([203, 0, 113, 0], 24),  // documentation (RFC 5737)
    v4([224, 0, 0, 0], 4),     // multicast (RFC 5771)
    v4([240, 0, 0, 0], 4),     // reserved (RFC 1112), and the broadcast address
];

/// The only IPv6 space that is assigned for global unicast (RFC 4291 §2.4). Outside it are loopback, unspecified,
/// v4-mapped and v4-compatible, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), discard-only, SRv6 (5f00::/16), unique-local,
/// link-local, site-local and multicast.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// What of it is special.
const SPECIAL_V6: &[Ipv6Net] = &[
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // IETF protocol assignments: Teredo, benchmarking, ORCHID (RFC 2928)
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation (RFC 3849)
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4 (RFC 3056): an IPv4 address inside
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), // AS112 (RFC 7534)
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation (RFC 9637)
];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// Whether anybody on the Internet reaches the same host under this address as SenID would.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|block| block.contains(&address)),
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|block| block.contains(&address)),
    }
}

/// Which special addresses may be reached all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exceptions {
    pub loopback: bool,
    pub networks: Vec<IpNet>,
}

impl Exceptions {
    pub(super) fn permit(&self, address: IpAddr) -> bool {
        is_public(address)
            || (self.loopback && address.is_loopback())
            || self.networks.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn both_ends_of_every_special_block_are_refused_and_their_neighbours_are_not() {
        for (first, last, neighbours) in [
            ("0.0.0.0", "0.255.255.255", &["1.0.0.0"][..]),
            ("10.0.0.0", "10.255.255.255", &["9.255.255.255", "11.0.0.0"]),
            ("100.64.0.0", "100.127.255.255", &["100.63.255.255", "100.128.0.0"]),
            ("127.0.0.0", "127.255.255.255", &["126.255.255.255", "128.0.0.0"]),
            ("169.254.0.0", "169.254.255.255", &["169.253.255.255", "169.255.0.0"]),
            ("172.16.0.0", "172.31.255.255", &["172.15.255.255", "172.32.0.0"]),
            ("192.0.0.0", "192.0.0.255", &["191.255.255.255", "192.0.1.0"]),
            ("192.0.2.0", "192.0.2.255", &["192.0.1.255", "192.0.3.0"]),
            ("192.31.196.0", "192.31.196.255", &["192.31.195.255", "192.31.197.0"]),
            ("192.52.193.0", "192.52.193.255", &["192.52.192.255", "192.52.194.0"]),
            ("192.88.99.0", "192.88.99.255", &["192.88.98.255", "192.88.100.0"]),
            ("192.168.0.0", "192.168.255.255", &["192.167.255.255", "192.169.0.0"]),
            ("192.175.48.0", "192.175.48.255", &["192.175.47.255", "192.175.49.0"]),
            ("198.18.0.0", "198.19.255.255", &["198.17.255.255", "198.20.0.0"]),
            ("198.51.100.0", "198.51.100.255", &["198.51.99.255", "198.51.101.0"]),
            ("203.0.113.0", "203.0.113.255", &["203.0.112.255", "203.0.114.0"]),
            ("224.0.0.0", "255.255.255.255", &["223.255.255.255"]),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:200::"]),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:db7:ffff::", "2001:db9::"]),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["2003::"]),
            ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", &["2620:4f:7fff::", "2620:4f:8001::"]),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", &["3ffe:ffff::", "3fff:1000::"]),
            ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["2003::1"]),
            ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["3fff:ffff::"]),
        ] {
            assert!(!public(first) && !public(last), "{first} to {last}");
            for neighbour in neighbours {
                assert!(public(neighbour), "{neighbour}");
            }
        }
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_is_refused_in_every_form() {
        for form in [
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::ffff:0:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "100::1",
            "5f00::1",
        ] {
            assert!(!public(form), "{form}");
        }
    }

    #[test]
    fn exceptions_reach_as_far_as_they_say() {
        let permits = |exceptions: &Exceptions, text: &str| exceptions.permit(text.parse().unwrap());
        let none = Exceptions::default();
        let loopback = Exceptions { loopback: true, ..Exceptions::default() };
        let network = Exceptions { networks: vec!["10.20.0.0/16".parse().unwrap()], ..Exceptions::default() };
        assert!(permits(&none, "8.8.8.8") && !permits(&none, "127.0.0.1") && !permits(&none, "10.20.0.1"));
        assert!(permits(&loopback, "127.3.2.1") && permits(&loopback, "::1"));
        for other in ["10.20.0.1", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0", "::"] {
            assert!(!permits(&loopback, other), "{other}");
        }
        assert!(permits(&network, "10.20.255.1") && !permits(&network, "10.21.0.1"));
        assert!(!permits(&network, "::ffff:10.20.0.1") && !permits(&network, "127.0.0.1"));
    }
}
