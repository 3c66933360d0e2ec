//! The audit log in words. Every action that a tenant's log can hold has a sentence here; the test that walks the unsafe rows
//! of the route table fails for one that has none.

/// What somebody did, to follow their name.
#[must_use]
pub fn deed(action: &str) -> Option<&'static str> {
    let deeds = [
        ("account.change", "changed their account"),
        (
            "account.claim",
            "signed in as the owner of their address for the first time, which took from the account what was there before",
        ),
        ("account.create", "signed in for the first time"),
        ("account.erase", "erased their account"),
        ("account.export", "took a copy of what is known of them"),
        ("alert.keep", "answered an alert: keep watching"),
        ("channel.remove", "removed an address that mail went to"),
        ("channel.unsubscribe", "stopped all mail to an address"),
        ("identity.begin", "began to add a way to sign in"),
        ("identity.link", "added a way to sign in"),
        ("identity.unlink", "removed a way to sign in"),
        ("invitation.accept", "accepted an invitation"),
        ("invitation.create", "invited somebody"),
        ("invitation.resend", "sent an invitation again"),
        ("invitation.revoke", "withdrew an invitation"),
        ("key.create", "made an API key"),
        ("key.revoke", "revoked an API key"),
        ("key.rotate", "replaced an API key"),
        ("member.change_role", "changed a member's role"),
        ("member.erase", "was erased with their account"),
        ("member.leave", "left"),
        ("member.remove", "removed a member"),
        ("session.begin_confirm", "began to confirm who they are"),
        ("session.confirm", "confirmed who they are"),
        ("session.end", "ended a session"),
        ("session.end_others", "ended all their other sessions"),
        ("session.end", "ended a session"),
        ("session.rotate", "renewed a session"),
        ("session.start", "signed in"),
        ("tenant.close", "closed this tenant"),
        ("tenant.erase", "erased this tenant with their account"),
        ("tenant.open", "opened this tenant"),
        ("tenant.rename", "renamed this tenant"),
        ("tenant.resume", "let this tenant go on"),
        ("tenant.suspend", "suspended this tenant"),
        ("tenant.transfer", "handed this tenant over"),
        ("watch.change", "changed a watch"),
        ("watch.create", "made a watch"),
        ("watch.delete", "deleted a watch"),
        ("watch.pause", "paused a watch"),
        ("watch.resume", "resumed a watch"),
        ("watch.stop", "ended a watch: booked"),
    ];
    deeds.iter().find(|(word, _)| *word == action).map(|(_, deed)| *deed)
}

/// Who did it, by name where they are a member whom the reader may know.
pub(super) fn who(actor: &str, name: Option<&str>) -> String {
    match (actor.split_once(':'), name) {
        (_, Some(name)) => name.to_owned(),
        (Some(("user", _)), None) => "Somebody who is no member any more".to_owned(),
        (Some(("key", public_id)), None) => format!("The API key {public_id}"),
        (Some(("link", _)), None) => "Whoever opened a link in a mail".to_owned(),
        _ if actor == "admin" => "The administrator of this installation".to_owned(),
        _ => actor.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_acted_is_said_in_words() {
        assert_eq!(who("user:x", Some("Zoë")), "Zoë");
        assert_eq!(who("user:x", None), "Somebody who is no member any more");
        assert_eq!(who("key:abcdefghijk", None), "The API key abcdefghijk");
        assert_eq!(who("link:stop", None), "Whoever opened a link in a mail");
        assert_eq!(who("admin", None), "The administrator of this installation");
    }
}
