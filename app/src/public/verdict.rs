//! In which class of an operator a vehicle falls, and why, in words: one place for the search, a route and a wish. Never decides:
//! that is `domain::operator::verdict`'s.

use domain::operator::{ClassSpec, Measured, Operator, SpaceTold, TooLarge, VehicleClass};
use domain::watch::Vehicle;
use words::{Arg, Said};

/// A class, in words.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) spec: &'static ClassSpec,
    pub(crate) class: VehicleClass,
    /// What the class takes.
    pub(crate) bounds: Said,
    /// Of each side that decided for it, why.
    pub(crate) why: Vec<Said>,
}

/// Why an operator never has an answer for a vehicle.
#[derive(Clone, Debug)]
pub(crate) struct Misfit {
    pub(crate) why: Said,
}

/// The class a vehicle falls in; an error where its space is never told, or no class takes it.
pub(crate) fn of(operator: Operator, vehicle: &Vehicle) -> Result<Verdict, Misfit> {
    let name = operator.manifest().name;
    let verdict = operator.verdict(vehicle).map_err(|large| Misfit { why: too_large(name, large) })?;
    if verdict.class.space == SpaceTold::Never {
        let why = sizes(Said::new("class-untold").with("operator", name), &verdict.length, &verdict.height);
        return Err(Misfit { why });
    }
    let class = VehicleClass::parse(verdict.class.name).expect("BUG: our own class is a code");
    let sides = [("class-over-length", &verdict.length), ("class-over-height", &verdict.height)];
    let why = sides.into_iter().filter_map(|(side, measured)| why(side, measured)).collect();
    Ok(Verdict { spec: verdict.class, class, bounds: bounds(verdict.class), why })
}

/// What a class takes.
pub(crate) fn bounds(class: &ClassSpec) -> Said {
    let named = |id| Said::new(id).with("class", class.name);
    match (class.max_length_mm.map(Arg::Length), class.max_height_mm.map(Arg::Length)) {
        (Some(length), Some(height)) => named("class-to").with("length", length).with("height", height),
        (Some(length), None) => named("class-to-length").with("length", length),
        (None, Some(height)) => named("class-to-height").with("height", height),
        (None, None) => named("class-to-any"),
    }
}

/// Why a side puts the vehicle into this class rather than a smaller one; nothing where it does not.
fn why(side: &'static str, measured: &Measured) -> Option<Said> {
    let over = measured.over_mm?;
    Some(Said::new(side).with("mm", Arg::Length(measured.mm)).with("over", Arg::Length(over)))
}

fn too_large(operator: &'static str, large: TooLarge) -> Said {
    sizes(Said::new("class-none").with("operator", operator), &large.length, &large.height)
}

fn sizes(said: Said, length: &Measured, height: &Measured) -> Said {
    said.with("length", Arg::Length(length.mm)).with("height", Arg::Length(height.mm))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::watch::Preset;
    use words::Language;

    fn said(operator: Operator, preset: Preset, language: Language) -> Vec<String> {
        let said = match of(operator, &preset.vehicle()) {
            Ok(verdict) => [vec![verdict.bounds], verdict.why].concat(),
            Err(misfit) => vec![misfit.why],
        };
        said.into_iter().map(|said| said.inside(language).to_string()).collect()
    }

    #[test]
    fn a_class_says_what_it_takes_and_which_side_decided() {
        assert_eq!(
            said(Operator::Brittany, Preset::Campervan540, Language::English),
            [
                "“600x300”: up to 6\u{a0}m long and 3\u{a0}m high",
                "5.413\u{a0}m long is over 5\u{a0}m",
                "2.65\u{a0}m high is over 2.4\u{a0}m"
            ]
        );
        assert_eq!(said(Operator::Harbour, Preset::Car, Language::English).len(), 1, "nothing smaller was ruled out");
    }

    #[test]
    fn what_an_operator_never_tells_says_so_in_both_languages() {
        for language in Language::ALL {
            let lines = said(Operator::Wsf, Preset::AClass750, language);
            assert!(lines[0].contains("Washington State Ferries"), "{lines:?}");
        }
    }
}
