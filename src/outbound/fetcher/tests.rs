use super::*;

fn checked(url: &str, loopback: bool) -> Result<(), FetchError> {
    check(&url.parse().unwrap(), Scheme::Https, &Exceptions { loopback, ..Exceptions::default() })
}

#[test]
fn only_https_leaves_and_without_credentials() {
    assert_eq!(checked("https://portal.example:8443/jwks?x=1#part", false), Ok(()));
    for url in ["http://portal.example/", "ftp://portal.example/", "file:///etc/passwd", "data:text/plain,x"] {
        assert!(matches!(checked(url, false), Err(FetchError::NotHttps | FetchError::NoHost)), "{url}");
    }
    for url in ["https://user@portal.example/", "https://:secret@portal.example/", "https://a:b@127.0.0.1/"] {
        assert_eq!(checked(url, true), Err(FetchError::UserInfo), "{url}");
    }
}

#[test]
fn an_address_in_the_url_is_checked_however_it_is_spelt() {
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "0x7f000001",
        "１２７.0.0.1",
        "127。0。0。1",
        "10.0.0.1",
        "169.254.169.254",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a00:1]",
        "[64:ff9b::7f00:1]",
        "[fd00::1]",
        "[fe80::1]",
    ] {
        assert_eq!(checked(&format!("https://{host}/"), false), Err(FetchError::NotPublic), "{host}");
    }
    assert_eq!(checked("https://8.8.8.8/", false), Ok(()));
    assert_eq!(checked("https://[2606:4700::1111]/", false), Ok(()));
}

#[test]
fn what_is_signed_may_come_over_plain_http_and_from_no_other_address() {
    let checked = |url: &str, purpose: Purpose| check(&url.parse().unwrap(), purpose.scheme(), &Exceptions::default());
    for purpose in [Purpose::Ocsp, Purpose::Crl] {
        assert_eq!(checked("http://ocsp.example/", purpose), Ok(()));
        assert_eq!(checked("https://ocsp.example/", purpose), Ok(()));
        assert_eq!(checked("ftp://ocsp.example/", purpose), Err(FetchError::NotHttps));
        assert_eq!(checked("http://a:b@ocsp.example/", purpose), Err(FetchError::UserInfo));
        for url in ["http://127.0.0.1/", "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/"] {
            assert_eq!(checked(url, purpose), Err(FetchError::NotPublic), "{url}");
        }
    }
    assert_eq!(checked("http://portal.example/", Purpose::JwksUri), Err(FetchError::NotHttps));
}

#[test]
fn plain_http_is_for_an_allowed_loopback_alone() {
    for url in ["http://localhost:80/", "http://portal.localhost/", "http://127.0.0.1:9/", "http://[::1]/"] {
        assert_eq!(checked(url, true), Ok(()), "{url}");
        assert_eq!(checked(url, false), Err(FetchError::NotHttps), "{url}");
    }
    for url in ["http://localhost.example/", "http://notlocalhost/", "http://10.0.0.1/", "http://8.8.8.8/"] {
        assert_eq!(checked(url, true), Err(FetchError::NotHttps), "{url}");
    }
}
