//! A network with a past in which every part of the rules was at work, a node that lies about it, and audits of both.

#![allow(dead_code, reason = "each test file uses some of it")]

pub mod proxy;

use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::providers::Provider;
use alloy::sol_types::{SolCall, SolConstructor, SolValue};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::json;
use tempfile::TempDir;
use verin_artifacts::Artifacts;
use verin_audit::{AuditError, Options, Report, Srs, audit};
use verin_circuits::weights::Weights;
use verin_contracts::bindings::{
    Allocation, EmergencyStop, FeeAuction, InferenceMarket, ListingTerms, ModelRegistry, NetworkToken, ProverStaking,
    Terms, TokenRules,
};
use verin_contracts::deploy::{Contracts, Plan, seal_selector};
use verin_contracts::handover::{self, DeliveryKey};
use verin_contracts::market::{Ask, Fulfilment, job_id};
use verin_contracts::network::account;
use verin_contracts::rewards::{AUCTION_WINDOW, EPOCH};
use verin_prover::backend::Cpu;
use verin_prover::input::InputOpening;
use verin_prover::keys::{ProverKey, SetupOptions, setup};
use verin_prover::prove::Prover;
use verin_prover::srs::Srs as Powers;
use verin_quantizer::VqFile;
use verin_testbed::{PRICE, TOKEN, World, ask, program};

const INPUT: [i64; 3] = [1, -2, 7];
const BYTES: [u8; 3] = [1, 0xfe, 7];
const HOUR: u64 = 3_600;

/// A network, its past, and what was published of its models.
pub struct Story {
    pub world: World,
    pub folder: TempDir,
    /// Listed records: public, private input, private weights.
    pub records: Vec<B256>,
    /// Jobs by what became of them.
    pub paid: B256,
    pub refunded: B256,
    /// A token besides the network's.
    pub payment_token: Address,
}

fn file(key: &ProverKey) -> VqFile {
    VqFile { graph: key.graph.clone(), report: Default::default() }
}

impl Story {
    pub fn contracts(&self) -> &Contracts {
        &self.world.contracts
    }

    pub fn url(&self) -> String {
        self.world.contracts.network.url.clone()
    }

    pub fn artifacts(&self) -> Artifacts {
        open(self.folder.path())
    }

    /// Everything happens, over five weeks.
    pub async fn tell() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        let load = |powers| Ok(Powers::insecure(powers));
        let public = setup(&Cpu, program(), SetupOptions::default(), &load).expect("a key");
        let hidden = SetupOptions { private_input: true, ..SetupOptions::default() };
        let hidden = setup(&Cpu, program(), hidden, &load).expect("a key");
        let secret =
            verin_prover::weights::setup(&Cpu, &program(), SetupOptions::default(), &load, &mut rng).expect("a key");
        let folder = TempDir::new().expect("a folder");
        verin_contracts::network::choose_tls();
        let artifacts = open(folder.path());
        for key in [&public, &hidden] {
            artifacts.publish(&key.record, Some(&file(key))).await.expect("published");
        }
        artifacts.publish(&secret.record, None).await.expect("published");

        let world = World::new(&public.record.record.encode()).await;
        let c = &world.contracts;
        let [owner, requester, prover, stranger] = ["owner", "requester", "prover", "stranger"].map(account);
        let (private_record, _) = c.publish_file(owner, &hidden.record).await.expect("a record");
        let (secret_record, _) = c.publish_file(owner, &secret.record).await.expect("a record");
        assert!(matches!(secret.record.weights, Weights::Private(_)));
        let list = async |record, price| c.list(owner, record, price, 2_000, "about").await.expect("a listing").0;
        let private_listing = list(private_record, PRICE).await;
        let secret_listing = list(secret_record, 333).await;

