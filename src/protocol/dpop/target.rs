//! Whether two addresses are the same: RFC 9449 §4.3, with the normalisation of RFC 3986 §6.2.2 and §6.2.3.

use url::Url;

/// Whether `htu` names `address`, whatever query and fragment it has besides.
pub(super) fn is_same(htu: &str, address: &str) -> bool {
    htu == address || normalised(htu).is_some_and(|htu| normalised(address) == Some(htu))
}

/// Scheme and host in lower case, no default port, no dot segments, and nothing encoded that need not be. `None` for what
/// is no such address, or is one only to readers who forgive much.
fn normalised(address: &str) -> Option<String> {
    let printable = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let (scheme, rest) = address.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    if !printable || !web || rest.starts_with('/') {
        return None;
    }
    let url = Url::parse(address).ok()?;
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    Some(format!("{}{}", url.origin().ascii_serialization(), decoded(url.path())?))
}

/// A path in which what is never reserved stands for itself, and the rest is encoded in capitals (§6.2.2.1, §6.2.2.2).
fn decoded(path: &str) -> Option<String> {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path.chars();
    while let Some(next) = rest.next() {
        if next != '%' {
            decoded.push(next);
            continue;
        }
        let digits = (rest.next()?.to_digit(16)?, rest.next()?.to_digit(16)?);
        let byte = u8::try_from(digits.0 * 16 + digits.1).ok()?;
        match char::from(byte) {
            plain if plain.is_ascii_alphanumeric() || matches!(plain, '-' | '.' | '_' | '~') => decoded.push(plain),
            _ => decoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "https://id.example.gov/sso/token";

    #[test]
    fn an_address_is_the_same_however_the_standard_lets_it_be_written() {
        for htu in [
            TOKEN,
            "HTTPS://ID.Example.GOV/sso/token",
            "https://id.example.gov:443/sso/token",
            "https://id.example.gov/sso/token?a=b#c",
            "https://id.example.gov/sso/token#",
            "https://id.example.gov/%73so/tok%65n",
            "https://id.example.gov/sso/./x/../token",
            "https://id.example.gov/sso/%2e/x/%2E%2e/token",
        ] {
            assert!(is_same(htu, TOKEN), "{htu}");
        }
        assert!(is_same("https://id.example.gov/a%2fb", "https://id.example.gov/a%2Fb"));
        assert!(is_same("http://localhost:80/token", "http://localhost/token"));
    }

    #[test]
    fn another_address_is_another() {
        for htu in [
            "",
            "token",
            "/sso/token",
            "//id.example.gov/sso/token",
            "http://id.example.gov/sso/token",
            "https://id.example.gov:8443/sso/token",
            "https://id.example.gov.evil.example/sso/token",
            "https://id.example.gov/token",
            "https://id.example.gov/sso/token/",
            "https://id.example.gov/sso//token",
            "https://id.example.gov/SSO/token",
            "https://id.example.gov/sso%2Ftoken",
            "https://id.example.gov/sso/token%",
            "https://id.example.gov/sso/token;x",
            "https://user@id.example.gov/sso/token",
            "https://:secret@id.example.gov/sso/token",
            // What browsers forgive.
            "https:id.example.gov/sso/token",
            "https:///id.example.gov/sso/token",
            "https:\\\\id.example.gov\\sso\\token",
            " https://id.example.gov/sso/token",
            "https://id.example.gov/sso/tok\ten",
            "https://id.example.gov/sso/token\n",
        ] {
            assert!(!is_same(htu, TOKEN), "{htu:?}");
        }
    }
}
