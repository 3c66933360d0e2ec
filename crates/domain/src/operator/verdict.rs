//! In which class of an operator a vehicle falls, and why: as numbers, so that each page and mail says it in its own words.
//!
//! Promises: the smallest class that takes the vehicle, the bounds it is within, and of each side the largest bound of a
//! smaller class that it breaks; every smaller class is ruled out by one of those. Never a sentence.

use super::{ClassSpec, Operator};
use crate::watch::Vehicle;

/// One side of a vehicle, held against the bounds of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// What it measures, rack and trailer included.
    pub mm: u32,
    /// The bound of its class; `None` where the class has none, or no class takes it.
    pub within_mm: Option<u32>,
    /// The largest bound of a smaller class that it breaks; `None` if it rules none out.
    pub over_mm: Option<u32>,
}

/// The class that a vehicle falls in, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassVerdict {
    /// The class; it says itself whether the operator tells of its space.
    pub class: &'static ClassSpec,
    /// Along the deck.
    pub length: Measured,
    /// Under the deck above.
    pub height: Measured,
}

/// No class takes the vehicle: at least one side is over the bounds of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// Along the deck.
    pub length: Measured,
    /// Under the deck above.
    pub height: Measured,
}

impl Operator {
    /// Holds a vehicle against the operator's classes, from small to large.
    pub fn verdict(self, vehicle: &Vehicle) -> Result<ClassVerdict, TooLarge> {
        let (length_mm, height_mm) = (vehicle.total_length_mm(), vehicle.height_mm);
        let classes = self.manifest().classes;
        let at = classes.iter().position(|class| class.takes(length_mm, height_mm));
        let smaller = &classes[..at.unwrap_or(classes.len())];
        let class = at.map(|at| &classes[at]);
        let measured = |mm, bound: fn(&ClassSpec) -> Option<u32>| Measured {
            mm,
            within_mm: class.and_then(bound),
            over_mm: smaller.iter().filter_map(bound).filter(|bound| *bound < mm).max(),
        };
        let length = measured(length_mm, |class| class.max_length_mm);
        let height = measured(height_mm, |class| class.max_height_mm);
        match class {
            Some(class) => Ok(ClassVerdict { class, length, height }),
            None => Err(TooLarge { length, height }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::SpaceTold;
    use crate::samples::vehicle;
    use proptest::prelude::*;

    fn measured(mm: u32, within_mm: impl Into<Option<u32>>, over_mm: impl Into<Option<u32>>) -> Measured {
        Measured { mm, within_mm: within_mm.into(), over_mm: over_mm.into() }
    }

    #[test]
    fn a_verdict_tells_what_was_met_and_what_a_smaller_class_would_break() {
        let van = Operator::Harbour.verdict(&vehicle(5_400, 1_850)).unwrap();
        assert_eq!(van.class.name, "van");
        assert_eq!(van.length, measured(5_400, 6_000, 5_000));
        assert_eq!(van.height, measured(1_850, 2_400, None), "low enough for a car");
        let grid = Operator::Brittany.verdict(&vehicle(5_413, 2_650)).unwrap();
        assert_eq!(grid.class.name, "600x300");
        assert_eq!(grid.length, measured(5_413, 6_000, 5_000));
        assert_eq!(grid.height, measured(2_650, 3_000, 2_400));
        let car = Operator::Brittany.verdict(&vehicle(4_284, 1_491)).unwrap();
        assert_eq!((car.length, car.height), (measured(4_284, 5_000, None), measured(1_491, 1_830, None)));
    }

    #[test]
    fn a_class_without_bounds_says_whether_its_space_is_told() {
        let tall = Operator::Wsf.verdict(&vehicle(5_900, 2_650)).unwrap();
        assert_eq!((tall.class.name, tall.class.space), ("oversize", SpaceTold::Never));
        assert_eq!(tall.length, measured(5_900, None, None), "short enough for any");
        assert_eq!(tall.height, measured(2_650, None, 2_184));
    }

    #[test]
    fn what_no_class_takes_says_which_bound_it_breaks() {
        let long = Operator::Harbour.verdict(&vehicle(12_001, 2_000)).unwrap_err();
        assert_eq!(long.length, measured(12_001, None, 12_000));
        assert_eq!(long.height, measured(2_000, None, 1_900));
    }

    proptest! {
        #[test]
        fn the_verdict_is_the_class_that_is_watched_and_rules_out_every_smaller_one(
            length in 1_000_u32..20_000, height in 1_000_u32..5_000, of in 0..Operator::ALL.len(),
        ) {
            let (operator, vehicle) = (Operator::ALL[of], vehicle(length, height));
            let verdict = operator.verdict(&vehicle);
            let class = verdict.map(|verdict| verdict.class.name).ok();
            let watched = operator.class_of(&vehicle).map(|fit| fit.class.to_string());
            prop_assert_eq!(class.map(str::to_owned), watched);
            let (length, height) = match verdict {
                Ok(ClassVerdict { length, height, .. }) | Err(TooLarge { length, height }) => (length, height),
            };
            let breaks = |bound: Option<u32>, side: Measured| bound.is_some_and(|bound| Some(bound) <= side.over_mm);
            for smaller in operator.manifest().classes.iter().take_while(|smaller| Some(smaller.name) != class) {
                prop_assert!(breaks(smaller.max_length_mm, length) || breaks(smaller.max_height_mm, height));
            }
            for side in [length, height] {
                prop_assert!(side.within_mm.is_none_or(|bound| side.mm <= bound));
                prop_assert!(side.over_mm.is_none_or(|bound| side.mm > bound));
            }
        }
    }
}
