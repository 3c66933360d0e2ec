//! The simulator's pages for people: sailings with one click per space, and the inbox.
//!
//! Promises: what a page shows is what the operators' answers say. A mail's HTML is shown in a frame without scripts,
//! forms or foreign loads, and its links open in a tab of their own.

use std::fmt::Write as _;

use chrono::{DateTime, Days, NaiveDate};
use domain::operator::Operator;

use super::inbox::Mail;
use super::markup::{Buoy, escape, page};
use super::misbehaviour::Misbehaviour;
use super::model::{ClassSpace, SailingStatus, SimSailing};

/// How many messages the inbox lists.
const LISTED: usize = 200;

/// What the page of sailings is about.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) operator: Operator,
    pub(super) route: String,
    pub(super) date: NaiveDate,
    pub(super) misbehaviour: Misbehaviour,
}

/// The sailings of one route and day, with a button for each space.
pub(super) fn sailings(shown: &Shown, sailings: &[SimSailing]) -> String {
    let manifest = shown.operator.manifest();
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"quiet\">Free or take a space. The operator's pages show it at the next request.</p>\n",
        escape(manifest.name)
    );
    pick(&mut body, shown);
    behaviour(&mut body, shown);
    let day = shown.date.format("%a %-d %b %Y");
    let _ = writeln!(body, "<h2>{} on {day}</h2>", escape(&shown.route));
    for sailing in sailings {
        card(&mut body, sailing);
    }
    if sailings.is_empty() {
        body.push_str("<div class=\"card empty\"><p>Nothing sails here. Pick another route or day.</p></div>\n");
    }
    page(manifest.name, "", &body)
}

fn pick(body: &mut String, shown: &Shown) {
    let operator = shown.operator;
    let mut options = String::new();
    for route in operator.manifest().routes {
        let selected = if route.code == shown.route { " selected" } else { "" };
        let name = |code| operator.terminal(code).map_or(code, |terminal| terminal.name);
        let (from, to) = (escape(name(route.from)), escape(name(route.to)));
        let _ = write!(options, "<option value=\"{}\"{selected}>{from} to {to}</option>", route.code);
    }
    let (date, before) = (shown.date, shown.date - Days::new(1));
    let after = date + Days::new(1);
    let route = escape(&shown.route);
    let link = |day: NaiveDate| format!("/sim?operator={operator}&amp;route={route}&amp;date={day}");
    let (before, after) = (link(before), link(after));
    let _ = write!(
        body,
        r#"<form class="pick" action="/sim"><input type="hidden" name="operator" value="{operator}">
<div><label for="route">Route</label><select id="route" name="route">{options}</select></div>
<div><label for="date">Day</label><input id="date" type="date" name="date" value="{date}"></div>
<button>Show</button> <a href="{before}">Day before</a> <a href="{after}">Day after</a></form>
"#
    );
}

