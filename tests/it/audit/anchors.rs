//! Who owns the database can make its chains anew, hash by hash. What was written outside the database tells.

use super::Logged;
use app::audit::command::AuditCommand;
use std::path::Path;
use store::{anchor::AnchorKey, audit::By};
use uuid::Uuid;

fn key() -> AnchorKey {
    "8f1d2b7c4e6a9035d1c2b3a4958677860123456789abcdef1032547698badcfe".parse().unwrap()
}

impl Logged {
    /// `app audit …` with the key of the anchors.
    async fn run(&self, command: AuditCommand) -> Result<String, String> {
        let by = By { at: self.world.clock.now(), actor: "Ada", request_id: Uuid::new_v4() };
        command.run(&self.admin, Some(&key()), &by).await.map_err(|error| format!("{error:#}"))
    }

    async fn anchor(&self, file: &Path) -> String {
        self.run(AuditCommand::Anchor { to: Some(file.to_owned()) }).await.unwrap()
    }

    async fn compare(&self, file: &Path) -> Result<String, String> {
        self.run(AuditCommand::Verify { anchors: Some(file.to_owned()) }).await
    }

    /// Makes Alice's chain anew of the rows that `keep` names, with every hash as it should be: the triggers do it.
    async fn rewrite(&self, keep: &str) {
        let rows = "tenant_id, at, actor, action, subject, request_id, detail";
        self.damage(&format!(
            "create table kept as select * from audit where tenant_id = $tenant and {keep};
             delete from audit where tenant_id = $tenant;
             delete from audit_head where tenant_id = $tenant;
             insert into audit ({rows}) select {rows} from kept order by seq;
             drop table kept"
        ))
        .await;
    }

    /// The same with the platform's chain, which then says nothing of what Alice's chain once was.
    async fn rewrite_platform(&self) {
        let rows = "at, actor, action, subject, request_id, detail";
        self.damage(&format!(
            "create table kept as select * from platform_audit where action <> 'audit.heads';
             delete from platform_audit;
             delete from platform_audit_head;
             insert into platform_audit ({rows}) select {rows} from kept order by seq;
             drop table kept"
        ))
        .await;
    }
}

#[tokio::test]
async fn sr_aud_01_a_chain_made_anew_with_fresh_hashes_is_found_by_the_platforms_chain_and_both_by_the_anchor_alone() {
    let nothing = "select";
    let edit = "update audit set actor = 'somebody else' where tenant_id = $tenant and seq = 2";
    for (edit, keep, said_by_platform) in [
        (nothing, "seq <> 2", "row 4 is missing"),
        (nothing, "seq < 4", "row 4 is missing"),
        (edit, "seq > 0", "row 4 is not the row that row 4 of the platform's chain names"),
    ] {
        let log = Logged::some().await;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("anchors");
        let line = log.anchor(&file).await;
        assert!(line.starts_with("ferryalert-anchor-1 2026-07-01T12:00:00Z 4 "), "{line}");
        let said = log.compare(&file).await.unwrap();
        assert_eq!(said, "10 rows in 3 chains are as they were written; 2 recorded ends and 1 anchors agree\n");

        log.damage(edit).await;
        log.rewrite(keep).await;
        let said = log.verify(&[]).await.unwrap_err();
        assert!(said.contains(&log.alice.tenant.to_string()) && said.contains(said_by_platform), "{keep}: {said}");

        log.rewrite_platform().await;
        log.verify(&[]).await.expect("by itself the database is whole");
        let said = log.compare(&file).await.unwrap_err();
        assert_eq!(said, "the platform's chain: row 4 is missing: the anchor of 2026-07-01 12:00:00 UTC names it");

        // Nor does it help to let the chain grow past the anchor again.
        log.run(AuditCommand::Anchor { to: None }).await.unwrap();
        let said = log.compare(&file).await.unwrap_err();
        assert_eq!(said, "the platform's chain: row 4 is not the row that the anchor of 2026-07-01 12:00:00 UTC names");
    }
}

#[tokio::test]
async fn sr_aud_01_rows_cut_off_with_their_end_are_found_by_the_anchor() {
    let log = Logged::some().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("anchors");
    log.anchor(&file).await;
    log.damage(
        "update platform_audit_head set (seq, prev_hash, hash) = (select seq, prev_hash, hash from platform_audit where seq = 2);
         delete from platform_audit where seq > 2",
    )
    .await;
    log.verify(&[]).await.expect("by itself the database is whole");
    let said = log.compare(&file).await.unwrap_err();
    assert!(said.contains("row 4 is missing: the anchor of"), "{said}");
}

#[tokio::test]
async fn sr_aud_01_each_anchor_names_what_moved_since_the_last_and_all_of_them_hold() {
    let log = Logged::some().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("anchors");
    let first = log.anchor(&file).await;
    let again = log.anchor(&file).await;
    assert_eq!(first, again, "where nothing moved nothing is written");
    log.damage(
        "insert into audit (tenant_id, at, actor, action, subject, request_id)
         values ($tenant, now(), 'a', 'b', 'c', gen_random_uuid())",
    )
    .await;
    let third = log.anchor(&file).await;
    assert!(third.contains(" 5 "), "{third}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{first}{again}{third}"));
    assert!(log.compare(&file).await.unwrap().ends_with("3 recorded ends and 3 anchors agree\n"));
    let heads = "select jsonb_array_length(detail -> 'heads')::bigint from platform_audit where seq = 5";
    assert_eq!(log.world.count(heads).await, 1);
}

#[tokio::test]
async fn sr_aud_01_a_file_that_is_not_made_of_anchors_of_ours_is_refused_with_its_line() {
    let log = Logged::some().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("anchors");
    let line = log.anchor(&file).await;
    for (text, expected) in [
        (String::new(), "holds no anchor"),
        (line.replace(" 4 ", " 3 "), "line 1 is no anchor that this key made"),
        (format!("{line}{}", &line[..40]), "line 2 is no anchor that this key made"),
        (format!("{line}\n"), "line 2 is no anchor that this key made"),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = log.compare(&file).await.unwrap_err();
        assert!(said.contains(expected), "{said}");
    }
    let said = log.compare(&dir.path().join("absent")).await.unwrap_err();
    assert!(said.contains("reading") && said.contains("absent"), "{said}");
}
