//! A real seal settles a real job on a real chain, exactly once and for nobody else; what is not proved in time is refunded.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use verin_contracts::bindings::inference_market::InferenceMarket::InferenceMarketEvents;
use verin_contracts::bindings::intelligence_rewards::IntelligenceRewards::IntelligenceRewardsEvents;
use verin_contracts::bindings::prover_staking::ProverStaking::ProverStakingEvents;
use verin_contracts::bindings::treasury::Treasury::TreasuryEvents;
use verin_contracts::deploy::Contracts;
use verin_contracts::events::Event;
use verin_contracts::market::{self, Fulfilment};
use verin_contracts::network::account;
use verin_contracts::rewards::{AUCTION_WINDOW, EPOCH};
use verin_contracts::runtime::until_interrupted;
use verin_contracts::{B256, U256};
use verin_prover::backend::Cpu;
use verin_prover::prove::Prover;
use verin_testbed::{PRICE, TOKEN, World, ask, key};

/// More than any settlement here takes.
const GAS: u64 = 4_000_000;
/// A listing's price, which is also the collateral of a job.
const PRICE_: U256 = U256::from_limbs([PRICE as u64, 0, 0, 0]);

#[test]
fn a_seal_settles_once_and_for_one() {
    until_interrupted(story()).expect("a runtime").expect("no interruption");
}

