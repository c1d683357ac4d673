// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {INetworkToken} from "./INetworkToken.sol";
import {IStakedVotes} from "./IStakedVotes.sol";

/// @title Prover staking
/// @notice Own and delegated stake of provers. It limits how many jobs a prover may hold locked, caps its rewards
/// and carries votes; it is not the collateral of a job.
/// @dev All stake with one prover is one pool of shares, bonded and unbonding alike, so that a slash reaches every
/// share equally. Roles are OpenZeppelin AccessControl; the admin of all of them is the timelock.
interface IProverStaking {
    /// @notice All stake with one prover.
    /// @param assets Tokens; only stakes add to it, only withdrawals and slashes take from it.
    /// @param bondedShares Shares that count: for locks, caps, rewards.
    /// @param unbondingShares Shares on their way out, which slashing still reaches.
    struct Pool {
        uint128 assets;
        uint128 bondedShares;
        uint128 unbondingShares;
    }

    /// @notice One account's bonded stake with one prover.
    /// @param shares Bonded shares.
    /// @param votes Receipts the account has for it; at most the tokens it put in.
    /// @param bondedAt When it last added to it.
    /// @param rewardIndex The prover's reward index up to which rewards are credited.
    struct Position {
        uint128 shares;
        uint128 votes;
        uint48 bondedAt;
        uint256 rewardIndex;
    }

    /// @notice Stake on its way out.
    struct Ticket {
        address account;
        address prover;
        uint128 shares;
        uint48 unlocksAt;
    }

    /// @notice What the timelock may set, within the bounds of the contract.
    /// @param minimumStake Own stake below which a prover takes no delegations and opens no locks.
    /// @param stakePerLock Bonded stake that each open lock needs.
    /// @param maxSlashBps The most that one slash may take of a prover's stake, in 1/10,000.
    /// @param slashAuction Receives what is slashed.
    struct Parameters {
        uint128 minimumStake;
        uint128 stakePerLock;
        uint16 maxSlashBps;
        address slashAuction;
    }

    /// @notice `account` staked `amount` with `prover`, itself or another, for `shares` of its pool.
    event Staked(address indexed prover, address indexed account, uint256 amount, uint256 shares);
    /// @notice `shares`, now worth `amount`, left the bonded stake and can be withdrawn from `unlocksAt`.
    event Unbonding(
        uint256 indexed ticketId,
        address indexed prover,
        address indexed account,
        uint256 shares,
        uint256 amount,
        uint256 unlocksAt
    );
    /// @notice A ticket was paid out and is gone.
    event Withdrawn(
        uint256 indexed ticketId, address indexed prover, address indexed account, address to, uint256 amount
    );
    /// @notice `bonded + unbonding` of a prover's stake went to the slash auction.
    event Slashed(address indexed prover, uint256 bonded, uint256 unbonding, bytes32 indexed reason);
    /// @notice `amount` receipts of a slashed position were destroyed.
    event VotesSynced(address indexed prover, address indexed account, uint256 amount);
    /// @notice A prover's commission is `bps` from `effectiveAt` on.
    event CommissionChanged(address indexed prover, uint256 bps, uint256 effectiveAt);
    /// @notice `amount` was paid in for a prover: `commission` is its own, bonded shares have the rest.
    event RewardDistributed(address indexed prover, uint256 amount, uint256 commission);
    /// @notice A position's rewards since it last changed were credited to its account.
    event RewardAccrued(address indexed prover, address indexed account, uint256 amount);
    /// @notice An account took its credit.
    event RewardClaimed(address indexed account, address to, uint256 amount);
    /// @notice A market locked a job for `prover`, which now has `open` locks.
    event LockOpened(address indexed market, address indexed prover, uint256 open);
    /// @notice A market's lock of `prover` ended; it now has `open` locks.
    event LockClosed(address indexed market, address indexed prover, uint256 open);
    /// @notice The parameters changed.
    event ParametersSet(Parameters parameters);

    /// @notice The zero address cannot take part.
    error ZeroAddress();
    /// @notice The amount must not be zero.
    error ZeroAmount();
    /// @notice The receipts are those of another staking contract.
    error WrongVotes(address staking);
    /// @notice A parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value, uint256 low, uint256 high);
    /// @notice The prover's own stake is below the minimum.
    error BelowMinimumStake(address prover, uint256 own, uint256 minimum);
    /// @notice Slashing took nearly all that shares of this pool were worth: nobody can join it any more.
    error PoolDepleted(uint256 assets, uint256 shares);
    /// @notice The position has fewer shares.
    error InsufficientShares(uint256 asked, uint256 held);
    /// @notice The stake was added to too recently.
    error BondedTooRecently(uint256 until);
    /// @notice No such ticket of this account.
    error NotTicketOwner(uint256 ticketId, address account);
    /// @notice The ticket cannot be withdrawn yet.
    error StillUnbonding(uint256 ticketId, uint256 until);
    /// @notice One slash may take at most `max`.
    error SlashTooLarge(uint256 amount, uint256 max);
    /// @notice The prover's bonded stake does not cover another lock.
    error LockCapReached(address prover, uint256 bonded, uint256 needed);
    /// @notice This market has no open lock of the prover.
    error NoOpenLock(address market, address prover);
    /// @notice A commission is at most the whole reward.
    error CommissionTooHigh(uint256 bps, uint256 max);
    /// @notice A commission rises by at most `max` at a time.
    error CommissionStepTooLarge(uint256 step, uint256 max);
    /// @notice Averages are of times `from < to`, both past.
    error InvalidRange(uint256 from, uint256 to);
    /// @notice Nothing is left to claim.
    error NothingToClaim(address account);

