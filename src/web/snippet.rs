//! What a developer puts into a portal to sign people in with SenID: whole files, for libraries that others wrote, with the values
//! of one client. No secret is among them: each is read from the environment.

use std::fmt;

use askama::Template;

/// The values of one client.
#[derive(Clone, Debug)]
pub struct Values {
    pub issuer: String,
    pub client_id: String,
    /// Empty for a program that signs nobody in.
    pub redirect_uri: String,
    pub scope: String,
    /// What its ID tokens are signed with, by the name of RFC 7518.
    pub id_token_algorithm: &'static str,
}

macro_rules! snippets {
    ($($library:literal: $name:ident = $path:literal;)*) => {
        $(
            #[derive(Template)]
            #[template(path = $path, escape = "none", whitespace = "preserve")]
            struct $name<'v> {
                v: View<'v>,
            }
        )*

        /// The libraries, by the names that `domain::client::Library` has for them.
        pub const LIBRARIES: &[&str] = &[$($library),*];

        /// The text of the file for a library; `None` where there is none of this name.
        ///
        /// # Errors
        /// As [`Template::render`], which of plain text never happens.
        pub fn render(library: &str, values: &Values) -> Option<askama::Result<String>> {
            let v = View { own: values };
            match library {
                $($library => Some($name { v }.render()),)*
                _ => None,
            }
        }
    };
}

snippets! {
    "mod_auth_openidc": ModAuthOpenidc = "snippets/mod_auth_openidc.conf.txt";
    "openid-client": OpenidClientWeb = "snippets/openid-client.mjs.txt";
    "openid-client-native": OpenidClientNative = "snippets/openid-client-native.mjs.txt";
    "openid-client-service": OpenidClientService = "snippets/openid-client-service.mjs.txt";
    "spring-security": SpringSecurity = "snippets/spring-security.txt";
    "authlib": Authlib = "snippets/authlib.py.txt";
    "aspnet": AspNet = "snippets/aspnet.cs.txt";
    "oauth2-proxy": Oauth2Proxy = "snippets/oauth2-proxy.cfg.txt";
}

/// The values as the templates write them: every one of them quoted, so that none ends what it stands in.
#[derive(Clone, Copy)]
struct View<'v> {
    own: &'v Values,
}

impl View<'_> {
    fn issuer(&self) -> Quoted {
        Quoted(self.own.issuer.clone())
    }

    fn discovery(&self) -> Quoted {
        Quoted(format!("{}/.well-known/openid-configuration", self.own.issuer.trim_end_matches('/')))
    }

    fn client_id(&self) -> Quoted {
        Quoted(self.own.client_id.clone())
    }

    fn redirect_uri(&self) -> Quoted {
        Quoted(self.own.redirect_uri.clone())
    }

    fn redirect_path(&self) -> Quoted {
        Quoted(self.parsed().map_or("/callback".to_owned(), |uri| uri.path().to_owned()))
    }

    /// The folder that the redirect URI lies in.
    fn redirect_folder(&self) -> Quoted {
        let path = self.parsed().map_or("/".to_owned(), |uri| uri.path().to_owned());
        Quoted(path.rfind('/').map_or("/", |end| &path[..=end]).to_owned())
    }

    /// What stands before `/callback`.
    fn proxy_prefix(&self) -> Quoted {
        let path = self.parsed().map_or(String::new(), |uri| uri.path().to_owned());
        Quoted(path.strip_suffix("/callback").unwrap_or("/oauth2").to_owned())
    }

    /// Where the program listens, where nothing else is said: behind something that ends TLS where the portal is on https.
    fn port(&self) -> u16 {
        self.parsed().filter(|uri| uri.scheme() == "http").and_then(|uri| uri.port()).unwrap_or(3000)
    }

    fn scope(&self) -> Quoted {
        Quoted(self.own.scope.clone())
    }

    fn scopes(&self) -> impl Iterator<Item = Quoted> {
        self.own.scope.split_ascii_whitespace().map(|scope| Quoted(scope.to_owned()))
    }

    fn id_token_algorithm(&self) -> &'static str {
        self.own.id_token_algorithm
    }

    /// SenID itself is on http: on a developer's own machine.
    fn is_plain(&self) -> bool {
        self.own.issuer.starts_with("http://")
    }

    fn parsed(&self) -> Option<url::Url> {
        url::Url::parse(&self.own.redirect_uri).ok()
    }
}

/// A text between quotation marks as JSON writes it (RFC 8259 §7): so do JavaScript, Python, C#, Java, YAML, TOML and Apache's
/// settings read what is ASCII.
struct Quoted(String);

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", serde_json::Value::from(self.0.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values {
            issuer: "https://id.example".to_owned(),
            client_id: "portal".to_owned(),
            redirect_uri: "https://portal.example/protected/callback".to_owned(),
            scope: "openid profile".to_owned(),
            id_token_algorithm: "ES256",
        }
    }

    fn text(library: &str, values: &Values) -> String {
        render(library, values).unwrap().unwrap()
    }

    #[test]
    fn every_snippet_names_the_client_and_no_secret() {
        for library in LIBRARIES {
            let text = text(library, &values());
            assert!(text.contains("\"portal\""), "{library}: {text}");
            assert!(text.contains("https://id.example"), "{library}");
            assert!(!text.contains("allowInsecureRequests") && !text.contains("{{"), "{library}: {text}");
            assert!(*library == "openid-client-service" || text.contains("callback"), "{library}: {text}");
        }
    }

    #[test]
    fn nothing_in_an_address_ends_what_it_stands_in() {
        let hostile = Values { redirect_uri: "https://portal.example/'+x+'/`${1}`/callback".to_owned(), ..values() };
        for library in LIBRARIES {
            let text = text(library, &hostile);
            for line in text.lines().filter(|line| line.contains("+x+")) {
                let at = line.find("'+x+'").unwrap();
                assert_eq!(line[..at].matches('"').count() % 2, 1, "{library}: {line}");
            }
        }
    }

    #[test]
    fn settings_are_what_their_formats_say() {
        let text = text("oauth2-proxy", &values());
        let parsed: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(parsed["proxy_prefix"].as_str(), Some("/protected"));
        assert_eq!(parsed["oidc_issuer_url"].as_str(), Some("https://id.example"));
        assert_eq!(parsed["code_challenge_method"].as_str(), Some("S256"));
    }
}
