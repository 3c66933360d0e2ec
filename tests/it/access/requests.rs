//! How each row of the table is asked for as it should be. A row that is missing here fails every test of access.

use super::Stage;
use app::routes::Endpoint;
use serde_json::Value;

/// The body of a good request.
type Body = fn(&Stage) -> Value;

/// Every row, with the body it takes. Links and pages that need no key are here too.
pub(super) const REQUESTS: &[(&str, &str, Option<Body>)] = &[
    ("GET", "/", None),
    ("GET", "/bot", None),
    ("GET", "/healthz", None),
    ("GET", "/assets/site.css", None),
    ("GET", "/problems/{code}", None),
    ("GET", "/l/stop/{token}", None),
    ("POST", "/l/stop/{token}", None),
    ("GET", "/l/keep/{token}", None),
    ("POST", "/l/keep/{token}", None),
    ("GET", "/l/unsubscribe/{token}", None),
    ("POST", "/l/unsubscribe/{token}", None),
    ("GET", "/api/v1/openapi.json", None),
    ("GET", "/api/v1/key", None),
];

/// Path parameters that name what all tenants share: nobody's in particular.
const SHARED: [&str; 4] = ["code", "operator", "route", "sailing"];

/// Whether a row is about an object that belongs to a tenant.
pub(super) fn is_owned(endpoint: &Endpoint) -> bool {
    let mut names = endpoint.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.any(|name| !SHARED.contains(&name))
}

/// An object of Alice's for this path parameter, made for this request alone.
async fn object(_: &Stage, name: &str) -> String {
    match name {
        "code" => "invalid".to_owned(),
        "token" => "not-signed-by-us".to_owned(),
        other => panic!("{{{other}}} has no object: add one in tests/it/access/requests.rs"),
    }
}

/// The path of a good request.
pub(super) async fn path(stage: &Stage, endpoint: &Endpoint) -> String {
    let mut path = String::new();
    for segment in endpoint.path.split('/').skip(1) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => path.push_str(&object(stage, name).await),
            None => path.push_str(segment),
        }
    }
    path
}

/// The same with this in the place of every object.
pub(super) fn path_with(endpoint: &Endpoint, object: &str) -> String {
    let segments = endpoint.path.split('/').map(|segment| if segment.starts_with('{') { object } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// The body of a good request.
pub(super) fn body(stage: &Stage, endpoint: &Endpoint) -> Option<Value> {
    let row = REQUESTS.iter().find(|(method, path, _)| endpoint.method == *method && endpoint.path == *path);
    let Some((_, _, body)) = row else {
        panic!("{} {} has no request: add it in tests/it/access/requests.rs", endpoint.method, endpoint.path)
    };
    body.map(|body| body(stage))
}
