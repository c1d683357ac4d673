//! A private input on its way to the prover that reserved the job: HPKE (RFC 9180) in base mode, DHKEM(X25519, HKDF-SHA256),
//! HKDF-SHA256, ChaCha20Poly1305, bound to the job.
//!
//! What is delivered is the encapsulated key, 32 bytes, and the ciphertext behind it. What is inside is between requester and prover:
//! the opening of the input's commitment.

use crate::error::ContractsError;
use alloy::primitives::B256;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal};

/// Nothing else is encrypted under these keys, and nothing of another version.
const INFO: &[u8] = b"verin private input v1";
/// Bytes of an encapsulated key.
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
    fn a_key_of_small_order_is_refused() {
        assert!(seal([0; 32], JOB, b"an input").is_err());
    }
}
