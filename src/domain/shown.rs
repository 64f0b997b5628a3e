//! What a screen showed, in three letters. A yes is given to what was read: a button that does something carries the
//! print of what stood above it. When something else would be done by now, nothing is done, and the screen is drawn as
//! things stand.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// As many prints as three letters of [`base36`] tell apart.
const PRINTS: u64 = 36 * 36 * 36;

/// The print of what a screen showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shown(u16);

impl Shown {
    /// The same for the same values, in every process and at any hour.
    pub fn of(what: &impl Hash) -> Shown {
        let mut sum = Fnv(0xcbf2_9ce4_8422_2325);
        what.hash(&mut sum);
        Shown((sum.finish() % PRINTS) as u16)
    }

    /// As a button spells it.
    pub fn spell(self) -> String {
        base36(i64::from(self.0))
    }

    /// Reads it back.
    pub fn read(text: &str) -> Option<Shown> {
        u16::from_str_radix(text, 36).ok().map(Shown)
    }
}

/// FNV-1a. The standard library's own hasher may change with its version, and buttons outlive a build.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        // The low bits of a sum this simple follow the last byte closely; folded, all of them count.
        self.0 ^ (self.0 >> 32)
    }
}

/// A number that is not negative, by digits and small letters: the shortest spelling a button has room for.
pub fn base36(number: i64) -> String {
    let mut left = number.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((left % 36) as u32, 36).unwrap_or('0'));
        left /= 36;
        if left == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Shown, base36};

    #[test]
    fn a_print_is_short_lasting_and_tells_lists_apart() {
        assert_eq!(Shown::of(&(1i64, "a")), Shown::of(&(1i64, "a")));
        // A button drawn by an older build carries this.
        assert_eq!(Shown::of(&7u8).spell(), "y4q");
        let prints: Vec<Shown> = (0..200i64).map(|id| Shown::of(&vec![id, 2002])).collect();
        assert!(prints.iter().all(|print| print.spell().len() <= 3 && Shown::read(&print.spell()) == Some(*print)));
        let different: HashSet<String> = prints.iter().map(|print| print.spell()).collect();
        assert!(different.len() >= 198, "{} of 200", different.len());
        assert_eq!((Shown::read(""), Shown::read("zzzzz")), (None, None));
        // Values so many that their sums reach every letter; each print stays within three.
        let many: HashSet<String> = (0..20_000u32).map(|number| Shown::of(&number).spell()).collect();
        assert!(many.iter().all(|print| print.len() <= 3));
        assert!(many.len() > 15_000, "few of 46,656 fall together: {}", many.len());
    }

    #[test]
    fn numbers_by_letters_come_back() {
        for (number, spelt) in [(0, "0"), (35, "z"), (36, "10"), (123_456_789, "21i3v9"), (i64::MAX, "1y2p0ij32e8e7")] {
            assert_eq!((base36(number).as_str(), i64::from_str_radix(spelt, 36)), (spelt, Ok(number)));
        }
    }
}
