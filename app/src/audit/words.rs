//! The audit log in words. Every action that a tenant's log can hold has a message here; the test that walks the unsafe rows
//! of the route table fails for one that has none.

use words::Said;

/// What somebody did, to follow their name: the message's id.
#[must_use]
pub fn deed(action: &str) -> Option<&'static str> {
    let deeds = [
        ("account.change", "deed-account-change"),
        ("account.claim", "deed-account-claim"),
        ("account.create", "deed-account-create"),
        ("account.erase", "deed-account-erase"),
        ("account.export", "deed-account-export"),
        ("alert.keep", "deed-alert-keep"),
        ("channel.add", "deed-channel-add"),
        ("channel.ask", "deed-channel-ask"),
        ("channel.confirm", "deed-channel-confirm"),
        ("channel.default", "deed-channel-default"),
        ("channel.remove", "deed-channel-remove"),
        ("channel.test", "deed-channel-test"),
        ("channel.unsubscribe", "deed-channel-unsubscribe"),
        ("identity.begin", "deed-identity-begin"),
        ("identity.link", "deed-identity-link"),
        ("identity.unlink", "deed-identity-unlink"),
        ("invitation.accept", "deed-invitation-accept"),
        ("invitation.create", "deed-invitation-create"),
        ("invitation.resend", "deed-invitation-resend"),
        ("invitation.revoke", "deed-invitation-revoke"),
        ("key.create", "deed-key-create"),
        ("key.revoke", "deed-key-revoke"),
        ("key.rotate", "deed-key-rotate"),
        ("member.change_role", "deed-member-change-role"),
        ("member.erase", "deed-member-erase"),
        ("member.leave", "deed-member-leave"),
        ("member.remove", "deed-member-remove"),
        ("session.begin_confirm", "deed-session-begin-confirm"),
        ("session.confirm", "deed-session-confirm"),
        ("session.end", "deed-session-end"),
        ("session.end_others", "deed-session-end-others"),
        ("session.rotate", "deed-session-rotate"),
        ("session.start", "deed-session-start"),
        ("tenant.close", "deed-tenant-close"),
        ("tenant.erase", "deed-tenant-erase"),
        ("tenant.open", "deed-tenant-open"),
        ("tenant.rename", "deed-tenant-rename"),
        ("tenant.resume", "deed-tenant-resume"),
        ("tenant.suspend", "deed-tenant-suspend"),
        ("tenant.transfer", "deed-tenant-transfer"),
        ("watch.change", "deed-watch-change"),
        ("watch.create", "deed-watch-create"),
        ("watch.delete", "deed-watch-delete"),
        ("watch.pause", "deed-watch-pause"),
        ("watch.resume", "deed-watch-resume"),
        ("watch.snooze", "deed-watch-snooze"),
        ("watch.stop", "deed-watch-stop"),
    ];
    deeds.iter().find(|(word, _)| *word == action).map(|(_, deed)| *deed)
}

/// Who did it, by name where they are a member whom the reader may know.
pub(super) fn who(actor: &str, name: Option<&str>) -> Said {
    match (actor.split_once(':'), name) {
        (_, Some(name)) => Said::new("log-who-other").with("actor", name),
        (Some(("user", _)), None) => Said::new("log-who-gone"),
        (Some(("key", public_id)), None) => Said::new("log-who-key").with("key", public_id),
        (Some(("link", _)), None) => Said::new("log-who-link"),
        _ if actor == "admin" => Said::new("log-who-admin"),
        _ => Said::new("log-who-other").with("actor", actor),
    }
}

/// A picture of who did it.
pub(super) fn icon(actor: &str) -> &'static str {
    match actor.split_once(':') {
        Some(("user", _)) => "person",
        Some(("key", _)) => "key",
        Some(("link", _)) => "mail",
        _ => "shield",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::Language;

    #[test]
    fn who_acted_is_said_in_words() {
        let said = |actor, name| who(actor, name).inside(Language::English).to_string();
        assert_eq!(said("user:x", Some("Zoë")), "Zoë");
        assert_eq!(said("user:x", None), "Somebody who is no member any more");
        assert_eq!(said("key:abcdefghijk", None), "The API key abcdefghijk");
        assert_eq!(said("link:stop", None), "Whoever opened a link in a mail");
        assert_eq!(said("admin", None), "The administrator of this installation");
    }
}
