//! A vehicle as somebody says it on a page: one that many people have, by its word, or its own sizes as typed. Promises that
//! what was typed is read by `domain::length` alone, and that a refusal stands beside its field. Never knows a class.

use crate::form::Refusals;
use domain::{
    length::{self, BadLength},
    watch::{Preset, Vehicle, VehicleKind},
};
use std::ops::RangeInclusive;
use words::Said;

/// The word that stands for sizes of one's own.
pub(crate) const OWN: &str = "own";

/// What is taken where nothing is said: what most people come with.
pub(crate) const USUAL: Preset = Preset::CaliforniaRoofDown;

const LENGTH_MM: RangeInclusive<u32> = 1_000..=25_000;
const HEIGHT_MM: RangeInclusive<u32> = 500..=5_000;

/// What of a vehicle stands in a query or a form, as typed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Typed<'a> {
    /// A preset's word, [`OWN`], or nothing.
    pub(crate) vehicle: &'a str,
    pub(crate) length: &'a str,
    pub(crate) height: &'a str,
}

/// A vehicle to choose, as a select shows it.
pub(crate) struct Choice {
    pub(crate) word: &'static str,
    pub(crate) name: Said,
    pub(crate) is_chosen: bool,
}

/// What a preset is called.
pub(crate) fn name(preset: Preset) -> Said {
    Said::new(match preset {
        Preset::Car => "vehicle-car",
        Preset::CarRoofBox => "vehicle-car-roof-box",
        Preset::CaliforniaRoofDown => "vehicle-california-roof-down",
        Preset::CaliforniaHighRoof => "vehicle-california-high-roof",
        Preset::Campervan540 => "vehicle-campervan-540",
        Preset::Campervan600 => "vehicle-campervan-600",
        Preset::Campervan600Bikes => "vehicle-campervan-600-bikes",
        Preset::Campervan640 => "vehicle-campervan-640",
        Preset::Coachbuilt700 => "vehicle-coachbuilt-700",
        Preset::AClass750 => "vehicle-a-class-750",
        Preset::CarCaravan => "vehicle-car-caravan",
    })
}

/// Every vehicle there is to choose, and one's own at the end.
pub(crate) fn choices(chosen: &str) -> Vec<Choice> {
    let chosen = if chosen.is_empty() { USUAL.as_str() } else { chosen };
    let choice = |word, name| Choice { word, name, is_chosen: word == chosen };
    let presets = Preset::ALL.iter().map(|preset| choice(preset.as_str(), name(*preset)));
    presets.chain([choice(OWN, Said::new("vehicle-own"))]).collect()
}

impl Typed<'_> {
    /// The vehicle; nothing and a note beside each field that is not as it should be.
    pub(crate) fn read(self, refused: &mut Refusals) -> Option<Vehicle> {
        match self.vehicle {
            "" => Some(USUAL.vehicle()),
            OWN => self.own(refused),
            word => {
                let preset: Result<Preset, _> = word.parse();
                if preset.is_err() {
                    refused.say("vehicle", Said::new("vehicle-unknown"));
                }
                preset.ok().map(Preset::vehicle)
            }
        }
    }

    fn own(self, refused: &mut Refusals) -> Option<Vehicle> {
        let length_mm = side(refused, "length", self.length, LENGTH_MM);
        let height_mm = side(refused, "height", self.height, HEIGHT_MM);
        let (length_mm, height_mm) = (length_mm?, height_mm?);
        let (width_mm, trailer_length_mm, bike_rack_mm) = (2_300, 0, 0);
        let kind = VehicleKind::Other;
        Some(Vehicle { kind, length_mm, height_mm, width_mm, trailer_length_mm, bike_rack_mm })
    }
}

fn side(refused: &mut Refusals, field: &str, typed: &str, bounds: RangeInclusive<u32>) -> Option<u32> {
    match length::parse(typed) {
        Ok(mm) if bounds.contains(&mm) => return Some(mm),
        Ok(_) => {
            let (least, most) = bounds.into_inner();
            let [least, most] = [least, most].map(words::Arg::Length);
            refused.say(field, Said::new("length-bounds").with("least", least).with("most", most));
        }
        Err(bad) => refused.say(field, Said::new(why(bad))),
    }
    None
}

/// Why a text is no length, in the catalogue.
fn why(bad: BadLength) -> &'static str {
    match bad {
        BadLength::Empty => "length-empty",
        BadLength::NoUnit => "length-no-unit",
        BadLength::TooLong => "length-too-long",
        BadLength::NotALength => "length-not-one",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vehicle: &str, length: &str, height: &str) -> Result<(u32, u32), Vec<&'static str>> {
        let mut refused = Refusals::default();
        match (Typed { vehicle, length, height }).read(&mut refused) {
            Some(vehicle) => Ok((vehicle.length_mm, vehicle.height_mm)),
            None => {
                Err(["vehicle", "length", "height"].into_iter().filter(|field| refused.of(field).is_some()).collect())
            }
        }
    }

    #[test]
    fn a_vehicle_is_a_preset_or_its_own_sizes() {
        assert_eq!(read("car", "nonsense", ""), Ok((4_284, 1_491)), "what is not asked for is not read");
        assert_eq!(read("", "", ""), Ok((5_173, 1_990)));
        assert_eq!(read(OWN, "17 ft 9", "2,0"), Ok((5_411, 2_000)));
        assert_eq!(read(OWN, "540", ""), Err(vec!["length", "height"]));
        assert_eq!(read(OWN, "26 m", "2 m"), Err(vec!["length"]));
        assert_eq!(read("tank", "5", "2"), Err(vec!["vehicle"]));
    }

    #[test]
    fn one_choice_is_made() {
        for (said, chosen) in [("", USUAL.as_str()), (OWN, OWN), ("car", "car")] {
            let made: Vec<_> =
                choices(said).iter().filter(|choice| choice.is_chosen).map(|choice| choice.word).collect();
            assert_eq!(made, [chosen]);
        }
        assert_eq!(choices("").len(), Preset::ALL.len() + 1);
    }
}
