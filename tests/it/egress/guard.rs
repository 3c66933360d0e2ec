//! What the guard refuses: URLs by the table, names by what they resolve to, and everything by exact sockets.

use std::net::{IpAddr, SocketAddr};

use outbound::{Client, Development, Egress, FetchError, HostAllowlist, Purpose, Refusal, Request};
use url::Url;

use super::server::{Canary, Server, answer};
use super::{Liar, agent, alone, assert_passed, client_of, development, fetch, operator_url, short, user_url};

/// URLs and why each is refused; `{c}` is the canary's port.
const REFUSED: &[(&str, Refusal)] = &[
    // Loopback, in every notation that some library has read as an address.
    ("https://127.0.0.1:{c}/", Refusal::AddressLiteral),
    ("http://127.0.0.1:{c}/", Refusal::AddressLiteral),
    ("https://127.1:{c}/", Refusal::AddressLiteral),
    ("https://127.0.1:{c}/", Refusal::AddressLiteral),
    ("https://2130706433:{c}/", Refusal::AddressLiteral),
    ("https://0x7f000001:{c}/", Refusal::AddressLiteral),
    ("https://0x7f.1:{c}/", Refusal::AddressLiteral),
    ("https://017700000001:{c}/", Refusal::AddressLiteral),
    ("https://0177.0.0.1:{c}/", Refusal::AddressLiteral),
    ("https://127.0.0.01:{c}/", Refusal::AddressLiteral),
    ("https://127.0.0.1.:{c}/", Refusal::AddressLiteral),
    ("https://127.255.255.254:{c}/", Refusal::AddressLiteral),
    ("https://①②⑦.⓪.⓪.①:{c}/", Refusal::AddressLiteral),
    ("https://127。0。0。1:{c}/", Refusal::AddressLiteral),
    ("https://１２７.0.0.1:{c}/", Refusal::AddressLiteral),
    ("https://%31%32%37.0.0.1:{c}/", Refusal::AddressLiteral),
    ("https://0:{c}/", Refusal::AddressLiteral),
    ("https://0.0.0.0:{c}/", Refusal::AddressLiteral),
    ("https:///127.0.0.1:{c}/", Refusal::AddressLiteral),
    ("https:127.0.0.1:{c}/", Refusal::AddressLiteral),
    ("https:\\\\127.0.0.1:{c}\\", Refusal::AddressLiteral),
    ("https://127.0.0.1:{c}\\@example.com/", Refusal::AddressLiteral),
    ("https://127.0.0.1:{c}#@example.com/", Refusal::AddressLiteral),
    ("https://127.0.0.1:{c}?@example.com/", Refusal::AddressLiteral),
    (" \thttps://127.0.0.1:{c}/", Refusal::AddressLiteral),
    ("https://127.0.\n0.1:{c}/", Refusal::AddressLiteral),
    ("https://[::1]:{c}/", Refusal::AddressLiteral),
    ("http://[::1]:{c}/", Refusal::AddressLiteral),
    ("https://[0:0:0:0:0:0:0:1]:{c}/", Refusal::AddressLiteral),
    ("https://[::]:{c}/", Refusal::AddressLiteral),
    ("https://[::ffff:127.0.0.1]:{c}/", Refusal::AddressLiteral),
    ("https://[::ffff:7f00:1]:{c}/", Refusal::AddressLiteral),
    ("https://[::127.0.0.1]:{c}/", Refusal::AddressLiteral),
    ("https://[::ffff:0:127.0.0.1]:{c}/", Refusal::AddressLiteral),
    ("https://[64:ff9b::127.0.0.1]:{c}/", Refusal::AddressLiteral),
    ("https://[64:ff9b:1::7f00:1]:{c}/", Refusal::AddressLiteral),
    ("https://[2002:7f00:1::1]:{c}/", Refusal::AddressLiteral),
    ("https://[2001:0:7f00:1::1]:{c}/", Refusal::AddressLiteral),
    // Private, link-local, metadata, and public addresses as well: a host has a name.
    ("https://10.0.0.1/", Refusal::AddressLiteral),
    ("https://172.16.0.1/", Refusal::AddressLiteral),
    ("https://192.168.0.1/", Refusal::AddressLiteral),
    ("https://169.254.169.254/latest/meta-data/", Refusal::AddressLiteral),
    ("http://169.254.169.254/latest/meta-data/", Refusal::AddressLiteral),
    ("https://2852039166/", Refusal::AddressLiteral),
    ("https://100.100.100.200/", Refusal::AddressLiteral),
    ("https://168.63.129.16/", Refusal::AddressLiteral),
    ("https://224.0.0.1/", Refusal::AddressLiteral),
    ("https://255.255.255.255/", Refusal::AddressLiteral),
    ("https://[fe80::1]/", Refusal::AddressLiteral),
    ("https://[fec0::1]/", Refusal::AddressLiteral),
    ("https://[fd00:ec2::254]/", Refusal::AddressLiteral),
    ("https://[ff02::1]/", Refusal::AddressLiteral),
    ("https://8.8.8.8/", Refusal::AddressLiteral),
    ("https://[2606:4700::1111]/", Refusal::AddressLiteral),
    // Schemes.
    ("http://example.com/", Refusal::Scheme),
    ("http://localhost:{c}/", Refusal::Scheme),
    ("ftp://example.com/", Refusal::Scheme),
    ("ws://127.0.0.1:{c}/", Refusal::Scheme),
    ("wss://example.com/", Refusal::Scheme),
    ("gopher://127.0.0.1:{c}/_GET", Refusal::Scheme),
    ("file:///etc/passwd", Refusal::Scheme),
    ("data:text/plain,x", Refusal::Scheme),
    ("unix:/var/run/docker.sock", Refusal::Scheme),
    ("javascript:alert(1)", Refusal::Scheme),
    // User names and passwords, which also hide where a URL leads.
    ("https://user@example.com/", Refusal::UserInfo),
    ("https://user:secret@example.com/", Refusal::UserInfo),
    ("https://:secret@example.com/", Refusal::UserInfo),
    ("https://example.com@127.0.0.1:{c}/", Refusal::UserInfo),
    ("https://127.0.0.1:{c}@example.com/", Refusal::UserInfo),
    ("https://example.com%40127.0.0.1@127.0.0.1:{c}/", Refusal::UserInfo),
    // Ports.
    ("https://example.com:{c}/", Refusal::Port),
    ("https://localhost:{c}/", Refusal::Port),
    ("https://example.com:80/", Refusal::Port),
    ("https://example.com:22/", Refusal::Port),
    ("https://example.com:25/", Refusal::Port),
    ("https://example.com:6379/", Refusal::Port),
    ("https://example.com:444/", Refusal::Port),
    ("https://example.com:0/", Refusal::Port),
    ("https://example.com:65535/", Refusal::Port),
    // Names that only mean something on the inside, and second spellings.
    ("https://localhost/", Refusal::Host),
    ("https://metadata/computeMetadata/v1/", Refusal::Host),
    ("https://kubernetes/api", Refusal::Host),
    ("https://LOCALHOST/", Refusal::Host),
    ("https://example.com./", Refusal::Host),
];

