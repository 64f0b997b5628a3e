//! The short code a person sees when something fails, and what stands behind it for `/trace`.

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{ClawId, PersonId},
    time::Time,
};

/// Letters and digits that cannot be taken for one another when read aloud.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A code such as `K7F-2M`: 25 bits, unique among the incidents we keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentCode(pub String);

impl IncidentCode {
    /// A code made of random bits; the same bits give the same code.
    pub fn from_bits(bits: u32) -> IncidentCode {
        let letter = |at: u32| char::from(ALPHABET[(bits >> (at * 5) & 31) as usize]);
        IncidentCode(format!("{}{}{}-{}{}", letter(0), letter(1), letter(2), letter(3), letter(4)))
    }

    /// What someone typed after `/trace`: any case, with or without the dash.
    pub fn parse(text: &str) -> Option<IncidentCode> {
        let letters: String = text.trim().to_ascii_uppercase().chars().filter(|c| *c != '-').collect();
        let known = letters.bytes().all(|b| ALPHABET.contains(&b));
        (letters.len() == 5 && known).then(|| IncidentCode(format!("{}-{}", &letters[..3], &letters[3..])))
    }
}

impl std::fmt::Display for IncidentCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One failure a person or an admin was shown. The chain holds no secret and no text of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub code: IncidentCode,
    pub at: Time,
    pub person: Option<PersonId>,
    pub claw: Option<ClawId>,
    /// What we were doing, in a few words: `asking the infra API to provision`.
    pub doing: String,
    /// The chain of causes, outermost first.
    pub chain: String,
}

#[cfg(test)]
mod tests {
    use super::IncidentCode;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = IncidentCode::from_bits(0b00001_11111_00000_10101_01010);
        assert_eq!(code.to_string(), "CP2-Z3");
        for typed in ["CP2-Z3", "cp2z3", " cp2-z3 "] {
            assert_eq!(IncidentCode::parse(typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "CP2", "CP2-Z31", "CPO-Z3", "привет"] {
            assert_eq!(IncidentCode::parse(typed), None, "{typed}");
        }
    }
}
