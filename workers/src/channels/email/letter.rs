//! The words of letters: what happened, who did it, what to do, and what to do if it was not wanted, in the language of whom they go to.
//! Names that people chose are shown as plain text without anything that could become a link, for an invitation goes to somebody who
//! never asked for it.

use super::{
    Mailer,
    words::{Line, Words, language_of, line, time},
};
use crate::channels::Sent;
use domain::{access::Role, key::Scope, text::inert};
use lettre::Message;
use store::letter::{About, Invited, KeyTold, LetterRow};
use words::{Language, Phrase, Said};

/// The most of a name that people chose, in characters.
const NAME_CHARS: usize = 60;

/// Where a letter is from, and in which language.
struct Sheet<'a> {
    letter: &'a LetterRow,
    tenant: String,
    language: Language,
}

impl Sheet<'_> {
    /// A message that names the tenant.
    fn say(&self, id: &'static str) -> Phrase {
        self.language.say(id).with("tenant", self.tenant.clone())
    }

    /// A page of the tenant.
    fn part(&self, part: &str) -> String {
        format!("/t/{}/{part}", self.letter.tenant)
    }

    /// A letter with its mark, its headline and why it came.
    fn words(&self, mark: Phrase, headline: Phrase, why: Phrase) -> Words {
        Words::quiet(self.language, mark, headline, why)
    }
}

impl Mailer {
    /// Sends one attempt of a letter.
    pub async fn send_letter(&self, letter: &LetterRow) -> Sent {
        self.hand_over(self.compose_letter(letter)).await
    }

    /// The message of a letter, under the Message-ID that all its attempts share.
    ///
    /// # Errors
    /// When an address or a header value is none.
    pub fn compose_letter(&self, letter: &LetterRow) -> anyhow::Result<Message> {
        let tenant = inert(&letter.tenant_name, NAME_CHARS);
        let words = self.words(&Sheet { letter, tenant, language: language_of(&letter.locale) })?;
        self.message(&letter.address, letter.message_id, &words)
    }

    fn words(&self, sheet: &Sheet<'_>) -> anyhow::Result<Words> {
        let say = |id| sheet.say(id);
        Ok(match &sheet.letter.about {
            About::Invitation(invited) => self.invitation(invited, sheet)?,
            About::MemberJoined { name, role } => {
                let name = inert(name, NAME_CHARS);
                Words {
                    lead: vec![say("mail-joined-lead").with("name", name.clone()).to_string()],
                    lines: vec![line(say("mail-role"), role_in_words(*role, sheet.language))],
                    next: vec![say("mail-joined-next").to_string()],
                    button: Some(self.link(say("mail-joined-act"), &sheet.part("members"))?),
                    ..sheet.words(
                        say("mail-joined-mark"),
                        say("mail-joined").with("name", name),
                        say("mail-joined-why"),
                    )
                }
            }
            About::RoleChanged { role } => Words {
                lead: vec![say("mail-role-changed-lead").to_string()],
                lines: vec![line(say("mail-role-now"), role_in_words(*role, sheet.language))],
                button: Some(self.link(say("mail-role-changed-act"), &sheet.part("about"))?),
                ..sheet.words(say("mail-role-changed-mark"), say("mail-role-changed"), say("mail-role-changed-why"))
            },
            About::MemberRemoved => Words {
                lead: vec![say("mail-removed-lead").to_string()],
                next: vec![say("mail-removed-next").to_string()],
                ..sheet.words(say("mail-removed-mark"), say("mail-removed"), say("mail-removed-why"))
            },
            About::IdentityLinked { provider } => Words {
                lead: vec![say("mail-linked-lead").to_string()],
                lines: vec![line(say("mail-linked-at"), inert(provider, NAME_CHARS))],
                next: vec![say("mail-linked-next").to_string()],
                button: Some(self.link(say("mail-linked-act"), "/account")?),
                ..sheet.words(say("mail-linked-mark"), say("mail-linked"), say("mail-linked-why"))
            },
            About::KeyCreated(key) => self.key_created(key, sheet)?,
            About::KeyExpiring(key) => self.key_expiring(key, sheet)?,
            About::ChannelConfirm { name, path } => self.channel_confirm(&inert(name, NAME_CHARS), path, sheet)?,
            About::ChannelTest => Words {
                lead: vec![say("mail-test-lead").to_string()],
                next: vec![say("mail-test-next").to_string()],
                button: Some(self.link(say("mail-test-act"), &sheet.part("channels"))?),
                ..sheet.words(say("mail-test-mark"), say("mail-test"), say("mail-test-why"))
            },
        })
    }