/// Texts that are no URL for our parser, so that nobody else may read one into them.
const UNPARSABLE: &[&str] = &[
    "https://",
    "https:///",
    "//127.0.0.1/",
    "https://[::1",
    "https://[fe80::1%25eth0]/",
    "https://exa mple.com/",
    "https://999.999.999.999/",
    "https://127.0.0.1.1.1/",
    "https://127.0.0.1:99999/",
    "https://example.com:443x/",
    "https://exam\0ple.com/",
    "https://%00.com/",
];

/// Addresses that no name may resolve to.
const NOT_PUBLIC: &[&str] = &[
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "168.63.129.16",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2a00:1450::5efe:a00:1",
];

fn socket(address: &str) -> SocketAddr {
    SocketAddr::new(address.parse().unwrap(), 0)
}

fn production_with(lookup: Liar) -> Client {
    Client::new(Egress::production().resolving_with(lookup), &agent()).unwrap()
}

#[tokio::test]
async fn sr_egr_01_every_url_of_the_table_is_refused_and_the_canary_is_untouched() {
    let mut canary = Canary::listen().await;
    let liar = Liar::saying([vec![canary.socket]]);
    let client = production_with(liar.clone());
    for (template, reason) in REFUSED {
        let text = template.replace("{c}", &canary.socket.port().to_string());
        let url = Url::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let purposes = [Purpose::UserUrl, Purpose::Operator { hosts: HostAllowlist::new(url.host_str()) }];
        for purpose in purposes {
            let refused = fetch(&client, Request::get(url.clone(), purpose.clone()).within(short())).await;
            let host_not_listed = url.host_str().is_none() && purpose != Purpose::UserUrl;
            let reason = if host_not_listed { Refusal::HostNotListed } else { *reason };
            assert_eq!(refused.unwrap_err(), FetchError::Refused(reason), "{text}");
        }
        assert_eq!(client.vet(&url).await, Err(FetchError::Refused(*reason)), "{text}");
    }
    assert_eq!(liar.asked(), 0, "a refused URL is not even resolved");
    assert_eq!(canary.touches().await, 0);
    assert!(REFUSED.len() >= 70, "{} vectors", REFUSED.len());
}

