//! The rows of each table of a tenant, with what belongs inside them. Promises a bounded page in the order of a key, and that who
//! does not own the tenant has what is their own there alone.

use super::{Asked, Found, PAGE_ROWS};
use sqlx::{Postgres, Transaction};

type Tx = Transaction<'static, Postgres>;

pub(super) async fn tenant(tx: &mut Tx) -> crate::Result<Vec<Found>> {
    let tenant = sqlx::query_as!(
        Found,
        r#"select t.tenant_id as "id!", 0::bigint as "seq!", true as "own!", to_jsonb(t) as "row!" from tenant t"#
    );
    Ok(tenant.fetch_all(&mut **tx).await?)
}

pub(super) async fn members(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let members = sqlx::query_as!(
        Found,
        r#"select m.user_id as "id!", 0::bigint as "seq!", m.user_id = $1 as "own!",
                  to_jsonb(m) || jsonb_build_object('user_account', (
                    select coalesce(jsonb_agg(to_jsonb(u)), '[]') from user_account u where u.user_id = m.user_id)) as "row!"
           from member m
           where ($2 or m.user_id = $1) and m.user_id > $3
           order by m.user_id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(members.fetch_all(&mut **tx).await?)
}

pub(super) async fn keys(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let keys = sqlx::query_as!(
        Found,
        r#"select k.id as "id!", 0::bigint as "seq!", k.created_by = $1 as "own!", to_jsonb(k) as "row!"
           from (select tenant_id, id, public_id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at,
                        replaced_by
                 from api_key) k
           where ($2 or k.created_by = $1) and k.id > $3
           order by k.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(keys.fetch_all(&mut **tx).await?)
}

pub(super) async fn invitations(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let invitations = sqlx::query_as!(
        Found,
        r#"select i.id as "id!", 0::bigint as "seq!", i.invited_by = $1 as "own!", to_jsonb(i) as "row!"
           from invitation i
           where ($2 or i.invited_by = $1) and i.id > $3
           order by i.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(invitations.fetch_all(&mut **tx).await?)
}

pub(super) async fn letters(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let letters = sqlx::query_as!(
        Found,
        r#"select l.id as "id!", 0::bigint as "seq!", coalesce(l.user_id = $1, false) as "own!",
                  to_jsonb(l) || jsonb_build_object('delivery', (
                    select coalesce(jsonb_agg(to_jsonb(d) || jsonb_build_object('attempt', (
                        select coalesce(jsonb_agg(to_jsonb(t) order by t.number), '[]')
                        from attempt t where t.tenant_id = d.tenant_id and t.delivery_id = d.id)) order by d.id), '[]')
                    from delivery d where d.tenant_id = l.tenant_id and d.letter_id = l.id)) as "row!"
           from letter l
           where ($2 or l.user_id = $1) and l.id > $3
           order by l.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(letters.fetch_all(&mut **tx).await?)
}

pub(super) async fn channels(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let channels = sqlx::query_as!(
        Found,
        r#"select c.id as "id!", 0::bigint as "seq!", c.user_id = $1 as "own!", to_jsonb(c) as "row!"
           from channel c
           where ($2 or c.user_id = $1) and c.id > $3
           order by c.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(channels.fetch_all(&mut **tx).await?)
}

pub(super) async fn watches(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let watches = sqlx::query_as!(
        Found,
        r#"select w.id as "id!", 0::bigint as "seq!", w.user_id = $1 as "own!",
                  to_jsonb(w) || jsonb_build_object(
                    'watch_target', (
                      select coalesce(jsonb_agg(to_jsonb(wt) order by wt.leg, wt.target_id), '[]')
                      from watch_target wt where wt.tenant_id = w.tenant_id and wt.watch_id = w.id),
                    'watch_channel', (
                      select coalesce(jsonb_agg(to_jsonb(wc) order by wc.channel_id), '[]')
                      from watch_channel wc where wc.tenant_id = w.tenant_id and wc.watch_id = w.id)) as "row!"
           from watch w
           where ($2 or w.user_id = $1) and w.id > $3
           order by w.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(watches.fetch_all(&mut **tx).await?)
}

pub(super) async fn alerts(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let alerts = sqlx::query_as!(
        Found,
        r#"select a.id as "id!", 0::bigint as "seq!", w.user_id = $1 as "own!",
                  to_jsonb(a) || jsonb_build_object(
                    'sailing', (
                      select coalesce(jsonb_agg(to_jsonb(s) order by s.departs_at), '[]')
                      from sailing s where s.id in (a.sailing_id, a.pair_sailing_id)),
                    'delivery', (
                      select coalesce(jsonb_agg(to_jsonb(d) || jsonb_build_object('attempt', (
                        select coalesce(jsonb_agg(to_jsonb(t) order by t.number), '[]')
                        from attempt t where t.tenant_id = d.tenant_id and t.delivery_id = d.id)) order by d.id), '[]')
                      from delivery d where d.tenant_id = a.tenant_id and d.alert_id = a.id)) as "row!"
           from alert a join watch w on w.tenant_id = a.tenant_id and w.id = a.watch_id
           where ($2 or w.user_id = $1) and a.id > $3
           order by a.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(alerts.fetch_all(&mut **tx).await?)
}

/// Who does not own the tenant has the outages of which they were told.
pub(super) async fn outages(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let outages = sqlx::query_as!(
        Found,
        r#"select o.id as "id!", 0::bigint as "seq!", true as "own!",
                  to_jsonb(o) || jsonb_build_object('delivery', told.deliveries) as "row!"
           from outage o
             cross join lateral (
               select coalesce(jsonb_agg(to_jsonb(d) || jsonb_build_object('attempt', (
                        select coalesce(jsonb_agg(to_jsonb(t) order by t.number), '[]')
                        from attempt t where t.tenant_id = d.tenant_id and t.delivery_id = d.id)) order by d.id), '[]') as deliveries
               from delivery d join channel c on c.tenant_id = d.tenant_id and c.id = d.channel_id
               where d.tenant_id = o.tenant_id and d.outage_id = o.id and ($2 or c.user_id = $1)) told
           where ($2 or told.deliveries <> '[]') and o.id > $3
           order by o.id limit $4"#,
        asked.user,
        asked.whole,
        asked.after.id,
        PAGE_ROWS
    );
    Ok(outages.fetch_all(&mut **tx).await?)
}

/// Who does not own the tenant has the lines about themself: by them, by a key of theirs, or on them.
pub(super) async fn audit(tx: &mut Tx, asked: &Asked) -> crate::Result<Vec<Found>> {
    let own: Vec<String> =
        sqlx::query_scalar!("select 'key:' || public_id as \"name!\" from api_key where created_by = $1", asked.user)
            .fetch_all(&mut **tx)
            .await?;
    let own = [own, vec![format!("user:{}", asked.user)]].concat();
    let audit = sqlx::query_as!(
        Found,
        r#"select a.tenant_id as "id!", a.seq as "seq!", true as "own!", to_jsonb(a) as "row!"
           from audit a
           where ($2 or a.actor = any ($1) or a.subject = any ($1)) and a.seq > $3
           order by a.seq limit $4"#,
        &own,
        asked.whole,
        asked.after.seq,
        PAGE_ROWS
    );
    Ok(audit.fetch_all(&mut **tx).await?)
}
