//! A private input on its way to the prover that reserved the job: HPKE (RFC 9180) in base mode, DHKEM(X25519, HKDF-SHA256),
//! HKDF-SHA256, ChaCha20Poly1305, bound to the job.
//!
//! What is delivered is the encapsulated key, 32 bytes, and the ciphertext behind it. What is inside is between requester and prover:
//! the opening of the input's commitment.

use crate::error::ContractsError;
use crate::keys::{read_text, unusable, write_secret};
use alloy::primitives::{B256, hex};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal};
use std::path::Path;
use zeroize::Zeroizing;

/// Nothing else is encrypted under these keys, and nothing of another version.
const INFO: &[u8] = b"verin private input v1";
/// Bytes of an encapsulated key, and of a private one.
const ENCAPSULATED: usize = 32;

/// What a prover reads deliveries with. Its public half is registered with the market.
#[derive(Clone)]
pub struct DeliveryKey {
    private: <X25519HkdfSha256 as Kem>::PrivateKey,
}

impl std::fmt::Debug for DeliveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeliveryKey(..)")
    }
}

impl DeliveryKey {
    /// A new one, from the system's randomness.
    pub fn generate() -> Self {
        Self { private: X25519HkdfSha256::gen_keypair().0 }
    }

    /// Makes a new one and its file, which must not exist yet and which only its owner can read: 64 hexadecimal digits on a line.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn create(path: &Path) -> Result<Self, ContractsError> {
        let key = Self::generate();
        let digits = Zeroizing::new(format!("{}\n", &*key.digits()));
        write_secret(path, digits.as_bytes()).map(|()| key)
    }

    /// The key in a file that [`DeliveryKey::create`] made.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn load(path: &Path) -> Result<Self, ContractsError> {
        let text = Zeroizing::new(read_text(path)?);
        let bytes = hex::decode(text.trim_end()).map(Zeroizing::new).ok();
        let private = bytes.and_then(|bytes| Deserializable::from_bytes(&bytes).ok());
        // The bytes are not repeated: they may be another secret.
        let private =
            private.ok_or_else(|| unusable(path, "a delivery key of 64 hexadecimal digits", "something else"));
        Ok(Self { private: private? })
    }

    fn digits(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(Zeroizing::new(<[u8; ENCAPSULATED]>::from(self.private.to_bytes()))))
    }

    /// What is registered: the X25519 public key.
    pub fn public(&self) -> [u8; 32] {
        X25519HkdfSha256::sk_to_pk(&self.private).to_bytes().into()
    }

    /// Reads what was delivered for `job`.
    ///
    /// # Errors
    /// It was not encrypted to this key, or for another job.
    pub fn open(&self, job: B256, delivered: &[u8]) -> Result<Vec<u8>, ContractsError> {
        let unreadable = || ContractsError::Mismatch {
            what: format!("delivery for job {job}"),
            expected: "an input encrypted to this prover's key, for this job".into(),
            got: format!("{} bytes that it does not open", delivered.len()),
        };
        let (key, ciphertext) = delivered.split_at_checked(ENCAPSULATED).ok_or_else(unreadable)?;
        let key = Deserializable::from_bytes(key).map_err(|_| unreadable())?;
        single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.private,
            &key,
            INFO,
            ciphertext,
            job.as_slice(),
        )
        .map_err(|_| unreadable())
    }
}

/// Encrypts what a requester hands over for `job` to the prover's registered key.
///
/// # Errors
/// The key is not one.
pub fn seal(key: [u8; 32], job: B256, plaintext: &[u8]) -> Result<Vec<u8>, ContractsError> {
    let unusable = || ContractsError::Mismatch {
        what: format!("key of the prover of job {job}"),
        expected: "an X25519 public key".into(),
        got: B256::from(key).to_string(),
    };
    let recipient = Deserializable::from_bytes(&key).map_err(|_| unusable())?;
    let (encapsulated, ciphertext) = single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &recipient,
        INFO,
        plaintext,
        job.as_slice(),
    )
    .map_err(|_| unusable())?;
    Ok([encapsulated.to_bytes().to_vec(), ciphertext].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: B256 = B256::repeat_byte(7);

    #[test]
    fn what_is_sealed_is_read_by_its_prover_for_its_job() {
        let key = DeliveryKey::generate();
        let delivered = seal(key.public(), JOB, b"an input").expect("a key");
        assert_eq!(key.open(JOB, &delivered).expect("its own"), b"an input");
        assert!(key.open(B256::repeat_byte(8), &delivered).is_err(), "another job");
        assert!(DeliveryKey::generate().open(JOB, &delivered).is_err(), "another prover");
        for at in 0..delivered.len() {
            let mut changed = delivered.clone();
            changed[at] ^= 1;
            assert!(key.open(JOB, &changed).is_err(), "byte {at}");
        }
        for len in 0..delivered.len() {
            assert!(key.open(JOB, &delivered[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn a_key_is_kept_in_a_file_of_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("delivery.key");
        let key = DeliveryKey::create(&path).expect("a key");
        assert!(!crate::keys::is_exposed(&path));
        let delivered = seal(key.public(), JOB, b"an input").expect("a key");
        let loaded = DeliveryKey::load(&path).expect("the same");
        assert_eq!(loaded.public(), key.public());
        assert_eq!(loaded.open(JOB, &delivered).expect("its own"), b"an input");
        assert!(matches!(DeliveryKey::create(&path), Err(ContractsError::Exists { .. })));
        for text in ["", "12", &"0g".repeat(32), &"00".repeat(33)] {
            std::fs::write(&path, text).expect("a file");
            let error = DeliveryKey::load(&path).expect_err(text).to_string();
            assert!(error.contains("delivery.key") && (text.is_empty() || !error.contains(text)), "{error}");
        }
        assert!(matches!(DeliveryKey::load(&folder.path().join("none")), Err(ContractsError::Io { .. })));
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        assert!(seal([0; 32], JOB, b"an input").is_err());
    }
}
