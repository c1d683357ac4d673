//! arkworks on one side, halo2curves on the other. Both keep field elements as four 64-bit limbs in Montgomery
//! form with `R = 2^256` and the same moduli, so that a conversion copies limbs.

use ark_bn254 as ark;
use ark_ec::AffineRepr;
use ark_ff::BigInt;
use halo2_proofs::halo2curves::bn256;
use halo2_proofs::halo2curves::serde::SerdeObject;

const LIMB: usize = 8;

fn limbs_to<F: SerdeObject>(limbs: &[u64; 4]) -> F {
    let mut bytes = [0u8; 4 * LIMB];
    for (to, from) in bytes.chunks_exact_mut(LIMB).zip(limbs) {
        to.copy_from_slice(&from.to_le_bytes());
    }
    // Unchecked is sound: arkworks keeps its limbs reduced.
    F::from_raw_bytes_unchecked(&bytes)
}

#[expect(clippy::expect_used, reason = "the buffer holds exactly one element")]
fn limbs_from<F: SerdeObject>(f: &F) -> [u64; 4] {
    let mut bytes = [0u8; 4 * LIMB];
    f.write_raw(&mut bytes.as_mut_slice()).expect("32 bytes");
    let mut limbs = [0; 4];
    for (to, from) in limbs.iter_mut().zip(bytes.chunks_exact(LIMB)) {
        *to = from.iter().rev().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
    }
    limbs
}

/// A scalar for halo2.
pub(crate) fn scalar_to(f: &ark::Fr) -> bn256::Fr {
    limbs_to(&f.0.0)
}

/// A scalar of halo2.
pub(crate) fn scalar_from(f: &bn256::Fr) -> ark::Fr {
    ark::Fr::new_unchecked(BigInt(limbs_from(f)))
}

fn base_to(f: &ark::Fq) -> bn256::Fq {
    limbs_to(&f.0.0)
}

fn base_from(f: &bn256::Fq) -> ark::Fq {
    ark::Fq::new_unchecked(BigInt(limbs_from(f)))
}

/// A point for halo2, which writes the identity as `(0, 0)`.
pub(crate) fn point_to(p: &ark::G1Affine) -> bn256::G1Affine {
    let (x, y) = p.xy().unwrap_or_default();
    bn256::G1Affine { x: base_to(&x), y: base_to(&y) }
}

/// A point of halo2.
pub(crate) fn point_from(p: &bn256::G1Affine) -> ark::G1Affine {
    let (x, y) = (base_from(&p.x), base_from(&p.y));
    let zero = ark::Fq::default();
    if x == zero && y == zero { ark::G1Affine::identity() } else { ark::G1Affine::new_unchecked(x, y) }
}

/// A point of G2 for halo2.
pub(crate) fn point2_to(p: &ark::G2Affine) -> bn256::G2Affine {
    let (x, y) = p.xy().unwrap_or_default();
    let coordinate = |c: &ark::Fq2| bn256::Fq2::new(base_to(&c.c0), base_to(&c.c1));
    bn256::G2Affine { x: coordinate(&x), y: coordinate(&y) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ec::{CurveGroup, PrimeGroup};
    use ark_ff::{BigInteger, PrimeField, UniformRand};
    use halo2_proofs::halo2curves::CurveAffine;
    use halo2_proofs::halo2curves::ff::PrimeField as _;
    use halo2_proofs::halo2curves::group::Curve;
    use halo2_proofs::halo2curves::group::prime::PrimeCurveAffine;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn parity_of_scalars() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for f in [ark::Fr::from(0u64), ark::Fr::from(1u64), -ark::Fr::from(1u64)]
            .into_iter()
            .chain((0..50).map(|_| ark::Fr::rand(&mut rng)))
        {
            let converted = scalar_to(&f);
            assert_eq!(converted.to_repr().as_ref(), f.into_bigint().to_bytes_le().as_slice());
            assert_eq!(scalar_from(&converted), f);
        }
    }

    #[test]
    fn parity_of_points() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        for _ in 0..5 {
            let k = ark::Fr::rand(&mut rng);
            let p = (ark::G1Projective::generator() * k).into_affine();
            let expected = (bn256::G1::generator() * scalar_to(&k)).to_affine();
            assert_eq!(point_to(&p), expected);
            assert!(bool::from(point_to(&p).is_on_curve()));
            assert_eq!(point_from(&expected), p);
            let p2 = (ark::G2Projective::generator() * k).into_affine();
            assert_eq!(point2_to(&p2), (bn256::G2::generator() * scalar_to(&k)).to_affine());
        }
        assert_eq!(point_to(&ark::G1Affine::identity()), bn256::G1Affine::identity());
        assert_eq!(point_from(&bn256::G1Affine::identity()), ark::G1Affine::identity());
    }
}
