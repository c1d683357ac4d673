//! An action as a transaction: to whom, and its calldata.

use crate::chain::Chain;
use crate::network::World;
use alloy::primitives::{Address, Bytes, FixedBytes, U256};
use alloy::signers::SignerSync;
use alloy::sol_types::SolCall;
use verin_contracts::bindings::inference_market::IMarketTypes as Types;
use verin_contracts::bindings::{
    EmergencyStop, FeeAuction, InferenceMarket as Market, IntelligenceRewards as Rewards, ModelRegistry, NetworkToken,
    ProverStaking as Staking, SlashAuction, Treasury, VerifierRouter,
};
use verin_economy::tokens::Health;
use verin_economy::{Action, Call, auction, market, registry, rewards, staking, tokens, treasury};

/// The transaction that asks the contracts for what `action` asks the model for.
pub fn encode(world: &World, chain: &mut Chain, action: &Action) -> (Address, Bytes) {
    let n = &world.network;
    match &action.call {
        Call::Market(market::Call::SetDeaf { callback, deaf }) => (*callback, word(u8::from(*deaf))),
        Call::Market(call) => (n.market, market_call(world, chain, call)),
        Call::Rewards(call) => (n.rewards, rewards_call(call)),
        Call::FeeAuction(call) => (n.fee_auction, auction_call(call)),
        Call::SlashAuction(call) => (n.slash_auction, auction_call(call)),
        Call::Staking(call) => (n.staking, staking_call(call)),
        Call::Treasury(call) => (n.treasury, treasury_call(call)),
        Call::Registry(call) => registry_call(world, action.from, call),
        Call::Token(tokens::Call::Transfer { token, to, amount }) => {
            (*token, bytes(&NetworkToken::transferCall { to: *to, value: *amount }))
        }
        Call::Token(tokens::Call::Turn { token, health }) => {
            let mode = match health {
                Health::Sound => 0,
                Health::Halted => 1,
                Health::Broken => 2,
            };
            (*token, word(mode))
        }
    }
}

fn bytes(call: &impl SolCall) -> Bytes {
    call.abi_encode().into()
}

/// What sets the switch of a double.
fn word(value: u8) -> Bytes {
    U256::from(value).to_be_bytes::<32>().into()
}

pub fn terms_of(terms: &market::Terms) -> Types::Terms {
    Types::Terms {
        listingId: U256::from(terms.listing_id),
        recordHash: terms.record,
        inputDigest: terms.input_digest,
        verifier: FixedBytes(terms.verifier),
        token: terms.token,
        ownerBps: terms.owner_bps.try_into().expect("small"),
        floorPrice: terms.floor_price.to(),
        maxPrice: terms.max_price.to(),
        bond: terms.bond.to(),
        curveStart: terms.curve_start,
        curveSeconds: terms.curve_seconds.try_into().expect("small"),
        lockBy: terms.lock_by,
        proveWindow: terms.prove_window.try_into().expect("small"),
        deadline: terms.deadline,
        direct: terms.direct,
        callback: terms.callback,
        callbackGas: terms.callback_gas.try_into().expect("small"),
    }
}

/// The order, signed by its requester; or by another.
fn sign(world: &World, chain: &mut Chain, requester: Address, nonce: U256, terms: Types::Terms, signed: bool) -> Bytes {
    let digest = chain.view(world.network.market, &Market::orderDigestCall { requester, nonce, terms });
    let signer = world.actors.iter().find(|actor| (actor.address() == requester) == signed).expect("an actor");
    signer.sign_hash_sync(&digest).expect("a signature").as_bytes().into()
}