        // Stake: own, delegated, rewarded, slashed, on its way out.
        let token = U256::from(TOKEN);
        c.network.send("a commission", c.staking.setCommission(U256::from(500)).from(prover)).await.expect("set");
        c.stake(prover, prover, token * U256::from(20)).await.expect("a stake");
        c.approve(requester, *c.staking.address(), token * U256::from(50)).await.expect("an approval");
        c.stake(requester, prover, token * U256::from(10)).await.expect("a delegation");
        c.approve(requester, *c.staking.address(), token * U256::from(50)).await.expect("an approval");
        let reward = c.staking.distributeReward(prover, token).from(requester);
        c.network.send("a reward", reward).await.expect("distributed");
        let timelock = Plan::new(account("deployer")).address_of("VerinTimelock");
        let role = keccak256("verin.staking.slasher");
        as_if(c, timelock, *c.staking.address(), &ProverStaking::grantRoleCall { role, account: stranger }).await;
        let slash = c.staking.slash(prover, token / U256::from(7), B256::repeat_byte(3)).from(stranger);
        c.network.send("a slash", slash).await.expect("slashed");
        c.network.pass(2 * 24 * HOUR).await.expect("a development node");
        let shares = c.staking.unbond(prover, token * U256::from(4)).from(requester);
        c.network.send("unbonding", shares).await.expect("unbonding");
        let claim = c.staking.claimReward(prover, requester).from(requester);
        c.network.send("claiming", claim).await.expect("claimed");

        // Jobs: paid after a lock, late, never, untaken, cancelled; a batch without locks, one of whose slots is ended already.
        let mut proving = Prover::new(public, &Cpu);
        c.deposit_collateral(prover, U256::from(20 * PRICE)).await.expect("collateral");
        let mut nonce = 0;
        let mut next = |listing, direct, bond| {
            nonce += 1;
            Ask { direct, bond, ..ask(listing, nonce) }
        };
        let request = async |ask: Ask| c.request(requester, &ask, &BYTES).await.expect("a job").id;
        let [paid, late, refunded] = [
            request(next(world.listing, false, 0)).await,
            request(next(world.listing, false, 0)).await,
            request(next(world.listing, false, 0)).await,
        ];
        let (untaken, cancelled) =
            (request(next(world.listing, false, 0)).await, request(next(world.listing, false, 0)).await);
        for job in [paid, late, refunded] {
            c.lock(prover, job, prover).await.expect("a lock");
        }
        let sealed = seal(c, &mut proving, &[paid], prover, &mut rng);
        c.fulfil(stranger, &sealed).await.expect("a settlement");
        c.network.send("notice", c.market.noticeCancel(cancelled).from(requester)).await.expect("noticed");
        c.network.pass(301).await.expect("a development node");
        c.network.send("cancelling", c.market.cancel(cancelled).from(stranger)).await.expect("cancelled");
        let [one, two] = [request(next(world.listing, true, 0)).await, request(next(world.listing, true, 0)).await];
        let sealed = seal(c, &mut proving, &[one, paid, B256::ZERO, two], prover, &mut rng);
        c.fulfil(prover, &sealed).await.expect("a settlement");

        // Private weights, and ERC-7992.
        let mut secretly = Prover::new(secret, &Cpu);
        let job = request(next(secret_listing, true, 0)).await;
        let sealed = seal(c, &mut secretly, &[job], prover, &mut rng);
        c.fulfil(prover, &sealed).await.expect("a settlement");
        let context = B256::repeat_byte(9);
        let proven = proving.prove(&[INPUT.to_vec()], context.0, true, &mut rng).expect("a seal").proof;
        let input: Bytes = proven.statement.input.into();
        let tag = keccak256("verin.erc7992.input.v1");
        let commitment = keccak256((tag, context, keccak256(&input)).abi_encode_params());
        let proof: Bytes = (context, input, Bytes::from(proven.body)).abi_encode_params().into();
        let call = c.claims.verifyInference(world.listing, commitment, proven.statement.output.into(), proof);
        c.network.send("a claim", call.from(stranger)).await.expect("verified");

