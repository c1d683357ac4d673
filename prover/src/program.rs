//! The core verifier as the program of the seal circuit.

use verin_circuits::arithmetic::Arithmetic;
use verin_circuits::channel::Channel;
use verin_circuits::error::VerifyError;
use verin_circuits::schedule::Schedule;
use verin_circuits::verify::{Public, cost, verify};
use verin_seal::Program;

/// Verifies core proofs of one schedule. Its private scalars are `S0`, `z` and the sums of what is public, then the scalars of
/// the core proof; its instances are those same public scalars, the scalars of the rows, `zeta` and `v`.
#[derive(Clone, Debug)]
pub struct CoreVerifier {
    schedule: Schedule,
    scalars: usize,
}

impl CoreVerifier {
    /// For proofs of `schedule`.
    ///
    /// # Errors
    /// The schedule is inconsistent.
    pub fn new(schedule: Schedule) -> Result<Self, VerifyError> {
        let (scalars, _) = cost(&schedule)?;
        Ok(Self { schedule, scalars })
    }

    /// Public scalars: `S0`, then `z` and sums where something is public.
    fn public_len(&self) -> usize {
        let options = self.schedule.options;
        let sums = usize::from(!options.private_input) + usize::from(!options.private_output);
        1 + sums + usize::from(sums > 0)
    }
}

impl Program for CoreVerifier {
    fn advice_len(&self) -> usize {
        self.public_len() + self.scalars
    }

    fn run<A: Arithmetic>(&self, a: &mut A, advice: &[A::F]) -> Result<Vec<A::F>, VerifyError> {
        let options = self.schedule.options;
        let (public, scalars) = advice.split_at(self.public_len().min(advice.len()));
        let mut rest = public.iter().cloned();
        let missing =
            || VerifyError::Length { what: "private scalars", expected: self.advice_len(), got: advice.len() };
        let s0 = rest.next().ok_or_else(missing)?;
        let z = if public.len() > 1 { rest.next().ok_or_else(missing)? } else { s0.clone() };
        let input_sum = if options.private_input { None } else { rest.next() };
        let output_sum = if options.private_output { None } else { rest.next() };
        let public_values = Public { s0, z, input_sum, output_sum };
        let opening = verify(&mut Channel::new(a, scalars), &self.schedule, &public_values)?;
        Ok([public, &opening.scalars, &opening.zeta, &[opening.value]].concat())
    }
}
