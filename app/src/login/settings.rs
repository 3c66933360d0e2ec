//! The ways to sign in, as settings: `FERRY_SIGN_IN` lists their names, and each has `FERRY_SIGN_IN_<NAME>_…`. Promises that what is
//! wrong is said with the setting's name and the way out, and never with a secret's value. Never guesses an issuer.

use super::{
    apple::AppleKey,
    discovery::Discovery,
    email::Authority,
    github,
    provider::{Age, Credential, Habits, Provider, Speaks},
};
use anyhow::{Context, anyhow, ensure};
use oauth2::ClientId;
use openidconnect::IssuerUrl;
use std::collections::HashSet;
use telemetry::Secret;
use url::Url;

/// What lists the names.
const LIST: &str = "FERRY_SIGN_IN";
/// The page shows them all.
const PROVIDERS_MAX: usize = 32;
const NAME_CHARS_MAX: usize = 20;
/// Shorter secrets are samples.
const SECRET_CHARS_MIN: usize = 12;

/// What the standard says.
const STANDARD: Habits =
    Habits { scopes: &["openid", "email", "profile"], prompt: "login", posts: false, age: Age::Told };

/// Microsoft's issuers that stand for many tenants; what they issue names the tenant, which is another issuer.
const SHARED_TENANTS: [&str; 3] = ["common", "organizations", "consumers"];
const MICROSOFT: &str = "https://login.microsoftonline.com/";

/// The providers, in the order in which they are shown.
#[derive(Default)]
pub struct Providers(Vec<Provider>);

impl Providers {
    /// Reads all of them.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn read(get: &impl Fn(&str) -> Option<String>) -> anyhow::Result<Providers> {
        let list = get(LIST).unwrap_or_default();
        let names: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        ensure!(names.len() <= PROVIDERS_MAX, "{LIST} lists more than {PROVIDERS_MAX} names");
        let (mut seen, mut issuers) = (HashSet::new(), HashSet::new());
        let mut providers = Vec::new();
        for name in names {
            ensure!(
                is_name(name),
                "{LIST} lists {name:?}: a name is a lower-case letter and up to 19 more letters, digits or hyphens"
            );
            ensure!(seen.insert(name), "{LIST} lists {name} twice");
            let provider = Settings { name, get }.provider()?;
            ensure!(issuers.insert(provider.issuer.to_string()), "{LIST}: {name} has the issuer of another name");
            providers.push(provider);
        }
        Ok(Providers(providers))
    }

    /// Refuses an issuer that only development may have.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check_production(&self) -> anyhow::Result<()> {
        for provider in &self.0 {
            let setting = setting(&provider.name, "ISSUER");
            let is_real = !matches!(provider.speaks, Speaks::GitHub(_)) || provider.issuer.as_str() == github::ISSUER;
            ensure!(is_real, "{setting} works in development only: leave it out");
            ensure!(provider.issuer.url().scheme() == "https", "{setting} must be https in production");
        }
        Ok(())
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    /// The one with this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.name == name)
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn setting(name: &str, field: &str) -> String {
    format!("{LIST}_{}_{field}", name.to_ascii_uppercase().replace('-', "_"))
}

/// The settings of one name.
struct Settings<'a, Get> {
    name: &'a str,
    get: &'a Get,
}

