// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {INetworkToken} from "./INetworkToken.sol";

/// @title Intelligence rewards
/// @notice Pays the contributor allocation out to provers and creators, week by week, in proportion to the fees
/// their work paid, and never more than 3/4 of those fees: whoever is requester, owner and prover at once gets
/// back less than it spent.
interface IIntelligenceRewards {
    /// @notice One week.
    /// @param fees Fees paid in it.
    /// @param rewards What may be claimed for it, provers and creators together; 0 until it is closed.
    struct Epoch {
        uint128 fees;
        uint128 rewards;
    }

    /// @notice `fee` was paid for one job proved for `prover` on a model of `creator`.
    event WorkRecorded(uint256 indexed epoch, address indexed prover, address indexed creator, uint256 fee);
    /// @notice A week's books are closed: `burned + toTreasury == fees`.
    event EpochClosed(uint256 indexed epoch, uint256 fees, uint256 rewards, uint256 burned, uint256 toTreasury);
    /// @notice `account` was paid for its work in `epoch`.
    event RewardClaimed(uint256 indexed epoch, address indexed account, uint256 proverReward, uint256 creatorReward);

    /// @notice Only the market records work.
    error NotMarket(address caller);
    /// @notice Creators and fees must be lists of the same length.
    error LengthMismatch(uint256 creators, uint256 fees);
    /// @notice The epoch is still running.
    error EpochNotOver(uint256 epoch);
    /// @notice The epoch has not been closed yet.
    error EpochNotClosed(uint256 epoch);
    /// @notice Nothing is left to claim.
    error NothingToClaim(uint256 epoch, address account);
    /// @notice The token did not allocate the contributors' share to this contract.
    error MissingAllocation(uint256 expected, uint256 got);
    /// @notice The zero address cannot take part.
    error ZeroAddress();

    /// @notice Records paid work in the running epoch and pulls the fees from the market. Market only.
    /// @param prover Who was paid for the proof.
    /// @param creators The listing owner of each job.
    /// @param fees The fee of each job.
    function recordWork(address prover, address[] calldata creators, uint256[] calldata fees) external;

    /// @notice Closes all epochs up to and including `epoch`: fixes their rewards, burns half of their fees
    /// (rounded down) and sends the rest to the treasury. Anyone may call, once the epoch is over.
    function closeThrough(uint256 epoch) external;

    /// @notice Pays `account` for its work in a closed epoch. Anyone may call.
    /// @return reward What was paid.
    function claim(uint256 epoch, address account) external returns (uint256 reward);

    /// @notice What `claim` would pay; 0 while the epoch is not closed.
    function claimable(uint256 epoch, address account) external view returns (uint256);

    /// @notice The token fees and rewards are paid in.
    function token() external view returns (INetworkToken);

    /// @notice The only contract that may record work.
    function market() external view returns (address);

    /// @notice The running epoch.
    function currentEpoch() external view returns (uint256);

    /// @notice Books of an epoch.
    function epochOf(uint256 epoch) external view returns (Epoch memory);

    /// @notice First epoch that is not closed.
    function nextToClose() external view returns (uint256);

    /// @notice Sum of the rewards of all closed epochs; never above the contributor allocation.
    function totalRewards() external view returns (uint256);
}
