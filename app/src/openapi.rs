//! The OpenAPI 3.1 document, made from the rows of the route table: what is routed is described, and nothing else is.
//! A row says what is its own; path parameters, the key, the standard headers and problems are added here.

use crate::{
    access::Access,
    problem::{Code, Document, FieldError},
    routes::Endpoint,
};
use axum::{
    Extension,
    body::Bytes,
    http::{Method, header},
    response::IntoResponse,
};
use std::collections::BTreeMap;
use url::Url;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, HeaderBuilder, HttpMethod, InfoBuilder, ObjectBuilder, OpenApiBuilder,
        Paths, Ref, RefOr, Required, Response, ResponseBuilder, Schema, Server, Type,
        path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

const ABOUT: &str = "Watch full ferry sailings and hear when space opens for your vehicle.

Send your key with every request: `curl -H \"Authorization: Bearer $FERRY_KEY\" …`. A key reads, writes or both; it may do \
what its maker may do, and never more. What belongs to others is as absent as what does not exist.

Every problem is an `application/problem+json` document (RFC 9457) whose `code` never changes; name its `request_id` when you \
write to us. `RateLimit` says how many requests are left in this minute. Bodies are JSON of at most 64 KiB and 32 levels; \
unknown fields and parameters are refused by name.";

/// The name of the key among the security schemes.
const KEY: &str = "key";

/// What a row says of itself.
#[derive(Clone)]
pub struct Doc {
    summary: &'static str,
    description: Option<&'static str>,
    parameters: Vec<Parameter>,
    body: Option<RefOr<Schema>>,
    returns: BTreeMap<u16, Option<RefOr<Schema>>>,
    fails: Vec<Code>,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// The description of a row, beginning with what it does in a few words.
#[must_use]
pub fn doc(summary: &'static str) -> Doc {
    Doc {
        summary,
        description: None,
        parameters: Vec::new(),
        body: None,
        returns: BTreeMap::new(),
        fails: Vec::new(),
        schemas: Vec::new(),
    }
}

impl Doc {
    /// What it does in a few words.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// Whether it takes a body.
    #[must_use]
    pub fn takes_a_body(&self) -> bool {
        self.body.is_some()
    }

    /// What one must know to use it.
    #[must_use]
    pub fn explain(mut self, description: &'static str) -> Doc {
        self.description = Some(description);
        self
    }

    /// The parameters behind the question mark.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Doc {
        self.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
        self
    }

    /// A request header.
    #[must_use]
    pub fn header(mut self, name: &str, required: Required, description: &str) -> Doc {
        self.parameters.push(parameter(name, ParameterIn::Header, required, description));
        self
    }

    /// The JSON body it takes.
    #[must_use]
    pub fn body<T: ToSchema>(mut self) -> Doc {
        self.body = Some(self.schema::<T>());
        self
    }

    /// What it answers with.
    #[must_use]
    pub fn returns<T: ToSchema>(mut self, status: u16) -> Doc {
        let schema = self.schema::<T>();
        self.returns.insert(status, Some(schema));
        self
    }

    /// Some JSON object.
    #[must_use]
    pub fn returns_any(mut self, status: u16) -> Doc {
        self.returns.insert(status, Some(ObjectBuilder::new().schema_type(Type::Object).build().into()));
        self
    }

    /// An answer without a body.
    #[must_use]
    pub fn returns_nothing(mut self, status: u16) -> Doc {
        self.returns.insert(status, None);
        self
    }

    /// A problem that is not among those every row may have.
    #[must_use]
    pub fn fails(mut self, code: Code) -> Doc {
        self.fails.push(code);
        self
    }

    fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }
}