fn market_call(world: &World, chain: &mut Chain, call: &market::Call) -> Bytes {
    use market::Call as C;
    match call.clone() {
        C::Request { nonce, terms, input } => {
            bytes(&Market::requestCall { _0: nonce, _1: terms_of(&terms), _2: input })
        }
        C::RequestFor { requester, nonce, terms, input, signed } => {
            let terms = terms_of(&terms);
            let signature = sign(world, chain, requester, nonce, terms.clone(), signed);
            let permit = Types::Permit {
                value: U256::ZERO,
                deadline: U256::ZERO,
                v: 0,
                r: FixedBytes::ZERO,
                s: FixedBytes::ZERO,
            };
            bytes(&Market::requestForCall { _0: requester, _1: nonce, _2: terms, _3: input, _4: signature, _5: permit })
        }
        C::InvalidateNonce { nonce } => {
            let mask = U256::from(1) << nonce.byte(0);
            bytes(&Market::invalidateNoncesCall { _0: nonce >> 8, _1: mask })
        }
        C::NoticeCancel { job } => bytes(&Market::noticeCancelCall(job)),
        C::Cancel { job } => bytes(&Market::cancelCall(job)),
        C::Expire { job } => bytes(&Market::expireCall(job)),
        C::RegisterKey { key } => bytes(&Market::registerKeyCall(key)),
        C::Lock { job, min_price, payout } => bytes(&Market::lockCall { jobId: job, minPrice: min_price, payout }),
        C::Reserve { job, min_price, payout } => bytes(&Market::reserveCall { _0: job, _1: min_price, _2: payout }),
        C::Deliver { job, ciphertext } => bytes(&Market::deliverCall { _0: job, _1: ciphertext }),
        C::Acknowledge { job } => bytes(&Market::acknowledgeCall(job)),
        C::EndReservation { job } => bytes(&Market::endReservationCall(job)),
        C::Fulfil { jobs, input, output, payout } => {
            bytes(&Market::fulfilCall { jobIds: jobs, input, output, seal: Bytes::new(), payout })
        }
        C::Refund { job } => bytes(&Market::refundCall { jobId: job }),
        C::VoidJob { job } => bytes(&Market::voidJobCall { jobId: job }),
        C::RetryCallback { job, output } => bytes(&Market::retryCallbackCall { jobId: job, output }),
        C::RetryWork { work } => bytes(&Market::retryWorkCall {
            token: work.token,
            payout: work.payout,
            creators: work.creators,
            fees: work.fees,
        }),
        C::Withdraw { token, to } => bytes(&Market::withdrawCall { token, to }),
        C::DepositCollateral { token, amount } => bytes(&Market::depositCollateralCall { token, amount }),
        C::WithdrawCollateral { token, amount, to } => bytes(&Market::withdrawCollateralCall { token, amount, to }),
        C::SendIncome { token } => bytes(&Market::sendIncomeCall { token }),
        C::SetTokenRules { token, rules } => {
            let rules = Types::TokenRules {
                allowed: rules.allowed,
                collateralFloor: rules.collateral_floor.to(),
                bondFloor: rules.bond_floor.to(),
            };
            bytes(&Market::setTokenRulesCall { token, rules })
        }
        C::SetAckWindow { seconds } => {
            bytes(&Market::setAckWindowCall { seconds_: seconds.try_into().expect("small") })
        }
        C::SetPaused { paused } => bytes(&Market::setPausedCall { paused_: paused }),
        C::SetDeaf { .. } => unreachable!("not the market's"),
    }
}

fn rewards_call(call: &rewards::Call) -> Bytes {
    use rewards::Call as C;
    match *call {
        C::CloseThrough { epoch } => bytes(&Rewards::closeThroughCall { epoch: U256::from(epoch) }),
        C::Claim { epoch, account, tokens: None } => bytes(&Rewards::claim_1Call { epoch: U256::from(epoch), account }),
        C::Claim { epoch, account, tokens: Some(ref tokens) } => {
            bytes(&Rewards::claim_0Call { epoch: U256::from(epoch), account, tokens: tokens.clone() })
        }
        C::Collect { token } => bytes(&Rewards::collectCall { paymentToken: token }),
        C::Forward => bytes(&Rewards::forwardCall {}),
        C::SetRewardShare { bps } => bytes(&Rewards::setRewardShareCall { bps: U256::from(bps) }),
    }
}

