//! A value that is used but never shown.
//!
//! Promises that Debug and Display print `[secret]`. Never compares, serializes or hashes the content: whoever needs that says
//! `expose` and can be searched for.

use std::fmt;

/// Holds a secret; [`Secret::expose`] is the only way to its content.
///
/// ```
/// let key = telemetry::Secret::new(String::from("hunter2"));
/// assert_eq!(format!("{key} {key:?} {:?}", Some(&key)), "[secret] [secret] Some([secret])");
/// assert_eq!(key.expose(), "hunter2");
/// ```
///
/// It cannot be compared, which would tell by time how much was right:
///
/// ```compile_fail
/// let same = telemetry::Secret::new(1) == telemetry::Secret::new(1);
/// ```
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// The content, for the one place that uses it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_however_it_is_printed() {
        #[derive(Debug)]
        struct Settings {
            _key: Secret<&'static str>,
        }
        let settings = Settings { _key: Secret::new("hunter2") };
        let printed = format!("{settings:?} {settings:#?} {} {:>9}", settings._key, settings._key);
        assert!(!printed.contains("hunter2") && printed.contains("[secret]"), "{printed}");
    }
}
