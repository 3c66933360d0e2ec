//! The words of letters: what happened, who did it, what to do, and what to do if it was not wanted. Names that people chose are shown as
//! plain text without anything that could become a link, for an invitation goes to somebody who never asked for it.

use super::{
    Mailer,
    words::{Line, Mark, Words, line, time},
};
use crate::channels::Sent;
use domain::{access::Role, text::inert};
use lettre::Message;
use store::letter::{About, Invited, KeyTold, LetterRow};

/// The most of a name that people chose, in characters.
const NAME_CHARS: usize = 60;
const KEYS_WHY: &str = "You get this mail because you own this team.";

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
        let words = self.words(letter)?;
        self.message(&letter.address, letter.message_id, &words)
    }

    fn words(&self, letter: &LetterRow) -> anyhow::Result<Words> {
        let tenant = inert(&letter.tenant_name, NAME_CHARS);
        Ok(match &letter.about {
            About::Invitation(invited) => self.invitation(invited, &tenant)?,
            About::MemberJoined { name, role } => {
                let name = inert(name, NAME_CHARS);
                Words {
                    headline: format!("{name} has joined {tenant}"),
                    lead: vec![format!("{name} accepted your invitation to {tenant}.")],
                    lines: vec![line("Role", role_in_words(*role))],
                    next: vec!["You can change the role or remove a member at any time.".to_owned()],
                    button: Some(self.link("See the members", &format!("/t/{}/members", letter.tenant))?),
                    ..plain("● New member", "You get this mail because you sent the invitation.")
                }
            }
            About::RoleChanged { role } => Words {
                headline: format!("You have another role in {tenant}"),
                lead: vec![format!("Your role in {tenant} has changed.")],
                lines: vec![line("Now", role_in_words(*role))],
                button: Some(self.link("Open the team", &format!("/t/{}", letter.tenant))?),
                ..plain("● Role changed", "You get this mail because you are a member of this team.")
            },
            About::MemberRemoved => Words {
                headline: format!("You are no longer a member of {tenant}"),
                lead: vec![format!("An administrator of {tenant} has removed you from the team.")],
                next: vec![
                    "Its watches and alerts are closed to you, and your own there have ended. What is yours outside that team stays as it is."
                        .to_owned(),
                ],
                ..plain("● Removed", "You get this mail because you were a member of this team.")
            },
            About::IdentityLinked { provider } => Words {
                headline: "You can now sign in another way".to_owned(),
                lead: vec!["One more account can sign in as you from now on.".to_owned()],
                lines: vec![line("Account at", inert(provider, NAME_CHARS))],
                next: vec![
                    "If you added it, you need to do nothing. If you did not, remove it now and end the sessions that you do not know."
                        .to_owned(),
                ],
                button: Some(self.link("See how you sign in", "/account")?),
                ..plain("● Sign-in", "You get this mail because it concerns the safety of your account.")
            },
            About::KeyCreated(key) => self.key_created(key, (letter, &tenant))?,
            About::KeyExpiring(key) => self.key_expiring(key, (letter, &tenant))?,
            About::ChannelConfirm { name, path } => self.channel_confirm(&inert(name, NAME_CHARS), path)?,
            About::ChannelTest => Words {
                headline: "This is how we reach you".to_owned(),
                lead: vec!["You asked for a test: alerts of your watches arrive at this address.".to_owned()],
                next: vec!["You need to do nothing.".to_owned()],
                button: Some(self.link("See your channels", &format!("/t/{}/channels", letter.tenant))?),
                ..plain("● Test", "You get this mail because you asked for it on the page of your channels.")
            },
        })
    }

    fn key_created(&self, key: &KeyTold, (letter, tenant): (&LetterRow, &str)) -> anyhow::Result<Words> {
        let maker = inert(&key.made_by, NAME_CHARS);
        Ok(Words {
            headline: format!("{tenant} has a new API key"),
            lead: vec![format!(
                "A program that presents this key acts for {maker} in {tenant}, and may do no more than they may."
            )],
            lines: key_lines(key, &maker),
            next: vec![
                "If you expected it, you need to do nothing. If not, revoke it now: it stops working at once."
                    .to_owned(),
            ],
            button: Some(self.link("See or revoke the key", &format!("/t/{}/keys", letter.tenant))?),
            ..plain("● New key", KEYS_WHY)
        })
    }

    fn key_expiring(&self, key: &KeyTold, (letter, tenant): (&LetterRow, &str)) -> anyhow::Result<Words> {
        let maker = inert(&key.made_by, NAME_CHARS);
        Ok(Words {
            headline: format!("An API key of {tenant} ends soon"),
            lead: vec!["The program that uses it will be refused from then on.".to_owned()],
            lines: key_lines(key, &maker),
            next: vec![
                "Rotate the key: you get a new one, and the old one may work on for some days while you put it in place.".to_owned(),
            ],
            button: Some(self.link("Rotate the key", &format!("/t/{}/keys", letter.tenant))?),
            ..plain("● Key ends", KEYS_WHY)
        })
    }

    fn channel_confirm(&self, name: &str, path: &str) -> anyhow::Result<Words> {
        Ok(Words {
            headline: "Is this your address?".to_owned(),
            lead: vec![format!(
                "{name} would like to be told here when space opens on a ferry. If that is you, confirm it within ten minutes of asking."
            )],
            next: vec![
                "The link works once, in a browser where you are signed in to FerryAlert. Until then nothing else is sent here."
                    .to_owned(),
            ],
            button: Some(self.link("Confirm this address", path)?),
            notes: vec!["This was not you? You need to do nothing: the link ends by itself.".to_owned()],
            ..plain("● Confirm", &format!("You get this mail because {name} entered this address. It is on no list of ours."))
        })
    }

    fn invitation(&self, invited: &Invited, tenant: &str) -> anyhow::Result<Words> {
        let inviter = inert(&invited.inviter, NAME_CHARS);
        Ok(Words {
            headline: format!("{inviter} invites you to {tenant}"),
            lead: vec![format!(
                "{inviter} would like you to join the team {tenant} on FerryAlert, which watches ferries that are full and tells you when space opens."
            )],
            lines: vec![
                line("Team", tenant),
                line("Your role", role_in_words(invited.role)),
                line("Good until", time(invited.expires_at, "UTC")),
            ],
            next: vec![
                "Open the invitation, sign in with an account that has this very e-mail address, and accept. Nothing happens before you do."
                    .to_owned(),
            ],
            button: Some(self.link("See the invitation", &invited.path)?),
            notes: vec![
                "You do not know them? You need to do nothing: the invitation ends by itself.".to_owned(),
            ],
            ..plain("● Invitation", &format!("You get this mail because {inviter} entered this address. It is on no list of ours."))
        })
    }
}

/// What tells one key from another; never the key.
fn key_lines(key: &KeyTold, maker: &str) -> Vec<Line> {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let name = if key.name.is_empty() { "made by an administrator".to_owned() } else { inert(&key.name, NAME_CHARS) };
    vec![
        line("Key", &key.public_id),
        line("For", name),
        line("May", scopes.join(" and ")),
        line("Made by", maker),
        line("Ends", time(key.expires_at, "UTC")),
    ]
}

fn plain(mark: &'static str, why: &str) -> Words {
    Words {
        mark: Mark::quiet(mark),
        headline: String::new(),
        lead: Vec::new(),
        lines: Vec::new(),
        next: Vec::new(),
        button: None,
        answers: Vec::new(),
        notes: Vec::new(),
        why: why.to_owned(),
        unsubscribe_url: None,
    }
}

/// A role, and what it may do.
fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer (sees watches and alerts)",
        Role::Editor => "editor (sees and changes watches)",
        Role::Admin => "administrator (changes watches and members)",
        Role::Owner => "owner (may do everything)",
    }
}
