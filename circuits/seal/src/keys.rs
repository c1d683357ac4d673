//! Keys of a circuit, and the SRS as halo2 wants it.

use crate::assigner::{Program, lay_out};
use crate::circuit::SealCircuit;
use crate::convert::{point_from, point_to, point2_to, scalar_from};
use crate::error::SealError;
use crate::gates;
use crate::layout::Layout;
use crate::params::SealParams;
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use halo2_proofs::halo2curves::bn256::{self, Bn256};
use halo2_proofs::plonk::{ProvingKey, keygen_pk2};
use halo2_proofs::poly::kzg::commitment::ParamsKZG;
use rayon::prelude::*;

/// The SRS, powers of one tau.
#[derive(Clone, Copy, Debug)]
pub struct Srs<'a> {
    /// `[tau^i]_1`
    pub powers: &'a [G1Affine],
    /// `[1]_2`
    pub g2: G2Affine,
    /// `[tau]_2`
    pub tau_g2: G2Affine,
}

impl Srs<'_> {
    /// Parameters for `2^k` rows: the powers as they are.
    ///
    /// # Errors
    /// There are fewer than `2^k` powers.
    pub fn halo2(&self, k: u32) -> Result<SealParams, SealError> {
        let expected = 1usize << k;
        let got = self.powers.len();
        let powers = self.powers.get(..expected).ok_or(SealError::Length { what: "powers of tau", expected, got })?;
        let powers: Vec<_> = powers.par_iter().map(point_to).collect();
        // `from_parts` is a method that ignores its receiver, and there is no other way in without unchecked bytes.
        let receiver = ParamsKZG::<Bn256>::setup(1, rand::rngs::OsRng);
        let (g2, tau_g2) = (point2_to(&self.g2), point2_to(&self.tau_g2));
        Ok(SealParams::new(receiver.from_parts(k, powers, Some(Vec::new()), g2, tau_g2)))
    }
}

/// What proves and verifies one circuit.
#[derive(Clone, Debug)]
pub struct SealKey {
    /// log2 of the rows.
    pub k: u32,
    /// Rows used.
    pub rows: usize,
    /// Number of instances.
    pub instances: usize,
    /// Commitments of `s_full, s_part, f0..f4`.
    pub fixed: Vec<G1Affine>,
    /// Commitments of the permutation of `a0..a4` and the instance column.
    pub permutation: Vec<G1Affine>,
    /// What the transcript starts from, for this key.
    pub transcript_repr: Fr,
    pub(crate) params: SealParams,
    pub(crate) pk: ProvingKey<bn256::G1Affine>,
}

impl SealKey {
    /// halo2's own parameters, to check a proof with its own verifier.
    pub fn params(&self) -> &ParamsKZG<Bn256> {
        self.params.kzg()
    }

    /// halo2's own key.
    pub fn proving_key(&self) -> &ProvingKey<bn256::G1Affine> {
        &self.pk
    }
}

/// The circuit of `program`, without a witness: how many rows it takes, and where they go.
///
/// # Errors
/// The program rejects whatever the witness.
pub fn shape<P: Program>(program: &P) -> Result<Layout, SealError> {
    lay_out(program, None)
}

/// Keys for `program`, at the smallest `k` it fits. The same program and SRS give the same keys.
///
/// # Errors
/// It does not fit the SRS, leaves a column empty, or halo2 is not the one the verifiers know.
pub fn keygen<P: Program>(program: &P, srs: &Srs<'_>) -> Result<SealKey, SealError> {
    let layout = shape(program)?;
    let params = srs.halo2(layout.k())?;
    keygen_layout(&layout, params)
}

/// Keys for a layout, at the size of `params`.
///
/// # Errors
/// As [`keygen`].
pub fn keygen_layout(layout: &Layout, params: SealParams) -> Result<SealKey, SealError> {
    use halo2_proofs::poly::commitment::Params;
    let k = params.k();
    layout.check(k)?;
    let circuit = SealCircuit::new(layout);
    let pk = keygen_pk2(&params, &circuit, false)?;
    let vk = pk.get_vk();
    gates::check(vk.cs())?;
    let points = |what, points: &[bn256::G1Affine]| -> Result<Vec<G1Affine>, SealError> {
        let points: Vec<_> = points.iter().map(point_from).collect();
        match points.iter().position(AffineRepr::is_zero) {
            Some(index) => Err(SealError::EmptyColumn { what, index }),
            None => Ok(points),
        }
    };
    Ok(SealKey {
        k,
        rows: layout.rows_used(),
        instances: layout.instances.len(),
        fixed: points("fixed", vk.fixed_commitments())?,
        permutation: points("permutation", vk.permutation().commitments())?,
        transcript_repr: scalar_from(&vk.transcript_repr()),
        params,
        pk,
    })
}
