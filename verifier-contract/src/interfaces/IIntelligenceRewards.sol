// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IFeeAuction} from "./IFeeAuction.sol";
import {INetworkToken} from "./INetworkToken.sol";
import {IProverStaking} from "./IProverStaking.sol";
import {ITreasury} from "./ITreasury.sol";

/// @title Intelligence rewards
/// @notice Pays the contributor allocation out to provers and creators, week by week, in proportion to what the fees of
/// their work brought, and never more than k of it, k = 3/4: whoever is requester, owner and prover at once gets back less
/// than it spent. Fees in other tokens than the network's are sold for it, in the day after their week.
interface IIntelligenceRewards {
    /// @notice The contracts rewards are deployed for.
    /// @param token The network token, which has allocated the contributors' share to the rewards.
    /// @param market Records work; may be deployed later.
    /// @param auction Sells fees; may be deployed later.
    /// @param staking Knows how much provers had at stake.
    /// @param treasury Receives half of the proceeds.
    /// @param governor Sets k: the timelock.
    struct Wiring {
        INetworkToken token;
        address market;
        IFeeAuction auction;
        IProverStaking staking;
        ITreasury treasury;
        address governor;
    }

    /// @notice One week.
    /// @param proceeds B: network tokens that its fees brought.
    /// @param income These and what earlier weeks' leftovers brought: what is burned and goes to the treasury.
    /// @param rewards What may be claimed for it, provers and creators together; 0 until it is closed.
    struct Epoch {
        uint128 proceeds;
        uint128 income;
        uint128 rewards;
    }

    /// @notice One week's fees in one token.
    /// @param fees F: fees recorded.
    /// @param proceeds The part of the week's proceeds that they brought.
    struct Pot {
        uint128 fees;
        uint128 proceeds;
    }

    /// @notice `fee` was paid for one job proved for `prover` on a model of `creator`.
    event WorkRecorded(
        uint256 indexed epoch, IERC20 indexed paymentToken, address indexed prover, address creator, uint256 fee
    );
    /// @notice The token would not move `amount` of fees out of the market. The work is booked, the fees are owed.
    event FeesUncollected(uint256 indexed epoch, IERC20 indexed paymentToken, uint256 amount);
    /// @notice `amount` of owed fees came to the auction after all, where they count for nobody.
    event FeesCollected(IERC20 indexed paymentToken, uint256 amount);
    /// @notice `amount` came in for fees, of which `counted` for fees of `epoch` itself.
    event ProceedsRecorded(uint256 indexed epoch, IERC20 indexed paymentToken, uint256 amount, uint256 counted);
    /// @notice A week's books are closed: `burned + toTreasury` is its income.
    event EpochClosed(uint256 indexed epoch, uint256 proceeds, uint256 rewards, uint256 burned, uint256 toTreasury);
    /// @notice `account` was paid for its work in `epoch` that was paid for in `paymentTokens`: all of the epoch's, or the
    /// list as it was given. `withheld` is what exceeded its stake's limit and stays in the rest of the allocation.
    event RewardClaimed(
        uint256 indexed epoch,
        address indexed account,
        uint256 proverReward,
        uint256 creatorReward,
        uint256 withheld,
        IERC20[] paymentTokens
    );
    /// @notice The treasury got its half of closed weeks.
    event IncomeForwarded(uint256 amount);
    /// @notice From `fromEpoch` on, rewards are at most `bps` of proceeds.
    event RewardShareSet(uint256 indexed fromEpoch, uint256 bps);

