//! The fetcher: one request, within bounds, to an address that somebody else chose.

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use ipnet::IpNet;
use reqwest::{Client, RequestBuilder, StatusCode};
use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use url::{Host, Url};

use super::answer::{Document, Look, Pushed};
use super::connecting::{Identity, SetupError, client, mutual_tls, speaking_http, tls};
use super::network::Exceptions;
use super::purpose::Scheme;
use super::resolver::{Resolve, Withheld, is_local_name};
use super::tally::{self, Fetches};
use super::turns::Turns;
use super::{FetchError, Purpose};
use crate::domain::secret::SecretString;
use crate::domain::time::{Clock, Timestamp};

/// How far out the fetcher may reach, and whom it trusts there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// This machine itself, with plain http as well: for development.
    pub loopback: bool,
    /// Networks that are not public and may be reached all the same.
    pub networks: Vec<IpNet>,
    /// Certificate authorities beside those that the system trusts.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// How much one fetch may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For everything: waiting for its turn, the name, the connection and the answer.
    pub time: Duration,
    /// The longest document, in bytes.
    pub longest: usize,
    /// The longest revocation list, in bytes. A whole country's cards may be in one.
    pub longest_list: usize,
    /// The longest metadata of authenticators, in bytes: FIDO's has some six million.
    pub longest_metadata: usize,
    /// For a revocation list or metadata, as `time` is for everything else. Nobody waits for one that long.
    pub time_of_list: Duration,
    /// Fetches under way at once.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(5),
            longest: 64 * 1024,
            longest_list: 64 * 1024 * 1024,
            longest_metadata: 16 * 1024 * 1024,
            time_of_list: Duration::from_secs(60),
            at_once: 64,
        }
    }
}

impl Limits {
    const fn of(&self, purpose: Purpose) -> (Duration, usize) {
        match purpose {
            Purpose::Crl => (self.time_of_list, self.longest_list),
            Purpose::AuthenticatorMetadata => (self.time_of_list, self.longest_metadata),
            _ => (self.time, self.longest),
        }
    }
}

/// Fetches what addresses of others hold. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Fetcher(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    /// For what is no HTTP.
    tls: Arc<ClientConfig>,
    resolver: Arc<dyn Resolve>,
    exceptions: Arc<Exceptions>,
    limits: Limits,
    turns: Arc<Turns>,
    fetches: Fetches,
    clock: Arc<dyn Clock>,
}

impl Fetcher {
    /// # Errors
    /// Where an extra root is no certificate authority's certificate.
    pub fn new(
        reach: Reach,
        limits: Limits,
        resolver: Arc<dyn Resolve>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SetupError> {
        let exceptions = Arc::new(Exceptions { loopback: reach.loopback, networks: reach.networks });
        let tls = tls(&reach.extra_roots)?;
        let client = client(speaking_http(tls.clone()), &resolver, &exceptions)?;
        let tls = Arc::new(tls);
        let turns = Arc::new(Turns::new(limits.at_once));
        Ok(Self(Arc::new(Inner {
            client,
            tls,
            resolver,
            exceptions,
            limits,
            turns,
            fetches: Fetches::default(),
            clock,
        })))
    }

    /// The same fetcher, its bounds and turns and counters, as it goes to one host that asks who we are, and that has `time` for
    /// an answer.
    ///
    /// # Errors
    /// Where the certificate or its key cannot be used.
    pub fn presenting(&self, identity: Identity, time: Duration) -> Result<Self, SetupError> {
        let Inner { tls, resolver, exceptions, limits, turns, fetches, clock, .. } = &*self.0;
        let client = client(mutual_tls(identity)?, resolver, exceptions)?;
        let limits = Limits { time, ..*limits };
        Ok(Self(Arc::new(Inner {
            client,
            tls: tls.clone(),
            resolver: resolver.clone(),
            exceptions: exceptions.clone(),
            limits,
            turns: turns.clone(),
            fetches: fetches.clone(),
            clock: clock.clone(),
        })))
    }

    /// The counter of how fetches ended.
    pub fn fetches(&self) -> &Fetches {
        &self.0.fetches
    }

    /// Fetches the document at `url`.
    ///
    /// # Errors
    /// A sentence about `url` that may be shown to whoever chose it.
    pub async fn get(&self, url: &Url, purpose: Purpose) -> Result<Document, FetchError> {
        let accept = purpose.media_types().join(", ");
        let answered = self.in_time(url, purpose, async {
            let request = self.0.client.get(url.clone()).header(ACCEPT, accept);
            let response = self.send(url, purpose, request).await?;
            Document::read(response, purpose, self.0.limits.of(purpose).1).await
        });
        self.counted(url, purpose, answered.await)
    }

    /// Looks at `url` as a check-up does: what is answered there to a GET, or to a POST of `form`, whatever its status.
    ///
    /// # Errors
    /// As [`get`](Self::get), where there is no answer at all.
    pub async fn look(&self, url: &Url, purpose: Purpose, form: Option<String>) -> Result<Look, FetchError> {
        let answered = self.in_time(url, purpose, async {
            let client = &self.0.client;
            let request = match form {
                Some(form) => {
                    client.post(url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
                }
                None => client.get(url.clone()).header(ACCEPT, purpose.media_types().join(", ")),
            };
            let response = self.send(url, purpose, request).await?;
            Ok(Look::read(response, purpose, self.0.limits.of(purpose).1).await)
        });
        self.counted(url, purpose, answered.await)
    }

    /// Posts `body` as `media_type` to `url` and reads the document that is the answer.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn exchange(
        &self,
        url: &Url,
        purpose: Purpose,
        media_type: &'static str,
        body: Vec<u8>,
    ) -> Result<Document, FetchError> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
        self.exchange_signed(url, purpose, headers, body).await
    }

