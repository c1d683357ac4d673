//! A log as the model's event.

use alloy::primitives::Log;
use alloy::sol_types::SolEventInterface;
use verin_audit::decode::told;
use verin_contracts::events::Event as Told;
use verin_economy::{Event, Network};

/// The event, unless it is of a contract or of a kind that the model has none of.
pub fn decode(network: &Network, log: &Log) -> Option<Event> {
    let event = match log.address {
        at if at == network.market => Told::Market(raw(log)),
        at if at == network.rewards => Told::Rewards(raw(log)),
        at if at == network.fee_auction => Told::FeeAuction(raw(log)),
        at if at == network.slash_auction => Told::SlashAuction(raw(log)),
        at if at == network.staking => Told::Staking(raw(log)),
        at if at == network.treasury => Told::Treasury(raw(log)),
        _ => return None,
    };
    told(&event)
}

fn raw<E: SolEventInterface>(log: &Log) -> E {
    E::decode_raw_log(log.topics(), &log.data.data).expect("an event of the contract")
}
