//! Keys of recent models are kept within a bound, and loaded anew when they are wanted again.

mod support;

use support::{Farm, OTHER, PUBLIC};
use verin_prover::backend::Cpu;
use verin_prover::prove::Prover;
use verin_worker::cache::{Cache, Model};
use verin_worker::memory::Footprint;
use verin_worker::{Options, Worker};

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_with_room_for_one_model_proves_two() {
    // As much as the larger of the two takes while it is made or proved with, and no byte beside it.
    let peaks = [&*PUBLIC, &OTHER].map(|model| Footprint::of(model.record()).unwrap().peak(&[], 1));
    let memory = peaks.into_iter().max().unwrap();
    let larger = if peaks[0] == memory { &*PUBLIC } else { &*OTHER };
    let smaller = if peaks[0] == memory { &*OTHER } else { &*PUBLIC };
    let farm = Farm::new(&[&PUBLIC, &OTHER]).await;
    let worker = Worker::new(Options { memory, ..farm.options("one") }).unwrap();
    for (number, model) in [(1, smaller), (2, larger), (3, smaller), (4, larger)] {
        let work = model.one(number);
        let proven = farm.proven(&worker, &work).await;
        model.check(&work, &proven, &[model.input(number.into())]);
        assert_eq!(worker.loaded().last(), Some(&model.hash()));
        if model.hash() == larger.hash() {
            assert_eq!(worker.loaded(), [larger.hash()], "the other made room");
        }
    }
    let roomy = farm.worker("two");
    for (number, model) in [(5, &*PUBLIC), (6, &*OTHER)] {
        farm.proven(&roomy, &model.one(number)).await;
    }
    assert_eq!(roomy.loaded(), [PUBLIC.hash(), OTHER.hash()]);
}

#[test]
fn what_was_used_longest_ago_is_dropped_first_and_the_last_stays() {
    let model = |prepared: &[usize]| {
        let footprint = Footprint::of(PUBLIC.record()).unwrap();
        Model { prover: Prover::new(PUBLIC.key.clone(), &Cpu), footprint, prepared: prepared.to_vec() }
    };
    let hashes = [1, 2, 3, 4].map(support::job);
    let one = model(&[]).bytes();
    assert!(model(&[1]).bytes() > one);
    let mut cache = Cache::new(3 * one);
    for hash in &hashes[..3] {
        cache.put_back(*hash, model(&[]));
    }
    assert_eq!((cache.records(), cache.bytes()), (hashes[..3].to_vec(), 3 * one));
    let first = cache.check_out(hashes[0]).unwrap();
    assert!(cache.check_out(hashes[0]).is_none(), "it is out");
    cache.put_back(hashes[0], first);
    cache.put_back(hashes[3], model(&[]));
    assert_eq!(cache.records(), [hashes[2], hashes[0], hashes[3]]);
    cache.make_room(2 * one);
    assert_eq!(cache.records(), [hashes[3]]);
    let mut small = Cache::new(0);
    small.put_back(hashes[0], model(&[]));
    assert_eq!(small.records(), [hashes[0]], "the last one stays");
    small.put_back(hashes[1], model(&[]));
    assert_eq!(small.records(), [hashes[1]]);
}