        // Private input: handed over, proved; another that its requester does not deliver.
        let key = DeliveryKey::generate();
        c.register_key(prover, key.public()).await.expect("a key");
        let mut privately = Prover::new(hidden, &Cpu);
        privately.prepare(1, true).expect("prepared");
        let (committed, blinders) = privately.commit_input(&[INPUT.to_vec()], &mut rng).expect("a commitment");
        let slow = |ask: Ask| Ask { lock_seconds: 4 * HOUR, ..ask };
        let job = c.request(requester, &slow(next(private_listing, false, 50)), &committed).await.expect("a job").id;
        let missed = c.request(requester, &slow(next(private_listing, false, 50)), &committed).await.expect("a job").id;
        for job in [job, missed] {
            c.reserve(prover, job, prover).await.expect("a reservation");
        }
        let opening = InputOpening { values: INPUT.to_vec(), blinders: blinders.clone() };
        let ciphertext = handover::seal(key.public(), job, &opening.encode()).expect("a ciphertext");
        c.deliver(requester, job, ciphertext).await.expect("a delivery");
        c.acknowledge(prover, job).await.expect("a lock");
        let context = c.context(&[job], prover);
        let proven = privately.prove_committed(&[INPUT.to_vec()], Some(&blinders), context.0, true, &mut rng);
        let proven = proven.expect("a seal").proof;
        let sealed = Fulfilment {
            jobs: vec![job],
            input: proven.statement.input.into(),
            output: proven.statement.output.into(),
            seal: proven.body.into(),
            payout: prover,
        };
        c.fulfil(prover, &sealed).await.expect("a settlement");
        c.network.pass(HOUR).await.expect("a development node");
        let call = c.market.endReservation(missed).from(stranger);
        c.network.send("a missed delivery", call).await.expect("ended");

        // Time runs out.
        let sealed = seal(c, &mut proving, &[late], stranger, &mut rng);
        c.fulfil(stranger, &sealed).await.expect("a late settlement");
        c.network.pass(2 * HOUR).await.expect("a development node");
        c.refund(stranger, refunded).await.expect("a refund");
        c.expire(stranger, untaken).await.expect("an end");
        c.send_income(stranger).await.expect("income");
        c.withdraw(prover).await.expect("a withdrawal");
        c.withdraw_collateral(prover, U256::from(PRICE)).await.expect("collateral");

        // Another token: allowed by the governor, earned, and its fees sold a week later.
        let coin = deploy_coin(c).await;
        let rules = TokenRules { allowed: true, collateralFloor: U256::from(5).to(), bondFloor: U256::ZERO.to() };
        as_if(c, timelock, *c.market.address(), &InferenceMarket::setTokenRulesCall { token: coin, rules }).await;
        let terms = FeeAuction::setTermsCall { token: coin, anchor: 10u128.pow(18), floor: 1 };
        as_if(c, timelock, *c.fee_auction.address(), &terms).await;
        as_if(c, timelock, *c.slash_auction.address(), &terms).await;
        let terms = ListingTerms { startPrice: 10_000, price: 10_000, duration: 0, ownerBps: 100, paymentToken: coin };
        let listed = ModelRegistry::listCall {
            recordHash: world.record,
            proofSystem: seal_selector(),
            terms,
            metadataURI: String::new(),
        };
        let listing =
            c.network.view("the next listing", c.registry.call_builder(&listed).from(owner)).await.expect("an id");
        c.network.send("listing", c.registry.call_builder(&listed).from(owner)).await.expect("a listing");
        let now = c.network.now().await.expect("a time");
        let terms = Terms {
            listingId: listing,
            recordHash: world.record,
            inputDigest: keccak256(BYTES),
            verifier: seal_selector(),
            token: coin,
            ownerBps: 100,
            floorPrice: 10_000,
            maxPrice: 20_000,
            bond: 0,
            curveStart: now,
            curveSeconds: HOUR as u32,
            lockBy: now + 4 * HOUR,
            proveWindow: HOUR as u32,
            deadline: now + 6 * HOUR,
            direct: true,
            callback: Address::ZERO,
            callbackGas: 0,
        };
        let id = job_id(c.network.chain_id, *c.market.address(), requester, U256::from(900), &terms);
        c.network
            .send("a job", c.market.request(U256::from(900), terms, BYTES.into()).from(requester))
            .await
            .expect("a job");
        c.network.pass(HOUR / 3).await.expect("a development node");
        let sealed = seal(c, &mut proving, &[id], prover, &mut rng);
        c.fulfil(prover, &sealed).await.expect("a settlement");
        // A gift to the market, which changes nothing, and one to the auction, which is sold like the rest.
        for to in [c.market.address(), c.fee_auction.address()] {
            let gift = NetworkToken::new(coin, c.network.provider.clone());
            c.network.send("a gift", gift.transfer(*to, U256::from(77)).from(requester)).await.expect("given");
        }
        c.network.send("noticing a gift", c.fee_auction.sync(coin).from(stranger)).await.expect("noticed");

