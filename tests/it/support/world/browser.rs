//! A browser without JavaScript: keeps cookies, follows redirects, and sends the forms that pages show.

use std::collections::BTreeMap;
use std::net::IpAddr;

use http::Method;
use url::Url;

use super::page::Page;
use super::web::{self, Reply, encode};

#[derive(Clone)]
pub struct Browser {
    issuer: Url,
    address: IpAddr,
    /// By name: the one site that the browser keeps cookies of is SenID.
    pub cookies: BTreeMap<String, String>,
    pub accept_language: String,
    pub user_agent: String,
}

impl Browser {
    pub fn new(issuer: &str, address: IpAddr) -> Self {
        Self {
            issuer: issuer.parse().unwrap(),
            address,
            cookies: BTreeMap::new(),
            accept_language: "en".to_owned(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
        }
    }

    #[must_use]
    pub fn speaking(self, language: &str) -> Self {
        Self { accept_language: language.to_owned(), ..self }
    }

    #[must_use]
    pub fn named(self, user_agent: &str) -> Self {
        Self { user_agent: user_agent.to_owned(), ..self }
    }

    /// Carries the device to another network.
    #[must_use]
    pub fn moved_to(self, address: &str) -> Self {
        Self { address: address.parse().expect("an address"), ..self }
    }

    /// Enters an address.
    pub async fn open(&mut self, url: &str) -> Page {
        let url = self.issuer.join(url).unwrap();
        self.go(Method::GET, url, None, &[]).await
    }

    /// Loads the page's address again.
    pub async fn reload(&mut self, page: &Page) -> Page {
        self.open(page.url.as_str()).await
    }

    /// Presses the button with this id, once the fields have been filled in: sends its form as a browser does.
    pub async fn press(&mut self, page: &Page, button: &str, filled: &[(&str, &str)]) -> Page {
        let form = page.form_of(button, filled);
        self.submit(page, &form.action, &form.pairs).await
    }

    /// Presses the button once the ticks beside these `values` have been taken out.
    pub async fn press_without(&mut self, page: &Page, button: &str, values: &[&str]) -> Page {
        let mut form = page.form_of(button, &[]);
        for value in values {
            let tick = form.pairs.iter().position(|(name, own)| name.starts_with("keep") && own == value);
            form.pairs.remove(tick.unwrap_or_else(|| panic!("no tick {value}: {}", page.text())));
        }
        self.submit(page, &form.action, &form.pairs).await
    }

    /// Sends a form of `page`'s origin to `action`.
    pub async fn submit(&mut self, page: &Page, action: &str, pairs: &[(String, String)]) -> Page {
        let origin = page.url.origin().ascii_serialization();
        self.post_from(&origin, page.url.join(action).unwrap().as_str(), pairs).await
    }

    /// Sends a form that a page of `origin` made up.
    pub async fn post_from(&mut self, origin: &str, url: &str, pairs: &[(String, String)]) -> Page {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let url = self.issuer.join(url).unwrap();
        self.go(Method::POST, url, Some(encode(&pairs)), &[("origin", origin)]).await
    }

    /// One request and its answer, with the cookies but without following it anywhere.
    pub async fn request(
        &mut self,
        method: Method,
        url: &Url,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut all = vec![("accept-language", self.accept_language.as_str()), ("user-agent", &self.user_agent)];
        // `SameSite=Lax`: what another site posts comes without cookies.
        let own = self.issuer.origin().ascii_serialization();
        let cross_site = headers.iter().any(|(name, value)| *name == "origin" && *value != own);
        let sends_cookies = method == Method::GET || !cross_site;
        if sends_cookies && !cookies.is_empty() {
            all.push(("cookie", &cookies));
        }
        all.extend_from_slice(headers);
        let reply = web::send(method, url.as_str(), &all, body, self.address).await;
        self.keep_cookies(&reply);
        reply
    }

    /// Follows redirects for as long as they stay at SenID. Where they leave it, the page is the portal's: nobody is
    /// there, and the address is all there is to see.
    async fn go(&mut self, method: Method, url: Url, body: Option<String>, headers: &[(&str, &str)]) -> Page {
        let mut reply = self.request(method, &url, body, headers).await;
        let mut at = url;
        for _ in 0..10 {
            if !reply.status.is_redirection() {
                return Page::new(at, reply);
            }
            assert_eq!(reply.status, 303, "a form is never sent again where a redirect leads");
            at = at.join(reply.header("location")).unwrap();
            if at.origin() != self.issuer.origin() {
                return Page::new(at, reply);
            }
            reply = self.request(Method::GET, &at, None, &[]).await;
        }
        panic!("redirected in circles, last to {at}");
    }

    fn keep_cookies(&mut self, reply: &Reply) {
        for header in reply.headers.get_all("set-cookie") {
            let header = header.to_str().unwrap();
            let (pair, attributes) = header.split_once(';').unwrap_or((header, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name and a value");
            // What the check-session frame's script reads is the one that is open to scripts.
            let closed = attributes.contains("HttpOnly") != name.starts_with("senid-state");
            assert!(closed && attributes.contains("SameSite=Lax"), "{header}");
            match attributes.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
    }
}
