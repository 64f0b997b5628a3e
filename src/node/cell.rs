//! One claw's place on this host: its short name, its folder and what lies in it, its port and its user. Nothing here
//! changes during a claw's life; a restored backup finds everything where it was.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::{domain::secret::Secret, node::spec::Limits};

/// Letters of a short name.
const SLUG: usize = 16;
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Where and as whom one claw runs.
#[derive(Clone, Debug)]
pub struct Cell {
    pub slug: String,
    pub paths: Paths,
    /// Of its gateway, on loopback.
    pub port: u16,
    pub gateway_token: Secret<String>,
    /// Its own user, and group of the same number; nothing when we are not root and it runs as we do.
    pub user: Option<u32>,
    pub limits: Limits,
}

/// What lies in a claw's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    pub dir: PathBuf,
    pub home: PathBuf,
    pub state: PathBuf,
    /// The file of OpenClaw's configuration.
    pub config: PathBuf,
    pub workspace: PathBuf,
    pub tmp: PathBuf,
    pub secrets: PathBuf,
    /// The file everything the gateway says goes to.
    pub log: PathBuf,
    /// Backups wait here to be encrypted.
    pub outbox: PathBuf,
}

impl Paths {
    /// The places in a claw's folder.
    pub fn below(dir: &Path) -> Paths {
        Paths {
            home: dir.join("home"),
            state: dir.join("state"),
            config: dir.join("config").join("openclaw.json"),
            workspace: dir.join("workspace"),
            tmp: dir.join("tmp"),
            secrets: dir.join("secrets"),
            log: dir.join("log").join("gateway.log"),
            outbox: dir.join("outbox"),
            dir: dir.to_owned(),
        }
    }

    /// Every folder of a claw, the outer one first.
    pub fn folders(&self) -> Vec<PathBuf> {
        let inner = ["home", "state", "config", "workspace", "tmp", "secrets", "log", "outbox"];
        std::iter::once(self.dir.clone()).chain(inner.map(|name| self.dir.join(name))).collect()
    }
}

/// The short name of a claw: the same for the same two names, on every host.
pub fn slug(user_id: &str, claw_id: &str) -> String {
    let digest = Sha256::new().chain_update(user_id).chain_update([0]).chain_update(claw_id).finalize();
    let mut letters = String::with_capacity(SLUG);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in digest {
        (bits, held) = (bits << 8 | u32::from(byte), held + 8);
        while held >= 5 && letters.len() < SLUG {
            held -= 5;
            letters.push(char::from(LETTERS[(bits >> held & 31) as usize]));
        }
        bits &= 0xff;
    }
    letters
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Paths, slug};

    #[test]
    fn a_short_name_is_base32_of_both_names() {
        // printf 'u1\0claw-1' | sha256sum | xxd -r -p | base32 | tr A-Z a-z | cut -c1-16
        assert_eq!(slug("u1", "claw-1"), "4ikv75gzd2hnhtyp");
        assert_ne!(slug("u1", "claw-1"), slug("u", "1claw-1"));
        assert_eq!(slug("a", "b").len(), 16);
    }

    #[test]
    fn all_places_lie_in_the_claws_folder() {
        let paths = Paths::below(Path::new("/claws/x"));
        for place in [&paths.home, &paths.config, &paths.log, &paths.outbox, &paths.secrets] {
            assert!(place.starts_with(&paths.dir));
            assert!(paths.folders().iter().any(|folder| Some(folder.as_path()) == place.parent() || folder == place));
        }
    }
}
