//! What the vault promises, tried: known answers, tampering, moving, rotation, wrong keys, nonces.

use std::collections::HashSet;

use super::{KeyRing, KeyRingError, Place, Vault, VaultError, generate_key, key_of, lock, unlock};

const OLD: &str = "old:0101010101010101010101010101010101010101010101010101010101010101";
const NEW: &str = "new:0202020202020202020202020202020202020202020202020202020202020202";

fn vault(ring: &str) -> Vault {
    Vault::new(KeyRing::parse(ring).expect("a ring"))
}

fn place(owner: &str) -> Place {
    Place { table: "bots", column: "token", owner: owner.into() }
}

#[test]
fn the_cipher_gives_the_known_answer() {
    // Test case 16 of the GCM submission to NIST (McGrew and Viega).
    let bytes = |text: &str| hex::decode(text).expect("hex");
    let key: [u8; 32] = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").try_into().expect("32 bytes");
    let nonce: [u8; 12] = bytes("cafebabefacedbaddecaf888").try_into().expect("12 bytes");
    let plain = bytes(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    let bound = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let locked = bytes(
        "cafebabefacedbaddecaf888522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
    );
    assert_eq!(lock(&key, &nonce, &plain, &bound), locked);
    assert_eq!(unlock(&key, &locked, &bound), Ok(plain));
}

#[test]
fn a_secret_opens_only_where_it_was_sealed() {
    let vault = vault(OLD);
    let sealed = vault.seal(b"123456:AA", &place("7"));
    assert_eq!(vault.open(&sealed, &place("7")).expect("opens").expose(), b"123456:AA");
    assert_eq!(key_of(&sealed), Some("old"));
    assert_ne!(sealed, vault.seal(b"123456:AA", &place("7")), "two seals differ");
    for elsewhere in [
        place("8"),
        place(""),
        Place { table: "bot", column: "stoken", owner: "7".into() },
        Place { table: "people", ..place("7") },
        Place { column: "key", ..place("7") },
    ] {
        assert_eq!(vault.open(&sealed, &elsewhere).err(), Some(VaultError::Closed), "{elsewhere:?}");
    }
    assert!(vault.open(&vault.seal(b"", &place("7")), &place("7")).expect("opens").expose().is_empty());
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let vault = vault(&format!("{OLD},{NEW}"));
    let sealed = vault.seal(b"123456:AA", &place("7"));
    for bit in 0..sealed.len() * 8 {
        let mut broken = sealed.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        assert!(vault.open(&broken, &place("7")).is_err(), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(vault.open(&sealed[..length], &place("7")).is_err(), "{length} bytes");
    }
    // Another key's id over the same bytes.
    let renamed = [&sealed[..2], b"new", &sealed[5..]].concat();
    assert_eq!(vault.open(&renamed, &place("7")).err(), Some(VaultError::Closed));
}

#[test]
fn a_rotation_moves_secrets_to_the_first_key_and_frees_the_old_one() {
    let before = vault(OLD);
    let (sealed, check) = (before.seal(b"123456:AA", &place("7")), before.check_value());
    let during = vault(&format!("{NEW},{OLD}"));
    assert_eq!(during.open(&sealed, &place("7")).expect("opens").expose(), b"123456:AA");
    assert_eq!(during.rewrap(&sealed, &place("8")), Err(VaultError::Closed));
    let moved = during.rewrap(&sealed, &place("7")).expect("moves").expect("was under the old key");
    let check = during.rewrap(&check, &Place::of_check()).expect("moves").expect("was under the old key");
    assert_eq!(during.rewrap(&moved, &place("7")), Ok(None), "a second run finds nothing to do");
    let after = vault(NEW);
    assert_eq!(after.open(&moved, &place("7")).expect("opens").expose(), b"123456:AA");
    assert_eq!(after.verify_check(&check), Ok(()));
    assert_eq!(after.open(&sealed, &place("7")).err(), Some(VaultError::UnknownKey("old".into())));
}

#[test]
fn a_wrong_key_is_known_at_the_start() {
    let check = vault(OLD).check_value();
    assert_eq!(vault(OLD).verify_check(&check), Ok(()));
    assert_eq!(vault(NEW).verify_check(&check), Err(VaultError::UnknownKey("old".into())));
    let impostor = vault(&NEW.replace("new:", "old:"));
    assert_eq!(impostor.verify_check(&check), Err(VaultError::Closed));
    assert_eq!(impostor.verify_check(b"junk"), Err(VaultError::Malformed));
    let other = vault(OLD).seal(b"something else", &Place::of_check());
    assert_eq!(vault(OLD).verify_check(&other), Err(VaultError::Malformed));
}

#[test]
fn a_key_is_32_bytes_in_hex_or_base64_and_nothing_else() {
    for good in [
        generate_key(),
        generate_key().to_uppercase(),
        "+".repeat(42) + "8=",
        "-".repeat(42) + "8",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into(),
    ] {
        assert!(KeyRing::parse(&format!("k:{good}")).is_ok(), "{good}");
    }
    for length in (0..=130).filter(|length| ![43, 64].contains(length)) {
        for letter in ["a", "A", "0", "="] {
            let key = letter.repeat(length);
            assert_eq!(KeyRing::parse(&format!("k:{key}")).err(), Some(KeyRingError::BadKey(1)), "{length} of {letter}");
        }
    }
    let hex = generate_key();
    for bad in [
        "g".repeat(64),
        format!("0x{}", &hex[..62]),
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB".into(),
        "+".repeat(41) + "-8",
        format!("{hex} {hex}"),
    ] {
        assert_eq!(KeyRing::parse(&format!("k:{bad}")).err(), Some(KeyRingError::BadKey(1)), "{bad}");
    }
}

#[test]
fn a_wrong_ring_is_refused_without_showing_it() {
    let key = generate_key();
    for (text, error) in [
        (String::new(), KeyRingError::Empty),
        (" \n".into(), KeyRingError::Empty),
        (key.clone(), KeyRingError::NoColon(1)),
        (format!("a:{key},"), KeyRingError::NoColon(2)),
        (format!(":{key}"), KeyRingError::BadId(1)),
        (format!("{key}:a"), KeyRingError::BadId(1)),
        (format!("{}:{key}", "i".repeat(17)), KeyRingError::BadId(1)),
        (format!("a.b:{key}"), KeyRingError::BadId(1)),
        (format!("a:{key}, a:{key}"), KeyRingError::Twice(2)),
        (format!("a:{key},b:{}", &key[1..]), KeyRingError::BadKey(2)),
    ] {
        let found = KeyRing::parse(&text).expect_err("a wrong ring");
        assert_eq!(found, error);
        let said = format!("{found} {found:?}");
        assert!(!said.contains('\n') && !said.contains(&key[..8]), "{said}");
    }
    let ring = KeyRing::parse(&format!("a:{key}, b:{}", generate_key())).expect("a ring");
    assert_eq!(format!("{ring:?}"), r#"["a", "b"]"#);
}

#[test]
fn a_nonce_that_repeats_joins_no_two_secrets() {
    let differ = |one: &[u8], other: &[u8]| one.iter().zip(other).map(|(a, b)| a ^ b).collect::<Vec<u8>>();
    let (vault, texts, nonce) = (vault(OLD), [b"123456789:AAone".as_slice(), b"123456789:AAtwo"], [7; 12]);
    // Under one key a nonce that repeats would give away how the secrets differ.
    let under_one = texts.map(|text| lock(&[1; 32], &nonce, text, b"")[12..].to_vec());
    assert_eq!(differ(&under_one[0], &under_one[1])[..15], differ(texts[0], texts[1]));
    // Each has a key of its own.
    let sealed = texts.map(|text| vault.seal(text, &place("7")));
    let keys =
        sealed.each_ref().map(|sealed| vault.unwrap(&super::Parts::read(sealed).expect("ours"), &place("7")).expect("its key"));
    assert_ne!(*keys[0], *keys[1]);
    let under_own: Vec<_> = texts.iter().zip(&keys).map(|(text, key)| lock(key, &nonce, text, b"")[12..].to_vec()).collect();
    assert_ne!(differ(&under_own[0], &under_own[1])[..15], differ(texts[0], texts[1]));
}

#[test]
fn nonces_are_never_used_twice() {
    let vault = vault(OLD);
    let mut seen = HashSet::new();
    for _ in 0..50_000 {
        let sealed = vault.seal(b"x", &place("7"));
        assert!(seen.insert(sealed[5..17].to_vec()), "the wrap's nonce");
        assert!(seen.insert(sealed[65..77].to_vec()), "the secret's nonce");
    }
    assert_eq!(seen.len(), 100_000);
}
