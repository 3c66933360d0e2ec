//! Shares of what there is at once: connections of a household, requests of a tenant. Promises that nobody holds more
//! than their share and that a seat is given back however its holder ends. Holds nothing of whom it does not count.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex},
};

/// How many seats each holds. Cheap to clone; all clones share them. As long as the holders there are.
pub(crate) struct Seats<Holder>(Arc<Mutex<HashMap<Holder, usize>>>);

/// One seat; gives its place back when dropped.
pub(crate) struct Seat<Holder: Copy + Eq + Hash> {
    seats: Seats<Holder>,
    holder: Holder,
}

impl<Holder> Clone for Seats<Holder> {
    fn clone(&self) -> Self {
        Seats(Arc::clone(&self.0))
    }
}

impl<Holder> Default for Seats<Holder> {
    fn default() -> Self {
        Seats(Arc::default())
    }
}

impl<Holder: Copy + Eq + Hash> Seats<Holder> {
    /// A seat, while the holder has fewer than `share`.
    pub(crate) fn take(&self, holder: Holder, share: usize) -> Option<Seat<Holder>> {
        let mut held = self.0.lock().expect("BUG: nobody panics while counting");
        let count = held.entry(holder).or_default();
        if *count >= share {
            return None;
        }
        *count += 1;
        Some(Seat { seats: self.clone(), holder })
    }
}

impl<Holder: Copy + Eq + Hash> Drop for Seat<Holder> {
    fn drop(&mut self) {
        let mut held = self.seats.0.lock().expect("BUG: nobody panics while counting");
        let count = held.get_mut(&self.holder).expect("BUG: a seat was counted when taken");
        *count -= 1;
        if *count == 0 {
            held.remove(&self.holder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::TenantId;
    use uuid::Uuid;

    #[test]
    fn sr_ten_08_a_tenant_holds_its_share_and_gives_it_back() {
        let (seats, [a, b]) = (Seats::default(), [1, 2].map(|id| TenantId(Uuid::from_u128(id))));
        let held = [seats.take(a, 2), seats.take(a, 2)];
        assert!(held.iter().all(Option::is_some) && seats.take(a, 2).is_none());
        assert!(seats.take(b, 2).is_some(), "another tenant is not held up");
        drop(held);
        assert!(seats.take(a, 2).is_some());
        assert!(seats.0.lock().unwrap().is_empty(), "nobody is remembered who holds none");
    }
}
