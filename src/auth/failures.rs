//! How often authentication failed, by address.
//!
//! The table has a fixed size: an address has one place in it, by a hash that nobody outside can work out. Two may meet in one place;
//! then each is charged for the other, which costs neither a good token.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Places in the table.
const PLACES: usize = 1 << 16;

/// Failures of a minute, by address.
pub(crate) struct Failures {
    /// By when each place is free of debt, in microseconds from `began`.
    debts: Box<[AtomicU64]>,
    hasher: RandomState,
    began: Instant,
    /// What one failure costs, and how much debt is let pass: a minute of it.
    cost: u64,
}

const MINUTE: u64 = 60_000_000;

impl Failures {
    /// A table that lets `a_minute` failures pass, and takes them back as the minute goes by.
    pub(crate) fn new(a_minute: u32) -> Self {
        let debts = (0..PLACES).map(|_| AtomicU64::new(0)).collect();
        Self { debts, hasher: RandomState::new(), began: Instant::now(), cost: MINUTE / u64::from(a_minute.max(1)) }
    }

    /// Whether an address has no failure left.
    pub(crate) fn limited(&self, address: IpAddr) -> bool {
        self.debt(self.place(address).load(Ordering::Relaxed)) + self.cost > MINUTE
    }

    /// Charges an address with a failure; if it had none left, for how long.
    pub(crate) fn charge(&self, address: IpAddr) -> Option<Duration> {
        let now = self.now();
        let place = self.place(address);
        let charged = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |free| {
            let free = free.max(now) + self.cost;
            (free - now <= MINUTE).then_some(free)
        });
        charged.err().map(|free| Duration::from_micros((free.max(now) - now + self.cost).saturating_sub(MINUTE)))
    }

    fn place(&self, address: IpAddr) -> &AtomicU64 {
        let at = self.hasher.hash_one(network(address)) % PLACES as u64;
        &self.debts[usize::try_from(at).unwrap_or_default()]
    }

    fn debt(&self, free: u64) -> u64 {
        free.saturating_sub(self.now())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// What one client has: an address of IPv4, and of IPv6 a whole network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("address")
    }

    #[test]
    fn l10_failures_run_out_by_address() {
        let failures = Failures::new(3);
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        for _ in 0..3 {
            assert!(!failures.limited(one));
            assert_eq!(failures.charge(one), None);
        }
        assert!(failures.limited(one));
        let wait = failures.charge(one).expect("none left");
        assert!(wait <= Duration::from_secs(20) && wait > Duration::from_secs(15), "{wait:?}");
        let again = failures.charge(one).expect("none left");
        assert!(again <= wait, "what is refused is not charged again");
        // By chance the two may meet in one of many places.
        assert!(!failures.limited(other) || std::ptr::eq(failures.place(one), failures.place(other)));
    }

    #[test]
    fn they_come_back() {
        let failures = Failures::new(60_000);
        let one = address("192.0.2.1");
        while failures.charge(one).is_none() {}
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(failures.charge(one), None);
    }

    #[test]
    fn one_client_is_one() {
        assert_eq!(network(address("2001:db8::1")), network(address("2001:db8::ffff:1")));
        assert_ne!(network(address("2001:db8::1")), network(address("2001:db8:0:1::1")));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }
}