    /// As [`exchange`](Self::exchange), with `headers` that say what `body` is and who sends it.
    pub(super) async fn exchange_signed(
        &self,
        url: &Url,
        purpose: Purpose,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Document, FetchError> {
        let accept = purpose.media_types().join(", ");
        let answered = self.in_time(url, purpose, async {
            let request = self.0.client.post(url.clone()).headers(headers).header(ACCEPT, accept);
            let response = self.send(url, purpose, request.body(body)).await?;
            Document::read(response, purpose, self.0.limits.of(purpose).1).await
        });
        self.counted(url, purpose, answered.await)
    }

    /// Posts `body` as `media_type` to `url`, and returns the status of the answer and its text, whatever they are: for hosts whose
    /// refusals say something.
    ///
    /// # Errors
    /// As [`get`](Self::get); a redirect is one, any other status is not.
    pub async fn converse(
        &self,
        url: &Url,
        purpose: Purpose,
        media_type: &'static str,
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), FetchError> {
        let longest = self.0.limits.of(purpose).1;
        let answered = self.in_time(url, purpose, async {
            let request = self.0.client.post(url.clone()).header(CONTENT_TYPE, media_type);
            let mut response = self.send(url, purpose, request.body(body)).await?;
            if response.status().is_redirection() {
                return Err(FetchError::Redirect);
            }
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::BrokenOff)? {
                if bytes.len() + chunk.len() > longest {
                    return Err(FetchError::TooLong);
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok((response.status().as_u16(), bytes))
        });
        self.counted(url, purpose, answered.await)
    }

    /// Posts `form`, encoded already, to `url`, and returns the status of the answer. Nothing more of it is read.
    ///
    /// # Errors
    /// As [`get`](Self::get); a redirect is one, any other status is not.
    pub async fn post_form(&self, url: &Url, purpose: Purpose, form: String) -> Result<StatusCode, FetchError> {
        let answered = self.in_time(url, purpose, async {
            let request = self.0.client.post(url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let status = self.send(url, purpose, request.body(form)).await?.status();
            if status.is_redirection() { Err(FetchError::Redirect) } else { Ok(status) }
        });
        self.counted(url, purpose, answered.await)
    }

    /// Posts the JSON text `body` to `url` as the bearer of `token`, and returns the status of the answer. Nothing more of it is
    /// read.
    ///
    /// # Errors
    /// As [`post_form`](Self::post_form).
    pub async fn post_json(
        &self,
        url: &Url,
        purpose: Purpose,
        token: &SecretString,
        body: String,
    ) -> Result<StatusCode, FetchError> {
        let mut bearer =
            HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| FetchError::BrokenOff)?;
        bearer.set_sensitive(true);
        let answered = self.in_time(url, purpose, async {
            let request = self.0.client.post(url.clone()).header(CONTENT_TYPE, "application/json");
            let request = request.header(AUTHORIZATION, bearer).body(body);
            let status = self.send(url, purpose, request).await?.status();
            if status.is_redirection() { Err(FetchError::Redirect) } else { Ok(status) }
        });
        self.counted(url, purpose, answered.await)
    }

    /// Posts `body` under `headers`, which say what it is, and returns the status of the answer. Nothing more of it is read.
    ///
    /// # Errors
    /// As [`post_form`](Self::post_form).
    pub async fn post(
        &self,
        url: &Url,
        purpose: Purpose,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<StatusCode, FetchError> {
        let answered = self.in_time(url, purpose, async {
            let request = self.0.client.post(url.clone()).headers(headers).body(body);
            let status = self.send(url, purpose, request).await?.status();
            if status.is_redirection() { Err(FetchError::Redirect) } else { Ok(status) }
        });
        self.counted(url, purpose, answered.await)
    }

    /// What can be said of an address before anything is sent there: what a name resolves to is looked at each time it is called.
    ///
    /// # Errors
    /// `NotHttps`, `UserInfo`, `NoHost`; `NotPublic` for an address, or a name of this machine's own, that the settings do not allow.
    pub fn check(&self, url: &Url, purpose: Purpose) -> Result<(), FetchError> {
        let exceptions = self.exceptions();
        check(url, purpose.scheme(), exceptions)?;
        match url.host() {
            Some(Host::Domain(name)) if is_local_name(name) && !exceptions.loopback => Err(FetchError::NotPublic),
            _ => Ok(()),
        }
    }

    /// Posts a security event token to `url`, under `authorization` where its client wants that (RFC 8935 §2.1).
    ///
    /// # Errors
    /// As [`post_form`](Self::post_form).
    pub async fn push_event(
        &self,
        url: &Url,
        authorization: Option<&SecretString>,
        token: String,
    ) -> Result<Pushed, FetchError> {
        let purpose = Purpose::SecurityEventEndpoint;
        let mut headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/secevent+jwt")),
            (ACCEPT, HeaderValue::from_static("application/json")),
        ]);
        if let Some(value) = authorization {
            let mut value = HeaderValue::try_from(value.expose()).map_err(|_| FetchError::BrokenOff)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let answered = self.in_time(url, purpose, async {
            let request = self.0.client.post(url.clone()).headers(headers).body(token);
            Pushed::read(self.send(url, purpose, request).await?).await
        });
        self.counted(url, purpose, answered.await)
    }

    /// Fetches that have their turn now, and how many may have one at once.
    pub fn turns(&self) -> (usize, usize) {
        self.0.turns.busy()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(super) fn plain_tls(&self) -> Arc<ClientConfig> {
        self.0.tls.clone()
    }

    pub(super) fn exceptions(&self) -> &Arc<Exceptions> {
        &self.0.exceptions
    }

    pub(super) fn resolver(&self) -> Arc<dyn Resolve> {
        self.0.resolver.clone()
    }

    pub(super) async fn in_time<T>(
        &self,
        url: &Url,
        purpose: Purpose,
        work: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        let _call = tracing::trace_span!(target: "senid::calls", "fetch", purpose = purpose.as_str());
        let in_turn = async {
            let _turn = self.0.turns.take(url, purpose).await.map_err(|_| FetchError::TimedOut)?;
            work.await
        };
        tokio::time::timeout(self.0.limits.of(purpose).0, in_turn).await.unwrap_or(Err(FetchError::TimedOut))
    }

    async fn send(
        &self,
        url: &Url,
        purpose: Purpose,
        request: RequestBuilder,
    ) -> Result<reqwest::Response, FetchError> {
        check(url, purpose.scheme(), &self.0.exceptions)?;
        // Without decoders none would be unpacked; asked for none, an honest host packs nothing.
        let request = request.header(ACCEPT_ENCODING, "identity");
        request.send().await.map_err(|error| fault(&error))
    }

    pub(super) fn counted<T>(
        &self,
        url: &Url,
        purpose: Purpose,
        ended: Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        tally::count(&self.0.fetches, purpose, &ended);
        if let Err(error) = &ended {
            // The operator sees where and what; a path or a query may hold somebody's secret.
            let host = url.host_str().unwrap_or_default();
            tracing::info!(purpose = purpose.as_str(), host, reason = error.label(), detail = ?error, "a fetch failed");
        }
        ended
    }
}

/// What can be said of an address without asking anybody. Odd spellings of IP addresses (`0x7f.1`, `2130706433`) are
/// addresses by now: [`Url`] has read them as a browser does.
pub(super) fn check(url: &Url, scheme: Scheme, exceptions: &Exceptions) -> Result<(), FetchError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::UserInfo);
    }
    let host = url.host().ok_or(FetchError::NoHost)?;
    let address: Option<IpAddr> = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    };
    match url.scheme() {
        "https" => {}
        "http" if scheme == Scheme::HttpToo || (exceptions.loopback && is_loopback(&host, address)) => {}
        _ => return Err(FetchError::NotHttps),
    }
    match address {
        Some(address) if !exceptions.permit(address) => Err(FetchError::NotPublic),
        _ => Ok(()),
    }
}

fn is_loopback(host: &Host<&str>, address: Option<IpAddr>) -> bool {
    match (host, address) {
        (Host::Domain(name), _) => is_local_name(name),
        (_, Some(address)) => address.is_loopback(),
        _ => false,
    }
}

/// What went wrong before there was an answer.
fn fault(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if error.is::<Withheld>() {
            return FetchError::NotPublic;
        }
        cause = error.source();
    }
    if error.is_connect() { FetchError::Unreachable } else { FetchError::BrokenOff }
}

#[cfg(test)]
mod tests;
