//! Vehicles that many people have, so that nobody must measure theirs to begin.
//!
//! Promises: dimensions of a real vehicle with where they come from, or of the largest common one where makers differ; a
//! person changes them. Never a name: pages have those, by the word. Never a roof that is raised: nobody drives aboard so.

use super::{Vehicle, VehicleKind};

closed_set! {
    /// A vehicle to begin with.
    pub enum Preset ("vehicle preset") {
        /// VW Golf 8: 4,284 x 1,789 x 1,491 mm (it.motor1.com, 2022).
        Car = "car",
        /// Škoda Octavia estate, 4,667 mm long and 1,495 mm high (carwow.co.uk); bars and a box add up to 555 mm (not
        /// checked with a maker).
        CarRoofBox = "car_roof_box",
        /// VW California of 2024 with its roof down: 5,173 x 1,941 mm (paultan.org), 1,990 mm high (goridesports.com).
        /// The ones before it are as high and up to 0.27 m shorter.
        CaliforniaRoofDown = "california_roof_down",
        /// VW California T5 with the fixed high roof: 2,600 mm high (autoreparaturen.de), 4,892 mm long (not checked).
        CaliforniaHighRoof = "california_high_roof",
        /// Fiat Ducato L2H2: 5,413 x 2,050 mm and 2,525 mm high (gqjapan.jp, rounded to 5,410). Here and for the
        /// longer ones 125 mm more for roof windows and an awning (not checked with a maker).
        Campervan540 = "campervan_540",
        /// Fiat Ducato L3H2: 5,998 x 2,050 mm (not checked).
        Campervan600 = "campervan_600",
        /// The same with two bikes on the rear doors, which stand out by up to 450 mm (not checked with a maker).
        Campervan600Bikes = "campervan_600_bikes",
        /// Fiat Ducato L4H2: 6,363 x 2,050 mm (not checked).
        Campervan640 = "campervan_640",
        /// A coachbuilt of the length that many makers stay just below; the height is the upper of what is common (not checked).
        Coachbuilt700 = "coachbuilt_700",
        /// An A-class of the length that many makers stay just below; the height is the upper of what is common (not checked).
        AClass750 = "a_class_750",
        /// The Octavia estate with a caravan of the traditional width of 2,300 mm (raymondjamescaravans.co.uk), 7,200 mm
        /// from coupling to rear and 2,610 mm high (not checked).
        CarCaravan = "car_caravan",
    }
}

impl Preset {
    /// Its dimensions.
    pub const fn vehicle(self) -> Vehicle {
        use VehicleKind::{Campervan, Car, Caravan, Motorhome};
        match self {
            Preset::Car => sized(Car, (4_284, 1_789, 1_491)),
            Preset::CarRoofBox => sized(Car, (4_667, 1_814, 2_050)),
            Preset::CaliforniaRoofDown => sized(Campervan, (5_173, 1_941, 1_990)),
            Preset::CaliforniaHighRoof => sized(Campervan, (4_892, 1_904, 2_600)),
            Preset::Campervan540 => sized(Campervan, (5_413, 2_050, 2_650)),
            Preset::Campervan600 => sized(Campervan, (5_998, 2_050, 2_650)),
            Preset::Campervan600Bikes => Vehicle { bike_rack_mm: 450, ..Preset::Campervan600.vehicle() },
            Preset::Campervan640 => sized(Campervan, (6_363, 2_050, 2_650)),
            Preset::Coachbuilt700 => sized(Motorhome, (6_990, 2_320, 2_950)),
            Preset::AClass750 => sized(Motorhome, (7_490, 2_320, 2_990)),
            Preset::CarCaravan => Vehicle { trailer_length_mm: 7_200, ..sized(Caravan, (4_667, 2_300, 2_610)) },
        }
    }
}

/// Length, width and height in millimetres, without trailer and rack.
const fn sized(kind: VehicleKind, (length_mm, width_mm, height_mm): (u32, u32, u32)) -> Vehicle {
    Vehicle { kind, length_mm, height_mm, width_mm, trailer_length_mm: 0, bike_rack_mm: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Operator;
    use crate::samples::{criteria, day};
    use crate::watch::Criteria;

    #[test]
    fn every_preset_may_be_watched_for() {
        for preset in Preset::ALL {
            let wish = Criteria { vehicle: preset.vehicle(), ..criteria() };
            assert!(wish.validate(day("2026-12-01")).is_ok(), "{preset}");
            assert!(Operator::Harbour.class_of(&preset.vehicle()).is_some(), "{preset}");
        }
    }

    #[test]
    fn the_length_that_counts_has_rack_and_trailer_in_it() {
        assert_eq!(Preset::Campervan600Bikes.vehicle().total_length_mm(), 6_448);
        assert_eq!(Preset::CarCaravan.vehicle().total_length_mm(), 11_867);
    }
}
