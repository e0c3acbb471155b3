//! TLS that asks for a client's certificate: RFC 8705 §2 and §3, RFC 8446 §4.3.2.
//!
//! Nobody is turned away here. Any certificate is taken whose key the handshake proves, and none is fine too: who the
//! certificate's authority must be, if it must have one at all, is a matter of the client that the request will name. A
//! connection that resumes an earlier session has the certificate of that session, because whoever resumes it holds its secrets.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum_server::accept::Accept;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, UnixTime};
use tokio_rustls::server::TlsStream;
use tower_http::add_extension::AddExtension;

use crate::crypto::certificate;
use crate::domain::certificate::ClientCertificate;

/// The certificate of a connection of ours, among the extensions of its requests.
#[derive(Clone, Debug)]
pub(super) struct Connection(pub(super) Option<Arc<ClientCertificate>>);

/// Takes every certificate that can be read, and none.
#[derive(Debug)]
pub(super) struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
    /// Whose certificates are wanted; whoever shows another one is heard all the same.
    authorities: Arc<[DistinguishedName]>,
}

impl AnyCertificate {
    pub(super) fn new(authorities: Arc<[DistinguishedName]>) -> Self {
        Self { algorithms: ring::default_provider().signature_verification_algorithms, authorities }
    }
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.authorities
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match read(leaf, intermediates) {
            Ok(_) => Ok(ClientCertVerified::assertion()),
            Err(_) => Err(CertificateError::BadEncoding.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn read(
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
) -> Result<ClientCertificate, certificate::CertificateFault> {
    certificate::read(leaf.to_vec(), intermediates.iter().map(|one| one.to_vec()).collect())
}

/// Accepts as `A` does, and hands the connection's certificate to its requests.
#[derive(Clone, Debug)]
pub(super) struct Identified<A>(pub(super) A);

impl<A, I, S, T> Accept<I, S> for Identified<A>
where
    A: Accept<I, S, Stream = TlsStream<T>>,
    A::Future: Send + 'static,
{
    type Stream = TlsStream<T>;
    type Service = AddExtension<A::Service, Connection>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let accepted = self.0.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            let certificate = match stream.get_ref().1.peer_certificates() {
                Some([leaf, intermediates @ ..]) => {
                    let read =
                        read(leaf, intermediates).map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault))?;
                    Some(Arc::new(read))
                }
                Some([]) | None => None,
            };
            Ok((stream, AddExtension::new(service, Connection(certificate))))
        })
    }
}
