//! The way back to the app: where to, in which way, with what. Never followed by the simulator itself: a browser does, or a test.

use url::Url;

/// How the answer travels (OAuth 2.0 Multiple Response Types, Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In the query of a redirect.
    Query,
    /// In a form that the browser posts.
    FormPost,
}

/// What a provider sends back through the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Where to.
    pub redirect_uri: Url,
    /// In which way.
    pub mode: Mode,
    /// With what.
    pub fields: Vec<(String, String)>,
}

impl Callback {
    /// The address of a GET that brings the answer, whatever the mode.
    #[must_use]
    pub fn url(&self) -> Url {
        let mut url = self.redirect_uri.clone();
        url.query_pairs_mut().extend_pairs(&self.fields);
        url
    }

    /// Path and query of that address: what an in-process router is asked for.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        let url = self.url();
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// The form that brings the answer by POST, encoded.
    #[must_use]
    pub fn form(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }

    /// A field that is sent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same answer with another value of this field.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Callback {
        let mut changed = self.without(name);
        changed.fields.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The same answer without this field.
    #[must_use]
    pub fn without(mut self, name: &str) -> Callback {
        self.fields.retain(|(known, _)| known != name);
        self
    }
}