/// The document of these rows, as JSON.
pub(crate) fn document(endpoints: &[Endpoint], base_url: &Url) -> Published {
    let mut paths = Paths::new();
    let mut components = ComponentsBuilder::new()
        .schema(Document::name(), Document::schema())
        .schema(FieldError::name(), FieldError::schema())
        .security_scheme(KEY, bearer());
    for endpoint in endpoints {
        let Some(doc) = &endpoint.doc else { continue };
        components = components.schemas_from_iter(doc.schemas.iter().cloned());
        paths.add_path_operation(endpoint.path, vec![method(&endpoint.method)], operation(endpoint, doc));
    }
    let info = InfoBuilder::new().title("FerryAlert").version("1").description(Some(ABOUT)).build();
    let document = OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new(base_url.as_str().trim_end_matches('/'))]))
        .paths(paths)
        .components(Some(components.build()))
        .build();
    Published(document.to_pretty_json().expect("BUG: a document of texts is JSON").into())
}

/// The finished document, beside every request.
#[derive(Clone)]
pub(crate) struct Published(Bytes);

/// Shows the document.
pub(crate) async fn show(Extension(Published(document)): Extension<Published>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document)
}

fn operation(endpoint: &Endpoint, doc: &Doc) -> Operation {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(operation_id(endpoint)))
        .summary(Some(doc.summary))
        .description(doc.description)
        .parameters(Some(path_parameters(endpoint.path).chain(doc.parameters.iter().cloned())));
    if let Some(schema) = &doc.body {
        let content = ContentBuilder::new().schema(Some(schema.clone())).build();
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    if matches!(endpoint.access, Access::Key(_)) {
        operation = operation.security(SecurityRequirement::new(KEY, [""; 0]));
    }
    for (status, schema) in &doc.returns {
        operation = operation.response(status.to_string(), answer(endpoint, schema.as_ref()));
    }
    let mut problems: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in problems_of(endpoint, doc) {
        problems.entry(code.status().as_u16()).or_default().push(code.title());
    }
    for (status, titles) in problems {
        operation = operation.response(status.to_string(), problem(&titles.join(", or: ")));
    }
    operation.build()
}

/// What can go wrong with every row of this kind, and with this one.
fn problems_of(endpoint: &Endpoint, doc: &Doc) -> Vec<Code> {
    let mut codes =
        vec![Code::BadRequest, Code::Timeout, Code::TooLarge, Code::TooManyRequests, Code::Failed, Code::Busy];
    if matches!(endpoint.access, Access::Key(_)) {
        codes.extend([Code::KeyInUrl, Code::Unauthenticated, Code::Forbidden]);
    }
    if endpoint.path.contains('{') {
        codes.push(Code::NotFound);
    }
    if doc.body.is_some() {
        codes.extend([Code::UnsupportedMediaType, Code::Invalid]);
    }
    codes.extend(&doc.fails);
    codes.dedup();
    codes
}

/// `GET /api/v1/watches/{watch}` is `get_watches_watch`.
fn operation_id(endpoint: &Endpoint) -> String {
    let path = endpoint.path.trim_start_matches("/api/v1/").replace(['{', '}'], "").replace(['/', '.'], "_");
    format!("{}_{path}", endpoint.method.as_str().to_lowercase())
}

fn path_parameters(path: &'static str) -> impl Iterator<Item = Parameter> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| parameter(name, ParameterIn::Path, Required::True, &format!("Which {name}.")))
}

fn parameter(name: &str, place: ParameterIn, required: Required, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn answer(endpoint: &Endpoint, schema: Option<&RefOr<Schema>>) -> Response {
    let text = |description: &str| HeaderBuilder::new().description(Some(description)).build();
    let mut answer = ResponseBuilder::new().description("Done").header("X-Request-Id", text("Names this request."));
    if matches!(endpoint.access, Access::Key(_)) {
        answer = answer
            .header("RateLimit-Policy", text("The plan's quota `q` in a window of `w` seconds."))
            .header("RateLimit", text("Requests `r` that are left, and the seconds `t` until all are back."));
    }
    if let Some(schema) = schema {
        answer = answer.content("application/json", ContentBuilder::new().schema(Some(schema.clone())).build());
    }
    answer.build()
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name(Document::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

fn bearer() -> SecurityScheme {
    let about = "An API key: `fa_live_` and three parts. Make one for each program, and revoke it when it is lost.";
    SecurityScheme::Http(
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("fa_live_…").description(Some(about)).build(),
    )
}

fn method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        other => unreachable!("BUG: the table has a row with {other}"),
    }
}
