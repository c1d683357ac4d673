//! Proofs of the wrong shape, and right proofs of something else.

use super::fixtures::{Fixture, batched, sealed, unsealed, verify};
use verin_circuits::artifact::ProofFile;
use verin_circuits::encoding::WORD;
use verin_circuits::error::VerifyError;
use verin_circuits::statement::Statement;

fn changed(fixture: &Fixture, change: impl FnOnce(&mut ProofFile)) -> Result<[u8; 32], VerifyError> {
    let mut proof = fixture.proof.clone();
    change(&mut proof);
    assert!(proof != fixture.proof, "nothing was changed");
    verify(&fixture.record, &proof)
}

#[test]
fn soundness_trailing_missing_and_surplus_bytes() {
    for fixture in unsealed().into_iter().chain(sealed()).chain(batched()) {
        verify(&fixture.record, &fixture.proof).unwrap();
        let length = fixture.proof.body.len();
        let whole = |e: Result<_, VerifyError>| assert!(matches!(e, Err(VerifyError::Length { .. })), "{e:?}");
        for extra in [1, WORD, 2 * WORD] {
            whole(changed(fixture, |p| p.body.extend(vec![0; extra])));
            whole(changed(fixture, |p| p.body.truncate(length - extra)));
            whole(changed(fixture, |p| drop(p.body.drain(..extra))));
            whole(changed(fixture, |p| p.statement.output.extend(vec![0; extra])));
            whole(changed(fixture, |p| {
                let end = p.statement.output.len().saturating_sub(extra);
                p.statement.output.truncate(end);
            }));
        }
        whole(changed(fixture, |p| p.body.clear()));
        whole(changed(fixture, |p| p.statement.input.clear()));
        whole(changed(fixture, |p| p.statement.input.push(0)));
        // The file as a whole.
        let file = fixture.proof.encode();
        assert!(ProofFile::decode(&[&file[..], &[0]].concat()).is_err());
        for cut in [1, 31, 32, file.len() / 2, file.len() - 1, file.len()] {
            assert!(ProofFile::decode(&file[..file.len() - cut]).is_err());
        }
    }
}

/// One more input row than outputs, or both one more than was proved, is not ignored.
#[test]
fn soundness_a_surplus_row() {
    for fixture in unsealed().into_iter().chain(sealed()).chain(batched()) {
        let slots = fixture.proof.statement.batch(&fixture.record.record).unwrap();
        let (input, output) =
            (fixture.proof.statement.input.len() / slots, fixture.proof.statement.output.len() / slots);
        let repeat = |bytes: &mut Vec<u8>, n: usize| {
            let head = bytes[..n].to_vec();
            bytes.extend(head);
        };
        assert!(changed(fixture, |p| repeat(&mut p.statement.input, input)).is_err());
        assert!(changed(fixture, |p| repeat(&mut p.statement.output, output)).is_err());
        assert!(
            changed(fixture, |p| {
                repeat(&mut p.statement.input, input);
                repeat(&mut p.statement.output, output);
            })
            .is_err()
        );
        // As many as would be another legal batch.
        assert!(
            changed(fixture, |p| {
                for bytes in [&mut p.statement.input, &mut p.statement.output] {
                    *bytes = bytes.repeat(if slots == 1 { 8 } else { 4 });
                }
            })
            .is_err()
        );
    }
}

#[test]
fn soundness_slots_swapped_in_a_batch() {
    for fixture in batched() {
        let swap = |bytes: &mut Vec<u8>| {
            let slot = bytes.len() / 8;
            let (a, b) = bytes.split_at_mut(slot);
            a.swap_with_slice(&mut b[..slot]);
        };
        assert!(changed(fixture, |p| swap(&mut p.statement.input)).is_err());
        assert!(changed(fixture, |p| swap(&mut p.statement.output)).is_err());
        // Even where the statement stays true.
        assert!(
            changed(fixture, |p| {
                swap(&mut p.statement.input);
                swap(&mut p.statement.output);
            })
            .is_err()
        );
    }
}

/// Any two words of equal kind exchanged: rows, scalars of rows, coordinates of zeta, scalars of the core proof.
#[test]
fn soundness_order_of_rows_and_scalars() {
    for fixture in unsealed().into_iter().chain(sealed()) {
        let swap = |at: usize, size: usize| {
            changed(fixture, |p| {
                let (a, b) = p.body[at..at + 2 * size].split_at_mut(size);
                a.swap_with_slice(b);
            })
        };
        let points = 2 * WORD;
        for row in 0..2 {
            assert!(swap(row * points, points).is_err(), "rows {row}");
        }
        let rows = fixture.record.record.key_set(1).map_or(0, |set| set.witness_rows * points);
        for word in (0..20).filter(|_| rows > 0) {
            assert!(swap(rows + word * WORD, WORD).is_err(), "scalars {word}");
        }
    }
}

