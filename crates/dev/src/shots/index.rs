//! The page to look at all pictures on: a row for each page, a column for each size and scheme. Promises to show only what was written.

use super::{SCHEMES, SCREENS};
use std::fmt::Write as _;

/// The page; names are those of files.
pub(super) fn html(names: &[&str]) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Shots</title><style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 24px; background: #8a949e; }
section { display: grid; grid-template-columns: 1fr 1fr 2fr 2fr 4fr 4fr; gap: 12px; align-items: start; margin: 0 0 48px; }
h2 { grid-column: 1 / -1; margin: 0; } img { width: 100%; max-height: 90vh; object-fit: cover; object-position: top; box-shadow: 0 2px 12px #0006; }
nav { columns: 4; margin: 0 0 48px; } a { color: inherit; }
</style><h1>Shots</h1><nav>\n",
    );
    for name in names {
        line(&mut html, &format!("<a href=\"#{name}\">{name}</a><br>"));
    }
    html.push_str("</nav>\n");
    for name in names {
        line(&mut html, &format!("<section id=\"{name}\"><h2>{name}</h2>"));
        for (_, width) in SCREENS {
            for scheme in SCHEMES {
                let file = format!("{width}-{}/{name}.png", scheme.as_str());
                line(
                    &mut html,
                    &format!("<a href=\"{file}\"><img loading=\"lazy\" src=\"{file}\" alt=\"{file}\"></a>"),
                );
            }
        }
        line(&mut html, "</section>");
    }
    html
}

fn line(html: &mut String, text: &str) {
    writeln!(html, "{text}").expect("BUG: writing to a string does not fail");
}
