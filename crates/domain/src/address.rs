//! Mail addresses, as people type them.
//!
//! Promises: what parses has one `@` between a mailbox and a host of several labels, no space and no control character, and fits into
//! an SMTP command. Never promises that somebody reads there: only a mail that is answered shows that.

/// The longest address that a mail server must take (RFC 5321, section 4.5.3.1.3).
const MAX_BYTES: usize = 254;
/// The longest part before the `@`.
const MAX_MAILBOX_BYTES: usize = 64;

/// One mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

/// What cannot be a mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no mail address: it has the form name@example.org")]
pub struct NoAddress;

impl Address {
    /// The address as it is written into a mail.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Address, NoAddress> {
        let text = text.trim();
        let (mailbox, host) = text.rsplit_once('@').ok_or(NoAddress)?;
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || "()<>[]:;@\\,\"".contains(c);
        let is_label = |label: &str| {
            let ends_well = !label.starts_with('-') && !label.ends_with('-');
            !label.is_empty() && ends_well && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let mailbox_is_well = !mailbox.is_empty() && mailbox.len() <= MAX_MAILBOX_BYTES && !mailbox.contains(is_odd);
        let host_is_well = host.contains('.') && host.split('.').all(is_label);
        if mailbox_is_well && host_is_well && text.len() <= MAX_BYTES {
            Ok(Address(text.to_owned()))
        } else {
            Err(NoAddress)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_mailbox_at_a_host_and_nothing_beside_it() {
        for text in ["alice@example.test", " a.b+c@sub.example.org ", "théo@exämple.fr", "o'neil@example.ie"] {
            assert_eq!(text.parse::<Address>().unwrap().as_str(), text.trim());
        }
        let long = format!("{}@example.test", "a".repeat(65));
        for text in [
            "",
            "alice",
            "@example.test",
            "alice@",
            "alice@localhost",
            "alice@-a.test",
            "alice@example..test",
            "alice@example.test, eve@example.test",
            "alice@example.test\r\nBcc: eve@example.test",
            "Alice <alice@example.test>",
            "a lice@example.test",
            "alice@eve@example.test",
            "alice\0@example.test",
            &long,
        ] {
            assert_eq!(text.parse::<Address>(), Err(NoAddress), "{text:?}");
        }
    }
}
