// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IMarketRequests} from "./IMarketRequests.sol";

/// @title Inference market
/// @notice Escrow between who wants an inference and whoever proves it. Fifteen rows take a job from its request to
/// exactly one end; docs/contracts/market.md has them all. Provers act at t <= limit, refunds and slashes at t > limit.
/// Money leaves only to whom it is credited, and by their own call.
interface IInferenceMarket is IMarketRequests {
    // ---- provers

    /// @notice Row 4. Takes a public job at its current price, at least `minPrice`. The caller's free collateral and stake
    /// must cover it.
    /// @param payout Whom the proof will pay.
    function lock(bytes32 jobId, uint256 minPrice, address payout) external;

    /// @notice Rows 10, 11 and 12, item by item. Anyone may send it: the seal is bound to `payout`, to the jobs and to this
    /// contract (see `contextOf`), so a copy pays the same payout, and a changed one does not verify.
    /// @dev Items that cannot be settled for this payout now are paid nothing but stay part of the statement.
    /// @param jobIds One job per slot, in the order of the proof; 0 marks an unused slot, whose public input is all zero.
    /// (Where zero is no legal value, fill the batch by repeating a job.)
    /// @param input The input bytes of all slots, concatenated.
    /// @param output The output bytes of all slots, concatenated.
    /// @param seal The proof.
    /// @param payout Who is credited.
    function fulfil(
        bytes32[] calldata jobIds,
        bytes calldata input,
        bytes calldata output,
        bytes calldata seal,
        address payout
    ) external;

    /// @notice Puts free collateral in (approve the market first).
    function depositCollateral(IERC20 token, uint256 amount) external;

    /// @notice Takes free collateral out.
    function withdrawCollateral(IERC20 token, uint256 amount, address to) external;

    // ---- anybody

    /// @notice Row 13. Ends a locked job that nobody proved: a public one after its deadline, a private one after its lock.
    function refund(bytes32 jobId) external;

    /// @notice Row 15. Ends a live job whose seals were stopped while its current window was open. Nobody loses anything.
    function voidJob(bytes32 jobId) external;

    /// @notice Repeats a failed callback with all the gas there is; reverts unless it succeeds.
    /// @param output The proved output.
    function retryCallback(bytes32 jobId, bytes calldata output) external;

    /// @notice Records work that could not be recorded when it was done; the arguments are those of `WorkDeferred`.
    function retryWork(IERC20 token, address payout, address[] calldata creators, uint256[] calldata fees) external;

    /// @notice Pays the caller's whole credit in `token` to `to`.
    /// @return amount What was paid.
    function withdraw(IERC20 token, address to) external returns (uint256 amount);

    /// @notice Sends the income pot to the treasury.
    function sendIncome(IERC20 token) external returns (uint256 amount);

    // ---- governor

    /// @notice Sets the rules of a token for requests to come. Governor only; floors are bounded.
    function setTokenRules(IERC20 token, TokenRules calldata rules) external;

    /// @notice Sets the delivery and acknowledgement window of requests to come. Governor only; bounded.
    function setAckWindow(uint32 seconds_) external;

    /// @notice Names the guardian; zero for none. Governor only.
    function setGuardian(address guardian) external;

    /// @notice Blocks rows 1, 4 and 5, or opens them again; no other row. Governor or guardian.
    function setPaused(bool paused) external;

    // ---- views

    /// @notice The context a seal for these jobs and this payout must be made for.
    function contextOf(bytes32[] calldata jobIds, address payout) external view returns (bytes32);

    /// @notice A job; all zero when it was never requested.
    function job(bytes32 jobId) external view returns (Job memory);

    /// @notice What an open job costs at `timestamp`.
    function priceAt(bytes32 jobId, uint256 timestamp) external view returns (uint256);

    /// @notice Last second at which whoever is to act in the job's current state may act.
    function limitOf(bytes32 jobId) external view returns (uint256);

    /// @notice What `account` can withdraw.
    function creditOf(address account, IERC20 token) external view returns (uint256);

    /// @notice What `account` can lock or take out.
    function freeCollateralOf(address account, IERC20 token) external view returns (uint256);

    /// @notice What is held of `token` for treasury and rewards.
    function potsOf(IERC20 token) external view returns (Pots memory);

    /// @notice The rules of `token` for new requests.
    function rulesOf(IERC20 token) external view returns (TokenRules memory);

    /// @notice The key private inputs for `prover` are encrypted to.
    function keyOf(address prover) external view returns (bytes32);
}