fn behaviour(body: &mut String, shown: &Shown) {
    const KINDS: [(&str, &str); 14] = [
        (r#"{"is":"none"}"#, "answers as it should"),
        (r#"{"is":"slow","delay_ms":8000}"#, "answers after 8 s"),
        (r#"{"is":"too_many_requests","retry_after_s":60}"#, "says 429, retry after 60 s"),
        (r#"{"is":"unavailable","retry_after_s":null}"#, "says 503"),
        (r#"{"is":"changed_layout"}"#, "has a new layout"),
        (r#"{"is":"blank"}"#, "sends a blank page"),
        (r#"{"is":"login_wall"}"#, "asks to log in"),
        (r#"{"is":"captcha"}"#, "asks whether you are human"),
        (r#"{"is":"deep_nesting"}"#, "nests 100,000 deep"),
        (r#"{"is":"gzip_bomb"}"#, "sends a gzip bomb"),
        (r#"{"is":"endless_body"}"#, "never stops sending"),
        (r#"{"is":"cut_short"}"#, "hangs up half way"),
        (r#"{"is":"redirect"}"#, "sends us elsewhere"),
        (r#"{"is":"repeats_request","status":200}"#, "repeats what was asked"),
    ];
    let current = serde_json::to_string(&shown.misbehaviour).expect("BUG: a misbehaviour is plain data");
    let mut options = String::new();
    if KINDS.iter().all(|(json, _)| *json != current) {
        let current = escape(&current);
        let _ = write!(options, "<option value=\"{current}\" selected>{current}</option>");
    }
    for (json, words) in KINDS {
        let selected = if json == current { " selected" } else { "" };
        let _ = write!(options, "<option value=\"{}\"{selected}>{words}</option>", escape(json));
    }
    let (operator, route, date) = (shown.operator, escape(&shown.route), shown.date);
    let _ = write!(
        body,
        r#"<form class="pick" method="post" action="/sim/page/misbehave">
<input type="hidden" name="operator" value="{operator}"><input type="hidden" name="route" value="{route}"><input type="hidden" name="date" value="{date}">
<div><label for="misbehaviour">The operator</label><select id="misbehaviour" name="misbehaviour">{options}</select></div>
<button>Set</button></form>
"#
    );
}

fn card(body: &mut String, sailing: &SimSailing) {
    let (status, next, word) = match sailing.status {
        SailingStatus::Scheduled => (String::new(), "cancelled", "Cancel the sailing"),
        SailingStatus::Cancelled => (Buoy::Cancelled.markup("cancelled"), "scheduled", "Put back on"),
        SailingStatus::NotReleased => (Buoy::NotReleased.markup("not released"), "scheduled", "Release"),
    };
    let time = sailing.departs_local.format("%H:%M");
    let iso = sailing.departs_local.format("%Y-%m-%dT%H:%M");
    let (vessel, cabins) = (escape(&sailing.vessel), cabins(sailing));
    let _ = write!(
        body,
        "<section class=\"card sailing\">\n<div><h3><time datetime=\"{iso}\">{time}</time></h3>\n<p>{vessel}</p>\n\
         <p class=\"quiet\">{cabins}</p>{status}{}</div>\n<ul class=\"classes\">\n",
        form(sailing, "/sim/page/status", &[("status", next)], &format!("<button>{word}</button>")),
    );
    for class in &sailing.classes {
        class_item(body, sailing, class);
    }
    body.push_str("</ul></section>\n");
}

fn cabins(sailing: &SimSailing) -> String {
    match (sailing.cabins, sailing.pet_cabins) {
        (Some(cabins), Some(pets)) => format!("{cabins} cabins, {pets} with pets"),
        _ => String::new(),
    }
}

fn class_item(body: &mut String, sailing: &SimSailing, class: &ClassSpace) {
    let state = match (class.spaces, sailing.operator) {
        (0, _) => Buoy::Full.markup("full"),
        (spaces, Operator::Harbour | Operator::Brittany | Operator::Wsf) => {
            Buoy::Open.markup(&format!("{spaces} free"))
        }
        (spaces, Operator::BcFerries) => Buoy::Open.markup(&format!("{spaces}% free")),
    };
    let price = match sailing.operator {
        Operator::Harbour => format!(" · {} EUR", class.price_minor / 100),
        Operator::Brittany => format!(" · {} GBP", class.price_minor / 100),
        Operator::BcFerries | Operator::Wsf => String::new(),
    };
    let metres = |mm: u32| format!("{}.{:02}", mm / 1000, mm % 1000 / 10);
    let (length, height) = (metres(class.max_length_mm), metres(class.max_height_mm));
    let name = escape(&class.class);
    let more = (class.spaces + 1).to_string();
    let fewer = class.spaces.saturating_sub(1).to_string();
    let label =
        |what: &str| format!("aria-label=\"{what} a {name} space at {}\"", sailing.departs_local.format("%H:%M"));
    // One loud button a card: where a click opens something.
    let strength = if class.spaces == 0 { " class=\"strong\"" } else { "" };
    let free = format!(
        "<button{strength} name=\"spaces\" value=\"{more}\" {}>Free</button>\
         <button name=\"spaces\" value=\"{fewer}\" {}>Take</button>",
        label("Free"),
        label("Take"),
    );
    let buttons = form(sailing, "/sim/page/space", &[("class", &class.class)], &free);
    let _ = writeln!(
        body,
        "<li><div><strong>{name}</strong> <span class=\"quiet\">to {length} × {height} m{price}</span></div>{state}{buttons}</li>"
    );
}

/// A form about one sailing, which comes back to the page it is on.
fn form(sailing: &SimSailing, action: &str, fields: &[(&str, &str)], buttons: &str) -> String {
    let date = sailing.departs_local.date().to_string();
    let of_sailing = [
        ("operator", sailing.operator.as_str()),
        ("route", &sailing.route),
        ("date", &date),
        ("sailing", &sailing.key),
    ];
    let mut inputs = String::new();
    for (name, value) in of_sailing.iter().chain(fields) {
        let _ = write!(inputs, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
    }
    format!("<form method=\"post\" action=\"{action}\">{inputs}{buttons}</form>")
}

/// The list of messages, newest first.
pub(super) fn inbox(mails: &[Mail], total: u64) -> String {
    const REFRESH: &str = "<meta http-equiv=\"refresh\" content=\"3\">\n";
    let mut body = String::from("<h1>Inbox</h1>\n");
    if mails.is_empty() {
        body.push_str(
            "<div class=\"card empty\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M4 20c2 0 2-1.2 4-1.2s2 1.2 4 1.2 \
             2-1.2 4-1.2 2 1.2 4 1.2M12 4v3M9 16l1-9h4l1 9zM7 12l-4-1M17 12l4-1\"/></svg>\
             <p>No mail yet. Free a space that somebody watches.</p><p><a href=\"/sim\">To the sailings</a></p></div>\n",
        );
        return page("Inbox", REFRESH, &body);
    }
    let noun = if total == 1 { "message" } else { "messages" };
    let _ = writeln!(
        body,
        "<p class=\"quiet\">{total} {noun}. This page looks again every 3 seconds.</p>\n<ul class=\"mails\">"
    );
    for mail in mails.iter().rev().take(LISTED) {
        let subject = if mail.subject.is_empty() { "(no subject)" } else { &mail.subject };
        let _ = writeln!(
            body,
            "<li><a href=\"/inbox/{}\"><strong>{}</strong>{}<span class=\"quiet\">to {}</span></a></li>",
            mail.number,
            escape(subject),
            arrival(mail),
            escape(&mail.to.join(", ")),
        );
    }
    body.push_str("</ul>\n");
    page("Inbox", REFRESH, &body)
}

fn arrival(mail: &Mail) -> String {
    let at = DateTime::from_timestamp_micros(mail.received_at_us).unwrap_or_default();
    format!("<time datetime=\"{}\">{} UTC</time>", at.to_rfc3339(), at.format("%H:%M:%S"))
}

/// One message.
pub(super) fn message(mail: &Mail) -> String {
    let mut body = format!(
        "<p><a href=\"/inbox\">Inbox</a></p>\n<h1>{}</h1>\n<p class=\"quiet\">to {} at {}</p>\n",
        escape(&mail.subject),
        escape(&mail.to.join(", ")),
        arrival(mail)
    );
    if mail.html.is_some() {
        let _ = writeln!(
            body,
            "<h2>As HTML</h2>\n<iframe title=\"The message as HTML\" src=\"/inbox/{}/html\" \
             sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe>",
            mail.number
        );
    }
    if let Some(text) = &mail.text {
        let _ = writeln!(body, "<h2>As text</h2>\n<div class=\"card\"><pre>{}</pre></div>", linked(text));
    }
    body.push_str("<h2>Headers</h2>\n<div class=\"card\"><dl>");
    for (name, value) in &mail.headers {
        let _ = write!(body, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
    }
    body.push_str("</dl></div>\n");
    page(&mail.subject, "", &body)
}

/// Text with its links made clickable.
fn linked(text: &str) -> String {
    let mut markup = String::new();
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let space = &piece[word.len()..];
        let word_escaped = escape(word);
        if word.starts_with("https://") || word.starts_with("http://") {
            let _ = write!(
                markup,
                "<a href=\"{word_escaped}\" target=\"_blank\" rel=\"noopener noreferrer\">{word_escaped}</a>"
            );
        } else {
            markup.push_str(&word_escaped);
        }
        markup.push_str(space);
    }
    markup
}