fn auction_call(call: &auction::Call) -> Bytes {
    use auction::Call as C;
    match *call {
        C::Buy { token, amount, max_price, to } => {
            bytes(&FeeAuction::buyCall { token, amount, maxPrice: max_price, to })
        }
        C::Sync { token } => bytes(&FeeAuction::syncCall { token }),
        C::SetTerms { token, terms } => {
            bytes(&FeeAuction::setTermsCall { token, anchor: terms.anchor.to(), floor: terms.floor.to() })
        }
        C::SetStartMultiple { multiple } => bytes(&FeeAuction::setStartMultipleCall { multiple: U256::from(multiple) }),
        C::Pull { token } => bytes(&SlashAuction::pullCall { token }),
        C::Forward => bytes(&SlashAuction::forwardCall {}),
    }
}

fn staking_call(call: &staking::Call) -> Bytes {
    use staking::Call as C;
    match *call {
        C::Stake { prover, amount } => bytes(&Staking::stakeCall { prover, amount }),
        C::Unbond { prover, shares } => bytes(&Staking::unbondCall { prover, shares }),
        C::Withdraw { ticket, to } => bytes(&Staking::withdrawCall { ticketId: U256::from(ticket), to }),
        C::Slash { prover, amount, reason } => bytes(&Staking::slashCall { prover, amount, reason }),
        C::SyncVotes { prover, account } => bytes(&Staking::syncVotesCall { prover, account }),
        C::SetCommission { bps } => bytes(&Staking::setCommissionCall { bps: U256::from(bps) }),
        C::DistributeReward { prover, amount } => bytes(&Staking::distributeRewardCall { prover, amount }),
        C::ClaimReward { prover, to } => bytes(&Staking::claimRewardCall { prover, to }),
    }
}

fn treasury_call(call: &treasury::Call) -> Bytes {
    use treasury::Call as C;
    match *call {
        C::ReceiveIncome { token, amount } => bytes(&Treasury::receiveIncomeCall { token, amount }),
        C::Donate { token, amount } => bytes(&Treasury::donateCall { token, amount }),
        C::Spend { token, to, amount } => bytes(&Treasury::spendCall { token, to, amount }),
        C::WithdrawEducation { token, to } => bytes(&Treasury::withdrawEducationCall { token, to }),
        C::TransferBeneficiary { next } => bytes(&Treasury::transferBeneficiaryCall { next }),
        C::AppointBeneficiary { next } => bytes(&Treasury::appointBeneficiaryCall { next }),
    }
}

fn registry_call(world: &World, from: Address, call: &registry::Call) -> (Address, Bytes) {
    use registry::Call as C;
    let registry = world.registry;
    match *call {
        C::SetTerms { listing, price, owner_bps } => {
            let call = ModelRegistry::setTermsCall {
                listingId: U256::from(listing),
                price: price.to(),
                ownerBps: owner_bps.try_into().expect("small"),
            };
            (registry, bytes(&call))
        }
        C::Deprecate { listing } => (registry, bytes(&ModelRegistry::deprecateCall { listingId: U256::from(listing) })),
        C::TransferFrom { listing, to } => {
            (registry, bytes(&ModelRegistry::transferFromCall { from, to, tokenId: U256::from(listing) }))
        }
        C::StopRecord { verifier, record } => {
            let call = EmergencyStop::stopRecordCall { selector: FixedBytes(verifier), recordHash: record };
            (world.stop, bytes(&call))
        }
        C::StopVerifier { verifier } => {
            (world.stop, bytes(&EmergencyStop::stopVerifierCall { selector: FixedBytes(verifier) }))
        }
        C::Tombstone { verifier } => {
            (world.router, bytes(&VerifierRouter::tombstoneCall { selector: FixedBytes(verifier) }))
        }
    }
}