    // ---- stakers

    /// @notice Stakes `amount` of the caller's tokens with `prover`: its own stake where that is the caller,
    /// else delegated stake. The votes stay with the caller.
    /// @return shares The shares of the prover's pool that it got.
    function stake(address prover, uint256 amount) external returns (uint256 shares);

    /// @notice As `stake`, after the caller's signed approval; goes on where the approval was already used.
    function stakeWithPermit(address prover, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 shares);

    /// @notice Begins to take `shares` of the caller's stake out. They stop to vote and to earn at once.
    /// @return ticketId What to withdraw with.
    function unbond(address prover, uint256 shares) external returns (uint256 ticketId);

    /// @notice Pays out a ticket of the caller whose time has come.
    /// @return amount What it was worth.
    function withdraw(uint256 ticketId, address to) external returns (uint256 amount);

    /// @notice Destroys the receipts that a slash has left without stake. Anyone may call.
    /// @return burned How many there were.
    function syncVotes(address prover, address account) external returns (uint256 burned);

    /// @notice Credits the rewards of the caller's position with `prover` and pays its whole credit, commission
    /// included, to `to`.
    /// @return amount What was paid.
    function claimReward(address prover, address to) external returns (uint256 amount);

    // ---- provers

    /// @notice Sets the caller's commission. Free until its first stake; then decreases hold at once, and
    /// increases of at most 200 after an epoch plus the unbonding period. Replaces what was announced before.
    function setCommission(uint256 bps) external;

    // ---- the rest of the network

    /// @notice Pays a reward in: the prover's commission of it to the prover, the rest to all bonded shares.
    /// Anyone may call.
    function distributeReward(address prover, uint256 amount) external;

    /// @notice Counts a lock of `prover`. Market role only.
    function openLock(address prover) external;

    /// @notice Ends a lock that the caller opened. Needs no role, so that a retired market can end its locks.
    function closeLock(address prover) external;

    /// @notice Sends `amount` of a prover's stake, bonded and unbonding pro rata, to the slash auction. Slasher
    /// role only.
    /// @param reason What for; the contract does not interpret it.
    function slash(address prover, uint256 amount, bytes32 reason) external;

    /// @notice Sets the parameters. Timelock only.
    function setParameters(Parameters calldata parameters_) external;

    // ---- views

    /// @notice The staked token.
    function token() external view returns (INetworkToken);
    /// @notice The receipts.
    function votes() external view returns (IStakedVotes);
    /// @notice Seconds from `unbond` to `withdraw`.
    function UNBONDING() external view returns (uint256);
    /// @notice Seconds for which a stake that was added to cannot begin to unbond.
    function MIN_BONDING() external view returns (uint256);
    /// @notice Role of contracts that open locks.
    function MARKET_ROLE() external view returns (bytes32);
    /// @notice Role of contracts that slash.
    function SLASHER_ROLE() external view returns (bytes32);
    /// @notice The parameters in force.
    function parameters() external view returns (Parameters memory);
    /// @notice A prover's pool.
    function poolOf(address prover) external view returns (Pool memory);
    /// @notice An account's position with a prover.
    function positionOf(address prover, address account) external view returns (Position memory);
    /// @notice A ticket; all zero where there is none.
    function ticketOf(uint256 ticketId) external view returns (Ticket memory);
    /// @notice Bonded stake with a prover, own and delegated.
    function bondedStake(address prover) external view returns (uint256);
    /// @notice Unbonding stake with a prover: the pool's assets less the bonded ones.
    function unbondingStake(address prover) external view returns (uint256);
    /// @notice What an account's bonded stake with a prover is worth.
    function stakeOf(address prover, address account) external view returns (uint256);
    /// @notice Mean over [from, to) of a prover's bonded stake, rounded down.
    function averageStake(address prover, uint64 from, uint64 to) external view returns (uint256);
    /// @notice The most that a slash of `prover` may take now.
    function maxSlash(address prover) external view returns (uint256);
    /// @notice A prover's open locks, of all markets together.
    function openLocks(address prover) external view returns (uint256);
    /// @notice A prover's commission now.
    function commissionOf(address prover) external view returns (uint256);
    /// @notice The commission announced for later and when it holds; zero where there is none.
    function nextCommissionOf(address prover) external view returns (uint256 bps, uint256 effectiveAt);
    /// @notice Rewards per bonded share of a prover since the beginning, times 2^128.
    function rewardIndexOf(address prover) external view returns (uint256);
    /// @notice What `claimReward(prover, ..)` would pay `account`.
    function claimable(address prover, address account) external view returns (uint256);
}
