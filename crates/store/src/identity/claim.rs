//! The first time that a provider with the authority calls the address of an identity its owner's. Whoever held the account before may have
//! waited there for that owner, so what they could still get in by, hear or see goes. Promises that who had proved themself before this
//! identity came keeps what is theirs, that nobody else's proof saves anything, and that the audit logs name what went. Never ends
//! anybody's membership of a tenant that others opened.

use super::Proof;
use crate::{Act, Result, UserTx};
use domain::{
    id::TenantId,
    seal::{Index, Place},
};
use uuid::Uuid;

/// Channels of a person that are held against the proved address; any more are not kept.
const CHANNELS_MAX: i32 = 1_000;

impl UserTx {
    /// Ends what came with this identity or after it: the sessions it opened, and other identities with theirs. Those stay that were the owner's
    /// before this one came. One that was linked later is ended though its address be proved: whoever waits for an owner proves
    /// their own. How many identities were ended.
    pub(super) async fn end_other_ways(&mut self, proof: &Proof) -> Result<u64> {
        sqlx::query!(
            "delete from session where user_id = $1 and issuer = $2 and subject = $3",
            self.user,
            proof.issuer,
            proof.subject
        )
        .execute(&mut *self.tx)
        .await?;
        let ended = sqlx::query!(
            "delete from identity i using identity claimed
             where claimed.issuer = $2 and claimed.subject = $3 and i.user_id = $1
               and not (i.issuer = $2 and i.subject = $3)
               and not (i.owned_since is not null and i.linked_at < claimed.linked_at)",
            self.user,
            proof.issuer,
            proof.subject
        );
        Ok(ended.execute(&mut *self.tx).await?.rows_affected())
    }

    /// Ends what was made in the account, if nobody had proved themself before this identity came; and says in the logs what ended, the
    /// identities too. The last thing of its transaction: it takes the chains.
    pub(super) async fn revoke_planted(&mut self, proof: &Proof, identities_ended: u64, act: &Act) -> Result<()> {
        if !self.has_other_identity(proof).await? {
            let own = self.channels_at(&proof.email).await?;
            sqlx::query!("select revoke_planted($1, $2, $3)", &own, act.at, act.request_id)
                .fetch_one(&mut *self.tx)
                .await?;
        }
        for _ in 0..identities_ended {
            self.note(&Act { action: "identity.unlink", subject: format!("user:{}", self.user), ..act.clone() })
                .await?;
        }
        Ok(())
    }

    async fn has_other_identity(&mut self, proof: &Proof) -> Result<bool> {
        let other = sqlx::query_scalar!(
            r#"select exists (select from identity where user_id = $1 and not (issuer = $2 and subject = $3)) as "other!""#,
            self.user,
            proof.issuer,
            proof.subject
        );
        Ok(other.fetch_one(&mut *self.tx).await?)
    }

    /// The person's channels, in whatever tenant, that lead to an address.
    async fn channels_at(&mut self, address: &str) -> Result<Vec<Uuid>> {
        let rows = sqlx::query!(
            r#"select tenant_id as "tenant_id!", id as "id!", address_index as "index!" from channels_of_person($1)"#,
            CHANNELS_MAX
        );
        let mut led = Vec::new();
        for row in rows.fetch_all(&mut *self.tx).await? {
            let index = Index::ChannelAddress(TenantId(row.tenant_id));
            if self.sealer.indexes(index, address)?.contains(&row.index) {
                led.push(row.id);
            }
        }
        Ok(led)
    }

    /// Lets the account's address be that of the identity that came first of those whose address is proved. While there is none it stays as it
    /// was: proved once, or none at all.
    pub(super) async fn renew_address(&mut self) -> Result<()> {
        let first = sqlx::query!(
            r#"select issuer, subject, email as "email!" from identity
               where user_id = $1 and email_verified and email is not null order by linked_at, issuer, subject limit 1"#,
            self.user
        );
        let Some(first) = first.fetch_optional(&mut *self.tx).await? else { return Ok(()) };
        let place = Place::IdentityEmail { issuer: &first.issuer, subject: &first.subject };
        let email = self.sealer.open(&place, &first.email)?;
        let sealed = self.sealer.seal(&Place::UserEmail(self.user()), &email)?;
        sqlx::query!("update user_account set email = $2 where user_id = $1", self.user, sealed)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}
