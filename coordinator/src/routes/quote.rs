//! What an inference costs, and how long it takes: from what was settled lately.

use super::error::ApiError;
use super::extract::Body;
use super::{App, convert, market};
use alloy::primitives::U256;
use axum::Json;
use axum::extract::State;
use verin_client::types::{
    Amount, CallbackCost, Fault, Gas, Input, InputCheck, Quote, QuoteRequest, Range, SecondsRange,
};

/// Settlements that a quote is from.
const SAMPLES: usize = 200;
/// The most gas of a callback that the market takes.
pub(super) const CALLBACK_GAS: u32 = 1_000_000;

/// What an inference is likely to cost and to take.
#[utoipa::path(
    post,
    path = "/v1/quote",
    tag = "requests",
    request_body = QuoteRequest,
    responses(
        (status = 200, body = Quote),
        (status = 400, body = Fault, description = "The body is not what is expected."),
        (status = 404, body = Fault, description = "There is no such listing."),
        (status = 413, body = Fault, description = "The body is larger than 4 MiB."),
        (status = 415, body = Fault, description = "The body is not JSON."),
        (status = 422, body = Fault, description = "The gas of the callback is more than the market takes.")
    )
)]
pub(super) async fn quote(State(app): State<App>, Body(ask): Body<QuoteRequest>) -> Result<Json<Quote>, ApiError> {
    callback_gas(ask.callback_gas.unwrap_or(0))?;
    let listing = market::known(&app, ask.listing).await?;
    let index = &app.api.index;
    let input = match &ask.input {
        Some(input) => Some(check(&app, listing.record, input).await?),
        None => None,
    };
    let settled = index.settlements(Some(ask.listing), SAMPLES).await?;
    // The listing may have become dearer since.
    let price = |part| percentile(settled.iter().map(|s| s.price.max(listing.price)), part).unwrap_or(listing.price);
    let seconds = |part| percentile(settled.iter().map(|s| s.seconds), part);
    let gas_price = index.gas_price().await?;
    let model = convert::model(listing.clone(), *index.contracts().token.address());
    Ok(Json(Quote {
        listing: ask.listing,
        token: model.token,
        listing_price: Amount(listing.price),
        price: Range { p50: Amount(price(50)), p95: Amount(price(95)) },
        latency_seconds: seconds(50).zip(seconds(95)).map(|(p50, p95)| SecondsRange { p50, p95 }),
        samples: settled.len() as u64,
        gas: Gas {
            request: percentile(settled.iter().filter_map(|s| s.request_gas), 50),
            settlement: percentile(settled.iter().filter_map(|s| s.settlement_gas), 50),
            price: Amount(gas_price),
        },
        callback: ask
            .callback_gas
            .map(|gas| CallbackCost { gas: gas.into(), cost: Amount(gas_price.saturating_mul(U256::from(gas))) }),
        input,
    }))
}

/// Refuses more than the market takes.
pub(super) fn callback_gas(gas: u32) -> Result<(), ApiError> {
    if gas <= CALLBACK_GAS {
        return Ok(());
    }
    let error = ApiError::refused("bad_callback_gas", "the callback's gas is more than the market takes");
    Err(error.expected(format!("at most {CALLBACK_GAS}")).got(gas.to_string()))
}

/// Whether a model takes an input.
async fn check(app: &App, record: alloy::primitives::B256, input: &Input) -> Result<InputCheck, ApiError> {
    let given = match input {
        Input::Values(_) => 0,
        Input::Bytes(bytes) => bytes.len(),
    };
    let no = |why: String| InputCheck { legal: false, why: Some(why), bytes: given as u64 };
    let Some(layout) = app.layouts.of(&app.api.index, record).await? else {
        return Ok(no("the model's record is none of this version".into()));
    };
    Ok(match layout.encode(input) {
        Ok(bytes) => InputCheck { legal: true, why: None, bytes: bytes.len() as u64 },
        Err(error) => no(error.sentence()),
    })
}

/// The smallest that `part` % are at most.
fn percentile<T: Ord + Copy>(numbers: impl Iterator<Item = T>, part: usize) -> Option<T> {
    let mut sorted: Vec<T> = numbers.collect();
    sorted.sort_unstable();
    let rank = (sorted.len() * part).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        assert_eq!(percentile(std::iter::empty::<u64>(), 50), None);
        assert_eq!(percentile([7].into_iter(), 50), Some(7));
        assert_eq!(percentile([7].into_iter(), 95), Some(7));
        // Wikipedia's example of the nearest-rank method.
        let list = [50, 15, 40, 20, 35];
        assert_eq!([5, 30, 40, 50, 100].map(|part| percentile(list.into_iter(), part)), [15, 20, 20, 35, 50].map(Some));
        assert_eq!(percentile(1..=100, 95), Some(95));
    }
}
