//! Whole files at rest, of any length: a backup does not fit into memory.
//!
//! ```text
//! sealed secret's length (u32, big-endian) | a sealed secret: the file's own key | chunk | chunk | …
//! chunk: 64 KiB of the file, or what is left of it, and a tag of 16 bytes
//! ```
//!
//! The file's key is a secret of the vault, bound to its place as any other. A chunk's nonce is its number and whether it
//! is the last one; the key is used for this file alone, so no nonce comes twice. Chunks that are missing, cut off,
//! doubled or in another order do not open.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use super::{NONCE, Place, TAG, Vault, VaultError, random};

const CHUNK: usize = 64 * 1024;
/// What a sealed key is never longer than.
const LONGEST_HEAD: usize = 1024;
const BOUND: &[u8] = b"clawhatch file 1";

/// Why a file was not sealed or opened. Holds nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// Another key, another place, or changed bytes; or no sealed file at all.
    #[error(transparent)]
    Closed(#[from] VaultError),
    /// The disk.
    #[error("reading or writing a file: {0}")]
    Disk(#[from] io::Error),
}

impl Vault {
    /// Seals the file `from` into the new file `to`, which only we can read, and gives its length. Blocks. When it fails
    /// there is no `to`.
    pub fn seal_file(&self, from: &Path, to: &Path, place: &Place) -> Result<u64, StreamError> {
        let key = Zeroizing::new(random::<32>());
        let head = self.seal(key.as_slice(), place);
        let mut source = BufReader::new(File::open(from)?);
        written(to, |sealed| {
            sealed.write_all(&(head.len() as u32).to_be_bytes())?;
            sealed.write_all(&head)?;
            let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
            chunks(&mut source, CHUNK, |number, last, plain| {
                let locked = cipher.encrypt(&nonce(number, last), Payload { msg: plain, aad: BOUND });
                sealed.write_all(&locked.expect("AES-GCM takes any text below 64 GiB, and a chunk is small"))?;
                Ok(())
            })
        })
    }

    /// Opens the sealed file `from` into the new file `to`. As [`Vault::seal_file`]; nothing of a damaged file is left.
    pub fn open_file(&self, from: &Path, to: &Path, place: &Place) -> Result<u64, StreamError> {
        let mut source = BufReader::new(File::open(from)?);
        let mut length = [0; 4];
        read_head(&mut source, &mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > LONGEST_HEAD {
            return Err(VaultError::Malformed.into());
        }
        let mut head = vec![0; length];
        read_head(&mut source, &mut head)?;
        let key = self.open(&head, place)?;
        let key = <[u8; 32]>::try_from(key.expose().as_slice()).map(Zeroizing::new).map_err(|_| VaultError::Malformed)?;
        written(to, |plain| {
            let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
            chunks(&mut source, CHUNK + TAG, |number, last, locked| {
                let opened = cipher.decrypt(&nonce(number, last), Payload { msg: locked, aad: BOUND });
                plain.write_all(&opened.map_err(|_| VaultError::Closed)?)?;
                Ok(())
            })
        })
    }
}

/// Fills a new file, brings it to the disk and gives its length; takes it away again when that fails.
fn written(to: &Path, fill: impl FnOnce(&mut File) -> Result<(), StreamError>) -> Result<u64, StreamError> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let done = fill(&mut file).and_then(|()| {
        file.sync_all()?;
        Ok(file.metadata()?.len())
    });
    if done.is_err() {
        // What failed is told; that there is a rest to clean up as well would hide it.
        let _gone = fs::remove_file(to);
    }
    done
}

/// Gives `each` the source in pieces of `size`, with their numbers and whether it is the last. There is always a last
/// one, if an empty one.
fn chunks(
    source: &mut impl Read,
    size: usize,
    mut each: impl FnMut(u64, bool, &[u8]) -> Result<(), StreamError>,
) -> Result<(), StreamError> {
    let (mut now, mut next) = (Vec::new(), Vec::new());
    source.by_ref().take(size as u64).read_to_end(&mut now)?;
    for number in 0.. {
        next.clear();
        source.by_ref().take(size as u64).read_to_end(&mut next)?;
        let last = next.is_empty();
        each(number, last, &now)?;
        if last {
            break;
        }
        std::mem::swap(&mut now, &mut next);
    }
    Ok(())
}

fn nonce(number: u64, last: bool) -> Nonce<<Aes256Gcm as aes_gcm::aead::AeadCore>::NonceSize> {
    let mut bytes = [0; NONCE];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes[8] = u8::from(last);
    Nonce::from(bytes)
}

fn read_head(source: &mut impl Read, bytes: &mut [u8]) -> Result<(), StreamError> {
    source.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => VaultError::Malformed.into(),
        _ => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{CHUNK, StreamError};
    use crate::drivers::vault::{KeyRing, Place, TAG, Vault, VaultError, generate_key};

    fn vault() -> Vault {
        Vault::new(KeyRing::parse(&format!("a:{}", generate_key())).expect("a ring"))
    }

    fn place(owner: &str) -> Place {
        Place { table: "backups", column: "archive", owner: owner.to_owned() }
    }

    #[test]
    fn files_of_every_length_come_back() {
        let (folder, vault) = (tempfile::tempdir().expect("a folder"), vault());
        let path = |name: &str| folder.path().join(name);
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            fs::write(path("plain"), &plain).expect("written");
            let sealed = vault.seal_file(&path("plain"), &path("sealed"), &place("x")).expect("sealed");
            assert_eq!(sealed, fs::metadata(path("sealed")).expect("a file").len());
            if length > 32 {
                let bytes = fs::read(path("sealed")).expect("read");
                assert!(!bytes.windows(32).any(|part| part == &plain[..32]), "nothing of it can be read");
            }
            assert_eq!(vault.open_file(&path("sealed"), &path("again"), &place("x")).expect("opened"), length as u64);
            assert_eq!(fs::read(path("again")).expect("read"), plain);
            for name in ["sealed", "again"] {
                fs::remove_file(path(name)).expect("removed");
            }
        }
    }

    #[test]
    fn a_changed_file_does_not_open_and_leaves_nothing() {
        let (folder, vault) = (tempfile::tempdir().expect("a folder"), vault());
        let path = |name: &str| folder.path().join(name);
        fs::write(path("plain"), vec![7; 3 * CHUNK]).expect("written");
        vault.seal_file(&path("plain"), &path("sealed"), &place("x")).expect("sealed");
        let sealed = fs::read(path("sealed")).expect("read");
        let head = sealed.len() - 3 * (CHUNK + TAG);
        let mut flipped = sealed.clone();
        flipped[head + 5] ^= 1;
        let (first, rest) = sealed[head..].split_at(CHUNK + TAG);
        let swapped = [&sealed[..head], &rest[..CHUNK + TAG], first, &rest[CHUNK + TAG..]].concat();
        let doubled = [&sealed[..head], first, first, rest].concat();
        let cut_chunk = sealed[..sealed.len() - (CHUNK + TAG)].to_vec();
        for broken in [flipped, swapped, doubled, cut_chunk, sealed[..sealed.len() - 1].to_vec(), sealed[..head].to_vec()] {
            fs::write(path("broken"), broken).expect("written");
            let told = vault.open_file(&path("broken"), &path("out"), &place("x"));
            assert!(matches!(told, Err(StreamError::Closed(VaultError::Closed))), "{told:?}");
            assert!(!path("out").exists());
        }
        for junk in [Vec::new(), vec![0xff; 64], sealed[..3].to_vec(), sealed[..head - 1].to_vec()] {
            fs::write(path("broken"), junk).expect("written");
            let told = vault.open_file(&path("broken"), &path("out"), &place("x"));
            assert!(matches!(told, Err(StreamError::Closed(_))), "{told:?}");
        }
        assert!(matches!(
            vault.open_file(&path("sealed"), &path("out"), &place("y")),
            Err(StreamError::Closed(VaultError::Closed))
        ));
        fs::write(path("out"), "mine").expect("written");
        assert!(matches!(vault.open_file(&path("sealed"), &path("out"), &place("x")), Err(StreamError::Disk(_))));
        assert_eq!(fs::read(path("out")).expect("read"), b"mine", "a file that was there is not touched");
    }
}
