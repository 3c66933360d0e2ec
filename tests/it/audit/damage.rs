//! Whatever somebody with all rights does to the rows of a chain, a walk along it names the first row that is not as it was written.

use super::Logged;

/// A row as its chain would have it, but said by somebody else: `$after` is the row before it.
const WELL_LINKED: &str =
    "insert into audit (tenant_id, seq, prev_hash, hash, at, actor, action, subject, request_id, detail)
     select tenant_id, seq + 1, hash,
            audit_hash(tenant_id::text, seq + 1, hash, at, 'x', action, subject, request_id, detail),
            at, 'x', action, subject, request_id, detail
     from audit where tenant_id = $tenant and seq = $after";

/// What is done to Alice's chain of four rows or to the platform's of three, and what is said of it.
const DAMAGE: [(&str, &str); 20] = [
    ("update audit set actor = 'x' where tenant_id = $tenant and seq = 2", "row 2 was changed"),
    ("update audit set action = 'x' where tenant_id = $tenant and seq = 2", "row 2 was changed"),
    ("update audit set subject = '' where tenant_id = $tenant and seq = 4", "row 4 was changed"),
    ("update audit set at = at + interval '1 us' where tenant_id = $tenant and seq = 1", "row 1 was changed"),
    ("update audit set request_id = gen_random_uuid() where tenant_id = $tenant and seq = 3", "row 3 was changed"),
    ("update audit set detail = '{\"a\": 1}' where tenant_id = $tenant and seq = 3", "row 3 was changed"),
    ("update audit set action = action || subject, subject = '' where tenant_id = $tenant and seq = 3", "row 3 was changed"),
    ("update audit set hash = sha256('x') where tenant_id = $tenant and seq = 2", "row 2 was changed"),
    ("update audit set prev_hash = sha256('x') where tenant_id = $tenant and seq = 2", "row 2 does not follow"),
    (
        "update audit set actor = 'x', hash = audit_hash(tenant_id::text, seq, prev_hash, at, 'x', action, subject, request_id, detail)
         where tenant_id = $tenant and seq = 2",
        "row 3 does not follow",
    ),
    ("delete from audit where tenant_id = $tenant and seq = 2", "row 2 is missing"),
    ("delete from audit where tenant_id = $tenant and seq = 4", "row 4 is missing"),
    ("delete from audit where tenant_id = $tenant", "row 1 is missing"),
    ("delete from audit_head where tenant_id = $tenant", "row 1 was inserted"),
    (
        "update audit set seq = 99 where tenant_id = $tenant and seq = 2;
         update audit set seq = 2 where tenant_id = $tenant and seq = 3;
         update audit set seq = 3 where tenant_id = $tenant and seq = 99",
        "row 2 does not follow",
    ),
    (
        "update audit set seq = 3, tenant_id = (select tenant_id from audit where tenant_id <> $tenant limit 1)
         where tenant_id = $tenant and seq = 4",
        "row 4 is missing",
    ),
    ("update platform_audit set actor = 'x' where seq = 2", "platform's chain: row 2 was changed"),
    ("delete from platform_audit where seq = 2", "platform's chain: row 2 is missing"),
    ("delete from platform_audit where seq = 3", "platform's chain: row 3 is missing"),
    ("update platform_audit_head set hash = sha256('x')", "platform's chain: row 3 is not the row"),
];

impl Logged {
    /// Does the damage where no trigger sees it, and undoes it after a look.
    async fn look_at(&self, damage: &str) -> String {
        let tables = ["audit", "audit_head", "platform_audit", "platform_audit_head"];
        let each = |sql: &str| tables.map(|table| sql.replace("$table", table)).join("; ");
        let save = each("drop table if exists saved_$table; create table saved_$table as table $table");
        self.damage(&format!(
            "set session_replication_role = replica; {save}; {damage}; reset session_replication_role"
        ))
        .await;
        let said = self.verify(&[]).await;
        let undo = each("delete from $table; insert into $table select * from saved_$table");
        self.damage(&format!("set session_replication_role = replica; {undo}; reset session_replication_role")).await;
        said.expect_err(damage)
    }
}

#[tokio::test]
async fn sr_aud_01_an_edited_deleted_reordered_inserted_or_truncated_row_is_found_and_named() {
    let log = Logged::some().await;
    let whole = log.verify(&[]).await.unwrap();
    assert_eq!((whole.rows, whole.chains), (9, 3), "before any damage");
    let inserted = WELL_LINKED.replace("$after", "4");
    let between = "update audit set seq = seq + 100 where tenant_id = $tenant and seq > 2;
                   update audit set seq = seq - 99 where tenant_id = $tenant and seq > 100; "
        .to_owned()
        + &WELL_LINKED.replace("$after", "2");
    let insertions = [(inserted.as_str(), "row 5 was inserted"), (between.as_str(), "row 4 does not follow")];
    for (damage, expected) in DAMAGE.into_iter().chain(insertions) {
        let said = log.look_at(damage).await;
        assert!(said.contains(expected), "{damage}: {said}");
        let chain = if expected.starts_with("platform") { "platform" } else { &log.alice.tenant.to_string() };
        assert!(said.contains(chain), "{damage}: {said}");
    }
    assert_eq!(log.verify(&[]).await.unwrap(), whole, "after all was undone");
}
