//! Signed orders, for somebody else to send: the requester pays the price, the coordinator the gas.

use super::error::ApiError;
use super::extract::Body;
use super::{App, convert};
use alloy::primitives::{B256, U256};
use async_trait::async_trait;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use thiserror::Error;
use verin_client::types::{Accepted, Fault, Order};
use verin_contracts::bindings::{Permit, Terms};

/// Sends signed orders.
#[async_trait]
pub trait Relay: Send + Sync {
    /// Has `order` sent, whose terms are `terms`; gives the id of its job. When it returns, the order survives a restart. The market
    /// was asked before, and would take it; an order that was handed over before may come again.
    ///
    /// # Errors
    /// [`NotRelayed`].
    async fn relay(&self, order: Order, terms: Terms) -> Result<B256, NotRelayed>;
}

/// Why an order is not sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotRelayed {
    /// Not now.
    #[error("no order is taken now ({why}); try again later")]
    Busy {
        /// Why.
        why: String,
    },
    /// Never.
    #[error("this order is not sent: {why}")]
    Refused {
        /// Why.
        why: String,
    },
}

/// Has a signed order sent. Needs the coordinator's token, since it spends its gas.
#[utoipa::path(
    post,
    path = "/v1/orders",
    tag = "requests",
    request_body = Order,
    security(("token" = [])),
    responses(
        (status = 202, body = Accepted),
        (status = 400, body = Fault, description = "The body is not what is expected."),
        (status = 401, body = Fault, description = "The token is missing, or another."),
        (status = 403, body = Fault, description = "This coordinator has no token, or sends no orders."),
        (status = 413, body = Fault, description = "The body is larger than 4 MiB."),
        (status = 415, body = Fault, description = "The body is not JSON."),
        (status = 422, body = Fault, description = "The market would refuse it.")
    )
)]
pub(super) async fn order(
    State(app): State<App>,
    Body(order): Body<Order>,
) -> Result<(StatusCode, Json<Accepted>), ApiError> {
    let Some(relay) = &app.api.relay else {
        let message = "this coordinator sends no orders: it has no key to send with";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "no_relay", message));
    };
    let too_large = || {
        let error = ApiError::refused("bad_terms", "an amount of the terms is more than the market takes");
        error.expected(format!("at most {}", u128::MAX))
    };
    let terms = convert::order_terms(&order.terms).ok_or_else(too_large)?;
    would_take(&app, &order, &terms).await?;
    let job = relay.relay(order, terms).await.map_err(|error| match error {
        NotRelayed::Busy { .. } => {
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", error.to_string()).retry_after(5)
        }
        NotRelayed::Refused { .. } => ApiError::refused("not_relayed", error.to_string()),
    })?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { job })))
}

/// Asks the market whether it would take the order as it is now.
async fn would_take(app: &App, order: &Order, terms: &Terms) -> Result<(), ApiError> {
    let contracts = app.api.index.contracts();
    let (nonce, input, signature) = (order.nonce.0, order.input.clone(), order.signature.clone());
    let call = contracts.market.requestFor(order.requester, nonce, terms.clone(), input, signature, permit(order));
    let call = match app.api.operator {
        Some(operator) => call.from(operator),
        None => call,
    };
    contracts.network.view("sending this order", call).await?;
    Ok(())
}

/// The permit of an order, as the market has it: none is one that ended long ago.
pub(crate) fn permit(order: &Order) -> Permit {
    match &order.permit {
        Some(permit) => {
            Permit { value: permit.value.0, deadline: permit.deadline.0, v: permit.v, r: permit.r, s: permit.s }
        }
        None => Permit { value: U256::ZERO, deadline: U256::ZERO, v: 0, r: B256::ZERO, s: B256::ZERO },
    }
}
