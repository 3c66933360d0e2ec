//! What travels: the vehicle by its real dimensions, the party, and what else is wanted.
//!
//! Promises: lengths are whole millimetres, and the length that counts is all of it: vehicle, bike rack
//! and trailer. Never knows an operator's classes.

use crate::facts::Price;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What kind of vehicle, in people's words.
    pub enum VehicleKind ("kind of vehicle") {
        /// A car, with or without a trailer.
        Car = "car",
        /// A van one sleeps in.
        Campervan = "campervan",
        /// A motorhome.
        Motorhome = "motorhome",
        /// A car that tows a caravan.
        Caravan = "caravan",
        /// A van for goods.
        Van = "van",
        /// Anything else.
        Other = "other",
    }
}

/// A vehicle as it stands on the quay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vehicle {
    /// In people's words.
    pub kind: VehicleKind,
    /// Without rack and trailer.
    pub length_mm: u32,
    /// The highest point, roof box included.
    pub height_mm: u32,
    /// Without mirrors.
    pub width_mm: u32,
    /// What a trailer or caravan adds, coupling included; 0 without.
    #[serde(default)]
    pub trailer_length_mm: u32,
    /// What a bike rack adds; 0 without.
    #[serde(default)]
    pub bike_rack_mm: u32,
}

impl Vehicle {
    /// The length an operator measures.
    pub fn total_length_mm(&self) -> u32 {
        self.length_mm.saturating_add(self.trailer_length_mm).saturating_add(self.bike_rack_mm)
    }

    /// The size in words, such as `7.20 m long with bike rack, 2.90 m high`.
    pub fn size_in_words(&self) -> String {
        let with = match (self.trailer_length_mm > 0, self.bike_rack_mm > 0) {
            (false, false) => "",
            (true, false) => " with trailer",
            (false, true) => " with bike rack",
            (true, true) => " with trailer and bike rack",
        };
        format!("{} long{with}, {} high", metres(self.total_length_mm()), metres(self.height_mm))
    }
}

/// Millimetres as metres. Rounds up, so that nothing sounds smaller than it is.
pub(crate) fn metres(mm: u32) -> String {
    let cm = mm.div_ceil(10);
    format!("{}.{:02} m", cm / 100, cm % 100)
}

/// Who travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Adults, the driver included.
    pub adults: u8,
    /// Children.
    #[serde(default)]
    pub children: u8,
    /// Infants.
    #[serde(default)]
    pub infants: u8,
    /// Pets.
    #[serde(default)]
    pub pets: u8,
}

closed_set! {
    /// Whether something is wanted.
    pub enum Want ("want") {
        /// All the same.
        No = "no",
        /// Only with it.
        Yes = "yes",
    }
}

/// What is wanted besides space for the vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wants {
    /// A cabin.
    pub cabin: Want,
    /// A cabin that takes pets.
    pub pet_cabin: Want,
    /// The most it may cost.
    pub price_ceiling: Option<Price>,
}

impl Default for Wants {
    fn default() -> Self {
        Wants { cabin: Want::No, pet_cabin: Want::No, price_ceiling: None }
    }
}
