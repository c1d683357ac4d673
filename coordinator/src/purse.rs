//! What the operator has, looked up now and then, for Prometheus: an operator without it takes no jobs.

use crate::routes::Metrics;
use alloy::primitives::{Address, U256};
use metrics::gauge;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use verin_contracts::deploy::Contracts;
use verin_contracts::{ContractsError, amount};

/// How often it is looked up.
const EVERY: Duration = Duration::from_secs(60);

/// Looks until `shutdown`. While the node does not answer, what was seen last stays.
pub async fn watch(contracts: Arc<Contracts>, operator: Address, metrics: Metrics, shutdown: CancellationToken) {
    loop {
        if let Err(error) = look(&contracts, operator, &metrics).await {
            tracing::debug!(%error, "what the operator has cannot be looked up now");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn look(contracts: &Contracts, operator: Address, metrics: &Metrics) -> Result<(), ContractsError> {
    let ether = contracts.network.ether(operator).await?;
    let places = [
        ("account", contracts.balance(operator).await?),
        ("collateral", contracts.free_collateral(operator).await?),
        ("credit", contracts.credit(operator).await?),
        ("stake", contracts.bonded_stake(operator).await?),
    ];
    metrics.record(|| {
        gauge!("verin_operator_ether").set(whole(ether));
        for (place, tokens) in places {
            gauge!("verin_operator_tokens", "place" => place).set(whole(tokens));
        }
    });
    Ok(())
}

/// Whole tokens, or ether, which has as many decimals; near enough for a gauge.
fn whole(units: U256) -> f64 {
    amount::format(units).parse().unwrap_or(f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_units_are_shown_as_whole_tokens() {
        for (units, shown) in [(0, 0.0), (amount::TOKEN, 1.0), (3 * amount::TOKEN / 2, 1.5)] {
            assert_eq!(whole(U256::from(units)), shown);
        }
    }
}
