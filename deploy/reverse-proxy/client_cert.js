// The certificate of a connection as RFC 9440 section 2.1 writes it: the DER in base64 on one line, between colons.
// Without a certificate it is empty, and nginx sends no header. nginx has the certificate alone and not its chain, so there is no
// Client-Cert-Chain: authorities that issue to clients directly stand in mtls.trusted_authorities_file themselves.
function header(r) {
    const pem = r.variables.ssl_client_raw_cert;
    if (!pem) {
        return '';
    }
    return ':' + pem.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/\s/g, '') + ':';
}

export default { header };
