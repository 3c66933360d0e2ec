//! What does not compile. Each item is a program that the compiler must refuse, after the one it must accept, so that the
//! others fail for the reason they are written for.

/// ```no_run
/// use app::access::{ApiCx, KeyRoute};
/// use axum::handler::Handler;
///
/// async fn list(_: ApiCx) -> &'static str {
///     "yours"
/// }
///
/// fn on_a_key_row<H: Handler<T, KeyRoute>, T>(_: H) {}
///
/// on_a_key_row(list);
/// ```
pub fn sr_auz_03_a_handler_with_a_tenants_context_compiles_on_a_key_row() {}

/// ```compile_fail
/// use app::access::ApiCx;
/// use axum::handler::Handler;
///
/// async fn list(_: ApiCx) -> &'static str {
///     "anybody's"
/// }
///
/// fn on_a_public_row<H: Handler<T, app::App>, T>(_: H) {}
///
/// on_a_public_row(list);
/// ```
pub fn sr_auz_03_it_does_not_compile_on_a_public_row() {}

/// ```compile_fail
/// use app::access::{ApiCx, LinkRoute};
/// use axum::handler::Handler;
///
/// async fn list(_: ApiCx) -> &'static str {
///     "whoever has the link's"
/// }
///
/// fn on_a_link_row<H: Handler<T, LinkRoute>, T>(_: H) {}
///
/// on_a_link_row(list);
/// ```
pub fn sr_auz_03_nor_on_a_link_row() {}

/// ```compile_fail
/// fn forge(app: app::App, membership: store::Membership) -> app::access::ApiCx {
///     app::access::ApiCx { app, membership, now: chrono::DateTime::UNIX_EPOCH }
/// }
/// ```
pub fn sr_auz_03_nobody_makes_a_context_by_hand() {}
