//! Keys of people: an account's, in an encrypted file (Web3 Secret Storage version 3, as other wallets write it) or from the
//! environment; and the secret files of this crate, which only their owner can read.
//!
//! Nothing in here shows a key or a password: neither in an error nor in `Debug`.

use crate::error::ContractsError;
use crate::network::PrivateKeySigner;
use alloy::primitives::{Address, hex};
use serde::Deserialize;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Largest file of a key, in bytes.
const MOST: u64 = 64 << 10;
/// The most work that a file may ask for its password to be tried, in blocks of 128 bytes of memory: a gigabyte.
const MOST_WORK: u64 = 1 << 23;
/// The most rounds of PBKDF2.
const MOST_ROUNDS: u64 = 1 << 25;
/// What a derived key must have, since a half of it encrypts and the other authenticates.
const DERIVED: u64 = 32;
/// Hexadecimal digits of an initial vector.
const VECTOR: usize = 32;

/// What a key file is opened with. Overwritten when it is dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Password {
    /// The first line of a file.
    ///
    /// # Errors
    /// It cannot be read, or has none.
    pub fn read(path: &Path) -> Result<Self, ContractsError> {
        let text = Zeroizing::new(read_text(path)?);
        match text.lines().next() {
            Some(line) if !line.is_empty() => Ok(line.to_owned().into()),
            _ => Err(unusable(path, "a password on its first line", "nothing there")),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both are the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Makes a new account, from the system's randomness, and its file, which must not exist yet. Takes a moment, on purpose.
///
/// # Errors
/// The file exists, or cannot be written.
pub fn create(path: &Path, password: &Password) -> Result<Address, ContractsError> {
    keep(path, &PrivateKeySigner::random(), password)
}

/// Makes the file of a key, which must not exist yet.
///
/// # Errors
/// The file exists, or cannot be written.
pub fn keep(path: &Path, key: &PrivateKeySigner, password: &Password) -> Result<Address, ContractsError> {
    if path.exists() {
        return Err(ContractsError::Exists { path: path.into() });
    }
    // The library writes a file that everybody may read: into a folder, then, that nobody else enters.
    let folder = tempfile::tempdir().map_err(|e| io(path, &e))?;
    let bytes = Zeroizing::new(key.to_bytes().0);
    let (_, id) =
        PrivateKeySigner::encrypt_keystore(folder.path(), &mut rand::rngs::OsRng, &bytes[..], &*password.0, None)
            .map_err(|e| unusable(path, "a key that can be encrypted", &e.to_string()))?;
    let text = std::fs::read_to_string(folder.path().join(id)).map_err(|e| io(path, &e))?;
    let mut json: serde_json::Value =
        serde_json::from_str(&text).map_err(|e| unusable(path, "a key file", &e.to_string()))?;
    // The standard has it, and wallets look there; the library leaves it out.
    json["address"] = hex::encode(key.address()).into();
    write_secret(path, json.to_string().as_bytes())?;
    Ok(key.address())
}

/// The key in a file.
///
/// # Errors
/// There is none, it is damaged, or the password is another.
pub fn unlock(path: &Path, password: &Password) -> Result<PrivateKeySigner, ContractsError> {
    let file = KeyFile::read(path)?;
    let key = PrivateKeySigner::decrypt_keystore(path, &*password.0).map_err(|e| {
        // The library's own error has this name; it says nothing of the password.
        if e.to_string() == "Mac Mismatch" {
            return ContractsError::WrongPassword { path: path.into() };
        }
        unusable(path, "a key file", &e.to_string())
    })?;
    match file.address()? {
        Some(address) if address != key.address() => Err(unusable(
            path,
            &format!("the key of {address}, as the file says"),
            &format!("that of {}", key.address()),
        )),
        _ => Ok(key),
    }
}

/// The account that a file says it has the key of; none when it does not say.
///
/// # Errors
/// There is no file, or it is damaged.
pub fn address(path: &Path) -> Result<Option<Address>, ContractsError> {
    KeyFile::read(path)?.address()
}

/// A key from its 64 hexadecimal digits. `what` says where they came from: they are in no error.
///
/// # Errors
/// They are none.
pub fn from_hex(what: &str, digits: &str) -> Result<PrivateKeySigner, ContractsError> {
    let error = || ContractsError::BadKey { what: what.into() };
    let bytes = Zeroizing::new(hex::decode(digits.trim()).map_err(|_| error())?);
    PrivateKeySigner::from_slice(&bytes).map_err(|_| error())
}

/// Whether others than its owner can read a file.
pub fn is_exposed(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Writes a file that only its owner can read (mode 0600), which must not exist yet. It is there whole or not at all.
///
/// # Errors
/// It exists, or cannot be written.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), ContractsError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        let mut file = tempfile::Builder::new().prefix(".verin-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(|e: std::io::Error| match e.kind() {
        std::io::ErrorKind::AlreadyExists => ContractsError::Exists { path: path.into() },
        _ => io(path, &e),
    })
}