/// A proof with private input and private output still says what of: its commitments are in the statement, and another commitment
/// is another statement.
#[test]
fn soundness_a_private_proof_is_not_vacuous() {
    for fixture in [unsealed()[1], sealed()[1]] {
        let record = &fixture.record.record;
        let Statement { input, output, .. } = &fixture.proof.statement;
        assert!(record.flags.private_input && record.flags.private_output);
        assert!(!input.is_empty() && !output.is_empty());
        let another = fixture.record.record.model_rows[0];
        let bytes = verin_circuits::encoding::point_bytes(&another).to_vec();
        for port in 0..2 {
            let refused = changed(fixture, |p| {
                let port = if port == 0 { &mut p.statement.input } else { &mut p.statement.output };
                port[..bytes.len()].copy_from_slice(&bytes);
            });
            assert!(refused.is_err());
        }
        assert!(changed(fixture, |p| std::mem::swap(&mut p.statement.input, &mut p.statement.output)).is_err());
        assert!(changed(fixture, |p| p.statement.input.clear()).is_err());
    }
}

/// Sealed is not unsealed, and a proof is for its record, its context and its SRS.
#[test]
fn soundness_a_proof_of_something_else() {
    let [public, private] = unsealed();
    let [sealed_public, sealed_private] = sealed();
    for fixture in [public, private, sealed_public, sealed_private] {
        assert!(changed(fixture, |p| p.sealed = !p.sealed).is_err());
        assert!(changed(fixture, |p| p.statement.context[31] ^= 1).is_err());
        for other in [public, private, sealed_public, sealed_private] {
            let same = std::ptr::eq(fixture, other);
            assert_eq!(verify(&other.record, &fixture.proof).is_ok(), same);
        }
    }
    let mut srs = verin_circuits::commitment::srs::VerifierSrs::insecure().clone();
    srs.digest[0] ^= 1;
    let (record, proof) = (&sealed_public.record.record, &sealed_public.proof);
    assert!(verin_circuits::plonk::seal::verify_seal(record, &srs, &proof.statement, &proof.body).is_err());
}

/// Every part of a statement, and every row, gives another digest and another evaluation point.
#[test]
fn soundness_the_digest_names_everything() {
    use verin_circuits::encoding::Reader;
    use verin_circuits::statement::io_point;
    let fixture = unsealed()[0];
    let record = &fixture.record.record;
    let rows = fixture.proof.body.len() / (2 * WORD);
    let mut reader = Reader::new("rows", &fixture.proof.body);
    let rows: Vec<_> = (0..rows).map_while(|_| reader.point().ok()).collect();
    let hash = record.hash();
    let base = fixture.proof.statement.clone();
    let mut digests = vec![base.digest(&hash, &rows)];
    let mut other = base.clone();
    other.context[0] ^= 1;
    digests.push(other.digest(&hash, &rows));
    for i in 0..base.input.len() {
        let mut other = base.clone();
        other.input[i] ^= 1;
        digests.push(other.digest(&hash, &rows));
    }
    for i in 0..base.output.len() {
        let mut other = base.clone();
        other.output[i] ^= 1;
        digests.push(other.digest(&hash, &rows));
    }
    // A byte moved from the input to the output.
    let mut other = base.clone();
    other.output.insert(0, other.input.pop().unwrap());
    digests.push(other.digest(&hash, &rows));
    let mut renamed = hash;
    renamed[0] ^= 1;
    digests.push(base.digest(&renamed, &rows));
    for i in 0..rows.len() {
        let mut other = rows.clone();
        other[i] = -other[i];
        digests.push(base.digest(&hash, &other));
        digests.push(base.digest(&hash, &rows[..i]));
        if i > 0 {
            let mut other = rows.clone();
            other.swap(i, i - 1);
            digests.push(base.digest(&hash, &other));
        }
    }
    let mut points: Vec<_> = digests.iter().map(io_point).collect();
    let n = digests.len();
    digests.sort();
    digests.dedup();
    points.sort();
    points.dedup();
    assert_eq!((digests.len(), points.len()), (n, n));
}
