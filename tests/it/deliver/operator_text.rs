//! What an operator writes reaches people as words and as nothing else (SR-OPR-04).

use super::mail::due_row;
use super::one_due;
use crate::parsers::{DAY, TERMINAL, WEEK, page_of, read_day, read_page, read_terminal, read_week, row};
use domain::{facts::Sighting, operator::Operator, sailing::Sailing, text::OperatorText};
use workers::operators::ParseError;

/// What a hostile operator might call a ship.
fn corpus() -> Vec<String> {
    let short = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "<a href=\"https://evil.example/\">Book</a>",
        "</td></table><style>*{display:none}</style>",
        "https://evil.example/login",
        "http://1.2.3.4/",
        "www.evil.example",
        "evil.example",
        "evil。example",
        "eve@evil.example",
        "mailto:eve@evil.example",
        "javascript://evil.example/%0aalert(1)",
        "[Book](https://evil.example)",
        "Sal\u{202e}acnama\u{202c}\u{2066}x\u{2069}",
        "ev\u{200b}il.ex\u{2060}ample",
        "{{ 7*7 }}{% include \"/etc/passwd\" %}${7*7}#{7*7}<%= 7*7 %>",
        "Ship\r\nBcc: eve@evil.example\r\n\r\nHello",
        "Ship\r\n.\r\nQUIT\r\n",
        "=?utf-8?q?=0D=0ABcc:eve?=",
        "\u{0}\u{7}\u{1b}[31mred\u{9b}0m",
        "&#60;script&#62;&lt;b&gt;",
        "\u{2028}\u{2029}\u{85}",
    ];
    let mut corpus: Vec<String> = short.iter().map(|text| (*text).to_owned()).collect();
    corpus.push("A".repeat(10_240));
    corpus.push("https://evil.example/ ".repeat(500));
    corpus
}

type Read = fn(&[u8]) -> Result<Vec<Sighting>, ParseError>;

/// The name in each operator's own form, as the ship of a first sailing.
fn answers(name: &str) -> [(Operator, Read, String); 4] {
    let json = serde_json::to_string(name).unwrap();
    let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    [
        (Operator::Harbour, read_day, DAY.replace("\"Spinnaker\"", &json)),
        (Operator::BcFerries, read_page, page_of(&row("11:00 pm", "").replace("Boat", &escaped))),
        (Operator::Brittany, read_week, WEEK.replace("\"Santoña\"", &json)),
        (Operator::Wsf, read_terminal, TERMINAL.replace("\"Wenatchee\"", &json)),
    ]
}

/// The sailings with hostile ships that get past a connector.
fn hostile_sailings() -> Vec<Sailing> {
    let mut sailings = Vec::new();
    for name in corpus() {
        for (operator, read, answer) in answers(&name) {
            match read(answer.as_bytes()) {
                Ok(seen) => sailings.push(seen[0].sailing.clone()),
                // Its page may refuse a name that does not fit its cell.
                Err(error) => {
                    assert_eq!(operator, Operator::BcFerries, "{name:?}: {error}");
                    assert!(
                        error.to_string().chars().count() < 300 && !error.to_string().chars().any(char::is_control)
                    );
                }
            }
        }
    }
    for &operator in Operator::ALL {
        let through = sailings.iter().filter(|sailing| sailing.operator == operator && sailing.vessel.is_some());
        assert!(through.count() >= 15, "{operator}: the corpus is to go through, not to be refused");
    }
    sailings
}

/// Characters that turn, hide or end a line.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Every place where a mail program would make a link: a scheme, or a stop or an at sign inside a word.
fn links(text: &str) -> Vec<&str> {
    let is_linked = |word: &&str| {
        let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.contains("://") || inner.contains(['.', '@', '。'])
    };
    text.split_whitespace().filter(is_linked).collect()
}

#[test]
fn sr_opr_04_operators_text_is_bounded_and_printable_and_holds_no_link() {
    for sailing in hostile_sailings() {
        let Some(vessel) = &sailing.vessel else { continue };
        let text = vessel.as_str();
        assert!(text.chars().count() <= 80 && !text.is_empty(), "{text:?}");
        assert!(!text.chars().any(is_harmful), "{text:?}");
        assert_eq!(links(text), Vec::<&str>::new(), "{text:?}");
    }
}

#[test]
fn sr_opr_04_operators_text_is_inert_as_json() {
    for sailing in hostile_sailings() {
        let json = serde_json::to_string(&sailing).unwrap();
        assert!(!json.chars().any(is_harmful), "{json}");
        assert_eq!(serde_json::from_str::<Sailing>(&json).unwrap(), sailing, "nothing in it ends its string");
        assert_eq!(json.matches("\"vessel\"").count(), 1);
    }
    for name in corpus() {
        // However such a text is read again, from a row or from JSON, it is made harmless.
        let json = serde_json::to_string(&name).unwrap();
        if let Ok(text) = serde_json::from_str::<OperatorText>(&json) {
            assert!(text.as_str().chars().count() <= 500 && !text.as_str().chars().any(is_harmful), "{text}");
            assert_eq!(links(text.as_str()), Vec::<&str>::new());
        }
    }
}

#[tokio::test]
async fn sr_opr_04_operators_text_is_inert_in_both_parts_of_a_mail() {
    let world = one_due().await;
    let (row, mail_links) = due_row(&world).await;
    let mailer = &world.parts.deliverer.sender.email;
    let mut calm = row.clone();
    calm.told.sailing.vessel = OperatorText::read("Calm", 80);
    mailer.send(&calm, &mail_links).await;
    let calm = world.sim.inbox().pop().unwrap();
    let shape = |html: &str| html.matches('<').count();
    for sailing in hostile_sailings() {
        let Some(vessel) = sailing.vessel else { continue };
        let mut row = row.clone();
        row.told.sailing.vessel = Some(vessel.clone());
        mailer.send(&row, &mail_links).await;
        let mail = world.sim.inbox().pop().unwrap();
        let (text, html) = (mail.text.as_deref().unwrap(), mail.html.as_deref().unwrap());
        assert_eq!(text, calm.text.as_deref().unwrap().replace("Ship: Calm", &format!("Ship: {vessel}")));
        assert_eq!(links(text), links(calm.text.as_deref().unwrap()), "{vessel}");
        assert_eq!(shape(html), shape(calm.html.as_deref().unwrap()), "{vessel} opens no element: {html}");
        let hrefs = |html: &str| html.matches("href=").count();
        assert_eq!(hrefs(html) - hrefs(vessel.as_str()), hrefs(calm.html.as_deref().unwrap()), "{vessel}");
        assert!(!html.chars().any(|c| is_harmful(c) && c != '\n' && c != '\r'), "{vessel}");
        assert_eq!(mail.to, calm.to);
    }
    for word in mail_words(calm.text.as_deref().unwrap()) {
        let host = word.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        let ours = world.config.base_url.host_str().unwrap();
        let booked = row.told.sailing.operator.manifest().link_hosts.contains(&host);
        assert!(host == ours || booked, "{word} leads to a host that is not allowlisted");
    }
}

fn mail_words(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| word.contains("://")).collect()
}
