//! The address a request came from, through the proxies that are trusted (RFC 7239; `X-Forwarded-For`).

use std::net::{IpAddr, SocketAddr};

use super::proxies::{ClientAddressHeader, Proxies};

/// A header longer than this is nobody's honest list of proxies.
const MOST_BYTES: usize = 2048;

impl Proxies {
    /// The client's address, given who connected and the values of the configured header in the order received.
    ///
    /// The list is read from the right, where the nearest proxy wrote, through every trusted address, to the first
    /// that is not trusted. What stands to the left of it is the client's own claim and is not looked at. A value that
    /// is met and is not an address makes the whole list worthless: the peer itself is then the client.
    pub fn client_address<'a>(&self, peer: IpAddr, header_values: impl IntoIterator<Item = &'a [u8]>) -> IpAddr {
        let peer = peer.to_canonical();
        if self.header == ClientAddressHeader::None || !self.trusts(peer) {
            return peer;
        }
        self.first_untrusted(peer, header_values).unwrap_or(peer)
    }

    /// The header's name, in lower case, if one is read.
    pub const fn header_name(&self) -> Option<&'static str> {
        match self.header {
            ClientAddressHeader::None => None,
            ClientAddressHeader::Forwarded => Some("forwarded"),
            ClientAddressHeader::XForwardedFor => Some("x-forwarded-for"),
        }
    }

    fn first_untrusted<'a>(&self, peer: IpAddr, values: impl IntoIterator<Item = &'a [u8]>) -> Option<IpAddr> {
        // Several header lines are one list (RFC 9110 §5.3).
        let values: Vec<&[u8]> = values.into_iter().collect();
        let list = values.join(&b","[..]);
        let list = std::str::from_utf8(&list).ok().filter(|list| list.len() <= MOST_BYTES)?;
        let mut client = peer;
        if list.trim().is_empty() {
            return Some(client);
        }
        for element in elements(list, self.header).iter().rev() {
            client = match self.header {
                ClientAddressHeader::Forwarded => forwarded_for(element)?,
                _ => address(element)?,
            };
            if !self.trusts(client) {
                break;
            }
        }
        Some(client)
    }
}

/// The list's elements. In `Forwarded` a comma may stand inside quotes.
fn elements(list: &str, header: ClientAddressHeader) -> Vec<&str> {
    let mut quoted = false;
    let mut escaped = false;
    list.split(|character| {
        let splits = character == ',' && !quoted;
        if header == ClientAddressHeader::Forwarded {
            match character {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ => {}
            }
        }
        splits
    })
    .collect()
}

/// The `for` parameter of one `Forwarded` element, which names it exactly once.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in element.split(';') {
        let (name, value) = pair.trim().split_once('=')?;
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return None;
        }
    }
    let value = found?;
    match value.strip_prefix('"') {
        Some(rest) => address(rest.strip_suffix('"')?),
        None => address(value),
    }
}

/// An address, alone or with a port; IPv6 also in brackets. `unknown`, `_hidden` and names are not addresses.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches([' ', '\t']);
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse()
        .ok()
        .filter(|address: &IpAddr| bare == text || address.is_ipv6())
        .or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PEER: &str = "10.0.0.9";

    fn proxies(header: ClientAddressHeader) -> Proxies {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].map(|range| range.parse().unwrap());
        Proxies { trusted: trusted.into(), header, ..Proxies::default() }
    }

    fn client(header: ClientAddressHeader, peer: &str, values: &[&str]) -> String {
        let values = values.iter().map(|value| value.as_bytes());
        proxies(header).client_address(peer.parse().unwrap(), values).to_string()
    }

    #[test]
    fn the_first_untrusted_address_from_the_right_is_the_client() {
        for (values, expected) in [
            (&["203.0.113.7"][..], "203.0.113.7"),
            (&["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
            (&["1.1.1.1", "203.0.113.7, 10.0.0.1"], "203.0.113.7"),
            (&["nonsense, 203.0.113.7"], "203.0.113.7"),
            (&["2001:db8::5"], "2001:db8::5"),
            (&["[2001:db8::5]:443"], "2001:db8::5"),
            (&["203.0.113.7:5555"], "203.0.113.7"),
            (&["::ffff:203.0.113.7"], "203.0.113.7"),
            (&["203.0.113.7, 2001:db8:1::7"], "203.0.113.7"),
            (&["10.0.0.2, 10.0.0.1"], "10.0.0.2"),
            (&[], PEER),
            (&[""], PEER),
        ] {
            assert_eq!(client(ClientAddressHeader::XForwardedFor, PEER, values), expected, "{values:?}");
        }
    }

    #[test]
    fn an_odd_value_makes_the_peer_the_client() {
        let long = "203.0.113.7,".repeat(400) + "203.0.113.7";
        for values in [
            &["203.0.113.7, unknown"][..],
            &["203.0.113.7,"],
            &["203.0.113.7,,10.0.0.1"],
            &["203.0.113.7 10.0.0.1"],
            &["[203.0.113.7]"],
            &["203.0.113.7:99999"],
            &["fe80::1%eth0"],
            &["010.1.1.1"],
            &["203.0.113.7\n"],
            &["localhost"],
            &[&long],
        ] {
            assert_eq!(client(ClientAddressHeader::XForwardedFor, PEER, values), PEER, "{values:?}");
        }
        let not_text =
            proxies(ClientAddressHeader::XForwardedFor).client_address(PEER.parse().unwrap(), [&b"\xff"[..]]);
        assert_eq!(not_text.to_string(), PEER);
    }

    #[test]
    fn nobody_else_is_believed() {
        assert_eq!(client(ClientAddressHeader::XForwardedFor, "203.0.113.99", &["1.1.1.1"]), "203.0.113.99");
        assert_eq!(client(ClientAddressHeader::None, PEER, &["1.1.1.1"]), PEER);
        assert_eq!(client(ClientAddressHeader::XForwardedFor, "::ffff:10.0.0.9", &["203.0.113.7"]), "203.0.113.7");
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_writes_it() {
        for (values, expected) in [
            (&["for=203.0.113.7"][..], "203.0.113.7"),
            (&["For=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
            (&["for=203.0.113.7;proto=https;by=10.0.0.1"], "203.0.113.7"),
            (&["for=1.1.1.1, for=203.0.113.7;by=\"a,b\""], "203.0.113.7"),
            (&["for=_hidden, for=203.0.113.7"], "203.0.113.7"),
            (&["for=unknown"], PEER),
            (&["for=_hidden"], PEER),
            (&["for=203.0.113.7;for=1.1.1.1"], PEER),
            (&["for=\"203.0.113.7"], PEER),
            (&["proto=https"], PEER),
            (&["203.0.113.7"], PEER),
            (&["for=\"", "for=203.0.113.7"], PEER),
        ] {
            assert_eq!(client(ClientAddressHeader::Forwarded, PEER, values), expected, "{values:?}");
        }
    }

    proptest! {
        #[test]
        fn what_a_client_writes_never_moves_the_address_that_the_proxy_saw(claim in "[ -~]{0,64}") {
            let value = format!("{claim}, 203.0.113.7");
            prop_assert_eq!(client(ClientAddressHeader::XForwardedFor, PEER, &[&value]), "203.0.113.7");
            // In `Forwarded` an open quote can swallow what follows: then the proxy itself is the client.
            let value = format!("{claim}, for=203.0.113.7");
            let found = client(ClientAddressHeader::Forwarded, PEER, &[&value]);
            prop_assert!(found == "203.0.113.7" || found == PEER, "{}", found);
        }
    }
}