    fn key_created(&self, key: &KeyTold, sheet: &Sheet<'_>) -> anyhow::Result<Words> {
        let say = |id| sheet.say(id);
        let maker = inert(&key.made_by, NAME_CHARS);
        Ok(Words {
            lead: vec![say("mail-key-created-lead").with("maker", maker.clone()).to_string()],
            lines: key_lines(key, &maker, sheet.language),
            next: vec![say("mail-key-created-next").to_string()],
            button: Some(self.link(say("mail-key-created-act"), &sheet.part("keys"))?),
            ..sheet.words(say("mail-key-created-mark"), say("mail-key-created"), say("mail-keys-why"))
        })
    }

    fn key_expiring(&self, key: &KeyTold, sheet: &Sheet<'_>) -> anyhow::Result<Words> {
        let say = |id| sheet.say(id);
        let maker = inert(&key.made_by, NAME_CHARS);
        Ok(Words {
            lead: vec![say("mail-key-expiring-lead").to_string()],
            lines: key_lines(key, &maker, sheet.language),
            next: vec![say("mail-key-expiring-next").to_string()],
            button: Some(self.link(say("mail-key-expiring-act"), &sheet.part("keys"))?),
            ..sheet.words(say("mail-key-expiring-mark"), say("mail-key-expiring"), say("mail-keys-why"))
        })
    }

    fn channel_confirm(&self, name: &str, path: &str, sheet: &Sheet<'_>) -> anyhow::Result<Words> {
        let say = |id| sheet.language.say(id).with("name", name);
        Ok(Words {
            lead: vec![say("mail-confirm-lead").to_string()],
            next: vec![say("mail-confirm-next").to_string()],
            button: Some(self.link(say("mail-confirm-act"), path)?),
            notes: vec![say("mail-confirm-note").to_string()],
            ..sheet.words(say("mail-confirm-mark"), say("mail-confirm"), say("mail-confirm-why"))
        })
    }

    fn invitation(&self, invited: &Invited, sheet: &Sheet<'_>) -> anyhow::Result<Words> {
        let inviter = inert(&invited.inviter, NAME_CHARS);
        let say = |id| sheet.say(id).with("inviter", inviter.clone());
        Ok(Words {
            lead: vec![say("mail-invitation-lead").to_string()],
            lines: vec![
                line(say("mail-invitation-team"), &sheet.tenant),
                line(say("mail-invitation-role"), role_in_words(invited.role, sheet.language)),
                line(say("mail-invitation-until"), time(invited.expires_at, "UTC").inside(sheet.language)),
            ],
            next: vec![say("mail-invitation-next").to_string()],
            button: Some(self.link(say("mail-invitation-act"), &invited.path)?),
            notes: vec![say("mail-invitation-note").to_string()],
            ..sheet.words(say("mail-invitation-mark"), say("mail-invitation"), say("mail-invitation-why"))
        })
    }
}

/// What tells one key from another; never the key.
fn key_lines(key: &KeyTold, maker: &str, language: Language) -> Vec<Line> {
    let scopes = match (key.scopes.contains(&Scope::Read), key.scopes.contains(&Scope::Write)) {
        (true, true) => language.say("mail-key-read-write"),
        (false, true) => language.say("mail-key-write"),
        (_, false) => language.say("mail-key-read"),
    };
    let name = match key.name.as_str() {
        "" => Said::new("mail-key-by-administrator"),
        name => Said::quoted(inert(name, NAME_CHARS)),
    };
    vec![
        line(language.say("mail-key"), &key.public_id),
        line(language.say("mail-key-for"), name.inside(language)),
        line(language.say("mail-key-may"), scopes),
        line(language.say("mail-key-maker"), maker),
        line(language.say("mail-key-ends"), time(key.expires_at, "UTC").inside(language)),
    ]
}

/// A role, and what it may do.
fn role_in_words(role: Role, language: Language) -> Phrase {
    match role {
        Role::Viewer => language.say("mail-viewer"),
        Role::Editor => language.say("mail-editor"),
        Role::Admin => language.say("mail-admin"),
        Role::Owner => language.say("mail-owner"),
    }
}