        // A record is stopped: who asked for it has its money back.
        let job = request(next(secret_listing, false, 0)).await;
        let stop = EmergencyStop::stopRecordCall { selector: seal_selector(), recordHash: secret_record };
        as_if(c, account("guardian"), *c.stop.address(), &stop).await;
        c.network.send("a void job", c.market.voidJob(job).from(stranger)).await.expect("void");

        // Weeks end.
        let epoch = c.epoch().await.expect("an epoch");
        let begin: U256 = c.network.view("start", c.rewards.start()).await.expect("a start");
        let end = (begin + (epoch + U256::from(1)) * U256::from(EPOCH)).to::<u64>();
        let now = c.network.now().await.expect("a time");
        c.network.pass(end - now + HOUR).await.expect("a development node");
        c.approve(requester, *c.fee_auction.address(), U256::from(10) * token).await.expect("an approval");
        let buy = c.fee_auction.buy(coin, U256::from(60), U256::MAX, requester).from(requester);
        c.network.send("buying fees", buy).await.expect("bought");
        c.network.pass(AUCTION_WINDOW).await.expect("a development node");
        c.close(stranger, epoch).await.expect("closed");
        // For some payment tokens only, one named twice; then for all.
        let some = c.rewards.claim_0(epoch, prover, vec![coin, stranger, coin]).from(stranger);
        c.network.send("claiming for some tokens", some).await.expect("a reward");
        for who in [prover, owner] {
            c.claim(epoch, who).await.expect("a reward");
        }
        c.forward_income(stranger).await.expect("income");
        c.forward_slashes(stranger).await.expect("slashes");
        c.network.pass(15 * 24 * HOUR).await.expect("a development node");
        let ticket = c.staking.withdraw(U256::from(1), requester).from(requester);
        c.network.send("leaving", ticket).await.expect("left");
        let education = c.treasury.withdrawEducation(*c.token.address(), account("education"));
        as_if_data(c, account("education"), *c.treasury.address(), education.calldata().clone()).await;
        // A live job is left.
        let live = request(next(world.listing, false, 0)).await;
        c.lock(prover, live, prover).await.expect("a lock");
        let records = vec![world.record, private_record, secret_record];
        Self { world, folder, records, paid, refunded, payment_token: coin }
    }

    /// An audit through the node itself.
    pub async fn audit(&self) -> Result<Report, AuditError> {
        self.audit_at(&self.url(), &self.artifacts()).await
    }

    /// An audit through another node, or with other artifacts.
    pub async fn audit_at(&self, rpc: &str, artifacts: &Artifacts) -> Result<Report, AuditError> {
        audit(&options(rpc, artifacts), &()).await
    }
}

pub fn open(folder: &std::path::Path) -> Artifacts {
    Artifacts::open(&[folder.to_string_lossy().into_owned()]).expect("a folder")
}

