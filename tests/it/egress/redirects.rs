//! Redirects: never for a URL of a user's, never off its origin for an operator.

use outbound::{Client, Egress, FetchError, Limits, Method};

use super::server::{Canary, Server, answer};
use super::tls::Authority;
use super::{Liar, agent, client_of, development, fetch, operator_url, short, user_url};

const CODES: [u16; 5] = [301, 302, 303, 307, 308];

/// Redirects `/<code>` to `target`, and `/again` to itself.
async fn redirecting(target: String) -> Server {
    Server::says(move |head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        match path {
            "/again" => answer("302 Found", &["location: /again"], ""),
            "/end" => answer("200 OK", &[], "the end"),
            code => answer(&format!("{} Moved", &code[1..]), &[&format!("location: {target}")], ""),
        }
    })
    .await
}

#[tokio::test]
async fn sr_egr_02_a_redirect_of_a_users_url_is_a_failure_wherever_it_leads() {
    let mut canary = Canary::listen().await;
    let to_loopback = redirecting(format!("http://{}/", canary.socket)).await;
    let to_itself = redirecting("/end".to_owned()).await;
    // The guard would let the canary pass here: only the rule about redirects protects it.
    let client = client_of(&[to_loopback.socket, to_itself.socket, canary.socket]);
    for server in [&to_loopback, &to_itself] {
        for code in CODES {
            let mut request = user_url(&server.url(&format!("/{code}")));
            request.limits = Limits { max_redirects: 5, ..short() };
            assert_eq!(fetch(&client, request.clone()).await.unwrap_err(), FetchError::Redirect { code });
            request.method = Method::Post("{}".into());
            assert_eq!(fetch(&client, request).await.unwrap_err(), FetchError::Redirect { code });
        }
    }
    assert_eq!(canary.touches().await, 0);
}

#[tokio::test]
async fn sr_egr_02_an_operators_redirect_stays_on_its_origin() {
    let mut canary = Canary::listen().await;
    let server = redirecting(format!("http://{}/", canary.socket)).await;
    let client = client_of(&[server.socket, canary.socket]);
    for code in CODES {
        let outcome = fetch(&client, operator_url(&server.url(&format!("/{code}")))).await;
        assert_eq!(outcome.unwrap_err(), FetchError::Redirect { code });
    }
    assert_eq!(canary.touches().await, 0);

    let server = redirecting("/end".to_owned()).await;
    let client = client_of(&[server.socket]);
    for code in CODES {
        let response = fetch(&client, operator_url(&server.url(&format!("/{code}")))).await.unwrap();
        assert_eq!(response.body, "the end");
        let mut post = operator_url(&server.url(&format!("/{code}")));
        post.method = Method::Post("{}".into());
        assert_eq!(fetch(&client, post).await.unwrap_err(), FetchError::Redirect { code });
    }
}

#[tokio::test]
async fn sr_egr_02_an_operators_redirect_to_another_host_scheme_or_port_is_a_failure() {
    let authority = Authority::new();
    let mut canary = Canary::listen().await;
    let targets = [
        "https://other.example.com/",
        "https://www.operator.example.com/",
        "//other.example.com/",
        "https://operator.example.com:8443/",
        "http://operator.example.com/",
        "https://operator.example.com.evil.example/",
        "https://operator.example.com@evil.example/",
        "https://user@operator.example.com/",
        "file:///etc/passwd",
        "https://[",
    ];
    for target in targets {
        let acceptor = authority.acceptor_for("operator.example.com");
        let location = format!("location: {target}");
        let server = Server::says_over_tls(acceptor, move |_| answer("302 Found", &[&location], "")).await;
        let liar = Liar::saying([vec![server.socket], vec![canary.socket]]);
        let egress = Egress::development(development(), vec![server.socket, canary.socket])
            .trusting(development(), authority.der())
            .resolving_with(liar);
        let client = Client::new(egress, &agent()).unwrap();
        let outcome = fetch(&client, operator_url("https://operator.example.com/")).await;
        assert_eq!(outcome.unwrap_err(), FetchError::Redirect { code: 302 }, "{target}");
    }
    assert_eq!(canary.touches().await, 0);
}

#[tokio::test]
async fn sr_egr_02_redirects_in_a_circle_end_at_the_limit() {
    let server = redirecting(String::new()).await;
    let outcome = fetch(&client_of(&[server.socket]), operator_url(&server.url("/again"))).await;
    assert_eq!(outcome.unwrap_err(), FetchError::Redirect { code: 302 });
}
