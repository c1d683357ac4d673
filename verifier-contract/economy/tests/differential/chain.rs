//! The chain: an EVM in this process, whose whole state is copied where a sequence begins.

use alloy::primitives::{Address, Bytes, Log, TxKind, U256};
use alloy::sol_types::SolCall;
use revm::context::result::{ExecutionResult, Output, ResultAndState};
use revm::context::{CfgEnv, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::hardfork::SpecId;
use revm::state::{AccountInfo, Bytecode};
use revm::{Context, ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext};

/// What the contracts are compiled for.
const SPEC: SpecId = SpecId::CANCUN;
/// Enough for a batch of everything.
const GAS: u64 = 100_000_000;

/// All accounts, and a clock.
#[derive(Clone)]
pub struct Snapshot {
    pub db: CacheDB<EmptyDB>,
    pub time: u64,
}

/// A chain that runs on from a snapshot.
pub struct Chain {
    evm: MainnetEvm<MainnetContext<CacheDB<EmptyDB>>>,
}

impl Chain {
    pub fn new(from: Snapshot) -> Self {
        let mut cfg = CfgEnv::new_with_spec(SPEC);
        cfg.disable_nonce_check = true;
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        let mut evm = Context::mainnet().with_db(from.db).with_cfg(cfg).build_mainnet();
        evm.ctx.block.gas_limit = u64::MAX;
        evm.ctx.block.number = U256::from(1);
        let mut chain = Self { evm };
        chain.warp(from.time);
        chain
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot { db: self.evm.ctx.journaled_state.database.clone(), time: self.time() }
    }

    pub fn time(&self) -> u64 {
        self.evm.ctx.block.timestamp.to()
    }

    pub fn warp(&mut self, time: u64) {
        self.evm.ctx.block.timestamp = U256::from(time);
    }

    /// Puts code at an address, without a constructor; its storage stays.
    pub fn etch(&mut self, at: Address, code: Bytes) {
        let account = AccountInfo::from_bytecode(Bytecode::new_legacy(code));
        self.evm.ctx.journaled_state.database.insert_account_info(at, account);
    }

    /// The code at an address.
    pub fn code(&self, at: Address) -> Bytes {
        let database = &self.evm.ctx.journaled_state.database;
        database.cache.contracts[&database.cache.accounts[&at].info.code_hash].original_bytes()
    }

    /// Deploys a contract from `from`, which has sent `nonce` transactions that create.
    pub fn create(&mut self, from: Address, nonce: u64, init: Vec<u8>) -> Address {
        let tx = TxEnv::builder().caller(from).nonce(nonce).kind(TxKind::Create).data(init.into()).gas_limit(GAS);
        let result = self.evm.transact_commit(tx.build().expect("a transaction")).expect("a chain");
        match result {
            ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => address,
            other => panic!("not created: {other:?}"),
        }
    }

    /// Sends a transaction. Gives its logs, or what it reverted with.
    pub fn send(&mut self, from: Address, to: Address, data: Bytes) -> Result<Vec<Log>, Bytes> {
        match self.evm.transact_commit(call(from, to, data)).expect("a chain") {
            ExecutionResult::Success { logs, .. } => Ok(logs),
            ExecutionResult::Revert { output, .. } => Err(output),
            ExecutionResult::Halt { reason, .. } => panic!("halted: {reason:?}"),
        }
    }

    /// What a transaction of so much gas would do; the chain stays as it is.
    pub fn attempt(&mut self, from: Address, to: Address, data: Bytes, gas: u64) -> ResultAndState {
        let mut tx = call(from, to, data);
        tx.gas_limit = gas;
        self.evm.transact(tx).expect("a chain")
    }

    /// Asks a view, which must answer.
    pub fn view<C: SolCall>(&mut self, to: Address, call_: &C) -> C::Return {
        let tx = call(Address::ZERO, to, call_.abi_encode().into());
        let result = self.evm.transact(tx).expect("a chain").result;
        let output = match result {
            ExecutionResult::Success { output, .. } => output.into_data(),
            other => panic!("{} does not answer: {other:?}", C::SIGNATURE),
        };
        C::abi_decode_returns(&output).expect("what the ABI says")
    }
}

fn call(from: Address, to: Address, data: Bytes) -> TxEnv {
    let tx = TxEnv::builder().caller(from).kind(TxKind::Call(to)).data(data).gas_limit(GAS).gas_price(0);
    tx.build().expect("a transaction")
}
