//! How FerryAlert is kept safe: each requirement of the threat model, what it answers and what proves it, and how to report a
//! hole. Promises what is proved today, made from the model and the tests by `cargo dev threats --publish` and held against both
//! by a test. Never calls proved what is not.

use crate::{App, problem::Problem, sheet::Sheet};
use askama::Template;
use axum::{extract::State, response::Html};
use serde::Deserialize;
use std::sync::LazyLock;
use words::Said;

static MODEL: LazyLock<Vec<Area>> = LazyLock::new(|| areas(include_str!("../../assets/security.json")));

/// What is demanded of one part of it.
struct Area {
    /// The three letters that its requirements share.
    code: String,
    requirements: Vec<Requirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    id: String,
    text: String,
    is_open: bool,
    threats: Vec<Threat>,
    proofs: Vec<Proof>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Threat {
    id: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    says: String,
    place: String,
}

fn areas(json: &str) -> Vec<Area> {
    let requirements: Vec<Requirement> = serde_json::from_str(json).expect("BUG: a test reads the published model");
    let mut areas: Vec<Area> = Vec::new();
    for requirement in requirements {
        let code = requirement.id.split('-').nth(1).unwrap_or_default().to_owned();
        match areas.iter_mut().find(|area| area.code == code) {
            Some(area) => area.requirements.push(requirement),
            None => areas.push(Area { code, requirements: vec![requirement] }),
        }
    }
    // What is still to be proved stands at the end.
    areas.sort_by_key(|area| area.proved() < area.requirements.len());
    areas
}

impl Area {
    /// What it is about, for whoever does not know the letters.
    fn title(&self) -> Said {
        Said::new(match self.code.as_str() {
            "ADM" => "area-adm",
            "API" => "area-api",
            "AUD" => "area-aud",
            "AUT" => "area-aut",
            "AUZ" => "area-auz",
            "BIL" => "area-bil",
            "CFG" => "area-cfg",
            "CRY" => "area-cry",
            "DEV" => "area-dev",
            "DOS" => "area-dos",
            "EGR" => "area-egr",
            "INJ" => "area-inj",
            "JOB" => "area-job",
            "KEY" => "area-key",
            "NTF" => "area-ntf",
            "OBS" => "area-obs",
            "OPR" => "area-opr",
            "PRV" => "area-prv",
            "SES" => "area-ses",
            "SUP" => "area-sup",
            "TEN" => "area-ten",
            "WEB" => "area-web",
            _ => "area-other",
        })
    }

    fn proved(&self) -> usize {
        self.requirements.iter().filter(|requirement| !requirement.is_open).count()
    }
}

#[derive(Template)]
#[template(path = "public/security.html")]
struct SecurityPage<'a> {
    frame: Sheet,
    canonical: String,
    contact: &'a str,
    areas: &'static [Area],
}

impl SecurityPage<'_> {
    fn all(&self) -> usize {
        self.areas.iter().map(|area| area.requirements.len()).sum()
    }

    fn proved(&self) -> usize {
        self.areas.iter().map(Area::proved).sum()
    }

    fn tests(&self) -> usize {
        self.areas.iter().flat_map(|area| &area.requirements).map(|requirement| requirement.proofs.len()).sum()
    }
}

/// The requirements.
pub(crate) async fn show(State(app): State<App>, frame: Sheet) -> Result<Html<String>, Problem> {
    let canonical = app.base_url.join("/security").map(String::from).unwrap_or_default();
    Ok(Html(SecurityPage { frame, canonical, contact: &app.contact, areas: &MODEL }.render()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_of_the_model_has_a_name() {
        assert!(MODEL.len() > 10);
        let nameless: Vec<&str> =
            MODEL.iter().filter(|area| area.title().id() == "area-other").map(|area| area.code.as_str()).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }
}