    /// @notice Only the market records work.
    error NotMarket(address caller);
    /// @notice Only the auction records proceeds.
    error NotAuction(address caller);
    /// @notice Only the governor may set the parameter.
    error NotGovernor(address caller);
    /// @notice The parameter is out of its bounds.
    error OutOfBounds(uint256 maximum, uint256 got);
    /// @notice Creators and fees must be lists of the same length.
    error LengthMismatch(uint256 creators, uint256 fees);
    /// @notice The epoch is still running, or its fees are still for sale.
    error EpochNotOver(uint256 epoch);
    /// @notice The epoch has not been closed yet.
    error EpochNotClosed(uint256 epoch);
    /// @notice Nothing is left to claim.
    error NothingToClaim(uint256 epoch, address account);
    /// @notice No fees in this token are owed.
    error NothingToCollect(IERC20 paymentToken);
    /// @notice There is nothing to forward.
    error NothingToForward();
    /// @notice The token did not allocate the contributors' share to this contract.
    error MissingAllocation(uint256 expected, uint256 got);
    /// @notice The zero address cannot take part.
    error ZeroAddress();

    /// @notice Records paid work in the running epoch and pulls the fees from the market. Market only.
    /// @dev A payment token that refuses to move, as one with a list of blocked accounts may, does not make this revert: no
    /// job must fail, and nobody be slashed, for that. The fees stay with the market, owed, until somebody calls `collect`.
    /// @param paymentToken What the fees are paid in.
    /// @param prover Who was paid for the proof.
    /// @param creators The listing owner of each job.
    /// @param fees The fee of each job.
    function recordWork(IERC20 paymentToken, address prover, address[] calldata creators, uint256[] calldata fees)
        external;

    /// @notice Pulls fees that the market owes since their token would not move. Anyone may call.
    function collect(IERC20 paymentToken) external returns (uint256 amount);

    /// @notice Books network tokens that were just paid for fees. Auction only.
    function recordProceeds(uint256 epoch, IERC20 paymentToken, uint256 amount, uint256 counted) external;

    /// @notice Closes all epochs up to and including `epoch`: fixes their rewards, burns half of their income (rounded
    /// down) and sets the rest aside for the treasury. Anyone may call, from 24 hours after the end of the epoch on; by
    /// then no fee of it is for sale, so nothing that happens to a payment token can hold it up.
    function closeThrough(uint256 epoch) external;

    /// @notice Pays `account` for its work in a closed epoch, all payment tokens. Anyone may call.
    /// @return reward What was paid.
    function claim(uint256 epoch, address account) external returns (uint256 reward);

    /// @notice The same for some payment tokens alone: there may be too many for one transaction.
    function claim(uint256 epoch, address account, IERC20[] calldata tokens) external returns (uint256 reward);

    /// @notice Hands the treasury its part of closed epochs. Anyone may call.
    function forward() external returns (uint256 amount);

    /// @notice Sets k for epochs that have not begun, in 1/10,000, at most 8,000. Governor only.
    function setRewardShare(uint256 bps) external;

    /// @notice What `claim` would pay for all payment tokens; 0 while the epoch is not closed.
    function claimable(uint256 epoch, address account) external view returns (uint256);

    /// @notice Fees that are owed by the market.
    function uncollected(IERC20 paymentToken) external view returns (uint256);

    /// @notice k of an epoch, in 1/10,000.
    function rewardShare(uint256 epoch) external view returns (uint256);

    /// @notice The token rewards are paid in.
    function token() external view returns (INetworkToken);

    /// @notice The only contract that may record work.
    function market() external view returns (address);

    /// @notice Sells fees.
    function auction() external view returns (IFeeAuction);

    /// @notice Sets the parameter: the timelock.
    function governor() external view returns (address);

    /// @notice When epoch 0 began.
    function start() external view returns (uint256);

    /// @notice The running epoch.
    function currentEpoch() external view returns (uint256);

    /// @notice Books of an epoch.
    function epochOf(uint256 epoch) external view returns (Epoch memory);

    /// @notice Books of an epoch's fees in one token.
    function potOf(uint256 epoch, IERC20 paymentToken) external view returns (Pot memory);

    /// @notice The tokens that fees of an epoch were paid in.
    function paymentTokens(uint256 epoch) external view returns (IERC20[] memory);

    /// @notice First epoch that is not closed.
    function nextToClose() external view returns (uint256);

    /// @notice Sum of the rewards of all closed epochs, less what was withheld; never above the contributor allocation.
    function totalRewards() external view returns (uint256);
}
