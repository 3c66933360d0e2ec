//! Whether there is space, in a buoy and its word. Promises that both say the same wherever they stand, and that none left is full.

use domain::facts::Availability;
use words::Said;

/// The buoy, and the word beside it.
pub(crate) fn said(availability: Availability) -> (&'static str, Said) {
    match availability {
        Availability::Available { spaces: Some(0) } | Availability::Full => ("full", Said::new("space-full")),
        Availability::Available { spaces: Some(n) } => ("open", Said::new("space-open-n").with("n", n)),
        Availability::Available { spaces: None } => ("open", Said::new("space-open")),
        Availability::NotReleased => ("not_released", Said::new("space-not-released")),
        Availability::Cancelled => ("cancelled", Said::new("space-cancelled")),
        Availability::Unknown => ("unknown", Said::new("space-unknown")),
    }
}
