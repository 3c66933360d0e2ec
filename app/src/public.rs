//! Pages for everybody: the search, routes, what is known of operators, what it costs, how it is kept safe. Promises that they
//! show what the least plan was told and nothing that is anybody's, and that a search or a calendar leads on with every answer
//! it holds. Never needs a session and never changes anything.

pub(crate) mod answers;
pub(crate) mod crawlers;
mod departures;
pub(crate) mod ferries;
pub(crate) mod installed;
pub(crate) mod kept;
pub(crate) mod landing;
mod month;
pub(crate) mod onward;
pub(crate) mod pricing;
pub(crate) mod route;
pub(crate) mod search;
pub(crate) mod security;
mod shown;
pub(crate) mod status;
mod strip;
pub(crate) mod vehicle;
pub(crate) mod verdict;
