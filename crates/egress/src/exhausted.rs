//! What this machine or process has run out of, which is never the other side's fault.

use std::fs::File;
use std::io;

/// Linux's numbers for: no memory, no descriptor in the system, none in this process, no buffer.
const NUMBERS: [i32; 4] = [12, 23, 24, 105];

/// Whether an error says that we have no descriptor or memory left.
pub fn is_exhausted(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|number| NUMBERS.contains(&number))
}

/// Whether there is no descriptor left now. A resolver that could open nothing says only that it found nothing.
pub(crate) fn no_descriptor_left() -> bool {
    File::open("/dev/null").is_err_and(|error| is_exhausted(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_number() {
        for (number, ours) in [(24, true), (23, true), (12, true), (105, true), (111, false), (110, false)] {
            assert_eq!(is_exhausted(&io::Error::from_raw_os_error(number)), ours, "{number}");
        }
        assert!(!is_exhausted(&io::Error::other("none")) && !no_descriptor_left());
    }
}