async fn story() {
    let mut prover = Prover::new(key(), &Cpu);
    let world = World::new(&prover.key().record.record.encode()).await;
    let World { contracts: c, listing, record, .. } = &world;
    let (requester, payee, stranger) = (account("requester"), account("prover"), account("stranger"));

    let input = [1u8, 0xfe, 7];
    c.stake(payee, payee, U256::from(10 * TOKEN)).await.expect("a stake");
    c.deposit_collateral(payee, U256::from(10 * PRICE)).await.expect("collateral");
    let job = c.request(requester, &ask(*listing, 0), &input).await.expect("a job");
    let late = c.request(requester, &ask(*listing, 1), &input).await.expect("another");
    let never = c.request(requester, &ask(*listing, 2), &input).await.expect("a third");
    let untaken = c.request(requester, &ask(*listing, 3), &input).await.expect("a fourth");
    assert_ne!(job.id, late.id);

    // Ids and contexts computed here are the contract's.
    let jobs = vec![job.id, B256::ZERO, late.id];
    let there = c.network.view("context", c.market.contextOf(jobs.clone(), stranger)).await.expect("a context");
    assert_eq!(there, market::context(c.network.chain_id, *c.market.address(), stranger, &jobs));
    let nonce = U256::from(9);
    let there = c.network.view("id", c.market.jobIdOf(stranger, nonce, job.terms.clone())).await.expect("an id");
    assert_eq!(there, market::job_id(c.network.chain_id, *c.market.address(), stranger, nonce, &job.terms));

    let refused = c.lock(stranger, job.id, stranger).await.expect_err("it has put nothing in");
    assert_eq!(refused.revert(), Some("InsufficientCollateral"));
    for job in [&job, &late, &never] {
        let locked = c.lock(payee, job.id, payee).await.expect("a lock");
        assert_eq!((locked.price, locked.change, locked.collateral), (PRICE_, U256::ZERO, PRICE_));
    }

    let context = c.context(&[job.id], payee);
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let proven = prover.prove(&[vec![1, -2, 7]], context.0, true, &mut rng).expect("a seal");
    let statement = &proven.proof.statement;
    assert_eq!(statement.input, input);
    let valid = Fulfilment {
        jobs: vec![job.id],
        input: statement.input.clone().into(),
        output: statement.output.clone().into(),
        seal: proven.proof.body.clone().into(),
        payout: payee,
    };

    // Refused: each for its own reason, and nobody is paid.
    let stolen = Fulfilment { payout: stranger, ..valid.clone() };
    let mut seal = valid.seal.to_vec();
    if let Some(last) = seal.get_mut(64 * 3) {
        *last ^= 1;
    }
    let tampered = Fulfilment { seal: seal.into(), ..valid.clone() };
    let mut output = valid.output.to_vec();
    output[0] ^= 1;
    let other_output = Fulfilment { output: output.into(), ..valid.clone() };
    let other_input = Fulfilment { input: vec![1, 0xfe, 6].into(), ..valid.clone() };
    let mut seal = valid.seal.to_vec();
    seal.push(0);
    let longer = Fulfilment { seal: seal.into(), ..valid.clone() };
    let cases = [
        (&stolen, None),
        (&tampered, None),
        (&other_output, None),
        (&longer, None),
        (&other_input, Some("InputMismatch")),
    ];
    for (case, expected) in cases {
        let refusal =
            c.network.send_refused("a false claim", c.fulfil_call(case).from(stranger), GAS).await.expect("a refusal");
        assert!(expected.is_none_or(|error| error == refusal.error) && !refusal.error.starts_with("0x"), "{refusal:?}");
        println!("refused with {}", refusal.error);
    }
    assert_eq!(c.credit(stranger).await.expect("a credit"), U256::ZERO);

    // Anyone may send a valid one; it pays whom it was made for: fee ceil(1 %), owner floor(20 %), prover the rest.
    let settled = c.fulfil(stranger, &valid).await.expect("a settlement");
    let [payment] = settled.payments.as_slice() else { panic!("{settled:?}") };
    let amounts = (payment.prover_amount, payment.owner_amount, payment.fee);
    assert_eq!(amounts, (U256::from(790), U256::from(200), U256::from(11)));
    assert_eq!((payment.payout, payment.receiver, payment.job), (payee, account("owner"), job.id));
    assert_eq!(payment.output, valid.output);
    println!(
        "bare verify {} gas, settlement {} gas",
        c.verify_gas(stranger, *record, context, &valid).await.expect("valid"),
        settled.gas
    );
    let replay =
        c.network.send_refused("a replay", c.fulfil_call(&valid).from(stranger), GAS).await.expect("a refusal");
    assert_eq!(replay.error, "NothingToFulfil");
    assert_eq!(c.withdraw(payee).await.expect("a withdrawal"), U256::from(790));

    // Time runs out for the others. One is proved late by somebody else: half of the collateral, and the requester has it for nothing.
    let early = c.refund(stranger, late.id).await.expect_err("it is not over");
    assert_eq!(early.revert(), Some("TooEarly"));
    c.network.pass(3_601).await.expect("a development node");
    let proven = prover.prove(&[vec![1, -2, 7]], c.context(&[late.id], stranger).0, true, &mut rng).expect("a seal");
    let rescue = Fulfilment { jobs: vec![late.id], seal: proven.proof.body.into(), payout: stranger, ..valid.clone() };
    let settled = c.fulfil(stranger, &rescue).await.expect("a late settlement");
    let [rescued] = settled.late.as_slice() else { panic!("{settled:?}") };
    assert_eq!((rescued.refund, rescued.bounty, rescued.slashed), (PRICE_, U256::from(500), U256::from(501)));
    assert_eq!((rescued.job, rescued.payout), (late.id, stranger));

    // Nobody proves the next; nobody takes the last.
    c.network.pass(2 * 3_600).await.expect("a development node");
    let proven = prover.prove(&[vec![1, -2, 7]], c.context(&[never.id], payee).0, true, &mut rng).expect("a seal");
    let too_late = Fulfilment { jobs: vec![never.id], seal: proven.proof.body.into(), ..valid };
    let refusal =
        c.network.send_refused("too late", c.fulfil_call(&too_late).from(payee), GAS).await.expect("a refusal");
    assert_eq!(refusal.error, "NothingToFulfil");
    let refunded = c.refund(stranger, never.id).await.expect("a refund");
    assert_eq!((refunded.refund, refunded.income, refunded.slashed), (PRICE_, U256::from(500), U256::from(501)));
    assert_eq!(c.expire(stranger, untaken.id).await.expect("an end").0, PRICE_);
    assert_eq!(c.credit(requester).await.expect("a credit"), U256::from(3) * PRICE_);
    assert_eq!(c.free_collateral(payee).await.expect("collateral"), U256::from(8) * PRICE_);
    assert_eq!(c.send_income(stranger).await.expect("income"), U256::from(500));
    assert_eq!(c.forward_slashes(stranger).await.expect("slashes"), U256::from(1_002));

    // The epoch's books: 11 in fees, half burned, rewards at most three quarters.
    let epoch = c.epoch().await.expect("an epoch");
    assert_eq!(c.close(stranger, epoch).await.expect_err("it runs").revert(), Some("EpochNotOver"));
    c.network.pass(EPOCH).await.expect("a development node");
    assert_eq!(c.close(stranger, epoch).await.expect_err("fees are for sale").revert(), Some("EpochNotOver"));
    c.network.pass(AUCTION_WINDOW).await.expect("a development node");
    let closed = c.close(stranger, epoch).await.expect("closed");
    let books = (closed.proceeds, closed.burned, closed.to_treasury, closed.rewards);
    assert_eq!(books, (U256::from(11), U256::from(5), U256::from(6), U256::from(8)));
    let claimed = c.claim(epoch, payee).await.expect("a reward");
    assert_eq!((claimed.as_prover, claimed.as_creator), (U256::from(6), U256::ZERO));
    assert_eq!(c.forward_income(stranger).await.expect("income"), U256::from(6));
    typed_events(c).await;
}

