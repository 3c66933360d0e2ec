//! Who is at the other end. Promises that an address is the socket's own unless a proxy that we trust says otherwise,
//! and that of a chain of hops only what trusted ones added is believed. Never trusts a header by itself.

use anyhow::Context;
use axum::http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

/// The socket's other end; beside every request that `server` hands on.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Where the request comes from, as far as we can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl FromStr for Proxies {
    type Err = anyhow::Error;

    /// Addresses and networks, separated by commas; none for nobody.
    fn from_str(text: &str) -> anyhow::Result<Proxies> {
        let parse = |part: &str| {
            let net = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            net.with_context(|| format!("{part:?} is neither an address nor a network"))
        };
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(parse).collect::<Result<_, _>>().map(Proxies)
    }
}

impl Proxies {
    /// Whether an address is one of ours.
    #[must_use]
    pub fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address.to_canonical()))
    }

    /// The nearest address that is not a trusted proxy's: hops are walked from the right, and what stands left of the
    /// first one we do not trust is whatever somebody liked to write.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        // Hop by hop, for a client may have written bytes that are no text to the left of what our proxy wrote.
        let lines: Vec<&[u8]> = headers.get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes).collect();
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
            if !self.trust(client) {
                break;
            }
            let Some(address) = std::str::from_utf8(hop).ok().and_then(|hop| hop.trim().parse::<IpAddr>().ok()) else {
                break;
            };
            client = address.to_canonical();
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client(proxies: &str, peer: &str, forwarded: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line).unwrap());
        }
        proxies.parse::<Proxies>().unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn sr_api_01_an_address_is_believed_only_from_a_trusted_hop() {
        let proxies = "10.0.0.1, 192.168.0.0/16,fd00::/8";
        assert_eq!(client("", "203.0.113.5", &[b"198.51.100.1"]), "203.0.113.5", "nobody is trusted");
        assert_eq!(client(proxies, "203.0.113.5", &[b"198.51.100.1"]), "203.0.113.5", "around the proxy");
        assert_eq!(client(proxies, "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client(proxies, "10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(proxies, "10.0.0.1", &[b"8.8.8.8, 198.51.100.1"]), "198.51.100.1", "forged on the left");
        assert_eq!(
            client(proxies, "10.0.0.1", &[b"8.8.8.8", b"198.51.100.1, 192.168.7.7"]),
            "198.51.100.1",
            "two lines"
        );
        assert_eq!(client(proxies, "10.0.0.1", &[b"198.51.100.1, nonsense"]), "10.0.0.1", "not an address: stop there");
        assert_eq!(client(proxies, "10.0.0.1", &[b"\xff, 203.0.113.9"]), "203.0.113.9", "what is no text stands left");
        assert_eq!(client(proxies, "::ffff:10.0.0.1", &[b"::ffff:198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(proxies, "fd00::1", &[b"2001:db8::1"]), "2001:db8::1");
        assert_eq!(client(proxies, "10.0.0.1", &[b"10.0.0.1,10.0.0.1"]), "10.0.0.1", "all are ours: the first of them");
    }
}
