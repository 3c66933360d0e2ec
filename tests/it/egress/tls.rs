//! TLS is always verified: each bad certificate is refused, and the good one beside it is accepted.

use outbound::{BuildError, Client, Egress, FetchError, HostAllowlist, Purpose, Refusal, Request};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::server::{Canary, Server, acceptor, answer};
use super::{Liar, agent, development, fetch, operator_url, short};

const HOST: &str = "operator.example.com";

/// A certificate authority of the test's own.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }

    /// A proper certificate for one name.
    pub(crate) fn acceptor_for(&self, name: &str) -> TlsAcceptor {
        self.sign(CertificateParams::new(vec![name.to_owned()]).unwrap())
    }

    fn sign(&self, params: CertificateParams) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        acceptor(vec![certificate.der().clone()], private(&key))
    }
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).unwrap()
}

fn self_signed() -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![HOST.to_owned()]).unwrap().self_signed(&key).unwrap();
    acceptor(vec![certificate.der().clone()], private(&key))
}

fn valid_between(from: (i32, u8, u8), to: (i32, u8, u8)) -> CertificateParams {
    let mut params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    params.not_before = date_time_ymd(from.0, from.1, from.2);
    params.not_after = date_time_ymd(to.0, to.1, to.2);
    params
}

/// What a client that trusts `authority` gets from a server with this certificate.
async fn outcome(authority: &Authority, tls: TlsAcceptor) -> Result<bytes::Bytes, FetchError> {
    let server = Server::says_over_tls(tls, |_| answer("200 OK", &[], "verified")).await;
    let egress = Egress::development(development(), vec![server.socket])
        .trusting(development(), authority.der())
        .resolving_with(Liar::saying([vec![server.socket]]));
    let client = Client::new(egress, &agent()).unwrap();
    let response = fetch(&client, operator_url(&format!("https://{HOST}/"))).await?;
    Ok(response.body)
}

#[tokio::test]
async fn sr_opr_05_a_proper_certificate_is_accepted() {
    let authority = Authority::new();
    assert_eq!(outcome(&authority, authority.acceptor_for(HOST)).await.unwrap(), "verified");
    let current = authority.sign(valid_between((2020, 1, 1), (2090, 1, 1)));
    assert_eq!(outcome(&authority, current).await.unwrap(), "verified");
}

#[tokio::test]
async fn sr_opr_05_self_signed_wrong_name_and_expired_certificates_are_refused() {
    let authority = Authority::new();
    let bad = [
        ("self-signed", self_signed()),
        ("another name", authority.acceptor_for("other.example.com")),
        ("a name below", authority.acceptor_for("www.operator.example.com")),
        ("expired", authority.sign(valid_between((2020, 1, 1), (2021, 1, 1)))),
        ("not yet valid", authority.sign(valid_between((2080, 1, 1), (2090, 1, 1)))),
        ("another authority", Authority::new().acceptor_for(HOST)),
    ];
    for (kind, tls) in bad {
        assert_eq!(outcome(&authority, tls).await.unwrap_err(), FetchError::Tls, "{kind}");
    }
}

#[tokio::test]
async fn sr_opr_05_without_an_extra_anchor_only_public_authorities_are_trusted() {
    let authority = Authority::new();
    let server = Server::says_over_tls(authority.acceptor_for(HOST), |_| answer("200 OK", &[], "")).await;
    let egress =
        Egress::development(development(), vec![server.socket]).resolving_with(Liar::saying([vec![server.socket]]));
    let client = Client::new(egress.clone(), &agent()).unwrap();
    let refused = fetch(&client, operator_url(&format!("https://{HOST}/"))).await;
    assert_eq!(refused.unwrap_err(), FetchError::Tls);
    let junk = egress.trusting(development(), b"no certificate".to_vec());
    assert_eq!(Client::new(junk, &agent()).unwrap_err(), BuildError::TrustAnchor);
}

#[tokio::test]
async fn sr_opr_05_a_server_without_tls_is_refused() {
    let server = Server::says(|_| answer("200 OK", &[], "plain")).await;
    let egress =
        Egress::development(development(), vec![server.socket]).resolving_with(Liar::saying([vec![server.socket]]));
    let client = Client::new(egress, &agent()).unwrap();
    let outcome = fetch(&client, operator_url(&format!("https://{HOST}/"))).await;
    assert!(outcome.is_err(), "plain text was taken for an answer");
}

#[tokio::test]
async fn sr_opr_05_an_operators_requests_go_only_to_its_hosts() {
    let mut canary = Canary::listen().await;
    let egress =
        Egress::development(development(), vec![canary.socket]).resolving_with(Liar::saying([vec![canary.socket]]));
    let client = Client::new(egress, &agent()).unwrap();
    let hosts = HostAllowlist::new(["operator.example.com", "WWW.operator.example.com"]);
    for host in ["other.example.com", "operator.example.com.evil.example", "x.operator.example.com", "example.com"] {
        let url = Url::parse(&format!("https://{host}/")).unwrap();
        let request = Request::get(url, Purpose::Operator { hosts: hosts.clone() }).within(short());
        assert_eq!(fetch(&client, request).await.unwrap_err(), FetchError::Refused(Refusal::HostNotListed), "{host}");
    }
    assert_eq!(canary.touches().await, 0);
    let url = Url::parse("https://www.OPERATOR.example.com/").unwrap();
    let listed = fetch(&client, Request::get(url, Purpose::Operator { hosts }).within(short())).await;
    assert_ne!(listed.unwrap_err(), FetchError::Refused(Refusal::HostNotListed));
    assert_eq!(canary.touches().await, 1);
}