/// Every log of every contract has a type, and what moved is in them.
async fn typed_events(c: &Contracts) {
    let last = c.network.block().await.expect("a block");
    let events = c.events(0, last).await.expect("typed events");
    let count = |is: &dyn Fn(&Event) -> bool| events.iter().filter(|happened| is(&happened.event)).count();
    use InferenceMarketEvents as Market;
    assert_eq!(count(&|e| matches!(e, Event::Market(Market::JobRequested(_)))), 4);
    assert_eq!(count(&|e| matches!(e, Event::Market(Market::JobLocked(_)))), 3);
    assert_eq!(count(&|e| matches!(e, Event::Market(Market::JobFulfilled(_)))), 1);
    assert_eq!(count(&|e| matches!(e, Event::Market(Market::JobFulfilledLate(_)))), 1);
    assert_eq!(count(&|e| matches!(e, Event::Market(Market::JobRefunded(_)))), 1);
    assert_eq!(count(&|e| matches!(e, Event::Market(Market::JobExpired(_)))), 1);
    assert_eq!(count(&|e| matches!(e, Event::Staking(ProverStakingEvents::LockOpened(_)))), 3);
    assert_eq!(count(&|e| matches!(e, Event::Staking(ProverStakingEvents::LockClosed(_)))), 3);
    assert_eq!(count(&|e| matches!(e, Event::Rewards(IntelligenceRewardsEvents::WorkRecorded(_)))), 1);
    assert_eq!(count(&|e| matches!(e, Event::Treasury(TreasuryEvents::IncomeReceived(_)))), 3);
    let order: Vec<_> = events.iter().map(|happened| (happened.block, happened.index)).collect();
    assert!(order.is_sorted() && order.len() > 40, "{} events", order.len());
}

#[test]
fn a_node_that_is_not_there_is_named() {
    let connecting = verin_contracts::network::Network::connect("http://127.0.0.1:9", &["deployer"]);
    let error =
        until_interrupted(connecting).expect("a runtime").expect("no interruption").expect_err("nobody listens");
    assert!(error.to_string().contains("http://127.0.0.1:9"), "{error}");
    let connecting = verin_contracts::network::Network::connect("nowhere", &["deployer"]);
    let error = until_interrupted(connecting).expect("a runtime").expect("no interruption").expect_err("no address");
    assert!(matches!(error, verin_contracts::ContractsError::BadUrl { .. }), "{error}");
}
