//! Apple's client secret: a statement about us, signed with the key that Apple gave us (ES256), good for minutes. Promises that the
//! key never leaves here and that the same instant gives the same secret: the signature needs no random source.

use anyhow::{Context, ensure};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::DecodePrivateKey,
};
use serde_json::json;
use std::fmt;

/// Whom the statement is made to.
const AUDIENCE: &str = "https://appleid.apple.com";
/// Apple takes up to six months; one code exchange takes seconds.
const LIFE: TimeDelta = TimeDelta::minutes(5);

/// What Apple knows us by.
#[derive(Clone)]
pub(crate) struct AppleKey {
    team_id: String,
    key_id: String,
    key: SigningKey,
}

impl fmt::Debug for AppleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppleKey({}, [secret])", self.key_id)
    }
}

impl AppleKey {
    /// From the ids of ten letters and digits, and the text of the `.p8` file; its line ends may be written as `\n`.
    ///
    /// # Errors
    /// The end of a sentence that the setting's name begins. Holds no secret.
    pub(crate) fn new(team_id: String, key_id: String, pem: &str) -> anyhow::Result<AppleKey> {
        let is_id = |id: &str| id.len() == 10 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        ensure!(is_id(&team_id) && is_id(&key_id), "TEAM_ID and KEY_ID have ten letters and digits each");
        // The parser's error is dropped: it may quote.
        let key = SigningKey::from_pkcs8_pem(&pem.replace("\\n", "\n")).ok();
        let key = key.context("PRIVATE_KEY is the text of the .p8 file, from BEGIN to END PRIVATE KEY")?;
        Ok(AppleKey { team_id, key_id, key })
    }

    /// The secret for one exchange.
    pub(crate) fn client_secret(&self, client_id: &str, now: DateTime<Utc>) -> String {
        let header = json!({ "alg": "ES256", "kid": self.key_id });
        let (from, until) = (now.timestamp(), (now + LIFE).timestamp());
        let claims = json!({ "iss": self.team_id, "iat": from, "exp": until, "aud": AUDIENCE, "sub": client_id });
        let part = |value: &serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use openidconnect::{
        JsonWebKey,
        core::{CoreJsonCurveType, CoreJsonWebKey, CoreJwsSigningAlgorithm},
    };

    /// A key that everybody may know.
    pub(crate) const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\nOF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n-----END PRIVATE KEY-----\n";

    #[test]
    fn the_secret_is_a_statement_that_apple_can_check() {
        let key = AppleKey::new("ABCDE12345".into(), "KEY1234567".into(), PEM).unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let secret = key.client_secret("test.ferryalert.web", now);
        let parts: Vec<&str> = secret.split('.').collect();
        let read = |part: &str| -> serde_json::Value {
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        assert_eq!(read(parts[0]), json!({ "alg": "ES256", "kid": "KEY1234567" }));
        let claims = json!({ "iss": "ABCDE12345", "iat": 1_800_000_000, "exp": 1_800_000_300, "aud": AUDIENCE, "sub": "test.ferryalert.web" });
        assert_eq!(read(parts[1]), claims);
        let point = key.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap().to_vec(), point.y().unwrap().to_vec());
        let public = CoreJsonWebKey::new_ec(x, y, CoreJsonCurveType::P256, None);
        let signature = BASE64_URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
        let signed = format!("{}.{}", parts[0], parts[1]);
        let verified =
            public.verify_signature(&CoreJwsSigningAlgorithm::EcdsaP256Sha256, signed.as_bytes(), &signature);
        assert_eq!(verified, Ok(()));
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_repeated() {
        let one_line = PEM.replace('\n', "\\n");
        assert!(AppleKey::new("ABCDE12345".into(), "KEY1234567".into(), &one_line).is_ok());
        for (team, key, pem) in [
            ("ABCDE1234", "KEY1234567", PEM),
            ("ABCDE12345", "", PEM),
            ("ABCDE12345", "KEY1234567", "Canary"),
            ("ABCDE12345", "KEY1234567", &PEM.replace("PRIVATE", "PUBLIC")),
        ] {
            let said = AppleKey::new(team.into(), key.into(), pem).unwrap_err().to_string();
            assert!(!said.contains("Canary"), "{said}");
        }
        assert_eq!(
            format!("{:?}", AppleKey::new("ABCDE12345".into(), "KEY1234567".into(), PEM).unwrap()),
            "AppleKey(KEY1234567, [secret])"
        );
    }
}