#[test]
fn sr_egr_01_what_our_parser_does_not_read_is_no_url() {
    for text in UNPARSABLE {
        assert!(Url::parse(text).is_err(), "{text:?} was read");
    }
}

#[test]
fn sr_egr_01_ordinary_urls_are_admitted_and_long_ones_are_not() {
    let egress = Egress::production();
    let admitted = [
        "https://example.com/",
        "https://EXAMPLE.com:443/a?b#c",
        "https://hooks.example.com:8443/x",
        "https://bücher.example/",
    ];
    for text in admitted {
        assert_eq!(egress.admit(&Url::parse(text).unwrap()), Ok(()), "{text}");
    }
    let long = format!("https://example.com/{}", "a".repeat(2_048));
    assert_eq!(egress.admit(&Url::parse(&long).unwrap()), Err(Refusal::TooLong));
    let long_name = format!("https://{}example.com/", "a.".repeat(130));
    assert_eq!(egress.admit(&Url::parse(&long_name).unwrap()), Err(Refusal::Host));
}

#[tokio::test]
async fn sr_egr_01_a_name_with_one_bad_address_is_refused_as_a_whole() {
    for bad in NOT_PUBLIC {
        let mixed = [vec![socket(bad)], vec![socket("8.8.8.8"), socket(bad)], vec![socket(bad), socket("8.8.8.8")]];
        for answer in mixed {
            let client = production_with(Liar::saying([answer.clone()]));
            let refused = fetch(&client, user_url("https://hooks.example.com/")).await;
            assert_eq!(refused.unwrap_err(), FetchError::Refused(Refusal::Address), "{answer:?}");
        }
    }
    let many = vec![socket("8.8.8.8"); 65];
    let refused = fetch(&production_with(Liar::saying([many])), user_url("https://hooks.example.com/")).await;
    assert_eq!(refused.unwrap_err(), FetchError::Refused(Refusal::Address));
    let none = fetch(&production_with(Liar::saying([])), user_url("https://hooks.example.com/")).await;
    assert_eq!(none.unwrap_err(), FetchError::Name);
}

#[tokio::test]
async fn sr_egr_01_our_own_public_addresses_are_refused() {
    let ours: IpAddr = "8.8.4.4".parse().unwrap();
    let egress = Egress::production().resolving_with(Liar::saying([vec![socket("8.8.4.4")]]));
    let open = Client::new(egress.clone(), &agent()).unwrap();
    let closed = Client::new(egress.refusing(vec![ours]), &agent()).unwrap();
    let url = Url::parse("https://hooks.example.com/").unwrap();
    assert_eq!(open.vet(&url).await, Ok(()));
    assert_eq!(closed.vet(&url).await, Err(FetchError::Refused(Refusal::Address)));
}

