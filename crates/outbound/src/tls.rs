//! TLS: always verified, against Mozilla's roots that are compiled in.
//!
//! The system's store is not read, because its place is taken from the environment (`SSL_CERT_FILE`). The
//! only extra anchors are those that [`crate::Egress::trusting`] took with proof of a development deployment.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;

use crate::error::BuildError;

/// A client configuration that trusts Mozilla's roots and the given anchors.
pub(crate) fn config(anchors: &[CertificateDer<'static>]) -> Result<ClientConfig, BuildError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for anchor in anchors {
        roots.add(anchor.clone()).map_err(|_| BuildError::TrustAnchor)?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("BUG: ring offers the default protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