pub fn options<'a>(rpc: &str, artifacts: &'a Artifacts) -> Options<'a> {
    let deployer = account("deployer");
    Options { rpc: rpc.into(), deployer, artifacts, srs: Some(Srs::insecure()), block: None }
}

/// A seal for these jobs, whose inputs are all the same; a zero job's are zeros.
fn seal(c: &Contracts, prover: &mut Prover<'_>, jobs: &[B256], payout: Address, rng: &mut ChaCha20Rng) -> Fulfilment {
    let batch = Prover::batch_for(jobs.len()).expect("a batch");
    let mut jobs = jobs.to_vec();
    jobs.resize(batch, B256::ZERO);
    let input = |job: &B256| if job.is_zero() { vec![0; 3] } else { INPUT.to_vec() };
    let inputs: Vec<_> = jobs.iter().map(input).collect();
    let proven = prover.prove(&inputs, c.context(&jobs, payout).0, true, rng).expect("a seal").proof;
    Fulfilment {
        jobs,
        input: proven.statement.input.into(),
        output: proven.statement.output.into(),
        seal: proven.body.into(),
        payout,
    }
}

/// Another ERC-20, of which the requester has some.
async fn deploy_coin(c: &Contracts) -> Address {
    let [reserve, requester] = ["reserve", "requester"].map(account);
    let [a, b, d, e, f, g] = [1, 2, 3, 4, 5, 6].map(Address::repeat_byte);
    let to = Allocation { contributors: a, team: b, venture: d, treasury: e, advisors: f, management: g, reserve };
    let code = [NetworkToken::BYTECODE.to_vec(), NetworkToken::constructorCall { to }.abi_encode()].concat();
    let request = json!({ "from": account("reserve"), "data": Bytes::from(code), "gas": "0x989680" });
    let hash = unsigned(c, reserve, request).await;
    let receipt = receipt(c, hash).await;
    let coin = receipt.contract_address.expect("a contract");
    let token = NetworkToken::new(coin, c.network.provider.clone());
    let amount = U256::from(10_000_000);
    c.network.send("coins", token.transfer(requester, amount).from(reserve)).await.expect("sent");
    let approved = token.approve(*c.market.address(), amount).from(requester);
    c.network.send("an approval", approved).await.expect("approved");
    coin
}

/// Calls as an account whose key nobody needs, which a development node allows.
pub async fn as_if(c: &Contracts, from: Address, to: Address, call: &impl SolCall) {
    as_if_data(c, from, to, call.abi_encode().into()).await;
}

async fn as_if_data(c: &Contracts, from: Address, to: Address, data: Bytes) {
    let hash = unsigned(c, from, json!({ "from": from, "to": to, "data": data, "gas": "0x4c4b40" })).await;
    let receipt = receipt(c, hash).await;
    assert!(receipt.status(), "{to} refuses {from} {data}");
}

async fn unsigned(c: &Contracts, from: Address, request: serde_json::Value) -> B256 {
    raw(c, "anvil_setBalance", json!([from, "0x3635c9adc5dea00000"])).await;
    raw(c, "anvil_impersonateAccount", json!([from])).await;
    let hash = raw(c, "eth_sendTransaction", json!([request])).await;
    raw(c, "anvil_stopImpersonatingAccount", json!([from])).await;
    hash.as_str().expect("a hash").parse().expect("a hash")
}

/// Asks the node anything.
pub async fn raw(c: &Contracts, method: &'static str, params: serde_json::Value) -> serde_json::Value {
    c.network.provider.raw_request(method.into(), params).await.unwrap_or_else(|e| panic!("{method}: {e}"))
}

/// Waits until a transaction is in a block.
async fn receipt(c: &Contracts, hash: B256) -> verin_contracts::network::Receipt {
    loop {
        if let Some(receipt) = c.network.provider.get_transaction_receipt(hash).await.expect("an answer") {
            return receipt;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