/// A small text file.
pub(crate) fn read_text(path: &Path) -> Result<String, ContractsError> {
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|e| io(path, &e))?;
    file.take(MOST + 1).read_to_string(&mut text).map_err(|e| io(path, &e))?;
    if text.len() as u64 > MOST {
        return Err(unusable(path, &format!("at most {MOST} bytes"), "more"));
    }
    Ok(text)
}

pub(crate) fn io(path: &Path, error: &std::io::Error) -> ContractsError {
    ContractsError::Io { path: path.into(), why: error.to_string() }
}

pub(crate) fn unusable(path: &Path, expected: &str, got: &str) -> ContractsError {
    ContractsError::Unusable { path: path.into(), expected: expected.into(), got: got.into() }
}

/// What is looked at before the library reads the same file: it takes its lengths as they come.
#[derive(Deserialize)]
struct KeyFile {
    #[serde(skip)]
    path: PathBuf,
    address: Option<String>,
    crypto: Crypto,
    version: u64,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: Cipher,
    ciphertext: String,
    kdf: String,
    kdfparams: Derivation,
}

#[derive(Deserialize)]
struct Cipher {
    iv: String,
}

#[derive(Deserialize)]
struct Derivation {
    dklen: u64,
    #[serde(default)]
    n: u64,
    #[serde(default)]
    r: u64,
    #[serde(default)]
    p: u64,
    #[serde(default)]
    c: u64,
    #[serde(default)]
    prf: String,
}

impl KeyFile {
    fn read(path: &Path) -> Result<Self, ContractsError> {
        const EXPECTED: &str = "a key file (Web3 Secret Storage version 3)";
        let text = read_text(path)?;
        let file: Self = serde_json::from_str(&text).map_err(|e| unusable(path, EXPECTED, &e.to_string()))?;
        let Crypto { cipher, cipherparams, ciphertext, kdf, kdfparams: d } = &file.crypto;
        let work = d.n.saturating_mul(d.r).saturating_mul(d.p);
        let derivation = match kdf.as_str() {
            "scrypt" => d.n.is_power_of_two() && d.n >= 2 && (1..=MOST_WORK).contains(&work),
            "pbkdf2" => (1..=MOST_ROUNDS).contains(&d.c) && d.prf == "hmac-sha256",
            _ => false,
        };
        let wrong = if file.version != 3 {
            Some(format!("version {}", file.version))
        } else if cipher != "aes-128-ctr" {
            Some(format!("cipher {cipher}"))
        } else if cipherparams.iv.len() != VECTOR || ciphertext.len() != 2 * DERIVED as usize || d.dklen != DERIVED {
            Some("other lengths".into())
        } else if !derivation {
            Some(format!("key derivation {kdf} with parameters that it does not take"))
        } else {
            None
        };
        match wrong {
            Some(got) => Err(unusable(path, EXPECTED, &got)),
            None => Ok(Self { path: path.into(), ..file }),
        }
    }

    fn address(&self) -> Result<Option<Address>, ContractsError> {
        let parse = |text: &String| {
            text.parse().map_err(|_| unusable(&self.path, "an address of 40 hexadecimal digits", "another text"))
        };
        self.address.as_ref().filter(|text| !text.is_empty()).map(parse).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        text.to_owned().into()
    }

