//! Receipts: what was sent is mined, reorganized, final or lost.

use super::node::Trouble;
use super::state::State;
use super::step::{Halt, Step};
use super::table::{Inclusion, Live};
use alloy::primitives::B256;
use alloy::rpc::types::TransactionReceipt;

impl Step<'_> {
    /// Looks at the receipts of all that may have changed.
    pub(super) async fn follow(&mut self) -> Result<(), Halt> {
        let moved = self.work.followed.take() != Some(self.view.hash);
        let mut all = !self.stale;
        for mut live in self.journal.table.signed().await? {
            let used = live.nonce.is_some_and(|nonce| nonce < self.view.latest);
            if !used && live.lost.is_some() {
                self.journal.table.lost(&mut live, None).await?;
            }
            let look = if live.state == State::Mined { moved } else { used };
            if !look {
                continue;
            }
            match self.included(&live).await? {
                Some(receipt) => all &= self.mined(live, &receipt).await?,
                // A node that shows the past does not have it yet.
                None if self.stale => {}
                None if live.state == State::Mined => {
                    tracing::warn!(key = live.intent.key, "a reorganization took a transaction back");
                    self.journal.table.unmined(&mut live).await?;
                }
                None => self.missing(live).await?,
            }
        }
        self.work.followed = all.then_some(self.view.hash);
        Ok(())
    }

    /// What was ended and is not on the chain any more is sent again.
    pub(super) async fn reopen(&mut self) -> Result<(), Halt> {
        if self.stale {
            return Ok(());
        }
        for mut live in self.journal.table.undone(self.view.latest).await? {
            if !live.transactions.is_empty() {
                tracing::error!(key = live.intent.key, "a reorganization took back what was final");
                self.journal.table.unmined(&mut live).await?;
            }
        }
        Ok(())
    }

    /// The receipt of whichever of the transactions of one nonce was mined.
    async fn included(&self, live: &Live) -> Result<Option<TransactionReceipt>, Trouble> {
        for kept in live.transactions.iter().rev() {
            if let Some(receipt) = self.journal.node.receipt(kept.hash).await? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// It is in a block; whether all that follows from that is done.
    async fn mined(&mut self, mut live: Live, receipt: &TransactionReceipt) -> Result<bool, Halt> {
        let (Some(block), Some(block_hash)) = (receipt.block_number, receipt.block_hash) else { return Ok(true) };
        let hash = receipt.transaction_hash;
        if live.mined != Some((hash, block_hash)) || live.state != State::Mined {
            let fee_paid = u128::from(receipt.gas_used).saturating_mul(receipt.effective_gas_price);
            let at = Inclusion { hash, block, block_hash, gas_used: receipt.gas_used, fee_paid };
            self.journal.table.mined(&mut live, at).await?;
        }
        if self.view.number < block.saturating_add(self.journal.options.confirmations) {
            return Ok(true);
        }
        // A node may keep receipts of blocks that it has left.
        if self.journal.node.block_hash(block).await? != Some(block_hash) {
            return Ok(true);
        }
        self.settle(live, hash, receipt.status(), block).await
    }

    /// Enough blocks are on top of the transaction `hash`.
    async fn settle(&mut self, mut live: Live, hash: B256, succeeded: bool, block: u64) -> Result<bool, Halt> {
        let cancels = live.transactions.iter().any(|kept| kept.hash == hash && kept.cancels);
        let (end, reason) = match live.doom.clone() {
            Some(doom) if cancels => doom.end(),
            _ if succeeded => (State::Final, None),
            _ => match self.is_done(&live.intent).await {
                Some(true) => (State::AlreadyDone, None),
                Some(false) => (State::Failed, Some(self.reverted(&live, block).await?)),
                // Asked again at the next step.
                None => return Ok(false),
            },
        };
        self.journal.table.end(&mut live, end, reason).await?;
        Ok(true)
    }

    /// Why the call fails in the block `number`: on the state before it, or after it.
    async fn reverted(&self, live: &Live, number: u64) -> Result<String, Trouble> {
        let intent = &live.intent;
        for number in [number.saturating_sub(1), number] {
            let error = self.journal.node.revert(intent.to, &intent.calldata, intent.value, number).await?;
            if let Some(error) = error {
                return Ok(error);
            }
        }
        Ok("it reverted for a reason that is gone, or ran out of gas".into())
    }

    /// The nonce is used, by none of our transactions.
    async fn missing(&mut self, mut live: Live) -> Result<(), Halt> {
        let Some(since) = live.lost else {
            return Ok(self.journal.table.lost(&mut live, Some(self.view.number)).await?);
        };
        // As many blocks as anything else: until then a reorganization could still bring ours.
        if self.view.number < since.saturating_add(self.journal.options.confirmations) {
            return Ok(());
        }
        if let Some(nonce) = live.nonce {
            self.foreign(nonce);
        }
        let doom = live.doom.clone();
        self.journal.table.replan(&mut live).await?;
        if let Some(doom) = doom {
            let (end, reason) = doom.end();
            self.journal.table.end(&mut live, end, reason).await?;
        }
        Ok(())
    }
}
