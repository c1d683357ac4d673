//! Proofs, from the calldata of the transactions that they came in.

use super::error::ApiError;
use super::extract::{Part, job_id};
use super::{App, jobs};
use alloy::consensus::Transaction;
use alloy::primitives::{B256, Bytes};
use alloy::providers::Provider;
use alloy::sol_types::SolCall;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use verin_client::types::{Fault, Proof};
use verin_contracts::ContractsError;
use verin_contracts::bindings::InferenceMarket::fulfilCall;

/// All that is needed to verify a job's proof without the chain, but for the record.
#[utoipa::path(
    get,
    path = "/v1/jobs/{id}/proof",
    tag = "jobs",
    params(("id" = verin_client::types::shape::Hash, Path, description = "The job.")),
    responses(
        (status = 200, body = Proof),
        (status = 400, body = Fault, description = "That is no id of a job."),
        (status = 404, body = Fault, description = "There is no such job, or it has no proof."),
        (status = 422, body = Fault, description = "The proof came through another contract, whose calldata is not known here.")
    )
)]
pub(super) async fn proof(State(app): State<App>, Part(id): Part) -> Result<Json<Proof>, ApiError> {
    let job = jobs::known(&app, job_id(&id)?).await?;
    let (step, _) = jobs::settled(&app, &job).await?;
    let contracts = app.api.index.contracts();
    let unreadable = |message: String| ApiError::refused("proof_not_in_calldata", message).got(step.sent.to_string());
    let data = calldata(&app, step.sent).await?;
    let call = fulfilCall::abi_decode(&data).map_err(|_| {
        let market = contracts.market.address();
        unreadable(format!(
            "transaction {} is no call of fulfil of {market}: the proof came through another contract",
            step.sent
        ))
    })?;
    let slot = call.jobIds.iter().position(|id| *id == job.id);
    let slot = slot.ok_or_else(|| unreadable(format!("transaction {} names other jobs than {}", step.sent, job.id)))?;
    Ok(Json(Proof {
        job: job.id,
        slot: slot as u64,
        record: job.record,
        context: contracts.context(&call.jobIds, call.payout),
        jobs: call.jobIds,
        input: call.input,
        output: call.output,
        seal: call.seal,
        payout: call.payout,
        transaction: step.sent,
    }))
}

/// The calldata of a transaction.
async fn calldata(app: &App, hash: B256) -> Result<Bytes, ApiError> {
    let network = &app.api.index.contracts().network;
    let found = network.provider.get_transaction_by_hash(hash).await;
    let found = found.map_err(|e| ContractsError::from_rpc("reading a transaction", &network.url, &e))?;
    found.map(|transaction| transaction.input().clone()).ok_or_else(|| {
        let message = format!("the node does not have transaction {hash} any more; a node that keeps all of them has");
        ApiError::new(StatusCode::BAD_GATEWAY, "transaction_missing", message)
    })
}