impl<Get: Fn(&str) -> Option<String>> Settings<'_, Get> {
    fn given(&self, field: &str) -> Option<String> {
        (self.get)(&setting(self.name, field)).filter(|value| !value.is_empty())
    }

    fn need(&self, field: &str) -> anyhow::Result<String> {
        self.given(field).with_context(|| format!("set {}", setting(self.name, field)))
    }

    fn provider(&self) -> anyhow::Result<Provider> {
        match self.name {
            "google" => self.preset("Google", "https://accounts.google.com", Authority::Google, "select_account"),
            "microsoft" => self.preset("Microsoft", &self.microsoft_issuer()?, Authority::Microsoft, "login"),
            "apple" => self.apple(),
            "github" => self.github(),
            _ => self.own(),
        }
    }

    /// One whose issuer we know.
    fn preset(
        &self,
        title: &str,
        issuer: &str,
        authority: Authority,
        prompt: &'static str,
    ) -> anyhow::Result<Provider> {
        let own = setting(self.name, "ISSUER");
        ensure!(
            self.given("ISSUER").is_none(),
            "{own} is fixed: leave it out, or choose another name for this provider"
        );
        self.open_id(title, issuer, authority, Habits { prompt, age: Age::Unknown, ..STANDARD })
    }

    fn microsoft_issuer(&self) -> anyhow::Result<String> {
        let tenant = self.need("TENANT")?;
        let setting = setting(self.name, "TENANT");
        ensure!(
            !SHARED_TENANTS.contains(&tenant.as_str()) && tenant.parse::<uuid::Uuid>().is_ok(),
            "{setting} is one directory's id, a UUID: what `common` and its like issue names no issuer that could be pinned. \
             Personal accounts are 9188040d-6c67-4c5b-b112-36a304b66dad; give further directories names of their own"
        );
        Ok(format!("{MICROSOFT}{}/v2.0", tenant.to_ascii_lowercase()))
    }

    fn apple(&self) -> anyhow::Result<Provider> {
        let key = AppleKey::new(self.need("TEAM_ID")?, self.need("KEY_ID")?, &self.need("PRIVATE_KEY")?);
        let key = key.map_err(|unfit| anyhow!("{LIST}_APPLE_…: {unfit}"))?;
        let habits = Habits { scopes: &["openid", "email"], prompt: "login", posts: true, age: Age::Unknown };
        let mut provider = self.with("Apple", "https://appleid.apple.com", Credential::Apple(key), Authority::All)?;
        provider.habits = habits;
        Ok(provider)
    }

    /// The public one; in development one that has its addresses.
    fn github(&self) -> anyhow::Result<Provider> {
        let issuer = self.given("ISSUER").unwrap_or_else(|| github::ISSUER.to_owned());
        let mut provider = self.with("GitHub", &issuer, self.secret()?, Authority::All)?;
        provider.speaks = Speaks::GitHub(github::Endpoints::of(&provider.issuer)?);
        provider.habits =
            Habits { scopes: &[github::SCOPE], prompt: "select_account", posts: false, age: Age::Unknown };
        Ok(provider)
    }

    /// Any other provider of OpenID Connect.
    fn own(&self) -> anyhow::Result<Provider> {
        let issuer = self.need("ISSUER")?;
        let is_shared = issuer.contains(['{', '}'])
            || SHARED_TENANTS.iter().any(|tenant| issuer.starts_with(&format!("{MICROSOFT}{tenant}/")));
        let name = setting(self.name, "ISSUER");
        ensure!(!is_shared, "{name} stands for many directories: name one, as {MICROSOFT}<directory id>/v2.0");
        let title = self.given("TITLE").unwrap_or_else(|| self.name.to_owned());
        let is_title = title.chars().count() <= 40 && !title.chars().any(char::is_control);
        ensure!(is_title, "{} is one line of up to 40 characters", setting(self.name, "TITLE"));
        self.open_id(&title, &issuer, self.authority()?, STANDARD)
    }

    /// For which addresses an own provider is believed: for none, unless its operator says so.
    fn authority(&self) -> anyhow::Result<Authority> {
        let domains = self.given("EMAIL_DOMAINS").unwrap_or_default();
        if domains == "*" {
            return Ok(Authority::All);
        }
        let domains: Vec<String> =
            domains.split(',').map(str::trim).filter(|domain| !domain.is_empty()).map(str::to_lowercase).collect();
        let is_domain = |domain: &String| domain.contains('.') && !domain.contains(['@', '*', '/', ' ']);
        let name = setting(self.name, "EMAIL_DOMAINS");
        ensure!(domains.iter().all(is_domain), "{name} lists domains such as firm.example, or is `*`");
        Ok(Authority::Domains(domains))
    }

    fn open_id(&self, title: &str, issuer: &str, authority: Authority, habits: Habits) -> anyhow::Result<Provider> {
        let mut provider = self.with(title, issuer, self.secret()?, authority)?;
        provider.habits = habits;
        Ok(provider)
    }

    fn secret(&self) -> anyhow::Result<Credential> {
        let secret = self.need("CLIENT_SECRET")?;
        let name = setting(self.name, "CLIENT_SECRET");
        ensure!(
            secret.len() >= SECRET_CHARS_MIN,
            "{name} has fewer than {SECRET_CHARS_MIN} characters: copy the whole secret"
        );
        Ok(Credential::Secret(Secret::new(secret)))
    }

    fn with(
        &self,
        title: &str,
        issuer: &str,
        credential: Credential,
        authority: Authority,
    ) -> anyhow::Result<Provider> {
        let name = setting(self.name, "ISSUER");
        let url = Url::parse(issuer).ok().filter(|url| url.query().is_none() && url.fragment().is_none());
        let url =
            url.filter(|url| url.has_host() && ["https", "http"].contains(&url.scheme()) && url.username().is_empty());
        ensure!(url.is_some(), "{name} is an address such as https://login.example, exactly as the provider writes it");
        let issuer = IssuerUrl::new(issuer.to_owned()).with_context(|| format!("{name} is no URL"))?;
        Ok(Provider {
            name: self.name.to_owned(),
            title: title.to_owned(),
            speaks: Speaks::OpenId(Discovery::new(issuer.clone())),
            issuer,
            client_id: ClientId::new(self.need("CLIENT_ID")?),
            credential,
            authority,
            habits: STANDARD,
        })
    }
}
