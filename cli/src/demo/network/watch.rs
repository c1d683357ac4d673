//! Settlements as the chain has them, and how long the coordinator's API takes meanwhile.

use super::board::{Board, Settled};
use super::place::Place;
use crate::error::{CliError, Kind};
use crate::output::Progress;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use verin_client::Client;
use verin_contracts::B256;

/// How often the chain is asked.
const POLL: Duration = Duration::from_millis(200);
/// Blocks that are looked at again each time: more than are taken back.
const AGAIN: u64 = 64;
/// Longest wait for the next settlement.
const PATIENCE: Duration = Duration::from_secs(300);
/// Time between two calls of the API: a fifth of what one address may ask.
const PROBE: Duration = Duration::from_millis(250);

/// Follows the market until everything is settled.
pub(super) async fn settlements(place: &Place, board: &Board, bar: &Progress) -> Result<(), CliError> {
    let contracts = &place.contracts;
    let (mut last, mut changed) = (contracts.network.block().await?, Instant::now());
    loop {
        let (from, head) = (last.saturating_sub(AGAIN), contracts.network.block().await?);
        let filter = contracts.market.JobFulfilled_filter().from_block(from).to_block(head);
        let logs = filter.query().await.map_err(|e| CliError::new(Kind::Chain, format!("reading settlements: {e}")))?;
        let mut blocks = BTreeSet::new();
        for (event, log) in logs {
            let (Some(block), Some(transaction)) = (log.block_hash, log.transaction_hash) else { continue };
            blocks.insert(block);
            let settled = Settled {
                block,
                number: log.block_number.unwrap_or_default(),
                transaction,
                output: event.output.to_vec(),
                prover: event.proverAmount,
                owner: event.ownerAmount,
                fee: event.fee,
                at: Instant::now(),
            };
            board.settle(event.jobId, settled);
        }
        board.unsettle(|_: &B256, settled| settled.number >= from && !blocks.contains(&settled.block));
        let (asked, settled) = board.counts();
        bar.at(settled as u64);
        if last != head {
            (last, changed) = (head, Instant::now());
        }
        if asked == board.all && settled == asked {
            board.end();
            return Ok(());
        }
        if changed.elapsed() > PATIENCE {
            let message = format!("nothing happened for {PATIENCE:?}: {settled} of {asked} jobs are settled");
            board.end();
            return Err(CliError::new(Kind::Unexpected, message));
        }
        tokio::time::sleep(POLL).await;
    }
}

/// How long answers take, until everything is settled; and how many calls failed.
pub(super) async fn api(url: &str, board: &Board) -> Result<(Vec<Duration>, usize), CliError> {
    let client = Client::new(url).map_err(|e| CliError::new(Kind::Internal, e.to_string()))?;
    let (mut took, mut failed) = (Vec::new(), 0);
    for n in 0.. {
        if board.is_over() {
            break;
        }
        let start = Instant::now();
        let done = match n % 3 {
            0 => client.status().await.map(drop),
            1 => client.jobs(None).await.map(drop),
            _ => client.models().await.map(drop),
        };
        match done {
            Ok(()) => took.push(start.elapsed()),
            Err(_) => failed += 1,
        }
        tokio::time::sleep(PROBE).await;
    }
    took.sort_unstable();
    Ok((took, failed))
}
