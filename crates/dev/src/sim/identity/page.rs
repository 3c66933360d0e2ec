//! What people see of a provider: one click signs in, and the way back when it is a form.
//!
//! Promises: works without scripts; everything that comes from outside is escaped. Never asks for a password.

use std::fmt::Write as _;

use super::super::markup::{escape, page};
use super::callback::Callback;
use super::request::Asked;
use super::{Person, Provider};

/// Where the click goes.
fn action(provider: Provider) -> String {
    match provider {
        Provider::HarbourId | Provider::QuayId => format!("/id/{}/sign-in", provider.name()),
        Provider::Github => "/login/oauth/sign-in".to_owned(),
    }
}

/// The people to sign in as, and a form for anybody else.
pub(super) fn sign_in(asked: &Asked, encoded: &str, people: &[Person]) -> String {
    let provider = asked.back.provider;
    let (title, action) = (format!("Sign in with {}", provider.title()), action(provider));
    let request = format!("<input type=\"hidden\" name=\"request\" value=\"{}\">", escape(encoded));
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"quiet\">FerryAlert asks {} who you are. Nobody asks for a password here: one click is enough.</p>\n\
         <form method=\"post\" action=\"{action}\">{request}\n<ul class=\"people\">\n",
        escape(&title),
        escape(provider.title()),
    );
    for person in people {
        one(&mut body, person, asked.login_hint.as_deref());
    }
    let _ = write!(
        body,
        r#"</ul></form>
<h2>Somebody new</h2>
<form class="pick" method="post" action="{action}">{request}
<div><label for="name">Name</label><input id="name" name="name" required maxlength="100" autocomplete="off"></div>
<div><label for="email">Address</label><input id="email" name="email" type="email" maxlength="200" autocomplete="off"></div>
<div><label for="verified"><input id="verified" name="verified" type="checkbox" value="yes" checked> the address is verified</label></div>
<button>Sign in</button></form>
<form method="post" action="{action}">{request}<button name="refuse" value="yes">Do not sign in</button></form>
"#
    );
    page(&title, "", &body)
}

/// One person; whom the app expects stands out.
fn one(body: &mut String, person: &Person, hint: Option<&str>) {
    let email = person.email.as_deref().unwrap_or("no address");
    let is_expected = hint.is_some_and(|hint| person.email.as_deref() == Some(hint) || person.sub == hint);
    let class = if is_expected { " class=\"strong\"" } else { "" };
    let verified = if person.email_verified || person.email.is_none() { "" } else { ", not verified" };
    let _ = writeln!(
        body,
        "<li><button{class} name=\"sub\" value=\"{}\"><strong>{}</strong><span>{}{verified}</span></button></li>",
        escape(&person.sub),
        escape(&person.name),
        escape(email),
    );
}

/// The form that takes the answer back; a browser with scripts sends it at once.
pub(super) fn form_post(provider: Provider, callback: &Callback) -> String {
    let mut body = format!(
        "<h1>{}</h1>\n<form method=\"post\" action=\"{}\">\n",
        escape(provider.title()),
        escape(callback.redirect_uri.as_str())
    );
    for (name, value) in &callback.fields {
        let _ = writeln!(body, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value));
    }
    body.push_str(
        "<button class=\"strong\">Back to FerryAlert</button></form>\n<script>document.forms[0].submit()</script>\n",
    );
    page(provider.title(), "", &body)
}

/// A request that cannot be answered to anybody.
pub(super) fn refused(provider: Provider, why: &str) -> String {
    let body = format!(
        "<h1>{} does not know this app</h1>\n<div class=\"card\"><p>{}.</p><p class=\"quiet\">Nobody was sent anywhere. The settings \
         FERRY_SIGN_IN_… of the app and this simulator do not agree.</p></div>\n",
        escape(provider.title()),
        escape(why)
    );
    page(provider.title(), "", &body)
}
