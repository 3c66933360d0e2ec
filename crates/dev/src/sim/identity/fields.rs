//! Parameters as OAuth 2.0 reads them: none twice, and one without a value was not sent (RFC 6749, section 3.1).
//! Never knows what a parameter means.

/// The parameters of one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a query or a form.
    ///
    /// # Errors
    /// The name of a parameter that was sent twice.
    pub(super) fn parse(encoded: &[u8]) -> Result<Fields, String> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(name.into_owned());
            }
            fields.push((name.into_owned(), value.into_owned()));
        }
        Ok(Fields(fields))
    }

    /// The value of a parameter that was sent with one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The same, owned.
    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// The words of a parameter that is a list.
    pub(super) fn words(&self, name: &str) -> Vec<String> {
        self.get(name).unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect()
    }
}
