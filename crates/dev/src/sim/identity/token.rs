//! What a code is redeemed for: an access token, and an ID Token with the claims the scopes ask for.
//!
//! Promises: the good token is written by openidconnect's own types; a hostile provider's is that one, changed. Never refresh tokens:
//! nobody here needs to come back without the person.

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreGenderClaim, CoreIdTokenClaims, CoreIdTokenFields, CoreTokenResponse, CoreTokenType, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, Audience, EmptyAdditionalClaims, EmptyExtraTokenFields, EndUserEmail, EndUserName, IssuerUrl, Nonce,
    StandardClaims, SubjectIdentifier,
};
use serde_json::{Value, json};

use super::grant::{Grant, TOKEN_LIVES};
use super::hostile::{Hostility, UserinfoMutation};
use super::mutation::{Forge, TokenMutation};
use super::{Identities, Provider};

/// How long an ID Token is good.
const ID_TOKEN_LIVES: TimeDelta = TimeDelta::minutes(5);

impl Identities {
    /// The answer of a token endpoint.
    pub(super) fn tokens(&self, grant: &Grant, access_token: String, now: DateTime<Utc>) -> Value {
        let access_token = AccessToken::new(access_token);
        let id_token = self.id_token(grant, &access_token, now);
        let fields = CoreIdTokenFields::new(None, EmptyExtraTokenFields {});
        let mut response = CoreTokenResponse::new(access_token, CoreTokenType::Bearer, fields);
        response.set_expires_in(TOKEN_LIVES.to_std().ok().as_ref());
        let mut response = json!(response);
        // Written in by hand: a forged token need not even look like one.
        if let Some(id_token) = id_token {
            response["id_token"] = json!(id_token);
        }
        response
    }

    fn id_token(&self, grant: &Grant, beside: &AccessToken, now: DateTime<Utc>) -> Option<String> {
        let (provider, key) = (grant.provider, self.key(grant.provider));
        let good = key.id_token(self.claims(grant, now), beside);
        let Some(Hostility::Token(mutation)) = self.hostility(provider) else { return Some(good) };
        let other = match provider {
            Provider::HarbourId | Provider::Github => Provider::QuayId,
            Provider::QuayId => Provider::HarbourId,
        };
        if mutation == TokenMutation::OfAnotherIssuer {
            let mut theirs = grant.clone();
            theirs.provider = other;
            return Some(self.key(other).id_token(self.claims(&theirs, now), beside));
        }
        let secret = provider.client_secret();
        Forge { key: &key, other_issuer: &self.issuer(other), client_secret: &secret, now }.apply(mutation, &good)
    }

    fn claims(&self, grant: &Grant, now: DateTime<Utc>) -> CoreIdTokenClaims {
        let claims = CoreIdTokenClaims::new(
            IssuerUrl::new(self.issuer(grant.provider)).expect("BUG: an issuer of ours is a URL"),
            vec![Audience::new(grant.provider.client_id().to_owned())],
            now + ID_TOKEN_LIVES,
            now,
            standard(grant, Tells::InIdToken),
            EmptyAdditionalClaims {},
        );
        claims.set_auth_time(Some(grant.signed_in_at)).set_nonce(grant.nonce.clone().map(Nonce::new))
    }

    /// The answer of a userinfo endpoint.
    pub(super) fn userinfo(&self, grant: &Grant) -> Value {
        let mut told = json!(CoreUserInfoClaims::new(standard(grant, Tells::AtUserinfo), EmptyAdditionalClaims {}));
        match self.hostility(grant.provider) {
            Some(Hostility::Userinfo(UserinfoMutation::OtherSubject)) => told["sub"] = json!("somebody-else"),
            Some(Hostility::Userinfo(UserinfoMutation::MissingSubject)) => {
                told.as_object_mut().map(|claims| claims.remove("sub"));
            }
            Some(Hostility::Userinfo(UserinfoMutation::VerifiedAsText)) => told["email_verified"] = json!("false"),
            Some(Hostility::Userinfo(UserinfoMutation::AddressOf(email))) => {
                (told["email"], told["email_verified"]) = (json!(email), json!(true));
            }
            _ => {}
        }
        told
    }
}

/// Where claims are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tells {
    InIdToken,
    AtUserinfo,
}

/// Subject, and what the scopes ask for where this provider tells it.
fn standard(grant: &Grant, place: Tells) -> StandardClaims<CoreGenderClaim> {
    let person = &grant.person;
    let claims = StandardClaims::new(SubjectIdentifier::new(person.sub.clone()));
    let is_told = place == Tells::AtUserinfo || grant.provider != Provider::QuayId;
    let name = Some(&person.name).filter(|name| is_told && !name.is_empty() && grant.has("profile"));
    let email = person.email.as_ref().filter(|_| is_told && grant.has("email"));
    claims
        .set_name(name.map(|name| EndUserName::new(name.clone()).into()))
        .set_email_verified(email.map(|_| person.email_verified))
        .set_email(email.map(|email| EndUserEmail::new(email.clone())))
}