    #[test]
    fn a_key_is_read_back_with_its_password_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key.json");
        let account = create(&path, &password("right")).expect("a key");
        assert_eq!(unlock(&path, &password("right")).expect("its key").address(), account);
        assert_eq!(address(&path).expect("a key file"), Some(account));
        let error = unlock(&path, &password("wrong")).expect_err("another password");
        assert!(
            matches!(error, ContractsError::WrongPassword { .. }) && !error.to_string().contains("wrong"),
            "{error}"
        );
        assert!(!is_exposed(&path));
        let before = std::fs::read(&path).expect("a file");
        assert!(matches!(create(&path, &password("right")), Err(ContractsError::Exists { .. })));
        assert_eq!(std::fs::read(&path).expect("a file"), before);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }

    /// The example of the Web3 Secret Storage definition, both of its derivations.
    #[test]
    fn golden_files_of_the_definition() {
        const KEY: &str = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
        const PBKDF2: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
            "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
            "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
            "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key.json");
        std::fs::write(&path, PBKDF2).expect("a file");
        let key = unlock(&path, &password("testpassword")).expect("the key");
        assert_eq!(hex::encode_prefixed(key.to_bytes()), KEY);
        assert_eq!(address(&path).expect("a key file"), None, "it does not say");
    }

    #[test]
    fn a_damaged_file_is_an_error_and_never_a_panic() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key.json");
        create(&path, &password("right")).expect("a key");
        let whole = std::fs::read_to_string(&path).expect("a file");
        let bad = folder.path().join("bad.json");
        for at in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] ^= 1;
            std::fs::write(&bad, &bytes).expect("a file");
            // What a wallet does not look at may be anything: the id's digits, and the letters that make no difference.
            if let Ok(key) = unlock(&bad, &password("right")) {
                assert_eq!(Some(key.address()), address(&path).expect("a key file"), "byte {at}");
            }
        }
        for length in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&bad, &whole[..length]).expect("a file");
            assert!(matches!(unlock(&bad, &password("right")), Err(ContractsError::Unusable { .. })));
        }
        for (from, to) in [
            ("\"dklen\":32", "\"dklen\":8"),
            ("\"n\":8192", "\"n\":4294967296"),
            ("\"n\":8192", "\"n\":0"),
            ("\"r\":8", "\"r\":4294967295"),
            ("\"iv\":\"", "\"iv\":\"00"),
            ("\"version\":3", "\"version\":4"),
            ("aes-128-ctr", "aes-256-gcm"),
        ] {
            assert!(whole.contains(from), "{from}");
            std::fs::write(&bad, whole.replace(from, to)).expect("a file");
            assert!(matches!(unlock(&bad, &password("right")), Err(ContractsError::Unusable { .. })), "{to}");
        }
        let other = hex::encode(PrivateKeySigner::random().address());
        let own = hex::encode(address(&path).expect("a key file").expect("an address"));
        std::fs::write(&bad, whole.replace(&own, &other)).expect("a file");
        assert!(matches!(unlock(&bad, &password("right")), Err(ContractsError::Unusable { .. })), "another address");
        assert!(matches!(unlock(&folder.path().join("none"), &password("right")), Err(ContractsError::Io { .. })));
    }

    #[test]
    fn a_key_from_digits_and_nothing_else() {
        let key =
            from_hex("VERIN_KEY", "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").expect("a key");
        assert_eq!(key.address().to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        for digits in ["", "0x", "12", &"0".repeat(64), &"f".repeat(64), &"g".repeat(64), &"1".repeat(66)] {
            let error = from_hex("VERIN_KEY", digits).expect_err("no key").to_string();
            assert!(error.contains("VERIN_KEY") && (digits.len() < 3 || !error.contains(digits)), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_read_is_seen() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        write_secret(&path, b"a secret").expect("a file");
        assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("a mode");
        assert!(is_exposed(&path));
    }

    #[test]
    fn a_password_is_the_first_line_of_its_file_and_is_never_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("password");
        std::fs::write(&path, "hunter two\nanother line\n").expect("a file");
        let read = Password::read(&path).expect("a password");
        assert!(read.is_same(&password("hunter two")));
        assert_eq!(format!("{read:?}"), "Password(..)");
        std::fs::write(&path, "\n").expect("a file");
        assert!(matches!(Password::read(&path), Err(ContractsError::Unusable { .. })));
    }
}