#[tokio::test]
async fn sr_egr_01_a_name_that_turns_to_loopback_after_its_check_reaches_nothing() {
    let mut canary = Canary::listen().await;
    let liar = Liar::saying([vec![socket("8.8.8.8")], vec![canary.socket]]);
    let client = production_with(liar.clone());
    let url = Url::parse("https://rebinding.example.com/").unwrap();
    assert_eq!(client.vet(&url).await, Ok(()), "the name looks good when it is entered");
    let refused = fetch(&client, user_url(url.as_str())).await;
    assert_eq!(refused.unwrap_err(), FetchError::Refused(Refusal::Address));
    assert_eq!(liar.asked(), 2);
    assert_eq!(canary.touches().await, 0);
}

#[tokio::test]
async fn sr_egr_01_the_address_that_was_checked_is_the_one_connected_to() {
    let chosen = Canary::listen().await;
    let mut canary = Canary::listen().await;
    let liar = Liar::saying([vec![chosen.socket], vec![canary.socket]]);
    let egress = Egress::development(development(), vec![chosen.socket, canary.socket]);
    let client = Client::new(egress.resolving_with(liar.clone()), &agent()).unwrap();
    // The chosen one never speaks TLS, so the fetch ends without an answer: what counts is who was asked.
    let outcome = fetch(&client, user_url("https://pinned.example.com/")).await;
    assert!(outcome.is_err());
    assert_eq!(liar.asked(), 1, "there is no second lookup to lie to");
    let mut chosen = chosen;
    assert_eq!(chosen.touches().await, 1, "the canary can be touched");
    assert_eq!(canary.touches().await, 0);
}

#[tokio::test]
async fn sr_egr_01_in_development_only_the_exact_sockets_of_simulators_open() {
    let simulator = Server::says(|_| answer("200 OK", &[], "hello")).await;
    let mut canary = Canary::listen().await;
    let client = client_of(&[simulator.socket]);
    let response = fetch(&client, operator_url(&simulator.url("/"))).await.unwrap();
    assert_eq!(response.body, "hello");

    let elsewhere = format!("http://127.0.0.1:{}/", canary.socket.port());
    let named = format!("http://localhost:{}/", simulator.socket.port());
    let mapped = format!("http://[::ffff:127.0.0.1]:{}/", simulator.socket.port());
    for (url, reason) in
        [(&elsewhere, Refusal::AddressLiteral), (&named, Refusal::Scheme), (&mapped, Refusal::AddressLiteral)]
    {
        assert_eq!(fetch(&client, user_url(url)).await.unwrap_err(), FetchError::Refused(reason), "{url}");
    }
    let production = Client::new(Egress::production(), &agent()).unwrap();
    let refused = fetch(&production, operator_url(&simulator.url("/"))).await;
    assert_eq!(refused.unwrap_err(), FetchError::Refused(Refusal::AddressLiteral));
    assert_eq!(canary.touches().await, 0);
    for environment in ["", "production", "Development", "development ", "dev"] {
        assert!(Development::attested_by(environment).is_none(), "{environment:?}");
    }
}

#[tokio::test]
async fn sr_egr_01_proxies_of_the_environment_are_not_used() {
    let mut canary = Canary::listen().await;
    let proxy = format!("http://{}", canary.socket);
    let names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let environment = names.map(|name| (name, proxy.as_str()));
    let test = "egress::guard::sr_egr_01_proxies_of_the_environment_are_not_used";
    let Some(output) = alone(test, &environment).await else {
        let simulator = Server::says(|_| answer("200 OK", &[], "direct")).await;
        let response = fetch(&client_of(&[simulator.socket]), user_url(&simulator.url("/"))).await.unwrap();
        assert_eq!(response.body, "direct");
        return;
    };
    assert_passed(&output);
    assert_eq!(canary.touches().await, 0);
}
