//! Which addresses count as the public internet.
//!
//! A positive list: an address passes only when it is global unicast by the IANA registries (RFC 6890 and its
//! updates). Everything that is reserved, private or embeds another address is refused, so that a block
//! nobody thought of is refused too. Pure; it never resolves anything.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is global unicast: a host on the public internet that we may connect to.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // "This network", multicast, class E and broadcast: global unicast lies between them.
        [0 | 224..=255, ..] => false,
        // Private, loopback, shared (carrier NAT), link-local (cloud metadata).
        [10 | 127, ..] => false,
        [100, 64..=127, ..] => false,
        [169, 254, ..] => false,
        [172, 16..=31, ..] => false,
        [192, 168, ..] => false,
        // Protocol assignments, the three documentation nets, AS112, AMT and 6to4 relays, benchmarking.
        [192, 0, 0 | 2, _] => false,
        [192, 31, 196, _] | [192, 52, 193, _] | [192, 88, 99, _] | [192, 175, 48, _] => false,
        [198, 18 | 19, ..] => false,
        [198, 51, 100, _] | [203, 0, 113, _] => false,
        // Public by number, but answered by Azure's host to its guests.
        [168, 63, 129, 16] => false,
        _ => true,
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Protocol assignments: Teredo, ORCHID, benchmarking, AMT, AS112 and whatever follows.
        [0x2001, 0x0000..=0x01ff, ..] => false,
        // Documentation, twice.
        [0x2001, 0x0db8, ..] => false,
        [0x3fff, 0x0000..=0x0fff, ..] => false,
        // 6to4 carries an IPv4 address that a relay would connect to.
        [0x2002, ..] => false,
        // AS112 by direct delegation.
        [0x2620, 0x004f, 0x8000, ..] => false,
        // ISATAP interface identifiers carry one as well.
        [_, _, _, _, 0x0000 | 0x0200, 0x5efe, _, _] => false,
        // Global unicast. Outside lie loopback, v4-mapped, v4-compatible, both NAT64 prefixes, discard,
        // SRv6 (5f00::/16), unique-local, link-local, site-local and multicast.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().expect("an address"))
    }

    #[test]
    fn sr_egr_01_special_blocks_are_refused_to_their_edges() {
        let edges = [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.0",
            "192.0.0.192",
            "192.0.2.1",
            "192.31.196.1",
            "192.52.193.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "192.175.48.1",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.0",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "1fff:ffff::1",
            "2001::1",
            "2001:0:4136:e378::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "2620:4f:8000::1",
            "2a00:1450::5efe:7f00:1",
            "2a00:1450::200:5efe:a00:1",
            "3fff::1",
            "3fff:fff:ffff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "ffff::1",
        ];
        for edge in edges {
            assert!(!public(edge), "{edge} was taken for public");
        }
    }

    #[test]
    fn sr_egr_01_neighbours_of_special_blocks_are_public() {
        let neighbours = [
            "1.0.0.0",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2606:4700::1111",
            "2a00:1450:4001::200e",
            "3ffe::1",
            "3fff:1000::1",
        ];
        for neighbour in neighbours {
            assert!(public(neighbour), "{neighbour} was refused");
        }
    }
}
