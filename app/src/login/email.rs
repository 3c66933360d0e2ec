//! What a provider's word on an e-mail address is worth. An address is contact data: nobody is found by it and nothing is linked by
//! it. Promises that one counts as verified only when the provider says so and has the authority to. Never takes silence for a yes.

use super::claims::MoreClaims;

/// For which addresses a provider is believed when it calls one verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
    /// For all: it sends each address a link before it calls it verified (GitHub, Apple), or its operator says so.
    All,
    /// For its own mailboxes, and for those of organisations it hosts and names in `hd` (Google's rule).
    Google,
    /// Only where it says that the address's domain was verified by its owner (`xms_edov`): administrators of any Microsoft tenant write
    /// whatever they like into `email`.
    Microsoft,
    /// For these domains, in lower case.
    Domains(Vec<String>),
}

/// An address as a provider tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The address.
    pub(crate) address: Option<String>,
    /// Whether the provider calls it verified.
    pub(crate) is_called_verified: bool,
}

impl Authority {
    /// Whether an address counts as verified.
    pub(crate) fn verifies(&self, told: &Told, more: &MoreClaims) -> bool {
        let Some(domain) = told.address.as_deref().and_then(domain) else { return false };
        match self {
            Authority::All => told.is_called_verified,
            Authority::Google => {
                let hosts = more.hd.as_deref().is_some_and(|hd| !hd.is_empty());
                told.is_called_verified && (hosts || ["gmail.com", "googlemail.com"].contains(&domain.as_str()))
            }
            // Microsoft sends no `email_verified`.
            Authority::Microsoft => more.xms_edov,
            Authority::Domains(domains) => told.is_called_verified && domains.contains(&domain),
        }
    }
}

fn domain(address: &str) -> Option<String> {
    address
        .rsplit_once('@')
        .filter(|(local, domain)| !local.is_empty() && !domain.is_empty())
        .map(|(_, domain)| domain.to_ascii_lowercase())
}

/// An address that we can write to, or none: one line, one `@`, not longer than mail allows.
pub(crate) fn usable(address: &str) -> Option<String> {
    let is_plain = address.len() <= 254 && address.matches('@').count() == 1;
    let has_no_gap = !address.chars().any(|c| c.is_control() || c.is_whitespace() || "<>(),;:\\\"[]".contains(c));
    (is_plain && has_no_gap && domain(address).is_some_and(|domain| domain.contains('.'))).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(address: &str, is_called_verified: bool) -> Told {
        Told { address: Some(address.to_owned()), is_called_verified }
    }

    fn more(hd: Option<&str>, xms_edov: bool) -> MoreClaims {
        MoreClaims { hd: hd.map(str::to_owned), xms_edov, ..MoreClaims::default() }
    }

    #[test]
    fn an_address_is_verified_only_by_who_has_the_authority() {
        let own = Authority::Domains(vec!["firm.example".to_owned()]);
        for (authority, told, more, is_verified) in [
            (Authority::All, told("a@b.example", true), more(None, false), true),
            (Authority::All, told("a@b.example", false), more(None, true), false),
            (Authority::All, Told { address: None, is_called_verified: true }, more(None, true), false),
            (Authority::Google, told("a@gmail.com", true), more(None, false), true),
            (Authority::Google, told("a@GMail.com", true), more(None, false), true),
            (Authority::Google, told("a@firm.example", true), more(None, false), false),
            (Authority::Google, told("a@firm.example", true), more(Some("firm.example"), false), true),
            (Authority::Google, told("a@firm.example", false), more(Some("firm.example"), false), false),
            (Authority::Google, told("a@gmail.com.evil.example", true), more(Some(""), false), false),
            (Authority::Microsoft, told("a@b.example", true), more(None, false), false),
            (Authority::Microsoft, told("a@b.example", false), more(None, true), true),
            (own.clone(), told("a@firm.example", true), more(None, false), true),
            (own.clone(), told("a@sub.firm.example", true), more(None, false), false),
            (own.clone(), told("a@firm.example@evil.example", true), more(None, false), false),
            (own.clone(), told("firm.example", true), more(None, false), false),
            (Authority::Domains(Vec::new()), told("a@b.example", true), more(None, true), false),
        ] {
            assert_eq!(authority.verifies(&told, &more), is_verified, "{authority:?} {told:?}");
        }
    }

    #[test]
    fn an_address_that_mail_would_read_differently_is_none() {
        for good in ["a@b.example", "a.b+c@d-e.example", "é@b.example"] {
            assert_eq!(usable(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "a",
            "@b.example",
            "a@",
            "a@b",
            "a@b@c.example",
            "a b@c.example",
            "a@b.example\r\nBcc: x@y.example",
            "A <a@b.example>",
            "a@b.example,c@d.example",
        ] {
            assert_eq!(usable(bad), None, "{bad}");
        }
    }
}
