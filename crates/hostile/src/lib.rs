//! For tests: what a hostile peer may send, and a measure of what it costs to read it.
//!
//! A property begins with valid bytes and changes them: pure noise would be refused at the first byte, and prove nothing about the rest.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

/// Cases of one property.
const CASES: u32 = 256;

/// The same cases in every run, and no file of those that failed. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for others.
pub fn config() -> ProptestConfig {
    let said = |name| std::env::var_os(name).is_some();
    let mut config = ProptestConfig { failure_persistence: None, max_shrink_iters: 2_000, ..ProptestConfig::default() };
    if !said("PROPTEST_CASES") {
        config.cases = CASES;
    }
    if !said("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(17);
    }
    config
}

/// One change of valid bytes.
#[derive(Debug, Clone)]
pub enum Change {
    /// Another byte in the place of one.
    Set(Index, u8),
    /// One bit.
    Flip(Index, u8),
    /// Bytes that nobody expects.
    Insert(Index, Vec<u8>),
    /// A gap.
    Remove(Index, usize),
    /// The end comes early.
    Cut(Index),
    /// A part comes once more.
    Repeat(Index, usize),
}

impl Change {
    fn make(&self, bytes: &mut Vec<u8>) {
        // A place after the last byte is a place, too.
        let place = |index: &Index| index.index(bytes.len() + 1);
        match self {
            Self::Insert(index, more) => drop(bytes.splice(place(index)..place(index), more.iter().copied())),
            Self::Cut(index) => bytes.truncate(place(index)),
            Self::Remove(index, length) => drop(bytes.drain(place(index)..(place(index) + length).min(bytes.len()))),
            Self::Repeat(index, length) => {
                let at = place(index);
                let part = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Self::Set(..) | Self::Flip(..) if bytes.is_empty() => {}
            Self::Set(index, byte) => *index.get_mut(bytes) = *byte,
            Self::Flip(index, bit) => *index.get_mut(bytes) ^= 1 << (bit & 7),
        }
    }
}

/// A few changes; bytes at the edges of their range are the likeliest, because lengths are made of them.
pub fn changes() -> impl Strategy<Value = Vec<Change>> {
    let byte = || prop_oneof![any::<u8>(), prop::sample::select(vec![0_u8, 1, 4, 0x7f, 0x80, 0xfb, 0xfc, 0xfd, 0xfe, 0xff])];
    let place = any::<Index>;
    let change = prop_oneof![
        3 => (place(), byte()).prop_map(|(at, byte)| Change::Set(at, byte)),
        3 => (place(), any::<u8>()).prop_map(|(at, bit)| Change::Flip(at, bit)),
        1 => (place(), vec(byte(), 1..9)).prop_map(|(at, more)| Change::Insert(at, more)),
        1 => (place(), 1..9_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => place().prop_map(Change::Cut),
        1 => (place(), 1..64_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
    ];
    vec(change, 1..5)
}

/// Valid bytes after the changes.
pub fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        change.make(&mut bytes);
    }
    bytes
}

/// The same for a text: what is no UTF-8 any more is replaced.
pub fn changed_text(text: &str, changes: &[Change]) -> String {
    String::from_utf8_lossy(&changed(text.as_bytes().to_vec(), changes)).into_owned()
}

/// Sizes of the pieces in which bytes come.
pub fn pieces() -> impl Strategy<Value = Vec<usize>> {
    vec(prop_oneof![Just(1_usize), 2..20_usize, 100..5_000_usize, Just(65_536)], 1..6)
}

/// What `work` comes to, and the most bytes that it held at once.
pub fn measured<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let mut out = None;
    let cost = allocation_counter::measure(|| out = Some(work()));
    (out.expect("it ran"), usize::try_from(cost.bytes_max).expect("a size"))
}
