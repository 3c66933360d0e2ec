//! What may be reached: the guard of every URL and of every address it resolves to.
//!
//! It promises that a name is either resolved to public addresses only or refused as a whole, and that the
//! addresses that were checked are the ones connected to: the check sits inside the resolver of the
//! connector, so there is no second lookup to lie to. Nothing here is read from the environment.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use rustls::pki_types::CertificateDer;
use url::{Host, Url};

use crate::error::{Refusal, ResolveError};
use crate::guard::is_public;

const LONGEST_URL: usize = 2_048;
const LONGEST_NAME: usize = 253;
const MOST_ADDRESSES: usize = 64;

/// Turns a host name into addresses. Injectable in code, so that a test can lie like a hostile name server;
/// every answer is checked all the same.
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of a name. Port 0 stands for the port of the URL.
    fn lookup(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;
}

/// The resolver of the operating system.
struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        let name = name.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
    }
}

/// Proof that this deployment is marked as one of development.
#[derive(Clone, Copy, Debug)]
pub struct Development(());

impl Development {
    /// The proof, when `environment` is what the database's own mark says: `development`.
    #[must_use]
    pub fn attested_by(environment: &str) -> Option<Self> {
        (environment == "development").then_some(Self(()))
    }
}

/// What may be reached. Cheap to clone.
#[derive(Clone)]
pub struct Egress {
    lookup: Arc<dyn Lookup>,
    simulators: Arc<[SocketAddr]>,
    anchors: Arc<[CertificateDer<'static>]>,
    refused: Arc<[IpAddr]>,
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress")
            .field("simulators", &self.simulators)
            .field("anchors", &self.anchors.len())
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

impl Egress {
    /// The public internet over https, and nothing else.
    #[must_use]
    pub fn production() -> Self {
        Self {
            lookup: Arc::new(SystemLookup),
            simulators: Arc::default(),
            anchors: Arc::default(),
            refused: Arc::default(),
        }
    }

    /// As in production, and in addition exactly these sockets, also over plain http.
    #[must_use]
    pub fn development(_proof: Development, simulators: Vec<SocketAddr>) -> Self {
        Self { simulators: simulators.into(), ..Self::production() }
    }

    /// Trusts one more certificate authority (DER), which only a development deployment may.
    #[must_use]
    pub fn trusting(mut self, _proof: Development, anchor_der: Vec<u8>) -> Self {
        let anchor = CertificateDer::from(anchor_der);
        self.anchors = self.anchors.iter().cloned().chain([anchor]).collect();
        self
    }

    /// Resolves names in another way. The answers pass the same guard.
    #[must_use]
    pub fn resolving_with(mut self, lookup: impl Lookup) -> Self {
        self.lookup = Arc::new(lookup);
        self
    }

    /// Refuses these addresses too: our own public ones, so that nobody makes us call ourselves.
    #[must_use]
    pub fn refusing(mut self, addresses: Vec<IpAddr>) -> Self {
        self.refused = addresses.into();
        self
    }

    /// Whether a URL may be asked for at all, before its host is resolved.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn admit(&self, url: &Url) -> Result<(), Refusal> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Refusal::Scheme),
        };
        if url.as_str().len() > LONGEST_URL {
            return Err(Refusal::TooLong);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        let name = match url.host() {
            Some(Host::Domain(name)) => name,
            Some(Host::Ipv4(address)) => return self.admit_literal(address.into(), url),
            Some(Host::Ipv6(address)) => return self.admit_literal(address.into(), url),
            None => return Err(Refusal::Host),
        };
        if !secure {
            return Err(Refusal::Scheme);
        }
        if !matches!(url.port_or_known_default(), Some(443 | 8443)) {
            return Err(Refusal::Port);
        }
        // One spelling a host: a final dot would be a second one. A name without a dot is a search path's.
        if name.len() > LONGEST_NAME || name.ends_with('.') || !name.contains('.') {
            return Err(Refusal::Host);
        }
        Ok(())
    }

    fn admit_literal(&self, address: IpAddr, url: &Url) -> Result<(), Refusal> {
        let port = url.port_or_known_default().unwrap_or(0);
        if self.simulators.contains(&SocketAddr::new(address, port)) {
            return Ok(());
        }
        Err(Refusal::AddressLiteral)
    }

    /// Resolves a name and refuses it as a whole when any address is not allowed.
    pub(crate) async fn resolve(&self, name: &str) -> Result<Vec<SocketAddr>, ResolveError> {
        let found = self.lookup.lookup(name).await.map_err(|_| ResolveError::NoAddress)?;
        if found.is_empty() {
            return Err(ResolveError::NoAddress);
        }
        if found.len() > MOST_ADDRESSES || !found.iter().all(|socket| self.may_connect(*socket)) {
            return Err(ResolveError::Refused(Refusal::Address));
        }
        Ok(found)
    }

    /// A public address at the port of the URL, or a simulator's exact socket.
    fn may_connect(&self, socket: SocketAddr) -> bool {
        let address = socket.ip();
        let public = is_public(address) && socket.port() == 0 && !self.refused.contains(&address);
        public || self.simulators.contains(&socket)
    }

    pub(crate) fn anchors(&self) -> &[CertificateDer<'static>] {
        &self.anchors
    }

    pub(crate) fn is_production(&self) -> bool {
        self.simulators.is_empty()
    }
}

/// The guard in the place where the connector resolves names: what it returns is what is connected to.
pub(crate) struct GuardedResolver(pub(crate) Egress);

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let egress = self.0.clone();
        Box::pin(async move {
            let checked = egress.resolve(name.as_str()).await?;
            Ok(Box::new(checked.into_iter()) as reqwest::dns::Addrs)
        })
    }
}
